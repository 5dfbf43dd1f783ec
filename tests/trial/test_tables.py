"""A trial's table read by its mapping: long, wide and REDCap, and what a mapping or a cell may not hold."""

import datetime as dt
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.trial import freeze, open_trial

EXAMPLE = Path(__file__).parents[2] / "examples" / "11_trial_report"


@pytest.fixture
def desk(tmp_path):
    """The made-up trial of the examples in a folder of its own."""
    for name in ("trial.toml", "data.toml", "trial.csv"):
        shutil.copy(EXAMPLE / name, tmp_path / name)
    return tmp_path


def read(desk, **options):
    """Open the trial on the desk."""
    return open_trial(desk / "trial.toml", desk / "data.toml", exploratory=True, **options)


def rewrite(desk, old, new):
    """Change the mapping."""
    path = desk / "data.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_redcap_export_becomes_the_plans_words(desk):
    """Arms, strata and facts stand in one event's row and count for the person; events become weeks."""
    data = read(desk)

    assert data.answers["week"].unique().tolist() == [0, 6, 12, 26]
    assert data.answers.groupby("arm")["participant_id"].nunique().to_dict() == {"retraining": 60, "sham": 60}
    assert set(data.facts["site"]) == {"north", "south"}
    assert data.facts["medication"].isin([0.0, 1.0]).all()
    assert data.adjusted == ("site",)


def test_a_fact_measured_again_counts_from_its_visit(desk):
    """Fear of movement is also a mediator at week 6; the modifier is its baseline value."""
    data = read(desk)
    raw = pd.read_csv(desk / "trial.csv")
    start = raw[raw["redcap_event_name"] == "baseline_arm_1"].set_index("record_id")["tsk11"]

    fear = data.facts["fear"]
    assert fear.tolist() == [start[int(person)] for person in fear.index]
    assert data.frame("fear-6")["fear-6"].notna().sum() > start.size


def test_a_wide_table_gives_the_same_as_a_long_one(desk):
    """One row a person with a column a visit is read into the same answers."""
    raw = pd.read_csv(desk / "trial.csv", dtype=str)
    facts = raw[raw["redcap_event_name"] == "baseline_arm_1"].set_index("record_id")
    wide = facts[["group", "site", "medication", "took_treatment", "therapist"]].copy()
    for event, part in raw.groupby("redcap_event_name"):
        for name in ("nrs", "rmdq", "tsk11"):
            wide[f"{name}_{event}"] = part.set_index("record_id")[name]
    wide.reset_index().to_csv(desk / "wide.csv", index=False)
    events = {"baseline": "baseline_arm_1", "week-6": "week_6_arm_1", "week-12": "week_12_arm_1"}
    events["week-26"] = "week_26_arm_1"

    def columns(name):
        return ", ".join(f'{visit} = "{name}_{event}"' for visit, event in events.items())

    mapping = f"""
[people]
person = "record_id"
arm = "group"
arms = {{ retraining = [1], sham = [2] }}
[outcomes]
pain = {{ {columns("nrs")} }}
disability = {{ {columns("rmdq")} }}
[modifiers]
fear = "tsk11_baseline_arm_1"
[strata]
site = {{ column = "site", codes = {{ 1 = "north", 2 = "south" }} }}
[mediators]
fear-6 = {{ columns = {{ baseline = "tsk11_baseline_arm_1", week-6 = "tsk11_week_6_arm_1" }}, visit = "week-6" }}
"""
    (desk / "wide.toml").write_text(mapping, encoding="utf-8")

    long, found = (
        read(desk),
        open_trial(desk / "trial.toml", desk / "wide.toml", table=desk / "wide.csv", exploratory=True),
    )

    names = ["participant_id", "arm", "week", "pain", "disability"]
    pd.testing.assert_frame_equal(long.answers[names], found.answers[names])
    pd.testing.assert_series_equal(long.facts["fear"], found.facts["fear"])


def test_tabs_and_regional_letters_are_read(desk):
    """A tab separated file in a Chinese encoding is read when the mapping says so."""
    raw = pd.read_csv(desk / "trial.csv", dtype=str)
    raw.loc[raw["why_missing"].notna(), "why_missing"] = "搬家"
    raw.to_csv(desk / "trial.tsv", sep="\t", index=False, encoding="gb18030")
    rewrite(desk, 'file = "trial.csv"', 'file = "trial.tsv"\nencoding = "gb18030"')

    assert set(read(desk).answers["reason"].dropna()) == {"搬家"}


def test_a_file_in_another_encoding_says_so(desk):
    """Letters that are not UTF-8 end in a message with the key to set."""
    (desk / "trial.csv").write_bytes("record_id,备注\n1,疼痛\n".encode("gb18030"))

    with pytest.raises(TrialError, match=r"not utf-8-sig text; set table\.encoding"):
        read(desk)


@pytest.mark.parametrize("index", [None, "record_id", ["record_id", "redcap_event_name"]])
def test_parquet_is_read_like_text(desk, index):
    """Numbers of a Parquet file meet codes written as whole numbers, also where people are its index."""
    pytest.importorskip("pyarrow", reason="the extra 'learn' is not installed")
    raw = pd.read_csv(desk / "trial.csv")
    (raw if index is None else raw.set_index(index)).to_parquet(desk / "trial.parquet")

    found = read(desk, table=desk / "trial.parquet")

    pd.testing.assert_frame_equal(read(desk).answers, found.answers)


