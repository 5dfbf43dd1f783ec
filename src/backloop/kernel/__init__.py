"""The engine: a trial's table and design in, a fitted model with its curvature out; and blocks of work, shared out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backloop.kernel.designs import Design, adjusted_design, constrained_design
    from backloop.kernel.endings import Ending
    from backloop.kernel.frames import Inference, Structure
    from backloop.kernel.layouts import array_design
    from backloop.kernel.repeated import ManyFits, RepeatedFit, fit_many, fit_repeated
    from backloop.kernel.robust import Correction, RobustFit, robust_fit
    from backloop.kernel.schedulers import (
        Arrays,
        Block,
        BlockStore,
        Progress,
        cut_blocks,
        join_blocks,
        run_blocks,
        share_out,
    )
    from backloop.kernel.sightings import Columns
    from backloop.kernel.workspaces import Floats, Integers

__all__ = [
    "Arrays",
    "Block",
    "BlockStore",
    "Columns",
    "Correction",
    "Design",
    "Ending",
    "Floats",
    "Inference",
    "Integers",
    "ManyFits",
    "Progress",
    "RepeatedFit",
    "RobustFit",
    "Structure",
    "adjusted_design",
    "array_design",
    "constrained_design",
    "cut_blocks",
    "fit_many",
    "fit_repeated",
    "join_blocks",
    "robust_fit",
    "run_blocks",
    "share_out",
]

# The engine brings pandas, scipy and a compiler: it is loaded when one of its names is first asked for.
_MODULES = {
    **dict.fromkeys(("Design", "adjusted_design", "constrained_design"), "designs"),
    **dict.fromkeys(("Inference", "Structure"), "frames"),
    **dict.fromkeys(("ManyFits", "RepeatedFit", "fit_many", "fit_repeated"), "repeated"),
    **dict.fromkeys(("Floats", "Integers"), "workspaces"),
    **dict.fromkeys(("Correction", "RobustFit", "robust_fit"), "robust"),
    **dict.fromkeys(
        ("Arrays", "Block", "BlockStore", "Progress", "cut_blocks", "join_blocks", "run_blocks", "share_out"),
        "schedulers",
    ),
    "Columns": "sightings",
    "Ending": "endings",
    "array_design": "layouts",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.kernel' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.kernel.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
