"""The verb *stress*: one pre-stated set of sensitivity analyses, in one table beside the primary result.

Decides which analyses belong to the set and the words that sum them up; each analysis has its own module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from backloop.effects import Answer, answer, check_scale
from backloop.kernel import (
    Columns,
    Ending,
    Inference,
    Progress,
    RepeatedFit,
    Structure,
    constrained_design,
    fit_repeated,
)
from backloop.library import Library
from backloop.measure import Because, software_version
from backloop.missing.completing import Shared
from backloop.missing.departures import STRATEGY_TEXTS, Departures, StrategyName, mark_departures, read_departures
from backloop.missing.imputation import (
    VARIANCE_TEXTS,
    Completions,
    Questions,
    Variance,
    ask,
    completed_trials,
    pool_completed,
)
from backloop.missing.missingness import Missingness, describe_missing
from backloop.missing.resampling import Resampled, Resampling, resample, resampled_answers
from backloop.missing.tipping import TippingLine, check_grid, resampled_lines, rubin_lines
from backloop.units import Frozen, Scale, Text

__all__ = ["StressRow", "StressTest", "stress"]

_NOTES = (
    Text(
        en="Drawn answers are neither rounded nor cut at the ends of the scale, which would bias means and variances.",
        zh="填补值不取整，也不截断至量表两端，以免均值和方差产生偏倚。",
    ),
    Text(
        en="Complete cases are shown for description only: people seen at every visit are not a randomised comparison.",
        zh="完整病例结果仅供描述：每次访视均到访者之间不再是随机化比较。",
    ),
)


Analysis = Literal["primary", "MAR", "J2R", "CR", "CIR", "LMCF", "complete cases"]
"""What is asked of the missing answers."""


class StressRow(Frozen):
    """One analysis of one arm at one week; `reason` says why there is no answer where there is none.

    Examples
    --------
    >>> StressRow(analysis="J2R", variance="rubin", arm="care", comparator="sham", week=18).text.zh
    '跳转至参照组：离开之后与对照组相似'
    """

    analysis: Analysis
    variance: Literal["model", Variance]
    arm: str
    comparator: str
    week: float
    answer: Answer | None = None
    reason: Text | None = None
    replicates: int = 0
    failed: int = 0

    @property
    def text(self) -> Text:
        """What the analysis takes the missing answers to be."""
        if self.analysis == "primary":
            return Text(en="the planned analysis, valid if missing at random", zh="预定的主要分析，在随机缺失下成立")
        if self.analysis == "complete cases":
            return Text(en="only people seen at every visit (descriptive)", zh="仅含每次访视均到访者（描述性）")
        return STRATEGY_TEXTS[self.analysis]


class StressTest(Frozen):
    """A trial's result beside its sensitivity analyses. Made by `stress`.

    Examples
    --------
    >>> StressTest.model_fields["rows"].is_required()
    True
    """

    trial: str
    outcome: str
    estimand: str
    model: str
    formula: str = ""
    people: int
    imputed: int
    assumed: int
    seed: int
    rows: tuple[StressRow, ...]
    tipping: tuple[TippingLine, ...]
    missing: Missingness
    text: Text
    notes: tuple[Text, ...]
    because: Because

    def table(self) -> pd.DataFrame:
        """Give one row an analysis, way of counting uncertainty, arm and week."""
        return pd.DataFrame([_cells(row) for row in self.rows])


def stress(
    table: pd.DataFrame,
    columns: Columns,
    *,
    trial: str,
    scale: Scale,
    estimand: str,
    weeks: Sequence[float] = (),
    covariates: Sequence[str] = (),
    covariance: Structure | Sequence[Structure] = "unstructured",
    inference: Inference = "kenward-roger",
    intercurrent: str = "",
    reason: str = "",
    strategies: Sequence[StrategyName] = ("J2R", "CR", "CIR"),
    resampling: Resampling = "jackknife",
    deltas: Sequence[float] = (),
    comparator_deltas: Sequence[float] = (0.0,),
    mic: float | None = None,
    imputations: int = 200,
    resamples: int = 1000,
    seed: int = 1,
    level: float = 0.95,
    workers: int = 1,
    scheduler: str = "threads",
    library: Library | None = None,
    progress: Progress | None = None,
) -> StressTest:
    """Put a trial's result under stress: assume otherwise of the people who left, and see whether it holds.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`. Missing outcomes are empty.
    columns : Columns
        Which column holds what.
    trial : str
        What the trial is called.
    scale : Scale
        The ruler of the outcome, with its good direction.
    estimand : str
        The question in words: population, strategy for what happens after randomisation, summary.
    weeks : sequence of float
        Weeks since randomisation; by default every visit after the first, which is the baseline.
    covariates : sequence of str
        Facts known before randomisation, each with a coefficient by week.
    covariance, inference
        As in `estimate`.
    intercurrent : str
        A column with the week of the pre-stated intercurrent event, empty where it did not happen; by default people
        depart where they drop out (see `mark_departures`).
    reason : str
        A column of words saying why a visit is missing (see `describe_missing`).
    strategies : sequence of str
        What is assumed beside missing at random, which is always there; CIN is answered as CIR, its other name.
    resampling : str
        ``"jackknife"`` or ``"bootstrap"``, shown beside Rubin's rules.
    deltas, comparator_deltas, mic
        The shifts to try and the least difference that matters (see `tipping_points`).
    imputations, resamples, seed : int
        How many completed trials, how many bootstrap resamples, and the seed of both.
    level : float
        Coverage of the intervals, between 0 and 1.
    workers : int
        How many threads or processes share the imputations and resamples; the result does not depend on it.
    scheduler : str
        ``"threads"``, ``"processes"`` or the address of a Dask scheduler, as in `run_blocks`.
    library : Library, optional
        The books whose edition is named; by default the packaged ones.
    progress : callable, optional
        Told, as they get done, the number of replicates and their total, first imputations, then resamples.

    Returns
    -------
    StressTest
        The primary result, each strategy with both ways of counting uncertainty, tipping points, complete cases as
        description, and the table of what is missing.

    Raises
    ------
    TrialError
        If the table cannot carry the analysis, no declared covariance converged, or an option is out of range.

    References
    ----------
    carpenter-2013, cro-2019, bartlett-2021

    Examples
    --------
    >>> random = np.random.default_rng(5)
    >>> w0 = random.normal(10, 1, 40)
    >>> table = pd.DataFrame({"id": range(40), "arm": ["sham", "care"] * 20, "w0": w0,
    ...                       "w9": w0 - np.tile([0, 2], 20) + random.normal(size=40)})
    >>> table.loc[:7, "w9"] = None
    >>> where = Columns(outcome="disability", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> tested = stress(table, where, trial="demo", scale=Scale(low=0, high=24, better="low"),
    ...                 estimand="treatment policy", strategies=["J2R"], imputations=50)
    >>> tested.table().query("variance == 'jackknife'")[["analysis", "estimate"]].round(2).to_numpy().tolist()
    [['MAR', -2.88], ['J2R', -2.3]]
    """
    design = constrained_design(table, columns, covariates=covariates)
    check_scale(design.y, columns.outcome, scale)
    grid = check_grid(scale, deltas, comparator_deltas, mic=mic, level=level)
    left = read_departures(table, columns, intercurrent) if intercurrent else None
    fit = fit_repeated(design, covariance=covariance, inference=inference)
    work = _Work(fit, mark_departures(design, left), ask(fit, weeks), level)
    every: tuple[StrategyName, ...] = ("MAR", *(name for name in strategies if name != "MAR"))
    shared: Shared = {"workers": workers, "scheduler": scheduler, "progress": progress}
    trials = completed_trials(fit, work.departures, every, imputations=imputations, seed=seed, **shared)
    asked = (fit, work.departures, work.questions)
    done = resample(*asked, strategies=every, variance=resampling, resamples=resamples, seed=seed, **shared)
    rows = (*_primary(work), *_imputed(work, trials, done), *_complete_cases(work))
    lines = (
        *resampled_lines(*asked, (done, grid)),
        *rubin_lines(*asked, (trials, grid), seed=seed),
    )
    books = Library.packaged() if library is None else library
    return StressTest(
        trial=trial,
        outcome=design.outcome,
        estimand=estimand,
        model=fit.model,
        formula=design.formula,
        people=len(design.y),
        imputed=int(np.isnan(design.y).sum()),
        assumed=int(work.departures.assumed.sum()),
        seed=seed,
        rows=rows,
        tipping=lines,
        missing=describe_missing(table, columns, reason=reason),
        text=_sum_up(rows, lines),
        notes=(VARIANCE_TEXTS["rubin"], VARIANCE_TEXTS[resampling], *_NOTES),
        because=Because(edition=books.edition, software=software_version()),
    )


@dataclass(frozen=True)
class _Work:
    """What every analysis of the set needs."""

    fit: RepeatedFit
    departures: Departures
    questions: Questions
    level: float


def _primary(work: _Work) -> list[StressRow]:
    answers = [answer(work.fit, row, level=work.level) for row in work.questions.rows]
    return _rows(work, answers, analysis="primary", variance="model")


def _imputed(work: _Work, trials: Completions, done: Resampled) -> list[StressRow]:
    """Give each strategy's rows, by Rubin's rules and by resampling."""
    rows = []
    for index, strategy in enumerate(trials.strategies):
        effects, failed = pool_completed(work.fit, trials.y[index], work.questions, level=work.level)
        pooled = [effect.answer for effect in effects]
        counts = {"replicates": len(trials.y[index]), "failed": trials.failed + failed}
        rows += _rows(work, pooled, analysis=strategy, variance="rubin", **counts)
        resampled = resampled_answers(work.departures, work.questions, done, index=index, level=work.level)
        counts = {"replicates": len(done.points), "failed": done.failed}
        rows += _rows(work, resampled, analysis=strategy, variance=done.variance, **counts)
    return rows


def _complete_cases(work: _Work) -> list[StressRow]:
    """Fit the primary model to people seen at every visit; where that cannot be done, say why."""
    fit, design = work.fit, work.fit.design
    people = np.flatnonzero(~np.isnan(design.y).any(axis=1))
    if len(people) * len(design.weeks) <= len(design.names):
        return _rows(work, [Ending.TOO_FEW.text] * len(work.questions.rows), analysis="complete cases")
    found = fit_repeated(
        work.departures.of(people).design,
        covariance=fit.covariance,
        inference=fit.inference,
        method=fit.method,
        by_arm=fit.by_arm,
    )
    if not found.converged:
        return _rows(work, [found.ending.text] * len(work.questions.rows), analysis="complete cases")
    answers = [answer(found, row, level=work.level) for row in work.questions.rows]
    return _rows(work, answers, analysis="complete cases")


def _rows(
    work: _Work,
    answers: Sequence[Answer | Text],
    *,
    analysis: Analysis,
    variance: Literal["model", Variance] = "model",
    replicates: int = 0,
    failed: int = 0,
) -> list[StressRow]:
    asked = zip(work.questions.arms, work.questions.weeks, answers, strict=True)
    return [
        StressRow(
            analysis=analysis,
            variance=variance,
            arm=arm,
            comparator=work.fit.design.arms[0],
            week=week,
            answer=found if isinstance(found, Answer) else None,
            reason=found if isinstance(found, Text) else None,
            replicates=replicates,
            failed=failed,
        )
        for arm, week, found in asked
    ]


def _cells(row: StressRow) -> dict[str, object]:
    found = row.answer
    return {
        "analysis": row.analysis,
        "variance": row.variance,
        "arm": row.arm,
        "comparator": row.comparator,
        "week": row.week,
        "estimate": found.estimate if found else np.nan,
        "low": found.interval.low if found else np.nan,
        "high": found.interval.high if found else np.nan,
        "standard_error": found.standard_error if found else np.nan,
        "df": found.df if found else np.nan,
        "p": found.p if found else np.nan,
        "replicates": row.replicates,
        "failed": row.failed,
        "reason": row.reason.en if row.reason else "",
    }


def _sum_up(rows: Sequence[StressRow], lines: Sequence[TippingLine]) -> Text:
    """Say the planned result, the range under the other assumptions, and where the conclusion turns."""
    english, chinese = [], []
    for planned in rows:
        if planned.analysis != "primary" or planned.answer is None:
            continue
        others = [
            row.answer.estimate
            for row in rows
            if (row.arm, row.week) == (planned.arm, planned.week)
            and row.answer
            and row.analysis not in {"primary", "complete cases"}
        ]
        found, low, high = planned.answer, min(others), max(others)
        where = f"{planned.week:g}"
        english.append(
            f"Week {where}, {planned.arm} minus {planned.comparator}: {found.estimate:.2f} as planned "
            f"({100 * found.interval.level:g} % interval {found.interval.low:.2f} to {found.interval.high:.2f}), "
            f"{low:.2f} to {high:.2f} under the assumptions about those who left."
        )
        chinese.append(
            f"第{where}周，{planned.arm}组与{planned.comparator}组之差：主要分析为{found.estimate:.2f}"
            f"（{100 * found.interval.level:g}%置信区间{found.interval.low:.2f}至{found.interval.high:.2f}），"
            f"在对离开者的各种假设下为{low:.2f}至{high:.2f}。"
        )
    turning = [line.text for line in lines if line.variance != "rubin"]
    return Text(
        en=" ".join([*english, *(text.en for text in turning)]),
        zh="".join([*chinese, *(text.zh for text in turning)]),
    )
