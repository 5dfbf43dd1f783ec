"""What is measured when: the weeks of assessment and the books due in each.

Decides the calendar of assessments; what a book asks is its own matter.
"""

import datetime as dt
from functools import lru_cache

from backloop.library import Library
from backloop.train.programmes import Assessment

__all__ = ["plan_assessments"]

# A working rule of ours (backloop-convention) built on sources. Every time: pain and disability of the core outcome set
# (chiarotto-2018), the person's own goals, and the red flags, which are asked again at each visit (finucane-2020). In
# the weeks of treatment all that the safety rules and contraindications ask for is asked again; what only the
# contraindications of a chosen treatment ask for (such as the screen before brain stimulation) is asked with it.
# Week 12: the trial read its mediators at the end of treatment (cashin-2021). Weeks 18, 26 and 52 are its follow-ups
# (bagg-2022). Quality of life is the third core domain. From week 6 the person's own verdict is asked (dworkin-2008).
_ALWAYS = ("red-flags", "nrs", "rmdq", "psfs")
_ONCE = ("health-screen", "neuro-exam", "peripheral-exam", "preferences", "phq-9", "activity-tolerance")
_AGAIN = ("health-screen", "neuro-exam", "phq-9", "activity-tolerance")
_MEDIATORS = ("frebaq", "tsk-13", "pcs", "pseq", "bbq")
_TESTS = ("two-point-lumbar", "left-right-trunk", "luomajoki")
_DUE: dict[int, tuple[str, ...]] = {
    0: (*_ALWAYS, *_ONCE, *_MEDIATORS, *_TESTS, "eq-5d-5l"),
    6: (*_ALWAYS, *_AGAIN, "pgic"),
    12: (*_ALWAYS, *_AGAIN, *_MEDIATORS, *_TESTS, "eq-5d-5l", "pgic"),
    18: (*_ALWAYS, "eq-5d-5l", "pgic"),
    26: (*_ALWAYS, "pgic"),
    52: (*_ALWAYS, *_MEDIATORS, "eq-5d-5l", "pgic"),
}
_TREATMENT = (0, 6, 12)


def plan_assessments(
    start: dt.date, *, library: Library, interventions: tuple[str, ...] = ()
) -> tuple[Assessment, ...]:
    """Date the assessments and name the questionnaires and tests due at each.

    Parameters
    ----------
    start : date
        The first day of the programme, which is week 0.
    library : Library
        The books; one that is not on its shelves is not due.
    interventions : tuple of str
        The treatments of the plan; what their contraindications ask for is due in the weeks of treatment.

    Returns
    -------
    tuple of Assessment
        Weeks 0, 6, 12, 18, 26 and 52.

    References
    ----------
    bagg-2022, cashin-2021, chiarotto-2018, dworkin-2008, finucane-2020

    Examples
    --------
    >>> [due.week for due in plan_assessments(dt.date(2026, 12, 1), library=Library.packaged())]
    [0, 6, 12, 18, 26, 52]
    """
    return tuple(
        Assessment(week=week, date=start + dt.timedelta(weeks=week), books=books)
        for week, books in _due(library, interventions)
    )


@lru_cache(maxsize=64)
def _due(library: Library, interventions: tuple[str, ...]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    shelves = [library.shelf(name) for name in ("instruments", "protocols")]
    asked = _asked(library, interventions)
    due = {week: dict.fromkeys((*books, *asked) if week in _TREATMENT else books) for week, books in _DUE.items()}
    return tuple(
        (week, tuple(book for book in books if any(book in s for s in shelves))) for week, books in due.items()
    )


def _asked(library: Library, interventions: tuple[str, ...]) -> tuple[str, ...]:
    """Name the books that the contraindications of these treatments ask about."""
    limits = (limit for name in interventions for limit in library.intervention(name).contraindications)
    names = (name for limit in limits for name in limit.when.ids())
    return tuple(name.rpartition("_")[0] if "_" in name else name.partition(".")[0] for name in names)
