"""Covariates that were not recorded for some people, met by the rule that the plan states.

Decides what stands in and counts it; it never looks at an outcome, and a modifier is never filled here.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import pandas as pd

from backloop.errors import TrialError
from backloop.units import Frozen, Text

__all__ = ["FilledCovariate", "FilledFacts", "fill_covariates"]

Rule = Literal["refuse", "mean", "indicator"]
"""What meets a covariate that was not recorded."""

_LEVEL = "missing"
_FEWEST = 5  # people, below whom an indicator's coefficient would rest on one or two of them


class FilledCovariate(Frozen):
    """A covariate that was filled in, for how many people, and how.

    Examples
    --------
    >>> FilledCovariate(covariate="age", people=3, rule="mean").text.en
    'age filled in for 3 people (mean)'
    """

    covariate: str
    people: int
    rule: Literal["mean", "indicator"]

    @property
    def text(self) -> Text:
        """What was done, in words."""
        english = {"mean": "mean", "indicator": "mean and an indicator"}[self.rule]
        chinese = {"mean": "均数", "indicator": "均数加缺失指示变量"}[self.rule]
        return Text(
            en=f"{self.covariate} filled in for {self.people} people ({english})",
            zh=f"{self.covariate}填补{self.people}人（{chinese}）",
        )


class FilledFacts(NamedTuple):
    """Facts by person without gaps in the covariates, the indicators added to them, and what was filled.

    Examples
    --------
    >>> FilledFacts(pd.DataFrame({"age": [40.0]}), (), ()).indicators
    ()
    """

    facts: pd.DataFrame
    indicators: tuple[str, ...]
    filled: tuple[FilledCovariate, ...]


def fill_covariates(facts: pd.DataFrame, covariates: Sequence[str], rule: Rule) -> FilledFacts:
    """Meet covariates that were not recorded by a rule stated beforehand.

    Parameters
    ----------
    facts : pandas.DataFrame
        One row a person randomised.
    covariates : sequence of str
        The columns to be met; others stay as they are.
    rule : str
        ``"refuse"`` leaves the gaps, which every analysis refuses; ``"mean"`` and ``"indicator"`` as in a plan.

    Returns
    -------
    FilledFacts
        Covariates missing in the same people share one indicator; for fewer than five people the mean alone stands in.

    Raises
    ------
    TrialError
        If a covariate was recorded for nobody, or words should be met by a mean.

    Notes
    -----
    The mean is that of everybody randomised, arms together, so that it tells nothing of arm or outcome: in a
    randomised trial this keeps the effect unbiased. It is a rule for covariates at the start, never for outcomes.

    References
    ----------
    white-2005

    Examples
    --------
    >>> facts = pd.DataFrame({"age": [40.0, 60.0] + 5 * [None]})
    >>> done = fill_covariates(facts, ["age"], "indicator")
    >>> done.facts["age"].tolist()[:3], done.indicators, done.filled[0].people
    ([40.0, 60.0, 50.0], ('age missing',), 5)
    """
    gaps = [name for name in covariates if name in facts and facts[name].isna().any()]
    if rule == "refuse" or not gaps:
        return FilledFacts(facts, (), ())
    whole, patterns = facts.copy(), dict[bytes, str]()
    for name in gaps:
        missing = facts[name].isna()
        whole[name] = _met(facts[name], rule)
        if _rule_for(facts[name], rule) == "indicator" and pd.api.types.is_numeric_dtype(facts[name]):
            patterns.setdefault(missing.to_numpy().tobytes(), name)
    for name in patterns.values():
        whole[f"{name} missing"] = facts[name].isna().astype(float)
    filled = tuple(
        FilledCovariate(covariate=name, people=int(facts[name].isna().sum()), rule=_rule_for(facts[name], rule))
        for name in gaps
    )
    return FilledFacts(whole, tuple(f"{name} missing" for name in patterns.values()), filled)


def _rule_for(values: "pd.Series", rule: Literal["mean", "indicator"]) -> Literal["mean", "indicator"]:
    """Give the rule that holds for a covariate: too few gaps cannot carry an indicator."""
    few = pd.api.types.is_numeric_dtype(values) and values.isna().sum() < _FEWEST
    return "mean" if few else rule


def _met(values: "pd.Series", rule: Rule) -> "pd.Series":
    if values.isna().all():
        message = f"covariate '{values.name}' was recorded for nobody; leave it out of the plan or fill its column in"
        raise TrialError(message)
    if pd.api.types.is_numeric_dtype(values):
        return values.fillna(values.mean())
    if rule == "mean":
        message = (
            f"covariate '{values.name}' holds words, which have no mean; state missing_covariates = 'indicator' in the"
            " plan, so that a missing word is a level of its own"
        )
        raise TrialError(message)
    return values.fillna(_LEVEL)
