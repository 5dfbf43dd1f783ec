"""The indices of blinding equal R's, follow their definitions, and say when they cannot be had."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from backloop.errors import TrialError
from backloop.trial import GuessTable, blinding_indices, count_guesses
from backloop.units import Absent

CRISP = GuessTable(arms=("treatment", "placebo"), guesses=((82, 25, 170), (27, 29, 83)))
COUNTS = st.tuples(*[st.tuples(*[st.integers(1, 60)] * 3)] * 2)


def _james_by_definition(table: np.ndarray) -> float:
    """James' index from the weighted kappa of those who guess, as the paper puts it."""
    share = table / table.sum()
    unknown = share[:, 2].sum()
    guess, arm = share[:, :2].sum(axis=0) / (1 - unknown), share[:, :2].sum(axis=1) / (1 - unknown)
    weights = np.array([[0, 0.5], [0.5, 0]])
    seen = (weights * share[:, :2]).sum() / (1 - unknown)
    expected = (weights * np.outer(arm, guess)).sum()
    return (1 + unknown + (1 - unknown) * (seen - expected) / expected) / 2


def test_the_crisp_trial_equals_r():
    """The published table gives the estimates and standard errors that R's package BI prints, to every digit."""
    report = blinding_indices(CRISP)

    assert report.james.value == pytest.approx(0.74792754, abs=5e-9)
    assert report.james.standard_error == pytest.approx(0.02173740, abs=5e-9)
    assert report.bang["treatment"].value == pytest.approx(0.20577617, abs=5e-9)
    assert report.bang["treatment"].standard_error == pytest.approx(0.03523709, abs=5e-9)
    assert report.bang["placebo"].value == pytest.approx(0.01438849, abs=5e-9)
    assert report.bang["placebo"].standard_error == pytest.approx(0.05382296, abs=5e-9)


@given(counts=COUNTS)
@settings(max_examples=60, deadline=None)
def test_james_index_follows_its_definition(counts):
    """The short form in the code equals the weighted kappa of the definition and stays between 0 and 1."""
    james = blinding_indices(GuessTable(arms=("a", "b"), guesses=counts)).james

    assert james.value == pytest.approx(_james_by_definition(np.array(counts, dtype=float)), abs=1e-12)
    assert 0 <= james.interval.low <= james.value <= james.interval.high <= 1


@given(counts=COUNTS)
@settings(max_examples=40, deadline=None)
def test_james_standard_error_is_the_delta_method(counts):
    """The standard error equals that from numerical slopes of the definition."""
    table, step = np.array(counts, dtype=float), 1e-5
    share = table / table.sum()
    slope = np.zeros_like(share)
    for place in np.ndindex(share.shape):
        move = np.zeros_like(share)
        move[place] = step
        slope[place] = (_james_by_definition(share + move) - _james_by_definition(share - move)) / (2 * step)
    variance = ((slope**2 * share).sum() - (slope * share).sum() ** 2) / table.sum()

    assert blinding_indices(GuessTable(arms=("a", "b"), guesses=counts)).james.standard_error == pytest.approx(
        sqrt(variance), rel=1e-4
    )


@given(counts=COUNTS)
@settings(max_examples=40, deadline=None)
def test_the_names_of_the_arms_do_not_matter(counts):
    """Exchanging the arms and their answers changes no index."""
    (a, b, c), (d, e, f) = counts
    one = blinding_indices(GuessTable(arms=("x", "y"), guesses=counts))
    two = blinding_indices(GuessTable(arms=("y", "x"), guesses=((e, d, f), (b, a, c))))

    assert one.james.value == pytest.approx(two.james.value)
    assert one.bang["x"].value == pytest.approx(two.bang["x"].value)


@pytest.mark.parametrize(
    ("guesses", "james", "bang"),
    [
        (((50, 0, 0), (0, 50, 0)), 0, 1),  # everybody tells rightly
        (((25, 25, 0), (25, 25, 0)), 0.5, 0),  # guessing by chance
        (((0, 0, 50), (0, 0, 50)), 1, 0),  # nobody can say
        (((0, 50, 0), (50, 0, 0)), 1, -1),  # everybody believes in the other arm
    ],
)
def test_the_corners_of_the_scales(guesses, james, bang):
    """Known extremes stand at the ends and the middle of both scales."""
    report = blinding_indices(GuessTable(arms=("a", "b"), guesses=guesses))

    assert report.james.value == pytest.approx(james)
    assert report.bang["a"].value == pytest.approx(bang)


def test_james_index_can_be_undefined():
    """Where one arm does not guess and the other guesses itself, no wrong guess was possible by chance."""
    report = blinding_indices(GuessTable(arms=("a", "b"), guesses=((10, 0, 5), (0, 0, 15))))

    assert report.james.value is None
    assert report.james.absent is Absent.UNDEFINED
    assert report.bang["a"].value == pytest.approx(10 / 15)


def test_bang_interval_covers():
    """In simulated trials the 95 % interval of an arm holds the true index in 95 %, within four standard errors."""
    random, truth, trials = np.random.default_rng(5), 0.3, 1000
    inside = 0
    for drawn in random.multinomial(120, [0.5, 0.2, 0.3], size=trials):
        index = blinding_indices(GuessTable(arms=("a", "b"), guesses=(tuple(map(int, drawn)), (20, 20, 20)))).bang["a"]
        inside += index.interval.low <= truth <= index.interval.high

    assert inside / trials == pytest.approx(0.95, abs=4 * sqrt(0.95 * 0.05 / trials))


def test_guesses_are_counted():
    """Pairs of arm and guess become a table, early and late rounds apart."""
    pairs = [("a", "a"), ("a", "b"), ("a", "?"), ("b", "b"), ("b", "b")]

    table = count_guesses(("a", "b"), pairs, unknown="?", asked="participants, week 2")

    assert table.guesses == ((1, 1, 1), (0, 2, 0))
    assert blinding_indices(table).asked == "participants, week 2"


def test_an_unknown_guess_is_refused():
    """A guess that is no arm and not the word for not knowing is refused by its row."""
    with pytest.raises(TrialError, match="row 2: expected an arm of a, b and a guess of a, b, don't know"):
        count_guesses(("a", "b"), [("a", "a"), ("a", "maybe")])


@pytest.mark.parametrize("guesses", [((0, 0, 0), (1, 1, 1)), ((-1, 2, 2), (1, 1, 1))])
def test_impossible_counts_are_refused(guesses):
    """An arm nobody of which was asked, or a negative count, is refused."""
    with pytest.raises(ValidationError, match="counts of at least 0, and somebody in each arm"):
        GuessTable(arms=("a", "b"), guesses=guesses)


def test_an_arm_without_guesses_is_refused():
    """Nobody asked in an arm is said in words, not as a fault of the table."""
    with pytest.raises(TrialError, match="both arms"):
        count_guesses(("a", "b"), [("a", "a")])


def test_two_arms_of_one_name_are_refused():
    """One name for both arms would count every guess as right."""
    with pytest.raises(ValidationError, match="different names"):
        GuessTable(arms=("a", "a"), guesses=((1, 1, 0), (1, 1, 1)))


def test_everybody_wrong_stays_on_the_scale():
    """Rounding never carries an index beyond its scale."""
    james = blinding_indices(GuessTable(arms=("a", "b"), guesses=((0, 1000, 1000), (1000, 0, 50)))).james

    assert 1.0 == james.value == james.interval.high