def test_parquet_without_its_reader_says_what_to_install(desk, monkeypatch):
    """Where pyarrow is not installed the message names it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "fastparquet", None)

    with pytest.raises(TrialError, match=r"needs pyarrow: pip install 'backloop\[learn\]'"):
        read(desk, table=desk / "trial.parquet")


def test_what_is_left_out_is_counted(desk):
    """People without an arm are refused unless the mapping says otherwise; unplanned events are counted."""
    raw = pd.read_csv(desk / "trial.csv", dtype=str)
    raw.loc[raw["record_id"] == "7", "group"] = None
    raw.loc[(raw["record_id"] == "8") & (raw["redcap_event_name"] == "week_6_arm_1"), "redcap_event_name"] = "phone"
    raw.to_csv(desk / "trial.csv", index=False)

    with pytest.raises(TrialError, match=r"column 'group': 1 people have no arm.*without_arm = 'leave out'"):
        read(desk)
    rewrite(desk, "[table]", '[table]\nwithout_arm = "leave out"')
    data = read(desk)

    assert (1, 1) == (data.without_arm, data.unplanned)
    assert "7" not in set(data.answers["participant_id"])
    assert "7" not in data.facts.index


def test_the_grounds_follow_the_files(desk):
    """Fingerprints change with data and mapping; a frozen plan carries its day."""
    loose = read(desk).grounds
    freeze(desk / "trial.toml", dt.date(2026, 12, 7), reason="before unblinding")
    firm = open_trial(desk / "trial.toml", desk / "data.toml").grounds
    rewrite(desk, "assessed = 171", "assessed = 172")
    again = open_trial(desk / "trial.toml", desk / "data.toml").grounds

    assert (True, False) == (loose.is_exploratory, firm.is_exploratory)
    assert "plan frozen on 2026-12-07" in firm.text.en
    assert "探索性分析" in loose.text.zh
    assert (firm.data_sha256, firm.plan_sha256) == (again.data_sha256, again.plan_sha256)
    assert firm.mapping_sha256 != again.mapping_sha256


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[people]", "[people]\nperson_id = 3", r"data\.toml: people\.person_id: there is no such key"),
        ("retraining = [1]", "retrain = [1]", r"people\.arms: 'retrain' is not in the plan, which has"),
        ('pain = "nrs"', 'hurt = "nrs"', r"outcomes: 'hurt' is not in the plan"),
        ('pain = "nrs"', 'pain = { week-6 = "nrs" }', "'pain': expected one column"),
        ('visit = "week-6" }', 'visit = "week-7" }', r"mediators\.visit: 'week-7' is not in the plan"),
        ("fear-6 = {", "pain = {", "'pain' names two things"),
        ("[table]", "[table", "not TOML"),
        ('file = "trial.csv"', 'file = "gone.csv"', "gone.csv: expected the trial's table, there is no such file"),
        ('file = "trial.csv"', "", "names no file; set table.file"),
        ('person = "record_id"', 'person = "id"', "no column 'id'; the table has 'record_id'"),
        ("sham = [2]", "sham = [3]", "column 'group', row 2: expected one of the codes 1, 3"),
        ('day = "day"', 'day = "why_missing"', "column 'why_missing' holds text, first at row 3"),
        ('codes = { 1 = "north", 2', 'codes = { 1 = "north", 3', "column 'site', row 2: expected one of the codes"),
        ('file = "trial.csv"', 'file = "trial.csv"\nonly = { group = [9] }', "no row counts"),
        ('column = "redcap_event_name"', 'column = "group"', "column 'group' is empty at row 3; every row needs it"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_told_where_and_what(desk, old, new, said):
    """Each message names the file, the key or row, and what was expected."""
    rewrite(desk, old, new)

    with pytest.raises(TrialError, match=said):
        read(desk)


def test_a_fact_that_changes_is_refused(desk):
    """An adherence column with two values in one person is no fact."""
    raw = pd.read_csv(desk / "trial.csv", dtype=str)
    raw.loc[1, "took_treatment"] = "1"
    raw.to_csv(desk / "trial.csv", index=False)

    with pytest.raises(TrialError, match="'received' changes within 1 people"):
        read(desk)


def test_messages_never_hold_a_persons_data(desk):
    """The cell that is wrong is named by its row, its content stays in the file."""
    raw = pd.read_csv(desk / "trial.csv", dtype=str)
    raw.loc[9, "nrs"] = "secret words"
    raw.to_csv(desk / "trial.csv", index=False)

    with pytest.raises(TrialError) as caught:
        read(desk)
    assert "secret" not in str(caught.value)
    assert "row 11" in str(caught.value)


def test_missing_codes_are_not_numbers(desk):
    """A code for a missing answer is empty once the mapping names it."""
    raw = pd.read_csv(desk / "trial.csv", dtype=str)
    raw.loc[0, "nrs"] = "-99"
    raw.to_csv(desk / "trial.csv", index=False)
    rewrite(desk, "[table]", "[table]\nmissing = [-99]")

    first = read(desk).answers.query("participant_id == '1' and week == 0")["pain"]
    assert np.isnan(first.item())
