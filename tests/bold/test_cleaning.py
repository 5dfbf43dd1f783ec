"""Cleaning: one projection for nuisance and band, equal to nilearn's where the two do the same."""

import numpy as np
import pytest

from backloop.bold import Nuisance, clean, make_projection
from backloop.errors import MeasureError
from backloop.recordings import CONNECTIVITY_BAND, BoldSeries, frequencies

VOLUMES, TR = 200, 2.0


@pytest.fixture
def noise() -> np.ndarray:
    """Make forty drifting series around a thousand."""
    random = np.random.default_rng(1)
    drift = np.linspace(-3, 3, VOLUMES)[:, None] * random.standard_normal(40)
    return (1000 + 10 * random.standard_normal((VOLUMES, 40)) + 10 * drift).astype(np.float32)


def _nuisance(columns: np.ndarray, kept: np.ndarray | None = None) -> Nuisance:
    kept = np.ones(len(columns), dtype=bool) if kept is None else kept
    return Nuisance(tuple(f"c{place}" for place in range(columns.shape[1])), columns, kept=kept)


def test_regression_equals_nilearn(noise: np.ndarray):
    """Nuisance and linear drift leave what nilearn's clean leaves."""
    signal = pytest.importorskip("nilearn.signal", reason="the brain extra is not installed")
    confounds = np.random.default_rng(2).standard_normal((VOLUMES, 24)).cumsum(axis=0)
    ours = make_projection(_nuisance(confounds), kept=np.ones(VOLUMES, bool), tr=TR).apply(noise)
    drift = np.linspace(-1, 1, VOLUMES)[:, None]
    theirs = signal.clean(
        noise.astype(float), confounds=np.hstack([confounds, drift]), standardize=None, detrend=False,
        standardize_confounds=True,
    )  # fmt: skip

    np.testing.assert_allclose(ours, theirs - theirs.mean(axis=0), atol=2e-3)


def test_cosine_filter_equals_nilearn(noise: np.ndarray):
    """Drift cosines as regressors are nilearn's cosine high-pass."""
    signal = pytest.importorskip("nilearn.signal", reason="the brain extra is not installed")
    order = int(np.floor(2 * VOLUMES * 0.01 * TR))
    time = np.arange(VOLUMES) + 0.5
    cosines = np.cos(np.pi * np.outer(time, np.arange(1, order + 1)) / VOLUMES)
    ours = make_projection(_nuisance(cosines), kept=np.ones(VOLUMES, bool), tr=TR, trend=0).apply(noise)
    theirs = signal.clean(noise.astype(float), filter="cosine", high_pass=0.01, t_r=TR, standardize=None, detrend=False)

    np.testing.assert_allclose(ours, theirs - theirs.mean(axis=0), atol=2e-3)


def test_nothing_of_nuisance_or_outside_the_band_remains(noise: np.ndarray):
    """After one projection the series is orthogonal to every confound and empty outside the band."""
    confounds = np.random.default_rng(3).standard_normal((VOLUMES, 12))
    kept = np.ones(VOLUMES, dtype=bool)
    cleaned = make_projection(_nuisance(confounds), kept=kept, tr=TR, band=CONNECTIVITY_BAND).apply(noise)
    spectrum = np.abs(np.fft.rfft(cleaned.astype(float), axis=0))
    found = frequencies(VOLUMES, TR)
    outside = (found < 0.01 - 1e-9) | (found > 0.1 + 1e-9)

    assert np.abs(confounds.T @ cleaned).max() < 1e-2
    assert spectrum[outside].max() < 1e-3 * spectrum.max()


def test_filtering_after_regression_would_put_confounds_back(noise: np.ndarray):
    """One step after the other is not the same, which is why it is one projection."""
    confounds = np.random.default_rng(3).standard_normal((VOLUMES, 12))
    kept = np.ones(VOLUMES, dtype=bool)
    regressed = make_projection(_nuisance(confounds), kept=kept, tr=TR).apply(noise)
    filtered = make_projection(None, kept=kept, tr=TR, band=CONNECTIVITY_BAND).apply(regressed)

    assert np.abs(confounds.T @ filtered).max() > 10


def test_dropped_volumes_need_no_filling(noise: np.ndarray):
    """With gaps the projection is least squares on the volumes that are left."""
    kept = np.ones(VOLUMES, dtype=bool)
    kept[[3, 50, 51, 52, 120]] = False
    confounds = np.random.default_rng(4).standard_normal((VOLUMES, 6))
    ours = make_projection(_nuisance(confounds, kept), kept=kept, tr=TR, trend=1).apply(noise[kept])
    design = np.hstack([np.ones((VOLUMES, 1)), np.linspace(-1, 1, VOLUMES)[:, None], confounds])[kept]
    wanted = noise[kept] - design @ np.linalg.lstsq(design, noise[kept].astype(float), rcond=None)[0]

    np.testing.assert_allclose(ours, wanted, atol=2e-3)


def test_projecting_twice_changes_nothing(noise: np.ndarray):
    """A projection is its own square, whichever of its two bases is used."""
    kept = np.ones(VOLUMES, dtype=bool)
    for band in (None, CONNECTIVITY_BAND):
        project = make_projection(None, kept=kept, tr=TR, band=band)
        once = project.apply(noise)

        np.testing.assert_allclose(project.apply(once), once, atol=1e-3)


def test_freedom_counts_what_is_left():
    """Confounds that repeat each other cost one degree of freedom, not two."""
    column = np.random.default_rng(5).standard_normal((VOLUMES, 1))
    project = make_projection(_nuisance(np.hstack([column, 2 * column])), kept=np.ones(VOLUMES, bool), tr=TR)

    assert project.freedom == VOLUMES - 3


def test_a_series_is_cleaned_in_place(noise: np.ndarray):
    """No second copy of the brain is made."""
    series = BoldSeries(noise.copy(), tr=TR, kept=np.ones(VOLUMES, dtype=bool))
    project = make_projection(None, kept=series.kept, tr=TR)
    clean(series, project)

    np.testing.assert_array_equal(series.values, project.apply(noise))


def test_too_many_confounds_for_the_scan_are_refused():
    """A design that leaves no freedom is an error, not a series of zeros."""
    confounds = np.random.default_rng(6).standard_normal((20, 18))

    with pytest.raises(MeasureError, match="at least 3 must be left"):
        make_projection(_nuisance(confounds), kept=np.ones(20, dtype=bool), tr=TR)


def test_another_runs_confounds_are_refused():
    """Table and image must have the same number of volumes."""
    with pytest.raises(MeasureError, match="the confounds have 150 volumes, the image 200"):
        make_projection(_nuisance(np.ones((150, 1))), kept=np.ones(VOLUMES, dtype=bool), tr=TR)
