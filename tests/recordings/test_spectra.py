"""Spectra: with gaps they are scipy's Lomb-Scargle, without they are the Fourier transform."""

import numpy as np
import pytest
import scipy.signal

from backloop.errors import MeasureError
from backloop.recordings import WHOLE_BAND, amplitude_spectrum, band_gap, frequencies


def test_gaps_give_scipys_lomb_scargle():
    """One matrix product equals scipy's periodogram of each series to one part in a million."""
    random = np.random.default_rng(1)
    kept = random.random(240) > 0.2
    values = random.standard_normal((int(kept.sum()), 20))
    values -= values.mean(axis=0)
    found = amplitude_spectrum(values.astype(np.float32), kept=kept)
    angular = 2 * np.pi * frequencies(240, 2.0)[1:120]
    time = 2.0 * np.flatnonzero(kept)
    wanted = np.stack([scipy.signal.lombscargle(time, column, angular) for column in values.T], axis=1)

    np.testing.assert_allclose(found[1:120] ** 2 * kept.sum() / 4, wanted, atol=1e-6 * wanted.max())


def test_both_spectra_agree_without_gaps():
    """Where nothing is dropped the Lomb-Scargle spectrum is the Fourier spectrum."""
    kept = np.ones(101, dtype=bool)
    block = np.random.default_rng(2).standard_normal((101, 5)).astype(np.float32)
    block -= block.mean(axis=0)
    fourier = amplitude_spectrum(block, kept=kept)
    with_a_gap_at_the_end = amplitude_spectrum(block[:-1] - block[:-1].mean(axis=0), kept=np.arange(101) < 100)

    np.testing.assert_allclose(with_a_gap_at_the_end.mean(), fourier.mean(), rtol=0.02)


def test_padding_over_gaps_is_refused():
    """Zeros cannot be told from missing volumes."""
    with pytest.raises(MeasureError, match="not defined where volumes were dropped"):
        amplitude_spectrum(np.zeros((9, 1), np.float32), kept=np.arange(10) > 0, length=16)


def test_the_reason_for_a_gap_is_told_in_both_languages():
    """The words name the band, the bins and the time that is needed."""
    gap = band_gap(WHOLE_BAND, 15, 2.0)

    assert gap.en == (
        "whole (0.01-0.08 Hz) has 2 frequency bins in a scan of 30 s; at least 3 are needed, that is about 43 s"
    )
    assert "频点" in gap.zh
