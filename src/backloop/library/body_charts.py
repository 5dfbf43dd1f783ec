"""The body chart: four figures, the regions they are divided into, and what each region is called.

Decides how the figures are written down and that they are whole; what was painted on them is measured in `measure`.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from backloop.errors import InvalidBook
from backloop.library.books import BookId
from backloop.units import Frozen, Text

__all__ = ["BodyChart", "BodyRegion", "BodyView", "PainArea", "read_chart"]

Point = tuple[float, float]
ViewName = Literal["front", "back", "left", "right"]
_CHART = Path(__file__).parent / "charts" / "body-chart.toml"


def _points(words: object) -> object:
    """Read ``x,y x,y …``, the way SVG writes a polygon."""
    if not isinstance(words, str):
        return words
    return tuple(tuple(float(part) for part in pair.split(",")) for pair in words.split())


Polygon = Annotated[tuple[Point, ...], BeforeValidator(_points), Field(min_length=3)]
"""The corners of a shape, in units of the chart; the last is joined to the first."""


class PainArea(Frozen):
    """One of the areas that a pain index counts, and the larger region it is part of (empty where it is of none).

    Examples
    --------
    >>> neck = Text(en="neck", zh="颈部")
    >>> PainArea(id="neck", title=neck, body_region="axial").body_region
    'axial'
    """

    id: BookId
    title: Text
    body_region: str = ""


class BodyRegion(Frozen):
    """A named part of one figure; `mirror` names the part on the other side, or itself where it lies in the middle.

    Examples
    --------
    >>> [region.title.en for region in read_chart().view("back").regions if region.id == "low-back-left"]
    ['low back, left']
    """

    id: BookId
    title: Text
    side: Literal["left", "right", "middle"]
    mirror: str
    area: str = ""
    shapes: tuple[Polygon, ...] = Field(min_length=1)


class BodyView(Frozen):
    """One figure: its outline, its regions, and the figure that is its mirror image (front and back are their own).

    Examples
    --------
    >>> read_chart().view("left").mirror
    'right'
    """

    id: ViewName
    title: Text
    mirror: ViewName
    outline: Polygon
    regions: tuple[BodyRegion, ...] = Field(min_length=1)


class BodyChart(Frozen):
    """Four figures on which a person shows where it hurts.

    Examples
    --------
    >>> chart = read_chart()
    >>> [view.id for view in chart.views], len(list(chart.regions())), len(chart.areas)
    (['front', 'back', 'left', 'right'], 84, 19)
    """

    id: BookId
    version: str
    title: Text
    width: float = Field(gt=0)
    height: float = Field(gt=0)
    areas_reference: str
    areas_verified: bool
    areas_note: Text
    areas: tuple[PainArea, ...] = ()
    views: tuple[BodyView, ...] = Field(min_length=1)

    @property
    def name(self) -> str:
        """The chart's id and version, which a drawing keeps: a region's id means something on its own chart only."""
        return f"{self.id}@{self.version}"

    def regions(self) -> Iterator[BodyRegion]:
        """Give every region, figure by figure, from the head down."""
        return (region for view in self.views for region in view.regions)

    def view(self, name: str) -> BodyView:
        """Give one figure by its id."""
        return next(view for view in self.views if view.id == name)

    def region(self, name: str) -> BodyRegion:
        """Give one region by its id."""
        return next(region for region in self.regions() if region.id == name)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        faults = [*_name_faults(self), *_mirror_faults(self)]
        if faults:
            message = "; ".join(faults[:5])
            raise ValueError(message)
        return self


@cache
def read_chart() -> BodyChart:
    """Read the body chart that ships with the library.

    Returns
    -------
    BodyChart
        Checked: ids are unique, areas exist, no point lies off the chart, and left mirrors right to a tenth of a unit.

    Raises
    ------
    InvalidBook
        If the file cannot be read, or one of these does not hold.

    Examples
    --------
    >>> read_chart().name
    'body-chart@1'
    """
    try:
        content: dict[str, Any] = tomllib.loads(_CHART.read_text(encoding="utf-8"))
        return BodyChart.model_validate(content)
    except (OSError, ValueError) as error:
        what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        message = f"{_CHART.name}: {what}; correct the chart"
        raise InvalidBook(message) from error


def _name_faults(chart: BodyChart) -> Iterator[str]:
    names = [region.id for region in chart.regions()]
    areas = {area.id for area in chart.areas}
    yield from (f"region '{name}' stands twice" for name in sorted(set(names)) if names.count(name) > 1)
    for region in chart.regions():
        if region.area and region.area not in areas:
            yield f"region '{region.id}' lies in '{region.area}', which is no area"
    for view in chart.views:
        for shape in (view.outline, *(shape for region in view.regions for shape in region.shapes)):
            if not all(0 <= x <= chart.width and 0 <= y <= chart.height for x, y in shape):
                yield f"view '{view.id}' has a point off the chart"


def _mirror_faults(chart: BodyChart) -> Iterator[str]:
    views = {view.id: view for view in chart.views}
    for view in chart.views:
        other = views.get(view.mirror)
        if other is None or other.mirror != view.id:
            yield f"view '{view.id}' has no mirror image"
            continue
        if _turned(view.outline, chart.width) != _corners(other.outline):
            yield f"the outlines of '{view.id}' and '{other.id}' are no mirror images"
        regions = {region.id: region for region in other.regions}
        for region in view.regions:
            twin = regions.get(region.mirror)
            if twin is None or twin.mirror != region.id or not _mirrors(region, twin, chart.width):
                yield f"region '{region.id}' has no mirror image"


def _mirrors(region: BodyRegion, twin: BodyRegion, width: float) -> bool:
    sides = {"left": "right", "right": "left", "middle": "middle"}
    here = sorted(sorted(_turned(shape, width)) for shape in region.shapes)
    there = sorted(sorted(_corners(shape)) for shape in twin.shapes)
    return sides[region.side] == twin.side and here == there


def _corners(shape: tuple[Point, ...]) -> set[Point]:
    return {(round(x, 1), round(y, 1)) for x, y in shape}


def _turned(shape: tuple[Point, ...], width: float) -> set[Point]:
    return {(round(width - x, 1), round(y, 1)) for x, y in shape}
