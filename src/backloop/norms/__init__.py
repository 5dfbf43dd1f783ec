"""What a reading is held against: a site's own controls, or a normative model the user brings."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
_MODULES = {
    **dict.fromkeys(("Control", "Controls", "read_controls"), "controls"),
    **dict.fromkeys(("NormativeArchive", "open_normative"), "normative_archives"),
    **dict.fromkeys(("NormativeModel", "ReferencePerson"), "normative_models"),
    **dict.fromkeys(
        (
            "FEWEST_CONTROLS",
            "SiteShift",
            "Standing",
            "compare_with_controls",
            "compare_with_model",
            "estimate_shift",
            "find_standing",
            "literature_standing",
        ),
        "norms",
    ),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.norms' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.norms.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
