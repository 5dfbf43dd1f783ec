"""One test of one person at one visit, as it stands: what was written down where, what may be taken back.

Decides how trials become events, once each, and how the last step is undone; what a trial is worth is the core's.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest

from backloop.library import Protocol, TrialField
from backloop.measure import Measure, score
from backloop.record import Observation, Origin, Participant, Record, Session
from backloop.units import Text
from backloop.web.look.wordings import say_now
from backloop.web.people.acting import correct_for, record_for
from backloop.web.people.attending import visits_of
from backloop.web.people.models import Account, Patient
from backloop.web.people.scopes import events_for
from backloop.web.store.events import StandingEvent, library_in_use, standing_events
from backloop.web.store.kinds import Noun, PersonFacts
from backloop.web.store.models import Event

__all__ = ["SETTING", "Sitting", "open_sitting", "score_sitting", "undo_last", "was_sent", "write_down"]

_DRAWN = frozenset({"pain-drawing"})  # its numbers follow from a drawing and are entered nowhere else

SETTING = "setting"
"""The phase of what the tester chose beforehand; it holds no trial."""

_TAKEN_BACK = Text(en="taken back by the tester during the test", zh="检查者在测试中撤销")


@dataclass(frozen=True)
class Sitting:
    """A test at a visit and a place on the body; `standing` holds the test's events of all places, oldest first."""

    patient: Patient
    visit: Session
    book: Protocol
    site: str
    standing: tuple[StandingEvent, ...]

    @property
    def seed(self) -> str:
        """What the order of the steps follows from: the same on every device, another for every person and place."""
        return f"{self.patient.code}/{self.visit.session_id}/{self.book.id}/{self.site}"

    @cached_property
    def field(self) -> TrialField:
        """The field the guide fills; the first one of a test without a guide."""
        wanted = self.book.guide.field if self.book.guide else self.book.fields[0].id
        return next(field for field in self.book.fields if field.id == wanted)

    @cached_property
    def here(self) -> list[tuple[StandingEvent, Observation]]:
        """What stands at this place, settings left out."""
        return [(each, seen) for each, seen in self._seen if seen.site == self.site and seen.phase != SETTING]

    @cached_property
    def sites(self) -> list[str]:
        """The places with trials or settings, in the order they were begun."""
        return list(dict.fromkeys(seen.site for _, seen in self._seen))

    @property
    def last(self) -> Event | None:
        """The event written last at this place."""
        return self.here[-1][0].event if self.here else None

    def trials(self, item: str, *, phase: str | None = None) -> list[Observation]:
        """Give what stands for a field at this place, in the order it was written."""
        return [seen for _, seen in self.here if seen.item == item and phase in {None, seen.phase}]

    def setting(self, item: str) -> float | None:
        """Give what the tester chose for this place; None where nothing was chosen."""
        chosen = [
            seen.value for _, seen in self._seen if (seen.site, seen.phase, seen.item) == (self.site, SETTING, item)
        ]
        return float(chosen[-1]) if chosen and chosen[-1] is not None else None

    def has_trials(self, site: str) -> bool:
        """Say whether a value was written down at a place."""
        return any(seen.site == site and seen.item == self.field.id for _, seen in self._seen)

    def unit_used(self) -> str:
        """Give the unit of the last value here; empty where there is none yet."""
        return next((seen.unit for _, seen in reversed(self.here) if seen.item == self.field.id and seen.unit), "")

    @cached_property
    def _seen(self) -> list[tuple[StandingEvent, Observation]]:
        return [(each, each.noun) for each in self.standing if isinstance(each.noun, Observation)]


