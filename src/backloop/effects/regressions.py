"""One week of a trial by least squares: the outcome with its baseline, arms and covariates.

Decides how a week is laid out and regressed, with classical or robust errors; repeated visits are the engine's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from backloop.effects.rulers import check_scale
from backloop.effects.trials import Effect
from backloop.errors import TrialError
from backloop.kernel import Columns, Floats, Integers, constrained_design
from backloop.units import Interval, Scale

__all__ = ["Errors", "Regression", "WeekData", "analyse_covariance", "read_week", "regress"]

Errors = Literal["hc3", "classical"]
"""How the spread of a regression's answers is counted: robust to unequal variances, or as if all were equal."""

_MOST_LEVERAGE = 1 - 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class WeekData:
    """One week's outcome with what is known of each person at the start.

    `arms` has the comparator first and `arm` gives each person's place in it; `y` is the outcome at the week and
    `start` at baseline (NaN: not seen); `covariates` are coded and centred, one column each.

    Examples
    --------
    >>> WeekData.__dataclass_params__.frozen
    True
    """

    outcome: str
    week: float
    baseline: float
    arms: tuple[str, ...]
    arm: Integers
    y: Floats
    start: Floats
    covariates: Floats
    weight: Floats | None

    @property
    def known(self) -> NDArray[np.bool_]:
        """Who was seen at baseline and at the week."""
        return ~np.isnan(self.y) & ~np.isnan(self.start)

    def regressors(self) -> Floats:
        """Give people x columns: one, an indicator for each arm but the first, baseline, covariates."""
        arms = np.eye(len(self.arms))[self.arm][:, 1:]
        return np.column_stack([np.ones(len(self.arm)), arms, self.start, self.covariates])

    def pair(self, arm: str | None) -> tuple[str, NDArray[np.bool_]]:
        """Give the arm compared with the first, and who is in either of the two."""
        name = self.arms[1] if arm is None and len(self.arms) == 2 else arm  # noqa: PLR2004
        if name not in self.arms[1:]:
            message = f"expected arm to be one of {', '.join(map(repr, self.arms[1:]))}, got {arm!r}"
            raise TrialError(message)
        return name, (self.arm == 0) | (self.arm == self.arms.index(name))


def read_week(
    table: pd.DataFrame,
    columns: Columns,
    *,
    week: float,
    baseline: float | None = None,
    covariates: Sequence[str] = (),
) -> WeekData:
    """Lay one week of a trial's table out by person, in the order of their ids.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`.
    columns : Columns
        Which column holds what.
    week : float
        The week asked about, after the baseline.
    baseline : float, optional
        The week before treatment; by default the first.
    covariates : sequence of str
        Facts known before randomisation.

    Returns
    -------
    WeekData
        Outcomes at the week and at baseline, arms and covariates.

    Raises
    ------
    TrialError
        If the table cannot carry the question.

    Examples
    --------
    >>> table = pd.DataFrame({"id": range(4), "arm": ["a", "b"] * 2, "w0": [5, 6, 7, 5], "w9": [4, 6, 3, 2]})
    >>> where = Columns(outcome="pain", comparator="a", person="id", wide={0: "w0", 9: "w9"})
    >>> read_week(table, where, week=9).y
    array([4., 6., 3., 2.])
    """
    design = constrained_design(table, columns, baseline=baseline, covariates=covariates)
    start = design.weeks[0] if baseline is None else baseline
    if week not in design.compared:
        message = f"week {week:g} must be a visit after the baseline (week {start:g}); the table has {design.weeks}"
        raise TrialError(message)
    return WeekData(
        outcome=design.outcome,
        week=week,
        baseline=start,
        arms=design.arms,
        arm=design.arm,
        y=design.y[:, design.weeks.index(week)],
        start=design.y[:, design.weeks.index(start)],
        covariates=design.z[:, len(design.arms) :],
        weight=design.weight,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Regression:
    """Least squares of one or more outcomes on the same regressors.

    `beta` is coefficients x outcomes, `residual` people x outcomes; `bread` is the inverse of the cross-products.

    Examples
    --------
    >>> Regression.__dataclass_params__.frozen
    True
    """

    beta: Floats
    residual: Floats
    x: Floats
    bread: Floats
    df: int

    def spread(self, column: int, errors: Errors) -> Floats:
        """Give the covariance of one coefficient between outcomes (outcomes x outcomes)."""
        if errors == "classical":
            return np.asarray(self.bread[column, column] * (self.residual.T @ self.residual) / self.df)
        lever = np.einsum("ij,jk,ik->i", self.x, self.bread, self.x)
        if lever.max() > _MOST_LEVERAGE:
            message = "one person alone decides a coefficient, so no robust error exists; merge sparse covariate levels"
            raise TrialError(message)
        parts = (self.x @ self.bread[column] / (1.0 - lever))[:, np.newaxis] * self.residual
        return np.asarray(parts.T @ parts)


def regress(x: Floats, y: Floats, weight: Floats | None = None) -> Regression:
    """Fit outcomes by least squares, refusing regressors that repeat each other.

    Parameters
    ----------
    x : array of float, people x coefficients
        The regressors, the constant among them.
    y : array of float, people x outcomes
        The outcomes, none missing.
    weight : array of float, people, optional
        Weights above 0.

    Returns
    -------
    Regression
        Coefficients, residuals and what their errors need.

    Raises
    ------
    TrialError
        If the people cannot tell the coefficients apart.

    Examples
    --------
    >>> x = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    >>> regress(x, np.array([[1.0], [3.0], [5.0], [7.0]])).beta.ravel().round(6).tolist()
    [1.0, 2.0]
    """
    people, columns = x.shape
    if people <= columns or np.linalg.matrix_rank(x) < columns:
        message = (
            f"{people} people cannot tell {columns} coefficients apart; drop covariates that repeat others,"
            " or levels nobody has"
        )
        raise TrialError(message)
    root = np.ones(people) if weight is None else np.sqrt(weight)
    x, y = x * root[:, np.newaxis], y * root[:, np.newaxis]
    bread: Floats = np.asarray(np.linalg.inv(x.T @ x), dtype=float)
    beta: Floats = np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], dtype=float)
    return Regression(beta=beta, residual=y - x @ beta, x=x, bread=bread, df=people - columns)


