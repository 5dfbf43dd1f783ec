"""Reading the rows of a table column by column: from a cell's text to an observation or the reason for none.

Decides nothing about files or mappings; it works the same for a clinic's table and for a BIDS folder.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from backloop.errors import UnitMismatch
from backloop.record.cells import MISSING, read_words
from backloop.record.records import Observation, Problem
from backloop.record.sheets import Sheet
from backloop.record.targets import Refusal, Target
from backloop.units import Absent, Scale, Text

__all__ = ["NOTHING", "Bucket", "Column", "Place", "gather", "refused"]

NOTHING = frozenset({"", "NA", "N/A", MISSING, "NaN", "nan", "NULL", "null"})
"""The usual spellings of nothing."""

_REASONS = tuple(reason.value for reason in Absent)
_NO_REASON = Refusal(
    Text(en="a reason for absence", zh="缺失原因"),
    Text(en=f"write one of {', '.join(_REASONS)}", zh=f"请填写下列之一：{'、'.join(_REASONS)}"),
)
_NO_TRIAL = Refusal(
    Text(en="the number of the trial, from 1", zh="测试次序号（从 1 起）"),
    Text(en="correct the cell in the column 'trial'", zh="请更正“trial”列中的单元格"),
)

Bucket = dict[str, dict[str, list[Observation]]]
"""Observations by participant id and session id."""

Place = Callable[[int, list[str]], tuple[str, str] | Refusal | None]
"""Gives, for a line number and its cells, participant id and session id, why it is refused, or None to pass it over."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet, what it stands for, and how its cells are spelt.

    `beside` gives the positions of companion columns: ``absent`` (the reason why a value is not there), ``unit``,
    ``scale`` (a name among `scales`), ``trial``, ``phase`` and ``site``.

    Examples
    --------
    >>> from backloop.library import Library
    >>> from backloop.record.targets import require_target
    >>> column = Column(at=1, name="stiff", target=require_target("frebaq_01", Library.packaged()))
    >>> column.read(["1", "4"], "ses-01").value
    4
    """

    at: int
    name: str
    target: Target
    values: Mapping[str, str] = field(default_factory=dict)
    absences: Mapping[str, Absent] = field(default_factory=dict)
    missing: frozenset[str] = NOTHING
    decimal: str = "."
    session_id: str = ""
    beside: Mapping[str, int] = field(default_factory=dict)
    scales: Mapping[str, Scale] = field(default_factory=dict)

    def key(self, cells: list[str], session_id: str) -> tuple[str, ...]:
        """Name everything that the result of `read` depends on, so that equal cells are read once."""
        return session_id, cells[self.at], *(cells[at] for at in self.beside.values())

    def read(self, cells: list[str], session_id: str) -> Observation | Refusal | None:
        """Give what one row says in this column: an observation, a refusal, or nothing."""
        text = cells[self.at].strip()
        text = self.values.get(text, text)
        beside = {name: cells[at] for name, at in self.beside.items()}
        reason = self.absences.get(text) or beside.get("absent", "")
        if text in self.missing and reason in NOTHING:
            return None
        target = self._aim(beside)
        if isinstance(target, Refusal):
            return target
        if text in self.missing or text in self.absences:
            if reason not in _REASONS:
                return _NO_REASON
            return target.observe(session_id, None, absent=Absent(reason))
        value = target.accept(text, decimal=self.decimal)
        return value if isinstance(value, Refusal) else target.observe(session_id, value)

    def _aim(self, beside: Mapping[str, str]) -> Target | Refusal:
        """Give the target as the companion columns of one row specify it."""
        target = self.target
        if "unit" in beside:
            try:
                target = target.in_unit(read_words(beside["unit"]), keeps_unit=True)
            except UnitMismatch as error:
                unit = self.target.unit
                expected = Text(en=f"a unit that converts to {unit}", zh=f"可换算为 {unit} 的单位")
                return Refusal(expected, Text(en=str(error), zh=str(error)))
        if "scale" in beside:
            if beside["scale"] not in self.scales:
                todo = Text(
                    en=f"declare the scale of '{self.name}' in the sidecar",
                    zh=f"请在附属 JSON 文件中声明“{self.name}”的量尺",
                )
                return Refusal(Text(en="the name of a scale", zh="量尺名称"), todo)
            target = target.on(self.scales[beside["scale"]])
        if target.kind != "trial" or "trial" not in beside:
            return target
        if not (beside["trial"].isdecimal() or beside["trial"] in NOTHING):
            return _NO_TRIAL
        trial = int(beside["trial"]) if beside["trial"].isdecimal() else None
        return target.at(trial, phase=read_words(beside.get("phase", "")), site=read_words(beside.get("site", "")))


def gather(sheet: Sheet, columns: Iterable[Column], place: Place, *, into: Bucket) -> list[Problem]:
    """Read every row of a sheet into observations by person and visit.

    Parameters
    ----------
    sheet : Sheet
        The table.
    columns : iterable of Column
        The columns to read.
    place : callable
        Says whose row it is and from which visit.
    into : dict
        Observations by participant id and session id; added to.

    Returns
    -------
    list of Problem
        One for every row and value refused; the rest was read.

    Examples
    --------
    >>> from backloop.library import Library
    >>> from backloop.record.targets import require_target
    >>> sheet = Sheet(name="a.tsv", header=["id", "frebaq_01"], rows=[(2, ["1", "9"])], sha256="", problems=[])
    >>> column = Column(at=1, name="frebaq_01", target=require_target("frebaq_01", Library.packaged()))
    >>> [str(problem) for problem in gather(sheet, [column], lambda line, cells: ("sub-1", "ses-1"), into={})][0][:46]
    "a.tsv, row 2, column 'frebaq_01': expected a w"
    """
    problems: list[Problem] = []
    readers: list[tuple[Column, dict[tuple[str, ...], Observation | Refusal | None]]] = [(col, {}) for col in columns]
    for line, cells in sheet.rows:
        spot = place(line, cells)
        if isinstance(spot, Refusal):
            problems.append(refused(sheet, line, spot.column, spot))
        if spot is None or isinstance(spot, Refusal):
            continue
        participant_id, visit = spot
        for column, known in readers:
            session_id = column.session_id or visit
            key = column.key(cells, session_id)
            if key not in known:
                known[key] = column.read(cells, session_id)
            seen = known[key]
            if isinstance(seen, Observation):
                into.setdefault(participant_id, {}).setdefault(session_id, []).append(seen)
            elif seen is not None:
                problems.append(refused(sheet, line, column.name, seen))
    return problems


def refused(
    sheet: Sheet, line: int | None, column: str, refusal: Refusal, *, severity: Literal["refused", "note"] = "refused"
) -> Problem:
    """Write down a refusal with its place in the file.

    Parameters
    ----------
    sheet : Sheet
        The table.
    line : int or None
        The line in its file; None where the whole column is meant.
    column : str
        The column's name.
    refusal : Refusal
        What was expected and what to do.
    severity : {"refused", "note"}
        Whether something was left out, or only needs a look.

    Returns
    -------
    Problem
        Without the cell's content.

    Examples
    --------
    >>> sheet = Sheet(name="a.csv", header=[], rows=[], sha256="", problems=[])
    >>> correct = Text(en="correct the cell", zh="请更正该单元格")
    >>> str(refused(sheet, 3, "nrs_01", Refusal(Text(en="a whole number 0-10", zh="0-10 的整数"), correct)))
    "a.csv, row 3, column 'nrs_01': expected a whole number 0-10; correct the cell"
    """
    return Problem(
        file=sheet.name, row=line, column=column, expected=refusal.expected, todo=refusal.todo, severity=severity
    )
