"""The planned analyses of a trial: each estimand of the plan answered as the plan says, in one call.

Decides which model a plan's words name and what is reported of it; the models themselves have their own modules.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import get_args

import pandas as pd
from scipy.special import stdtr

from backloop.causes import complier_effect
from backloop.effects import (
    Effect,
    ResponderComparison,
    analyse_covariance,
    check_scale,
    compare_responders,
    nested_effects,
    standardise_effects,
    tabulate_means,
    treatment_effects,
)
from backloop.errors import TrialError
from backloop.kernel import (
    Columns,
    Design,
    Inference,
    RepeatedFit,
    Structure,
    adjusted_design,
    constrained_design,
    fit_repeated,
)
from backloop.learn.answers import ArmMean, PlannedAnswer, TestedEffect, TrialAnswers
from backloop.trial import Estimand, PlannedAnalysis, Trial, TrialData, TrialOutcome
from backloop.units import Interval, Text

__all__ = ["analyse_trial", "planned_fit", "primary_answer"]

_REPEATED = {
    "constrained longitudinal analysis": constrained_design,
    "baseline-adjusted repeated measures": adjusted_design,
    "linear mixed model": adjusted_design,
}
_OTHERS = ("analysis of covariance", "instrumental variable", "partially nested model")
_UNTOLD = {"", "not stated"}


def analyse_trial(data: TrialData) -> TrialAnswers:
    """Do every analysis of a trial's plan, the primary one first.

    Parameters
    ----------
    data : TrialData
        Plan and table, from `open_trial`.

    Returns
    -------
    TrialAnswers
        One answer an analysis. What the table cannot answer beside the primary question is told with the reason.

    Raises
    ------
    TrialError
        If the primary analysis cannot be done.

    Notes
    -----
    Strata and covariates of the plan are adjusted for at every week. Covariances are tried in the plan's order. Models
    are found by the words of the plan: constrained longitudinal analysis, baseline-adjusted repeated measures, linear
    mixed model, analysis of covariance, instrumental variable, partially nested model.

    References
    ----------
    ich-e9r1, kenward-1997

    Examples
    --------
    >>> import shutil, tempfile
    >>> import datetime as dt
    >>> from pathlib import Path
    >>> from backloop.trial import freeze, open_trial
    >>> folder = Path(shutil.copytree("examples/11_trial_report", Path(tempfile.mkdtemp()) / "made-up"))
    >>> _ = freeze(folder / "trial.toml", dt.date(2026, 12, 7), reason="before unblinding")
    >>> found = analyse_trial(open_trial(folder / "trial.toml", folder / "data.toml"))
    >>> found.primary.effects[0].effect.favours
    'arm'
    """
    trial, fits = data.trial, _Fits(data)
    primary = next(analysis for analysis in trial.analyses if analysis.rank == "primary")
    answers = [_answer(fits, primary)]
    for analysis in (each for each in trial.analyses if each is not primary):
        try:
            answers.append(_answer(fits, analysis))
        except TrialError as error:
            answers.append(_unanswered(trial, analysis, str(error)))
    return TrialAnswers(trial=trial.id, answers=tuple(answers), grounds=data.grounds)


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
    return (analysis, *_asked(trial, analysis))


def planned_fit(analysis: PlannedAnalysis) -> tuple[tuple[Structure, ...], Inference]:
    """Read which covariances an analysis tries in which order, and how it counts degrees of freedom.

    Parameters
    ----------
    analysis : PlannedAnalysis
        The analysis as planned.

    Returns
    -------
    tuple of (tuple of str, str)
        Names as `fit_repeated` takes them; unstructured with Kenward and Roger's method where the plan says nothing.

    Raises
    ------
    TrialError
        If a name is unknown.

    Examples
    --------
    >>> planned_fit(PlannedAnalysis(id="main", estimand="pain", rank="primary", missing="at random",
    ...             model="constrained longitudinal analysis", covariance=("unstructured", "heterogeneous toeplitz")))
    (('unstructured', 'toeplitz-heterogeneous'), 'kenward-roger')
    """
    known = {_letters(name): name for name in get_args(Structure)}
    words = analysis.covariance or (
        ("random intercept",) if "random intercept" in analysis.model else ("unstructured",)
    )
    unknown = [word for word in words if _letters(word) not in known]
    ways = {_letters(name): name for name in get_args(Inference)}
    asked = "kenward-roger" if analysis.inference in _UNTOLD else analysis.inference
    if unknown or _letters(asked) not in ways:
        message = (
            f"analysis '{analysis.id}': expected covariances of {', '.join(get_args(Structure))} and inference of "
            f"{', '.join(get_args(Inference))}; got {', '.join(unknown) or analysis.inference}"
        )
        raise TrialError(message)
    return tuple(known[_letters(word)] for word in words), ways[_letters(asked)]


@dataclass(eq=False)
class _Fits:
    """A trial's table with the models fitted so far: several questions share one."""

    data: TrialData
    done: dict[tuple[object, ...], RepeatedFit] = field(default_factory=dict)

    def fit(self, kind: str, asked: Estimand, analysis: PlannedAnalysis) -> RepeatedFit:
        covariance, inference = planned_fit(analysis)
        key = (kind, asked.outcome, asked.comparator, covariance, inference)
        if key not in self.done:
            table, where = self.table(asked)
            names = self.data.adjusted
            if kind == "constrained longitudinal analysis":
                design: Design = constrained_design(table, where, covariates=names)
            else:
                start = _start(self.data.trial) if kind == "baseline-adjusted repeated measures" else None
                design = adjusted_design(table, where, baseline=start, covariates=names)
            check_scale(design.y, where.outcome, _asked(self.data.trial, analysis)[1].scale)
            self.done[key] = fit_repeated(design, covariance=covariance, inference=inference)
        return self.done[key]

    def table(self, asked: Estimand, *facts: str) -> tuple[pd.DataFrame, Columns]:
        table = self.data.frame(asked.outcome, facts=(*self.data.adjusted, *facts))
        return table, self.data.columns(asked.outcome, asked.comparator)


