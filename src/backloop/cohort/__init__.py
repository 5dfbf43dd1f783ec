"""A cohort's brain recordings, person by person, on many cores or machines, and the tables of all."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

if TYPE_CHECKING:
    from backloop.cohort.cohort_tables import CohortFailure, save_as_controls
    from backloop.cohort.cohorts import CohortPage, CohortRun, PanelProgress, run_panel
    from backloop.cohort.harvesting import harvest_recording
    from backloop.cohort.persons import Drawings, PanelJob, PanelPage, PersonResult, make_person_panel, work_on_person
    from backloop.cohort.plans import PanelPlan

__all__ = [
    "CohortFailure",
    "CohortPage",
    "CohortRun",
    "Drawings",
    "PanelJob",
    "PanelPage",
    "PanelPlan",
    "PanelProgress",
    "PersonResult",
    "harvest_recording",
    "make_person_panel",
    "run_panel",
    "save_as_controls",
    "work_on_person",
]

# Each part is loaded when one of its names is first asked for.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "cohort_tables": ("CohortFailure", "save_as_controls"),
        "cohorts": ("CohortPage", "CohortRun", "PanelProgress", "run_panel"),
        "harvesting": ("harvest_recording",),
        "persons": ("Drawings", "PanelJob", "PanelPage", "PersonResult", "make_person_panel", "work_on_person"),
        "plans": ("PanelPlan",),
    },
)
