"""Separate an EEG into components and name each by signs that can be checked: eye, heart, line, muscle, channel.

Decides which components are taken out and counts them; the limits of the signs are declared in `components.toml`.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import uniform_filter1d

from backloop.eeg.eeg import EegRecording
from backloop.library import Cited
from backloop.signals import Separation, has_enough, multitaper_spectra, separate_components
from backloop.units import Text

__all__ = ["ComponentSign", "EegComponents", "component_signs", "find_components", "take_out_components"]

ComponentLabel = Literal["eye", "heart", "line", "muscle", "channel", "brain"]

_DRIFT_S, _SMOOTH_S, _BEAT_S = 1.0, 0.05, 0.1
_BEATS_S = (0.4, 1.5)
_TAILS = 5.0
_FRONT, _SIDES = ("Fp1", "Fpz", "Fp2"), ("F7", "F8")
_SLOPE_HZ = (7.0, 45.0)
_LINES_HZ, _HUM_HZ = (50.0, 60.0), 1.0
_EPOCH_S, _STEP_HZ = 2.0, 0.5
_LEAST_KEPT_SHARE = 1 / 3

Floats = NDArray[np.float32]


class ComponentSign(Cited):
    """A sign that a component is not brain, and the limit above which it counts.

    Examples
    --------
    >>> component_signs()[0].label, component_signs()[0].limit
    ('eye', 0.75)
    """

    id: str
    label: ComponentLabel
    limit: float
    text: Text


@cache
def component_signs() -> tuple[ComponentSign, ...]:
    """Give the signs by which components are named, in the order in which they are tried.

    Returns
    -------
    tuple of ComponentSign
        Each with its limit and where that comes from.

    Examples
    --------
    >>> [sign.id for sign in component_signs()][:2]
    ['eye-channel', 'heart-channel']
    """
    text = resources.files("backloop.eeg").joinpath("components.toml").read_text("utf-8")
    return tuple(ComponentSign.model_validate(row) for row in tomllib.loads(text)["signs"])


@dataclass(frozen=True, eq=False)
class EegComponents:
    """The components of an EEG, with what each is and why.

    Parameters
    ----------
    separation : Separation
        How they mix.
    labels : tuple of str
        One a component: eye, heart, line, muscle, channel, or brain where no sign speaks against it.
    signs : dict of str to array, shape (components,)
        The measure behind each sign, by its id.
    shares : array, shape (components,)
        Of the variance that the components span.

    Examples
    --------
    >>> one = Separation(np.ones((2, 1), np.float32), np.ones((1, 2), np.float32) / 2, 1.0, 3, is_settled=True)
    >>> EegComponents(one, labels=("eye",), signs={}, shares=np.ones(1)).artefacts
    array([ True])
    """

    separation: Separation
    labels: tuple[ComponentLabel, ...]
    signs: dict[str, NDArray[np.float64]]
    shares: NDArray[np.float64]

    @property
    def artefacts(self) -> NDArray[np.bool_]:
        """Which are not brain."""
        return np.array([label != "brain" for label in self.labels])


def find_components(recording: EegRecording, *, seed: int) -> EegComponents:
    """Separate an EEG into components and name each.

    Parameters
    ----------
    recording : EegRecording
        Good channels, without drift and hum, in the reference in which they will be cleaned.
    seed : int
        Of the separation.

    Returns
    -------
    EegComponents
        Named by the first sign of `component_signs` above its limit.

    Raises
    ------
    MeasureError
        If the recording is too short (see `separate_components`).

    References
    ----------
    fitzgibbon-2016, mne-muscle, gomez-herrero-2007, gil-avila-2023

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> blinks = np.zeros(30_000)
    >>> blinks[500::1500] = 400
    >>> brain = random.standard_normal((9, 9)) @ random.laplace(size=(9, 30_000))
    >>> values = brain + np.outer([1, 1, 0.2, 0.2, 0, 0, 0, 0, 0], np.convolve(blinks, np.hanning(60), "same"))
    >>> names = ("Fp1", "Fp2", "F3", "F4", "Cz", "P3", "P4", "O1", "O2")
    >>> rest = EegRecording(values.astype(np.float32), rate_hz=250.0, channels=names, eyes="open")
    >>> find_components(rest, seed=0).labels.count("eye")
    1
    """
    return _name_components(recording, _without_drift(recording.values, recording.rate_hz), seed)


def _name_components(recording: EegRecording, steady: Floats, seed: int) -> EegComponents:
    separation = separate_components(steady, rate_hz=recording.rate_hz, seed=seed)
    activity = separation.activity(steady)
    signs = _measure_signs(recording, steady, activity, separation.mixing)
    strength = (separation.mixing.astype(np.float64) ** 2).sum(axis=0) * activity.var(axis=1)
    labels = tuple(_name({sign: float(found[at]) for sign, found in signs.items()}) for at in range(len(separation)))
    return EegComponents(separation, labels, signs, strength / strength.sum())


def take_out_components(
    recording: EegRecording, *, seed: int, required: bool = True
) -> tuple[Floats, dict[str, float]]:
    """Take the components that are not brain out of an EEG.

    Parameters
    ----------
    recording : EegRecording
        As in `find_components`.
    seed : int
        Of the separation.
    required : bool
        Whether too short a recording is refused; else it is left as it is, with no component counted.

    Returns
    -------
    tuple
        Cleaned signals in µV, and what it cost: components by label, the share of variance that they span and that was
        taken out, whether the separation settled.

    Raises
    ------
    MeasureError
        If the recording is too short and must not be (see `separate_components`).

    Notes
    -----
    Where more than two thirds of the components are not brain, nothing is taken out: the signs do not know such a
    recording, and what would be left is no EEG. Labels are counted all the same.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> values = random.standard_normal((9, 9)) @ random.laplace(size=(9, 30_000))
    >>> rest = EegRecording(values.astype(np.float32), rate_hz=250.0, channels=tuple("ABCDEFGHI"), eyes="open")
    >>> cost = take_out_components(rest, seed=0)[1]
    >>> cost["ica_eye"], cost["ica_heart"]
    (0.0, 0.0)
    """
    steady = _without_drift(recording.values, recording.rate_hz)
    if not required and not has_enough(steady, rate_hz=recording.rate_hz):
        return recording.values, {"ica_components": 0.0}
    found = _name_components(recording, steady, seed)
    leave = found.artefacts if found.artefacts.mean() <= 1 - _LEAST_KEPT_SHARE else np.zeros_like(found.artefacts)
    taken = found.separation.part(recording.values, leave)
    total = float((recording.values.astype(np.float64) ** 2).sum())
    cost = {
        "ica_components": float(len(found.separation)),
        "ica_span_share": found.separation.share,
        "ica_settled": float(found.separation.is_settled),
        **{f"ica_{sign.label}": float(found.labels.count(sign.label)) for sign in component_signs()},
        "ica_removed": float(leave.sum()),
        "ica_variance_share": float((taken.astype(np.float64) ** 2).sum()) / total if total else 0.0,
    }
    return recording.values - taken, cost


def _name(measured: dict[str, float]) -> ComponentLabel:
    return next((sign.label for sign in component_signs() if measured[sign.id] > sign.limit), "brain")


def _without_drift(values: Floats, rate_hz: float) -> Floats:
    steady: Floats = values - uniform_filter1d(values, size=max(1, round(_DRIFT_S * rate_hz)), axis=1)
    return steady


def _measure_signs(
    recording: EegRecording, steady: Floats, activity: Floats, mixing: Floats
) -> dict[str, NDArray[np.float64]]:
    rate = recording.rate_hz
    beside = {kind: _without_drift(found, rate) for kind, found in recording.auxiliary.items()}
    smooth, spiky = _smooth(activity, rate), _excess_kurtosis(activity) > _TAILS
    weights = (mixing - mixing.mean(axis=0)).astype(np.float64) ** 2
    spectra, hz = _spectra(activity, rate)
    return {
        "eye-channel": _together(smooth, _smooth(_with_differences(beside.get("EOG")), rate)),
        "eye-front": spiky * _together(smooth, _smooth(_frontal(steady, recording.channels), rate)),
        "heart-channel": _together(activity, beside.get("ECG")),
        "heart-beat": spiky * _regularity(activity, rate),
        "line-share": np.max([_share(spectra, np.abs(hz - line) <= _HUM_HZ) for line in _LINES_HZ], axis=0),
        "muscle-slope": _slopes(hz, spectra),
        "channel-share": weights.max(axis=0) / weights.sum(axis=0),
    }


def _smooth(values: Floats | None, rate_hz: float) -> Floats | None:
    return None if values is None else uniform_filter1d(values, size=max(1, round(_SMOOTH_S * rate_hz)), axis=1)


def _with_differences(values: Floats | None) -> Floats | None:
    """Add the differences of neighbours, for channels to either side of the eyes against one reference."""
    return None if values is None else np.concatenate((values, np.diff(values, axis=0)))


def _frontal(values: Floats, channels: tuple[str, ...]) -> Floats | None:
    """Give the mean of the frontal pole and the difference of its sides, where they were recorded."""
    against = values - values.mean(axis=0)
    pole = [channels.index(name) for name in _FRONT if name in channels]
    found = [against[pole].mean(axis=0)] if pole else []
    if all(name in channels for name in _SIDES):
        left, right = (against[channels.index(name)] for name in _SIDES)
        found.append(left - right)
    return np.array(found) if found else None


def _together(activity: Floats | None, beside: Floats | None) -> NDArray[np.float64]:
    """Give the size of each component's highest correlation with one of some signals, 0 without any."""
    if activity is None or beside is None:
        return np.zeros(0 if activity is None else len(activity))
    first, second = (_unit(part) for part in (activity, beside))
    sizes: NDArray[np.float64] = np.abs(first @ second.T).max(axis=1)
    return sizes


