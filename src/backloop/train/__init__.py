"""Doing it: a plan on a calendar."""

from backloop.train.agenda import schedule
from backloop.train.assessing import plan_assessments
from backloop.train.calendars import calendar_text
from backloop.train.programmes import (
    Activity,
    Assessment,
    Programme,
    Quota,
    SessionPlan,
    WeekPlan,
)
from backloop.train.quotas import set_quotas

__all__ = [
    "Activity",
    "Assessment",
    "Programme",
    "Quota",
    "SessionPlan",
    "WeekPlan",
    "calendar_text",
    "plan_assessments",
    "schedule",
    "set_quotas",
]