def open_sitting(account: Account, patient: Patient, session_id: str, *, book: str, site: str) -> Sitting | None:
    """Open a test at a visit and a place.

    Parameters
    ----------
    account : Account
        Who asks.
    patient : Patient
        Whose test.
    session_id, book, site : str
        The visit, the protocol and the place on the body.

    Returns
    -------
    Sitting or None
        None where there is no such visit or test, or the test is drawn and not entered.
    """
    shelf = library_in_use().shelf("protocols")
    visit = next((each for each in visits_of(account, patient) if each.session_id == session_id), None)
    if visit is None or book not in shelf or book in _DRAWN:
        return None
    asked = Q(kind="observation", code=book) | Q(kind="correction")
    found = [
        each
        for each in _stand(account, patient, asked)
        if isinstance(each.noun, Observation) and (each.noun.session_id, each.noun.kind) == (session_id, "trial")
    ]
    return Sitting(patient, visit, shelf[book], site, tuple(found))


def was_sent(patient: Patient, uid: uuid.UUID | None) -> bool:
    """Say whether a form with this id was written down before.

    Parameters
    ----------
    patient : Patient
        Whose.
    uid : UUID or None
        The form's own id.

    Returns
    -------
    bool
    """
    return uid is not None and Event.objects.filter(uid=uuid.uuid5(uid, "0"), subject=patient.code).exists()


def write_down(
    request: HttpRequest, patient: Patient, seen: Sequence[Observation], *, uid: uuid.UUID | None, tester: str = ""
) -> None:
    """Write one step down: all of it or nothing, and once however often it is sent.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose.
    seen : sequence of Observation
        What belongs to the step; it carries one time, by which it can be taken back together.
    uid : UUID or None
        The form's own id.
    tester : str
        Initials of who did the test, where that was not the one who enters it.
    """
    now = dt.datetime.now(tz=dt.UTC)
    why = say_now(Text(en="tested by {who}", zh="检查者：{who}")).format(who=tester) if tester else ""
    try:
        with transaction.atomic():
            for number, each in enumerate(seen):
                one = uuid.uuid5(uid, str(number)) if uid else None
                record_for(request, patient, each, happened_at=now, why=why, uid=one)
    except IntegrityError:  # the same form at the same moment: the other one has written it
        if not was_sent(patient, uid):
            raise


def undo_last(request: HttpRequest, sitting: Sitting, *, seq: str) -> bool:
    """Take the last step back by corrections; what was written stays on the timeline.

    Parameters
    ----------
    request : HttpRequest
        The request.
    sitting : Sitting
        The test.
    seq : str
        The number of the last event as the page showed it, so that a second sending undoes nothing more.

    Returns
    -------
    bool
        False where something else is last by now.
    """
    last = sitting.last
    if last is None or str(last.seq) != seq:
        return False
    with transaction.atomic():
        for each, _ in sitting.here:
            if each.event.happened_at == last.happened_at:
                correct_for(request, sitting.patient, each.event, replacement=None, why=say_now(_TAKEN_BACK))
    return True


def score_sitting(account: Account, sitting: Sitting) -> list[Measure]:
    """Score a test at its visit from what stands.

    Parameters
    ----------
    account : Account
        Who asks.
    sitting : Sitting
        The test; all its places count, as in the person's record.

    Returns
    -------
    list of Measure
        Present or absent with the reason; empty where nothing was written down.
    """
    seen = {each.noun.id: each.noun for each in sitting.standing if isinstance(each.noun, Observation)}
    if not seen:
        return []
    people = [
        noun
        for noun in map(_noun, _stand(account, sitting.patient, Q(kind__in=["person", "correction"])))
        if isinstance(noun, PersonFacts)
    ]
    record = Record(
        participant=people[-1].participant if people else Participant(participant_id=f"sub-{sitting.patient.code}"),
        sessions=(sitting.visit,),
        observations=tuple(seen.values()),
        origin=Origin(name="clinic", format="json"),
    )
    return list(score(record, library=library_in_use()).measures)


def _stand(account: Account, patient: Patient, asked: Q) -> list[StandingEvent]:
    return standing_events(patient.code, seen=events_for(account, patient).filter(asked))


def _noun(standing: StandingEvent) -> Noun:
    return standing.noun
