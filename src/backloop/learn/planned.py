"""The planned analyses of a trial: each estimand of the plan answered as the plan says, in one call.

Decides which model a plan's words name and what is reported of it; the models themselves have their own modules.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import get_args

import pandas as pd

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
    Progress,
    RepeatedFit,
    Structure,
    adjusted_design,
    constrained_design,
    fit_repeated,
)
from backloop.learn.answers import ArmMean, PlannedAnswer, TrialAnswers, tested_effect
from backloop.learn.supplements import (
    CAUSAL_FOREST,
    PREDICTED_RISK,
    answer_compliers,
    answer_forest,
    answer_protocol,
    answer_risk,
    stated,
)
from backloop.trial import Estimand, PlannedAnalysis, Trial, TrialData, TrialOutcome
from backloop.units import Interval, Text

__all__ = ["analyse_trial", "planned_fit"]

_REPEATED = {
    "constrained longitudinal analysis": constrained_design,
    "baseline-adjusted repeated measures": adjusted_design,
    "linear mixed model": adjusted_design,
}
_OTHERS = ("analysis of covariance", "partially nested model")
_BESIDE: dict[str, Callable[[TrialData, PlannedAnalysis], PlannedAnswer]] = {
    "per protocol": answer_protocol,
    "per-protocol": answer_protocol,
    PREDICTED_RISK: answer_risk,
    "instrumental variable": answer_compliers,
}
_UNTOLD = {"", "not stated"}


def analyse_trial(
    data: TrialData, *, workers: int = 1, scheduler: str = "processes", progress: Progress | None = None
) -> TrialAnswers:
    """Do every analysis of a trial's plan, the primary one first.

    Parameters
    ----------
    data : TrialData
        Plan and table, from `open_trial`.
    workers, scheduler
        Who shares the null trials of a causal forest out, where the plan has one, as in `run_blocks`.
    progress : callable, optional
        Told the number of those null trials done and their total.

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
    mixed model, analysis of covariance, partially nested model, instrumental variable, per protocol, predicted risk,
    causal forest.

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
    trial, fits = (
        data.trial,
        _Fits(data, partial(answer_forest, workers=workers, scheduler=scheduler, progress=progress)),
    )
    primary = next(analysis for analysis in trial.analyses if analysis.rank == "primary")
    answers = [_answer(fits, primary)]
    for analysis in (each for each in trial.analyses if each is not primary):
        try:
            answers.append(_answer(fits, analysis))
        except TrialError as error:
            answers.append(_unanswered(trial, analysis, str(error)))
    return TrialAnswers(trial=trial.id, answers=tuple(answers), grounds=data.grounds)


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
    forest: Callable[[TrialData, PlannedAnalysis], PlannedAnswer]
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
            check_scale(design.y, where.outcome, stated(self.data.trial, analysis)[1].scale)
            self.done[key] = fit_repeated(design, covariance=covariance, inference=inference)
        return self.done[key]

    def table(self, asked: Estimand, *facts: str) -> tuple[pd.DataFrame, Columns]:
        table = self.data.frame(asked.outcome, facts=(*self.data.adjusted, *facts))
        return table, self.data.columns(asked.outcome, asked.comparator)


def _answer(fits: _Fits, analysis: PlannedAnalysis) -> PlannedAnswer:
    for words, beside in (_BESIDE | {CAUSAL_FOREST: fits.forest}).items():
        if words in analysis.model:
            return beside(fits.data, analysis)
    for kind in _REPEATED:
        if kind in analysis.model:
            return _repeated(fits, analysis, kind)
    for kind, way in zip(_OTHERS, (_covariance, _nested), strict=True):
        if kind in analysis.model:
            return way(fits, analysis)
    known = ", ".join((*_REPEATED, *_OTHERS, *_BESIDE, CAUSAL_FOREST))
    message = f"analysis '{analysis.id}': no model is known by these words; expected one of {known}"
    raise TrialError(message)


def _repeated(fits: _Fits, analysis: PlannedAnalysis, kind: str) -> PlannedAnswer:
    asked, outcome = stated(fits.data.trial, analysis)
    fit = fits.fit(kind, asked, analysis)
    effects = _of_arm(treatment_effects(fit, scale=outcome.scale, estimand=asked.words, weeks=asked.weeks), asked)
    standardised = standardise_effects(effects, fit.design) if kind.startswith("constrained") else ()
    return PlannedAnswer(
        analysis=analysis,
        estimand=asked,
        outcome=outcome,
        effects=tuple(map(tested_effect, effects)),
        standardised=standardised,
        means=tuple(_means(fit)),
        responders=tuple(_responders(fits, asked, outcome)),
        model=fit.model,
        formula=fit.design.formula,
        covariance=fit.covariance,
        inference=fit.inference,
        tried=tuple(f"{name}: {ending.value}" for name, ending in fit.attempts),
        people=len(fit.design.y),
        missing=int(pd.isna(fit.design.y).sum()),
        ending=fit.ending.text,
    )


def _covariance(fits: _Fits, analysis: PlannedAnalysis) -> PlannedAnswer:
    asked, outcome = stated(fits.data.trial, analysis)
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
    asked, outcome = stated(fits.data.trial, analysis)
    table, where = fits.table(asked, "therapist")
    found: list[Effect] = []
    for week in asked.weeks:
        nested = nested_effects(
            table, where, cluster="therapist", week=week, scale=outcome.scale, estimand=asked.words,
            covariates=fits.data.adjusted,
        )  # fmt: skip
        found += nested.effects
    return _without_fit(fits, analysis, _of_arm(found, asked))


def _without_fit(fits: _Fits, analysis: PlannedAnalysis, effects: Sequence[Effect]) -> PlannedAnswer:
    asked, outcome = stated(fits.data.trial, analysis)
    people = effects[0].n_arm + effects[0].n_comparator
    randomised = int(
        fits.data.answers.loc[fits.data.answers["arm"].isin([asked.arm, asked.comparator]), "participant_id"].nunique()
    )
    return PlannedAnswer(
        analysis=analysis,
        estimand=asked,
        outcome=outcome,
        effects=tuple(map(tested_effect, effects)),
        model=effects[0].model,
        formula=" + ".join((f"{asked.outcome} ~ arm + baseline", *fits.data.adjusted)),
        inference="t",
        people=people,
        missing=randomised - people,
        ending=Text(en="the fit converged", zh="模型已收敛"),
    )


def _unanswered(trial: Trial, analysis: PlannedAnalysis, why: str) -> PlannedAnswer:
    asked, outcome = stated(trial, analysis)
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


def _of_arm(effects: Sequence[Effect], asked: Estimand) -> list[Effect]:
    return [effect for effect in effects if effect.arm == asked.arm]


def _start(trial: Trial) -> float:
    return max(visit.week for visit in trial.visits if visit.is_baseline)


def _letters(words: str) -> frozenset[str]:
    return frozenset(re.split(r"[ _-]+", words.lower()))
