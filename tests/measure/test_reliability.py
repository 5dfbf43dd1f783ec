"""Measurement error: golden numbers from the sources, and which published error applies to whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import MeasureError
from backloop.library import Precision
from backloop.measure import (
    applies_to,
    clinical_cutoff,
    end_of_scale,
    error_interval,
    fitting_precision,
    reliable_change_index,
    smallest_detectable_change,
    standard_error,
    standard_error_of,
)
from backloop.units import Scale, Text

RULER = Scale(low=0, high=36, better="low")


def row(language="any", *, verified=True, **more):
    """Make a precision row of a language version."""
    adults = Text(en="adults", zh="成人")
    return Precision(population=adults, language=language, reference="hu-2022", verified=verified, **more)


@pytest.mark.parametrize(
    ("sem", "published", "places"),
    [(2.16, 5.99, 2), (4.6, 12.8, 1), (3.8, 10.5, 1), (11.6, 32, 0), (1.2, 3.3, 1), (1.4, 3.9, 1)],
    ids=["FreBAQ-C", "PCS", "BBQ", "Biering-Sorensen", "finger-floor", "finger-floor in patients"],
)
def test_detectable_change_agrees_with_publications(sem, published, places):
    """Published pairs of standard error and smallest detectable change are one another's 1.96 sqrt 2."""
    assert round(smallest_detectable_change(sem), places) == published


def test_standard_error_from_detectable_change():
    """Where only the detectable change is stated it implies the standard error."""
    assert standard_error_of(row(sdc=12.67)) == pytest.approx(4.571, abs=5e-4)
    assert standard_error_of(row(sem=2.16, sdc=5.99)) == 2.16


def test_reliability_alone_gives_no_error():
    """An ICC without the spread of its group says nothing in points."""
    assert standard_error_of(row(icc=0.9)) is None
    assert fitting_precision([row(icc=0.9)], "en") is None


def test_standard_error_from_spread_and_reliability():
    """SD times the root of one minus the reliability."""
    assert standard_error(sd=6.75, reliability=0.897) == pytest.approx(2.1663, abs=5e-5)


@pytest.mark.parametrize(("sd", "reliability"), [(-1, 0.5), (1, 1.1), (1, -0.1)])
def test_impossible_reliability_is_refused(sd, reliability):
    """A negative spread or a reliability outside 0 to 1 is a mistake of the caller."""
    with pytest.raises(MeasureError, match="expected sd"):
        standard_error(sd, reliability)


def test_reliable_change_index_crosses_at_the_detectable_change():
    """A change of exactly the smallest detectable one has an index of 1.96."""
    assert reliable_change_index(10, 10 + smallest_detectable_change(2), sem=2) == pytest.approx(1.96)
    with pytest.raises(MeasureError, match="above 0"):
        reliable_change_index(1, 2, sem=0)


def test_clinical_cutoff_lies_nearer_the_narrower_group():
    """Jacobson and Truax' c: (3 x 11 + 6 x 2) / 9 = 5; equal spreads give the midpoint."""
    assert clinical_cutoff(patients=(11, 6), others=(2, 3)) == 5
    assert clinical_cutoff(patients=(10, 4), others=(2, 4)) == 6
    with pytest.raises(MeasureError, match="standard deviations"):
        clinical_cutoff(patients=(10, 0), others=(2, 0))


@given(st.floats(0, 36), st.floats(0.01, 50))
def test_interval_holds_the_value_and_stays_on_the_scale(value, sem):
    """The error range always contains the score and never leaves the ruler."""
    found = error_interval(value, sem, RULER)
    assert 0 <= found.low <= value <= found.high <= 36


@pytest.mark.parametrize(("value", "end"), [(0, "floor"), (36, "ceiling"), (18, None)])
def test_ends_of_the_scale(value, end):
    """Only the two end points are floor and ceiling; an open scale has none."""
    assert end_of_scale(value, RULER) == end
    assert end_of_scale(value, Scale(better="low")) is None


@pytest.mark.parametrize(
    ("version", "language", "expected"),
    [
        ("zh-Hans", "zh-Hans", True),
        ("zh-Hans", "zh-Hans-CN", True),
        ("en", "en-GB", True),
        ("any", "und", True),
        ("zh-Hans", "zh", False),
        ("zh-Hans", "zh-Hant", False),
        ("en", "enm", False),
        ("und", "und", False),
    ],
)
def test_version_applies_only_to_its_own_language(version, language, expected):
    """A version holds for its own tag and narrower ones, never for a wider or unknown one."""
    assert applies_to(version, language) is expected


def test_own_version_comes_first_then_any_then_another():
    """The person's own version wins over any, any over another, verified over unverified."""
    rows = [row("it", sem=1), row(sem=2), row("zh-Hans", sem=3, verified=False), row("zh-Hans", sem=4)]
    assert fitting_precision(rows, "zh-Hans").sem == 4
    assert fitting_precision(rows, "en").sem == 2
    assert fitting_precision(rows[:1], "en").sem == 1
