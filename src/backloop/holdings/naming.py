"""What a dataset's labels mean: which task is a rest, which eyes were closed, which place a spectrum is of.

Decides how labels are compared with the table of meanings, `naming.toml` or a site's own; files are found elsewhere.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from backloop.errors import InvalidMapping
from backloop.recordings import open_text
from backloop.units import Frozen

__all__ = [
    "BoldNames",
    "EegNames",
    "EvokedNames",
    "Naming",
    "NirsNames",
    "TractNames",
    "is_called",
    "read_naming",
]


class BoldNames(Frozen):
    """The label of a resting task, and the template spaces in order of preference.

    Examples
    --------
    >>> read_naming().bold.spaces[0]
    'MNI152NLin2009cAsym'
    """

    task: str
    spaces: tuple[str, ...] = Field(min_length=1)


class EegNames(Frozen):
    """The labels of a rest, of closed eyes and of open eyes.

    Examples
    --------
    >>> is_called(read_naming().eeg.closed, "eyesClosed")
    True
    """

    rest: str
    closed: str
    open: str


class EvokedNames(Frozen):
    """The task that evokes a potential, and what its events are called; `minus` where one is taken from another.

    Examples
    --------
    >>> read_naming().evoked["p300"].events[0]
    'target'
    """

    task: str
    events: tuple[str, ...] = Field(min_length=1)
    minus: tuple[str, ...] = ()
    eyes: str = Field(default="open", pattern="^(open|closed)$")


class TractNames(Frozen):
    """The tract or region that stands for the white matter beside the back area of S1; none where empty.

    Examples
    --------
    >>> read_naming().tracts.region
    ''
    """

    region: str = ""


class NirsNames(Frozen):
    """The labels of the frontal pole, and of the events in which nothing was done.

    Examples
    --------
    >>> is_called(read_naming().nirs.rest, "rest")
    True
    """

    places: str
    rest: str


class Naming(Frozen):
    """What the labels of a dataset mean.

    Examples
    --------
    >>> Naming.model_validate(read_naming().model_dump()) == read_naming()
    True
    """

    bold: BoldNames
    eeg: EegNames
    evoked: dict[str, EvokedNames]
    spectroscopy: dict[str, str]
    tracts: TractNames
    nirs: NirsNames

    @model_validator(mode="after")
    def _compiles(self) -> Self:
        patterns = [self.bold.task, self.eeg.rest, self.eeg.closed, self.eeg.open, *self.spectroscopy.values()]
        patterns += [self.nirs.places, self.nirs.rest, *(each.task for each in self.evoked.values())]
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                message = f"'{pattern}' is no regular expression: {error}"
                raise ValueError(message) from None
        return self


def is_called(pattern: str, label: str) -> bool:
    """Say whether a whole label fits a pattern, without regard to case.

    Parameters
    ----------
    pattern : str
        A regular expression.
    label : str
        From a name or a table.

    Returns
    -------
    bool
        Whether it does.

    Examples
    --------
    >>> is_called("rest.*", "RestingState"), is_called("rest", "arrest")
    (True, False)
    """
    return re.fullmatch(pattern, label, re.IGNORECASE) is not None


def read_naming(path: Path | None = None) -> Naming:
    r"""Read what a dataset's labels mean.

    Parameters
    ----------
    path : Path, optional
        A site's own TOML file with keys of the packaged ``naming.toml``; what it leaves out stays as packaged.

    Returns
    -------
    Naming
        The meanings.

    Raises
    ------
    InvalidMapping
        If the file is no TOML, or has a key or pattern that is not understood.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "names.toml"
    >>> _ = file.write_text("[evoked.p300]\nevents = ['square']\n", encoding="utf-8")
    >>> read_naming(file).evoked["p300"].events
    ('square',)
    """
    packaged = _packaged()
    if path is None:
        return Naming.model_validate(packaged)
    try:
        return Naming.model_validate(_over(packaged, tomllib.loads(open_text(path).text)))
    except tomllib.TOMLDecodeError as error:
        message = f"{path.name}: expected TOML with the sections of naming.toml; {error}"
        raise InvalidMapping(message) from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        message = f"{path.name}, {where}: {first['msg']}; the sections are {', '.join(packaged)}"
        raise InvalidMapping(message) from error


@cache
def _packaged() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("backloop.holdings").joinpath("naming.toml").read_text("utf-8"))


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one table over another, section by section."""
    mixed = dict(below)
    for key, value in above.items():
        under = below.get(key)
        mixed[key] = _over(under, value) if isinstance(value, dict) and isinstance(under, dict) else value
    return mixed
