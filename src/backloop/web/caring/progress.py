"""How a programme goes: which sessions were done, which were missed, and where each strand stands.

Decides what counts as done and missed; what a session calls for is decided by the core's session rules.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from backloop.library import Stage
from backloop.plan import Plan, Prescription
from backloop.train import Programme, SessionPlan, WeekPlan
from backloop.units import Text
from backloop.web.store.agreements import name_session
from backloop.web.store.events import StandingEvent
from backloop.web.store.kinds import DoneSession

__all__ = ["Adherence", "Appointment", "StageProgress", "WeekRow", "add_up", "follow_stages", "lay_rows"]

State = Literal["done", "partly", "not", "missed", "today", "ahead"]


@dataclass(frozen=True)
class Appointment:
    """One planned session with what became of it."""

    name: str
    plan: SessionPlan
    state: State
    done: DoneSession | None = None

    @property
    def counts(self) -> bool:
        """Whether training took place."""
        return self.state in {"done", "partly"}


@dataclass(frozen=True)
class WeekRow:
    """One week with its appointments."""

    week: WeekPlan
    appointments: tuple[Appointment, ...]
    is_now: bool


@dataclass(frozen=True)
class Adherence:
    """What was done of what was planned up to today.

    `missed_in_a_row` counts back from the last session due; `days_since_last` from the last that was done, 0 before
    the first.
    """

    due: int
    done: int
    partly: int
    missed: int
    missed_in_a_row: int
    days_since_last: float


@dataclass(frozen=True)
class StageProgress:
    """One stage of a strand: when, and how many of its sessions were done."""

    treatment: Text
    stage: Stage
    state: Literal["done", "today", "ahead"]
    planned: int
    counted: int


def lay_rows(programme: Programme, events: Iterable[StandingEvent], *, today: dt.date) -> list[WeekRow]:
    """Put what was recorded beside what was planned.

    Parameters
    ----------
    programme : Programme
        The weeks.
    events : iterable of StandingEvent
        Sessions as recorded; the last one of a planned session counts.
    today : date
        The day where the patient lives.

    Returns
    -------
    list of WeekRow
    """
    recorded = {each.noun.planned: each.noun for each in events if isinstance(each.noun, DoneSession)}
    return [
        WeekRow(
            week=week,
            appointments=tuple(_appoint(each, recorded, today) for each in week.sessions),
            is_now=week.starts <= today < week.starts + dt.timedelta(weeks=1),
        )
        for week in programme.weeks
    ]


def add_up(rows: Sequence[WeekRow], *, today: dt.date) -> Adherence:
    """Count what was done and missed up to today.

    Parameters
    ----------
    rows : sequence of WeekRow
        The weeks.
    today : date
        The day where the patient lives.

    Returns
    -------
    Adherence
    """
    due = [each for row in rows for each in row.appointments if each.state not in {"today", "ahead"}]
    in_a_row = 0
    for each in reversed(due):
        if each.counts:
            break
        in_a_row += 1
    last = max((each.done.day for each in due if each.counts and each.done), default=today)
    return Adherence(
        due=len(due),
        done=sum(each.state == "done" for each in due),
        partly=sum(each.state == "partly" for each in due),
        missed=sum(not each.counts for each in due),
        missed_in_a_row=in_a_row,
        days_since_last=max((today - last).days, 0),
    )


def follow_stages(plan: Plan, rows: Sequence[WeekRow]) -> list[StageProgress]:
    """Say where each strand stands: what was done of each stage.

    Parameters
    ----------
    plan : Plan
        The signed plan.
    rows : sequence of WeekRow
        Its weeks.

    Returns
    -------
    list of StageProgress
    """
    now = next((row.week.week for row in rows if row.is_now), 0 if rows and not _begun(rows) else len(rows) + 1)
    return [_follow(each, stage, rows, now) for each in plan.prescriptions for stage in each.stages]


def _appoint(session: SessionPlan, recorded: Mapping[str, DoneSession], today: dt.date) -> Appointment:
    name = name_session(session)
    done = recorded.get(name)
    if done is not None:
        return Appointment(name, session, done.done, done)
    return Appointment(
        name, session, "ahead" if session.date > today else "today" if session.date == today else "missed"
    )


def _begun(rows: Sequence[WeekRow]) -> bool:
    return any(each.state != "ahead" for each in rows[0].appointments)


def _follow(entry: Prescription, stage: Stage, rows: Sequence[WeekRow], now: int) -> StageProgress:
    first, last = stage.weeks
    own = [
        each
        for row in rows
        for each in row.appointments
        if any((part.intervention, part.stage) == (entry.intervention, stage.id) for part in each.plan.activities)
    ]
    state: Literal["done", "today", "ahead"] = "ahead" if now < first else "done" if now > last else "today"
    return StageProgress(entry.title, stage, state, planned=len(own), counted=sum(each.counts for each in own))
