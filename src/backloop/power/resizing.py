"""How many people a trial needs, and again once the spread is known but nobody is unblinded.

Decides the size of a two-arm comparison of means and its blinded re-estimation; it sees no arm.
"""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator
from scipy.special import nctdtr, stdtrit

from backloop.errors import TrialError
from backloop.units import Frozen, Text

__all__ = ["BlindedSize", "TwoArmPlan", "needed_people", "resize_blinded"]

_MOST_PEOPLE = 1_000_000
_SPREADABLE = 3


class TwoArmPlan(Frozen):
    """What the size of a trial was planned from.

    Parameters
    ----------
    effect : float
        The difference in means worth finding, in the outcome's unit; its sign does not matter.
    power, alpha : float
        The wanted power, and the two-sided type I error rate.
    share : float
        The share of people in the experimental arm.
    correlation : float
        Of the outcome with its baseline, for which the analysis adjusts; 0 where it does not.
    lost : float
        The share of people without the outcome.

    Examples
    --------
    >>> TwoArmPlan(effect=1.0, lost=0.15).power
    0.9
    """

    effect: float
    power: float = Field(default=0.9, gt=0, lt=1)
    alpha: float = Field(default=0.05, gt=0, lt=1)
    share: float = Field(default=0.5, gt=0, lt=1)
    correlation: float = Field(default=0.0, gt=-1, lt=1)
    lost: float = Field(default=0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _something_to_find(self) -> Self:
        if self.effect == 0.0:
            message = "the effect to be found must not be 0"
            raise ValueError(message)
        return self


class BlindedSize(Frozen):
    """A size re-estimated without unblinding.

    `sd_lumped` is the standard deviation of everybody seen so far, `sd` what is left after the planned effect is taken
    out of it; `people` is the new size of the whole trial, within the limits that were set.

    Examples
    --------
    >>> BlindedSize(seen=100, sd_lumped=2.6, sd=2.55, needed=276, people=290, planned=290).text.en
    '100 people seen: SD 2.55 without the planned effect; 276 people are needed, 290 were planned, go on with 290.'
    """

    seen: int
    sd_lumped: float
    sd: float
    needed: int
    planned: int
    people: int

    @property
    def text(self) -> Text:
        """The decision in a sentence."""
        return Text(
            en=(
                f"{self.seen} people seen: SD {self.sd:.2f} without the planned effect; "
                f"{self.needed} people are needed, {self.planned} were planned, go on with {self.people}."
            ),
            zh=(
                f"已观察{self.seen}人：扣除计划效应后标准差为{self.sd:.2f}；需要{self.needed}人，"
                f"原计划{self.planned}人，按{self.people}人继续。"
            ),
        )


def needed_people(plan: TwoArmPlan, sd: float) -> int:
    """Give the number of people for a two-sided t test of two means.

    Parameters
    ----------
    plan : TwoArmPlan
        Effect, power, alpha, shares, correlation with the baseline and expected loss.
    sd : float
        Standard deviation within an arm, in the outcome's unit, above 0.

    Returns
    -------
    int
        People to be randomised, both arms together.

    Raises
    ------
    TrialError
        If the standard deviation is not above 0, or more than a million people would be needed.

    Notes
    -----
    Exact by the non-central t distribution; adjustment for the baseline multiplies the variance by 1 - r squared. For
    repeated measures, bounded scales or loss that depends on the outcome use `simulate`.

    Examples
    --------
    >>> needed_people(TwoArmPlan(effect=0.5), sd=1.0)
    172
    >>> needed_people(TwoArmPlan(effect=1.0, correlation=0.5, lost=0.1), sd=2.4)
    206
    """
    if not (np.isfinite(sd) and sd > 0.0):
        message = f"expected a standard deviation above 0, got {sd:g}"
        raise TrialError(message)
    ratio = abs(plan.effect) / (sd * np.sqrt(1.0 - plan.correlation**2))
    low, high = 4, 8
    while _t_power(plan, ratio, high) < plan.power:
        low, high = high, high * 2
        if high > _MOST_PEOPLE:
            message = f"more than {_MOST_PEOPLE} people would be needed; check the effect and the standard deviation"
            raise TrialError(message)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _t_power(plan, ratio, middle) >= plan.power else (middle, high)
    return int(np.ceil(high / (1.0 - plan.lost) / 2.0 - 1e-9)) * 2


def _t_power(plan: TwoArmPlan, ratio: float, people: int) -> float:
    df = people - 2.0
    shift = ratio * np.sqrt(people * plan.share * (1.0 - plan.share))
    critical = stdtrit(df, 1.0 - plan.alpha / 2.0)
    return float(1.0 - nctdtr(df, shift, critical) + nctdtr(df, shift, -critical))


def resize_blinded(
    outcomes: ArrayLike, plan: TwoArmPlan, *, planned: int, least: int | None = None, most: int | None = None
) -> BlindedSize:
    """Re-estimate the size of a running trial from outcomes whose arms nobody knows.

    Parameters
    ----------
    outcomes : array of float, people
        The outcomes seen so far, arms together; missing ones are left out.
    plan : TwoArmPlan
        What the size was planned from.
    planned : int
        The planned size, both arms together.
    least, most : int, optional
        The limits set beforehand; by default at least `planned`, and without an upper limit.

    Returns
    -------
    BlindedSize
        Spread, needed and decided number of people.

    Raises
    ------
    TrialError
        If fewer than three outcomes are seen, they do not differ, or the planned effect explains all their spread.

    Notes
    -----
    The variance of both arms together is larger than within arms by about share x (1 - share) x effect squared. That
    known excess is taken out with the planned effect. The type I error rate stays as it was, as no arm is looked at.

    References
    ----------
    kieser-2003

    Examples
    --------
    >>> seen = np.random.default_rng(1).normal(4.0, 3.2, size=120)
    >>> size = resize_blinded(seen, TwoArmPlan(effect=1.0), planned=276)
    >>> size.people, size.people == size.needed
    (302, True)
    """
    values = np.asarray(outcomes, dtype=float)
    values = values[~np.isnan(values)]
    count = len(values)
    if count < _SPREADABLE or not np.isfinite(values).all():
        message = f"expected at least {_SPREADABLE} finite outcomes, got {count}"
        raise TrialError(message)
    lumped = float(values.var(ddof=1))
    within = lumped - count / (count - 1.0) * plan.share * (1.0 - plan.share) * plan.effect**2
    if within <= 0.0:
        message = "the planned effect is larger than all the spread seen; check the unit of the effect"
        raise TrialError(message)
    needed = needed_people(plan, float(np.sqrt(within)))
    floor = planned if least is None else least
    people = max(needed, floor) if most is None else min(max(needed, floor), most)
    return BlindedSize(
        seen=count,
        sd_lumped=float(np.sqrt(lumped)),
        sd=float(np.sqrt(within)),
        needed=needed,
        planned=planned,
        people=people,
    )
