"""What a BIDS dataset holds of brain recordings: by person, visit and kind, and what of it cannot be used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backloop.holdings.discovery import MODALITIES, find_recordings
    from backloop.holdings.holdings import FoundRecording, Kind, PersonFiles
    from backloop.holdings.naming import Naming, is_called, read_naming
    from backloop.holdings.reasons import in_words

__all__ = [
    "MODALITIES",
    "FoundRecording",
    "Kind",
    "Naming",
    "PersonFiles",
    "find_recordings",
    "in_words",
    "is_called",
    "read_naming",
]

# Each part is loaded when one of its names is first asked for.
_MODULES = {
    **dict.fromkeys(("MODALITIES", "find_recordings"), "discovery"),
    **dict.fromkeys(("FoundRecording", "PersonFiles", "Kind"), "holdings"),
    **dict.fromkeys(("Naming", "is_called", "read_naming"), "naming"),
    "in_words": "reasons",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.holdings' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.holdings.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
