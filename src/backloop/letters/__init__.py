"""Letters to patients and clinicians, and the report about a group: the books' own words on paper."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
    "can_draw_brains",
    "cohort_page",
    "cohort_report",
    "course_picture",
    "curve_picture",
    "deviation_picture",
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
_MODULES = {
    **dict.fromkeys(("BrainView", "can_draw_brains", "view_map"), "brainviews"),
    "cohort_page": "cohortpages",
    "deviation_picture": "deviations",
    "panel_page": "panelpages",
    **dict.fromkeys(("MarkerStrip", "strip_picture"), "strips"),
    **dict.fromkeys(("matrix_picture", "trace_picture"), "traces"),
    "flow_picture": "flows",
    **dict.fromkeys(("curve_picture", "outcome_picture", "power_picture"), "plots"),
    **dict.fromkeys(("lay_tables", "power_page", "trial_page"), "trialpages"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.letters' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.letters.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
