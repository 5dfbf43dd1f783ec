"""Evoked potentials: amplitude, latency and measurement error of what was planted, and of a real P300."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backloop.eeg.eeg import EegEvent, EegRecording
from backloop.eeg.eeg_files import read_eeg
from backloop.eeg.evoked import evoked_components, fractional_latency, read_evoked_markers
from backloop.errors import MeasureError
from backloop.units import Absent

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "eeg"
REAL = pytest.mark.skipif(not DATA.is_dir(), reason="the shared recordings are not here")
PERSON = {"participant_id": "sub-01", "session_id": "ses-01"}
NAMES = ("Fz", "FCz", "Cz", "Pz", "CP3")


def _task(
    *, peak_ms: float, width_ms: float, size: float, trials: int = 60, noise: float = 5.0, rate: float = 500.0, seed=1
) -> EegRecording:
    """Make a task in which event `a` evokes a bump at every channel, and event `b` nothing."""
    random = np.random.default_rng(seed)
    onsets = 2.0 + 1.5 * np.arange(2 * trials)
    values = random.normal(0, noise, (len(NAMES), int(rate * (onsets[-1] + 3)))) / np.sqrt(2)
    values += random.normal(0, noise, (1, values.shape[1])) / np.sqrt(2)
    time = np.arange(values.shape[1]) / rate * 1000
    for onset in onsets[::2]:
        values += size * np.exp(-((time - onset * 1000 - peak_ms) ** 2) / (2 * width_ms**2))
    events = tuple(EegEvent(name="ab"[at % 2], onset_s=onset) for at, onset in enumerate(onsets))
    return EegRecording(values.astype(np.float32), rate_hz=rate, channels=NAMES, eyes="open", events=events)


def test_amplitude_and_latency_of_a_planted_wave_are_read():
    """The mean in the window and both latencies come back with their errors."""
    task = _task(peak_ms=375, width_ms=40, size=10)
    amplitude, latency, peak = read_evoked_markers(task, "p300", ("a",), **PERSON)
    expected = 10 * 40 * np.sqrt(2 * np.pi) / 250

    assert ("p300", "p300.latency", "p300.peak-latency") == (amplitude.marker, latency.marker, peak.marker)
    assert amplitude.value == pytest.approx(expected, abs=0.5)
    assert latency.value == pytest.approx(375, abs=5)
    assert peak.value == pytest.approx(375, abs=25)
    assert (amplitude.n, amplitude.counted) == (60, "trials")
    assert amplitude.interval.low < expected < amplitude.interval.high


def test_the_error_of_a_mean_is_that_between_repetitions():
    """The standardised measurement error of one recording predicts how repeated ones scatter."""
    reads = [
        read_evoked_markers(_task(peak_ms=375, width_ms=40, size=10, seed=seed), "p300", ("a",), **PERSON)
        for seed in range(12)
    ]
    for part in (0, 1):
        scatter = np.std([read[part].value for read in reads], ddof=1)
        told = np.mean([read[part].quality["sme"] for read in reads])

        assert 0.5 < scatter / told < 1.7


def test_a_difference_is_one_event_minus_the_other():
    """Feedback negativity is loss minus gain, with the errors of both."""
    task = _task(peak_ms=250, width_ms=30, size=-8)
    both = read_evoked_markers(task, "feedback-negativity", ("a", "b"), **PERSON)
    turned = read_evoked_markers(task, "feedback-negativity", ("b", "a"), **PERSON)

    assert both[0].value == pytest.approx(-turned[0].value)
    assert -7 < both[0].value < -4
    assert turned[2].absent is Absent.UNDEFINED or turned[2].interval is not None
    with pytest.raises(MeasureError, match=r"needs 2 event name\(s\), got 1"):
        read_evoked_markers(task, "feedback-negativity", ("a",), **PERSON)


def test_a_response_of_either_sign_is_read_as_its_range():
    """Early somatosensory responses go down and up; the range spans both."""
    task = _task(peak_ms=24, width_ms=2, size=6, noise=2, rate=2000)
    amplitude, *_ = read_evoked_markers(task, "somatosensory-early-left", ("a",), **PERSON)

    assert amplitude.marker == "somatosensory-evoked.early-left"
    assert amplitude.value == pytest.approx(6, abs=1)


def test_a_slow_amplifier_cannot_read_an_early_response():
    """Twelve milliseconds at 128 Hz are one sample."""
    task = _task(peak_ms=24, width_ms=4, size=6, rate=128)
    readings = read_evoked_markers(task, "somatosensory-early-left", ("a",), **PERSON)

    assert ["too few samples a second for so short a window"] * 3 == [reading.reason.en for reading in readings]


def test_a_channel_that_was_not_recorded_is_absent():
    """No other channel is taken in its place unless it is named."""
    task = _task(peak_ms=375, width_ms=40, size=10)
    readings = read_evoked_markers(task, "somatosensory-early-right", ("a",), **PERSON)
    named = read_evoked_markers(task, "p300", ("a",), channel="Cz", **PERSON)

    assert {Absent.NOT_ASKED} == {reading.absent for reading in readings}
    assert "Cz" in named[0].convention


def test_few_trials_are_absent():
    """Seven trials are no average."""
    readings = read_evoked_markers(_task(peak_ms=375, width_ms=40, size=10, trials=7), "p300", ("a",), **PERSON)

    assert {Absent.ARTEFACT} == {reading.absent for reading in readings}
    assert readings[0].n == 7


def test_a_slope_through_the_window_is_no_peak():
    """A wave that is still rising at the window's end has no peak latency."""
    task = _task(peak_ms=560, width_ms=60, size=30, noise=1)
    _, _, peak = read_evoked_markers(task, "p300", ("a",), **PERSON)

    assert peak.absent is Absent.UNDEFINED


