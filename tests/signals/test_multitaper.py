"""Multitaper spectra: equal to MNE-Python's, and true to the variance."""

import numpy as np
import pytest

from backloop.errors import MeasureError
from backloop.recordings.spectra import FrequencyBand
from backloop.signals.multitaper import band_power, make_tapers, multitaper_spectra

RATE = 250.0


@pytest.mark.parametrize(("bandwidth", "samples"), [(1.0, 500), (2.0, 500), (2.0, 501), (4.0, 1000)])
def test_spectra_equal_those_of_mne(bandwidth, samples):
    """Same tapers, weights and scale."""
    mne = pytest.importorskip("mne", reason="the brain extra is not installed")
    signal = np.random.default_rng(1).standard_normal((2, 3, samples)).cumsum(axis=-1)
    theirs, hz = mne.time_frequency.psd_array_multitaper(
        signal, RATE, bandwidth=bandwidth, low_bias=True, normalization="full", verbose="ERROR"
    )
    inner = (hz > 0) & (hz < RATE / 2)
    ours = multitaper_spectra(signal, rate_hz=RATE, bandwidth_hz=bandwidth, hz=hz[inner])

    np.testing.assert_allclose(ours, theirs[..., inner], rtol=1e-8)


def test_single_precision_is_enough():
    """Half the memory costs no digit that a marker shows."""
    signal = np.random.default_rng(1).standard_normal((4, 500)).cumsum(axis=-1)
    hz = np.arange(1, 45.5, 0.5)
    fine, coarse = (
        multitaper_spectra(signal.astype(kind), rate_hz=RATE, bandwidth_hz=2.0, hz=hz) for kind in ("f8", "f4")
    )

    assert coarse.dtype == np.float32
    np.testing.assert_allclose(coarse, fine, rtol=1e-4)


def test_power_of_a_rhythm_is_half_its_square():
    """A sine of 6 µV has 18 µV² in its band and none beside."""
    signal = 6 * np.sin(2 * np.pi * 10 * np.arange(1000) / RATE)[None]
    hz = np.arange(1, 45.1, 0.1)
    density = multitaper_spectra(signal, rate_hz=RATE, bandwidth_hz=2.0, hz=hz)

    assert band_power(hz, density, FrequencyBand(name="alpha", low=8, high=12))[0] == pytest.approx(18, rel=0.02)
    assert band_power(hz, density, FrequencyBand(name="beta", low=20, high=30))[0] < 0.01


def test_too_short_an_epoch_is_refused():
    """A fifth of a second cannot tell 2 Hz apart."""
    with pytest.raises(MeasureError, match="cannot be smoothed over 2 Hz"):
        make_tapers(50, rate_hz=RATE, bandwidth_hz=2.0)
