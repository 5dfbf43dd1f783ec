"""Footnotes: one number a source, a mark where nobody read it, an error where it does not exist."""

import pytest

from backloop.errors import UncitedClaim
from backloop.letters.footnotes import Footnotes
from backloop.library import Library


def test_a_source_keeps_its_number():
    """Numbers follow the order of first use."""
    notes = Footnotes(Library.packaged())

    assert [notes.number(key) for key in ("hu-2022", "bagg-2022", "hu-2022")] == [1, 2, 1]
    assert [reference.key for reference in notes.citations().references] == ["hu-2022", "bagg-2022"]


def test_a_source_is_marked_where_no_use_was_read():
    """One verified use is enough; a use that says nothing does not count."""
    notes = Footnotes(Library.packaged())
    for key, verified in (("hu-2022", False), ("bagg-2022", False), ("bagg-2022", True), ("wand-2014", None)):
        notes.number(key, verified=verified)

    assert notes.citations().unverified == ("hu-2022",)


def test_an_unknown_source_is_an_error():
    """A letter never cites what the bibliography does not hold."""
    with pytest.raises(UncitedClaim, match="'nobody-1900' is not in references"):
        Footnotes(Library.packaged()).number("nobody-1900")
