"""Opening text files of other programs: what is none is refused, each case in its own words."""

import pytest

from backloop.errors import UnreadableSource
from backloop.recordings.sources import open_text, parse_number


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"  \n", "it is empty"),
        (b"a\0b", "it holds binary data"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer"),
        (b"<!DOCTYPE html><html></html>", "it is a web page"),
    ],
)
def test_what_is_no_text_says_what_it_is(tmp_path, data, said):
    """Empty, binary, a pointer and a web page each have their message."""
    (tmp_path / "table.csv").write_bytes(data)

    with pytest.raises(UnreadableSource, match=said):
        open_text(tmp_path / "table.csv")


def test_a_file_that_is_not_there_is_named_without_its_folder(tmp_path):
    """The message never carries the path."""
    with pytest.raises(UnreadableSource) as caught:
        open_text(tmp_path / "gone.csv")

    assert "gone.csv" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_latin_letters_are_read(tmp_path):
    """A file that is not UTF-8 is read as Latin-1, as older programs write it."""
    (tmp_path / "a.csv").write_bytes("name,\u00b5mol\n".encode("latin-1"))

    assert open_text(tmp_path / "a.csv").rows() == [["name", "\u00b5mol"]]


def test_a_cell_with_words_is_refused_by_its_place():
    """The message says where, never what stood there."""
    with pytest.raises(UnreadableSource, match=r"a\.csv, row 7, column 'NAA'") as caught:
        parse_number("secret", name="a.csv", row=7, column="NAA")

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("cell", ["", "NA", "nan", "n/a"])
def test_an_empty_cell_is_no_number(cell):
    """Missing stays missing, whichever way it is written."""
    assert parse_number(cell, name="a.csv", row=1, column="x") is None


def test_several_rows_need_a_choice(tmp_path):
    """Nobody's spectrum is taken for another's."""
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3,4\n", encoding="utf-8")
    file = open_text(tmp_path / "a.csv")
    rows = file.rows()[1:]

    assert file.choose(rows, 2) == ["3", "4"]
    with pytest.raises(UnreadableSource, match="holds 2; say which row"):
        file.choose(rows, None)
    with pytest.raises(UnreadableSource, match="expected row 3"):
        file.choose(rows, 3)
