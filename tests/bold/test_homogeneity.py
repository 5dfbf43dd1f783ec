"""Homogeneity: Kendall's W, written out for one neighbourhood, gives the same map."""

import numpy as np
import pytest
from scipy.stats import friedmanchisquare, rankdata

from backloop.bold import homogeneity_interval, measure_homogeneity
from backloop.errors import MeasureError
from backloop.recordings import BoldSeries, Grid

VOLUMES, SHAPE = 60, (6, 7, 20)
REACH = {7: 1, 19: 2, 27: 3}


@pytest.fixture
def brain() -> BoldSeries:
    """Make a holed brain of noise with a shared signal, taller than one slab."""
    random = np.random.default_rng(1)
    inside = random.random(SHAPE) > 0.2
    shared = random.standard_normal((VOLUMES, 1))
    values = (0.8 * shared + random.standard_normal((VOLUMES, int(inside.sum())))).astype(np.float32)
    return BoldSeries(values, tr=2.0, kept=np.ones(VOLUMES, dtype=bool), grid=Grid(inside, np.eye(4)))


def _one_by_one(series: BoldSeries, neighbours: int) -> np.ndarray:
    places = np.stack(np.unravel_index(series.grid.index, series.grid.inside.shape, order="F"), axis=1)
    ranks = rankdata(series.values, axis=0)
    found = []
    for place in places:
        apart = np.abs(places - place)
        near = (apart.max(axis=1) <= 1) & (apart.sum(axis=1) <= REACH[neighbours])
        sums, count = ranks[:, near].sum(axis=1), near.sum()
        spread = (sums**2).sum() - VOLUMES * sums.mean() ** 2
        found.append(12 * spread / (count**2 * (VOLUMES**3 - VOLUMES)) if count > 1 else 0.0)
    return np.array(found)


@pytest.mark.parametrize("neighbours", [7, 19, 27])
def test_the_map_equals_kendalls_w_voxel_by_voxel(brain: BoldSeries, neighbours: int):
    """Borders, holes and all three neighbourhoods agree with the formula."""
    np.testing.assert_allclose(
        measure_homogeneity(brain, neighbours=neighbours), _one_by_one(brain, neighbours), atol=1e-5
    )


def test_ties_share_their_rank(brain: BoldSeries):
    """Rounded signals, full of ties, agree too."""
    tied = BoldSeries(np.round(brain.values), tr=2.0, kept=brain.kept, grid=brain.grid)

    np.testing.assert_allclose(measure_homogeneity(tied), _one_by_one(tied, 27), atol=1e-5)


def test_w_is_friedmans_statistic_over_its_maximum(brain: BoldSeries):
    """In a full neighbourhood W is scipy's Friedman chi-squared over K (n - 1)."""
    whole = BoldSeries(brain.values[:, :27], tr=2.0, kept=brain.kept, grid=Grid(np.ones((3, 3, 3), bool), np.eye(4)))
    statistic = friedmanchisquare(*whole.values).statistic

    assert measure_homogeneity(whole)[13] == pytest.approx(statistic / (27 * (VOLUMES - 1)), abs=1e-5)


def test_noise_alone_gives_one_over_the_neighbours():
    """Without agreement W is near 1 / K, and with full agreement it is 1."""
    grid = Grid(np.ones((10, 10, 10), dtype=bool), np.eye(4))
    noise = np.random.default_rng(2).standard_normal((120, 1000)).astype(np.float32)
    kept = np.ones(120, dtype=bool)
    alone = measure_homogeneity(BoldSeries(noise, tr=2.0, kept=kept, grid=grid))
    same = measure_homogeneity(BoldSeries(np.repeat(noise[:, :1], 1000, axis=1), tr=2.0, kept=kept, grid=grid))

    assert alone.reshape(10, 10, 10)[1:-1, 1:-1, 1:-1].mean() == pytest.approx(1 / 27, abs=0.002)
    np.testing.assert_allclose(same, 1, atol=1e-5)


def test_a_lonely_voxel_agrees_with_nobody():
    """A voxel without neighbours has no homogeneity."""
    inside = np.zeros((3, 3, 3), dtype=bool)
    inside[1, 1, 1] = True
    values = np.random.default_rng(3).standard_normal((20, 1)).astype(np.float32)
    series = BoldSeries(values, tr=2.0, kept=np.ones(20, dtype=bool), grid=Grid(inside, np.eye(4)))

    assert measure_homogeneity(series).tolist() == [0.0]


def test_regions_have_no_neighbours(brain: BoldSeries):
    """A series of regions is refused."""
    with pytest.raises(MeasureError, match="a series of regions has none"):
        measure_homogeneity(BoldSeries(brain.values, tr=2.0, kept=brain.kept))


def test_a_run_too_long_for_its_ranks_is_refused(brain: BoldSeries):
    """Ranks of two bytes end at 32767 volumes."""
    values = np.zeros((33000, 1), dtype=np.float32)

    with pytest.raises(MeasureError, match="up to 32767 volumes; got 33000"):
        measure_homogeneity(BoldSeries(values, tr=2.0, kept=np.ones(33000, dtype=bool), grid=brain.grid))


def test_the_range_of_w_holds_its_value_and_shrinks_with_time():
    """A longer scan is worth a narrower range."""
    short = homogeneity_interval(0.5, samples=50, neighbours=27)
    long = homogeneity_interval(0.5, samples=200, neighbours=27)

    assert short.low < long.low < 0.5 < long.high < short.high
