"""Margins: cut points that give the declared mean and spread."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.power.margins import beta_binomial, continuous, rounded_normal

Z = np.random.default_rng(1).standard_normal(400_000)


@pytest.mark.parametrize(("mean", "sd"), [(5.7, 1.8), (3.06, 2.4), (1.0, 1.5), (9.0, 1.2)])
def test_rounded_scores_have_the_declared_mean_and_spread(mean: float, sd: float):
    """Whole numbers from 0 to 10 with the wanted mean and standard deviation, also near an end."""
    margin = rounded_normal(mean, sd, low=0, high=10)
    scores = margin.scores(Z)

    assert (margin.mean, margin.sd) == pytest.approx((mean, sd), abs=1e-8)
    assert set(np.unique(scores)) <= set(range(11))
    assert (scores.mean(), scores.std()) == pytest.approx((mean, sd), abs=0.01)


@pytest.mark.parametrize(
    ("share", "theta", "mean", "sd"),
    [(0.40, 4.9, 9.6, 5.3), (0.42, 6.3, 10.1, 4.9), (0.16, 3.0, 3.8, 4.7), (0.26, 2.7, 6.2, 5.8)],
)
def test_the_published_disability_spreads(share: float, theta: float, mean: float, sd: float):
    """RESOLVE's published beta-binomials give the means and standard deviations published beside them."""
    margin = beta_binomial(24 * share, theta, low=0, high=24)
    scores = margin.scores(Z)

    assert margin.mean == pytest.approx(24 * share)
    assert (margin.mean, margin.sd) == pytest.approx((mean, sd), abs=0.051)
    assert (scores.mean(), scores.std()) == pytest.approx((margin.mean, margin.sd), abs=0.03)
    assert (scores.min(), scores.max()) == (0, 24)


def test_gain_is_the_covariance_with_the_value_behind():
    """One standard deviation behind the score is worth `gain` points."""
    for margin in (rounded_normal(3.0, 2.4, low=0, high=10), beta_binomial(6.2, 2.7, low=0, high=24), continuous(5, 2)):
        assert np.cov(Z, margin.scores(Z))[0, 1] == pytest.approx(margin.gain, rel=0.01)


def test_impossible_scores_are_refused():
    """No whole numbers from 0 to 10 have a mean of 9.5 and a standard deviation of 4."""
    with pytest.raises(TrialError, match="no rounded normal curve"):
        rounded_normal(9.5, 4.0, low=0, high=10)
