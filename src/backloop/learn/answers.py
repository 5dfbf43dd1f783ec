"""The answers to a trial's plan: what each planned analysis found, and what it rests on.

Decides how planned answers are written down; `planned` finds them.
"""

import pandas as pd
from scipy.special import stdtr

from backloop.causes import ArmWeights, ComplierEffect
from backloop.effects import Effect, ResponderComparison, StandardisedEffect
from backloop.moderation import BenefitScore, RiskEffect, SpreadRatio
from backloop.trial import Estimand, Grounds, PlannedAnalysis, TrialOutcome
from backloop.units import Frozen, Interval, Text

__all__ = ["ArmMean", "PlannedAnswer", "RiskAnswers", "TestedEffect", "TrialAnswers", "tested_effect"]


class TestedEffect(Frozen):
    """An effect with its two-sided p value.

    Examples
    --------
    >>> TestedEffect.model_fields["p"].is_required()
    True
    """

    __test__ = False

    effect: Effect
    p: float


def tested_effect(effect: Effect) -> TestedEffect:
    """Put the two-sided p value beside an effect."""
    error, df = effect.standard_error or float("nan"), effect.df or float("inf")
    return TestedEffect(effect=effect, p=float(2.0 * stdtr(df, -abs(effect.estimate / error))))


class RiskAnswers(Frozen):
    """The effect by predicted outcome at each week asked about, and whether one arm spreads more.

    Examples
    --------
    >>> RiskAnswers.model_fields["predictors"].is_required()
    True
    """

    predictors: tuple[str, ...]
    effects: tuple[RiskEffect, ...]
    spread: tuple[SpreadRatio, ...]


class ArmMean(Frozen):
    """An arm's adjusted (least squares) mean at a week; `seen` counts the people behind it.

    Examples
    --------
    >>> ArmMean(arm="care", week=18, seen=120, mean=3.1, standard_error=0.2, df=240.0,
    ...         interval=Interval(low=2.7, high=3.5)).seen
    120
    """

    arm: str
    week: float
    seen: int
    mean: float
    standard_error: float
    df: float
    interval: Interval


class PlannedAnswer(Frozen):
    """What one analysis of the plan found, or why it could not be done.

    Parameters
    ----------
    analysis : PlannedAnalysis
        The analysis as planned.
    estimand : Estimand
        The question it aims at.
    outcome : TrialOutcome
        The outcome with its scale.
    effects : tuple of TestedEffect
        By week; arm minus comparator.
    standardised, means, responders, compliers, risk, forest
        Beside the effects or in their place, where the model gives them.
    weights, weighing
        Of a per-protocol analysis: each arm's weights, and in words how they were made.
    model, formula, covariance, inference : str
        The model in words and its means as a formula, the covariance used, and how degrees of freedom were counted.
    tried : tuple of str
        Every covariance tried, in the plan's order, with how its fit ended.
    people, missing : int
        People in the analysis, and their outcomes not seen.
    ending : Text
        How the fit ended.
    reason : Text, optional
        Why there is no answer, where there is none.

    Examples
    --------
    >>> PlannedAnswer.model_fields["reason"].is_required()
    False
    """

    analysis: PlannedAnalysis
    estimand: Estimand
    outcome: TrialOutcome
    effects: tuple[TestedEffect, ...] = ()
    standardised: tuple[StandardisedEffect, ...] = ()
    means: tuple[ArmMean, ...] = ()
    responders: tuple[ResponderComparison, ...] = ()
    compliers: tuple[ComplierEffect, ...] = ()
    risk: RiskAnswers | None = None
    forest: BenefitScore | None = None
    weights: tuple[ArmWeights, ...] = ()
    weighing: str = ""
    model: str = ""
    formula: str = ""
    covariance: str = ""
    inference: str = ""
    tried: tuple[str, ...] = ()
    people: int = 0
    missing: int = 0
    ending: Text | None = None
    reason: Text | None = None


class TrialAnswers(Frozen):
    """The answers to every question of a trial's plan.

    Examples
    --------
    >>> TrialAnswers.model_fields["grounds"].is_required()
    True
    """

    trial: str
    answers: tuple[PlannedAnswer, ...]
    grounds: Grounds

    @property
    def primary(self) -> PlannedAnswer:
        """The answer of the primary analysis."""
        return next(answer for answer in self.answers if answer.analysis.rank == "primary")

    def table(self) -> pd.DataFrame:
        """Give one row an analysis, arm and week."""
        standing = self.grounds.standing.en
        rows = [
            {
                "analysis": answer.analysis.id,
                "rank": answer.analysis.rank,
                "outcome": found.effect.outcome,
                "arm": found.effect.arm,
                "comparator": found.effect.comparator,
                "week": found.effect.week,
                "estimate": found.effect.estimate,
                "low": found.effect.interval.low,
                "high": found.effect.interval.high,
                "standard_error": found.effect.standard_error,
                "df": found.effect.df,
                "p": found.p,
                "people": answer.people,
                "missing": answer.missing,
                "model": answer.model,
                "ending": answer.ending.en if answer.ending else "",
                "plan": standing,
            }
            for answer in self.answers
            for found in answer.effects
        ]
        return pd.DataFrame(rows)
