"""What is due of the questionnaires: the assessment of the signed programme, or the first one where none is signed.

Decides which questions the patient is asked now and at which visit the answers belong; the calendar is the core's.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.http import HttpRequest

from backloop.library import Instrument
from backloop.record import Observation, Session
from backloop.train import Assessment, plan_assessments
from backloop.web.patient.ownership import own_answers, seen_of
from backloop.web.patient.questions import is_for_patient, open_questions
from backloop.web.patient.signed import Signed
from backloop.web.people.acting import record_for
from backloop.web.people.attending import OPEN_TO_PATIENT
from backloop.web.people.models import Patient
from backloop.web.store.events import library_in_use

__all__ = ["Asked", "asked_now", "open_visit"]

# A working rule of ours: a visit within two weeks belongs to an assessment (the clinic's worklist counts the same way).
_NEAR_WEEKS = 2.0
_SPACE = uuid.UUID("6f0f0a2e-6d0b-4b0e-9a43-3a3a4be8c1d7")


@dataclass(frozen=True)
class Asked:
    """One questionnaire that is asked now: for which assessment, at which visit, and what was answered of it."""

    book: Instrument
    week: int
    since: dt.date
    visit: Session
    is_new_visit: bool
    given: dict[str, Observation]

    @property
    def left(self) -> int:
        """How many questions are still open."""
        return len(open_questions(self.book, self.given))

    @property
    def minutes_left(self) -> float:
        """About how long the open questions take."""
        return self.book.minutes * self.left / len(self.book.items)

    @property
    def answered(self) -> int:
        """How many were answered or left out on purpose."""
        return sum(item.id in self.given for item in self.book.items)


def asked_now(request: HttpRequest, patient: Patient, signed: Signed | None, *, day: dt.date) -> list[Asked]:
    """Give the questionnaires of the assessment that is open on a day, finished ones too.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Who is asked.
    signed : Signed or None
        The signed plan. Without one, the first assessment is asked once the clinic has opened a visit.
    day : date
        On the patient's calendar.

    Returns
    -------
    list of Asked
    """
    visits = [seen.noun for seen in seen_of(request, patient, "visit") if isinstance(seen.noun, Session)]
    due = _assessment(signed, visits, day)
    if due is None:
        return []
    visit = _visit_of(due, visits, is_first=signed is None)
    given = _given(request, patient, visit)
    shelf = library_in_use().shelf("instruments")
    books = [shelf[name] for name in due.books if name in shelf]
    return [
        Asked(book, due.week, due.date, visit, visit not in visits, given.get(book.id, {}))
        for book in books
        if is_for_patient(book)
    ]


def open_visit(request: HttpRequest, patient: Patient, asked: Asked) -> None:
    """Open the visit an answer belongs to, where the clinic has not opened one for this assessment.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose visit.
    asked : Asked
        The questionnaire being answered.
    """
    if asked.is_new_visit:
        uid = uuid.uuid5(_SPACE, f"{patient.code} {asked.visit.session_id}")
        record_for(request, patient, asked.visit, uid=uid)


def _assessment(signed: Signed | None, visits: list[Session], day: dt.date) -> Assessment | None:
    if signed is None:
        return plan_assessments(day, library=library_in_use())[0] if visits else None
    open_ones = [each for each in signed.programme.assessments if each.date <= day < each.date + OPEN_TO_PATIENT]
    return open_ones[-1] if open_ones else None


def _visit_of(due: Assessment, visits: list[Session], *, is_first: bool) -> Session:
    """Give the visit of an assessment, or the one still to be opened for it."""
    near = [
        visit for visit in visits if is_first or (visit.week is not None and abs(visit.week - due.week) <= _NEAR_WEEKS)
    ]
    if near:
        return max(near, key=lambda visit: visit.order)
    taken = {visit.session_id for visit in visits}
    names = (f"ses-w{due.week:02}{letter}" for letter in ("", *"abcdefgh"))
    name = next(name for name in names if name not in taken)
    order = 1 + max((visit.order for visit in visits), default=0)
    return Session(session_id=name, order=order, week=due.week)


def _given(request: HttpRequest, patient: Patient, visit: Session) -> dict[str, dict[str, Observation]]:
    given: dict[str, dict[str, Observation]] = {}
    for answer in own_answers(request, patient, visit.session_id):
        given.setdefault(answer.book, {})[answer.item] = answer
    return given
