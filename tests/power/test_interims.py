"""Interim looks: conditional and predictive power, and the estimate after stopping."""

import numpy as np
import pytest
from scipy.special import ndtr

from backloop.errors import TrialError
from backloop.power import conditional_power, efficacy_boundary, final_estimate, needed_drift, predictive_power

LOOKS = efficacy_boundary((0.5, 1.0))


def test_conditional_power_has_a_closed_form_before_the_last_look():
    """With one look to come the chance is a normal tail."""
    z, drift, critical = 1.3, 3.0, LOOKS.critical[1]
    expected = 1.0 - ndtr((critical - z * np.sqrt(0.5) - drift * 0.5) / np.sqrt(0.5))

    assert conditional_power(LOOKS, look=1, z=z, drift=drift) == pytest.approx(expected, abs=1e-13)


def test_predictive_power_has_a_closed_form_before_the_last_look():
    """Averaged over a flat prior the chance is a wider normal tail."""
    z, critical = 1.3, LOOKS.critical[1]
    expected = ndtr(z / np.sqrt(0.5) - critical)  # at half of the information the spread ahead equals that behind

    assert predictive_power(LOOKS, look=1, z=z) == pytest.approx(expected, abs=1e-6)


def test_the_estimate_is_median_unbiased():
    """Over simulated trials with two looks half of the estimates lie above the truth, and intervals hold it."""
    random = np.random.default_rng(2)
    drift = needed_drift(LOOKS, power=0.8)
    first = random.normal(drift * np.sqrt(0.5), 1.0, 400)
    last = first * np.sqrt(0.5) + random.normal(drift * 0.5, np.sqrt(0.5), 400)
    stops = first >= LOOKS.critical[0]
    found = [
        final_estimate(LOOKS, look=1 if stop else 2, z=z, standard_error=np.sqrt(2.0) if stop else 1.0)
        for stop, z in zip(stops, np.where(stops, first, last), strict=True)
    ]

    assert np.mean([each.estimate > drift for each in found]) == pytest.approx(0.5, abs=0.075)
    assert np.mean([each.interval.low <= drift <= each.interval.high for each in found]) > 0.92
    assert np.mean([each.naive for each in found]) > np.mean([each.estimate for each in found])


def test_a_stop_for_futility_gets_an_estimate():
    """A trial that ends below its futility value is estimated from the weak side."""
    looks = efficacy_boundary((0.5, 1.0), futility=(0.5,))
    found = final_estimate(looks, look=1, z=0.2, standard_error=0.5)

    assert found.p > 0.3
    assert found.interval.low < 0.0 < found.interval.high
    assert found.text.en.startswith("Corrected for the looks the effect is 0.")


def test_a_trial_that_goes_on_has_no_final_estimate():
    """Between futility and efficacy the boundary does not end the trial."""
    with pytest.raises(TrialError, match="does not end the trial"):
        final_estimate(LOOKS, look=1, z=1.0, standard_error=0.5)


@pytest.mark.parametrize("look", [0, 2])
def test_only_a_look_with_another_after_it(look: int):
    """There is no conditional power at the last look."""
    with pytest.raises(TrialError, match="after which another comes"):
        conditional_power(LOOKS, look=look, z=1.0)
