"""Answers of one instrument at one visit: what stands, what is added, what is corrected, what it amounts to.

Decides that an answer is checked against its book before it becomes an event; scoring is the core's.
"""

import uuid
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest

from backloop.library import Instrument
from backloop.measure import Measure, score
from backloop.record import Observation, Origin, Participant, Record, Session
from backloop.units import Scale, Text
from backloop.web.clinic.alerts import safety_items
from backloop.web.clinic.questions import Misfit, Question, questions_of, read_answer
from backloop.web.clinic.watching import refresh
from backloop.web.people.acting import correct_for, record_for
from backloop.web.people.attending import visits_of
from backloop.web.people.models import Account, Patient
from backloop.web.people.roles import TELLING
from backloop.web.people.scopes import events_for, sight_of
from backloop.web.store.events import StandingEvent, library_in_use, standing_events
from backloop.web.store.kinds import PersonFacts
from backloop.web.store.models import Event

__all__ = [
    "OF_TREATMENT",
    "Entry",
    "answers_at",
    "correct_answer",
    "open_entry",
    "progress_at",
    "report_score",
    "save_answer",
    "score_at",
]

OF_TREATMENT = TELLING | {"ceq", "wai-sr", "clinic-resources"}
"""Worksheets that tell of treatment: a blinded account neither sees nor fills them in."""

_SETTLED = Text(
    en="This questionnaire is complete. To change an answer, correct it and say why.",
    zh="该量表已完成。如需修改，请更正并说明原因。",
)


@dataclass(frozen=True)
class Entry:
    """One instrument being filled in at one visit."""

    patient: Patient
    visit: Session
    book: Instrument
    questions: tuple[Question, ...]

    @property
    def answered(self) -> int:
        """How many questions have an answer or a reason."""
        return sum(question.is_answered for question in self.questions)

    @property
    def is_complete(self) -> bool:
        """Whether every question has an answer or a reason."""
        return bool(self.questions) and self.answered == len(self.questions)

    @property
    def next_number(self) -> int:
        """The number of the first question that is open; the last one where none is."""
        return next((each.number for each in self.questions if not each.is_answered), len(self.questions))

    def question(self, item: str) -> Question | None:
        """Give a question by its item's id."""
        return next((each for each in self.questions if each.id == item), None)


def answers_at(account: Account, patient: Patient, session_id: str, book: str) -> dict[str, StandingEvent]:
    """Give the answers to an instrument that stand at a visit.

    Parameters
    ----------
    account : Account
        Who asks.
    patient : Patient
        Whose.
    session_id : str
        At which visit.
    book : str
        To which instrument.

    Returns
    -------
    dict of str to StandingEvent
        By item; an item answered twice stands as answered last.
    """
    asked = Q(kind__in=["response", "observation"], code=book) | Q(kind="correction")
    standing = _stand(patient, events_for(account, patient).filter(asked))
    found = ((each, each.noun) for each in standing)
    return {noun.item: each for each, noun in found if isinstance(noun, Observation) and noun.session_id == session_id}


def progress_at(account: Account, patient: Patient, session_id: str) -> dict[str, int]:
    """Count what was answered or tested at a visit.

    Parameters
    ----------
    account : Account
        Who asks.
    patient : Patient
        Whose.
    session_id : str
        At which visit.

    Returns
    -------
    dict of str to int
        Distinct items by book.
    """
    seen = events_for(account, patient).filter(kind__in=["response", "observation", "correction"])
    items: dict[str, set[str]] = {}
    for each in _stand(patient, seen):
        if isinstance(each.noun, Observation) and each.noun.session_id == session_id:
            items.setdefault(each.noun.book, set()).add(each.noun.item)
    return {book: len(names) for book, names in items.items()}


def open_entry(account: Account, patient: Patient, session_id: str, book: str) -> Entry | None:
    """Open an instrument at a visit.

    Parameters
    ----------
    account : Account
        Who asks.
    patient : Patient
        Whose.
    session_id : str
        At which visit.
    book : str
        Which instrument.

    Returns
    -------
    Entry or None
        None where there is no such visit or instrument, or a blinded account asks for a worksheet about treatment.
    """
    shelf = library_in_use().shelf("instruments")
    visit = next((each for each in visits_of(account, patient) if each.session_id == session_id), None)
    is_hidden = book in OF_TREATMENT and sight_of(account, patient).is_blinded
    if visit is None or book not in shelf or is_hidden:
        return None
    instrument: Instrument = shelf[book]
    answers = answers_at(account, patient, session_id, book)
    return Entry(patient, visit, instrument, tuple(questions_of(instrument, answers)))


