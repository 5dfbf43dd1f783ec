"""Small studies against large ones: Egger's regression, Begg's rank correlation, and the funnel with its contours.

Decides whether small studies show other effects than large ones; it never says why, and corrects nothing.
"""

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from backloop.errors import TrialError
from backloop.synthesis.sheets import Floats
from backloop.synthesis.studies import Studies
from backloop.units import Better, Frozen, Interval, Text

__all__ = [
    "Funnel",
    "FunnelPoint",
    "RankCheck",
    "SmallStudyCheck",
    "few_studies",
    "lay_funnel",
    "rank_check",
    "small_study_check",
    "small_study_slope",
]

_FEW = 10  # studies below which a small-study check says little
_FEWEST = 3  # a line through two points leaves no degree of freedom
_EXACT = 1e-20  # a share of the sum of squares that is rounding, not scatter


class SmallStudyCheck(Frozen):
    """Egger's regression of effects on their standard errors: whether small studies show other effects than large ones.

    `slope` is the change of the effect per unit of standard error, with its t `statistic`, `df` and two-sided `p`;
    `limit` is the effect that a study without error would show, with `interval`, in `unit`. `caution` says why the
    check should not be relied on, and is None where nothing speaks against it.

    Examples
    --------
    >>> check = SmallStudyCheck(studies=4, slope=-2.0, statistic=-1.6, df=2, p=0.25, limit=-0.1,
    ...                         interval=Interval(low=-1.0, high=0.8), unit="SD", caution=Text(en="few", zh="少"))
    >>> check.caution.en
    'few'
    """

    studies: int
    slope: float
    statistic: float
    df: int
    p: float
    limit: float
    interval: Interval
    unit: str
    caution: Text | None


class RankCheck(Frozen):
    """Begg's check: Kendall's `tau` between standardised effects and their variances, with its two-sided `p`.

    `is_exact` is false where ties leave only the normal approximation.

    Examples
    --------
    >>> RankCheck(studies=12, tau=0.2, p=0.4, is_exact=True, caution=None).tau
    0.2
    """

    studies: int
    tau: float
    p: float
    is_exact: bool
    caution: Text | None


class FunnelPoint(Frozen):
    """One study in a funnel, with the two-sided `p` of its own effect against none.

    Examples
    --------
    >>> FunnelPoint(label="A", estimate=-1.0, standard_error=0.5, p=0.0455).label
    'A'
    """

    label: str
    estimate: float
    standard_error: float
    p: float


class Funnel(Frozen):
    """Effects against their standard errors around `centre`, with the contours of significance around no effect.

    `contours` gives for each p-value how many standard errors from zero its line runs.

    Examples
    --------
    >>> Funnel(points=(), centre=-0.5, unit="SD", better="low", contours={0.05: 1.96}).contours[0.05]
    1.96
    """

    points: tuple[FunnelPoint, ...]
    centre: float
    unit: str
    better: Better
    contours: dict[float, float]


def small_study_slope(studies: Studies) -> float:
    """Give the slope of effects on their standard errors, weighted by inverse variance.

    Examples
    --------
    >>> three = Studies(labels=("A", "B", "C"), estimate=np.array([-1.0, -0.5, -0.3]), measure="MD", unit="points",
    ...                 standard_error=np.array([0.5, 0.3, 0.2]), better="low")
    >>> round(small_study_slope(three), 2)
    -2.29
    """
    return float(_regress(studies)[0][1])


