"""Studies as they are published: an effect with its standard error, or each arm's mean, SD and number of people.

Decides whether a table of studies can be pooled, which way an effect points, and what is wrong; it pools nothing.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import gammaln

from backloop.errors import TrialError
from backloop.synthesis.sheets import Floats, check_span, open_sheet
from backloop.units import Better, Interval, Text

__all__ = ["Correction", "Measure", "Studies", "compare_arms", "favoured", "read_studies", "shrinkage"]

Measure = Literal["MD", "SMD", "effect"]
"""Mean difference, standardised mean difference (Hedges' g), or an effect as published."""

Correction = Literal["exact", "approximate"]
"""Hedges' small-sample correction: by gamma functions, or 1 - 3 / (4 m - 1) with m degrees of freedom."""

MEASURES = {
    "MD": Text(en="mean difference", zh="均数差"),
    "SMD": Text(en="standardised mean difference", zh="标准化均数差"),
    "effect": Text(en="effect", zh="效应值"),
}
FAVOURS = {
    "arm": Text(en="favours the arm", zh="有利于试验组"),
    "comparator": Text(en="favours the comparator", zh="有利于对照组"),
    "neither": Text(en="clearly favours neither", zh="未明确显示有利于任何一组"),
    "unstated": Text(en="good direction not stated", zh="未规定有利方向"),
}
_ARMS = tuple(f"{arm}_{number}" for arm in ("arm", "comparator") for number in ("mean", "sd", "n"))


@dataclass(frozen=True, kw_only=True, eq=False)
class Studies:
    """Checked effects of several studies, each arm minus comparator.

    Parameters
    ----------
    labels : tuple of str
        What each study is called; no two alike.
    estimate, standard_error : array of float, one a study
        In `unit`; standard errors are above zero.
    measure : str
        ``"MD"``, ``"SMD"`` or ``"effect"``.
    unit : str
        The unit of estimates; ``"SD"`` for a standardised mean difference.
    better : str
        Which end is good for the person: with ``"low"`` a negative effect favours the arm, with ``"high"`` a positive
        one.

    Examples
    --------
    >>> two = Studies(labels=("A", "B"), estimate=np.array([-1.0, -0.4]), standard_error=np.array([0.5, 0.3]),
    ...               measure="MD", unit="points", better="low")
    >>> two.without("A").labels
    ('B',)
    """

    labels: tuple[str, ...]
    estimate: Floats
    standard_error: Floats
    measure: Measure
    unit: str
    better: Better

    def without(self, label: str) -> "Studies":
        """Give the same studies but one."""
        kept = np.array([name != label for name in self.labels])
        names = tuple(name for name in self.labels if name != label)
        return replace(self, labels=names, estimate=self.estimate[kept], standard_error=self.standard_error[kept])


def favoured(interval: Interval, better: Better) -> Literal["arm", "comparator", "neither"]:
    """Say which arm an interval favours, in the direction that is good for the person.

    Examples
    --------
    >>> favoured(Interval(low=-1.5, high=-0.4), "low")
    'arm'
    """
    sign = {"low": -1, "high": 1, "neither": 0}[better]
    ends = sorted((sign * interval.low, sign * interval.high))
    return "arm" if ends[0] > 0 else "comparator" if ends[1] < 0 else "neither"


def read_studies(
    table: pd.DataFrame | str | Path, *, better: Better, measure: Measure = "effect", unit: str = "points"
) -> Studies:
    """Read published effects: one row a study, with its effect and standard error.

    Parameters
    ----------
    table : pandas.DataFrame or path of a CSV file
        Columns ``study``, ``estimate`` (arm minus comparator, in `unit`) and ``standard_error`` (above 0, in `unit`).
    better : str
        Which end of the outcome is good for the person: ``"low"``, ``"high"`` or ``"neither"``.
    measure : str
        What the effects are: ``"MD"``, ``"SMD"`` or ``"effect"``.
    unit : str
        The unit of the effects.

    Returns
    -------
    Studies
        In the order of the table.

    Raises
    ------
    TrialError
        If there is no row or column, a cell is empty, text or infinite, a standard error is not above zero, or a
        study is named twice.

    Examples
    --------
    >>> table = pd.DataFrame({"study": ["A", "B"], "estimate": [-1.0, -0.4], "standard_error": [0.5, 0.3]})
    >>> read_studies(table, better="low").labels
    ('A', 'B')
    """
    sheet = open_sheet(table, ("estimate", "standard_error"))
    estimate, standard_error = sheet.numbers("estimate"), sheet.numbers("standard_error", above=0.0)
    check_span(sheet.source, estimate, standard_error)
    return Studies(
        labels=sheet.labels,
        estimate=estimate,
        standard_error=standard_error,
        measure=measure,
        unit=unit,
        better=better,
    )


def compare_arms(
    table: pd.DataFrame | str | Path,
    *,
    measure: Literal["MD", "SMD"],
    better: Better,
    unit: str = "points",
    correction: Correction = "exact",
) -> Studies:
    """Compute each study's effect, arm minus comparator, from means, standard deviations and numbers of people.

    Parameters
    ----------
    table : pandas.DataFrame or path of a CSV file
        One row a study: ``study``, ``arm_mean``, ``arm_sd`` (above 0), ``arm_n`` (2 or more), and the same for
        ``comparator_``. A column ``better`` (``"low"`` or ``"high"``), if there is one, says which end of each study's
        own scale is good; studies that differ from `better` are turned round, which only an SMD allows.
    measure : str
        ``"MD"``, where all studies share one scale, or ``"SMD"``, Hedges' g with the pooled SD.
    better : str
        Which end is good for the person: with ``"low"`` a negative effect favours the arm.
    unit : str
        The unit of the means; an SMD is in ``"SD"``.
    correction : str
        How g is corrected for small samples: ``"exact"`` or ``"approximate"``; without meaning for an MD.

    Returns
    -------
    Studies
        In the order of the table.

    Raises
    ------
    TrialError
        If the table cannot be read as such (see `read_studies`), an SD is not above zero, an arm has fewer than two
        people, or mean differences would mix directions.

    Notes
    -----
    An MD has variance sd1^2 / n1 + sd2^2 / n2, an SMD 1 / n1 + 1 / n2 + g^2 / (2 (n1 + n2)), as metafor's ``escalc``
    has them by default. Arms are taken as independent: not for crossover trials or trials randomised by cluster.

    References
    ----------
    hedges-1981, viechtbauer-2010

    Examples
    --------
    >>> table = pd.DataFrame({"study": ["A"], "arm_mean": [3.0], "arm_sd": [2.0], "arm_n": [20],
    ...                       "comparator_mean": [4.0], "comparator_sd": [2.0], "comparator_n": [20]})
    >>> compare_arms(table, measure="SMD", better="low").estimate.round(4)
    array([-0.4901])
    """
    sheet = open_sheet(table, _ARMS)
    (mean1, sd1, n1), (mean2, sd2, n2) = (
        (sheet.numbers(f"{arm}_mean"), sheet.numbers(f"{arm}_sd", above=0.0), sheet.numbers(f"{arm}_n", above=1.0))
        for arm in ("arm", "comparator")
    )
    estimate, variance = mean1 - mean2, sd1**2 / n1 + sd2**2 / n2
    turned = sheet.turned(better)
    if measure == "SMD":
        df = n1 + n2 - 2.0
        pooled = np.sqrt(((n1 - 1.0) * sd1**2 + (n2 - 1.0) * sd2**2) / df)
        estimate = np.where(turned, -1.0, 1.0) * shrinkage(df, correction) * estimate / pooled
        variance = 1.0 / n1 + 1.0 / n2 + estimate**2 / (2.0 * (n1 + n2))
    elif turned.any():
        raise sheet.wrong(turned, "better", f"expected '{better}': mean differences share one scale; use an SMD")
    check_span(sheet.source, estimate, np.sqrt(variance))
    return Studies(
        labels=sheet.labels,
        estimate=estimate,
        standard_error=np.sqrt(variance),
        measure=measure,
        unit="SD" if measure == "SMD" else unit,
        better=better,
    )


def shrinkage(df: Floats, correction: Correction) -> Floats:
    """Give Hedges' factor, which takes the small-sample bias out of a standardised mean difference.

    Examples
    --------
    >>> shrinkage(np.array([10.0]), "approximate").round(4)
    array([0.9231])
    """
    if correction not in get_args(Correction):
        message = f"unknown correction '{correction}'; expected one of {', '.join(get_args(Correction))}"
        raise TrialError(message)
    if correction == "approximate":
        return 1.0 - 3.0 / (4.0 * df - 1.0)
    exact: Floats = np.exp(gammaln(df / 2.0) - 0.5 * np.log(df / 2.0) - gammaln((df - 1.0) / 2.0))
    return exact
