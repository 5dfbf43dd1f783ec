"""Electroencephalography: from a recording to rhythms, phase lags and evoked potentials, with every loss counted."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backloop.eeg.aperiodic import APERIODIC_MODES, SpectralModel, SpectralPeak, fit_spectrum
    from backloop.eeg.eeg import EYES, EegEvent, EegRecording, Eyes, check_eyes, is_scalp, name_channel
    from backloop.eeg.eeg_bursts import repair_bursts
    from backloop.eeg.eeg_cleaning import CleanEeg, EegPlan, clean_eeg, find_bad_channels, remove_hum
    from backloop.eeg.eeg_epochs import EegEpochs, EegTrials, cut_epochs, cut_trials
    from backloop.eeg.eeg_files import EEG_SUFFIXES, read_eeg
    from backloop.eeg.evoked import (
        EVOKED_PLAN,
        EvokedComponent,
        evoked_components,
        fractional_latency,
        read_evoked_markers,
    )
    from backloop.eeg.multitaper import Tapers, band_power, make_tapers, multitaper_spectra, tapered_transforms
    from backloop.eeg.phase_lag import PhaseLag, measure_phase_lag
    from backloop.eeg.rhythms import ALPHA, THETA, RestSpectrum, derive_eeg, jackknife_interval, read_eeg_markers

__all__ = [
    "ALPHA",
    "APERIODIC_MODES",
    "EEG_SUFFIXES",
    "EVOKED_PLAN",
    "EYES",
    "THETA",
    "CleanEeg",
    "EegEpochs",
    "EegEvent",
    "EegPlan",
    "EegRecording",
    "EegTrials",
    "EvokedComponent",
    "Eyes",
    "PhaseLag",
    "RestSpectrum",
    "SpectralModel",
    "SpectralPeak",
    "Tapers",
    "band_power",
    "check_eyes",
    "clean_eeg",
    "cut_epochs",
    "cut_trials",
    "derive_eeg",
    "evoked_components",
    "find_bad_channels",
    "fit_spectrum",
    "fractional_latency",
    "is_scalp",
    "jackknife_interval",
    "make_tapers",
    "measure_phase_lag",
    "multitaper_spectra",
    "name_channel",
    "read_eeg",
    "read_eeg_markers",
    "read_evoked_markers",
    "remove_hum",
    "repair_bursts",
    "tapered_transforms",
]

# Each part is loaded when one of its names is first asked for.
_MODULES = {
    **dict.fromkeys(("APERIODIC_MODES", "SpectralModel", "SpectralPeak", "fit_spectrum"), "aperiodic"),
    **dict.fromkeys(("EYES", "EegEvent", "EegRecording", "Eyes", "check_eyes", "is_scalp", "name_channel"), "eeg"),
    "repair_bursts": "eeg_bursts",
    **dict.fromkeys(("CleanEeg", "EegPlan", "clean_eeg", "find_bad_channels", "remove_hum"), "eeg_cleaning"),
    **dict.fromkeys(("EegEpochs", "EegTrials", "cut_epochs", "cut_trials"), "eeg_epochs"),
    **dict.fromkeys(("EEG_SUFFIXES", "read_eeg"), "eeg_files"),
    **dict.fromkeys(
        ("EVOKED_PLAN", "EvokedComponent", "evoked_components", "fractional_latency", "read_evoked_markers"), "evoked"
    ),
    **dict.fromkeys(("Tapers", "band_power", "make_tapers", "multitaper_spectra", "tapered_transforms"), "multitaper"),
    **dict.fromkeys(("PhaseLag", "measure_phase_lag"), "phase_lag"),
    **dict.fromkeys(
        ("ALPHA", "RestSpectrum", "THETA", "derive_eeg", "jackknife_interval", "read_eeg_markers"), "rhythms"
    ),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.eeg' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.eeg.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
