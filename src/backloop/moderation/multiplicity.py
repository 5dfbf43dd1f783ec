"""Many questions at once: adjusted p values, simultaneous limits, and estimates drawn towards zero.

Decides how much a finding among many may be believed; the questions and their joint covariance come from the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from backloop.errors import TrialError
from backloop.kernel import Floats

__all__ = ["Shrunken", "correlation_of", "holm", "max_t", "max_t_limit", "shrink"]

_BLOCK = 20_000
_STEPS = 400


@dataclass(frozen=True, kw_only=True, eq=False)
class Shrunken:
    """Estimates drawn towards zero by as much as all of them together suggest.

    `spread` is the standard deviation of the true values around zero, averaged over what the data say about it.

    Examples
    --------
    >>> pulled = shrink([0.5, -0.1, 0.2], np.diag([0.04, 0.04, 0.04]))
    >>> bool(abs(pulled.estimate[0]) < 0.5)
    True
    """

    estimate: Floats
    standard_error: Floats
    spread: float


def holm(p: Sequence[float] | Floats) -> Floats:
    """Adjust p values for their number, stepping down from the smallest.

    Parameters
    ----------
    p : sequence of float
        The p values, between 0 and 1.

    Returns
    -------
    array of float
        Adjusted p values in the same order. Valid whatever the dependence.

    References
    ----------
    holm-1979

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=float)
    order = np.argsort(values)
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def max_t(
    p: Sequence[float] | Floats, correlation: Floats, *, draws: int = 100_000, seed: int = 0
) -> tuple[Floats, Floats]:
    """Adjust p values by how often the largest of all test statistics would be as large by chance.

    Parameters
    ----------
    p : sequence of float
        Two-sided p values, each with its own degrees of freedom.
    correlation : array of float, questions x questions
        How the test statistics vary together.
    draws : int
        How many times the statistics are drawn.
    seed : int
        The draws depend on it and on nothing else.

    Returns
    -------
    tuple of array of float
        Adjusted p values, and their Monte Carlo errors.

    Raises
    ------
    TrialError
        If the correlation does not fit the p values.

    Notes
    -----
    Each p value is turned into the normal deviate of the same size; the largest of jointly normal deviates is drawn.
    An adjusted p value is never below the p value itself and never zero.

    References
    ----------
    hothorn-2008

    Examples
    --------
    >>> adjusted, error = max_t([0.01, 0.5], np.eye(2))
    >>> adjusted.round(2).tolist()
    [0.02, 0.75]
    """
    values = np.asarray(p, dtype=float)
    root = _root(correlation, len(values))
    sizes = -ndtri(np.maximum(values, np.finfo(float).tiny) / 2.0)
    larger = np.zeros(len(values))
    for block in _normals(root, draws, seed):
        largest = np.sort(np.abs(block).max(axis=1))
        larger += len(largest) - np.searchsorted(largest, sizes)
    adjusted = np.maximum((larger + 1.0) / (draws + 1.0), values)
    return np.minimum(adjusted, 1.0), np.sqrt(adjusted * (1.0 - np.minimum(adjusted, 1.0)) / draws)


def max_t_limit(correlation: Floats, *, df: float, level: float = 0.95, draws: int = 100_000, seed: int = 0) -> float:
    """Give the factor of the standard error at which all intervals together hold with the level.

    Parameters
    ----------
    correlation : array of float, questions x questions
        How the estimates vary together.
    df : float
        Degrees of freedom of the standard errors.
    level : float
        Joint coverage, between 0 and 1.
    draws, seed : int
        As in `max_t`.

    Returns
    -------
    float
        The quantile of the largest of jointly t-distributed deviates.

    Examples
    --------
    >>> round(max_t_limit(np.eye(1), df=1e6), 1), round(max_t_limit(np.eye(20), df=1e6), 1)
    (2.0, 3.0)
    """
    root = _root(correlation, len(correlation))
    scales = np.random.Generator(np.random.Philox(key=seed + 1)).chisquare(df, draws)
    largest = np.concatenate([np.abs(block).max(axis=1) for block in _normals(root, draws, seed)])
    return float(np.quantile(largest / np.sqrt(scales / df), level))


def shrink(estimates: Sequence[float] | Floats, covariance: Floats) -> Shrunken:
    """Draw estimates towards zero, more so the less they differ from zero beyond their errors.

    Parameters
    ----------
    estimates : sequence of float
        Estimates on one common scale, such as standard deviations of the outcome for one of the modifier.
    covariance : array of float, estimates x estimates
        Their joint covariance.

    Returns
    -------
    Shrunken
        Posterior means and standard deviations.

    Notes
    -----
    The true values are taken as normal around zero. Their spread has a flat prior up to twice the largest estimate
    and is averaged over its likelihood, so that a most likely spread of zero does not pass for certainty.

    References
    ----------
    efron-1973

    Examples
    --------
    >>> strong = shrink([3.0, -3.0, 3.0], np.diag([0.01, 0.01, 0.01]))
    >>> strong.estimate.round(1).tolist()
    [3.0, -3.0, 3.0]
    """
    values = np.asarray(estimates, dtype=float)
    errors, turn = np.linalg.eigh(np.asarray(covariance, dtype=float))
    errors = np.maximum(errors, 0.0)
    turned = turn.T @ values
    top = 2.0 * max(float(np.abs(values).max()), float(np.sqrt(errors.max())))
    spreads = (np.arange(_STEPS) + 0.5) / _STEPS * top
    total = errors + spreads[:, np.newaxis] ** 2
    likelihood = -0.5 * (np.log(total) + turned**2 / total).sum(axis=1)
    weight = np.exp(likelihood - likelihood.max())
    weight /= weight.sum()
    keep = spreads[:, np.newaxis] ** 2 / total
    means = (keep * turned) @ turn.T
    variances = (keep * errors) @ (turn.T**2)
    mean = weight @ means
    return Shrunken(
        estimate=mean,
        standard_error=np.sqrt(weight @ (variances + (means - mean) ** 2)),
        spread=float(weight @ spreads),
    )


def correlation_of(contributions: Floats) -> Floats:
    """Give the correlation of questions from what each person adds to each (people x questions)."""
    products = contributions.T @ contributions
    scale = np.sqrt(np.diag(products))
    correlation: Floats = products / np.outer(scale, scale)
    return correlation


def _root(correlation: Floats, questions: int) -> Floats:
    if correlation.shape != (questions, questions) or not np.allclose(np.diag(correlation), 1.0):
        message = f"expected a correlation of {questions} x {questions} with ones on its diagonal"
        raise TrialError(message)
    values, vectors = np.linalg.eigh(correlation)
    root: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
    return root


def _normals(root: Floats, draws: int, seed: int) -> "list[Floats]":
    """Draw correlated normals, block by block."""
    random = np.random.Generator(np.random.Philox(key=seed))
    sizes = [min(_BLOCK, draws - start) for start in range(0, draws, _BLOCK)]
    return [random.standard_normal((size, len(root))) @ root.T for size in sizes]
