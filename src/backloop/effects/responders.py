"""Responders: how many people of each arm improved by a stated amount, as a supportive reading of a mean difference.

Decides who counts as a responder and what is done with people not seen; it is never the primary analysis.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from backloop.effects.proportions import NumberNeeded, ProportionInterval, Ratio, compare_shares, ratio_of_shares
from backloop.effects.regressions import WeekData, read_week
from backloop.effects.rubin import rubin_rules
from backloop.effects.rulers import check_scale
from backloop.errors import TrialError
from backloop.kernel import Columns, Floats
from backloop.measure import software_version
from backloop.units import Absent, Frozen, Interval, Scale, Text

__all__ = ["ResponderComparison", "ResponderRule", "Unseen", "compare_responders"]

Unseen = Literal["non-responder", "as seen", "imputed"]
"""What is done with people not seen: counted as not responding, left out, or taken from imputed tables."""

_UNSEEN_WORDS = {
    "non-responder": Text(en="people not seen counted as non-responders", zh="未随访者按无应答计"),
    "as seen": Text(en="people not seen left out", zh="不含未随访者"),
    "imputed": Text(en="people not seen imputed", zh="未随访者经多重填补"),
}


class ResponderRule(Frozen):
    """How much better a person must be at follow-up than at baseline to be called a responder.

    Parameters
    ----------
    amount : float, above 0
        Per cent of the baseline, or points of the scale.
    unit : str
        ``"percent"`` or ``"points"``.

    Examples
    --------
    >>> ResponderRule(amount=30, unit="percent").text.en
    'at least 30 % better'
    """

    amount: float = Field(gt=0)
    unit: Literal["percent", "points"]

    @property
    def text(self) -> Text:
        """The rule in words."""
        english = "%" if self.unit == "percent" else "points"
        chinese = f"{self.amount:g}%" if self.unit == "percent" else f"{self.amount:g}分"
        return Text(en=f"at least {self.amount:g} {english} better", zh=f"改善至少{chinese}")


_Counts = tuple[tuple[int, int], tuple[int, int]]
_ROUNDING = 1e-9  # 30 % of 7 is 2.1, also where the sum says 2.0999999

_USUAL = (
    ResponderRule(amount=30, unit="percent"),
    ResponderRule(amount=50, unit="percent"),
)


class ResponderComparison(Frozen):
    """The responders of an arm and of the comparator at one week under one rule.

    `responders` and `people` have the arm first (means over tables where imputed); `unseen` counts people without the
    baseline or the week, or with a baseline of zero under a rule in per cent.

    Examples
    --------
    >>> ResponderComparison.model_fields["unseen_rule"].is_required()
    True
    """

    outcome: str
    week: float
    arm: str
    comparator: str
    rule: ResponderRule
    responders: tuple[float, float]
    people: tuple[int, int]
    unseen: tuple[int, int]
    unseen_rule: Unseen
    needed: NumberNeeded
    ratio: Ratio
    method: str
    software: str

    @property
    def text(self) -> Text:
        """The comparison in one sentence, with its standing."""
        (low, high), difference = (self.needed.interval.low, self.needed.interval.high), self.needed.difference
        shares = [f"{number:.0f}/{people}" for number, people in zip(self.responders, self.people, strict=True)]
        number, how = self.needed.text, _UNSEEN_WORDS[self.unseen_rule]
        percent = f"difference {difference:.1%} ({low:.1%} to {high:.1%})".replace("%", " %")
        return Text(
            en=f"{self.outcome}, week {self.week:g}, {self.rule.text.en}: {shares[0]} in {self.arm} and {shares[1]} in "
            f"{self.comparator}; {percent}; {number.en}; {how.en}. "
            "Supportive only: the mean difference is the answer, and no one person is shown to respond.",
            zh=f"{self.outcome}，第{self.week:g}周，{self.rule.text.zh}：{self.arm}组{shares[0]}，{self.comparator}组"
            f"{shares[1]}；差值{difference:.1%}（{low:.1%}至{high:.1%}）；{number.zh}；{how.zh}。仅作辅助参考：主要结论以均值差为准，"
            "且不能据此判断某一个体是否应答。",
        )


def compare_responders(
    table: pd.DataFrame,
    columns: Columns,
    *,
    week: float,
    scale: Scale,
    rules: Sequence[ResponderRule] = _USUAL,
    baseline: float | None = None,
    unseen: Unseen = "non-responder",
    imputed: Sequence[pd.DataFrame] = (),
    method: ProportionInterval = "newcombe",
    level: float = 0.95,
) -> tuple[ResponderComparison, ...]:
    """Count the responders of every arm at a week and compare them with the comparator's.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`. Missing outcomes are empty.
    columns : Columns
        Which column holds what.
    week : float
        The week since randomisation.
    scale : Scale
        The ruler of the outcome; its good direction says what an improvement is.
    rules : sequence of ResponderRule
        By default 30 and 50 % of the baseline; add the minimal important change in points from the instrument's book.
    baseline : float, optional
        The week before treatment; by default the first.
    unseen : str
        ``"non-responder"``, ``"as seen"``, or ``"imputed"`` with `imputed`.
    imputed : sequence of pandas.DataFrame
        At least two copies of `table` with the missing outcomes drawn, pooled by Rubin's rules.
    method : str
        ``"newcombe"`` or ``"miettinen-nurminen"`` for the difference; not used with `imputed`.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    tuple of ResponderComparison
        By rule, then arm.

    Raises
    ------
    TrialError
        If the scale has no good direction, or rule and tables do not fit together.

    Notes
    -----
    Cutting a scale in two throws information away and turns a shift of everybody into "responders"; report it beside
    the mean difference, never instead.

    References
    ----------
    newcombe-1998, miettinen-1985, altman-1998, rubin-1987

    Examples
    --------
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, None]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> found = compare_responders(table, where, week=9, scale=Scale(low=0, high=10, better="low"))
    >>> [(one.rule.amount, one.responders, one.people) for one in found]
    [(30.0, (2.0, 0.0), (4, 4)), (50.0, (1.0, 0.0), (4, 4))]
    """
    if scale.better == "neither":
        message = f"the scale of '{columns.outcome}' has no good direction, so nobody can be called a responder"
        raise TrialError(message)
    if (unseen == "imputed") != (len(imputed) > 1):
        message = f"'imputed' and at least two imputed tables go together; got '{unseen}' and {len(imputed)} tables"
        raise TrialError(message)
    seen = read_week(table, columns, week=week, baseline=baseline)
    check_scale(np.column_stack([seen.start, seen.y]), seen.outcome, scale)
    tables = tuple(read_week(one, columns, week=week, baseline=baseline) for one in imputed) or (seen,)
    if any(one.arms != seen.arms or not np.array_equal(one.arm, seen.arm) for one in tables):
        message = "the imputed tables must hold the same people in the same arms as the table"
        raise TrialError(message)
    reading = _Reading(seen, tables, scale, unseen, method, level)
    return tuple(reading.compare(rule, place) for rule in rules for place in range(1, len(seen.arms)))


@dataclass(frozen=True)
class _Reading:
    seen: WeekData
    tables: tuple[WeekData, ...]
    scale: Scale
    unseen: Unseen
    method: ProportionInterval
    level: float

    def compare(self, rule: ResponderRule, place: int) -> ResponderComparison:
        sides = (self.seen.arm == place, self.seen.arm == 0)
        counts = [self._count(_responded(one, rule, self.scale), sides) for one in self.tables]
        unknown = np.isnan(_responded(self.seen, rule, self.scale))
        imputed = self.unseen == "imputed"
        return ResponderComparison(
            outcome=self.seen.outcome,
            week=self.seen.week,
            arm=self.seen.arms[place],
            comparator=self.seen.arms[0],
            rule=rule,
            responders=(_mean(counts, 0), _mean(counts, 1)),
            people=(counts[0][0][1], counts[0][1][1]),
            unseen=(int(unknown[sides[0]].sum()), int(unknown[sides[1]].sum())),
            unseen_rule=self.unseen,
            needed=_pool_difference(counts, self.level)
            if imputed
            else compare_shares(*counts[0], method=self.method, level=self.level),
            ratio=_pool_ratio(counts, self.level) if imputed else ratio_of_shares(*counts[0], level=self.level),
            method="Wald, Rubin's rules" if imputed else self.method,
            software=software_version(),
        )

    def _count(self, responded: Floats, sides: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> _Counts:
        first, second = (self._count_side(responded[side]) for side in sides)
        return first, second

    def _count_side(self, responded: Floats) -> tuple[int, int]:
        known = responded[~np.isnan(responded)]
        if self.unseen == "imputed" and len(known) < len(responded):
            message = "an imputed table still lacks answers at the week or the baseline, or has a baseline of zero"
            raise TrialError(message)
        people = len(known) if self.unseen == "as seen" else len(responded)
        return int(known.sum()), people


def _responded(data: WeekData, rule: ResponderRule, scale: Scale) -> Floats:
    """Give 1 for a responder, 0 for none, NaN where it cannot be said."""
    better = data.start - data.y if scale.better == "low" else data.y - data.start
    needed = np.full(len(better), rule.amount)
    if rule.unit == "percent":
        needed = np.where(data.start > 0, rule.amount / 100.0 * data.start, np.nan)
    return np.where(np.isnan(better - needed), np.nan, better >= needed - _ROUNDING)


def _mean(counts: Sequence[_Counts], side: int) -> float:
    return float(np.mean([count[side][0] for count in counts]))


def _pool_difference(counts: Sequence[_Counts], level: float) -> NumberNeeded:
    shares, people = _shares(counts)
    variances = (shares * (1 - shares) / people).sum(axis=1)
    if not variances.all():
        message = "nobody or everybody responded in both arms of an imputed table; there is no spread to pool"
        raise TrialError(message)
    pooled, _share = rubin_rules(
        shares[:, 0] - shares[:, 1], np.sqrt(variances), df=float(people[0].sum()) - 2.0, level=level
    )
    return NumberNeeded(difference=pooled.estimate, interval=pooled.interval)


def _pool_ratio(counts: Sequence[_Counts], level: float) -> Ratio:
    shares, people = _shares(counts)
    if not shares.all():
        return Ratio(absent=Absent.UNDEFINED)
    errors = np.sqrt(((1 - shares) / (shares * people)).sum(axis=1))
    pooled, _share = rubin_rules(
        np.log(shares[:, 0] / shares[:, 1]), errors, df=float(people[0].sum()) - 2.0, level=level
    )
    low, high = float(np.exp(pooled.interval.low)), float(np.exp(pooled.interval.high))
    return Ratio(value=float(np.exp(pooled.estimate)), interval=Interval(low=low, high=high, level=level))


def _shares(counts: Sequence[_Counts]) -> tuple[Floats, Floats]:
    array = np.array(counts, dtype=float)
    return array[:, :, 0] / array[:, :, 1], array[:, :, 1]
