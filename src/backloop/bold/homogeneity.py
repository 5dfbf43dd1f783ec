"""How alike a voxel's signal is to its neighbours': regional homogeneity (Kendall's W).

Decides which voxels are neighbours and how ties are ranked; it does not smooth or average.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backloop.bold.cleaning import blocks
from backloop.errors import MeasureError
from backloop.recordings import BoldSeries, Grid
from backloop.units import Interval

__all__ = ["homogeneity_interval", "measure_homogeneity"]

_Z = 1.959964

Neighbours = Literal[7, 19, 27]
_FACES, _CORNERS = 7, 27
_SLAB = 14


def measure_homogeneity(series: BoldSeries, *, neighbours: Neighbours = 27) -> NDArray[np.float32]:
    """Compute Kendall's W of every voxel with its neighbours inside the brain.

    Parameters
    ----------
    series : BoldSeries
        Cleaned and filtered voxels, not smoothed.
    neighbours : 7, 19 or 27
        The voxel with those that share a face; or also an edge; or also a corner.

    Returns
    -------
    array of float32, shape (voxels,)
        From 0 (no agreement) to 1 (the same order in time everywhere); 0 for a voxel without neighbours.

    Raises
    ------
    MeasureError
        If the series is not made of voxels, or is longer than ranks of two bytes can hold.

    Notes
    -----
    Each voxel is ranked once (ties get their mean rank); the sums over neighbours are then taken one volume at a
    time. W = 12 (sum of R squared - n mean(R) squared) / (K squared (n cubed - n)), with K the neighbours that lie
    inside the brain, as in DPABI and AFNI's 3dReHo; not corrected for ties.

    References
    ----------
    dpabi-reho

    Examples
    --------
    >>> grid = Grid(np.ones((3, 3, 3), dtype=bool), np.eye(4))
    >>> same = np.repeat(np.random.default_rng(1).standard_normal((50, 1)).astype(np.float32), 27, axis=1)
    >>> series = BoldSeries(same, tr=2.0, kept=np.ones(50, dtype=bool), grid=grid)
    >>> measure_homogeneity(series).min().round(6)
    np.float32(1.0)
    """
    grid = series.grid
    if grid is None:
        message = "homogeneity compares neighbouring voxels; a series of regions has none; read the NIfTI image instead"
        raise MeasureError(message)
    if 2 * len(series.values) > np.iinfo(np.uint16).max:
        most = np.iinfo(np.uint16).max // 2
        message = f"homogeneity ranks up to {most} volumes; got {len(series.values)}; split the run"
        raise MeasureError(message)
    agreement = np.empty(len(grid.index), dtype=np.float32)
    for first in range(0, grid.inside.shape[2], _SLAB):
        agreement[_columns(grid, first, first + _SLAB)] = _slab(series, grid, first, neighbours)
    return agreement


def _columns(grid: Grid, first: int, last: int) -> slice:
    """Give the columns of the slices first to last; voxels lie slice by slice."""
    plane = grid.inside.shape[0] * grid.inside.shape[1]
    start, stop = np.searchsorted(grid.index, [max(first, 0) * plane, last * plane])
    return slice(int(start), int(stop))


def _slab(series: BoldSeries, grid: Grid, first: int, neighbours: Neighbours) -> NDArray[np.float32]:
    """Compute some slices at a time, with the slices above and below them as neighbours, to need little memory."""
    columns, wide = _columns(grid, first, first + _SLAB), _columns(grid, first - 1, first + _SLAB + 1)
    low = max(first - 1, 0)
    slab = Grid(inside=grid.inside[:, :, low : first + _SLAB + 1], affine=grid.affine)
    own = slice(columns.start - wide.start, columns.stop - wide.start)
    volumes, index = len(series.values), slab.index[own]
    squares = np.zeros(len(index))
    for row in _doubled_ranks(series.values[:, wide]):
        around = _add_neighbours(slab.unmask(row), neighbours)
        squares += np.square(around.ravel(order="F")[index], dtype=np.float64)
    count = _add_neighbours(slab.inside.astype(np.float32), neighbours).ravel(order="F")[index].astype(float)
    # Ranks were doubled, so their squares are four times too large.
    spread = squares / 4 - volumes * (count * (volumes + 1) / 2) ** 2
    agreement = 12 * spread / (count**2 * (float(volumes) ** 3 - volumes))
    return np.where(count > 1, agreement, 0).astype(np.float32)


def _doubled_ranks(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Rank every column over time; twice the rank, so that the mean rank of ties is a whole number."""
    ranks = np.empty(values.shape, dtype=np.uint16)
    for part in blocks(values):
        block = np.ascontiguousarray(values[:, part].T)
        order = np.argsort(block, axis=1)
        found = np.empty(block.shape, dtype=np.uint16)
        np.put_along_axis(found, order, _steps(np.take_along_axis(block, order, axis=1)), axis=1)
        ranks[:, part] = found.T
    return ranks


