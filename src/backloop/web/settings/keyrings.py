"""Secret keys of one clinic: made once, kept in files only their owner can read, replaced without losing the old ones.

Decides how keys are named, written and read; what they lock is decided by the store and the backups.
"""

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from backloop.errors import InvalidSettings

__all__ = ["KEY_BYTES", "Keyring", "Keys", "make_secret", "read_secret"]

KEY_BYTES = 32
"""Length of every key, in bytes (AES-256 and HMAC-SHA256)."""

SECRET_FILES = ("secret_key", "chain.keys", "identity.keys", "backup.keys")


@dataclass(frozen=True)
class Keyring:
    """Keys by id, oldest first; the last one locks, all of them open.

    Examples
    --------
    >>> ring = Keyring.new()
    >>> ring.with_new().current_id == ring.current_id
    False
    """

    keys: dict[str, bytes]

    @classmethod
    def new(cls) -> Self:
        """Make a ring with one fresh key."""
        return cls({_fresh_id({}): secrets.token_bytes(KEY_BYTES)})

    @property
    def current_id(self) -> str:
        """The id of the key that locks from now on."""
        return next(reversed(self.keys))

    @property
    def current(self) -> bytes:
        """The key that locks from now on."""
        return self.keys[self.current_id]

    def with_new(self) -> "Keyring":
        """Give a ring with one more key, which becomes the current one."""
        return Keyring({**self.keys, _fresh_id(self.keys): secrets.token_bytes(KEY_BYTES)})

    def find(self, key_id: str) -> bytes:
        """Give a key by its id.

        Raises
        ------
        InvalidSettings
            If the ring does not hold it.
        """
        if key_id not in self.keys:
            message = f"no key '{key_id}' on this ring of {len(self.keys)}; put back the key file it was locked with"
            raise InvalidSettings(message)
        return self.keys[key_id]

    @property
    def text(self) -> str:
        """The ring as the lines of its file: id, blank, key in base64."""
        return "".join(f"{name} {base64.b64encode(key).decode()}\n" for name, key in self.keys.items())

    @classmethod
    def parse(cls, text: str, *, source: str) -> Self:
        """Read the lines of a key file.

        Raises
        ------
        InvalidSettings
            If a line is not an id and a key of 32 bytes in base64, or there is none.
        """
        keys: dict[str, bytes] = {}
        for row, line in enumerate(text.split("\n"), start=1):
            name, _, encoded = line.strip().partition(" ")
            if not name:
                continue
            key = _decode(encoded)
            if len(key) != KEY_BYTES or name in keys:
                message = f"{source}, row {row}: expected a new id and {KEY_BYTES} bytes in base64; restore the file"
                raise InvalidSettings(message)
            keys[name] = key
        if not keys:
            message = f"{source}: expected at least one key, the file holds none; restore it or run 'clinic init'"
            raise InvalidSettings(message)
        return cls(keys)


@dataclass(frozen=True)
class Keys:
    """The rings of one clinic: `chain` makes tampering evident, `identity` hides who, `backup` locks the copies.

    Examples
    --------
    >>> len(Keys.new().chain.current)
    32
    """

    chain: Keyring
    identity: Keyring
    backup: Keyring

    @classmethod
    def new(cls) -> Self:
        """Make three fresh rings."""
        return cls(Keyring.new(), Keyring.new(), Keyring.new())

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the rings of a secrets folder.

        Raises
        ------
        InvalidSettings
            If a file is missing or broken.
        """
        rings = {}
        for name in ("chain", "identity", "backup"):
            path = folder / f"{name}.keys"
            rings[name] = Keyring.parse(read_secret(path), source=path.name)
        return cls(**rings)

    def write(self, folder: Path) -> None:
        """Write the rings so that nobody but the owner can read them; each file is replaced in one step."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("chain", "identity", "backup"):
            make_secret(folder / f"{name}.keys", getattr(self, name).text)


def make_secret(path: Path, text: str) -> None:
    """Write a secret file with rights for its owner alone, in one step and down to the disk.

    Parameters
    ----------
    path : Path
        The file.
    text : str
        What it holds.
    """
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read_secret(path: Path) -> str:
    """Read a secret file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        What it holds.

    Raises
    ------
    InvalidSettings
        If it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path.name}: expected a secret file in the clinic's secrets folder; run 'backloop clinic init'"
        raise InvalidSettings(message) from error


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        return b""


def _fresh_id(taken: dict[str, bytes]) -> str:
    return f"k{len(taken) + 1}-{secrets.token_hex(4)}"
