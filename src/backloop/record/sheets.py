"""Opening a table: its encoding, its delimiter, its lines; every cell stays the text it is.

Decides whether a file is a table at all; what its columns mean is decided elsewhere.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from backloop.errors import UnreadableSource
from backloop.record.records import Problem
from backloop.units import Text

__all__ = ["Sheet", "read_bytes", "read_sheet", "read_tsv"]

_DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar"}
_ENCODINGS = "encoding = 'gb18030', 'big5', 'windows-1252' or 'utf-16'"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SIMPLIFIED_SHARE = 0.9

Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as text: header, rows with their line number in the file (the header is line 1), what was refused.

    Examples
    --------
    >>> Sheet(name="a.csv", header=["participant_id"], rows=[(2, ["1"])], sha256="", problems=[]).rows[0][0]
    2
    """

    name: str
    header: list[str]
    rows: list[Line]
    sha256: str
    problems: list[Problem]

    def at(self, column: str) -> int:
        """Give the position of a column, or -1 where there is none."""
        return self.header.index(column) if column in self.header else -1


def read_bytes(path: Path, *, name: str) -> bytes:
    """Read a whole file, or say why it cannot be read.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What messages call it.

    Returns
    -------
    bytes
        The content; never empty.

    Raises
    ------
    UnreadableSource
        If there is no such file, or it is empty.

    Examples
    --------
    >>> read_bytes(Path("nowhere.csv"), name="nowhere.csv")
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: nowhere.csv: expected a file, there is none of that name; check the spelling
    """
    if not path.is_file():
        message = f"{name}: expected a file, there is none of that name; check the spelling"
        raise UnreadableSource(message)
    data = path.read_bytes()
    if not data.strip():
        message = f"{name}: expected something to read, the file is empty; export it again"
        raise UnreadableSource(message)
    return data


