"""Records as a REDCap project and back: nothing changes, and what has no place is said."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from backloop.errors import UnreadableSource, UnwritableRecord
from backloop.record import Observation, Origin, Participant, Record, Session, make_person
from backloop.redcap import read_project, write_project
from backloop.units import Absent, Scale


def _record(*seen, **who):
    return Record(
        participant=Participant(participant_id="sub-01", **who),
        sessions=(Session(session_id="ses-01", order=1, week=0, label="intake"), Session(session_id="ses-02", order=2)),
        observations=seen,
        origin=Origin(name="x", format="json"),
    )


def _back(people, folder: Path, **options):
    write_project(people, folder, **options)
    return read_project(folder / "records.csv", folder / "dictionary.csv")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("seed", range(1, 5))
def test_a_person_comes_back_whole(tmp_path, seed, lang):
    """Answers, trials, visits, age, sex and language of a made-up person survive the journey."""
    person = make_person(seed=seed, weeks=(0, 12, 26))
    people = _back([person], tmp_path / "project", lang=lang)
    assert set(person.observations) == set(people.only.observations)
    assert person.sessions == people.only.sessions
    assert person.participant.model_copy(update={"attributes": {}}) == people.only.participant
    assert () == people.problems


def test_reasons_for_absence_become_missing_data_codes_and_back(tmp_path):
    """Every reason has its own code, none is a number, and the project's list names them all."""
    seen = [
        Observation(session_id="ses-01", kind="response", book="pcs", item=f"pcs_{place:02}", absent=reason)
        for place, reason in enumerate(Absent, 1)
    ]
    people = _back([_record(*seen)], tmp_path / "project")
    assert set(seen) == set(people.only.observations)
    codes = (tmp_path / "project" / "missing-codes.txt").read_text(encoding="utf-8").splitlines()
    assert len(set(Absent)) == len({line.partition(",")[0] for line in codes})


def test_the_dictionary_has_redcaps_eighteen_columns_and_rules(tmp_path):
    """First field record_id, names of allowed letters, each form's fields together, radio with choices."""
    write_project([make_person(seed=1)], tmp_path / "project")
    with (tmp_path / "project" / "dictionary.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    names, forms = [row[0] for row in rows], [row[1] for row in rows]
    assert len(header) == 18
    assert names[0] == "record_id"
    assert len(names) == len(set(names))
    assert all(name.isascii() and name == name.lower() and name[0].isalpha() and "-" not in name for name in names)
    changes = sum(one != other for one, other in pairwise(forms))
    assert len(set(forms)) == changes + 1
    assert all(", " in row[5] for row in rows if row[3] == "radio")


def test_what_has_no_place_is_listed(tmp_path):
    """A reported score and an attribute are named, not silently dropped."""
    score = Observation(
        session_id="ses-01", kind="score", book="rmdq", item="rmdq", value=7, scale=Scale(low=0, high=24, better="low")
    )
    problems = write_project([_record(score, attributes={"height": 1.7})], tmp_path / "project")
    assert ["ses-01/rmdq", "height"] == [problem.column for problem in problems]
    assert ["他处计算的分数未写出", "该属性未写出"] == [problem.todo.zh for problem in problems]


def test_a_clinics_own_project_is_read_by_annotation_and_name(tmp_path):
    """Variables are found by @BACKLOOP or by name; the others are listed, events become visits in their order."""
    head = "Variable / Field Name,Form Name,Field Annotation\n"
    (tmp_path / "d.csv").write_text(head + "pain,a,@BACKLOOP='nrs_01'\nrmdq_01,b,\nweather,b,\n", encoding="utf-8")
    head = "record_id,redcap_event_name,pain,rmdq_01,weather\n"
    rows = head + "7,base_arm_1,6,1,sun\n7,end_arm_1,3,,rain\n8,base_arm_1,70,0,\n"
    (tmp_path / "r.csv").write_text(rows, encoding="utf-8")
    people = read_project(tmp_path / "r.csv", tmp_path / "d.csv")
    first, second = people
    assert ["ses-basearm1", "ses-endarm1"] == [visit.session_id for visit in first.sessions]
    assert [("nrs_01", 6), ("rmdq_01", 1), ("nrs_01", 3)] == [(seen.item, seen.value) for seen in first.observations]
    assert ["rmdq_01"] == [seen.item for seen in second.observations]
    assert ["weather", "ses-basearm1/nrs_01"] == [problem.column for problem in people.problems]
    assert ["与条目对应的变量", "0-10 的整数"] == [problem.expected.zh for problem in people.problems]


@pytest.mark.parametrize(
    ("dictionary", "records", "words"),
    [
        ("Variable / Field Name,Form Name\nweather,day\n", "record_id,weather\n1,2\n", "@BACKLOOP"),
        ("name,form\nnrs_01,nrs\n", "record_id,nrs_01\n1,2\n", "Variable / Field Name"),
        ("Variable / Field Name,Form Name\nnrs_01,nrs\n", "id,nrs_01\n1,2\n", "record_id"),
    ],
)
def test_what_is_no_project_is_refused(tmp_path, dictionary, records, words):
    """A dictionary without our items, or another table, is named with what to do."""
    (tmp_path / "d.csv").write_text(dictionary, encoding="utf-8")
    (tmp_path / "r.csv").write_text(records, encoding="utf-8")
    with pytest.raises(UnreadableSource, match=words):
        read_project(tmp_path / "r.csv", tmp_path / "d.csv")


def test_an_export_with_semicolons_and_a_broken_row(tmp_path):
    """Exports may separate by semicolons; a row with a stray cell is refused by its line, the rest stay."""
    (tmp_path / "d.csv").write_text("Variable / Field Name;Form Name\nnrs_01;nrs\n", encoding="utf-8")
    (tmp_path / "r.csv").write_text("record_id;nrs_01\n1;7\n2;3;4\n3;5\n", encoding="utf-8")

    records = read_project(tmp_path / "r.csv", tmp_path / "d.csv")

    assert [one.participant_id for one in records] == ["sub-1", "sub-3"]
    assert [(problem.file, problem.row) for problem in records.problems] == [("r.csv", 3)]


def test_a_missing_file_and_a_full_folder_are_refused(tmp_path):
    """Nothing is overwritten, nothing is guessed."""
    with pytest.raises(UnreadableSource, match="there is none of that name"):
        read_project(tmp_path / "r.csv", tmp_path / "d.csv")
    (tmp_path / "x").write_text("", encoding="utf-8")
    with pytest.raises(UnwritableRecord, match="empty folder"):
        write_project([make_person(seed=1)], tmp_path)
