"""The nouns of the core, computed from a person's events and kept until a new event or edition makes them stale.

Decides which events make a record and when a kept noun may be used again; the core decides what it says.
"""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.db.models import Max

from backloop.follow import Course, review_measures
from backloop.measure import Measures, score
from backloop.plan import Plan, prescribe
from backloop.profile import Profile, infer
from backloop.record import Observation, Origin, Record, Session
from backloop.units import Frozen
from backloop.web.store.events import library_in_use, standing_events
from backloop.web.store.kinds import Kind, PersonFacts
from backloop.web.store.models import Computed, Event

__all__ = ["RECORD_KINDS", "course_of", "measures_of", "plan_of", "profile_of", "record_of"]

RECORD_KINDS: tuple[Kind, ...] = ("person", "visit", "response", "observation")
"""The kinds of events a record is made of."""

NounT = TypeVar("NounT", bound=Frozen)


def record_of(subject: str) -> Record | None:
    """Give everything observed about a person, computed from the events.

    Parameters
    ----------
    subject : str
        The patient's code.

    Returns
    -------
    Record or None
        None while there is no visit. An answer given twice at a visit stands as given last.
    """
    return _kept(subject, "record", Record, lambda: _compute_record(subject))


def measures_of(subject: str) -> Measures | None:
    """Give a person's scores; None while there is no visit.

    Parameters
    ----------
    subject : str
        The patient's code.

    Returns
    -------
    Measures or None
    """
    record = record_of(subject)
    if record is None:
        return None
    return _kept(subject, "measures", Measures, lambda: score(record, library=library_in_use()))


def profile_of(subject: str, *, session_id: str = "") -> Profile | None:
    """Give a person's profile at a visit, the latest if none is named.

    Parameters
    ----------
    subject : str
        The patient's code.
    session_id : str
        Such as ``ses-01``.

    Returns
    -------
    Profile or None
    """
    record, measures = record_of(subject), measures_of(subject)
    if record is None or measures is None:
        return None
    at = session_id or record.sessions[-1].session_id
    return _kept(subject, f"profile {at}", Profile, lambda: infer(measures, session_id=at, library=library_in_use()))


def plan_of(subject: str, *, session_id: str = "") -> Plan | None:
    """Give the plan the core proposes at a visit; what was signed is a ``decision`` event.

    Parameters
    ----------
    subject : str
        The patient's code.
    session_id : str
        Such as ``ses-01``; the latest if not given.

    Returns
    -------
    Plan or None
    """
    record, profile = record_of(subject), profile_of(subject, session_id=session_id)
    if record is None or profile is None:
        return None
    at = session_id or record.sessions[-1].session_id
    return _kept(subject, f"plan {at}", Plan, lambda: prescribe(profile, record, library=library_in_use()))


def course_of(subject: str) -> Course | None:
    """Give a person's course over the visits; None while there is no visit.

    Parameters
    ----------
    subject : str
        The patient's code.

    Returns
    -------
    Course or None
    """
    record, measures = record_of(subject), measures_of(subject)
    if record is None or measures is None:
        return None
    language = record.participant.language
    return _kept(
        subject, "course", Course, lambda: review_measures(measures, language=language, library=library_in_use())
    )


def _kept(subject: str, name: str, form: type[NounT], compute: Callable[[], NounT | None]) -> NounT | None:
    seq, edition = _last_seq(subject), library_in_use().edition
    row = Computed.objects.filter(subject=subject, name=name).first()
    if row is not None and (row.seq, row.edition) == (seq, edition):
        return form.model_validate_json(row.body)
    noun = compute()
    if noun is not None:
        values = {"seq": seq, "edition": edition, "body": noun.model_dump_json()}
        with transaction.atomic():
            Computed.objects.update_or_create(subject=subject, name=name, defaults=values)
    return noun


def _last_seq(subject: str) -> int:
    events = Event.objects.filter(subject=subject, kind__in=[*RECORD_KINDS, "correction"])
    return int(events.aggregate(last=Max("seq"))["last"] or 0)


def _compute_record(subject: str) -> Record | None:
    person: PersonFacts | None = None
    visits: dict[str, Session] = {}
    seen: dict[str, Observation] = {}
    for standing in standing_events(subject, kinds=RECORD_KINDS):
        noun = standing.noun
        if isinstance(noun, PersonFacts):
            person = noun
        elif isinstance(noun, Session):
            visits[noun.session_id] = noun
        elif isinstance(noun, Observation):
            seen[noun.id] = noun
    if person is None or not visits:
        return None
    return Record(
        participant=person.participant,
        sessions=tuple(sorted(visits.values(), key=lambda visit: visit.order)),
        observations=tuple(noun for noun in seen.values() if noun.session_id in visits),
        origin=Origin(name="clinic", format="made-up" if person.made_up else "json"),
    )
