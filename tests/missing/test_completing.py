"""Filling in: conditional means against a calculation by hand, draws against their distribution."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.learn import constrained_design, fit_repeated, mark_departures
from backloop.missing.completing import (
    Parameters,
    check_share,
    complete,
    draw_people,
    find_parameters,
    find_patterns,
    numbered_generator,
)

SIGMA = np.array([[4.0, 2, 1], [2, 4, 2], [1, 2, 4]])
PARAMETERS = Parameters(np.array([6.0, 5, 4, -1, -2]), np.array([SIGMA, SIGMA]))


@pytest.fixture
def departures(leavers, where_wide):
    """Mark who left among the eight people."""
    return mark_departures(constrained_design(leavers, where_wide))


@pytest.mark.parametrize(("strategy", "filled"), [("MAR", 2.5), ("J2R", 4.5), ("CR", 4.0), ("CIR", 3.5), ("LMCF", 4.5)])
def test_conditional_means_by_hand(departures, strategy, filled):
    """Seen at 8 and 5 with means of 6 and 4, slopes 0 and 1/2: the assumed mean plus half of the surprise at week 9."""
    found = complete(departures, find_patterns(departures), strategy, PARAMETERS)

    assert found[1] == pytest.approx([8, 5, filled])


@pytest.mark.parametrize(("strategy", "filled"), [("MAR", [4.5, 2.25]), ("J2R", [5.5, 4.25]), ("CIR", [5.5, 4.25])])
def test_those_with_a_baseline_only(departures, strategy, filled):
    """From a baseline one above its mean: slopes 1/2 and 1/4; increments from a common baseline are a jump."""
    found = complete(departures, find_patterns(departures), strategy, PARAMETERS)

    assert found[3] == pytest.approx([7, *filled])


def test_a_gap_in_between_is_missing_at_random(departures):
    """Who came back is filled in from both sides, whatever the strategy: here at the mean less the pull of -1 and 0."""
    for strategy in ("MAR", "J2R", "CR", "CIR", "LMCF"):
        found = complete(departures, find_patterns(departures), strategy, PARAMETERS)

        assert found[2] == pytest.approx([5, 5 - 0.4, 4])


def test_what_was_seen_stays(departures):
    """Filling in changes no answer that was given."""
    y = departures.design.y
    noise = np.random.default_rng(1).normal(size=y.shape)

    found = complete(departures, find_patterns(departures), "J2R", PARAMETERS, noise=noise)

    assert (found[~np.isnan(y)] == y[~np.isnan(y)]).all()
    assert np.isfinite(found).all()


def test_draws_have_the_conditional_distribution(departures):
    """Over many draws, mean and covariance are those of the two missing visits given the baseline."""
    patterns = find_patterns(departures)
    random = np.random.default_rng(2)

    noises = random.normal(size=(20_000, *departures.design.y.shape))
    drawn = np.array([complete(departures, patterns, "MAR", PARAMETERS, noise=noise)[3, 1:] for noise in noises])

    left_over = SIGMA[1:, 1:] - np.outer(SIGMA[1:, 0], SIGMA[0, 1:]) / 4
    assert drawn.mean(axis=0) == pytest.approx([4.5, 2.25], abs=0.05)
    assert np.cov(drawn.T) == pytest.approx(left_over, abs=0.12)


def test_what_was_seen_after_an_event_teaches_nothing(table, where):
    """The strategies' parameters come from answers before departure, those under missing at random from all."""
    design = constrained_design(table, where)
    left = np.where(np.arange(len(design.y)) % 5 == 0, 6.0, np.nan)
    departures = mark_departures(design, left)
    fit = fit_repeated(design)

    whole, before = find_parameters(fit, departures)

    assert whole.beta == pytest.approx(fit.beta)
    assert before.beta == pytest.approx(fit_repeated(departures.kept).beta)
    assert not np.allclose(whole.beta, before.beta)


def test_resamples_keep_the_arms(table, where):
    """As many people are drawn in each arm as there are, from the seed and the number of the replicate alone."""
    design = constrained_design(table, where)

    first, again, other = (draw_people(design, numbered_generator(7, replicate)) for replicate in (3, 3, 4))

    assert np.bincount(design.arm[first]).tolist() == np.bincount(design.arm).tolist()
    assert (first == again).all()
    assert (first != other).any()


def test_too_many_failures():
    """An answer that would rest on too few of its replicates is refused."""
    check_share(10, 100)
    with pytest.raises(TrialError, match="11 resamples could not be fitted"):
        check_share(11, 100)
