"""A run over a dataset: the same from any number of workers, nothing done twice, nobody's failure stops the others."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from backloop.cohort import CohortFailure, PanelJob, PanelPlan, run_panel
from backloop.cohort import persons as persons_module
from backloop.cohort import stamps as stamps_module
from backloop.cohort.cohort_tables import write_failures
from backloop.errors import DoorError, MeasureError
from backloop.holdings import find_recordings
from backloop.norms import read_controls
from backloop.panel import read_panel
from backloop.units import Text

VALIDATOR = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
KILLED = """
import sys
from pathlib import Path
from backloop.cohort import PanelJob, PanelPlan, run_panel
plan = PanelPlan(has_homogeneity=False, strategy="24P")
run_panel(PanelJob(Path(sys.argv[1]), Path(sys.argv[2]), plan=plan), jobs=int(sys.argv[3]))
"""


def plain_page(panel, *, curves, matrices, maps, lang):
    """Make a page of one line; at the top of a module, so that other processes find it."""
    return f"<!doctype html><title>{panel.participant_id} {len(curves)} {len(matrices)} {len(maps)} {lang}</title>"


def plain_cohort_page(panels, *, failures, lang):
    """Make a page of one line about all."""
    return f"<!doctype html><title>{sum(1 for _ in panels)} {len(failures)} {lang}</title>"


def contents(out: Path) -> dict[str, bytes]:
    """Give every file below a folder."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def alone(people: Path, tmp_path_factory: pytest.TempPathFactory):
    """What one process makes of everybody, and where."""
    out = tmp_path_factory.mktemp("alone") / "out"
    job = PanelJob(people, out, plan=PanelPlan(has_homogeneity=False, strategy="24P"), page=plain_page)
    return run_panel(job, cohort_page=plain_cohort_page), job


def test_everybody_has_a_folder_and_the_set_its_tables(alone):
    """Panel, drawings, page, maps and stamp a person; table, sidecar, failures, page and description for the set."""
    run, job = alone
    made = contents(job.out)

    assert run.done == ("sub-001", "sub-002", "sub-003")
    assert run.failures == ()
    assert {name for name in made if "/" not in name} == {
        ".bidsignore", "README", "dataset_description.json", "failures.tsv", "panel.json", "panel.tsv", "report.html",
    }  # fmt: skip
    for who in run.done:
        assert {f"{who}/{name}" for name in ("panel.json", "drawings.json", "inputs.json", "report.html")} <= set(made)
        assert any(name.startswith(f"{who}/ses-01/func/") and "stat-alff" in name for name in made)
    assert made["report.html"] == b"<!doctype html><title>3 0 en</title>"


@pytest.mark.skipif(VALIDATOR is None, reason="the BIDS validator is not installed")
def test_the_results_are_a_valid_dataset(alone):
    """The official validator finds no error in what a run leaves behind."""
    _, job = alone
    told = subprocess.run([VALIDATOR, "--json", str(job.out)], capture_output=True, text=True, check=False).stdout
    issues = json.loads(told)["issues"]["issues"]

    assert [issue["code"] for issue in issues if issue.get("severity") == "error"] == []


def test_the_table_holds_every_row_of_every_panel(alone):
    """One row a person, visit and marker, with value, reference and certainty; the reason where there is no value."""
    run, job = alone
    table = pd.read_csv(job.out / "panel.tsv", sep="\t", na_values="n/a", keep_default_na=False)
    row = read_panel(job.out / "sub-002" / "panel.json").get("nac-volume", "ses-01")
    found = table[(table.participant_id == "sub-002") & (table.marker == "nac-volume")].iloc[0]

    assert len(table) == run.rows == sum(len(panel.rows) for panel in run.panels())
    assert (found.value, found.unit, found.basis, found.certainty) == (
        row.reading.value, row.reading.unit, row.standing.basis, row.certainty.value,
    )  # fmt: skip
    assert table[table.value.isna()].reason.notna().all()


