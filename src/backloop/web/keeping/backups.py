"""A clinic's backup: everything it needs to stand again elsewhere, on either engine, in one locked file.

Decides what is in it and in which order; the lock is in `archives`, the way back in `restoring`.
"""

import datetime as dt
import gzip
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from backloop.web.keeping.archives import SealedWriter
from backloop.web.keeping.manifests import MANIFEST, BackupManifest
from backloop.web.keeping.snapshots import still_picture
from backloop.web.keeping.tables import digest_table, kept_tables, write_rows
from backloop.web.settings.clinic_settings import SETTINGS_FILE, ClinicSettings
from backloop.web.settings.starting import clinic_keys, this_clinic
from backloop.web.store.models import Head
from backloop.web.store.verifying import ANCHOR_FILE, drop_anchor

__all__ = ["back_up"]


def back_up(target: Path) -> BackupManifest:
    """Write a locked, checksummed backup while the clinic goes on working.

    Parameters
    ----------
    target : Path
        The file to write; it appears whole or not at all. Its SHA-256 is written beside it.

    Returns
    -------
    BackupManifest
    """
    clinic, beside = this_clinic(), target.with_name(f".{target.name}.new")
    drop_anchor()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=clinic.folder, prefix=".backup-") as folder:
        with _locked(beside) as stream, tarfile.open(fileobj=stream, mode="w|") as archive:
            _add_files(archive, clinic)
            manifest = _add_tables(archive, Path(folder))
            _add_bytes(archive, MANIFEST, manifest.model_dump_json(indent=1).encode())
        with beside.open("rb") as file:
            checksum = file_digest(file, "sha256").hexdigest()
        beside.replace(target)
    target.with_name(f"{target.name}.sha256").write_text(f"{checksum}  {target.name}\n", encoding="utf-8")
    return manifest


@contextmanager
def _locked(path: Path) -> Iterator[gzip.GzipFile]:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "wb") as file:
        sealed = SealedWriter(file, clinic_keys().backup)
        with sealed, gzip.GzipFile(fileobj=sealed, mode="wb", compresslevel=3) as packed:
            yield packed
        file.flush()
        os.fsync(file.fileno())


def _add_files(archive: tarfile.TarFile, clinic: ClinicSettings) -> None:
    places = {
        SETTINGS_FILE: clinic.folder / SETTINGS_FILE,
        ANCHOR_FILE: clinic.folder / ANCHOR_FILE,
        "uploads": clinic.uploads,
        "shelf": clinic.folder / "shelf",
        "secrets": clinic.secrets_folder,
    }
    for name, path in places.items():
        if path.exists():
            archive.add(path, arcname=f"clinic/{name}")


def _add_tables(archive: tarfile.TarFile, workshop: Path) -> BackupManifest:
    counted: dict[str, tuple[int, str]] = {}
    with still_picture(workshop) as using:
        for model in kept_tables():
            name = model._meta.label_lower
            path = workshop / "rows.jsonl"
            with path.open("wb") as file:
                counted[name] = digest_table(_tee(write_rows(model, using=using), file))
            archive.add(path, arcname=f"tables/{name}.jsonl")
        heads = {head.chain: (head.seq, head.last) for head in Head.objects.using(using).order_by("chain")}
        applied = _applied(using)
    made = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
    return BackupManifest(made=made, tables=counted, heads=heads, migrations=applied)


def _applied(using: str) -> tuple[str, ...]:
    return tuple(sorted(".".join(key) for key in MigrationRecorder(connections[using]).applied_migrations()))


def _tee(lines: Iterator[bytes], file: BinaryIO) -> Iterator[bytes]:
    for line in lines:
        file.write(line)
        yield line


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))
