"""What the API takes and gives, beside the core's own nouns.

Decides the fields of each answer; the nouns of care are those of the core, unchanged.
"""

import datetime as dt
import uuid
from typing import Any, Literal

from ninja import Field, Schema

from backloop.record import Observation

__all__ = ["EventOut", "Fault", "MeOut", "NounName", "PatientOut", "PatientPage", "SeenIn", "WrittenOut"]

NounName = Literal["record", "measures", "profile", "plan", "course"]
"""The nouns that can be asked for."""


class Fault(Schema):
    """What was wrong, and what to do."""

    detail: str


class MeOut(Schema):
    """In whose name the token acts, and as what."""

    account: uuid.UUID
    title: str
    roles: list[str]
    scope: str


class PatientOut(Schema):
    """A patient by clinic code."""

    code: str
    site: str
    zone: str
    made_up: bool


class PatientPage(Schema):
    """Some patients and how many there are."""

    count: int
    patients: list[PatientOut]


class EventOut(Schema):
    """One event the account may see."""

    seq: int
    kind: str
    code: str
    happened_at: dt.datetime
    zone: str
    edition: str
    corrects: int | None
    noun: dict[str, Any]


class SeenIn(Schema):
    """An answer or a test's trial to write down; `uid` makes sending it twice harmless."""

    uid: uuid.UUID
    happened_at: dt.datetime | None = Field(default=None, description="With its offset from UTC; now if not given.")
    seen: Observation


class WrittenOut(Schema):
    """Where the event stands."""

    seq: int
    uid: uuid.UUID
