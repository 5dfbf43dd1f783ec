"""Whose row it is and from which visit."""

import pytest

from backloop.errors import InvalidMapping, UnreadableSource
from backloop.record.mapping import SessionRule, TableMapping, TableRule
from backloop.record.sheets import Sheet
from backloop.record.targets import Refusal
from backloop.record.visits import Placer, find_sessions


def _sheet(*rows: list[str], header: tuple[str, ...] = ("id", "visit")) -> Sheet:
    return Sheet("a.csv", list(header), list(enumerate(rows, start=2)), "", [])


RULES = TableMapping(table=TableRule(participant="id", session="visit"))


@pytest.mark.parametrize(
    ("raw", "participant"),
    [("12", "sub-12"), ("12.0", "sub-12"), ("P-01", "sub-P01"), ("sub-7", "sub-7"), (" 3 ", "sub-3")],
)
def test_ids_become_bids_ids(raw, participant):
    """Punctuation and a spreadsheet's .0 are dropped; letters and digits stay."""
    sheet = _sheet([raw, "1"])
    assert (participant, "ses-1") == Placer(sheet, RULES)(2, sheet.rows[0][1])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("", "a participant id"), ("NA", "a participant id"), ("张三", "an id of letters a-z and digits")],
)
def test_ids_that_are_none(raw, expected):
    """A missing id and a name in the place of an id are refused."""
    sheet = _sheet([raw, "1"])
    refusal = Placer(sheet, RULES)(2, sheet.rows[0][1])
    assert (expected, "id") == (refusal.expected.en, refusal.column)


def test_ids_that_would_become_one_are_refused():
    """P-1 and P1 are two people in the file and may not become one."""
    sheet = _sheet(["P-1", "1"], ["P1", "2"])
    placer = Placer(sheet, RULES)
    assert ("sub-P1", "ses-1") == placer(2, sheet.rows[0][1])
    assert "ids that differ in letters or digits" == placer(3, sheet.rows[1][1]).expected.en


def test_a_person_stands_once_a_visit():
    """The later of two rows for one person and visit is refused."""
    sheet = _sheet(["1", "1"], ["1", "1"], ["1", "2"])
    placed = list(map(Placer(sheet, RULES), (2, 3, 4), (cells for _, cells in sheet.rows)))
    assert [("sub-1", "ses-1"), ("sub-1", "ses-2")] == [placed[0], placed[2]]
    assert "one row a person and visit" == placed[1].expected.en


def test_ids_that_identify_stop_the_reading():
    """Telephone numbers and names in the place of study numbers are no ids."""
    with pytest.raises(UnreadableSource, match="column 'id': expected study numbers, these identify people"):
        Placer(_sheet(["13800000000", "1"]), RULES)
    named = TableMapping(table=TableRule(participant="姓名"))
    with pytest.raises(UnreadableSource, match="column '姓名': expected study numbers, these identify people"):
        Placer(_sheet(["ZhangSan"], header=("姓名",)), named)


def test_declared_visits_keep_their_place():
    """The mapping says id, week and label; the order is its own."""
    rules = RULES.model_copy(
        update={
            "sessions": {
                "post": SessionRule(session_id="ses-w06", week=6, label="after"),
                "pre": SessionRule(session_id="ses-w00", week=0, order=0),
            }
        }
    )
    found = find_sessions(_sheet(), rules)
    assert [("ses-w06", 1, 6.0, "after"), ("ses-w00", 0, 0.0, "")] == [
        (visit.session_id, visit.order, visit.week, visit.label) for visit in found.values()
    ]
    assert isinstance(Placer(_sheet(["1", "x"]), rules)(2, ["1", "x"]), Refusal)


def test_undeclared_visits_are_numbered():
    """Without a declaration visits are numbered in the order of their numbers, words as they come."""
    assert ["ses-0", "ses-6", "ses-12"] == [
        visit.session_id for visit in find_sessions(_sheet(["1", "6"], ["1", "12"], ["1", "0"]), RULES).values()
    ]
    assert [("ses-01", "初诊"), ("ses-02", "复诊")] == [
        (visit.session_id, visit.label) for visit in find_sessions(_sheet(["1", "初诊"], ["1", "复诊"]), RULES).values()
    ]


def test_two_visits_need_two_ids():
    """Two declared visits with one id are a mistake of the mapping."""
    rules = RULES.model_copy(update={"sessions": {name: SessionRule(session_id="ses-1") for name in "ab"}})
    with pytest.raises(InvalidMapping, match=r"\[sessions\]: two visits carry the same id"):
        find_sessions(_sheet(), rules)


def test_a_table_of_one_visit():
    """Without a column of visits everybody is seen once."""
    sheet = _sheet(["1"], header=("participant_id",))
    assert ("sub-1", "ses-01") == Placer(sheet, TableMapping())(2, ["1"])
    fixed = TableMapping(table=TableRule(session_id="ses-w12"))
    assert ("sub-1", "ses-w12") == Placer(sheet, fixed)(2, ["1"])


def test_rows_outside_the_filter_are_counted():
    """Rows that the mapping does not include are passed over and counted in one note."""
    rules = TableMapping.model_validate(
        {"table": {"participant": "id", "session_id": "ses-1", "include": {"column": "arm", "equals": "1"}}}
    )
    sheet = _sheet(["1", "1"], ["2", "0"], ["3", "0"], header=("id", "arm"))
    placer = Placer(sheet, rules)
    assert [("sub-1", "ses-1"), None, None] == [placer(line, cells) for line, cells in sheet.rows]
    assert ["2 other rows were left out, as the mapping says"] == [note.todo.en for note in placer.notes()]


def test_unknown_weeks_are_noted():
    """Several visits without weeks give a note, because no rate of change follows."""
    sheet = _sheet(["1", "1"], ["1", "2"])
    assert ["the week of every visit"] == [note.expected.en for note in Placer(sheet, RULES).notes()]
