"""The commands about FHIR write a bundle and read the answers back."""

import json
from pathlib import Path

from typer.testing import CliRunner

from backloop.cli import app
from backloop.record import make_person, read, write


def _run(*words):
    return CliRunner().invoke(app, ["fhir", *map(str, words)])


def test_a_person_goes_out_and_comes_back(tmp_path: Path):
    """What was answered is the same after a bundle was written and read."""
    person = make_person(seed=1)
    write([person], tmp_path / "record.json")
    assert _run("write", tmp_path / "record.json", "--out", tmp_path / "bundle.json", "--lang", "zh").exit_code == 0
    assert _run("read", tmp_path / "bundle.json", "--out", tmp_path / "back.json").exit_code == 0
    back = read(tmp_path / "back.json").only
    assert {seen.id for seen in person.observations if seen.kind == "response"} == {
        seen.id for seen in back.observations
    }
    assert json.loads((tmp_path / "bundle.json").read_text(encoding="utf-8"))["resourceType"] == "Bundle"


def test_nothing_is_overwritten_and_nobody_is_guessed(tmp_path: Path):
    """A file that is there, several people, or a missing bundle end with 2 and say what to do."""
    write([make_person(seed=1), make_person(seed=2)], tmp_path / "record.json")
    several = _run("write", tmp_path / "record.json", "--out", tmp_path / "new.json")
    taken = _run("write", tmp_path / "record.json", "--out", tmp_path / "record.json")
    missing = _run("read", tmp_path / "none.json", "--out", tmp_path / "back.json")
    assert [2, 2, 2] == [several.exit_code, taken.exit_code, missing.exit_code]
    assert "choose one" in several.stderr
    assert "already" in taken.stderr
    assert "there is none of that name" in missing.stderr


def test_a_project_goes_out_and_comes_back(tmp_path: Path):
    """Everybody's answers and trials are the same after a journey through REDCap."""
    people = [make_person(seed=1, weeks=(0, 12)), make_person(seed=2)]
    write(people, tmp_path / "record.json")
    out = CliRunner().invoke(
        app, ["redcap", "write", str(tmp_path / "record.json"), "--out", str(tmp_path / "project")]
    )
    tables = [str(tmp_path / "project" / name) for name in ("records.csv", "dictionary.csv")]
    back = CliRunner().invoke(app, ["redcap", "read", *tables, "--out", str(tmp_path / "back.json")])
    assert [0, 0] == [out.exit_code, back.exit_code]
    assert "this attribute was not written" in out.stderr
    assert [set(one.observations) for one in people] == [set(one.observations) for one in read(tmp_path / "back.json")]
