"""What the observations amount to: scores, tests and their error."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily
from backloop.measure.drawings import (
    MOST_POINTS,
    MOST_STROKES,
    QUALITIES,
    Drawing,
    DrawingChange,
    Painted,
    Quality,
    Stroke,
    Tapped,
)
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
    from backloop.measure.painting import (
        TOUCHED_SHARE,
        compare_drawings,
        drawing_observations,
        measure_drawing,
    )
    from backloop.measure.rasters import RASTER, chart_faults
    from backloop.measure.threshold_hunting import HuntRule, ThresholdHunt
    from backloop.measure.threshold_simulation import (
        FoundThresholds,
        StimulatedPeople,
        count_thresholds,
        hunt_thresholds,
        make_stimulated_people,
    )
    from backloop.measure.trial_orders import (
        DrawnLetter,
        GridPoint,
        TrialPlace,
        gap_between,
        order_letters,
        order_points,
        order_trials,
        pressure_of_force,
        unit_of_force,
    )
    from backloop.measure.two_points import Felt, Touch, TouchRun, TwoPointWalk, draw, walk_two_points
    from backloop.panel import Panel, read_panel

__all__ = [
    "MEP_MICROVOLTS",
    "MOST_POINTS",
    "MOST_STROKES",
    "QUALITIES",
    "RASTER",
    "TOUCHED_SHARE",
    "BandName",
    "Because",
    "Deviation",
    "Drawing",
    "DrawingChange",
    "DrawnLetter",
    "Felt",
    "FoundThresholds",
    "GridPoint",
    "HuntRule",
    "Measure",
    "Measures",
    "MotorThreshold",
    "Painted",
    "Panel",
    "PanelJob",
    "PanelPlan",
    "Quality",
    "Recorded",
    "StimulatedPeople",
    "Stroke",
    "Tapped",
    "ThresholdHunt",
    "ThresholdMethod",
    "Touch",
    "TouchRun",
    "TrialPlace",
    "TwoPointWalk",
    "applies_to",
    "chart_faults",
    "clinical_cutoff",
    "compare_drawings",
    "count_thresholds",
    "draw",
    "drawing_observations",
    "end_of_scale",
    "error_interval",
    "find_recordings",
    "fitting_precision",
    "gap_between",
    "hunt_thresholds",
    "make_stimulated_people",
    "measure_drawing",
    "order_letters",
    "order_points",
    "order_trials",
    "pressure_of_force",
    "read_panel",
    "reliable_change_index",
    "run_panel",
    "score",
    "smallest_detectable_change",
    "software_version",
    "standard_error",
    "standard_error_of",
    "unit_of_force",
    "walk_two_points",
]

# What brings scipy is loaded when first asked for; whoever measures people finds their brain recordings here too.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "rasters": ("RASTER", "chart_faults"),
        "painting": (
            "TOUCHED_SHARE",
            "compare_drawings",
            "drawing_observations",
            "measure_drawing",
        ),
        "threshold_hunting": ("HuntRule", "ThresholdHunt"),
        "threshold_simulation": (
            "FoundThresholds",
            "StimulatedPeople",
            "count_thresholds",
            "hunt_thresholds",
            "make_stimulated_people",
        ),
        "trial_orders": (
            "DrawnLetter",
            "GridPoint",
            "TrialPlace",
            "gap_between",
            "order_letters",
            "order_points",
            "order_trials",
            "pressure_of_force",
            "unit_of_force",
        ),
        "two_points": ("Felt", "Touch", "TouchRun", "TwoPointWalk", "draw", "walk_two_points"),
    },
    behind=(
        "backloop.cohort",
        "backloop.holdings",
        "backloop.panel",
    ),
)
