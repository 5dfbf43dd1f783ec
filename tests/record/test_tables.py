"""A clinic's own table, with and without a mapping, from the file to the records."""

from pathlib import Path

import pytest

from backloop.record import read, write
from backloop.units import Absent, Scale

REPO = Path(__file__).parents[2]
TRIAL = REPO.parent / "shared" / "data" / "trials" / "ashar2022" / "outcomes_demographics.csv"


def _values(record) -> dict[str, object]:
    return {one.id: one.value for one in record.observations}


def test_a_table_without_a_mapping(read_text):
    """Item-level columns in the wide form are read by their names, visit by visit."""
    people = read_text(
        "participant_id,session_id,age,sex,nrs_01,frebaq_01\n7,w06,46,F,3,1\n7,w00,46,F,6,4\n8,w00,51,M,5,\n"
    )
    assert ["sub-7", "sub-8"] == [record.participant_id for record in people]
    assert [("ses-w06", 1), ("ses-w00", 2)] == [(visit.session_id, visit.order) for visit in people[0].sessions]
    assert {"ses-w00/nrs_01": 5} == _values(people[1])
    assert ("female", 46, "table") == (people[0].participant.sex, people[0].participant.age, people[0].origin.format)


def test_a_table_with_a_mapping(read_text):
    """Filter, visits, codes, reasons, units, trials and attributes are read as the mapping says."""
    people = read_text(
        "id;when;arm;pain;awareness;tpd;rt;grp;phone;rest\n"
        "1;pre;A;6,0;9;5,5;1850;1;13800000000;x\n"
        "1;post;A;无;88;4,5;1500;1;13800000000;y\n"
        "2;pre;B;6;9;5;900;2;13900000000;z\n",
        """
        [table]
        participant = "id"
        session = "when"
        decimal = ","
        language = "zh-Hans"
        include = { column = "arm", equals = "A" }
        [sessions.pre]
        session_id = "ses-w00"
        week = 0
        [sessions.post]
        session_id = "ses-w06"
        week = 6
        [columns.pain]
        item = "nrs_01"
        values = { "无" = 0 }
        [columns.awareness]
        score = "frebaq"
        scale = { low = 0, high = 27 }
        absent = { 88 = "declined" }
        [columns.tpd]
        trial = { protocol = "two-point-lumbar", field = "distance", trial = 2, site = "left" }
        unit = "cm"
        [columns.rt]
        score = "left-right-trunk.rt"
        unit = "ms"
        [columns.grp]
        attribute = "group"
        values = { 1 = "PRT", 2 = "placebo" }
        """,
    )
    record = people.only
    assert ("zh-Hans", {"group": "PRT"}) == (record.participant.language, record.participant.attributes)
    assert {
        "ses-w00/nrs_01": 6, "ses-w00/frebaq": 9, "ses-w00/two-point-lumbar.distance/left/2": 5.5,
        "ses-w00/left-right-trunk.rt": 1.85, "ses-w06/nrs_01": 0, "ses-w06/frebaq": None,
        "ses-w06/two-point-lumbar.distance/left/2": 4.5, "ses-w06/left-right-trunk.rt": 1.5,
    } == _values(record)  # fmt: skip
    by_id = {one.id: one for one in record.observations}
    assert (Scale(low=0, high=27, better="low"), Absent.DECLINED) == (
        by_id["ses-w00/frebaq"].scale,
        by_id["ses-w06/frebaq"].absent,
    )
    assert "cm" == by_id["ses-w00/two-point-lumbar.distance/left/2"].unit
    assert {"phone": "note", "rest": "note", "arm": "note"} == {one.column: one.severity for one in people.problems}


def test_a_table_to_bids_and_back(read_text, tmp_path: Path):
    """What was read from a table is the same after BIDS, whatever the order of its columns."""
    people = read_text("participant_id,session_id,rmdq_02,nrs_01,pcs,rmdq_01,group\n1,1,1,6,20,0,A\n1,2,0,5,,1,A\n")
    again = read(write(people, tmp_path / "clinic"))
    assert [record.observations for record in people] == [record.observations for record in again]


def test_one_row_a_person_and_a_column_a_visit(read_text):
    """Columns that name their visit make several visits of one row."""
    record = read_text(
        "id,pain0,pain6\n1,6,3\n",
        """
        [table]
        participant = "id"
        [sessions.baseline]
        session_id = "ses-w00"
        week = 0
        [sessions.later]
        session_id = "ses-w06"
        week = 6
        [columns.pain0]
        item = "nrs_01"
        session_id = "ses-w00"
        [columns.pain6]
        item = "nrs_01"
        session_id = "ses-w06"
        """,
    ).only
    assert {"ses-w00/nrs_01": 6, "ses-w06/nrs_01": 3} == _values(record)
    assert [0, 6] == [visit.week for visit in record.sessions]


