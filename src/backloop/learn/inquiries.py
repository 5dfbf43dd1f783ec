"""The further questions of a trial's plan, put to its table: for whom, through what, and how sure in spite of gaps.

Decides which outcome, week and options of the plan each question takes; the answers come from their own modules.
"""

from collections.abc import Callable, Sequence

from backloop.causes import Mediation, Mediator, mediate
from backloop.errors import TrialError
from backloop.learn.planned import planned_fit
from backloop.learn.supplements import primary_answer
from backloop.missing import StressTest, stress
from backloop.moderation import (
    CredibilitySheet,
    EffectCurve,
    ModifierSearch,
    assess_claims,
    effect_curve,
    find_modifiers,
)
from backloop.trial import BlindingRound, EffectModifier, TrialData, count_rounds, judge_rounds

__all__ = ["trial_blinding", "trial_claims", "trial_curves", "trial_mediation", "trial_modifiers", "trial_sensitivity"]

Progress = Callable[[int, int], None]

_FEWEST_VALUES = 6  # of a modifier, below which a curve bends only by chance


def trial_modifiers(
    data: TrialData, *, modifiers: Sequence[str] = (), missing: str = "refuse", draws: int = 100_000, seed: int = 0
) -> ModifierSearch:
    """Ask for whom the treatment does more: every modifier of the plan, at every week that an estimand names.

    Parameters
    ----------
    data : TrialData
        Plan and table.
    modifiers : sequence of str
        Ids of some of the plan's modifiers; by default all. P values are adjusted for what is asked.
    missing : str
        ``"refuse"`` people without a modifier's value, or take the ``"mean"`` and an indicator.
    draws, seed : int
        As in `find_modifiers`.

    Returns
    -------
    ModifierSearch
        One answer a modifier, outcome, arm and week, all judged together.

    Raises
    ------
    TrialError
        If the plan has no modifiers, or for the reasons of `find_modifiers`.

    Notes
    -----
    The outcomes and weeks are those of the estimands with the primary one's comparator, by the primary covariance.

    References
    ----------
    venter-2026

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> search = trial_modifiers(data, modifiers=["fear"], draws=1000)
    >>> {effect.modifier for effect in search.effects}
    {'fear'}
    """
    analysis, asked, _ = primary_answer(data.trial)
    chosen = _modifiers(data, modifiers)
    covariance, inference = planned_fit(analysis)
    alike = [each for each in data.trial.estimands if each.comparator == asked.comparator]
    scales = {outcome.id: outcome.scale for outcome in data.trial.outcomes}
    outcomes = {each.outcome: scales[each.outcome] for each in alike if each.outcome in data.answers}
    weeks = sorted({week for each in alike for week in each.weeks})
    ids = [modifier.id for modifier in chosen]
    names = data.adjusted_beside(*ids)
    table = data.frame(*outcomes, facts=names, modifiers=ids)
    return find_modifiers(
        table,
        data.columns(asked.outcome, asked.comparator),
        trial=data.trial.id,
        modifiers=chosen,
        outcomes=outcomes,
        weeks=weeks,
        visits={visit.id: visit.week for visit in data.trial.visits},
        covariates=names,
        missing=missing,
        covariance=covariance,
        inference=inference,
        draws=draws,
        seed=seed,
    )


def trial_claims(data: TrialData, search: ModifierSearch) -> tuple[CredibilitySheet, ...]:
    """Fill a credibility sheet for every modification of a trial's search that is a claim at all.

    Parameters
    ----------
    data : TrialData
        Plan and table.
    search : ModifierSearch
        From `trial_modifiers`.

    Returns
    -------
    tuple of CredibilitySheet
        Those whose interaction has a p below 0.1. Whether a protocol stated the direction beforehand is whether the
        plan was frozen; what earlier evidence says is the plan's ``prior_evidence``.

    References
    ----------
    schandelmaier-2020

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> [sheet.modifier for sheet in trial_claims(data, trial_modifiers(data, draws=1000))]
    ['medication']
    """
    prior = {modifier.id: (modifier.prior_evidence, modifier.prior_source) for modifier in data.trial.modifiers}
    return assess_claims(search, in_protocol=not data.grounds.is_exploratory, prior=prior)


def trial_curves(data: TrialData, *, modifiers: Sequence[str] = (), fill: bool = False) -> tuple[EffectCurve, ...]:
    """Draw the primary effect as a curve over each modifier that takes more than a few values.

    Parameters
    ----------
    data : TrialData
        Plan and table.
    modifiers : sequence of str
        Ids of some of the plan's modifiers; by default all.
    fill : bool
        Whether a missing modifier may be met with the mean and an indicator.

    Returns
    -------
    tuple of EffectCurve
        Restricted cubic splines of three knots at the primary week.

    Raises
    ------
    TrialError
        If a modifier cannot be used (see `effect_curve`).

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> [curve.modifier for curve in trial_curves(data, modifiers=["fear"])]
    ['fear']
    """
    analysis, asked, outcome = primary_answer(data.trial)
    covariance, inference = planned_fit(analysis)
    found = []
    for modifier in _modifiers(data, modifiers):
        names = data.adjusted_beside(modifier.id)
        table = data.frame(asked.outcome, facts=names, modifiers=[modifier.id])
        if table[modifier.id].nunique() >= _FEWEST_VALUES:
            found.append(
                effect_curve(
                    table,
                    data.columns(asked.outcome, asked.comparator),
                    modifier=modifier,
                    scale=outcome.scale,
                    week=asked.weeks[0],
                    arm=asked.arm,
                    covariates=names,
                    fill=fill,
                    covariance=covariance,
                    inference=inference,
                )
            )
    return tuple(found)


