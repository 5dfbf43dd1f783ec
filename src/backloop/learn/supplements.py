"""Analyses beside the effect in everybody: compliers, protocol keepers, the effect by predicted risk, a causal forest.

Decides which columns of plan and table each takes; the models have their own modules, and `planned` their words.
"""

from collections.abc import Sequence

import pandas as pd

from backloop.causes import complier_effect, per_protocol, weigh_protocol
from backloop.errors import TrialError
from backloop.kernel import Progress
from backloop.learn.answers import PlannedAnswer, RiskAnswers, tested_effect
from backloop.moderation import BenefitScore, compare_spread, effect_by_risk, forest_benefit
from backloop.trial import Estimand, PlannedAnalysis, Trial, TrialData, TrialOutcome, fill_covariates
from backloop.units import Text

__all__ = [
    "CAUSAL_FOREST",
    "PREDICTED_RISK",
    "answer_compliers",
    "answer_forest",
    "answer_protocol",
    "answer_risk",
    "primary_answer",
    "stated",
    "trial_forest",
    "trial_risk",
]

PREDICTED_RISK, CAUSAL_FOREST = "predicted risk", "causal forest"
"""The words of a plan that ask for these analyses."""

_SOLVED = Text(en="solved directly", zh="直接求解")
_CONVERGED = Text(en="the fit converged", zh="模型已收敛")


def stated(trial: Trial, analysis: PlannedAnalysis) -> tuple[Estimand, TrialOutcome]:
    """Give the estimand that an analysis aims at, and its outcome."""
    asked = next(each for each in trial.estimands if each.id == analysis.estimand)
    return asked, next(each for each in trial.outcomes if each.id == asked.outcome)


def primary_answer(trial: Trial) -> tuple[PlannedAnalysis, Estimand, TrialOutcome]:
    """Give a plan's primary analysis, its estimand and its outcome.

    Parameters
    ----------
    trial : Trial
        The plan.

    Returns
    -------
    tuple of (PlannedAnalysis, Estimand, TrialOutcome)
        What stands first in every report.

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import read_trial
    >>> primary_answer(read_trial(Path("examples/08_trial/resolve.toml")))[1].id
    'pain-18'
    """
    analysis = next(analysis for analysis in trial.analyses if analysis.rank == "primary")
    return (analysis, *stated(trial, analysis))


def trial_risk(data: TrialData, *, fill: bool = False, seed: int = 0) -> RiskAnswers:
    """Ask whether people with a worse outlook gain more, before asking about single characteristics.

    Parameters
    ----------
    data : TrialData
        Plan and table.
    fill : bool
        Whether a missing modifier among the predictors may be met with the mean and an indicator.
    seed : int
        What the splits of people depend on.

    Returns
    -------
    RiskAnswers
        At each week of the estimand of the plan's own analysis by predicted risk; where the plan has none, of the
        primary estimand, predicted from all strata, covariates and modifiers.

    Raises
    ------
    TrialError
        If a predictor was not recorded for everybody, or for the reasons of `effect_by_risk`.

    References
    ----------
    kent-2020

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> [effect.week for effect in trial_risk(data).effects]
    [12.0, 26.0]
    """
    return _risk(data, _planned(data.trial, PREDICTED_RISK), fill=fill, seed=seed)


