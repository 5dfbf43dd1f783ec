"""Multitaper spectra of epochs: the tapers, the spectra, the power in a band.

Decides how a spectrum is estimated; which band means what is decided by the module of its marker.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal.windows import dpss

from backloop.errors import MeasureError
from backloop.recordings import FrequencyBand

__all__ = ["Tapers", "band_power", "make_tapers", "multitaper_spectra", "tapered_transforms"]

Floats = NDArray[np.float32] | NDArray[np.float64]
Complexes = NDArray[np.complex64] | NDArray[np.complex128]

_WELL_CONCENTRATED = 0.9
_FEWEST_TAPER_SPAN = 0.5


@dataclass(frozen=True, eq=False)
class Tapers:
    """Slepian tapers with their weights.

    Parameters
    ----------
    windows : array, shape (tapers, samples)
        Each of unit energy.
    weights : array, shape (tapers,)
        Square roots of the share of energy within the bandwidth.

    Examples
    --------
    >>> make_tapers(1000, rate_hz=500.0, bandwidth_hz=2.0).windows.shape
    (3, 1000)
    """

    windows: NDArray[np.float64]
    weights: NDArray[np.float64]


@cache
def make_tapers(samples: int, *, rate_hz: float, bandwidth_hz: float) -> Tapers:
    """Make the Slepian tapers of an epoch that keep at least 0.9 of their energy within the bandwidth.

    Parameters
    ----------
    samples : int
        Length of an epoch.
    rate_hz : float
        Samples a second.
    bandwidth_hz : float
        Full width of the smoothing: 2 means 1 Hz to either side.

    Returns
    -------
    Tapers
        At least one.

    Raises
    ------
    MeasureError
        If the bandwidth is too narrow for so short an epoch.

    Examples
    --------
    >>> make_tapers(100, rate_hz=500.0, bandwidth_hz=2.0)
    Traceback (most recent call last):
    backloop.errors.MeasureError: EEG: epochs of 0.2 s cannot be smoothed over 2 Hz; take longer epochs
    """
    half = bandwidth_hz * samples / (2 * rate_hz)
    if half < _FEWEST_TAPER_SPAN:
        message = f"EEG: epochs of {samples / rate_hz:g} s cannot be smoothed over {bandwidth_hz:g} Hz;"
        message += " take longer epochs"
        raise MeasureError(message)
    windows, kept = dpss(samples, half, max(int(2 * half), 1), sym=False, norm=2, return_ratios=True)
    good = kept > _WELL_CONCENTRATED
    good[0] = True
    return Tapers(windows[good], np.sqrt(kept[good]))


def tapered_transforms(epochs: Floats, tapers: Tapers, *, rate_hz: float, hz: NDArray[np.float64]) -> Complexes:
    """Fourier-transform epochs under each taper, at the frequencies asked for.

    Parameters
    ----------
    epochs : array of float, shape (..., samples)
        Signals; the mean of each is taken out.
    tapers : Tapers
        For epochs of this length.
    rate_hz : float
        Samples a second.
    hz : array, shape (frequencies,)
        Any frequencies; finer than one over the epoch's length interpolates, as zeros at its end would.

    Returns
    -------
    array of complex, shape (..., tapers, frequencies)
        Transforms.

    Notes
    -----
    One matrix product with the tapered sines and cosines: few frequencies of many epochs cost less than a fast
    transform of all.

    Examples
    --------
    >>> tapers = make_tapers(500, rate_hz=250.0, bandwidth_hz=2.0)
    >>> tapered_transforms(np.ones((4, 500)), tapers, rate_hz=250.0, hz=np.arange(1.0, 46.0)).shape
    (4, 3, 45)
    """
    samples = epochs.shape[-1]
    angles = 2 * np.pi / rate_hz * np.arange(samples)[:, None] * hz
    waves = (tapers.windows.T[:, :, None] * np.exp(-1j * angles)[:, None, :]).reshape(samples, -1)
    table = np.concatenate((waves.real, waves.imag), axis=1).astype(epochs.dtype)
    centred = (epochs - epochs.mean(axis=-1, keepdims=True)).reshape(-1, samples)
    both = (centred @ table).reshape(*epochs.shape[:-1], 2, len(tapers.weights), len(hz))
    transforms: Complexes = both[..., 0, :, :] + np.array(1j, dtype=np.complex64) * both[..., 1, :, :]
    return transforms


def multitaper_spectra(epochs: Floats, *, rate_hz: float, bandwidth_hz: float, hz: NDArray[np.float64]) -> Floats:
    """Estimate the power spectral density of each epoch, as MNE-Python does.

    Parameters
    ----------
    epochs : array of float, shape (..., samples)
        Signals in µV.
    rate_hz : float
        Samples a second.
    bandwidth_hz : float
        Full width of the smoothing.
    hz : array, shape (frequencies,)
        Above 0 and below half the rate.

    Returns
    -------
    array of float, shape (..., frequencies)
        Densities in µV²/Hz.

    Notes
    -----
    The mean over Slepian tapers of the squared transforms, weighted by their concentration; one-sided, so that the sum
    over all frequencies times their distance is the variance.

    References
    ----------
    gil-avila-2023

    Examples
    --------
    >>> noise = np.random.default_rng(1).standard_normal((50, 500))
    >>> density = multitaper_spectra(noise, rate_hz=250.0, bandwidth_hz=2.0, hz=np.arange(1.0, 125.0))
    >>> round(float(density.mean() * 125), 1)
    1.0
    """
    tapers = make_tapers(epochs.shape[-1], rate_hz=rate_hz, bandwidth_hz=bandwidth_hz)
    share = (tapers.weights**2 / (tapers.weights**2).sum()).astype(epochs.dtype)
    transforms = tapered_transforms(epochs, tapers, rate_hz=rate_hz, hz=hz)
    power = transforms.real**2 + transforms.imag**2
    density: Floats = np.asarray(2 / rate_hz, epochs.dtype) * np.einsum("...tf,t->...f", power, share)
    return density


def band_power(hz: NDArray[np.float64], density: Floats, band: FrequencyBand) -> NDArray[np.float64]:
    """Sum the density over a band, both ends included.

    Parameters
    ----------
    hz : array, shape (frequencies,)
        Evenly spaced frequencies.
    density : array, shape (..., frequencies)
        Power spectral density in µV²/Hz.
    band : FrequencyBand
        The band.

    Returns
    -------
    array, shape (...)
        Power in µV².

    Examples
    --------
    >>> band_power(np.arange(5.0), np.ones((1, 5)), FrequencyBand(name="b", low=1, high=3))
    array([3.])
    """
    near = 1e-6
    inside = (hz >= band.low - near) & (hz <= band.high + near)
    power: NDArray[np.float64] = density[..., inside].sum(axis=-1, dtype=np.float64) * (hz[1] - hz[0])
    return power
