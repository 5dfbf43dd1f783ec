"""A clinic's own table, with or without a mapping, read into records.

Decides the order of the steps; what columns mean, whose rows they are and what cells may hold is decided beside.
"""

from pathlib import Path

from backloop.library import Library
from backloop.record.columns import Bucket, gather, refused
from backloop.record.mapping import TableMapping
from backloop.record.meanings import FactColumn, understand
from backloop.record.people import Facts, assemble
from backloop.record.records import Origin, Problem, Records
from backloop.record.sheets import Sheet, read_sheet
from backloop.record.targets import Refusal, accept_attribute
from backloop.record.visits import Placer
from backloop.units import Text

__all__ = ["read_table"]

_OTHERWISE = Refusal(
    Text(en="the same as in an earlier row", zh="与前面的行一致的内容"),
    Text(en="the earlier one was kept; correct one of them", zh="已保留前面的内容；请更正其中之一"),
)


def read_table(path: Path, *, mapping: TableMapping | None = None, library: Library) -> Records:
    r"""Read a table with one row a person and visit.

    Parameters
    ----------
    path : Path
        A CSV or TSV file.
    mapping : TableMapping, optional
        What its columns mean. Columns named like an item or score, ``age``, ``sex`` and ``language`` need none.
    library : Library
        The books.

    Returns
    -------
    Records
        Everybody in the table, with what had to be refused or left out.

    Raises
    ------
    UnreadableSource
        If the file as a whole cannot be read.
    InvalidMapping
        If the mapping contradicts the table or the books.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "visit.csv"
    >>> _ = file.write_text("participant_id,age,frebaq_01\n1,46,4\n", encoding="utf-8")
    >>> read_table(file, library=Library.packaged()).only.observations[0].value
    4
    """
    rules = mapping or TableMapping()
    sheet = read_sheet(path, encoding=rules.table.encoding, delimiter=rules.table.delimiter)
    found = understand(sheet, rules, library=library)
    placer = Placer(sheet, rules)
    seen: Bucket = {}
    facts = Facts()
    refused = gather(sheet, found.columns, placer, into=seen)
    for column in found.facts:
        refused += _read_facts(sheet, column, placer, facts=facts, decimal=rules.table.decimal)
    visits = placer.visits(seen)
    origins = dict.fromkeys(visits, Origin(name=path.name, format="table", sha256=sheet.sha256))
    people = assemble(visits, seen, facts, origins=origins, language=rules.table.language)
    problems = sorted([*sheet.problems, *refused], key=lambda problem: problem.row or 0)
    return Records(people, problems=[*found.notes, *placer.notes(), *problems])


def _read_facts(sheet: Sheet, column: FactColumn, placer: Placer, *, facts: Facts, decimal: str) -> list[Problem]:
    """Read one column of facts; a later row that says otherwise is noted, the first statement stays."""
    problems: list[Problem] = []
    for line, cells in sheet.rows:
        person = placer.placed.get(line)
        text = cells[column.at].strip()
        if person is None or text in column.missing:
            continue
        value = accept_attribute(column.attribute, column.values.get(text, text), decimal=decimal)
        if isinstance(value, Refusal):
            problems.append(refused(sheet, line, column.column, value))
        elif not facts.agree(person, column.attribute, value):
            problems.append(refused(sheet, line, column.column, _OTHERWISE, severity="note"))
    return problems
