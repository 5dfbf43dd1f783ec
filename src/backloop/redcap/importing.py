"""Records from a REDCap project: its export of raw values and its data dictionary.

Decides which cell is which observation; names and codes are decided in `variables`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backloop.errors import UnreadableSource
from backloop.library import Instrument, Library, Protocol
from backloop.record import (
    Observation,
    Origin,
    Participant,
    Problem,
    Record,
    Records,
    Session,
    Sheet,
    Value,
    check_record,
    read_sex,
    read_sheet,
)
from backloop.redcap.variables import (
    COLUMNS,
    EVENT,
    INSTANCE,
    MISSING,
    PERSON,
    REPEATS,
    VISIT,
    fields_of_protocol,
    find_item,
    variable,
)
from backloop.units import Absent, Text

__all__ = ["read_project"]

_ABSENT = {code: reason for reason, code in MISSING.items()}
Row = dict[str, str]


def read_project(records: Path, dictionary: Path, *, library: Library | None = None) -> Records:
    """Read a REDCap project from its export of records (raw values) and its data dictionary.

    Parameters
    ----------
    records : Path
        The CSV export, with ``record_id`` first; longitudinal with ``redcap_event_name``, or not.
    dictionary : Path
        The data dictionary, a CSV of eighteen columns.
    library : Library, optional
        The books; the packaged library where not given.

    Returns
    -------
    Records
        In the order of the file; variables that stand for none of our items and cells the books do not accept are
        listed. Values of the missing-data codes become the reason they stand for.

    Raises
    ------
    UnreadableSource
        If a file is not there, is no such table, or no variable stands for an item.

    Examples
    --------
    >>> import tempfile
    >>> from backloop.record import make_person
    >>> from backloop.redcap import write_project
    >>> person, folder = make_person(seed=1), Path(tempfile.mkdtemp())
    >>> _ = write_project([person], folder)
    >>> read_project(folder / "records.csv", folder / "dictionary.csv").only.sessions == person.sessions
    True
    """
    library = Library.packaged() if library is None else library
    fields, sheet = _open(dictionary, COLUMNS[0]), _open(records, "record_id")
    known = _variables(_rows(fields), library, dictionary.name)
    project = _Project(name=records.name, sha256=sheet.sha256, known=known, library=library)
    by_person: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(sheet):
        by_person[row["record_id"]].append(row)
    ours = {*known, *project.own}
    strangers = [name for name in sheet.header if name not in ours and not name.endswith("_complete")]
    problems = [*fields.problems, *sheet.problems, *(_unknown(name, records.name) for name in strangers)]
    people = []
    for name, own in by_person.items():
        kept, refused = check_record(project.record(name, own), library=library)
        people.append(kept)
        problems += refused
    return Records(people, problems=problems)


@dataclass(frozen=True, kw_only=True)
class _Project:
    """A project being read: which variable is which item, and which form which test."""

    name: str
    sha256: str
    known: dict[str, str]
    library: Library
    forms: dict[str, Protocol] = field(init=False)
    own: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        forms = {
            variable(book.id): book for book in self.library.shelf("protocols").values() if isinstance(book, Protocol)
        }
        trial = {each.name for book in forms.values() for each in fields_of_protocol(book, lang="en")}
        object.__setattr__(self, "forms", forms)
        object.__setattr__(self, "own", frozenset({"record_id", EVENT, REPEATS, INSTANCE, *VISIT, *PERSON, *trial}))

    def record(self, name: str, rows: Sequence[Row]) -> Record:
        """Put one person's rows together."""
        sessions = _sessions(rows)
        seen = [one for row in rows for one in self.observations(row, sessions[row.get(EVENT, "")].session_id)]
        person = {key: value for row in rows for key in PERSON if (value := row.get(key, ""))}
        return Record(
            participant=Participant(
                participant_id=f"sub-{re.sub(r'[^A-Za-z0-9]', '', name.removeprefix('sub-'))}",
                age=_number(person.get("age", "")),
                sex=read_sex(person.get("sex", "")),
                language=person.get("language", "und"),
            ),
            sessions=tuple(sorted(sessions.values(), key=lambda visit: visit.order)),
            observations=tuple(seen),
            origin=Origin(name=self.name, format="table", sha256=self.sha256),
        )

    def observations(self, row: Row, session_id: str) -> Iterator[Observation]:
        """Give what a row holds: answers, or one trial of a test."""
        book = self.forms.get(row.get(REPEATS, ""))
        if book is not None:
            yield from _trial(row, book, session_id)
            return
        for name, item in self.known.items():
            cell = row.get(name, "").strip()
            if cell:
                told = _told(cell)
                yield Observation(
                    session_id=session_id, kind="response", book=item.rpartition("_")[0], item=item, **told
                )


