"""``backloop run``: everybody in a source, the files, the exit codes."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from backloop.cli import app
from backloop.record import make_person, write

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


def test_a_source_of_nobody_says_what_was_refused(tmp_path: Path):
    """Where nobody can be read the reasons are shown, the code is 2 and no folder is made."""
    source = write([make_person(seed=1)], tmp_path / "record.json")
    source.write_text(source.read_text(encoding="utf-8").replace("sessions", "sesions"), encoding="utf-8")

    result = _run(str(source), "--out", str(tmp_path / "out"))

    assert result.exit_code == 2
    assert "record.json, row 1, column 'sesions'" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_person_whose_folder_cannot_be_made_is_listed(tmp_path: Path):
    """A file in a person's place leaves that person out, and everybody else is done."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "sub-madeup2").write_text("a note", encoding="utf-8")

    result = _run(str(TINY), "--out", str(out))

    problems = pd.read_csv(out / "problems.tsv", sep="\t")
    assert result.exit_code == 3, result.output
    assert ["sub-madeup2"] == list(problems["file"])
    assert ["a person who can be assessed"] == list(problems["expected"])
    assert "2 people done, 1 rows or values refused" in result.stdout


def test_problems_are_written_in_the_language_asked_for(tmp_path: Path):
    """With --lang zh the table of problems, like the report, is in Chinese; its columns keep their names."""
    out = tmp_path / "out"
    source = write([make_person(seed=seed) for seed in (1, 2)], tmp_path / "record.json")
    out.mkdir()
    (out / "sub-madeup2").write_text("a note", encoding="utf-8")

    result = _run(str(source), "--out", str(out), "--lang", "zh")

    problems = pd.read_csv(out / "problems.tsv", sep="\t")
    assert result.exit_code == 3, result.output
    assert [["可评估的人员", True]] == [
        [row["expected"], row["todo"].startswith("未纳入该人员（")] for _, row in problems.iterrows()
    ]
    assert "可评估的人员" in (out / "report.html").read_text("utf-8")


def test_nobody_taken_through_still_lists_why(tmp_path: Path):
    """Where everybody fails the code is 2 and the problems are in their table."""
    source = write([make_person(seed=1)], tmp_path / "record.json")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub-madeup1").write_text("a note", encoding="utf-8")

    result = _run(str(source), "--out", str(tmp_path / "out"))

    assert result.exit_code == 2
    assert ["sub-madeup1"] == list(pd.read_csv(tmp_path / "out" / "problems.tsv", sep="\t")["file"])


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path):
    """A folder in the place of a file ends with code 2 and its name, not with a trace."""
    (tmp_path / "out" / "report.html").mkdir(parents=True)

    result = _run(str(TINY), "--out", str(tmp_path / "out"))

    assert result.exit_code == 2
    assert "report.html: cannot be used" in result.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no such signal")
def test_helpers_do_not_outlive_a_killed_run(tmp_path: Path):
    """When the run is killed from outside, the processes that share its work end too."""
    rows = "".join(f"{number},{number % 11}\n" for number in range(400))
    (tmp_path / "many.csv").write_text("participant_id,nrs_01\n" + rows, encoding="utf-8")
    words = ["-m", "backloop", "run", "many.csv", "--out", "out", "--jobs", "2"]
    run = subprocess.Popen([sys.executable, *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not any(tmp_path.glob("out/sub-*")) and time.monotonic() < deadline:
        time.sleep(0.2)

    run.kill()
    run.communicate(timeout=20)

    assert run.returncode == -signal.SIGKILL
