"""The stamp: what changes a fingerprint, what does not, and what a wrong stamp is told."""

import datetime as dt
from pathlib import Path

import pytest

from backloop.errors import InvalidBook
from backloop.library import Library, read_stamp, stamp_books, take_fingerprint

DAY = dt.date(2026, 12, 1)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Lay out a folder with one book and a bibliography."""
    packaged = Library.packaged()
    (tmp_path / "instruments").mkdir()
    book = packaged.shelf("instruments").path("nrs").read_text(encoding="utf-8")
    (tmp_path / "instruments" / "nrs.toml").write_text(book, encoding="utf-8")
    references = (packaged.folders[0] / "references.bib").read_text(encoding="utf-8")
    (tmp_path / "references.bib").write_text(references, encoding="utf-8")
    return tmp_path


def test_a_stamp_reads_back(shelf):
    """What is written is read, and the edition follows it."""
    stamp = stamp_books(shelf, DAY)

    assert read_stamp(shelf) == stamp
    assert (stamp.edition, stamp.fingerprint) == ("2026-12-01", take_fingerprint(shelf))
    assert Library((shelf,)).edition == "2026-12-01"


@pytest.mark.parametrize("name", ["instruments/nrs.toml", "references.bib"])
def test_any_change_of_a_book_or_source_shows(shelf, name):
    """One more blank in a book or in the bibliography is a change that the check reports."""
    stamp_books(shelf, DAY)
    assert Library((shelf,)).check() == []

    (shelf / name).write_text((shelf / name).read_text(encoding="utf-8") + " \n", encoding="utf-8")

    [problem] = Library((shelf,)).check()
    assert problem == "the books changed after their date, 2026-12-01; run 'backloop books stamp' to date them anew"


def test_moving_or_renaming_a_book_shows(shelf):
    """The name of a file is part of what the books hold."""
    before = take_fingerprint(shelf)

    (shelf / "instruments" / "nrs.toml").rename(shelf / "instruments" / "pain.toml")

    assert take_fingerprint(shelf) != before


def test_line_ends_and_the_stamp_itself_do_not_show(shelf):
    """A copy with the line ends of another system has the same fingerprint, before and after it was stamped."""
    before = take_fingerprint(shelf)

    for path in (shelf / "instruments" / "nrs.toml", shelf / "references.bib"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    stamp_books(shelf, DAY)

    assert take_fingerprint(shelf) == before


def test_a_folder_without_a_stamp_is_undated(shelf):
    """Books that nobody dated have no stamp, and their edition says so."""
    assert read_stamp(shelf) is None
    assert Library((shelf,)).edition == "undated"


@pytest.mark.parametrize("text", ["edition = ", "date = '2026-12-01'"], ids=["broken", "misspelt"])
def test_a_wrong_stamp_is_reported(shelf, text):
    """A stamp that cannot be read is a book that cannot be read."""
    (shelf / "edition.toml").write_text(text, encoding="utf-8")

    with pytest.raises(InvalidBook, match="expected edition ="):
        read_stamp(shelf)
    assert "expected edition =" in Library((shelf,)).check()[0]
