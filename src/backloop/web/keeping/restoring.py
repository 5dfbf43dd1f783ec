"""The way back: an unpacked backup into an empty database, proved equal to what was copied.

Decides what must be empty before and equal after; a restore that is not whole does not open.
"""

from collections.abc import Mapping
from pathlib import Path

from django.db import transaction

from backloop.errors import UnreadableBackup
from backloop.web.keeping.manifests import BackupManifest
from backloop.web.keeping.tables import digest_table, fill_table, kept_tables, reset_sequences, write_rows
from backloop.web.keeping.unpacking import UNFINISHED
from backloop.web.store.verifying import read_heads, verify_chains

__all__ = ["fill_and_prove"]


def fill_and_prove(folder: Path, manifest: BackupManifest) -> None:
    """Put an unpacked backup into the empty, migrated database, and prove that nothing is missing or different.

    Parameters
    ----------
    folder : Path
        What `unpack_backup` filled.
    manifest : BackupManifest
        What it must equal: rows and fingerprint of every table, place and seal of both chains.

    Raises
    ------
    UnreadableBackup
        If the database is not empty, or the result is not equal.
    """
    _fill(folder / "tables")
    _prove(manifest)
    for path in (folder / "tables").iterdir():
        path.unlink()
    (folder / "tables").rmdir()
    (folder / UNFINISHED).unlink()


def _fill(tables: Path) -> None:
    if filled := [model._meta.label_lower for model in kept_tables() if model._default_manager.exists()]:
        message = f"the database is not empty ({', '.join(filled)}); name an empty one in DATABASE_URL"
        raise UnreadableBackup(message)
    with transaction.atomic():
        for model in kept_tables():
            path = tables / f"{model._meta.label_lower}.jsonl"
            if path.exists():
                with path.open("rb") as lines:
                    fill_table(model, lines)
        reset_sequences()


def _prove(manifest: BackupManifest) -> None:
    now = {model._meta.label_lower: digest_table(write_rows(model, using="default")) for model in kept_tables()}
    wrong = _differences(manifest.tables, now)
    report = verify_chains()
    if read_heads() != manifest.heads or not report.is_whole:
        wrong.append("the chains of events")
    if wrong:
        message = f"the restored clinic is not what was copied: {', '.join(wrong)}; it is not opened. Take another copy"
        raise UnreadableBackup(message)


def _differences(copied: Mapping[str, tuple[int, str]], now: Mapping[str, tuple[int, str]]) -> list[str]:
    empty = (0, digest_table(())[1])
    return [name for name in sorted(copied.keys() | now.keys()) if copied.get(name, empty) != now.get(name, empty)]
