"""Slope and peaks of a spectrum: what was put in comes out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backloop.errors import MeasureError
from backloop.signals.aperiodic import fit_spectrum

HZ = np.arange(2, 40.01, 0.25)


def _spectrum(exponent: float, peaks: list[tuple[float, float, float]], *, knee: float = 0.0, noise: float = 0.0):
    log_power = 1.2 - np.log10(knee + HZ**exponent)
    for hz, height, sd in peaks:
        log_power = log_power + height * np.exp(-((HZ - hz) ** 2) / (2 * sd**2))
    return 10 ** (log_power + np.random.default_rng(6).normal(0, noise, len(HZ)))


@given(st.floats(0.5, 2.5), st.floats(8, 13), st.floats(0.3, 1.5), st.floats(0.8, 2))
@settings(max_examples=25, deadline=None)
def test_one_peak_on_a_slope_is_recovered(exponent, hz, height, sd):
    """Exponent, frequency and height come back."""
    model = fit_spectrum(HZ, _spectrum(exponent, [(hz, height, sd)]))
    peak = model.tallest(7, 14)

    assert model.exponent == pytest.approx(exponent, abs=0.03)
    assert peak is not None
    assert peak.hz == pytest.approx(hz, abs=0.15)
    assert peak.height == pytest.approx(height, abs=0.08)


def test_two_peaks_in_noise_are_told_apart():
    """Noise adds no third."""
    model = fit_spectrum(HZ, _spectrum(1.6, [(9.7, 0.7, 1.2), (21, 0.3, 2)], noise=0.02))

    assert [round(peak.hz) for peak in model.peaks] == [10, 21]
    assert [peak.height for peak in model.peaks] == pytest.approx([0.7, 0.3], abs=0.04)
    assert [peak.width_hz for peak in model.peaks] == pytest.approx([2.4, 4], abs=0.3)
    assert model.r_squared > 0.99


def test_a_slope_alone_has_no_peak():
    """No rhythm is made up where there is none."""
    model = fit_spectrum(HZ, _spectrum(1.3, [], noise=0.03))

    assert model.peaks == ()
    assert model.tallest(8, 13) is None


def test_a_knee_is_fitted_where_asked():
    """The bend is found, and costs the fixed slope its fit."""
    density = _spectrum(2.0, [(10, 0.6, 1.2)], knee=100.0)
    bent, straight = (fit_spectrum(HZ, density, mode=mode) for mode in ("knee", "fixed"))

    assert bent.exponent == pytest.approx(2.0, abs=0.2)
    assert bent.error < straight.error


def test_power_of_zero_is_refused():
    """A dead channel has no logarithm."""
    with pytest.raises(MeasureError, match="all above 0"):
        fit_spectrum(HZ, np.zeros(len(HZ)))
