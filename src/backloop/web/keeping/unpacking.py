"""Taking a backup apart into an empty folder, before any of it is believed.

Decides what the folder holds then; whether it equals what was copied is proved by `restoring`.
"""

import gzip
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backloop.errors import UnreadableBackup
from backloop.web.keeping.archives import SealedReader
from backloop.web.keeping.manifests import MANIFEST, BackupManifest
from backloop.web.settings.keyrings import Keyring, read_secret

__all__ = ["UNFINISHED", "unpack_backup"]

UNFINISHED = "RESTORE-NOT-FINISHED"
"""A file of this name says that a restore stopped half-way; the clinic does not open while it is there."""


def unpack_backup(backup: Path, folder: Path, *, keys: Path) -> BackupManifest:
    """Unlock a backup into an empty folder.

    Parameters
    ----------
    backup : Path
        The file `back_up` wrote.
    folder : Path
        A folder that is empty or does not exist.
    keys : Path
        The ``backup.keys`` of the clinic it came from, kept apart from the backups.

    Returns
    -------
    BackupManifest
        What the restored clinic must equal.

    Raises
    ------
    UnreadableBackup
        If the file was changed or cut short, the key is another, or the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder.name}: expected an empty folder; restore into a new one"
        raise UnreadableBackup(message)
    ring = Keyring.parse(read_secret(keys), source=keys.name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / UNFINISHED).touch(mode=0o600)
    with _opened(backup, ring) as archive:
        return _unpack(archive, folder)


@contextmanager
def _opened(backup: Path, ring: Keyring) -> Iterator[tarfile.TarFile]:
    try:
        with (
            backup.open("rb") as file,
            gzip.GzipFile(fileobj=SealedReader(file, ring)) as packed,
            tarfile.open(fileobj=packed, mode="r|") as archive,
        ):
            yield archive
    except (tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
        message = f"{backup.name}: this backup is cut short or changed; take an older one"
        raise UnreadableBackup(message) from error


def _unpack(archive: tarfile.TarFile, folder: Path) -> BackupManifest:
    manifest: BackupManifest | None = None
    for member in archive:
        if member.name == MANIFEST:
            content = archive.extractfile(member)
            manifest = BackupManifest.model_validate_json(content.read() if content else b"")
        else:
            member.name = member.name.removeprefix("clinic/")
            archive.extract(member, folder, filter="data")
    if manifest is None:
        message = "this backup has no manifest; it was cut short. Take an older one"
        raise UnreadableBackup(message)
    for path in (folder / "secrets").iterdir():
        path.chmod(0o600)
    (folder / "secrets").chmod(0o700)
    return manifest
