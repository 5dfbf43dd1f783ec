"""One person's brain recordings in one place: each number with its reference, its doubt and what contradicts it."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

if TYPE_CHECKING:
    from backloop.panel.panels import Panel, PanelProblem, PanelRow, make_panel, read_panel, save_panel
    from backloop.panel.runs import combine_runs, condition_of

__all__ = [
    "Panel",
    "PanelProblem",
    "PanelRow",
    "combine_runs",
    "condition_of",
    "make_panel",
    "read_panel",
    "save_panel",
]

# Each part is loaded when one of its names is first asked for.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "panels": ("Panel", "PanelProblem", "PanelRow", "make_panel", "read_panel", "save_panel"),
        "runs": ("combine_runs", "condition_of"),
    },
)
