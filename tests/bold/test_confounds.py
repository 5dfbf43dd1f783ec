"""Confounds: the same columns and volumes as nilearn's loader takes."""

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.bold import CONFOUND_STRATEGIES, ConfoundStrategy, read_confounds
from backloop.errors import MeasureError

fmriprep = pytest.importorskip("nilearn.interfaces.fmriprep", reason="the brain extra is not installed")

THEIRS = {
    "24P": {"strategy": ("motion",), "motion": "full"},
    "36P": {
        "strategy": ("motion", "wm_csf", "global_signal"), "motion": "full", "wm_csf": "full", "global_signal": "full",
    },
    "aCompCor": {"strategy": ("high_pass", "motion", "compcor"), "compcor": "anat_combined", "n_compcor": "all"},
    "scrubbing": {"strategy": ("high_pass", "motion", "wm_csf", "scrub"), "motion": "full", "wm_csf": "full"},
}  # fmt: skip


def _check(ours, theirs, kept: np.ndarray | None) -> None:
    assert set(ours.names) == set(theirs.columns)
    table = theirs[list(ours.names)].to_numpy()
    np.testing.assert_allclose(ours.regressors - ours.regressors[ours.kept].mean(axis=0), table, atol=1e-9)
    np.testing.assert_array_equal(np.flatnonzero(ours.kept), np.arange(len(ours.kept)) if kept is None else kept)


@pytest.mark.parametrize("name", THEIRS)
def test_strategies_equal_load_confounds(made_brain, name: str):
    """Columns, values and kept volumes are nilearn's, for the made-up person."""
    theirs, kept = fmriprep.load_confounds(str(made_brain.bold), **THEIRS[name])

    _check(read_confounds(made_brain.confounds, CONFOUND_STRATEGIES[name]), theirs, kept)


@pytest.fixture
def real_table(tmp_path: Path) -> tuple[Path, Path]:
    """Lay out the real table of fMRIPrep that comes with nilearn, and an image's name beside it."""
    data = Path(fmriprep.__file__).parent / "data"
    table = tmp_path / "sub-01_task-rest_desc-confounds_timeseries.tsv"
    table.write_bytes((data / "test-v21_desc-confounds_timeseries.tsv").read_bytes())
    table.with_suffix(".json").write_bytes((data / "test-v21_desc-confounds_timeseries.json").read_bytes())
    image = tmp_path / "sub-01_task-rest_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"
    image.touch()
    return table, image


@pytest.mark.parametrize("name", ["24P", "36P", "aCompCor"])
def test_strategies_equal_load_confounds_on_a_real_table(real_table: tuple[Path, Path], name: str):
    """The same holds for a real table."""
    table, image = real_table
    theirs, kept = fmriprep.load_confounds(str(image), **THEIRS[name])

    _check(read_confounds(table, CONFOUND_STRATEGIES[name]), theirs, kept)


@pytest.mark.parametrize(("fd", "dvars"), [(0.5, 30.0), (0.1, 3.0), (1.0, 2.0)])
def test_scrubbing_a_real_table_equals_load_confounds(real_table: tuple[Path, Path], fd: float, dvars: float):
    """Other thresholds drop the same volumes as nilearn's, or both drop all."""
    table, image = real_table
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        theirs, kept = fmriprep.load_confounds(
            str(image), **THEIRS["scrubbing"], fd_threshold=fd, std_dvars_threshold=dvars
        )
    own = CONFOUND_STRATEGIES["scrubbing"].model_copy(update={"fd_threshold": fd, "dvars_threshold": dvars})
    if kept is not None and not len(kept):
        with pytest.raises(MeasureError, match="every volume was dropped"):
            read_confounds(table, own)
    else:
        _check(read_confounds(table, own), theirs, kept)


def test_spikes_and_short_stretches_are_dropped(made_brain):
    """Planted spikes and the volume before the steady state go; nothing else does."""
    found = read_confounds(made_brain.confounds, CONFOUND_STRATEGIES["scrubbing"])

    assert np.flatnonzero(~found.kept).tolist() == [0, *made_brain.spikes]
    assert found.quality["mean_fd_mm"] == pytest.approx((156 * 0.1 + 3 * 1.2) / 159)


def _table(path: Path, **columns: list[float]) -> Path:
    motion = {name: np.zeros(20) for name in ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")}
    pd.DataFrame(motion | columns).to_csv(path, sep="\t", index=False, na_rep="n/a")
    return path


STILL = ConfoundStrategy(motion="basic", is_scrubbed=True)


def test_four_volumes_between_spikes_are_too_few(tmp_path: Path):
    """Stretches of fewer than five volumes are dropped, at the ends too."""
    moved = [0.1] * 20
    moved[3] = moved[8] = 2.0
    table = _table(tmp_path / "c.tsv", framewise_displacement=moved, std_dvars=[1.0] * 20)

    assert np.flatnonzero(~read_confounds(table, STILL).kept).tolist() == list(range(9))


def test_a_run_lost_to_motion_is_refused(tmp_path: Path):
    """Where nothing is left there is no number."""
    table = _table(tmp_path / "c.tsv", framewise_displacement=[2.0] * 20, std_dvars=[1.0] * 20)

    with pytest.raises(MeasureError, match="every volume was dropped for motion"):
        read_confounds(table, STILL)


def test_missing_columns_are_named(tmp_path: Path):
    """A strategy that the table cannot serve says which columns are not there."""
    table = _table(tmp_path / "c.tsv")

    with pytest.raises(MeasureError, match="csf"):
        read_confounds(table, CONFOUND_STRATEGIES["36P"])
    with pytest.raises(MeasureError, match="framewise_displacement"):
        read_confounds(table, STILL)


def test_compcor_needs_its_sidecar(tmp_path: Path):
    """Components cannot be told apart without the JSON that names their mask."""
    with pytest.raises(MeasureError, match=r"aCompCor needs c\.json"):
        read_confounds(_table(tmp_path / "c.tsv"), CONFOUND_STRATEGIES["aCompCor"])


def test_only_combined_retained_components_are_taken(tmp_path: Path):
    """Components of white matter alone, and dropped ones, are left."""
    names = {"a_comp_cor_00": "combined", "a_comp_cor_01": "WM", "a_comp_cor_02": "combined"}
    table = _table(tmp_path / "c.tsv", **{name: [1.0] * 20 for name in names})
    said = {name: {"Mask": mask, "Retained": name != "a_comp_cor_02"} for name, mask in names.items()}
    table.with_suffix(".json").write_text(json.dumps(said))
    found = read_confounds(table, ConfoundStrategy(motion="none", has_compcor=True))

    assert found.names == ("a_comp_cor_00",)


def test_a_gap_after_the_first_volume_is_refused(tmp_path: Path):
    """Only a derivative's first value may be missing."""
    values = [1.0] * 20
    values[7] = np.nan

    with pytest.raises(MeasureError, match="1 confounds have no value after the first volume"):
        read_confounds(_table(tmp_path / "c.tsv", trans_x=values), ConfoundStrategy(motion="basic"))
