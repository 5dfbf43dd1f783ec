"""Beamforming: equal to MNE-Python's filters, and true to a planted source."""

import numpy as np
import pytest

from backloop.errors import MeasureError
from backloop.signals import make_beamformer

mne = pytest.importorskip("mne", reason="the brain extra is not installed")


def _fields(places: int, channels: int) -> np.ndarray:
    fields = np.random.default_rng(1).standard_normal((places, channels, 3))
    return fields - fields.mean(axis=1, keepdims=True)


def test_filters_equal_those_of_mne():
    """Unit noise gain, strongest direction, 5 % regularisation, average reference: the same to 1e-10."""
    montage = mne.channels.make_standard_montage("biosemi32")
    names = montage.ch_names
    info = mne.create_info(names, 250.0, "eeg").set_montage(montage)
    sphere = mne.make_sphere_model("auto", "auto", info, verbose="ERROR")
    points = np.random.default_rng(0).normal(0, 0.03, (5, 3)) + sphere["r0"]
    space = mne.setup_volume_source_space(
        pos={"rr": points, "nn": np.tile([0.0, 0.0, 1.0], (5, 1))}, sphere_units="m", verbose="ERROR"
    )
    forward = mne.make_forward_solution(
        info, trans=None, src=space, bem=sphere, meg=False, eeg=True, mindist=0, verbose="ERROR"
    )
    fields = forward["sol"]["data"].reshape(len(names), 5, 3).transpose(1, 0, 2)
    random = np.random.default_rng(2)
    signal = np.einsum("pcd,pdt->ct", fields, 1e-8 * random.standard_normal((5, 3, 4000)))
    signal += 3e-7 * random.standard_normal(signal.shape)
    raw = mne.io.RawArray(signal, info, verbose="ERROR").set_eeg_reference("average", projection=True, verbose="ERROR")
    raw.apply_proj(verbose="ERROR")
    covariance = np.cov(raw.get_data())
    theirs = mne.beamformer.make_lcmv(
        raw.info, forward, mne.Covariance(covariance, names, [], raw.info["projs"], 3999), reg=0.05,
        pick_ori="max-power", weight_norm="unit-noise-gain", rank={"eeg": len(names) - 1}, verbose="ERROR",
    )["weights"]  # fmt: skip
    ours = make_beamformer(covariance, fields - fields.mean(axis=1, keepdims=True)).weights

    np.testing.assert_allclose(ours * np.sign((ours * theirs).sum(axis=1, keepdims=True)), theirs, atol=1e-10)


def test_a_planted_source_is_recovered_through_noise():
    """Direction and size of one source under noise of half its power in the channels."""
    fields, random = _fields(6, 24), np.random.default_rng(5)
    direction = np.array([0.6, 0.0, 0.8])
    course = 2 * random.standard_normal(20_000)
    channels = np.outer(fields[2] @ direction, course)
    noise = random.standard_normal(channels.shape)
    values = channels + noise * channels.std() / noise.std() * np.sqrt(0.5)
    beamformer = make_beamformer(np.cov(values), fields)
    seen = beamformer.weights[2] @ values / beamformer.gains[2]

    assert abs(np.corrcoef(seen, course)[0, 1]) > 0.9
    assert np.abs(np.corrcoef(beamformer.fields[2], fields[2] @ direction)[0, 1]) > 0.95
    assert seen.var() == pytest.approx(4, rel=0.25)


def test_leak_is_one_for_oneself_and_small_for_the_unlike():
    """A filter hears itself as 1; fields at right angles are not heard at all."""
    fields = np.eye(6)[:, :, None]

    np.testing.assert_allclose(make_beamformer(np.eye(6), fields).leak(), np.eye(6), atol=1e-12)


def test_missing_ranks_do_no_harm():
    """After an average reference the filters stay finite and sum to nothing over channels."""
    random = np.random.default_rng(7)
    values = random.standard_normal((10, 3000))
    values -= values.mean(axis=0)
    beamformer = make_beamformer(np.cov(values), _fields(3, 10))

    assert np.isfinite(beamformer.weights).all()
    np.testing.assert_allclose(beamformer.weights.sum(axis=1), 0, atol=1e-8)


def test_silence_is_refused():
    """Nothing to look at is said, not divided by."""
    with pytest.raises(MeasureError, match="covariance of the channels is zero"):
        make_beamformer(np.zeros((4, 4)), _fields(2, 4))
