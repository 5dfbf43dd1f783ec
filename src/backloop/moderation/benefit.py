"""Does a score built from everything known at the start tell who benefits: calibration, ranking, and a null check.

Decides how the score is made and judged, and withholds individual effects that chance could make; single modifiers and
risk have their own modules.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backloop.effects import Answer, check_scale, read_week
from backloop.kernel import Columns, Floats, Integers
from backloop.moderation.prediction import cross_fit, ridge, split_people, standardised
from backloop.moderation.validation import Participants, Validation, check_split, validate
from backloop.units import Frozen, Scale, Text

__all__ = ["LIMIT", "BenefitScore", "BenefitTask", "lay_task", "score_benefit", "write_score"]

LIMIT = 0.05
"""How rarely trials without any difference may do as well as a score that is believed."""

_FEWEST = 40
_METHOD = Text(en="linear score by ridge regression", zh="岭回归线性评分")
_NOISE = Text(
    en="Individual effects are withheld: trials without any difference between people give scores as good as this.",
    zh="不报告个体疗效：在疗效毫无个体差异的模拟试验中，也能得到同样好的评分。",
)


class BenefitScore(Frozen):
    """How well a cross-fitted score of benefit stands up, and the individual effects only if it does.

    `calibration` is the slope of the observed on the predicted effect (1: as predicted, 0: noise). `ranking` and `qini`
    are rank-weighted average effects on people the score never saw: by how much the effect among those ranked first
    exceeds the average, in points of the outcome in the good direction; `ranking` (AUTOC) counts all sizes of the
    first group alike, `qini` by their size. `null_p` and `ranking_null_p` are the shares of `nulls` simulated trials
    without any difference between people whose calibration and ranking looked at least as good (`null_slopes` and
    `null_areas`, one a trial); `false_positives` the share of them that a plain test of the slope at 0.05 would have
    believed. `individual` (by person, as `persons` names them) is empty and `withheld` says why where the null trials
    say the score is noise.

    Examples
    --------
    >>> BenefitScore.model_fields["null_p"].is_required()
    True
    """

    outcome: str
    arm: str
    comparator: str
    week: float
    people: int
    left_out: int
    average: float
    calibration: Answer
    ranking: Answer
    qini: Answer
    nulls: int
    null_p: float
    ranking_null_p: float
    null_slopes: tuple[float, ...]
    null_areas: tuple[float, ...]
    false_positives: float
    folds: int
    repeats: int
    seed: int
    method: Text
    individual: tuple[float, ...] = ()
    persons: tuple[str, ...] = ()
    withheld: Text | None

    @property
    def text(self) -> Text:
        """The answer in words."""
        found, rank = self.calibration, self.ranking
        verdict = (
            Text(en="The score may be taken to another trial to be confirmed.", zh="该评分可在另一项试验中进行验证。")
            if self.withheld is None
            else self.withheld
        )
        return Text(
            en=(
                f"{self.outcome} at week {self.week:g}, {self.method.en}: calibration slope of the benefit score "
                f"{found.estimate:.2f} ({found.interval.level:.0%} interval {found.interval.low:.2f} to "
                f"{found.interval.high:.2f}), ranking {rank.estimate:.2f} ({rank.interval.low:.2f} to "
                f"{rank.interval.high:.2f}); of {self.nulls} trials without differences {self.null_p:.0%} did as well "
                f"in the slope and {self.ranking_null_p:.0%} in the ranking. "
            ).replace("%", " %")
            + verdict.en,
            zh=(
                f"{self.outcome}第{self.week:g}周（{self.method.zh}）：获益评分的校准斜率为{found.estimate:.2f}"
                f"（{found.interval.level:.0%}置信区间{found.interval.low:.2f}至{found.interval.high:.2f}），"
                f"排序指标为{rank.estimate:.2f}（{rank.interval.low:.2f}至{rank.interval.high:.2f}）；"
                f"在{self.nulls}个无个体差异的模拟试验中，{self.null_p:.0%}的斜率、{self.ranking_null_p:.0%}的排序达到同样水平。"
            )
            + verdict.zh,
        )


def score_benefit(
    table: pd.DataFrame,
    columns: Columns,
    *,
    week: float,
    covariates: Sequence[str],
    scale: Scale,
    arm: str | None = None,
    baseline: float | None = None,
    folds: int = 5,
    repeats: int = 3,
    nulls: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> BenefitScore:
    """Build a score of who benefits from all that is known at the start, and test it where it was not built.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`.
    columns : Columns
        Which column holds what.
    week : float
        The week of the outcome, since randomisation.
    covariates : sequence of str
        What is known before randomisation; the baseline outcome is added to it.
    scale : Scale
        The ruler of the outcome, with its good direction.
    arm : str, optional
        The arm compared with the comparator; needed where there are several.
    baseline : float, optional
        The week before treatment; by default the first.
    folds, repeats : int
        Into how many parts people are split, and how many such splits are averaged.
    nulls : int
        How many trials without any difference between people are simulated, from 20.
    level : float
        Coverage of the intervals, between 0 and 1.
    seed : int
        What splits and simulated trials depend on.

    Returns
    -------
    BenefitScore
        Calibration, ranking, null check, and individual effects where the null check lets them pass.

    Raises
    ------
    TrialError
        If the table cannot carry the analysis, or there are fewer than 40 people.

    Notes
    -----
    A linear score by ridge regression of the outcome, less its prediction blind to the arm, on treatment by covariate;
    each person's score comes from models that did not see them. Null trials keep each arm's mean model and shuffle
    what it leaves over within arms. `forest_benefit` judges a causal forest by the same rules.

    References
    ----------
    chernozhukov-2018, yadlowsky-2021, kent-2020

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> fear, start, arm = rng.normal(30, 8, 200), rng.normal(6, 1, 200), np.array(["sham", "care"] * 100)
    >>> after = start - 1 + (arm == "care") * (fear - 30) / 8 + rng.normal(0, 1, 200)
    >>> table = pd.DataFrame({"id": range(200), "arm": arm, "fear": fear, "w0": start, "w9": after})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> score = score_benefit(table, where, week=9, covariates=["fear"], scale=Scale(better="low"), nulls=20)
    >>> score.calibration.interval.low > 0, len(score.individual)
    (True, 200)
    """
    task = lay_task(table, columns, week=week, covariates=covariates, scale=scale, arm=arm, baseline=baseline)
    check_split(len(task.y), folds=folds, repeats=repeats, nulls=nulls, fewest=_FEWEST)
    people = task.split(folds=folds, repeats=repeats, seed=seed)
    found = validate(people, task.y, _linear, nulls=nulls, level=level, seed=seed, limit=LIMIT)
    return write_score(task, found, method=_METHOD, folds=folds, repeats=repeats, seed=seed)


@dataclass(frozen=True, kw_only=True, eq=False)
class BenefitTask:
    """Two arms at one week, laid out for a score: who is in it, what is known of them, and their outcome."""

    outcome: str
    week: float
    arm: str
    comparator: str
    group: Integers
    x: Floats
    y: Floats
    good: float
    left_out: int
    persons: tuple[str, ...]

    def split(self, *, folds: int, repeats: int, seed: int) -> Participants:
        """Deal the people to folds, each arm evenly."""
        return Participants(
            treated=self.group.astype(float),
            x=self.x,
            splits=[split_people(self.group, folds, seed=seed, repeat=repeat) for repeat in range(repeats)],
            good=self.good,
        )


def lay_task(
    table: pd.DataFrame,
    columns: Columns,
    *,
    week: float,
    covariates: Sequence[str],
    scale: Scale,
    arm: str | None,
    baseline: float | None,
) -> BenefitTask:
    """Lay two arms at one week out: those seen at baseline and at the week, with all that is known at the start."""
    data = read_week(table, columns, week=week, baseline=baseline, covariates=covariates)
    check_scale(np.stack([data.start, data.y]), columns.outcome, scale)
    name, pair = data.pair(arm)
    who = pair & data.known
    ids = np.sort(table[columns.person].unique())[who]
    return BenefitTask(
        outcome=data.outcome,
        week=week,
        arm=name,
        comparator=data.arms[0],
        group=(data.arm[who] != 0).astype(np.int64),
        x=standardised(np.column_stack([data.start, data.covariates])[who]),
        y=data.y[who],
        good=1.0 if scale.better == "high" else -1.0,
        left_out=int((pair & ~data.known).sum()),
        persons=tuple(map(str, ids)),
    )


def write_score(
    task: BenefitTask, found: Validation, *, method: Text, folds: int, repeats: int, seed: int
) -> BenefitScore:
    """Write down how a score did, and individual effects only where it stands up."""
    passes = found.stands_up(LIMIT)
    return BenefitScore(
        outcome=task.outcome,
        arm=task.arm,
        comparator=task.comparator,
        week=task.week,
        people=len(task.y),
        left_out=task.left_out,
        average=found.average,
        calibration=found.calibration,
        ranking=found.ranking,
        qini=found.qini,
        nulls=len(found.null_slopes),
        null_p=found.null_p,
        ranking_null_p=found.ranking_null_p,
        null_slopes=found.null_slopes,
        null_areas=found.null_areas,
        false_positives=found.false_positives,
        folds=folds,
        repeats=repeats,
        seed=seed,
        method=method,
        individual=tuple(found.scores.tolist()) if passes else (),
        persons=task.persons if passes else (),
        withheld=None if passes else _NOISE,
    )


def _linear(people: Participants, y: Floats, _number: int) -> tuple[Floats, Floats]:
    """Give each person's effect as predicted by the others, and the outcome less its prediction blind to the arm."""
    rest = y - cross_fit(people.x, y, people.splits)
    scores = np.zeros(len(y))
    for fold in people.splits:
        for place in np.unique(fold):
            inside = fold != place
            lean, left = people.lean[inside], rest[inside]
            average = lean @ left / (lean @ lean)
            x = lean[:, np.newaxis] * people.x[inside]
            x = x - np.outer(lean, lean @ x) / (lean @ lean)
            scores[~inside] += average + people.x[~inside] @ ridge(x, left - average * lean)
    return scores / len(people.splits), rest
