"""From a pain drawing to numbers: how much of each figure is painted, which regions, how far it spreads.

Decides when a region counts as touched and what the sides are; where a region lies is the chart's to say.
"""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from backloop.errors import MeasureError
from backloop.library import BodyChart, BodyView
from backloop.measure.drawings import Drawing, DrawingChange, Painted
from backloop.measure.rasters import RASTER, Mask, lay_figures, stamp_stroke
from backloop.record import Observation
from backloop.units import Absent

__all__ = [
    "TOUCHED_SHARE",
    "compare_drawings",
    "drawing_observations",
    "measure_drawing",
]

TOUCHED_SHARE = 0.05
"""The share of a region that must be painted for it to count; of paint that fills none so far, the fullest counts."""

_BOOK = "pain-drawing"
_ONE_SIDE = {"left": 1.0, "right": 0.0}

_Strengths = npt.NDArray[np.float64]


class _Paint(NamedTuple):
    """What is painted of one view: cells of the body, their strength (0 where none), cells of the brush beside it."""

    cells: Mask
    strengths: _Strengths
    beside: int
    brushed: int


def measure_drawing(drawing: Drawing, chart: BodyChart) -> Painted:
    """Measure a pain drawing.

    Parameters
    ----------
    drawing : Drawing
        Strokes in places 0 to 1 of a figure's frame, and regions tapped as a whole.
    chart : BodyChart
        The chart it was made on.

    Returns
    -------
    Painted
        Areas in percent (0 to 100) on a raster of 600 by 240 cells a figure.

    Raises
    ------
    MeasureError
        If it was made on another chart, or taps a region that the chart does not have.

    Notes
    -----
    Paint counts once however often it is laid, so the order of strokes does not matter; paint beside a figure counts
    nowhere. A region counts as touched from 5 % of its surface; where paint fills no region that far, the one that is
    fullest counts. The areas of the Widespread Pain Index and the five body regions follow from the regions.

    References
    ----------
    shaballout-2019, wolfe-2016, pain-body-diagrams-2023

    Examples
    --------
    >>> from backloop.library import read_chart
    >>> from backloop.measure.drawings import Tapped
    >>> back = tuple(Tapped(region=f"low-back-{side}") for side in ("left", "right"))
    >>> found = measure_drawing(Drawing(session_id="ses-01", chart="body-chart@1", tapped=back), read_chart())
    >>> round(found.area, 1), found.side, found.pain_areas, found.body_regions
    (2.3, 'both', ('lower-back',), ('axial',))
    """
    figures, paints = lay_figures(chart), _lay_paint(drawing, chart)
    bodies = {view.id: int(figures[view.id].body.sum()) for view in chart.views}
    cells = {name: int(paint.cells.sum()) for name, paint in paints.items()}
    total, painted = sum(bodies.values()), sum(cells.values())
    regions = _touched(paints, chart)
    sides: set[str] = {chart.region(name).side for name in regions}
    areas = {chart.region(name).area for name in regions}
    held = [area for area in chart.areas if area.id in areas]
    brushed = sum(paint.brushed for paint in paints.values())
    return Painted(
        area=100 * painted / total,
        by_view={name: 100 * cells[name] / bodies[name] for name in bodies},
        regions=regions,
        pain_areas=tuple(area.id for area in held),
        body_regions=tuple(dict.fromkeys(area.body_region for area in held if area.body_region)),
        side=_side(sides),
        spread=max((_spread(paint.cells) for paint in paints.values()), default=0.0),
        left_share=100 * _left_cells(paints) / painted if painted else None,
        outside=100 * sum(paint.beside for paint in paints.values()) / brushed if brushed else None,
        intensity=_intensity(drawing, paints, total) if painted else None,
    )


def compare_drawings(before: Drawing, after: Drawing, chart: BodyChart) -> DrawingChange:
    """Say what differs between two drawings of one person on the same chart.

    Parameters
    ----------
    before, after : Drawing
        The earlier and the later one.
    chart : BodyChart
        The chart both were made on.

    Returns
    -------
    DrawingChange
        Areas in percent of all four figures. `overlap` is the Jaccard index, None where neither has paint.

    Notes
    -----
    People who draw the same pain twice within a minute do not hit the same cells (mean Jaccard index 0.62), so a
    small gain or loss says little.

    References
    ----------
    leoni-2013

    Examples
    --------
    >>> from backloop.library import read_chart
    >>> from backloop.measure.drawings import Tapped
    >>> none = Drawing(session_id="ses-01", chart="body-chart@1", nowhere=True)
    >>> some = Drawing(session_id="ses-02", chart="body-chart@1", tapped=(Tapped(region="sacrum"),))
    >>> compare_drawings(none, some, read_chart()).regions_gained
    ('sacrum',)
    """
    first, second = _lay_paint(before, chart), _lay_paint(after, chart)
    total = sum(int(figure.body.sum()) for figure in lay_figures(chart).values())
    kept = sum(int((first[name].cells & second[name].cells).sum()) for name in first)
    lost = sum(int(paint.cells.sum()) for paint in first.values()) - kept
    gained = sum(int(paint.cells.sum()) for paint in second.values()) - kept
    had, has = _touched(first, chart), _touched(second, chart)
    either = kept + lost + gained
    return DrawingChange(
        gained=100 * gained / total,
        lost=100 * lost / total,
        kept=100 * kept / total,
        regions_gained=tuple(name for name in has if name not in had),
        regions_lost=tuple(name for name in had if name not in has),
        overlap=kept / either if either else None,
    )


