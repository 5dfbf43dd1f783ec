"""A cohort's brain recordings, person by person, on many cores or machines, and the tables of all."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
_MODULES = {
    **dict.fromkeys(("CohortFailure", "save_as_controls"), "cohort_tables"),
    **dict.fromkeys(("CohortPage", "CohortRun", "PanelProgress", "run_panel"), "cohorts"),
    "harvest_recording": "harvesting",
    **dict.fromkeys(
        ("Drawings", "PanelJob", "PanelPage", "PersonResult", "make_person_panel", "work_on_person"), "persons"
    ),
    "PanelPlan": "plans",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.cohort' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.cohort.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
