"""One locked file: written and read as a stream, so that no size is too large and no cut goes unnoticed.

Decides the form of a backup file; what goes into it is decided by `backups`.
"""

import io
import json
import secrets
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backloop.errors import UnreadableBackup
from backloop.web.settings.keyrings import KEY_BYTES, Keyring

__all__ = ["MAGIC", "SealedReader", "SealedWriter"]

MAGIC = b"backloop backup 1\n"
"""The first bytes of every backup."""

_CHUNK = 1 << 20
_TAG = 16
_LENGTH = struct.Struct(">I")


class SealedWriter(io.RawIOBase):
    """Lock what is written, piece by piece (AES-256-GCM); closing marks the end.

    Each piece is bound to the file's head and its own number, and the last one is marked, so that pieces can neither be
    exchanged, repeated nor left out.
    """

    def __init__(self, file: BinaryIO, ring: Keyring) -> None:
        super().__init__()
        salt = secrets.token_bytes(KEY_BYTES)
        self._head = json.dumps({"ring": ring.current_id, "salt": salt.hex()}).encode() + b"\n"
        self._lock = _derive(ring.current, salt)
        self._file, self._waiting, self._number = file, bytearray(), 0
        file.write(MAGIC + self._head)

    def writable(self) -> bool:
        """Say that this can be written to."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take bytes; whole pieces are locked and written at once."""
        self._waiting += data
        while len(self._waiting) > _CHUNK:
            self._put(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the rest, marked as the end."""
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
        super().close()

    def _put(self, piece: bytes, *, last: bool) -> None:
        locked = self._lock.encrypt(_nonce(self._number, last=last), piece, self._head)
        self._file.write(_LENGTH.pack(len(locked)) + locked)
        self._number += 1


class SealedReader(io.RawIOBase):
    """Unlock a file that `SealedWriter` wrote, and refuse it at the first byte that is not as it was."""

    def __init__(self, file: BinaryIO, ring: Keyring) -> None:
        super().__init__()
        if file.read(len(MAGIC)) != MAGIC:
            message = "this is not a backup of backloop; give the file that 'backloop clinic backup' wrote"
            raise UnreadableBackup(message)
        self._head = file.readline(1000)
        try:
            head = json.loads(self._head)
            key, salt = ring.keys[head["ring"]], bytes.fromhex(head["salt"])
        except (ValueError, KeyError, TypeError) as error:
            message = "this backup was locked with another key; give the backup.keys file of the clinic it came from"
            raise UnreadableBackup(message) from error
        self._lock, self._file = _derive(key, salt), file
        self._waiting, self._number, self._done = b"", 0, False

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill a buffer; 0 at the end, and only at the true end."""
        while not self._waiting and not self._done:
            self._waiting = self._take()
        count = min(len(buffer), len(self._waiting))
        buffer[:count], self._waiting = self._waiting[:count], self._waiting[count:]
        return count

    def _take(self) -> bytes:
        size = self._file.read(_LENGTH.size)
        length = _LENGTH.unpack(size)[0] if len(size) == _LENGTH.size else 0
        locked = self._file.read(length) if length <= _CHUNK + _TAG else b""
        if len(locked) < _TAG:
            message = "this backup is cut short; copy it again or take an older one"
            raise UnreadableBackup(message)
        for last in (False, True):
            try:
                piece = self._lock.decrypt(_nonce(self._number, last=last), locked, self._head)
            except InvalidTag:
                continue
            self._number, self._done = self._number + 1, last
            return piece
        message = f"this backup was changed (piece {self._number + 1}); take an older one"
        raise UnreadableBackup(message)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _derive(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"backloop backup").derive(key))
