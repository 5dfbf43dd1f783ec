"""One person's brain recordings in one place: each number with its reference, its doubt and what contradicts it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
_MODULES = {
    **dict.fromkeys(("Panel", "PanelProblem", "PanelRow", "make_panel", "read_panel", "save_panel"), "panels"),
    **dict.fromkeys(("combine_runs", "condition_of"), "runs"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.panel' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.panel.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
