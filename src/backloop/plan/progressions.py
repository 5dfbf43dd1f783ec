"""How an amount grows from week to week: a book's progression laid out for one person.

Decides the amount of each week; whether a week is held or stepped back is decided by the session rules and by people.
"""

import math
from collections.abc import Collection, Iterator, Sequence

from backloop.errors import MeasureError
from backloop.library import Cited, Progression
from backloop.units import Text

__all__ = ["Amounts", "climb"]

_MEASURE = Text(en="Measure first: three times, up to your own limit.", zh="先测定：分三次做到自觉极限。")
_NOTHING = Text(
    en="Nothing was managed at baseline, so there is no amount to start from. Choose an easier form, then measure.",
    zh="基线时未能完成，无法确定起始量。请先选择更容易的形式，再行测定。",
)


class Amounts(Cited):
    """What one progression asks for, week by week; empty, with the reason, where a baseline is needed and missing.

    Examples
    --------
    >>> words = Text(en="minutes", zh="分钟")
    >>> Amounts(progression="minutes", title=words, unit=words, weekly=(10.0, 15.0), reason=words,
    ...         reference="backloop-unverified", verified=False).weekly[-1]
    15.0
    """

    progression: str
    title: Text
    unit: Text
    weekly: tuple[float, ...]
    reason: Text


def climb(
    progression: Progression,
    *,
    weeks: int,
    baseline: float | None = None,
    goal: float | None = None,
    held: Collection[int] = (),
    stepped_back: Sequence[int] = (),
) -> Amounts:
    """Lay out the weekly amounts of a progression, from its start to its ceiling and never above it.

    Parameters
    ----------
    progression : Progression
        The book's start, step and ceiling.
    weeks : int
        How many weeks (1 or more).
    baseline : float, optional
        What the person managed on average (0 or more), in the progression's unit; used where its start and ceiling
        are shares of the baseline.
    goal : float, optional
        An amount agreed with the person (0 or more), in the same unit. The line then runs straight to it, instead of
        by steps; it stands in for a ceiling that is a share of the baseline, never for one in numbers.
    held : collection of int
        Weeks, from 1, that repeat the week before, because they were missed or held.
    stepped_back : sequence of int
        Weeks that begin one step lower than the week before; a week named twice begins two steps lower.

    Returns
    -------
    Amounts
        One amount a week, rounded to 0.1; none, with the reason, where a baseline is needed and is missing or 0.

    Raises
    ------
    MeasureError
        If `weeks` is below 1, or an amount is negative or not a number.

    Notes
    -----
    The steps from start to ceiling form a ladder. A week climbs on it, stays, or goes back a whole step; nothing made
    up later. Holding or stepping back therefore never asks for more. In graded activity the start at 70 % and quotas
    fixed beforehand are from Lambeek 2007 (verified).

    References
    ----------
    lambeek-2007

    Examples
    --------
    >>> from backloop.library import Library
    >>> quota = Library.packaged().intervention("graded-activity").progressions[0]
    >>> climb(quota, weeks=5, baseline=20, goal=30).weekly
    (14.0, 18.0, 22.0, 26.0, 30.0)
    >>> climb(quota, weeks=5, baseline=20, goal=30, held={3}).weekly
    (14.0, 18.0, 18.0, 22.0, 26.0)
    """
    _check(weeks, baseline, goal)
    if progression.of_baseline and not baseline:
        return _amounts(progression, (), _MEASURE if baseline is None else _NOTHING)
    if goal is None:
        rungs, every = _ladder(progression, baseline, weeks), progression.every_weeks
        reason = progression.advance
    else:
        rungs, every = _line(progression, baseline, goal, weeks=weeks), 1
        reason = _to_goal(progression, goal)
    weekly = _walk(rungs, every=every, weeks=weeks, held=held, stepped_back=stepped_back)
    return _amounts(progression, tuple(weekly), reason)


def _check(weeks: int, *amounts: float | None) -> None:
    if weeks < 1:
        message = f"a progression needs at least one week; got {weeks}"
        raise MeasureError(message)
    if any(amount is not None and not (math.isfinite(amount) and amount >= 0) for amount in amounts):
        message = "baseline and goal must be numbers of 0 or more; correct the amount"
        raise MeasureError(message)


def _scale(progression: Progression, baseline: float | None) -> float:
    """Give what the book's numbers are multiplied by."""
    return baseline or 0.0 if progression.of_baseline else 1.0


def _ladder(progression: Progression, baseline: float | None, weeks: int) -> list[float]:
    """Give the amounts from start to ceiling, as many as so many weeks could reach."""
    scale = _scale(progression, baseline)
    ceiling, step = progression.ceiling * scale, progression.step * scale
    rungs = [min(progression.start * scale, ceiling)]
    while len(rungs) < weeks and rungs[-1] < ceiling:
        last = rungs[-1]
        grown = last * (1 + progression.step) if progression.grows_by == "share" else last + step
        rungs.append(min(grown, ceiling))
    return [min(round(rung, 1), ceiling) for rung in rungs]


def _line(progression: Progression, baseline: float | None, goal: float, *, weeks: int) -> list[float]:
    """Give the amounts of a straight line from the start to the goal."""
    goal = goal if progression.of_baseline else min(goal, progression.ceiling)
    first = min(progression.start * _scale(progression, baseline), goal)
    last = max(weeks - 1, 1)
    return [min(round(first + (goal - first) * week / last, 1), goal) for week in range(weeks)]


def _walk(
    rungs: Sequence[float], *, every: int, weeks: int, held: Collection[int], stepped_back: Sequence[int]
) -> Iterator[float]:
    top, done = (len(rungs) - 1) * every, 0
    for week in range(1, weeks + 1):
        steps_back = list(stepped_back).count(week)
        if steps_back:
            done = max((done // every - steps_back) * every, 0)
        elif week > 1 and week not in held:
            done = min(done + 1, top)
        yield rungs[done // every]


def _amounts(progression: Progression, weekly: tuple[float, ...], reason: Text) -> Amounts:
    return Amounts(
        progression=progression.id,
        title=progression.title,
        unit=progression.unit,
        weekly=weekly,
        reason=reason,
        reference=progression.reference,
        verified=progression.verified,
        note=progression.note,
    )


def _to_goal(progression: Progression, goal: float) -> Text:
    unit = progression.unit
    return Text(
        en=f"In equal weekly steps to the agreed {goal:g} {unit.en}.", zh=f"每周等量递增，直至商定的{goal:g}{unit.zh}。"
    )
