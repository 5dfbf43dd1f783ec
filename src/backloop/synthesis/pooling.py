"""What several trials say together: fixed and random effects, heterogeneity, and the words for it.

Decides how effects are weighed, pooled and told; what an effect is and which way it points is decided in studies.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, chdtri, ndtr, ndtri, stdtr, stdtrit

from backloop.errors import TrialError
from backloop.synthesis.sheets import Floats
from backloop.synthesis.studies import FAVOURS, MEASURES, Measure, Studies, favoured
from backloop.units import Better, Frozen, Interval, Text

__all__ = ["ManyPooled", "Method", "Pooled", "Uncertainty", "pool", "pool_many"]

Integers = NDArray[np.int64]

Method = Literal["fixed", "dersimonian-laird", "paule-mandel", "reml"]
"""Inverse-variance fixed effect, or how the variance between studies is estimated."""

Uncertainty = Literal["normal", "hartung-knapp", "hartung-knapp-safeguarded"]
"""How the standard error of a pooled effect is counted."""

_SHARED = ("estimate", "standard_error", "p", "q", "q_p", "i2", "h2", "tau2")
_GRID, _HALVINGS = 40, 52
_EXACT = 1e-24  # a share of the sum of squares that is rounding, not scatter
_UNITS = {"points": "分", "SD": "个标准差", "% of the scale": "%（占量表全长）"}
METHODS = {
    "fixed": Text(en="fixed effect", zh="固定效应模型"),
    "dersimonian-laird": Text(en="random effects by DerSimonian-Laird", zh="随机效应模型（DerSimonian-Laird法）"),
    "paule-mandel": Text(en="random effects by Paule-Mandel", zh="随机效应模型（Paule-Mandel法）"),
    "reml": Text(en="random effects by REML", zh="随机效应模型（REML法）"),
    "normal": Text(en=" with normal intervals", zh="，正态近似区间"),
    "hartung-knapp": Text(en=" with Hartung-Knapp", zh="，Hartung-Knapp校正"),
    "hartung-knapp-safeguarded": Text(en=" with safeguarded Hartung-Knapp", zh="，带下限的Hartung-Knapp校正"),
}


class Pooled(Frozen):
    """The pooled effect of several studies, arm minus comparator, in `unit`, and how much they differ beyond chance.

    `weights` are in per cent, in the order of `labels`; `df` is None where the normal distribution was used; `p` is
    two-sided. `prediction` is where the true effect of a further, similar study is expected. `q` is Cochran's Q with
    its `q_p` on one degree of freedom less than studies; `i2` the share of variance that lies between studies, in per
    cent (0 to 100); `h2` total over sampling variance; `tau2` the variance between studies, in squared `unit`, with
    its Q-profile interval. Under a fixed effect `tau2` is 0 by assumption, `i2` and `h2` come from Q, and `prediction`
    and `tau2_interval` are None.

    Examples
    --------
    >>> Pooled.model_fields["prediction"].annotation
    backloop.units.Interval | None
    """

    labels: tuple[str, ...]
    measure: Measure
    unit: str
    better: Better
    method: Method
    uncertainty: Uncertainty
    estimate: float
    standard_error: float
    df: int | None
    p: float
    interval: Interval
    prediction: Interval | None
    q: float
    q_p: float
    i2: float
    h2: float
    tau2: float
    tau2_interval: Interval | None
    weights: tuple[float, ...]

    @property
    def favours(self) -> Literal["arm", "comparator", "neither"]:
        """Which arm the interval favours, in the direction that is good for the person."""
        return favoured(self.interval, self.better)

    @property
    def text(self) -> Text:
        """The answer in one sentence, in both languages."""
        model, measure = METHODS[self.method], MEASURES[self.measure]
        favours = FAVOURS["unstated" if self.better == "neither" else self.favours]
        margin, unit = (
            METHODS[self.uncertainty],
            _UNITS.get(self.unit, self.unit),
        )
        low, high, level = self.interval.low, self.interval.high, f"{self.interval.level * 100:g}"
        count, ahead = len(self.labels), self.prediction
        beyond = Text(en="; ", zh="；")
        if ahead is not None:
            beyond = Text(
                en=f"; {level} % prediction interval {ahead.low:.2f} to {ahead.high:.2f}; tau2 {self.tau2:.3g}, ",
                zh=f"；{level}%预测区间{ahead.low:.2f}至{ahead.high:.2f}；τ²={self.tau2:.3g}，",
            )
        return Text(
            en=f"{count} {'study' if count == 1 else 'studies'}, {model.en}{margin.en}: {measure.en} "
            f"{self.estimate:.2f} {self.unit} ({level} % interval {low:.2f} to {high:.2f}), {favours.en}{beyond.en}"
            f"I2 {self.i2:.0f} %.",
            zh=f"{count}项研究，{model.zh}{margin.zh}：{measure.zh}{self.estimate:.2f}{unit}"
            f"（{level}%置信区间{low:.2f}至{high:.2f}），{favours.zh}{beyond.zh}I²={self.i2:.0f}%。",
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class ManyPooled:
    """Many meta-analyses at once: arrays with one value each, as the fields of `Pooled` name them.

    Examples
    --------
    >>> ManyPooled.__dataclass_params__.frozen
    True
    """

    studies: Integers
    estimate: Floats
    standard_error: Floats
    p: Floats
    low: Floats
    high: Floats
    prediction_low: Floats
    prediction_high: Floats
    q: Floats
    q_p: Floats
    i2: Floats
    h2: Floats
    tau2: Floats


def pool(
    studies: Studies, *, method: Method = "reml", uncertainty: Uncertainty | None = None, level: float = 0.95
) -> Pooled:
    """Pool the effects of several studies into one, with what is left of their differences.

    Parameters
    ----------
    studies : Studies
        One or more for a fixed effect, two or more for random effects.
    method : str
        ``"fixed"`` (inverse variance), or random effects by ``"reml"``, ``"paule-mandel"`` or ``"dersimonian-laird"``.
    uncertainty : str, optional
        ``"normal"``, ``"hartung-knapp"``, or ``"hartung-knapp-safeguarded"``, whose standard error is never below the
        normal one. By default normal for a fixed effect, Hartung-Knapp for random effects.
    level : float
        Coverage of all intervals, between 0 and 1.

    Returns
    -------
    Pooled
        Effect, interval, prediction interval, heterogeneity and weights; ``text`` says it in words.

    Raises
    ------
    TrialError
        If options are unknown or contradict each other, there are too few studies, or they agree exactly, so that
        Hartung-Knapp would call the answer certain.

    Notes
    -----
    The prediction interval has the quantile of the interval: t with one less than the studies under Hartung-Knapp.
    REML is the highest point of the restricted likelihood. Few studies leave `tau2` all but unknown: read its
    interval. Effects are taken as independent: give one a trial, or split a comparator that serves two.

    References
    ----------
    dersimonian-1986, paule-1982, viechtbauer-2005, viechtbauer-2007, knapp-2003, jackson-2017, higgins-2002

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import read_studies
    >>> table = pd.DataFrame({"study": list("ABC"), "estimate": [-1.0, -0.1, -0.9], "standard_error": [0.3, 0.2, 0.2]})
    >>> found = pool(read_studies(table, better="low"))
    >>> round(found.estimate, 3), round(found.i2), found.favours
    (-0.646, 79, 'neither')
    """
    y, v = studies.estimate[np.newaxis], studies.standard_error[np.newaxis] ** 2
    choice = _choose(method, uncertainty, level)
    found = _pool(y, v, choice)
    random, df = method != "fixed", len(studies.labels) - 1
    share, tails = 1.0 / (v[0] + found.tau2), (0.5 - level / 2.0, 0.5 + level / 2.0)

    def interval(low: Floats, high: Floats) -> Interval:
        return Interval(low=low[0], high=high[0], level=level)

    return Pooled(
        labels=studies.labels,
        measure=studies.measure,
        unit=studies.unit,
        better=studies.better,
        method=method,
        uncertainty=choice[1],
        df=None if choice[1] == "normal" else df,
        interval=interval(found.low, found.high),
        prediction=interval(found.prediction_low, found.prediction_high) if random else None,
        tau2_interval=interval(*(_match_q(y, v, chdtri(df, tail)) for tail in tails)) if random else None,
        weights=tuple((100.0 * share / share.sum()).tolist()),
        **{name: getattr(found, name)[0] for name in _SHARED},
    )


def pool_many(
    estimate: ArrayLike,
    standard_error: ArrayLike,
    *,
    method: Method = "reml",
    uncertainty: Uncertainty | None = None,
    level: float = 0.95,
) -> ManyPooled:
    """Pool many meta-analyses at once, for simulations and large overviews.

    Parameters
    ----------
    estimate, standard_error : array of float, meta-analyses x studies
        NaN in both where a meta-analysis has fewer studies than another; standard errors are above 0.
    method, uncertainty, level
        As in `pool`.

    Returns
    -------
    ManyPooled
        Arrays, one value a meta-analysis, the same numbers as `pool` gives one by one.

    Raises
    ------
    TrialError
        If shapes differ, a number is missing or a standard error is not above zero, or as in `pool`.

    Examples
    --------
    >>> pool_many([[-1.0, -0.4, -0.9], [0.2, 0.3, np.nan]], [[0.5, 0.3, 0.2], [0.1, 0.1, np.nan]],
    ...           method="fixed").estimate.round(2)
    array([-0.77,  0.25])
    """
    y, error = np.asarray(estimate, dtype=float), np.asarray(standard_error, dtype=float)
    if y.ndim != 2 or y.shape != error.shape or not y.size:  # noqa: PLR2004 - meta-analyses x studies
        message = f"expected two tables alike, meta-analyses x studies, got shapes {y.shape} and {error.shape}"
        raise TrialError(message)
    seen = ~(np.isnan(y) & np.isnan(error))
    wrong = seen & ~(np.isfinite(y) & np.isfinite(error) & (error > 0))
    if wrong.any():
        row, column = (int(place[0]) + 1 for place in np.nonzero(wrong))
        message = f"row {row}, study {column}: expected a finite effect and a standard error above 0, or NaN in both"
        raise TrialError(message)
    return _pool(np.where(seen, y, 0.0), np.where(seen, error, np.inf) ** 2, _choose(method, uncertainty, level))


def _choose(method: Method, uncertainty: Uncertainty | None, level: float) -> tuple[Method, Uncertainty, float]:
    chosen = uncertainty or ("normal" if method == "fixed" else "hartung-knapp")
    for word, offered in ((method, get_args(Method)), (chosen, get_args(Uncertainty))):
        if word not in offered:
            message = f"unknown option '{word}'; expected one of {', '.join(offered)}"
            raise TrialError(message)
    if method == "fixed" and chosen != "normal":
        message = "Hartung-Knapp belongs to random effects; with a fixed effect leave `uncertainty` out"
        raise TrialError(message)
    if not 0 < level < 1:
        message = f"expected a level between 0 and 1, got {level}"
        raise TrialError(message)
    return method, chosen, level


def _pool(y: Floats, v: Floats, choice: tuple[Method, Uncertainty, float]) -> ManyPooled:
    """Pool meta-analyses x studies; a place without a study has y = 0 and v = inf, so it weighs nothing."""
    method, uncertainty, level = choice
    count = np.isfinite(v).sum(axis=1)
    random, adjusted = method != "fixed", uncertainty != "normal"
    if (count < (2 if random else 1)).any():
        wanted = "two studies for random effects (one is enough for method 'fixed')" if random else "one study"
        message = f"expected at least {wanted}, got {count.min()}"
        raise TrialError(message)
    df = count - 1
    w, total, _mean, r = _weigh(y, v, np.zeros(len(y)))
    q = (w * r**2).sum(axis=1)
    typical = np.divide(df, total - (w**2).sum(axis=1) / total, out=np.ones(len(y)), where=df > 0)
    tau2 = _between(y, v, method, q=q, df=df, typical=typical)
    w, total, mean, r = _weigh(y, v, tau2)
    error = 1.0 / np.sqrt(total)
    if adjusted:
        error = error * np.sqrt(_inflation(y, w, r, df=df, floor=uncertainty.endswith("safeguarded")))
    quantile = stdtrit(df, 0.5 + level / 2.0) if adjusted else ndtri(0.5 + level / 2.0)
    z = -np.abs(mean / error)
    ahead = quantile * np.sqrt(error**2 + tau2) if random else np.full(len(y), np.nan)
    excess = tau2 / typical
    ratio = np.divide(q, df, out=np.ones(len(y)), where=df > 0)
    return ManyPooled(
        studies=count,
        estimate=mean,
        standard_error=error,
        p=2.0 * (stdtr(df, z) if adjusted else ndtr(z)),
        low=mean - quantile * error,
        high=mean + quantile * error,
        prediction_low=mean - ahead,
        prediction_high=mean + ahead,
        q=q,
        q_p=np.where(df > 0, chdtrc(np.maximum(df, 1), q), 1.0),
        i2=100.0 * (excess / (1.0 + excess) if random else 1.0 - 1.0 / np.maximum(ratio, 1.0)),
        h2=1.0 + excess if random else ratio,
        tau2=tau2,
    )


def _weigh(y: Floats, v: Floats, tau2: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Weights, their sums, weighted means and what is left of y."""
    w = 1.0 / (v + tau2[:, np.newaxis])
    total = w.sum(axis=1)
    mean = (w * y).sum(axis=1) / total
    return w, total, mean, y - mean[:, np.newaxis]