def _steps(in_order: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Give the doubled ranks of values already in order."""
    steps = np.broadcast_to(2 * np.arange(1, in_order.shape[1] + 1, dtype=np.uint16), in_order.shape)
    tied = np.flatnonzero((in_order[:, 1:] == in_order[:, :-1]).any(axis=1))
    if len(tied):
        steps = steps.copy()
        for row in tied:
            steps[row] = _share_ranks(in_order[row])
    return steps


def _share_ranks(in_order: NDArray[np.float32]) -> NDArray[np.intp]:
    """Give equal values the sum of the first and the last rank among them, which is twice their mean rank."""
    starts = np.flatnonzero(np.concatenate(([True], in_order[1:] != in_order[:-1])))
    ends = np.append(starts[1:], len(in_order))
    return np.repeat(starts + 1 + ends, ends - starts)


def _add_neighbours(volume: NDArray[np.float32], neighbours: Neighbours) -> NDArray[np.float32]:
    faces = [_both_sides(volume, axis) for axis in range(3)]
    if neighbours == _FACES:
        return volume + faces[0] + faces[1] + faces[2]
    row = volume + faces[0]
    plane = row + _both_sides(row, 1)
    box = plane + _both_sides(plane, 2)
    if neighbours == _CORNERS:
        return box
    return box - _both_sides(_both_sides(faces[0], 1), 2)


def _both_sides(volume: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Add up each voxel's two neighbours along one axis."""
    around = np.zeros_like(volume)
    target, source = np.moveaxis(around, axis, 0), np.moveaxis(volume, axis, 0)
    target[1:] += source[:-1]
    target[:-1] += source[1:]
    return around


def homogeneity_interval(value: float, *, samples: float, neighbours: int) -> Interval:
    """Give the 95 % range of Kendall's W from one scan.

    Parameters
    ----------
    value : float
        W, 0 to 1.
    samples : float
        Effective samples of the cleaned series, more than three.
    neighbours : int
        How many voxels were compared.

    Returns
    -------
    Interval
        W is a mean rank correlation in disguise; the range is that of one correlation, on the safe side.

    Examples
    --------
    >>> found = homogeneity_interval(0.6, samples=87, neighbours=27)
    >>> round(found.low, 2), round(found.high, 2)
    (0.45, 0.72)
    """
    mean_correlation = (neighbours * value - 1) / (neighbours - 1)
    middle, reach = np.arctanh(min(mean_correlation, 1 - 1e-9)), _Z / np.sqrt(samples - 3)
    low, high = (float(np.tanh(middle + sign * reach)) for sign in (-1, 1))
    return Interval(low=_from_correlation(low, neighbours), high=_from_correlation(high, neighbours))


def _from_correlation(mean: float, neighbours: int) -> float:
    return max((1 + (neighbours - 1) * mean) / neighbours, 0.0)
