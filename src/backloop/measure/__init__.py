"""What the observations amount to: scores, tests and their error."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from backloop.measure.answers import Accepted, accepted
from backloop.measure.measures import (
    BandName,
    Because,
    Deviation,
    Measure,
    Measures,
    Recorded,
)
from backloop.measure.motor_threshold import (
    MEP_MICROVOLTS,
    MotorThreshold,
    ThresholdMethod,
)
from backloop.measure.reliability import (
    applies_to,
    clinical_cutoff,
    end_of_scale,
    error_interval,
    fitting_precision,
    reliable_change_index,
    smallest_detectable_change,
    standard_error,
    standard_error_of,
)
from backloop.measure.scoring import (
    score,
    software_version,
)

if TYPE_CHECKING:
    from backloop.cohort import PanelJob, PanelPlan, run_panel
    from backloop.holdings import find_recordings
    from backloop.measure.threshold_hunting import HuntRule, ThresholdHunt
    from backloop.measure.threshold_simulation import (
        FoundThresholds,
        StimulatedPeople,
        count_thresholds,
        hunt_thresholds,
        make_stimulated_people,
    )
    from backloop.panel import Panel, read_panel

__all__ = [
    "MEP_MICROVOLTS",
    "Accepted",
    "BandName",
    "Because",
    "Deviation",
    "FoundThresholds",
    "HuntRule",
    "Measure",
    "Measures",
    "MotorThreshold",
    "Panel",
    "PanelJob",
    "PanelPlan",
    "Recorded",
    "StimulatedPeople",
    "ThresholdHunt",
    "ThresholdMethod",
    "accepted",
    "applies_to",
    "clinical_cutoff",
    "count_thresholds",
    "end_of_scale",
    "error_interval",
    "find_recordings",
    "fitting_precision",
    "hunt_thresholds",
    "make_stimulated_people",
    "read_panel",
    "reliable_change_index",
    "run_panel",
    "score",
    "smallest_detectable_change",
    "software_version",
    "standard_error",
    "standard_error_of",
]

# What brings scipy is loaded when one of its names is first asked for.
_SIMULATION = ("FoundThresholds", "StimulatedPeople", "count_thresholds", "hunt_thresholds", "make_stimulated_people")
_MODULES = {
    **dict.fromkeys(("HuntRule", "ThresholdHunt"), "threshold_hunting"),
    **dict.fromkeys(_SIMULATION, "threshold_simulation"),
}
# Whoever measures people finds their brain recordings here too.
_ROOMS = {
    **dict.fromkeys(("PanelJob", "PanelPlan", "run_panel"), "cohort"),
    **dict.fromkeys(("Panel", "read_panel"), "panel"),
    "find_recordings": "holdings",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name in _ROOMS:
        return getattr(import_module(f"backloop.{_ROOMS[name]}"), name)
    if name not in _MODULES:
        message = f"module 'backloop.measure' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.measure.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
