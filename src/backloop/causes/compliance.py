"""What the treatment does for those who take it: compliers by instrumental variables, the protocol by weights.

Decides the two estimands beside intention to treat, and says what each assumes; neither replaces the primary analysis.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from backloop.causes.bootstrap import (
    draw_counts,
    draw_interval,
    resample_people,
    resampled_products,
    resampled_squares,
)
from backloop.causes.weighting import WEIGHT, ProtocolWeights, check_yes_no
from backloop.effects import Effect, Errors, check_scale, read_week, regress, treatment_effects
from backloop.errors import TrialError
from backloop.kernel import Arrays, Block, Columns, Correction, Floats, constrained_design, fit_repeated, robust_fit
from backloop.measure import software_version
from backloop.units import Frozen, Interval, Scale, Text

__all__ = ["ComplierEffect", "ComplierInterval", "complier_effect", "per_protocol"]

ComplierInterval = Literal["delta", "fieller", "bootstrap"]
"""How the interval of a ratio of two effects is made; Fieller's holds when few people comply."""

_WEAK = 10.0
_MOST_FAILURES = 0.05
_NOTHING = 1e-8


class ComplierEffect(Frozen):
    """The effect in people who take the treatment when offered it and not otherwise (compliers).

    `offered` is the intention-to-treat effect at the same week; `compliers` is their share of all people, with the F
    statistic of that share (below 10: too few for a steady answer). `interval` is None where Fieller's is unbounded.

    Examples
    --------
    >>> ComplierEffect.model_fields["interval_kind"].is_required()
    True
    """

    outcome: str
    week: float
    arm: str
    comparator: str
    received: str
    estimate: float
    standard_error: float
    df: float
    interval: Interval | None
    interval_kind: ComplierInterval
    p: float
    offered: float
    compliers: float
    strength: float
    people: tuple[int, int]
    left_out: int
    model: str
    seed: int | None = None
    software: str

    @property
    def assumptions(self) -> Text:
        """What must hold for this to be the effect in compliers."""
        return Text(
            en="This is the effect in one group that nobody can point to: people who would take the treatment if, and "
            "only if, offered it. It assumes that being randomised works only through taking the treatment, and that "
            "nobody takes it just because it was not offered.",
            zh="该效应针对一类无法逐一识别的人群（依从者）：仅在被分配时才会接受治疗者。其前提是：随机分组只通过实际接受治疗影响结局，"
            "且无人因未被分配而反去接受治疗。",
        )

    @property
    def text(self) -> Text:
        """The answer in one sentence for a clinician."""
        english, chinese = "no bounded interval", "区间无界"
        if self.interval:
            english = f"{self.interval.low:.2f} to {self.interval.high:.2f}"
            chinese = f"{self.interval.low:.2f}至{self.interval.high:.2f}"
        weak = self.strength < _WEAK
        return Text(
            en=f"{self.outcome}, week {self.week:g}, {self.arm} minus {self.comparator} in the "
            f"{100 * self.compliers:.0f} % who comply: {self.estimate:.2f} ({english}); in everybody offered it: "
            f"{self.offered:.2f}." + (" Too few comply for a steady answer." if weak else ""),
            zh=f"{self.outcome}，第{self.week:g}周，依从者（{self.compliers:.0%}）中{self.arm}组减{self.comparator}组："
            f"{self.estimate:.2f}（{chinese}）；按分配计：{self.offered:.2f}。"
            + ("依从者过少，结果不稳定。" if weak else ""),
        )


