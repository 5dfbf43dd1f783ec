"""Letters to patients and clinicians, and the report about a group: the books' own words on paper."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily
from backloop.letters.bodypictures import body_picture, drawing_sentence
from backloop.letters.dossiers import evidence_page, network_page, pooling_notes, synthesis_page
from backloop.letters.effectrows import ForestRow, rows_picture
from backloop.letters.forests import evidence_picture, forest_picture, reference_picture
from backloop.letters.funnels import funnel_picture
from backloop.letters.guidance import guideline_picture
from backloop.letters.nets import league_picture, network_picture, rank_picture
from backloop.letters.pages import PageTable
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
from backloop.letters.wording import Words
from backloop.letters.writing import letter

if TYPE_CHECKING:
    from backloop.letters.brainviews import BrainView, can_draw_brains, view_map
    from backloop.letters.cohortpages import cohort_page
    from backloop.letters.deviations import deviation_picture
    from backloop.letters.flows import flow_picture
    from backloop.letters.panelpages import panel_page
    from backloop.letters.plots import curve_picture, outcome_picture, power_picture
    from backloop.letters.strips import MarkerStrip, strip_picture
    from backloop.letters.traces import matrix_picture, trace_picture
    from backloop.letters.trialpages import lay_tables, power_page, trial_page

__all__ = [
    "BrainView",
    "CohortTally",
    "ForestRow",
    "GroupMean",
    "MarkerStrip",
    "Moments",
    "PageTable",
    "ScaledMeasure",
    "Words",
    "body_picture",
    "can_draw_brains",
    "cohort_page",
    "cohort_report",
    "course_picture",
    "curve_picture",
    "deviation_picture",
    "drawing_sentence",
    "evidence_page",
    "evidence_picture",
    "flow_picture",
    "forest_picture",
    "funnel_picture",
    "guideline_picture",
    "lay_tables",
    "league_picture",
    "letter",
    "matrix_picture",
    "means_picture",
    "network_page",
    "network_picture",
    "outcome_picture",
    "panel_page",
    "plan_picture",
    "pooling_notes",
    "power_page",
    "power_picture",
    "profile_picture",
    "rank_picture",
    "reference_picture",
    "rows_picture",
    "strip_picture",
    "synthesis_page",
    "trace_picture",
    "trial_page",
    "view_map",
]

# The pages of trials bring the trial engine, those of panels the recordings; each is loaded when first asked for.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "brainviews": ("BrainView", "can_draw_brains", "view_map"),
        "cohortpages": ("cohort_page",),
        "deviations": ("deviation_picture",),
        "flows": ("flow_picture",),
        "panelpages": ("panel_page",),
        "plots": ("curve_picture", "outcome_picture", "power_picture"),
        "strips": ("MarkerStrip", "strip_picture"),
        "traces": ("matrix_picture", "trace_picture"),
        "trialpages": ("lay_tables", "power_page", "trial_page"),
    },
)
