"""How a clinic's own table is to be read: the mapping file, in TOML.

Decides what a mapping may say; that it fits the table and the books is checked where the table is read.
"""

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from backloop.errors import InvalidMapping
from backloop.record.records import Value
from backloop.units import Absent, Frozen

__all__ = [
    "ColumnRule",
    "IncludeRule",
    "RulerRule",
    "SessionRule",
    "TableMapping",
    "TableRule",
    "TrialRule",
    "read_mapping",
]

Spelling = Annotated[str, Field(coerce_numbers_to_str=True)]
"""What stands in a cell, as text; TOML may give it as a number."""


class IncludeRule(Frozen):
    """Which rows are read at all: those whose `column` holds `equals`; the rest is counted in a note.

    Examples
    --------
    >>> IncludeRule(column="is_patient", equals="1").equals
    '1'
    """

    column: str
    equals: Spelling


class TableRule(Frozen):
    """How rows are found: who (`participant`), when (`session`, or one fixed `session_id`), and how cells are spelt.

    `missing` adds codes to the usual spellings of nothing (empty, NA, N/A, NaN, NULL). `language` is the BCP 47 tag
    of the questionnaires' version.

    Examples
    --------
    >>> TableRule(participant="id", session="time", missing=("-99",)).decimal
    '.'
    """

    participant: str = "participant_id"
    session: str | None = None
    session_id: str | None = Field(default=None, pattern=r"^ses-[A-Za-z0-9]+$")
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    missing: tuple[Spelling, ...] = ()
    include: IncludeRule | None = None
    language: str = "und"

    @model_validator(mode="after")
    def _one_visit(self) -> Self:
        if self.session is not None and self.session_id is not None:
            message = "name either session (a column) or session_id (one visit for the whole table), not both"
            raise ValueError(message)
        return self


class SessionRule(Frozen):
    """A visit: its id, its place (`order`, by default the place in the mapping), its week where known, and a label.

    Examples
    --------
    >>> SessionRule(session_id="ses-w00", week=0, label="before treatment").order is None
    True
    """

    session_id: str = Field(pattern=r"^ses-[A-Za-z0-9]+$")
    order: int | None = None
    week: float | None = None
    label: str = ""


class RulerRule(Frozen):
    """The ends and version of the scale a reported score was computed on.

    Examples
    --------
    >>> RulerRule(low=0, high=27).high
    27.0
    """

    low: float | None = None
    high: float | None = None
    version: str = ""


class TrialRule(Frozen):
    """One trial of a sensory or movement test that stands in a column of its own.

    Examples
    --------
    >>> TrialRule(protocol="two-point-lumbar", field="distance", trial=2).phase
    ''
    """

    protocol: str
    field: str
    trial: int = Field(default=1, ge=1)
    phase: str = ""
    site: str = ""


class ColumnRule(Frozen):
    """What one column means: exactly one of `item`, `score`, `attribute`, `trial` and `ignore` (with the reason).

    `values` turns what stands in the cells into codes, `absent` turns codes into reasons (``declined``, ``not
    applicable`` …), `missing` names further codes for nothing. `unit` is the unit of the cells, `scale` the scale a
    score was computed on where it is not the book's. `session_id` is for tables with one row a person and a column a
    visit; it names a visit declared under ``[sessions]``.

    Examples
    --------
    >>> ColumnRule(item="nrs_01", absent={"88": "declined"}).absent["88"].text.zh
    '本人选择不作答'
    """

    item: str | None = None
    score: str | None = None
    attribute: str | None = None
    trial: TrialRule | None = None
    ignore: str | None = Field(default=None, min_length=1)
    values: dict[str, Value] = {}
    absent: dict[str, Absent] = {}
    missing: tuple[Spelling, ...] = ()
    unit: str | None = None
    scale: RulerRule | None = None
    session_id: str | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        meanings = (self.item, self.score, self.attribute, self.trial, self.ignore)
        if sum(meaning is not None for meaning in meanings) != 1:
            message = "say exactly one of item, score, attribute, trial, or ignore with the reason"
            raise ValueError(message)
        if self.scale is not None and self.score is None:
            message = "scale belongs to a score; an item's codes are declared in its book"
            raise ValueError(message)
        return self


