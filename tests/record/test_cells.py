"""Cells of BIDS tables: what is written is what is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.record.cells import read_cell, read_words, write_cell, write_words

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@given(value=NUMBERS | st.text())
def test_every_value_comes_back(value):
    """A number or text of any kind is read exactly as it was written, with its type."""
    again = read_cell(write_cell(value))
    assert (value, type(value)) == (again, type(again))


@given(words=st.text())
def test_every_text_comes_back_as_words(words):
    """Words come back even where they look like a number or like nothing."""
    assert words == read_words(write_words(words))


@given(value=NUMBERS | st.text())
def test_no_cell_breaks_the_table(value):
    """No cell holds a tab or a line end, whatever its value."""
    assert {"\t", "\n", "\r"}.isdisjoint(write_cell(value))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, "n/a"),
        (3, "3"),
        (2.5, "2.5"),
        ("弯腰", "弯腰"),
        ("007", "007"),
        ("12", '"12"'),
        ("n/a", '"n/a"'),
        ("", '""'),
    ],
)
def test_plain_values_stay_readable(value, cell):
    """Numbers and ordinary words stand in a cell as they are; only what could be mistaken is quoted."""
    assert cell == write_cell(value)


@pytest.mark.parametrize("cell", ['"open', '"3" or "4"', '"'])
def test_stray_quotes_are_words(cell):
    """A cell of somebody else's table that begins with a quotation mark is taken as it is."""
    assert cell == read_words(cell)


def test_a_number_of_thousands_of_digits_is_read():
    """A cell with more digits than Python turns into a whole number does not stop the reading."""
    assert float("inf") == read_cell("9" * 5000)
