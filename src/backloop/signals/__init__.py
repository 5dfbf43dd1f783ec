"""The arithmetic of signals from many channels: spectra, slopes, lags, sources; it knows no person and no marker."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
_MODULES = {
    **dict.fromkeys(("APERIODIC_MODES", "SpectralModel", "SpectralPeak", "fit_spectrum"), "aperiodic"),
    **dict.fromkeys(("Beamformer", "make_beamformer"), "beamforming"),
    **dict.fromkeys(("Tapers", "band_power", "make_tapers", "multitaper_spectra", "tapered_transforms"), "multitaper"),
    **dict.fromkeys(("PhaseLag", "measure_phase_lag"), "phase_lag"),
    **dict.fromkeys(("Separation", "has_enough", "separate_components"), "separation"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.signals' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.signals.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
