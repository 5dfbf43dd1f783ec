"""Prediction without peeking: each person is predicted by a model that never saw them.

Decides how people are split, how a ridge regression chooses its penalty and how it predicts those left out; what is
predicted, and what for, is decided elsewhere.
"""

from collections.abc import Sequence

import numpy as np

from backloop.kernel import Floats, Integers

__all__ = ["cross_fit", "ridge", "split_people", "standardised"]

_PENALTIES = np.logspace(-5.0, 2.0, 36)  # times the number of people


def split_people(strata: Integers, folds: int, *, seed: int, repeat: int = 0) -> Integers:
    """Deal the people of each stratum evenly to folds, at random; give each person's fold."""
    random = np.random.Generator(np.random.Philox(key=[seed, repeat]))
    fold = np.empty(len(strata), dtype=np.int64)
    for stratum in np.unique(strata):
        who = random.permutation(np.flatnonzero(strata == stratum))
        fold[who] = np.arange(len(who)) % folds
    return fold


def standardised(x: Floats) -> Floats:
    """Put columns on a mean of zero and a standard deviation of one; a constant column becomes zero."""
    centred = x - x.mean(axis=0)
    spread = centred.std(axis=0)
    scaled: Floats = centred / np.where(spread > 0.0, spread, 1.0)
    return scaled


def ridge(x: Floats, y: Floats) -> Floats:
    """Fit a ridge regression through the origin, its penalty by generalised cross-validation."""
    left, sizes, right = np.linalg.svd(x, full_matrices=False)
    turned = left.T @ y
    keep = sizes**2 / (sizes**2 + _PENALTIES[:, np.newaxis] * len(y))
    rest = y @ y - turned @ turned + (((1.0 - keep) * turned) ** 2).sum(axis=1)
    score = rest / (len(y) - 1.0 - keep.sum(axis=1)) ** 2
    best = keep[np.argmin(score)]
    safe = np.where(sizes > 0.0, sizes, 1.0)
    coefficients: Floats = right.T @ (best * turned / safe)
    return coefficients


def cross_fit(x: Floats, y: Floats, folds: Sequence[Integers]) -> Floats:
    """Predict each person's outcome by ridge regressions on the others, averaged over the given splits."""
    predicted = np.zeros(len(y))
    for fold in folds:
        for place in np.unique(fold):
            inside = fold != place
            mean = y[inside].mean()
            predicted[~inside] += mean + x[~inside] @ ridge(x[inside], y[inside] - mean)
    return predicted / len(folds)
