"""How the scores of one arm at one visit are spread: a normal curve, or cuts through one for whole-number scales.

Decides the cut points that give the declared mean and spread; it draws nobody.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import root
from scipy.special import betaln, gammaln, ndtr, ndtri

from backloop.errors import TrialError

__all__ = ["Margin", "beta_binomial", "continuous", "rounded_normal"]

Floats = NDArray[np.float64]

_CLOSE = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Margin:
    """How a standard normal value becomes a score.

    `cuts` are the values at which the score rises by one, from `low` on; None: the score is ``mean + sd * value``.
    `curve` is the mean and standard deviation of the normal curve that was rounded, where one was. `gain` is the
    covariance of score and value: how many points one standard deviation of anything behind it is worth.
    """

    cuts: Floats | None
    curve: tuple[float, float] | None = None
    low: float
    mean: float
    sd: float
    gain: float

    def scores(self, values: Floats) -> Floats:
        """Turn standard normal values into scores."""
        if self.cuts is None:
            return self.mean + self.sd * values
        if self.curve is not None:
            middle, width = self.curve
            return np.clip(np.rint(middle + width * values), self.low, self.low + len(self.cuts))
        return self.low + np.searchsorted(self.cuts, values).astype(float)


def continuous(mean: float, sd: float) -> Margin:
    """Give the spread of a score without ends or steps."""
    return Margin(cuts=None, low=-np.inf, mean=mean, sd=sd, gain=sd)


def rounded_normal(mean: float, sd: float, *, low: float, high: float) -> Margin:
    """Cut a normal curve, rounded and clipped, so that the whole numbers have the wanted mean and spread."""
    steps = np.arange(low, high) + 0.5

    def cuts(curve: Floats) -> Floats:
        return np.asarray((steps - curve[0]) / np.exp(curve[1]))

    def miss(curve: Floats) -> Floats:
        found = _cut(cuts(curve), low)
        return np.array([found.mean - mean, np.log(found.sd / sd)])

    solved = root(miss, np.array([mean, np.log(sd)]))
    if not (solved.success and np.abs(miss(solved.x)).max() < _CLOSE):
        message = (
            f"no rounded normal curve from {low:g} to {high:g} has mean {mean:g} and standard deviation {sd:g};"
            " bring the mean inward or make the spread smaller"
        )
        raise TrialError(message)
    return replace(_cut(cuts(solved.x), low), curve=(float(solved.x[0]), float(np.exp(solved.x[1]))))


def beta_binomial(mean: float, theta: float, *, low: float, high: float) -> Margin:
    """Cut a normal curve so that the whole numbers count yes-answers whose chance differs between people.

    The chance has a beta curve; `theta` is the sum of its two parameters: the smaller, the more people at both ends.
    """
    size = round(high - low)
    share = (mean - low) / size
    a, b, count = share * theta, (1.0 - share) * theta, np.arange(size + 1)
    ways = gammaln(size + 1) - gammaln(count + 1) - gammaln(size - count + 1)
    chance = np.exp(ways + betaln(count + a, size - count + b) - betaln(a, b))
    return _cut(np.asarray(ndtri(np.cumsum(chance)[:-1])), low)


def _cut(cuts: Floats, low: float) -> Margin:
    above = 1.0 - ndtr(cuts)
    ranks = 2.0 * np.arange(len(cuts)) + 1.0
    mean = above.sum()
    density = np.exp(-0.5 * cuts**2) / np.sqrt(2.0 * np.pi)
    sd = np.sqrt(max(ranks @ above - mean**2, 1e-300))
    return Margin(cuts=cuts, low=low, mean=float(low + mean), sd=float(sd), gain=float(density.sum()))
