"""The doors of the room: read whatever holds records, write them to BIDS or JSON.

Decides which reader a source needs by its name; the readers themselves are beside.
"""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from backloop.errors import InvalidMapping, UnreadableSource, UnwritableRecord
from backloop.library import Library
from backloop.record.bids import read_bids
from backloop.record.bids_writing import write_bids
from backloop.record.documents import read_document, write_document
from backloop.record.mapping import TableMapping, read_mapping
from backloop.record.records import Record, Records
from backloop.record.tables import read_table

__all__ = ["read", "write"]

_TABLES = {".csv", ".tsv", ".txt"}


def read(
    source: str | PathLike[str],
    *,
    mapping: str | PathLike[str] | TableMapping | None = None,
    library: Library | None = None,
) -> Records:
    r"""Read people's records from a BIDS folder, a JSON file, or a table with its mapping.

    Parameters
    ----------
    source : path
        A BIDS folder, ``*.json`` with one record or a list, or a table (``*.csv``, ``*.tsv``, ``*.txt``).
    mapping : path or TableMapping, optional
        What a table's columns mean, in TOML. Columns called like an item (``rmdq_01``) or a score (``rmdq``), ``age``,
        ``sex`` and ``language`` need none.
    library : Library, optional
        The books; the packaged ones by default.

    Returns
    -------
    Records
        The people in the order of the source. What had to be refused or left out is in ``problems``, with file, row
        and column, never with a person's data.

    Raises
    ------
    UnreadableSource
        If the source as a whole cannot be read: missing, empty, binary, wrong delimiter or encoding, not BIDS.
    InvalidMapping
        If the mapping is misspelt or contradicts the table or the books.

    Notes
    -----
    A score that circulates on several scales (FreBAQ 0-36 and 0-27) is read only where its scale is declared. Columns
    that look like direct identifiers are left out and listed. Nothing is filled in or guessed.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "visit.csv"
    >>> _ = file.write_text("participant_id,frebaq_01,weather\n1,4,rain\n2,7,sun\n", encoding="utf-8")
    >>> people = read(file)
    >>> len(people), people[0].observations[0].value
    (2, 4)
    >>> for problem in people.problems:
    ...     print(problem.severity, problem.row, problem.column)
    note None weather
    refused 3 frebaq_01
    """
    path, books = Path(source), library or Library.packaged()
    is_table = path.suffix.lower() in _TABLES and not path.is_dir()
    if mapping is not None and not is_table:
        message = f"{path.name}: a mapping describes a table (.csv, .tsv, .txt); leave it out here"
        raise InvalidMapping(message)
    if path.is_dir():
        return read_bids(path, library=books)
    if path.suffix.lower() == ".json":
        return read_document(path, library=books)
    if is_table:
        return _read_table(path, mapping, books)
    known = "a BIDS folder, .json, .csv, .tsv or .txt"
    what = (
        f"there is no such file or folder; expected {known}" if not path.exists() else f"expected {known}; save it so"
    )
    message = f"{path.name}: {what}"
    raise UnreadableSource(message)


def write(records: Records | Sequence[Record], target: str | PathLike[str], *, library: Library | None = None) -> Path:
    """Write records as a BIDS folder, or as one JSON file where the target ends in ``.json``.

    Parameters
    ----------
    records : Records or sequence of Record
        Whose records.
    target : path
        A new or empty folder, or a JSON file that does not exist yet. Nothing is ever overwritten.
    library : Library, optional
        The books; the packaged ones by default.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    UnwritableRecord
        If there is nobody, somebody twice, something in the target already, or something would be lost.

    Notes
    -----
    Reading the folder again gives the same records, save for their origin; people who were made up stay marked so.

    Examples
    --------
    >>> import tempfile
    >>> from backloop.record import make_person
    >>> folder = write([make_person(seed=1, weeks=(0, 6))], Path(tempfile.mkdtemp()) / "clinic")
    >>> [visit.week for visit in read(folder).only.sessions]
    [0.0, 6.0]
    """
    path, people = Path(target), list(records)
    ids = [record.participant_id for record in people]
    if not people or len(set(ids)) < len(ids):
        message = f"{path.name}: expected one record a person and at least one, there are {len(ids)} of {len(set(ids))}"
        raise UnwritableRecord(message)
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        message = f"{path.name}: expected a new name or an empty folder, something is there; choose another name"
        raise UnwritableRecord(message)
    if path.suffix.lower() == ".json":
        write_document(people, path)
    else:
        write_bids(people, path, library=library or Library.packaged())
    return path


def _read_table(path: Path, mapping: str | PathLike[str] | TableMapping | None, library: Library) -> Records:
    if mapping is None or isinstance(mapping, TableMapping):
        return read_table(path, mapping=mapping, library=library)
    file = Path(mapping)
    rules = read_mapping(file)
    try:
        return read_table(path, mapping=rules, library=library)
    except InvalidMapping as error:
        message = f"{file.name}: {error}"
        raise InvalidMapping(message) from None
