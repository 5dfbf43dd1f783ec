"""The search for effect modifiers: each modifier, outcome and week in a model of its own, then all together.

Decides which models are fitted and how their answers are judged jointly; designs, adjustments and words have their own
modules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from backloop.effects import Answer, answer, check_scale
from backloop.errors import TrialError
from backloop.kernel import Columns, Design, Floats, Inference, RepeatedFit, Structure, fit_repeated
from backloop.library import Library
from backloop.measure import Because, software_version
from backloop.moderation.interactions import (
    Bases,
    Measured,
    base_designs,
    crossing_row,
    influences,
    planned_errors,
    read_modifier,
)
from backloop.moderation.modifiers import Detectable, EffectAt, ModifierEffect, ModifierSearch, ShrunkenAnswer
from backloop.moderation.multiplicity import Shrunken, correlation_of, holm, max_t, shrink
from backloop.trial import EffectModifier
from backloop.units import Interval, Scale, Text

__all__ = ["find_modifiers"]

_AT_START: Mapping[str, float] = MappingProxyType({"baseline": 0.0})
_PERCENTILES = (10.0, 50.0, 90.0)


@dataclass(frozen=True, kw_only=True)
class _Options:
    covariance: Structure | Sequence[Structure]
    inference: Inference
    level: float


@dataclass(kw_only=True, eq=False)
class _Question:
    """One modifier, outcome, arm and week, on the way to its answer."""

    modifier: EffectModifier
    measured: Measured
    outcome: str
    scale: Scale
    arm: str
    week: float
    fit: RepeatedFit
    spread: float  # standard deviation of the outcome at the week, given the model
    detectable: Detectable
    per_unit: Answer
    contribution: Floats
    together: Answer | None = None
    together_shrunken: ShrunkenAnswer | None = field(default=None)


def find_modifiers(
    table: pd.DataFrame,
    columns: Columns,
    *,
    trial: str,
    modifiers: Sequence[EffectModifier],
    outcomes: Mapping[str, Scale],
    weeks: Sequence[float] = (),
    visits: Mapping[str, float] = _AT_START,
    baseline: float | None = None,
    covariates: Sequence[str] = (),
    missing: str = "refuse",
    covariance: Structure | Sequence[Structure] = "unstructured",
    inference: Inference = "kenward-roger",
    level: float = 0.95,
    draws: int = 100_000,
    seed: int = 0,
    library: Library | None = None,
) -> ModifierSearch:
    """Ask for whom a treatment does more: every modifier, outcome and week, judged together.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`. Missing outcomes are empty.
    columns : Columns
        Which column holds what.
    trial : str
        What the trial is called.
    modifiers : sequence of EffectModifier
        What is asked about, each with the direction stated beforehand; `id` is its column. Numbers stay numbers; two
        groups are coded 0 and 1.
    outcomes : mapping of str to Scale
        The outcome columns and their rulers; one only where the table is wide.
    weeks : sequence of float
        Weeks since randomisation; by default every visit after the baseline.
    visits : mapping of str to float
        The week of each visit that a modifier may name.
    baseline : float, optional
        The week before treatment; by default the first.
    covariates : sequence of str
        Facts known before randomisation, each with a coefficient by week.
    missing : str
        ``"refuse"`` people without a modifier's value with a message, or take the ``"mean"`` and an indicator.
    covariance, inference
        As in `estimate`.
    level : float
        Coverage of each interval, between 0 and 1.
    draws, seed : int
        How many times the joint distribution of the answers is drawn, and what the draws depend on.
    library : Library, optional
        The books whose edition is named; by default the packaged ones.

    Returns
    -------
    ModifierSearch
        One answer a modifier, outcome, week and arm; `frame` gives them as a table.

    Raises
    ------
    TrialError
        If a modifier is text, constant, missing or measured after randomisation, the table cannot carry the analysis,
        or a model did not converge.

    Notes
    -----
    A constrained longitudinal model with modifier by week and modifier by arm by week for each question; where the
    modifier is the outcome's own baseline, the model of the follow-up visits with the baseline as covariate. What is
    detectable comes from the model without interactions. All answers are adjusted together: what each person adds to
    each gives their correlation. The model with all modifiers at once, which stands beside, is answered by
    Satterthwaite (Kenward-Roger's correction of its many coefficients takes minutes). A search that was not planned
    stays exploratory whatever its p values.

    References
    ----------
    kenward-1997, hothorn-2008, venter-2026

    Examples
    --------
    >>> rng = np.random.default_rng(5)
    >>> fear = rng.normal(30, 8, 80).round()
    >>> table = pd.DataFrame({"id": range(80), "arm": ["sham", "care"] * 40, "fear": fear,
    ...                       "w0": rng.normal(6, 1, 80), "w9": rng.normal(4, 1, 80)})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> asked = EffectModifier(id="fear", title="fear of movement", visit="baseline", expected="smaller benefit")
    >>> pain = {"pain": Scale(better="low")}
    >>> search = find_modifiers(table, where, trial="demo", modifiers=[asked], outcomes=pain)
    >>> search.effects[0].modifier, search.effects[0].p_max_t > 0.05
    ('fear', True)
    """
    _check_call(columns, modifiers, outcomes, visits=visits, baseline=baseline, missing=missing)
    options = _Options(covariance=covariance, inference=inference, level=level)
    questions: list[_Question] = []
    joint: dict[str, Text] = {}
    for outcome, scale in outcomes.items():
        bases = base_designs(table, replace(columns, outcome=outcome), baseline=baseline, covariates=covariates)
        check_scale(bases.constrained.y, outcome, scale)
        read = [
            read_modifier(table, columns, each.id, outcomes=tuple(outcomes), fill=missing == "mean")
            for each in modifiers
        ]
        asked = _ask(bases, list(zip(modifiers, read, strict=True)), scale, weeks=weeks, options=options)
        joint[outcome] = _ask_together(bases, read, asked, options)
        questions += asked
    effects, spread, error = _judge(questions, draws=draws, seed=seed, level=level)
    books = Library.packaged() if library is None else library
    return ModifierSearch(
        trial=trial,
        effects=effects,
        joint=joint,
        spread=spread,
        draws=draws,
        seed=seed,
        monte_carlo_error=error,
        level=level,
        summary=_summary(effects),
        because=Because(edition=books.edition, software=software_version()),
    )


def _check_call(
    columns: Columns,
    modifiers: Sequence[EffectModifier],
    outcomes: Mapping[str, Scale],
    *,
    visits: Mapping[str, float],
    baseline: float | None,
    missing: str,
) -> None:
    names = [each.id for each in modifiers]
    if not names or len(set(names)) < len(names) or not outcomes:
        message = f"expected at least one outcome and one modifier, each once; got {', '.join(names) or 'no modifier'}"
        raise TrialError(message)
    if columns.wide is not None and list(outcomes) != [columns.outcome]:
        message = f"a wide table holds one outcome, here '{columns.outcome}'; give a long table to ask about several"
        raise TrialError(message)
    if missing not in {"refuse", "mean"}:
        message = f"missing modifiers can be met with 'refuse' or 'mean', not '{missing}'"
        raise TrialError(message)
    start = 0.0 if baseline is None else baseline
    for each in modifiers:
        if each.visit not in visits:
            message = f"modifier '{each.id}' names the visit '{each.visit}'; `visits` has {', '.join(visits)}"
            raise TrialError(message)
        if visits[each.visit] > start:
            message = (
                f"modifier '{each.id}' is measured at week {visits[each.visit]:g}, after randomisation, where the"
                " treatment can change it; ask about it as a mediator"
            )
            raise TrialError(message)


def _ask(
    bases: Bases,
    modifiers: Sequence[tuple[EffectModifier, Measured]],
    scale: Scale,
    *,
    weeks: Sequence[float],
    options: _Options,
) -> list[_Question]:
    """Fit one model a modifier and put its questions."""
    mains: dict[str, RepeatedFit] = {}
    asked = []
    for modifier, measured in modifiers:
        bases.check_early(measured)
        design = bases.with_crossed([measured])
        if design.kind not in mains:
            plain = bases.adjusted if bases.is_start(measured) else bases.constrained
            mains[design.kind] = _fitted(plain, options, "the model without modifiers")
        fit = _fitted(design, options, f"modifier '{measured.name}' and outcome '{design.outcome}'")
        where = [(arm, week) for week in weeks or design.compared for arm in design.arms[1:]]
        rows = np.array([crossing_row(design, measured.name, arm, week) for arm, week in where])
        contributions = bases.everybody(influences(fit, rows))
        ahead = planned_errors(design, mains[design.kind].sigma[0], rows)
        for (arm, week), row, contribution, error in zip(where, rows, contributions.T, ahead, strict=True):
            asked.append(
                _Question(
                    modifier=modifier,
                    measured=measured,
                    outcome=design.outcome,
                    scale=scale,
                    arm=arm,
                    week=week,
                    fit=fit,
                    spread=float(np.sqrt(mains[design.kind].sigma[0].diagonal()[design.weeks.index(week)])),
                    detectable=_detectable(mains[design.kind], (arm, week), error * measured.sd, options.level),
                    per_unit=answer(fit, row, label=measured.name, level=options.level),
                    contribution=contribution,
                )
            )
    return asked


def _fitted(design: Design, options: _Options, what: str) -> RepeatedFit:
    fit = fit_repeated(design, covariance=options.covariance, inference=options.inference)
    if not fit.converged:
        message = f"{what}: {fit.ending.text.en}"
        raise TrialError(message)
    return fit


def _detectable(main: RepeatedFit, where: tuple[str, float], error: float, level: float) -> Detectable:
    """State what can be found from the model without interactions, whose answers do not depend on any."""
    effect = answer(main, main.design.effect_row(*where))
    limit = float(stdtrit(effect.df, 0.5 + level / 2.0))
    return Detectable(
        standard_error=error,
        power_80=(limit + float(stdtrit(effect.df, 0.8))) * error,
        power_90=(limit + float(stdtrit(effect.df, 0.9))) * error,
        ratio=2.0 * error / effect.standard_error,
    )


def _ask_together(bases: Bases, read: Sequence[Measured], asked: Sequence[_Question], options: _Options) -> Text:
    """Answer the same questions from one model with all modifiers, and draw its answers towards zero."""
    if len(read) == 1:
        return Text(en="only one modifier was asked about", zh="仅考察了一个修饰因素")
    try:
        design = bases.with_crossed(read)
    except TrialError as error:
        return Text(en=str(error), zh="数据少于参数，无法拟合包含全部修饰因素的模型；请减少修饰因素或访视")
    fit = fit_repeated(design, covariance=options.covariance, inference="satterthwaite")
    if not fit.converged:
        return fit.ending.text
    rows = np.array([crossing_row(design, each.measured.name, each.arm, each.week) for each in asked])
    units = np.array([each.measured.sd / each.spread for each in asked])
    pulled = shrink(rows @ fit.beta * units, rows @ fit.adjusted @ rows.T * np.outer(units, units))
    for place, (each, row) in enumerate(zip(asked, rows, strict=True)):
        each.together = answer(fit, row, label=each.measured.name, level=options.level)
        each.together_shrunken = _pulled(pulled, place, units[place], options.level)
    return fit.ending.text


def _pulled(pulled: Shrunken, place: int, unit: float, level: float) -> ShrunkenAnswer:
    estimate = float(pulled.estimate[place] / unit)
    half = float(ndtri(0.5 + level / 2.0) * pulled.standard_error[place] / unit)
    return ShrunkenAnswer(estimate=estimate, interval=Interval(low=estimate - half, high=estimate + half, level=level))


def _judge(
    questions: Sequence[_Question], *, draws: int, seed: int, level: float
) -> tuple[tuple[ModifierEffect, ...], float, float]:
    """Adjust all answers together and draw them towards zero."""
    correlation = correlation_of(np.column_stack([each.contribution for each in questions]))
    p = np.array([each.per_unit.p for each in questions])
    by_max, error = max_t(p, correlation, draws=draws, seed=seed)
    by_holm = holm(p)
    units = np.array([each.measured.sd / each.spread for each in questions])
    errors = np.array([each.per_unit.standard_error for each in questions]) * units
    estimates = np.array([each.per_unit.estimate for each in questions]) * units
    pulled = shrink(estimates, correlation * np.outer(errors, errors))
    effects = tuple(
        _effect(
            each,
            shrunken=_pulled(pulled, place, units[place], level),
            adjusted=(float(by_holm[place]), float(by_max[place])),
            questions=len(questions),
        )
        for place, each in enumerate(questions)
    )
    return effects, pulled.spread, float(error.max())


def _effect(
    question: _Question, *, shrunken: ShrunkenAnswer, adjusted: tuple[float, float], questions: int
) -> ModifierEffect:
    design, measured, modifier = question.fit.design, question.measured, question.modifier
    return ModifierEffect(
        modifier=modifier.id,
        title=modifier.title,
        outcome=question.outcome,
        arm=question.arm,
        comparator=design.arms[0],
        week=question.week,
        expected=modifier.expected,
        because=modifier.because,
        scale=question.scale,
        centre=measured.centre,
        sd=measured.sd,
        people=len(design.y),
        filled=int(measured.missing.sum()),
        questions=questions,
        detectable=question.detectable,
        per_unit=question.per_unit,
        per_sd=_scaled(question.per_unit, measured.sd),
        across=_across(question),
        p_holm=adjusted[0],
        p_max_t=adjusted[1],
        shrunken=shrunken,
        together=question.together,
        together_shrunken=question.together_shrunken,
        model=question.fit.model,
        formula=design.formula,
    )


def _scaled(found: Answer, by: float) -> Answer:
    ends = Interval(low=found.interval.low * by, high=found.interval.high * by, level=found.interval.level)
    return found.model_copy(
        update={"estimate": found.estimate * by, "standard_error": found.standard_error * by, "interval": ends}
    )


def _across(question: _Question) -> tuple[EffectAt, ...]:
    """Give the effect at low, middle and high values, or in both of two groups."""
    fit, measured, level = question.fit, question.measured, question.per_unit.interval.level
    effect = fit.design.effect_row(question.arm, question.week)
    slope = crossing_row(fit.design, measured.name, question.arm, question.week)
    groups = np.unique(measured.known)
    pairs: list[tuple[float | None, float]] = [(None, float(value)) for value in groups]
    if len(groups) > 2:  # noqa: PLR2004 - more than two groups
        pairs = [(place, float(np.percentile(measured.known, place))) for place in _PERCENTILES]
    return tuple(
        EffectAt(
            value=value,
            percentile=percentile,
            effect=answer(fit, effect + slope * (value - measured.centre), level=level),
        )
        for percentile, value in pairs
    )


def _summary(effects: Sequence[ModifierEffect]) -> Text:
    count = len(effects)
    strongest = min(effects, key=lambda effect: effect.p_max_t)
    return Text(
        en=f"{count} question(s) were asked. Of all, the clearest: {strongest.text.en}",
        zh=f"共提出{count}个问题，其中信号最强的一个：{strongest.text.zh}",
    )
