"""Records written as a BIDS folder that reads back as the same records.

Decides which file and column everything goes to; the spelling of a cell is decided in `cells`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from backloop.errors import UnwritableRecord
from backloop.library import Book, Instrument, Library, Protocol
from backloop.record.bids import MADE_UP, task_label
from backloop.record.cells import MISSING, write_cell, write_words
from backloop.record.privacy import names_identifier
from backloop.record.records import Observation, Record
from backloop.record.targets import require_target, trial_target
from backloop.units import Scale

__all__ = ["write_bids"]

_README = """{name}
{rule}

Records of people with low back pain, laid out by the Brain Imaging Data Structure (BIDS).{made_up}

participants.tsv holds one row a person, sub-*/sub-*_sessions.tsv one row a visit, phenotype/ one table a questionnaire
and visit with raw answers and reported scores, and beh/ the trials of sensory and movement tests. Columns ending in
_absent say why a value is not there, _unit the unit as entered, _scale on which declared scale a score was computed.
Item descriptions are topics in the library's own words, never the wording of a questionnaire.
"""
_MADE_UP_NOTE = " Everybody in here was made up by a program; nobody exists."
_FACTS = {
    "age": {"Description": "age", "Units": "year"},
    "sex": {"Description": "sex", "Levels": {"female": "female", "male": "male", "other": "other"}},
    "language": {"Description": "language of the questionnaires (BCP 47)"},
}
_SESSION_COLUMNS = {
    "session_id": {"Description": "visit"},
    "week": {"Description": "weeks since the first day of care", "Units": "week"},
    "order": {"Description": "place among the person's visits"},
    "label": {"Description": "name of the visit"},
}
_TRIAL_COLUMNS = {
    "trial": {"Description": "number of the trial, from 1"},
    "phase": {"Description": "part of the test"},
    "site": {"Description": "place on the body, or the activity"},
}

Rows = dict[tuple[str, ...], dict[str, Observation]]
"""Observations by row and column of one table, in the order of their appearance."""


def write_bids(people: Sequence[Record], folder: Path, *, library: Library) -> None:
    r"""Write people's records into a folder, laid out by BIDS.

    Parameters
    ----------
    people : sequence of Record
        Whose records.
    folder : Path
        An empty or new folder.
    library : Library
        The books that say what items and fields are called.

    Raises
    ------
    UnwritableRecord
        If something would be lost: two values for one item and visit, an attribute that identifies people, a score
        without a scale where several circulate.
    UnknownBook
        If an item, score or field is in no book.

    Examples
    --------
    >>> import tempfile
    >>> from backloop.record import make_person
    >>> folder = Path(tempfile.mkdtemp()) / "clinic"
    >>> write_bids([make_person(seed=1)], folder, library=Library.packaged())
    >>> (folder / "phenotype" / "nrs_ses-w00.tsv").read_text(encoding="utf-8").splitlines()[0]
    'participant_id\tsession_id\tnrs_01'
    """
    _write_description(people, folder)
    _write_participants(people, folder)
    _write_sessions(people, folder)
    answers: dict[tuple[str, str], Rows] = {}
    trials: dict[str, dict[tuple[str, str], Rows]] = {}
    for record in people:
        for seen in record.observations:
            _check(seen, library)
            visit = (record.participant_id, seen.session_id)
            spot: tuple[str, ...] = visit
            if seen.kind == "trial":
                rows = trials.setdefault(seen.book, {}).setdefault(visit, {})
                spot = (write_cell(seen.trial), _words(seen.phase), _words(seen.site))
            else:
                rows = answers.setdefault((seen.book, seen.session_id), {})
            if rows.setdefault(spot, {}).setdefault(seen.item, seen) is not seen:
                message = f"{seen.session_id}/{seen.item}: expected one value, there are two; keep one of them"
                raise UnwritableRecord(message)
    for (book, visit_id), rows in answers.items():
        _write_answers(folder / "phenotype" / f"{book}_{visit_id}", library.find(book), rows, library=library)
    for protocol, visits in trials.items():
        _write_trials(folder, library.protocol(protocol), visits)


def _check(seen: Observation, library: Library) -> None:
    """Refuse what no book knows and what has no place in a table."""
    if seen.kind == "trial":
        trial_target(seen.book, seen.item, library)
    is_placed = (seen.trial, seen.phase, seen.site) != (None, "", "")
    if (seen.kind != "trial" and is_placed) or (seen.kind != "score" and seen.scale is not None):
        message = f"{seen.session_id}/{seen.item}: trial, phase and site belong to trials, a scale belongs to a score"
        raise UnwritableRecord(message)


class _Grid:
    """A table with its rows known, that grows column by column."""

    def __init__(self, keys: Sequence[str], rows: Rows) -> None:
        self.rows = rows
        self.header = list(keys)
        self.lines = [list(spot) for spot in rows]

    def add(self, column: str, cells: Sequence[str]) -> None:
        self.header.append(column)
        for line, cell in zip(self.lines, cells, strict=True):
            line.append(cell)

    def add_values(self, name: str, *, with_unit: bool = False) -> list[Scale]:
        """Add a column of values and the companions it needs; give the scales in use."""
        column = [row.get(name) for row in self.rows.values()]
        self.add(name, [write_cell(seen.value) if seen else MISSING for seen in column])
        units = [_words(seen.unit) if seen else MISSING for seen in column]
        if with_unit or set(units) != {MISSING}:
            self.add(f"{name}_unit", units)
        absences = [seen.absent.value if seen and seen.absent else MISSING for seen in column]
        if set(absences) != {MISSING}:
            self.add(f"{name}_absent", absences)
        scales = list(dict.fromkeys(seen.scale for seen in column if seen and seen.scale))
        if len(scales) > 1:
            labels = [str(scales.index(seen.scale) + 1) if seen and seen.scale else MISSING for seen in column]
            self.add(f"{name}_scale", labels)
        return scales

    def write(self, path: Path) -> None:
        _write_rows(path, [self.header, *self.lines])


def _write_description(people: Sequence[Record], folder: Path) -> None:
    made_by = {"Name": "backloop", "Version": version("backloop")}
    described = {"Name": folder.name, "BIDSVersion": "1.10.0", "DatasetType": "raw", "GeneratedBy": [made_by]}
    _write_json(folder / "dataset_description.json", described)
    note = _MADE_UP_NOTE if people and all(record.is_made_up for record in people) else ""
    text = _README.format(name=folder.name, rule="=" * len(folder.name), made_up=note)
    (folder / "README").write_text(text, encoding="utf-8", newline="\n")


def _write_participants(people: Sequence[Record], folder: Path) -> None:
    names = list(dict.fromkeys(name for record in people for name in record.participant.attributes))
    for name in names:
        if names_identifier(name) or name in {*_FACTS, "participant_id", MADE_UP}:
            message = f"the attribute '{name}' looks like a direct identifier or a column of its own; rename or drop it"
            raise UnwritableRecord(message)
    marks = [MADE_UP] if any(record.is_made_up for record in people) else []
    rows = [["participant_id", *_FACTS, *marks, *map(write_words, names)]]
    for record in people:
        who = record.participant
        facts = [who.participant_id, _number(who.age), who.sex or MISSING]
        facts.append(MISSING if who.language == "und" else write_words(who.language))
        facts += [("yes" if record.is_made_up else MISSING) for _ in marks]
        rows.append([*facts, *(write_cell(who.attributes.get(name)) for name in names)])
    _write_rows(folder / "participants.tsv", rows)
    described = _FACTS | {MADE_UP: {"Description": "made by a program; does not exist"}} if marks else dict(_FACTS)
    described |= {write_words(name): {"Description": name} for name in names}
    _write_json(folder / "participants.json", described)


def _write_sessions(people: Sequence[Record], folder: Path) -> None:
    for record in people:
        rows = [list(_SESSION_COLUMNS)]
        for visit in record.sessions:
            label = write_words(visit.label) if visit.label else MISSING
            rows.append([visit.session_id, _number(visit.week), str(visit.order), label])
        _write_rows(folder / record.participant_id / f"{record.participant_id}_sessions.tsv", rows)
    _write_json(folder / "sessions.json", _SESSION_COLUMNS)


def _write_answers(stem: Path, book: Book, rows: Rows, *, library: Library) -> None:
    """Write one book's answers at one visit: BIDS allows a person one row in a phenotype table."""
    described: dict[str, Any] = {
        "MeasurementToolMetadata": {"Description": f"{book.title.en}, version {book.version} of the book '{book.id}'"},
        "session_id": _SESSION_COLUMNS["session_id"],
    }
    grid = _Grid(("participant_id", "session_id"), {spot: _on_scales(row, library) for spot, row in rows.items()})
    topics = _topics(book)
    for name in topics:
        if not any(name in row for row in rows.values()):
            continue
        scales = [scale.model_dump(exclude_none=True) for scale in grid.add_values(name)]
        described[name] = topics[name]
        if len(scales) == 1:
            described[name]["Scale"] = scales[0]
        elif scales:
            described[name]["Scales"] = {str(place): scale for place, scale in enumerate(scales, start=1)}
    _describe_companions(grid.header, described)
    grid.write(stem.with_name(f"{stem.name}.tsv"))
    _write_json(stem.with_name(f"{stem.name}.json"), described)