def complier_effect(
    table: pd.DataFrame,
    columns: Columns,
    *,
    received: str,
    week: float,
    baseline: float | None = None,
    covariates: Sequence[str] = (),
    arm: str | None = None,
    errors: Errors = "hc3",
    interval: ComplierInterval = "delta",
    draws: int = 2000,
    seed: int | None = None,
    level: float = 0.95,
    workers: int = 1,
    scheduler: str = "threads",
) -> ComplierEffect:
    """Estimate the effect in compliers at one week (complier-average causal effect).

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`. Missing outcomes are empty.
    columns : Columns
        Which column holds what.
    received : str
        A column of 0 and 1: who took the treatment, by a rule stated beforehand (such as three sessions in four).
    week : float
        The week since randomisation.
    baseline : float, optional
        The week before treatment; by default the first.
    covariates : sequence of str
        Facts known before randomisation.
    arm : str, optional
        The arm compared with the comparator; needed where there are more than two.
    errors : str
        ``"hc3"`` or ``"classical"``.
    interval : str
        ``"delta"``, ``"fieller"`` or ``"bootstrap"`` (percentile, by person; needs a `seed`).
    draws, seed : int
        Resamples, from 100, and where they start.
    level : float
        Coverage of the interval, between 0 and 1.
    workers, scheduler
        Who shares the resamples, as in `run_blocks`; the interval does not depend on it.

    Returns
    -------
    ComplierEffect
        With what it assumes in words.

    Raises
    ------
    TrialError
        If `received` is not 0 and 1, or does not differ between the arms.

    Notes
    -----
    Two-stage least squares with the arm as instrument: the arm's effect on the outcome over its effect on taking the
    treatment, both adjusted for baseline and covariates. The delta interval and Fieller's use the robust covariance of
    the two.

    References
    ----------
    angrist-1996, fieller-1954, anderson-1949

    Examples
    --------
    >>> random = np.random.default_rng(3)
    >>> arm, start = np.arange(60) % 2, random.normal(6, 1, 60)
    >>> took = arm * (random.random(60) < 0.7)
    >>> table = pd.DataFrame({"id": range(60), "arm": np.where(arm, "care", "sham"), "took": took, "w0": start,
    ...                       "w9": start - 1 - 2 * took + random.normal(size=60)})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> found = complier_effect(table, where, received="took", week=9)
    >>> found.estimate < found.offered < 0
    True
    """
    check_yes_no(table, received)
    data = read_week(table, columns, week=week, baseline=baseline, covariates=(*covariates, received))
    name, pair = data.pair(arm)
    kept = pair & data.known
    treated = (data.arm[kept] > 0).astype(float)
    x = np.column_stack([np.ones(len(treated)), treated, data.start[kept], data.covariates[kept, :-1]])
    y = np.column_stack([data.y, data.covariates[:, -1]])[kept]
    ratio = _ratio(x, y, errors)
    if interval == "bootstrap":
        work = _Bootstrap(x, y, _needed(seed))
        found: Interval | None = _drawn(
            work, ratio.estimate, draws=draws, level=level, workers=workers, scheduler=scheduler
        )
    else:
        found = ratio.fieller(level) if interval == "fieller" else ratio.delta(level)
    return ComplierEffect(
        outcome=data.outcome,
        week=week,
        arm=name,
        comparator=data.arms[0],
        received=received,
        estimate=ratio.estimate,
        standard_error=ratio.error,
        df=float(ratio.df),
        interval=found,
        interval_kind=interval,
        p=float(2.0 * stdtr(ratio.df, -abs(ratio.estimate / ratio.error))),
        offered=float(ratio.effects[0]),
        compliers=float(ratio.effects[1]),
        strength=float(ratio.effects[1] ** 2 / ratio.spread[1, 1]),
        people=(int(treated.sum()), int((1.0 - treated).sum())),
        left_out=int((pair & ~kept).sum()),
        model="two-stage least squares, arm as instrument, adjusted for "
        f"{', '.join(('baseline', *covariates))}, {errors} errors, t",
        seed=seed,
        software=software_version(),
    )


