"""Does a score built from everything known at the start tell who benefits: calibration, ranking, and a null check.

Decides how the score is made and judged, and withholds individual effects that chance could make; single modifiers and
risk have their own modules.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from backloop.effects import Answer, check_scale, read_week, regress
from backloop.errors import TrialError
from backloop.kernel import Columns, Floats, Integers
from backloop.moderation.prediction import cross_fit, ridge, split_people, standardised
from backloop.units import Frozen, Interval, Scale, Text

__all__ = ["BenefitScore", "score_benefit"]

_LIMIT = 0.05
_FEWEST = 40
_NOISE = Text(
    en="Individual effects are withheld: trials without any difference between people give scores as good as this.",
    zh="不报告个体疗效：在疗效毫无个体差异的模拟试验中，也能得到同样好的评分。",
)


class BenefitScore(Frozen):
    """How well a cross-fitted score of benefit stands up, and the individual effects only if it does.

    `calibration` is the slope of the observed on the predicted effect (1: as predicted, 0: noise). `ranking` is the
    area under the targeting curve: by how much the effect among people ranked first by the score exceeds the average,
    in points of the outcome in the good direction. `null_p` is the share of `nulls` simulated trials without any
    difference between people whose calibration looked at least as good; `false_positives` the share of them that a
    plain test of the slope at 0.05 would have believed. `individual` (by person, in the order of their ids) is empty
    and `withheld` says why where the null trials say the score is noise.

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
    nulls: int
    null_p: float
    false_positives: float
    folds: int
    repeats: int
    seed: int
    individual: tuple[float, ...] = ()
    withheld: Text | None

    @property
    def text(self) -> Text:
        """The answer in words."""
        found = self.calibration
        verdict = (
            Text(en="The score may be taken to another trial to be confirmed.", zh="该评分可在另一项试验中进行验证。")
            if self.withheld is None
            else self.withheld
        )
        return Text(
            en=(
                f"{self.outcome} at week {self.week:g}: calibration slope of the benefit score {found.estimate:.2f} "
                f"({found.interval.level:.0%} interval {found.interval.low:.2f} to {found.interval.high:.2f}); "
                f"{self.null_p:.0%} of {self.nulls} trials without differences did as well. "
            ).replace("%", " %")
            + verdict.en,
            zh=(
                f"{self.outcome}第{self.week:g}周：获益评分的校准斜率为{found.estimate:.2f}"
                f"（{found.interval.level:.0%}置信区间{found.interval.low:.2f}至{found.interval.high:.2f}）；"
                f"在{self.nulls}个无个体差异的模拟试验中，{self.null_p:.0%}达到同样水平。"
            )
            + verdict.zh,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _People:
    """Two arms at one week: who was treated, what is known, how people are split, and which way is good."""

    treated: Floats
    x: Floats
    splits: Sequence[Integers]
    good: float

    @property
    def lean(self) -> Floats:
        """The treatment minus its share."""
        lean: Floats = self.treated - self.treated.mean()
        return lean


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
    what it leaves over within arms. Linear scores only; forests are no part of this package.

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
    data = read_week(table, columns, week=week, baseline=baseline, covariates=covariates)
    check_scale(np.stack([data.start, data.y]), columns.outcome, scale)
    name, pair = data.pair(arm)
    who = pair & data.known
    _check_call(int(who.sum()), folds=folds, repeats=repeats, nulls=nulls)
    group = (data.arm[who] != 0).astype(np.int64)
    people = _People(
        treated=group.astype(float),
        x=standardised(np.column_stack([data.start, data.covariates])[who]),
        splits=[split_people(group, folds, seed=seed, repeat=repeat) for repeat in range(repeats)],
        good=1.0 if scale.better == "high" else -1.0,
    )
    y = data.y[who]
    scores, rest = _scores(people, y)
    calibration = _calibration(people, scores, rest, level)
    trials = [_calibration(people, *_scores(people, null), level) for null in _null_trials(people, y, nulls, seed)]
    t = np.array([each.estimate / each.standard_error for each in trials])
    null_p = float((1 + (t >= calibration.estimate / calibration.standard_error).sum()) / (nulls + 1))
    passes = null_p < _LIMIT and calibration.interval.low > 0.0
    return BenefitScore(
        outcome=data.outcome,
        arm=name,
        comparator=data.arms[0],
        week=week,
        people=len(y),
        left_out=int((pair & ~data.known).sum()),
        average=float(people.lean @ rest / (people.lean @ people.lean)),
        calibration=calibration,
        ranking=_ranking(people, scores, rest, seed=seed, level=level),
        nulls=nulls,
        null_p=null_p,
        false_positives=float(np.mean([each.p < _LIMIT for each in trials])),
        folds=folds,
        repeats=repeats,
        seed=seed,
        individual=tuple(scores.tolist()) if passes else (),
        withheld=None if passes else _NOISE,
    )


def _check_call(people: int, *, folds: int, repeats: int, nulls: int) -> None:
    if people < _FEWEST:
        message = f"expected at least {_FEWEST} people seen at baseline and at the week, got {people}"
        raise TrialError(message)
    if not 2 <= folds <= people // 8 or repeats < 1 or nulls < 20:  # noqa: PLR2004
        message = (
            f"expected 2 to {people // 8} folds, at least 1 repeat and 20 null trials; got {folds}, {repeats}, {nulls}"
        )
        raise TrialError(message)


def _scores(people: _People, y: Floats) -> tuple[Floats, Floats]:
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


def _calibration(people: _People, scores: Floats, rest: Floats, level: float) -> Answer:
    """Regress the observed on the predicted effect, with HC3 errors; the p value asks for a slope above zero."""
    lean = people.lean
    x = np.column_stack([np.ones(len(lean)), lean, lean * (scores - scores.mean())])
    fit = regress(x, rest[:, np.newaxis])
    estimate, error = float(fit.beta[2, 0]), float(np.sqrt(fit.spread(2, "hc3")[0, 0]))
    half = float(stdtrit(fit.df, 0.5 + level / 2.0)) * error
    return Answer(
        label="calibration",
        estimate=estimate,
        standard_error=error,
        df=float(fit.df),
        p=float(stdtr(fit.df, -estimate / error)),
        interval=Interval(low=estimate - half, high=estimate + half, level=level),
    )


def _ranking(people: _People, scores: Floats, rest: Floats, *, seed: int, level: float) -> Answer:
    """Give the area under the targeting curve with the error from half samples."""
    share = people.treated.mean()
    signals = people.good * (scores + people.lean * (rest - people.lean * scores) / (share * (1.0 - share)))
    signals = signals[np.argsort(-people.good * scores, kind="stable")]
    area = _area(signals[np.newaxis])[0]
    random = np.random.Generator(np.random.Philox(key=[seed, 2**20]))
    halves = np.argsort(random.random((500, len(signals))), axis=1)[:, : len(signals) // 2]
    error = float(_area(signals[np.sort(halves, axis=1)]).std(ddof=1))
    half = float(ndtri(0.5 + level / 2.0)) * error
    return Answer(
        label="targeting",
        estimate=float(area),
        standard_error=error,
        df=float(len(signals) - 1),
        p=float(ndtr(-area / error)),
        interval=Interval(low=area - half, high=area + half, level=level),
    )


def _area(signals: Floats) -> Floats:
    """Average, over how many of the first ranked are treated, of their mean benefit above everybody's."""
    people = signals.shape[1]
    weights = np.cumsum(1.0 / np.arange(people, 0, -1))[::-1]
    area: Floats = signals @ (weights - 1.0) / people
    return area


def _null_trials(people: _People, y: Floats, nulls: int, seed: int) -> "list[Floats]":
    """Make trials in which the effect is the same for everybody: shuffle what is left over within each arm."""
    x = np.column_stack([np.ones(len(y)), people.treated, people.x])
    mean = x @ np.linalg.lstsq(x, y, rcond=None)[0]
    trials = []
    for number in range(nulls):
        random = np.random.Generator(np.random.Philox(key=[seed, 2**21 + number]))
        rest = y - mean
        for arm in (0.0, 1.0):
            who = np.flatnonzero(people.treated == arm)
            rest[who] = rest[random.permutation(who)]
        trials.append(mean + rest)
    return trials
