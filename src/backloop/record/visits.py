"""Whose row of a table it is, and from which visit.

Decides how participant and session ids are made from what stands in a table, and which rows are passed over or refused.
"""

import re

from backloop.errors import InvalidMapping, UnreadableSource
from backloop.record.columns import NOTHING, Bucket
from backloop.record.mapping import TableMapping
from backloop.record.privacy import holds_identifiers, names_identifier
from backloop.record.records import Problem, Session
from backloop.record.sheets import Sheet
from backloop.record.targets import Refusal
from backloop.units import Text

__all__ = ["Placer", "find_sessions", "session_column"]

_PUNCTUATION = re.compile(r"[\s._/-]+")
_ID = re.compile(r"[A-Za-z0-9]+")
_FIRST = Session(session_id="ses-01", order=1)

_TWICE = (
    Text(en="one row a person and visit", zh="每人每次访视一行"),
    Text(
        en="this person and visit stand in an earlier row; keep one of them, or name the column of visits",
        zh="前面已有此人此次访视的一行；请只保留其一，或指明访视所在的列",
    ),
)
_WEEKS = (
    Text(en="the week of every visit", zh="每次访视均注明周次"),
    Text(
        en="without it no rate of change is known; give [sessions.<value>] its week",
        zh="缺少周次则无法得知变化速度；请在 [sessions.<value>] 中填写 week",
    ),
)
_NOBODY = (Text(en="a participant id", zh="人员编号"), Text(en="give the row its id", zh="请为该行填写编号"))
_NO_ID = (
    Text(en="an id of letters a-z and digits", zh="由英文字母和数字组成的编号"),
    Text(en="use a study number, never a name", zh="请使用研究编号，切勿使用姓名"),
)
_ALIKE = (
    Text(en="ids that differ in letters or digits", zh="在字母或数字上有区别的编号"),
    Text(en="rename one of the two", zh="请将两者之一改名"),
)
_STRANGE_VISIT = (
    Text(en="a visit that [sessions] declares", zh="[sessions] 中已声明的访视"),
    Text(en="correct the cell, or declare the visit", zh="请更正该单元格，或声明该访视"),
)


def session_column(sheet: Sheet, rules: TableMapping) -> str | None:
    """Name the column that says which visit a row belongs to.

    Parameters
    ----------
    sheet : Sheet
        The table.
    rules : TableMapping
        Its mapping.

    Returns
    -------
    str or None
        ``session_id`` where the mapping is silent and there is such a column; None for a table of one visit.

    Examples
    --------
    >>> sheet = Sheet(name="a.csv", header=["participant_id", "session_id"], rows=[], sha256="", problems=[])
    >>> session_column(sheet, TableMapping())
    'session_id'
    """
    if rules.table.session is None and rules.table.session_id is None and not rules.sessions:
        return "session_id" if "session_id" in sheet.header else None
    return rules.table.session


def find_sessions(sheet: Sheet, rules: TableMapping) -> dict[str, Session]:
    """Give the visits of a table by what stands in its session column.

    Parameters
    ----------
    sheet : Sheet
        The table.
    rules : TableMapping
        Its mapping; without ``[sessions]`` the visits are numbered in the order of their values.

    Returns
    -------
    dict of str to Session
        Never empty.

    Raises
    ------
    InvalidMapping
        If two visits would carry the same id.

    Examples
    --------
    >>> rows = [(2, ["1", "6"]), (3, ["1", "0"])]
    >>> sheet = Sheet(name="a.csv", header=["participant_id", "session_id"], rows=rows, sha256="", problems=[])
    >>> {value: visit.order for value, visit in find_sessions(sheet, TableMapping()).items()}
    {'0': 1, '6': 2}
    """
    if rules.sessions:
        found = {
            value: Session(
                session_id=rule.session_id,
                order=place if rule.order is None else rule.order,
                week=rule.week,
                label=rule.label,
            )
            for place, (value, rule) in enumerate(rules.sessions.items(), start=1)
        }
    else:
        found = _number_sessions(sheet, rules)
    ids = [visit.session_id for visit in found.values()]
    if len(set(ids)) < len(ids):
        message = "[sessions]: two visits carry the same id; declare [sessions.<value>] for each value with its own"
        raise InvalidMapping(message)
    return found


