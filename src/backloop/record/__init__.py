"""What was observed: reading and writing people's records."""

from backloop.record.cells import read_sex
from backloop.record.documents import check_record
from backloop.record.mapping import (
    ColumnRule,
    IncludeRule,
    RulerRule,
    SessionRule,
    TableMapping,
    TableRule,
    TrialRule,
    read_mapping,
)
from backloop.record.reading import read, write
from backloop.record.records import (
    Observation,
    Origin,
    Participant,
    Problem,
    Record,
    Records,
    Session,
    Value,
)
from backloop.record.sheets import Sheet, read_bytes, read_sheet
from backloop.record.synthetic import CLINIC_BOOKS, Traits, make_person

__all__ = [
    "CLINIC_BOOKS",
    "ColumnRule",
    "IncludeRule",
    "Observation",
    "Origin",
    "Participant",
    "Problem",
    "Record",
    "Records",
    "RulerRule",
    "Session",
    "SessionRule",
    "Sheet",
    "TableMapping",
    "TableRule",
    "Traits",
    "TrialRule",
    "Value",
    "check_record",
    "make_person",
    "read",
    "read_bytes",
    "read_mapping",
    "read_sex",
    "read_sheet",
    "write",
]
