"""A trial as it is planned: arms, allocation, visits, outcomes, estimands, modifiers and analyses.

Decides whether a plan is complete and free of contradictions; it allocates nobody and analyses nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from backloop.errors import TrialError
from backloop.trial.allocation import AllocationRule, AllocationScheme, Factor
from backloop.trial.estimands import Estimand, PlannedAnalysis, SensitivityPlan, ShortId
from backloop.units import Frozen, Scale

__all__ = ["Arm", "EffectModifier", "Trial", "TrialOutcome", "Visit"]


class Arm(Frozen):
    """One arm of a trial.

    Parameters
    ----------
    id, title : str
        Its short name and what it is.
    role : str
        What it is there for.
    share : int
        How many people it gets for one share of the others.
    intervention : str
        The id of its book, where there is one.

    Examples
    --------
    >>> Arm(id="sham", title="sham treatment", role="sham comparator").share
    1
    """

    id: ShortId
    title: str = Field(min_length=1)
    role: Literal["experimental", "active comparator", "sham comparator", "usual care", "no intervention"]
    share: int = Field(default=1, ge=1)
    intervention: str = ""


class Visit(Frozen):
    """One planned visit; week 0 and before is before randomisation.

    Parameters
    ----------
    id : str
        Its short name.
    week : float
        Weeks since randomisation.
    window_days : tuple of (int, int), optional
        How many days early and late it still counts; None where the plan does not say.

    Examples
    --------
    >>> Visit(id="week-18", week=18, window_days=(7, 14)).holds(day=18 * 7 + 14)
    True
    """

    id: ShortId
    week: float
    window_days: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] | None = None

    @property
    def is_baseline(self) -> bool:
        """Whether the visit lies before the treatment."""
        return self.week <= 0

    def holds(self, day: float) -> bool:
        """Say whether a day since randomisation lies in the window; without a window only the planned day does."""
        early, late = self.window_days or (0, 0)
        return self.week * 7 - early <= day <= self.week * 7 + late


class TrialOutcome(Frozen):
    """One outcome, the ruler it is read from, and its rank.

    Parameters
    ----------
    id, title : str
        Its short name and what it measures.
    scale : Scale
        Its ends, unit and good direction.
    rank : str
        Primary, secondary or exploratory.
    instrument : str
        The id of its book, where there is one.

    Examples
    --------
    >>> pain = Scale(low=0, high=10, better="low")
    >>> TrialOutcome(id="nrs", title="pain intensity", scale=pain, rank="primary").scale.better
    'low'
    """

    id: ShortId
    title: str = Field(min_length=1)
    scale: Scale
    rank: Literal["primary", "secondary", "exploratory"]
    instrument: str = ""


class EffectModifier(Frozen):
    """Something known before randomisation that may make the effect larger or smaller.

    Parameters
    ----------
    id, title : str
        Its short name and what it is.
    visit : str
        Id of the visit it is measured at, which lies before the treatment.
    expected : str
        What higher values were expected to do to the benefit, said before the data were seen.
    because : str
        Why.
    scale : Scale, optional
        Its ruler, without which an estimate per point says nothing.
    prior_evidence, prior_source : str
        Whether earlier evidence supports it, as a person judged it beforehand, and on what that rests.

    Examples
    --------
    >>> fear = EffectModifier(id="tsk", title="kinesiophobia", visit="baseline", expected="smaller benefit")
    >>> fear.is_directed
    True
    """

    id: ShortId
    title: str = Field(min_length=1)
    visit: str
    expected: Literal["larger benefit", "smaller benefit", "not stated"]
    because: str = ""
    scale: Scale | None = None
    prior_evidence: Literal["definitely_no", "probably_no", "probably_yes", "definitely_yes", "open"] = "open"
    prior_source: str = ""

    @model_validator(mode="after")
    def _sourced(self) -> Self:
        if self.prior_evidence != "open" and not self.prior_source:
            message = f"modifier '{self.id}': prior_evidence needs prior_source, the trials or reviews it rests on"
            raise ValueError(message)
        return self

    @property
    def is_directed(self) -> bool:
        """Whether a direction was stated beforehand, the first thing a reader of a subgroup claim asks."""
        return self.expected != "not stated"


_Part = Arm | Visit | TrialOutcome | Estimand | PlannedAnalysis | EffectModifier


class Trial(Frozen):
    """A trial's plan, complete enough to be frozen before anybody is unblinded.

    Parameters
    ----------
    id, title : str
        Its short name and its question.
    registration : str
        Where it is registered.
    people : int
        How many people are to be randomised.
    arms, visits, outcomes, estimands, analyses, modifiers : tuple
        The parts, each with its own id.
    allocation : AllocationRule
        How people are allocated.
    strata : tuple of Factor
        What allocation stratifies by or balances; the analysis adjusts for it.
    covariates : tuple of str
        Further columns, known before randomisation, that the analysis adjusts for.
    missing_covariates : str
        What meets a covariate that was not recorded: ``"refuse"`` (the analysis stops), ``"mean"`` (the mean of
        everybody randomised) or ``"indicator"`` (the mean and an indicator; for words a level of their own;
        for fewer than five people the mean alone).
    sensitivity : SensitivityPlan
        What is to be assumed of people who left.
    notes, references : tuple of str
        What a reader must know, and the sources.

    References
    ----------
    ich-e9r1

    Examples
    --------
    >>> Trial.model_fields["estimands"].is_required()
    True
    """

    id: ShortId
    title: str = Field(min_length=1)
    registration: str = ""
    people: int = Field(ge=2)
    arms: tuple[Arm, ...] = Field(min_length=2)
    allocation: AllocationRule
    strata: tuple[Factor, ...] = ()
    visits: tuple[Visit, ...] = Field(min_length=2)
    outcomes: tuple[TrialOutcome, ...] = Field(min_length=1)
    estimands: tuple[Estimand, ...] = Field(min_length=1)
    analyses: tuple[PlannedAnalysis, ...] = Field(min_length=1)
    modifiers: tuple[EffectModifier, ...] = ()
    covariates: tuple[str, ...] = ()
    missing_covariates: Literal["refuse", "mean", "indicator"] = "refuse"
    sensitivity: SensitivityPlan = SensitivityPlan()
    notes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        faults = [*self._doubled(), *self._dangling(), *self._misplaced(), *self._unsound()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def scheme(self) -> AllocationScheme:
        """Arms, shares, rule and strata, as `allocate` takes them."""
        arms, shares = tuple(arm.id for arm in self.arms), tuple(arm.share for arm in self.arms)
        return AllocationScheme(arms=arms, shares=shares, rule=self.allocation, factors=self.strata)

    def estimand_for(self, outcome: str, week: float, *, arm: str | None = None) -> Estimand:
        """Give the estimand that a comparison answers; an analysis of a question that was not asked is refused.

        Parameters
        ----------
        outcome : str
            Id of the outcome.
        week : float
            Weeks since randomisation.
        arm : str, optional
            Id of the arm compared with the comparator; by default any.

        Returns
        -------
        Estimand
            The first that names the outcome, the week and the arm.

        Raises
        ------
        TrialError
            If there is none.
        """
        for each in self.estimands:
            if each.outcome == outcome and week in each.weeks and arm in {None, each.arm}:
                return each
        asked = "; ".join(each.words for each in self.estimands)
        message = (
            f"no estimand asks about '{outcome}' at week {week:g}; state one in the plan first. Asked are: {asked}"
        )
        raise TrialError(message)

    def _doubled(self) -> Iterable[str]:
        parts: dict[str, Sequence[_Part]] = {
            "arms": self.arms,
            "visits": self.visits,
            "outcomes": self.outcomes,
            "estimands": self.estimands,
            "analyses": self.analyses,
            "modifiers": self.modifiers,
        }
        for name, each in parts.items():
            ids = [part.id for part in each]
            yield from (f"{name} name '{one}' twice" for one in sorted({one for one in ids if ids.count(one) > 1}))

    def _dangling(self) -> Iterable[str]:
        known = {kind: [part.id for part in parts] for kind, parts in self._named().items()}
        known["fact"] = [*self.covariates, *(factor.id for factor in self.strata)]
        known["fact"] += [part.id for parts in (self.modifiers, self.outcomes) for part in parts]
        for each in self.estimands:
            pairs = (("arm", each.arm), ("arm", each.comparator), ("outcome", each.outcome))
            yield from _unknown(f"estimand '{each.id}'", pairs, known)
        for analysis in self.analyses:
            asked = [("estimand", analysis.estimand), *(("fact", name) for name in analysis.predictors)]
            yield from _unknown(f"analysis '{analysis.id}'", asked, known)
        for modifier in self.modifiers:
            yield from _unknown(f"modifier '{modifier.id}'", [("visit", modifier.visit)], known)

    def _named(self) -> dict[str, Sequence[_Part]]:
        return {"arm": self.arms, "outcome": self.outcomes, "estimand": self.estimands, "visit": self.visits}

    def _misplaced(self) -> Iterable[str]:
        later = {visit.week for visit in self.visits if not visit.is_baseline}
        baseline = {visit.id for visit in self.visits if visit.is_baseline}
        for what, parts in (("outcome", self.outcomes), ("analysis", self.analyses)):
            primary = sum(part.rank == "primary" for part in parts)
            if primary != 1:
                yield f"expected one primary {what}; got {primary}"
        if not baseline:
            yield "expected a visit before the treatment (week 0 or earlier)"
        for each in self.estimands:
            if each.arm == each.comparator:
                yield f"estimand '{each.id}' compares an arm with itself"
            if set(each.weeks) - later:
                yield f"estimand '{each.id}' asks about a week without a visit after randomisation"
        for modifier in self.modifiers:
            if modifier.visit not in baseline and modifier.visit in {visit.id for visit in self.visits}:
                yield f"modifier '{modifier.id}' is measured after randomisation, where the treatment can change it"

    def _unsound(self) -> Iterable[str]:
        try:
            _ = self.scheme
        except ValidationError as error:
            yield from (fault["msg"].removeprefix("Value error, ") for fault in error.errors())


def _unknown(who: str, names: Iterable[tuple[str, str]], known: dict[str, list[str]]) -> Iterable[str]:
    for kind, name in names:
        if name not in known[kind]:
            yield f"{who} names the {kind} '{name}', which is none of {', '.join(known[kind])}"
