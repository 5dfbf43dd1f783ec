"""Books are found, validated and dated; a site's own shelf joins and shows in the edition."""

import datetime as dt
from pathlib import Path

import pytest

from backloop.errors import InvalidBook, UnknownBook
from backloop.library import SHELVES, Library, stamp_books

PACKAGED = Library.packaged()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site's folder with one shelf."""
    (tmp_path / "instruments").mkdir()
    return tmp_path


def _copy(site: Path, *, name: str = "nrs", old: str = "", new: str = "", to: str | None = None) -> Path:
    text = PACKAGED.shelf("instruments").path(name).read_text(encoding="utf-8")
    path = site / "instruments" / f"{to or name}.toml"
    path.write_text(text.replace(old, new) if old else text, encoding="utf-8")
    return path


def test_the_packaged_books_are_in_order():
    """Every book parses and cites what exists."""
    assert PACKAGED.check() == []


def test_every_shelf_holds_books():
    """No shelf is empty."""
    assert [name for name in SHELVES if not len(PACKAGED.shelf(name))] == []


def test_a_misspelt_key_is_an_error(site: Path):
    """A key that the type does not know is refused with the file and the key."""
    _copy(site, old="minutes =", new="minuets =")

    with pytest.raises(InvalidBook, match=r"nrs\.toml: minu"):
        PACKAGED.with_shelf(site).instrument("nrs")


def test_broken_toml_is_an_error(site: Path):
    """A file that is not TOML is refused by name."""
    (site / "instruments" / "nrs.toml").write_text("id = ", encoding="utf-8")

    with pytest.raises(InvalidBook, match=r"nrs\.toml: not valid TOML"):
        PACKAGED.with_shelf(site).instrument("nrs")


def test_file_name_and_id_must_agree(site: Path):
    """A copied book must be renamed inside as well."""
    _copy(site, to="pain")

    with pytest.raises(InvalidBook, match="file name and id must be the same"):
        PACKAGED.with_shelf(site).instrument("pain")


def test_an_unknown_reference_is_an_error(site: Path):
    """A claim whose source does not exist is named."""
    _copy(site, old='"ostelo-2008"', new='"nobody-1999"')
    library = PACKAGED.with_shelf(site)

    assert [problem for problem in library.check() if "nobody-1999" in problem] != []


def test_a_sites_book_wins_and_shows_in_the_edition(site: Path):
    """A site's own version replaces ours, and every result will say so."""
    _copy(site, old='version = "1"', new='version = "1-site"')
    library = PACKAGED.with_shelf(site)

    assert library.instrument("nrs").version == "1-site"
    assert library.edition.startswith(f"{PACKAGED.edition}+")
    assert PACKAGED.instrument("nrs").version != "1-site"


def test_an_unknown_book_offers_the_nearest():
    """A misspelt id gets a suggestion, on one shelf and on all."""
    with pytest.raises(UnknownBook, match="did you mean 'rmdq'"):
        PACKAGED.instrument("rmqd")
    with pytest.raises(UnknownBook, match="did you mean 'resolve'"):
        PACKAGED.find("resolv")


def test_an_unknown_shelf_is_named():
    """The shelves are listed."""
    with pytest.raises(UnknownBook, match="instruments, protocols"):
        PACKAGED.shelf("novels")


def test_a_missing_folder_is_named(tmp_path: Path):
    """A shelf that does not exist is an error, not an empty shelf."""
    with pytest.raises(UnknownBook, match="does not exist"):
        PACKAGED.with_shelf(tmp_path / "nowhere")


def test_a_book_in_another_encoding_is_refused(site):
    """A site's book that is not UTF-8 text is named, and so is a folder in a book's place."""
    (site / "instruments" / "nrs.toml").write_bytes("title = '疼痛'".encode("gb18030"))
    (site / "instruments" / "vas.toml").mkdir()

    problems = PACKAGED.with_shelf(site).check()

    assert ["nrs.toml: cannot be read as UTF-8", "vas.toml: cannot be read as UTF-8"] == [
        problem.partition(" (")[0] for problem in problems
    ]


def test_a_bibliography_in_another_encoding_is_one_problem(site):
    """A site's bibliography that cannot be read is named by the check."""
    (site / "references.bib").write_bytes("邹".encode("gb18030"))

    problems = PACKAGED.with_shelf(site).check()

    assert ["references.bib: byte 0 is not UTF-8; save the bibliography as UTF-8"] == problems


@pytest.mark.parametrize(
    ("content", "said"), [(f"x = {'9' * 5000}", "too long to be read"), (f"x = {'[' * 5000}", "nested too deep")]
)
def test_a_book_that_cannot_be_taken_in_is_one_problem(site, content, said):
    """A number or nesting without end is named like any other fault of a book."""
    (site / "instruments" / "nrs.toml").write_text(content, encoding="utf-8")

    (problem,) = PACKAGED.with_shelf(site).check()

    assert said in problem


def test_a_misspelt_shelf_is_named(site):
    """Books in a folder that is no shelf are not read, and the check says so."""
    (site / "instrument").mkdir()
    (site / "instrument" / "nrs.toml").write_text("id = 'nrs'", encoding="utf-8")

    (problem,) = PACKAGED.with_shelf(site).check()

    assert problem.startswith("instrument: no shelf has that name")


def test_a_site_dates_its_own_books(site):
    """Books of a site that changed after they were stamped are named by the check."""
    path = _copy(site)
    stamp_books(site, dt.date(2026, 12, 1))
    assert PACKAGED.with_shelf(site).check() == []

    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    (problem,) = PACKAGED.with_shelf(site).check()
    assert "changed after their date, 2026-12-01" in problem
