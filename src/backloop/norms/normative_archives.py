"""A user's own copy of published normative models: a zip, a tar.gz or a folder with one pickle a region.

Decides where a region's model lies in the copy; it unpacks nothing to disk and runs nothing of it.
"""

import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path, PurePosixPath

from backloop.errors import MeasureError, UnreadableSource
from backloop.norms.normative_models import NormativeModel, build_model
from backloop.norms.unpickling import read_pickle_as_data
from backloop.recordings import FileUsed

__all__ = ["NormativeArchive", "open_normative"]

_MODEL_FILE = "NM_0_0_estimate.pkl"
_MODULES = ("pcntoolkit", "nispat", "norm_blr", "bayesreg")
_LARGEST = 64 << 20
# FreeSurfer 7 dropped "Proper"; the models were made with tables of both versions.
_OTHER_NAMES = {f"{side}-Thalamus": f"{side}-Thalamus-Proper" for side in ("Left", "Right")}


@dataclass(frozen=True, slots=True)
class NormativeArchive:
    """A copy of published models, opened for reading: which regions it holds and where.

    Examples
    --------
    >>> NormativeArchive(path=Path("models.zip"), members={"Left-Amygdala": "a/NM_0_0_estimate.pkl"}).regions
    ('Left-Amygdala',)
    """

    path: Path
    members: Mapping[str, str]

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions there is a model of, in alphabetical order."""
        return tuple(sorted(self.members))

    def holds(self, region: str) -> bool:
        """Say whether there is a model of a region, under its name of FreeSurfer 6 or 7."""
        return region in self.members or _OTHER_NAMES.get(region) in self.members

    def model(self, region: str) -> NormativeModel:
        """Read the model of one region.

        Raises
        ------
        MeasureError
            If the copy holds no model of that region.
        UnreadableSource
            If the model's file is not of the known kind, or names anything that is not an array or a model.
        """
        known = region if region in self.members else _OTHER_NAMES.get(region, region)
        if known not in self.members:
            near = get_close_matches(region, self.members, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; it holds {len(self.members)} others"
            message = f"{self.path.name}: no normative model of '{region}'{hint}"
            raise MeasureError(message)
        data = _read_member(self.path, self.members[known])
        name = f"{known}.pkl"
        used = FileUsed(name=name, sha256=sha256(data).hexdigest())
        return build_model(read_pickle_as_data(data, name=name, modules=_MODULES), region=known, used=used)


def open_normative(path: Path) -> NormativeArchive:
    """Open a user's own copy of normative models in PCNtoolkit's form.

    Parameters
    ----------
    path : Path
        A zip, a tar.gz, or a folder in which each region has a folder ``Models`` with its pickle.

    Returns
    -------
    NormativeArchive
        The regions it holds; a model is read when it is asked for.

    Raises
    ------
    UnreadableSource
        If there is no such file or folder, it is no archive, or it holds no model.

    Notes
    -----
    The models of braincharts may be used for research but not passed on; each clinic fetches its own copy.

    References
    ----------
    braincharts

    Examples
    --------
    >>> open_normative(Path("nowhere.zip"))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: nowhere.zip: expected a copy of normative models (zip, tar.gz or folder), there
    is none of that name; check the spelling
    """
    names = [PurePosixPath(name) for name in _list_members(path)]
    members = {_region(name): str(name) for name in names if name.name == _MODEL_FILE and _region(name)}
    if not members:
        message = f"{path.name}: expected one {_MODEL_FILE} a region, found none; point to the archive of the models"
        raise UnreadableSource(message)
    return NormativeArchive(path=path, members=members)


def _region(name: PurePosixPath) -> str:
    """Give the folder above ``Models``; an archive made on a Mac carries shadows that are not models."""
    parts = name.parent.parts
    is_model = len(parts) > 1 and parts[-1] == "Models" and "__MACOSX" not in parts
    return parts[-2] if is_model else ""


def _list_members(path: Path) -> list[str]:
    if path.is_dir():
        return [file.relative_to(path).as_posix() for file in path.rglob(_MODEL_FILE)]
    if not path.is_file():
        message = (
            f"{path.name}: expected a copy of normative models (zip, tar.gz or folder), there is none of that name; "
            "check the spelling"
        )
        raise UnreadableSource(message)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    if tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            return archive.getnames()
    message = f"{path.name}: expected a zip, a tar.gz or a folder of normative models, it is none; fetch it again"
    raise UnreadableSource(message)


def _read_member(path: Path, member: str) -> bytes:
    if path.is_dir():
        return (path / member).read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as zipped, zipped.open(member) as stream:
            return _bounded(stream.read(_LARGEST + 1), member)
    with tarfile.open(path) as archive:
        held = archive.extractfile(member)
        return _bounded(held.read(_LARGEST + 1) if held else b"", member)


def _bounded(data: bytes, member: str) -> bytes:
    if len(data) > _LARGEST:
        message = (
            f"{PurePosixPath(member).name}: expected a model of a few megabytes, it is larger than 64; fetch it again"
        )
        raise UnreadableSource(message)
    return data
