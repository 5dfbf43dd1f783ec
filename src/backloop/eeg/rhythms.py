"""From a resting EEG to its markers: power, ratio and frequency of its rhythms, and the lag between channels.

Decides band, place and estimator of each marker, and its interval; the arithmetic is in the modules it calls.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from backloop.eeg.eeg import EegRecording
from backloop.eeg.eeg_cleaning import EegPlan
from backloop.eeg.eeg_epochs import EegEpochs
from backloop.recordings import Derivation, FrequencyBand, Reading
from backloop.signals import SpectralModel, band_power, fit_spectrum, measure_phase_lag, multitaper_spectra
from backloop.units import Absent, Interval, Text

__all__ = [
    "ALPHA",
    "BETA",
    "THETA",
    "RestSpectrum",
    "derive_eeg",
    "jackknife_interval",
    "measure_rest",
    "rest_spectra",
    "start_reading",
]

Floats = NDArray[np.float64]

THETA = FrequencyBand(name="theta", low=4, high=7.9)
ALPHA = FrequencyBand(name="alpha", low=8, high=12.9)
BETA = FrequencyBand(name="beta", low=13, high=30)
_RATIO_THETA = FrequencyBand(name="theta", low=4, high=8)
_RATIO_ALPHA = FrequencyBand(name="alpha", low=8, high=13)
_WHOLE = FrequencyBand(name="whole", low=1, high=45)
_SLOPE = FrequencyBand(name="slope", low=2, high=40)
_STEP_HZ = 0.1
_BACK_OF_HEAD = ("P", "PO", "O")
_FRONT = ("Fp", "AF", "F")
_VERTEX = ("Cz",)
_PACKAGES = {"backloop": "backloop", "numpy": "numpy", "scipy": "scipy", "scikit-learn": "sklearn", "mne": "mne"}

_TOO_FEW = Text(en="too few epochs are free of artefact", zh="无伪迹的分段过少")
_NO_BACK = Text(en="no usable occipital or parietal channel", zh="无可用的枕、顶区导联")
_NO_CHANNEL = {
    _FRONT: Text(en="no usable frontal channel", zh="无可用的额区导联"),
    _VERTEX: Text(en="Cz was not recorded or is not usable", zh="Cz未记录或不可用"),
}
_NO_FRONT = Text(en="no usable pair of channels with a frontal one", zh="无可用的额区导联对")
_NO_PEAK = Text(en="no alpha peak stands above the slope of the spectrum", zh="频谱斜率之上未见α峰")
_EYES = {
    "open": Text(en="Eyes open; not comparable with closed eyes.", zh="睁眼状态；不可与闭眼记录比较。"),
    "closed": Text(en="Eyes closed; not comparable with open eyes.", zh="闭眼状态；不可与睁眼记录比较。"),
}
_ON_SCALP = Text(
    en="Between channels on the scalp, not between sources: the pattern of the skull's spread remains in it.",
    zh="为头皮导联之间而非脑源之间的连接，仍受容积传导分布影响。",
)


@dataclass(frozen=True, eq=False)
class RestSpectrum:
    """The spectrum of a rest, all epochs or all but one stretch of them.

    Parameters
    ----------
    hz : array, shape (frequencies,)
        Frequencies.
    density : array, shape (channels, frequencies)
        Power spectral density in µV²/Hz.
    channels : tuple of str
        Names of the 10-10 system.

    Examples
    --------
    >>> hz = np.arange(1, 45.5, 0.5)
    >>> rest = RestSpectrum(hz, np.ones((1, len(hz))), ("Oz",))
    >>> round(rest.share(ALPHA), 3), rest.centre_of_alpha()
    (0.112, 10.25)
    """

    hz: Floats
    density: Floats
    channels: tuple[str, ...]

    @property
    def mean(self) -> Floats:
        """The mean over channels."""
        mean: Floats = self.density.mean(axis=0)
        return mean

    @cached_property
    def model(self) -> SpectralModel:
        """Slope and peaks of the mean, 2 to 40 Hz."""
        inside = (self.hz >= _SLOPE.low) & (self.hz <= _SLOPE.high)
        return fit_spectrum(self.hz[inside], self.mean[inside])

    def at(self, places: tuple[str, ...]) -> "RestSpectrum":
        """Keep the channels of some places, by the letters of their names."""
        keep = _on_places(self.channels, places)
        return RestSpectrum(self.hz, self.density[keep], tuple(np.array(self.channels)[keep].tolist()))

    def share(self, band: FrequencyBand) -> float:
        """Give a band's share of the power from 1 to 45 Hz, mean over channels."""
        return float((self.power(band) / self.power(_WHOLE)).mean())

    def power(self, band: FrequencyBand) -> Floats:
        """Give the power of a band in each channel in µV²."""
        return band_power(self.hz, self.density, band)

    def slowing(self) -> float:
        """Give ln(theta / alpha), mean over channels."""
        return float(np.log(self.power(_RATIO_THETA) / self.power(_RATIO_ALPHA)).mean())

    def slowing_of_mean(self) -> float:
        """Give ln(theta / alpha) of the mean over channels."""
        theta, alpha = (band_power(self.hz, self.mean, band) for band in (_RATIO_THETA, _RATIO_ALPHA))
        return float(np.log(theta / alpha))

    def centre_of_alpha(self) -> float:
        """Give the centre of gravity of the mean in 8 to 12.9 Hz."""
        inside = (self.hz >= ALPHA.low - 1e-9) & (self.hz <= ALPHA.high + 1e-9)
        return float((self.hz * self.mean)[inside].sum() / self.mean[inside].sum())

    def alpha_maxima(self) -> Floats:
        """Give the local maxima above the slope in 8 to 12.9 Hz, tallest first, shape (maxima, 2): Hz and height.

        Those less than half as high as the tallest are left out, and all where no alpha peak can be fitted.
        """
        flat = np.log10(self.mean) - self.model.slope(self.hz)
        tops = np.flatnonzero((flat[1:-1] > flat[:-2]) & (flat[1:-1] >= flat[2:])) + 1
        tops = tops[(self.hz[tops] >= ALPHA.low) & (self.hz[tops] <= ALPHA.high)]
        found = np.stack((self.hz[tops], flat[tops]), axis=1)[np.argsort(-flat[tops])]
        if not len(found) or self.model.tallest(ALPHA.low, ALPHA.high) is None:
            return np.empty((0, 2))
        maxima: Floats = found[found[:, 1] > found[0, 1] / 2]
        return maxima

    def tallest_alpha(self) -> float:
        """Give the frequency of the tallest of the alpha maxima, or not a number."""
        found = self.alpha_maxima()
        return float(found[0, 0]) if len(found) else float("nan")

    def height_of_alpha(self) -> float:
        """Give the height of the fitted alpha peak above the slope in log10 power, or not a number."""
        peak = self.model.tallest(ALPHA.low, ALPHA.high)
        return peak.height if peak else float("nan")


