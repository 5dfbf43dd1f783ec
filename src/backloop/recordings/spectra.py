"""Frequencies: bands, their bins, and the amplitude of many series at once, with or without gaps in time.

Decides what a band is and when a scan is too short for it; it does not say what an amplitude means.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from backloop.errors import MeasureError
from backloop.units import Frozen, Text

__all__ = [
    "CONNECTIVITY_BAND",
    "FEWEST_BINS",
    "SLOW_4",
    "SLOW_5",
    "WHOLE_BAND",
    "FrequencyBand",
    "amplitude_spectrum",
    "band_gap",
    "frequencies",
    "lomb_scargle_rows",
]

FEWEST_BINS = 3
_TINY = 1e-9


class FrequencyBand(Frozen):
    """A stretch of frequencies in Hz, both ends included.

    Examples
    --------
    >>> SLOW_5.bins(240, 2.0)
    array([ 5,  6,  7,  8,  9, 10, 11, 12])
    """

    name: str
    low: float
    high: float

    def bins(self, volumes: int, tr: float) -> NDArray[np.intp]:
        """Give the Fourier bins inside the band for a run of so many volumes (bin k is k / (volumes * tr) Hz)."""
        found = frequencies(volumes, tr)
        return np.flatnonzero((found >= self.low - _TINY) & (found <= self.high + _TINY))


WHOLE_BAND = FrequencyBand(name="whole", low=0.01, high=0.08)
SLOW_5 = FrequencyBand(name="slow-5", low=0.01, high=0.027)
SLOW_4 = FrequencyBand(name="slow-4", low=0.027, high=0.073)
CONNECTIVITY_BAND = FrequencyBand(name="connectivity", low=0.01, high=0.1)


def frequencies(volumes: int, tr: float) -> NDArray[np.float64]:
    """Give the frequencies of the Fourier bins of a run.

    Parameters
    ----------
    volumes : int
        How many.
    tr : float
        Repetition time in seconds.

    Returns
    -------
    array of float, shape (volumes // 2 + 1,)
        From 0 to the Nyquist frequency, in Hz.

    Examples
    --------
    >>> frequencies(4, 2.0)
    array([0.   , 0.125, 0.25 ])
    """
    return np.arange(volumes // 2 + 1) / (volumes * tr)


def band_gap(band: FrequencyBand, volumes: int, tr: float) -> Text | None:
    """Say why a band cannot be told from a run, if it cannot.

    Parameters
    ----------
    band : FrequencyBand
        The band.
    volumes : int
        How many volumes the run has.
    tr : float
        Repetition time in seconds.

    Returns
    -------
    Text or None
        The reason: the band lies above the Nyquist frequency, or has fewer than three bins.

    Examples
    --------
    >>> band_gap(SLOW_5, 60, 2.0).en
    'slow-5 (0.01-0.027 Hz) has 2 frequency bins in a scan of 120 s; at least 3 are needed, that is about 176 s'
    """
    nyquist, found = 0.5 / tr, len(band.bins(volumes, tr))
    ends = f"{band.name} ({band.low:g}-{band.high:g} Hz)"
    if band.high > nyquist + _TINY:
        return Text(
            en=f"{ends} reaches above the Nyquist frequency of {nyquist:.3g} Hz at a repetition time of {tr:g} s",
            zh=f"{ends}超出奈奎斯特频率{nyquist:.3g} Hz（重复时间{tr:g} s）",
        )
    if found >= FEWEST_BINS:
        return None
    needed = FEWEST_BINS / (band.high - band.low)
    return Text(
        en=(
            f"{ends} has {found} frequency bins in a scan of {volumes * tr:.0f} s; at least {FEWEST_BINS} are needed,"
            f" that is about {needed:.0f} s"
        ),
        zh=f"{ends}在{volumes * tr:.0f} s的扫描中仅有{found}个频点；至少需要{FEWEST_BINS}个，约需{needed:.0f} s",
    )


def amplitude_spectrum(
    block: NDArray[np.float32], *, kept: NDArray[np.bool_], length: int | None = None
) -> NDArray[np.float32]:
    """Give the one-sided amplitude of every series at every frequency.

    Parameters
    ----------
    block : array of float32, shape (kept volumes, series)
        Series around zero.
    kept : array of bool, shape (volumes,)
        Which volumes of the run the rows are.
    length : int, optional
        Pad with zeros to this length; only where no volume is dropped.

    Returns
    -------
    array of float32, shape (frequencies, series)
        Row k belongs to k / (length * tr) Hz; row 0 is zero.

    Raises
    ------
    MeasureError
        If padding is asked for where volumes were dropped.

    Notes
    -----
    Without gaps: 2 abs(FFT) / N. With gaps: the Lomb-Scargle periodogram P as sqrt(4 P / N); all series share the
    gaps, so it is one matrix product. The two agree where no volume is dropped.

    References
    ----------
    backloop-convention

    Examples
    --------
    >>> time = np.arange(100)
    >>> wave = 3 * np.sin(2 * np.pi * 10 * time / 100).astype(np.float32)[:, None]
    >>> round(float(amplitude_spectrum(wave, kept=np.ones(100, dtype=bool))[10, 0]), 3)
    3.0
    """
    if kept.all():
        spectrum: NDArray[np.float32] = np.abs(rfft(block, n=length, axis=0))
        spectrum *= np.float32(2 / len(block))
        spectrum[0] = 0
        return spectrum
    if length is not None:
        message = "a spectrum padded with zeros is not defined where volumes were dropped; choose another convention"
        raise MeasureError(message)
    cosines, sines = lomb_scargle_rows(kept)
    power: NDArray[np.float32] = (cosines @ block) ** 2
    power += (sines @ block) ** 2
    power *= np.float32(2 / len(block))
    np.sqrt(power, out=power)
    return power


def lomb_scargle_rows(kept: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Make the two matrices whose squared products with a series add up to twice its Lomb-Scargle power.

    Parameters
    ----------
    kept : array of bool, shape (volumes,)
        Which volumes there are.

    Returns
    -------
    tuple of arrays of float32, each of shape (volumes // 2 + 1, kept volumes)
        Cosines and sines with Lomb's time shift, of unit length; zero rows where a wave vanishes at the kept volumes.

    Examples
    --------
    >>> cosines, sines = lomb_scargle_rows(np.array([True, True, False, True, True, True]))
    >>> cosines.shape
    (4, 5)
    """
    time = np.flatnonzero(kept).astype(float)
    angle = 2 * np.pi * np.outer(np.arange(len(kept) // 2 + 1) / len(kept), time)
    shift = np.arctan2(np.sin(2 * angle).sum(1), np.cos(2 * angle).sum(1)) / 2
    shifted = angle - shift[:, None]
    return _unit_rows(np.cos(shifted), is_empty=angle.any(1) == 0), _unit_rows(np.sin(shifted), is_empty=None)


def _unit_rows(waves: NDArray[np.float64], *, is_empty: NDArray[np.bool_] | None) -> NDArray[np.float32]:
    lengths = np.linalg.norm(waves, axis=1)
    vanishing = lengths < 1e-6 * np.sqrt(waves.shape[1])
    if is_empty is not None:
        vanishing |= is_empty
    lengths[vanishing] = np.inf
    rows: NDArray[np.float32] = (waves / lengths[:, None]).astype(np.float32)
    return rows
