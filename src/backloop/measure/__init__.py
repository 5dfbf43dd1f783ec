"""What the observations amount to: scores, tests and their error."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily
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

# What brings scipy is loaded when first asked for; whoever measures people finds their brain recordings here too.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "threshold_hunting": ("HuntRule", "ThresholdHunt"),
        "threshold_simulation": (
            "FoundThresholds",
            "StimulatedPeople",
            "count_thresholds",
            "hunt_thresholds",
            "make_stimulated_people",
        ),
    },
    behind=(
        "backloop.cohort",
        "backloop.holdings",
        "backloop.panel",
    ),
)
