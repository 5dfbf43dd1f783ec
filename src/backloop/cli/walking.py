"""One person through the house: record to course, and the files that come of it.

Decides the order of the verbs and the names of a person's files.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backloop.follow import Course, review_measures
from backloop.letters import letter
from backloop.library import Library
from backloop.measure import Measures, score
from backloop.plan import Plan, prescribe
from backloop.profile import Profile, infer
from backloop.record import Record
from backloop.train import Programme, calendar_text, schedule
from backloop.units import Language

if TYPE_CHECKING:
    from backloop.panel import Panel

__all__ = ["Walk", "walk", "write_files"]


@dataclass(frozen=True)
class Walk:
    """The nouns of one person, from record to course."""

    record: Record
    measures: Measures
    profile: Profile
    plan: Plan
    programme: Programme
    course: Course


def walk(record: Record, *, session: str, start: dt.date, library: Library, panel: "Panel | None" = None) -> Walk:
    """Take one person through the verbs; `session` is ``first``, ``latest`` or a visit's id."""
    measures = score(record, library=library, panel=panel)
    ends = {"first": record.sessions[0].session_id, "latest": record.sessions[-1].session_id}
    profile = infer(measures, session_id=ends.get(session, session), library=library)
    plan = prescribe(profile, record, library=library)
    programme = schedule(plan, start, library=library)
    course = review_measures(measures, language=record.participant.language, library=library)
    return Walk(record, measures, profile, plan, programme, course)


def write_files(steps: Walk, folder: Path, *, lang: Language, library: Library) -> None:
    """Write a person's nouns as JSON, the calendar, and the two letters into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("measures", "profile", "plan", "programme", "course"):
        (folder / f"{name}.json").write_text(getattr(steps, name).model_dump_json(indent=1), encoding="utf-8")
    (folder / "programme.ics").write_bytes(calendar_text(steps.programme, lang=lang).encode())
    nouns = (steps.measures, steps.profile, steps.plan, steps.programme, steps.course)
    for reader in ("patient", "clinician"):
        page = letter(nouns, reader=reader, lang=lang, library=library)
        (folder / f"letter-{reader}.html").write_text(page, encoding="utf-8")
