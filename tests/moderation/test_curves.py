"""Effect curves: knots, basis, bands, support, tests of a bend."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import TrialError
from backloop.learn import Columns, effect_curve, spline_basis, spline_knots
from backloop.trial import EffectModifier
from backloop.units import Scale

AGE = EffectModifier(id="age", title="age", visit="baseline", expected="not stated")
PAIN = Scale(better="low")


def curve(table, where, **options):
    """Draw the effect at week 18 over age."""
    return effect_curve(table, where, **({"modifier": AGE, "scale": PAIN, "week": 18, "draws": 4000} | options))


def bent(people=240):
    """Make a trial whose effect is there only above the age of 50."""
    random = np.random.default_rng(9)
    age = random.uniform(20, 80, people).round()
    arm = np.array(["sham", "care"])[np.arange(people) % 2]
    effect = -0.15 * np.maximum(age - 50, 0.0) * (arm == "care")
    first = random.normal(6, 1, people)
    return pd.DataFrame({"id": range(people), "arm": arm, "age": age, "w0": first, "w18": first + effect - 1}).assign(
        w18=lambda table: table["w18"] + random.normal(0, 1, people)
    )


WIDE = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 18: "w18"})


@given(st.floats(0.1, 50.0), st.floats(-100.0, 100.0))
def test_a_spline_is_straight_beyond_the_outer_knots(scale, shift):
    """Second differences vanish outside, whatever the unit of the values."""
    knots = np.array([10.0, 40.0, 60.0, 90.0]) * scale + shift
    for start in (-50.0, 90.0):
        points = (start + np.arange(5) * 10.0) * scale + shift

        bend = np.diff(spline_basis(points, knots), n=2, axis=0)

        assert np.abs(bend).max() < 1e-7 * scale


def test_the_basis_follows_the_unit():
    """Values ten times larger give curved parts ten times larger."""
    points, knots = np.linspace(0, 100, 9), (10.0, 50.0, 90.0)

    assert spline_basis(points * 10, np.array(knots) * 10) == pytest.approx(spline_basis(points, knots) * 10)


def test_a_straight_line_is_the_special_case(table, where):
    """Without knots the curve is a line through the linear model's effect, with no test of a bend."""
    line = curve(table, where, knots=0)

    assert np.abs(np.diff(line.effect, n=2)).max() < 1e-10
    assert line.bending is None
    assert line.varying.questions == 1
    assert "a straight line was assumed" in line.text.en


def test_bands_hold_the_limits(table, where):
    """The band for all values together holds the limits at each, which hold the curve."""
    found = curve(table, where)

    assert (found.band_low < found.low).all()
    assert (found.low < found.effect).all()
    assert (found.effect < found.high).all()
    assert (found.high < found.band_high).all()
    assert list(found.frame().columns)[:2] == ["grid", "effect"]


def test_a_bend_is_found_where_there_is_one():
    """An effect that begins at 50 is told from a line, and the band shows it only where it is."""
    found = curve(bent(), WIDE, knots=4)

    assert found.bending.p < 0.05
    assert found.varying.p < 0.001
    assert found.band_high[found.grid > 70].max() < 0
    assert found.band_low[found.grid < 45].max() < 0 < found.band_high[found.grid < 45].min()


def test_the_band_covers_the_whole_true_curve():
    """Over 60 trials without any modification, the band misses zero somewhere in few of them."""
    random = np.random.default_rng(12)
    table, missed = bent(80), 0
    for _ in range(60):
        null = table.assign(w0=random.normal(6, 1, 80), w18=random.normal(4, 1, 80))
        found = curve(null, WIDE, draws=2000, points=20)
        missed += bool(((found.band_low > 0) | (found.band_high < 0)).any())

    assert missed <= 8


def test_the_support_is_a_density(table, where):
    """The density of people integrates to almost one over the range, and deciles span it."""
    found = curve(table, where, points=200)

    assert np.trapezoid(found.support, found.grid) == pytest.approx(0.9, abs=0.1)
    assert (found.deciles[0], found.deciles[-1]) == (found.grid[0], found.grid[-1])


def test_several_arms_need_a_name(table, where):
    """With three arms the curve says which to name."""
    three = table.assign(arm=np.where(table["id"] < 20, "other", table["arm"]))

    with pytest.raises(TrialError, match="name one of care, other"):
        curve(three, where)
    assert curve(three, where, arm="care").arm == "care"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"knots": 2}, "3, 4 or 5 knots"),
        ({"week": 0}, "arms are compared at weeks"),
        ({"week": 7}, "no visit at week 7"),
        ({"arm": "none"}, "no arm 'none'"),
    ],
)
def test_each_wrong_call_has_its_own_message(table, where, options, message):
    """Knots, weeks and arms that are not there are told apart."""
    with pytest.raises(TrialError, match=message):
        curve(table, where, **options)


def test_two_values_are_no_curve(table, where):
    """Knots that fall together are refused."""
    with pytest.raises(TrialError, match="too few different values"):
        curve(table.assign(age=table["age"] > 40).astype({"age": float}), where)


def test_knots_must_rise():
    """A basis needs at least three rising knots."""
    with pytest.raises(TrialError, match="at least three knots"):
        spline_basis(np.arange(3.0), (1.0, 2.0))


def test_knots_are_quantiles():
    """Four knots lie at the 5th, 35th, 65th and 95th percentile."""
    assert spline_knots(np.arange(101.0), 4) == pytest.approx((5, 35, 65, 95))