def drawing_observations(drawing: Drawing, chart: BodyChart) -> tuple[Observation, ...]:
    """Write the numbers of a drawing down as one trial of the test ``pain-drawing``.

    Parameters
    ----------
    drawing : Drawing
        The drawing.
    chart : BodyChart
        The chart it was made on.

    Returns
    -------
    tuple of Observation
        One for each field of the book; absent, with the reason, where a number does not exist. All are absent for a
        drawing that is no answer.

    Examples
    --------
    >>> from backloop.library import read_chart
    >>> none = Drawing(session_id="ses-01", chart="body-chart@1", nowhere=True)
    >>> {each.item: each.value for each in drawing_observations(none, read_chart())}["area"]
    0.0
    """
    found = measure_drawing(drawing, chart)
    numbers: dict[str, tuple[float | None, str]] = {
        "area": (found.area, "%"),
        **{f"area-{name}": (share, "%") for name, share in found.by_view.items()},
        "regions": (len(found.regions), "regions"),
        "pain-areas": (len(found.pain_areas), "areas"),
        "body-regions": (len(found.body_regions), "regions"),
        "views": (found.views, "views"),
        "spread": (found.spread, "%"),
        "left-share": (found.left_share, "%"),
        "outside": (found.outside, "%"),
        "intensity": (found.intensity, "%·points"),
    }
    return tuple(
        Observation(
            session_id=drawing.session_id,
            kind="trial",
            book=_BOOK,
            item=name,
            value=None if (reason := _absent(value, name, drawing)) else round(float(value or 0), 4),
            absent=reason,
            unit=unit,
            trial=1,
        )
        for name, (value, unit) in numbers.items()
    )


def _absent(value: float | None, name: str, drawing: Drawing) -> Absent | None:
    if not drawing.is_answer:
        return Absent.NOT_ASKED
    if value is not None:
        return None
    return Absent.NOT_ASKED if name == "intensity" else Absent.NOT_APPLICABLE


def _lay_paint(drawing: Drawing, chart: BodyChart) -> dict[str, _Paint]:
    if drawing.chart != chart.name:
        message = f"the drawing was made on '{drawing.chart}', not on '{chart.name}'; measure it on its own chart"
        raise MeasureError(message)
    strange = {each.region for each in drawing.tapped} - {region.id for region in chart.regions()}
    if strange:
        message = f"the chart has no region {', '.join(sorted(strange))}; tap one of its own"
        raise MeasureError(message)
    return {view.id: _paint_view(drawing, view, chart) for view in chart.views}


def _paint_view(drawing: Drawing, view: BodyView, chart: BodyChart) -> _Paint:
    figure = lay_figures(chart)[view.id]
    brush, strengths = np.zeros(RASTER, dtype=np.bool_), np.zeros(RASTER)
    for stroke in drawing.strokes:
        if stroke.view == view.id:
            mask = stamp_stroke(stroke)
            brush |= mask
            np.maximum(strengths, mask * float(stroke.intensity or 0), out=strengths)
    cells = brush & figure.body
    tapped = {each.region: each for each in drawing.tapped}
    for number, region in enumerate(view.regions):
        if region.id in tapped:
            mask = figure.labels == number
            cells |= mask
            np.maximum(strengths, mask * float(tapped[region.id].intensity or 0), out=strengths)
    return _Paint(cells, strengths * cells, int((brush & ~figure.body).sum()), int(brush.sum()))


def _touched(paints: dict[str, _Paint], chart: BodyChart) -> tuple[str, ...]:
    shares: dict[str, float] = {}
    for view in chart.views:
        labels, count = lay_figures(chart)[view.id].labels, len(view.regions)
        whole = np.bincount(labels[labels >= 0], minlength=count)
        within = labels[paints[view.id].cells]
        part = np.bincount(within[within >= 0], minlength=count)
        shares |= {region.id: part[at] / whole[at] for at, region in enumerate(view.regions)}
    found = tuple(name for name, share in shares.items() if share >= TOUCHED_SHARE)
    fullest = max(shares, key=lambda name: shares[name])
    return found or ((fullest,) if shares[fullest] > 0 else ())


def _side(sides: set[str]) -> Literal["none", "left", "right", "both", "middle"]:
    if not sides:
        return "none"
    if {"left", "right"} <= sides:
        return "both"
    return "left" if "left" in sides else "right" if "right" in sides else "middle"


def _left_cells(paints: dict[str, _Paint]) -> float:
    """Count the painted cells on the person's left: the right half of the front figure, the left half of the back."""
    middle, left = RASTER[1] // 2, 0.0
    for name, paint in paints.items():
        if name in _ONE_SIDE:
            left += _ONE_SIDE[name] * int(paint.cells.sum())
        else:
            half = paint.cells[:, middle:] if name == "front" else paint.cells[:, :middle]
            left += int(half.sum())
    return left


def _spread(cells: Mask) -> float:
    """Give the greatest distance between two painted cells, in percent of the height, from the ends of their rows."""
    rows = np.flatnonzero(cells.any(axis=1))
    if not len(rows):
        return 0.0
    first = cells[rows].argmax(axis=1)
    last = cells.shape[1] - 1 - cells[rows][:, ::-1].argmax(axis=1)
    x, y = np.concatenate([first, last]), np.concatenate([rows, rows])
    squares = (x[:, np.newaxis] - x) ** 2 + (y[:, np.newaxis] - y) ** 2
    return float(100 * np.sqrt(squares.max()) / cells.shape[0])


def _intensity(drawing: Drawing, paints: dict[str, _Paint], total: int) -> float | None:
    if any(each.intensity is None for each in drawing.marks):
        return None
    return float(100 * sum(paint.strengths.sum() for paint in paints.values()) / total)