def test_half_the_area_lies_where_it_was_drawn():
    """A triangle is halved at its middle, a shifted one later; nothing positive has no latency."""
    ms = np.arange(0, 101.0)
    triangle = np.maximum(0, 20 - np.abs(ms - 40))
    found = fractional_latency(ms, np.stack((triangle, np.roll(triangle, 15), -triangle)))

    np.testing.assert_allclose(found, [40, 55, np.nan])


@pytest.mark.parametrize("component", sorted(evoked_components()))
def test_every_component_is_read_with_its_error(component):
    """Early and late somatosensory, P300, feedback and balance: amplitude and latencies, each with its SME."""
    asked = evoked_components()[component]
    sign, peak = (1 if asked.sign == "positive" else -1), float(np.mean(asked.window_ms))
    names = (*NAMES, "CP4")
    task = _task(peak_ms=peak, width_ms=(asked.window_ms[1] - asked.window_ms[0]) / 6, size=15 * sign, rate=1000.0)
    values = np.concatenate((task.values, task.values[-1:]))
    task = replace(task, values=values, channels=names)
    amplitude, latency, at = read_evoked_markers(
        task, component, ("a", "b") if asked.is_difference else ("a",), **PERSON
    )

    assert amplitude.value == pytest.approx(15 if asked.sign == "either" else amplitude.value, rel=0.5)
    assert np.sign(amplitude.value) == (1 if asked.sign == "either" else sign)
    assert at.value == pytest.approx(peak, abs=0.2 * (asked.window_ms[1] - asked.window_ms[0]))
    for reading in (amplitude, latency, at):
        half = (reading.interval.high - reading.interval.low) / 2
        assert reading.quality["sme"] > 0
        assert half == pytest.approx(1.96 * reading.quality["sme"], rel=1e-3)


def test_every_component_has_channels_window_and_source():
    """The declarations are whole."""
    for component in evoked_components().values():
        assert component.window_ms[0] < component.window_ms[1]
        assert component.title.zh
        assert not (component.verified and component.reference == "backloop-convention")


@REAL
def test_a_real_p300_peaks_near_430_ms():
    """The shared recording of 80 targets: 430 ms at POz, positive beyond its error."""
    task = read_eeg(DATA / "eeglab_data.set", eyes="open")
    amplitude, latency, peak = read_evoked_markers(task, "p300", ("square",), channel="POz", **PERSON)

    assert peak.value == pytest.approx(430, abs=8)
    assert latency.value == pytest.approx(430, abs=15)
    assert amplitude.interval.low > 0
    assert (amplitude.quality["trials_cut"], amplitude.n) == (80, amplitude.quality["trials_kept"])