class TableMapping(Frozen):
    """How one table is read: ``[table]``, ``[sessions.<value>]`` and ``[columns."<name>"]``.

    Notes
    -----
    As a TOML file, with every key that a small clinic needs::

        [table]
        participant = "编号"                 # who; study numbers, never names
        session = "visit"                    # when
        missing = ["-99"]                    # codes for nothing, beside empty, NA, N/A, NaN and NULL
        language = "zh-Hans"
        include = { column = "arm", equals = "A" }

        [sessions.1]                         # what stands in the column `visit`
        session_id = "ses-w00"
        week = 0

        [columns.pain]
        item = "nrs_01"
        absent = { 88 = "declined" }

        [columns.back_awareness]
        score = "frebaq"
        scale = { low = 0, high = 27 }       # needed: the score circulates on two scales

        [columns.tpd_cm]
        trial = { protocol = "two-point-lumbar", field = "distance", trial = 2 }
        unit = "cm"

        [columns.gender]
        attribute = "sex"
        values = { 1 = "male", 2 = "female" }

        [columns.remarks]
        ignore = "free text"

    Examples
    --------
    >>> TableMapping(columns={"pain": ColumnRule(item="nrs_01")}).table.participant
    'participant_id'
    """

    table: TableRule = TableRule()
    sessions: dict[str, SessionRule] = {}
    columns: dict[str, ColumnRule] = {}


_PARTS: dict[str, type[Frozen]] = {
    "table": TableRule,
    "include": IncludeRule,
    "scale": RulerRule,
    "trial": TrialRule,
}


def read_mapping(path: Path) -> TableMapping:
    r"""Read a mapping file.

    Parameters
    ----------
    path : Path
        A TOML file.

    Returns
    -------
    TableMapping
        What it says.

    Raises
    ------
    InvalidMapping
        If the file is missing, is not TOML, or says something a mapping cannot say; every fault is listed.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "clinic.toml"
    >>> _ = file.write_text('[columns.pain]\nitme = "nrs_01"\n', encoding="utf-8")
    >>> read_mapping(file)
    Traceback (most recent call last):
    backloop.errors.InvalidMapping: clinic.toml: [columns.pain] has no key 'itme'; did you mean 'item'?
    """
    try:
        return TableMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except ValidationError as error:
        faults = [_explain(fault["loc"], fault["type"], fault["msg"]) for fault in error.errors(include_input=False)]
        message = f"{path.name}: {'; '.join(dict.fromkeys(faults))}"
    except OSError:
        message = f"{path.name}: expected a mapping file, there is none of that name; check the spelling"
    except UnicodeDecodeError:
        message = f"{path.name}: a mapping file is UTF-8; save it so"
    except tomllib.TOMLDecodeError as error:
        message = f"{path.name}: not TOML: {error}; correct the line"
    raise InvalidMapping(message)


def _explain(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    *parents, key = (str(part) for part in loc)
    if kind == "extra_forbidden":
        where = f"[{'.'.join(parents)}]" if parents else "the file"
        keys = list(_part(parents).model_fields)
        near = difflib.get_close_matches(key, keys, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"the keys are {', '.join(keys)}"
        return f"{where} has no key '{key}'; {hint}"
    words = message.removeprefix("Value error, ")
    return f"[{'.'.join([*parents, key])}]: {words[0].lower()}{words[1:]}"


def _part(parents: list[str]) -> type[Frozen]:
    if not parents:
        return TableMapping
    entries: dict[str, type[Frozen]] = {"sessions": SessionRule, "columns": ColumnRule}
    if parents[:-1] in (["sessions"], ["columns"]):
        return entries[parents[0]]
    return _PARTS.get(parents[-1], TableMapping)
