"""Many questions at once: adjusted p values, limits, shrinkage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import TrialError
from backloop.learn import holm, max_t, max_t_limit, shrink

P_VALUES = st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=12)


def even(size, correlation):
    """Correlate all questions alike."""
    return np.full((size, size), correlation) + (1 - correlation) * np.eye(size)


@given(P_VALUES)
def test_holm_never_lowers_and_keeps_the_order(values):
    """Adjusted p values are at least the raw ones, at most Bonferroni's, and in the same order."""
    adjusted = holm(values)

    assert (adjusted >= np.array(values) - 1e-12).all()
    assert (adjusted <= np.minimum(np.array(values) * len(values), 1.0) + 1e-12).all()
    assert (np.diff(adjusted[np.argsort(values)]) >= 0).all()


def test_independent_questions_are_adjusted_as_sidak_does():
    """Without correlation the joint p value is 1 - (1 - p)^k."""
    adjusted, error = max_t([0.01, 0.2, 0.6], np.eye(3), draws=200_000)

    assert (np.abs(adjusted - (1 - (1 - np.array([0.01, 0.2, 0.6])) ** 3)) < 4 * error).all()


def test_one_question_asked_many_times_costs_nothing():
    """Questions that are all the same need no adjustment."""
    adjusted, _error = max_t([0.03] * 4, np.ones((4, 4)), draws=100_000)

    assert adjusted == pytest.approx(0.03, abs=0.003)


def test_the_more_alike_the_questions_the_smaller_the_price():
    """Joint p values fall with the correlation."""
    prices = [max_t([0.01] * 6, even(6, rho))[0][0] for rho in (0.0, 0.5, 0.9)]

    assert prices == sorted(prices, reverse=True)


def test_the_draws_depend_on_the_seed_only():
    """The same seed gives the same adjusted p values, and none is zero."""
    first, again = (max_t([1e-300, 0.04], np.eye(2), draws=1000, seed=5)[0] for _ in range(2))

    assert first.tolist() == again.tolist()
    assert first[0] == pytest.approx(1 / 1001)


def test_a_correlation_of_the_wrong_size_is_refused():
    """The correlation must have a row for each question and ones on its diagonal."""
    with pytest.raises(TrialError, match="expected a correlation of 2 x 2"):
        max_t([0.1, 0.2], np.eye(3))


def test_few_degrees_of_freedom_widen_the_limit():
    """The limit for all questions together is above that for one, more so with few degrees of freedom."""
    assert max_t_limit(np.eye(1), df=5) < max_t_limit(np.eye(4), df=5)
    assert max_t_limit(np.eye(4), df=500) < max_t_limit(np.eye(4), df=5)


def test_shrinkage_makes_better_guesses_of_many_small_truths():
    """Over 200 sets of eight true values, shrunken estimates miss by less, and their intervals hold."""
    random = np.random.default_rng(8)
    truth = random.normal(0, 0.1, (200, 8))
    raw = truth + random.normal(0, 0.2, truth.shape)
    pulled = [shrink(row, 0.04 * np.eye(8)) for row in raw]
    means, errors = (np.array([getattr(each, name) for each in pulled]) for name in ("estimate", "standard_error"))

    assert ((means - truth) ** 2).mean() < 0.5 * ((raw - truth) ** 2).mean()
    assert 0.93 < (np.abs(means - truth) < 1.96 * errors).mean() < 0.99


def test_shrinkage_never_passes_for_certainty():
    """Estimates that are all zero keep an error."""
    assert (shrink(np.zeros(3), np.eye(3)).standard_error > 0).all()


def test_shrinkage_heeds_the_covariance():
    """Two estimates that err together are drawn together; independent ones each by themselves."""
    apart = shrink([1.0, 0.0], np.eye(2)).estimate
    together = shrink([1.0, 0.0], even(2, 0.9)).estimate

    assert apart[1] == pytest.approx(0.0, abs=1e-12)
    assert abs(together[1]) > 0.01
