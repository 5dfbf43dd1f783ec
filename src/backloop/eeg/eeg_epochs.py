"""Cut an EEG into epochs: one after the other for rest, around events for evoked potentials.

Decides which epochs are left out and counts them; it does not know what they will be used for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backloop.eeg.eeg import EegRecording
from backloop.eeg.eeg_cleaning import CleanEeg, EegPlan
from backloop.errors import MeasureError

__all__ = ["EegEpochs", "EegTrials", "cut_epochs", "cut_trials"]

_FEWEST_SAMPLES = 8
_ROBUST_SDS, _TO_SD = 3.0, 1.4826


@dataclass(frozen=True, eq=False)
class EegEpochs:
    """Epochs of rest.

    Parameters
    ----------
    values : array of float32, shape (epochs, channels, samples)
        In µV.
    places : array of int, shape (epochs,)
        Which of all epochs, in time, each is; every second one does not overlap with the next at an overlap of a half.
    recording : EegRecording
        What they were cut from.
    plan : EegPlan
        How.
    quality : dict
        What cleaning and cutting cost.

    Examples
    --------
    >>> noise = np.random.default_rng(1).standard_normal((2, 2500)).astype(np.float32)
    >>> rest = EegRecording(noise, rate_hz=250.0, channels=("Cz", "Pz"), eyes="closed")
    >>> epochs = cut_epochs(CleanEeg(rest, quality={}), EegPlan())
    >>> epochs.values.shape, epochs.apart().values.shape
    ((9, 2, 500), (5, 2, 500))
    """

    values: NDArray[np.float32]
    places: NDArray[np.intp]
    recording: EegRecording
    plan: EegPlan
    quality: dict[str, float]

    def __len__(self) -> int:
        return len(self.values)

    def apart(self) -> "EegEpochs":
        """Keep only epochs that share no sample."""
        every = int(np.ceil(1 / (1 - self.plan.overlap)))
        keep = self.places % every == 0
        return EegEpochs(self.values[keep], self.places[keep], self.recording, self.plan, self.quality)

    def groups(self, most: int = 20) -> list[NDArray[np.intp]]:
        """Split the epochs into stretches of time of equal numbers, for a jackknife over neighbours."""
        return [part for part in np.array_split(np.arange(len(self)), min(most, len(self))) if len(part)]


@dataclass(frozen=True, eq=False)
class EegTrials:
    """Epochs around the events of one kind.

    Parameters
    ----------
    values : array of float32, shape (trials, channels, samples)
        In µV, minus the mean of the time before the event.
    seconds : array, shape (samples,)
        Time from the event.
    recording : EegRecording
        What they were cut from.
    quality : dict
        What cleaning and cutting cost.

    Examples
    --------
    >>> rest = EegRecording(np.zeros((1, 10), np.float32), rate_hz=250.0, channels=("Cz",), eyes="open")
    >>> len(EegTrials(np.zeros((3, 1, 5), np.float32), np.arange(5) / 250, rest, quality={}))
    3
    """

    values: NDArray[np.float32]
    seconds: NDArray[np.float64]
    recording: EegRecording
    quality: dict[str, float]

    def __len__(self) -> int:
        return len(self.values)


def cut_epochs(clean: CleanEeg, plan: EegPlan | None = None) -> EegEpochs:
    """Cut a resting EEG into epochs and leave out those that an artefact spoils.

    Parameters
    ----------
    clean : CleanEeg
        From `clean_eeg`.
    plan : EegPlan, optional
        Length, overlap and limit.

    Returns
    -------
    EegEpochs
        Those in which no channel spans more than the limit, and how many were left out.

    Notes
    -----
    The limit is the recording's own, the median over epochs of the largest span plus 3 robust SD, but not below the
    plan's and not above twice that: blinks with open eyes differ between people.

    Examples
    --------
    >>> noise = np.random.default_rng(1).standard_normal((2, 2500)).astype(np.float32)
    >>> noise[0, 1000] = 500
    >>> rest = EegRecording(noise, rate_hz=250.0, channels=("Cz", "Pz"), eyes="closed")
    >>> cut_epochs(CleanEeg(rest, quality={})).quality["epochs_rejected"]
    2.0
    """
    plan = plan or EegPlan()
    recording = clean.recording
    length = round(plan.epoch_s * recording.rate_hz)
    step = max(1, round(length * (1 - plan.overlap)))
    starts = np.arange(0, recording.values.shape[1] - length + 1, step)
    windows = np.lib.stride_tricks.sliding_window_view(recording.values, length, axis=1)[:, starts]
    spans = _largest_spans(windows)
    middle = float(np.median(spans))
    own = middle + _ROBUST_SDS * _TO_SD * float(np.median(np.abs(spans - middle)))
    limit = float(np.clip(own, plan.limit_uv, 2 * plan.limit_uv))
    good = spans <= limit
    kept = np.ascontiguousarray(windows[:, good].transpose(1, 0, 2))
    return EegEpochs(
        kept, np.flatnonzero(good), recording, plan, clean.quality | _count(good, "epochs") | {"limit_uv": limit}
    )


def cut_trials(
    clean: CleanEeg, event: str, *, before_s: float, after_s: float, limit_uv: float = EegPlan().limit_uv
) -> EegTrials:
    """Cut epochs around the events of one name, minus the mean before each event.

    Parameters
    ----------
    clean : CleanEeg
        From `clean_eeg`.
    event : str
        The events' name.
    before_s, after_s : float
        Seconds before and after.
    limit_uv : float
        A trial in which any channel spans more is left out.

    Returns
    -------
    EegTrials
        Whole trials without artefact, and how many were left out.

    Raises
    ------
    MeasureError
        If the recording has no event of that name, or the time before is too short for a baseline.

    Examples
    --------
    >>> from backloop.eeg.eeg import EegEvent
    >>> noise = np.random.default_rng(1).standard_normal((1, 2500)).astype(np.float32)
    >>> events = (EegEvent(name="target", onset_s=2), EegEvent(name="target", onset_s=9.9))
    >>> rest = EegRecording(noise, rate_hz=250.0, channels=("Pz",), eyes="open", events=events)
    >>> cut_trials(CleanEeg(rest, quality={}), "target", before_s=0.2, after_s=0.8).quality["trials_cut_off"]
    1.0
    """
    recording = clean.recording
    rate = recording.rate_hz
    onsets = np.array([round(one.onset_s * rate) for one in recording.events if one.name == event], dtype=np.intp)
    if not len(onsets):
        known = ", ".join(sorted({one.name for one in recording.events})[:8]) or "none at all"
        message = f"{recording.name}: expected events named '{event}'; there are: {known}"
        raise MeasureError(message)
    first, last = round(before_s * rate), round(after_s * rate)
    if first < _FEWEST_SAMPLES:
        message = f"{recording.name}: {before_s:g} s before the event hold {first} samples; a baseline needs"
        message += f" {_FEWEST_SAMPLES}"
        raise MeasureError(message)
    whole = (onsets >= first) & (onsets + last < recording.values.shape[1])
    at = np.arange(-first, last + 1)
    windows = recording.values[:, onsets[whole, None] + at]
    good = _largest_spans(windows) <= limit_uv
    values = windows[:, good].transpose(1, 0, 2)
    values = values - values[..., :first].mean(axis=-1, keepdims=True)
    lost = _count(good, "trials") | {"trials_cut_off": float((~whole).sum())}
    return EegTrials(np.ascontiguousarray(values), at / rate, recording, clean.quality | lost)


def _largest_spans(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the span of each window, (channels, windows, time), in the channel where it is largest."""
    largest = np.zeros(windows.shape[1], dtype=np.float32)
    for channel in windows:
        np.maximum(largest, np.ptp(channel, axis=-1), out=largest)
    return largest


def _count(good: NDArray[np.bool_], what: str) -> dict[str, float]:
    return {
        f"{what}_cut": float(len(good)),
        f"{what}_rejected": float((~good).sum()),
        f"{what}_kept": float(good.sum()),
    }
