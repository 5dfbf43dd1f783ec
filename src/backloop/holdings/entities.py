"""What BIDS names say: whose file it is, from which visit, of which task; and the sidecars that hold for it.

Decides how a name is taken apart; which recording it belongs to is decided in `discovery`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from backloop.recordings import read_sidecar

__all__ = ["ONLY_VISIT", "read_entities", "read_inherited"]

ONLY_VISIT = "ses-01"
"""The visit of a dataset that names none."""

_ENTITY = re.compile(r"(?:^|[_/])([a-zA-Z]+)-([a-zA-Z0-9+]+)")


def read_entities(path: PurePath) -> dict[str, str]:
    """Read the entities of a path, folders first; a file's own name has the last word.

    Parameters
    ----------
    path : PurePath
        Below the dataset's root.

    Returns
    -------
    dict of str to str
        Labels by entity.

    Examples
    --------
    >>> read_entities(PurePath("sub-01/ses-02/eeg/sub-01_ses-02_task-rest_eeg.edf"))
    {'sub': '01', 'ses': '02', 'task': 'rest'}
    """
    return dict(_ENTITY.findall(path.as_posix()))


def read_inherited(path: Path, root: Path) -> dict[str, Any]:
    r"""Read what the JSON sidecars say of a file: those beside it and, where these are silent, those above it.

    Parameters
    ----------
    path : Path
        A recording's file.
    root : Path
        The dataset's root; nothing above it is read.

    Returns
    -------
    dict
        Fields by name; a sidecar nearer to the file wins.

    Raises
    ------
    UnreadableSource
        If a sidecar is no JSON object.

    Notes
    -----
    BIDS' rule of inheritance: a sidecar holds for every file below it that has its suffix and all its entities.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "task-rest_eeg.json").write_text('{"TaskDescription": "eyes closed"}')
    >>> read_inherited(folder / "sub-01" / "eeg" / "sub-01_task-rest_eeg.edf", folder)
    {'TaskDescription': 'eyes closed'}
    """
    said: dict[str, Any] = {}
    for sidecar in _sidecars(path, root):
        said |= read_sidecar(sidecar)
    return said


def _sidecars(path: Path, root: Path) -> Iterator[Path]:
    """Give the sidecars that hold for a file, the farthest first."""
    suffix, own = _suffix(path), read_entities(PurePath(path.name))
    above = [path.parent, *(folder for folder in path.parent.parents if folder == root or root in folder.parents)]
    for folder in reversed(above):
        for sidecar in sorted(folder.glob(f"*_{suffix}.json"), key=lambda each: len(each.name)):
            if _holds(read_entities(PurePath(sidecar.name)), own):
                yield sidecar


def _suffix(path: Path) -> str:
    return path.name.partition(".")[0].rpartition("_")[2]


def _holds(theirs: Mapping[str, str], own: Mapping[str, str]) -> bool:
    return theirs.items() <= own.items()
