"""Harvests of EEG: the curves show what was read, and the readings stay the same."""

import numpy as np
import pytest

from backloop.eeg import EegEvent, EegRecording, harvest_eeg, harvest_evoked, read_eeg_markers, read_evoked_markers

PERSON = {"participant_id": "sub-01", "session_id": "ses-01"}
NAMES = ("Fp1", "F3", "F4", "Fz", "C3", "C4", "Cz", "P3", "P4", "O1", "O2")


def _rest(names: tuple[str, ...] = NAMES) -> EegRecording:
    """Noise that falls with frequency, and a rhythm of 10 Hz, a little unsteady, at the back of the head."""
    random = np.random.default_rng(3)
    time = np.arange(250 * 60) / 250
    spectra = np.fft.rfft(random.standard_normal((1 + len(names), len(time))), axis=1)
    spectra[:, 1:] /= np.sqrt(np.arange(1, spectra.shape[1]))
    noise = np.fft.irfft(spectra, len(time), axis=1)
    noise *= 7 / noise.std(axis=1, keepdims=True)
    size = np.array([8 if name[0] in "PO" else 3 for name in names])[:, None]
    phase = 2 * np.pi * 10 * time + 0.05 * random.standard_normal(len(time)).cumsum()
    values = noise[0] + noise[1:] + size * np.sin(phase)
    return EegRecording(values.astype(np.float32), rate_hz=250.0, channels=names, eyes="closed")


def _task() -> EegRecording:
    random = np.random.default_rng(4)
    onsets = 2 + 1.5 * np.arange(40)
    time = np.arange(250 * 64) / 250
    values = 5 * random.standard_normal((1, len(time))) + 3 * random.standard_normal((2, len(time)))
    values += sum(10 * np.exp(-(((time - onset - 0.375) / 0.05) ** 2)) for onset in onsets)
    events = tuple(EegEvent(name="tone", onset_s=float(onset)) for onset in onsets)
    return EegRecording(values.astype(np.float32), rate_hz=250.0, channels=("Cz", "Pz"), eyes="open", events=events)


def test_the_spectra_stand_beside_the_readings():
    """All channels, the slope without rhythm and the back of the head; the mark is the number that was read."""
    rest = _rest()
    found = harvest_eeg(rest, **PERSON)
    readings = {reading.marker: reading.value for reading in found.readings}
    whole, slope, back = found.curves

    assert found.readings == read_eeg_markers(rest, **PERSON)
    assert whole.marks["alpha-peak"] == readings["eeg-peak-alpha.tallest"]
    assert whole.x[int(np.argmax(np.array(whole.y) - np.array(slope.y)))] == pytest.approx(10, abs=0.5)
    assert max(back.y) > max(whole.y)
    assert {"Hz"} == {curve.x_unit for curve in found.curves}


def test_without_the_back_of_the_head_there_is_no_curve_of_it():
    """What was not recorded is not drawn."""
    found = harvest_eeg(_rest(("Fp1", "Fp2", "F3", "F4", "Fz", "C3", "C4", "Cz")), **PERSON)

    assert ["All channels, eyes closed", "Slope without rhythm, eyes closed"] == [each.name.en for each in found.curves]


def test_the_average_stands_beside_the_evoked_readings():
    """The curve peaks where the reading says, and the window is marked."""
    found = harvest_evoked(_task(), "p300", ("tone",), **PERSON)
    amplitude, latency, peak = found.readings
    (curve,) = found.curves
    x, y = np.array(curve.x), np.array(curve.y)
    inside = (x >= 250) & (x <= 500)

    assert found.readings == read_evoked_markers(_task(), "p300", ("tone",), **PERSON)
    assert {"window-low": 250, "window-high": 500, "latency": latency.value, "peak": peak.value} == curve.marks
    assert amplitude.value == pytest.approx(y[inside].mean(), abs=1e-6)
    assert x[inside][y[inside].argmax()] == pytest.approx(peak.value)


def test_an_absent_potential_has_no_curve():
    """A channel that was not recorded leaves its reason and no picture."""
    found = harvest_evoked(_task(), "p300", ("tone",), channel="Oz", **PERSON)

    assert () == found.curves
    assert all(reading.value is None for reading in found.readings)
