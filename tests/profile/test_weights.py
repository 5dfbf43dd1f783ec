"""The ordinal rule: what findings for and against say together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.profile import Verdict, Weight, verdict_of
from backloop.profile.weights import weaker

ORDER = (Verdict.NOT_SUPPORTED, Verdict.CANNOT_SAY, Verdict.POSSIBLE, Verdict.SUPPORTED)
FOR, AGAINST = "for", "against"
WEIGHTS = st.builds(
    Weight,
    st.sampled_from(["for", "against", "neither", "conflicting", "missing"]),
    st.sampled_from(["strong", "moderate", "weak"]),
    st.sampled_from(["a", "b", "c"]),
)


@pytest.mark.parametrize(
    ("weights", "verdict"),
    [
        ([(FOR, "strong", "a")], "supported"),
        ([(FOR, "moderate", "a"), (FOR, "moderate", "b")], "supported"),
        ([(FOR, "moderate", "a"), (FOR, "moderate", "a")], "possible"),
        ([(FOR, "strong", "a"), (AGAINST, "moderate", "b")], "supported"),
        ([(FOR, "strong", "a"), (AGAINST, "strong", "b")], "possible"),
        ([(FOR, "moderate", "a"), (FOR, "weak", "b")], "possible"),
        ([(FOR, "weak", "a")], "possible"),
        ([(FOR, "weak", "a"), (AGAINST, "strong", "b")], "possible"),
        ([(AGAINST, "moderate", "a")], "not supported"),
        ([(AGAINST, "strong", "a"), (AGAINST, "weak", "b")], "not supported"),
        ([(AGAINST, "weak", "a"), (AGAINST, "weak", "b")], "cannot say"),
        ([("neither", "strong", "a"), ("missing", "strong", "b"), ("conflicting", "strong", "c")], "cannot say"),
        ([], "cannot say"),
    ],
)
def test_the_rule(weights, verdict):
    """Each line of the documented rule, and its borders."""
    assert verdict_of([Weight(*weight) for weight in weights]).value == verdict


@given(st.lists(WEIGHTS), WEIGHTS)
def test_a_finding_for_never_lowers_the_verdict(weights, more):
    """One more finding in favour leaves the verdict where it is or raises it."""
    before, after = verdict_of(weights), verdict_of([*weights, more._replace(direction="for")])
    assert ORDER.index(after) >= ORDER.index(before)


@given(st.lists(WEIGHTS), WEIGHTS)
def test_a_finding_against_never_raises_the_verdict(weights, more):
    """One more finding against leaves the verdict where it is or lowers it."""
    before, after = verdict_of(weights), verdict_of([*weights, more._replace(direction="against")])
    assert ORDER.index(after) <= ORDER.index(before)


@given(st.lists(WEIGHTS), WEIGHTS, st.sampled_from(["neither", "conflicting", "missing"]))
def test_what_points_nowhere_never_counts(weights, more, direction):
    """Findings that are missing, conflicting or between the limits change nothing."""
    assert verdict_of([*weights, more._replace(direction=direction)]) is verdict_of(weights)


@given(
    st.permutations([Weight("for", "moderate", "a"), Weight("for", "moderate", "b"), Weight("against", "weak", "c")])
)
def test_order_of_findings_does_not_matter(weights):
    """The rule reads findings in any order."""
    assert verdict_of(weights) is Verdict.SUPPORTED


def test_one_step_weaker():
    """Strong becomes moderate, moderate weak, and weak stays."""
    assert [weaker(strength) for strength in ("strong", "moderate", "weak")] == ["moderate", "weak", "weak"]
