"""What every guided test promises: numbers with sources, phases of the test, fields a record can hold."""

import pytest
from pydantic import ValidationError

from backloop.library import Library, Protocol, Sourced
from backloop.record import Observation

LIBRARY = Library.packaged()
GUIDED = {name: book for name, book in LIBRARY.shelf("protocols").items() if book.guide}
KINDS = {
    "two-point-lumbar": "two-points",
    "tactile-localisation": "grid",
    "graphaesthesia": "letters",
    "luomajoki": "checklist",
    "biering-sorensen": "timer",
    "chair-stand-30s": "timer",
    "ppt-lumbar": "pressure",
    "ppt-remote": "pressure",
    "cpm": "pressure",
    "temporal-summation": "pressure",
    "wind-up-ratio": "pressure",
}


def numbers(guide):
    """Give every number of a guide that carries its source."""
    return {name: value for name, value in guide if isinstance(value, Sourced)}


def test_which_tests_are_led():
    """Eleven tests are led, each in its own way; the others have a plain table."""
    assert {name: book.guide.kind for name, book in GUIDED.items()} == KINDS


@pytest.mark.parametrize("name", GUIDED)
def test_every_number_has_a_source(name):
    """Each number names a reference of the bibliography; a working rule or general knowledge is never verified."""
    for number in numbers(GUIDED[name].guide).values():
        assert number.reference in LIBRARY.references
        assert not (number.verified and number.reference.startswith("backloop-"))


@pytest.mark.parametrize("name", GUIDED)
def test_doubts_are_told_in_both_languages(name):
    """A tester reads what would make the result doubtful before trusting it."""
    doubts = GUIDED[name].guide.doubts

    assert doubts
    assert not [text for text in doubts if text.en == text.zh or len(text.zh) < 6]


@pytest.mark.parametrize("name", GUIDED)
def test_the_guide_makes_enough_trials_for_the_score(name):
    """Where a source says how often, that many trials make every score."""
    book, guide = GUIDED[name], GUIDED[name].guide
    for score in book.scores:
        needed = score.key.at_least + getattr(score.key, "drop_first", 0)
        made = len(guide.phases) if guide.kind == "checklist" else (guide.times.value if guide.times else needed)
        assert made >= needed


@pytest.mark.parametrize("name", GUIDED)
def test_what_is_written_on_the_way_is_not_scored(name):
    """A guide's own fields have names of their own, and an observation of each can be made."""
    book = GUIDED[name]
    scored = {field.id for field in book.fields}
    own = {field.id for field in book.guide.own_fields}

    assert not scored & own
    for field in book.guide.own_fields:
        assert (
            Observation(session_id="ses-01", kind="trial", book=name, item=field.id, value=field.low).value is not None
        )


def test_unknown_numbers_stay_empty():
    """What no source says has no number in the book: it is the tester's own."""
    assert GUIDED["tactile-localisation"].guide.times is None
    assert GUIDED["graphaesthesia"].guide.times is None
    assert GUIDED["cpm"].guide.times is None
    assert GUIDED["cpm"].guide.rest is None
    assert GUIDED["temporal-summation"].guide.pulses is None


def test_the_stopwatch_ends_where_the_field_does():
    """The clock of the Biering-Sørensen test stops at the largest time that can be written down."""
    book = GUIDED["biering-sorensen"]

    assert book.guide.seconds.value == book.fields[0].high


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"field": "nothing"}, "no field of the test"),
        ({"checks": ()}, "at least 1 item"),
        ({"checks": ({"id": "other", "title": {"en": "a", "zh": "甲"}},)}, "the test's phases"),
        ({"kind": "dance"}, "dance"),
        ({"speed": 3}, "Extra inputs"),
    ],
)
def test_a_slip_of_the_pen_is_an_error(change, words):
    """A guide that does not fit its test is refused when the book is read."""
    told = GUIDED["luomajoki"].model_dump(mode="json")
    told["guide"] |= change
    with pytest.raises(ValidationError, match=words):
        Protocol.model_validate(told)