def trial_forest(
    data: TrialData,
    *,
    fill: bool = False,
    trees: int = 200,
    folds: int = 5,
    nulls: int = 200,
    seed: int = 0,
    workers: int = 1,
    scheduler: str = "processes",
    progress: Progress | None = None,
) -> BenefitScore:
    """Grow a causal forest for the trial's question, and judge it on people it never saw and beside null trials.

    Parameters
    ----------
    data : TrialData
        Plan and table.
    fill : bool
        Whether a missing modifier among the predictors may be met with the mean and an indicator.
    trees, folds, nulls, seed, workers, scheduler, progress
        As in `forest_benefit`.

    Returns
    -------
    BenefitScore
        At the first week of the estimand of the plan's own causal forest; where the plan has none, of the primary
        estimand, from all strata, covariates and modifiers.

    Raises
    ------
    TrialError
        If a predictor was not recorded for everybody, or for the reasons of `forest_benefit`.

    References
    ----------
    athey-2019, yadlowsky-2021

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> trial_forest(data, trees=8, folds=2, nulls=20).individual
    ()
    """
    analysis = _planned(data.trial, CAUSAL_FOREST)
    asked, outcome = stated(data.trial, analysis)
    table, names = _predicting(data, asked, analysis.predictors, fill=fill)
    return forest_benefit(
        table,
        data.columns(asked.outcome, asked.comparator),
        week=asked.weeks[0],
        covariates=names,
        scale=outcome.scale,
        arm=asked.arm,
        trees=trees,
        folds=folds,
        nulls=nulls,
        seed=seed,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )


def answer_risk(data: TrialData, analysis: PlannedAnalysis) -> PlannedAnswer:
    """Answer a planned analysis by predicted risk."""
    asked, outcome = stated(data.trial, analysis)
    found = _risk(data, analysis)
    first = found.effects[0]
    return PlannedAnswer(
        analysis=analysis,
        estimand=asked,
        outcome=outcome,
        risk=found,
        model=first.model,
        inference="t, HC3",
        people=first.people,
        missing=first.left_out,
        ending=_SOLVED,
    )


def answer_forest(
    data: TrialData,
    analysis: PlannedAnalysis,
    *,
    workers: int = 1,
    scheduler: str = "processes",
    progress: Progress | None = None,
) -> PlannedAnswer:
    """Answer a planned causal forest."""
    asked, outcome = stated(data.trial, analysis)
    found = trial_forest(data, workers=workers, scheduler=scheduler, progress=progress)
    return PlannedAnswer(
        analysis=analysis,
        estimand=asked,
        outcome=outcome,
        forest=found,
        model=found.method.en,
        inference="t, HC3; half samples",
        people=found.people,
        missing=found.left_out,
        ending=_SOLVED,
    )


def answer_compliers(data: TrialData, analysis: PlannedAnalysis) -> PlannedAnswer:
    """Answer a planned analysis of compliers, the arm as instrument."""
    asked, outcome = stated(data.trial, analysis)
    table = data.frame(asked.outcome, facts=(*data.adjusted, "received"))
    where = data.columns(asked.outcome, asked.comparator)
    found = tuple(
        complier_effect(table, where, received="received", week=week, covariates=data.adjusted, arm=asked.arm)
        for week in asked.weeks
    )
    return PlannedAnswer(
        analysis=analysis,
        estimand=asked,
        outcome=outcome,
        compliers=found,
        model=found[0].model,
        inference="t, robust",
        people=sum(found[0].people),
        missing=found[0].left_out,
        ending=_SOLVED,
    )


def answer_protocol(data: TrialData, analysis: PlannedAnalysis) -> PlannedAnswer:
    """Answer a planned per-protocol analysis: those who kept to it, weighted for those who did not."""
    asked, outcome = stated(data.trial, analysis)
    if not analysis.predictors:
        message = (
            f"analysis '{analysis.id}': state in predictors what may have led people to keep to the protocol and also"
            " bears on the outcome; without it those who did cannot stand for everybody"
        )
        raise TrialError(message)
    table, names = _predicting(data, asked, analysis.predictors, start=True, beside=("kept",))
    where = data.columns(asked.outcome, asked.comparator)
    weights = weigh_protocol(table, where, kept="kept", predictors=names)
    effects = [
        effect
        for effect in per_protocol(weights, where, scale=outcome.scale, weeks=asked.weeks, covariates=data.adjusted)
        if effect.arm == asked.arm
    ]
    people = sum(arm.kept for arm in weights.arms)
    return PlannedAnswer(
        analysis=analysis,
        estimand=asked,
        outcome=outcome,
        effects=tuple(map(tested_effect, effects)),
        weights=weights.arms,
        weighing=weights.estimand,
        model=effects[0].model,
        covariance="unstructured",
        tried=("unstructured: converged",),
        inference="Satterthwaite, CR2 (each person a cluster)",
        people=people,
        missing=sum(arm.people for arm in weights.arms) - people,
        ending=_CONVERGED,
    )


