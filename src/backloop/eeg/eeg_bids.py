"""What lies beside an EEG in a BIDS folder: its channels, events, electrodes, and how the eyes were.

Decides which sidecars belong to a recording and what they say; where they contradict the recording is checked in
`eeg_files`.
"""

import json
import re
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backloop.eeg.eeg import EYES, EegEvent, Eyes
from backloop.eeg.eyes import EYES_LABELS, said_of_eyes
from backloop.errors import MeasureError, UnreadableSource
from backloop.recordings import open_text, read_sidecar

__all__ = ["ChannelRow", "EegSidecars", "read_sidecars"]

_UNITS = {"v": 1e6, "mv": 1e3, "uv": 1.0, "µv": 1.0, "μv": 1.0}
_METRES = {"m": 1.0, "cm": 1e-2, "mm": 1e-3}
_LABELS = {
    state: re.compile(rf"eyes?{state}|^(rest(ing)?(state)?)?({state}|{short})(rest)?\d*$", re.IGNORECASE)
    for state, short in (("open", "eo"), ("closed", "ec"))
}
_TWO_SIDED = re.compile(r"(Fp|AF|FC|FT|CP|TP|PO)(\d{1,2})", re.IGNORECASE)
_LANDMARKS = {"nose": ("NAS", "nasion"), "left": ("LPA", "left"), "right": ("RPA", "right")}
_FARTHEST_M = 0.3

Place = tuple[float, float, float]


@dataclass(frozen=True)
class ChannelRow:
    """A row of a table of channels.

    Examples
    --------
    >>> ChannelRow(kind="EOG", microvolts=1.0, rate_hz=None, is_bad=False).kind
    'EOG'
    """

    kind: str
    microvolts: float | None
    rate_hz: float | None
    is_bad: bool


@dataclass(frozen=True)
class EegSidecars:
    """What the files beside a recording say; empty where there are none.

    Parameters
    ----------
    told : dict
        The JSON sidecars, the nearest last.
    eyes : {"open", "closed"}, optional
        Where the name of the task or the sidecar says it.
    channels : dict of str to ChannelRow
        By the label in the file.
    events : tuple of EegEvent, optional
        None without a table.
    positions : dict of str to tuple of float
        Measured electrodes in m, in the system of the ears and the nose.
    files : tuple of Path
        Those that were read.

    Examples
    --------
    >>> read_sidecars(Path("rest.edf")).eyes is None
    True
    """

    told: dict[str, Any] = field(default_factory=dict)
    eyes: Eyes | None = None
    channels: dict[str, ChannelRow] = field(default_factory=dict)
    events: tuple[EegEvent, ...] | None = None
    positions: dict[str, Place] = field(default_factory=dict)
    files: tuple[Path, ...] = ()


def read_sidecars(path: Path) -> EegSidecars:
    r"""Read the files that belong to an EEG: its own and, by BIDS' rule of inheritance, those of folders above.

    Parameters
    ----------
    path : Path
        The recording; without ``_eeg`` in its name only the JSON file of the same name belongs to it.

    Returns
    -------
    EegSidecars
        What ``_eeg.json``, ``_channels.tsv``, ``_events.tsv``, ``_electrodes.tsv`` with ``_coordsystem.json`` say.

    Raises
    ------
    UnreadableSource
        If one of them is no table or JSON of its kind.
    MeasureError
        If the name and the sidecar contradict each other about the eyes, or electrodes lie on the wrong side.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> path = folder / "sub-01_task-restEC_eeg.edf"
    >>> _ = (folder / "sub-01_task-restEC_channels.tsv").write_text("name\ttype\tunits\tstatus\nCz\tEEG\tuV\tbad\n")
    >>> beside = read_sidecars(path)
    >>> beside.eyes, beside.channels["Cz"].is_bad
    ('closed', True)
    """
    if not path.stem.endswith("_eeg"):
        own = read_sidecar(path)
        return EegSidecars(told=own, eyes=_eyes(path, own))
    found = {
        suffix: _belonging(path, suffix) for suffix in ("eeg.json", "channels.tsv", "events.tsv", "electrodes.tsv")
    }
    told: dict[str, Any] = {}
    for sidecar in found["eeg.json"]:
        told |= _read_json(sidecar)
    channels, events, electrodes = (found[f"{kind}.tsv"][-1:] for kind in ("channels", "events", "electrodes"))
    systems = _belonging(path, "coordsystem.json")[-1:]
    return EegSidecars(
        told=told,
        eyes=_eyes(path, told),
        channels=_read_channels(channels[0]) if channels else {},
        events=_read_events(events[0]) if events else None,
        positions=_read_electrodes(electrodes[0], _read_json(systems[0])) if electrodes and systems else {},
        files=(*found["eeg.json"], *channels, *events, *electrodes, *systems),
    )


