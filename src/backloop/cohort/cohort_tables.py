"""A run as tables: every marker of everybody with its doubt, what each column means, and what could not be read.

Decides columns and their words; one person at a time is held in memory.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from backloop.norms import ReferencePerson
from backloop.panel import Panel, PanelRow
from backloop.units import Text

__all__ = [
    "CohortFailure",
    "failures_of",
    "save_as_controls",
    "write_atomically",
    "write_cohort_table",
    "write_failures",
]

_COLUMNS: Mapping[str, Mapping[str, object]] = {
    "participant_id": {"Description": "whose marker"},
    "session_id": {"Description": "the visit; ses-01 where the dataset names none"},
    "marker": {"Description": "id of the marker's book, with a dot and the part's name where it is a part"},
    "eyes": {"Description": "of a resting EEG: how the eyes were", "Levels": {"open": "open", "closed": "closed"}},
    "value": {"Description": "the number, in the unit of its row"},
    "unit": {"Description": "unit of value, low and high"},
    "low": {"Description": "lower end of the 95 % interval from the recording's own error of measurement"},
    "high": {"Description": "upper end of that interval"},
    "convention": {"Description": "whose definition was followed; numbers of different ones are not comparable"},
    "n": {"Description": "how many of `counted` the value averages"},
    "counted": {"Description": "what n counts: volumes, epochs, trials, shots, samples, regions, voxels, vertices"},
    "quality": {"Description": "what to weigh, as name=number with semicolons: head motion in mm, share kept, bounds"},
    "z": {"Description": "deviation from the reference", "Units": "standard deviations between people"},
    "z_low": {"Description": "lower end of its 95 % interval: errors of reading, group and scanner"},
    "z_high": {"Description": "upper end of that interval"},
    "basis": {
        "Description": "what the value is set beside",
        "Levels": {
            "normative model": "a published model of healthy people by age and sex",
            "own controls": "healthy people of the same clinic",
            "literature direction": "no numbers; only the directions that studies found",
        },
    },
    "n_controls": {"Description": "how many own controls went into the reference"},
    "certainty": {"Description": "certainty of the evidence about the marker, in GRADE's words"},
    "conflicting": {
        "Description": "whether studies of the marker disagree so much that nothing may lean on it",
        "Levels": {"true": "they do", "false": "they do not"},
    },
    "absent": {"Description": "why there is no value, in one word of a fixed list"},
    "reason": {"Description": "why there is no value, in words"},
    "edition": {"Description": "edition of the books"},
}
_NO_VALUE = "n/a"
_NOTE = "Supports a clinician's decision; none of these numbers diagnoses anything. n/a stands for no value."


class CohortFailure(NamedTuple):
    """Something that a run could not do: a recording of a person, or the whole person.

    Examples
    --------
    >>> CohortFailure("sub-01", "eeg", "sub-01_eeg.edf", Text(en="a web page", zh="网页")).modality
    'eeg'
    """

    participant_id: str
    modality: str
    source: str
    reason: Text


def write_cohort_table(panels: Iterable[Panel], folder: Path) -> int:
    """Write ``panel.tsv``, one row a person, visit and marker, and ``panel.json``, which says what its columns are.

    Parameters
    ----------
    panels : iterable of Panel
        One after the other.
    folder : Path
        Where.

    Returns
    -------
    int
        How many rows.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_cohort_table([Panel(participant_id="sub-01", edition="2026-11-22")], folder)
    0
    >>> (folder / "panel.tsv").read_text("utf-8").split()[:3]
    ['participant_id', 'session_id', 'marker']
    """
    rows = 0
    unfinished = folder / ".panel.tsv.part"
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(_COLUMNS)
        for panel in panels:
            for row in panel.rows:
                table.writerow(_cells(row, panel.edition))
                rows += 1
    unfinished.replace(folder / "panel.tsv")
    described = {**_COLUMNS, "GeneratedBy": {"Name": "backloop", "Version": version("backloop")}, "Note": _NOTE}
    write_atomically(folder / "panel.json", json.dumps(described, indent=1, ensure_ascii=False) + "\n")
    return rows


def write_failures(failures: Iterable[CohortFailure], path: Path) -> None:
    """Write what could not be read, one row a recording or person.

    Parameters
    ----------
    failures : iterable of CohortFailure
        In the order of the rows.
    path : Path
        The file.

    Returns
    -------
    None

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "failures.tsv"
    >>> write_failures([], file)
    >>> file.read_text("utf-8").split()
    ['participant_id', 'modality', 'source', 'reason', 'reason_zh']
    """
    text = StringIO(newline="")
    table = csv.writer(text, delimiter="\t", lineterminator="\n")
    table.writerow(["participant_id", "modality", "source", "reason", "reason_zh"])
    for failure in failures:
        words = (" ".join(words.split()) for words in (failure.reason.en, failure.reason.zh))
        table.writerow([failure.participant_id, failure.modality, failure.source, *words])
    write_atomically(path, text.getvalue())


def save_as_controls(panels: Iterable[Panel], people: Mapping[str, ReferencePerson], path: Path) -> tuple[str, ...]:
    """Write the panels of healthy people as a table of controls, for ``backloop panel --controls``.

    Parameters
    ----------
    panels : iterable of Panel
        Of healthy people of one scanner.
    people : mapping of str to ReferencePerson
        Age and sex by participant_id; who is not there is left out.
    path : Path
        The table.

    Returns
    -------
    tuple of str
        Who was left out.

    Notes
    -----
    Of each marker the first visit's value stands in the table, for a control counts once. A marker that is the same in
    everybody is left out. Open and closed eyes have columns of their own.

    Examples
    --------
    >>> import tempfile
    >>> panel = Panel(participant_id="sub-01", edition="2026-11-22")
    >>> save_as_controls([panel], {}, Path(tempfile.mkdtemp()) / "controls.tsv")
    ('sub-01',)
    """
    rows: list[dict[str, object]] = []
    strangers = []
    for panel in panels:
        person = people.get(panel.participant_id)
        if person is None:
            strangers.append(panel.participant_id)
            continue
        about = {"participant_id": panel.participant_id, "age": person.age_years, "sex": "M" if person.is_male else "F"}
        rows.append({**about, "mean_fd_mm": _mean_motion(panel), **_first_values(panel)})
    head = ["participant_id", "age", "sex", "mean_fd_mm"]
    markers = sorted({name for row in rows for name in row} - set(head))
    kept = [name for name in markers if len({row[name] for row in rows if name in row}) > 1 or len(rows) == 1]
    text = StringIO(newline="")
    table = csv.DictWriter(
        text, [*head, *kept], restval=_NO_VALUE, extrasaction="ignore", delimiter="\t", lineterminator="\n"
    )
    table.writeheader()
    table.writerows({name: _NO_VALUE if cell is None else cell for name, cell in row.items()} for row in rows)
    write_atomically(path, text.getvalue())
    return tuple(strangers)


def write_atomically(path: Path, text: str) -> None:
    """Write a file under another name and rename it when it is whole.

    Parameters
    ----------
    path : Path
        The file; its folder must exist.
    text : str
        What it holds.

    Returns
    -------
    None

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.txt"
    >>> write_atomically(file, "words")
    >>> file.read_text("utf-8")
    'words'
    """
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    unfinished.replace(path)


def _cells(row: PanelRow, edition: str) -> list[str]:
    reading, standing = row.reading, row.standing
    spread, deviation = reading.interval, standing.interval
    cells: dict[str, object] = {
        "participant_id": reading.participant_id,
        "session_id": reading.session_id,
        "marker": reading.marker,
        "eyes": reading.because.parameters.get("eyes"),
        "value": reading.value,
        "unit": reading.unit,
        "low": spread and spread.low,
        "high": spread and spread.high,
        "convention": reading.convention,
        "n": reading.n,
        "counted": reading.counted,
        "quality": "; ".join(f"{name}={value:.6g}" for name, value in sorted(reading.quality.items())),
        "z": standing.z,
        "z_low": deviation and deviation.low,
        "z_high": deviation and deviation.high,
        "basis": standing.basis,
        "n_controls": standing.n_controls,
        "certainty": row.certainty.value,
        "conflicting": str(row.is_conflicting).lower(),
        "absent": reading.absent and reading.absent.value,
        "reason": reading.reason and reading.reason.en,
        "edition": edition,
    }
    return [_NO_VALUE if cells[name] in (None, "") else str(cells[name]) for name in _COLUMNS]


def _first_values(panel: Panel) -> dict[str, float]:
    values: dict[str, float] = {}
    for session_id in panel.sessions:
        for row in panel.at(session_id):
            if row.reading.value is not None:
                values.setdefault(row.reading.name_among_controls, row.reading.value)
    return values


def _mean_motion(panel: Panel) -> float | None:
    moved: Sequence[float] = [row.reading.quality.get("mean_fd_mm", -1.0) for row in panel.rows]
    known = sorted({mm for mm in moved if mm >= 0})
    return sum(known) / len(known) if known else None


def failures_of(panel: Panel) -> Iterator[CohortFailure]:
    """Give the recordings of a panel that could not be read.

    Parameters
    ----------
    panel : Panel
        Of one person.

    Yields
    ------
    CohortFailure
        One a recording.

    Examples
    --------
    >>> list(failures_of(Panel(participant_id="sub-01", edition="2026-11-22")))
    []
    """
    for problem in panel.problems:
        yield CohortFailure(panel.participant_id, problem.modality, problem.source, problem.reason)
