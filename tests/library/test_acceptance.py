"""What an item accepts, and the words of its answers."""

import math

import pytest

from backloop.library import AnswerLabel, Answers, Item, accepted, answer_words
from backloop.units import Text

TOPIC = Text(en="a topic", zh="一个题目")
WORDS = tuple(AnswerLabel(value=value, text=TOPIC) for value in range(5))
FIVE = Answers(low=0, high=4, labels=WORDS)


def item(**more):
    """Make an item of the book x."""
    return Item(id="x_01", topic=TOPIC, **more)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("code", (0, 4, True)), ("clock", (0, 24, False)), ("number", (-math.inf, math.inf, False))],
)
def test_each_kind_has_its_own_limits(kind, expected):
    """Only coded items take the instrument's answers; a clock has 24 hours and a quantity is open."""
    assert accepted(item(kind=kind), FIVE) == expected


def test_items_own_limits_come_first():
    """An item that states its limits is held to them."""
    assert accepted(item(kind="number", low=1, high=7, whole=True), FIVE) == (1, 7, True)


def test_words_of_the_instrument_hold_for_items_that_keep_its_range():
    """A coded item without words or limits of its own takes the instrument's words."""
    assert answer_words(item(), FIVE) == WORDS


@pytest.mark.parametrize("other", [{"high": 3}, {"low": 1}, {"kind": "number"}, {"kind": "text"}])
def test_words_of_the_instrument_do_not_fit_another_range(other):
    """Where the item's range or kind differs, the instrument's words would name the wrong answers."""
    assert answer_words(item(**other), FIVE) == ()


def test_items_own_words_come_first():
    """An item's own words stand whatever its range."""
    assert answer_words(item(low=0, high=1, labels=WORDS[:2]), FIVE) == WORDS[:2]
