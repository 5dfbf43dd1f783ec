"""The debiased phase lag index: equal to its formula, blind to what has no lag."""

import numpy as np
import pytest

from backloop.errors import MeasureError
from backloop.recordings.spectra import FrequencyBand
from backloop.signals.multitaper import make_tapers
from backloop.signals.phase_lag import measure_phase_lag

RATE, EPOCHS, SAMPLES = 250.0, 120, 500
BAND = FrequencyBand(name="theta", low=4, high=8)
ALL = [np.arange(EPOCHS)]


def _index(signal: np.ndarray) -> np.ndarray:
    return measure_phase_lag(signal, BAND, rate_hz=RATE, groups=[np.arange(len(signal))]).index()


def _noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(9).standard_normal(shape)


def test_the_index_equals_its_formula():
    """Written out with loops over epochs, frequencies and tapers, it is the same number."""
    signal = _noise(12, 2, SAMPLES)
    signal[:, 1] += np.roll(signal[:, 0], 9, axis=-1)
    tapers = make_tapers(SAMPLES, rate_hz=RATE, bandwidth_hz=2.0)
    hz = np.fft.rfftfreq(SAMPLES, 1 / RATE)
    found = []
    for at in np.flatnonzero((hz >= 4) & (hz <= 8)):
        lags = []
        for first, second in signal - signal.mean(axis=-1, keepdims=True):
            spectra = [np.fft.rfft(tapers.windows * one, axis=1)[:, at] * tapers.weights for one in (first, second)]
            lags.append((spectra[0] * spectra[1].conj()).sum().imag)
        lag = np.array(lags)
        square = (lag**2).sum()
        found.append((lag.sum() ** 2 - square) / (np.abs(lag).sum() ** 2 - square))

    assert _index(signal)[0, 1] == pytest.approx(np.mean(found), rel=1e-3)


@pytest.mark.parametrize(("samples", "bandwidth"), [(500, 2.0), (501, 1.0), (1000, 4.0)])
def test_the_index_equals_that_of_mne_connectivity(samples, bandwidth):
    """Same tapers, weights and estimator: equal to 1e-12, far inside the 1e-6 that is asked for."""
    connectivity = pytest.importorskip("mne_connectivity", reason="mne-connectivity is not installed")
    signal = _noise(40, 4, samples).cumsum(axis=-1)
    signal[:, 1] += np.roll(signal[:, 0], 9, axis=-1)
    theirs = connectivity.spectral_connectivity_epochs(
        signal, method="wpli2_debiased", sfreq=RATE, mode="multitaper", mt_bandwidth=bandwidth, mt_adaptive=False,
        mt_low_bias=True, fmin=4, fmax=8, faverage=False, verbose="ERROR",
    ).get_data("dense").mean(axis=-1)  # fmt: skip
    ours = measure_phase_lag(signal, BAND, rate_hz=RATE, groups=[np.arange(40)], bandwidth_hz=bandwidth).index()

    np.testing.assert_allclose(np.tril(ours, -1), np.tril(theirs, -1), atol=1e-12)


def test_single_precision_is_enough():
    """Half the memory costs less than the fourth digit."""
    signal = _noise(60, 3, SAMPLES)
    signal[:, 1] += np.roll(signal[:, 0], 9, axis=-1)

    coarse, fine = (_index(signal.astype(kind))[np.triu_indices(3, 1)] for kind in ("f4", "f8"))
    np.testing.assert_allclose(coarse, fine, atol=1e-4)


def test_a_constant_lag_is_seen():
    """A source that reaches one channel 40 ms later gives nearly 1."""
    source = _noise(EPOCHS, SAMPLES + 10)
    signal = np.stack((source[:, 10:], source[:, :-10]), axis=1) + 0.3 * _noise(EPOCHS, 2, SAMPLES)

    assert _index(signal)[0, 1] > 0.9


def test_a_shared_source_without_lag_is_not():
    """Volume conduction alone stays near 0."""
    signal = _noise(EPOCHS, 1, SAMPLES) + 0.3 * np.random.default_rng(1).standard_normal((EPOCHS, 4, SAMPLES))

    assert np.abs(_index(signal)[np.triu_indices(4, 1)]).max() < 0.06


def test_unrelated_channels_average_to_nothing():
    """The estimate is debiased: as often below 0 as above, even with 20 epochs."""
    found = _index(_noise(20, 40, SAMPLES))[np.triu_indices(40, 1)]

    assert np.abs(found.mean()) < 0.005
    assert 0.4 < (found < 0).mean() < 0.75


def test_leaving_out_a_group_equals_computing_without_it():
    """The jackknife's sums are right."""
    signal = _noise(30, 3, SAMPLES)
    groups = [np.arange(10), np.arange(10, 30)]
    both = measure_phase_lag(signal, BAND, rate_hz=RATE, groups=groups)

    np.testing.assert_allclose(both.index(without=0), _index(signal[10:]), rtol=1e-5)


def test_one_epoch_is_refused():
    """Consistency over epochs takes two."""
    with pytest.raises(MeasureError, match="at least 2 epochs"):
        _index(_noise(1, 2, SAMPLES))


def test_a_band_that_the_epochs_do_not_resolve_is_refused():
    """Half a second holds no 4.5 Hz."""
    narrow = FrequencyBand(name="narrow", low=4.2, high=4.4)
    with pytest.raises(MeasureError, match="resolve no frequency of narrow"):
        measure_phase_lag(_noise(EPOCHS, 2, SAMPLES), narrow, rate_hz=RATE, groups=ALL)
