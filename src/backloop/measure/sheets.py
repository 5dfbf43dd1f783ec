"""What one person's answers and trials of one book amount to before they are scored.

Decides which points stand in for missing ones and why a number is not there; how points are added is its neighbours'.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import fsum
from typing import NamedTuple

from backloop.library import Missing
from backloop.units import Absent, Text

__all__ = ["Outcome", "Sheet", "Trial"]


class Outcome(NamedTuple):
    """What a method yields: a value or the reason why there is none, its label, the observations only it knows of.

    Examples
    --------
    >>> Outcome(value=3.0).absent is None
    True
    """

    value: float | None = None
    absent: Absent | None = None
    label: Text | None = None
    used: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()


class Trial(NamedTuple):
    """One trial of a test: where it stands in its run, its values in the fields' own units, its observations by field.

    Examples
    --------
    >>> Trial(site="", phase="", number=1, values={"distance": 45.0}, ids={"distance": "ses-01/x.distance/1"}).number
    1
    """

    site: str
    phase: str
    number: int
    values: dict[str, float]
    ids: dict[str, str]


@dataclass(slots=True)
class Sheet:
    """One person's answers or trials of one book at one visit, ready to be scored.

    `ranges` hold the least and most points of each item, `points` those of the answers and of earlier scores, `words`
    the text answers, `ids` the observation behind each item, `behind` those behind each earlier score, `reasons` why
    something is absent. `left_out` names what was given but cannot be used, `partial` the scores made without some of
    their answers.

    Examples
    --------
    >>> sheet = Sheet(ranges={"x_01": (0, 4), "x_02": (0, 4)}, points={"x_01": 3.0})
    >>> sheet.gather(("x_01", "x_02"), Missing(rule="none", reference="backloop-convention", verified=False))
    <Absent.TOO_MANY_MISSING: 'too many missing'>
    """

    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, Absent] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    behind: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)
    trials: list[Trial] = field(default_factory=list)

    def lack(self, name: str, reason: Absent) -> None:
        """Note why something is absent; reasons that contradict each other leave only that it is not there."""
        self.reasons[name] = reason if self.reasons.get(name, reason) is reason else Absent.NOT_ASKED

    def look(self, name: str) -> float | str | None:
        """Give what stands behind an item or earlier score, for a condition to ask about."""
        points = self.points.get(name)
        return self.words.get(name) if points is None else points

    def gather(self, names: tuple[str, ...], missing: Missing) -> dict[str, float] | Absent:
        """Give the points of items or earlier scores after the missing rule, or why they cannot be had."""
        points = self.points
        known = {name: points[name] for name in names if name in points}
        if len(known) == len(names):
            return known
        if missing.rule == "none" or not known or len(known) < (missing.at_least or 1):
            return self.why(names)
        if missing.rule == "prorate":
            mean = fsum(known.values()) / len(known)
            known |= {name: self._within(name, mean) for name in names if name not in known}
        return known

    def why(self, names: Collection[str]) -> Absent:
        """Say why something cannot be had: the one reason that all share, or that too much is missing."""
        reasons = {self.reasons.get(name, Absent.NOT_ASKED) for name in names if self.look(name) is None}
        if any(self.look(name) is not None for name in names):
            return Absent.TOO_MANY_MISSING
        return reasons.pop() if len(reasons) == 1 else Absent.NOT_ASKED

    def _within(self, name: str, points: float) -> float:
        low, high = self.ranges.get(name, (points, points))
        return min(max(points, low), high)
