"""Who was seen at which planned visit, and who was missed: by the plan's windows, without any arm.

Decides which of a person's visits is which planned one, and how each planned visit stands today.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backloop.record import Observation, Session
from backloop.trial import Trial, TrialOutcome, Visit
from backloop.units import Text
from backloop.web.people.models import Account, Participation, Study
from backloop.web.people.roles import Role
from backloop.web.people.study_scopes import participations_for, study_events
from backloop.web.research.models import OpenedLine
from backloop.web.store.events import standing_events
from backloop.web.store.models import Event

__all__ = ["VISIT_STATES", "Attendance", "Seen", "count_visits", "match_visits", "visits_of_study"]

VISIT_STATES: dict[str, Text] = {
    "complete": Text(en="seen, primary outcome recorded", zh="已完成，主要结局已记录"),
    "partial": Text(en="seen, primary outcome missing", zh="已到访，缺主要结局"),
    "due": Text(en="due now", zh="应访视"),
    "missed": Text(en="missed", zh="缺失"),
    "coming": Text(en="to come", zh="未到期"),
    "gone": Text(en="not due, withdrawn", zh="已退出，不再访视"),
}
"""How a planned visit may stand."""

_IN_TRIAL = {"allocated", "withdrawn", "completed"}


@dataclass(frozen=True)
class Seen:
    """One planned visit of one person: how it stands, which day it was, whether that day lies in the window.

    Examples
    --------
    >>> Seen(Visit(id="week-6", week=6), "missed").says.en
    'missed'
    """

    visit: Visit
    state: str
    session_id: str = ""
    day: int | None = None
    is_outside: bool = False
    due_on: dt.date | None = None

    @property
    def says(self) -> Text:
        """How it stands, in words."""
        return VISIT_STATES[self.state]


@dataclass(frozen=True)
class Attendance:
    """One participant's planned visits.

    Examples
    --------
    >>> Attendance(Participation(number="BS-001"), None).count("missed")
    0
    """

    participation: Participation
    allocated_on: dt.date | None
    visits: tuple[Seen, ...] = field(default=())

    def count(self, state: str) -> int:
        """Count the visits that stand so."""
        return sum(seen.state == state for seen in self.visits)


def visits_of_study(account: Account, study: Study, role: Role, *, trial: Trial, today: dt.date) -> list[Attendance]:
    """Give every participant's planned visits, by number.

    Parameters
    ----------
    account : Account
        Who asks.
    study : Study
        Which study.
    role : Role
        In which part.
    trial : Trial
        The study's plan.
    today : date
        The day to judge by.

    Returns
    -------
    list of Attendance
        Those who were not included are left out.
    """
    parts = [part for part in participations_for(account, study, role) if part.state != "excluded"]
    events = study_events(account, study, role, kinds=["visit", "response", "observation"])
    days = _allocation_days(parts)
    primary = next(outcome for outcome in trial.outcomes if outcome.rank == "primary")
    return [
        Attendance(
            part, days.get(part.pk), tuple(_judge(part, events[part.patient.code], days, (trial, primary, today)))
        )
        for part in parts
    ]


def count_visits(found: Sequence[Attendance], trial: Trial) -> list[tuple[Visit, Counter[str]]]:
    """Count the states of each planned visit over everybody.

    Parameters
    ----------
    found : sequence of Attendance
        As `visits_of_study` gives them.
    trial : Trial
        The plan.

    Returns
    -------
    list of (Visit, Counter)
        In the plan's order.
    """
    return [
        (visit, Counter(one.state for each in found for one in each.visits if one.visit == visit))
        for visit in trial.visits
    ]


def match_visits(
    sessions: Mapping[str, tuple[Session, dt.date]], trial: Trial, *, allocated_on: dt.date | None
) -> dict[str, str]:
    """Say which of a person's visits is which planned one: by its week, else by the window it lies in.

    Parameters
    ----------
    sessions : mapping of str to (Session, date)
        The person's visits by id, with their days.
    trial : Trial
        The plan.
    allocated_on : date, optional
        The day of allocation.

    Returns
    -------
    dict of str to str
        Session id by the id of the planned visit.
    """
    left, found = dict(sessions), {}
    for visit in trial.visits:
        same = next((name for name, (session, _) in left.items() if session.week == visit.week), None)
        if same is not None:
            found[visit.id] = same
            del left[same]
    for visit in trial.visits:
        if visit.id in found or allocated_on is None:
            continue
        within = [name for name, (_, day) in left.items() if visit.holds((day - allocated_on).days)]
        if within:
            found[visit.id] = min(within, key=lambda name: abs((left[name][1] - allocated_on).days - visit.week * 7))
            del left[found[visit.id]]
    return found


def _judge(
    part: Participation,
    events: list[Event],
    days: Mapping[int, dt.date],
    told: tuple[Trial, TrialOutcome, dt.date],
) -> list[Seen]:
    trial, primary, today = told
    allocated_on, sessions, answered = days.get(part.pk), {}, set()
    for standing in standing_events(part.patient.code, seen=events):
        noun = standing.noun
        if isinstance(noun, Session):
            sessions[noun.session_id] = (noun, standing.event.happened_at.date())
        elif (
            isinstance(noun, Observation) and noun.value is not None and noun.book == (primary.instrument or primary.id)
        ):
            answered.add(noun.session_id)
    matched = match_visits(sessions, trial, allocated_on=allocated_on)
    return [
        _seen(part, visit, matched.get(visit.id, ""), (sessions, answered, allocated_on, _closes(trial, visit), today))
        for visit in trial.visits
    ]


def _seen(
    part: Participation,
    visit: Visit,
    session_id: str,
    known: tuple[Mapping[str, tuple[Session, dt.date]], set[str], dt.date | None, float, dt.date],
) -> Seen:
    sessions, answered, allocated_on, closes, today = known
    due_on = None if allocated_on is None else allocated_on + dt.timedelta(days=round(visit.week * 7))
    if session_id:
        state = "complete" if session_id in answered else "partial"
        day = None if allocated_on is None else (sessions[session_id][1] - allocated_on).days
        outside = day is not None and visit.window_days is not None and not visit.holds(day)
        return Seen(visit, state, session_id, day, outside, due_on)
    if part.state == "withdrawn":
        gone_on = part.changed_at.date()
        state = "gone" if due_on is None or due_on > gone_on else "missed"
        return Seen(visit, state, due_on=due_on)
    if allocated_on is None:
        return Seen(visit, "due" if visit.is_baseline else "coming")
    early = visit.window_days[0] if visit.window_days else 0
    since = (today - allocated_on).days
    state = "missed" if since > closes else "due" if since >= visit.week * 7 - early else "coming"
    return Seen(visit, state, due_on=due_on)


def _closes(trial: Trial, visit: Visit) -> float:
    """Give the day after which a visit counts as missed: its window's end, else the next planned visit."""
    if visit.is_baseline:
        return 0
    if visit.window_days is not None:
        return visit.week * 7 + visit.window_days[1]
    return min((other.week * 7 for other in trial.visits if other.week > visit.week), default=float("inf"))


def _allocation_days(parts: Sequence[Participation]) -> dict[int, dt.date]:
    """Give the day each was allocated, from the log of opened lines, else from when the state changed."""
    lines = OpenedLine.objects.filter(participation__in=[part.pk for part in parts])
    days = {line.participation_id: line.made_at.date() for line in lines}
    return {part.pk: part.changed_at.date() for part in parts if part.state in _IN_TRIAL - {"withdrawn"}} | days
