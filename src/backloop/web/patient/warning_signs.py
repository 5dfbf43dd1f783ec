"""Answers that need somebody today: which safety rule they meet, the words for the person, the alert for the clinic.

Decides when an alert is raised; what is a danger sign and what to say stands in the books.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from backloop.library import Condition, Library, SafetyRule
from backloop.record import Observation
from backloop.train import SessionVerdict
from backloop.units import Text
from backloop.web.patient.ownership import local_day, seen_of
from backloop.web.people.acting import record_for
from backloop.web.people.models import Patient
from backloop.web.store.events import StandingEvent, library_in_use
from backloop.web.store.kinds import Decision, Finding
from backloop.web.store.models import Event

__all__ = ["CHECK", "Warned", "emergency_words", "raise_warning", "rules_met", "warnings_of"]

CHECK = "session-check"
"""What a finding about the questions before a session is called; the same as their book."""

_URGENCIES = ("emergency", "urgent", "soon", "review")
_SHOWN = dt.timedelta(days=2)


@dataclass(frozen=True)
class Warned:
    """An alert that the patient's own words raised, and what the books tell the person."""

    uid: uuid.UUID
    day: dt.date
    is_emergency: bool
    words: tuple[Text, ...]
    book: str = ""


def rules_met(item: str, given: Mapping[str, Observation], *, library: Library) -> list[SafetyRule]:
    """Give the safety rules that an answer meets, together with the others of the visit; the most urgent first.

    Parameters
    ----------
    item : str
        The question just answered.
    given : mapping of str to Observation
        Every answer of the visit, by item.
    library : Library
        The books.

    Returns
    -------
    list of SafetyRule
    """

    def look(name: str) -> float | str | None:
        return given[name].value if name in given else None

    def is_met(rule: SafetyRule) -> bool:
        leaves = [leaf for leaf in _leaves(rule) if leaf.of == item]
        return any(leaf.judge(look) for leaf in leaves) and bool(rule.when.judge(look))

    met = [rule for rule in library.shelf("safety").values() if is_met(rule)]
    return sorted(met, key=lambda rule: _URGENCIES.index(rule.urgency))


def raise_warning(request: HttpRequest, patient: Patient, event: Event, rules: Iterable[SafetyRule]) -> Event | None:
    """Tell the clinic that an answer met safety rules; once, however often the answer is sent.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose answer.
    event : Event
        The answer as it was written down.
    rules : iterable of SafetyRule
        What it met.

    Returns
    -------
    Event or None
        The finding; None where no rule was met.
    """
    met, answer = list(rules), event.noun
    if not met or not isinstance(answer, Observation):
        return None
    finding = Finding(
        about=answer.item,
        level="emergency" if any(rule.urgency == "emergency" for rule in met) else "alert",
        session_id=answer.session_id,
        content={"rules": [rule.id for rule in met]},
    )
    return record_for(request, patient, finding, uid=uuid.uuid5(event.uid, "warning"))


def warnings_of(request: HttpRequest, patient: Patient, *, day: dt.date) -> list[Warned]:
    """Give the alerts of the last two days that the patient's own answers raised and that nobody has closed yet.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose.
    day : date
        On the patient's calendar.

    Returns
    -------
    list of Warned
        The latest first; one for each cause.
    """
    found: dict[tuple[Text, ...], Warned] = {}
    standing = seen_of(request, patient, "finding", "decision")
    closed = {each.noun.content.get("alert") for each in standing if isinstance(each.noun, Decision)}
    for each in standing:
        noun, at = each.noun, local_day(patient, each.event.happened_at)
        if not isinstance(noun, Finding) or noun.level == "note" or _keys(each) & closed:
            continue
        if day - at <= _SHOWN and (words := _words(noun)):
            book = noun.about.rpartition("_")[0] if noun.about != CHECK else ""
            found[words] = Warned(each.event.uid, at, noun.level == "emergency", words, book)
    return list(found.values())[::-1]


def emergency_words() -> list[Text]:
    """Give the signs that need help at once, in the books' plain questions.

    Returns
    -------
    list of Text
        The questions behind every safety rule of the body that is an emergency and that the person can answer.
    """
    library = library_in_use()
    rules = [rule for rule in library.shelf("safety").values() if rule.urgency == "emergency"]
    names = dict.fromkeys(name for rule in rules for name in rule.when.ids() if name.startswith("red-flags_"))
    topics = {item.id: item.topic for item in library.instrument("red-flags").items}
    return [topics[name] for name in sorted(names)]


def _leaves(rule: SafetyRule) -> list[Condition]:
    waiting, leaves = [rule.when], list[Condition]()
    while waiting:
        one = waiting.pop()
        leaves += [one] if one.of is not None else []
        waiting += [*one.all, *one.any, *one.count]
    return leaves


def _keys(each: StandingEvent) -> set[str]:
    """Name the alert as the clinic's worklist does: the finding itself, and the rules its answer meets at the visit."""
    noun = each.noun
    rules = noun.content.get("rules", ()) if isinstance(noun, Finding) else ()
    at = noun.session_id if isinstance(noun, Finding) else ""
    return {f"finding:{each.event.seq}", *(f"safety:{rule}:{at}" for rule in rules)}


def _words(finding: Finding) -> tuple[Text, ...]:
    """Say a finding in the books' plain words; empty where the patient's own answers did not raise it."""
    library = library_in_use()
    shelf = library.shelf("sessions") if finding.about == CHECK else library.shelf("safety")
    rules = [shelf[name] for name in finding.content.get("rules", ()) if name in shelf]
    strict = {SessionVerdict.STOP.value, SessionVerdict.NOT_TODAY.value}
    return tuple(rule.plain for rule in rules if getattr(rule, "then", "stop and refer") in strict)
