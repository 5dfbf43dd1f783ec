"""What every limit and checklist promises: nobody signed the packaged copy, heads ascend, nothing is declared safe."""

import re

import pytest
from pydantic import ValidationError

from backloop.library import (
    Bounds,
    Contraindications,
    Library,
    Limit,
    Medicines,
    TrainDurations,
    TrainIntervals,
)

LIBRARY = Library.packaged()
SHELF = LIBRARY.shelf("limits")


@pytest.fixture(params=sorted(SHELF))
def book(request) -> Limit:
    """Open one limit after the other."""
    return SHELF[request.param]


def _copy(name, **changes):
    return Limit.model_validate(SHELF[name].model_dump() | changes)


def test_no_packaged_limit_is_signed(book):
    """Only a person at a site can answer for a copy."""
    assert not book.is_signed


def test_tables_written_from_memory_are_not_verified(book):
    """No table was read cell by cell, so none is called verified."""
    if isinstance(book.holds, TrainDurations | TrainIntervals | Medicines):
        assert [] == [claim.reference for claim in book.holds.claims if claim.verified]


def test_no_limit_is_called_safe(book):
    """A limit says what was tested or recommended, never what is safe."""
    words = f"{book.title.en} {book.summary.en}"

    assert not re.search(r"\bsafe\b", words, re.IGNORECASE)
    assert "安全范围" not in book.title.zh + book.summary.zh


def test_a_signature_needs_name_date_and_verified_numbers():
    """A half signature, or one under unverified numbers, is refused."""
    with pytest.raises(ValidationError, match="signed_by and signed_on together"):
        _copy("tdcs-bounds", signed_by="somebody")
    with pytest.raises(ValidationError, match="verified = true throughout"):
        _copy("rtms-trains", signed_by="somebody", signed_on="2026-12-01")

    assert _copy("tdcs-bounds", signed_by="somebody", signed_on="2026-12-01").is_signed


def test_a_table_that_allows_more_at_a_higher_intensity_is_refused():
    """A slip of the pen that would loosen a stricter cell does not get onto the shelf."""
    table = SHELF["rtms-trains"].holds.model_dump()
    rows = [list(row) for row in table["seconds"]]
    rows[3][4] = 5.5

    with pytest.raises(ValidationError, match="must never grow"):
        _copy("rtms-trains", holds=table | {"seconds": rows})


def test_a_torn_table_is_refused():
    """Every row has a cell under every head."""
    table = SHELF["rtms-train-intervals"].holds.model_dump()

    with pytest.raises(ValidationError, match="rows of"):
        _copy("rtms-train-intervals", holds=table | {"cells": table["cells"][:2]})


def test_the_shortened_table_is_never_the_longer_one():
    """The table with the margin allows no train that the other does not."""
    long, short = SHELF["rtms-trains"].holds, SHELF["rtms-trains-conservative"].holds
    cells = {
        (hertz, percent): seconds
        for hertz, row in zip(long.frequencies_hz, long.seconds, strict=True)
        for percent, seconds in zip(long.intensities, row, strict=True)
    }

    pairs = [
        (seconds, cells[hertz, percent])
        for hertz, row in zip(short.frequencies_hz, short.seconds, strict=True)
        for percent, seconds in zip(short.intensities, row, strict=True)
    ]
    assert [] == [pair for pair in pairs if pair[0] > pair[1]]


def test_the_three_bounds_of_direct_current():
    """4 mA, 40 minutes and 7.2 coulombs are three bounds, read in their source."""
    bounds = SHELF["tdcs-bounds"].holds.bounds

    assert [("current_ma", 4.0), ("duration_min", 40.0), ("charge_c", 7.2)] == [
        (bound.quantity, bound.at_most) for bound in bounds
    ]
    assert all(bound.verified for bound in bounds)


def test_every_question_of_the_screen_is_used():
    """No answer of the screen before magnetic stimulation is asked for nothing; medicines have a book of their own."""
    asked = {name for row in SHELF["tms-contraindications"].holds.rows for name in row.when.ids()}
    items = {item.id for item in LIBRARY.instrument("tms-screen").items}

    assert {"tms-screen_11"} == items - asked


def test_kinds_are_where_they_are_expected():
    """Each kind of limit has at least one book."""
    kinds = {type(book.holds) for book in SHELF.values()}

    assert {TrainDurations, TrainIntervals, Bounds, Medicines, Contraindications} <= kinds


def test_common_medicines_of_back_pain_are_listed():
    """Amitriptyline, duloxetine and tramadol are flagged by name in both languages."""
    names = {
        name for group in SHELF["tms-medicines"].holds.groups for each in group.names for name in (each.en, each.zh)
    }

    assert {"amitriptyline", "duloxetine", "tramadol", "阿米替林", "度洛西汀", "曲马多"} <= names


def test_the_checklist_has_its_thirty_items():
    """Eight on participants, seventeen on method, three on paired pulses, two on analysis."""
    parts = [item.part for item in LIBRARY.checklist("tms-reporting").items]

    assert [8, 17, 3, 2] == [parts.count(part) for part in ("participant", "method", "paired pulses", "analysis")]
    assert len({item.id for item in LIBRARY.checklist("tms-reporting").items}) == 30
