"""Tipping points: how much worse must those who left have fared before the conclusion turns.

Decides the grid of shifts, the effects along it and where conclusions turn; what is filled in is decided elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backloop.effects import Answer, to_answer
from backloop.errors import TrialError
from backloop.kernel import Floats, Progress, RepeatedFit
from backloop.missing.completing import Shared
from backloop.missing.departures import Departures, Strategy, StrategyName
from backloop.missing.imputation import (
    Completions,
    Questions,
    Variance,
    ask,
    completed_trials,
    pool_completed,
)
from backloop.missing.resampling import Resampled, resample, spread_of
from backloop.units import Frozen, Scale, Text

__all__ = [
    "DeltaAnswer",
    "Grid",
    "TippingLine",
    "check_grid",
    "resampled_lines",
    "rubin_lines",
    "tipping_points",
]


class DeltaAnswer(Frozen):
    """An effect when `delta` points are added to the assumed answers of the treated arms.

    Examples
    --------
    >>> DeltaAnswer.model_fields["delta"].is_required()
    True
    """

    delta: float
    answer: Answer


class TippingLine(Frozen):
    """An arm's effect at a week along a line of shifts, and where conclusions turn.

    The assumed answers of the treated arms are shifted by each `delta`, those of the comparator by
    `comparator_delta`, both in points of the outcome. `significance` is the delta at which the interval first touches
    zero, `importance` that at which the estimate first falls short of `mic`; None where the conclusion does not turn
    on this line, or did not hold at its start (`held`). `replicates` are imputations or resamples, `failed` those
    whose model did not converge.

    Examples
    --------
    >>> TippingLine.model_fields["significance"].is_required()
    True
    """

    arm: str
    comparator: str
    week: float
    strategy: Strategy
    variance: Variance
    comparator_delta: float
    answers: tuple[DeltaAnswer, ...]
    held: bool
    significance: float | None
    mic: float | None
    importance: float | None
    scale: Scale
    model: str
    people: int
    assumed: int
    replicates: int
    failed: int
    seed: int | None

    @property
    def text(self) -> Text:
        """Where the conclusion turns, in words."""
        delta = self.answers[-1].delta if self.significance is None else self.significance
        worse = (delta < 0) == (self.scale.better == "high")
        words = _HOLDS if self.significance is None else _TURNS
        if not self.held or not self.assumed:
            words = _NOBODY if self.held else _NOTHING
        where = {"arm": self.arm, "week": f"{self.week:g}", "points": f"{abs(delta):.2f}"}
        words = Text(
            en=words.en.format(**where, way="worse" if worse else "better"),
            zh=words.zh.format(**where, way="差" if worse else "好"),
        )
        if self.importance is None:
            return words
        where = {"points": f"{abs(self.importance):.2f}", "mic": f"{self.mic:g}"}
        return Text(en=f"{words.en} {_SHORT.en.format(**where)}", zh=f"{words.zh}{_SHORT.zh.format(**where)}")


_NOTHING = Text(
    en="Week {week}, {arm}: the interval holds zero from the start, so there is nothing to turn.",
    zh="第{week}周，{arm}组：未作偏移时置信区间已包含零，无结论可逆转。",
)
_NOBODY = Text(
    en="Week {week}, {arm}: no answer is missing after departure, so no shift can turn the conclusion.",
    zh="第{week}周，{arm}组：离开后没有缺失的回答，任何偏移都不会改变结论。",
)
_HOLDS = Text(
    en="Week {week}, {arm}: the conclusion holds even if those who left fared {points} points {way} than assumed.",
    zh="第{week}周，{arm}组：即使离开者的结局比假设{way}{points}分，结论仍成立。",
)
_TURNS = Text(
    en="Week {week}, {arm}: the conclusion turns if those who left fared {points} points {way} than assumed.",
    zh="第{week}周，{arm}组：若离开者的结局比假设{way}{points}分，结论即发生逆转。",
)


_SHORT = Text(
    en="The estimate falls short of {mic} points from a shift of {points} on.",
    zh="偏移达{points}分起，效应估计值不足{mic}分。",
)


@dataclass(frozen=True)
class Grid:
    """Shifts of the treated arms from 0 on, shifts of the comparator, the ruler, the least difference that matters."""

    deltas: Floats
    comparator: Floats
    scale: Scale
    mic: float | None
    level: float


def tipping_points(
    fit: RepeatedFit,
    departures: Departures,
    *,
    scale: Scale,
    deltas: Sequence[float] = (),
    comparator_deltas: Sequence[float] = (0.0,),
    strategy: StrategyName = "MAR",
    variance: Variance = "jackknife",
    mic: float | None = None,
    weeks: Sequence[float] = (),
    replicates: int = 200,
    seed: int = 1,
    level: float = 0.95,
    workers: int = 1,
    scheduler: str = "threads",
    progress: Progress | None = None,
) -> tuple[TippingLine, ...]:
    """Shift the assumed answers of those who left, step by step, and find where the conclusion turns.

    Parameters
    ----------
    fit : RepeatedFit
        The primary analysis, converged.
    departures : Departures
        Who left when (`mark_departures` of the fit's design). Only what is missing after departure is shifted.
    scale : Scale
        The ruler of the outcome, with its good direction.
    deltas : sequence of float
        Points added to the treated arms' assumed answers, from 0 on in one direction; by default eleven steps to half
        the length of the scale, in the direction that is bad for the person.
    comparator_deltas : sequence of float
        Points added to the comparator's; each gives a line of its own.
    strategy : str
        What the shift is added to.
    variance : str
        ``"rubin"``, ``"jackknife"`` or ``"bootstrap"``.
    mic : float, optional
        The least difference between arms that matters, in points (above 0).
    weeks : sequence of float
        Weeks since randomisation; by default all at which the model compares arms.
    replicates, seed : int
        Imputations or bootstrap resamples (from 2), and their seed (from 0).
    level : float
        Coverage of the intervals, between 0 and 1.
    workers : int
        How many threads or processes share the replicates; the result does not depend on it.
    scheduler : str
        ``"threads"``, ``"processes"`` or the address of a Dask scheduler, as in `run_blocks`.
    progress : callable, optional
        Told, as they get done, the number of replicates and their total.

    Returns
    -------
    tuple of TippingLine
        By shift of the comparator, then week and arm.

    Raises
    ------
    TrialError
        If the shifts do not begin at 0 and go one way, or for the reasons of `multiple_imputation`.

    Notes
    -----
    One shift is added at every missing visit after departure. With the jackknife and bootstrap the effects are exactly
    linear in the shifts; with Rubin's rules every step is analysed anew from the same draws. Turning points are read
    off between steps by straight lines. No single shift is the truth: judge whether the turning one is believable.

    References
    ----------
    cro-2019, wolbers-2022

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
    >>> line, = tipping_points(fit, mark_departures(fit.design), scale=Scale(low=0, high=20, better="low"))
    >>> print(line.text.en)
    Week 9, care: the conclusion turns if those who left fared 7.07 points worse than assumed.
    """
    questions = ask(fit, weeks)
    grid = check_grid(scale, deltas, comparator_deltas, mic=mic, level=level)
    shared: Shared = {"workers": workers, "scheduler": scheduler, "progress": progress}
    if variance == "rubin":
        trials = completed_trials(fit, departures, (strategy,), imputations=replicates, seed=seed, **shared)
        return rubin_lines(fit, departures, questions, (trials, grid), seed=seed)
    done = resample(
        fit,
        departures,
        questions,
        strategies=(strategy,),
        variance=variance,
        resamples=replicates,
        seed=seed,
        **shared,
    )
    return resampled_lines(fit, departures, questions, (done, grid))


def check_grid(
    scale: Scale, deltas: Sequence[float], comparator_deltas: Sequence[float], *, mic: float | None, level: float
) -> Grid:
    """Check shifts and direction, and fill in the shifts that are left to the scale."""
    if scale.better == "neither":
        message = "a tipping point needs a scale with a good direction"
        raise TrialError(message)
    if mic is not None and not 0.0 < mic < np.inf:
        message = f"expected a least important difference above 0 points, got {mic:g}"
        raise TrialError(message)
    steps = np.array(deltas, dtype=float) if len(deltas) else _default_deltas(scale)
    others = np.array(comparator_deltas, dtype=float)
    one_way = len(steps) > 1 and steps[0] == 0.0 and (np.diff(np.abs(steps)) > 0).all() and np.ptp(np.sign(steps)) == 1
    if not one_way or not np.isfinite([*steps, *others]).all() or not len(others):
        message = (
            "expected shifts that begin at 0 and go on one way, such as 0, 0.5, 1, and one or more for the comparator"
        )
        raise TrialError(message)
    return Grid(steps, others, scale, mic, level)


def _default_deltas(scale: Scale) -> Floats:
    if scale.low is None or scale.high is None:
        message = "the scale has an open end; give the shifts to try"
        raise TrialError(message)
    bad = 1.0 if scale.better == "low" else -1.0
    return bad * np.linspace(0.0, (scale.high - scale.low) / 2.0, 11)


def resampled_lines(
    fit: RepeatedFit, departures: Departures, questions: Questions, what: tuple[Resampled, Grid]
) -> tuple[TippingLine, ...]:
    """Give the lines of the first strategy of a resampling."""
    done, grid = what
    df = len(fit.design.y) - len(fit.design.arms)
    lines = []
    for other in grid.comparator:
        steps = []
        for delta in grid.deltas:
            shift = np.array([delta, other])
            estimates = done.point[0] + shift @ done.shift
            errors = spread_of(done.points[:, 0] + shift @ done.shifts, done.variance)
            pairs = zip(estimates, errors, strict=True)
            steps.append([to_answer(float(one), float(error), df, label="", level=grid.level) for one, error in pairs])
        origin = _origin(fit, departures, done.strategies[0], float(other)) | {
            "variance": done.variance,
            "replicates": len(done.points),
            "failed": done.failed,
            "seed": done.seed,
        }
        lines += _lines(questions, steps, grid, origin)
    return tuple(lines)


def rubin_lines(
    fit: RepeatedFit,
    departures: Departures,
    questions: Questions,
    what: tuple[Completions, Grid],
    *,
    seed: int,
) -> tuple[TippingLine, ...]:
    """Give the lines of the first strategy of completed trials, each step analysed and pooled anew."""
    trials, grid = what
    treated = departures.assumed & (departures.design.arm > 0)[:, np.newaxis]
    untreated = departures.assumed & ~treated
    lines = []
    for other in grid.comparator:
        steps, most = [], 0
        for delta in grid.deltas:
            y = trials.y[0] + delta * treated + other * untreated
            effects, failed = pool_completed(fit, y, questions, level=grid.level)
            steps.append([effect.answer for effect in effects])
            most = max(most, failed)
        origin = _origin(fit, departures, trials.strategies[0], float(other)) | {
            "variance": "rubin",
            "replicates": len(trials.y[0]),
            "failed": trials.failed + most,
            "seed": seed,
        }
        lines += _lines(questions, steps, grid, origin)
    return tuple(lines)


def _origin(fit: RepeatedFit, departures: Departures, strategy: Strategy, other: float) -> dict[str, Any]:
    return {
        "comparator": fit.design.arms[0],
        "strategy": strategy,
        "comparator_delta": other,
        "model": fit.model,
        "people": len(departures.design.y),
        "assumed": int(departures.assumed.sum()),
    }


def _lines(
    questions: Questions, steps: Sequence[Sequence[Answer]], grid: Grid, origin: dict[str, Any]
) -> list[TippingLine]:
    lines = []
    for index, (arm, week) in enumerate(zip(questions.arms, questions.weeks, strict=True)):
        answers = [step[index] for step in steps]
        held, significance, importance = _turns(answers, grid)
        pairs = zip(grid.deltas, answers, strict=True)
        lines.append(
            TippingLine(
                arm=arm,
                week=week,
                answers=tuple(DeltaAnswer(delta=float(delta), answer=answer) for delta, answer in pairs),
                held=held,
                significance=significance,
                mic=grid.mic,
                importance=importance,
                scale=grid.scale,
                **origin,
            )
        )
    return lines


def _turns(answers: Sequence[Answer], grid: Grid) -> tuple[bool, float | None, float | None]:
    """Say whether the interval left out zero at the start, where it first touches it, and where the MIC is lost."""
    side = np.sign(answers[0].estimate)
    ends = [side * (answer.interval.low if side > 0 else answer.interval.high) for answer in answers]
    held = bool(ends[0] > 0)
    good = -1.0 if grid.scale.better == "low" else 1.0
    reached = [good * answer.estimate - (grid.mic or 0.0) for answer in answers]
    return (
        held,
        _crossing(grid.deltas, ends) if held else None,
        _crossing(grid.deltas, reached) if grid.mic is not None else None,
    )


def _crossing(deltas: Floats, values: Sequence[float]) -> float | None:
    """Find where values that begin above zero first reach it, on straight lines between steps."""
    below = np.flatnonzero(np.array(values) <= 0)
    if len(below) == 0 or below[0] == 0:
        return None
    before, after = below[0] - 1, below[0]
    part = values[before] / (values[before] - values[after])
    return float(deltas[before] + part * (deltas[after] - deltas[before]))
