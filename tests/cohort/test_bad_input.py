"""Bad input through the front door: each fault comes out as its own reason, and everything else is read."""

import shutil
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from backloop.cohort import PanelJob, PanelPlan, run_panel
from backloop.errors import UnreadableSource
from backloop.tissues import read_structure_table

FAULTS = {
    "no-tr": "repetition time; it is missing or zero",
    "other-grid": "lie on different grids",
    "truncated": "ends or breaks before the data",
    "too-short": "a longer scan",
    "lfs-pointer": "git-LFS pointer",
    "twin-runs": "same bytes as another recording",
    "lost-voxels": "voxels inside the mask are not numbers",
}


@pytest.fixture(scope="module")
def faulty(brain_cohort: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """Run a cohort in which each person's scan has one fault."""
    pytest.importorskip("nibabel", reason="the brain extra is not installed")
    folder = tmp_path_factory.mktemp("faulty")
    plan = brain_cohort.CohortPlan(people=1, voxel_mm=9.0, volumes=160, has_eeg=False, faults=tuple(FAULTS))
    brain_cohort.make_cohort(folder / "bids", plan)
    choices = PanelPlan(has_homogeneity=False, has_maps=False, strategy="24P")
    run = run_panel(PanelJob(folder / "bids", folder / "out", plan=choices))
    assert len(run.done) == 1 + len(FAULTS)
    return folder / "out", pd.read_csv(folder / "out" / "failures.tsv", sep="\t")


@pytest.mark.parametrize(("fault", "words"), FAULTS.items())
def test_each_fault_of_a_scan_has_its_reason(faulty: tuple[Path, pd.DataFrame], fault: str, words: str):
    """The reason names what is wrong, beside the file's name and no folder; the person's other recordings are read."""
    out, failures = faulty
    mine = failures[failures.participant_id == f"sub-{fault.replace('-', '')}"]
    table = pd.read_csv(out / "panel.tsv", sep="\t", na_values="n/a")
    read = table[(table.participant_id == f"sub-{fault.replace('-', '')}") & table.value.notna()]

    assert len(mine) == 1
    assert words in mine.reason.iloc[0]
    assert "/" not in mine.source.iloc[0]
    assert str(out.parent) not in mine.reason.iloc[0]
    assert {"nac-volume", "acc-glx"} <= set(read.marker)


def test_a_person_without_fault_has_no_failure(faulty: tuple[Path, pd.DataFrame]):
    """Nobody else is touched by the others' faults."""
    _, failures = faulty

    assert "sub-001" not in set(failures.participant_id)


@pytest.fixture
def run_one(tmp_path: Path, quick):
    """Give a runner over a dataset of one person that returns the reasons, joined."""

    def run(*files: tuple[str, str | bytes]) -> str:
        for name, data in files:
            path = tmp_path / "bids" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
        made = run_panel(quick(tmp_path / "bids", tmp_path / "out"))
        return " ".join(failure.reason.en for failure in made.failures)

    return run


def test_a_web_page_named_edf(run_one):
    """A page saved under a recording's name is told as one."""
    page = "<!DOCTYPE html><html><title>Sign in</title></html>"

    assert "web page" in run_one(("sub-01/eeg/sub-01_task-restEC_eeg.edf", page))


def test_a_spectrum_in_which_nothing_was_found(run_one):
    """LCModel's 999 % in every row is a reason, not eight numbers."""
    table = "$$CONC 2 lines\n Conc. %SD /Cr+PCr Metabolite\n 1.0 999% 1.0 NAA\n 0.0 999% 0.0 Cr+PCr\n$$MISC 0\n"

    assert "every bound is 999 %" in run_one(("derivatives/lcmodel/sub-01/sub-01_voi-ACC_svs.table", table))


def test_milliseconds_for_seconds(run_one):
    """An echo time of 30 names its file and the unit that was expected."""
    table = "$$CONC 2 lines\n Conc. %SD /Cr+PCr Metabolite\n 8.0 5% 1.1 NAA\n 7.0 5% 1.0 Cr+PCr\n$$INPU 1\n DOWS = T\n"
    said = (
        '{"EchoTime": 30, "RepetitionTime": 2, "MagneticFieldStrength": 3,'
        ' "TissueFractions": {"GM": 0.6, "WM": 0.3, "CSF": 0.1}}'
    )
    stem = "derivatives/lcmodel/sub-01/sub-01_voi-ACC_svs"

    assert "looks like milliseconds" in run_one((f"{stem}.table", table), (f"{stem}.json", said))


def test_region_tables_without_time(run_one):
    """A table of regions that no sidecar gives a repetition time."""
    name = "derivatives/own/sub-01/func/sub-01_task-rest_timeseries.tsv"

    assert "expected a repetition time" in run_one((name, "left\tright\n1\t2\n2\t1\n"))


def test_a_structure_that_vanished_by_its_new_name(people: Path, tmp_path: Path, quick):
    """A structure of size zero gives no value but a reason; in a table of people, the rename is told."""
    shutil.copytree(people / "sourcedata", tmp_path / "bids" / "sourcedata")
    stats = tmp_path / "bids" / "sourcedata" / "freesurfer" / "sub-001" / "stats" / "aseg.stats"
    lines = stats.read_text("utf-8").splitlines()
    zero = [line.rsplit(" ", 2)[0] + " 0.0 Left-Accumbens-area" if "Left-Accumbens" in line else line for line in lines]
    stats.write_text("\n".join(zero) + "\n", encoding="utf-8")
    run = run_panel(quick(tmp_path / "bids", tmp_path / "out"), participants=["001"])
    (panel,) = run.panels()

    assert "size is zero" in panel.get("nac-volume.left", "ses-01").reading.reason.en
    table = tmp_path / "volumes.csv"
    table.write_text("sub_id,Left-Thalamus-Proper\n1,0\n2,0\n", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="Thalamus-Proper became Thalamus"):
        read_structure_table(table)
