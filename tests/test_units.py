"""Units convert only within a dimension; scales compare only with themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backloop.errors import UnitMismatch
from backloop.units import Absent, Certainty, Interval, Scale, Text, convert


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1, "kgf/cm2", "kPa", 98.0665),
        (5.9, "lb/cm2", "kPa", 262.445),
        (8.0, "lb/cm2", "kPa", 355.858),
        (1, "cm", "mm", 10),
        (850, "ms", "s", 0.85),
        (2, "min", "s", 120),
        (3, "mm", "mm", 3),
    ],
)
def test_known_conversions(value: float, unit: str, to: str, expected: float):
    """Conversions match the defining constants."""
    assert convert(value, unit, to) == pytest.approx(expected, rel=1e-5)


@given(st.floats(min_value=-1e6, max_value=1e6), st.sampled_from(["kPa", "kgf/cm2", "lb/cm2", "N/cm2"]))
def test_there_and_back(value: float, unit: str):
    """A conversion and its reverse give the value again."""
    assert convert(convert(value, "kPa", unit), unit, "kPa") == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(("unit", "to"), [("kPa", "mm"), ("N", "kPa"), ("mm", "inch")])
def test_dimensions_are_not_mixed(unit: str, to: str):
    """A force is not a pressure, a length is not a pressure, and an unknown unit is named."""
    with pytest.raises(UnitMismatch, match=r"unit|is a"):
        convert(1, unit, to)


def test_scales_agree_only_when_all_parts_do():
    """Ends, unit, direction and version must match."""
    scale = Scale(low=0, high=36, better="low")

    assert scale.agrees_with(Scale(low=0, high=36, better="low"))
    for other in ({"high": 27}, {"better": "high"}, {"version": "2"}, {"unit": "%"}):
        assert not scale.agrees_with(scale.model_copy(update=other))


@given(st.floats(min_value=-100, max_value=100))
def test_clipping_stays_on_the_scale(value: float):
    """A clipped value always lies between the ends, and one inside is left alone."""
    scale = Scale(low=0, high=10, better="low")

    assert scale.holds(scale.clip(value))
    assert not scale.holds(value) or scale.clip(value) == value


def test_an_interval_runs_forward():
    """The low end is not above the high end."""
    with pytest.raises(ValidationError, match="runs from low to high"):
        Interval(low=1, high=0)


@pytest.mark.parametrize("text", [*(reason.text for reason in Absent), *(grade.text for grade in Certainty)])
def test_every_word_exists_in_both_languages(text: Text):
    """Reasons and grades are written in English and in Chinese."""
    assert text.say("en").isascii()
    assert not text.say("zh").isascii()