@dataclass(frozen=True)
class _Estimator:
    marker: str
    unit: str
    convention: str
    estimate: Callable[[RestSpectrum], float]
    places: tuple[str, ...] = ()
    is_maximum: bool = False


_ESTIMATORS = (
    _Estimator("eeg-alpha-power", "fraction", "8-12.9 of 1-45 Hz, mean over channels", lambda s: s.share(ALPHA)),
    _Estimator("eeg-alpha-power.absolute", "µV²", "8-12.9 Hz, mean over channels", lambda s: s.power(ALPHA).mean()),
    _Estimator(
        "eeg-alpha-power.above-slope",
        "log10 power",
        "height of the Gaussian above a fixed slope, 2-40 Hz, channel mean",
        RestSpectrum.height_of_alpha,
    ),
    _Estimator(
        "eeg-theta-alpha-ratio",
        "ln ratio",
        "ln(4-8 / 8-13 Hz), mean over occipital and parietal channels",
        RestSpectrum.slowing,
        _BACK_OF_HEAD,
    ),
    _Estimator(
        "eeg-theta-alpha-ratio.whole-head", "ln ratio", "ln(4-8 / 8-13 Hz), channel mean", RestSpectrum.slowing_of_mean
    ),
    _Estimator("eeg-theta-power", "fraction", "4-7.9 of 1-45 Hz, mean over channels", lambda s: s.share(THETA)),
    _Estimator("eeg-theta-power.absolute", "µV²", "4-7.9 Hz, mean over channels", lambda s: s.power(THETA).mean()),
    _Estimator(
        "eeg-theta-power.frontal",
        "fraction",
        "4-7.9 of 1-45 Hz, mean over frontal channels",
        lambda s: s.share(THETA),
        _FRONT,
    ),
    _Estimator("eeg-beta-power", "fraction", "13-30 of 1-45 Hz, mean over channels", lambda s: s.share(BETA)),
    _Estimator("eeg-beta-power.absolute", "µV²", "13-30 Hz, mean over channels", lambda s: s.power(BETA).mean()),
    _Estimator(
        "eeg-beta-power.frontal",
        "fraction",
        "13-30 of 1-45 Hz, mean over frontal channels",
        lambda s: s.share(BETA),
        _FRONT,
    ),
    _Estimator("eeg-slope", "exponent", "fixed slope, 2-40 Hz, channel mean", lambda s: s.model.exponent),
    _Estimator(
        "eeg-alpha-reactivity.level",
        "ln µV²",
        "ln of power in 8-12.9 Hz, Cz",
        lambda s: float(np.log(s.power(ALPHA).mean())),
        _VERTEX,
    ),
    _Estimator("eeg-peak-alpha", "Hz", "centre of gravity, 8-12.9 Hz, channel mean", RestSpectrum.centre_of_alpha),
    _Estimator(
        "eeg-peak-alpha.tallest",
        "Hz",
        "tallest local maximum above a fixed slope, 8-12.9 Hz, channel mean",
        RestSpectrum.tallest_alpha,
        is_maximum=True,
    ),
    _Estimator(
        "eeg-peak-alpha.occipital",
        "Hz",
        "tallest local maximum above a fixed slope, 8-12.9 Hz, mean of occipital channels",
        RestSpectrum.tallest_alpha,
        ("O",),
        is_maximum=True,
    ),
)


