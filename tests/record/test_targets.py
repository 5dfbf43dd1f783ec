"""What a cell may hold: codes, numbers, times, words, scores on a scale, facts about a person."""

import pytest

from backloop.errors import UnitMismatch, UnknownBook
from backloop.record.targets import Refusal, accept_attribute, find_target, require_target, trial_target
from backloop.units import Scale


@pytest.mark.parametrize(
    ("item", "text", "value"),
    [
        ("nrs_01", "6", 6), ("nrs_01", "6.0", 6), ("nrs_01", " 10 ", 10), ("nrs_01", "７", 7), ("nrs_01", "+3", 3),
        ("vas_01", "41.5", 41.5), ("psqi_01", "23:30", 23.5), ("psqi_01", "22", 22), ("psqi_04", "6.5", 6.5),
        ("psfs_01", "弯腰", "弯腰"), ("psfs_01", "10", "10"), ("paindetect_08", "4", 4), ("preferences_04", "20", 20),
        ("pcs", "17", 17), ("pcs.rumination", "7.5", 7.5), ("eeg-peak-alpha", "9.8", 9.8),
    ],
)  # fmt: skip
def test_accepted(packaged, item, text, value):
    """Codes, quantities, clock times, words and scores are read as numbers or words."""
    assert value == require_target(item, packaged).accept(text)


@pytest.mark.parametrize(
    ("item", "text", "todo"),
    [
        ("nrs_01", "11", "out of range"),
        ("nrs_01", "-9", "negative number often stands for a missing answer"),
        ("nrs_01", "6.5", "this is a fraction"),
        ("nrs_01", "6,5", "decimal comma"),
        ("nrs_01", "2-Mar", "looks like a date made by a spreadsheet"),
        ("nrs_01", "Mar-02", "looks like a date made by a spreadsheet"),
        ("nrs_01", "2026/3/2", "looks like a date made by a spreadsheet"),
        ("nrs_01", "3月2日", "looks like a date made by a spreadsheet"),
        ("nrs_01", "43891", "looks like a date made by a spreadsheet (a count of days)"),
        ("nrs_01", "severe", "this is not a number"),
        ("nrs_01", "1_0", "this is not a number"),
        ("nrs_01", "inf", "this is not a number"),
        ("psqi_01", "25:00", "this is not a number"),
        ("paindetect_08", "0", "out of range"),
        ("frebaq", "37", "out of range"),
    ],
)
def test_refused_with_its_own_advice(packaged, item, text, todo):
    """Each kind of wrong cell has its own advice, and no message repeats the cell."""
    refusal = require_target(item, packaged).accept(text)
    assert isinstance(refusal, Refusal)
    assert todo in refusal.todo.en
    assert not any(text in said for words in refusal[:2] for said in (words.en, words.zh))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("nrs_01", "a whole number 0-10"),
        ("psqi_01", "a time such as 22:30 or hours 0-24 h"),
        ("ipaq-sf_02", "a number 0-1440 min/day"),
        ("psfs", "a number 0-10 (version '1')"),
    ],
)
def test_what_is_expected_is_said_in_words(packaged, item, expected):
    """The expectation names kind, range, unit and version."""
    assert expected == require_target(item, packaged).expected.en


@pytest.mark.parametrize("name", ["weather", "nrs_02", "nrs_1x", "pcs.hope", "", "_01", "."])
def test_unknown_names_have_no_target(packaged, name):
    """A column that no book knows has no meaning of its own."""
    assert find_target(name, packaged) is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nsr_01", "no book 'nsr' in the library; did you mean 'nrs'?"),
        ("nrs_02", "'nrs' has no 'nrs_02'; it has nrs_01 to nrs_01 and the scores nrs"),
        ("pcs.hope", "'pcs' has no 'pcs.hope'"),
    ],
)
def test_a_required_name_says_what_is_near(packaged, name, message):
    """A misspelt item, score or book is answered with the nearest."""
    with pytest.raises(UnknownBook) as caught:
        require_target(name, packaged)
    assert message in str(caught.value)


def test_a_field_of_a_test_must_exist(packaged):
    """A test's unknown field is answered with those it has."""
    with pytest.raises(UnknownBook, match="has no field 'width'; it has distance"):
        trial_target("two-point-lumbar", "width", packaged)


def test_a_trial_is_kept_as_entered(packaged):
    """A trial in centimetres is judged in the book's millimetres and written down in centimetres."""
    target = trial_target("two-point-lumbar", "distance", packaged).in_unit("cm")
    assert 5.5 == target.accept("5.5")
    assert isinstance(target.accept("55"), Refusal)
    assert ("cm", 5.5) == (target.observe("ses-01", 5.5).unit, target.observe("ses-01", 5.5).value)


def test_a_score_is_converted(packaged):
    """A reaction time in milliseconds becomes seconds, the unit of the book."""
    target = require_target("left-right-trunk.rt", packaged).in_unit("ms")
    assert (1.85, "") == (target.accept("1850"), target.observe("ses-01", 1.85).unit)


def test_a_pressure_in_pounds_becomes_kilopascal(packaged):
    """An algometer's lb/cm2 becomes kPa in a reported score."""
    assert 262.4 == pytest.approx(require_target("ppt-lumbar", packaged).in_unit("lb/cm2").accept("5.9"), abs=0.1)


def test_units_of_another_dimension_are_refused(packaged):
    """Seconds are no millimetres."""
    with pytest.raises(UnitMismatch):
        trial_target("two-point-lumbar", "distance", packaged).in_unit("s")


def test_decimal_commas_are_read_where_they_are_declared(packaged):
    """With decimal = ',' a comma is a decimal sign."""
    assert 41.5 == require_target("vas_01", packaged).accept("41,5", decimal=",")


def test_another_ruler_brings_its_own_ends(packaged):
    """On 0-27 a FreBAQ total of 30 is out of range, on 0-36 it is not."""
    target = require_target("frebaq", packaged)
    short = target.on(target.ruler(0, 27))
    assert (30, True) == (target.accept("30"), isinstance(short.accept("30"), Refusal))
    assert Scale(low=0, high=27, better="low") == short.observe("ses-01", 9).scale


def test_a_ruler_is_found_by_ends_and_version(packaged):
    """A scale is one of those a score circulates on, or none; the same ends in two versions need the version."""
    frebaq, pgic = require_target("frebaq", packaged), require_target("pgic", packaged)
    assert (36, None) == (frebaq.ruler(0, 36).high, frebaq.ruler(0, 50))
    assert (None, "high") == (pgic.ruler(1, 7), pgic.ruler(1, 7, "7 is best").better)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("age", "46", 46), ("age", "46.5", 46.5), ("sex", "F", "female"), ("sex", "男", "male"),
        ("sex", "Other", "other"),
        ("language", "zh-Hans", "zh-Hans"), ("group", "2", 2), ("group", "PRT", "PRT"), ("code", "007", "007"),
    ],
)  # fmt: skip
def test_facts_about_a_person(name, text, value):
    """Age is a number, sex one of three words in two languages, everything else is kept as it is."""
    assert value == accept_attribute(name, text)


@pytest.mark.parametrize(("name", "text"), [("age", "130"), ("age", "old"), ("sex", "1"), ("sex", "x")])
def test_facts_that_are_none(name, text):
    """An impossible age and an unexplained code of sex are refused, never guessed."""
    assert isinstance(accept_attribute(name, text), Refusal)


def test_attributes_follow_the_decimal_sign():
    """A decimal comma counts in other numbers, too."""
    assert 7.5 == accept_attribute("years", "7,5", decimal=",")
