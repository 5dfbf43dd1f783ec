"""Reading BIDS folders, also those that others made or that are damaged."""

import json
from pathlib import Path

import pytest

from backloop.errors import UnreadableSource
from backloop.record import read
from backloop.units import Absent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an empty BIDS folder."""
    (tmp_path / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.10.0"}', encoding="utf-8")
    return tmp_path


def _put(folder: Path, name: str, *rows: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(row.replace("  ", "\t") + "\n" for row in rows), encoding="utf-8")


def test_a_folder_of_somebody_else(folder: Path):
    """Participants, one phenotype table of several visits and a trial table, all made by hand."""
    _put(
        folder, "participants.tsv", "participant_id  age  sex  handedness", "sub-01  46  F  R", "sub-02  n/a  n/a  n/a"
    )
    _put(
        folder,
        "phenotype/pain.tsv",
        "participant_id  session_id  nrs_01",
        "sub-01  ses-b  3",
        "01  a  6",
        "sub-02  ses-a  4",
    )
    _put(folder, "sub-01/ses-a/beh/sub-01_ses-a_task-twopointlumbar_beh.tsv", "trial  distance", "1  40", "2  45")
    _put(folder, "task-twopointlumbar_beh.json", json.dumps({"distance": {"Units": "mm"}}))

    people = read(folder)

    assert () == people.problems
    assert ["ses-a", "ses-b"] == [visit.session_id for visit in people[0].sessions]
    assert [
        "ses-a/nrs_01",
        "ses-a/two-point-lumbar.distance/1",
        "ses-a/two-point-lumbar.distance/2",
        "ses-b/nrs_01",
    ] == [one.id for one in people[0].observations]
    assert (46, "female", {"handedness": "R"}) == (
        (who := people[0].participant).age,
        who.sex,
        who.attributes,
    )
    assert ("bids", folder.name, 64) == ((origin := people[1].origin).format, origin.name, len(origin.sha256))


def test_everybody_has_a_visit(folder: Path):
    """Somebody of whom nothing was observed is still there."""
    _put(folder, "participants.tsv", "participant_id", "sub-01")
    assert ["ses-01"] == [visit.session_id for visit in read(folder).only.sessions]


def test_a_list_of_visits_is_binding(folder: Path):
    """Where a person's visits are listed with weeks, a row of another visit is refused."""
    _put(folder, "sub-01/sub-01_sessions.tsv", "session_id  week  label", "ses-a  0  before", "ses-b  6  n/a")
    _put(folder, "phenotype/nrs.tsv", "participant_id  session_id  nrs_01", "sub-01  ses-b  3", "sub-01  ses-c  3")
    people = read(folder)
    assert [("ses-a", 0, "before"), ("ses-b", 6, "")] == [
        (visit.session_id, visit.week, visit.label) for visit in people.only.sessions
    ]
    assert [("phenotype/nrs.tsv", 3, "session_id")] == [(one.file, one.row, one.column) for one in people.problems]


def test_damaged_rows_are_refused_one_by_one(folder: Path):
    """Each wrong row or cell has a problem with its place, and the rest is read."""
    _put(
        folder, "participants.tsv", "participant_id  age  sex  name", "sub-01  46  F  A", "sub-01  4  F  B",
        "sub_2  1  F  C", "sub-03  old  x  D",
    )  # fmt: skip
    _put(folder, "sub-01/sub-01_sessions.tsv", "session_id  week", "ses-a  0", "ses-a  1", "ses-b  soon", "visit 3  1")
    _put(
        folder, "phenotype/nrs.tsv", "participant_id  session_id  nrs_01  nrs_01_absent  mood",
        "sub-01  ses-a  11  n/a  1", "sub-01  ses-a  3  n/a  1", "sub-03  ses-a  n/a  declined  1",
        "sub-03  ses-b  n/a  lost  1", "sub-09  ses-a  3  n/a  1",
    )  # fmt: skip
    _put(folder, "phenotype/empty.tsv")
    _put(folder, "phenotype/strange.tsv", "subject  nrs_01", "sub-01  3")

    people = read(folder)

    assert {
        "participants.tsv": {(3, "participant_id"), (4, "participant_id"), (5, "age"), (5, "sex"), (None, "name")},
        "sub-01/sub-01_sessions.tsv": {(3, "session_id"), (4, "week"), (5, "session_id")},
        "phenotype/empty.tsv": {(None, "")},
        "phenotype/nrs.tsv": {(None, ""), (None, "mood"), (2, "nrs_01"), (3, "participant_id"), (5, "nrs_01")},
        "phenotype/strange.tsv": {(1, "participant_id")},
    } == {
        file: {(one.row, one.column) for one in people.problems if one.file == file}
        for file in {one.file for one in people.problems}
    }
    assert ["sub-01", "sub-03", "sub-09"] == [record.participant_id for record in people]
    assert [Absent.DECLINED] == [one.absent for one in people[1].observations]


def test_tests_nobody_knows_are_noted_once(folder: Path):
    """Trial tables of other tasks are left out with one note a task."""
    for who in ("sub-01", "sub-02"):
        _put(folder, f"{who}/beh/{who}_task-stroop_beh.tsv", "trial  rt", "1  2")
    people = read(folder)
    assert [("sub-01/beh/sub-01_task-stroop_beh.tsv", "note")] == [(one.file, one.severity) for one in people.problems]


def test_a_broken_sidecar_is_refused(folder: Path):
    """A sidecar that is no JSON is named; answers need none."""
    _put(folder, "phenotype/nrs.tsv", "participant_id  nrs_01", "sub-01  3")
    _put(folder, "phenotype/nrs.json", "{")
    people = read(folder)
    assert ["phenotype/nrs.json"] == [one.file for one in people.problems]
    assert ["ses-01/nrs_01"] == [one.id for one in people.only.observations]


@pytest.mark.parametrize("name", ["sub-0_1", "sub-"])
def test_a_folder_that_is_no_person_is_refused(folder: Path, name: str):
    """Folders of people have letters and digits after sub-."""
    (folder / name).mkdir()
    people = read(folder)
    assert ([name], 0) == ([one.file for one in people.problems], len(people))


def test_a_folder_that_is_not_bids(tmp_path: Path):
    """Without dataset_description.json a folder is no BIDS folder."""
    with pytest.raises(UnreadableSource, match=r"expected a BIDS folder, dataset_description\.json is not in it"):
        read(tmp_path)


def test_the_hash_follows_the_content(folder: Path):
    """Another answer gives another content hash."""
    hashes = set()
    for answer in (3, 4):
        _put(folder, "phenotype/nrs.tsv", "participant_id  nrs_01", f"sub-01  {answer}")
        hashes.add(read(folder).only.origin.sha256)
    assert 2 == len(hashes)


def test_a_sidecar_nested_without_end_is_refused_alone(folder: Path):
    """A sidecar deeper than can be read is listed, and its table is read all the same."""
    _put(folder, "phenotype/nrs.tsv", "participant_id  nrs_01", "sub-01  6")
    (folder / "phenotype" / "nrs.json").write_text("[" * 100_000 + "]" * 100_000, encoding="utf-8")

    people = read(folder)

    assert ["phenotype/nrs.json"] == [problem.file for problem in people.problems]
    assert 6 == people.only.observations[0].value