def _labels(name: str) -> dict[str, str]:
    return {key: label for key, _, label in (part.partition("-") for part in name.split("_")) if label}


def _belonging(path: Path, suffix: str) -> list[Path]:
    """List the sidecars of a kind whose labels the recording has as well, the farthest first."""
    own = _labels(path.stem)
    folders = [path.parent]
    while not (folders[-1] / "dataset_description.json").is_file() and folders[-1].name.startswith(
        ("eeg", "ses-", "sub-")
    ):
        folders.append(folders[-1].parent)
    found = []
    for folder in reversed(folders):
        here = [
            one for one in sorted(folder.glob(f"*{suffix}")) if re.fullmatch(rf"(.*_)?{re.escape(suffix)}", one.name)
        ]
        labels = [(one, _labels(one.name.removesuffix(suffix))) for one in here]
        fitting = [
            (len(said), one) for one, said in labels if said.items() - {("space", said.get("space"))} <= own.items()
        ]
        found += [one for _, one in sorted(fitting)]
    return found


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(open_text(path).text)
    except json.JSONDecodeError as error:
        message = f"{path.name}, line {error.lineno}: expected JSON; {error.msg}"
        raise UnreadableSource(message) from error
    if not isinstance(content, dict):
        message = f"{path.name}: expected a JSON object with names and values"
        raise UnreadableSource(message)
    return content


def _read_table(path: Path, needed: tuple[str, ...]) -> pd.DataFrame:
    table = pd.read_csv(StringIO(open_text(path).text), sep="\t", dtype=str, keep_default_na=False)
    missing = [name for name in needed if name not in table.columns]
    if missing:
        message = f"{path.name}: expected the columns {', '.join(needed)}, tab between them; missing: {missing}"
        raise UnreadableSource(message)
    return table


def _number(path: Path, text: str, row: int, column: str) -> float | None:
    if text.strip().lower() in {"", "n/a", "nan"}:
        return None
    try:
        return float(text)
    except ValueError:
        message = f"{path.name}, line {row + 2}, column '{column}': expected a number or n/a"
        raise UnreadableSource(message) from None


def _read_channels(path: Path) -> dict[str, ChannelRow]:
    table = _read_table(path, ("name", "type", "units"))
    twice = sorted(set(table["name"][table["name"].duplicated()]))
    if twice:
        message = f"{path.name}: expected each channel once; several rows for {twice[:8]}"
        raise UnreadableSource(message)
    rows = {}
    for at, row in enumerate(table.to_dict("records")):
        rows[row["name"]] = ChannelRow(
            kind=row["type"].strip().upper(),
            microvolts=_UNITS.get(row["units"].strip().lower()),
            rate_hz=_number(path, row.get("sampling_frequency", "n/a"), at, "sampling_frequency"),
            is_bad=row.get("status", "").strip().lower() == "bad",
        )
    return rows