def test_the_sidecar_says_what_every_column_is(alone):
    """Each column of the table stands in the sidecar, as BIDS asks."""
    _, job = alone
    told = json.loads((job.out / "panel.json").read_text("utf-8"))
    columns = (job.out / "panel.tsv").read_text("utf-8").partition("\n")[0].split("\t")

    assert all(told[column]["Description"] for column in columns)


@pytest.mark.parametrize("jobs", [2, 3])
def test_the_number_of_processes_does_not_matter(people: Path, alone, tmp_path: Path, jobs: int):
    """Two and three processes write the same bytes as one."""
    _, job = alone
    other = replace(job, out=tmp_path / "out")
    run_panel(other, jobs=jobs, cohort_page=plain_cohort_page)
    one, two = contents(job.out), contents(other.out)
    described = "dataset_description.json"

    assert {name: data for name, data in one.items() if name != described} == {
        name: data for name, data in two.items() if name != described
    }


def test_a_cluster_makes_the_same(people: Path, alone, tmp_path: Path):
    """A Dask cluster of two worker processes writes the same bytes."""
    distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    _, job = alone
    other = replace(job, out=tmp_path / "out", page=None)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        run_panel(other, scheduler=cluster.scheduler_address)

    assert (other.out / "panel.tsv").read_bytes() == (job.out / "panel.tsv").read_bytes()
    assert contents(other.out / "sub-003")["panel.json"] == contents(job.out / "sub-003")["panel.json"]


def test_wrong_schedulers_are_refused(people: Path, quick, tmp_path: Path):
    """An address that is none, and one where nobody answers, are told."""
    with pytest.raises(MeasureError, match="tcp://host:8786"):
        run_panel(quick(people, tmp_path / "out"), scheduler="host:8786")
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    with pytest.raises(MeasureError, match="no Dask scheduler answers"):
        run_panel(quick(people, tmp_path / "out"), scheduler="tcp://127.0.0.1:9")


@pytest.fixture
def tables(people: Path, tmp_path: Path) -> Path:
    """Copy the people without their scans, which is all that most tests of resuming need."""
    for part in ("participants.tsv", "derivatives/lcmodel", "derivatives/tracts", "sourcedata"):
        target = tmp_path / "bids" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (people / part).is_dir() else shutil.copy2)(people / part, target)
    return tmp_path / "bids"


def test_what_is_unchanged_is_not_done_again(tables: Path, quick, tmp_path: Path):
    """A second run touches nobody, even where a file's time changed but not its content."""
    job = quick(tables, tmp_path / "out")
    first = run_panel(job)
    stamps = {path: path.stat().st_mtime_ns for path in job.out.rglob("sub-*/panel.json")}
    for path in tables.rglob("*.table"):
        os.utime(path)
    second = run_panel(job)

    assert (first.unchanged, second.unchanged) == ((), first.done)
    assert stamps == {path: path.stat().st_mtime_ns for path in job.out.rglob("sub-*/panel.json")}


def test_a_changed_file_is_read_again(tables: Path, quick, tmp_path: Path):
    """New content of one person's file makes that person anew, and nobody else."""
    job = quick(tables, tmp_path / "out")
    run_panel(job)
    table = next(tables.rglob("sub-002*.table"))
    table.write_text(table.read_text("utf-8").replace("S/N =  25", "S/N =  26"), encoding="utf-8")
    run = run_panel(job)

    assert run.unchanged == ("sub-001", "sub-003")
    row = read_panel(job.out / "sub-002" / "panel.json").get("acc-glx", "ses-01")
    assert row.reading.quality["snr"] == 26


@pytest.mark.parametrize("change", ["plan", "version", "lang", "new file", "age"])
def test_everything_results_rest_on_counts(
    tables: Path, quick, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
):
    """Another choice, version, language, file or age makes everybody concerned anew."""
    job = quick(tables, tmp_path / "out", page=plain_page)
    run_panel(job)
    if change == "plan":
        job = quick(tables, tmp_path / "out", page=plain_page, plan=PanelPlan(has_homogeneity=False))
    elif change == "version":
        monkeypatch.setattr(stamps_module, "version", lambda _name: "99")
    elif change == "lang":
        job = quick(tables, tmp_path / "out", page=plain_page, lang="zh")
    elif change == "new file":
        for name in ("sub-001", "sub-002", "sub-003"):
            (tables / name / "eeg").mkdir(parents=True)
            (tables / name / "eeg" / f"{name}_task-restEC_eeg.edf").write_bytes(b"0")
    else:
        path = tables / "participants.tsv"
        people = pd.read_csv(path, sep="\t")
        people["age"] += 1
        people.to_csv(path, sep="\t", index=False)

    assert run_panel(job).unchanged == ()


