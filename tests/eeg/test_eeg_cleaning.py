"""Cleaning an EEG: what is taken out is what was put in, and it is counted."""

import numpy as np
import pytest
from scipy.signal import lfilter

from backloop.eeg.eeg import EegRecording
from backloop.eeg.eeg_bursts import repair_bursts
from backloop.eeg.eeg_cleaning import EegPlan, clean_eeg, find_bad_channels, remove_hum
from backloop.errors import MeasureError

RATE = 250.0


def _brain(channels: int = 12, seconds: int = 60) -> np.ndarray:
    random = np.random.default_rng(3)
    samples = int(RATE * seconds)
    shared = lfilter([1], [1, -0.9], random.standard_normal((3, samples)), axis=1)
    mixed = random.uniform(0.5, 1.5, (channels, 3)) @ shared * 4 + 2 * random.standard_normal((channels, samples))
    return mixed.astype(np.float32)


def _rest(values: np.ndarray) -> EegRecording:
    return EegRecording(values, rate_hz=RATE, channels=tuple(f"E{at}" for at in range(len(values))), eyes="closed")


@pytest.mark.parametrize("mains", [50, 60])
def test_mains_hum_is_found_and_taken_out(mains):
    """The frequency that stands out is removed, and the rest of the spectrum stays."""
    clean = _brain()
    hum = 30 * np.sin(2 * np.pi * mains * np.arange(clean.shape[1]) / RATE).astype(np.float32)
    without, told = remove_hum(clean + hum, RATE, EegPlan())
    silent, nothing = remove_hum(clean, RATE, EegPlan())

    assert (mains, 0) == (told["mains_hz"], nothing["mains_hz"])
    assert told["mains_ratio"] > 100
    assert (without - silent)[:, 500:-500].std() < 0.05 * hum.std()


def test_drift_goes_and_rhythm_stays_in_phase():
    """The high-pass neither shifts nor shrinks a rhythm."""
    time = np.arange(15_000) / RATE
    rhythm = np.sin(2 * np.pi * 10 * time)
    cleaned, _ = remove_hum((rhythm + 500 + 40 * time)[None].astype(np.float32), RATE, EegPlan())

    np.testing.assert_allclose(cleaned[0, 1000:-1000], rhythm[1000:-1000], atol=0.02)


def test_bad_channels_are_found_by_their_sign():
    """A flat one, a loud one and one that goes with no other, each counted once."""
    values = _brain()
    values[2] = 0.001
    values[5] *= 40
    values[7] = 8 * np.random.default_rng(8).standard_normal(values.shape[1])
    found = {sign: np.flatnonzero(bad).tolist() for sign, bad in find_bad_channels(values, RATE).items()}

    assert found == {"flat": [2], "deviant": [5], "alone": [7]}


def test_every_loss_is_counted_and_the_reference_is_the_average():
    """Quality says what each step cost; the good channels add up to nothing."""
    values = _brain()
    values[2] = 0
    clean = clean_eeg(_rest(values))

    assert (12, 1, 11) == tuple(clean.quality[name] for name in ("channels", "bad_flat", "channels_kept"))
    assert "E2" not in clean.recording.channels
    assert np.abs(clean.recording.values.mean(axis=0)).max() < 1e-3


def test_an_average_of_too_few_channels_is_refused():
    """With a handful of channels the average would be the signal."""
    with pytest.raises(MeasureError, match="4 of 4 channels are usable; an average reference needs 8"):
        clean_eeg(_rest(_brain(4)))
    assert clean_eeg(_rest(_brain(4)), EegPlan(reference="recorded")).quality["channels_kept"] == 4


def test_too_short_a_recording_is_refused():
    """Three seconds hold no two epochs."""
    with pytest.raises(MeasureError, match="3 s are too short for epochs of 2 s"):
        clean_eeg(_rest(_brain(seconds=3)))


def test_a_burst_is_repaired_and_the_rest_untouched():
    """Movement of some channels is taken out; calm seconds stay as they were."""
    calm = remove_hum(_brain(), RATE, EegPlan())[0]
    moved = calm.copy()
    push = np.random.default_rng(4).uniform(0.5, 1, (12, 1)).astype(np.float32)
    push[6:] = 0
    moved[:, 5000:5200] += 2000 * np.hanning(200).astype(np.float32) * push
    repaired, cost = repair_bursts(moved, RATE, 20.0)

    assert np.abs(repaired - calm)[:, 5000:5200].max() < 100
    assert np.abs(repaired - calm)[:, :4500].max() == 0
    assert 0 < cost["bursts_windows_share"] < 0.1


def test_without_a_cutoff_nothing_is_repaired():
    """A cut-off of 0 leaves the recording as it is."""
    values = _brain()

    assert repair_bursts(values, RATE, 0)[0] is values
