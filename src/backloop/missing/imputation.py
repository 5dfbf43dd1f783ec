"""Multiple imputation: missing answers drawn many times from the fitted model, and the answers pooled.

Decides the draws and Rubin's rules; how a trial is filled in is decided in completing, what is assumed of people who
left in departures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from backloop.effects import Answer, rubin_rules
from backloop.errors import TrialError
from backloop.kernel import Arrays, Block, Floats, Progress, RepeatedFit, fit_many, fit_repeated
from backloop.missing.completing import (
    Patterns,
    check_fit,
    check_share,
    complete,
    find_patterns,
    numbered_generator,
    posterior_draw,
    replicate,
)
from backloop.missing.departures import STRATEGY_TEXTS, Departures, Strategy, StrategyName, check_strategies
from backloop.units import Frozen, Text

__all__ = [
    "VARIANCE_TEXTS",
    "Completions",
    "ImputedEffect",
    "ImputedEffects",
    "Questions",
    "Variance",
    "ask",
    "completed_trials",
    "multiple_imputation",
    "pool_completed",
]

Variance = Literal["rubin", "jackknife", "bootstrap"]
"""How the uncertainty of an imputed answer is counted."""

VARIANCE_TEXTS: Mapping[Variance, Text] = {
    "rubin": Text(
        en="Rubin's rules: how sure we may be if the assumption is to add no information of its own",
        zh="Rubin 法则：若所作假设本身不应带来额外信息，结果有多可靠",
    ),
    "jackknife": Text(
        en="jackknife: how much the answer would vary over trials like this one, the assumption taken as a fact",
        zh="刀切法：若把该假设视为事实，重复同样的试验时结果会有多大波动",
    ),
    "bootstrap": Text(
        en="bootstrap: how much the answer would vary over trials like this one, the assumption taken as a fact",
        zh="自助法：若把该假设视为事实，重复同样的试验时结果会有多大波动",
    ),
}


class ImputedEffect(Frozen):
    """An arm's effect at a week after imputation; `missing_share` is the part of its variance due to what is missing.

    Examples
    --------
    >>> ImputedEffect.model_fields["missing_share"].is_required()
    False
    """

    arm: str
    comparator: str
    week: float
    answer: Answer
    missing_share: float | None = None


class ImputedEffects(Frozen):
    """The effects of a trial under one strategy, with one way of counting their uncertainty.

    `imputed` counts the answers that were filled in, `assumed` those of them that the strategy speaks of (the others
    are missing at random); `replicates` are imputations or resamples, `failed` those whose model did not converge.

    Examples
    --------
    >>> ImputedEffects.model_fields["strategy"].is_required()
    True
    """

    strategy: Strategy
    variance: Variance
    effects: tuple[ImputedEffect, ...]
    model: str
    people: int
    imputed: int
    assumed: int
    replicates: int
    failed: int
    seed: int | None

    @property
    def text(self) -> Text:
        """The assumption and the effects under it, in words."""
        assumption = STRATEGY_TEXTS[self.strategy]
        return Text(
            en=f"Missing answers {assumption.en}. " + " ".join(map(_english, self.effects)),
            zh=f"对缺失回答的假设——{assumption.zh}。" + "".join(map(_chinese, self.effects)),
        )


def _english(effect: ImputedEffect) -> str:
    found = effect.answer
    return (
        f"Week {effect.week:g}, {effect.arm} minus {effect.comparator}: {found.estimate:.2f} "
        f"({100 * found.interval.level:g} % interval {found.interval.low:.2f} to {found.interval.high:.2f})."
    )


def _chinese(effect: ImputedEffect) -> str:
    found = effect.answer
    return (
        f"第{effect.week:g}周，{effect.arm}组与{effect.comparator}组之差为{found.estimate:.2f}"
        f"（{100 * found.interval.level:g}%置信区间{found.interval.low:.2f}至{found.interval.high:.2f}）。"
    )


@dataclass(frozen=True)
class Completions:
    """Completed trials, strategies x imputations x people x weeks, and how many draws failed."""

    strategies: tuple[Strategy, ...]
    y: Floats
    failed: int


@dataclass(frozen=True)
class Questions:
    """The contrasts that are asked: arm and week of each, and their rows (questions x coefficients)."""

    arms: tuple[str, ...]
    weeks: tuple[float, ...]
    rows: Floats


def multiple_imputation(
    fit: RepeatedFit,
    departures: Departures,
    *,
    strategies: Sequence[StrategyName] = ("MAR",),
    weeks: Sequence[float] = (),
    imputations: int = 200,
    seed: int = 1,
    level: float = 0.95,
    workers: int = 1,
    scheduler: str = "threads",
    progress: Progress | None = None,
) -> tuple[ImputedEffects, ...]:
    """Fill in missing answers many times under one or several strategies, and pool the effects.

    Parameters
    ----------
    fit : RepeatedFit
        The primary analysis, converged; its model, covariance and inference are used throughout.
    departures : Departures
        Who left when (`mark_departures` of the fit's design).
    strategies : sequence of str
        ``"MAR"``, ``"J2R"``, ``"CR"``, ``"CIR"`` (or ``"CIN"``, its other name) or ``"LMCF"``; all rest on the same
        random numbers.
    weeks : sequence of float
        Weeks since randomisation; by default all at which the model compares arms.
    imputations : int
        How many completed trials (from 2).
    seed : int
        From 0. Imputation k depends on the seed and k alone.
    level : float
        Coverage of the intervals, between 0 and 1.
    workers : int
        How many threads or processes share the imputations; the result does not depend on it.
    scheduler : str
        ``"threads"``, ``"processes"`` or the address of a Dask scheduler, as in `run_blocks`.
    progress : callable, optional
        Told, as they get done, the number of imputations and their total.

    Returns
    -------
    tuple of ImputedEffects
        One a strategy, by Rubin's rules with Barnard and Rubin's degrees of freedom.

    Raises
    ------
    TrialError
        If the fit did not converge or belongs to another design, an option is out of range, or more than a tenth of
        the draws could not be fitted.

    Notes
    -----
    Parameters are drawn from an approximate posterior with flat priors: the covariance from fits to trials simulated
    from the primary, the coefficients from their exact posterior given it. Missing answers are then drawn from the
    normal distribution given what was seen, and each completed trial is analysed as the primary was. Draws are neither
    rounded nor cut at the ends of the scale, which would bias means and variances. A draw whose fit does not converge
    is replaced by the next and counted.

    References
    ----------
    rubin-1987, barnard-1999, carpenter-2013

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from backloop.learn import Columns, constrained_design, fit_repeated, mark_departures
    >>> random = np.random.default_rng(5)
    >>> w0 = random.normal(6, 1, 40)
    >>> table = pd.DataFrame({"id": range(40), "arm": ["sham", "care"] * 20, "w0": w0,
    ...                       "w9": w0 - np.tile([0, 2], 20) + random.normal(size=40)})
    >>> table.loc[:7, "w9"] = None
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> fit = fit_repeated(constrained_design(table, where))
    >>> mar, jump = multiple_imputation(fit, mark_departures(fit.design), strategies=["MAR", "J2R"], imputations=50)
    >>> mar.effects[0].answer.estimate < jump.effects[0].answer.estimate < 0
    True
    """
    questions = ask(fit, weeks)
    completions = completed_trials(
        fit,
        departures,
        strategies,
        imputations=imputations,
        seed=seed,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )
    results = []
    for strategy, y in zip(completions.strategies, completions.y, strict=True):
        effects, failed = pool_completed(fit, y, questions, level=level)
        results.append(
            ImputedEffects(
                strategy=strategy,
                variance="rubin",
                effects=effects,
                model=f"{fit.model}; parameters from an approximate posterior",
                people=len(departures.design.y),
                imputed=int(np.isnan(departures.design.y).sum()),
                assumed=int(departures.assumed.sum()),
                replicates=imputations,
                failed=completions.failed + failed,
                seed=seed,
            )
        )
    return tuple(results)


def ask(fit: RepeatedFit, weeks: Sequence[float]) -> Questions:
    """Put every arm's effect at the named weeks (by default all that are compared) as contrasts."""
    design = fit.design
    wrong = [week for week in weeks if week not in design.compared]
    if wrong:
        message = f"arms are compared at weeks {design.compared}, not at {wrong}"
        raise TrialError(message)
    pairs = [(arm, week) for week in weeks or design.compared for arm in design.arms[1:]]
    rows = np.array([design.effect_row(arm, week) for arm, week in pairs])
    return Questions(tuple(arm for arm, _week in pairs), tuple(week for _arm, week in pairs), rows)


def completed_trials(
    fit: RepeatedFit,
    departures: Departures,
    strategies: Sequence[StrategyName],
    *,
    imputations: int,
    seed: int,
    workers: int = 1,
    scheduler: str = "threads",
    progress: Progress | None = None,
) -> Completions:
    """Draw completed trials under each strategy, from the same parameters and the same random numbers."""
    check_fit(fit, departures)
    named = check_strategies(departures, strategies)
    if imputations < 2 or seed < 0:  # noqa: PLR2004
        message = f"expected at least 2 imputations and a seed from 0, got {imputations} and {seed}"
        raise TrialError(message)
    work = _Draw(_bases(fit, departures, named), departures, named, seed)
    kept: list[Floats] = []
    done = tried = 0
    while done < imputations:
        end = tried + imputations - done
        drawn = replicate(work, tried, end, workers=workers, scheduler=scheduler, progress=progress)["y"]
        kept.append(drawn[np.isfinite(drawn).all(axis=(1, 2, 3))])
        done, tried = done + len(kept[-1]), end
        check_share(tried - done, imputations)
    return Completions(named, np.concatenate(kept).swapaxes(0, 1), tried - done)


@dataclass(frozen=True)
class _Draw:
    """Draws completed trials (strategies x people x weeks), all NaN where a fit did not converge."""

    bases: tuple[RepeatedFit, ...]
    departures: Departures
    strategies: tuple[Strategy, ...]
    seed: int

    def __call__(self, block: Block) -> Arrays:
        patterns = find_patterns(self.departures)
        return {"y": np.array([self._one(number, patterns) for number in range(*block)])}

    def _one(self, number: int, patterns: Patterns) -> Floats:
        shape = self.departures.design.y.shape
        random = numbered_generator(self.seed, number)
        drawn = [posterior_draw(base, self.departures.own, random) for base in self.bases]
        found = [one for one in drawn if one is not None]
        if len(found) < len(self.bases):
            return np.full((len(self.strategies), *shape), np.nan)
        noise = random.normal(size=shape)
        return np.array(
            [
                complete(self.departures, patterns, name, found[0] if name == "MAR" else found[-1], noise=noise)
                for name in self.strategies
            ]
        )


def _bases(fit: RepeatedFit, departures: Departures, strategies: tuple[Strategy, ...]) -> tuple[RepeatedFit, ...]:
    """Give the fits to draw from: the primary, and one without answers after departure where it is needed."""
    seen_after = not np.isnan(departures.design.y[departures.after]).all()
    if not seen_after or set(strategies) == {"MAR"}:
        return (fit,)
    before = fit_repeated(
        departures.kept, covariance=fit.covariance, inference=fit.inference, method=fit.method, by_arm=fit.by_arm
    )
    if not before.converged:
        message = f"the model of the answers before departure: {before.ending.text.en}"
        raise TrialError(message)
    return fit, before


def pool_completed(
    fit: RepeatedFit, y: Floats, questions: Questions, *, level: float
) -> tuple[tuple[ImputedEffect, ...], int]:
    """Analyse completed trials (imputations x people x weeks) as the primary was, and pool; say how many failed."""
    many = fit_many(
        fit.design,
        y,
        questions.rows,
        covariance=fit.covariance,
        inference=fit.inference,
        method=fit.method,
        by_arm=fit.by_arm,
    )
    good = np.isfinite(many.deviance)
    failed = int((~good).sum())
    check_share(failed, len(y))
    effects = []
    for index, (arm, week) in enumerate(zip(questions.arms, questions.weeks, strict=True)):
        answer, share = rubin_rules(
            many.estimate[good, index],
            many.standard_error[good, index],
            df=float(many.df[good, index].mean()),
            label=f"{arm}, week {week:g}",
            level=level,
        )
        effects.append(
            ImputedEffect(arm=arm, comparator=fit.design.arms[0], week=week, answer=answer, missing_share=share)
        )
    return tuple(effects), failed
