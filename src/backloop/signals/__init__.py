"""The arithmetic of signals from many channels: spectra, slopes, lags, sources; it knows no person and no marker."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

if TYPE_CHECKING:
    from backloop.signals.aperiodic import APERIODIC_MODES, SpectralModel, SpectralPeak, fit_spectrum
    from backloop.signals.beamforming import Beamformer, make_beamformer
    from backloop.signals.multitaper import Tapers, band_power, make_tapers, multitaper_spectra, tapered_transforms
    from backloop.signals.phase_lag import PhaseLag, measure_phase_lag
    from backloop.signals.separation import Separation, has_enough, separate_components

__all__ = [
    "APERIODIC_MODES",
    "Beamformer",
    "PhaseLag",
    "Separation",
    "SpectralModel",
    "SpectralPeak",
    "Tapers",
    "band_power",
    "fit_spectrum",
    "has_enough",
    "make_beamformer",
    "make_tapers",
    "measure_phase_lag",
    "multitaper_spectra",
    "separate_components",
    "tapered_transforms",
]

# Each part is loaded when one of its names is first asked for.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "aperiodic": ("APERIODIC_MODES", "SpectralModel", "SpectralPeak", "fit_spectrum"),
        "beamforming": ("Beamformer", "make_beamformer"),
        "multitaper": ("Tapers", "band_power", "make_tapers", "multitaper_spectra", "tapered_transforms"),
        "phase_lag": ("PhaseLag", "measure_phase_lag"),
        "separation": ("Separation", "has_enough", "separate_components"),
    },
)
