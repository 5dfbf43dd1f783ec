"""Who went through a trial: the flow of people in CONSORT's order, and how the arms looked at the start.

Decides what is counted and described; nothing here is tested, for chance made the arms.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from backloop.learn.supplements import primary_answer
from backloop.missing import Missingness, VisitCount, describe_missing
from backloop.trial import Exclusion, Grounds, TrialData
from backloop.units import Frozen

__all__ = [
    "BaselineCell",
    "BaselineRow",
    "FlowArm",
    "TrialFlow",
    "VisitRow",
    "count_flow",
    "describe_baseline",
    "describe_visits",
]

_FEW = 2  # values at most for which shares say more than a mean


class FlowArm(Frozen):
    """One arm's way through the trial.

    Parameters
    ----------
    arm, title : str
        The arm.
    allocated : int
        People randomised to it.
    received : int, optional
        Of these, people who took the treatment by the plan's rule; None where the table does not say.
    visits : tuple of VisitCount
        Seen and missing at each planned visit, with reasons.
    outside_window : dict of float to int
        By week, people seen outside the visit's window; empty where windows or days are not known.
    analysed : int
        People with the primary outcome at some visit.

    Examples
    --------
    >>> FlowArm(arm="care", title="care", allocated=138, visits=(), analysed=138).received is None
    True
    """

    arm: str
    title: str
    allocated: int
    received: int | None = None
    visits: tuple[VisitCount, ...]
    outside_window: dict[float, int] = {}
    analysed: int


class TrialFlow(Frozen):
    """The flow of people through a trial, by arm.

    Parameters
    ----------
    outcome : str
        The outcome that visits are counted by.
    planned : int
        People the plan asked for.
    assessed : int, optional
        People assessed for eligibility.
    excluded : tuple of Exclusion
        Why people were not randomised.
    randomised, without_arm : int
        People randomised, and people of the table without an arm.
    arms : tuple of FlowArm
        In the plan's order.
    missing : Missingness
        What is missing, arm by arm and visit by visit.
    grounds : Grounds
        What the counts rest on.

    References
    ----------
    consort-2025

    Examples
    --------
    >>> TrialFlow.model_fields["assessed"].is_required()
    False
    """

    outcome: str
    planned: int
    assessed: int | None = None
    excluded: tuple[Exclusion, ...] = ()
    randomised: int
    without_arm: int = 0
    arms: tuple[FlowArm, ...]
    missing: Missingness
    grounds: Grounds


class BaselineCell(Frozen):
    """One arm's mean and SD, or count and share, with the people it rests on.

    Examples
    --------
    >>> BaselineCell(arm="care", people=50, value=4.1, spread=1.2).people
    50
    """

    arm: str
    people: int
    value: float | None = None
    spread: float | None = None


class BaselineRow(Frozen):
    """One characteristic at the start, by arm and in all; `level` names the group that a share is of.

    Examples
    --------
    >>> BaselineRow(name="age", title="age", kind="mean", cells=()).level
    ''
    """

    name: str
    title: str
    kind: Literal["mean", "share"]
    level: str = ""
    cells: tuple[BaselineCell, ...]


class VisitRow(Frozen):
    """One outcome as observed at one visit, by arm: people, mean and SD, without any model.

    Examples
    --------
    >>> VisitRow(outcome="pain", week=18, cells=(BaselineCell(arm="care", people=44, value=1.2, spread=1.2),)).week
    18.0
    """

    outcome: str
    week: float
    cells: tuple[BaselineCell, ...]


def count_flow(data: TrialData) -> TrialFlow:
    """Count people from randomisation to analysis, as CONSORT's flow diagram shows them.

    Parameters
    ----------
    data : TrialData
        Plan and table.

    Returns
    -------
    TrialFlow
        Counts by arm, visits by the primary outcome.

    Raises
    ------
    TrialError
        If the primary outcome cannot be read.

    Notes
    -----
    A visit counts as seen when the primary outcome was recorded. Reasons are the table's own words. Analysed is whoever
    has the primary outcome at some visit: a constrained longitudinal analysis leaves none of them out.

    References
    ----------
    consort-2025

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> flow = count_flow(open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True))
    >>> flow.randomised == sum(arm.allocated for arm in flow.arms)
    True
    """
    _, asked, outcome = primary_answer(data.trial)
    table = data.frame(outcome.id)
    reason = "reason" if "reason" in table else ""
    missing = describe_missing(table, data.columns(outcome.id, asked.comparator), reason=reason)
    answered = table.groupby("participant_id")[outcome.id].count() > 0
    by_person = table.groupby("participant_id")["arm"].first()
    arms = []
    for arm in data.trial.arms:
        people = by_person.index[by_person == arm.id]
        received = None
        if "received" in data.facts:
            received = int((data.facts.loc[people, "received"] == 1).sum())
        arms.append(
            FlowArm(
                arm=arm.id,
                title=arm.title,
                allocated=len(people),
                received=received,
                visits=tuple(visit for visit in missing.visits if visit.arm == arm.id),
                outside_window=_outside(data, people, outcome.id),
                analysed=int(answered[people].sum()),
            )
        )
    screening = data.mapping.screening
    return TrialFlow(
        outcome=outcome.id,
        planned=data.trial.people,
        assessed=screening.assessed,
        excluded=screening.excluded,
        randomised=len(by_person),
        without_arm=data.without_arm,
        arms=tuple(arms),
        missing=missing,
        grounds=data.grounds,
    )


def describe_baseline(data: TrialData) -> tuple[BaselineRow, ...]:
    """Describe the arms before treatment: outcomes, strata, covariates and modifiers, without any test.

    Parameters
    ----------
    data : TrialData
        Plan and table.

    Returns
    -------
    tuple of BaselineRow
        Means with SD for numbers, counts for groups; arms in the plan's order, then all (arm ``""``).

    Notes
    -----
    Differences at the start are due to chance, so a p value would say nothing.

    References
    ----------
    consort-2025

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> rows = describe_baseline(open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True))
    >>> rows[0].kind, len(rows[0].cells)
    ('mean', 3)
    """
    trial = data.trial
    start = max(visit.week for visit in trial.visits if visit.is_baseline)
    first = data.answers[data.answers["week"] == start].set_index("participant_id")
    by_person = data.answers.groupby("participant_id")["arm"].first()
    groups = {arm.id: by_person.index[by_person == arm.id] for arm in trial.arms} | {"": by_person.index}
    rows: list[BaselineRow] = []
    for outcome in trial.outcomes:
        if outcome.id in first:
            rows += _rows(outcome.id, outcome.title, first[outcome.id], groups)
    titles = {modifier.id: modifier.title for modifier in trial.modifiers}
    shown = [row.name for row in rows]
    for name in dict.fromkeys((*data.adjusted, *titles)):
        if name in data.facts and name not in shown:
            rows += _rows(name, titles.get(name, name), data.facts[name], groups)
    return tuple(rows)


def describe_visits(data: TrialData) -> tuple[VisitRow, ...]:
    """Describe every outcome as it was observed at each visit, arm by arm.

    Parameters
    ----------
    data : TrialData
        Plan and table.

    Returns
    -------
    tuple of VisitRow
        By outcome, then week; arms in the plan's order.

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> rows = describe_visits(open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True))
    >>> rows[0].week, [cell.people for cell in rows[0].cells]
    (0.0, [60, 60])
    """
    by_arm = {arm.id: data.answers[data.answers["arm"] == arm.id] for arm in data.trial.arms}
    return tuple(
        VisitRow(
            outcome=outcome.id,
            week=visit.week,
            cells=tuple(
                _mean(arm, seen.loc[seen["week"] == visit.week, outcome.id].dropna().to_numpy(dtype=float))
                for arm, seen in by_arm.items()
            ),
        )
        for outcome in data.trial.outcomes
        if outcome.id in data.answers
        for visit in data.trial.visits
    )


def _outside(data: TrialData, people: pd.Index, outcome: str) -> dict[float, int]:
    """Count the people seen outside a visit's window, where days and windows are known."""
    if "day" not in data.answers:
        return {}
    seen = data.answers[data.answers["participant_id"].isin(people) & data.answers[outcome].notna()]
    found = {}
    for visit in data.trial.visits:
        if visit.window_days is not None:
            days = seen.loc[seen["week"] == visit.week, "day"].dropna()
            found[visit.week] = sum(not visit.holds(day) for day in days)
    return found


def _rows(name: str, title: str, values: "pd.Series", groups: Mapping[str, pd.Index]) -> Iterator[BaselineRow]:
    told = {arm: values.reindex(people).dropna() for arm, people in groups.items()}
    is_number = pd.api.types.is_numeric_dtype(values)
    if is_number and values.nunique() > _FEW:
        cells = tuple(_mean(each, numbers.to_numpy(dtype=float)) for each, numbers in told.items())
        yield BaselineRow(name=name, title=title, kind="mean", cells=cells)
        return
    for level in sorted(values.dropna().unique(), key=str):
        cells = tuple(
            BaselineCell(arm=each, people=len(some), value=float((some == level).sum())) for each, some in told.items()
        )
        words = f"{level:g}" if is_number else str(level)
        yield BaselineRow(name=name, title=title, kind="share", level=words, cells=cells)


def _mean(arm: str, numbers: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> BaselineCell:
    if len(numbers) == 0:
        return BaselineCell(arm=arm, people=0)
    spread = float(numbers.std(ddof=1)) if len(numbers) > 1 else None
    return BaselineCell(arm=arm, people=len(numbers), value=float(numbers.mean()), spread=spread)
