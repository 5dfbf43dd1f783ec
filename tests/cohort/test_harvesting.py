"""Each kind of recording is read with what its labels and sidecars say; what is lacking is told."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from backloop.cohort import PanelPlan, harvest_recording
from backloop.errors import BackloopError, MeasureError, UnitMismatch
from backloop.holdings import FoundRecording, Naming, read_naming
from backloop.recordings import Harvest

VOLUMES, TR = 240, 2.0
REGIONS = ("Accumbens_left", "Accumbens_right", "Amygdala_left")
LCMODEL = """$$CONC 4 lines
    Conc.  %SD /Cr+PCr  Metabolite
    8.000   {sd}%   1.143 NAA
    7.000   {sd}%   1.000 Cr+PCr
   10.500   {sd}%   1.500 Glu+Gln
$$MISC  1 lines
  FWHM = 0.040 ppm    S/N =  25
$$INPU 1 lines
 DOWS = T
"""


def read(found: FoundRecording, plan: PanelPlan | None = None) -> Harvest:
    """Read a recording of somebody."""
    return harvest_recording(found, participant_id="sub-01", plan=plan)


def values(harvest: Harvest) -> dict[str, float | None]:
    """Give the numbers by marker."""
    return {reading.marker: reading.value for reading in harvest.readings}


@pytest.fixture
def noise() -> np.ndarray:
    """Give some region series."""
    return np.random.default_rng(1).standard_normal((VOLUMES, len(REGIONS)))


def table(path: Path, columns: tuple[str, ...], rows: np.ndarray) -> Path:
    """Write a table as XCP-D does."""
    lines = ["\t".join(columns), *("\t".join(f"{value:.6f}" for value in row) for row in np.atleast_2d(rows))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def regions(path: Path, **beside: Path) -> FoundRecording:
    """Say that a table holds region series."""
    return FoundRecording(kind="regions", session_id="ses-01", path=path, beside=beside, told={"tr": TR})


def outliers(tmp_path: Path, marked: set[int]) -> Path:
    """Write which volumes were marked as moved."""
    marks = np.array([[float(volume in marked)] for volume in range(VOLUMES)])
    return table(tmp_path / "sub-01_outliers.tsv", ("framewise_displacement",), marks)


def test_the_parcellation_with_most_places_is_read(tmp_path: Path, noise: np.ndarray):
    """Of several parcellations of one scan the one that covers more places is read."""
    few = table(tmp_path / "sub-01_seg-a_timeseries.tsv", ("elsewhere",), noise[:, :1])
    many = table(tmp_path / "sub-01_seg-b_timeseries.tsv", REGIONS, noise)
    found = FoundRecording(
        kind="regions", session_id="ses-01", path=few, beside={"parcellation 2": many}, told={"tr": TR}
    )

    assert values(read(found))["nac-slow5.left"] is not None


@pytest.mark.parametrize("is_dropped", [True, False])
def test_marked_volumes_are_left_out(tmp_path: Path, noise: np.ndarray, is_dropped):
    """Whether XCP-D dropped or interpolated them, marked volumes count in no number."""
    marked = {20, 21, 100}
    kept = [volume for volume in range(VOLUMES) if volume not in marked]
    path = table(tmp_path / "sub-01_timeseries.tsv", REGIONS, noise[kept] if is_dropped else noise)
    harvest = read(regions(path, outliers=outliers(tmp_path, marked)))

    (reading,) = (reading for reading in harvest.readings if reading.marker == "nac-slow5")
    assert reading.n == VOLUMES - 3


def test_outliers_of_another_scan_are_refused(tmp_path: Path, noise: np.ndarray):
    """A table of outliers that fits neither way is an error."""
    path = table(tmp_path / "sub-01_timeseries.tsv", REGIONS, noise[:200])

    with pytest.raises(MeasureError, match="table of outliers tells of 240"):
        read(regions(path, outliers=outliers(tmp_path, {1})))


def test_motion_beside_regions_is_told(tmp_path: Path, noise: np.ndarray):
    """How much the head moved stands in the quality of every reading."""
    path = table(tmp_path / "sub-01_timeseries.tsv", REGIONS, noise)
    moved = table(tmp_path / "sub-01_motion.tsv", ("trans_x", "framewise_displacement"), np.full((VOLUMES, 2), 0.25))

    assert {reading.quality["mean_fd_mm"] for reading in read(regions(path, motion=moved)).readings} == {0.25}


def test_filtered_regions_give_no_shares(tmp_path: Path, noise: np.ndarray):
    """A series that was filtered before has lost its whole spectrum, and the reading says so."""
    path = table(tmp_path / "sub-01_timeseries.tsv", REGIONS, noise)
    found = regions(path).model_copy(update={"told": {"tr": TR, "filtered_low": 0.01, "filtered_high": 0.08}})

    (reading,) = (reading for reading in read(found).readings if reading.marker == "nac-slow5")
    assert "filtered before" in reading.reason.en


def test_a_matrix_needs_time_and_labels(tmp_path: Path, noise: np.ndarray):
    """A .mat carries neither repetition time nor names; its sidecar must."""
    path = tmp_path / "sub-01_task-rest_timeseries.mat"
    savemat(path, {"tc": noise})
    found = FoundRecording(kind="matrix", session_id="ses-01", path=path)
    with pytest.raises(MeasureError, match="RepetitionTime"):
        read(found)

    path.with_suffix(".json").write_text(json.dumps({"RepetitionTime": TR, "Labels": REGIONS}), encoding="utf-8")
    assert values(read(found))["nac-slow5"] is not None


def spectrum(path: Path, *, sd: int = 5, **said: object) -> FoundRecording:
    """Write a fitted spectrum with what its sidecar says."""
    path.write_text(LCMODEL.format(sd=sd), encoding="utf-8")
    if said:
        path.with_suffix(".json").write_text(json.dumps(said), encoding="utf-8")
    return FoundRecording(kind="spectrum", session_id="ses-01", path=path, told={"voxel": "anterior cingulate"})


VOXEL = {"TissueFractions": {"GM": 0.6, "WM": 0.3, "CSF": 0.1}, "RepetitionTime": 2.0, "MagneticFieldStrength": 3.0}


def test_tissue_is_corrected_where_the_sidecar_says_it(tmp_path: Path):
    """With fractions, TE, TR and field the water-scaled amount becomes a molality; without them it stays absent."""
    assert values(read(spectrum(tmp_path / "a.table")))["acc-naa"] is None

    corrected = values(read(spectrum(tmp_path / "b.table", EchoTime=0.03, **VOXEL)))
    assert corrected["acc-naa"] == pytest.approx(15.5, abs=0.1)
    assert corrected["acc-glx"] == 1.5


def test_milliseconds_are_not_taken_for_seconds(tmp_path: Path):
    """An echo time of 30 is refused with the number that was meant."""
    with pytest.raises(UnitMismatch, match=r"give 0\.03"):
        read(spectrum(tmp_path / "a.table", EchoTime=30, **VOXEL))


def test_half_a_voxel_is_refused(tmp_path: Path):
    """Fractions without echo time cannot be used, and are not ignored."""
    with pytest.raises(MeasureError, match="te_s"):
        read(spectrum(tmp_path / "a.table", **VOXEL))


def test_a_spectrum_in_parts_gives_each_marker_once(tmp_path: Path):
    """Osprey's tables by scale are one spectrum: a marker that one of them holds is not absent."""
    names = ("A_rawWaterScaled_Voxel_1_Basis_1.tsv", "A_tCr_Voxel_1_Basis_1.tsv")
    for name, scale in zip(names, (8.0, 1.0), strict=True):
        (tmp_path / name).write_text(f"NAA\tGlx\ttCr\n{1.2 * scale}\t{1.4 * scale}\t{scale}\n", encoding="utf-8")
    found = FoundRecording(
        kind="spectrum",
        session_id="ses-01",
        path=tmp_path / names[0],
        beside={"part 2": tmp_path / names[1]},
        told={"voxel": "anterior cingulate"},
    )
    harvest = read(found)

    assert values(harvest)["acc-glx"] == 1.4
    assert values(harvest)["acc-naa.institutional"] == pytest.approx(9.6)
    assert len(harvest.readings) == len(values(harvest))


