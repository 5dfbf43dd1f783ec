"""Opening the text files of other programs: the words in them, and the hash they are cited by.

Decides whether a file is text at all; what its rows mean is decided by the module of its modality.
"""

import csv
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from backloop.errors import UnreadableSource
from backloop.recordings.readings import FileUsed

__all__ = ["TextFile", "find_impostor", "open_text", "parse_number"]

_IMPOSTORS: dict[bytes, Literal["pointer", "page"]] = {
    b"version https://git-lfs": "pointer",
    b"<!doctype html": "page",
    b"<html": "page",
}
_WORDS = {
    "pointer": "it is a Git LFS pointer, not the file itself; run 'git lfs pull' where it came from",
    "page": "it is a web page saved under this name; download the file itself",
}


@dataclass(frozen=True, slots=True)
class TextFile:
    r"""The text of a file with its name and hash.

    Examples
    --------
    >>> TextFile(used=FileUsed(name="a.csv", sha256="0" * 64), text="x,y\n1,2\n").rows(",")
    [['x', 'y'], ['1', '2']]
    """

    used: FileUsed
    text: str

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.used.name

    def rows(self, delimiter: str | None = None) -> list[list[str]]:
        """Split into rows of trimmed cells; blank rows are left out. Without a delimiter: tab where there is one."""
        divider = delimiter or ("\t" if "\t" in self.text.partition("\n")[0] else ",")
        split = csv.reader(self.text.splitlines(), delimiter=divider, skipinitialspace=True)
        rows = [[cell.strip() for cell in row] for row in split]
        return [row for row in rows if any(row)]

    def choose(self, rows: list[list[str]], row: int | None) -> list[str]:
        """Give one row, from 1; without a number there must be exactly one.

        Raises
        ------
        UnreadableSource
            If there is no such row, or there are several and none was named.
        """
        if row is None and len(rows) > 1:
            message = f"{self.name}: expected one spectrum, the table holds {len(rows)}; say which row, from 1"
            raise UnreadableSource(message)
        if not 1 <= (row or 1) <= len(rows):
            message = f"{self.name}: expected row {row or 1}, the table holds {len(rows)} rows below its header"
            raise UnreadableSource(message)
        return rows[(row or 1) - 1]


def open_text(path: Path) -> TextFile:
    r"""Read a text file whole, or say why it is none.

    Parameters
    ----------
    path : Path
        The file; UTF-8, else Latin-1.

    Returns
    -------
    TextFile
        Its text, its name and the SHA-256 of its bytes.

    Raises
    ------
    UnreadableSource
        If there is no such file, or it is empty, a Git LFS pointer, a web page or not text.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "aseg.stats"
    >>> _ = file.write_text("# Measure\n", encoding="utf-8")
    >>> open_text(file).name
    'aseg.stats'
    """
    if not path.is_file():
        message = f"{path.name}: expected a file, there is none of that name; check the spelling"
        raise UnreadableSource(message)
    data = path.read_bytes()
    trouble = _trouble(data)
    if trouble:
        message = f"{path.name}: expected a text file; {trouble}"
        raise UnreadableSource(message)
    return TextFile(FileUsed(name=path.name, sha256=sha256(data).hexdigest()), _decode(data))


def _trouble(data: bytes) -> str:
    if not data.strip():
        return "it is empty; export it again"
    if b"\0" in data:
        return "it holds binary data; export the table as text"
    impostor = find_impostor(data)
    return _WORDS[impostor] if impostor else ""


def find_impostor(data: bytes) -> Literal["pointer", "page"] | None:
    """Say whether a file's first bytes are those of a Git LFS pointer or a web page, whatever its name.

    Parameters
    ----------
    data : bytes
        The file, or its beginning.

    Returns
    -------
    str or None
        ``"pointer"``, ``"page"``, or None for anything else.

    Examples
    --------
    >>> find_impostor(b"<!DOCTYPE html><title>Sign in</title>")
    'page'
    """
    start = data.lstrip()[:64].lower()
    return next((kind for mark, kind in _IMPOSTORS.items() if start.startswith(mark)), None)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def parse_number(cell: str, *, name: str, row: int, column: str) -> float | None:
    """Read one cell as a number.

    Parameters
    ----------
    cell : str
        What stands there.
    name, row, column : str, int, str
        Where it stands, for the message.

    Returns
    -------
    float or None
        The number (it may be infinite), or None where the cell is empty or says NA, NaN or n/a.

    Raises
    ------
    UnreadableSource
        If the cell holds something else.

    Examples
    --------
    >>> parse_number("5.5E-02", name="svs.csv", row=2, column="Cr")
    0.055
    """
    if cell.strip().lower() in {"", "na", "nan", "n/a"}:
        return None
    try:
        return float(cell)
    except ValueError:
        message = f"{name}, row {row}, column '{column}': expected a number, found text; export the table again"
        raise UnreadableSource(message) from None
