"""Opening tables: encodings, delimiters, lines, and every way a file can be no table."""

import re
from pathlib import Path

import pytest

from backloop.errors import UnreadableSource
from backloop.record.sheets import read_sheet, read_tsv

CHINESE = "participant_id,nrs_01,备注\n1,6,弯腰时疼痛\n"


def _file(folder: Path, content: bytes | str) -> Path:
    path = folder / "visit.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, sign: str):
    """Comma, semicolon, tab and vertical bar are told apart by the header."""
    sheet = read_sheet(_file(tmp_path, f"id{sign}a{sign}b\n1{sign}2{sign}3\n"))
    assert (["id", "a", "b"], [(2, ["1", "2", "3"])]) == (sheet.header, sheet.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_without_a_note(tmp_path: Path, encoding: str):
    """UTF-8 with or without its mark, and UTF-16 with it, are read in silence."""
    sheet = read_sheet(_file(tmp_path, CHINESE.encode(encoding)))
    assert ("弯腰时疼痛", []) == (sheet.rows[0][1][2], sheet.problems)


def test_gb18030_is_read_and_named(tmp_path: Path):
    """Chinese text in GB18030 is read, and a note says so."""
    sheet = read_sheet(_file(tmp_path, CHINESE.encode("gb18030")))
    assert "弯腰时疼痛" == sheet.rows[0][1][2]
    assert [("note", "UTF-8")] == [(problem.severity, problem.expected.en) for problem in sheet.problems]
    assert "GB18030" in sheet.problems[0].todo.en


def test_a_stated_encoding_is_taken(tmp_path: Path):
    """With an encoding stated in the mapping no note is needed."""
    sheet = read_sheet(_file(tmp_path, CHINESE.encode("gb18030")), encoding="gb18030")
    assert ("弯腰时疼痛", []) == (sheet.rows[0][1][2], sheet.problems)


def test_lines_are_counted_as_in_the_file(tmp_path: Path):
    """A row's number is its line in the file, also after a blank line and a cell of two lines."""
    sheet = read_sheet(_file(tmp_path, 'id,a\n1,"x\ny"\n\n2,z\n'))
    assert [2, 5] == [line for line, _ in sheet.rows]


def test_a_ragged_row_is_refused_and_the_rest_read(tmp_path: Path):
    """A row with a cell too many or too few is refused by its line; empty cells at its end do not count."""
    sheet = read_sheet(_file(tmp_path, "id,a\n1,2,3\n2\n3,4,\n4,5\n"))
    assert ([2, 3], [4, 5]) == ([problem.row for problem in sheet.problems], [line for line, _ in sheet.rows])
    assert "2 cells as in the header, there are 3" == sheet.problems[0].expected.en


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "visit.csv: expected something to read, the file is empty; export it again"),
        (b" \n\n", "the file is empty"),
        (b"id,nrs_01\n", "visit.csv: expected rows below the header, there are none"),
        (b"id nrs_01\n1 6\n", "row 1: expected columns separated by a comma, the header is one column;"),
        (b"PK\x03\x04 xlsx", "visit.csv: expected text, this is a binary file; save the table as CSV"),
        (b"id,a\n1,\x00\n", "this is a binary file"),
        ("id,ort\n1,Zürich\n2,Genève\n".encode("cp1252"), "the bytes are neither; set encoding = 'gb18030', 'big5'"),
        (b"id,a,a\n1,2,3\n", "row 1: expected every column once, these come twice: a; rename one"),
        (b'id,a\n1,2\n2,"x\n', "visit.csv, row 3: expected cells, a quotation mark is not closed"),
    ],
    ids=["empty", "blank", "header", "delimiter", "spreadsheet", "nul", "encoding", "twice", "quote"],
)
def test_what_is_no_table_is_refused_with_its_own_words(tmp_path: Path, content: bytes, message: str):
    """Each way in which a whole file cannot be read has a message of its own."""
    with pytest.raises(UnreadableSource, match=re.escape(message)):
        read_sheet(_file(tmp_path, content))


def test_a_wrong_delimiter_names_what_was_found(tmp_path: Path):
    """Where the mapping states a delimiter that is not there, the message counts the others."""
    with pytest.raises(UnreadableSource, match=r"separated by a comma.*it holds 2 semicolons; set delimiter"):
        read_sheet(_file(tmp_path, "id;a;b\n1;2;3\n"), delimiter=",")


@pytest.mark.parametrize("encoding", ["ascii", "klingon"])
def test_a_wrong_stated_encoding_is_refused(tmp_path: Path, encoding: str):
    """An encoding that does not fit, or that nobody knows, is refused with others to try."""
    with pytest.raises(UnreadableSource, match=f"{encoding}.*try encoding = 'gb18030'"):
        read_sheet(_file(tmp_path, CHINESE), encoding=encoding)


def test_a_missing_file_is_named(tmp_path: Path):
    """A file that is not there is named."""
    with pytest.raises(UnreadableSource, match=r"visit.csv: expected a file, there is none of that name"):
        read_sheet(tmp_path / "visit.csv")


def test_a_bids_table_is_utf8(tmp_path: Path):
    """A BIDS table in another encoding is refused with the place of the first wrong byte."""
    path = tmp_path / "participants.tsv"
    path.write_bytes("participant_id\t组\nsub-1\t甲\n".encode("gb18030"))
    with pytest.raises(UnreadableSource, match="BIDS tables are UTF-8, byte 15 is not"):
        read_tsv(path, name=path.name)


def test_no_message_repeats_a_cell(tmp_path: Path):
    """A refused row says where it is, never what it holds."""
    sheet = read_sheet(_file(tmp_path, "id,a\n13912345678,secret,words\n1,2\n"))
    assert not [problem for problem in sheet.problems if "secret" in str(problem) or "139" in str(problem)]


def test_a_bids_table_holds_no_zero_bytes(tmp_path: Path):
    """A stray zero byte in a BIDS table is refused; it would else make a column unknown."""
    path = tmp_path / "participants.tsv"
    path.write_bytes(b"participant_id\tage\0\nsub-1\t46\0\n")
    with pytest.raises(UnreadableSource, match="binary file or holds a stray zero byte"):
        read_tsv(path, name=path.name)
