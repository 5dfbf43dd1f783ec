"""Folders as one zip file, and zip files of strangers as a folder: with limits, and nothing written outside.

Decides what a zip file may hold and how large it may grow; what its files mean is decided by who reads them.
"""

import io
import stat
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from backloop.errors import UnreadableSource
from backloop.web.research.refusals import refusal

__all__ = ["RECORD_LIMITS", "RESULT_LIMITS", "ZipLimits", "unpack_zip", "zip_folder"]

_EPOCH = (1980, 1, 1, 0, 0, 0)
_PIECE = 2**16
_LONGEST_NAME = 200


@dataclass(frozen=True)
class ZipLimits:
    """How many files a zip may hold, how large all of them may be unpacked (bytes), how much smaller it may pack them.

    Examples
    --------
    >>> ZipLimits(files=10, size=1000).ratio
    200
    """

    files: int
    size: int
    ratio: int = 200


RECORD_LIMITS = ZipLimits(files=5000, size=200 * 2**20)
"""For records: tables and their descriptions."""

RESULT_LIMITS = ZipLimits(files=2000, size=8 * 2**30)
"""For recordings and results of the panel."""


def zip_folder(folder: Path) -> bytes:
    """Pack a folder; the same content gives the same bytes.

    Parameters
    ----------
    folder : Path
        What is packed.

    Returns
    -------
    bytes
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, path.read_bytes())
    return packed.getvalue()


def unpack_zip(file: IO[bytes], folder: Path, *, limits: ZipLimits, suffixes: Collection[str] = ()) -> list[str]:
    """Unpack a zip file of a stranger below a folder.

    Parameters
    ----------
    file : binary file
        The zip.
    folder : Path
        An empty folder.
    limits : ZipLimits
        How much it may hold.
    suffixes : collection of str
        Only files with these endings (lower case) and files without one; all if empty.

    Returns
    -------
    list of str
        The names that were left out because of their ending.

    Raises
    ------
    UnreadableSource
        If it is no zip file, holds a path that leads outside, a link or a locked file, or is too large.
    """
    left_out: list[str] = []
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(entries, limits)
            room = limits.size
            for entry in entries:
                ending = PurePosixPath(entry.filename).suffix.lower()
                if suffixes and ending and ending not in suffixes:
                    left_out.append(entry.filename)
                    continue
                room -= _unpack((archive, entry), folder / entry.filename, room=room, limits=limits)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, UnreadableSource):
            raise
        raise refusal(
            UnreadableSource,
            en="expected a whole zip file; it is another format, cut short or damaged; pack it again",
            zh="应为完整的 zip 文件；该文件格式不同、不完整或已损坏，请重新打包",
        ) from error
    return left_out


def _check(entries: list[zipfile.ZipInfo], limits: ZipLimits) -> None:
    if not entries or len(entries) > limits.files:
        raise refusal(
            UnreadableSource,
            en=f"expected 1 to {limits.files} files in the zip, there are {len(entries)}; pack only what belongs",
            zh=f"压缩包应含 1 至 {limits.files} 个文件，现有 {len(entries)} 个；请只打包所需文件",
        )
    for entry in entries:
        name = entry.filename
        parts = PurePosixPath(name).parts
        if "\\" in name or "\0" in name or ":" in name or name.startswith("/") or ".." in parts:
            raise refusal(
                UnreadableSource,
                en="the zip holds a path that leads outside its folder; pack the folder itself",
                zh="压缩包含指向文件夹之外的路径；请直接打包文件夹",
            )
        if len(name) > _LONGEST_NAME or stat.S_ISLNK(entry.external_attr >> 16):
            raise refusal(
                UnreadableSource,
                en="the zip holds a link or a name that is too long; pack plain files",
                zh="压缩包含链接或过长的文件名；请打包普通文件",
            )
        if entry.flag_bits & 1:
            raise refusal(
                UnreadableSource,
                en="the zip is locked with a password; pack it without one",
                zh="压缩包设有密码；请取消密码后打包",
            )
    told, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if told > limits.size or told > limits.ratio * max(packed, _PIECE):
        raise _too_large(limits)


def _unpack(packed: tuple[zipfile.ZipFile, zipfile.ZipInfo], target: Path, *, room: int, limits: ZipLimits) -> int:
    """Write one file; what its header says of its size is not believed."""
    archive, entry = packed
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    size = 0
    with archive.open(entry) as source, target.open("xb") as written:
        while piece := source.read(_PIECE):
            size += len(piece)
            if size > room:
                raise _too_large(limits)
            written.write(piece)
    return size


def _too_large(limits: ZipLimits) -> UnreadableSource:
    size = limits.size // 2**20
    return refusal(
        UnreadableSource,
        en=f"unpacked the zip would be larger than {size} MB, or suspiciously larger than packed",
        zh=f"压缩包解压后将超过 {size} MB，或压缩比异常",
    )
