"""Adding to a person's record and reading it back, corrections applied.

Decides what is written with every event and which events stand; who may see them is decided by `people.scopes`.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import transaction

from backloop.errors import UnwritableRecord
from backloop.library import Library
from backloop.units import Frozen
from backloop.web.settings.starting import this_clinic
from backloop.web.store.chains import add_links
from backloop.web.store.kinds import NOUNS, Correction, Kind, Noun, code_of, kind_of
from backloop.web.store.models import Event

__all__ = ["Actor", "StandingEvent", "add_event", "add_events", "correct_event", "library_in_use", "standing_events"]


class Actor(Frozen):
    """Who does something: the account's id, the role it acts in, for whom if not for itself.

    Examples
    --------
    >>> Actor(account="a1", role="clinician").on_behalf
    ''
    """

    account: str
    role: str
    on_behalf: str = ""


@dataclass(frozen=True)
class StandingEvent:
    """An event as it stands now: what it carries after corrections, and the correction if there was one."""

    event: Event
    noun: Noun
    corrected_by: Event | None = None


@cache
def library_in_use() -> Library:
    """Give the packaged books with the clinic's own shelf (folder ``shelf``) where it has one.

    Returns
    -------
    Library
    """
    own = this_clinic().folder / "shelf"
    return Library.packaged().with_shelf(own) if own.is_dir() else Library.packaged()


def add_event(
    actor: Actor,
    subject: str,
    noun: Noun,
    *,
    happened_at: dt.datetime | None = None,
    zone: str = "",
    why: str = "",
    uid: uuid.UUID | None = None,
) -> Event:
    """Write down that something happened; it is on the disk when the outermost transaction ends.

    Parameters
    ----------
    actor : Actor
        Who did it, in which role, on whose behalf.
    subject : str
        The patient's code; empty for what is about nobody.
    noun : Noun
        What happened; its type decides the event's kind.
    happened_at : datetime, optional
        When it was so, with its offset; now if not given.
    zone : str, optional
        The patient's IANA time zone; the clinic's if not given.
    why : str
        The reason, where one is asked for.
    uid : UUID, optional
        An id made by the sender: the same event sent twice is written once.

    Returns
    -------
    Event

    Raises
    ------
    UnwritableRecord
        If `happened_at` has no offset, or `uid` was used for something else.
    """
    values = _event_values(actor, subject, noun, happened_at=happened_at, zone=zone)
    values |= {"why": why, "uid": uid or uuid.uuid4()}
    with transaction.atomic():
        return _sent_before(uid, values) or _as_event(add_links("events", [values])[0])


def add_events(
    actor: Actor,
    subject: str,
    nouns: Iterable[Noun],
    *,
    zone: str = "",
    happened_at: dt.datetime | Sequence[dt.datetime] | None = None,
) -> list[Event]:
    """Write many things down at once, as when a record is imported: all or nothing.

    Parameters
    ----------
    actor : Actor
        Who enters them.
    subject : str
        The patient's code.
    nouns : iterable of Noun
        What happened, in order.
    zone : str, optional
        The patient's IANA time zone; the clinic's if not given.
    happened_at : datetime or sequence of datetime, optional
        When it was so, with its offset, for all or for each; now if not given.

    Returns
    -------
    list of Event
    """
    told = list(nouns)
    at = happened_at or dt.datetime.now(tz=dt.UTC)
    times = [at] * len(told) if isinstance(at, dt.datetime) else at
    rows = [
        _event_values(actor, subject, noun, happened_at=when, zone=zone) for noun, when in zip(told, times, strict=True)
    ]
    return [_as_event(link) for link in add_links("events", rows)]


def correct_event(actor: Actor, event: Event, *, replacement: Noun | None, why: str) -> Event:
    """Correct an earlier event by adding one; the earlier one stays as it was.

    Parameters
    ----------
    actor : Actor
        Who corrects.
    event : Event
        What was wrong.
    replacement : Noun or None
        What should have stood there; None where nothing should.
    why : str
        The reason, which is never empty.

    Returns
    -------
    Event
        The correction.

    Raises
    ------
    UnwritableRecord
        If there is no reason, the event is itself a correction, or the replacement is of another kind.
    """
    if not why.strip():
        message = "a correction needs a reason; say why the earlier entry was wrong"
        raise UnwritableRecord(message)
    if event.kind == "correction" or (replacement is not None and kind_of(replacement) != event.kind):
        message = f"event {event.seq} is of kind '{event.kind}'; correct it by the same kind, and never a correction"
        raise UnwritableRecord(message)
    content = None if replacement is None else replacement.model_dump(mode="json")
    noun = Correction(corrects=event.seq, replacement=content)
    return add_event(actor, event.subject, noun, happened_at=event.happened_at, zone=event.zone, why=why)


def standing_events(
    subject: str, *, kinds: Sequence[Kind] | None = None, seen: Iterable[Event] | None = None
) -> list[StandingEvent]:
    """Give a person's events as they stand, oldest first; what was entered in error is left out.

    Parameters
    ----------
    subject : str
        The patient's code.
    kinds : sequence of str, optional
        Only these; all if not given.
    seen : iterable of Event, optional
        The events to look at, such as those `people.scopes` lets somebody see; all of the person if not given.

    Returns
    -------
    list of StandingEvent
    """
    wanted = [*kinds, "correction"] if kinds is not None else list(NOUNS)
    events = Event.objects.filter(subject=subject, kind__in=wanted).order_by("seq") if seen is None else seen
    events = list(events)
    latest = {event.corrects: event for event in events if event.kind == "correction"}
    standing = []
    for event in events:
        if event.kind == "correction" or (kinds is not None and event.kind not in kinds):
            continue
        found = _stand(event, latest.get(event.seq))
        standing += [found] if found else []
    return standing


def _stand(event: Event, correction: Event | None) -> StandingEvent | None:
    if correction is None:
        return StandingEvent(event, event.noun)
    if not isinstance(correction.noun, Correction) or correction.noun.replacement is None:
        return None
    noun: Noun = NOUNS[event.kind].model_validate(correction.noun.replacement)  # type: ignore[assignment]
    return StandingEvent(event, noun, correction)


def _event_values(
    actor: Actor, subject: str, noun: Noun, *, happened_at: dt.datetime | None, zone: str
) -> dict[str, Any]:
    if happened_at is not None and happened_at.tzinfo is None:
        message = "expected a time with its offset from UTC; give happened_at as an aware datetime"
        raise UnwritableRecord(message)
    now, kind = dt.datetime.now(tz=dt.UTC), kind_of(noun)
    return {
        "recorded_at": now,
        "account": actor.account,
        "role": actor.role,
        "on_behalf": actor.on_behalf,
        "subject": subject,
        "kind": kind,
        "code": code_of(kind, noun),
        "happened_at": happened_at or now,
        "zone": zone or this_clinic().zone,
        "edition": library_in_use().edition,
        "corrects": noun.corrects if isinstance(noun, Correction) else None,
        "body": noun.model_dump_json(),
    }


def _sent_before(uid: uuid.UUID | None, values: dict[str, Any]) -> Event | None:
    if uid is None or (found := Event.objects.filter(uid=uid).first()) is None:
        return None
    if (found.subject, found.kind, found.body) != (values["subject"], values["kind"], values["body"]):
        message = "this id was already used for another event; make a new one for each event"
        raise UnwritableRecord(message)
    return found


def _as_event(link: object) -> Event:
    if not isinstance(link, Event):
        message = "the chain of events holds events"
        raise TypeError(message)
    return link
