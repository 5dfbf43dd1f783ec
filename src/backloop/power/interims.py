"""What one look means: the chance of still succeeding, and the estimate after an early stop.

Decides conditional and predictive power and the median-unbiased estimate; the boundary was decided before.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from backloop.errors import TrialError
from backloop.power.boundaries import Boundary, lower_limits
from backloop.power.walks import Region, Walk, crossing_chances
from backloop.units import Frozen, Interval, Text

__all__ = ["FinalEstimate", "conditional_power", "final_estimate", "predictive_power"]

_POINTS = 64
_WIDE = 20.0


class FinalEstimate(Frozen):
    """The effect after a group-sequential trial has ended.

    `estimate` is median-unbiased and `interval` exact in the stage-wise order; `naive` is what the data show, which
    lies too far out on average where a trial stopped early.

    Examples
    --------
    >>> FinalEstimate(estimate=0.9, interval=Interval(low=0.2, high=1.6), p=0.006, naive=1.0, look=1).text.en
    'Corrected for the looks the effect is 0.90 (95 % interval 0.20 to 1.60); uncorrected it would be 1.00.'
    """

    estimate: float
    interval: Interval
    p: float
    naive: float
    look: int

    @property
    def text(self) -> Text:
        """The estimate in a sentence."""
        low, high, level = self.interval.low, self.interval.high, f"{self.interval.level:.0%}".replace("%", " %")
        return Text(
            en=(
                f"Corrected for the looks the effect is {self.estimate:.2f} ({level} interval {low:.2f} to {high:.2f});"
                f" uncorrected it would be {self.naive:.2f}."
            ),
            zh=(
                f"经期中分析校正后，效应为{self.estimate:.2f}（{self.interval.level:.0%}置信区间{low:.2f}至{high:.2f}）；"
                f"未校正时为{self.naive:.2f}。"
            ),
        )


def conditional_power(boundary: Boundary, *, look: int, z: float, drift: float | None = None) -> float:
    """Give the chance that a trial which goes on still crosses its boundary.

    Parameters
    ----------
    boundary : Boundary
        The critical values; the futility rule, if there is one, is followed at later looks.
    look : int
        The look that was just taken, from 1; not the last.
    z : float
        The z value seen there, positive in the direction of benefit.
    drift : float, optional
        The true effect times the root of the planned information (see `needed_drift`); by default the current trend.

    Returns
    -------
    float
        The chance, 0 to 1.

    Raises
    ------
    TrialError
        If there is no such look, or none after it.

    References
    ----------
    lan-1983

    Examples
    --------
    >>> from backloop.power import efficacy_boundary
    >>> looks = efficacy_boundary((0.5, 1.0))
    >>> round(conditional_power(looks, look=1, z=1.5), 3), round(conditional_power(looks, look=1, z=1.5, drift=3.3), 3)
    (0.586, 0.853)
    """
    time = _time(boundary, look)
    trend = z / np.sqrt(time) if drift is None else drift
    return _ahead(boundary, look, z)(float(trend))


def predictive_power(boundary: Boundary, *, look: int, z: float) -> float:
    """Give the chance of still crossing, averaged over what the data so far leave open about the effect.

    Parameters
    ----------
    boundary : Boundary
        The critical values.
    look : int
        The look that was just taken, from 1; not the last.
    z : float
        The z value seen there, positive in the direction of benefit.

    Returns
    -------
    float
        Conditional power averaged over the effect's posterior from a flat prior, 0 to 1.

    Raises
    ------
    TrialError
        If there is no such look, or none after it.

    Notes
    -----
    Less swayed than conditional power under the current trend, which takes an uncertain estimate for the truth.

    Examples
    --------
    >>> from backloop.power import efficacy_boundary
    >>> round(predictive_power(efficacy_boundary((0.5, 1.0)), look=1, z=1.5), 3)
    0.561
    """
    time = _time(boundary, look)
    nodes, weights = np.polynomial.hermite_e.hermegauss(_POINTS)
    chance = _ahead(boundary, look, z)
    drifts = z / np.sqrt(time) + nodes / np.sqrt(time)
    return float(weights @ [chance(drift) for drift in drifts] / weights.sum())


def _time(boundary: Boundary, look: int) -> float:
    if not 1 <= look < len(boundary.information):
        message = f"expected a look from 1 to {len(boundary.information) - 1}, after which another comes; got {look}"
        raise TrialError(message)
    return boundary.information[look - 1]


def _ahead(boundary: Boundary, look: int, z: float) -> Callable[[float], float]:
    time = boundary.information[look - 1]
    region = Region(
        times=boundary.information[look:],
        lower=lower_limits(boundary)[look:],
        upper=boundary.critical[look:],
        begin=time,
        start=float(z * np.sqrt(time)),
    )

    def chance(drift: float) -> float:
        left = crossing_chances(region, drift=drift)
        other_side = left.below.sum() if boundary.sided == 2 else 0.0  # noqa: PLR2004
        return float(left.above.sum() + other_side)

    return chance


def final_estimate(
    boundary: Boundary, *, look: int, z: float, standard_error: float, level: float = 0.95
) -> FinalEstimate:
    """Estimate the effect after a trial has ended, at a look or as planned.

    Parameters
    ----------
    boundary : Boundary
        The critical values that were used.
    look : int
        The look at which it ended, from 1.
    z : float
        The z value there, positive in the direction of benefit.
    standard_error : float
        The standard error of the effect there, above 0; the estimate has its unit.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    FinalEstimate
        Median-unbiased estimate, exact interval, one-sided p value.

    Raises
    ------
    TrialError
        If the boundary does not say that the trial ends there.

    Notes
    -----
    Outcomes are ordered by stage: a stop for efficacy at an earlier look is stronger than one later. The estimate is
    the effect under which a stronger outcome has a chance of one half.

    References
    ----------
    tsiatis-1984

    Examples
    --------
    >>> from backloop.power import efficacy_boundary
    >>> looks = efficacy_boundary((0.5, 1.0))
    >>> found = final_estimate(looks, look=2, z=2.2, standard_error=0.3)
    >>> round(found.naive, 3), round(found.estimate, 3)
    (0.66, 0.658)
    """
    stronger = _stronger(boundary, look, z)

    def solve(chance: float) -> float:
        around = z / np.sqrt(boundary.information[look - 1])
        drift = brentq(lambda d: stronger(float(d)) - chance, around - _WIDE, around + _WIDE, xtol=1e-12)
        return float(drift * np.sqrt(boundary.information[look - 1]) * standard_error)

    tail = 0.5 - 0.5 * level
    return FinalEstimate(
        estimate=solve(0.5),
        interval=Interval(low=solve(tail), high=solve(1.0 - tail), level=level),
        p=stronger(0.0),
        naive=z * standard_error,
        look=look,
    )


def _stronger(boundary: Boundary, look: int, z: float) -> Callable[[float], float]:
    """Give the chance, by drift, of an outcome at least as strong in the stage-wise order."""
    looks, lower = len(boundary.information), lower_limits(boundary)
    goes_on = 1 <= look < looks and lower[look - 1] < z < boundary.critical[look - 1]
    if not 1 <= look <= looks or goes_on:
        message = (
            f"the boundary does not end the trial at look {look} with z = {z:g}; estimate at the look that ends it"
        )
        raise TrialError(message)
    low_stop = look < looks and z <= lower[look - 1]

    def chance(drift: float) -> float:
        walk, above, below = Walk.at(0.0, time=0.0, drift=drift), 0.0, 0.0
        for earlier in range(look - 1):
            now, low, high = boundary.information[earlier], lower[earlier], boundary.critical[earlier]
            over, under = walk.leaves(now, low, high)
            above, below = above + over, below + under
            walk = walk.stays(now, low, high, following=boundary.information[earlier + 1])
        over, under = walk.leaves(boundary.information[look - 1], z, z)
        return 1.0 - below - under if low_stop else above + over

    return chance
