"""Studies as they are published: an effect with its standard error, or each arm's mean, SD and number of people.

Decides whether a table of studies can be pooled, which way an effect points, and what is wrong; it pools nothing.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln, stdtr, stdtrit

from backloop.errors import TrialError
from backloop.units import Better, Frozen, Interval, Text

__all__ = ["Floats", "SmallStudyCheck", "Studies", "compare_arms", "favoured", "read_studies", "small_study_check"]

Floats = NDArray[np.float64]

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
_FEW = 10  # studies below which a small-study check says little
_EXACT = 1e-20  # a share of the sum of squares that is rounding, not scatter


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
    sheet = _open(table, ("study", "estimate", "standard_error"))
    return Studies(
        labels=sheet.labels,
        estimate=sheet.numbers("estimate"),
        standard_error=sheet.numbers("standard_error", above=0.0),
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
    sheet = _open(table, ("study", *_ARMS))
    (mean1, sd1, n1), (mean2, sd2, n2) = (
        (sheet.numbers(f"{arm}_mean"), sheet.numbers(f"{arm}_sd", above=0.0), sheet.numbers(f"{arm}_n", above=1.0))
        for arm in ("arm", "comparator")
    )
    estimate, variance = mean1 - mean2, sd1**2 / n1 + sd2**2 / n2
    turned = sheet.turned(better)
    if measure == "SMD":
        df = n1 + n2 - 2.0
        pooled = np.sqrt(((n1 - 1.0) * sd1**2 + (n2 - 1.0) * sd2**2) / df)
        estimate = np.where(turned, -1.0, 1.0) * _shrinkage(df, correction) * estimate / pooled
        variance = 1.0 / n1 + 1.0 / n2 + estimate**2 / (2.0 * (n1 + n2))
    elif turned.any():
        raise sheet.wrong(turned, "better", f"expected '{better}': mean differences share one scale; use an SMD")
    return Studies(
        labels=sheet.labels,
        estimate=estimate,
        standard_error=np.sqrt(variance),
        measure=measure,
        unit="SD" if measure == "SMD" else unit,
        better=better,
    )


def _shrinkage(df: Floats, correction: Correction) -> Floats:
    if correction not in get_args(Correction):
        message = f"unknown correction '{correction}'; expected one of {', '.join(get_args(Correction))}"
        raise TrialError(message)
    if correction == "approximate":
        return 1.0 - 3.0 / (4.0 * df - 1.0)
    exact: Floats = np.exp(gammaln(df / 2.0) - 0.5 * np.log(df / 2.0) - gammaln((df - 1.0) / 2.0))
    return exact


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
    >>> table = pd.DataFrame({"study": list("ABC"), "estimate": [-1.0, -0.5, -0.4], "standard_error": [0.5, 0.3, 0.1]})
    >>> small_study_check(read_studies(table, better="low")).caution.en
    'only 3 studies: with fewer than 10 this check cannot tell asymmetry from chance'
    """
    count = len(studies.labels)
    if count < 3:  # noqa: PLR2004 - a line through two points leaves no degree of freedom
        message = f"expected at least 3 studies for a small-study check, got {count}"
        raise TrialError(message)
    if np.ptp(studies.standard_error) <= 1e-9 * studies.standard_error.max():
        message = "all studies have the same standard error, so none is smaller than another; leave the check out"
        raise TrialError(message)
    x = np.column_stack([np.ones(count), studies.standard_error]) / studies.standard_error[:, None]
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ (studies.estimate / studies.standard_error)
    scatter = float(np.sum((studies.estimate / studies.standard_error - x @ beta) ** 2))
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
        caution=_caution(count),
    )


def _caution(count: int) -> Text | None:
    if count >= _FEW:
        return None
    return Text(
        en=f"only {count} studies: with fewer than {_FEW} this check cannot tell asymmetry from chance",
        zh=f"仅有{count}项研究：少于{_FEW}项时，此检验难以区分真实的不对称与偶然误差",
    )


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    table: pd.DataFrame
    source: str
    labels: tuple[str, ...]

    def wrong(self, where: "pd.Series[bool] | np.ndarray", column: str, expected: str) -> TrialError:
        """Name file, row, study and column of the first cell that is wrong."""
        row = int(np.flatnonzero(np.asarray(where))[0])
        study = self.labels[row] if self.labels else self.table["study"].iloc[row]
        return TrialError(f"{self.source}, row {row + 1} ('{study}'), column '{column}': {expected}")

    def numbers(self, column: str, *, above: float = -np.inf) -> Floats:
        """Give a column of finite numbers."""
        cells = self.table[column]
        values = pd.to_numeric(cells, errors="coerce")
        if (cells.isna()).any():
            raise self.wrong(cells.isna(), column, "expected a number, the cell is empty; leave the study out")
        if values.isna().any():
            raise self.wrong(values.isna(), column, "expected a number, got text")
        numbers = values.to_numpy(dtype=float)
        if not np.isfinite(numbers).all():
            raise self.wrong(~np.isfinite(numbers), column, "expected a finite number, got infinity")
        if (numbers <= above).any():
            first = numbers[numbers <= above][0]
            raise self.wrong(numbers <= above, column, f"expected a number above {above:g}, got {first:g}")
        return numbers

    def turned(self, better: Better) -> "np.ndarray":
        """Say which studies were read from a scale whose good end is the other one."""
        if "better" not in self.table.columns:
            return np.zeros(len(self.table), dtype=bool)
        given = self.table["better"]
        unknown = ~given.isin(["low", "high"])
        if unknown.any() or better == "neither":
            said = unknown if unknown.any() else ~unknown
            raise self.wrong(said, "better", "expected 'low' or 'high', and the same words in the call")
        return (given != better).to_numpy()


def _open(table: pd.DataFrame | str | Path, columns: tuple[str, ...]) -> _Sheet:
    source = "the table" if isinstance(table, pd.DataFrame) else Path(table).name
    if not isinstance(table, pd.DataFrame):
        try:
            table = pd.read_csv(table)
        except (OSError, ValueError) as problem:
            message = (
                f"{source} cannot be read as a CSV file with a heading; check the name, the encoding and the commas"
            )
            raise TrialError(message) from problem
    unknown = [name for name in columns if name not in table.columns]
    if unknown:
        message = f"{source}: no column {', '.join(map(repr, unknown))}; it has {', '.join(map(repr, table.columns))}"
        raise TrialError(message)
    if table.empty:
        message = f"{source}: expected one row a study, got no rows"
        raise TrialError(message)
    sheet = _Sheet(table=table, source=source, labels=())
    for wrong, expected in (
        (table["study"].isna(), "expected a name, the cell is empty"),
        (table["study"].astype(str).duplicated(), "this study was named before; give each comparison its own name"),
    ):
        if wrong.any():
            raise sheet.wrong(wrong, "study", expected)
    return replace(sheet, labels=tuple(map(str, table["study"])))
