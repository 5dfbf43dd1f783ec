"""Which SQLite works, and how it keeps its journal: in a write-ahead log only where it is free of the WAL-reset fault.

Decides the library, the journal and the durability of every connection; PostgreSQL decides its own.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when one connection resets the log while another finishes a
checkpoint; 3.51.3 is free of it (sqlite.org/wal.html, "The WAL-reset bug"). Where Python's own library is affected, the
one of the package pysqlite3 takes its place; where that is not installed, a rollback journal is kept, which the fault
cannot reach and which every version reads.
"""

import sqlite3
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from typing import Any

__all__ = [
    "FIRST_SOUND_SQLITE",
    "WAIT_SECONDS",
    "choose_journal",
    "opening_pragmas",
    "sqlite_version",
    "take_sound_sqlite",
    "wait_promptly",
]

FIRST_SOUND_SQLITE = (3, 51, 3)
"""The first SQLite without the WAL-reset fault."""

WAIT_SECONDS = 20
"""How long a connection waits for its turn to write before it gives up."""

_ASK_EVERY_S = 0.001


def take_sound_sqlite() -> None:
    """Let pysqlite3 stand in for Python's own SQLite in this process, where that one has the fault.

    To be called before Django's tables are first used; afterwards it changes nothing.

    Examples
    --------
    >>> take_sound_sqlite()
    """
    if sqlite3.sqlite_version_info < FIRST_SOUND_SQLITE and find_spec("pysqlite3") is not None:
        # The two have one interface. Django takes the module by this name and by no other.
        sys.modules["sqlite3"] = import_module("pysqlite3")
        sys.modules["sqlite3.dbapi2"] = import_module("pysqlite3.dbapi2")


def sqlite_version() -> tuple[int, ...]:
    """Give the version of the SQLite library that works in this process.

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> sqlite_version() >= (3, 31, 0)
    True
    """
    version: tuple[int, ...] = import_module("sqlite3").sqlite_version_info  # the one that is in its place now
    return version


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


def wait_promptly(connection: Any) -> None:  # noqa: ANN401 - a connection of either library
    """Let a connection that meets a writer ask again every millisecond, for as long as it waits.

    SQLite's own way of waiting asks ever more rarely, up to every 100 ms, so that who waits longest is served last.

    Parameters
    ----------
    connection : sqlite3.Connection
        Of pysqlite3; one of Python's own library keeps SQLite's way.

    Examples
    --------
    >>> wait_promptly(sqlite3.connect(":memory:"))
    """
    if hasattr(connection, "set_busy_handler"):
        connection.set_busy_handler(_ask_again)


def _ask_again(times: int) -> bool:
    time.sleep(_ASK_EVERY_S)
    return times * _ASK_EVERY_S < WAIT_SECONDS
