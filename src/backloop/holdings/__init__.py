"""What a BIDS dataset holds of brain recordings: by person, visit and kind, and what of it cannot be used."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

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
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "discovery": ("MODALITIES", "find_recordings"),
        "holdings": ("FoundRecording", "Kind", "PersonFiles"),
        "naming": ("Naming", "is_called", "read_naming"),
        "reasons": ("in_words",),
    },
)