def _write_trials(folder: Path, protocol: Protocol, visits: Mapping[tuple[str, str], Rows]) -> None:
    task = task_label(protocol.id)
    described: dict[str, Any] = {"TaskName": protocol.id, "TaskDescription": protocol.procedure.en, **_TRIAL_COLUMNS}
    own = {name for rows in visits.values() for row in rows.values() for name in row}
    for field in protocol.written:
        if field not in protocol.fields and field.id not in own:
            continue  # what a guided run writes on the way, and this one did not
        described[field.id] = {"Description": field.title.en, **({"Units": field.unit} if field.unit else {})}
    headers: set[str] = set()
    for (who, when), rows in visits.items():
        grid = _Grid(tuple(_TRIAL_COLUMNS), rows)
        for field in protocol.written:
            if any(field.id in row for row in rows.values()):
                grid.add_values(field.id, with_unit=bool(field.unit))
        headers.update(grid.header)
        grid.write(folder / who / when / "beh" / f"{who}_{when}_task-{task}_beh.tsv")
    _describe_companions(headers, described)
    _write_json(folder / f"task-{task}_beh.json", described)


def _topics(book: Book) -> dict[str, dict[str, Any]]:
    """Describe a book's items and scores in its own words, in their order."""
    found: dict[str, dict[str, Any]] = {}
    for item in book.items if isinstance(book, Instrument) else ():
        found[item.id] = {"Description": item.topic.en}
        found[item.id] |= {"Units": item.unit} if item.unit else {}
        if item.labels:
            found[item.id]["Levels"] = {f"{label.value:g}": label.text.en for label in item.labels}
    for score in getattr(book, "scores", ()):
        found[score.id] = {"Description": f"{score.title.en}, as reported", "Units": score.scale.unit}
    return found or {book.id: {"Description": book.title.en}}


def _describe_companions(header: Iterable[str], described: dict[str, Any]) -> None:
    words = {"unit": "unit of {} as entered", "absent": "why {} is not there", "scale": "scale of {}, see its Scales"}
    for name in header:
        stem, _, end = name.rpartition("_")
        if name not in described and end in words:
            described[name] = {"Description": words[end].format(stem)}


def _on_scales(row: Mapping[str, Observation], library: Library) -> dict[str, Observation]:
    """Give a row's observations with every score on a stated scale: its own, or the only one there is."""
    found = dict(row)
    for name, seen in row.items():
        target = require_target(name, library)
        if seen.kind == "score" and seen.scale is None:
            if len(target.rulers) > 1:
                message = (
                    f"{seen.session_id}/{name}: expected a scale, the score circulates on {target.known_rulers.en}"
                )
                raise UnwritableRecord(message + "; state which one it was reported on")
            found[name] = seen.model_copy(update={"scale": target.scale})
    return found


def _words(text: str) -> str:
    return write_words(text) if text else MISSING


def _number(value: float | None) -> str:
    return write_cell(int(value) if value is not None and value.is_integer() else value)


def _write_rows(path: Path, rows: Iterable[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8", newline="\n")


def _write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
