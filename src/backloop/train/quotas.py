"""How much is due in which week: the quotas of a person's goals, the amounts of each prescription.

Decides which progressions are laid, and from which baseline; how one climbs is decided in the room `plan`.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from backloop.library import Dose, Library, Progression
from backloop.plan import Goal, Plan, Prescription, climb
from backloop.train.programmes import Amount, Quota
from backloop.units import Text

__all__ = ["set_amounts", "set_quotas"]

_LATER = Text(
    en="Set in advance: not more on good days, not less on bad days.", zh="预先设定：状态好时不多做，状态差时不少做。"
)
_AT_MOST = Text(
    en="The most for this week; the same as last week, or less, where the response asks for it.",
    zh="为本周上限；如身体反应需要，可维持上周的量或减量。",
)
_NO_TARGET = Text(
    en="A little more than the week before, until an amount to aim at is agreed.",
    zh="在商定目标量之前，每周比上周略有增加。",
)
_MEASURE = Text(en="Measure first: three times, up to your own limit.", zh="先测定：分三次做到自觉极限。")

_QUOTAS = "graded-activity"  # the book whose share of the baseline is the line of every quota
_FIRST_STAGE = "first-quota"
_MINUTES = "min"
_SESSIONS = "sessions"
_HEART_RATE = "heart-rate-reserve"
_BETA_BLOCKER = "health-screen_06"


def set_quotas(
    plan: Plan,
    *,
    weeks: int,
    held: Collection[int] = (),
    stepped_back: Sequence[int] = (),
    library: Library | None = None,
) -> dict[int, tuple[Quota, ...]]:
    """Set the weekly quotas of every goal, by the clock.

    Parameters
    ----------
    plan : Plan
        Goals with the amounts managed in the baseline trials, where measured, and the mode of pacing.
    weeks : int
        How many weeks the programme runs.
    held, stepped_back : collection of int, sequence of int
        Weeks of the programme, from 1, that repeat the week before or go back a step, as for `climb`.
    library : Library, optional
        The books, the packaged ones if not given; the line is that of ``graded-activity``.

    Returns
    -------
    dict of int to tuple of Quota
        By week, from 1. A goal without baseline is due for measuring in week 1. Empty where symptoms guide the plan.

    Notes
    -----
    Where graded activity is part of the plan its own baseline weeks come first.

    References
    ----------
    lambeek-2007

    Examples
    --------
    >>> from backloop.measure import score
    >>> from backloop.plan import prescribe
    >>> from backloop.profile import infer
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> plan = prescribe(infer(score(person)), person)
    >>> set_quotas(plan.model_copy(update={"mode": "symptom-guided"}), weeks=12)
    {}
    """
    due: dict[int, list[Quota]] = defaultdict(list)
    line = _quota_line(library or Library.packaged())
    if plan.mode != "time-contingent" or line is None:
        return {}
    first = _first_week(plan)
    stay = {week - first + 1 for week in held}
    back = [week - first + 1 for week in stepped_back]
    for goal in plan.goals:
        if goal.baseline is None or first > 1:
            due[1].append(_quota(goal, 1, None, reason=_MEASURE))
        if goal.baseline is not None and first <= weeks:
            laid = climb(
                line, weeks=weeks - first + 1, baseline=goal.baseline, goal=goal.target, held=stay, stepped_back=back
            )
            for week, amount in enumerate(laid.weekly, start=first):
                due[week].append(_quota(goal, week, amount, reason=_reason(goal, line, is_first=week == first)))
    return {week: tuple(quotas) for week, quotas in due.items()}


def set_amounts(
    plan: Plan,
    *,
    weeks: int,
    baselines: Mapping[str, float] | None = None,
    held: Collection[int] = (),
    stepped_back: Sequence[int] = (),
) -> dict[int, tuple[Amount, ...]]:
    """Set the weekly amounts of every prescription from the progressions of its book.

    Parameters
    ----------
    plan : Plan
        The prescriptions with their progressions and fitted doses, and the mode of pacing.
    weeks : int
        How many weeks the programme runs.
    baselines : mapping of str to float, optional
        What the person managed on average, by the id of a progression that is a share of it, such as ``steps``.
    held, stepped_back : collection of int, sequence of int
        Weeks, from 1, that repeat the week before or go back a step, as for `climb`.

    Returns
    -------
    dict of int to tuple of Amount
        By week, from 1; an amount that needs a baseline is due for measuring in week 1.

    Notes
    -----
    Minutes and sessions stay within the person's dose. Where a beta-blocker is or may be taken no heart rate is laid.
    The shares of graded activity are laid as quotas of the goals, by `set_quotas`. By the clock an amount is set in
    advance; where symptoms guide the plan it is the most for the week.

    References
    ----------
    acsm-guidelines

    Examples
    --------
    >>> from backloop.measure import score
    >>> from backloop.plan import prescribe
    >>> from backloop.profile import infer
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> plan = prescribe(infer(score(person)), person)
    >>> set_amounts(plan.model_copy(update={"prescriptions": ()}), weeks=12)
    {}
    """
    due: dict[int, list[Amount]] = defaultdict(list)
    if weeks < 1:
        return {}
    reason = _LATER if plan.mode == "time-contingent" else _AT_MOST
    for entry, progression in _progressions(plan):
        laid = climb(
            progression,
            weeks=min(entry.dose.weeks or weeks, weeks),
            baseline=(baselines or {}).get(progression.id),
            held=held,
            stepped_back=stepped_back,
        )
        if not laid.weekly:
            due[1].append(_amount(entry, progression, 1, None, reason=laid.reason))
        for week, amount in enumerate(laid.weekly, start=1):
            allowed = min(amount, _most(progression, entry.dose, week))
            due[week].append(_amount(entry, progression, week, allowed, reason=reason))
    return {week: tuple(amounts) for week, amounts in due.items()}


def _quota_line(library: Library) -> Progression | None:
    if _QUOTAS not in library.shelf("interventions"):
        return None
    return next((line for line in library.intervention(_QUOTAS).progressions if line.of_baseline), None)


def _first_week(plan: Plan) -> int:
    stages = (stage for entry in plan.prescriptions for stage in entry.stages)
    return next((stage.weeks[0] for stage in stages if stage.id == _FIRST_STAGE), 1)


def _reason(goal: Goal, line: Progression, *, is_first: bool) -> Text:
    if is_first:
        share = f"{line.start * 100:g}"
        return Text(en=f"{share} % of what you managed on average.", zh=f"为平均完成量的{share}%。")
    return _NO_TARGET if goal.target is None else _LATER


def _quota(goal: Goal, week: int, amount: float | None, *, reason: Text) -> Quota:
    return Quota(activity=goal.activity, unit=goal.baseline_unit, week=week, amount=amount, reason=reason)


def _progressions(plan: Plan) -> Iterator[tuple[Prescription, Progression]]:
    """Give what is laid week by week, with its prescription."""
    by_effort_only = _may_take_beta_blocker(plan)
    for entry in plan.prescriptions:
        for progression in entry.progressions:
            is_quota = entry.intervention == _QUOTAS and progression.of_baseline
            if not is_quota and not (by_effort_only and progression.id == _HEART_RATE):
                yield entry, progression


def _may_take_beta_blocker(plan: Plan) -> bool:
    """Say whether a caution of the plan names a beta-blocker: present, or not asked."""
    cautions = (caution for entry in plan.prescriptions for caution in entry.cautions)
    names = (name for caution in cautions for name in (*caution.unanswered, *caution.because))
    return any(name.rpartition("/")[2] == _BETA_BLOCKER for name in names)


def _most(progression: Progression, dose: Dose, week: int) -> float:
    """Give what the person's dose allows: minutes a day, sessions so far; other units have the book's ceiling only."""
    unit, limits = progression.unit.en, []
    if unit == _MINUTES:
        limits = [dose.home_minutes or dose.clinic_minutes, dose.ceiling_minutes_per_session]
    elif unit == _SESSIONS and dose.clinic_per_week is not None:
        limits = [max(math.floor(dose.clinic_per_week * week), 1), dose.sessions]
    return min((limit for limit in limits if limit), default=math.inf)


def _amount(entry: Prescription, progression: Progression, week: int, amount: float | None, *, reason: Text) -> Amount:
    return Amount(
        intervention=entry.intervention,
        progression=progression.id,
        title=progression.title,
        unit=progression.unit,
        week=week,
        amount=amount,
        reason=reason,
        reference=progression.reference,
        verified=progression.verified,
    )
