"""Schemes behave as theory says: imbalance, guesses, the bias that guessing brings, and a test that holds its level."""

from math import comb

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.trial import (
    AllocationDiagnostics,
    AllocationScheme,
    BigStick,
    Factor,
    Minimisation,
    PermutedBlocks,
    SimpleRandomisation,
    allocate,
    diagnose_allocation,
    randomisation_test,
)

SITE = Factor(id="site", levels=("A", "B"))
SEX = Factor(id="sex", levels=("f", "m"))
TRIALS, PEOPLE = 800, 120


def _diagnose(rule, *factors: Factor, arms=("a", "b"), shares=()) -> AllocationDiagnostics:
    scheme = AllocationScheme(arms=arms, shares=shares, rule=rule, factors=factors)
    return diagnose_allocation(scheme, PEOPLE, np.random.default_rng(20261122), trials=TRIALS)


@pytest.mark.parametrize("half", [1, 2, 3])
def test_guessing_blocks_meets_blackwell_and_hodges(half):
    """In blocks of 2m people m + 2^(2m-1) / C(2m, m) - 1/2 guesses are right on average."""
    found = _diagnose(PermutedBlocks(sizes=(2 * half,)))
    expected = (half + 2 ** (2 * half - 1) / comb(2 * half, half) - 0.5) / (2 * half)

    assert found.guessed_share == pytest.approx(expected, abs=0.004)


@pytest.mark.parametrize("limit", [2, 3])
def test_guessing_the_big_stick_meets_its_chain(limit):
    """The stick decides one allocation in 2b, and only those are guessed better than by chance."""
    found = _diagnose(BigStick(limit=limit))

    assert found.certain_share == pytest.approx(1 / (2 * limit), abs=0.02)
    assert found.guessed_share == pytest.approx(0.5 + 1 / (4 * limit), abs=0.01)


def test_simple_randomisation_cannot_be_guessed():
    """A fair coin is guessed by chance, is never sure, and leaves the imbalance of a random walk."""
    found = _diagnose(SimpleRandomisation())

    assert found.guessed_share == pytest.approx(0.5, abs=0.006)
    assert found.certain_share == 0
    assert found.imbalance_mean == pytest.approx(np.sqrt(2 * PEOPLE / np.pi), rel=0.1)


def test_balance_is_bought_with_predictability():
    """From simple to big stick to blocks the arms get closer and the next one easier to guess."""
    order = [_diagnose(rule) for rule in (SimpleRandomisation(), BigStick(limit=3), PermutedBlocks(sizes=(4,)))]

    assert order == sorted(order, key=lambda found: found.guessed_share)
    assert order == sorted(order, key=lambda found: -found.imbalance_mean)


def test_random_block_sizes_leave_less_to_be_sure_of():
    """Fewer allocations can be foreseen for sure when blocks are larger on average."""
    assert (
        _diagnose(PermutedBlocks(sizes=(4, 6, 8))).certain_share < _diagnose(PermutedBlocks(sizes=(4,))).certain_share
    )


def test_guessing_biases_a_trial():
    """A recruiter who guesses the second of each pair finds effects that are not there; a coin gives no chance to."""
    pairs, coin = _diagnose(PermutedBlocks(sizes=(2,))), _diagnose(SimpleRandomisation())

    assert pairs.bias == pytest.approx(2 * (2 * pairs.guessed_share - 1), abs=0.02)
    assert pairs.false_positives > 0.2
    assert abs(coin.bias) < pairs.bias / 5
    assert abs(coin.false_positives - 0.05) < 4 * coin.monte_carlo_error


def test_minimisation_balances_every_factor():
    """Within the levels of two factors minimisation differs less than stratified blocks do with many strata."""
    many = tuple(Factor(id=f"factor {number}", levels=("1", "2")) for number in range(4))

    found = [_diagnose(rule, *many) for rule in (Minimisation(), PermutedBlocks(sizes=(4, 6)), SimpleRandomisation())]

    assert found == sorted(found, key=lambda one: one.level_imbalance_mean)
    assert found[0].certain_share == 0


def test_unequal_shares_are_not_imbalance():
    """Two to one in blocks of three is perfect balance of shares."""
    assert _diagnose(PermutedBlocks(sizes=(3,)), shares=(2, 1)).imbalance_mean == 0


def test_three_arms():
    """Simple randomisation of three arms is guessed by one in three."""
    assert _diagnose(SimpleRandomisation(), arms=("a", "b", "c")).guessed_share == pytest.approx(1 / 3, abs=0.006)


def test_factors_count_in_the_imbalance():
    """With stratified blocks each level is as balanced as its strata allow."""
    found = _diagnose(PermutedBlocks(sizes=(2,)), SITE, SEX)

    assert found.imbalance_mean <= 4
    assert found.level_imbalance_mean <= 2


def test_the_randomisation_test_knows_all_allocations():
    """In two blocks of two there are four ways; the most extreme one has a p of two in four."""
    scheme = AllocationScheme(arms=("a", "b"), rule=PermutedBlocks(sizes=(2,)))

    found = randomisation_test(
        scheme, [{}] * 4, arms="abab", outcome=[0, 1, 0, 1], random=np.random.default_rng(1), draws=20_000
    )

    assert found.difference == -1
    assert found.p == pytest.approx(0.5, abs=0.015)


def test_the_randomisation_test_holds_its_level():
    """Without an effect, p below .05 comes in 5 % of trials, within four Monte-Carlo standard errors."""
    scheme = AllocationScheme(arms=("a", "b"), rule=Minimisation(), factors=(SITE, SEX))
    random = np.random.default_rng(3)
    small = []
    for trial in range(300):
        people = [{"site": str(random.choice(["A", "B"])), "sex": str(random.choice(["f", "m"]))} for _ in range(24)]
        arms = allocate(scheme, people, f"a seed for trial {trial} of this test")
        drawn = randomisation_test(
            scheme, people, arms=arms, outcome=random.exponential(size=24), random=random, draws=199
        )
        small.append(drawn.p <= 0.05)

    assert np.mean(small) == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 300))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"arms": ["a", "c"]}, "the scheme's two arms"),
        ({"arms": ["a"]}, "one arm and one finite outcome for each of 2 people"),
        ({"outcome": [1.0, np.nan]}, "one arm and one finite outcome"),
    ],
)
def test_the_randomisation_test_needs_whole_data(changes, match):
    """Foreign arms, missing outcomes and lists of other lengths are refused."""
    scheme = AllocationScheme(arms=("a", "b"), rule=SimpleRandomisation())
    given = {"arms": ["a", "b"], "outcome": [1.0, 2.0], **changes}

    with pytest.raises(TrialError, match=match):
        randomisation_test(scheme, [{}] * 2, **given, random=np.random.default_rng(1))
