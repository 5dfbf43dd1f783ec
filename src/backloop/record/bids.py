"""A BIDS folder read into records: participants, sessions, phenotype tables and behavioural trials.

Decides which files are looked at and how their names are understood; brain recordings in the folder are not read here.
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from backloop.errors import UnreadableSource
from backloop.library import Library
from backloop.record.cells import read_cell, read_words
from backloop.record.columns import Bucket, gather, refused
from backloop.record.people import Facts, assemble
from backloop.record.phenotype import ABSENT_CELLS, answer_columns, trial_columns
from backloop.record.privacy import holds_identifiers, left_out, names_identifier
from backloop.record.records import Origin, Problem, Records, Session
from backloop.record.sheets import Sheet, read_tsv
from backloop.record.targets import Refusal, accept_attribute
from backloop.units import Text

__all__ = ["MADE_UP", "read_bids", "task_label"]

MADE_UP = "made_up"
"""The column of ``participants.tsv`` that marks people who do not exist."""

_WHO = re.compile(r"sub-[A-Za-z0-9]+")
_WHEN = re.compile(r"ses-[A-Za-z0-9]+")
_BEH = re.compile(r"(?P<who>sub-[A-Za-z0-9]+)(_(?P<when>ses-[A-Za-z0-9]+))?_task-(?P<task>[A-Za-z0-9]+)_beh")
_ONLY_VISIT = "ses-01"

_RENAME = Text(en="rename it", zh="请改名")
_DELETE = Text(en="delete the further row", zh="请删除重复的行")
_WHO_TOLD = Text(en="sub- with letters and digits", zh="sub- 后接字母和数字")
_WHEN_TOLD = Text(en="ses- with letters and digits", zh="ses- 后接字母和数字")
_NO_COLUMN = Refusal(
    Text(en="this column", zh="包含此列的表格"), Text(en="add it; the table was left out", zh="请补充该列；此表未读入")
)
_NO_SIDECAR = (
    Text(en="a JSON object in UTF-8", zh="UTF-8 编码的 JSON 对象"),
    Text(en="correct the sidecar", zh="请更正该附属 JSON 文件"),
)
_NOT_LISTED = (
    Text(en="a visit of the person's list of sessions", zh="此人访视列表中的访视"),
    Text(en="add it to that list", zh="请将其加入该列表"),
)


def task_label(protocol: str) -> str:
    """Give the BIDS task label of a test: its id without hyphens.

    Parameters
    ----------
    protocol : str
        The id of a sensory or movement test.

    Returns
    -------
    str
        Letters and digits only.

    Examples
    --------
    >>> task_label("two-point-lumbar")
    'twopointlumbar'
    """
    return protocol.replace("-", "")


def read_bids(folder: Path, *, library: Library) -> Records:
    """Read every person of a BIDS folder.

    Parameters
    ----------
    folder : Path
        The folder with ``dataset_description.json``.
    library : Library
        The books.

    Returns
    -------
    Records
        Everybody named in ``participants.tsv``, a phenotype table or a ``sub-`` folder, with what was refused.

    Raises
    ------
    UnreadableSource
        If the folder is not a BIDS folder.

    Examples
    --------
    >>> import tempfile
    >>> from backloop.record import make_person, write
    >>> folder = write([make_person(seed=1)], Path(tempfile.mkdtemp()) / "clinic")
    >>> read_bids(folder, library=Library.packaged()).only.participant_id
    'sub-madeup1'
    """
    if not (folder / "dataset_description.json").is_file():
        message = (
            f"{folder.name}: expected a BIDS folder, dataset_description.json is not in it; name the folder it is in"
        )
        raise UnreadableSource(message)
    reading = _Reading(folder, library)
    reading.read_participants()
    reading.read_visits()
    for path in sorted(folder.glob("phenotype/*.tsv")):
        reading.read_answers(path)
    for path in sorted(folder.glob("sub-*/**/beh/*_beh.tsv")):
        reading.read_trials(path)
    return reading.records()


class _Reading:
    """What is known so far of one folder."""

    def __init__(self, folder: Path, library: Library) -> None:
        self.folder, self.library = folder, library
        self.problems: list[Problem] = []
        self.digest = sha256()
        self.visits: dict[str, dict[str, Session]] = {}
        self.has_visit_list: set[str] = set()
        self.has_people_list = False
        self.made_up: set[str] = set()
        self.facts = Facts()
        self.seen: Bucket = {}
        self.tests = {task_label(protocol): protocol for protocol in library.shelf("protocols")}
        self.strange_tests: set[str] = set()
        self.sidecars: dict[Path, dict[str, Any]] = {}

    def read_participants(self) -> None:
        """Read who takes part, and what is known about them."""
        sheet = self._sheet(self.folder / "participants.tsv")
        if sheet is None or not self._has(sheet, "participant_id"):
            return
        self.has_people_list = True
        for line, cells in sheet.rows:
            who = _person(cells[sheet.at("participant_id")])
            if who in self.visits:
                who = Refusal(Text(en="everybody once", zh="每人仅一行"), _DELETE, "participant_id")
            if isinstance(who, Refusal):
                self.problems.append(refused(sheet, line, who.column, who))
            else:
                self.visits[who] = {}
        for at, name in enumerate(sheet.header):
            if name != "participant_id":
                self._read_facts(sheet, at, name)

    def read_visits(self) -> None:
        """Read each person's visits from their list, or else from the names of their folders."""
        for folder in sorted(path for path in self.folder.glob("sub-*") if path.is_dir()):
            if not _WHO.fullmatch(folder.name):
                self.problems.append(Problem(file=folder.name, expected=_WHO_TOLD, todo=_RENAME))
                continue
            self._meet(folder.name, folder.name)
            sheet = self._sheet(folder / f"{folder.name}_sessions.tsv")
            if sheet is not None and self._has(sheet, "session_id"):
                self.has_visit_list.add(folder.name)
                self._read_visit_list(sheet, folder.name)
                continue
            for visit in sorted(path.name for path in folder.glob("ses-*") if path.is_dir()):
                self._attend(folder.name, visit)

    def read_answers(self, path: Path) -> None:
        """Read one table of answers and reported scores."""
        sheet = self._sheet(path)
        if sheet is None or not self._has(sheet, "participant_id"):
            return
        columns, problems = answer_columns(sheet, self._sidecar(path.with_suffix(".json")), library=self.library)
        who_at, when_at = sheet.at("participant_id"), sheet.at("session_id")
        met: set[tuple[str, str]] = set()

        def place(_line: int, cells: list[str]) -> tuple[str, str] | Refusal:
            spot = self._place(cells[who_at], cells[when_at] if when_at >= 0 else _ONLY_VISIT, sheet.name)
            if spot in met:
                return Refusal(Text(en="one row a person and visit", zh="每人每次访视一行"), _DELETE, "participant_id")
            if not isinstance(spot, Refusal):
                met.add(spot)
            return spot

        self.problems += [*problems, *gather(sheet, columns, place, into=self.seen)]

    def read_trials(self, path: Path) -> None:
        """Read one table of a test's trials."""
        name = _BEH.fullmatch(path.stem)
        if name is None or name["task"] not in self.tests:
            self._note_strange_test(path, name["task"] if name else "")
            return
        sheet = self._sheet(path)
        spot = self._place(name["who"], name["when"] or _ONLY_VISIT, path.relative_to(self.folder).as_posix())
        if sheet is None or isinstance(spot, Refusal):
            self.problems += [refused(sheet, None, "", spot)] if sheet and isinstance(spot, Refusal) else []
            return
        described = self._sidecar(self.folder / f"task-{name['task']}_beh.json")
        described = described | self._sidecar(path.with_suffix(".json"))
        protocol = self.tests[name["task"]]
        columns, problems = trial_columns(sheet, described, protocol=protocol, library=self.library)
        self.problems += [*problems, *gather(sheet, columns, lambda _line, _cells: spot, into=self.seen)]

    def records(self) -> Records:
        """Give everybody met."""
        digest, name = self.digest.hexdigest(), self.folder.resolve().name
        plain = Origin(name=name, format="bids", sha256=digest)
        made_up = Origin(name=name, format="made-up", sha256=digest)
        visits = {who: self._in_order(who) for who in self.visits}
        origins = {who: made_up if who in self.made_up else plain for who in visits}
        people = assemble(visits, self.seen, self.facts, origins=origins, language="und")
        return Records(people, problems=self.problems)

    def _sheet(self, path: Path) -> Sheet | None:
        """Open one table; one that cannot be read is refused and the rest goes on."""
        if not path.is_file():
            return None
        name = path.relative_to(self.folder).as_posix()
        try:
            sheet = read_tsv(path, name=name)
        except UnreadableSource as error:
            said = str(error).removeprefix(f"{name}: ")
            expected, todo = Text(en="a table", zh="表格"), Text(en=said, zh=said)
            self.problems.append(Problem(file=name, expected=expected, todo=todo))
            return None
        self.digest.update(f"{name} {sheet.sha256}\n".encode())
        self.problems += sheet.problems
        return sheet

    def _sidecar(self, path: Path) -> dict[str, Any]:
        """Read the JSON file that describes a table, where there is one."""
        if path not in self.sidecars and path.is_file():
            try:
                declared = json.loads(path.read_bytes())
            except (ValueError, RecursionError):
                declared = None
            if not isinstance(declared, dict):
                name, (expected, todo) = path.relative_to(self.folder).as_posix(), _NO_SIDECAR
                self.problems.append(Problem(file=name, expected=expected, todo=todo))
            self.sidecars[path] = declared if isinstance(declared, dict) else {}
        return self.sidecars.get(path, {})

    def _has(self, sheet: Sheet, column: str) -> bool:
        if column not in sheet.header:
            self.problems.append(refused(sheet, 1, column, _NO_COLUMN))
        return column in sheet.header

    def _read_facts(self, sheet: Sheet, at: int, column: str) -> None:
        """Read one column of facts, unless it identifies people."""
        name = read_words(column)
        if names_identifier(name) or holds_identifiers(cells[at] for _, cells in sheet.rows):
            self.problems.append(left_out(sheet.name, name))
            return
        for line, cells in sheet.rows:
            who = _person(cells[sheet.at("participant_id")])
            if isinstance(who, Refusal) or cells[at] in ABSENT_CELLS:
                continue
            if name == MADE_UP:
                self.made_up.add(who)
                continue
            value = accept_attribute(name, cells[at])
            if isinstance(value, Refusal):
                self.problems.append(refused(sheet, line, name, value))
            else:
                self.facts.agree(who, name, value)

    def _read_visit_list(self, sheet: Sheet, who: str) -> None:
        for line, cells in sheet.rows:
            row = dict(zip(sheet.header, cells, strict=False))
            refusal = self._read_visit(row, who)
            if refusal is not None:
                self.problems.append(refused(sheet, line, refusal.column, refusal))

    def _read_visit(self, row: Mapping[str, str], who: str) -> Refusal | None:
        visit = _visit(row["session_id"])
        if isinstance(visit, Refusal):
            return visit
        if visit in self.visits[who]:
            return Refusal(Text(en="every visit once", zh="每次访视仅一行"), _DELETE, "session_id")
        order = read_cell(row.get("order", ""))
        facts = {"order": len(self.visits[who]) + 1 if order is None else order, "week": read_cell(row.get("week", ""))}
        try:
            session = Session.model_validate({"session_id": visit, "label": read_words(row.get("label", "")), **facts})
        except ValidationError as error:
            column = str(error.errors(include_input=False)[0]["loc"][0])
            return Refusal(Text(en="a number", zh="数值"), Text(en="correct the cell", zh="请更正该单元格"), column)
        self.visits[who][visit] = session
        return None

    def _place(self, who: str, when: str, file: str) -> tuple[str, str] | Refusal:
        """Give a row's person and visit, both met before where there are lists of them."""
        person, visit = _person(who), _visit(when)
        if isinstance(person, Refusal):
            return person
        if isinstance(visit, Refusal):
            return visit
        self._meet(person, file)
        if person in self.has_visit_list and visit not in self.visits[person]:
            return Refusal(*_NOT_LISTED, "session_id")
        self._attend(person, visit)
        return person, visit

    def _meet(self, who: str, file: str) -> None:
        if who not in self.visits:
            self.visits[who] = {}
            if self.has_people_list:
                todo = Text(
                    en=f"add a row for '{who}'; it was read all the same", zh=f"请为“{who}”补充一行；其数据仍已读入"
                )
                expected = Text(en="everybody in participants.tsv", zh="participants.tsv 中列有的人员")
                self.problems.append(Problem(file=file, expected=expected, todo=todo, severity="note"))

    def _attend(self, who: str, visit: str) -> None:
        if visit not in self.visits[who]:
            self.visits[who][visit] = Session(session_id=visit, order=0)

    def _in_order(self, who: str) -> list[Session]:
        """Give a person's visits: as listed, or else by name."""
        if who in self.has_visit_list and self.visits[who]:
            return list(self.visits[who].values())
        names = sorted(self.visits[who]) or [_ONLY_VISIT]
        return [Session(session_id=name, order=order) for order, name in enumerate(names, start=1)]

    def _note_strange_test(self, path: Path, task: str) -> None:
        if task not in self.strange_tests:
            self.strange_tests.add(task)
            name, known = path.relative_to(self.folder).as_posix(), list(self.tests)
            todo = Text(en="such files were left out", zh="此类文件未读入")
            expected = Text(
                en=f"a test of the library ({', '.join(known)})", zh=f"知识库中的测试（{'、'.join(known)}）"
            )
            self.problems.append(Problem(file=name, expected=expected, todo=todo, severity="note"))


def _person(text: str) -> str | Refusal:
    name = text if text.startswith("sub-") else f"sub-{text}"
    return name if _WHO.fullmatch(name) else Refusal(_WHO_TOLD, _RENAME, "participant_id")


def _visit(text: str) -> str | Refusal:
    name = text if text.startswith("ses-") else f"ses-{text}"
    return name if _WHEN.fullmatch(name) else Refusal(_WHEN_TOLD, _RENAME, "session_id")
