"""Whether direct and indirect evidence of a network agree: within and between designs, and comparison by comparison.

Decides what disagrees beyond chance; it drops no trial and gives no reason.
"""

from itertools import combinations

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from backloop.synthesis.networks import Network, join_arms
from backloop.synthesis.sheets import Floats
from backloop.synthesis.spreading import NetworkMethod, fit_contrasts
from backloop.units import Frozen, Interval, Text

__all__ = ["ChiSquare", "Consistency", "Split", "check_consistency"]

_OPEN = Text(en="no closed loop: every comparison has one source", zh="网络中无闭合环：每项比较只有一个证据来源")
_SPARSE = Text(
    en="no design has two trials: differences between trials and disagreement cannot be told apart",
    zh="没有任何设计包含两项试验：无法区分试验间异质性与不一致性",
)


class ChiSquare(Frozen):
    """A test statistic with its degrees of freedom and p-value; p is 1 where there is nothing to test.

    Examples
    --------
    >>> ChiSquare(q=3.84, df=1, p=0.05).df
    1
    """

    q: float
    df: int
    p: float


class Split(Frozen):
    """One comparison from the trials that make it (`direct`) and from all the others (`indirect`).

    `difference` is direct minus indirect, with its standard error, interval and two-sided p.

    Examples
    --------
    >>> Split.model_fields["difference"].annotation
    <class 'float'>
    """

    treatment: str
    comparator: str
    trials: int
    direct: float
    direct_error: float
    indirect: float
    indirect_error: float
    difference: float
    difference_error: float
    interval: Interval
    p: float


class Consistency(Frozen):
    """Cochran's Q within and between designs, the design-by-treatment Wald test, and every comparison split in two.

    `wald` allows for the variance between trials, `tau2` of the design-by-treatment model; it is None, and there are
    no `splits`, where `reason` says why. `splits` stand in alphabetical order.

    Examples
    --------
    >>> one = ChiSquare(q=0.0, df=0, p=1.0)
    >>> Consistency(within=one, between=one, wald=None, tau2=None, splits=(), reason=_OPEN).reason.en
    'no closed loop: every comparison has one source'
    """

    within: ChiSquare
    between: ChiSquare
    wald: ChiSquare | None
    tau2: float | None
    splits: tuple[Split, ...]
    reason: Text | None


def check_consistency(network: Network, *, method: NetworkMethod = "reml", level: float = 0.95) -> Consistency:
    """Ask whether direct and indirect evidence agree, over the whole network and for each closed comparison.

    Parameters
    ----------
    network : Network
        Trials of several treatments.
    method : str
        How the variance between trials is estimated, anew in each model.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    Consistency
        Global and local checks; a comparison is split where trials without it still connect its two treatments.

    Notes
    -----
    A design is a set of treatments compared in one trial. The Wald test compares a model with effects of their own
    for every design with the consistent one. A split adds half a difference to either arm of the trials that make the
    comparison. Many splits make a small p likely by chance; a large p in a small network says little.

    References
    ----------
    higgins-2012, krahn-2013, dias-2010, valkenhoef-2016, jackson-2015

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import read_network
    >>> rows = pd.DataFrame({"study": list("ABC"), "treatment": ["walk", "swim", "walk"],
    ...                      "comparator": ["rest", "rest", "swim"], "estimate": [-1.0, -0.5, -0.1],
    ...                      "standard_error": [0.3, 0.4, 0.3]})
    >>> found = check_consistency(read_network(rows, better="low"), method="fixed")
    >>> [(round(split.difference, 2), round(split.p, 2)) for split in found.splits]
    [(0.4, 0.49), (-0.4, 0.49), (0.4, 0.49)]
    """
    incidence = network.incidence[:, 1:]
    x, plan = _by_design(network)
    fixed, apart = fit_contrasts(network, incidence, method="fixed"), fit_contrasts(network, x, method="fixed")
    within, between = _test(apart.q, apart.df), _test(fixed.q - apart.q, fixed.df - apart.df)
    sparse = method != "fixed" and not apart.df
    if not between.df or sparse:
        reason = _SPARSE if between.df else _OPEN
        splits = tuple(_splits(network, method, level)) if fixed.df > 1 else ()
        return Consistency(within=within, between=between, wald=None, tau2=None, splits=splits, reason=reason)
    free = fit_contrasts(network, x, method=method)
    wald = _test(_left_over(free.coefficients, free.covariance, plan), between.df)
    splits = tuple(_splits(network, method, level))
    return Consistency(within=within, between=between, wald=wald, tau2=free.tau2, splits=splits, reason=None)


