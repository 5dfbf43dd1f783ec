"""A still picture of the database while the clinic goes on working.

Decides how each engine gives one: SQLite by its online backup, PostgreSQL by one repeatable-read transaction.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction
from django.db.utils import load_backend

__all__ = ["SNAPSHOT", "still_picture"]

SNAPSHOT = "snapshot"
"""The name under which the picture can be queried."""


@contextmanager
def still_picture(workshop: Path) -> Iterator[str]:
    """Open a picture of the database as it is now; what is written meanwhile is not in it.

    Parameters
    ----------
    workshop : Path
        A private folder for SQLite's copy.

    Yields
    ------
    str
        The database name for ``using``.
    """
    told = dict(connection.settings_dict)
    if connection.vendor == "sqlite":
        told["NAME"] = str(_copy_sqlite(workshop))
    else:
        told["OPTIONS"] = {**told["OPTIONS"], "options": "-c default_transaction_isolation=repeatable\\ read"}
    connections.settings[SNAPSHOT] = told
    connections[SNAPSHOT] = load_backend(told["ENGINE"]).DatabaseWrapper(told, SNAPSHOT)
    try:
        with transaction.atomic(using=SNAPSHOT):
            yield SNAPSHOT
    finally:
        connections[SNAPSHOT].close()
        del connections[SNAPSHOT]
        del connections.settings[SNAPSHOT]


def _copy_sqlite(workshop: Path) -> Path:
    copy = workshop / "picture.sqlite3"
    connection.ensure_connection()
    source: Any = connection.connection
    # In one step: in several, every write of the clinic would make the copy begin again.
    with closing(type(source)(copy)) as target:
        source.backup(target, pages=-1)
    return copy
