"""One clue held against a person's measures."""

import pytest

from backloop.errors import InvalidBook, UnknownBook
from backloop.library import Library
from backloop.profile import infer
from backloop.profile.clues import mechanisms_of
from backloop.units import Scale


@pytest.fixture
def finding(library_of, measured):
    """Give a function that judges one clue against one visit's values."""

    def act(text, **values):
        return infer(measured(values), library=library_of(m=[text])).supports[0].findings[0]

    return act


@pytest.mark.parametrize(("value", "direction"), [(7, "for"), (3, "against"), (5, "neither"), (None, "missing")])
def test_direction_of_a_value(finding, clue, value, direction):
    """From the limit on a value speaks for, up to the other against, between neither; without a value it is missing."""
    found = finding(clue("x", "a"), a=value)
    assert found.direction == direction
    assert found.measures == (() if value is None else ("a",))


def test_unmeasured_clue_is_missing(finding, clue):
    """A clue whose book was never used is missing."""
    assert finding(clue("x", "a"), b=5).direction == "missing"


@pytest.mark.parametrize(("strength", "expected"), [("strong", "moderate"), ("moderate", "weak"), ("weak", "weak")])
def test_unverified_limit_counts_one_step_less(finding, clue, strength, expected):
    """A limit not read in its source costs the clue one step of its strength, and the strength stays visible."""
    found = finding(clue("x", "a", strength, verified=False), a=7)
    assert (found.strength, found.counts_as, found.verified) == (strength, expected, False)


def test_disputed_marker_is_conflicting_and_never_counts(library_of, measured, clue):
    """A marker on which studies disagree is shown as conflicting once measured, and leaves the verdict open."""
    library = library_of(m=[clue("x", "disputed", "strong")])
    found = infer(measured({"disputed": 9}), library=library).supports[0]
    assert (found.findings[0].direction, found.verdict.value) == ("conflicting", "cannot say")
    assert "studies disagree" in found.reason.en
    assert infer(measured({"a": 9}), library=library).supports[0].findings[0].direction == "missing"


def test_undisputed_marker_counts(finding, clue):
    """A marker on which studies agree is judged like any measure."""
    assert finding(clue("x", "open"), open=9).direction == "for"


def test_value_on_another_scale_is_not_judged(finding, clue, measure_of):
    """A value on another ruler than the limits is missing, and the remark says why."""
    found = finding(clue("x", "a"), a=measure_of("a", 9, scale=Scale(low=0, high=27, better="low")))
    assert found.direction == "missing"
    assert "another scale" in found.remark.en


def test_clue_without_limits_points_neither_way(finding, clue):
    """A measured clue for which no limit is known is shown as pointing neither way."""
    text = clue("x", "a", speaks_for="", speaks_against="")
    found = finding(text, a=9)
    assert (found.direction, found.measures) == ("neither", ())
    assert "no limit" in found.remark.en


def test_clue_without_limits_is_missing_until_measured(finding, clue):
    """A clue without limits is missing where its book was not used."""
    assert finding(clue("x", "a", speaks_for="", speaks_against=""), b=1).direction == "missing"


def test_value_that_meets_both_limits_is_not_judged(finding, clue):
    """Contradicting limits decide nothing, and the remark says so."""
    found = finding(clue("x", "a", speaks_against='{ of = "a", at_least = 7 }'), a=8)
    assert found.direction == "neither"
    assert "for and against" in found.remark.en


def test_partly_known_question_stays_missing(finding, clue):
    """A question that needs two measures is missing while one of them is."""
    both = '{ all = [{ of = "a", at_least = 7 }, { of = "b", at_least = 7 }] }'
    text = clue("x", "a", speaks_for=both, speaks_against="")
    assert finding(text, a=8).direction == "missing"


def test_partly_known_question_that_is_decided(finding, clue):
    """A question that one measure already decides needs no other."""
    either = '{ any = [{ of = "a", at_least = 7 }, { of = "b", at_least = 7 }] }'
    found = finding(clue("x", "a", speaks_for=either, speaks_against=""), a=8)
    assert (found.direction, found.measures) == ("for", ("a",))


def test_clue_of_an_unknown_book_is_an_error(library_of, measured, clue):
    """A clue whose source no shelf holds stops the inference and names the book."""
    with pytest.raises(UnknownBook, match="nowhere"):
        infer(measured({"a": 1}), library=library_of(m=[clue("x", "nowhere")]))


def test_clue_of_a_book_without_measures_is_an_error(library_of, measured, clue):
    """A mechanism cannot be the source of a clue."""
    with pytest.raises(InvalidBook, match="source of a clue"):
        infer(measured({"a": 1}), library=library_of(m=[clue("x", "m")]))


def test_every_packaged_clue_finds_its_book():
    """Each clue of each packaged mechanism asks for measures that its book yields."""
    for ready in mechanisms_of(Library.packaged()):
        for each in ready.clues:
            assert each.measures <= ready.scales.keys(), each.clue.id
