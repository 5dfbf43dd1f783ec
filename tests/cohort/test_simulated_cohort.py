"""A cohort whose truth is known: planted numbers lie in the readings' intervals, motion adds none, faults are named."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from backloop.bold import BoldPlan, find_bold_runs, read_bold_markers
from backloop.cohort import PanelJob, PanelPlan, run_panel
from backloop.eeg import read_eeg, read_eeg_markers
from backloop.errors import BackloopError
from backloop.recordings import Reading
from backloop.tissues import (
    read_freesurfer,
    read_metabolites,
    read_spectrum_markers,
    read_structure_markers,
    read_tract_markers,
)

PEOPLE = 40
LEVEL = 0.95
FEWEST = int(binom.ppf(0.001, PEOPLE, LEVEL))
PERSON = {"participant_id": "sub-001", "session_id": "ses-01"}
SMALL = {"voxel_mm": 6.0, "volumes": 240, "has_tables": False, "has_eeg": False}

Readings = dict[str, Reading]


def _read(folder: Path, name: str, strategy: str = "scrubbing") -> Readings:
    (run,) = find_bold_runs(folder / "derivatives" / "fmriprep", name)
    found = read_bold_markers(run, BoldPlan(strategy=strategy, has_homogeneity=False))
    return {reading.marker: reading for reading in found}


@pytest.fixture(scope="module")
def moved(brain_cohort, tmp_path_factory: pytest.TempPathFactory):
    """Make forty people who move, and read them."""
    folder = tmp_path_factory.mktemp("moved")
    truths = brain_cohort.make_cohort(folder, brain_cohort.CohortPlan(people=PEOPLE, **SMALL))
    return truths, [_read(folder, truth.participant_id) for truth in truths]


@pytest.mark.parametrize("marker", ["s1-alff", "acc-alff", "nac-mpfc-connectivity", "hippocampus-mpfc", "nac-dlpfc"])
def test_planted_numbers_lie_in_their_intervals(moved, marker: str):
    """Of forty people about 95 % have the planted number inside the 95 % interval of their own scan."""
    truths, people = moved
    found = [readings[marker] for readings in people]
    covered = sum(
        reading.interval.low <= truth.planted[marker] <= reading.interval.high
        for truth, reading in zip(truths, found, strict=True)
    )

    assert FEWEST <= covered


@pytest.mark.parametrize("marker", ["s1-alff", "acc-alff", "nac-mpfc-connectivity", "nac-dlpfc"])
def test_intervals_are_as_wide_as_the_error(moved, marker: str):
    """The intervals are neither empty talk nor false comfort: error over stated error has an SD of about 1."""
    truths, people = moved
    scale = np.log if marker.endswith("alff") else np.asarray
    pulls = [
        (scale(reading.value) - scale(truth.planted[marker]))
        / ((scale(reading.interval.high) - scale(reading.interval.low)) / 2 / 1.96)
        for truth, reading in zip(truths, [readings[marker] for readings in people], strict=True)
    ]

    assert 0.7 < np.std(pulls) < 1.35
    assert abs(np.mean(pulls)) < 3.3 / np.sqrt(PEOPLE)


def test_motion_joins_no_places(moved, brain_cohort):
    """After regression and scrubbing unconnected places stay so: z below 0.08 on average, 5 % outside by chance."""
    _, people = moved
    found = [readings[marker] for readings in people for marker in brain_cohort.APART]
    outside = sum(not reading.interval.low <= 0 <= reading.interval.high for reading in found)

    assert abs(np.mean([reading.value for reading in found])) < 0.08
    assert outside <= binom.ppf(0.999, len(found), 1 - LEVEL)


def test_the_same_motion_joins_places_without_scrubbing(brain_cohort, tmp_path: Path):
    """The planted motion is real: keeping the spoilt volumes joins places that share nothing."""
    truths = brain_cohort.make_cohort(tmp_path, brain_cohort.CohortPlan(people=3, **SMALL))
    kept = [_read(tmp_path, truth.participant_id, "24P")[marker].value for truth in truths for marker in truth.planted
            if marker in brain_cohort.APART]  # fmt: skip

    assert np.mean(kept) > 0.5


def test_spoilt_volumes_are_the_ones_left_out(moved):
    """Every jerk costs its volume, the one after it and short stretches between; the quality says how much is left."""
    truths, people = moved
    for truth, readings in zip(truths, people, strict=True):
        left = readings["s1-alff"].quality["kept_volumes_fraction"]
        assert 0.5 < left <= 1 - (2 * len(truth.spikes) + 1) / SMALL["volumes"] + 1e-9
        assert readings["s1-alff"].quality["mean_fd_mm"] > 2 * len(truth.spikes) * 1.5 / SMALL["volumes"]


def test_a_still_head_loses_the_first_volume_only(brain_cohort, tmp_path: Path):
    """Without jerks nothing but the volume before the steady state is left out."""
    plan = brain_cohort.CohortPlan(people=1, spikes=0, motion_gain=0, **SMALL)
    (truth,) = brain_cohort.make_cohort(tmp_path, plan)
    reading = _read(tmp_path, truth.participant_id)["s1-alff"]

    assert reading.quality["kept_volumes_fraction"] == pytest.approx(1 - 1 / SMALL["volumes"])


@pytest.fixture(scope="module")
def whole(brain_cohort, tmp_path_factory: pytest.TempPathFactory):
    """Make one person with every recording."""
    folder = tmp_path_factory.mktemp("whole")
    (truth,) = brain_cohort.make_cohort(folder, brain_cohort.CohortPlan(people=1, voxel_mm=6.0, volumes=120))
    return folder, truth.planted


def test_planted_structure_is_read(whole):
    """Volumes, thickness and anisotropy are those that were written."""
    folder, planted = whole
    stats = read_freesurfer(folder / "sourcedata" / "freesurfer" / "sub-001")
    tracts = folder / "derivatives/tracts/sub-001/ses-01/dwi/sub-001_ses-01_desc-fa_tracts.tsv"
    found = {reading.marker: reading for reading in read_structure_markers(stats, **PERSON)}
    found |= {reading.marker: reading for reading in read_tract_markers(tracts, **PERSON)}

    for marker in ("nac-volume", "amygdala-volume", "hippocampus-volume", "acc-thickness", "slf-fa"):
        assert found[marker].value == pytest.approx(planted[marker])


def test_planted_metabolites_are_read(whole):
    """Amounts and ratios are those that were written; what the fit did not find is absent."""
    folder, planted = whole
    table = read_metabolites(folder / "derivatives/lcmodel/sub-001/ses-01/mrs/sub-001_ses-01_voi-ACC_svs.table")
    found = {reading.marker: reading for reading in read_spectrum_markers(table, voxel="anterior cingulate", **PERSON)}

    for marker in ("acc-glx", "acc-naa.institutional"):
        assert found[marker].value == pytest.approx(planted[marker], abs=1e-3)
        assert found[marker].interval.low < planted[marker] < found[marker].interval.high


def test_planted_alpha_rhythm_is_read(whole):
    """The peak at the back of the head lies in the interval of its reading."""
    folder, planted = whole
    recording = read_eeg(folder / "sub-001/ses-01/eeg/sub-001_ses-01_task-eyesclosed_eeg.vhdr", eyes="closed")
    found = {reading.marker: reading for reading in read_eeg_markers(recording, **PERSON)}
    peak = found["eeg-peak-alpha.occipital"]

    assert peak.interval.low < planted["eeg-peak-alpha.occipital"] < peak.interval.high


FAULTS = {
    "no-tr": "repetition time; it is missing or zero",
    "other-grid": "lie on different grids",
    "truncated": "ends or breaks before the data",
    "too-short": "or a longer scan",
    "lfs-pointer": "git-LFS pointer",
    "twin-runs": "hold the same bytes",
    "lost-voxels": "are not numbers in volume",
}


def test_every_fault_of_the_maker_is_tried(brain_cohort):
    """A fault that can be planted has its message here."""
    assert set(FAULTS) == set(brain_cohort.FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_own_message(brain_cohort, tmp_path: Path, fault: str):
    """A spoilt person is refused with what is wrong, the file's name and no folder."""
    plan = brain_cohort.CohortPlan(people=0, faults=(fault,), **SMALL)
    (truth,) = brain_cohort.make_cohort(tmp_path, plan)

    with pytest.raises(BackloopError, match=re.escape(FAULTS[fault])) as raised:
        _read(tmp_path, truth.participant_id)
    assert str(tmp_path) not in str(raised.value)