def _answer(fits: _Fits, analysis: PlannedAnalysis) -> PlannedAnswer:
    for kind in _REPEATED:
        if kind in analysis.model:
            return _repeated(fits, analysis, kind)
    for kind, way in zip(_OTHERS, (_covariance, _instrument, _nested), strict=True):
        if kind in analysis.model:
            return way(fits, analysis)
    known = ", ".join((*_REPEATED, *_OTHERS))
    message = f"analysis '{analysis.id}': no model is known by these words; expected one of {known}"
    raise TrialError(message)


def _repeated(fits: _Fits, analysis: PlannedAnalysis, kind: str) -> PlannedAnswer:
    asked, outcome = _asked(fits.data.trial, analysis)
    fit = fits.fit(kind, asked, analysis)
    effects = _of_arm(treatment_effects(fit, scale=outcome.scale, estimand=asked.words, weeks=asked.weeks), asked)
    standardised = standardise_effects(effects, fit.design) if kind.startswith("constrained") else ()
    return PlannedAnswer(
        analysis=analysis,
        estimand=asked,
        outcome=outcome,
        effects=tuple(map(_tested, effects)),
        standardised=standardised,
        means=tuple(_means(fit)),
        responders=tuple(_responders(fits, asked, outcome)),
        model=fit.model,
        covariance=fit.covariance,
        inference=fit.inference,
        tried=tuple(f"{name}: {ending.value}" for name, ending in fit.attempts),
        people=len(fit.design.y),
        missing=int(pd.isna(fit.design.y).sum()),
        ending=fit.ending.text,
    )