def _inflation(y: Floats, w: Floats, r: Floats, *, df: Integers, floor: bool) -> Floats:
    """Hartung and Knapp's factor on the variance of the mean."""
    scatter = (w * r**2).sum(axis=1)
    if not floor and (scatter <= _EXACT * (w * y**2).sum(axis=1)).any():
        message = (
            "the studies agree exactly, so Hartung-Knapp's standard error is zero; take uncertainty "
            "'hartung-knapp-safeguarded', or method 'fixed'"
        )
        raise TrialError(message)
    return np.asarray(np.maximum(scatter / df, 1.0 if floor else 0.0))


def _between(y: Floats, v: Floats, method: Method, *, q: Floats, df: Integers, typical: Floats) -> Floats:
    """Estimate the variance between studies."""
    if method == "reml":
        return _restricted(y, v)
    if method == "paule-mandel":
        return _match_q(y, v, df)
    return np.maximum(0.0, (q / df - 1.0) * typical) if method == "dersimonian-laird" else np.zeros(len(y))


def _match_q(y: Floats, v: Floats, target: ArrayLike) -> Floats:
    """Find tau2 at which Q is `target`, or 0: Q falls and is convex, so Newton's steps from 0 never pass the root."""
    tau2 = np.zeros(len(y))
    while True:
        w, _total, _mean, r = _weigh(y, v, tau2)
        gap = (w * r**2).sum(axis=1) - target
        step = np.divide(gap, (w**2 * r**2).sum(axis=1), out=np.zeros(len(y)), where=gap > 0)
        tau2 += step
        if not (step > 1e-13 * tau2).any():
            return tau2


