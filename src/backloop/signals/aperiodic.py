"""Split a spectrum into its slope without rhythm and the rhythms that stand above it.

Decides how slope and peaks are fitted; which peak is a marker is decided in `rhythms`.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import curve_fit

from backloop.errors import MeasureError

__all__ = ["APERIODIC_MODES", "SpectralModel", "SpectralPeak", "fit_spectrum"]

Floats = NDArray[np.float64]
AperiodicMode = Literal["fixed", "knee"]
APERIODIC_MODES: tuple[AperiodicMode, ...] = ("fixed", "knee")
"""A straight line in log-log axes, or one that bends at a knee."""

_LOWEST_SHARE = 2.5
_WIDTHS_HZ = (1.0, 12.0)
_MOST_PEAKS = 6
_STANDS_OUT_SDS = 2.0
_LEAST_HEIGHT = 0.1
_OVERLAP_SDS = 0.75
_ROUNDS = 6
_TO_HALF_HEIGHT = 2 * np.sqrt(2 * np.log(2))
_FEWEST = 10
_MOST_STEPS, _TOLERANCE, _ROUGH, _TINY = 100, 1e-6, 1e-3, 1e-12
_FIRST_DAMPING = 1e-3


@dataclass(frozen=True, slots=True)
class SpectralPeak:
    """A rhythm: its frequency, its height above the slope (log10 power), its width (2 SD) in Hz.

    Examples
    --------
    >>> SpectralPeak(hz=10.0, height=0.8, width_hz=2.0).hz
    10.0
    """

    hz: float
    height: float
    width_hz: float


@dataclass(frozen=True, eq=False)
class SpectralModel:
    """A fitted spectrum.

    Parameters
    ----------
    offset, exponent : float
        Log10 power is ``offset - log10(knee + f ** exponent)``.
    knee : float
        0 in the fixed mode.
    peaks : tuple of SpectralPeak
        From low to high frequency.
    r_squared, error : float
        Of the whole model in log10 power: share explained, mean absolute residual.

    Examples
    --------
    >>> model = SpectralModel(offset=1.0, exponent=1.0, knee=0.0, peaks=(), r_squared=1.0, error=0.0)
    >>> model.slope(np.array([1.0, 10.0]))
    array([1., 0.])
    """

    offset: float
    exponent: float
    knee: float
    peaks: tuple[SpectralPeak, ...]
    r_squared: float
    error: float

    def slope(self, hz: Floats) -> Floats:
        """Give the log10 power of the slope alone."""
        return self.offset - np.log10(self.knee + hz**self.exponent)

    def tallest(self, low: float, high: float) -> SpectralPeak | None:
        """Give the tallest peak between two frequencies, both included."""
        inside = [peak for peak in self.peaks if low <= peak.hz <= high]
        return max(inside, key=lambda peak: peak.height, default=None)


def fit_spectrum(hz: Floats, density: Floats, *, mode: AperiodicMode = "fixed") -> SpectralModel:
    """Fit a slope and up to six Gaussian peaks to a spectrum.

    Parameters
    ----------
    hz : array, shape (frequencies,)
        Evenly spaced, above 0; 2 to 40 Hz is usual for EEG.
    density : array, shape (frequencies,)
        Power, above 0.
    mode : {"fixed", "knee"}
        Whether the slope may bend.

    Returns
    -------
    SpectralModel
        Slope, peaks and how well they fit.

    Raises
    ------
    MeasureError
        If a frequency or power is not above 0, or there are fewer than ten.

    Notes
    -----
    After Donoghue 2020: a first slope, refitted to the lowest 2.5 % of what stands above it; then the highest point,
    again and again, as a Gaussian as wide as it is at half its height, until none exceeds 2 SD and 0.1; then all
    Gaussians together and the slope without them, in turn six times: with fewer a wide peak near an end of the
    spectrum still leans on the slope. Widths are kept within 1 to 12 Hz.
    Own code: numbers agree with other implementations to the fit's accuracy, not to the digit.

    References
    ----------
    donoghue-2020

    Examples
    --------
    >>> hz = np.arange(2, 40.1, 0.1)
    >>> log_power = 1 - 1.5 * np.log10(hz) + 0.8 * np.exp(-((hz - 10) ** 2) / 2)
    >>> model = fit_spectrum(hz, 10**log_power)
    >>> round(model.exponent, 2), round(model.peaks[0].hz, 2), round(model.peaks[0].height, 2)
    (1.5, 10.0, 0.8)
    """
    if len(hz) < _FEWEST or (hz <= 0).any() or not (density > 0).all():
        message = f"spectrum: expected at least {_FEWEST} frequencies and powers, all above 0"
        raise MeasureError(message)
    power = np.log10(density.astype(np.float64))
    first = _fit_slope(hz, power, mode)
    above = np.maximum(power - _slope(hz, *first), 0)
    lowest = above <= np.percentile(above, _LOWEST_SHARE)
    last = _fit_slope(hz[lowest], power[lowest], mode, first) if lowest.sum() > len(first) else first
    peaks, rhythm = np.empty((0, 3)), np.zeros_like(hz)
    for _ in range(_ROUNDS):
        peaks = _fit_peaks(hz, power - _slope(hz, *last))
        rhythm = _gaussians(hz, *peaks.ravel())
        last = _fit_slope(hz, power - rhythm, mode, last)
    residual = power - rhythm - _slope(hz, *last)
    offset, exponent, knee = (*last, 0.0)[:3]
    return SpectralModel(
        offset=float(offset),
        exponent=float(exponent),
        knee=float(knee),
        peaks=tuple(SpectralPeak(float(at), float(height), float(2 * sd)) for at, height, sd in sorted(peaks.tolist())),
        r_squared=float(1 - residual.var() / power.var()) if power.var() else 0.0,
        error=float(np.abs(residual).mean()),
    )


def _slope(hz: Floats, offset: float, exponent: float, knee: float = 0.0) -> Floats:
    curve: Floats = offset - np.log10(knee + hz**exponent)
    return curve


def _fit_slope(hz: Floats, power: Floats, mode: AperiodicMode, start: Floats | None = None) -> Floats:
    if mode == "fixed":
        slope, offset = np.polyfit(np.log10(hz), power, 1)
        return np.array([offset, -slope])
    guess = start if start is not None else np.array([*_fit_slope(hz, power, "fixed"), 0.0])
    bounds = ([-np.inf, 0.0, 0.0], [np.inf, 10.0, np.inf])
    found, _ = curve_fit(_slope, hz, power, p0=np.clip(guess, *bounds), bounds=bounds, maxfev=5000)
    best: Floats = found
    return best


def _gaussians(hz: Floats, *parameters: float) -> Floats:
    """Add up Gaussians given as frequency, height and SD one after the other."""
    total = np.zeros_like(hz)
    for at, height, sd in np.reshape(parameters, (-1, 3)):
        total += height * np.exp(-((hz - at) ** 2) / (2 * sd**2))
    return total


def _fit_peaks(hz: Floats, flat: Floats) -> Floats:
    """Give frequency, height and SD of each peak, shape (peaks, 3)."""
    guesses: list[Floats] = []
    rest = flat.copy()
    for _ in range(_MOST_PEAKS):
        at = int(rest.argmax())
        if rest[at] <= max(_STANDS_OUT_SDS * rest.std(), _LEAST_HEIGHT):
            break
        guess = _fit_gaussians(hz, rest, _guess(hz, rest, at), near=True)[0]
        rest = rest - _gaussians(hz, *guess)
        if all(abs(guess[0] - other[0]) > _OVERLAP_SDS * (guess[2] + other[2]) for other in guesses):
            guesses.append(guess)
    inside = [guess for guess in guesses if hz[0] + guess[2] <= guess[0] <= hz[-1] - guess[2]]
    return _fit_gaussians(hz, flat, np.ravel(inside)) if inside else np.empty((0, 3))


def _guess(hz: Floats, rest: Floats, at: int) -> Floats:
    sd = np.clip(_half_width(hz, rest, at) * 2 / _TO_HALF_HEIGHT, _WIDTHS_HZ[0] / 2, _WIDTHS_HZ[1] / 2)
    return np.array([hz[at], rest[at], sd])


def _fit_gaussians(hz: Floats, flat: Floats, start: Floats, *, near: bool = False) -> Floats:
    """Fit Gaussians from a start; `near` fits only what lies around the first."""
    at, sd = start[::3], start[2::3]
    window = np.abs(hz - at[0]) <= 2 * sd[0] if near else np.ones_like(hz, dtype=bool)
    low, high = np.zeros_like(start), np.full_like(start, np.inf)
    low[::3], high[::3] = np.maximum(at - 1.5 * sd, hz[0]), np.minimum(at + 1.5 * sd, hz[-1])
    low[2::3], high[2::3] = _WIDTHS_HZ[0] / 2, _WIDTHS_HZ[1] / 2
    if window.sum() <= len(start):
        return start.reshape(-1, 3)
    tolerance = _ROUGH if near else _TOLERANCE
    found = _descend(hz[window], flat[window], np.clip(start, low, high), (low, high), tolerance=tolerance)
    return found.reshape(-1, 3)


def _descend(hz: Floats, flat: Floats, start: Floats, bounds: tuple[Floats, Floats], *, tolerance: float) -> Floats:
    """Walk from a start to the least squares of Gaussians within bounds (Levenberg and Marquardt, projected)."""
    best, damping = start, _FIRST_DAMPING
    rest = flat - _gaussians(hz, *best)
    for _ in range(_MOST_STEPS):
        slopes = _gaussian_slopes(hz, *best)
        pull, curvature = slopes.T @ rest, slopes.T @ slopes
        free = ~(((best <= bounds[0]) & (pull < 0)) | ((best >= bounds[1]) & (pull > 0)))
        damped = curvature[np.ix_(free, free)] + np.diag(damping * curvature.diagonal()[free] + _TINY)
        trial = best.copy()
        trial[free] = np.clip(best[free] + np.linalg.solve(damped, pull[free]), bounds[0][free], bounds[1][free])
        left = flat - _gaussians(hz, *trial)
        gain = rest @ rest - left @ left
        if gain > 0:
            best, rest = trial, left
        if abs(gain) <= tolerance * (rest @ rest):
            break
        damping *= 0.1 if gain > 0 else 10
    return best


def _gaussian_slopes(hz: Floats, *parameters: float) -> Floats:
    """Give how the sum of Gaussians changes with each parameter, shape (frequencies, parameters)."""
    at, height, sd = np.reshape(parameters, (-1, 3)).T
    away = (hz[:, None] - at) / sd
    bell = np.exp(-(away**2) / 2)
    return np.stack((height * bell * away / sd, bell, height * bell * away**2 / sd), axis=2).reshape(len(hz), -1)


def _half_width(hz: Floats, rest: Floats, at: int) -> float:
    """Give the distance in Hz from a peak to where it is half as high, on its narrower side."""
    below = np.flatnonzero(rest <= rest[at] / 2)
    return float(np.abs(below - at).min() * (hz[1] - hz[0])) if len(below) else _WIDTHS_HZ[1]
