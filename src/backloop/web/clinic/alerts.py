"""What a clinician must be told about a patient: danger signs, harms, worsening, missed sessions.

Decides which alerts follow from a patient's events and how urgent each is; closing one is a decision of a person.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from backloop.follow import Course
from backloop.library import Library, SafetyRule
from backloop.web.clinic.histories import History
from backloop.web.clinic.models import OpenAlert

__all__ = ["Raised", "find_alerts", "find_worsening", "safety_items"]

_LEVELS = {
    "emergency": OpenAlert.EMERGENCY,
    "urgent": OpenAlert.ALERT,
    "soon": OpenAlert.ALERT,
    "review": OpenAlert.NOTE,
    "alert": OpenAlert.ALERT,
    "severe": OpenAlert.ALERT,
    "moderate": OpenAlert.ALERT,
    "mild": OpenAlert.NOTE,
}
_MISSED = 2
_HARM = "harm"


@dataclass(frozen=True)
class Raised:
    """One alert: what it is called for good, how urgent, since when, and what is known about it."""

    key: str
    kind: str
    level: int
    since: dt.date
    session_id: str = ""
    content: dict[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=8)
def safety_items(library: Library) -> frozenset[str]:
    """Name every item that a safety rule asks about.

    Parameters
    ----------
    library : Library
        The books.

    Returns
    -------
    frozenset of str
        Item ids, such as ``phq-9_09``.
    """
    return frozenset(name for rule in _rules(library) for name in rule.when.ids())


def find_alerts(history: History, *, library: Library) -> list[Raised]:
    """Give the alerts that follow from a patient's events and that nobody closed, but for worsening.

    Parameters
    ----------
    history : History
        What stands of the events.
    library : Library
        The books, whose safety rules say what is a danger sign.

    Returns
    -------
    list of Raised
    """
    closed = history.closed
    found = (
        *_find_dangers(history, library),
        *_find_findings(history),
        *_find_harms(history),
        *_find_missed(history),
    )
    return [raised for raised in found if raised.key not in closed]


def find_worsening(course: Course, history: History) -> list[Raised]:
    """Give an alert for each outcome that got clearly worse at the last visit.

    Beyond the smallest detectable change; where that is not known for the person, by an amount that matters.

    Parameters
    ----------
    course : Course
        The outcomes over the visits.
    history : History
        What stands of the patient's events.

    Returns
    -------
    list of Raised
    """
    last, found = history.last_visit, []
    for outcome in course.outcomes:
        change = outcome.changes[-1] if outcome.changes else None
        if last is None or change is None or change.later != last.content["session_id"]:
            continue
        matters = change.is_real == "not known" and change.is_important == "yes"
        if change.direction == "worse" and (change.is_real == "yes" or matters):
            content = {
                "title": outcome.title.model_dump(),
                "words": change.words.model_dump(),
                "is_real": change.is_real == "yes",
            }
            key = f"worse:{outcome.measure}:{change.later}"
            found.append(Raised(key, "worse", OpenAlert.ALERT, last.day, change.later, content))
    return [raised for raised in found if raised.key not in history.closed]


def _find_dangers(history: History, library: Library) -> Iterator[Raised]:
    answers = history.answers

    def look(name: str) -> float | str | None:
        return answers[name].value if name in answers else None

    for rule in _rules(library):
        if rule.when.judge(look):
            asked = [name for name in dict.fromkeys(rule.when.ids()) if name in answers]
            latest = max((answers[name] for name in asked), key=lambda each: history.visits[each.session_id].seq)
            content = {"rule": rule.id, "urgency": rule.urgency, "stops": rule.stops}
            key = f"safety:{rule.id}:{latest.session_id}"
            yield Raised(key, "safety", _LEVELS[rule.urgency], latest.day, latest.session_id, content)


def _find_findings(history: History) -> Iterator[Raised]:
    """Find what somebody wrote down as an alert; harms and answers that are there raise their own, not two."""
    told_elsewhere = {*history.answers, _HARM}
    for told in history.findings:
        finding = told.content
        if finding["level"] in _LEVELS and finding["about"] not in told_elsewhere:
            content = {"about": finding["about"]}
            level = _LEVELS[finding["level"]]
            yield Raised(f"finding:{told.seq}", "finding", level, told.day, finding["session_id"], content)


def _find_harms(history: History) -> Iterator[Raised]:
    for told in history.harms:
        harm = told.content
        level = OpenAlert.EMERGENCY if harm["serious"] else _LEVELS[harm["severity"]]
        content = {name: harm[name] for name in ("words", "severity", "serious", "began", "after")}
        yield Raised(f"harm:{told.seq}", "harm", level, told.day, content=content)


def _find_missed(history: History) -> Iterator[Raised]:
    """Find two or more sessions in a row that were not done; those still to come count from the day after."""
    days = {told.content["day"]: told.content["done"] for told in history.sessions}
    programme = history.programme or {"weeks": []}
    planned = {each["date"] for week in programme["weeks"] for each in week["sessions"]}
    last_done = max((day for day, done in days.items() if done != "not"), default="")
    missed = sorted(day for day in {*days, *planned} if day > last_done)
    if len(missed) >= _MISSED:
        second = dt.date.fromisoformat(missed[_MISSED - 1])
        content = {"first": missed[0], "days": missed}
        yield Raised(f"missed:{missed[0]}", "missed", OpenAlert.ALERT, second + dt.timedelta(days=1), content=content)


@lru_cache(maxsize=8)
def _rules(library: Library) -> tuple[SafetyRule, ...]:
    return tuple(library.shelf("safety").values())
