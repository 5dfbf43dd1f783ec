"""Real recordings laid out as a BIDS dataset by links: the panel gives the numbers that are known of them."""

from pathlib import Path

import pytest

from backloop.cohort import PanelJob, PanelPlan, run_panel
from backloop.holdings import read_naming
from backloop.recordings import Reading

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain"
PLACES = {
    "eeg/Subject00_1.edf": "sub-real/eeg/sub-real_task-eyesclosed_eeg.edf",
    "eeg/S001R01.edf": "sub-real/eeg/sub-real_task-eyesopen_eeg.edf",
    "eeg/S001R02.edf": "sub-real/eeg/sub-real_task-eyesopen_run-2_eeg.edf",
    "eeg/eeglab_data.set": "sub-real/eeg/sub-real_task-oddball_eeg.set",
    "eeg/eeglab_data.fdt": "sub-real/eeg/eeglab_data.fdt",
    "mrs/svs_97.TABLE": "derivatives/lcmodel/sub-real/mrs/sub-real_voi-ACC_svs.table",
    "bold/sub-RAPIDTIDETEST_cifti.ptseries.nii": "derivatives/hcp/sub-real/func/sub-real_task-rest_bold.ptseries.nii",
    "structure/bert/stats": "derivatives/freesurfer/sub-real/stats",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory):
    """Lay the files out and read them."""
    if not DATA.is_dir():
        pytest.skip("the real recordings are not here")
    pytest.importorskip("mne", reason="the brain extra is not installed")
    folder = tmp_path_factory.mktemp("real")
    for source, place in PLACES.items():
        (folder / "bids" / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / "bids" / place).symlink_to(DATA / source)
    (folder / "bids" / "participants.tsv").write_text("participant_id\tage\tsex\nsub-real\t40\tF\n", encoding="utf-8")
    names = folder / "names.toml"
    names.write_text("[evoked.p300]\nevents = ['square']\n", encoding="utf-8")
    return run_panel(PanelJob(folder / "bids", folder / "out", plan=PanelPlan(naming=read_naming(names))))


def at(run, marker: str, **told: str) -> Reading:
    """Give the reading of a marker, under a condition where one is told."""
    (panel,) = run.panels()
    found = [row.reading for row in panel.rows if row.reading.marker == marker]
    return next(each for each in found if told.items() <= each.because.parameters.items())


def test_known_numbers_come_out(run):
    """Alpha near 10.5 Hz, slow-5 of the accumbens 0.084 and 0.086, bert's accumbens, NAA over creatine of the table."""
    assert at(run, "eeg-peak-alpha.occipital", eyes="closed").value == pytest.approx(10.5, abs=0.5)
    assert at(run, "nac-slow5.left").value == pytest.approx(0.084, abs=0.002)
    assert at(run, "nac-slow5.right").value == pytest.approx(0.086, abs=0.002)
    assert at(run, "nac-volume.left").value == 508.0
    assert at(run, "p300.peak-latency").value == pytest.approx(430, abs=60)


def test_eyes_open_and_closed_stand_apart(run):
    """The two rests (of two people, here) are two rows, and their difference is read too."""
    closed, opened = (at(run, "eeg-alpha-power", eyes=eyes) for eyes in ("closed", "open"))

    assert closed.value > opened.value
    assert at(run, "eeg-alpha-reactivity").value is not None


def test_the_web_page_is_the_only_failure(run):
    """One of the files is a page saved under a recording's name."""
    assert [(failure.source, "web page" in failure.reason.en) for failure in run.failures] == [
        ("sub-real_task-eyesopen_run-2_eeg.edf", True)
    ]