def analyse_covariance(
    table: pd.DataFrame,
    columns: Columns,
    *,
    week: float,
    scale: Scale,
    estimand: str,
    baseline: float | None = None,
    covariates: Sequence[str] = (),
    errors: Errors = "hc3",
    level: float = 0.95,
) -> tuple[Effect, ...]:
    """Compare the arms at one week, baseline and covariates held equal (ANCOVA).

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`. Missing outcomes are empty.
    columns : Columns
        Which column holds what; a weight column makes the squares weighted.
    week : float
        The week since randomisation.
    scale : Scale
        The ruler of the outcome, with its good direction.
    estimand : str
        The question in words.
    baseline : float, optional
        The week before treatment; by default the first.
    covariates : sequence of str
        Facts known before randomisation; text becomes one indicator a level.
    errors : str
        ``"hc3"``, robust to variances that differ between arms, or ``"classical"``.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    tuple of Effect
        One an arm against the comparator, with t intervals on people minus coefficients.

    Raises
    ------
    TrialError
        If the table cannot carry the analysis.

    Notes
    -----
    People without the baseline or the week are left out, so this is for complete data and for sensitivity; the
    repeated-measures model uses everybody's answers.

    References
    ----------
    mackinnon-1985

    Examples
    --------
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, 2]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> pain = Scale(low=0, high=10, better="low")
    >>> effect, = analyse_covariance(table, where, week=9, scale=pain, estimand="treatment policy")
    >>> round(effect.estimate, 3), effect.df
    (-2.0, 5.0)
    """
    data = read_week(table, columns, week=week, baseline=baseline, covariates=covariates)
    check_scale(np.column_stack([data.start, data.y]), data.outcome, scale)
    known = data.known
    weight = None if data.weight is None else data.weight[known]
    fit = regress(data.regressors()[known], data.y[known, np.newaxis], weight)
    half = float(stdtrit(fit.df, 0.5 + level / 2.0))
    people = np.bincount(data.arm[known], minlength=len(data.arms))
    effects = []
    for place, arm in enumerate(data.arms[1:], start=1):
        estimate = float(fit.beta[place, 0])
        error = float(np.sqrt(fit.spread(place, errors)[0, 0]))
        effects.append(
            Effect(
                outcome=data.outcome,
                arm=arm,
                comparator=data.arms[0],
                week=week,
                estimate=estimate,
                interval=Interval(low=estimate - half * error, high=estimate + half * error, level=level),
                standard_error=error,
                df=float(fit.df),
                scale=scale,
                n_arm=int(people[place]),
                n_comparator=int(people[0]),
                model=_words(errors, covariates, weighted=weight is not None),
                estimand=estimand,
            )
        )
    return tuple(effects)


def _words(errors: Errors, covariates: Sequence[str], *, weighted: bool) -> str:
    adjusted = ", ".join(("baseline", *covariates))
    kind = "HC3 (robust)" if errors == "hc3" else "classical"
    return f"analysis of covariance{', weighted' if weighted else ''}, adjusted for {adjusted}, {kind} errors, t"
