"""What a person's results rest on, so that a later run can tell whether they still hold.

Decides when results are out of date: another input, another choice, another version; never by the clock alone.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from backloop.holdings import PersonFiles
from backloop.recordings import FileUsed
from backloop.units import Frozen

__all__ = ["InputFile", "PersonStamp"]

_PACKAGES = ("backloop", "numpy", "scipy", "nibabel", "mne")


class InputFile(Frozen):
    """A file that a person's panel was made from: its place in the dataset, size, time of change and hash.

    Examples
    --------
    >>> InputFile(place="sub-01/eeg/a.edf", size=3, changed_ns=0, sha256="0" * 64).size
    3
    """

    place: str
    size: int
    changed_ns: int
    sha256: str

    @classmethod
    def at(cls, path: Path, root: Path, known: Mapping[str, str]) -> Self:
        """Describe a file; its hash is taken from those known by name and size, else computed."""
        told = path.stat()
        digest = known.get(path.name) or FileUsed.at(path).sha256
        return cls(place=_place(path, root), size=told.st_size, changed_ns=told.st_mtime_ns, sha256=digest)

    def is_at(self, path: Path) -> bool:
        """Say whether the file is still the same; the hash is only looked at where the time differs."""
        if not path.is_file() or (told := path.stat()).st_size != self.size:
            return False
        return told.st_mtime_ns == self.changed_ns or FileUsed.at(path).sha256 == self.sha256


class PersonStamp(Frozen):
    """What one person's results rest on.

    `key` stands for everything but the files' content: choices, references, what was found, and the versions.

    Examples
    --------
    >>> stamp = PersonStamp.of(PersonFiles(participant_id="sub-01"), root=Path("bids"), choices="{}", used=())
    >>> stamp.holds(PersonFiles(participant_id="sub-01"), root=Path("bids"), choices="{}")
    True
    >>> stamp.holds(PersonFiles(participant_id="sub-01"), root=Path("bids"), choices='{"strategy": "36P"}')
    False
    """

    key: str
    software: dict[str, str]
    inputs: tuple[InputFile, ...]

    @classmethod
    def of(cls, files: PersonFiles, *, root: Path, choices: str, used: Iterable[FileUsed]) -> Self:
        """Make the stamp of a person; `used` are files whose hashes the readers have computed."""
        paths = _paths(files)
        names = [path.name for path in paths]
        known = {each.name: each.sha256 for each in used if names.count(each.name) == 1}
        inputs = tuple(InputFile.at(path, root, known) for path in paths)
        return cls(key=_key(files, root, choices), software=_versions(), inputs=inputs)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read a stamp; none where there is no whole one."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            return None

    def holds(self, files: PersonFiles, *, root: Path, choices: str) -> bool:
        """Say whether results made under this stamp would come out the same now."""
        paths = {_place(path, root): path for path in _paths(files)}
        if self.key != _key(files, root, choices) or list(paths) != [each.place for each in self.inputs]:
            return False
        return all(each.is_at(paths[each.place]) for each in self.inputs)


def _paths(files: PersonFiles) -> list[Path]:
    return sorted({path for found in files.recordings for path in found.files})


def _place(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _versions() -> dict[str, str]:
    return {name: version(name) for name in _PACKAGES if find_spec(name)}


def _key(files: PersonFiles, root: Path, choices: str) -> str:
    """Digest what was found, by its place in the dataset, so that a moved dataset is still the same."""
    found = [
        (each.kind, each.session_id, [_place(path, root) for path in each.files], sorted(each.told.items()))
        for each in files.recordings
    ]
    rest = files.model_dump_json(exclude={"recordings"})
    told = repr((found, rest, choices, sorted(_versions().items())))
    return sha256(told.encode()).hexdigest()
