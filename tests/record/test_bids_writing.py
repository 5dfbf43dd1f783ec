"""Writing BIDS folders: the layout, what is refused, and what stays out."""

import json
from pathlib import Path

import pandas as pd
import pytest

from backloop.errors import UnknownBook, UnwritableRecord
from backloop.record import Observation, Origin, Participant, Record, Session, make_person, read, write
from backloop.units import Absent, Scale


def _record(*seen: Observation, **attributes) -> Record:
    return Record(
        participant=Participant(participant_id="sub-1", attributes=attributes),
        sessions=(Session(session_id="ses-a", order=1),),
        observations=seen,
        origin=Origin(name="x", format="table"),
    )


def _seen(item: str, value=None, **more) -> Observation:
    fields = {"session_id": "ses-a", "kind": "response", "book": item.rpartition("_")[0] or item, **more}
    return Observation(item=item, value=value, **fields)


def _table(path: Path) -> dict[str, list[str]]:
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False).to_dict("list")


def test_the_layout(tmp_path: Path):
    """Description, participants, visits, one phenotype table a book and visit, and trials stand where BIDS has them."""
    folder = write([make_person(seed=1, weeks=(0, 6), books=("nrs", "luomajoki"))], tmp_path / "clinic")
    assert {
        "README", "dataset_description.json", "participants.json", "participants.tsv", "phenotype/nrs_ses-w00.json",
        "phenotype/nrs_ses-w00.tsv", "phenotype/nrs_ses-w06.json", "phenotype/nrs_ses-w06.tsv", "sessions.json",
        "sub-madeup1/ses-w00/beh/sub-madeup1_ses-w00_task-luomajoki_beh.tsv",
        "sub-madeup1/ses-w06/beh/sub-madeup1_ses-w06_task-luomajoki_beh.tsv",
        "sub-madeup1/sub-madeup1_sessions.tsv", "task-luomajoki_beh.json",
    } == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}  # fmt: skip
    described = json.loads((folder / "dataset_description.json").read_text(encoding="utf-8"))
    assert ("clinic", "1.10.0", "backloop") == (
        described["Name"],
        described["BIDSVersion"],
        described["GeneratedBy"][0]["Name"],
    )


def test_every_column_is_described(tmp_path: Path):
    """Each table's sidecar has an entry for each of its columns."""
    declined = _seen("nrs_01", absent=Absent.DECLINED)
    trial = _seen("distance", 5.5, kind="trial", book="two-point-lumbar", unit="cm", trial=1)
    folder = write([_record(declined, trial, group="PRT")], tmp_path / "clinic")
    sidecars = {
        "participants.tsv": "participants.json",
        "phenotype/nrs_ses-a.tsv": "phenotype/nrs_ses-a.json",
        "sub-1/sub-1_sessions.tsv": "sessions.json",
        "sub-1/ses-a/beh/sub-1_ses-a_task-twopointlumbar_beh.tsv": "task-twopointlumbar_beh.json",
    }
    for table, sidecar in sidecars.items():
        described = json.loads((folder / sidecar).read_text(encoding="utf-8"))
        columns = set(_table(folder / table)) - {"participant_id"}
        assert {True} == {bool(described[column]["Description"]) for column in columns}


def test_a_person_stands_once_in_a_phenotype_table(tmp_path: Path):
    """BIDS allows one row a person, so each visit has a table of its own."""
    folder = write([make_person(seed=seed, weeks=(0, 6, 12)) for seed in (1, 2)], tmp_path / "clinic")
    for path in folder.glob("phenotype/*.tsv"):
        people = _table(path)["participant_id"]
        assert sorted(set(people)) == sorted(people)


def test_reasons_units_and_scales_are_written_beside(tmp_path: Path):
    """A column of reasons appears where one is needed; two scales of one score are told apart row by row."""
    rulers = [Scale(low=0, high=27, better="low"), Scale(low=0, high=36, better="low")]
    people = [
        _record(
            _seen("frebaq", 9 + number, kind="score", scale=ruler),
            _seen("nrs_01", **({"absent": Absent.DECLINED} if number else {"value": 6})),
        ).model_copy(update={"participant": Participant(participant_id=f"sub-{number}")})
        for number, ruler in enumerate(rulers)
    ]
    folder = write(people, tmp_path / "clinic")
    assert {"nrs_01": ["6", "n/a"], "nrs_01_absent": ["n/a", "declined"]}.items() <= _table(
        folder / "phenotype" / "nrs_ses-a.tsv"
    ).items()
    assert ["1", "2"] == _table(folder / "phenotype" / "frebaq_ses-a.tsv")["frebaq_scale"]
    assert rulers == [record.observations[0].scale for record in read(folder)]


def test_a_score_without_a_scale_gets_the_only_one(tmp_path: Path):
    """Where a score circulates on one scale only, that is the scale; where on several, it must be stated."""
    folder = write([_record(_seen("pcs", 20, kind="score"))], tmp_path / "one")
    assert 52 == read(folder).only.observations[0].scale.high
    with pytest.raises(UnwritableRecord, match="ses-a/frebaq: expected a scale, the score circulates on 0-36 or 0-27"):
        write([_record(_seen("frebaq", 20, kind="score"))], tmp_path / "two")


def test_people_who_do_not_exist_stay_marked(tmp_path: Path):
    """A made-up person is still made up after writing and reading; a real one is not."""
    folder = write([make_person(seed=1), _record(_seen("nrs_01", 6))], tmp_path / "clinic")
    assert [True, False] == [record.is_made_up for record in read(folder)]
    assert "nobody exists" not in (folder / "README").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (_record(_seen("nrs_01", 6), _seen("nrs_01", 5)), "ses-a/nrs_01: expected one value, there are two"),
        (_record(name="A"), "the attribute 'name' looks like a direct identifier"),
        (_record(age=3), "the attribute 'age' looks like a direct identifier or a column of its own"),
        (_record(_seen("nrs_01", 6, trial=2)), "trial, phase and site belong to trials, a scale belongs to a score"),
    ],
)
def test_what_cannot_be_written_without_loss(tmp_path: Path, record: Record, message: str):
    """Two values for one thing, identifying attributes and misplaced fields are refused."""
    with pytest.raises(UnwritableRecord, match=message):
        write([record], tmp_path / "clinic")


@pytest.mark.parametrize(
    "seen",
    [_seen("nrs_09", 6), _seen("weather_01", 6), _seen("width", 6, kind="trial", book="two-point-lumbar", trial=1)],
)
def test_what_no_book_knows_cannot_be_written(tmp_path: Path, seen: Observation):
    """An item, instrument or field without a book has no place in a folder that explains itself."""
    with pytest.raises(UnknownBook):
        write([_record(seen)], tmp_path / "clinic")