def test_blocks_of_oxygenation_come_from_the_events(tmp_path: Path):
    """Every event but a rest is a block."""
    on = np.repeat([0.0, 1.0, 0.0, 1.0, 0.0, 1.0], 100)
    rows = np.column_stack((np.arange(600) / 10, on, -on))
    path = table(tmp_path / "sub-01_acq-frontalpole_nirs.tsv", ("time", "S1_D1 hbo", "S1_D1 hbr"), rows)
    lines = "".join(f"{10 + 20 * block}\t10\tlift\n{20 * block}\t10\trest\n" for block in range(3))
    events = tmp_path / "sub-01_acq-frontalpole_events.tsv"
    events.write_text(f"onset\tduration\ttrial_type\n{lines}", encoding="utf-8")
    found = FoundRecording(
        kind="nirs", session_id="ses-01", path=path, beside={"events": events}, told={"rest": "(rest|baseline)"}
    )

    assert values(read(found)) == {"frontal-pole-oxygenation": 1.0, "frontal-pole-oxygenation.deoxygenated": -1.0}


def test_a_tract_may_be_named(tmp_path: Path):
    """Where the site says which tract lies beside the back area, it is read; a wrong name is an error."""
    path = tmp_path / "sub-01_desc-fa_tracts.tsv"
    path.write_text("tract\tfa\nS1back_L\t0.41\n", encoding="utf-8")
    found = FoundRecording(kind="tracts", session_id="ses-01", path=path, told={"region": "S1back_L"})

    assert values(read(found))["s1-back-fa"] == 0.41
    with pytest.raises(BackloopError, match="elsewhere"):
        read(found.model_copy(update={"told": {"region": "elsewhere"}}))


