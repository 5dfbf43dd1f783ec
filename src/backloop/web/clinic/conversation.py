"""What was written to a patient lately, and whether it was seen.

Decides when a message counts as seen: the page that shows it was opened after it was sent. Nothing is written for that;
the log of looks already says so, and nobody can change it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from backloop.web.people.models import Account, Patient
from backloop.web.people.roles import Role
from backloop.web.people.scopes import events_for
from backloop.web.store.events import StandingEvent, standing_events
from backloop.web.store.kinds import Message
from backloop.web.store.reading import Look, looks_of

__all__ = ["Sent", "sent_lately"]

_MESSAGES, _TODAY = "patient:messages", "patient:today"
_ON_FIRST_PAGE = dt.timedelta(days=7)
"""For how long the patient's first page shows a message in full."""


@dataclass(frozen=True)
class Sent:
    """A message of the clinic or an answer of the patient's side; when the patient, or a helper, first saw it."""

    at: dt.datetime
    words: str
    is_ours: bool
    seen: dt.datetime | None = None
    seen_by_helper: dt.datetime | None = None


def sent_lately(account: Account, patient: Patient, *, most: int = 6) -> list[Sent]:
    """Give the last messages between the clinic and a patient, the latest first.

    Parameters
    ----------
    account : Account
        Who reads.
    patient : Patient
        With whom.
    most : int
        How many at most.

    Returns
    -------
    list of Sent
    """
    seen = events_for(account, patient).filter(kind__in=("message", "correction"))
    standing = standing_events(patient.code, kinds=("message",), seen=list(seen))[-most:]
    looks = looks_of(patient.code, roles=(Role.PATIENT, Role.HELPER), what=(_MESSAGES, _TODAY)) if standing else []
    return [_tell(each, each.noun, looks) for each in reversed(standing) if isinstance(each.noun, Message)]


def _tell(standing: StandingEvent, message: Message, looks: Sequence[Look]) -> Sent:
    at = standing.event.recorded_at
    after = [each for each in looks if each.at >= at and (each.what == _MESSAGES or each.at - at < _ON_FIRST_PAGE)]
    first = {role: next((each.at for each in after if each.role == role), None) for role in (Role.PATIENT, Role.HELPER)}
    is_ours = message.to == "patient"
    if not is_ours:
        return Sent(at, message.words, is_ours=False)
    return Sent(at, message.words, is_ours=True, seen=first[Role.PATIENT], seen_by_helper=first[Role.HELPER])
