"""Drawings of a patient: those that stand, and how one more is written down together with its numbers.

Decides that a drawing and its numbers are one act; the numbers are the core's.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from backloop.library import read_chart
from backloop.measure import Drawing, Measure, drawing_observations, score
from backloop.record import Observation, Origin, Participant, Record, Session
from backloop.web.people.acting import account_of
from backloop.web.people.models import Account, Patient
from backloop.web.people.scopes import events_for, sight_of
from backloop.web.store.events import Actor, add_event, add_events, library_in_use, standing_events
from backloop.web.store.models import Event

__all__ = ["BOOK", "Drawn", "drawings_of", "numbers_of", "save_drawing", "visits_seen"]

BOOK = "pain-drawing"
"""The test whose trials a drawing's numbers are."""


@dataclass(frozen=True)
class Drawn:
    """A visit, when it was opened, and the drawing that stands there (None while there is none)."""

    visit: Session
    since: dt.datetime
    drawing: Drawing | None = None


def visits_seen(account: Account, patient: Patient) -> list[Drawn]:
    """Give the visits an account may see, the earliest first, each with its drawing.

    Parameters
    ----------
    account : Account
        Who asks.
    patient : Patient
        Whose.

    Returns
    -------
    list of Drawn
    """
    seen = events_for(account, patient).filter(kind__in=["visit", "drawing", "correction"])
    visits: dict[str, tuple[Session, dt.datetime]] = {}
    drawings: dict[str, Drawing] = {}
    for each in standing_events(patient.code, seen=seen):
        if isinstance(each.noun, Session):
            visits[each.noun.session_id] = (each.noun, each.event.happened_at)
        elif isinstance(each.noun, Drawing):
            drawings[each.noun.session_id] = each.noun
    found = [Drawn(visit, since, drawings.get(name)) for name, (visit, since) in visits.items()]
    return sorted(found, key=lambda each: (each.visit.order, each.visit.session_id))


def drawings_of(account: Account, patient: Patient) -> list[Drawn]:
    """Give the visits at which a drawing says anything, the earliest first.

    Parameters
    ----------
    account : Account
        Who asks.
    patient : Patient
        Whose.

    Returns
    -------
    list of Drawn
        Those made on the chart in use.
    """
    chart = read_chart().name
    seen = visits_seen(account, patient)
    return [each for each in seen if each.drawing and each.drawing.is_answer and each.drawing.chart == chart]


def save_drawing(request: HttpRequest, patient: Patient, drawing: Drawing, *, uid: uuid.UUID) -> None:
    """Write a drawing down, and those of its numbers that differ from what stands, in one transaction.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose drawing.
    drawing : Drawing
        The whole drawing; it takes the place of the one before, which stays on the timeline.
    uid : UUID
        The sender's own id of this drawing: the same one twice is written once.

    Raises
    ------
    PermissionDenied
        If the account's roles towards the patient may not add drawings.
    UnwritableRecord
        If the id was used for another drawing.
    """
    account = account_of(request)
    sight = sight_of(account, patient)
    if "drawing" not in sight.writes:
        raise PermissionDenied
    numbers = drawing_observations(drawing, read_chart())  # computed before the lock is held
    actor = sight.actor(account, patient=patient)
    try:
        with transaction.atomic():
            _write(actor, account, patient, drawing=drawing, numbers=numbers, uid=uid)
    except IntegrityError:  # the same drawing came twice at the same moment
        add_event(actor, patient.code, drawing, zone=patient.zone, uid=uid)


def numbers_of(account: Account, patient: Patient, visits: list[Session]) -> dict[str, dict[str, Measure]]:
    """Score the drawings of some visits from the numbers that stand.

    Parameters
    ----------
    account : Account
        Who asks.
    patient : Patient
        Whose.
    visits : list of Session
        Which visits.

    Returns
    -------
    dict of str to dict of str to Measure
        By visit, then by score.
    """
    wanted = {visit.session_id for visit in visits}
    seen = tuple(each for each in _standing_numbers(account, patient).values() if each.session_id in wanted)
    if not seen:
        return {}
    record = Record(
        participant=Participant(participant_id=f"sub-{patient.code}"),
        sessions=tuple(visits),
        observations=seen,
        origin=Origin(name="clinic", format="json"),
    )
    found: dict[str, dict[str, Measure]] = {}
    for measure in score(record, library=library_in_use()).measures:
        found.setdefault(measure.session_id, {})[measure.id] = measure
    return found


def _write(
    actor: Actor,
    account: Account,
    patient: Patient,
    *,
    drawing: Drawing,
    numbers: tuple[Observation, ...],
    uid: uuid.UUID,
) -> None:
    is_repeated = Event.objects.filter(uid=uid).exists()
    before = next(
        (each.drawing for each in visits_seen(account, patient) if each.visit.session_id == drawing.session_id), None
    )
    if not is_repeated and (drawing == before or (before is None and not drawing.is_answer)):
        return
    add_event(actor, patient.code, drawing, zone=patient.zone, uid=uid)
    if is_repeated:
        return
    known = _standing_numbers(account, patient)
    changed = [each for each in numbers if known.get((each.session_id, each.item)) != each]
    # The numbers are the page's own arithmetic on a drawing that this role may add. So they are written in its name
    # even where it may not enter results of tests (the patient).
    if changed:
        add_events(actor, patient.code, changed, zone=patient.zone)


def _standing_numbers(account: Account, patient: Patient) -> dict[tuple[str, str], Observation]:
    seen = events_for(account, patient).filter(kind="observation", code=BOOK)
    corrections = events_for(account, patient).filter(kind="correction")
    standing = standing_events(patient.code, seen=[*seen.order_by("seq"), *corrections.order_by("seq")])
    found = (each.noun for each in standing)
    return {(noun.session_id, noun.item): noun for noun in found if isinstance(noun, Observation) and noun.book == BOOK}
