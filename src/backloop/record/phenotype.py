"""What the columns of a BIDS phenotype or behavioural table mean, by their names and the sidecar.

Decides how companion columns and declared scales are understood; which files there are is decided in `bids`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from backloop.library import Library
from backloop.record.cells import MISSING
from backloop.record.columns import Column, refused
from backloop.record.records import Problem
from backloop.record.sheets import Sheet
from backloop.record.targets import Refusal, Target, find_target, trial_target
from backloop.units import Scale, Text

__all__ = ["ABSENT_CELLS", "COMPANIONS", "answer_columns", "trial_columns"]

ABSENT_CELLS = frozenset({"", MISSING})
"""How BIDS spells nothing."""

COMPANIONS = ("absent", "unit", "scale")
"""Endings of columns that stand beside a column of values, as in ``nrs_01_absent``."""

_ROW_COLUMNS = ("participant_id", "session_id", "trial", "phase", "site")

_EXAMPLE = '"Scale": {"low": 0, "high": 27}'
_UNKNOWN = Refusal(
    Text(en="an item, a score or a field of the library", zh="知识库中的条目、分数或字段"),
    Text(en="it was left out; rename it if it is one", zh="该列未读入；如确属其一，请改用其名称"),
)
_DECLARE = Text(en=f"declare {_EXAMPLE} in the sidecar", zh=f"请在附属 JSON 文件中声明 {_EXAMPLE}")
_NO_SCALE = Refusal(Text(en="a scale with low and high", zh="含 low 与 high 的量尺"), _DECLARE)


def answer_columns(sheet: Sheet, sidecar: Mapping[str, Any], *, library: Library) -> tuple[list[Column], list[Problem]]:
    """Find the columns of answers and reported scores in a phenotype table.

    Parameters
    ----------
    sheet : Sheet
        The table.
    sidecar : dict
        Its JSON description. A score that circulates on several scales declares its ``Scale`` there.
    library : Library
        The books.

    Returns
    -------
    columns : list of Column
        What can be read.
    problems : list of Problem
        A note for every column nobody knows, a refusal for every score without a scale.

    Examples
    --------
    >>> sheet = Sheet(name="f.tsv", header=["participant_id", "frebaq"], rows=[], sha256="", problems=[])
    >>> library = Library.packaged()
    >>> declared = {"frebaq": {"Scale": {"low": 0, "high": 27}}}
    >>> [column.target.high for column in answer_columns(sheet, declared, library=library)[0]]
    [27.0]
    >>> str(answer_columns(sheet, {}, library=library)[1][0])[:57]
    "f.tsv, column 'frebaq': expected a declared scale; it cir"
    """
    columns: list[Column] = []
    problems: list[Problem] = []
    for at, name in _value_columns(sheet):
        target = find_target(name, library)
        if target is None:
            problems.append(refused(sheet, None, name, _UNKNOWN, severity="note"))
            continue
        column: Column | None = Column(
            at=at, name=name, target=target, missing=ABSENT_CELLS, beside=_beside(sheet, name)
        )
        if target.kind == "score" and column is not None:
            column = _on_a_ruler(sheet, column, sidecar.get(name), problems)
        columns += [column] if column else []
    return columns, problems


def trial_columns(
    sheet: Sheet, sidecar: Mapping[str, Any], *, protocol: str, library: Library
) -> tuple[list[Column], list[Problem]]:
    """Find the columns of a test's fields in a table of trials.

    Parameters
    ----------
    sheet : Sheet
        One row a trial.
    sidecar : dict
        Its JSON description; ``Units`` of a field count where there is no column of units.
    protocol : str
        The test's id.
    library : Library
        The books.

    Returns
    -------
    columns : list of Column
        What can be read.
    problems : list of Problem
        A note for every column that is no field of the test.

    Examples
    --------
    >>> sheet = Sheet(name="b.tsv", header=["trial", "distance"], rows=[], sha256="", problems=[])
    >>> columns, _ = trial_columns(sheet, {}, protocol="two-point-lumbar", library=Library.packaged())
    >>> columns[0].read(["2", "45"], "ses-01").trial
    2
    """
    fields = {known.id for known in library.protocol(protocol).written}
    columns: list[Column] = []
    problems: list[Problem] = []
    place = {name: sheet.at(name) for name in ("trial", "phase", "site") if name in sheet.header}
    for at, name in _value_columns(sheet):
        if name not in fields:
            problems.append(refused(sheet, None, name, _UNKNOWN, severity="note"))
            continue
        beside = _beside(sheet, name)
        target = trial_target(protocol, name, library)
        if "unit" not in beside:
            target = replace(target, entered=_units(sidecar, name))
        columns.append(Column(at=at, name=name, target=target, missing=ABSENT_CELLS, beside=place | beside))
    return columns, problems


def _value_columns(sheet: Sheet) -> list[tuple[int, str]]:
    """Give the columns that hold values: neither ids nor companions of another column."""
    companions = {f"{name}_{end}" for name in sheet.header for end in COMPANIONS}
    settled = companions.union(_ROW_COLUMNS)
    return [(at, name) for at, name in enumerate(sheet.header) if name not in settled]


def _beside(sheet: Sheet, name: str) -> dict[str, int]:
    return {end: sheet.at(f"{name}_{end}") for end in COMPANIONS if f"{name}_{end}" in sheet.header}


def _units(sidecar: Mapping[str, Any], name: str) -> str:
    declared = sidecar.get(name)
    return str(declared.get("Units", "")) if isinstance(declared, dict) else ""


def _on_a_ruler(sheet: Sheet, column: Column, declared: object, problems: list[Problem]) -> Column | None:
    """Settle the scale of a reported score; refuse the column where it could be one of several."""
    target, words = column.target, declared if isinstance(declared, dict) else {}
    try:
        scales = {label: _scale(target, one) for label, one in words.get("Scales", {}).items()}
        single = _scale(target, words["Scale"]) if "Scale" in words else None
    except (ValidationError, AttributeError, TypeError):
        problems.append(refused(sheet, None, column.name, _NO_SCALE))
        return None
    if not scales and single is None and len(target.rulers) > 1:
        problems.append(refused(sheet, None, column.name, target.unruled(_DECLARE)))
        return None
    if not {*scales.values(), single} <= {*target.rulers, None}:
        known = target.known_rulers
        problem = Refusal(
            Text(en=f"the scale {known.en}", zh=f"量尺 {known.zh}"),
            Text(
                en="another is declared; its values stay apart from the rest",
                zh="所声明的为另一量尺；其数值将与其余数值分开处理",
            ),
        )
        problems.append(refused(sheet, None, column.name, problem, severity="note"))
    return replace(column, target=target.on(single) if single else target, scales=scales)


def _scale(target: Target, declared: Mapping[str, Any]) -> Scale:
    """Give the scale a sidecar declares; where it only names ends, the book says the rest."""
    if "better" not in declared:
        known = target.ruler(declared.get("low"), declared.get("high"), declared.get("version", ""))
        if known is not None:
            return known
    better = target.scale.better if target.scale else "neither"
    return Scale.model_validate({"unit": target.unit, "better": better, **declared})
