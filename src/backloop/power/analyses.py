"""What is done with every simulated trial: the models on offer, and the door for any other.

Decides the questions an analysis puts to a trial and how it answers them; it draws and counts nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from backloop.errors import TrialError
from backloop.kernel import (
    Columns,
    Design,
    Ending,
    Inference,
    Structure,
    adjusted_design,
    constrained_design,
    fit_many,
)
from backloop.power.draws import TrialBlock
from backloop.power.worlds import World
from backloop.units import Frozen

__all__ = ["Analysis", "Answers", "ModelAnalysis", "OwnAnalysis", "Question"]

Floats = NDArray[np.float64]
Model = Literal["constrained", "unconstrained", "baseline-adjusted", "ancova"]

_ENDINGS = list(Ending)


class Question(Frozen):
    """One figure an analysis estimates in every trial, with what is true in the world.

    `modifier` is empty for an effect; otherwise the question is by how much the effect changes with one standard
    deviation of it.

    Examples
    --------
    >>> Question(outcome="nrs", arm="care", week=18, truth=-1.0).label
    'nrs, care, week 18'
    """

    outcome: str
    arm: str
    week: float
    modifier: str = ""
    truth: float

    @property
    def label(self) -> str:
        """What the question is called in a table."""
        by = f", by {self.modifier}" if self.modifier else ""
        return f"{self.outcome}, {self.arm}, week {self.week:g}{by}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What an analysis answered: arrays of trials x questions, NaN where it could not.

    `ending` numbers how each fit ended, in the order of `Ending`; 0 is converged.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> Answers(estimate=-2 * one, standard_error=one, df=10 * one, ending=np.zeros((1, 1), int)).p_value.round(4)
    array([[0.0734]])
    """

    estimate: Floats
    standard_error: Floats
    df: Floats
    ending: NDArray[np.int64]

    @property
    def p_value(self) -> Floats:
        """Two-sided p values; NaN where there is no answer."""
        values: Floats = 2.0 * stdtr(self.df, -np.abs(self.estimate / self.standard_error))
        return values

    def half_width(self, level: float) -> Floats:
        """Give half the width of the intervals."""
        widths: Floats = stdtrit(self.df, 0.5 + level / 2.0) * self.standard_error
        return widths


class Analysis(Protocol):
    """Anything that can answer questions about a block of simulated trials.

    `words` belongs under a table, and is part of the key that finished blocks are found by.

    Examples
    --------
    >>> isinstance(ModelAnalysis().words, str)
    True
    """

    @property
    def words(self) -> str:
        """The analysis in words."""
        ...

    def questions(self, world: World) -> tuple[Question, ...]:
        """Say what is asked of every trial."""
        ...

    def answers(self, block: TrialBlock) -> Answers:
        """Analyse a block of trials, in the order of `questions`."""
        ...


@dataclass(frozen=True, kw_only=True)
class OwnAnalysis:
    """An analysis of one's own.

    Parameters
    ----------
    words : str
        What it does; change the words when the function changes, or stored blocks are taken for its own.
    asked : sequence of Question
        What it answers.
    function : callable
        Takes a `TrialBlock`, gives `Answers`. To run in other processes it must be a function of an importable module.

    Examples
    --------
    >>> def difference(block):
    ...     y = block.y["nrs"][:, :, 1]
    ...     groups = [y[:, block.arm == arm] for arm in (0, 1)]
    ...     means, variances = [[how(g, axis=1) for g in groups] for how in (np.nanmean, np.nanvar)]
    ...     error = np.sqrt(variances[0] / 137 + variances[1] / 137)[:, None]
    ...     shape = error.shape
    ...     return Answers(estimate=(means[1] - means[0])[:, None], standard_error=error, df=np.full(shape, 270.0),
    ...                    ending=np.zeros(shape, int))
    >>> asked = Question(outcome="nrs", arm="retraining", week=18, truth=-0.98)
    >>> OwnAnalysis(words="difference in means", asked=(asked,), function=difference).asked[0].label
    'nrs, retraining, week 18'
    """

    words: str
    asked: Sequence[Question]
    function: Callable[[TrialBlock], Answers]

    def questions(self, world: World) -> tuple[Question, ...]:  # noqa: ARG002 - fixed beforehand
        """Say what is asked of every trial."""
        return tuple(self.asked)

    def answers(self, block: TrialBlock) -> Answers:
        """Analyse a block of trials."""
        return self.function(block)


