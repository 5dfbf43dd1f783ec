"""How answers become a number: one small function for each method that an instrument's book may declare.

Decides the arithmetic; which method applies to what is in the books.
"""

from collections.abc import Callable
from math import fsum
from typing import Any

from backloop.library import (
    Binned,
    Combination,
    Count,
    Decision,
    Laterality,
    Mean,
    MetActivity,
    MetMinutes,
    Missing,
    Percent,
    Reported,
    SleepEfficiency,
    Sum,
    Table,
    ValueSet,
)
from backloop.measure.sheets import Outcome, Sheet
from backloop.units import Absent

__all__ = ["METHODS", "Method", "Result"]

Result = float | Absent | Outcome
"""A bare number, a bare reason why there is none, or an outcome with more to say."""

Method = Callable[[Any, Sheet, Missing], Result]
"""Takes a key of its kind, a person's sheet and the missing rule; gives the result."""

_HOURS_A_DAY = 24.0


def _sum(key: Sum, sheet: Sheet, missing: Missing) -> Result:
    points = sheet.gather(key.items, missing)
    return points if isinstance(points, Absent) else key.multiply * fsum(points.values())


def _mean(key: Mean, sheet: Sheet, missing: Missing) -> Result:
    points = sheet.gather(key.items, missing)
    return points if isinstance(points, Absent) else fsum(points.values()) / len(points)


def _percent(key: Percent, sheet: Sheet, missing: Missing) -> Result:
    points = sheet.gather(key.items, missing)
    if isinstance(points, Absent):
        return points
    return 100 * fsum(points.values()) / fsum(sheet.ranges[name][1] for name in points)


def _value_set(key: ValueSet, sheet: Sheet, _: Missing) -> Result:
    if any(name not in sheet.points for name in key.decrements):
        return sheet.why(key.decrements)
    levels = ((sheet.points[name], steps) for name, steps in key.decrements.items())
    return fsum([key.start, *(-steps[int(level) - 2] for level, steps in levels if level > 1)])


def _table(key: Table, sheet: Sheet, _: Missing) -> Result:
    if any(name not in sheet.points for name in key.items):
        return sheet.why(key.items)
    return key.values[int(fsum(sheet.points[name] for name in key.items)) - key.first]


def _combination(key: Combination, sheet: Sheet, _: Missing) -> Result:
    if any(term.of not in sheet.points for term in key.terms):
        return sheet.why([term.of for term in key.terms])
    return fsum([key.constant, *(term.weight * sheet.points[term.of] for term in key.terms)])


def _laterality(key: Laterality, sheet: Sheet, missing: Missing) -> Result:
    points = sheet.gather(key.right + key.left, missing)
    if isinstance(points, Absent):
        return points
    right, left = (fsum(points.get(name, 0.0) for name in side) for side in (key.right, key.left))
    return 100 * (right - left) / (right + left) if right + left else Absent.UNDEFINED


def _count(key: Count, sheet: Sheet, missing: Missing) -> Result:
    points = sheet.gather(key.items, missing)
    if isinstance(points, Absent):
        return points
    return float(sum(worth >= key.at_least for worth in points.values()))


def _decision(key: Decision, sheet: Sheet, _: Missing) -> Result:
    for rule in key.rules:
        answer = rule.when.judge(sheet.look)
        if answer is None:
            return sheet.why([name for each in key.rules for name in each.when.ids()])
        if answer:
            return Outcome(value=rule.value, label=rule.label)
    return Outcome(value=key.otherwise, label=key.otherwise_label)


def _binned(key: Binned, sheet: Sheet, missing: Missing) -> Result:
    points = sheet.gather(key.of, missing)
    if isinstance(points, Absent):
        return points
    total = fsum(points.values())
    for step in key.bins:
        if (step.at_least is None or total >= step.at_least) and (step.above is None or total > step.above):
            return step.value
    return key.otherwise


def _sleep_efficiency(key: SleepEfficiency, sheet: Sheet, _: Missing) -> Result:
    names = (key.to_bed, key.rise, key.hours)
    if any(name not in sheet.points for name in names):
        return sheet.why(names)
    to_bed, rise, hours = (sheet.points[name] for name in names)
    in_bed = (rise - to_bed) % _HOURS_A_DAY
    return 100 * hours / in_bed if in_bed else Absent.UNDEFINED


def _met_minutes(key: MetMinutes, sheet: Sheet, _: Missing) -> Result:
    minutes = [_minutes(activity, sheet, key.shortest_bout) for activity in key.activities]
    known = [each for each in minutes if each is not None]
    if len(known) < len(minutes):
        return sheet.why([name for each in key.activities for name in (each.days, each.minutes)])
    if fsum(known) > key.longest_day:
        return Absent.ARTEFACT
    parts = zip(key.activities, known, strict=True)
    return fsum(each.met * min(daily, key.cap_minutes) * sheet.points[each.days] for each, daily in parts)


def _minutes(activity: MetActivity, sheet: Sheet, shortest: float) -> float | None:
    """Give the minutes of an activity on its days: none on no days or in short bouts, None where not known."""
    if sheet.points.get(activity.days) == 0:
        return 0.0
    minutes = sheet.points.get(activity.minutes)
    if minutes is None or activity.days not in sheet.points:
        return None
    return minutes if minutes >= shortest else 0.0


def _reported(key: Reported, sheet: Sheet, missing: Missing) -> Result:  # noqa: ARG001  # every method looks alike
    return Absent.NOT_ASKED


METHODS: dict[str, Method] = {
    "binned": _binned,
    "combination": _combination,
    "count": _count,
    "decision": _decision,
    "laterality": _laterality,
    "mean": _mean,
    "met-minutes": _met_minutes,
    "percent": _percent,
    "reported": _reported,
    "sleep-efficiency": _sleep_efficiency,
    "sum": _sum,
    "table": _table,
    "value-set": _value_set,
}
"""Every method by the name that a book's key gives it."""
