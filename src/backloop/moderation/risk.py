"""The effect by predicted risk, and whether one arm spreads more: what comes before anybody speaks of responders.

Decides how risk is predicted blind to the arm and how the effect varies with it; single modifiers are asked elsewhere.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtr, stdtrit

from backloop.effects import Answer, Regression, WeekData, check_scale, read_week, regress
from backloop.errors import TrialError
from backloop.kernel import Columns, Floats
from backloop.moderation.modifiers import EffectAt
from backloop.moderation.prediction import cross_fit, split_people, standardised
from backloop.units import Frozen, Interval, Scale, Text

__all__ = ["RiskEffect", "SpreadRatio", "compare_spread", "effect_by_risk"]

_PERCENTILES = (10.0, 50.0, 90.0)
_REPEATS = 10


class RiskEffect(Frozen):
    """An arm's effect for people predicted to do well or badly, in points of the outcome.

    `slope` is the change of the effect for one point more of the predicted outcome; `explained` is the share of the
    outcome's variance that the prediction explains in people it never saw (below zero: worse than the mean).

    Examples
    --------
    >>> RiskEffect.model_fields["explained"].is_required()
    True
    """

    outcome: str
    arm: str
    comparator: str
    week: float
    people: int
    left_out: int
    explained: float
    average: Answer
    slope: Answer
    across: tuple[EffectAt, ...]
    folds: int
    seed: int
    model: str

    @property
    def text(self) -> Text:
        """The answer in words."""
        low, high = self.across[0].effect.estimate, self.across[-1].effect.estimate
        ends = self.slope.interval
        level = f"{ends.level:.0%}"
        return Text(
            en=(
                f"{self.outcome} at week {self.week:g}, {self.arm} against {self.comparator}: the effect is "
                f"{low:.2f} for people with a low predicted outcome and {high:.2f} for those with a high one (change "
                f"a point predicted {self.slope.estimate:.2f}, {level.replace('%', ' %')} interval {ends.low:.2f} to "
                f"{ends.high:.2f}; the prediction explains {100.0 * self.explained:.0f} % of the variance)."
            ),
            zh=(
                f"{self.outcome}第{self.week:g}周，{self.arm}组与{self.comparator}组相比：预测结局较低者疗效为{low:.2f}，"
                f"预测结局较高者为{high:.2f}（预测值每高1分，疗效变化{self.slope.estimate:.2f}，{level}置信区间"
                f"{ends.low:.2f}至{ends.high:.2f}；预测模型解释了{self.explained:.0%}的变异）。"
            ),
        )


class SpreadRatio(Frozen):
    """Whether people differ more among each other in one arm than in the other, at one week.

    `log_ratio` is the logarithm of the arm's standard deviation over the comparator's; `ratio` the same as a factor.

    Examples
    --------
    >>> SpreadRatio.model_fields["log_ratio"].is_required()
    True
    """

    outcome: str
    arm: str
    comparator: str
    week: float
    sd_arm: float
    sd_comparator: float
    log_ratio: float
    standard_error: float
    interval: Interval
    ratio: float
    ratio_interval: Interval
    given_baseline: bool

    @property
    def text(self) -> Text:
        """What the ratio says about individual responses."""
        equal = self.interval.low <= 0.0 <= self.interval.high
        ends = f"{self.ratio_interval.low:.2f} to {self.ratio_interval.high:.2f}"
        level = f"{self.interval.level:.0%}"
        return Text(
            en=(
                f"{self.outcome} at week {self.week:g}: the standard deviation in {self.arm} is {self.ratio:.2f} times "
                f"that in {self.comparator} ({level.replace('%', ' %')} interval {ends}). "
                + (
                    "That gives no reason to believe that the effect differs between people, nor does it rule it out."
                    if equal
                    else "The arms spread differently; a scale's floor can do that as well as differing effects."
                )
            ),
            zh=(
                f"{self.outcome}第{self.week:g}周：{self.arm}组的标准差为{self.comparator}组的{self.ratio:.2f}倍"
                f"（{level}置信区间{ends.replace(' to ', '至')}）。"
                + (
                    "这不支持疗效因人而异，但也不能排除。"
                    if equal
                    else "两组离散程度不同；除疗效因人而异外，量表的地板效应也可造成。"
                )
            ),
        )


def effect_by_risk(
    table: pd.DataFrame,
    columns: Columns,
    *,
    week: float,
    covariates: Sequence[str],
    scale: Scale,
    arm: str | None = None,
    baseline: float | None = None,
    folds: int = 10,
    level: float = 0.95,
    seed: int = 0,
) -> RiskEffect:
    """Ask whether people with a worse outlook gain more, before asking about single characteristics.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`.
    columns : Columns
        Which column holds what.
    week : float
        The week of the primary outcome, since randomisation.
    covariates : sequence of str
        What is known before randomisation and may foretell the outcome; the baseline outcome is added to it.
    scale : Scale
        The ruler of the outcome.
    arm : str, optional
        The arm compared with the comparator; needed where there are several.
    baseline : float, optional
        The week before treatment; by default the first.
    folds : int
        Into how many parts people are split for the prediction, from 2.
    level : float
        Coverage of the intervals, between 0 and 1.
    seed : int
        What the splits depend on.

    Returns
    -------
    RiskEffect
        The effect as a line over the predicted outcome, and at its 10th, 50th and 90th percentile.

    Raises
    ------
    TrialError
        If the table cannot carry the analysis or the arm is unknown.

    Notes
    -----
    The outcome is predicted by ridge regression on all arms together, blind to the arm, each person from models that
    did not see them (ten splits averaged). Then outcome on arm, prediction and their product, with HC3 errors. The
    prediction is taken as given. People without the baseline or the week are left out and counted.

    References
    ----------
    kent-2020, mackinnon-1985

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> start = rng.normal(6, 1.5, 200)
    >>> arm = np.array(["sham", "care"] * 100)
    >>> after = start * np.where(arm == "care", 0.5, 0.9) + rng.normal(0, 1, 200)
    >>> table = pd.DataFrame({"id": range(200), "arm": arm, "age": rng.normal(45, 9, 200), "w0": start, "w9": after})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> found = effect_by_risk(table, where, week=9, covariates=["age"], scale=Scale(better="low"))
    >>> found.slope.interval.high < 0, [round(each.percentile) for each in found.across]
    (True, [10, 50, 90])
    """
    data = read_week(table, columns, week=week, baseline=baseline, covariates=covariates)
    check_scale(np.stack([data.start, data.y]), columns.outcome, scale)
    _check_folds(data, folds)
    name, pair = data.pair(arm)
    known = data.known
    x = standardised(np.column_stack([data.start, data.covariates])[known])
    splits = [split_people(data.arm[known], folds, seed=seed, repeat=repeat) for repeat in range(_REPEATS)]
    risk = cross_fit(x, data.y[known], splits)
    y = data.y[known]
    compared = pair[known]
    centre = float(risk[compared].mean())
    treated = (data.arm[known] == data.arms.index(name))[compared].astype(float)
    fit = _by_risk(treated, risk[compared] - centre, y[compared])
    at = np.percentile(risk[compared], _PERCENTILES)
    return RiskEffect(
        outcome=data.outcome,
        arm=name,
        comparator=data.arms[0],
        week=week,
        people=int(compared.sum()),
        left_out=int((pair & ~known).sum()),
        explained=float(1.0 - ((y - risk) ** 2).sum() / ((y - y.mean()) ** 2).sum()),
        average=_answer(fit, (0.0, 1.0, 0.0, 0.0), level=level),
        slope=_answer(fit, (0.0, 0.0, 0.0, 1.0), level=level),
        across=tuple(
            EffectAt(
                value=float(value),
                percentile=place,
                effect=_answer(fit, (0.0, 1.0, 0.0, float(value) - centre), level=level),
            )
            for place, value in zip(_PERCENTILES, at, strict=True)
        ),
        folds=folds,
        seed=seed,
        model="outcome on arm, cross-fitted prediction and their product; least squares, HC3 errors",
    )


def compare_spread(
    table: pd.DataFrame,
    columns: Columns,
    *,
    week: float,
    arm: str | None = None,
    baseline: float | None = None,
    given_baseline: bool = False,
    level: float = 0.95,
) -> SpreadRatio:
    """Compare how much people differ in two arms: the check before anybody speaks of responders.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`.
    columns : Columns
        Which column holds what.
    week : float
        The week since randomisation.
    arm : str, optional
        The arm compared with the comparator; needed where there are several.
    baseline : float, optional
        The week before treatment; by default the first.
    given_baseline : bool
        Whether to compare what is left after a straight line on the baseline outcome within each arm.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    SpreadRatio
        The log ratio of standard deviations with its interval, and words for it.

    Raises
    ------
    TrialError
        If the table cannot carry the analysis, the arm is unknown, or an arm has fewer than four people or no spread.

    Notes
    -----
    The log ratio is corrected for small samples; its normal interval is rough for skewed outcomes. If an arm's effect
    differed between people for reasons unrelated to the outcome, that arm would spread more.

    References
    ----------
    nakagawa-2015

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> table = pd.DataFrame({"id": range(60), "arm": ["sham", "care"] * 30, "w0": rng.normal(6, 1, 60),
    ...                       "w9": rng.normal(4, 1, 60)})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> ratio = compare_spread(table, where, week=9)
    >>> ratio.interval.low < 0 < ratio.interval.high
    True
    """
    data = read_week(table, columns, week=week, baseline=baseline)
    name, _pair = data.pair(arm)
    known = data.known if given_baseline else ~np.isnan(data.y)
    (sd, df), (other, other_df) = (
        _spread(data, known & (data.arm == data.arms.index(each)), given_baseline=given_baseline)
        for each in (name, data.arms[0])
    )
    log_ratio = float(np.log(sd / other) + 0.5 / df - 0.5 / other_df)
    error = float(np.sqrt(0.5 / df + 0.5 / other_df))
    half = float(ndtri(0.5 + level / 2.0)) * error
    return SpreadRatio(
        outcome=data.outcome,
        arm=name,
        comparator=data.arms[0],
        week=week,
        sd_arm=sd,
        sd_comparator=other,
        log_ratio=log_ratio,
        standard_error=error,
        interval=Interval(low=log_ratio - half, high=log_ratio + half, level=level),
        ratio=float(np.exp(log_ratio)),
        ratio_interval=Interval(low=np.exp(log_ratio - half), high=np.exp(log_ratio + half), level=level),
        given_baseline=given_baseline,
    )


def _check_folds(data: WeekData, folds: int) -> None:
    smallest = int(np.bincount(data.arm[data.known], minlength=len(data.arms)).min())
    if not 2 <= folds <= smallest:  # noqa: PLR2004 - at least two parts
        message = (
            f"expected 2 folds or more, and as many people in each arm seen at baseline and week {data.week:g}; got"
            f" {folds} folds and {smallest} people in the smallest arm"
        )
        raise TrialError(message)


def _by_risk(treated: Floats, risk: Floats, y: Floats) -> Regression:
    return regress(np.column_stack([np.ones(len(y)), treated, risk, treated * risk]), y[:, np.newaxis])


def _answer(fit: Regression, row: Sequence[float], *, level: float) -> Answer:
    """Answer one question of a regression with HC3 errors."""
    weights = np.array(row)
    lever = np.einsum("ij,jk,ik->i", fit.x, fit.bread, fit.x)
    parts = (fit.x @ fit.bread @ weights) * fit.residual[:, 0] / (1.0 - lever)
    estimate, error = float(weights @ fit.beta[:, 0]), float(np.sqrt(parts @ parts))
    half = float(stdtrit(fit.df, 0.5 + level / 2.0)) * error
    return Answer(
        label="",
        estimate=estimate,
        standard_error=error,
        df=float(fit.df),
        p=float(2.0 * stdtr(fit.df, -abs(estimate / error))),
        interval=Interval(low=estimate - half, high=estimate + half, level=level),
    )


def _spread(data: WeekData, who: "np.typing.NDArray[np.bool_]", *, given_baseline: bool) -> tuple[float, int]:
    """Give an arm's standard deviation and its degrees of freedom."""
    people = int(who.sum())
    if people < 4 or np.ptp(data.y[who]) == 0.0:  # noqa: PLR2004 - a line and its spread
        message = f"an arm has {people} people at week {data.week:g}, or all alike; its spread cannot be told"
        raise TrialError(message)
    if not given_baseline:
        return float(data.y[who].std(ddof=1)), people - 1
    fit = regress(np.column_stack([np.ones(people), data.start[who]]), data.y[who, np.newaxis])
    return float(np.sqrt((fit.residual**2).sum() / fit.df)), fit.df