def trial_mediation(
    data: TrialData,
    *,
    mediators: Sequence[str] = (),
    draws: int = 2000,
    seed: int = 1,
    workers: int = 1,
    scheduler: str = "threads",
) -> Mediation:
    """Ask through what the primary effect runs: the mediators that the mapping names.

    Parameters
    ----------
    data : TrialData
        Plan and table.
    mediators : sequence of str
        Some of the mapping's mediators; by default all, together.
    draws, seed, workers, scheduler
        As in `mediate`.

    Returns
    -------
    Mediation
        At the first week of the primary estimand after every mediator's visit.

    Raises
    ------
    TrialError
        If the mapping names no mediator, or none lies between treatment and outcome.

    References
    ----------
    vanderweele-2015

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> trial_mediation(data, draws=100).kind
    'natural'
    """
    _, asked, _ = primary_answer(data.trial)
    known, weeks = data.mapping.mediators, {visit.id: visit.week for visit in data.trial.visits}
    names = tuple(mediators or known)
    if not names or not set(names) <= set(known):
        message = f"the mapping names the mediators {', '.join(known) or 'none'}; add what is asked for to [mediators]"
        raise TrialError(message)
    steps = [Mediator(column=name, week=weeks[known[name].visit]) for name in names]
    later = [week for week in asked.weeks if week > max(step.week for step in steps)]
    if not later:
        weeks_asked = ", ".join(f"{week:g}" for week in asked.weeks)
        message = (
            f"no week of the primary estimand ({weeks_asked}) lies after the mediators' visits;"
            " a step between must be measured before the outcome"
        )
        raise TrialError(message)
    table = data.frame(asked.outcome, *names, facts=data.adjusted)
    return mediate(
        table,
        data.columns(asked.outcome, asked.comparator),
        steps,
        week=later[0],
        seed=seed,
        covariates=data.adjusted,
        arm=asked.arm,
        draws=draws,
        workers=workers,
        scheduler=scheduler,
    )


def trial_sensitivity(
    data: TrialData,
    *,
    strategies: Sequence[str] = (),
    mic: float | None = None,
    imputations: int = 200,
    seed: int = 1,
    workers: int = 1,
    scheduler: str = "threads",
    progress: Progress | None = None,
) -> StressTest:
    """Ask whether the primary result holds when those who left fared otherwise than assumed.

    Parameters
    ----------
    data : TrialData
        Plan and table.
    strategies, mic
        As in `stress`; by default those of the plan.
    imputations, seed, workers, scheduler, progress
        As in `stress`.

    Returns
    -------
    StressTest
        The primary result beside its sensitivity analyses.

    Raises
    ------
    TrialError
        For the reasons of `stress`.

    References
    ----------
    carpenter-2013, cro-2019

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> trial_sensitivity(data, strategies=["J2R"], imputations=20).rows[0].analysis
    'primary'
    """
    analysis, asked, outcome = primary_answer(data.trial)
    covariance, inference = planned_fit(analysis)
    intercurrent = "intercurrent" if "intercurrent" in data.facts else ""
    facts = (*data.adjusted, intercurrent) if intercurrent else data.adjusted
    table = data.frame(asked.outcome, facts=facts)
    return stress(
        table,
        data.columns(asked.outcome, asked.comparator),
        trial=data.trial.id,
        scale=outcome.scale,
        estimand=asked.words,
        weeks=asked.weeks,
        covariates=data.adjusted,
        covariance=covariance,
        inference=inference,
        intercurrent=intercurrent,
        reason="reason" if "reason" in table else "",
        strategies=tuple(strategies) or data.trial.sensitivity.strategies,  # type: ignore[arg-type]
        mic=data.trial.sensitivity.mic if mic is None else mic,
        imputations=imputations,
        seed=seed,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )


def trial_blinding(data: TrialData) -> tuple[BlindingRound, ...]:
    """Count who guessed which arm, and say how well blinding held, round by round.

    Parameters
    ----------
    data : TrialData
        Plan and table.

    Returns
    -------
    tuple of BlindingRound
        The counts of each round that the mapping names, and the indices of James and Bang.

    Raises
    ------
    TrialError
        If the mapping names no guesses, a guess is no code of an arm, or there are several arms to tell apart.

    References
    ----------
    james-1996, bang-2004

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> [(each.asked, sorted(each.indices.bang)) for each in trial_blinding(data)]
    [('participants, week 6', ['retraining', 'sham'])]
    """
    return judge_rounds(count_rounds(data))


def _modifiers(data: TrialData, names: Sequence[str]) -> list[EffectModifier]:
    known = {modifier.id: modifier for modifier in data.trial.modifiers}
    unknown = [name for name in names if name not in known]
    if unknown or not known:
        message = (
            f"the plan's modifiers are {', '.join(known) or 'none'}, and {', '.join(unknown) or 'some'} must be among"
            " them; add what is asked for to the plan as an amendment"
        )
        raise TrialError(message)
    absent = [name for name in names or known if name not in data.facts]
    if absent:
        message = f"the table has no column for {', '.join(absent)}; name it in the mapping under [modifiers]"
        raise TrialError(message)
    return [known[name] for name in names or known]