def _unit(values: Floats) -> NDArray[np.float64]:
    centred = values.astype(np.float64)
    centred -= centred.mean(axis=1, keepdims=True)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return centred


def _excess_kurtosis(values: Floats) -> NDArray[np.float64]:
    squares = (values - values.mean(axis=1, keepdims=True)) ** 2
    fourth, second = (part.mean(axis=1, dtype=np.float64) for part in (squares**2, squares))
    excess: NDArray[np.float64] = fourth / second**2 - 3
    return excess


def _regularity(activity: Floats, rate_hz: float) -> NDArray[np.float64]:
    """Give how far the size of each component comes back at the pace of a heart, after having gone."""
    size = uniform_filter1d(np.abs(activity), size=max(1, round(_BEAT_S * rate_hz)), axis=1)
    size -= size.mean(axis=1, keepdims=True)
    length = fft.next_fast_len(2 * size.shape[1], real=True)
    power = np.abs(fft.rfft(size, n=length, axis=1)) ** 2
    alike = fft.irfft(power, n=length, axis=1)
    first, last = (round(seconds * rate_hz) for seconds in _BEATS_S)
    back = alike[:, : last + 1] - np.minimum.accumulate(alike[:, : last + 1], axis=1)
    return np.asarray(back[:, first:].max(axis=1) / alike[:, 0], dtype=np.float64)


def _spectra(activity: Floats, rate_hz: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the mean spectrum of each component from 1 Hz to just below half the rate."""
    length = round(_EPOCH_S * rate_hz)
    epochs = activity[:, : activity.shape[1] // length * length].reshape(len(activity), -1, length)
    hz = np.arange(1.0, min(rate_hz / 2, _LINES_HZ[1] + 2 * _HUM_HZ), _STEP_HZ)
    density = multitaper_spectra(epochs, rate_hz=rate_hz, bandwidth_hz=1.0, hz=hz)
    return density.mean(axis=1, dtype=np.float64), hz


def _share(spectra: NDArray[np.float64], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    share: NDArray[np.float64] = spectra[:, inside].sum(axis=1) / spectra.sum(axis=1)
    return share


def _slopes(hz: NDArray[np.float64], spectra: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = (hz >= _SLOPE_HZ[0]) & (hz <= _SLOPE_HZ[1])
    slopes: NDArray[np.float64] = np.polyfit(np.log10(hz[inside]), np.log10(spectra[:, inside]).T, 1)[0]
    return slopes
