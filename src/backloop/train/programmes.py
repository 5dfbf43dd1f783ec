"""Twelve weeks on a calendar: sessions, home practice, stages, quotas, amounts and assessments.

Decides the shape of a programme; the dates are made in `agenda`, the amounts in `quotas`.
"""

import datetime as dt
from typing import Literal

from backloop.library import Cited
from backloop.measure import Because
from backloop.units import Frozen, Text

__all__ = ["Activity", "Amount", "Assessment", "Programme", "Quota", "SessionPlan", "WeekPlan"]


class Quota(Frozen):
    """How much of one activity is due in a week; None where no baseline was measured yet.

    Examples
    --------
    >>> Quota(activity="walking", unit="min", week=1, amount=14.0, reason=Text(en="70 %", zh="70%")).amount
    14.0
    """

    activity: str
    unit: str
    week: int
    amount: float | None
    reason: Text


class Amount(Cited):
    """How much of a prescription's progression is due in a week; None where a baseline must be measured first.

    Examples
    --------
    >>> Amount.model_fields["amount"].is_required()
    True
    """

    intervention: str
    progression: str
    title: Text
    unit: Text
    week: int
    amount: float | None
    reason: Text


class Activity(Frozen):
    """One thing done in a session: the intervention, strand and stage it belongs to, and what to do.

    Examples
    --------
    >>> Activity.model_fields["what"].is_required()
    True
    """

    intervention: str
    strand: str
    stage: str
    title: Text
    what: Text
    move_on: Text
    tasks: tuple[str, ...] = ()
    minutes: float | None = None


class SessionPlan(Frozen):
    """One dated appointment in the clinic or practice at home.

    Examples
    --------
    >>> SessionPlan(date="2026-12-01", week=1, place="clinic", activities=()).place
    'clinic'
    """

    date: dt.date
    week: int
    place: Literal["clinic", "home"]
    minutes: float | None = None
    activities: tuple[Activity, ...]


class WeekPlan(Frozen):
    """One week: its sessions, the quotas of the goals and the amounts of the prescriptions.

    Examples
    --------
    >>> WeekPlan(week=1, starts="2026-12-01", sessions=(), quotas=()).week
    1
    """

    week: int
    starts: dt.date
    sessions: tuple[SessionPlan, ...]
    quotas: tuple[Quota, ...]
    amounts: tuple[Amount, ...] = ()


class Assessment(Frozen):
    """A dated assessment: the week it belongs to and the questionnaires and tests due.

    Examples
    --------
    >>> Assessment(week=0, date="2026-12-01", books=("nrs",)).books
    ('nrs',)
    """

    week: int
    date: dt.date
    books: tuple[str, ...]


class Programme(Frozen):
    """The whole course on dates; empty, with the reason, where the plan says *refer*.

    Examples
    --------
    >>> import datetime as dt
    >>> from backloop import infer, prescribe, schedule, score
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> len(schedule(prescribe(infer(score(person)), person), start=dt.date(2026, 12, 1)).assessments)
    6
    """

    participant_id: str
    is_made_up: bool = False
    start: dt.date
    weeks: tuple[WeekPlan, ...]
    assessments: tuple[Assessment, ...]
    is_provisional: bool
    notes: tuple[Text, ...] = ()
    goals: tuple[str, ...] = ()
    because: Because
