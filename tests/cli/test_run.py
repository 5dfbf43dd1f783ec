"""``backloop run``: everybody in a source, the files, the exit codes."""

import shutil
from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

from backloop.cli import app

TINY = Path(__file__).parents[1] / "data" / "tiny_bids"
FILES = {
    "measures.json", "profile.json", "plan.json", "programme.json", "programme.ics", "course.json",
    "letter-patient.html", "letter-clinician.html",
}  # fmt: skip


def _run(*words: str):
    return CliRunner().invoke(app, ["run", *words, "--start", "2026-12-07"])


def test_everybody_gets_their_files(tmp_path: Path):
    """Each person has a folder with every file; the set has its table, problems and report."""
    result = _run(str(TINY), "--out", str(tmp_path))

    assert result.exit_code == 0, result.output
    people = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert len(people) == 3
    assert [FILES] * 3 == [{path.name for path in (tmp_path / name).iterdir()} for name in people]
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert set(pd.read_csv(tmp_path / "cohort.tsv", sep="\t")["participant_id"]) == set(people)


def test_two_processes_give_the_same_files(tmp_path: Path):
    """The result does not depend on how many processes share the work."""
    _run(str(TINY), "--out", str(tmp_path / "one"))
    _run(str(TINY), "--out", str(tmp_path / "two"), "--jobs", "2")

    one = {path.relative_to(tmp_path / "one"): path.read_bytes() for path in (tmp_path / "one").rglob("*.*")}
    two = {path.relative_to(tmp_path / "two"): path.read_bytes() for path in (tmp_path / "two").rglob("*.*")}
    assert one == two


def test_a_refused_value_gives_code_three(tmp_path: Path):
    """One wrong cell is listed with row and column, and everybody else is done."""
    source = tmp_path / "bids"
    shutil.copytree(TINY, source)
    path = source / "phenotype" / "rmdq_ses-w00.tsv"
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    table.loc[0, "rmdq_03"] = "7"
    table.to_csv(path, sep="\t", index=False)

    result = _run(str(source), "--out", str(tmp_path / "out"))

    problems = pd.read_csv(tmp_path / "out" / "problems.tsv", sep="\t")
    assert result.exit_code == 3, result.output
    assert [("phenotype/rmdq_ses-w00.tsv", 2, "rmdq_03")] == list(
        problems.loc[problems["severity"] == "refused", ["file", "row", "column"]].itertuples(index=False, name=None)
    )


def test_nothing_to_read_gives_code_two(tmp_path: Path):
    """An empty file cannot be read at all."""
    (tmp_path / "empty.csv").touch()

    result = _run(str(tmp_path / "empty.csv"), "--out", str(tmp_path / "out"))

    assert result.exit_code == 2
    assert "empty.csv" in result.stderr


def test_an_unknown_visit_is_named(tmp_path: Path):
    """A visit that nobody has ends with code 2 and says which visits there are."""
    result = _run(str(TINY), "--out", str(tmp_path), "--session", "ses-99")

    assert result.exit_code == 2
    assert "ses-w00" in result.stderr
