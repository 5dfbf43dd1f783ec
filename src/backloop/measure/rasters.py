"""Figures and brush strokes on a raster: which cells are body, which region they lie in, which the brush covers.

Decides the raster and the rule of inside and outside; what the cells amount to is counted in `painting`.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from backloop.library import BodyChart
from backloop.measure.drawings import Stroke

__all__ = ["RASTER", "Figure", "Mask", "chart_faults", "lay_figures", "stamp_stroke"]

RASTER = (600, 240)
"""Rows and columns every figure is measured on, whatever screen it was drawn on; even, so that left mirrors right."""

_OVERLAP = 0.005

Mask = npt.NDArray[np.bool_]
_Corners = tuple[tuple[float, float], ...]


class Figure(NamedTuple):
    """One view on the raster: its body, and for each cell the number of its region (-1 where it is in none).

    Examples
    --------
    >>> from backloop.library import read_chart
    >>> lay_figures(read_chart())["back"].labels.shape
    (600, 240)
    """

    body: Mask
    labels: npt.NDArray[np.int16]


@lru_cache(maxsize=4)
def lay_figures(chart: BodyChart) -> dict[str, Figure]:
    """Lay the figures of a chart on the raster.

    Parameters
    ----------
    chart : BodyChart
        The chart.

    Returns
    -------
    dict of str to Figure
        By the view's id.

    Examples
    --------
    >>> from backloop.library import read_chart
    >>> sorted(lay_figures(read_chart()))
    ['back', 'front', 'left', 'right']
    """
    figures: dict[str, Figure] = {}
    for view in chart.views:
        body, labels = _fill((view.outline,), chart), np.full(RASTER, -1, dtype=np.int16)
        for number, region in enumerate(view.regions):
            labels[_fill(region.shapes, chart) & body & (labels < 0)] = number
        figures[view.id] = Figure(body, labels)
    return figures


def stamp_stroke(stroke: Stroke) -> Mask:
    """Lay a round brush along a line.

    Parameters
    ----------
    stroke : Stroke
        Points and width in shares of the figure's frame.

    Returns
    -------
    array of bool, shape (600, 240)
        The cells whose middle the brush covers.

    Examples
    --------
    >>> int(stamp_stroke(Stroke(view="back", width=0.1, points=((0.5, 0.5),))).sum())
    448
    """
    rows, columns = RASTER
    mask, radius = np.zeros(RASTER, dtype=np.bool_), stroke.width * columns / 2
    spots = np.array(stroke.points) * (columns, rows)
    ends = zip(spots, [*spots[1:], spots[-1]], strict=True)
    for start, end in ends:
        low = np.maximum(np.floor(np.minimum(start, end) - radius).astype(int), 0)
        high = np.minimum(np.ceil(np.maximum(start, end) + radius).astype(int), (columns, rows))
        x = np.arange(low[0], high[0]) + 0.5 - start[0]
        y = (np.arange(low[1], high[1]) + 0.5 - start[1])[:, np.newaxis]
        way = end - start
        length = float(way @ way)
        along = np.clip((x * way[0] + y * way[1]) / length, 0, 1) if length else np.zeros(np.broadcast(x, y).shape)
        near = (x - along * way[0]) ** 2 + (y - along * way[1]) ** 2 <= radius**2
        mask[low[1] : high[1], low[0] : high[0]] |= near
    return mask


def chart_faults(chart: BodyChart) -> list[str]:
    """Name what is wrong with a chart's regions when they are laid on the raster.

    Parameters
    ----------
    chart : BodyChart
        The chart.

    Returns
    -------
    list of str
        Empty where every region lies within its figure, no two overlap by more than 0.5 % of the figure, and
        together they cover it.

    Examples
    --------
    >>> from backloop.library import read_chart
    >>> chart_faults(read_chart())
    []
    """
    faults = []
    for view in chart.views:
        body, count = _fill((view.outline,), chart), np.zeros(RASTER, dtype=np.int16)
        limit = _OVERLAP * body.sum()
        for region in view.regions:
            mask = _fill(region.shapes, chart)
            count += mask
            if (mask & ~body).sum() > limit:
                faults.append(f"region '{region.id}' lies beside its figure")
        if (count > 1).sum() > limit:
            faults.append(f"regions of '{view.id}' overlap")
        if (body & (count == 0)).sum() > limit:
            faults.append(f"regions of '{view.id}' leave a gap")
    return faults


def _fill(shapes: tuple[_Corners, ...], chart: BodyChart) -> Mask:
    """Find the cells whose middle lies within one of the shapes (a line to the right crosses the edge an odd time)."""
    rows, columns = RASTER
    x = (np.arange(columns) + 0.5) * chart.width / columns
    y = (np.arange(rows) + 0.5) * chart.height / rows
    whole = np.zeros(RASTER, dtype=np.bool_)
    for shape in shapes:
        inside = np.zeros(RASTER, dtype=np.bool_)
        for (x1, y1), (x2, y2) in zip(shape, (*shape[1:], shape[0]), strict=True):
            at = np.flatnonzero((y >= min(y1, y2)) & (y < max(y1, y2)))
            if len(at):
                crossing = x1 + (y[at] - y1) * (x2 - x1) / (y2 - y1)
                inside[at] ^= x < crossing[:, np.newaxis]
        whole |= inside
    return whole
