"""What a trial asks: its estimands in the words of ICH E9(R1), and the analyses that aim at them.

Decides what a question must state before it may be answered; whether its parts exist is the plan's matter.
"""

from typing import Annotated, Literal

from pydantic import Field

from backloop.units import Frozen

__all__ = ["Estimand", "IntercurrentEvent", "PlannedAnalysis", "SensitivityPlan", "ShortId"]

ShortId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
"""Letters, digits, hyphens and underscores, such as ``week-18``."""

Strategy = Literal["treatment policy", "hypothetical", "composite", "while on treatment", "principal stratum"]
"""How an estimand takes what happens after randomisation, in the words of ICH E9(R1)."""

Reference = Literal["MAR", "J2R", "CR", "CIR", "CIN", "LMCF"]
"""What may be assumed of people who left; CIN is another name of CIR."""

Summary = Literal["difference in means", "risk difference", "risk ratio", "odds ratio", "standardised mean difference"]


class IntercurrentEvent(Frozen):
    """Something after randomisation that changes what an outcome means, and how the estimand takes it.

    References
    ----------
    ich-e9r1

    Examples
    --------
    >>> IntercurrentEvent(event="stops the treatment early", strategy="treatment policy").strategy
    'treatment policy'
    """

    event: str = Field(min_length=1)
    strategy: Strategy
    note: str = ""


class Estimand(Frozen):
    """The question of a trial, put so exactly that only one number can answer it.

    Parameters
    ----------
    id : str
        Its short name.
    population : str
        Whom the answer is about.
    arm, comparator : str
        Ids of the arms compared.
    outcome : str
        Id of the outcome.
    weeks : tuple of float
        When, in weeks since randomisation.
    intercurrent_events : tuple of IntercurrentEvent
        At least one: a trial in which nothing can happen after randomisation does not exist.
    summary : str
        The measure of effect.
    note : str
        What a reader must know about it.

    References
    ----------
    ich-e9r1

    Examples
    --------
    >>> stopping = IntercurrentEvent(event="stops early", strategy="treatment policy")
    >>> question = Estimand(id="main", population="all randomised", arm="care", comparator="sham", outcome="nrs",
    ...                     weeks=(18,), intercurrent_events=(stopping,), summary="difference in means")
    >>> question.words
    'all randomised; care versus sham; nrs at week 18; stops early: treatment policy; difference in means'
    """

    id: ShortId
    population: str = Field(min_length=1)
    arm: str
    comparator: str
    outcome: str
    weeks: tuple[float, ...] = Field(min_length=1)
    intercurrent_events: tuple[IntercurrentEvent, ...] = Field(min_length=1)
    summary: Summary
    note: str = ""

    @property
    def words(self) -> str:
        """The question in one line, as results carry it."""
        weeks = ", ".join(f"{week:g}" for week in self.weeks)
        events = [f"{event.event}: {event.strategy}" for event in self.intercurrent_events]
        when = f"{self.outcome} at week {weeks}"
        return "; ".join([self.population, f"{self.arm} versus {self.comparator}", when, *events, self.summary])


class PlannedAnalysis(Frozen):
    """One analysis and the estimand it aims at.

    Parameters
    ----------
    id : str
        Its short name.
    estimand : str
        Id of the estimand; an analysis without one is refused.
    rank : str
        The primary one, a sensitivity analysis of the same question, or a supplementary one.
    model, missing : str
        The model, and what is assumed about missing outcomes.
    covariance : tuple of str
        Covariance structures in the order in which they are tried.
    inference : str
        How standard errors and degrees of freedom are found.
    predictors : tuple of str
        What a weighted per-protocol analysis, a prediction of risk or a causal forest rests on: ids of strata,
        covariates and modifiers; an outcome's id stands for its value before the treatment.

    Examples
    --------
    >>> PlannedAnalysis(id="main", estimand="pain-18", rank="primary", model="constrained longitudinal analysis",
    ...                 missing="missing at random").covariance
    ()
    """

    id: ShortId
    estimand: str
    rank: Literal["primary", "sensitivity", "supplementary"]
    model: str = Field(min_length=1)
    missing: str = Field(min_length=1)
    covariance: tuple[str, ...] = ()
    inference: str = ""
    predictors: tuple[str, ...] = ()


class SensitivityPlan(Frozen):
    """What is to be assumed of people who left, stated before anybody is unblinded.

    Parameters
    ----------
    strategies : tuple of str
        MAR, J2R, CR, CIR (CIN is another name of it) and LMCF, beside missing at random.
    mic : float, optional
        The least difference between arms that matters, in points of the primary outcome.

    References
    ----------
    carpenter-2013

    Examples
    --------
    >>> SensitivityPlan(strategies=("J2R", "CIN")).mic is None
    True
    """

    strategies: tuple[Reference, ...] = ("J2R", "CR", "CIR")
    mic: float | None = Field(default=None, ge=0)
