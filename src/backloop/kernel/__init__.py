"""The engine: a trial's table and design in, a fitted model with its curvature out; and blocks of work, shared out."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

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
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "designs": ("Design", "adjusted_design", "constrained_design"),
        "endings": ("Ending",),
        "frames": ("Inference", "Structure"),
        "layouts": ("array_design",),
        "repeated": ("ManyFits", "RepeatedFit", "fit_many", "fit_repeated"),
        "robust": ("Correction", "RobustFit", "robust_fit"),
        "schedulers": (
            "Arrays",
            "Block",
            "BlockStore",
            "Progress",
            "cut_blocks",
            "join_blocks",
            "run_blocks",
            "share_out",
        ),
        "sightings": ("Columns",),
        "workspaces": ("Floats", "Integers"),
    },
)
