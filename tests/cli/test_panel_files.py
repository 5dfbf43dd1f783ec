"""``--panel``: one file or a folder of panels joins score, infer, plan, schedule and run."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backloop.cli import app
from backloop.library import Library
from backloop.panel import Panel, make_panel, save_panel
from backloop.record import make_person, write
from backloop.recordings import Reading

LIBRARY = Library.packaged()


def panel(seed: int, session_id: str = "ses-w00") -> Panel:
    """Make the panel of a made-up person: one accumbens."""
    who = {"participant_id": f"sub-madeup{seed}", "session_id": session_id}
    row = Reading(marker="nac-volume", value=1058, unit="mm3", convention="FreeSurfer", **who)
    return make_panel([row], participant_id=f"sub-madeup{seed}", library=LIBRARY, is_made_up=True)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with three people, one panel as a file, and two as the door writes them."""
    write([make_person(seed=seed) for seed in (1, 2, 3)], tmp_path / "people")
    write([make_person(seed=1)], tmp_path / "one.json")
    save_panel(panel(1), tmp_path / "panel.json")
    for seed in (1, 2):
        save_panel(panel(seed), tmp_path / "panels" / f"sub-madeup{seed}" / "panel.json")
    return tmp_path


def run(*words: str | Path):
    """Type one command."""
    return CliRunner().invoke(app, [str(word) for word in words])


def test_score_prints_what_was_recorded(desk: Path):
    """The panel's rows stand among the scores of their person."""
    result = run("score", desk / "one.json", "--panel", desk / "panel.json", "--instrument", "nac-volume")

    assert result.exit_code == 0, result.output
    assert "nac-volume\t1058.0\tmm3" in result.output
    assert "recorded" in result.output


def test_a_folder_serves_everybody_and_names_those_without(desk: Path):
    """Each person gets their own panel; whoever has none is scored all the same and named."""
    result = run("score", desk / "people", "--panel", desk / "panels", "--instrument", "nac-volume")

    assert result.exit_code == 0
    assert "no panel, so without recordings: sub-madeup3" in result.stderr
    assert ["sub-madeup1", "sub-madeup2"] == [line.split("\t")[0] for line in result.stdout.splitlines()[1:]]


@pytest.mark.parametrize("command", [("infer",), ("plan",), ("schedule", "--start", "2026-12-01")])
def test_every_verb_takes_the_panel_along(desk: Path, command: tuple[str, ...]):
    """What a noun rests on names the panel's row wherever the chain is cut."""
    words = (*command, desk / "one.json", "--format", "json", "--panel")
    plain, beside = run(*words[:-1]), run(*words, desk / "panel.json")

    assert (0, 0) == (plain.exit_code, beside.exit_code), beside.output
    books = [json.loads(each.stdout)["because"]["books"] for each in (plain, beside)]
    assert {"markers/nac-volume@1"} == set(books[1]) - set(books[0])


def test_run_writes_recordings_into_measures_and_letter(desk: Path):
    """The whole chain carries the panel, with one process or two."""
    common = ("run", desk / "people", "--start", "2026-12-07", "--panel", desk / "panels")
    one, two = (run(*common, "--out", desk / f"out{jobs}", "--jobs", str(jobs)) for jobs in (1, 2))

    assert (0, 0) == (one.exit_code, two.exit_code), one.output
    letters = {seed: (desk / f"out1/sub-madeup{seed}/letter-clinician.html").read_text("utf-8") for seed in (1, 3)}
    assert {1: True, 3: False} == {seed: '<table class="recorded">' in text for seed, text in letters.items()}
    assert (desk / "out1/sub-madeup1/measures.json").read_bytes() == (
        desk / "out2/sub-madeup1/measures.json"
    ).read_bytes()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere.json", "nowhere.json: there is no such file"),
        ("one.json", "one.json: expected a panel"),
        ("people", "expected people/sub-*/panel.json, there is none"),
    ],
)
def test_what_is_no_panel_is_refused_by_name(desk: Path, name: str, said: str):
    """A wrong file or folder ends the command with code 2, and the message says what was expected."""
    result = run("infer", desk / "one.json", "--panel", desk / name)

    assert result.exit_code == 2
    assert said in result.stderr


def test_panels_of_nobody_in_the_source_are_refused(desk: Path):
    """A panel that belongs to nobody here is not silently left out."""
    save_panel(panel(9), desk / "other.json")
    result = run("score", desk / "people", "--panel", desk / "other.json")

    assert result.exit_code == 2
    assert "it holds sub-madeup9" in result.stderr


def test_a_visit_the_record_does_not_know_is_refused(desk: Path):
    """The command says which visits there are and what to do."""
    save_panel(panel(1, "ses-mri"), desk / "later.json")
    result = run("infer", desk / "one.json", "--panel", desk / "later.json")

    assert result.exit_code == 2
    assert "the panel holds the visits ses-mri, the record ses-w00; add the visits to the record" in result.stderr


def test_a_run_leaves_out_the_one_whose_panel_does_not_fit(desk: Path):
    """One person's wrong panel is listed with its reason; everybody else is done."""
    save_panel(panel(2, "ses-mri"), desk / "panels/sub-madeup2/panel.json")
    result = run("run", desk / "people", "--panel", desk / "panels", "--out", desk / "out", "--start", "2026-12-07")

    assert result.exit_code == 3
    assert "visits ses-mri" in (desk / "out/problems.tsv").read_text("utf-8")
    assert (desk / "out/sub-madeup3/measures.json").exists()
