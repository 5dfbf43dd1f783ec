"""Where the clinic's data lie: one SQLite file by default, PostgreSQL by address.

Decides how a database address is read and how every connection opens.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from backloop.errors import InvalidSettings
from backloop.web.settings.journals import WAIT_SECONDS, opening_pragmas

__all__ = ["postgresql_settings", "sqlite_settings"]

_STATEMENT_MILLISECONDS = 60_000


def sqlite_settings(path: Path | str) -> dict[str, Any]:
    """Give Django's settings of an SQLite file.

    Parameters
    ----------
    path : Path or str
        The file.

    Returns
    -------
    dict
        Writers queue from their first statement on (``BEGIN IMMEDIATE``), so none fails half-way.

    Examples
    --------
    >>> sqlite_settings("clinic.sqlite3")["OPTIONS"]["transaction_mode"]
    'IMMEDIATE'
    """
    options = {"timeout": WAIT_SECONDS, "transaction_mode": "IMMEDIATE", "init_command": opening_pragmas()}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options, "CONN_MAX_AGE": None}


def postgresql_settings(address: str) -> dict[str, Any]:
    """Give Django's settings of a PostgreSQL database.

    Parameters
    ----------
    address : str
        ``postgresql://user:password@host:port/name``; further connection parameters after a question mark.

    Returns
    -------
    dict
        No statement runs longer than a minute, and a migration does not wait for a lock for ever.

    Raises
    ------
    InvalidSettings
        If it is not such an address.

    Examples
    --------
    >>> postgresql_settings("postgresql://clinic@localhost/clinic")["NAME"]
    'clinic'
    """
    parts = urlsplit(address)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        message = "DATABASE_URL: expected postgresql://user:password@host:port/name; leave it out for SQLite"
        raise InvalidSettings(message)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    options.setdefault("options", f"-c statement_timeout={_STATEMENT_MILLISECONDS} -c lock_timeout=20000")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
