"""What a backup says of itself.

Decides what a restored clinic must equal; it is the last thing written, so that a cut backup has none.
"""

from backloop.units import Frozen

__all__ = ["MANIFEST", "BackupManifest"]

MANIFEST = "manifest.json"
"""The last member of a backup: what a restored clinic must equal."""


class BackupManifest(Frozen):
    """What is in a backup: rows and fingerprint of every table, place and seal of both chains, migrations applied.

    Examples
    --------
    >>> BackupManifest(made="2026-12-01T00:00:00+00:00", tables={"store.event": (3, "ab")}, heads={}).migrations
    ()
    """

    made: str
    tables: dict[str, tuple[int, str]]
    heads: dict[str, tuple[int, str]]
    migrations: tuple[str, ...] = ()
