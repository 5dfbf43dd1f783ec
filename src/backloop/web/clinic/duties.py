"""What is due for a patient: the assessments of the signed programme, or the baseline where none is signed.

Decides what is still to be measured and from when it is late; the calendar itself is the core's.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from backloop.library import Library
from backloop.train import plan_assessments
from backloop.web.clinic.histories import History

__all__ = ["Duty", "baseline_books", "books_for_visit", "find_duty"]

# Working rules of ours: an assessment is open from a week before its day and late from a week after; a baseline is
# late two weeks after the patient was entered; a visit belongs to an assessment up to two weeks away.
_WINDOW = dt.timedelta(days=7)
_BASELINE_LATE = dt.timedelta(days=14)
_NEAR_WEEKS = 2.0


@dataclass(frozen=True)
class Duty:
    """One assessment that is not complete: from when it is due, from when late, which books are missing."""

    due_on: dt.date
    late_from: dt.date
    week: int
    books: tuple[str, ...]


@lru_cache(maxsize=8)
def baseline_books(library: Library) -> tuple[str, ...]:
    """Name the questionnaires and tests of a first visit.

    Parameters
    ----------
    library : Library
        The books.

    Returns
    -------
    tuple of str
    """
    return plan_assessments(dt.date(2000, 1, 1), library=library)[0].books


def find_duty(history: History, *, entered: dt.date, library: Library) -> Duty | None:
    """Give the first assessment that is not complete; None where everything was done.

    Parameters
    ----------
    history : History
        What stands of the patient's events.
    entered : date
        When the patient was entered.
    library : Library
        The books.

    Returns
    -------
    Duty or None
        Of the signed programme; without one, the books of the baseline that were never answered.
    """
    programme = history.programme
    if programme is None:
        done = set().union(*history.books.values())
        missing = tuple(book for book in baseline_books(library) if book not in done)
        return Duty(entered, entered + _BASELINE_LATE, 0, missing) if missing else None
    for assessment in programme["assessments"]:
        day, week = dt.date.fromisoformat(assessment["date"]), assessment["week"]
        done = _done_in_week(history, week)
        missing = tuple(book for book in assessment["books"] if book not in done)
        if missing:
            return Duty(day - _WINDOW if week else day, day + _WINDOW, week, missing)
    return None


def books_for_visit(programme: dict[str, Any] | None, week: float | None) -> tuple[str, ...]:
    """Name the books that the signed programme wants at a visit.

    Parameters
    ----------
    programme : dict or None
        The programme's noun as JSON.
    week : float or None
        The visit's week.

    Returns
    -------
    tuple of str
        Empty where there is no programme, or no assessment near that week.
    """
    if programme is None or week is None:
        return ()
    nearest = min(programme["assessments"], key=lambda each: abs(each["week"] - week), default=None)
    if nearest is None or abs(nearest["week"] - week) > _NEAR_WEEKS:
        return ()
    return tuple(nearest["books"])


def _done_in_week(history: History, week: int) -> set[str]:
    weeks = {name: _week(told.content) for name, told in history.visits.items()}
    near = [name for name, at in weeks.items() if at is not None and abs(at - week) <= _NEAR_WEEKS]
    return set().union(*(history.books.get(name, set()) for name in near))


def _week(visit: dict[str, Any]) -> float | None:
    """Give a visit's week; the first visit is week 0 where none was entered."""
    week: float | None = visit["week"]
    return 0.0 if week is None and visit["order"] == 1 else week