def start_reading(epochs: EegEpochs, *, participant_id: str, session_id: str) -> Reading:
    """Give the reading from which those of a rest are filled: whose, from what, at what cost, as yet without value."""
    return Reading(
        marker="eeg-alpha-power",
        participant_id=participant_id,
        session_id=session_id,
        absent=Absent.ARTEFACT,
        reason=_TOO_FEW,
        unit="fraction",
        convention="none",
        n=len(epochs),
        counted="epochs",
        quality=epochs.quality,
        notes=(_EYES[epochs.recording.eyes],),
        because=derive_eeg(epochs.recording, epochs.plan),
    )


def measure_rest(epochs: EegEpochs, shell: Reading) -> tuple[tuple[Reading, ...], RestSpectrum | None]:
    """Read every marker of a rest from its spectrum; none where too few epochs are left."""
    rest = () if len(epochs) < epochs.plan.fewest_epochs else rest_spectra(epochs)
    readings = [_read(shell, estimator, rest) for estimator in _ESTIMATORS]
    return (*readings, _read_lag(shell, epochs.apart())), rest[0] if rest else None


def derive_eeg(recording: EegRecording, plan: EegPlan) -> Derivation:
    """Say what a number from an EEG rests on.

    Parameters
    ----------
    recording : EegRecording
        As read.
    plan : EegPlan
        How it was cleaned and cut.

    Returns
    -------
    Derivation
        Files, parameters, versions.

    Examples
    --------
    >>> rest = EegRecording(np.zeros((1, 10), np.float32), rate_hz=250.0, channels=("Cz",), eyes="open")
    >>> derive_eeg(rest, EegPlan()).parameters["eyes"]
    'open'
    """
    told = {name: value for name, value in plan.model_dump().items() if value is not None}
    told |= {"recorded_against": recording.reference} if recording.reference else {}
    packages = [name for name in _PACKAGES if find_spec(_PACKAGES[name])]
    return Derivation(
        files=recording.files,
        parameters={**told, "eyes": recording.eyes, "rate_hz": recording.rate_hz, "seconds": recording.seconds},
        software={name: version(name) for name in packages},
    )


def _on_places(channels: tuple[str, ...], places: tuple[str, ...]) -> NDArray[np.bool_]:
    """Say which channels lie on some places, by the letters of their names or by the whole name."""
    return np.array([name in places or name.rstrip("0123456789zh") in places for name in channels])


