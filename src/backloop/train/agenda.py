"""When what is done: a plan laid onto a calendar.

Decides dates, weeks and the order of the days; what is done and how much comes from the plan.
"""

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from typing import Literal

from backloop.library import Library, Stage
from backloop.plan import Plan, Prescription, Status
from backloop.train.assessing import plan_assessments
from backloop.train.programmes import Activity, Programme, Quota, SessionPlan, WeekPlan
from backloop.train.quotas import set_quotas
from backloop.units import Text

__all__ = ["schedule"]

_WEEKS = 12  # where the lead's book states none: the twelve weekly sessions of bagg-2022
_DAYS = 7
_TINY = 1e-9  # so that sums of fractions such as 1/3 do not lose a day

_REFER = Text(
    en="No training is scheduled: the plan says refer first. Act on its alerts, then plan again.",
    zh="未安排训练：方案提示须先转诊。请先处理其中的警示，再重新制订方案。",
)
_NOTHING = Text(
    en="The plan proposes no treatment, so there is nothing to schedule.", zh="方案未提出任何治疗，无日程可排。"
)
_PROVISIONAL = Text(
    en="Provisional: nothing starts before the open safety questions are answered.",
    zh="暂定日程：在安全性问题全部得到回答之前，不开始任何训练。",
)


def schedule(plan: Plan, start: dt.date, *, library: Library | None = None) -> Programme:
    """Lay a plan onto the calendar: sessions, home practice, quotas and assessments.

    Parameters
    ----------
    plan : Plan
        What is proposed to the person.
    start : date
        The first day; it is also the first clinic session.
    library : Library, optional
        The books; the packaged ones if not given.

    Returns
    -------
    Programme
        As many weeks as the core lasts (12), assessments at weeks 0, 6, 12, 18, 26 and 52. Empty, with the reason,
        where the plan says *refer* or proposes nothing; provisional where it *cannot say*.

    Notes
    -----
    Clinic sessions are those of the core; supporting treatments share them, each at most as often as its own dose
    (where no source states one: in the week a stage begins). Practice at home is spread evenly over the other days.
    Quotas go by the clock, so a plan that symptoms guide has none.

    References
    ----------
    bagg-2022, lambeek-2007

    Examples
    --------
    >>> from backloop.measure import score
    >>> from backloop.plan import prescribe
    >>> from backloop.profile import infer
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> programme = schedule(prescribe(infer(score(person)), person), dt.date(2026, 12, 1))
    >>> [due.week for due in programme.assessments]
    [0, 6, 12, 18, 26, 52]
    """
    library = library or Library.packaged()
    is_empty = plan.status is Status.REFER or not plan.prescriptions
    weeks = 0 if is_empty else _lead(plan).dose.weeks or _WEEKS
    quotas = set_quotas(plan, weeks=weeks)
    return Programme(
        participant_id=plan.participant_id,
        is_made_up=plan.is_made_up,
        start=start,
        weeks=tuple(_week(plan, week, start, quotas.get(week, ())) for week in range(1, weeks + 1)),
        assessments=() if is_empty else plan_assessments(start, library=library),
        is_provisional=plan.status is Status.CANNOT_SAY,
        notes=_notes(plan),
        goals=tuple(goal.activity for goal in plan.goals),
        because=plan.because,
    )


def _lead(plan: Plan) -> Prescription:
    """Give the core, or where there is none the treatment with most clinic sessions."""
    core = next((entry for entry in plan.prescriptions if entry.role == "core"), None)
    return core or max(plan.prescriptions, key=lambda entry: entry.dose.clinic_per_week or 0)


def _week(plan: Plan, week: int, start: dt.date, quotas: tuple[Quota, ...]) -> WeekPlan:
    starts = start + dt.timedelta(weeks=week - 1)
    sessions = [*_clinic(plan, week, starts), *_home(plan, week, starts)]
    sessions.sort(key=lambda session: (session.date, session.place))
    return WeekPlan(week=week, starts=starts, sessions=tuple(sessions), quotas=quotas)