def small_study_check(studies: Studies, *, level: float = 0.95) -> SmallStudyCheck:
    """Ask whether small studies show other effects than large ones, as they would if some went unpublished.

    Parameters
    ----------
    studies : Studies
        At least three, whose standard errors are not all alike.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    SmallStudyCheck
        With a caution where fewer than ten studies are there.

    Raises
    ------
    TrialError
        If there are fewer than three studies, all have the same standard error, or effects lie exactly on a line.

    Notes
    -----
    Egger's test: effects regressed on their standard errors, weighted by inverse variance. Asymmetry has other causes
    than unpublished studies. The error of an SMD depends on the SMD itself, which makes the test alarm too often.

    References
    ----------
    egger-1997, sterne-2011

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import read_studies
    >>> table = pd.DataFrame({"study": list("ABC"), "estimate": [-1.0, -0.5, -0.4], "standard_error": [0.5, 0.3, 0.1]})
    >>> small_study_check(read_studies(table, better="low")).caution.en
    'only 3 studies: with fewer than 10 this check cannot tell asymmetry from chance'
    """
    beta, inverse, scatter = _regress(studies)
    count = len(studies.labels)
    if scatter <= _EXACT * float(np.sum((studies.estimate / studies.standard_error) ** 2)):
        message = "the effects lie exactly on a line, so nothing is left to judge chance by; leave the check out"
        raise TrialError(message)
    errors = np.sqrt(np.diag(inverse) * scatter / (count - 2))
    statistic = beta[1] / errors[1]
    half = stdtrit(count - 2, 0.5 + level / 2.0) * errors[0]
    return SmallStudyCheck(
        studies=count,
        slope=beta[1],
        statistic=statistic,
        df=count - 2,
        p=2.0 * stdtr(count - 2, -abs(statistic)),
        limit=beta[0],
        interval=Interval(low=beta[0] - half, high=beta[0] + half, level=level),
        unit=studies.unit,
        caution=few_studies(count),
    )


def rank_check(studies: Studies) -> RankCheck:
    """Ask by ranks alone whether effects go with their variances, as they would if small studies went unpublished.

    Parameters
    ----------
    studies : Studies
        At least three, whose standard errors are not all alike.

    Returns
    -------
    RankCheck
        With a caution where fewer than ten studies are there.

    Raises
    ------
    TrialError
        If there are fewer than three studies, or all have the same standard error or the same effect.

    Notes
    -----
    Begg and Mazumdar's test: effects minus their fixed-effect mean, standardised, against variances. The p-value is
    exact without ties, else from the normal approximation. It misses asymmetry more often than Egger's regression.

    References
    ----------
    begg-1994, sterne-2011

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import read_studies
    >>> table = pd.DataFrame({"study": list("ABCD"), "estimate": [-1.0, -0.8, -0.4, -0.3],
    ...                       "standard_error": [0.3, 0.5, 0.4, 0.1]})
    >>> round(rank_check(read_studies(table, better="low")).tau, 2)
    -0.33
    """
    _check_enough(studies)
    variance = studies.standard_error**2
    share = 1.0 / variance
    off = (studies.estimate - share @ studies.estimate / share.sum()) / np.sqrt(variance - 1.0 / share.sum())
    first, second = (np.sign(np.subtract.outer(x, x)) for x in (off, variance))
    above = np.triu_indices(len(off), 1)
    score, untied = float((first * second)[above].sum()), np.array([np.abs(x[above]).sum() for x in (first, second)])
    if not untied.all():
        message = "the studies all show the same, so there is no order to compare; leave the check out"
        raise TrialError(message)
    is_exact = bool((untied == len(above[0])).all())
    p = _exact_p(len(off), score) if is_exact else _approximate_p(off, variance, score)
    caution = few_studies(len(off))
    return RankCheck(
        studies=len(off), tau=score / float(np.sqrt(untied.prod())), p=p, is_exact=is_exact, caution=caution
    )


