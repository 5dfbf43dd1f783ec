"""From a person's files to readings: what was planted is found, and what cannot be told says why."""

from pathlib import Path

import numpy as np
import pytest

from backloop.bold import (
    CONFOUND_STRATEGIES,
    BoldPlan,
    StateBook,
    find_bold_runs,
    load_regions,
    read_bold_markers,
    read_cifti,
    read_region_markers,
)
from backloop.library import Library
from backloop.recordings import SLOW_5, BoldSeries, FrequencyBand, Reading

PTSERIES = Path(__file__).parents[2].parent / "shared/data/brain/bold/sub-RAPIDTIDETEST_cifti.ptseries.nii"
STATES = StateBook(
    id="made-up", regions=("accumbens", "mpfc", "acc"), names=("joined", "apart"), window_s=44, step_s=2,
    centroids=((0.9, 0, 0), (0.0, 0, 0)), low_hz=0.023, high_hz=0.1, marker_state="joined", source="made up",
)  # fmt: skip


@pytest.fixture(scope="module")
def readings(made_brain) -> dict[str, Reading]:
    """Read the made-up person once."""
    (run,) = find_bold_runs(made_brain.folder, "sub-01")
    plan = BoldPlan(atlas=load_regions(made_brain.regions), states=STATES)
    return {reading.marker: reading for reading in read_bold_markers(run, plan)}


def test_planted_amplitude_is_found(made_brain, readings: dict[str, Reading]):
    """A region twice as loud as the brain reads twice the brain's mean, under motion, drift and spikes."""
    found = readings["s1-alff"]

    assert found.value == pytest.approx(made_brain.loudness, rel=0.12)
    assert found.interval.low < made_brain.loudness < found.interval.high
    assert readings["acc-alff"].value == pytest.approx(1, rel=0.12)


def test_planted_connectivity_is_found(made_brain, readings: dict[str, Reading]):
    """Two places that share a signal read its Fisher z; a third reads none."""
    planted = float(np.arctanh(made_brain.correlation))
    joined, apart = readings["nac-mpfc-connectivity"], readings["nac-dlpfc.both"]

    assert joined.interval.low < planted < joined.interval.high
    assert apart.interval.low < 0 < apart.interval.high


def test_planted_motion_is_told(made_brain, readings: dict[str, Reading]):
    """Every reading carries mean displacement and how much of the run was left."""
    for reading in readings.values():
        assert reading.quality["mean_fd_mm"] == pytest.approx((156 * 0.1 + 3 * 1.2) / 159)
        assert reading.quality["kept_volumes_fraction"] == pytest.approx(156 / 160)


def test_without_scrubbing_the_spikes_ruin_the_amplitude(made_brain):
    """The planted spikes matter: keeping them hides the louder region."""
    (run,) = find_bold_runs(made_brain.folder, "sub-01")
    plan = BoldPlan(strategy="24P", atlas=load_regions(made_brain.regions), has_homogeneity=False)
    found = {reading.marker: reading for reading in read_bold_markers(run, plan)}["s1-alff"]

    assert abs(found.value - made_brain.loudness) > 0.3


def test_every_reading_says_what_it_rests_on(made_brain, readings: dict[str, Reading]):
    """Files by name and hash, parameters and versions; never a folder."""
    for reading in readings.values():
        names = {used.name for used in reading.because.files}
        assert names == {made_brain.bold.name, made_brain.mask.name, made_brain.confounds.name}
        assert reading.because.parameters["confounds"] == "scrubbing"
        assert {"backloop", "numpy", "scipy"} <= set(reading.because.software)
        assert str(made_brain.folder) not in reading.model_dump_json()
        assert Reading.model_validate_json(reading.model_dump_json()) == reading


def test_every_value_has_its_range(readings: dict[str, Reading]):
    """Numbers carry an interval; only counts of changes and dwell times do not."""
    bare = [name for name, found in readings.items() if found.value is not None and found.interval is None]

    assert all(name.endswith((".transitions", ".dwell")) for name in bare)


def test_every_marker_stands_on_the_shelf(readings: dict[str, Reading]):
    """Each reading belongs to a book of markers, in the book's own unit, and every BOLD book is read."""
    shelf = Library.packaged().shelf("markers")
    bold = {name for name, book in shelf.items() if book.modality == "bold"}

    assert bold == {name.partition(".")[0] for name in readings}
    assert {name: shelf[name].scale.unit for name in bold} == {name: readings[name].unit for name in bold}


