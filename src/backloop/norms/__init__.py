"""What a reading is held against: a site's own controls, or a normative model the user brings."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

if TYPE_CHECKING:
    from backloop.norms.controls import Control, Controls, read_controls
    from backloop.norms.normative_archives import NormativeArchive, open_normative
    from backloop.norms.normative_models import NormativeModel, ReferencePerson
    from backloop.norms.norms import (
        FEWEST_CONTROLS,
        SiteShift,
        Standing,
        compare_with_controls,
        compare_with_model,
        estimate_shift,
        find_standing,
        literature_standing,
    )

__all__ = [
    "FEWEST_CONTROLS",
    "Control",
    "Controls",
    "NormativeArchive",
    "NormativeModel",
    "ReferencePerson",
    "SiteShift",
    "Standing",
    "compare_with_controls",
    "compare_with_model",
    "estimate_shift",
    "find_standing",
    "literature_standing",
    "open_normative",
    "read_controls",
]

# Each part is loaded when one of its names is first asked for.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "controls": ("Control", "Controls", "read_controls"),
        "normative_archives": ("NormativeArchive", "open_normative"),
        "normative_models": ("NormativeModel", "ReferencePerson"),
        "norms": (
            "FEWEST_CONTROLS",
            "SiteShift",
            "Standing",
            "compare_with_controls",
            "compare_with_model",
            "estimate_shift",
            "find_standing",
            "literature_standing",
        ),
    },
)