def per_protocol(
    weights: ProtocolWeights,
    columns: Columns,
    *,
    scale: Scale,
    weeks: Sequence[float] = (),
    baseline: float | None = None,
    covariates: Sequence[str] = (),
    correction: Correction = "CR2",
    level: float = 0.95,
) -> tuple[Effect, ...]:
    """Estimate the effect had everybody kept to the protocol, from those who did, weighted for those who did not.

    Parameters
    ----------
    weights : ProtocolWeights
        From `weigh_protocol`: who kept to the protocol, and how much each counts.
    columns : Columns
        Which column holds what, as for the weights.
    scale : Scale
        The ruler of the outcome, with its good direction.
    weeks : sequence of float
        Weeks since randomisation; by default all after the baseline.
    baseline : float, optional
        The week before treatment; by default the first.
    covariates : sequence of str
        Facts known before randomisation.
    correction : str
        The cluster-robust correction, each person a cluster (see `robust_fit`).
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    tuple of Effect
        By week, then arm; the estimand names the weights and their truncation.

    Raises
    ------
    TrialError
        If the table cannot carry the analysis or the fit does not converge.

    Notes
    -----
    A constrained longitudinal analysis of those who kept to the protocol, each weighted by the inverse of the
    probability of doing so. Errors are robust and take the weights as known, which is cautious. It rests on the
    weights' model holding every cause that keeping to the protocol and the outcome share.

    References
    ----------
    hernan-2017, cole-2008

    Examples
    --------
    >>> random = np.random.default_rng(3)
    >>> arm, start = np.arange(60) % 2, random.normal(6, 1, 60)
    >>> table = pd.DataFrame({"id": range(60), "arm": np.where(arm, "care", "sham"), "start": start, "w0": start,
    ...                       "w9": start - 1 - arm + random.normal(size=60), "kept": random.random(60) < 0.8})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> from backloop.causes.weighting import weigh_protocol
    >>> weights = weigh_protocol(table, where, kept="kept", predictors=["start"])
    >>> effect, = per_protocol(weights, where, scale=Scale(low=0, high=10, better="low"))
    >>> effect.n_arm + effect.n_comparator == sum(arm.kept for arm in weights.arms)
    True
    """
    design = constrained_design(
        weights.table, replace(columns, weight=WEIGHT), baseline=baseline, covariates=covariates
    )
    check_scale(design.y, design.outcome, scale)
    fit = robust_fit(fit_repeated(design, inference="satterthwaite"), correction)
    return treatment_effects(fit, scale=scale, estimand=weights.estimand, weeks=weeks, level=level)


@dataclass(frozen=True)
class _Ratio:
    """The arm's effects on the outcome and on taking the treatment, with their covariance."""

    effects: Floats
    spread: Floats
    df: int

    @property
    def estimate(self) -> float:
        return float(self.effects[0] / self.effects[1])

    @property
    def error(self) -> float:
        along = np.array([1.0, -self.estimate])
        return float(np.sqrt(along @ self.spread @ along) / abs(self.effects[1]))

    def delta(self, level: float) -> Interval:
        half = float(stdtrit(self.df, 0.5 + level / 2.0)) * self.error
        return Interval(low=self.estimate - half, high=self.estimate + half, level=level)

    def fieller(self, level: float) -> Interval | None:
        """Give the ratios a test would not reject: between a quadratic's roots, None where they enclose none."""
        square = float(stdtrit(self.df, 0.5 + level / 2.0)) ** 2
        a = self.effects[1] ** 2 - square * self.spread[1, 1]
        b = self.effects[0] * self.effects[1] - square * self.spread[0, 1]
        c = self.effects[0] ** 2 - square * self.spread[0, 0]
        if a <= 0.0:
            return None
        root = float(np.sqrt(b**2 - a * c))
        return Interval(low=float(b - root) / float(a), high=float(b + root) / float(a), level=level)


def _ratio(x: Floats, y: Floats, errors: Errors) -> _Ratio:
    fit = regress(x, y)
    if abs(fit.beta[1, 1]) < _NOTHING:
        message = "as many took the treatment in one arm as in the other, so nobody complied"
        raise TrialError(message)
    return _Ratio(fit.beta[1], fit.spread(1, errors), fit.df)


def _needed(seed: int | None) -> int:
    if seed is None:
        message = "a bootstrap needs a seed, so that it can be repeated"
        raise TrialError(message)
    return seed


@dataclass(frozen=True)
class _Bootstrap:
    """Works the ratio out anew for people drawn with replacement within their arm; NaN where it cannot."""

    x: Floats
    y: Floats
    seed: int

    def __call__(self, block: Block) -> Arrays:
        first, end = block
        counts = draw_counts(self.x[:, 1].astype(np.int64), draws=end - first, seed=self.seed, first=first)
        products = resampled_products(counts, np.column_stack([self.x, self.y]))
        columns, width = range(self.x.shape[1]), self.x.shape[1]
        offered, compliers = (resampled_squares(products, columns, width + place)[0][:, 1] for place in (0, 1))
        return {"ratio": offered / compliers}


def _drawn(work: _Bootstrap, estimate: float, *, draws: int, level: float, workers: int, scheduler: str) -> Interval:
    ratios = resample_people(work, draws=draws, seed=work.seed, workers=workers, scheduler=scheduler)["ratio"]
    good = np.isfinite(ratios)
    if (~good).sum() > _MOST_FAILURES * draws:
        message = f"{int((~good).sum())} of {draws} resamples give no answer; too few people comply for a bootstrap"
        raise TrialError(message)
    return draw_interval(ratios[good], estimate, level=level)