def _restricted(y: Floats, v: Floats) -> Floats:
    """Maximise the restricted likelihood: the best point of a grid, then halving between its neighbours."""
    seen = np.isfinite(v)
    spread = np.where(seen, y, -np.inf).max(axis=1) - np.where(seen, y, np.inf).min(axis=1)
    first, most = 1e-4 * v.min(axis=1), np.where(seen, v, 0.0).max(axis=1) + 4.0 * spread**2
    grid = np.vstack([np.zeros(len(y)), first * (most / first) ** np.linspace(0.0, 1.0, _GRID)[:, np.newaxis]])
    best = np.argmax([_likelihood(y, v, tau2) for tau2 in grid], axis=0)
    low, tau2, high = (np.take_along_axis(grid, np.clip(best + by, 0, _GRID)[None], 0)[0] for by in (-1, 0, 1))
    for _halving in range(_HALVINGS):
        rises = _slope(y, v, tau2) > 0
        low, high = np.where(rises, tau2, low), np.where(rises, high, tau2)
        tau2 = 0.5 * (low + high)
    return np.asarray(tau2)


def _likelihood(y: Floats, v: Floats, tau2: Floats) -> Floats:
    """Twice the restricted log likelihood, but for a constant."""
    w, total, _mean, r = _weigh(y, v, tau2)
    return np.asarray((np.log(np.where(w > 0, w, 1.0)) - w * r**2).sum(axis=1) - np.log(total))


def _slope(y: Floats, v: Floats, tau2: Floats) -> Floats:
    """How fast it rises with tau2."""
    w, total, _mean, r = _weigh(y, v, tau2)
    return np.asarray(((w * r) ** 2).sum(axis=1) - total + (w**2).sum(axis=1) / total)
