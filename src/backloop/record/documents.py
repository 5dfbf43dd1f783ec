"""Records as one JSON file: a single record, or a list of them.

Decides how such a file is checked against the books and how it is written; BIDS is the format to exchange.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from backloop.errors import UnitMismatch, UnknownBook, UnreadableSource
from backloop.library import Library
from backloop.record.privacy import holds_identifiers, left_out, names_identifier
from backloop.record.records import Observation, Origin, Participant, Problem, Record, Records, Value
from backloop.record.sheets import read_bytes
from backloop.record.targets import Refusal, require_target, trial_target
from backloop.units import Scale, Text

__all__ = ["check_record", "read_document", "write_document"]

_TWICE = (
    Text(en="every person once", zh="每人仅一条记录"),
    Text(en="the later record was left out; delete one of them", zh="后一条记录未读入；请删除其中之一"),
)
_MISSHAPEN = (
    Text(en="the shape of a record", zh="符合格式的记录"),
    Text(en="the record was left out; correct this field", zh="该记录未读入；请更正此字段"),
)
_KINDS = {"response": "条目作答", "score": "分数", "trial": "测试记录"}

Judge = Callable[..., Refusal | None]


def read_document(path: Path, *, library: Library) -> Records:
    """Read a JSON file that holds one record or a list of records.

    Parameters
    ----------
    path : Path
        The file.
    library : Library
        The books, which say what an answer may be.

    Returns
    -------
    Records
        In the order of the file. The number of a problem's row is the record's place in it, from 1.

    Raises
    ------
    UnreadableSource
        If the file is missing, empty or not JSON.

    Examples
    --------
    >>> import tempfile
    >>> from backloop.record import make_person, write
    >>> file = write([make_person(seed=1)], Path(tempfile.mkdtemp()) / "record.json")
    >>> read_document(file, library=Library.packaged()).only.is_made_up
    True
    """
    data = read_bytes(path, name=path.name)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        message = f"{path.name}: expected JSON in UTF-8, it is cut off or has a stray character; export it again"
        raise UnreadableSource(message) from None
    people: dict[str, Record] = {}
    problems: list[Problem] = []
    digest = sha256(data).hexdigest()
    for place, one in enumerate(content if isinstance(content, list) else [content], start=1):
        try:
            record = Record.model_validate(one)
        except ValidationError as error:
            problems += _faults(error, path.name, place)
            continue
        if record.participant_id in people:
            expected, todo = _TWICE
            problems.append(Problem(file=path.name, row=place, expected=expected, todo=todo))
            continue
        form = "made-up" if record.is_made_up else "json"
        record = record.model_copy(update={"origin": Origin(name=path.name, format=form, sha256=digest)})
        people[record.participant_id], refused = check_record(record, library=library, row=place)
        problems += refused
    return Records(list(people.values()), problems=problems)


def check_record(record: Record, *, library: Library, row: int | None = None) -> tuple[Record, tuple[Problem, ...]]:
    """Hold a record from outside against the books, and free it of what identifies people.

    Parameters
    ----------
    record : Record
        As it came; its origin names the file.
    library : Library
        The books, which say what an answer may be.
    row : int, optional
        Its place in the file, from 1.

    Returns
    -------
    Record
        With the observations that the books accept.
    tuple of Problem
        One for each thing that was left out.

    Examples
    --------
    >>> from backloop.record import make_person
    >>> check_record(make_person(seed=1), library=Library.packaged())[1]
    ()
    """
    problems: list[Problem] = []
    kept = tuple(_accepted(record, _judge_of(library), (record.origin.name, row), problems))
    who = _nameless(record.participant, record.origin.name, problems)
    return record.model_copy(update={"observations": kept, "participant": who}), tuple(problems)


def write_document(people: Sequence[Record], path: Path) -> None:
    """Write records as a list into a JSON file.

    Parameters
    ----------
    people : sequence of Record
        Whose records.
    path : Path
        The file, which must not exist yet.

    Examples
    --------
    >>> import tempfile
    >>> from backloop.record import make_person
    >>> file = Path(tempfile.mkdtemp()) / "record.json"
    >>> write_document([make_person(seed=1)], file)
    >>> json.loads(file.read_text(encoding="utf-8"))[0]["participant"]["participant_id"]
    'sub-madeup1'
    """
    content = [record.model_dump(mode="json", exclude_defaults=True) for record in people]
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _faults(error: ValidationError, file: str, place: int) -> Iterator[Problem]:
    for fault in error.errors(include_input=False, include_url=False):
        where = ".".join(str(part) for part in fault["loc"])
        expected, todo = _MISSHAPEN
        yield Problem(file=file, row=place, column=where, expected=expected, todo=todo)


def _nameless(who: Participant, file: str, problems: list[Problem]) -> Participant:
    """Give a participant without attributes that identify people."""
    telling = [
        name for name, value in who.attributes.items() if names_identifier(name) or holds_identifiers([str(value)])
    ]
    problems += [left_out(file, name) for name in telling]
    return who.model_copy(update={"attributes": {k: v for k, v in who.attributes.items() if k not in telling}})


@lru_cache(maxsize=8)
def _judge_of(library: Library) -> Judge:
    return cache(partial(_judge, library))


def _accepted(
    record: Record, judge: Judge, where: tuple[str, int | None], problems: list[Problem]
) -> Iterator[Observation]:
    """Give the observations that the books accept; list the others."""
    file, place = where
    for seen in record.observations:
        refusal = judge(seen.kind, seen.book, seen.item, value=seen.value, unit=seen.unit, scale=seen.scale)
        if refusal is None:
            yield seen
        else:
            problem = Problem(file=file, row=place, column=seen.id, expected=refusal.expected, todo=refusal.todo)
            problems.append(problem)


def _judge(
    library: Library, kind: str, book: str, item: str, *, value: Value | None, unit: str, scale: Scale | None
) -> Refusal | None:
    try:
        target = trial_target(book, item, library) if kind == "trial" else require_target(item, library)
        target = target.in_unit(unit, keeps_unit=True)
    except (UnknownBook, UnitMismatch) as error:
        return Refusal(
            Text(en="an item, score or field and unit of the library", zh="知识库中的条目、分数，或字段及其单位"),
            Text(en=str(error), zh=str(error)),
        )
    if kind == "score":
        if scale is None and len(target.rulers) > 1:
            return target.unruled(Text(en="state which one", zh="请注明所用量尺"))
        target = target.on(scale or target.scale)
    if (target.kind, target.book) != (kind, book):
        expected = Text(en=f"a {target.kind} of the book '{target.book}'", zh=f"“{target.book}”的{_KINDS[target.kind]}")
        return Refusal(expected, Text(en="correct kind or book", zh="请更正 kind 或 book"))
    if value is None or (target.form == "text" and isinstance(value, str)):
        return None
    accepted = target.accept(str(value))
    if isinstance(accepted, Refusal) or not isinstance(value, str):
        return accepted if isinstance(accepted, Refusal) else None
    return Refusal(target.expected, Text(en="write the number without quotes", zh="请去掉数字两侧的引号"))
