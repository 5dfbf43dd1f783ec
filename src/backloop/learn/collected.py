"""Everything a trial's report shows, gathered in one call, with a reason for each part that is not there.

Decides which parts belong to a report; the answers come from their own modules, and how they look is the letters'.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from backloop.causes import Mediation
from backloop.errors import TrialError
from backloop.kernel import Progress
from backloop.learn.answers import RiskAnswers, TrialAnswers
from backloop.learn.consort import BaselineRow, TrialFlow, VisitRow, count_flow, describe_baseline, describe_visits
from backloop.learn.inquiries import (
    trial_blinding,
    trial_claims,
    trial_curves,
    trial_mediation,
    trial_modifiers,
    trial_sensitivity,
)
from backloop.learn.planned import analyse_trial
from backloop.learn.supplements import CAUSAL_FOREST, trial_forest, trial_risk
from backloop.missing import StressTest
from backloop.moderation import BenefitScore, CredibilitySheet, EffectCurve, ModifierSearch
from backloop.trial import BlindingRound, Trial, TrialData
from backloop.units import Text

__all__ = ["TrialReport", "report_trial"]


@dataclass(frozen=True, kw_only=True)
class TrialReport:
    """The parts of a trial's report; `absent` says for each part that is None why it is not there.

    Examples
    --------
    >>> TrialReport.__dataclass_params__.frozen
    True
    """

    trial: Trial
    answers: TrialAnswers
    flow: TrialFlow
    baseline: tuple[BaselineRow, ...]
    visits: tuple[VisitRow, ...]
    risk: RiskAnswers | None = None
    modifiers: ModifierSearch | None = None
    claims: tuple[CredibilitySheet, ...] = ()
    forest: BenefitScore | None = None
    curves: tuple[EffectCurve, ...] = ()
    sensitivity: StressTest | None = None
    mediation: Mediation | None = None
    blinding: tuple[BlindingRound, ...] = ()
    absent: dict[str, Text] = field(default_factory=dict)


def report_trial(
    data: TrialData,
    *,
    fill: bool = False,
    forest: bool = False,
    mic: float | None = None,
    imputations: int = 200,
    draws: int = 2000,
    seed: int = 1,
    workers: int = 1,
    scheduler: str = "processes",
    progress: Progress | None = None,
) -> TrialReport:
    """Answer every question of a trial's plan and gather the answers for a report.

    Parameters
    ----------
    data : TrialData
        Plan and table.
    fill : bool
        Whether a missing modifier may be met with the mean and an indicator.
    forest : bool
        Whether to grow a causal forest where the plan has none; it takes minutes and needs EconML.
    mic : float, optional
        The least difference between arms that matters, in points of the primary outcome; by default the plan's.
    imputations, draws, seed : int
        Completed trials of the sensitivity analyses, resamples of the mediation, and the seed of both.
    workers, scheduler
        Who shares out imputations, resamples and the null trials of a causal forest, as in `run_blocks`.
    progress : callable, optional
        Told how far the sensitivity analyses and the null trials are.

    Returns
    -------
    TrialReport
        To be written with `trial_page` of the letters.

    Raises
    ------
    TrialError
        If the primary analysis cannot be done; other parts say why they are absent.

    References
    ----------
    consort-2025

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> report = report_trial(data, imputations=10, draws=100)
    >>> sorted(report.absent)
    ['forest']
    """
    answers = analyse_trial(data, workers=workers, scheduler=scheduler, progress=progress)
    own = {
        "risk": next((each.risk for each in answers.answers if each.risk), None),
        "forest": next((each.forest for each in answers.answers if each.forest), None),
    }
    absent = _not_asked(data, forest=forest)
    missing = "mean" if fill else "refuse"
    parts: dict[str, Callable[[], object]] = {
        "risk": lambda: own["risk"] or trial_risk(data, fill=fill),
        "modifiers": lambda: trial_modifiers(data, missing=missing, seed=seed),
        "forest": lambda: (
            own["forest"]
            or trial_forest(data, fill=fill, seed=seed, workers=workers, scheduler=scheduler, progress=progress)
        ),
        "curves": lambda: trial_curves(data, fill=fill),
        "sensitivity": lambda: trial_sensitivity(
            data, mic=mic, imputations=imputations, seed=seed, workers=workers, scheduler=scheduler, progress=progress
        ),
        "mediation": lambda: trial_mediation(data, draws=draws, seed=seed, workers=workers, scheduler=scheduler),
        "blinding": lambda: trial_blinding(data),
    }
    found = {name: _tried(name, part, absent) for name, part in parts.items() if name not in absent}
    search = found.get("modifiers")
    return TrialReport(
        trial=data.trial,
        answers=answers,
        flow=count_flow(data),
        baseline=describe_baseline(data),
        visits=describe_visits(data),
        claims=trial_claims(data, search) if isinstance(search, ModifierSearch) else (),
        absent=absent,
        **{name: part for name, part in found.items() if part is not None},  # type: ignore[arg-type]
    )


def _tried(name: str, part: Callable[[], object], absent: dict[str, Text]) -> object:
    try:
        return part()
    except TrialError as error:
        absent[name] = Text(en=f"Not done: {error}", zh=f"未能完成：{error}")
        return None


def _not_asked(data: TrialData, *, forest: bool) -> dict[str, Text]:
    """Name the parts that plan, mapping or call do not ask for."""
    absent = {}
    trial = data.trial
    if not trial.modifiers:
        absent["modifiers"] = absent["curves"] = Text(en="The plan names no modifiers.", zh="方案未列出效应修饰因素。")
    if not (forest or any(CAUSAL_FOREST in each.model for each in trial.analyses)):
        absent["forest"] = Text(
            en="Neither the plan nor the call (--forest) asks for a causal forest.",
            zh="方案与命令（--forest）均未要求因果森林分析。",
        )
    if not data.mapping.mediators:
        absent["mediation"] = Text(en="The mapping names no mediators.", zh="映射文件未列出中介因素。")
    if not data.mapping.blinding:
        absent["blinding"] = Text(
            en="Nobody was asked to guess the arm, or the mapping does not name the column.",
            zh="未询问受试者对分组的猜测，或映射文件未指明该列。",
        )
    return absent
