"""Treatments in order, with how unsure that order is: P-scores, probabilities of every rank, median ranks.

Decides what a rank is and how it varies; it never calls a treatment the best.
"""

import numpy as np
from scipy.special import ndtr

from backloop.synthesis.sheets import Floats
from backloop.units import Better, Frozen, Interval

__all__ = ["Rank", "rank_treatments"]


class Rank(Frozen):
    """Where one treatment stands: 1 is best.

    `p_score` is the mean certainty (0 to 1) that it is better than another treatment; `median` its rank in half of the
    draws or less, with `interval`; `probabilities` those of rank 1, 2, ...

    Examples
    --------
    >>> Rank(treatment="walk", p_score=0.8, median=1, interval=Interval(low=1, high=2), probabilities=(0.8, 0.2)).median
    1
    """

    treatment: str
    p_score: float
    median: int
    interval: Interval
    probabilities: tuple[float, ...]


def rank_treatments(
    treatments: tuple[str, ...],
    effect: Floats,
    covariance: Floats,
    *,
    better: Better,
    level: float = 0.95,
    draws: int = 20_000,
    seed: int = 1,
) -> tuple[Rank, ...]:
    """Rank treatments by their effects, and say how sure each rank is.

    Parameters
    ----------
    treatments : tuple of str
        Two or more.
    effect : array of float, one a treatment
        Against one common reference, whose own is 0.
    covariance : array of float, treatments x treatments
        Of the effects; 0 for the reference.
    better : str
        Which end is good for the person; with ``"neither"`` there are no ranks.
    level : float
        Coverage of the intervals of ranks, between 0 and 1.
    draws : int
        How many times the effects are drawn.
    seed : int
        The same seed gives the same probabilities.

    Returns
    -------
    tuple of Rank
        The highest P-score first.

    Notes
    -----
    P-scores are exact, from normal distributions; probabilities and medians come from draws of all effects together.
    A rank says nothing of how large or how certain a difference is.

    References
    ----------
    rucker-2015

    Examples
    --------
    >>> ranks = rank_treatments(("rest", "walk"), np.array([0.0, -1.0]), np.diag([0.0, 0.25]), better="low")
    >>> [(rank.treatment, round(rank.p_score, 3), rank.median) for rank in ranks]
    [('walk', 0.977, 1), ('rest', 0.023, 2)]
    """
    if better == "neither":
        return ()
    sign, count = 1.0 if better == "high" else -1.0, len(treatments)
    variance = np.diag(covariance)
    error = np.sqrt(np.add.outer(variance, variance) - 2.0 * covariance + np.eye(count))
    wins = ndtr(sign * np.subtract.outer(effect, effect) / error)
    scores = (wins.sum(axis=1) - 0.5) / (count - 1)
    sizes, turns = np.linalg.eigh(covariance)
    root = turns * np.sqrt(np.maximum(sizes, 0.0))
    drawn = effect + np.random.default_rng(seed).standard_normal((draws, count)) @ root.T
    ranks = 1 + np.argsort(np.argsort(-sign * drawn, axis=1), axis=1)
    ends = np.quantile(ranks, [0.5, 0.5 - level / 2.0, 0.5 + level / 2.0], axis=0, method="inverted_cdf")
    found = [
        Rank(
            treatment=name,
            p_score=scores[place],
            median=int(ends[0, place]),
            interval=Interval(low=ends[1, place], high=ends[2, place], level=level),
            probabilities=tuple((np.bincount(ranks[:, place], minlength=count + 1)[1:] / draws).tolist()),
        )
        for place, name in enumerate(treatments)
    ]
    return tuple(sorted(found, key=lambda rank: -rank.p_score))
