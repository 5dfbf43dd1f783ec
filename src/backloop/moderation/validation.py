"""Whether a score of benefit holds where it was not built: calibration, ranking, and trials in which nobody differs.

Decides how any score is judged; `benefit` builds a linear one and `heterogeneity` grows forests.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from backloop.effects import Answer, regress
from backloop.errors import TrialError
from backloop.kernel import Floats, Integers
from backloop.units import Interval

__all__ = ["Participants", "Share", "Trialled", "Validation", "check_split", "measure_area", "validate"]

_HALVES = 500


@dataclass(frozen=True, kw_only=True, eq=False)
class Participants:
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


Scorer = Callable[[Participants, Floats, int], tuple[Floats, Floats]]
"""From people, their outcome and the trial's number (0: the real one) to each person's predicted effect, made without
that person, and the outcome less its prediction blind to the arm."""

Trialled = tuple[float, float, float, float]
"""What a null trial showed: its slope over the slope's error, the slope, the ranking's area, and the slope's p."""

Share = Callable[[Callable[[int], Trialled], Sequence[int]], Iterable[Trialled]]
"""How null trials are shared out, such as `map`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Validation:
    """How a score did, and how scores of trials without any difference between people did."""

    scores: Floats
    average: float
    calibration: Answer
    ranking: Answer
    qini: Answer
    null_slopes: tuple[float, ...]
    null_areas: tuple[float, ...]
    null_p: float
    ranking_null_p: float
    false_positives: float

    def stands_up(self, limit: float) -> bool:
        """Say whether chance alone would not give this: both null checks, and a slope above zero."""
        return max(self.null_p, self.ranking_null_p) < limit and self.calibration.interval.low > 0.0


def check_split(people: int, *, folds: int, repeats: int, nulls: int, fewest: int) -> None:
    """Refuse too few people, folds, repeats or null trials."""
    if people < fewest:
        message = f"expected at least {fewest} people seen at baseline and at the week, got {people}"
        raise TrialError(message)
    if not 2 <= folds <= people // 8 or repeats < 1 or nulls < 20:  # noqa: PLR2004
        message = (
            f"expected 2 to {people // 8} folds, at least 1 repeat and 20 null trials; got {folds}, {repeats}, {nulls}"
        )
        raise TrialError(message)


def validate(
    people: Participants,
    y: Floats,
    scorer: Scorer,
    *,
    nulls: int,
    level: float,
    seed: int,
    limit: float,
    share: Share = map,
) -> Validation:
    """Judge a score by people it never saw, and beside it as many scores of trials without any difference."""
    scores, rest = scorer(people, y, 0)
    calibration = _calibration(people, scores, rest, level)
    area = measure_area(_signals(people, scores, rest)[np.newaxis])[0]
    trials = list(share(partial(_null_trial, people, y, scorer, seed=seed, level=level), range(1, nulls + 1)))
    t, slopes, areas, p = (np.array(column) for column in zip(*trials, strict=True))
    return Validation(
        scores=scores,
        average=float(people.lean @ rest / (people.lean @ people.lean)),
        calibration=calibration,
        ranking=_ranking(people, (scores, rest), measure_area, "AUTOC", seed=seed, level=level),
        qini=_ranking(people, (scores, rest), _qini, "Qini", seed=seed, level=level),
        null_slopes=tuple(slopes.tolist()),
        null_areas=tuple(areas.tolist()),
        null_p=_share_above(t, calibration.estimate / calibration.standard_error),
        ranking_null_p=_share_above(areas, area),
        false_positives=float((p < limit).mean()),
    )


def _share_above(nulls: Floats, found: float) -> float:
    return float((1 + (nulls >= found).sum()) / (len(nulls) + 1))


def _calibration(people: Participants, scores: Floats, rest: Floats, level: float) -> Answer:
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


def _signals(people: Participants, scores: Floats, rest: Floats) -> Floats:
    """Give each person's doubly robust benefit, those ranked first by the score first."""
    share = people.treated.mean()
    signals = people.good * (scores + people.lean * (rest - people.lean * scores) / (share * (1.0 - share)))
    ordered: Floats = signals[np.argsort(-people.good * scores, kind="stable")]
    return ordered


def _ranking(
    people: Participants,
    scored: tuple[Floats, Floats],
    area_of: Callable[[Floats], Floats],
    label: str,
    *,
    seed: int,
    level: float,
) -> Answer:
    """Give an area under the targeting curve with the error from half samples."""
    signals = _signals(people, *scored)
    area = area_of(signals[np.newaxis])[0]
    random = np.random.Generator(np.random.Philox(key=[seed, 2**20]))
    halves = np.argsort(random.random((_HALVES, len(signals))), axis=1)[:, : len(signals) // 2]
    error = float(area_of(signals[np.sort(halves, axis=1)]).std(ddof=1))
    half = float(ndtri(0.5 + level / 2.0)) * error
    return Answer(
        label=label,
        estimate=float(area),
        standard_error=error,
        df=float(len(signals) - 1),
        p=float(ndtr(-area / error)),
        interval=Interval(low=area - half, high=area + half, level=level),
    )


def measure_area(signals: Floats) -> Floats:
    """Average, over how many of the first ranked are treated, of their mean benefit above everybody's (AUTOC)."""
    people = signals.shape[1]
    weights = np.cumsum(1.0 / np.arange(people, 0, -1))[::-1]
    area: Floats = signals @ (weights - 1.0) / people
    return area


def _qini(signals: Floats) -> Floats:
    """Average the same curve weighted by how many are treated, so that small first groups count less."""
    people = signals.shape[1]
    weights = np.arange(people, 0, -1) / people
    area: Floats = signals @ (weights - weights.mean()) / people
    return area


def _null_trial(people: Participants, y: Floats, scorer: Scorer, number: int, *, seed: int, level: float) -> Trialled:
    """Score a trial in which the effect is the same for everybody: what is left over is shuffled within each arm."""
    x = np.column_stack([np.ones(len(y)), people.treated, people.x])
    mean = x @ np.linalg.lstsq(x, y, rcond=None)[0]
    random = np.random.Generator(np.random.Philox(key=[seed, 2**21 + number - 1]))
    rest = y - mean
    for arm in (0.0, 1.0):
        who = np.flatnonzero(people.treated == arm)
        rest[who] = rest[random.permutation(who)]
    scores, left = scorer(people, mean + rest, number)
    if np.ptp(scores) == 0.0:
        return 0.0, 0.0, 0.0, 1.0
    found = _calibration(people, scores, left, level)
    area = measure_area(_signals(people, scores, left)[np.newaxis])[0]
    return found.estimate / found.standard_error, found.estimate, float(area), found.p
