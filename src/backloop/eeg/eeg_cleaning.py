"""Free an EEG of drift, mains hum and bad channels, and set it against the average of the head.

Decides what is taken out and counts it; what is left of blinks, `eeg_epochs` leaves out.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import fft
from scipy.signal import detrend

from backloop.eeg.eeg import EegRecording
from backloop.eeg.eeg_bursts import repair_bursts
from backloop.eeg.eeg_components import take_out_components
from backloop.errors import MeasureError
from backloop.units import Frozen

__all__ = ["CleanEeg", "EegPlan", "clean_eeg", "find_bad_channels", "remove_hum"]

_MAINS_HZ = (50.0, 60.0)
_HUM_HZ, _BESIDE_HZ = 1.0, 3.0
_STANDS_OUT = 4.0
_PAD_S = 4.0
_TO_SD = 0.7413
_DEVIATION, _CORRELATION, _ALONE_SHARE = 5.0, 0.4, 0.1
_FLAT_UV = 0.05
_FEWEST_FOR_AVERAGE = 8

Floats = NDArray[np.float32]


class EegPlan(Frozen):
    """How an EEG is cleaned and cut.

    Parameters
    ----------
    high_pass_hz : float
        Middle of the high-pass filter's slope, which is as wide as this number.
    mains_hz : float, optional
        50 or 60; 0 for none; where not given, the one that stands out.
    reference : {"average", "recorded"}
        Average of the good channels, or as in the file.
    epoch_s, overlap : float
        Length of a resting epoch in seconds and the share that the next one repeats.
    limit_uv : float
        An epoch in which any channel spans more from lowest to highest is left out (see `cut_epochs`).
    ica : {"auto", "on", "off"}
        Whether components that are not brain are taken out (see `take_out_components`): where the recording is long
        enough, always (a shorter one is refused), or never.
    ica_seed : int
        Of the separation into components: the same seed gives the same components.
    burst_sd : float
        A burst is repaired where a direction of the signal stands so many SD above calm seconds; 0 for no repair.
    bandwidth_hz : float
        Smoothing of the spectra.
    fewest_epochs : int
        With fewer, the markers are absent.
    sources : bool
        Whether regions of a template head are looked at as well (see `measure_sources`).

    Examples
    --------
    >>> EegPlan(mains_hz=50).reference
    'average'
    """

    high_pass_hz: float = Field(default=0.5, gt=0, le=2)
    mains_hz: float | None = Field(default=None, ge=0)
    reference: Literal["average", "recorded"] = "average"
    epoch_s: float = Field(default=2.0, ge=1, le=30)
    overlap: float = Field(default=0.5, ge=0, le=0.75)
    limit_uv: float = Field(default=150.0, gt=0)
    ica: Literal["auto", "on", "off"] = "auto"
    ica_seed: int = 0
    burst_sd: float = Field(default=20.0, ge=0)
    bandwidth_hz: float = Field(default=1.0, gt=0)
    fewest_epochs: int = Field(default=10, ge=2)
    sources: bool = True


@dataclass(frozen=True, eq=False)
class CleanEeg:
    """An EEG after cleaning, with what it cost.

    Parameters
    ----------
    recording : EegRecording
        The good channels.
    quality : dict
        Channels read, bad by each sign, and kept; the mains' frequency (0 for none) and how far it stood out.

    Examples
    --------
    >>> rest = EegRecording(np.zeros((2, 500), np.float32), rate_hz=250.0, channels=("Cz", "Pz"), eyes="closed")
    >>> CleanEeg(rest, quality={"channels": 2.0}).quality["channels"]
    2.0
    """

    recording: EegRecording
    quality: dict[str, float]


def clean_eeg(recording: EegRecording, plan: EegPlan | None = None) -> CleanEeg:
    """Take out drift, mains hum, bad channels and what is not brain, and set the rest against their average.

    Parameters
    ----------
    recording : EegRecording
        As read.
    plan : EegPlan, optional
        How.

    Returns
    -------
    CleanEeg
        Good channels only, and what was lost at each step; channels that somebody found bad (``bad_told``) and the
        mains' frequency of the place, where they were written down, are taken over.

    Raises
    ------
    MeasureError
        If the recording is shorter than two epochs, or too few good channels are left for an average reference.

    Notes
    -----
    Filter and hum removal are one Fourier transform of the whole recording, without its straight line and mirrored at
    its ends: no phase shift. Bad channels are left out, not interpolated, for interpolated ones add nothing to an
    average over channels.

    References
    ----------
    leske-2019, bigdely-shamlo-2015, fitzgibbon-2016, gil-avila-2023

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> noise = random.standard_normal((1, 5000)) + random.standard_normal((9, 5000))
    >>> rest = EegRecording(noise.astype(np.float32), rate_hz=250.0, channels=tuple("ABCDEFGHI"), eyes="closed")
    >>> clean_eeg(rest).quality["channels_kept"]
    9.0
    """
    plan = plan or EegPlan()
    if recording.seconds < 2 * plan.epoch_s:
        message = f"{recording.name}: {recording.seconds:g} s are too short for epochs of {plan.epoch_s:g} s"
        raise MeasureError(message)
    if plan.mains_hz is None and recording.mains_hz is not None:
        plan = plan.model_copy(update={"mains_hz": recording.mains_hz})
    values, hum = remove_hum(recording.values, recording.rate_hz, plan)
    told = np.array([name in recording.told_bad for name in recording.channels])
    signs = {sign: found & ~told for sign, found in find_bad_channels(values, recording.rate_hz).items()} | {
        "told": told
    }
    good = ~np.any(list(signs.values()), axis=0)
    if plan.reference == "average" and good.sum() < _FEWEST_FOR_AVERAGE:
        message = (
            f"{recording.name}: {good.sum()} of {len(good)} channels are usable; an average reference needs"
            f" {_FEWEST_FOR_AVERAGE}; take reference 'recorded' or mend the recording"
        )
        raise MeasureError(message)
    kept = recording.with_values(values[good], good)
    values, taken = kept.values, dict[str, float]()
    if plan.ica != "off":
        values, taken = take_out_components(kept, seed=plan.ica_seed, required=plan.ica == "on")
    values, repaired = repair_bursts(values, recording.rate_hz, plan.burst_sd)
    if plan.reference == "average":
        values -= values.mean(axis=0, keepdims=True)
    quality = {"channels": float(len(good)), "not_eeg": float(recording.left_out), **hum}
    quality |= {f"bad_{sign}": float(found.sum()) for sign, found in signs.items()}
    return CleanEeg(
        recording.with_values(values, good), quality | taken | repaired | {"channels_kept": float(good.sum())}
    )


def remove_hum(values: Floats, rate_hz: float, plan: EegPlan) -> tuple[Floats, dict[str, float]]:
    """Take out drift and mains hum.

    Parameters
    ----------
    values : array of float32, shape (channels, samples)
        Signals in µV.
    rate_hz : float
        Samples a second.
    plan : EegPlan
        Where the high-pass lies and what the mains are.

    Returns
    -------
    tuple
        Cleaned signals, and the mains' frequency (0 for none found) with how many times its power stood above its
        neighbours'.

    Notes
    -----
    Within 1 Hz of the mains' frequency and its multiples, amplitudes become the median of those 1 to 3 Hz away; phases
    stay.

    References
    ----------
    leske-2019

    Examples
    --------
    >>> time = np.arange(5000) / 250
    >>> noisy = np.random.default_rng(1).standard_normal((1, 5000)) + 5 * np.sin(2 * np.pi * 50 * time)
    >>> cleaned, hum = remove_hum(noisy.astype(np.float32), 250.0, EegPlan())
    >>> hum["mains_hz"], bool(cleaned.std() < 1.1)
    (50.0, True)
    """
    samples = values.shape[1]
    pad = min(samples - 1, round(_PAD_S * rate_hz))
    length = fft.next_fast_len(samples + 2 * pad, real=True)
    margins = ((0, 0), (pad, pad))
    padded = np.pad(detrend(values, axis=1).astype(np.float32), margins, "reflect", reflect_type="odd")
    spectra = fft.rfft(padded, n=length, axis=1)
    hz = np.fft.rfftfreq(length, 1 / rate_hz).astype(np.float64)
    half = plan.high_pass_hz / 2
    spectra *= (0.5 - 0.5 * np.cos(np.pi * np.clip((hz - half) / (2 * half), 0, 1))).astype(np.float32)
    power = (spectra.real**2 + spectra.imag**2).mean(axis=0)
    mains, ratio = _find_mains(hz, power, plan.mains_hz)
    for multiple in np.arange(mains, hz[-1], mains) if mains else ():
        inside, beside = _around(hz, multiple)
        level = np.median(np.abs(spectra[:, beside]), axis=1, keepdims=True)
        spectra[:, inside] *= level / np.maximum(np.abs(spectra[:, inside]), np.finfo(np.float32).tiny)
    cleaned = fft.irfft(spectra, n=length, axis=1, overwrite_x=True)[:, pad : pad + samples]
    return np.ascontiguousarray(cleaned), {"mains_hz": mains, "mains_ratio": ratio}


def _around(hz: NDArray[np.float64], centre: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    away = np.abs(hz - centre)
    return away <= _HUM_HZ, (away > _HUM_HZ) & (away <= _BESIDE_HZ)


def _find_mains(hz: NDArray[np.float64], power: Floats, told: float | None) -> tuple[float, float]:
    """Give the mains' frequency and how far its power stands above its neighbours'."""
    ratios = {}
    for mains in _MAINS_HZ if told is None else (told,):
        inside, beside = _around(hz, mains)
        if 0 < mains < hz[-1] - _BESIDE_HZ:
            ratios[mains] = float(power[inside].mean() / power[beside].mean())
    mains, ratio = max(ratios.items(), key=lambda pair: pair[1], default=(0.0, 1.0))
    return (mains if told or ratio > _STANDS_OUT else 0.0), ratio


def find_bad_channels(values: Floats, rate_hz: float) -> dict[str, NDArray[np.bool_]]:
    """Find channels that are flat, far louder or quieter than the others, or go with no other.

    Parameters
    ----------
    values : array of float32, shape (channels, samples)
        Signals in µV, without drift, not yet referenced anew.
    rate_hz : float
        Samples a second.

    Returns
    -------
    dict of array of bool, shape (channels,)
        By sign: ``flat`` (robust SD below 0.05 µV), ``deviant`` (robust z of the robust SD beyond 5), ``alone``
        (highest correlation with another channel below 0.4 in more than a tenth of the seconds). A channel has at most
        one sign.

    References
    ----------
    bigdely-shamlo-2015

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> values = random.standard_normal((1, 2500)) + 0.5 * random.standard_normal((9, 2500))
    >>> values[3] = 0
    >>> {sign: np.flatnonzero(found).tolist() for sign, found in find_bad_channels(values, 250.0).items()}
    {'flat': [3], 'deviant': [], 'alone': []}
    """
    low, high = np.percentile(values[:, :: max(1, values.shape[1] // 20_000)], (25, 75), axis=1)
    spread = _TO_SD * (high - low)
    flat = spread < _FLAT_UV
    others = spread[~flat] if (~flat).any() else spread
    quarters = np.percentile(others, (25, 75))
    scale = _TO_SD * (quarters[1] - quarters[0])
    deviant = ~flat & (np.abs(spread - np.median(others)) > _DEVIATION * scale) if scale else np.zeros_like(flat)
    alone = ~flat & ~deviant & (_best_partner(values, rate_hz, ~flat) < _CORRELATION)
    return {"flat": flat, "deviant": deviant, "alone": alone}


def _best_partner(values: Floats, rate_hz: float, usable: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give, for each channel, the highest correlation with another that all but a tenth of the seconds reach."""
    window = round(rate_hz)
    seconds = values.shape[1] // window
    best = np.ones(len(values))
    if usable.sum() < 2:  # noqa: PLR2004 - a correlation takes two
        return best
    cut = values[usable, : seconds * window].reshape(int(usable.sum()), seconds, window).transpose(1, 0, 2)
    cut = cut - cut.mean(axis=2, keepdims=True)
    cut /= np.maximum(np.linalg.norm(cut, axis=2, keepdims=True), np.finfo(np.float32).tiny)
    together = np.abs(cut @ cut.transpose(0, 2, 1))
    together[:, np.arange(len(together[0])), np.arange(len(together[0]))] = 0
    best[usable] = np.quantile(together.max(axis=2), _ALONE_SHARE, axis=0)
    return best