def lay_funnel(studies: Studies, *, contours: tuple[float, ...] = (0.1, 0.05, 0.01)) -> Funnel:
    """Lay studies out as a funnel whose contours show where an effect alone would be significant.

    Parameters
    ----------
    studies : Studies
        One or more.
    contours : tuple of float
        Two-sided p-values, each between 0 and 1.

    Returns
    -------
    Funnel
        Points, the fixed-effect mean as centre, and the contours.

    Raises
    ------
    TrialError
        If a contour is not between 0 and 1.

    Notes
    -----
    Studies missing where effects are not significant suggest that significance decided what was published; studies
    missing elsewhere suggest another cause.

    References
    ----------
    peters-2008, sterne-2011

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import read_studies
    >>> table = pd.DataFrame({"study": ["A", "B"], "estimate": [-1.0, -0.4], "standard_error": [0.5, 0.3]})
    >>> [round(point.p, 3) for point in lay_funnel(read_studies(table, better="low")).points]
    [0.046, 0.182]
    """
    if not all(0 < p < 1 for p in contours):
        message = f"expected contours as p-values between 0 and 1, got {contours}"
        raise TrialError(message)
    share = studies.standard_error**-2
    p = 2.0 * ndtr(-np.abs(studies.estimate / studies.standard_error))
    rows = zip(studies.labels, studies.estimate, studies.standard_error, p, strict=True)
    return Funnel(
        points=tuple(FunnelPoint(label=name, estimate=y, standard_error=se, p=p) for name, y, se, p in rows),
        centre=share @ studies.estimate / share.sum(),
        unit=studies.unit,
        better=studies.better,
        contours={p: float(-ndtri(p / 2.0)) for p in contours},
    )


def few_studies(count: int) -> Text | None:
    """Say why a check should not be relied on, where there are too few studies for it.

    Examples
    --------
    >>> few_studies(10) is None
    True
    """
    if count >= _FEW:
        return None
    return Text(
        en=f"only {count} studies: with fewer than {_FEW} this check cannot tell asymmetry from chance",
        zh=f"仅有{count}项研究：少于{_FEW}项时，此检验难以区分真实的不对称与偶然误差",
    )


def _check_enough(studies: Studies) -> None:
    if len(studies.labels) < _FEWEST:
        message = f"expected at least {_FEWEST} studies for a small-study check, got {len(studies.labels)}"
        raise TrialError(message)
    if np.ptp(studies.standard_error) <= 1e-9 * studies.standard_error.max():
        message = "all studies have the same standard error, so none is smaller than another; leave the check out"
        raise TrialError(message)


def _regress(studies: Studies) -> tuple[Floats, Floats, float]:
    """Give intercept and slope, the inverse of the normal equations, and the scatter around the line."""
    _check_enough(studies)
    error = studies.standard_error[:, None]
    y, x = studies.estimate[:, None] / error, np.hstack([1.0 / error, np.ones_like(error)])
    inverse = np.asarray(np.linalg.inv(x.T @ x), dtype=float)
    beta = inverse @ x.T @ y
    return beta[:, 0], inverse, float(np.sum((y - x @ beta) ** 2))


def _exact_p(count: int, score: float) -> float:
    """Count the orders whose score is as far from zero: each place adds 0 to its number of exchanged pairs."""
    orders = np.ones(1)
    for place in range(2, count + 1):
        orders = np.convolve(orders, np.full(place, 1.0 / place))
    pairs = len(orders) - 1
    exchanged = round((pairs - abs(score)) / 2.0)
    return min(1.0, 2.0 * float(orders[: exchanged + 1].sum()))


def _approximate_p(x: Floats, y: Floats, score: float) -> float:
    """Give the normal approximation with the variance of a score with ties."""
    count, (tx, ty) = len(x), (np.unique(values, return_counts=True)[1].astype(float) for values in (x, y))
    whole = count * (count - 1.0) * (2.0 * count + 5.0)
    less = sum(float((t * (t - 1) * (2 * t + 5)).sum()) for t in (tx, ty))
    twos = float((tx * (tx - 1)).sum() * (ty * (ty - 1)).sum()) / (2.0 * count * (count - 1))
    threes = float((tx * (tx - 1) * (tx - 2)).sum() * (ty * (ty - 1) * (ty - 2)).sum())
    variance = (whole - less) / 18.0 + twos + threes / (9.0 * count * (count - 1) * (count - 2))
    return 2.0 * float(ndtr(-abs(score) / np.sqrt(variance)))
