"""The bibliography is read strictly: one field a line, each key once."""

from pathlib import Path

import pytest

from backloop.errors import InvalidBook
from backloop.library import SHELVES, Library, cited_keys
from backloop.library.bibliography import read_bibliography

ENTRY = "@article{{{key},\n  title = {{A title}},\n  journal = {{Spine}},\n{extra}}}\n"


def _bib(folder: Path, text: str) -> Path:
    path = folder / "references.bib"
    path.write_text(text, encoding="utf-8")
    return path


def test_fields_are_read(tmp_path: Path):
    """Journal, publisher and how-published all become the venue."""
    found = read_bibliography(_bib(tmp_path, ENTRY.format(key="a-2000", extra="")))

    assert (found["a-2000"].title, found["a-2000"].venue) == ("A title", "Spine")


def test_a_key_twice_is_refused(tmp_path: Path):
    """Two entries of one key would hide one another."""
    with pytest.raises(InvalidBook, match="'a-2000' stands twice"):
        read_bibliography(_bib(tmp_path, ENTRY.format(key="a-2000", extra="") * 2))


def test_a_line_that_is_no_field_is_refused(tmp_path: Path):
    """A field over two lines is named, not dropped."""
    with pytest.raises(InvalidBook, match="one field a line"):
        read_bibliography(_bib(tmp_path, ENTRY.format(key="a-2000", extra="  note = {over\n  two lines},\n")))


def test_every_entry_of_the_library_is_read():
    """No entry is passed over in silence."""
    path = Library.packaged().folders[0] / "references.bib"

    assert path.read_text(encoding="utf-8").count("\n@") + 1 == len(read_bibliography(path))


def test_every_entry_is_cited_somewhere():
    """No source stands in the bibliography that neither a book nor a docstring of the code names."""
    library = Library.packaged()
    books = (book for name in SHELVES for book in library.shelf(name).values())
    used = {key for book in books for key in cited_keys(book.model_dump())}
    code = "".join(path.read_text(encoding="utf-8") for path in library.folders[0].parent.rglob("*.py"))

    assert {key for key in set(library.references) - used if key not in code} == set()
