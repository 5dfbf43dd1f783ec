"""What to do, how much and how sure, with safety first."""

from backloop.plan.answers import Standing, Wishes, stand
from backloop.plan.dose import HeartRateTarget, aim_heart_rate, fit_dose, hold_quotas, quota_line
from backloop.plan.evidence import describe_evidence, find_conflicts, order_evidence
from backloop.plan.pacing import choose_mode
from backloop.plan.plans import (
    Alert,
    Caution,
    Considered,
    Goal,
    Plan,
    Prescription,
    Reason,
    Status,
    Target,
)
from backloop.plan.prescribing import prescribe
from backloop.plan.safety import Screening, screen

__all__ = [
    "Alert",
    "Caution",
    "Considered",
    "Goal",
    "HeartRateTarget",
    "Plan",
    "Prescription",
    "Reason",
    "Screening",
    "Standing",
    "Status",
    "Target",
    "Wishes",
    "aim_heart_rate",
    "choose_mode",
    "describe_evidence",
    "find_conflicts",
    "fit_dose",
    "hold_quotas",
    "order_evidence",
    "prescribe",
    "quota_line",
    "screen",
    "stand",
]
