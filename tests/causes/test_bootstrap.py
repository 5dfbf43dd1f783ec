"""The bootstrap by person: draws, many least squares at once, intervals."""

import numpy as np
import pytest
from scipy.stats import bootstrap

from backloop.causes.bootstrap import (
    draw_counts,
    draw_interval,
    leave_one_out_counts,
    resample_people,
    resampled_products,
    resampled_squares,
)
from backloop.errors import TrialError

ARMS = np.arange(40) % 2


def test_people_are_drawn_within_their_arm():
    """Every resample holds as many people of each arm as the trial."""
    counts = draw_counts(ARMS, draws=200, seed=3)

    assert np.unique(counts[:, ARMS == 0].sum(axis=1)).tolist() == [20]
    assert np.unique(counts[:, ARMS == 1].sum(axis=1)).tolist() == [20]


def test_a_seed_draws_the_same_people_again():
    """The same seed gives the same resamples, another seed others."""
    assert np.array_equal(draw_counts(ARMS, draws=100, seed=3), draw_counts(ARMS, draws=100, seed=3))
    assert not np.array_equal(draw_counts(ARMS, draws=100, seed=3), draw_counts(ARMS, draws=100, seed=4))


@pytest.mark.parametrize(("draws", "seed"), [(99, 1), (100, -1)])
def test_too_few_draws_are_refused(draws, seed):
    """An interval needs a hundred draws at least, and a seed is not negative."""
    with pytest.raises(TrialError, match="at least 100 draws"):
        resample_people(_first_person, draws=draws, seed=seed)


def _first_person(block):
    first, end = block
    return {"counts": draw_counts(ARMS, draws=end - first, seed=3, first=first)[:, 0]}


@pytest.mark.parametrize(("workers", "scheduler"), [(2, "threads"), (3, "threads"), (2, "processes")])
def test_who_draws_does_not_matter(workers, scheduler):
    """Each draw has random numbers of its own, so threads and processes give the same as one call."""
    shared = resample_people(_first_person, draws=600, seed=3, workers=workers, scheduler=scheduler)

    assert shared["counts"].tolist() == draw_counts(ARMS, draws=600, seed=3)[:, 0].tolist()


def test_all_resamples_at_once_equal_one_at_a_time():
    """Coefficients and residual sums of squares are those of each resample laid out by itself."""
    random = np.random.default_rng(1)
    x, y = np.column_stack([np.ones(40), random.normal(size=(40, 2))]), random.normal(size=40)
    counts = draw_counts(ARMS, draws=100, seed=2)

    beta, left = resampled_squares(resampled_products(counts, np.column_stack([x, y])), range(3), 3)

    rows = np.repeat(np.arange(40), counts[7].astype(int))
    expected, residual, *_ = np.linalg.lstsq(x[rows], y[rows], rcond=None)
    assert beta[7] == pytest.approx(expected, rel=1e-10)
    assert left[7] == pytest.approx(residual[0], rel=1e-10)


def test_a_resample_without_spread_gives_no_answer():
    """Where a regressor does not vary in a resample its coefficients are NaN, not a guess."""
    x = np.column_stack([np.ones(40), ARMS])
    counts = np.vstack([np.ones(40), ARMS])

    beta, _left = resampled_squares(resampled_products(counts, np.column_stack([x, np.arange(40.0)])), [0, 1], 2)

    assert np.isnan(beta).all(axis=1).tolist() == [False, True]


def test_bias_corrected_intervals_as_scipy():
    """The mean of skewed values: scipy's BCa interval, up to the noise of 20,000 draws each."""
    values = np.random.default_rng(5).exponential(size=40)
    alone = np.zeros(40, dtype=np.int64)
    draws = draw_counts(alone, draws=20_000, seed=1) @ values / 40
    left_out = leave_one_out_counts(40) @ values / 39

    found = draw_interval(draws, values.mean(), level=0.95, kind="bca", left_out=(left_out, alone))

    expected = bootstrap((values,), np.mean, n_resamples=20_000, rng=np.random.default_rng(2)).confidence_interval
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.02)


def test_percentiles_are_percentiles():
    """By default the interval runs from the 2.5th to the 97.5th percentile of the draws."""
    found = draw_interval(np.arange(1001.0), 500.0, level=0.95)

    assert (found.low, found.high) == pytest.approx((25, 975))