class Placer:
    """Gives each row its person and visit; remembers whom it has met.

    Parameters
    ----------
    sheet : Sheet
        The table.
    rules : TableMapping
        Its mapping.

    Raises
    ------
    UnreadableSource
        If the ids are names, telephone, record or identity numbers, or addresses.

    Examples
    --------
    >>> sheet = Sheet(name="a.csv", header=["participant_id", "nrs_01"], rows=[], sha256="", problems=[])
    >>> Placer(sheet, TableMapping())(2, ["P-07", "6"])
    ('sub-P07', 'ses-01')
    """

    def __init__(self, sheet: Sheet, rules: TableMapping) -> None:
        self.sessions = find_sessions(sheet, rules)
        self.placed: dict[int, str] = {}
        self._sheet, self._table = sheet, rules.table
        self._missing = NOTHING | set(rules.table.missing)
        self._id_at = sheet.at(rules.table.participant)
        self._session_at = sheet.at(session_column(sheet, rules) or "")
        self._include_at = sheet.at(rules.table.include.column) if rules.table.include else -1
        self._spelt: dict[str, str] = {}
        self._met: dict[str, list[str]] = {}
        self._passed_over = 0
        column = rules.table.participant
        is_telling = names_identifier(column) and "id" not in column.lower()
        if is_telling or holds_identifiers(cells[self._id_at] for _, cells in sheet.rows):
            message = f"{sheet.name}, column '{column}': expected study numbers, these identify people"
            raise UnreadableSource(message + "; replace them by numbers of your own")

    def __call__(self, line: int, cells: list[str]) -> tuple[str, str] | Refusal | None:
        """Place the row that stands in one line of the file."""
        include = self._table.include
        if include and _spelling(cells[self._include_at]) != include.equals:
            self._passed_over += 1
            return None
        person, visit = self._person(cells), self._visit(cells)
        if isinstance(person, Refusal):
            return person
        if isinstance(visit, Refusal):
            return visit
        if visit in self._met.setdefault(person, []):
            return Refusal(*_TWICE, self._table.participant)
        self._met[person].append(visit)
        self.placed[line] = person
        return person, visit

    def visits(self, seen: Bucket) -> dict[str, list[Session]]:
        """Give everybody's visits in their order, those included that only a column of their own tells of."""
        known = {visit.session_id: visit for visit in self.sessions.values()}
        return {
            person: sorted((known[name] for name in {*names, *seen.get(person, {})}), key=lambda visit: visit.order)
            for person, names in self._met.items()
        }

    def notes(self) -> list[Problem]:
        """Say how many rows were passed over, and that the weeks are not known where they are not."""
        include, name, found = self._table.include, self._sheet.name, []
        if include and self._passed_over:
            todo = Text(
                en=f"{self._passed_over} other rows were left out, as the mapping says",
                zh=f"已按映射文件略过其余 {self._passed_over} 行",
            )
            expected = Text(en=f"'{include.equals}'", zh=f"取值“{include.equals}”")
            found.append(Problem(file=name, column=include.column, expected=expected, todo=todo, severity="note"))
        if len(self.sessions) > 1 and any(visit.week is None for visit in self.sessions.values()):
            expected, todo = _WEEKS
            found.append(Problem(file=name, expected=expected, todo=todo, severity="note"))
        return found

    def _person(self, cells: list[str]) -> str | Refusal:
        raw = _spelling(cells[self._id_at])
        if raw in self._missing:
            return Refusal(*_NOBODY, self._table.participant)
        name = _PUNCTUATION.sub("", raw.removeprefix("sub-"))
        if not _ID.fullmatch(name):
            return Refusal(*_NO_ID, self._table.participant)
        if self._spelt.setdefault(name, raw) != raw:
            return Refusal(*_ALIKE, self._table.participant)
        return f"sub-{name}"

    def _visit(self, cells: list[str]) -> str | Refusal:
        if self._session_at < 0:
            return self._table.session_id or next(iter(self.sessions.values())).session_id
        visit = self.sessions.get(_spelling(cells[self._session_at]))
        if visit is None:
            column = self._sheet.header[self._session_at]
            return Refusal(*_STRANGE_VISIT, column)
        return visit.session_id


def _number_sessions(sheet: Sheet, rules: TableMapping) -> dict[str, Session]:
    column = session_column(sheet, rules)
    if column is None:
        fixed = rules.table.session_id
        return {"": _FIRST if fixed is None else Session(session_id=fixed, order=1)}
    values = dict.fromkeys(_spelling(cells[sheet.at(column)]) for _, cells in sheet.rows)
    told = [value for value in values if value not in NOTHING]
    if all(value.isdecimal() for value in told):
        told.sort(key=int)
    return {value: _session(value, order) for order, value in enumerate(told, start=1)} or {"": _FIRST}


def _session(value: str, order: int) -> Session:
    name = _PUNCTUATION.sub("", value.removeprefix("ses-"))
    if _ID.fullmatch(name):
        return Session(session_id=f"ses-{name}", order=order)
    return Session(session_id=f"ses-{order:02d}", order=order, label=value)


def _spelling(cell: str) -> str:
    """Give a cell's text; a whole number that a spreadsheet turned into 12.0 is 12 again."""
    text = cell.strip()
    return text[:-2] if text.endswith(".0") and text[:-2].isdecimal() else text