def test_a_killed_run_loses_one_person_at_most(people: Path, tmp_path: Path):
    """After a kill every folder is whole; the next run does what is missing, and the results are as if never killed."""
    out, words = tmp_path / "out", [sys.executable, "-c", KILLED, str(people), str(tmp_path / "out"), "1"]
    running = subprocess.Popen(words)
    deadline = time.monotonic() + 120
    while not (out / "sub-001" / "panel.json").exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    left = sorted(path.name for path in out.glob("sub-*"))
    whole = [name for name in left if {"panel.json", "inputs.json"} <= {path.name for path in (out / name).iterdir()}]

    assert left == whole
    assert 1 <= len(left) < 3
    before = {name: (out / name / "panel.json").stat().st_mtime_ns for name in left}
    subprocess.run(words, check=True)
    assert before == {name: (out / name / "panel.json").stat().st_mtime_ns for name in left}
    assert len(list(out.glob("sub-*"))) == 3
    assert not (out / ".unfinished").exists()


def test_a_person_who_fails_is_listed_and_the_rest_go_on(
    tables: Path, quick, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Whatever one person's data do to the program, the others have their panels, and the reason is told."""
    whole = persons_module.make_panel

    def stumble(readings, *, participant_id, **more):
        if participant_id == "sub-002":
            raise ZeroDivisionError
        return whole(readings, participant_id=participant_id, **more)

    monkeypatch.setattr(persons_module, "make_panel", stumble)
    run = run_panel(quick(tables, tmp_path / "out"), cohort_page=plain_cohort_page)
    failures = pd.read_csv(tmp_path / "out" / "failures.tsv", sep="\t", keep_default_na=False)

    assert run.done == ("sub-001", "sub-003")
    assert failures.participant_id.tolist() == ["sub-002"]
    assert "ZeroDivisionError" in failures.reason[0]
    assert "2 1 en" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_a_later_failure_does_not_leave_old_results_behind(
    tables: Path, quick, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Results that no longer hold are taken away when the new ones cannot be made."""
    run_panel(quick(tables, tmp_path / "out"))

    def stumble(*_readings, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(persons_module, "make_panel", stumble)
    changed = PanelPlan(has_homogeneity=False)
    assert run_panel(quick(tables, tmp_path / "out", plan=changed)).done == ()
    assert list((tmp_path / "out").glob("sub-*")) == []


def test_a_folder_with_something_else_is_refused(tables: Path, quick, tmp_path: Path):
    """Folders of people are replaced, so results never go where something else lies: not even the dataset itself."""
    with pytest.raises(DoorError, match="choose another"):
        run_panel(quick(tables, tables))
    assert find_recordings(tables)


def test_healthy_people_become_controls(people: Path, alone, quick, tmp_path: Path):
    """A run's people as a table of controls are read back, with the value of each marker, age and sex."""
    run, job = alone
    run_panel(job, as_controls=tmp_path / "controls.tsv")
    controls = read_controls(tmp_path / "controls.tsv")
    found = [panel.get("nac-volume", "ses-01").reading.value for panel in run.panels()]

    assert controls.values("nac-volume") == tuple(found)
    assert all(each.person.mean_fd_mm for each in controls.people)


def test_words_of_failures_stay_on_one_line(tmp_path: Path):
    """A reason with a tab or a line end does not break the table."""
    why = Text(en="one\ttwo\nthree", zh="一\t二")
    write_failures([CohortFailure("sub-01", "eeg", "a.edf", why)], tmp_path / "failures.tsv")

    assert (tmp_path / "failures.tsv").read_text("utf-8").splitlines()[1].split("\t")[3] == "one two three"
