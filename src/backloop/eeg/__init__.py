"""Electroencephalography: from a recording to rhythms, lags, sources and evoked potentials, with every loss counted."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backloop.eeg.eeg import EYES, EegEvent, EegRecording, Eyes, check_eyes, is_scalp, name_channel
    from backloop.eeg.eeg_bids import ChannelRow, EegSidecars, read_sidecars
    from backloop.eeg.eeg_bursts import repair_bursts
    from backloop.eeg.eeg_cleaning import CleanEeg, EegPlan, clean_eeg, find_bad_channels, remove_hum
    from backloop.eeg.eeg_components import (
        ComponentSign,
        EegComponents,
        component_signs,
        find_components,
        take_out_components,
    )
    from backloop.eeg.eeg_epochs import EegEpochs, EegTrials, cut_epochs, cut_trials
    from backloop.eeg.eeg_files import EEG_SUFFIXES, read_eeg
    from backloop.eeg.eeg_sources import SourceAtlas, SourceLink, SourceRegion, SourceSpot, source_atlas
    from backloop.eeg.evoked import (
        EVOKED_PLAN,
        EvokedComponent,
        evoked_components,
        fractional_latency,
        harvest_evoked,
        read_evoked_markers,
    )
    from backloop.eeg.habituation import read_habituation_marker
    from backloop.eeg.head_model import lead_fields
    from backloop.eeg.reactivity import compare_eyes
    from backloop.eeg.resting import harvest_eeg, read_eeg_markers
    from backloop.eeg.rhythms import ALPHA, BETA, THETA, RestSpectrum, derive_eeg, jackknife_interval

__all__ = [
    "ALPHA",
    "BETA",
    "EEG_SUFFIXES",
    "EVOKED_PLAN",
    "EYES",
    "THETA",
    "ChannelRow",
    "CleanEeg",
    "ComponentSign",
    "EegComponents",
    "EegEpochs",
    "EegEvent",
    "EegPlan",
    "EegRecording",
    "EegSidecars",
    "EegTrials",
    "EvokedComponent",
    "Eyes",
    "RestSpectrum",
    "SourceAtlas",
    "SourceLink",
    "SourceRegion",
    "SourceSpot",
    "check_eyes",
    "clean_eeg",
    "compare_eyes",
    "component_signs",
    "cut_epochs",
    "cut_trials",
    "derive_eeg",
    "evoked_components",
    "find_bad_channels",
    "find_components",
    "fractional_latency",
    "harvest_eeg",
    "harvest_evoked",
    "is_scalp",
    "jackknife_interval",
    "lead_fields",
    "name_channel",
    "read_eeg",
    "read_eeg_markers",
    "read_evoked_markers",
    "read_habituation_marker",
    "read_sidecars",
    "remove_hum",
    "repair_bursts",
    "source_atlas",
    "take_out_components",
]

# Each part is loaded when one of its names is first asked for.
_MODULES = {
    **dict.fromkeys(("EYES", "EegEvent", "EegRecording", "Eyes", "check_eyes", "is_scalp", "name_channel"), "eeg"),
    **dict.fromkeys(("ChannelRow", "EegSidecars", "read_sidecars"), "eeg_bids"),
    "repair_bursts": "eeg_bursts",
    **dict.fromkeys(("CleanEeg", "EegPlan", "clean_eeg", "find_bad_channels", "remove_hum"), "eeg_cleaning"),
    **dict.fromkeys(
        ("ComponentSign", "EegComponents", "component_signs", "find_components", "take_out_components"),
        "eeg_components",
    ),
    **dict.fromkeys(("EegEpochs", "EegTrials", "cut_epochs", "cut_trials"), "eeg_epochs"),
    **dict.fromkeys(("EEG_SUFFIXES", "read_eeg"), "eeg_files"),
    **dict.fromkeys(("SourceAtlas", "SourceLink", "SourceRegion", "SourceSpot", "source_atlas"), "eeg_sources"),
    **dict.fromkeys(
        (
            "EVOKED_PLAN",
            "EvokedComponent",
            "evoked_components",
            "fractional_latency",
            "harvest_evoked",
            "read_evoked_markers",
        ),
        "evoked",
    ),
    "read_habituation_marker": "habituation",
    "lead_fields": "head_model",
    "compare_eyes": "reactivity",
    **dict.fromkeys(("harvest_eeg", "read_eeg_markers"), "resting"),
    **dict.fromkeys(("ALPHA", "BETA", "RestSpectrum", "THETA", "derive_eeg", "jackknife_interval"), "rhythms"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.eeg' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.eeg.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