def test_every_refused_value_is_listed_and_the_rest_is_read(read_text):
    """Wrong cells, a repeated row and a ragged one are named by line and column; everything else is there."""
    people = read_text(
        "participant_id,nrs_01,rmdq_01,age\n1,6,1,46\n2,2-Mar,1,50\n3,4,7,200\n1,5,0,46\n4,5\n5,3,0,44\n"
    )
    assert {(3, "nrs_01"), (4, "rmdq_01"), (4, "age"), (5, "participant_id"), (6, "")} == {
        (problem.row, problem.column) for problem in people.problems
    }
    assert {"refused"} == {problem.severity for problem in people.problems}
    assert [2, 1, 1, 2] == [len(record.observations) for record in people]


def test_a_score_beyond_its_declared_scale_is_refused(read_text):
    """A column declared 0-27 that holds 30 mixes two scales: that value is refused, the others stay."""
    people = read_text(
        "participant_id,back\n1,27\n2,30\n",
        '[columns.back]\nscore = "frebaq"\nscale = { low = 0, high = 27 }',
    )
    (problem,) = people.problems
    assert (3, "back", "a number 0-27") == (problem.row, problem.column, problem.expected.en)
    assert [1, 0] == [len(record.observations) for record in people]


def test_no_problem_repeats_a_cell(read_text):
    """No message carries what stood in the cell."""
    people = read_text("participant_id,nrs_01,age,sex\n1,4711,4712,4713\n")
    assert 3 == len(people.problems)
    assert not [problem for problem in people.problems if "471" in str(problem)]


def test_a_fact_that_changes_is_noted(read_text):
    """Where two rows disagree about a person, the first stays and a note says so."""
    people = read_text("participant_id,session_id,age\n1,1,46\n1,2,47\n")
    assert 46 == people.only.participant.age
    assert ["the same as in an earlier row"] == [one.expected.en for one in people.problems if one.row == 3]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_columns_and_answers(read_text, encoding):
    """A table in Chinese is read in both of its usual encodings."""
    people = read_text(
        "编号,疼痛,活动,性别\n1,6,弯腰,女\n".encode(encoding),
        """
        [table]
        participant = "编号"
        [columns."疼痛"]
        item = "nrs_01"
        [columns."活动"]
        item = "psfs_01"
        [columns."性别"]
        attribute = "sex"
        """,
    )
    assert {"ses-01/nrs_01": 6, "ses-01/psfs_01": "弯腰"} == _values(people.only)
    assert ("female", encoding == "gb18030") == (people.only.participant.sex, bool(people.problems))


@pytest.fixture(scope="module")
def trial():
    """Give the public table of the pain reprocessing therapy trial, through the mapping in `examples`."""
    if not TRIAL.exists():
        pytest.skip("the trial's data are not on this machine")
    return read(TRIAL, mapping=REPO / "examples" / "mappings" / "ashar2022.toml")


def test_who_is_in_the_trial(trial):
    """152 patients with ids of their own, 151 of them in an arm; 135 came back after treatment."""
    groups = [record.participant.attributes.get("group") for record in trial]
    assert (152, 152) == (len(trial), len({record.participant_id for record in trial}))
    assert [50, 51, 50, 1] == [groups.count(name) for name in ("PRT", "placebo", "usual care", None)]
    assert (17, 135) == tuple(sum(len(record.sessions) == visits for record in trial) for visits in (1, 2))


def test_what_was_left_out_of_the_trial(trial):
    """The healthy comparison rows are counted; nothing was refused; what changed between rows is noted."""
    assert [] == [problem for problem in trial.problems if problem.severity == "refused"]
    assert "54 other rows were left out, as the mapping says" == trial.problems[0].todo.en
    assert {"", "is_patient", "opioid"} == {problem.column for problem in trial.problems}


def test_the_trial_s_published_pain_after_treatment(trial):
    """Means after treatment are those that the trial reported: 1.18, 2.84 and 3.13."""
    after = {"PRT": [], "placebo": [], "usual care": []}
    for record in trial:
        pain = [one.value for one in record.observations if one.id == "ses-post/nrs"]
        if record.participant.attributes.get("group") in after:
            after[record.participant.attributes["group"]] += pain
    assert [1.18, 2.84, 3.13] == [round(sum(values) / len(values), 2) for values in after.values()]


def test_every_score_of_the_trial_states_its_scale(trial):
    """Six outcomes a visit, each with its ruler; the disability index is the percentage, not the raw sum."""
    scores = {one.item: one.scale.high for record in trial for one in record.observations}
    assert {"nrs": 10, "bpi.severity": 10, "bpi.interference": 10, "odi": 100, "pcs": 52, "tsk-11": 44} == scores