def save_answer(
    request: HttpRequest, entry: Entry, item: str, *, raw: str, reason: str, uid: uuid.UUID | None
) -> Event | None:
    """Write an answer down if it fits and is new.

    Parameters
    ----------
    request : HttpRequest
        The request.
    entry : Entry
        The instrument at its visit.
    item : str
        Which question.
    raw, reason : str
        What was entered: an answer, or the reason why there is none.
    uid : UUID or None
        The sender's own id of this answer; the same one twice is written once.

    Returns
    -------
    Event or None
        None where the same answer stood already.

    Raises
    ------
    Misfit
        If there is no such question, the answer does not fit, or the instrument is complete.
    """
    question = entry.question(item)
    if question is None:
        raise Misfit(
            Text(
                en="This questionnaire has no such question. Load the page again.",
                zh="该量表没有此题，请重新载入页面。",
            )
        )
    noun = _observe(entry, question, raw, reason)
    if question.observation == noun:
        return None
    if entry.is_complete and (uid is None or not Event.objects.filter(uid=uid).exists()):
        raise Misfit(_SETTLED)
    event = record_for(request, entry.patient, noun, uid=uid)
    _look_again(entry, item)
    return event


def correct_answer(request: HttpRequest, entry: Entry, item: str, *, raw: str, reason: str, why: str) -> Event:
    """Correct the answer that stands, giving the reason; the earlier one stays visible.

    Parameters
    ----------
    request : HttpRequest
        The request.
    entry : Entry
        The instrument at its visit.
    item : str
        Which question.
    raw, reason : str
        What should have been entered.
    why : str
        Why the earlier answer was wrong.

    Returns
    -------
    Event
        The correction.

    Raises
    ------
    Misfit
        If there is no reason or no answer to correct, or the new one does not fit.
    """
    question = entry.question(item)
    if question is None or question.standing is None:
        raise Misfit(Text(en="There is no answer to correct here.", zh="此处没有可更正的答案。"))
    if not why.strip():
        raise Misfit(Text(en="Say why the earlier answer was wrong.", zh="请说明原答案为何有误。"))
    noun = _observe(entry, question, raw, reason)
    event = correct_for(request, entry.patient, question.standing.event, replacement=noun, why=why.strip())
    _look_again(entry, item)
    return event


def report_score(request: HttpRequest, entry: Entry, score_id: str, raw: str, *, uid: uuid.UUID | None) -> Event:
    """Write down a score that was computed elsewhere, on the instrument's own scale.

    Parameters
    ----------
    request : HttpRequest
        The request.
    entry : Entry
        The instrument at its visit.
    score_id : str
        Which score.
    raw : str
        The number.
    uid : UUID or None
        The sender's own id.

    Returns
    -------
    Event

    Raises
    ------
    Misfit
        If there is no such score or the number is off its scale.
    """
    found = next((each for each in entry.book.scores if each.id == score_id), None)
    if found is None:
        raise Misfit(Text(en="This questionnaire has no such score.", zh="该量表没有此分数。"))
    try:
        value = float(raw.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not (value == value and found.scale.holds(value)):  # noqa: PLR0124 - only a NaN differs from itself
        raise Misfit(_off_scale(found.scale))
    noun = Observation(
        session_id=entry.visit.session_id,
        kind="score",
        book=entry.book.id,
        item=score_id,
        value=value,
        scale=found.scale,
    )
    return record_for(request, entry.patient, noun, uid=uid)


def score_at(account: Account, entry: Entry) -> list[Measure]:
    """Score one instrument at one visit from what the account may see.

    Parameters
    ----------
    account : Account
        Who asks.
    entry : Entry
        The instrument at its visit.

    Returns
    -------
    list of Measure
        Its scores, present or absent with the reason; empty where nothing was answered.
    """
    answers = answers_at(account, entry.patient, entry.visit.session_id, entry.book.id)
    nouns = tuple(each.noun for each in answers.values() if isinstance(each.noun, Observation))
    if not nouns:
        return []
    record = Record(
        participant=_participant(account, entry.patient),
        sessions=(entry.visit,),
        observations=nouns,
        origin=Origin(name="clinic", format="json"),
    )
    return list(score(record, library=library_in_use()).measures)


def _observe(entry: Entry, question: Question, raw: str, reason: str) -> Observation:
    value, absent = read_answer(question, raw, reason)
    return Observation(
        session_id=entry.visit.session_id,
        kind="response",
        book=entry.book.id,
        item=question.id,
        value=value,
        absent=absent,
    )


def _look_again(entry: Entry, item: str) -> None:
    if item in safety_items(library_in_use()):
        refresh([entry.patient.code])


def _participant(account: Account, patient: Patient) -> Participant:
    seen = events_for(account, patient).filter(kind__in=["person", "correction"])
    people = [each.noun for each in _stand(patient, seen) if isinstance(each.noun, PersonFacts)]
    return people[-1].participant if people else Participant(participant_id=f"sub-{patient.code}")


def _stand(patient: Patient, seen: object) -> list[StandingEvent]:
    return standing_events(patient.code, seen=seen)  # type: ignore[arg-type]


def _off_scale(scale: Scale) -> Text:
    low, high = scale.low, scale.high
    return Text(
        en=f"Expected a number on the scale {low:g} to {high:g}." if None not in (low, high) else "Expected a number.",
        zh=f"请输入 {low:g} 至 {high:g} 之间的数值。" if None not in (low, high) else "请输入数值。",
    )