def test_unknown_events_are_told_by_name(tmp_path: Path):
    """An evoked task whose events nobody knows says which it has and how to name them."""
    mne = pytest.importorskip("mne", reason="the brain extra is not installed")
    path = evoked(mne, tmp_path, "blip")
    found = FoundRecording(kind="evoked", session_id="ses-01", path=path, told={"components": "p300", "eyes": "open"})

    with pytest.raises(MeasureError, match=r"blip.*--names"):
        read(found)
    told = read_naming().model_dump()
    told["evoked"]["p300"]["events"] = ("blip",)
    plan = PanelPlan(naming=Naming.model_validate(told))
    assert values(read(found, plan))["p300"] is not None


def evoked(mne, folder: Path, event: str) -> Path:
    """Write a task with forty events, each followed by a wave at Pz."""
    random, rate = np.random.default_rng(3), 250
    names = ["Fz", "Cz", "Pz", "P3", "P4", "O1", "O2", "F3", "F4"]
    values = 5e-6 * (random.standard_normal((9, 15_000)) + random.standard_normal((1, 15_000)))
    onsets = 2 + 1.4 * np.arange(40)
    for onset in onsets:
        start = int((onset + 0.3) * rate)
        values[2, start : start + 40] += 1e-5 * np.hanning(40)
    raw = mne.io.RawArray(values, mne.create_info(names, rate, "eeg"), verbose="ERROR")
    raw.set_annotations(mne.Annotations(onsets, 0.0, event))
    path = folder / "sub-01_task-oddball_eeg.fif"
    raw.save(path, verbose="ERROR")
    return path
