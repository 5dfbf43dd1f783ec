"""From an EEG with events to evoked potentials: amplitude and latency of each component, with its measurement error.

Decides how a component is read; where and when it is looked for is declared in `evoked.toml`.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from backloop.eeg.eeg import EegRecording
from backloop.eeg.eeg_cleaning import CleanEeg, EegPlan, clean_eeg
from backloop.eeg.eeg_epochs import EegTrials, cut_trials
from backloop.eeg.rhythms import derive_eeg
from backloop.errors import MeasureError
from backloop.library import Cited
from backloop.recordings import Curve, Harvest, Reading
from backloop.units import Absent, Interval, Text

__all__ = [
    "EVOKED_PLAN",
    "EvokedComponent",
    "evoked_components",
    "fractional_latency",
    "harvest_evoked",
    "read_evoked_markers",
]

Floats = NDArray[np.float64]

EVOKED_PLAN = EegPlan(high_pass_hz=0.1, reference="recorded", ica="off", burst_sd=0)
"""Only slow drift is taken out, the reference stays, components and bursts stay: each would change the potential."""

_BEFORE_S, _AFTER_S = 0.2, 0.8
_FEWEST_TRIALS, _FEWEST_SAMPLES = 8, 4
_RESAMPLES = 1000
_NORMAL_95 = 1.959963984540054

_NO_CHANNEL = Text(en="none of the channels for it was recorded or usable", zh="所需导联未记录或不可用")
_TOO_FEW = Text(en="fewer than 8 trials are free of artefact", zh="无伪迹的试次少于8个")
_TOO_SLOW = Text(en="too few samples a second for so short a window", zh="采样率过低，不足以分析如此短的时间窗")
_NO_AREA = Text(en="no peak or area of the expected direction in the window", zh="时间窗内无预期方向的波峰或面积")


class EvokedComponent(Cited):
    """Where and when an evoked potential is read.

    Parameters
    ----------
    marker : str
        The marker it gives.
    channels : tuple of str
        In order of preference.
    window_ms : tuple of float
        After the event.
    sign : {"positive", "negative", "either"}
        Its direction; *either* spans both and is read as the range.
    is_difference : bool
        Whether it is one kind of event minus another.

    Examples
    --------
    >>> evoked_components()["p300"].window_ms
    (250.0, 500.0)
    """

    id: str
    marker: str
    title: Text
    channels: tuple[str, ...] = Field(min_length=1)
    window_ms: tuple[float, float]
    sign: Literal["positive", "negative", "either"]
    is_difference: bool = False


@cache
def evoked_components() -> dict[str, EvokedComponent]:
    """Give the evoked potentials that can be read.

    Returns
    -------
    dict of str to EvokedComponent
        By id.

    Examples
    --------
    >>> sorted(evoked_components())[0]
    'balance-n1'
    """
    text = resources.files("backloop.eeg").joinpath("evoked.toml").read_text("utf-8")
    found = [EvokedComponent.model_validate(row) for row in tomllib.loads(text)["components"]]
    return {one.id: one for one in found}


def read_evoked_markers(
    recording: EegRecording,
    component: str,
    events: tuple[str, ...],
    *,
    participant_id: str,
    session_id: str,
    channel: str | None = None,
    plan: EegPlan = EVOKED_PLAN,
    seed: int = 0,
) -> tuple[Reading, ...]:
    """Read one evoked potential: amplitude and latencies.

    Parameters
    ----------
    recording : EegRecording
        With events.
    component : str
        An id of `evoked_components`.
    events : tuple of str
        The name of its events; for a difference two: minuend, subtrahend (loss, gain).
    participant_id, session_id : str
        Whose and when.
    channel : str, optional
        In place of the component's own.
    plan : EegPlan
        How the EEG is cleaned; `limit_uv` is the limit of a trial.
    seed : int
        Of the bootstrap.

    Returns
    -------
    tuple of Reading
        The amplitude in µV (mean in the window, or range where the component has either sign); ``.latency``, when half
        of the area in the window has passed, in ms; ``.peak-latency``. Each 95 % interval is the value and 1.96
        standardised measurement errors (in `quality` as ``sme``).

    Raises
    ------
    MeasureError
        If the component or an event is unknown, or the number of event names is wrong.

    Notes
    -----
    Trials minus the mean of the 200 ms before. The error of a mean amplitude is SD / sqrt(trials); of all else, the SD
    over 1000 bootstrap averages. A range has a bias upwards from noise; compare ranges at like numbers of trials only.

    References
    ----------
    luck-2021, schouppe-2020

    Examples
    --------
    >>> from backloop.eeg.eeg import EegEvent
    >>> rest = EegRecording(np.zeros((1, 5000), np.float32), rate_hz=250.0, channels=("Pz",), eyes="open")
    >>> read_evoked_markers(rest, "n400", ("x",), participant_id="sub-01", session_id="ses-01")
    Traceback (most recent call last):
    backloop.errors.MeasureError: evoked: no component 'n400'; there are balance-n1, feedback-negativity, p300,
    somatosensory-early-left, somatosensory-early-right, somatosensory-late
    """
    return harvest_evoked(
        recording, component, events,
        participant_id=participant_id, session_id=session_id, channel=channel, plan=plan, seed=seed,
    ).readings  # fmt: skip


def harvest_evoked(
    recording: EegRecording,
    component: str,
    events: tuple[str, ...],
    *,
    participant_id: str,
    session_id: str,
    channel: str | None = None,
    plan: EegPlan = EVOKED_PLAN,
    seed: int = 0,
) -> Harvest:
    """Read one evoked potential, with the average it was read from.

    Parameters
    ----------
    recording, component, events, participant_id, session_id, channel, plan, seed
        As `read_evoked_markers`.

    Returns
    -------
    Harvest
        The readings of `read_evoked_markers`, and the average potential in µV from 200 ms before the event to 800 ms
        after it, with the window and the latencies marked; no curve where there is no reading.

    Raises
    ------
    MeasureError
        If the component or an event is unknown, or the number of event names is wrong.

    Examples
    --------
    >>> from backloop.eeg.eeg import EegEvent
    >>> noise = np.random.default_rng(1).standard_normal((1, 10_000)).astype(np.float32)
    >>> events = tuple(EegEvent(name="tone", onset_s=2.0 + 1.5 * place) for place in range(20))
    >>> task = EegRecording(noise, rate_hz=250.0, channels=("Pz",), eyes="open", events=events)
    >>> made = harvest_evoked(task, "p300", ("tone",), participant_id="sub-01", session_id="ses-01")
    >>> made.curves[0].x_unit, made.curves[0].marks["window-low"]
    ('ms', 250.0)
    """
    if component not in evoked_components():
        message = f"evoked: no component '{component}'; there are {', '.join(sorted(evoked_components()))}"
        raise MeasureError(message)
    asked = evoked_components()[component]
    if len(events) != 1 + asked.is_difference:
        message = f"evoked: '{component}' needs {1 + asked.is_difference} event name(s), got {len(events)}"
        raise MeasureError(message)
    clean = clean_eeg(recording, plan)
    trials = tuple(_cut(clean, name, plan) for name in events)
    shell = Reading(
        marker=asked.marker,
        participant_id=participant_id,
        session_id=session_id,
        absent=Absent.NOT_ASKED,
        reason=_NO_CHANNEL,
        unit="µV",
        convention="none",
        n=min(len(part) for part in trials),
        counted="trials",
        quality=_add_up(trials),
        because=derive_eeg(recording, plan),
    )
    choice = (channel,) if channel else asked.channels
    place = next((name for name in choice if name in clean.recording.channels), None)
    trouble = _trouble(trials, asked, place)
    named = [_name(shell, asked, part, place or choice[0]) for part in _PARTS]
    if trouble or place is None:
        return Harvest(tuple(reading.model_copy(update=trouble) for reading in named))
    at = clean.recording.channels.index(place)
    averages = _Averages.of([part.values[:, at].astype(np.float64) for part in trials], trials[0].seconds, seed)
    readings = tuple(_fill(reading, asked, part, averages) for reading, part in zip(named, _PARTS, strict=True))
    return Harvest(readings, curves=(_show_average(asked, averages, readings, place),))


_PARTS = ("amplitude", "latency", "peak-latency")


@dataclass(frozen=True, eq=False)
class _Averages:
    """The average over trials, its resampled likes, and single trials."""

    seconds: Floats
    mean: Floats
    resampled: Floats
    trials: list[Floats]

    @classmethod
    def of(cls, trials: list[Floats], seconds: Floats, seed: int) -> "_Averages":
        random = np.random.default_rng(seed)
        resampled = [
            random.multinomial(len(part), np.full(len(part), 1 / len(part)), size=_RESAMPLES) @ part / len(part)
            for part in trials
        ]
        means = [part.mean(axis=0) for part in trials]
        if len(trials) == 1:
            return cls(seconds, means[0], resampled[0], trials)
        return cls(seconds, means[0] - means[1], resampled[0] - resampled[1], trials)

    def inside(self, window_ms: tuple[float, float]) -> NDArray[np.bool_]:
        low, high = window_ms
        return (self.seconds * 1000 >= low - 1e-6) & (self.seconds * 1000 <= high + 1e-6)


def _cut(clean: CleanEeg, event: str, plan: EegPlan) -> EegTrials:
    return cut_trials(clean, event, before_s=_BEFORE_S, after_s=_AFTER_S, limit_uv=plan.limit_uv)


def _add_up(trials: tuple[EegTrials, ...]) -> dict[str, float]:
    counts = {name: sum(part.quality[name] for part in trials) for name in trials[0].quality if "trials" in name}
    return trials[0].quality | counts


def _trouble(trials: tuple[EegTrials, ...], asked: EvokedComponent, place: str | None) -> dict[str, object]:
    low, high = asked.window_ms
    if place is None:
        return {"absent": Absent.NOT_ASKED, "reason": _NO_CHANNEL}
    if (high - low) / 1000 * trials[0].recording.rate_hz < _FEWEST_SAMPLES:
        return {"absent": Absent.NOT_APPLICABLE, "reason": _TOO_SLOW}
    if min(len(part) for part in trials) < _FEWEST_TRIALS:
        return {"absent": Absent.ARTEFACT, "reason": _TOO_FEW}
    return {}


def _name(shell: Reading, asked: EvokedComponent, part: str, place: str) -> Reading:
    low, high = asked.window_ms
    how = "range" if asked.sign == "either" else "mean"
    said = {
        "amplitude": f"{how}, {low:g}-{high:g} ms, {place}, minus the 200 ms before",
        "latency": f"half of the {asked.sign} area, {low:g}-{high:g} ms, {place}",
        "peak-latency": f"{asked.sign} peak, {low:g}-{high:g} ms, {place}",
    }[part]
    suffix, unit = ("", "µV") if part == "amplitude" else (f".{part}", "ms")
    joined = suffix if "." not in asked.marker else suffix.replace(".", "-")
    return shell.model_copy(update={"marker": asked.marker + joined, "unit": unit, "convention": said})


def _fill(reading: Reading, asked: EvokedComponent, part: str, averages: _Averages) -> Reading:
    inside = averages.inside(asked.window_ms)
    waves = np.vstack((averages.mean, averages.resampled))[:, inside]
    ms = averages.seconds[inside] * 1000
    if part == "amplitude":
        value, error = _amplitude(waves, inside, asked, averages)
    else:
        find = fractional_latency if part == "latency" else _peak_latency
        found = find(ms, _upright(waves, asked))
        value, resampled = float(found[0]), found[1:][np.isfinite(found[1:])]
        error = float(resampled.std(ddof=1)) if len(resampled) > _RESAMPLES // 2 else float("nan")
    if not np.isfinite(value) or not np.isfinite(error):
        return reading.model_copy(update={"absent": Absent.UNDEFINED, "reason": _NO_AREA})
    ends = Interval(low=value - _NORMAL_95 * error, high=value + _NORMAL_95 * error)
    quality = reading.quality | {"sme": error}
    return reading.model_copy(
        update={"value": value, "absent": None, "reason": None, "interval": ends, "quality": quality}
    )


def _show_average(asked: EvokedComponent, averages: _Averages, readings: tuple[Reading, ...], place: str) -> Curve:
    _, latency, peak = (reading.value for reading in readings)
    low, high = asked.window_ms
    marks = {"window-low": low, "window-high": high, "latency": latency, "peak": peak}
    return Curve(
        name=Text(en=f"{asked.title.en}, {place}", zh=f"{asked.title.zh}，{place}"),
        marker=asked.marker,
        x=tuple((1000 * averages.seconds).tolist()),
        y=tuple(averages.mean.tolist()),
        x_unit="ms",
        y_unit="µV",
        marks={name: value for name, value in marks.items() if value is not None},
    )


def _upright(waves: Floats, asked: EvokedComponent) -> Floats:
    if asked.sign == "either":
        return np.abs(waves)
    return waves if asked.sign == "positive" else -waves


def _peak_latency(ms: Floats, waves: Floats) -> Floats:
    """Give the time of the highest point; not a number where it lies at an end, for then the window cuts a slope."""
    at = waves.argmax(axis=1)
    return np.where((at > 0) & (at < len(ms) - 1), ms[at], np.nan)


def _amplitude(
    waves: Floats, inside: NDArray[np.bool_], asked: EvokedComponent, averages: _Averages
) -> tuple[float, float]:
    if asked.sign == "either":
        spans = np.ptp(waves, axis=1)
        return float(spans[0]), float(spans[1:].std(ddof=1))
    errors = [part[:, inside].mean(axis=1).std(ddof=1) / np.sqrt(len(part)) for part in averages.trials]
    return float(waves[0].mean()), float(np.hypot.reduce(errors))


def fractional_latency(ms: Floats, waves: Floats, fraction: float = 0.5) -> Floats:
    """Give the time by which a share of the positive area has passed.

    Parameters
    ----------
    ms : array, shape (samples,)
        Times of the window.
    waves : array, shape (waves, samples)
        Upright potentials; what is below 0 counts as nothing.
    fraction : float
        The share, 0 to 1.

    Returns
    -------
    array, shape (waves,)
        In the unit of `ms`, between samples by straight lines; not a number where there is no positive area.

    Examples
    --------
    >>> fractional_latency(np.arange(5.0), np.array([[0.0, 1.0, 1.0, 1.0, 0.0]]))
    array([2.])
    """
    above = np.maximum(waves, 0)
    steps = (above[:, 1:] + above[:, :-1]) / 2 * np.diff(ms)
    passed = np.concatenate((np.zeros((len(waves), 1)), steps.cumsum(axis=1)), axis=1)
    found = np.full(len(waves), np.nan)
    for row in np.flatnonzero(passed[:, -1] > 0):
        found[row] = np.interp(fraction * passed[row, -1], passed[row], ms)
    return found
