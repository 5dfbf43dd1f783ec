"""``backloop panel``: the plan, the files, the exit codes."""

import re
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from typer.testing import CliRunner

from backloop.cli import app
from backloop.panel import read_panel

QUICK = ("--no-reho", "--no-maps", "--strategy", "24P")


def call(*words: object):
    """Type the command."""
    return CliRunner().invoke(app, ["panel", *map(str, words)])


@pytest.fixture(scope="module")
def bids(brain_cohort: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two people, one of them with a pointer in place of the scan."""
    pytest.importorskip("nibabel", reason="the brain extra is not installed")
    folder = tmp_path_factory.mktemp("bids")
    plan = brain_cohort.CohortPlan(people=1, voxel_mm=9.0, volumes=160, has_eeg=False, faults=("lfs-pointer",))
    brain_cohort.make_cohort(folder, plan)
    return folder


def test_a_dry_run_prints_and_writes_nothing(bids: Path, tmp_path: Path):
    """One line a recording: whose, when, what and which file."""
    result = call(bids, "--out", tmp_path / "out", "--dry-run", "--participants", "001")

    assert result.exit_code == 0, result.output
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert lines[0] == ["participant_id", "session_id", "modality", "kind", "file"]
    assert [line[2] for line in lines[1:]] == ["bold", "structure", "diffusion", "mrs"]
    assert not (tmp_path / "out").exists()


def test_a_dry_run_says_what_cannot_be_read(tmp_path: Path):
    """A rest whose eyes nobody told is named before anything is computed, in the reader's language."""
    path = tmp_path / "bids" / "sub-01" / "eeg" / "sub-01_task-rest_eeg.edf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"0")
    result = call(tmp_path / "bids", "--out", tmp_path / "out", "--dry-run", "--lang", "zh")

    assert result.exit_code == 3
    assert "未说明睁眼或闭眼" in result.stderr


def test_a_failure_gives_code_three_and_the_rest_is_done(bids: Path, tmp_path: Path):
    """Both have panel and page; the pointer is told on standard error and in failures.tsv; then nothing is redone."""
    result = call(bids, "--out", tmp_path / "out", *QUICK)

    assert result.exit_code == 3, result.output
    assert "git-LFS pointer" in result.stderr
    failures = pd.read_csv(tmp_path / "out" / "failures.tsv", sep="\t")
    assert failures.participant_id.tolist() == ["sub-lfspointer"]
    for who in ("sub-001", "sub-lfspointer"):
        assert read_panel(tmp_path / "out" / who / "panel.json").rows
        page = (tmp_path / "out" / who / "report.html").read_text("utf-8")
        assert page.lower().startswith("<!doctype html>")
    assert (tmp_path / "out" / "report.html").read_text("utf-8").lower().startswith("<!doctype html>")
    assert "0 people done, 2 unchanged" in call(bids, "--out", tmp_path / "out", *QUICK).stdout


def test_pages_do_not_depend_on_the_processes(bids: Path, tmp_path: Path):
    """Every file of a person, with pictures and page, is the same from one and from two processes."""
    words = ("--participants", "001", *QUICK, "--lang", "zh")
    for jobs in (1, 2):
        assert call(bids, "--out", tmp_path / str(jobs), "--jobs", jobs, *words).exit_code == 0
    one, two = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name / "sub-001").rglob("*.*")}
        for name in ("1", "2")
    )

    assert set(one) == set(two)
    assert [path for path in one if one[path] != two[path]] == []


def test_pages_may_be_left_out(bids: Path, tmp_path: Path):
    """Without pages a person takes the least time; everything else is written."""
    words = ("--participants", "001", *QUICK, "--no-pages")

    assert call(bids, "--out", tmp_path / "out", *words).exit_code == 0
    names = {path.name for path in (tmp_path / "out" / "sub-001").iterdir()}
    assert names == {"panel.json", "drawings.json", "inputs.json"}


def test_controls_from_a_run_are_taken_by_the_next(bids: Path, tmp_path: Path):
    """The table that --as-controls writes is one that --controls reads."""
    controls = tmp_path / "controls.tsv"
    words = (*QUICK, "--modality", "structure")
    assert call(bids, "--out", tmp_path / "a", *words, "--as-controls", controls).exit_code == 0

    result = call(bids, "--out", tmp_path / "b", *words, "--controls", controls)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("elsewhere", "--out", "out"), "none of that name"),
        (("BIDS", "--out", "out", "--participants", "sub-99"), "does not hold sub-99"),
        (("BIDS", "--out", "BIDS"), "choose another with --out"),
        (("BIDS", "--out", "out", "--controls", "none.tsv"), "none.tsv"),
        (("BIDS", "--out", "out", "--normative", "none.zip"), "none.zip"),
        (("BIDS", "--out", "out", "--states", "none.toml"), "none.toml"),
        (("BIDS", "--out", "out", "--names", "none.toml"), "none.toml"),
        (("BIDS", "--out", "out", "--scheduler", "here"), "tcp://host:8786"),
    ],
)
def test_wrong_calls_end_with_code_two(
    bids: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
):
    """What is wrong with the call is said in one sentence, before anybody is worked on."""
    monkeypatch.chdir(tmp_path)
    result = call(*(str(bids) if word == "BIDS" else word for word in words))

    assert result.exit_code == 2
    assert told in result.stderr
    assert not list(tmp_path.glob("out/sub-*"))


def test_help_shows_an_example():
    """The help ends with a command to copy, and names every option of the issue."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", call("--help").stdout)

    assert "Example: backloop panel" in text
    for option in ("--participants", "--modality", "--jobs", "--scheduler", "--controls", "--normative", "--states"):
        assert option in text
