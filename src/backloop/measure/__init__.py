"""What the observations amount to: scores, tests and their error."""

from backloop.measure.measures import (
    BandName,
    Because,
    Measure,
    Measures,
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

__all__ = [
    "BandName",
    "Because",
    "Measure",
    "Measures",
    "applies_to",
    "clinical_cutoff",
    "end_of_scale",
    "error_interval",
    "fitting_precision",
    "reliable_change_index",
    "score",
    "smallest_detectable_change",
    "software_version",
    "standard_error",
    "standard_error_of",
]
