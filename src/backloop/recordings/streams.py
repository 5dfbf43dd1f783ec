"""Open a recording's file, compressed or not, and refuse what only looks like one.

Decides what is a readable file; it does not know what the bytes mean.
"""

import gzip
import zlib
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from backloop.errors import UnreadableSource
from backloop.recordings.sources import find_impostor

try:
    from isal import igzip, isal_zlib
except ImportError:
    _open_gzip: Any = gzip.open
    _DAMAGE: tuple[type[BaseException], ...] = (EOFError, OSError, zlib.error)
else:
    _open_gzip = igzip.open
    _DAMAGE = (EOFError, OSError, zlib.error, cast("type[Exception]", isal_zlib.error))

__all__ = ["RecordingStream", "check_recording"]

_GZIP = b"\x1f\x8b"


def check_recording(path: Path) -> None:
    """Refuse a file that is missing, empty, a web page or a placeholder instead of a recording.

    Parameters
    ----------
    path : Path
        The file, of any format.

    Returns
    -------
    None

    Raises
    ------
    UnreadableSource
        With what was found and what to do about it.

    Examples
    --------
    >>> import tempfile
    >>> page = Path(tempfile.mkdtemp()) / "rest.edf"
    >>> _ = page.write_text("<!DOCTYPE html><title>Sign in</title>")
    >>> check_recording(page)
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: rest.edf: expected a recording; got a web page under this name; download it again
    from its source
    """
    if not path.is_file():
        message = f"{path.name}: expected a file; there is none at this place; check the name and the folder"
        raise UnreadableSource(message)
    with path.open("rb") as stream:
        head = stream.read(512)
    if not head:
        message = f"{path.name}: expected a recording; the file is empty; copy it again from its source"
        raise UnreadableSource(message)
    impostor = find_impostor(head)
    if impostor == "pointer":
        message = (
            f"{path.name}: expected a recording; got a git-LFS pointer to one; run 'git lfs pull' where it came from"
        )
        raise UnreadableSource(message)
    if impostor == "page":
        message = (
            f"{path.name}: expected a recording; got a web page under this name; download it again from its source"
        )
        raise UnreadableSource(message)


class RecordingStream:
    """A file's bytes from the first to the last, inflated on the way where it is compressed.

    Uses isal where it is installed, for it inflates about twice as fast as Python's own zlib; the bytes are the same.

    Parameters
    ----------
    path : Path
        The file; what is in it, not its name, says whether it is compressed.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "four.gz"
    >>> _ = path.write_bytes(gzip.compress(b"four"))
    >>> with RecordingStream(path) as stream:
    ...     stream.read(4)
    b'four'
    """

    def __init__(self, path: Path) -> None:
        check_recording(path)
        self.path = path
        self._file = _open(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def read(self, count: int) -> bytes:
        """Give exactly so many bytes."""
        buffer = bytearray(count)
        self.fill(memoryview(buffer))
        return bytes(buffer)

    def fill(self, view: memoryview) -> None:
        """Fill a buffer to its end."""
        done = 0
        while done < len(view):
            done += self._step(view[done:])

    def finish(self) -> None:
        """Read on to the end, so that a damaged tail does not go unnoticed."""
        rest = memoryview(bytearray(1 << 16))
        try:
            while self._file.readinto(rest):  # type: ignore[attr-defined]
                pass
        except _DAMAGE as error:
            raise self._truncated() from error

    def _step(self, view: memoryview) -> int:
        try:
            got: int = self._file.readinto(view)  # type: ignore[attr-defined]
        except _DAMAGE as error:
            raise self._truncated() from error
        if not got:
            raise self._truncated()
        return got

    def _truncated(self) -> UnreadableSource:
        message = (
            f"{self.path.name}: the file ends or breaks before the data its header promises; copy it again from its"
            " source and compare the sizes"
        )
        return UnreadableSource(message)


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as stream:
        is_compressed = stream.read(2) == _GZIP
    if not is_compressed:
        return path.open("rb")
    return cast("BinaryIO", _open_gzip(path, "rb"))
