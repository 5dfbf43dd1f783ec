"""How much of each goal's activity is due in which week.

Decides the quotas of a programme from the goals' baselines; the line itself is drawn in the room `plan`.
"""

from collections import defaultdict

from backloop.plan import Goal, Plan, quota_line
from backloop.train.programmes import Quota
from backloop.units import Text

__all__ = ["set_quotas"]

_FIRST = Text(en="70 % of what you managed on average.", zh="为平均完成量的70%。")
_LATER = Text(
    en="Set in advance: not more on good days, not less on bad days.", zh="预先设定：状态好时不多做，状态差时不少做。"
)
_NO_TARGET = Text(
    en="5 % more than the week before, until an amount to aim at is agreed.", zh="在商定目标量之前，每周比上周增加5%。"
)
_MEASURE = Text(en="Measure first: three times, up to your own limit.", zh="先测定：分三次做到自觉极限。")
_FIRST_STAGE = "first-quota"


def set_quotas(plan: Plan, *, weeks: int) -> dict[int, tuple[Quota, ...]]:
    """Set the weekly quotas of every goal, by the clock.

    Parameters
    ----------
    plan : Plan
        Goals with the amounts managed in the baseline trials, where measured, and the mode of pacing.
    weeks : int
        How many weeks the programme runs.

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
    if plan.mode != "time-contingent":
        return {}
    first = _first_week(plan)
    for goal in plan.goals:
        if goal.baseline is None or first > 1:
            due[1].append(Quota(activity=goal.activity, unit=goal.baseline_unit, week=1, amount=None, reason=_MEASURE))
        if goal.baseline is not None and first <= weeks:
            line = quota_line([goal.baseline], goal=goal.target, weeks=weeks - first + 1)
            for week, amount in enumerate(line, start=first):
                due[week].append(_quota(goal, week, amount, reason=_reason(goal, is_first=week == first)))
    return {week: tuple(quotas) for week, quotas in due.items()}


def _first_week(plan: Plan) -> int:
    stages = (stage for entry in plan.prescriptions for stage in entry.stages)
    return next((stage.weeks[0] for stage in stages if stage.id == _FIRST_STAGE), 1)


def _reason(goal: Goal, *, is_first: bool) -> Text:
    if is_first:
        return _FIRST
    return _NO_TARGET if goal.target is None else _LATER


def _quota(goal: Goal, week: int, amount: float, *, reason: Text) -> Quota:
    return Quota(activity=goal.activity, unit=goal.baseline_unit, week=week, amount=amount, reason=reason)