class ModelAnalysis(Frozen):
    """A repeated-measures model, or an analysis of covariance at each visit.

    Parameters
    ----------
    model : str
        ``"constrained"``: the baseline is an outcome and the arms share its mean; ``"unconstrained"``: they need not;
        ``"baseline-adjusted"``: the baseline is a covariate by visit; ``"ancova"``: each visit alone, people with both
        answers. All but the last are fitted in batches.
    covariance, inference : str
        As in `fit_repeated`; not used by ``"ancova"``.
    outcomes, weeks : tuple
        Which; by default the world's first outcome, and all visits after the first.
    modifiers : tuple of str
        Ask how the effect changes with each of these, one model each, in place of the effect itself.

    Examples
    --------
    >>> ModelAnalysis().words
    'constrained, unstructured covariance, kenward-roger'
    """

    model: Model = "constrained"
    covariance: Structure = "unstructured"
    inference: Inference = "kenward-roger"
    outcomes: tuple[str, ...] = ()
    weeks: tuple[float, ...] = ()
    modifiers: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The analysis in words."""
        if self.model == "ancova":
            return "analysis of covariance at each visit, people with both answers"
        by = f", each of {len(self.modifiers)} modifiers alone" if self.modifiers else ""
        return f"{self.model}, {self.covariance} covariance, {self.inference}{by}"

    def questions(self, world: World) -> tuple[Question, ...]:
        """Say what is asked of every trial: by outcome, modifier, week and arm."""
        return tuple(question for part in self._parts(world) for question in part)

    def answers(self, block: TrialBlock) -> Answers:
        """Analyse a block of trials."""
        how = _ancova if self.model == "ancova" else self._fit
        parts = [how(block, part) for part in self._parts(block.world)]
        return Answers(
            estimate=np.hstack([part.estimate for part in parts]),
            standard_error=np.hstack([part.standard_error for part in parts]),
            df=np.hstack([part.df for part in parts]),
            ending=np.hstack([part.ending for part in parts]),
        )

    def _parts(self, world: World) -> Iterator[tuple[Question, ...]]:
        """Give the questions that one model answers, model by model."""
        known = {modifier.id: modifier for modifier in world.modifiers}
        weeks = self.weeks or world.weeks[1:]
        if not set(self.modifiers) <= set(known) or not set(weeks) <= set(world.weeks[1:]):
            message = (
                f"world '{world.id}' has the modifiers {', '.join(known) or 'none'} and compares arms at weeks"
                f" {', '.join(f'{week:g}' for week in world.weeks[1:])}; ask for these"
            )
            raise TrialError(message)
        if self.modifiers and self.model == "ancova":
            message = "an analysis of covariance is offered without modifiers; use the constrained model"
            raise TrialError(message)
        for outcome in self.outcomes or (world.outcomes[0].id,):
            for modifier in self.modifiers or ("",):
                yield tuple(
                    Question(
                        outcome=outcome,
                        arm=arm.id,
                        week=week,
                        modifier=modifier,
                        truth=known[modifier].interaction.get(outcome, 0.0)
                        if modifier
                        else world.effect(outcome, arm.id, week),
                    )
                    for week in weeks
                    for arm in world.arms[1:]
                )

    def _fit(self, block: TrialBlock, asked: Sequence[Question]) -> Answers:
        """Fit all trials at once: they share the design, and each has people of its own among the covariates."""
        design = _design(block, asked, self.model)
        followed = block.y[asked[0].outcome][:, :, len(block.world.weeks) - len(design.weeks) :]
        fits = fit_many(
            design,
            followed,
            _rows(design, asked),
            covariates=_covariates(design, block, asked, self.model),
            covariance=self.covariance,
            inference=self.inference,
        )
        ending = np.array([_ENDINGS.index(ending) for ending in fits.endings])
        return Answers(
            estimate=fits.estimate,
            standard_error=fits.standard_error,
            df=fits.df,
            ending=np.repeat(ending[:, None], len(asked), axis=1),
        )


def _design(block: TrialBlock, asked: Sequence[Question], model: Model) -> Design:
    """Set up the design of a block's trials; the outcomes in it are only there to be replaced."""
    world, weeks = block.world, len(block.world.weeks)
    people = np.arange(world.people)
    table = pd.DataFrame(
        {
            "participant_id": np.repeat(people, weeks),
            "week": np.tile(world.weeks, world.people),
            "arm": np.repeat([world.arms[arm].id for arm in block.arm], weeks),
            asked[0].outcome: np.arange(world.people * weeks, dtype=float),
        }
    )
    modifier = asked[0].modifier
    if modifier:
        table[modifier] = np.repeat(_modifier(block, asked)[0], weeks)
    columns = Columns(outcome=asked[0].outcome, comparator=world.arms[0].id)
    if model == "constrained":
        return constrained_design(table, columns, modifier=modifier)
    baseline = world.weeks[0] if model == "baseline-adjusted" else None
    return adjusted_design(table, columns, baseline=baseline, modifier=modifier)


