"""Two shares compared: laws of the intervals, numbers needed, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import TrialError
from backloop.learn import NumberNeeded, compare_shares, ratio_of_shares
from backloop.units import Absent, Interval

METHODS = ["newcombe", "miettinen-nurminen"]
shares = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("method", METHODS)
@given(arm=shares, comparator=shares)
def test_the_interval_holds_the_difference_and_stays_possible(method, arm, comparator):
    """Whatever the counts, the interval lies within -1 and 1 and around the difference."""
    found = compare_shares(arm, comparator, method=method)

    assert -1 <= found.interval.low <= found.difference + 1e-9
    assert found.difference - 1e-9 <= found.interval.high <= 1


@pytest.mark.parametrize("method", METHODS)
@given(arm=shares, comparator=shares)
def test_swapping_the_arms_turns_the_sign(method, arm, comparator):
    """The comparator's view is the mirror image."""
    found, mirrored = (compare_shares(*pair, method=method).interval for pair in ((arm, comparator), (comparator, arm)))

    assert (found.low, found.high) == pytest.approx((-mirrored.high, -mirrored.low), abs=1e-7)


@given(arm=shares, comparator=shares.filter(lambda share: share[0] > 0))
def test_the_ratio_lies_in_its_interval(arm, comparator):
    """A ratio has an interval around it wherever the comparator has a responder."""
    found = ratio_of_shares(arm, comparator)

    assert found.interval.low - 1e-9 <= found.value <= found.interval.high + 1e-9


def test_no_ratio_to_nobody():
    """Where nobody of the comparator responded the ratio is undefined, not infinite."""
    assert ratio_of_shares((5, 20), (0, 20)).absent is Absent.UNDEFINED


@pytest.mark.parametrize(
    ("difference", "low", "high", "words"),
    [
        (0.2, 0.1, 0.25, "NNTB 5.0 (NNTB 4.0 to 10.0)"),
        (-0.2, -0.25, -0.1, "NNTH 5.0 (NNTH 4.0 to 10.0)"),
        (0.1, -0.05, 0.25, "NNTB 10.0 (NNTB 4.0 to infinity to NNTH 20.0)"),
        (-0.1, -0.25, 0.05, "NNTH 10.0 (NNTB 20.0 to infinity to NNTH 4.0)"),
        (0.0, -0.1, 0.1, "infinity (NNTB 10.0 to infinity to NNTH 10.0)"),
        (0.1, 0.0, 0.2, "NNTB 10.0 (NNTB 5.0 to infinity)"),
    ],
)
def test_altmans_notation(difference, low, high, words):
    """Benefit and harm are named, and an interval through zero runs through infinity."""
    found = NumberNeeded(difference=difference, interval=Interval(low=low, high=high))

    assert found.text.en == words
    assert "infinity" not in found.text.zh


def test_no_number_for_no_difference():
    """Equal shares have no number needed to treat."""
    assert NumberNeeded(difference=0.0, interval=Interval(low=-0.1, high=0.1)).value is None


@pytest.mark.parametrize("counts", [(-1, 10), (11, 10), (0, 0)])
def test_impossible_counts(counts):
    """More responders than people, or nobody at all, is a wrong call."""
    with pytest.raises(TrialError, match="responders among"):
        compare_shares(counts, (1, 10))
    with pytest.raises(TrialError, match="responders among"):
        ratio_of_shares((1, 10), counts)
