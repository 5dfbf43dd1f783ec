"""What the person wants to do again, and how long they manage it today.

Decides the goals of a plan from the person's own words; it sets no amount the person has not agreed to.
"""

from collections import defaultdict
from functools import lru_cache
from statistics import fmean

from backloop.library import Library
from backloop.plan.answers import Standing
from backloop.plan.plans import Goal
from backloop.record import Record
from backloop.units import convert

__all__ = ["name_goals"]

_SCALE = "psfs"
_TEST = "activity-tolerance"
_FIELD = "amount"
_TARGET_PHASE = "goal"
_UNIT = "min"


def name_goals(record: Record, standing: Standing, *, session_id: str, library: Library) -> tuple[Goal, ...]:
    """Name the person's goals: the activities of the Patient-Specific Functional Scale, with today's tolerance.

    Parameters
    ----------
    record : Record
        What was observed; the trials of ``activity-tolerance`` carry the goal's item id as their site.
    standing : Standing
        The answers that stand.
    session_id : str
        The visit the plan is made at; trials of the latest visit at or before it count.
    library : Library
        The books.

    Returns
    -------
    tuple of Goal
        In the order they were named; `level` is today's rating (0 unable to 10 as before), `baseline` the mean of the
        tolerance trials in minutes, `target` the amount agreed (a trial of phase ``goal``), each None where unknown.

    Examples
    --------
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> name_goals(person, Standing({}), session_id="ses-w00", library=Library.packaged())
    ()
    """
    trials = _tolerance(record, session_id)
    goals = []
    for activity, rating, low, high in _pairs(library):
        words = standing.look(activity)
        if isinstance(words, str) and words.strip():
            baseline = trials.get((activity, ""), [])
            target = trials.get((activity, _TARGET_PHASE), [])
            goal = Goal(
                activity=words.strip(),
                level=standing.number(rating),
                scale_low=low,
                scale_high=high,
                unit="points",
                source=activity,
                baseline=round(fmean(minutes for _, minutes in baseline), 2) if baseline else None,
                target=target[-1][1] if target else None,
                baseline_unit=_UNIT,
                because=tuple(name for name, _ in (*baseline, *target)),
            )
            goals.append(goal)
    return tuple(goals)


@lru_cache(maxsize=8)
def _pairs(library: Library) -> tuple[tuple[str, str, float, float], ...]:
    """Pair each activity's text item with the rating that follows it, and the rating's ends."""
    if _SCALE not in library.shelf("instruments"):
        return ()
    book = library.instrument(_SCALE)
    low, high = book.answers.low, book.answers.high
    pairs = zip(book.items, book.items[1:], strict=False)
    return tuple(
        (words.id, rating.id, low if rating.low is None else rating.low, high if rating.high is None else rating.high)
        for words, rating in pairs
        if words.kind == "text"
    )


def _tolerance(record: Record, session_id: str) -> dict[tuple[str, str], list[tuple[str, float]]]:
    """Give the trials of the latest visit that has any, by goal and phase: observation id and minutes."""
    limit = record.session(session_id).order
    order = {visit.session_id: visit.order for visit in record.sessions if visit.order <= limit}
    found: dict[tuple[str, str], dict[int, list[tuple[str, float]]]] = defaultdict(lambda: defaultdict(list))
    for seen in record.observations:
        is_amount = seen.kind == "trial" and seen.book == _TEST and seen.item == _FIELD
        if is_amount and seen.session_id in order and seen.value is not None and not isinstance(seen.value, str):
            phase = _TARGET_PHASE if seen.phase == _TARGET_PHASE else ""
            minutes = convert(float(seen.value), seen.unit or _UNIT, _UNIT)
            found[seen.site, phase][order[seen.session_id]].append((seen.id, minutes))
    return {key: visits[max(visits)] for key, visits in found.items()}
