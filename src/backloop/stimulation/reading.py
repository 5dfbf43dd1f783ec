"""Reading a protocol's file, with words for everything that is wrong in it.

Decides how a mistake is said; what a protocol may hold is in `protocols`.
"""

import json
import tomllib
from os import PathLike
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backloop.errors import InvalidStimulation
from backloop.stimulation.protocols import DirectCurrentProtocol, MagneticProtocol, parse_protocol

__all__ = ["read_stimulation"]

_KINDS = {"MagneticProtocol", "DirectCurrentProtocol", "rTMS", "iTBS", "cTBS", "tDCS"}
_SAID = {
    "float_type": "expected a number, without quotes or a unit; correct it",
    "finite_number": "expected a finite number; correct it",
    "model_attributes_type": "expected fields by name, such as modality = 'tDCS'; write them so",
    "extra_forbidden": "no such field here; correct the spelling or remove it",
    "missing": "expected, but not there; add it",
    "union_tag_not_found": "expected modality = 'rTMS', 'iTBS', 'cTBS' or 'tDCS'; add it",
    "union_tag_invalid": "expected modality = 'rTMS', 'iTBS', 'cTBS' or 'tDCS'; correct it",
}


def read_stimulation(source: str | PathLike[str]) -> MagneticProtocol | DirectCurrentProtocol:
    r"""Read a stimulation protocol that a clinician or methodologist wrote down.

    Parameters
    ----------
    source : path
        A UTF-8 file, ``*.toml`` or ``*.json``.

    Returns
    -------
    MagneticProtocol or DirectCurrentProtocol
        As the file's `modality` says. Fields the file leaves out stay open.

    Raises
    ------
    InvalidStimulation
        If the file cannot be read, or a field is unknown, in a wrong unit, or contradicts another. The message names
        file and field, what was expected and what to do, one line a problem, and repeats no value of the file but
        times that disagree.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.toml"
    >>> _ = file.write_text('id = "a"\ntitle = "a"\nmodality = "tDCS"\ncurrent_mA = 0.002\nduration_s = 20\n')
    >>> read_stimulation(file)
    Traceback (most recent call last):
    backloop.errors.InvalidStimulation: a.toml: current_mA: expected 0.05 to 20 mA; 2 mA is 2, ...
    a.toml: duration_s: expected 60 to 14400 seconds at full current; 20 minutes are 1200; ...
    """
    path = Path(source)
    try:
        return parse_protocol(_content(path))
    except ValidationError as error:
        lines = [f"{path.name}: {_field(each['loc'])}{_said(each)}" for each in error.errors()]
        raise InvalidStimulation("\n".join(lines)) from None


def _content(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".json":
            return json.loads(text)
        if path.suffix.lower() == ".toml":
            return tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path.name}: cannot be read as UTF-8 text ({type(error).__name__}); check the name and save it so"
        raise InvalidStimulation(message) from None
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        message = f"{path.name}: not valid TOML or JSON ({error}); correct that line"
        raise InvalidStimulation(message) from None
    except (ValueError, RecursionError):
        message = f"{path.name}: a number is too long or the nesting too deep to be read; correct it"
        raise InvalidStimulation(message) from None
    message = f"{path.name}: expected a file that ends in .toml or .json; save it so"
    raise InvalidStimulation(message)


def _field(place: tuple[int | str, ...]) -> str:
    names = [str(part) for part in place if part not in _KINDS]
    return f"{'.'.join(names)}: " if names else ""


def _said(problem: ErrorDetails) -> str:
    return _SAID.get(problem["type"], problem["msg"].removeprefix("Value error, "))
