"""What the page about a group draws: where the values of each brain marker lie, a stroke for each person.

Decides which marks stand for what; it compares nobody and tests nothing.
"""

from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import Any, NamedTuple

import altair as alt

from backloop.letters.drawing import ACCENT, INK, LINE, SOFT, draw, theme
from backloop.letters.wording import Words
from backloop.units import Language, Text

__all__ = ["MarkerStrip", "strip_picture"]

_ROWS = alt.NamedData("rows")
_NAMES, _ENDS = 430, 70  # room for the names, and of it for the lowest value


class MarkerStrip(NamedTuple):
    """The values of one marker over people and visits, all of one unit and convention.

    Examples
    --------
    >>> strip = MarkerStrip(Text(en="NAA in the ACC", zh="前扣带回NAA"), "mmol/kg", "LCModel", (9.0, 8.0, 8.5))
    >>> strip.lowest, strip.median, strip.highest
    (8.0, 8.5, 9.0)
    """

    title: Text
    unit: str
    convention: str
    values: tuple[float, ...]

    @property
    def lowest(self) -> float:
        """The smallest value."""
        return min(self.values)

    @property
    def median(self) -> float:
        """The value in the middle."""
        return median(self.values)

    @property
    def highest(self) -> float:
        """The largest value."""
        return max(self.values)


def strip_picture(strips: Sequence[MarkerStrip], *, lang: Language = "en", name: str = "strips") -> str:
    """Draw the values of each marker on a row of its own, from the lowest to the highest.

    Parameters
    ----------
    strips : sequence of MarkerStrip
        At least one.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element; a stroke is a value, the triangle the median.

    Examples
    --------
    >>> strip = MarkerStrip(Text(en="NAA in the ACC", zh="前扣带回NAA"), "mmol/kg", "LCModel", (9.0, 8.0, 8.5))
    >>> 'role="img"' in strip_picture([strip])
    True
    """
    words = Words(lang)
    rows: list[dict[str, object]] = []
    for place, strip in enumerate(strips):
        low, high = strip.lowest, strip.highest
        rows.append({
            "place": place, "name": strip.title.say(lang), "unit": words.unit(strip.unit).strip("()（）"),
            "low": words.figure(low), "high": words.figure(high), "median": _share(strip.median, low, high),
        })  # fmt: skip
        rows += [{"place": place, "share": _share(value, low, high)} for value in strip.values]
    title, text = words("panel-cohort.strips-title"), words("panel-cohort.strips-text", count=len(strips))
    return draw(_chart(), rows, name=name, title=title, text=text)


def _share(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 0.5


@cache
def _chart() -> dict[str, Any]:
    scale = alt.Scale(domain=[0, 1], nice=False)
    rows = alt.Chart(_ROWS).encode(y=alt.Y("place:O", axis=None))
    left: dict[str, Any] = {"align": "left", "limit": 1.35 * (_NAMES - _ENDS)}
    line = rows.mark_rule(color=LINE).encode(x=alt.value(0), x2=alt.value("width"))
    strokes = rows.mark_tick(color=ACCENT, thickness=1.6, size=15, opacity=0.75).encode(
        x=alt.X("share:Q", scale=scale, axis=None)
    )
    middle = rows.mark_point(shape="triangle-up", filled=True, size=55, color=INK, opacity=1, yOffset=13).encode(
        x=alt.X("median:Q", scale=scale)
    )
    names = rows.mark_text(fontSize=13, color=INK, dy=-6, **left).encode(x=alt.value(-_NAMES), text="name:N")
    units = rows.mark_text(fontSize=11, color=SOFT, dy=9, **left).encode(x=alt.value(-_NAMES), text="unit:N")
    ends: dict[str, Any] = {"fontSize": 11.5, "color": SOFT}
    low = rows.mark_text(align="right", dx=-8, **ends).encode(x=alt.value(0), text="low:N")
    high = rows.mark_text(align="left", dx=8, **ends).encode(x=alt.value("width"), text="high:N")
    layers = [
        strokes.transform_filter("isValid(datum.share)"),
        *(layer.transform_filter("isValid(datum.name)") for layer in (line, middle, names, units, low, high)),
    ]
    return theme(alt.layer(*layers).properties(width=330, height=alt.Step(40)))
