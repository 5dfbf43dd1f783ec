"""The mapping file: what it may say, and how it says what is wrong."""

from pathlib import Path

import pytest

from backloop.errors import InvalidMapping
from backloop.record.mapping import ColumnRule, TableMapping, read_mapping


def _read(folder: Path, text: str) -> TableMapping:
    path = folder / "clinic.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def test_a_whole_mapping(tmp_path: Path):
    """Everything that a mapping may say is read; numbers stand for what is in the cells."""
    mapping = _read(
        tmp_path,
        """
        [table]
        participant = "编号"
        session = "visit"
        delimiter = ";"
        decimal = ","
        encoding = "gb18030"
        missing = [-99, "无"]
        language = "zh-Hans"
        include = { column = "arm", equals = 1 }
        [sessions.1]
        session_id = "ses-w00"
        week = 0
        [columns.pain]
        item = "nrs_01"
        absent = { 88 = "declined" }
        [columns.tpd]
        trial = { protocol = "two-point-lumbar", field = "distance", trial = 2 }
        unit = "cm"
        [columns."FreBAQ total"]
        score = "frebaq"
        scale = { low = 0, high = 27 }
        """,
    )
    assert (("-99", "无"), "1") == (mapping.table.missing, mapping.table.include.equals)
    assert (0.0, "declined") == (mapping.sessions["1"].week, mapping.columns["pain"].absent["88"])
    assert (2, 27.0) == (mapping.columns["tpd"].trial.trial, mapping.columns["FreBAQ total"].scale.high)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[columns.pain]\nitme = "nrs_01"', "[columns.pain] has no key 'itme'; did you mean 'item'?"),
        ('[table]\nparticipants = "id"', "[table] has no key 'participants'; did you mean 'participant'?"),
        ('[sessions.1]\nsession_id = "ses-1"\nweeks = 1', "[sessions.1] has no key 'weeks'; did you mean 'week'?"),
        (
            '[table]\ninclude = { colunm = "a", equals = 1 }',
            "[table.include] has no key 'colunm'; did you mean 'column'?",
        ),
        ('[columns.a]\nscore = "pcs"\nscale = { lo = 0 }', "[columns.a.scale] has no key 'lo'; did you mean 'low'?"),
        ('[tables]\nparticipant = "id"', "the file has no key 'tables'; did you mean 'table'?"),
        ("[columns.pain]\nqqqq = 1", "[columns.pain] has no key 'qqqq'; the keys are item, score, attribute"),
        ('[columns.pain]\nnote = "x"', "[columns.pain]: say exactly one of item, score, attribute, trial, or ignore"),
        ('[columns.a]\nitem = "nrs_01"\nscore = "nrs"', "[columns.a]: say exactly one of"),
        ('[columns.a]\nitem = "nrs_01"\nscale = { low = 0 }', "[columns.a]: scale belongs to a score"),
        ('[columns.a]\nitem = "nrs_01"\nabsent = { 9 = "gone" }', "[columns.a.absent.9]: input should be 'not asked'"),
        ('[table]\nsession = "v"\nsession_id = "ses-1"', "[table]: name either session (a column) or session_id"),
        ('[sessions.1]\nsession_id = "first"', "[sessions.1.session_id]: string should match pattern"),
        ('[columns.pain\nitem = "nrs_01"', "not TOML"),
    ],
)
def test_what_a_mapping_cannot_say(tmp_path: Path, text: str, message: str):
    """A misspelt key, a missing meaning or a broken file is named with the file, the place and the nearest key."""
    with pytest.raises(InvalidMapping) as caught:
        _read(tmp_path, text)
    assert str(caught.value).startswith("clinic.toml: ")
    assert message in str(caught.value)


def test_every_fault_is_listed_at_once(tmp_path: Path):
    """Two misspelt keys are named together."""
    with pytest.raises(InvalidMapping) as caught:
        _read(tmp_path, '[columns.a]\nitem = "nrs_01"\nuint = "mm"\n[columns.b]\nitem = "nrs_01"\nvalue = 1')
    assert ["did you mean 'unit'?", "did you mean 'values'?"] == [
        part.rpartition("; ")[2] for part in str(caught.value).split("; [")
    ]


def test_a_missing_mapping_is_named(tmp_path: Path):
    """A mapping file that is not there is named."""
    with pytest.raises(InvalidMapping, match=r"clinic.toml: expected a mapping file, there is none"):
        read_mapping(tmp_path / "clinic.toml")


def test_a_mapping_is_utf8(tmp_path: Path):
    """A mapping saved in another encoding is refused."""
    (tmp_path / "clinic.toml").write_bytes('[table]\nparticipant = "编号"'.encode("gb18030"))
    with pytest.raises(InvalidMapping, match="a mapping file is UTF-8"):
        read_mapping(tmp_path / "clinic.toml")


def test_ignoring_needs_a_reason():
    """An empty reason is none."""
    with pytest.raises(ValueError, match="at least 1 character"):
        ColumnRule(ignore="")


def test_a_mapping_saved_by_a_plain_editor_is_read(tmp_path: Path):
    """The mark that some editors put before UTF-8 text is no part of the mapping."""
    path = tmp_path / "clinic.toml"
    path.write_text('[table]\nparticipant = "编号"\n', encoding="utf-8-sig")

    assert "编号" == read_mapping(path).table.participant