def _read_events(path: Path) -> tuple[EegEvent, ...]:
    table = _read_table(path, ("onset",))
    events = []
    for at, row in enumerate(table.to_dict("records")):
        names = (row.get(column, "").strip() for column in ("trial_type", "value"))
        name = next((name for name in names if name not in {"", "n/a"}), "event")
        onset = _number(path, row["onset"], at, "onset")
        if onset is not None:
            events.append(EegEvent(name=name, onset_s=onset))
    return tuple(sorted(events, key=lambda event: event.onset_s))


def _eyes(path: Path, told: dict[str, Any]) -> Eyes | None:
    """Give how the eyes were where the labels of the name or the sidecar say so, and refuse where they disagree."""
    labels = [label for key, label in _labels(path.stem).items() if key in EYES_LABELS]
    by_name = {state for state in EYES if any(_LABELS[state].search(label) for label in labels)}
    by_words = said_of_eyes(told)
    if len(by_name) == len(by_words) == 1 and by_name != by_words:
        message = (
            f"{path.name}: the name says eyes {by_name.pop()}, the sidecar says eyes {by_words.pop()}; correct one"
        )
        raise MeasureError(message)
    found = by_name if len(by_name) == 1 else by_words
    return next(iter(found)) if len(found) == 1 else None


def _read_electrodes(path: Path, system: dict[str, Any]) -> dict[str, Place]:
    """Give measured electrodes in m, in the system of the ears and the nose; none where it cannot be told."""
    unit = _METRES.get(str(system.get("EEGCoordinateUnits", "")).strip().lower())
    table = _read_table(path, ("name", "x", "y", "z"))
    if unit is None:
        return {}
    read = {
        row["name"]: [_number(path, row[axis], at, axis) for axis in "xyz"]
        for at, row in enumerate(table.to_dict("records"))
    }
    places = {name: np.array(found, dtype=float) * unit for name, found in read.items() if None not in found}
    move = _frame(system, unit)
    if move is None or not places:
        return {}
    turn, origin = move
    moved = {name: turn @ (place - origin) for name, place in places.items()}
    _check_sides(path, moved)
    return {name: (float(place[0]), float(place[1]), float(place[2])) for name, place in moved.items()}


def _frame(system: dict[str, Any], unit: float) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Give the turn and the origin of the ears and the nose: x to the right ear, y to the nose, z up."""
    if str(system.get("EEGCoordinateSystem", "")).lower() == "captrak":
        return np.eye(3), np.zeros(3)
    marks = system.get("AnatomicalLandmarkCoordinates")
    if not isinstance(marks, dict):
        return None
    found = {
        side: next((np.array(marks[name], dtype=float) * unit for name in names if name in marks), None)
        for side, names in _LANDMARKS.items()
    }
    nose, left, right = (found[side] for side in ("nose", "left", "right"))
    if nose is None or left is None or right is None:
        return None
    x = (right - left) / np.linalg.norm(right - left)
    origin = left + ((nose - left) @ x) * x
    y = (nose - origin) / np.linalg.norm(nose - origin)
    return np.array([x, y, np.cross(x, y)]), origin


def _check_sides(path: Path, places: dict[str, NDArray[np.float64]]) -> None:
    """Refuse electrodes whose names and places disagree on left and right, or that lie nowhere near a head."""
    far = [name for name, place in places.items() if np.linalg.norm(place) > _FARTHEST_M]
    if far:
        message = f"{path.name}: electrodes lie more than 30 cm from the middle of the head: {far[:8]}; check the unit"
        raise MeasureError(message)
    sided = {name: int(match[2]) % 2 == 0 for name in places if (match := _TWO_SIDED.fullmatch(name))}
    wrong = [name for name, is_right in sided.items() if (places[name][0] > 0) != is_right]
    if sided and len(wrong) > len(sided) / 2:
        message = f"{path.name}: names and places disagree on left and right, as of {wrong[:8]}; the axes are swapped"
        raise MeasureError(message)