def _modifier(block: TrialBlock, asked: Sequence[Question]) -> Floats:
    column = [each.id for each in block.world.modifiers].index(asked[0].modifier)
    return block.modifiers[:, :, column]


def _covariates(design: Design, block: TrialBlock, asked: Sequence[Question], model: Model) -> Floats | None:
    """Give each trial's own values where the design holds those of the first (trials x people x covariates)."""
    own: dict[str, Floats] = {}
    if model == "baseline-adjusted":
        own["baseline"] = block.y[asked[0].outcome][:, :, 0]
    if asked[0].modifier:
        own[asked[0].modifier] = _modifier(block, asked)
    if not own:
        return None
    z = np.repeat(design.z[np.newaxis], len(block.modifiers), axis=0)
    for name, values in own.items():
        centred = values - values.mean(axis=1, keepdims=True)
        z[:, :, _column(design, name)] = centred
        if name == design.modifier:
            for place, arm in enumerate(design.arms[1:], start=1):
                z[:, :, _column(design, f"{name}:{arm}")] = centred * (design.arm == place)
    return z


def _column(design: Design, covariate: str) -> int:
    """Find the column of a covariate that has a coefficient at the last week."""
    coefficient = design.names.index(f"{covariate}:week[{design.weeks[-1]:g}]")
    return int(design.entries.covariate[design.entries.coefficient == coefficient][0])


def _rows(design: Design, asked: Sequence[Question]) -> Floats:
    rows = [(design.modifier_row if each.modifier else design.effect_row)(each.arm, each.week) for each in asked]
    return np.array(rows)


def _ancova(block: TrialBlock, asked: Sequence[Question]) -> Answers:
    weeks, arms = block.world.weeks, [arm.id for arm in block.world.arms]
    places = [(weeks.index(each.week), arms.index(each.arm)) for each in asked]
    ones = np.eye(len(arms))[block.arm]
    trials = block.y[asked[0].outcome]
    found = np.array([[_regress(y[:, 0], y[:, week], ones, arm) for week, arm in places] for y in trials])
    ending = np.where(np.isnan(found[:, :, 0]), _ENDINGS.index(Ending.UNRANKED), 0)
    return Answers(estimate=found[:, :, 0], standard_error=found[:, :, 1], df=found[:, :, 2], ending=ending)


def _regress(start: Floats, end: Floats, ones: Floats, arm: int) -> tuple[float, float, float]:
    """Regress the last answers on arms and baseline, people with both; give the arm's effect, its error and df."""
    seen = ~np.isnan(start + end)
    x = np.column_stack([ones, start])[seen]
    beta, _rest, rank, _sizes = np.linalg.lstsq(x, end[seen], rcond=None)
    df = len(x) - x.shape[1]
    if rank < x.shape[1] or df < 1:
        return np.nan, np.nan, np.nan
    row = np.eye(x.shape[1])[arm] - np.eye(x.shape[1])[0]
    rest = end[seen] - x @ beta
    variance = row @ np.linalg.solve(x.T @ x, row) * (rest @ rest) / df
    return float(row @ beta), float(np.sqrt(variance)), float(df)
