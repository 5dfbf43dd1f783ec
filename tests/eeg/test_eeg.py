"""EEG in memory: names of channels, and what is no scalp."""

import numpy as np
import pytest

from backloop.eeg.eeg import EegRecording, check_eyes, is_scalp, name_channel
from backloop.errors import MeasureError


@pytest.mark.parametrize(
    ("label", "name"),
    [("EEG Fp1", "Fp1"), ("Fc5.", "FC5"), ("Poz.", "POz"), ("T3", "T7"), ("EEG O1-LE", "O1"), ("P10", "P10")],
)
def test_labels_of_old_and_padded_kinds_get_one_name(label, name):
    """The same place on the scalp has the same name, whatever the amplifier calls it."""
    assert name == name_channel(label)


@pytest.mark.parametrize("label", ["EOG1", "ECG ECG", "A2-A1", "EEG A2-A1", "EMG Chin", "Status", "M1"])
def test_eyes_heart_muscle_ears_and_triggers_are_not_scalp(label):
    """What is no brain signal is not averaged into one."""
    assert not is_scalp(label, (label, "Cz"))


def test_an_ear_of_one_cap_is_scalp_of_another():
    """A1 beside A3 is a place on a 128-channel cap, not an ear."""
    assert is_scalp("A1", ("A1", "A2", "A3"))
    assert not is_scalp("A1", ("A1", "A2", "Cz"))


@pytest.mark.parametrize("word", ["", "Open", "shut", "unknown"])
def test_the_state_of_the_eyes_must_be_said(word):
    """No recording is taken without it."""
    with pytest.raises(MeasureError, match="'open' or 'closed'"):
        check_eyes(word)


def test_keeping_channels_keeps_their_names():
    """Names follow the rows."""
    rest = EegRecording(np.zeros((3, 4), np.float32), rate_hz=2.0, channels=("Cz", "Pz", "Oz"), eyes="open")
    kept = rest.with_values(rest.values[[0, 2]], np.array([True, False, True]))

    assert ("Cz", "Oz") == kept.channels
    assert kept.seconds == 2.0
