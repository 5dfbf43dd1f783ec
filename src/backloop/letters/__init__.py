"""Letters to patients and clinicians, and the report about a group: the books' own words on paper."""

from backloop.letters.panels import (
    course_picture,
    means_picture,
)
from backloop.letters.pictures import (
    plan_picture,
    profile_picture,
)
from backloop.letters.reports import cohort_report
from backloop.letters.tallies import (
    CohortTally,
    GroupMean,
    Moments,
    ScaledMeasure,
)
from backloop.letters.writing import letter

__all__ = [
    "CohortTally",
    "GroupMean",
    "Moments",
    "ScaledMeasure",
    "cohort_report",
    "course_picture",
    "letter",
    "means_picture",
    "plan_picture",
    "profile_picture",
]