def test_the_price_of_the_scans_length_is_told(readings: dict[str, Reading]):
    """The notes say how long the scan was and how much chance moves the number, in both languages."""
    for marker, length in (
        ("s1-alff", "312 s of scan, 22 frequency bins"),
        ("nac-mpfc-connectivity", "312 s of scan are"),
    ):
        assert length in readings[marker].notes[0].en
        assert "标准误" in readings[marker].notes[0].zh


def test_places_without_checked_coordinates_are_told(readings: dict[str, Reading]):
    """A stand-in for a place is called approximate."""
    assert any("Approximate place" in note.en for note in readings["s1-alff"].notes)


def test_uncovered_places_are_absent_with_a_reason(readings: dict[str, Reading]):
    """A place outside the image, or without coordinates, gives a reason and no number."""
    assert "periaqueductal" in readings["pag-vmpfc"].reason.en
    assert readings["s1-back-salience"].value is None
    assert "导水管周围灰质" in readings["pag-vmpfc"].reason.zh


def test_homogeneity_is_read_with_its_brain_mean(readings: dict[str, Reading]):
    """Unsmoothed noise has little homogeneity, and the reading says what the brain's mean was."""
    found = readings["s1-reho"]

    assert 0 < found.quality["brain_mean"] < found.value + 0.5 < 1
    assert found.interval.low <= found.value <= found.interval.high


def test_dynamics_follow_the_fixed_states(readings: dict[str, Reading]):
    """Two places that are always joined spend their time in the joined state."""
    assert readings["thalamocortical-dynamics"].value > 0.7
    assert readings["thalamocortical-dynamics.dwell"].unit == "s"
    assert readings["thalamocortical-dynamics"].convention.startswith("states of made-up")


def _regions(volumes: int, tr: float) -> BoldSeries:
    labels = ("ACCUMBENS_LEFT", "ACCUMBENS_RIGHT", "7Networks_LH_Default_PFCm_1", "ctx-lh-postcentral", "Amygdala")
    values = np.random.default_rng(1).standard_normal((volumes, len(labels))).astype(np.float32)
    return BoldSeries(values, tr=tr, kept=np.ones(volumes, dtype=bool), labels=labels)


def _read(series: BoldSeries, **more: object) -> dict[str, Reading]:
    found = read_region_markers(series, participant_id="sub-01", session_id="ses-01", **more)
    return {reading.marker: reading for reading in found}


def test_too_short_a_scan_is_a_result_with_a_reason():
    """Two minutes cannot tell slow-5, and the reading says how much is needed."""
    found = _read(_regions(60, 2.0))

    assert "at least 3 are needed" in found["nac-slow5"].reason.en
    assert found["s1-alff.slow-5"].value is None
    assert found["s1-alff"].value is not None


def test_too_slow_a_scan_is_a_result_with_a_reason():
    """A repetition time of seven seconds cannot tell 0.08 Hz."""
    assert "above the Nyquist frequency" in _read(_regions(240, 7.0))["s1-alff"].reason.en


def test_a_filtered_series_keeps_no_shares():
    """What another program filtered away cannot be divided by."""
    found = _read(_regions(240, 2.0), filtered=FrequencyBand(name="xcp-d", low=0.01, high=0.08))

    assert "filtered before" in found["nac-slow5"].reason.en
    assert "s1-alff.fraction" not in found
    assert found["s1-alff"].value is not None


def test_removing_the_global_signal_is_told(made_brain):
    """A strategy with the global signal warns at every correlation."""
    (run,) = find_bold_runs(made_brain.folder, "sub-01")
    plan = BoldPlan(strategy="36P", atlas=load_regions(made_brain.regions), has_homogeneity=False)
    found = {reading.marker: reading for reading in read_bold_markers(run, plan)}["nac-mpfc-connectivity"]

    assert CONFOUND_STRATEGIES["36P"].global_signal == "full"
    assert found.because.parameters["global_signal_removed"] is True
    assert any("global signal was removed" in note.en for note in found.notes)


def test_without_states_dynamics_are_absent():
    """No states are found in one person's own scan."""
    assert "cannot be compared" in _read(_regions(240, 2.0))["thalamocortical-dynamics"].reason.en


def test_real_parcels_go_through():
    """The real series gives the shares found by hand and networks that hold together."""
    if not PTSERIES.exists():
        pytest.skip("the shared real recordings are not here")
    found = _read(read_cifti(PTSERIES))

    assert found["nac-slow5.left"].value == pytest.approx(0.084, abs=0.001)
    assert found["nac-slow5.right"].value == pytest.approx(0.086, abs=0.001)
    assert found["nac-slow5.left"].quality["frequency_bins"] == len(SLOW_5.bins(1200, 0.72))
    assert found["mpfc-dmn"].interval.low > 0
