"""Ranking: P-scores and probabilities obey their laws, and the seed decides the draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.synthesis import rank_treatments

NAMES = ("a", "b", "c", "d")
EFFECT = np.array([0.0, -1.0, -0.5, 0.3])
COVARIANCE = np.zeros((4, 4))
COVARIANCE[1:, 1:] = 0.04 + np.diag([0.05, 0.1, 0.2])


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=3), st.sampled_from(["low", "high"]))
def test_scores_average_to_one_half(effects, better):
    """P-scores lie between 0 and 1, and their mean is one half whatever the effects."""
    ranks = rank_treatments(NAMES, np.append(0.0, effects), COVARIANCE, better=better, draws=10)

    scores = [rank.p_score for rank in ranks]
    assert all(-1e-12 <= score <= 1 + 1e-12 for score in scores)
    assert np.mean(scores) == pytest.approx(0.5)
    assert scores == sorted(scores, reverse=True)


def test_the_other_end_turns_the_order():
    """Where high is good, the P-scores are one minus those where low is."""
    low, high = (
        {rank.treatment: rank.p_score for rank in rank_treatments(NAMES, EFFECT, COVARIANCE, better=better, draws=10)}
        for better in ("low", "high")
    )

    assert {name: 1 - score for name, score in low.items()} == pytest.approx(high)


def test_probabilities_add_up_both_ways():
    """Every treatment has some rank, and every rank some treatment."""
    ranks = rank_treatments(NAMES, EFFECT, COVARIANCE, better="low")

    table = np.array([rank.probabilities for rank in ranks])
    assert table.sum(axis=0) == pytest.approx(np.ones(4))
    assert table.sum(axis=1) == pytest.approx(np.ones(4))


def test_mean_ranks_are_p_scores_in_other_words():
    """A mean rank from draws is n minus (n - 1) times the P-score, within the error of 20,000 draws."""
    ranks = rank_treatments(NAMES, EFFECT, COVARIANCE, better="low")

    for rank in ranks:
        mean = np.dot(rank.probabilities, [1, 2, 3, 4])
        assert mean == pytest.approx(4 - 3 * rank.p_score, abs=0.03)


def test_the_seed_decides_the_draws():
    """The same seed gives the same answer; another one differs only by chance."""
    one, same, other = (rank_treatments(NAMES, EFFECT, COVARIANCE, better="low", seed=seed) for seed in (1, 1, 2))

    assert one == same
    assert one != other
    assert one[0].probabilities == pytest.approx(other[0].probabilities, abs=0.02)


def test_certain_effects_have_certain_ranks():
    """Effects far apart leave one rank each, with an interval of that rank alone."""
    ranks = rank_treatments(("a", "b"), np.array([0.0, -9.0]), np.diag([0.0, 0.01]), better="low", draws=100)

    assert [(rank.treatment, rank.median, rank.interval.low, rank.interval.high) for rank in ranks] == [
        ("b", 1, 1.0, 1.0),
        ("a", 2, 2.0, 2.0),
    ]


def test_without_a_good_end_there_is_no_order():
    """Where neither end is good for the person, nothing is ranked."""
    assert rank_treatments(NAMES, EFFECT, COVARIANCE, better="neither") == ()
