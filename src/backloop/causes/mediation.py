"""How a treatment works: the part of its effect that runs through one mediator, or through several together.

Decides who is analysed and which effects are given with which interval; the arithmetic is `pathways`', the drawing of
people `bootstrap`'s, the nouns and their words `mediators`'.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backloop.causes.bootstrap import (
    DrawnInterval,
    draw_counts,
    draw_interval,
    leave_one_out_counts,
    resample_people,
)
from backloop.causes.mediators import Mediation, Mediator, PathEffect, PathKind, Robustness
from backloop.causes.pathways import PathData, PathEffects, outcome_values, path_effects, rho_of, unconfounded
from backloop.effects import WeekData, read_week, regress
from backloop.errors import TrialError
from backloop.kernel import Arrays, Block, Columns, Floats
from backloop.measure import software_version
from backloop.units import Interval

__all__ = ["mediate"]

_RHOS = (-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6)
_MOST_FAILURES = 0.05
_HALVINGS = 40


def mediate(
    table: pd.DataFrame,
    columns: Columns,
    mediators: Sequence[Mediator],
    *,
    week: float,
    seed: int,
    baseline: float | None = None,
    covariates: Sequence[str] = (),
    arm: str | None = None,
    interaction: bool = True,
    draws: int = 2000,
    intervals: DrawnInterval = "percentile",
    level: float = 0.95,
    workers: int = 1,
    scheduler: str = "threads",
) -> Mediation:
    """Split a treatment's effect into what runs through its mediators and the rest.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide` and each mediator's `wide`.
    columns : Columns
        Which column holds what.
    mediators : sequence of Mediator
        One gives natural effects; several give interventional effects, through all together and through each.
    week : float
        The outcome's week, after every mediator's.
    seed : int
        From 0; the same seed draws the same resamples.
    baseline : float, optional
        The week before treatment, at which outcome and mediators are adjusted for; by default the first.
    covariates : sequence of str
        Facts known before randomisation, above all those that may cause both mediator and outcome.
    arm : str, optional
        The arm compared with the comparator; needed where there are more than two.
    interaction : bool
        Whether a mediator may matter more in one arm than in the other.
    draws : int
        Resamples, from 100.
    intervals : str
        ``"percentile"`` or ``"bca"``.
    level : float
        Coverage of the intervals, between 0 and 1.
    workers : int
        How many threads or processes share the resamples; the result does not depend on it.
    scheduler : str
        ``"threads"``, ``"processes"`` or the address of a Dask scheduler, as in `run_blocks`.

    Returns
    -------
    Mediation
        Total, direct and indirect effects, and how strong an unmeasured common cause would undo each indirect one.

    Raises
    ------
    TrialError
        If a mediator does not lie before the outcome in time, or the table cannot carry the analysis.

    Notes
    -----
    Linear regressions of each mediator and of the outcome, put together by the g-formula; with straight lines it needs
    no simulation. People without mediator or outcome add to the average but not to the regression that lacks them
    (valid where missing at random given arm, background and mediator). Mediators do not act on one another's effect.

    References
    ----------
    vanderweele-2015, vansteelandt-2017, imai-2010-mediation

    Examples
    --------
    >>> random = np.random.default_rng(4)
    >>> start, move = random.normal(20, 5, 80), random.normal(0, 3, 80)
    >>> arm = np.arange(80) % 2
    >>> table = pd.DataFrame({"id": range(80), "arm": np.where(arm, "care", "sham"), "w0": 6 + random.normal(size=80),
    ...                       "f0": start, "f6": start + move - 6 * arm})
    >>> table["w18"] = table["w0"] - 2 + 0.2 * (table["f6"] - 20) + random.normal(size=80)
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 18: "w18"})
    >>> fear = Mediator(column="fear", week=6, wide={0: "f0", 6: "f6"})
    >>> mediate(table, where, [fear], week=18, seed=1, draws=200).effect("indirect").interval.high < 0
    True
    """
    gathered = _gather(table, columns, mediators, _Question(week, baseline, tuple(covariates), arm, interaction))
    data = gathered.paths
    strata = data.treated.astype(np.int64)
    point = path_effects(data, np.ones((1, len(strata))))
    work = _Bootstrap(data, seed)
    drawn = PathEffects(**resample_people(work, draws=draws, seed=seed, workers=workers, scheduler=scheduler))
    failed = int(np.isnan(drawn.total).sum())
    if failed > _MOST_FAILURES * draws:
        message = f"{failed} of {draws} resamples cannot tell the coefficients apart; use fewer mediators or covariates"
        raise TrialError(message)
    alone = path_effects(data, leave_one_out_counts(len(strata))) if intervals == "bca" else None
    reading = _Reading(point, drawn, alone, data, level, intervals, ~np.isnan(drawn.total))
    names = tuple(mediator.column for mediator in mediators)
    return Mediation(
        kind="natural" if len(names) == 1 else "interventional",
        outcome=gathered.week.outcome,
        week=week,
        arm=gathered.arm,
        comparator=gathered.week.arms[0],
        mediators=tuple(mediators),
        covariates=tuple(covariates),
        interaction=interaction,
        effects=_effects(reading, names),
        robustness=tuple(_robustness(reading, place, name) for place, name in enumerate(names)),
        people=_by_arm(data.treated),
        seen=_by_arm(data.treated[data.complete]),
        left_out=gathered.left_out,
        draws=draws,
        failed=failed,
        seed=seed,
        intervals=intervals,
        software=software_version(),
    )


@dataclass(frozen=True)
class _Bootstrap:
    """Works the effects out anew for people drawn with replacement within their arm."""

    data: PathData
    seed: int

    def __call__(self, block: Block) -> Arrays:
        first, end = block
        strata = self.data.treated.astype(np.int64)
        effects = path_effects(self.data, draw_counts(strata, draws=end - first, seed=self.seed, first=first))
        return {part.name: getattr(effects, part.name) for part in fields(effects)}


@dataclass(frozen=True)
class _Question:
    week: float
    baseline: float | None
    covariates: tuple[str, ...]
    arm: str | None
    interaction: bool


@dataclass(frozen=True)
class _Gathered:
    week: WeekData
    arm: str
    paths: PathData
    left_out: int


def _gather(table: pd.DataFrame, columns: Columns, mediators: Sequence[Mediator], question: _Question) -> _Gathered:
    known = question.covariates
    outcome = read_week(table, columns, week=question.week, baseline=question.baseline, covariates=known)
    _check_mediators(mediators, columns, outcome)
    parts = [
        read_week(
            table,
            replace(columns, outcome=one.column, wide=one.wide),
            week=one.week,
            baseline=outcome.baseline,
            covariates=known,
        )
        for one in mediators
    ]
    name, pair = outcome.pair(question.arm)
    start = np.column_stack([outcome.start, *(part.start for part in parts)])
    kept = pair & ~np.isnan(start).any(axis=1)
    background = np.column_stack([start, outcome.covariates])[kept]
    paths = PathData(
        treated=(outcome.arm[kept] > 0).astype(float),
        mediators=np.column_stack([part.y for part in parts])[kept],
        outcome=outcome.y[kept],
        background=np.column_stack([np.ones(len(background)), background - background.mean(axis=0)]),
        interaction=question.interaction,
    )
    values = outcome_values(paths)
    regress(values[:, :-1], values[:, -1:])
    return _Gathered(outcome, name, paths, int((pair & ~kept).sum()))


def _check_mediators(mediators: Sequence[Mediator], columns: Columns, outcome: WeekData) -> None:
    names = [mediator.column for mediator in mediators]
    if not names or len(set(names)) < len(names) or columns.outcome in names:
        message = f"expected one or more mediators, each once and none the outcome, got {names}"
        raise TrialError(message)
    for mediator in mediators:
        if (mediator.wide is None) != (columns.wide is None):
            message = f"mediator '{mediator.column}': give `wide` for the outcome and for every mediator, or for none"
            raise TrialError(message)
        if not outcome.baseline < mediator.week < outcome.week:
            message = (
                f"mediator '{mediator.column}' is measured at week {mediator.week:g}; it must lie after the baseline "
                f"(week {outcome.baseline:g}) and before the outcome (week {outcome.week:g}), or nobody can say which "
                "changed first"
            )
            raise TrialError(message)


@dataclass(frozen=True)
class _Reading:
    """The effects as observed, in resamples, and without each person, with how intervals are made."""

    point: PathEffects
    drawn: PathEffects
    alone: PathEffects | None
    data: PathData
    level: float
    kind: DrawnInterval
    usable: NDArray[np.bool_]

    def effect(self, kind: PathKind, mediator: str, pick: Callable[[PathEffects], Floats]) -> PathEffect:
        estimate, draws = float(pick(self.point)[0]), pick(self.drawn)[self.usable]
        alone = None if self.alone is None else (pick(self.alone), self.data.treated.astype(np.int64))
        interval = draw_interval(draws, estimate, level=self.level, kind=self.kind, left_out=alone)
        error = float(draws.std(ddof=1))
        return PathEffect(kind=kind, mediator=mediator, estimate=estimate, standard_error=error, interval=interval)


def _effects(reading: _Reading, names: Sequence[str]) -> tuple[PathEffect, ...]:
    total = reading.effect("total", "", lambda effects: effects.total)
    found = [
        total,
        reading.effect("direct", "", lambda effects: effects.direct),
        reading.effect("indirect", "", lambda effects: effects.indirect.sum(axis=1)),
        reading.effect("total direct", "", lambda effects: effects.total_direct),
        reading.effect("pure indirect", "", lambda effects: effects.pure.sum(axis=1)),
    ]
    if len(names) > 1:
        found += [reading.effect("indirect", name, _through(place)) for place, name in enumerate(names)]
    if total.interval.low > 0 or total.interval.high < 0:
        found.append(reading.effect("share", "", lambda effects: effects.indirect.sum(axis=1) / effects.total))
    return tuple(found)


def _through(place: int) -> Callable[[PathEffects], Floats]:
    return lambda effects: effects.indirect[:, place]


def _robustness(reading: _Reading, place: int, name: str) -> Robustness:
    def under(rho: float) -> tuple[float, Interval]:
        moved = unconfounded(reading.drawn, place, rho)[reading.usable]
        estimate = float(unconfounded(reading.point, place, rho)[0])
        return estimate, draw_interval(moved, estimate, level=reading.level)

    vanishes = rho_of(float(reading.point.slope[0, place]), float(reading.point.spread[0, place]))
    curve = [(rho, estimate, interval.low, interval.high) for rho in _RHOS for estimate, interval in (under(rho),)]
    return Robustness(mediator=name, rho=vanishes, rho_interval=_first_zero(under, vanishes), curve=tuple(curve))


def _first_zero(under: Callable[[float], tuple[float, Interval]], vanishes: float) -> float:
    """Halve towards the smallest correlation under which the interval holds zero."""
    safe, touched = 0.0, vanishes
    if under(0.0)[1].low <= 0.0 <= under(0.0)[1].high:
        return 0.0
    for _halving in range(_HALVINGS):
        middle = (safe + touched) / 2.0
        interval = under(middle)[1]
        if interval.low <= 0.0 <= interval.high:
            touched = middle
        else:
            safe = middle
    return touched


def _by_arm(treated: Floats) -> tuple[int, int]:
    return int((treated == 1.0).sum()), int((treated == 0.0).sum())
