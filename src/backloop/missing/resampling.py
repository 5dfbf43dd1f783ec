"""Conditional means: each missing answer filled in once, with its uncertainty counted over resampled people.

Decides the estimator that goes with conditional means, and the jackknife and bootstrap; it draws no missing answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from backloop.effects import Answer, to_answer
from backloop.errors import TrialError
from backloop.kernel import Arrays, Block, Floats, Integers, Progress, RepeatedFit
from backloop.missing.completing import (
    Parameters,
    check_fit,
    check_share,
    complete,
    draw_people,
    find_parameters,
    find_patterns,
    numbered_generator,
    replicate,
)
from backloop.missing.departures import Departures, Strategy, StrategyName, check_strategies
from backloop.missing.imputation import ImputedEffect, ImputedEffects, Questions, ask

__all__ = ["Resampled", "Resampling", "conditional_imputation", "resample", "resampled_answers", "spread_of"]

Resampling = Literal["jackknife", "bootstrap"]
"""Each person left out once, or people drawn with replacement within their arm."""


@dataclass(frozen=True)
class Resampled:
    """Estimates (strategies x questions) on everybody, and on each resample.

    `shift` tells how much the estimates grow for each point that is added to the assumed answers of the treated arms
    (first row) and of the comparator (second); `shifts` are those of the resamples.
    """

    strategies: tuple[Strategy, ...]
    variance: Resampling
    point: Floats
    points: Floats
    shift: Floats
    shifts: Floats
    failed: int
    seed: int | None


def conditional_imputation(
    fit: RepeatedFit,
    departures: Departures,
    *,
    strategies: Sequence[StrategyName] = ("MAR",),
    weeks: Sequence[float] = (),
    variance: Resampling = "jackknife",
    resamples: int = 1000,
    seed: int = 1,
    level: float = 0.95,
    workers: int = 1,
    scheduler: str = "threads",
    progress: Progress | None = None,
) -> tuple[ImputedEffects, ...]:
    """Fill in each missing answer with its conditional mean under one or several strategies, and estimate effects.

    Parameters
    ----------
    fit : RepeatedFit
        The primary analysis, converged; its model and covariance are used throughout.
    departures : Departures
        Who left when (`mark_departures` of the fit's design).
    strategies : sequence of str
        ``"MAR"``, ``"J2R"``, ``"CR"``, ``"CIR"`` (or ``"CIN"``, its other name) or ``"LMCF"``.
    weeks : sequence of float
        Weeks since randomisation; by default all at which the model compares arms.
    variance : str
        ``"jackknife"``, which has no randomness, or ``"bootstrap"``.
    resamples, seed : int
        How many bootstrap resamples (from 2), and their seed (from 0). The jackknife takes each person once.
    level : float
        Coverage of the intervals, between 0 and 1.
    workers : int
        How many threads or processes share the resamples; the result does not depend on it.
    scheduler : str
        ``"threads"``, ``"processes"`` or the address of a Dask scheduler, as in `run_blocks`.
    progress : callable, optional
        Told, as they get done, the number of resamples and their total.

    Returns
    -------
    tuple of ImputedEffects
        One a strategy. Under MAR the estimates are those of the primary analysis.

    Raises
    ------
    TrialError
        If the fit did not converge or belongs to another design, an option is out of range, or more than a tenth of
        the resamples could not be fitted.

    Notes
    -----
    Effects are the generalised least-squares contrasts of the completed trial under the primary's covariance; where
    all covariates act by week this is an analysis of covariance at each visit. Model, completion and contrasts are
    done anew for each resample. Intervals take t with people minus arms degrees of freedom (a convention).

    References
    ----------
    wolbers-2022, bartlett-2021, backloop-convention

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.learn import Columns, constrained_design, fit_repeated, mark_departures
    >>> random = np.random.default_rng(5)
    >>> w0 = random.normal(6, 1, 40)
    >>> table = pd.DataFrame({"id": range(40), "arm": ["sham", "care"] * 20, "w0": w0,
    ...                       "w9": w0 - np.tile([0, 2], 20) + random.normal(size=40)})
    >>> table.loc[:7, "w9"] = None
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> fit = fit_repeated(constrained_design(table, where))
    >>> mar, jump = conditional_imputation(fit, mark_departures(fit.design), strategies=["MAR", "J2R"])
    >>> [round(effects.effects[0].answer.estimate, 2) for effects in (mar, jump)]
    [-2.88, -2.3]
    """
    questions = ask(fit, weeks)
    done = resample(
        fit,
        departures,
        questions,
        strategies=tuple(strategies),
        variance=variance,
        resamples=resamples,
        seed=seed,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )
    return tuple(_effects(fit, departures, questions, (done, index, level)) for index in range(len(done.strategies)))


def _effects(
    fit: RepeatedFit, departures: Departures, questions: Questions, which: tuple[Resampled, int, float]
) -> ImputedEffects:
    done, index, level = which
    answers = resampled_answers(departures, questions, done, index=index, level=level)
    return ImputedEffects(
        strategy=done.strategies[index],
        variance=done.variance,
        effects=tuple(
            ImputedEffect(arm=arm, comparator=departures.design.arms[0], week=week, answer=found)
            for arm, week, found in zip(questions.arms, questions.weeks, answers, strict=True)
        ),
        model=f"{fit.model}; conditional means",
        people=len(departures.design.y),
        imputed=int(np.isnan(departures.design.y).sum()),
        assumed=int(departures.assumed.sum()),
        replicates=len(done.points),
        failed=done.failed,
        seed=done.seed,
    )


def resampled_answers(
    departures: Departures, questions: Questions, done: Resampled, *, index: int, level: float
) -> tuple[Answer, ...]:
    """Write down the estimates of one strategy with their standard errors over the resamples."""
    df = len(departures.design.y) - len(departures.design.arms)
    errors = spread_of(done.points[:, index], done.variance)
    found = zip(questions.arms, questions.weeks, done.point[index], errors, strict=True)
    return tuple(
        to_answer(float(estimate), float(error), df, label=f"{arm}, week {week:g}", level=level)
        for arm, week, estimate, error in found
    )


def resample(
    fit: RepeatedFit,
    departures: Departures,
    questions: Questions,
    *,
    strategies: Sequence[StrategyName],
    variance: Resampling = "jackknife",
    resamples: int = 1000,
    seed: int = 1,
    workers: int = 1,
    scheduler: str = "threads",
    progress: Progress | None = None,
) -> Resampled:
    """Estimate on everybody and on each resample, under all strategies at once."""
    check_fit(fit, departures)
    named = check_strategies(departures, strategies)
    if variance not in {"jackknife", "bootstrap"} or resamples < 2 or seed < 0:  # noqa: PLR2004
        message = (
            "expected 'jackknife' or 'bootstrap', at least 2 resamples and a seed from 0, "
            f"got '{variance}', {resamples} and {seed}"
        )
        raise TrialError(message)
    everybody = np.arange(len(departures.design.y))
    work = _Resample(fit, departures, questions, named, seed if variance == "bootstrap" else None)
    whole = work.estimate(everybody)
    if np.isnan(whole).any():
        message = "the model of the answers before departure did not converge; declare a simpler covariance"
        raise TrialError(message)
    total = len(everybody) if variance == "jackknife" else resamples
    points = replicate(work, 0, total, workers=workers, scheduler=scheduler, progress=progress)["points"]
    kept = points[np.isfinite(points).all(axis=(1, 2))]
    check_share(total - len(kept), total)
    ours = len(named)
    return Resampled(
        strategies=named,
        variance=variance,
        point=whole[:ours],
        points=kept[:, :ours],
        shift=whole[ours:],
        shifts=kept[:, ours:],
        failed=total - len(kept),
        seed=work.seed,
    )


def spread_of(values: Floats, variance: Resampling) -> Floats:
    """Give the standard error from the values on the resamples (resamples x …)."""
    factor = len(values) - 1.0 if variance == "jackknife" else len(values) / (len(values) - 1.0)
    return np.asarray(np.sqrt(factor * values.var(axis=0)))


@dataclass(frozen=True)
class _Resample:
    """Estimates on resampled people; each person left out in turn where there is no seed."""

    fit: RepeatedFit
    departures: Departures
    questions: Questions
    strategies: tuple[Strategy, ...]
    seed: int | None

    def __call__(self, block: Block) -> Arrays:
        return {"points": np.array([self.estimate(self._people(number)) for number in range(*block)])}

    def _people(self, number: int) -> Integers:
        if self.seed is None:
            return np.delete(np.arange(len(self.departures.design.y)), number)
        return draw_people(self.departures.design, numbered_generator(self.seed, number))

    def estimate(self, people: Integers) -> Floats:
        """Give the estimates of each strategy and the two shifts (strategies + 2 x questions); NaN without a fit."""
        ours = self.departures.of(people)
        found = find_parameters(self.fit, ours)
        if found is None:
            return np.full((len(self.strategies) + 2, len(self.questions.rows)), np.nan)
        whole, before = found
        patterns = find_patterns(ours)
        filled = [complete(ours, patterns, name, whole if name == "MAR" else before) for name in self.strategies]
        treated = (ours.design.arm > 0)[:, np.newaxis]
        parts = np.array([*filled, ours.assumed & treated, ours.assumed & ~treated], dtype=float)
        return np.asarray(parts.reshape(len(parts), -1) @ _weights(ours, whole, self.questions).T)


def _weights(departures: Departures, parameters: Parameters, questions: Questions) -> Floats:
    """Give the weight of each answer in each contrast (questions x people * visits) by generalised least squares."""
    x = departures.own
    weighted = np.linalg.inv(parameters.sigma)[departures.design.arm] @ x
    information = np.tensordot(x, weighted, ([0, 1], [0, 1]))
    flat = weighted.reshape(-1, weighted.shape[-1])
    return np.asarray(np.linalg.solve(information, questions.rows.T).T @ flat.T)