def _risk(data: TrialData, analysis: PlannedAnalysis, *, fill: bool = False, seed: int = 0) -> RiskAnswers:
    asked, outcome = stated(data.trial, analysis)
    table, names = _predicting(data, asked, analysis.predictors, fill=fill)
    where = data.columns(asked.outcome, asked.comparator)
    return RiskAnswers(
        predictors=(f"{asked.outcome} at baseline", *names),
        effects=tuple(
            effect_by_risk(table, where, week=week, covariates=names, scale=outcome.scale, arm=asked.arm, seed=seed)
            for week in asked.weeks
        ),
        spread=tuple(
            compare_spread(table, where, week=week, arm=asked.arm, given_baseline=True) for week in asked.weeks
        ),
    )


def _planned(trial: Trial, words: str) -> PlannedAnalysis:
    """Find the plan's own analysis of a kind; without one the primary question is asked from all that is known."""
    own = [each for each in trial.analyses if words in each.model]
    return own[0] if own else primary_answer(trial)[0].model_copy(update={"predictors": ()})


def _predicting(
    data: TrialData,
    asked: Estimand,
    names: Sequence[str],
    *,
    fill: bool = False,
    start: bool = False,
    beside: Sequence[str] = (),
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Lay predictors out beside the outcome; those named by an outcome's id are its values before the treatment."""
    trial, outcomes = data.trial, [outcome.id for outcome in data.trial.outcomes]
    chosen = tuple(dict.fromkeys(names or _all_known(data)))
    facts = [name for name in chosen if name not in outcomes]
    facts += [name for name in data.adjusted if name.endswith(" missing") and name not in facts]
    others = tuple(dict.fromkeys((*facts, *data.adjusted, *beside)))
    table = data.frame(asked.outcome, facts=others)
    starts = [name for name in chosen if name in outcomes and (start or name != asked.outcome)]
    first = data.answers[data.answers["week"] == max(visit.week for visit in trial.visits if visit.is_baseline)]
    for name in starts:
        table[f"{name} at baseline"] = table["participant_id"].map(first.set_index("participant_id")[name])
    people = table.groupby("participant_id")[facts].first()
    _check_recorded(data, people, fill=fill)
    filled = fill_covariates(people, facts, "indicator" if fill else "refuse")
    for name in (*(each.covariate for each in filled.filled), *filled.indicators):
        table[name] = table["participant_id"].map(filled.facts[name])
    return table, (*facts, *filled.indicators, *(f"{name} at baseline" for name in starts))


def _all_known(data: TrialData) -> tuple[str, ...]:
    """Name all that is known at the start and differs between people."""
    known = (*data.adjusted, *(modifier.id for modifier in data.trial.modifiers if modifier.id in data.facts))
    return tuple(name for name in known if name not in data.facts or len(data.facts[name].dropna().unique()) > 1)


def _check_recorded(data: TrialData, people: pd.DataFrame, *, fill: bool) -> None:
    """Refuse modifiers that were not recorded for everybody: the plan's rule for covariates is not for them."""
    covariates = (*(factor.id for factor in data.trial.strata), *data.trial.covariates)
    gaps = {name: int(people[name].isna().sum()) for name in people if name not in covariates}
    gaps = {} if fill else {name: missing for name, missing in gaps.items() if missing}
    if gaps:
        told = ", ".join(f"'{name}' for {missing} of {len(people)} people" for name, missing in gaps.items())
        message = (
            f"not recorded: {told}; leave it out of the plan's predictors, fill the column in from before"
            " randomisation, or ask for the mean and an indicator (--fill, fill=True)"
        )
        raise TrialError(message)
