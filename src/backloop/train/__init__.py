"""Doing it: a plan on a calendar, and what each session calls for."""

from backloop.train.agenda import schedule
from backloop.train.assessing import plan_assessments
from backloop.train.calendars import calendar_text
from backloop.train.programmes import (
    Activity,
    Amount,
    Assessment,
    Programme,
    Quota,
    SessionPlan,
    WeekPlan,
)
from backloop.train.quotas import set_amounts, set_quotas
from backloop.train.readiness import (
    Moment,
    Readiness,
    SessionAlert,
    SessionVerdict,
    ready,
    stand_at,
)

__all__ = [
    "Activity",
    "Amount",
    "Assessment",
    "Moment",
    "Programme",
    "Quota",
    "Readiness",
    "SessionAlert",
    "SessionPlan",
    "SessionVerdict",
    "WeekPlan",
    "calendar_text",
    "plan_assessments",
    "ready",
    "schedule",
    "set_amounts",
    "set_quotas",
    "stand_at",
]