def _trial(row: Row, book: Protocol, session_id: str) -> Iterator[Observation]:
    form = variable(book.id)
    number = _number(row.get(f"{form}_trial", ""))
    for each in book.fields:
        name = variable(f"{book.id}_{each.id}")
        cell = row.get(name, "").strip()
        if cell:
            yield Observation(
                session_id=session_id,
                kind="trial",
                book=book.id,
                item=each.id,
                unit=row.get(f"{name}_unit", "") or each.unit,
                trial=None if number is None else int(number),
                phase=row.get(f"{form}_phase", ""),
                site=row.get(f"{form}_site", ""),
                **_told(cell),
            )


def _sessions(rows: Sequence[Row]) -> dict[str, Session]:
    """Find the visits: by our own visit form where it is, otherwise one an event, in the order of the rows."""
    found: dict[str, Session] = {}
    for event in dict.fromkeys(row.get(EVENT, "") for row in rows):
        told = {k: v for row in rows if row.get(EVENT, "") == event for k in VISIT if (v := row.get(k, ""))}
        order = _number(told.get("visit_order", ""))
        found[event] = Session(
            session_id=told.get("visit_session_id") or f"ses-{re.sub(r'[^A-Za-z0-9]', '', event) or '01'}",
            order=len(found) + 1 if order is None else int(order),
            week=_number(told.get("visit_week", "")),
            label=told.get("visit_label", ""),
        )
    return found


def _variables(rows: Sequence[Row], library: Library, name: str) -> dict[str, str]:
    items = [
        item.id for book in library.shelf("instruments").values() if isinstance(book, Instrument) for item in book.items
    ]
    pairs = {row[COLUMNS[0]]: find_item(row.get(COLUMNS[-1], ""), row[COLUMNS[0]], items) for row in rows}
    known = {variable_name: item for variable_name, item in pairs.items() if item is not None}
    if not known:
        message = (
            f"{name}: expected variables named after our items (such as rmdq_01) or annotated @BACKLOOP='rmdq_01', none"
            " is; add the annotation to the fields that hold our questionnaires"
        )
        raise UnreadableSource(message)
    return known


def _open(path: Path, first: str) -> Sheet:
    sheet = read_sheet(path)
    if first not in sheet.header:
        message = f"{path.name}: expected a CSV with rows and the column '{first}'; export it from REDCap as raw data"
        raise UnreadableSource(message)
    return sheet


def _rows(sheet: Sheet) -> list[Row]:
    return [dict(zip(sheet.header, cells, strict=False)) for _, cells in sheet.rows]


def _told(cell: str) -> dict[str, Value | Absent]:
    if cell in _ABSENT:
        return {"absent": _ABSENT[cell]}
    number = _number(cell)
    if number is None:
        return {"value": cell}
    return {"value": int(number) if number.is_integer() and "." not in cell else number}


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _unknown(name: str, file: str) -> Problem:
    expected = Text(en="a variable that stands for an item", zh="与条目对应的变量")
    todo = Text(
        en=f"annotate it @BACKLOOP='item id' in the data dictionary if it is one; '{name}' was left out",
        zh=f"如确与条目对应，请在数据字典中标注 @BACKLOOP='条目编号'；“{name}”未读入",
    )
    return Problem(file=file, column=name, expected=expected, todo=todo, severity="note")
