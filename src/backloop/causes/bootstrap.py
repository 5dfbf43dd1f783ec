"""The bootstrap by person for least squares: seeded resamples as counts, all fitted at once, intervals from the draws.

Decides how people are drawn anew and how draws become an interval; which number is resampled its caller decides.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri

from backloop.errors import TrialError
from backloop.kernel import Arrays, Block, Floats, Integers, cut_blocks, join_blocks, run_blocks
from backloop.units import Interval

__all__ = [
    "DrawnInterval",
    "draw_counts",
    "draw_interval",
    "leave_one_out_counts",
    "resample_people",
    "resampled_products",
    "resampled_squares",
]

DrawnInterval = Literal["percentile", "bca"]
"""How draws become an interval: their percentiles, or percentiles corrected for bias and skew."""

_LEAST_DRAWS = 100
_BLOCK = 250
_LEAST_DIRECTION = 1e-12


def draw_counts(strata: Integers, *, draws: int, seed: int, first: int = 0) -> Floats:
    """Draw people with replacement within their arm; give how often each comes (draws x people).

    Draw number k of a seed is the same wherever it is made; `first` is the number of the first.
    """
    groups = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    counts = np.empty((draws, len(strata)))
    for row in range(draws):
        random = np.random.Generator(np.random.Philox(key=[seed, first + row]))
        for inside in groups:
            counts[row, inside] = np.bincount(random.integers(len(inside), size=len(inside)), minlength=len(inside))
    return counts


def resample_people(
    work: Callable[[Block], Arrays], *, draws: int, seed: int, workers: int = 1, scheduler: str = "threads"
) -> Arrays:
    """Work on all draws, block by block and wherever there is room, and put the answers in order."""
    if draws < _LEAST_DRAWS or seed < 0:
        message = f"expected at least {_LEAST_DRAWS} draws for an interval and a seed from 0, got {draws} and {seed}"
        raise TrialError(message)
    return join_blocks(run_blocks(work, cut_blocks(0, draws, size=_BLOCK), workers=workers, scheduler=scheduler))


def leave_one_out_counts(people: int) -> Floats:
    """Count everybody but one, for each person in turn (people x people)."""
    return np.ones((people, people)) - np.eye(people)


def resampled_products(counts: Floats, values: Floats) -> Floats:
    """Sum the products of every two columns in every resample at once (draws x columns x columns)."""
    products = (values[:, :, np.newaxis] * values[:, np.newaxis, :]).reshape(len(values), -1)
    return np.asarray((counts @ products).reshape(-1, values.shape[1], values.shape[1]))


def resampled_squares(products: Floats, regressors: Sequence[int], outcome: int) -> tuple[Floats, Floats]:
    """Fit least squares in every resample at once, from the sums of products.

    Gives the coefficients (draws x regressors) and the residual sum of squares (draws); NaN where a resample cannot
    tell the coefficients apart.
    """
    left = products[np.ix_(range(len(products)), regressors, regressors)]
    right = products[:, regressors, outcome]
    scale = np.sqrt(np.einsum("bii->bi", left))
    scale[scale == 0.0] = 1.0
    even = left / (scale[:, :, np.newaxis] * scale[:, np.newaxis, :])
    poor = np.linalg.eigvalsh(even)[:, 0] < _LEAST_DIRECTION
    even[poor] = np.eye(len(regressors))
    beta = np.linalg.solve(even, (right / scale)[:, :, np.newaxis])[:, :, 0] / scale
    beta[poor] = np.nan
    return beta, products[:, outcome, outcome] - np.einsum("bp,bp->b", right, beta)


def draw_interval(
    draws: Floats,
    estimate: float,
    *,
    level: float,
    kind: DrawnInterval = "percentile",
    left_out: tuple[Floats, Integers] | None = None,
) -> Interval:
    """Make an interval of finite draws; `left_out` holds the estimate without each person, and each one's arm."""
    ends = np.array([0.5 - level / 2.0, 0.5 + level / 2.0])
    if kind == "bca" and left_out is not None:
        shift = ndtri(np.clip(np.mean(draws < estimate) + 0.5 * np.mean(draws == estimate), 1e-9, 1 - 1e-9))
        moved = shift + ndtri(ends)
        ends = ndtr(shift + moved / (1.0 - _acceleration(*left_out) * moved))
    low, high = np.quantile(draws, ends)
    return Interval(low=float(low), high=float(high), level=level)


def _acceleration(values: Floats, strata: Integers) -> float:
    second = third = 0.0
    for stratum in np.unique(strata):
        inside = values[strata == stratum]
        influence = (len(inside) - 1) * (inside.mean() - inside)
        second += float((influence**2).sum()) / len(inside) ** 2
        third += float((influence**3).sum()) / len(inside) ** 3
    return third / (6.0 * second**1.5) if second > 0 else 0.0