def rest_spectra(epochs: EegEpochs) -> tuple[RestSpectrum, ...]:
    """Give the spectrum of all epochs, then of all but each stretch of time."""
    steps = np.arange(round(_WHOLE.low / _STEP_HZ), round(_WHOLE.high / _STEP_HZ) + 1)
    hz = np.asarray(steps * _STEP_HZ, dtype=np.float64)
    rate, bandwidth = epochs.recording.rate_hz, epochs.plan.bandwidth_hz
    groups = epochs.groups()
    sums = np.array(
        [
            multitaper_spectra(epochs.values[members], rate_hz=rate, bandwidth_hz=bandwidth, hz=hz).sum(
                axis=0, dtype=np.float64
            )
            for members in groups
        ]
    )
    total, channels = sums.sum(axis=0), epochs.recording.channels
    rests = [(total - part) / (len(epochs) - len(members)) for part, members in zip(sums, groups, strict=True)]
    return tuple(RestSpectrum(hz, density, channels) for density in (total / len(epochs), *rests))


def jackknife_interval(value: float, without: Floats) -> Interval | None:
    """Give the 95 % interval of a value from what it is without each of several parts of the data.

    Parameters
    ----------
    value : float
        From all data.
    without : array, shape (parts,)
        From all data but one part, of equal parts.

    Returns
    -------
    Interval or None
        From Student's t; None where a value is not a number or there are fewer than three parts.

    Examples
    --------
    >>> jackknife_interval(2.0, np.array([1.0, 2.0, 3.0])).low < -1
    True
    """
    parts = len(without)
    if parts < 3 or not np.isfinite(without).all():  # noqa: PLR2004 - two parts tell nothing of their spread
        return None
    error = np.sqrt((parts - 1) / parts * ((without - without.mean()) ** 2).sum())
    half = float(stdtrit(parts - 1, 0.975) * error)
    return Interval(low=value - half, high=value + half)


def _read(shell: Reading, estimator: _Estimator, rest: tuple[RestSpectrum, ...]) -> Reading:
    taken = {"marker": estimator.marker, "unit": estimator.unit, "convention": estimator.convention}
    if not rest:
        return shell.model_copy(update=taken)
    if estimator.places:
        rest = tuple(part.at(estimator.places) for part in rest)
    whole = rest[0]
    if not whole.channels:
        reason = _NO_CHANNEL.get(estimator.places, _NO_BACK)
        return shell.model_copy(update=taken | {"absent": Absent.NOT_ASKED, "reason": reason})
    value = float(estimator.estimate(whole))
    if not np.isfinite(value):
        return shell.model_copy(update=taken | {"absent": Absent.UNDEFINED, "reason": _NO_PEAK})
    without = np.array([estimator.estimate(part) for part in rest[1:]])
    quality = shell.quality | {
        "slope_exponent": whole.model.exponent,
        "slope_r_squared": whole.model.r_squared,
        "alpha_maxima": float(len(whole.alpha_maxima())),
    }
    interval = jackknife_interval(value, without)
    if interval and estimator.is_maximum:
        interval = _widen(interval, value, float(shell.because.parameters["bandwidth_hz"]) / 2)
    found = {"value": value, "absent": None, "reason": None, "interval": interval, "quality": quality}
    return shell.model_copy(update=taken | found)


def _widen(interval: Interval, value: float, least: float) -> Interval:
    """Keep a maximum from looking surer than the spectrum is smooth: it may hop, or not move at all."""
    return Interval(low=min(interval.low, value - least), high=max(interval.high, value + least))


def _read_lag(shell: Reading, epochs: EegEpochs) -> Reading:
    """Read the mean lag index in theta over pairs of channels of which at least one is frontal."""
    taken = {"marker": "eeg-theta-connectivity", "unit": "index", "n": len(epochs)}
    taken |= {"convention": "debiased wPLI (squared), 4-7.9 Hz, mean over channel pairs with a frontal one"}
    if len(epochs) < epochs.plan.fewest_epochs:
        return shell.model_copy(update=taken)
    front = _on_places(epochs.recording.channels, _FRONT)
    pairs = np.triu(front[:, None] | front, 1)
    if not pairs.any():
        return shell.model_copy(update=taken | {"absent": Absent.NOT_ASKED, "reason": _NO_FRONT})
    rate, groups = epochs.recording.rate_hz, epochs.groups()
    lag = measure_phase_lag(epochs.values, THETA, rate_hz=rate, groups=groups, bandwidth_hz=epochs.plan.bandwidth_hz)
    value = float(lag.index()[pairs].mean())
    without = np.array([lag.index(without=group)[pairs].mean() for group in range(len(groups))])
    found = {"value": value, "absent": None, "reason": None, "interval": jackknife_interval(value, without)}
    return shell.model_copy(update=taken | found | {"notes": (*shell.notes, _ON_SCALP)})
