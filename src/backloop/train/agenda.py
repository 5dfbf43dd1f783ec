"""When what is done: a plan laid onto a calendar.

Decides dates, weeks and the order of the days; what is done and how much comes from the plan.
"""

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from backloop.errors import MeasureError
from backloop.library import Dose, Library, Stage
from backloop.plan import Plan, Prescription, Role, Status
from backloop.train.assessing import plan_assessments
from backloop.train.programmes import Activity, Amount, Programme, Quota, SessionPlan, WeekPlan
from backloop.train.quotas import set_amounts, set_quotas
from backloop.units import Text

__all__ = ["schedule"]

_WEEKS = 12  # where the lead's book states none: the twelve weekly sessions of bagg-2022
_DAYS = 7
_LONGEST = 10  # years that no course outlasts
_WORKDAYS = 5
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


def schedule(
    plan: Plan,
    start: dt.date,
    *,
    held: Collection[int] = (),
    stepped_back: Sequence[int] = (),
    baselines: Mapping[str, float] | None = None,
    library: Library | None = None,
) -> Programme:
    """Lay a plan onto the calendar: sessions, home practice, quotas, amounts and assessments.

    Parameters
    ----------
    plan : Plan
        What is proposed to the person.
    start : date
        The first day; it is also the first clinic session.
    held : collection of int
        Weeks, from 1, whose amounts repeat the week before, because they were missed or held.
    stepped_back : sequence of int
        Weeks whose amounts begin one step lower than the week before; a week named twice begins two steps lower.
    baselines : mapping of str to float, optional
        What the person managed on average, by the id of a progression that is a share of it, such as ``steps``.
    library : Library, optional
        The books; the packaged ones if not given.

    Returns
    -------
    Programme
        As many weeks as the core lasts (12), or a research-only course if that is longer; assessments at weeks 0, 6,
        12, 18, 26 and 52. Empty, with the reason, where the plan says *refer* or proposes nothing; provisional where it
        *cannot say*.

    Raises
    ------
    MeasureError
        If the calendar ends before the last assessment.

    Notes
    -----
    Clinic sessions are those of the core; supporting treatments share them, each at most as often as its own dose
    (where no source states one: in the week a stage begins). What is research-only takes the core's days first, then
    further workdays of its own, until its course ends. Practice at home is spread evenly over the days without a
    session of the core. Quotas go by the clock, so a plan that symptoms guide has none; its amounts are the most for a
    week.

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
    if start.year >= dt.MAXYEAR - _LONGEST:
        message = f"expected a first day that leaves years for the course, got {start}; choose an earlier one"
        raise MeasureError(message)
    is_empty = plan.status is Status.REFER or not plan.prescriptions
    weeks = 0 if is_empty else _weeks(plan)
    chosen = tuple(entry.intervention for entry in plan.prescriptions)
    quotas = set_quotas(plan, weeks=weeks, held=held, stepped_back=stepped_back, library=library)
    amounts = set_amounts(plan, weeks=weeks, baselines=baselines, held=held, stepped_back=stepped_back)
    return Programme(
        participant_id=plan.participant_id,
        is_made_up=plan.is_made_up,
        start=start,
        weeks=tuple(
            _week(plan, week, start, quotas=quotas.get(week, ()), amounts=amounts.get(week, ()))
            for week in range(1, weeks + 1)
        ),
        assessments=() if is_empty else plan_assessments(start, library=library, interventions=chosen),
        is_provisional=plan.status is Status.CANNOT_SAY,
        notes=_notes(plan),
        goals=tuple(goal.activity for goal in plan.goals),
        because=plan.because,
    )


def _lead(plan: Plan) -> Prescription:
    """Give the core; where there is none the treatment with most clinic sessions, what is research-only last."""
    return max(
        plan.prescriptions,
        key=lambda entry: (
            entry.role is Role.CORE,
            entry.role is not Role.RESEARCH_ONLY,
            entry.dose.clinic_per_week or 0,
        ),
    )


def _has_own_visits(entry: Prescription, plan: Plan) -> bool:
    return entry.role is Role.RESEARCH_ONLY or entry is _lead(plan)


def _weeks(plan: Plan) -> int:
    return max(entry.dose.weeks or _WEEKS for entry in plan.prescriptions if _has_own_visits(entry, plan))


def _week(plan: Plan, week: int, start: dt.date, *, quotas: tuple[Quota, ...], amounts: tuple[Amount, ...]) -> WeekPlan:
    starts = start + dt.timedelta(weeks=week - 1)
    sessions = [*_clinic(plan, week, starts), *_home(plan, week, starts)]
    sessions.sort(key=lambda session: (session.date, session.place))
    done = {activity.intervention for session in sessions for activity in session.activities}
    due = tuple(amount for amount in amounts if amount.intervention in done)
    return WeekPlan(week=week, starts=starts, sessions=tuple(sessions), quotas=quotas, amounts=due)


def _clinic(plan: Plan, week: int, starts: dt.date) -> Iterator[SessionPlan]:
    shares = [(entry, _activities(entry, week, "clinic")) for entry in plan.prescriptions]
    days = {entry.intervention: _days_of(entry, plan, week, starts) for entry, made in shares if made}
    for day in sorted({day for own in days.values() for day in own}):
        today = [(entry, made) for entry, made in shares if day in days.get(entry.intervention, ())]
        yield SessionPlan(
            date=starts + dt.timedelta(days=day),
            week=week,
            place="clinic",
            minutes=_total(entry.dose.clinic_minutes for entry, _ in today if _has_own_visits(entry, plan)),
            activities=tuple(done for _, made in today for done in made),
        )


def _days_of(entry: Prescription, plan: Plan, week: int, starts: dt.date) -> list[int]:
    """Choose the days of a week on which a treatment is given in the clinic: those of the core before its own."""
    times, shared = _visits(entry, week), _clinic_days(plan, week)
    if entry.role is not Role.RESEARCH_ONLY:
        return shared[:times]
    free = [day for day in range(_DAYS) if day not in shared and _is_workday(starts, day)]
    return [*shared[:times], *_spread(free, max(times - len(shared), 0))]


def _is_workday(starts: dt.date, day: int) -> bool:
    return (starts + dt.timedelta(days=day)).weekday() < _WORKDAYS


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
    return _spread(list(range(_DAYS)), _course(_lead(plan).dose, week))


def _visits(entry: Prescription, week: int) -> int:
    """Say in how many clinic sessions of a week a treatment may take part."""
    if entry.dose.clinic_per_week is not None:
        return _course(entry.dose, week)
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


def _course(dose: Dose, week: int) -> int:
    """Say how many clinic sessions a dose has in a week; a course ends with its last session."""
    times = _times(dose.clinic_per_week, week)
    if dose.sessions is None:
        return times
    before = sum(_times(dose.clinic_per_week, earlier) for earlier in range(1, week))
    return min(times, max(dose.sessions - before, 0))


def _times(per_week: float | None, week: int) -> int:
    """Say how often something falls into a week; 1.5 a week is one, two, one, two."""
    rate = per_week or 0.0
    return math.floor(week * rate + _TINY) - math.floor((week - 1) * rate + _TINY)


def _spread(days: list[int], times: int) -> list[int]:
    """Choose that many days, evenly; all of them where there are no more."""
    return days if times >= len(days) else [days[number * len(days) // times] for number in range(times)]


def _total(minutes: Iterable[float | None]) -> float | None:
    known = list(minutes)
    return None if not known or None in known else sum(part for part in known if part is not None)


def _notes(plan: Plan) -> tuple[Text, ...]:
    if plan.status is Status.REFER:
        return (_REFER,)
    if not plan.prescriptions:
        return (_NOTHING,)
    provisional = (_PROVISIONAL,) if plan.status is Status.CANNOT_SAY else ()
    return provisional if plan.mode_reason is None else (*provisional, plan.mode_reason.text)