def _covariance(fits: _Fits, analysis: PlannedAnalysis) -> PlannedAnswer:
    asked, outcome = _asked(fits.data.trial, analysis)
    table, where = fits.table(asked)
    names = fits.data.adjusted
    found = [
        effect
        for week in asked.weeks
        for effect in analyse_covariance(
            table, where, week=week, scale=outcome.scale, estimand=asked.words, covariates=names
        )
    ]
    return _without_fit(fits, analysis, _of_arm(found, asked))


def _nested(fits: _Fits, analysis: PlannedAnalysis) -> PlannedAnswer:
    asked, outcome = _asked(fits.data.trial, analysis)
    table, where = fits.table(asked, "therapist")
    found: list[Effect] = []
    for week in asked.weeks:
        nested = nested_effects(
            table, where, cluster="therapist", week=week, scale=outcome.scale, estimand=asked.words,
            covariates=fits.data.adjusted,
        )  # fmt: skip
        found += nested.effects
    return _without_fit(fits, analysis, _of_arm(found, asked))


def _instrument(fits: _Fits, analysis: PlannedAnalysis) -> PlannedAnswer:
    asked, outcome = _asked(fits.data.trial, analysis)
    table, where = fits.table(asked, "received")
    names = fits.data.adjusted
    found = tuple(
        complier_effect(table, where, received="received", week=week, covariates=names, arm=asked.arm)
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
        ending=Text(en="solved directly", zh="直接求解"),
    )


def _without_fit(fits: _Fits, analysis: PlannedAnalysis, effects: Sequence[Effect]) -> PlannedAnswer:
    asked, outcome = _asked(fits.data.trial, analysis)
    people = effects[0].n_arm + effects[0].n_comparator
    randomised = int(
        fits.data.answers.loc[fits.data.answers["arm"].isin([asked.arm, asked.comparator]), "participant_id"].nunique()
    )
    return PlannedAnswer(
        analysis=analysis,
        estimand=asked,
        outcome=outcome,
        effects=tuple(map(_tested, effects)),
        model=effects[0].model,
        inference="t",
        people=people,
        missing=randomised - people,
        ending=Text(en="the fit converged", zh="模型已收敛"),
    )


def _unanswered(trial: Trial, analysis: PlannedAnalysis, why: str) -> PlannedAnswer:
    asked, outcome = _asked(trial, analysis)
    return PlannedAnswer(analysis=analysis, estimand=asked, outcome=outcome, reason=Text(en=why, zh=f"未能完成：{why}"))


def _responders(fits: _Fits, asked: Estimand, outcome: TrialOutcome) -> Iterator[ResponderComparison]:
    if outcome.scale.better == "neither":
        return
    table, where = fits.table(asked)
    for week in asked.weeks:
        compared = compare_responders(table, where, week=week, scale=outcome.scale)
        yield from (each for each in compared if each.arm == asked.arm)


def _means(fit: RepeatedFit) -> Iterator[ArmMean]:
    for row in tabulate_means(fit).to_dict("records"):
        low, high = row.pop("low"), row.pop("high")
        yield ArmMean.model_validate({**row, "interval": Interval(low=low, high=high)})


def _asked(trial: Trial, analysis: PlannedAnalysis) -> tuple[Estimand, TrialOutcome]:
    asked = next(each for each in trial.estimands if each.id == analysis.estimand)
    return asked, next(each for each in trial.outcomes if each.id == asked.outcome)


def _of_arm(effects: Sequence[Effect], asked: Estimand) -> list[Effect]:
    return [effect for effect in effects if effect.arm == asked.arm]


def _tested(effect: Effect) -> TestedEffect:
    error, df = effect.standard_error or float("nan"), effect.df or float("inf")
    return TestedEffect(effect=effect, p=float(2.0 * stdtr(df, -abs(effect.estimate / error))))


def _start(trial: Trial) -> float:
    return max(visit.week for visit in trial.visits if visit.is_baseline)


def _letters(words: str) -> frozenset[str]:
    return frozenset(re.split(r"[ _-]+", words.lower()))
