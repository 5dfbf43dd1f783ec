"""What to do, how much and how sure, with safety first."""

from backloop.plan.answers import RecordedDecision, Standing, Wishes, keep_accepted, stand
from backloop.plan.dose import HeartRateTarget, aim_heart_rate, fit_dose
from backloop.plan.evidence import Bearing, describe_evidence, find_conflicts, order_evidence, weigh_evidence
from backloop.plan.pacing import choose_mode
from backloop.plan.plans import (
    Alert,
    Burden,
    Caution,
    Considered,
    Goal,
    Plan,
    Prescription,
    Reason,
    Role,
    Rule,
    Status,
    Step,
    Target,
)
from backloop.plan.prescribing import prescribe
from backloop.plan.progressions import Amounts, climb
from backloop.plan.safety import Screening, screen

__all__ = [
    "Alert",
    "Amounts",
    "Bearing",
    "Burden",
    "Caution",
    "Considered",
    "Goal",
    "HeartRateTarget",
    "Plan",
    "Prescription",
    "Reason",
    "RecordedDecision",
    "Role",
    "Rule",
    "Screening",
    "Standing",
    "Status",
    "Step",
    "Target",
    "Wishes",
    "aim_heart_rate",
    "choose_mode",
    "climb",
    "describe_evidence",
    "find_conflicts",
    "fit_dose",
    "keep_accepted",
    "order_evidence",
    "prescribe",
    "screen",
    "stand",
    "weigh_evidence",
]