def test_the_same_plan_makes_the_same_people(brain_cohort, tmp_path: Path):
    """The cohort is seeded: signal and truth come out alike, whoever is made beside."""
    one, two = (tmp_path / name for name in ("one", "two"))
    (first,) = brain_cohort.make_cohort(one, brain_cohort.CohortPlan(people=1, **SMALL))
    again, _ = brain_cohort.make_cohort(two, brain_cohort.CohortPlan(people=2, **SMALL))
    scans = [brain_cohort.func_file(folder, "sub-001", "bold").read_bytes() for folder in (one, two)]

    assert first == again
    assert scans[0] == scans[1]


def test_a_spoilt_person_costs_nobody_else(brain_cohort, tmp_path: Path):
    """Through the whole door: each fault is listed by person and file, all else of them and the others is read."""
    faults = ("no-tr", "truncated", "lfs-pointer")
    plan = brain_cohort.CohortPlan(people=1, faults=faults, voxel_mm=9.0, volumes=120, has_eeg=False)
    truths = brain_cohort.make_cohort(tmp_path / "data", plan)
    panel_plan = PanelPlan(has_homogeneity=False, strategy="24P")
    run = run_panel(PanelJob(tmp_path / "data", tmp_path / "out", plan=panel_plan))
    said = {failure.participant_id: failure.reason.en for failure in run.failures}

    assert {truth.participant_id for truth in truths} == set(run.done)
    assert {truth.participant_id for truth in truths if truth.fault} == set(said)
    for truth in truths[1:]:
        assert FAULTS[truth.fault] in said[truth.participant_id]
    for truth, panel in zip(sorted(truths, key=lambda each: each.participant_id), run.panels(), strict=True):
        read = {row.reading.marker: row.reading.value for row in panel.rows}
        assert read["nac-volume"] == pytest.approx(truth.planted["nac-volume"])
