"""Connectivity: nilearn's correlations, and a doubt that holds in simulation."""

import numpy as np
import pytest

from backloop.bold import (
    Nuisance,
    clean,
    connect_pairs,
    correlation_interval,
    effective_samples,
    make_projection,
    map_seeds,
    mean_by_label,
    mean_series,
    read_bold,
    read_label_image,
)
from backloop.errors import MeasureError
from backloop.recordings import CONNECTIVITY_BAND, BoldSeries, FrequencyBand

nib = pytest.importorskip("nibabel", reason="the brain extra is not installed")


def test_pairs_equal_nilearn():
    """Fisher z of all pairs is nilearn's correlation, transformed."""
    measure = pytest.importorskip("nilearn.connectome", reason="the brain extra is not installed")
    values = np.random.default_rng(1).standard_normal((200, 12)).astype(np.float32)
    plain = pytest.importorskip("sklearn.covariance").EmpiricalCovariance()
    theirs = measure.ConnectivityMeasure(plain, kind="correlation", standardize=True).fit_transform([values])[0]
    ours = connect_pairs(values)
    off = ~np.eye(12, dtype=bool)

    np.testing.assert_allclose(ours[off], np.arctanh(theirs[off]), atol=1e-5)


def test_seed_maps_equal_numpy():
    """The map of a seed is its correlation with each column."""
    random = np.random.default_rng(2)
    series = BoldSeries(random.standard_normal((120, 50)).astype(np.float32), tr=2.0, kept=np.ones(120, dtype=bool))
    seeds = mean_series(series, [np.array([0, 1, 2]), np.array([10])])
    wanted = np.delete(np.corrcoef(seeds.T, series.values.T)[:2, 2:], 10, axis=1)

    np.testing.assert_allclose(np.delete(map_seeds(series, seeds), 10, axis=1), np.arctanh(wanted), atol=1e-5)


def test_a_voxel_that_does_not_vary_is_unconnected():
    """A silent column has z = 0, not a division by zero."""
    values = np.random.default_rng(3).standard_normal((60, 2)).astype(np.float32)
    values[:, 1] = 5.0

    assert connect_pairs(values)[0, 1] == 0


def test_atlas_means_equal_nilearn(made_brain, tmp_path):
    """Region series of a label image are nilearn's."""
    maskers = pytest.importorskip("nilearn.maskers", reason="the brain extra is not installed")
    image = nib.load(made_brain.mask)
    labels = np.random.default_rng(4).integers(0, 5, image.shape).astype(np.int16)
    atlas = tmp_path / "atlas.nii.gz"
    nib.save(nib.Nifti1Image(labels, image.affine), atlas)
    series = read_bold(made_brain.bold, made_brain.mask)
    numbers, ours = mean_by_label(series, read_label_image(atlas, series.grid))
    masker = maskers.NiftiLabelsMasker(
        str(atlas), mask_img=str(made_brain.mask), standardize=None, resampling_target=None
    )

    assert numbers.tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(ours, masker.fit_transform(str(made_brain.bold)), rtol=1e-5)


def _scatter(series: BoldSeries, nuisance: Nuisance | None, band: FrequencyBand) -> tuple[float, float]:
    project = make_projection(nuisance, kept=series.kept, tr=series.tr, band=band)
    clean(series, project)
    z = connect_pairs(series.values)[np.triu_indices(series.values.shape[1], 1)]
    return float(z.std()), float(1 / np.sqrt(effective_samples(series, project) - 3))


@pytest.mark.parametrize("regressors", [0, 24])
@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(("volumes", "tr"), [(240, 2.0), (600, 0.8)])
def test_the_stated_error_is_the_scatter_of_unconnected_places(volumes: int, tr: float, memory: float, regressors: int):
    """Independent series scatter around z = 0 by the stated standard error, filtered, regressed or autocorrelated."""
    random = np.random.default_rng(5)
    values = random.standard_normal((volumes, 400))
    for place in range(1, volumes):
        values[place] += memory * values[place - 1]
    series = BoldSeries(values.astype(np.float32), tr=tr, kept=np.ones(volumes, dtype=bool))
    columns = random.standard_normal((volumes, regressors))
    nuisance = Nuisance(tuple("c" * regressors), columns, kept=series.kept)
    found, stated = _scatter(series, nuisance, CONNECTIVITY_BAND)

    assert stated == pytest.approx(found, rel=0.08)


def test_eight_minutes_are_worth_eighty_seven_samples():
    """Without regressors a band of 0.09 Hz over 480 s holds about 2 B T samples: a standard error near 0.11."""
    values = np.random.default_rng(6).standard_normal((240, 500)).astype(np.float32)
    _, stated = _scatter(BoldSeries(values, tr=2.0, kept=np.ones(240, dtype=bool)), None, CONNECTIVITY_BAND)

    assert stated == pytest.approx(0.11, abs=0.005)


def test_too_little_scan_has_no_range():
    """Below four samples nothing is said."""
    with pytest.raises(MeasureError, match=r"this scan is worth 3\.5"):
        correlation_interval(0.2, 3.5)
