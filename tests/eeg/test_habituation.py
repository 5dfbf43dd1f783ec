"""Fading of a response: a planted one is found, none is not, and too few trials give none."""

import numpy as np
import pytest

from backloop.eeg.eeg import EegEvent, EegRecording
from backloop.eeg.habituation import read_habituation_marker
from backloop.recordings import Reading

RATE, SPACE_S = 250.0, 1.5


def _recording(trials: int, first: float, last: float, channel: str = "Cz") -> EegRecording:
    """Make trials whose response at 400 ms goes from one size to another, in a straight line."""
    random = np.random.default_rng(2)
    samples = int(RATE * SPACE_S * (trials + 2))
    values = 2 * random.standard_normal((1, samples))
    onsets = SPACE_S * (1 + np.arange(trials))
    for onset, size in zip(onsets, np.linspace(first, last, trials), strict=True):
        at = int(onset * RATE) + np.arange(int(0.3 * RATE), int(0.5 * RATE))
        values[0, at] += size
    events = tuple(EegEvent(name="touch", onset_s=float(onset)) for onset in onsets)
    return EegRecording(values.astype(np.float32), rate_hz=RATE, channels=(channel,), eyes="open", events=events)


def _read(recording: EegRecording) -> Reading:
    return read_habituation_marker(recording, "touch", participant_id="sub-01", session_id="ses-01")


def test_a_planted_fading_is_found():
    """A response that falls from 12 to 4 µV differs by 4 µV between the halves."""
    found = _read(_recording(60, 12, 4))

    assert found.interval.low < 4.07 < found.interval.high
    assert found.interval.low > 0


def test_a_steady_response_does_not_fade():
    """The interval of a response that stays holds zero."""
    found = _read(_recording(60, 8, 8))

    assert found.interval.low < 0 < found.interval.high


@pytest.mark.parametrize(("trials", "channel", "said"), [(10, "Cz", "fewer than 16"), (40, "Oz", "neither Cz nor CPz")])
def test_what_cannot_be_told_says_why(trials: int, channel: str, said: str):
    """Few trials and another place leave no number."""
    assert said in _read(_recording(trials, 8, 4, channel)).reason.en