def read_sheet(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Sheet:
    r"""Open a CSV or TSV table and find out its encoding and delimiter where they are not told.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        A name Python knows. Without it UTF-8 (UTF-16 with its mark) is tried, then GB18030 for Chinese text.
    delimiter : str, optional
        One character. Without it comma, tab, semicolon and vertical bar are tried.

    Returns
    -------
    Sheet
        All cells as text. Rows with more or fewer cells than the header are refused one by one.

    Raises
    ------
    UnreadableSource
        If the file is missing, empty, binary, undecodable, has one column only, no rows, or a column twice.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "visit.csv"
    >>> _ = file.write_text("participant_id;nrs_01\n1;6\n", encoding="utf-8")
    >>> read_sheet(file).header
    ['participant_id', 'nrs_01']
    """
    data = read_bytes(path, name=path.name)
    text, note = _decode(data, encoding, name=path.name)
    first = text.partition("\n")[0]
    divider = delimiter or max(_DELIMITERS, key=first.count)
    if divider not in first:
        others = [f"{first.count(sign)} {word}s" for sign, word in _DELIMITERS.items() if sign in first]
        found = f"; it holds {', '.join(others)}" if others else ""
        message = (
            f"{path.name}, row 1: expected columns separated by a {_DELIMITERS.get(divider, divider)}, "
            f"the header is one column{found}; set delimiter under [table] of the mapping or export it again"
        )
        raise UnreadableSource(message)
    lines = list(_split(text, divider, name=path.name))
    return _as_sheet(path.name, lines, data, [note] if note else [])


def read_tsv(path: Path, *, name: str) -> Sheet:
    r"""Open a table of a BIDS folder: UTF-8, tabs, no quoting.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        Its path within the folder, for messages.

    Returns
    -------
    Sheet
        All cells as text.

    Raises
    ------
    UnreadableSource
        If the file is empty, binary, not UTF-8, or has a column twice.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "participants.tsv"
    >>> _ = file.write_text("participant_id\tage\nsub-01\t46\n", encoding="utf-8")
    >>> read_tsv(file, name="participants.tsv").rows
    [(2, ['sub-01', '46'])]
    """
    data = read_bytes(path, name=name)
    if b"\x00" in data:
        message = f"{name}: expected text, this is a binary file or holds a stray zero byte; save it as UTF-8"
        raise UnreadableSource(message)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{name}: BIDS tables are UTF-8, byte {error.start} is not; save the file as UTF-8"
        raise UnreadableSource(message) from None
    lines = [(number, line.removesuffix("\r").split("\t")) for number, line in enumerate(text.split("\n"), start=1)]
    return _as_sheet(name, lines, data, [])


def _decode(data: bytes, encoding: str | None, *, name: str) -> tuple[str, Problem | None]:
    marked = next((known for mark, known in _MARKS.items() if data.startswith(mark)), None)
    if data.startswith(b"PK") or (marked != "utf-16" and not encoding and b"\x00" in data):
        message = f"{name}: expected text, this is a binary file; save the table as CSV (UTF-8) and read that"
        raise UnreadableSource(message)
    try:
        return data.decode(encoding or marked or "utf-8"), None
    except LookupError:
        message = f"{name}: there is no encoding '{encoding}'; try {_ENCODINGS}"
        raise UnreadableSource(message) from None
    except UnicodeDecodeError as error:
        if encoding or marked:
            message = f"{name}: byte {error.start} is not {encoding or marked}; try {_ENCODINGS}"
            raise UnreadableSource(message) from None
    return _decode_chinese(data, name=name)


def _decode_chinese(data: bytes, *, name: str) -> tuple[str, Problem]:
    """Read as GB18030 if what comes out is everyday simplified Chinese; other 8-bit texts rarely look so."""
    text = data.decode("gb18030", errors="replace")
    beyond_ascii = [letter for letter in text if not letter.isascii()]
    everyday = sum(1 for letter in beyond_ascii if letter.encode("gb2312", errors="ignore"))
    if everyday < _SIMPLIFIED_SHARE * len(beyond_ascii) or "\ufffd" in text:
        message = f"{name}: expected UTF-8 or GB18030, the bytes are neither; set {_ENCODINGS} under [table]"
        raise UnreadableSource(message)
    note = Problem(
        file=name,
        expected=Text(en="UTF-8", zh="UTF-8 编码"),
        todo=Text(
            en="read as GB18030; set encoding = 'gb18030' under [table] to say that this is right",
            zh="已按 GB18030 读取；如无误，请在 [table] 下设 encoding = 'gb18030' 予以确认",
        ),
        severity="note",
    )
    return text, note


def _split(text: str, delimiter: str, *, name: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error:
        message = (
            f"{name}, row {start}: expected cells, a quotation mark is not closed or a cell is too long; correct it"
        )
        raise UnreadableSource(message) from None


def _as_sheet(name: str, lines: list[Line], data: bytes, problems: list[Problem]) -> Sheet:
    header = [column.strip() for column in lines[0][1]]
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        message = f"{name}, row 1: expected every column once, these come twice: {', '.join(twice)}; rename one"
        raise UnreadableSource(message)
    rows: list[Line] = []
    for line, cells in lines[1:]:
        if not any(cells):
            continue
        if len(cells) < len(header) or any(cells[len(header) :]):
            expected = Text(
                en=f"{len(header)} cells as in the header, there are {len(cells)}",
                zh=f"与表头一致的 {len(header)} 个单元格（现有 {len(cells)} 个）",
            )
            todo = Text(
                en="look for a stray or missing delimiter, or an unquoted one inside a cell",
                zh="请检查分隔符是否多余或缺失，或单元格内是否有未加引号的分隔符",
            )
            problems.append(Problem(file=name, row=line, expected=expected, todo=todo))
            continue
        rows.append((line, cells))
    if not rows and not problems:
        message = f"{name}: expected rows below the header, there are none; export the table again"
        raise UnreadableSource(message)
    return Sheet(name=name, header=header, rows=rows, sha256=sha256(data).hexdigest(), problems=problems)
