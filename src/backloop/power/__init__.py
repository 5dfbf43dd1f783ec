"""Whole trials, simulated before they are run: power, false alarms, interim looks, and how many people are needed."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

if TYPE_CHECKING:
    from backloop.power.absences import StayingAway
    from backloop.power.analyses import Analysis, Answers, ModelAnalysis, OwnAnalysis, Question
    from backloop.power.boundaries import (
        Boundary,
        BoundaryKind,
        StoppingChances,
        efficacy_boundary,
        needed_drift,
        stopping_chances,
    )
    from backloop.power.draws import TrialBlock, draw_trials
    from backloop.power.interims import FinalEstimate, conditional_power, final_estimate, predictive_power
    from backloop.power.performance import Figure, Performance, Success
    from backloop.power.resizing import BlindedSize, TwoArmPlan, needed_people, resize_blinded
    from backloop.power.simulations import Simulation, simulate
    from backloop.power.worlds import (
        Decay,
        Provenance,
        Therapists,
        World,
        WorldArm,
        WorldModifier,
        WorldOutcome,
        read_world,
    )

__all__ = [
    "Analysis",
    "Answers",
    "BlindedSize",
    "Boundary",
    "BoundaryKind",
    "Decay",
    "Figure",
    "FinalEstimate",
    "ModelAnalysis",
    "OwnAnalysis",
    "Performance",
    "Provenance",
    "Question",
    "Simulation",
    "StayingAway",
    "StoppingChances",
    "Success",
    "Therapists",
    "TrialBlock",
    "TwoArmPlan",
    "World",
    "WorldArm",
    "WorldModifier",
    "WorldOutcome",
    "conditional_power",
    "draw_trials",
    "efficacy_boundary",
    "final_estimate",
    "needed_drift",
    "needed_people",
    "predictive_power",
    "read_world",
    "resize_blinded",
    "simulate",
    "stopping_chances",
]

# The engine brings pandas, scipy and a compiler: it is loaded when one of its names is first asked for.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "absences": ("StayingAway",),
        "analyses": ("Analysis", "Answers", "ModelAnalysis", "OwnAnalysis", "Question"),
        "boundaries": (
            "Boundary",
            "BoundaryKind",
            "StoppingChances",
            "efficacy_boundary",
            "needed_drift",
            "stopping_chances",
        ),
        "draws": ("TrialBlock", "draw_trials"),
        "interims": ("FinalEstimate", "conditional_power", "final_estimate", "predictive_power"),
        "performance": ("Figure", "Performance", "Success"),
        "resizing": ("BlindedSize", "TwoArmPlan", "needed_people", "resize_blinded"),
        "simulations": ("Simulation", "simulate"),
        "worlds": (
            "Decay",
            "Provenance",
            "Therapists",
            "World",
            "WorldArm",
            "WorldModifier",
            "WorldOutcome",
            "read_world",
        ),
    },
)
