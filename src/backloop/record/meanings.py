"""What each column of a clinic's table means, by its mapping and by its name.

Decides which columns are read, which are left out and why; what their cells may hold is in the books.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field

from backloop.errors import InvalidMapping, UnitMismatch, UnknownBook, UnreadableSource
from backloop.library import Library
from backloop.record.columns import NOTHING, Column, refused
from backloop.record.mapping import ColumnRule, TableMapping
from backloop.record.privacy import holds_identifiers, left_out, names_identifier
from backloop.record.records import Problem
from backloop.record.sheets import Sheet
from backloop.record.targets import Target, find_target, require_target, trial_target
from backloop.record.visits import find_sessions, session_column
from backloop.units import Text

__all__ = ["FactColumn", "Meanings", "understand"]

_UNKNOWN = (
    Text(en="an item, a score or an attribute", zh="条目、分数或人员属性"),
    Text(
        en="it is not in the mapping; add it, or ignore it with a reason",
        zh="映射文件中没有该列；请补充，或注明原因后忽略（ignore）",
    ),
)


@dataclass(frozen=True, slots=True)
class FactColumn:
    """A column that says something about the person: age, sex, language or another attribute.

    Examples
    --------
    >>> FactColumn(at=1, column="Geschlecht", attribute="sex", values={"w": "female"}).attribute
    'sex'
    """

    at: int
    column: str
    attribute: str
    values: dict[str, str] = field(default_factory=dict)
    missing: frozenset[str] = NOTHING


@dataclass(frozen=True, slots=True)
class Meanings:
    """The columns to read, the columns of facts, and notes on what was left out.

    Examples
    --------
    >>> Meanings().columns
    []
    """

    columns: list[Column] = field(default_factory=list)
    facts: list[FactColumn] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def understand(sheet: Sheet, rules: TableMapping, *, library: Library) -> Meanings:
    """Find out what every column of a table means.

    Parameters
    ----------
    sheet : Sheet
        The table.
    rules : TableMapping
        Its mapping.
    library : Library
        The books.

    Returns
    -------
    Meanings
        Nothing is left out in silence, except what the mapping ignores with a reason.

    Raises
    ------
    InvalidMapping
        If the mapping names a column, visit, item, score, unit or scale that does not exist, or one thing twice.
    UnreadableSource
        If there is no column of participant ids and no mapping that could name one.

    Examples
    --------
    >>> rows = [(2, ["1", "rain"])]
    >>> sheet = Sheet(name="a.csv", header=["participant_id", "weather"], rows=rows, sha256="", problems=[])
    >>> str(understand(sheet, TableMapping(), library=Library.packaged()).notes[0])[:43]
    "a.csv, column 'weather': expected an item, "
    """
    _check_columns(sheet, rules)
    found = Meanings()
    taken: dict[tuple[object, ...], str] = {}
    for at, name in _open_columns(sheet, rules):
        rule = rules.columns.get(name) or _rule_by_name(name)
        target = _meaning(sheet, at, rule, rules=rules, library=library, found=found)
        if target is None:
            continue
        key = (target.kind, target.book, target.item, target.trial, target.phase, target.site, rule.session_id)
        if taken.setdefault(key, name) != name:
            raise _wrong(name, f"it means the same as '{taken[key]}'; ignore one, or give each its session_id")
        found.columns.append(_column(at, name, target, rule=rule, rules=rules))
    return found


def _check_columns(sheet: Sheet, rules: TableMapping) -> None:
    """Refuse a mapping that names columns or visits that are not there."""
    table = rules.table
    if rules == TableMapping() and table.participant not in sheet.header:
        message = (
            f"{sheet.name}, row 1: expected a column '{table.participant}'; rename the column of ids so, or give a "
            "mapping that names it under [table]"
        )
        raise UnreadableSource(message)
    named = {"[table] participant": table.participant, "[table] session": table.session}
    named["[table.include] column"] = table.include.column if table.include else None
    named |= {f"[columns.{name}]": name for name in rules.columns}
    for where, column in named.items():
        if column is not None and column not in sheet.header:
            near = difflib.get_close_matches(column, sheet.header, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; the columns are {', '.join(sheet.header)}"
            message = f"{where}: {sheet.name} has no column '{column}'{hint}"
            raise InvalidMapping(message)
    visits = {visit.session_id for visit in find_sessions(sheet, rules).values()}
    for name, rule in rules.columns.items():
        if rule.session_id not in {None, *visits}:
            raise _wrong(name, f"no visit '{rule.session_id}' under [sessions]; it has {', '.join(sorted(visits))}")


def _open_columns(sheet: Sheet, rules: TableMapping) -> Iterator[tuple[int, str]]:
    """Give the columns whose meaning is still open: not ids, visits, the filter, or ignored with a reason."""
    table = rules.table
    settled = {table.participant, session_column(sheet, rules), table.include.column if table.include else None}
    settled -= set(rules.columns)
    settled |= {name for name, rule in rules.columns.items() if rule.ignore is not None}
    for at, name in enumerate(sheet.header):
        if name not in settled and (name or any(cells[at] for _, cells in sheet.rows)):
            yield at, name


def _rule_by_name(name: str) -> ColumnRule:
    return ColumnRule(attribute=name) if name in {"age", "sex", "language"} else ColumnRule(score=name)


def _meaning(
    sheet: Sheet, at: int, rule: ColumnRule, *, rules: TableMapping, library: Library, found: Meanings
) -> Target | None:
    """Give what a column stands for, or note why it is not read as an answer."""
    name = sheet.header[at]
    is_declared = name in rules.columns
    target = _declared(name, rule, library) if is_declared and rule.attribute is None else find_target(name, library)
    holds_words = rule.attribute is not None or target is None or target.form == "text"
    cells = (cells[at] for _, cells in sheet.rows)
    if holds_words and (names_identifier(name) or names_identifier(rule.attribute or "") or holds_identifiers(cells)):
        found.notes.append(left_out(sheet.name, name))
    elif rule.attribute is not None:
        values = {code: str(value) for code, value in rule.values.items()}
        found.facts.append(FactColumn(at, name, rule.attribute, values, _missing(rule, rules)))
    elif target is None:
        expected, todo = _UNKNOWN
        found.notes.append(Problem(file=sheet.name, column=name, expected=expected, todo=todo, severity="note"))
    else:
        return _on_a_ruler(sheet, name, target, rule=rule, notes=found.notes)
    return None


def _declared(name: str, rule: ColumnRule, library: Library) -> Target:
    try:
        if rule.trial is not None:
            target = trial_target(rule.trial.protocol, rule.trial.field, library)
            target = target.at(rule.trial.trial, phase=rule.trial.phase, site=rule.trial.site)
        else:
            target = require_target(rule.item or rule.score or "", library)
        target = target.in_unit(rule.unit) if rule.unit else target
    except (UnknownBook, UnitMismatch) as error:
        raise _wrong(name, str(error)) from None
    kind = {"response": "item", "score": "score", "trial": "trial"}[target.kind]
    if getattr(rule, kind) is None:
        raise _wrong(name, f"'{target.item}' is no {'score' if rule.score else 'item'}; write {kind} = '{target.item}'")
    return target


def _on_a_ruler(sheet: Sheet, name: str, target: Target, *, rule: ColumnRule, notes: list[Problem]) -> Target | None:
    """Settle the scale of a reported score; refuse the column where it could be one of several."""
    if rule.scale is not None:
        ruler = target.ruler(rule.scale.low, rule.scale.high, rule.scale.version)
        if ruler is None:
            known = f"'{target.item}' is known on {target.known_rulers.en}"
            raise _wrong(name, f"no such scale: {known}; correct it, or ignore the column with a reason")
        return target.on(ruler)
    if len(target.rulers) <= 1:
        return target
    todo = Text(en="say under scale which one this is", zh="请在 scale 中注明所用量尺")
    notes.append(refused(sheet, None, name, target.unruled(todo, name=target.item)))
    return None


def _column(at: int, name: str, target: Target, *, rule: ColumnRule, rules: TableMapping) -> Column:
    return Column(
        at=at,
        name=name,
        target=target,
        values={code: str(value) for code, value in rule.values.items()},
        absences=rule.absent,
        missing=_missing(rule, rules),
        decimal=rules.table.decimal,
        session_id=rule.session_id or "",
    )


def _missing(rule: ColumnRule, rules: TableMapping) -> frozenset[str]:
    return NOTHING | set(rules.table.missing) | set(rule.missing)


def _wrong(column: str, what: str) -> InvalidMapping:
    return InvalidMapping(f"[columns.{column}]: {what}")
