"""Maps: what is written is what was read, under BIDS names, with what it rests on and nothing of the machine."""

import json
from pathlib import Path

import numpy as np
import pytest

from backloop.bold import (
    BoldPlan,
    describe_dataset,
    find_bold_runs,
    find_columns,
    harvest_bold,
    load_regions,
    read_bold_markers,
    read_mask,
)
from backloop.recordings import BoldSeries, Harvest

nib = pytest.importorskip("nibabel", reason="the brain extra is not installed")

STEM = "sub-01_ses-02_task-rest_space-MNI152NLin2009cAsym"


@pytest.fixture(scope="module")
def plan(made_brain) -> BoldPlan:
    """Places where something was planted."""
    return BoldPlan(atlas=load_regions(made_brain.regions))


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Where the derivatives go."""
    return tmp_path_factory.mktemp("derivatives")


@pytest.fixture(scope="module")
def harvest(made_brain, plan, root) -> Harvest:
    """Read the made-up person once, with maps."""
    (run,) = find_bold_runs(made_brain.folder, "sub-01")
    return harvest_bold(run, plan, maps=root)


def _map(root: Path, entities: str) -> np.ndarray:
    return nib.load(root / "sub-01" / "ses-02" / "func" / f"{STEM}_{entities}_boldmap.nii.gz").get_fdata()


def _mean(root: Path, made_brain, entities: str, region: str) -> float:
    grid = read_mask(made_brain.mask)
    values = _map(root, entities).ravel(order="F")[grid.index].astype(np.float32)
    series = BoldSeries(values[None], tr=2.0, kept=np.ones(1, dtype=bool), grid=grid)
    (columns,) = find_columns(load_regions(made_brain.regions).region(region), series)
    return float(values[columns].mean())


@pytest.mark.parametrize(
    ("entities", "marker", "region"),
    [
        ("stat-alff", "s1-alff", "postcentral"),
        ("stat-falff", "s1-alff.fraction", "postcentral"),
        ("stat-alff_desc-slow5", "acc-alff.slow-5", "acc"),
        ("stat-falff_desc-slow4", "acc-alff.slow-4.fraction", "acc"),
        ("stat-reho", "s1-reho", "postcentral"),
    ],
)
def test_a_maps_mean_over_a_place_is_the_reading(harvest, root, made_brain, entities, marker, region):
    """The number in the panel can be had again from the map."""
    value = next(reading.value for reading in harvest.readings if reading.marker == marker)

    assert value == pytest.approx(_mean(root, made_brain, entities, region), rel=1e-5)


def test_the_map_of_a_seed_finds_what_fluctuates_with_it(harvest, root, made_brain):
    """The place that shares the seed's signal stands out; a place that does not lies near zero."""
    planted = float(np.arctanh(made_brain.correlation))

    assert planted == pytest.approx(_mean(root, made_brain, "seed-accumbens_stat-fisherz", "mpfc"), abs=0.25)
    assert abs(_mean(root, made_brain, "seed-accumbens_stat-fisherz", "acc")) < 0.4


def test_maps_do_not_change_the_readings(harvest, made_brain, plan):
    """Reading with and without maps gives the same numbers."""
    (run,) = find_bold_runs(made_brain.folder, "sub-01")

    assert harvest.readings == read_bold_markers(run, plan)


def test_maps_are_single_precision_on_the_grid_of_the_run(harvest, made_brain):
    """No map is larger or lies elsewhere than the scan it was made from; outside the brain is zero."""
    mask = nib.load(made_brain.mask)
    for path in harvest.maps:
        image = nib.load(path)

        assert image.get_data_dtype() == np.float32
        assert mask.shape == image.shape
        np.testing.assert_array_equal(mask.affine, image.affine)
        assert (4, "mm") == (int(image.header["sform_code"]), image.header.get_xyzt_units()[0])
        assert not image.get_fdata()[mask.get_fdata() == 0].any()


def test_every_map_says_what_it_rests_on(harvest, made_brain, root):
    """Beside each map stands a sidecar with unit, convention, sources, parameters and software; no folder of here."""
    assert len(set(harvest.maps)) == len(harvest.maps) >= 9
    for path in harvest.maps:
        text = path.with_name(path.name.removesuffix(".nii.gz") + ".json").read_text("utf-8")
        told = json.loads(text)

        assert {"Title", "Units", "Convention", "Band", "Sources", "SourceHashes", "Parameters", "Software"} <= set(
            told
        )
        assert told["Sources"][0] == f"bids:preprocessed:sub-01/ses-02/func/{made_brain.bold.name}"
        assert set(told["SourceHashes"]) == {made_brain.bold.name, made_brain.mask.name, made_brain.confounds.name}
        assert {"backloop", "nibabel", "numpy"} <= set(told["Software"])
        assert str(made_brain.folder) not in text
        assert str(root) not in text


def test_the_map_of_a_seed_says_where_the_seed_is(harvest):
    """Centres, radius and source of the place, and how many samples the scan is worth."""
    (path,) = [path for path in harvest.maps if "seed-accumbens_" in path.name]
    told = json.loads(path.with_name(path.name.removesuffix(".nii.gz") + ".json").read_text("utf-8"))

    assert "accumbens" == told["Seed"]["id"]
    assert told["Seed"]["voxels"] > 1
    assert told["EffectiveSamples"] > 10


def test_the_folder_of_maps_is_a_bids_dataset(harvest, root):
    """A derivative, made by this version, without the way to the source where that would tell of the machine."""
    told = json.loads((root / "dataset_description.json").read_text("utf-8"))

    assert ("derivative", "backloop") == (told["DatasetType"], told["GeneratedBy"][0]["Name"])
    assert "DatasetLinks" not in told or told["DatasetLinks"]["preprocessed"].count("..") <= 1


def test_a_description_that_is_there_stays(tmp_path):
    """Somebody's own words about a dataset are not written over."""
    path = tmp_path / "dataset_description.json"
    path.write_text("{}", encoding="utf-8")

    assert "{}" == describe_dataset(tmp_path, source=tmp_path).read_text("utf-8")


def test_without_homogeneity_there_are_still_seed_maps(made_brain, tmp_path):
    """A plan that leaves ReHo out writes all other maps."""
    (run,) = find_bold_runs(made_brain.folder, "sub-01")
    plan = BoldPlan(atlas=load_regions(made_brain.regions), has_homogeneity=False)
    names = [path.name for path in harvest_bold(run, plan, maps=tmp_path).maps]

    assert not [name for name in names if "stat-reho" in name]
    assert [name for name in names if "seed-accumbens_" in name]


def test_a_convention_without_fractions_writes_none(made_brain, tmp_path):
    """XCP-D defines no fALFF, so there is no map of it."""
    (run,) = find_bold_runs(made_brain.folder, "sub-01")
    plan = BoldPlan(atlas=load_regions(made_brain.regions), convention="xcp-d", has_homogeneity=False)
    names = [path.name for path in harvest_bold(run, plan, maps=tmp_path).maps]

    assert [name for name in names if "stat-alff" in name]
    assert not [name for name in names if "stat-falff" in name]
