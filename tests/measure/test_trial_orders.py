"""Orders of trials: everything as often as everything else, the same for the same seed, and pressure from force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import UnitMismatch
from backloop.library import Library
from backloop.measure import (
    GridPoint,
    gap_between,
    order_letters,
    order_points,
    order_trials,
    pressure_of_force,
    unit_of_force,
)
from backloop.units import convert

SHELF = Library.packaged().shelf("protocols")
GRID, LETTERS = SHELF["tactile-localisation"].guide, SHELF["graphaesthesia"].guide
SEEDS = st.text("abcdef0123456789", min_size=1, max_size=8)
TIMES = st.integers(1, 6)


@given(SEEDS, TIMES)
def test_every_point_is_touched_equally_often(seed, times):
    """Each point comes once before any comes again, and a shorter test is the beginning of a longer one."""
    order = order_points(GRID, seed, times)

    for turn in range(times):
        assert len(set(order[9 * turn : 9 * turn + 9])) == 9
    assert order_points(GRID, seed, times + 1)[: len(order)] == order


def test_orders_differ_between_seeds():
    """Two people do not get the same order of points and letters."""
    assert len({order_points(GRID, str(seed), 1) for seed in range(30)}) == 30
    assert len({order_letters(LETTERS, str(seed), 8) for seed in range(30)}) == 30


@given(SEEDS, st.integers(1, 50))
def test_letters_come_from_the_book(seed, count):
    """As many letters as asked for, none repeated before all were drawn, turned only as the book says."""
    letters = order_letters(LETTERS, seed, count)
    first = [each.letter for each in letters[: len(LETTERS.letters)]]

    assert len(letters) == count
    assert len(set(first)) == len(first)
    assert {each.letter for each in letters} <= set(LETTERS.letters)
    assert {each.turned for each in letters} == {0}


@given(SEEDS)
def test_turns_are_drawn_where_the_book_has_several(seed):
    """A book with two turns gets both over many letters."""
    guide = LETTERS.model_copy(update={"turns": (0, 180)})

    assert {each.turned for each in order_letters(guide, seed, 60)} == {0, 180}


@pytest.mark.parametrize(
    ("book", "expected"),
    [
        ("ppt-lumbar", [("", 1), ("", 2)]),
        ("cpm", [("before", 1), ("before", 2), ("during", 1), ("during", 2)]),
        ("temporal-summation", [("single", 1), ("train", 1), ("single", 2), ("train", 2)]),
        ("biering-sorensen", [("", 1), ("", 2)]),
    ],
)
def test_trials_follow_the_books_order(book, expected):
    """Phases follow each other, or alternate by round."""
    assert [(place.phase, place.trial) for place in order_trials(SHELF[book].guide, 2)] == expected


def test_movements_are_judged_once():
    """A checklist has each movement once, whatever number is asked for."""
    order = order_trials(SHELF["luomajoki"].guide, 4)

    assert [place.phase for place in order] == list(SHELF["luomajoki"].phases)
    assert {place.trial for place in order} == {1}


@given(*[st.integers(1, 3)] * 4, st.floats(1, 100))
def test_gaps_are_distances(row, column, other_row, other_column, spacing):
    """A gap is symmetric, zero at the point itself, and grows with the spacing."""
    here, there = GridPoint(row=row, column=column), GridPoint(row=other_row, column=other_column)

    assert gap_between(here, there, spacing) == gap_between(there, here, spacing)
    assert (gap_between(here, there, spacing) == 0) == (here == there)
    assert gap_between(here, there, 2 * spacing) == pytest.approx(2 * gap_between(here, there, spacing))


@given(st.floats(0, 500), st.floats(0.1, 5))
def test_a_force_over_an_area_is_a_pressure(force, area):
    """Newtons, kilograms and pounds of the same force over the same probe are the same pressure."""
    wanted = pressure_of_force(force, "N", area, to="kPa")

    assert wanted == pytest.approx(10 * force / area)
    assert pressure_of_force(force / 9.80665, "kgf", area, to="kPa") == pytest.approx(wanted)
    assert pressure_of_force(force / 4.4482216152605, "lb", area, to="kPa") == pytest.approx(wanted)


@pytest.mark.parametrize("unit", ["kPa", "kgf/cm2", "lb/cm2", "N/cm2"])
def test_a_pressure_stays_what_was_read(unit):
    """A reading of pressure is not touched, and converts as everywhere else."""
    assert pressure_of_force(3.5, unit, None) == 3.5
    assert pressure_of_force(3.5, unit, None, to="kPa") == convert(3.5, unit, "kPa")
    assert unit_of_force(unit) == unit


@pytest.mark.parametrize("area", [None, 0, -1])
def test_a_force_without_a_probe_is_refused(area):
    """Without an area a force says nothing about pressure."""
    with pytest.raises(UnitMismatch, match="area of the probe"):
        pressure_of_force(30, "N", area)
