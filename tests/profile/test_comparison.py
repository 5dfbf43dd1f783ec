"""A measure beside other people and beside the person's own past."""

import pytest

from backloop.errors import MeasureError, ScaleMismatch
from backloop.profile import against_norms, against_past
from backloop.units import Scale

OTHER = Scale(low=0, high=27, better="low")


@pytest.fixture
def library(library_of, clue):
    """Give a library whose questionnaire `a` has norms of two groups."""
    return library_of(m=[clue("x", "a")])


def test_value_beside_each_group(library, measure_of):
    """The difference is in points; z only where the spread is known."""
    patients, healthy = against_norms(measure_of("a", 9), library=library)
    assert (patients.group, patients.difference, patients.z, patients.side) == ("clbp", 3, 1.5, "worse")
    assert (healthy.group, healthy.difference, healthy.z, healthy.verified) == ("healthy", 8, None, False)
    assert patients.words.en == (
        "3 points above the mean of people with chronic low back pain, 1.5 standard deviations, on the worse side."
    )
    assert healthy.words.zh == "比无腰背痛人群的均值高8分，偏差的一侧。"


def test_value_at_and_below_the_mean(library, measure_of):
    """Equal is said as equal; below the mean of a complaint is the better side."""
    assert against_norms(measure_of("a", 6), library=library)[0].words.zh == "与慢性腰痛人群的均值相同。"
    assert against_norms(measure_of("a", 4), library=library)[0].side == "better"


@pytest.mark.parametrize(
    ("name", "value", "scale"), [("a", None, None), ("a", 9, OTHER), ("b", 9, None), ("open", 9, None)]
)
def test_nothing_to_compare_with(library, measure_of, name, value, scale):
    """No value, another scale, a book without norms and a marker have no comparison."""
    measure = measure_of(name, value) if scale is None else measure_of(name, value, scale=scale)
    assert against_norms(measure, library=library) == ()


def test_score_that_the_book_does_not_know(library, measure_of):
    """A measure that its book no longer yields has no comparison."""
    assert against_norms(measure_of("a", 9).model_copy(update={"id": "a.part"}), library=library) == ()


@pytest.mark.parametrize(
    ("before", "now", "difference", "side", "chinese"),
    [
        (6, 4, -2, "better", "比之前低2分，偏好的一侧。"),
        (4, 6, 2, "worse", "比之前高2分，偏差的一侧。"),
        (4, 4, 0, "same", "与之前相同。"),
        (4, None, None, None, "两次结果中有一次缺失。"),
    ],
)
def test_value_beside_the_past(measure_of, before, now, difference, side, chinese):
    """The difference is later minus earlier, with its side in the person's interest."""
    found = against_past(measure_of("a", now, session_id="ses-2"), measure_of("a", before))
    assert (found.difference, found.side, found.words.zh) == (difference, side, chinese)
    assert (found.earlier, found.later) == ("ses-1", "ses-2")


def test_scale_without_a_good_end(measure_of):
    """Where no end is good a difference is neither better nor worse."""
    found = against_past(measure_of("open", 6, session_id="ses-2"), measure_of("open", 4))
    assert (found.side, found.words.en) == (
        "neither",
        "2 points higher than before, which is neither good nor bad in itself.",
    )


def test_different_scales_are_never_compared(measure_of):
    """A total of 0-27 and one of 0-10 have no difference."""
    with pytest.raises(ScaleMismatch, match="'a'"):
        against_past(measure_of("a", 9, session_id="ses-2", scale=OTHER), measure_of("a", 9))


def test_different_measures_are_never_compared(measure_of):
    """Two measures are not one measure at two visits."""
    with pytest.raises(MeasureError, match="'b' and 'a'"):
        against_past(measure_of("b", 9, session_id="ses-2"), measure_of("a", 9))
