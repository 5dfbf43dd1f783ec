"""Is this clinic fit to work? One line for each thing that must hold.

Decides what is looked at before a clinic opens; it changes nothing.
"""

import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from backloop.errors import BackloopError
from backloop.web.keeping.unpacking import UNFINISHED
from backloop.web.settings.clinic_settings import ClinicSettings
from backloop.web.settings.journals import FIRST_SOUND_SQLITE, sqlite_version
from backloop.web.settings.starting import start_django
from backloop.web.store.guards import missing_guards

__all__ = ["ClinicCheck", "check_clinic"]

_LOW_DISK = 1 << 30


@dataclass(frozen=True)
class ClinicCheck:
    """One thing that was looked at: what, whether it holds, and what to know or do.

    Examples
    --------
    >>> str(ClinicCheck("guards", holds=True, words="events cannot be changed"))
    'ok    guards: events cannot be changed'
    """

    about: str
    holds: bool
    words: str

    def __str__(self) -> str:
        return f"{'ok   ' if self.holds else 'FAULT'} {self.about}: {self.words}"


def check_clinic(folder: Path) -> tuple[ClinicCheck, ...]:
    """Look at a clinic's settings, keys, database, migrations, guards and disk.

    Parameters
    ----------
    folder : Path
        The clinic's folder.

    Returns
    -------
    tuple of ClinicCheck
        What comes after a fault that hides it is left out.
    """
    if (folder / UNFINISHED).exists():
        words = "a restore stopped half-way; remove this folder and restore again"
        return (ClinicCheck("restore", holds=False, words=words),)
    try:
        clinic = start_django(folder)
    except BackloopError as error:
        return (ClinicCheck("settings", holds=False, words=str(error)),)
    return (
        ClinicCheck("settings", holds=True, words=f"{clinic.mode}, passwords {clinic.passwords}"),
        *_check_secrets(clinic),
        *_check_database(),
        *_check_disk(clinic),
    )


def _check_secrets(clinic: ClinicSettings) -> Iterator[ClinicCheck]:
    readable = [
        path.name
        for path in sorted(clinic.secrets_folder.iterdir())
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    words = f"others on this machine can read {', '.join(readable)}; run chmod 600 on them"
    yield ClinicCheck("secrets", holds=not readable, words=words if readable else "only their owner can read them")


def _check_database() -> Iterator[ClinicCheck]:
    try:
        connection.ensure_connection()
        waiting = _waiting_migrations()
    except DatabaseError as error:
        yield ClinicCheck("database", holds=False, words=f"cannot be opened: {str(error).splitlines()[0]}")
        return
    yield ClinicCheck("database", holds=True, words=_describe_database())
    if waiting:
        words = f"not applied: {', '.join(waiting)}; make a backup, then run 'backloop clinic migrate'"
        yield ClinicCheck("migrations", holds=False, words=words)
        return
    yield ClinicCheck("migrations", holds=True, words="all applied")
    missing = [f"{table}.{name}" for name, table in missing_guards(connection)]
    words = f"missing {', '.join(missing)}; somebody took them down. Run 'backloop clinic verify-audit', then 'migrate'"
    yield ClinicCheck("guards", holds=not missing, words=words if missing else "events and reads cannot be changed")


def _waiting_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _describe_database() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version")
            return f"PostgreSQL {cursor.fetchone()[0]}"
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()[0]
    version = ".".join(map(str, sqlite_version()))
    sound = ".".join(map(str, FIRST_SOUND_SQLITE))
    why = "free of the WAL-reset fault" if sqlite_version() >= FIRST_SOUND_SQLITE else f"before {sound}, so without WAL"
    return f"SQLite {version} ({why}), journal {journal}, every commit down to the disk"


def _check_disk(clinic: ClinicSettings) -> Iterator[ClinicCheck]:
    free = shutil.disk_usage(clinic.folder).free
    yield ClinicCheck("disk", holds=free > _LOW_DISK, words=f"{free / 2**30:.1f} GiB free")
