"""What the date of the books promises: no book changes without it."""

import datetime as dt

from backloop.library import Library, read_stamp


def test_the_books_are_those_of_their_date():
    """Books that changed since they were dated must be dated anew with ``backloop books stamp``."""
    library = Library.packaged()
    stamp = read_stamp(library.folders[0])

    assert stamp is not None
    assert stamp.fingerprint == library.fingerprint


def test_the_edition_is_a_date():
    """The edition printed on every letter is a day that a reader can look up."""
    stamp = read_stamp(Library.packaged().folders[0])

    assert dt.date.fromisoformat(stamp.edition).isoformat() == stamp.edition
