"""What one answer is worth: accepted, recoded, turned around."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.library import Answers, Item
from backloop.measure.answers import lay_out_answers, points_range, turn_around, worth
from backloop.measure.sheets import Sheet
from backloop.record import Observation
from backloop.units import Absent, Text

FIVE = Answers(low=0, high=4)
WORDS = Text(en="a topic", zh="一个题目")


def item(**more):
    """Make an item of the book x."""
    return Item(id="x_01", topic=WORDS, **more)


@given(st.floats(-1e6, 1e6), st.integers(-50, 50), st.integers(1, 100))
def test_turning_around_twice_changes_nothing(points, low, width):
    """Reversal is an involution, whatever the range."""
    twice = turn_around(turn_around(points, low, low + width), low, low + width)
    assert twice == pytest.approx(points, abs=1e-6)


@given(st.integers(0, 4))
def test_reversed_points_stay_in_their_range(value):
    """A reversed item is worth between its lowest and highest points."""
    assert worth(item(is_reversed=True), FIVE)(value) == 4 - value


@pytest.mark.parametrize("refused", [-1, 5, 2.5, "2", "often"])
def test_coded_item_refuses_what_is_not_a_code(refused):
    """A coded item accepts whole numbers of its list and nothing else."""
    assert worth(item(), FIVE)(refused) is None


def test_whole_number_may_be_written_as_a_float():
    """3.0 is the code 3."""
    assert worth(item(), FIVE)(3.0) == 3


def test_recoding_comes_before_turning_around():
    """Codes are recoded first, then turned around within the points they can bring."""
    points = worth(item(recode={"0": 0, "1": 0, "2": 0, "3": 1, "4": 1}, is_reversed=True), FIVE)
    assert [points(code) for code in range(5)] == [1, 1, 1, 0, 0]


def test_code_that_recode_does_not_name_stays_itself():
    """A recoding that names one code leaves the others alone."""
    recoded = item(recode={"4": 9})
    assert [worth(recoded, FIVE)(code) for code in (3, 4)] == [3, 9]
    assert points_range(recoded, FIVE) == (0, 9)


def test_fractions_count_where_no_whole_number_is_asked():
    """A quantity keeps its decimals."""
    assert worth(item(kind="number", low=0, high=100), FIVE)(99.5) == 99.5


def test_large_whole_range_needs_no_table():
    """A quantity with thousands of whole values is checked number by number."""
    points = worth(item(kind="number", low=0, high=5000, whole=True), FIVE)
    assert (points(4999), points(4999.5)) == (4999, None)


def test_text_answers_are_kept_as_words():
    """Words are kept for conditions; two different texts for one item are both left out."""
    sheet = Sheet()
    seen = [
        Observation(session_id="ses-01", kind="response", book="x", item=name, value=value)
        for name, value in (("x_01", "walking"), ("x_02", "lifting"), ("x_02", "sitting"))
    ]
    lay_out_answers(seen, sheet, worths={}, texts=frozenset({"x_01", "x_02"}))
    assert sheet.words == {"x_01": "walking"}
    assert sheet.reasons == {"x_02": Absent.ARTEFACT}
    assert sheet.look("x_01") == "walking"
