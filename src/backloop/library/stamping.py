"""The date of the books and the fingerprint of what they held on that day.

Decides whether books changed since they were dated; it dates nothing by itself.
"""

import datetime as dt
import tomllib
from hashlib import sha256
from pathlib import Path

from backloop.errors import InvalidBook
from backloop.units import Frozen

__all__ = ["Stamp", "read_stamp", "stamp_books", "take_fingerprint"]

STAMP = "edition.toml"
_HEAD = """# The date of the books as a whole, printed on every measure, plan and letter, and a fingerprint
# of what they held on that day. `backloop books stamp` writes both; a check fails where books changed without it.
"""


class Stamp(Frozen):
    """The date of a folder of books and, where it was stamped, its fingerprint.

    Examples
    --------
    >>> Stamp(edition="2026-11-22").fingerprint is None
    True
    """

    edition: str
    fingerprint: str | None = None


def take_fingerprint(folder: Path) -> str:
    """Give a hash of every book and of the bibliography in a folder.

    Parameters
    ----------
    folder : Path
        A folder with one folder a shelf.

    Returns
    -------
    str
        64 hexadecimal digits; the same on every system, whatever its line ends.

    Examples
    --------
    >>> from backloop.library import Library
    >>> len(take_fingerprint(Library.packaged().folders[0]))
    64
    """
    paths = [path for path in (*folder.rglob("*.toml"), *folder.glob("*.bib")) if path != folder / STAMP]
    found = sha256()
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        found.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    return found.hexdigest()


def read_stamp(folder: Path) -> Stamp | None:
    """Read when a folder of books was dated, and what it held then.

    Parameters
    ----------
    folder : Path
        A folder with one folder a shelf.

    Returns
    -------
    Stamp or None
        None where the folder has no ``edition.toml``.

    Raises
    ------
    InvalidBook
        If the file cannot be read as a date and a fingerprint.

    Examples
    --------
    >>> from backloop.library import Library
    >>> read_stamp(Library.packaged().folders[0]).edition == Library.packaged().edition
    True
    """
    if not (folder / STAMP).exists():
        return None
    try:
        return Stamp.model_validate(tomllib.loads((folder / STAMP).read_text(encoding="utf-8-sig")))
    except (ValueError, RecursionError) as error:
        message = f"{STAMP}: expected edition = \"YYYY-MM-DD\" and a fingerprint; run 'backloop books stamp'"
        raise InvalidBook(message) from error


def stamp_books(folder: Path, date: dt.date) -> Stamp:
    """Write the date of a folder of books and the fingerprint of what it holds.

    Parameters
    ----------
    folder : Path
        A folder with one folder a shelf.
    date : datetime.date
        The edition.

    Returns
    -------
    Stamp
        What was written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     stamp_books(Path(folder), dt.date(2026, 12, 1)) == read_stamp(Path(folder))
    True
    """
    stamp = Stamp(edition=date.isoformat(), fingerprint=take_fingerprint(folder))
    text = f'{_HEAD}edition = "{stamp.edition}"\nfingerprint = "{stamp.fingerprint}"\n'
    (folder / STAMP).write_text(text, encoding="utf-8", newline="\n")
    return stamp
