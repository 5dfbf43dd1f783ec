"""How SQLite keeps its journal: the write-ahead log only where the library is free of the WAL-reset fault.

Decides the journal, the waiting time and the durability of every connection; PostgreSQL decides its own.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when one connection resets the log while another finishes a
checkpoint; 3.51.3 is free of it (sqlite.org/wal.html, "The WAL-reset bug"). An affected library therefore works with a
rollback journal, which the fault cannot reach and which every version reads.
"""

import sqlite3

__all__ = ["FIRST_SOUND_SQLITE", "choose_journal", "opening_pragmas", "sqlite_version"]

FIRST_SOUND_SQLITE = (3, 51, 3)
"""The first SQLite without the WAL-reset fault."""


def sqlite_version() -> tuple[int, ...]:
    """Give the version of the SQLite library this Python runs with.

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> sqlite_version() >= (3, 31, 0)
    True
    """
    return sqlite3.sqlite_version_info


def choose_journal(version: tuple[int, ...]) -> str:
    """Choose the journal for a version of SQLite.

    Parameters
    ----------
    version : tuple of int
        Such as (3, 40, 1).

    Returns
    -------
    str
        ``wal`` for a sound library, ``delete`` for an affected one.

    Examples
    --------
    >>> choose_journal((3, 40, 1)), choose_journal((3, 53, 4))
    ('delete', 'wal')
    """
    return "wal" if version >= FIRST_SOUND_SQLITE else "delete"


def opening_pragmas() -> str:
    """Give the commands every SQLite connection opens with: journal, every commit down to the disk, foreign keys.

    Returns
    -------
    str

    Examples
    --------
    >>> "synchronous=FULL" in opening_pragmas()
    True
    """
    journal = choose_journal(sqlite_version())
    return f"PRAGMA journal_mode={journal}; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