def _clinic(plan: Plan, week: int, starts: dt.date) -> Iterator[SessionPlan]:
    lead = _lead(plan)
    visits = {entry.intervention: _visits(entry, week) for entry in plan.prescriptions}
    shares = {entry.intervention: _activities(entry, week, "clinic") for entry in plan.prescriptions}
    for number, day in enumerate(_clinic_days(plan, week)):
        activities = [done for name, made in shares.items() if visits[name] > number for done in made]
        if activities:
            date, minutes = starts + dt.timedelta(days=day), lead.dose.clinic_minutes
            yield SessionPlan(date=date, week=week, place="clinic", minutes=minutes, activities=tuple(activities))


def _home(plan: Plan, week: int, starts: dt.date) -> Iterator[SessionPlan]:
    shares = [(entry, _activities(entry, week, "home")) for entry in plan.prescriptions]
    shares = [(entry, made) for entry, made in shares if made]
    times = {entry.intervention: _times(entry.dose.home_per_week, week) for entry, _ in shares}
    taken = _clinic_days(plan, week)
    days = _spread([day for day in range(_DAYS) if day not in taken], max(times.values(), default=0))
    own_days = {name: set(_spread(days, often)) for name, often in times.items()}
    for day in days:
        today = [(entry, made) for entry, made in shares if day in own_days[entry.intervention]]
        if today:
            yield SessionPlan(
                date=starts + dt.timedelta(days=day),
                week=week,
                place="home",
                minutes=_total(entry.dose.home_minutes for entry, _ in today),
                activities=tuple(done for _, made in today for done in made),
            )


def _clinic_days(plan: Plan, week: int) -> list[int]:
    return _spread(list(range(_DAYS)), _times(_lead(plan).dose.clinic_per_week, week))


def _visits(entry: Prescription, week: int) -> int:
    """Say in how many clinic sessions of a week a treatment may take part."""
    if entry.dose.clinic_per_week is not None:
        return _times(entry.dose.clinic_per_week, week)
    return int(any(stage.weeks[0] == week for stage in entry.stages))


def _activities(entry: Prescription, week: int, place: Literal["clinic", "home"]) -> list[Activity]:
    if week > (entry.dose.weeks or week):
        return []
    stages = [stage for stage in entry.stages if stage.weeks[0] <= week <= stage.weeks[1]]
    if place == "clinic":
        return [_activity(entry, stage, what=stage.clinic, tasks=stage.tasks) for stage in stages]
    left = {stage.id: tuple(task for task in stage.tasks if task not in entry.clinic_only_tasks) for stage in stages}
    stages = [stage for stage in stages if left[stage.id] or not stage.tasks]
    total = entry.dose.home_minutes
    minutes = None if total is None or not stages else float(total // len(stages))
    return [_activity(entry, stage, what=stage.home, tasks=left[stage.id], minutes=minutes) for stage in stages]


def _activity(
    entry: Prescription, stage: Stage, *, what: Text, tasks: tuple[str, ...], minutes: float | None = None
) -> Activity:
    return Activity(
        intervention=entry.intervention,
        strand=stage.strand,
        stage=stage.id,
        title=stage.title,
        what=what,
        move_on=stage.move_on,
        tasks=tasks,
        minutes=minutes,
    )


def _times(per_week: float | None, week: int) -> int:
    """Say how often something falls into a week; 1.5 a week is one, two, one, two."""
    rate = per_week or 0.0
    return math.floor(week * rate + _TINY) - math.floor((week - 1) * rate + _TINY)


def _spread(days: list[int], times: int) -> list[int]:
    """Choose that many days, evenly; all of them where there are no more."""
    return days if times >= len(days) else [days[number * len(days) // times] for number in range(times)]


def _total(minutes: Iterable[float | None]) -> float | None:
    known = list(minutes)
    return None if None in known else sum(part for part in known if part is not None)


def _notes(plan: Plan) -> tuple[Text, ...]:
    if plan.status is Status.REFER:
        return (_REFER,)
    if not plan.prescriptions:
        return (_NOTHING,)
    provisional = (_PROVISIONAL,) if plan.status is Status.CANNOT_SAY else ()
    return provisional if plan.mode_reason is None else (*provisional, plan.mode_reason.text)
