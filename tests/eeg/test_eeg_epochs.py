"""Epochs of rest and around events: whole, clean, counted."""

import numpy as np
import pytest

from backloop.eeg.eeg import EegEvent, EegRecording
from backloop.eeg.eeg_cleaning import CleanEeg, EegPlan
from backloop.eeg.eeg_epochs import cut_epochs, cut_trials
from backloop.errors import MeasureError

RATE = 250.0


def _clean(values: np.ndarray, *onsets: float) -> CleanEeg:
    names = tuple(f"E{at}" for at in range(len(values)))
    events = tuple(EegEvent(name="target", onset_s=onset) for onset in onsets)
    rest = EegRecording(values.astype(np.float32), rate_hz=RATE, channels=names, eyes="open", events=events)
    return CleanEeg(rest, quality={"channels": 2.0})


def _noise(seconds: int = 20) -> np.ndarray:
    return np.random.default_rng(2).normal(0, 5, (2, int(RATE * seconds)))


def test_epochs_overlap_by_half_and_can_be_set_apart():
    """Every second epoch shares no sample with the next."""
    epochs = cut_epochs(_clean(_noise()))

    assert (19, 10) == (len(epochs), len(epochs.apart()))
    np.testing.assert_array_equal(epochs.values[0, :, 250:], epochs.values[1, :, :250])


def test_a_blink_costs_the_epochs_it_lies_in():
    """What is left out is counted, and what was known before stays known."""
    values = _noise()
    values[1, 2600] += 400
    quality = cut_epochs(_clean(values)).quality

    assert (19, 2, 17, 2) == tuple(
        quality[name] for name in ("epochs_cut", "epochs_rejected", "epochs_kept", "channels")
    )


def test_the_limit_follows_the_recording_within_bounds():
    """A restless recording is not thrown away whole, yet no limit exceeds twice the plan's."""
    calm, restless, wild = (cut_epochs(_clean(_noise() * factor)).quality["limit_uv"] for factor in (1, 5, 50))

    assert calm == EegPlan().limit_uv
    assert calm < restless < 300
    assert wild == 300


def test_groups_of_epochs_hold_each_once():
    """A jackknife leaves every epoch out exactly once."""
    groups = cut_epochs(_clean(_noise(80))).groups()

    assert len(groups) == 20
    assert np.concatenate(groups).tolist() == list(range(79))


def test_trials_are_aligned_and_free_of_their_baseline():
    """A step at the event is read at its height, from its time."""
    values = np.full((1, 5000), 7.0)
    for onset in (2, 6, 10):
        values[0, int(onset * RATE) : int((onset + 0.5) * RATE)] += 10
    trials = cut_trials(_clean(values, 2, 6, 10, 19.9), "target", before_s=0.2, after_s=0.4)

    assert (3, 1) == (len(trials), trials.quality["trials_cut_off"])
    np.testing.assert_allclose(trials.values[:, 0, trials.seconds < 0], 0, atol=1e-5)
    np.testing.assert_allclose(trials.values[:, 0, trials.seconds >= 0], 10, atol=1e-5)


def test_an_unknown_event_is_told_the_known_ones():
    """The message names what the recording holds."""
    with pytest.raises(MeasureError, match="expected events named 'tone'; there are: target"):
        cut_trials(_clean(_noise(), 2), "tone", before_s=0.2, after_s=0.8)
    with pytest.raises(MeasureError, match="there are: none at all"):
        cut_trials(_clean(_noise()), "tone", before_s=0.2, after_s=0.8)


def test_a_baseline_needs_samples():
    """A few milliseconds are no baseline."""
    with pytest.raises(MeasureError, match="a baseline needs 8"):
        cut_trials(_clean(_noise(), 2), "target", before_s=0.01, after_s=0.8)