def _test(q: float, df: int) -> ChiSquare:
    return ChiSquare(q=max(q, 0.0), df=df, p=float(chdtrc(df, max(q, 0.0))) if df else 1.0)


def _by_design(network: Network) -> tuple[Floats, Floats]:
    """Give a model with effects of their own for every design, and what these are if designs agree."""
    designs = sorted({tuple(sorted(arms)) for arms in network.arms})
    starts = np.cumsum([0, *(len(design) - 1 for design in designs)])
    x, plan = np.zeros((len(network.estimate), starts[-1])), np.zeros((starts[-1], len(network.treatments)))
    for row, trial in enumerate(network.trial):
        place = designs.index(tuple(sorted(network.arms[trial])))
        for sign, arm in ((1.0, network.treatment[row]), (-1.0, network.base[row])):
            if arm != designs[place][0]:
                x[row, starts[place] + designs[place].index(arm) - 1] = sign
    for design, start in zip(designs, starts, strict=False):
        for offset, arm in enumerate(design[1:]):
            plan[start + offset, arm], plan[start + offset, design[0]] = 1.0, -1.0
    return x, plan[:, 1:]


def _left_over(y: Floats, covariance: Floats, x: Floats) -> float:
    """Give the weighted sum of squares that a model leaves of correlated numbers."""
    weight = np.linalg.inv(covariance)
    rest = y - x @ np.linalg.solve(x.T @ weight @ x, x.T @ weight @ y)
    return float(rest @ weight @ rest)


def _splits(network: Network, method: NetworkMethod, level: float) -> list[Split]:
    pairs = combinations(range(len(network.treatments)), 2)
    return [_split(network, pair, method=method, level=level) for pair in pairs if _is_closed(network, *pair)]


def _is_closed(network: Network, first: int, second: int) -> bool:
    """Say whether trials compare two treatments, and others connect them in another way."""
    others = [arms for arms in network.arms if not (first in arms and second in arms)]
    parts = join_arms(others, len(network.treatments))
    return len(others) < len(network.arms) and any(part >= {first, second} for part in parts)


def _split(network: Network, pair: tuple[int, int], *, method: NetworkMethod, level: float) -> Split:
    comparator, treatment = pair
    shares = np.zeros(len(network.treatments))
    shares[treatment], shares[comparator] = 0.5, -0.5
    makes_it = np.array([set(pair) <= set(network.arms[trial]) for trial in network.trial])
    extra = np.where(makes_it, shares[network.treatment] - shares[network.base], 0.0)
    fit = fit_contrasts(network, np.column_stack([network.incidence[:, 1:], extra]), method=method)
    indirect = np.append(2.0 * shares[1:], 0.0)
    difference = np.append(np.zeros(len(shares) - 1), 1.0)
    sizes = [float(row @ fit.coefficients) for row in (indirect + difference, indirect, difference)]
    errors = [float(np.sqrt(row @ fit.covariance @ row)) for row in (indirect + difference, indirect, difference)]
    half = float(ndtri(0.5 + level / 2.0)) * errors[2]
    return Split(
        treatment=network.treatments[treatment],
        comparator=network.treatments[comparator],
        trials=network.trials_of(*pair),
        direct=sizes[0],
        direct_error=errors[0],
        indirect=sizes[1],
        indirect_error=errors[1],
        difference=sizes[2],
        difference_error=errors[2],
        interval=Interval(low=sizes[2] - half, high=sizes[2] + half, level=level),
        p=2.0 * float(ndtr(-abs(sizes[2] / errors[2]))),
    )
