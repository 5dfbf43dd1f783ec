"""Electroencephalography: from a recording to rhythms, lags, sources and evoked potentials, with every loss counted."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

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
    from backloop.eeg.eyes import EYES_LABELS, said_of_eyes
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
    "EYES_LABELS",
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
    "said_of_eyes",
    "source_atlas",
    "take_out_components",
]

# Each part is loaded when one of its names is first asked for.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "eeg": ("EYES", "EegEvent", "EegRecording", "Eyes", "check_eyes", "is_scalp", "name_channel"),
        "eeg_bids": ("ChannelRow", "EegSidecars", "read_sidecars"),
        "eeg_bursts": ("repair_bursts",),
        "eeg_cleaning": ("CleanEeg", "EegPlan", "clean_eeg", "find_bad_channels", "remove_hum"),
        "eeg_components": (
            "ComponentSign",
            "EegComponents",
            "component_signs",
            "find_components",
            "take_out_components",
        ),
        "eeg_epochs": ("EegEpochs", "EegTrials", "cut_epochs", "cut_trials"),
        "eeg_files": ("EEG_SUFFIXES", "read_eeg"),
        "eeg_sources": ("SourceAtlas", "SourceLink", "SourceRegion", "SourceSpot", "source_atlas"),
        "evoked": (
            "EVOKED_PLAN",
            "EvokedComponent",
            "evoked_components",
            "fractional_latency",
            "harvest_evoked",
            "read_evoked_markers",
        ),
        "eyes": ("EYES_LABELS", "said_of_eyes"),
        "habituation": ("read_habituation_marker",),
        "head_model": ("lead_fields",),
        "reactivity": ("compare_eyes",),
        "resting": ("harvest_eeg", "read_eeg_markers"),
        "rhythms": ("ALPHA", "BETA", "RestSpectrum", "THETA", "derive_eeg", "jackknife_interval"),
    },
)
