"""What the columns of a clinic's table mean."""

import re

import pytest

from backloop.errors import InvalidMapping, UnreadableSource
from backloop.record.mapping import TableMapping
from backloop.record.meanings import understand
from backloop.record.sheets import Sheet


@pytest.fixture
def meanings(packaged):
    """Give a function that finds out what the columns of one header mean under a mapping."""

    def act(header: list[str], cells: list[str] | None = None, **mapping):
        sheet = Sheet("a.csv", header, [(2, cells or ["1"] * len(header))], "", [])
        return understand(sheet, TableMapping.model_validate(mapping), library=packaged)

    return act


def test_columns_named_like_items_and_scores_need_no_mapping(meanings):
    """Item and score ids, age, sex and language are known by name."""
    found = meanings(["participant_id", "session_id", "nrs_01", "pcs.rumination", "age", "sex", "language"])
    assert ["nrs_01", "pcs.rumination"] == [column.target.item for column in found.columns]
    assert (["age", "sex", "language"], []) == ([fact.attribute for fact in found.facts], found.notes)


def test_an_unknown_column_is_noted(meanings):
    """A column nobody knows is never left out in silence."""
    (note,) = meanings(["participant_id", "weather"]).notes
    assert ("note", "weather") == (note.severity, note.column)
    assert "it is not in the mapping; add it, or ignore it with a reason" == note.todo.en


def test_an_unnamed_empty_column_is_nothing(meanings):
    """A trailing delimiter makes no column; an unnamed one with content is noted."""
    assert [] == meanings(["participant_id", ""], ["1", ""]).notes
    assert [""] == [note.column for note in meanings(["participant_id", ""], ["1", "x"]).notes]


def test_what_is_ignored_with_a_reason_is_left_out_in_silence(meanings):
    """The mapping has said why, so no note is needed."""
    found = meanings(["participant_id", "nrs_01"], columns={"nrs_01": {"ignore": "typed twice"}})
    assert ([], []) == (found.columns, found.notes)


def test_a_score_on_several_scales_needs_one(meanings):
    """A FreBAQ total could be of 27 or of 36: without a scale its column is refused."""
    found = meanings(["participant_id", "frebaq"])
    assert [("refused", "a declared scale")] == [(note.severity, note.expected.en) for note in found.notes]
    assert "'frebaq' circulates on 0-36 or 0-27" in found.notes[0].todo.en
    declared = {"frebaq": {"score": "frebaq", "scale": {"low": 0, "high": 27}}}
    assert [27] == [column.target.high for column in meanings(["participant_id", "frebaq"], columns=declared).columns]


@pytest.mark.parametrize(
    ("name", "rule", "cell"),
    [
        ("姓名", None, "x"),
        ("who", {"attribute": "name"}, "x"),
        ("contact", {"attribute": "contact"}, "a@example.org"),
        ("phone", None, "1"),
        ("psfs_01", None, "13800000000"),
    ],
)
def test_identifiers_are_left_out_and_listed(meanings, name, rule, cell):
    """A direct identifier is left out by its name or content, even where the mapping asks for it."""
    found = meanings(["participant_id", name], ["1", cell], columns={name: rule} if rule else {})
    assert [("note", name, "no direct identifier")] == [(n.severity, n.column, n.expected.en) for n in found.notes]
    assert ([], []) == (found.columns, found.facts)


def test_an_identifier_that_is_ignored_needs_no_note(meanings):
    """A column that the mapping leaves out itself is not listed again."""
    assert [] == meanings(["participant_id", "姓名"], columns={"姓名": {"ignore": "identifies"}}).notes


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"columns": {"paim": {"item": "nrs_01"}}}, "[columns.paim]: a.csv has no column 'paim'; did you mean 'pain'?"),
        ({"table": {"participant": "code"}}, "[table] participant: a.csv has no column 'code'; the columns are"),
        ({"table": {"session": "vist"}}, "[table] session: a.csv has no column 'vist'; did you mean 'visit'?"),
        ({"table": {"include": {"column": "arm", "equals": "1"}}}, "[table.include] column: a.csv has no column 'arm'"),
        (
            {"columns": {"pain": {"item": "nsr_01"}}},
            "[columns.pain]: no book 'nsr' in the library; did you mean 'nrs'?",
        ),
        ({"columns": {"pain": {"item": "nrs_02"}}}, "[columns.pain]: 'nrs' has no 'nrs_02'"),
        ({"columns": {"pain": {"item": "nrs"}}}, "[columns.pain]: 'nrs' is no item; write score = 'nrs'"),
        ({"columns": {"pain": {"score": "nrs_01"}}}, "[columns.pain]: 'nrs_01' is no score; write item = 'nrs_01'"),
        ({"columns": {"pain": {"item": "vas_01", "unit": "s"}}}, "[columns.pain]: 's' is a time and 'mm' a length"),
        (
            {"columns": {"pain": {"score": "frebaq", "scale": {"low": 0, "high": 50}}}},
            "[columns.pain]: no such scale: 'frebaq' is known on 0-36 or 0-27; correct it, or ignore the column",
        ),
        (
            {"columns": {"pain": {"trial": {"protocol": "two-point-lumber", "field": "distance"}}}},
            "[columns.pain]: no book 'two-point-lumber' on the shelf 'protocols'; did you mean 'two-point-lumbar'?",
        ),
        (
            {"columns": {"pain": {"item": "nrs_01"}, "visit": {"item": "nrs_01"}}},
            "[columns.pain]: it means the same as 'visit'; ignore one, or give each its session_id",
        ),
        ({"columns": {"pain": {"item": "nrs_01", "session_id": "ses-9"}}}, "[columns.pain]: no visit 'ses-9' under"),
    ],
)
def test_a_mapping_that_contradicts_table_or_books(meanings, mapping, message):
    """A wrong column, item, score, unit, scale, test or visit is named with what comes nearest."""
    with pytest.raises(InvalidMapping, match=re.escape(message)):
        meanings(["participant_id", "visit", "pain"], **mapping)


def test_a_table_without_ids_and_mapping(meanings):
    """Without a column of ids and without a mapping nobody can be told apart."""
    with pytest.raises(UnreadableSource, match="expected a column 'participant_id'; rename the column of ids"):
        meanings(["id", "nrs_01"])
