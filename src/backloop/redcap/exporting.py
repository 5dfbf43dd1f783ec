"""Records as the files of a REDCap project: data dictionary, events, records, missing-data codes.

Decides which observation stands in which row; names and codes are decided in `variables`.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from backloop.errors import UnwritableRecord
from backloop.library import Instrument, Library, Protocol
from backloop.record import Observation, Problem, Record
from backloop.redcap.variables import (
    COLUMNS,
    EVENT,
    INSTANCE,
    MISSING,
    REPEATS,
    VISIT,
    RedcapField,
    field_of_item,
    fields_of_protocol,
    variable,
    visit_fields,
)
from backloop.units import Absent, Language, Text

__all__ = ["write_project"]

_SCORE = {
    "expected": Text(en="an answer or trial", zh="作答或测试记录"),
    "todo": Text(en="a reported score was not written", zh="他处计算的分数未写出"),
}
_ATTRIBUTE = {
    "expected": Text(en="age, sex or language", zh="年龄、性别或语言"),
    "todo": Text(en="this attribute was not written", zh="该属性未写出"),
}

Row = dict[str, str]


def write_project(
    people: Sequence[Record], folder: Path, *, library: Library | None = None, lang: Language = "en"
) -> tuple[Problem, ...]:
    """Write records as a REDCap project: ``dictionary.csv``, ``events.csv``, ``records.csv``, ``missing-codes.txt``.

    Parameters
    ----------
    people : sequence of Record
        Whose records.
    folder : Path
        A new or empty folder.
    library : Library, optional
        The books; the packaged library where not given.
    lang : str
        The language of the labels, ``en`` or ``zh``.

    Returns
    -------
    tuple of Problem
        What has no place in such a project and was not written: scores that others computed, participants' attributes.

    Raises
    ------
    UnwritableRecord
        If the folder holds something, or there is nobody.

    Notes
    -----
    A visit is an event, a questionnaire a form, each trial of a test an instance of a repeating form. Labels are
    topics in our own words; a clinic that holds a licence puts its wording in by hand.

    Examples
    --------
    >>> import tempfile
    >>> from backloop.record import make_person
    >>> folder = Path(tempfile.mkdtemp())
    >>> [problem.column for problem in write_project([make_person(seed=1)], folder)]
    ['pain_years']
    >>> sorted(file.name for file in folder.iterdir())
    ['dictionary.csv', 'events.csv', 'missing-codes.txt', 'records.csv']
    """
    if not people or (folder.is_dir() and any(folder.iterdir())):
        message = f"{folder.name}: expected at least one record and a new or empty folder; choose another name"
        raise UnwritableRecord(message)
    library = Library.packaged() if library is None else library
    folder.mkdir(parents=True, exist_ok=True)
    fields = list(_fields(people, library, lang))
    rows = [row for record in people for row in _rows(record)]
    columns = ["record_id", EVENT, REPEATS, INSTANCE, *(each.name for each in fields if each.name != "record_id")]
    events = dict.fromkeys(session.session_id for record in people for session in record.sessions)
    tables = {
        "dictionary.csv": [list(COLUMNS), *(each.row() for each in fields)],
        "events.csv": [["event_name", "arm_num", "unique_event_name"], *([name, "1", _event(name)] for name in events)],
        "records.csv": [columns, *([row.get(column, "") for column in columns] for row in rows)],
    }
    for name, table in tables.items():
        (folder / name).write_text(_csv(table), encoding="utf-8", newline="")
    codes = [f"{code}, {reason.text.say(lang)}" for reason, code in MISSING.items()]
    (folder / "missing-codes.txt").write_text("\n".join(codes) + "\n", encoding="utf-8")
    return tuple(problem for record in people for problem in _left_out(record))


def _fields(people: Sequence[Record], library: Library, lang: Language) -> Iterator[RedcapField]:
    """Describe the forms of every book anybody was asked, in the order they appear."""
    yield from visit_fields(lang)
    for book_id in dict.fromkeys(
        seen.book for record in people for seen in record.observations if seen.kind != "score"
    ):
        book = library.find(book_id)
        if isinstance(book, Instrument):
            yield from (field_of_item(item, book, lang=lang) for item in book.items)
        elif isinstance(book, Protocol):
            yield from fields_of_protocol(book, lang=lang)


def _rows(record: Record) -> Iterator[Row]:
    for session in record.sessions:
        head = {"record_id": record.participant_id, "redcap_event_name": _event(session.session_id)}
        here = [seen for seen in record.observations if seen.session_id == session.session_id]
        who = record.participant
        person = {"age": "" if who.age is None else f"{who.age:g}", "sex": who.sex or "", "language": who.language}
        week = "" if session.week is None else f"{session.week:g}"
        visit = dict(zip(VISIT, (session.session_id, str(session.order), week, session.label), strict=True))
        answers = {variable(seen.item): _cell(seen) for seen in here if seen.kind == "response"}
        yield head | person | visit | answers
        yield from (head | row for row in _trials(here))


def _trials(seen: Iterable[Observation]) -> Iterator[Row]:
    grouped: dict[tuple[str, int | None, str, str], Row] = {}
    for each in seen:
        if each.kind == "trial":
            form = variable(each.book)
            name = variable(f"{each.book}_{each.item}")
            place = {"trial": "" if each.trial is None else str(each.trial), "phase": each.phase, "site": each.site}
            row = grouped.setdefault(
                (form, each.trial, each.phase, each.site), {f"{form}_{k}": v for k, v in place.items()}
            )
            row |= {name: _cell(each)} | ({f"{name}_unit": each.unit} if each.unit else {})
    instances: dict[str, int] = defaultdict(int)
    for (form, *_), row in grouped.items():
        instances[form] += 1
        yield row | {REPEATS: form, INSTANCE: str(instances[form])}


def _event(session_id: str) -> str:
    return f"{variable(session_id)}_arm_1"


def _cell(seen: Observation) -> str:
    if seen.value is None:
        return MISSING[seen.absent or Absent.NOT_ASKED]
    return seen.value if isinstance(seen.value, str) else f"{seen.value!r}"


def _left_out(record: Record) -> Iterator[Problem]:
    file = record.origin.name
    for seen in record.observations:
        if seen.kind == "score":
            yield Problem(file=file, column=seen.id, severity="note", **_SCORE)
    for name in record.participant.attributes:
        yield Problem(file=file, column=name, severity="note", **_ATTRIBUTE)


def _csv(table: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue()
