"""Rubin's rules: the answers of several completed data sets put together.

Decides the pooled variance and its degrees of freedom; it imputes nothing.
"""

import numpy as np
from scipy.special import stdtr, stdtrit

from backloop.effects.contrasts import Answer
from backloop.errors import TrialError
from backloop.kernel import Floats
from backloop.units import Interval

__all__ = ["rubin_rules", "to_answer"]


def rubin_rules(
    estimates: Floats, errors: Floats, *, df: float, label: str = "", level: float = 0.95
) -> tuple[Answer, float]:
    """Pool the answers of several completed data sets.

    Parameters
    ----------
    estimates, errors : array of float
        One estimate and standard error a completed data set (from 2).
    df : float
        The degrees of freedom the answer would have, were nothing missing.
    label : str
        What the answer is called.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    tuple of Answer and float
        The pooled answer with Barnard and Rubin's degrees of freedom, and the share of its variance that is due to
        what is missing (0 to 1).

    Raises
    ------
    TrialError
        If there are fewer than two data sets.

    References
    ----------
    rubin-1987, barnard-1999

    Examples
    --------
    >>> pooled, share = rubin_rules(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 1.0]), df=50)
    >>> pooled.estimate, round(pooled.standard_error**2, 3), round(pooled.df, 2), round(share, 3)
    (2.0, 2.333, 4.72, 0.571)
    """
    many = len(estimates)
    if many < 2 or errors.shape != estimates.shape:  # noqa: PLR2004
        message = f"expected estimates and as many standard errors of at least two data sets, got {many}"
        raise TrialError(message)
    between = (1.0 + 1.0 / many) * float(np.var(estimates, ddof=1))
    total = float(np.mean(errors**2)) + between
    share = between / total
    answer = to_answer(
        float(np.mean(estimates)), float(np.sqrt(total)), _freedom(share, many, df), label=label, level=level
    )
    return answer, share


def _freedom(share: float, many: int, df: float) -> float:
    """Barnard and Rubin's degrees of freedom; with nothing missing, those of the complete data."""
    if share < np.finfo(float).eps:
        return df
    observed = (df + 1.0) / (df + 3.0) * df * (1.0 - share)
    between = (many - 1.0) / share**2
    return 1.0 / (1.0 / between + 1.0 / observed)


def to_answer(estimate: float, error: float, df: float, *, label: str, level: float) -> Answer:
    """Write an estimate down with its t interval and two-sided p.

    Parameters
    ----------
    estimate, error, df : float
        The estimate, its standard error and degrees of freedom.
    label : str
        What the answer is called.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Answer
        The same, with interval and p.

    Examples
    --------
    >>> to_answer(-1.0, 0.4, 96.0, label="care", level=0.95).interval.high.__round__(2)
    -0.21
    """
    half = float(stdtrit(df, 0.5 + level / 2.0)) * error
    return Answer(
        label=label,
        estimate=estimate,
        standard_error=error,
        df=df,
        p=float(2.0 * stdtr(df, -abs(estimate / error))),
        interval=Interval(low=estimate - half, high=estimate + half, level=level),
    )
