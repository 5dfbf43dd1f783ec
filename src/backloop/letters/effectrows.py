"""Rows of effects on one axis, with names left and numbers right: the drawing that all forest plots share.

Decides which marks stand for what, never by colour alone; effects, weights and names come from the caller.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

import altair as alt

from backloop.letters.drawing import ACCENT, INK, LINE, SOFT, draw, theme
from backloop.letters.wording import Words
from backloop.units import Language

__all__ = ["Ends", "ForestRow", "Row", "draw_rows", "effect_words", "mark_row", "p_words", "rows_picture"]

Row = dict[str, object]
Ends = tuple[float, float | None, float | None]
"""An effect with the ends of its interval, where it has one."""

_ROWS = alt.NamedData("rows")
_NAMES, _NUMBERS = 340, 14  # room left of the marks, and the gap right of them; Vega thinks text a third wider
_SHAPES = {
    "trial": "square",
    "review": "circle",
    "network": "triangle-up",
    "uncontrolled": "cross",
}
_WIDEST = 5.0  # an interval longer than this many times the middle one is cut at the picture's edge


class ForestRow(NamedTuple):
    """One line of a forest plot: its name, an effect with its interval, and a smaller line below the name.

    Examples
    --------
    >>> ForestRow("fear of movement", -0.3, -0.9, 0.3).detail
    ''
    """

    name: str
    estimate: float
    low: float
    high: float
    detail: str = ""


def rows_picture(
    rows: Sequence[ForestRow],
    *,
    title: str,
    summary: str,
    unit: str,
    sides: tuple[str, str],
    lang: Language = "en",
    name: str = "forest",
) -> str:
    """Draw any effects of one unit on one axis, such as the modifications or sensitivity analyses of a trial.

    Parameters
    ----------
    rows : sequence of ForestRow
        At least one.
    title, summary : str
        The picture's name and what it shows, in the reader's language.
    unit : str
        What the axis counts.
    sides : tuple of str
        What lies left and right of no effect.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element, one row an effect.

    Examples
    --------
    >>> row = ForestRow("fear of movement", -0.3, -0.9, 0.3)
    >>> svg = rows_picture([row], title="modifiers", summary="", unit="points", sides=("more benefit", "less benefit"))
    >>> 'role="img"' in svg
    True
    """
    words = Words(lang)
    marks = [
        mark_row(words, row.name, "trial", (row.estimate, row.low, row.high), unit=unit)
        | ({"detail": row.detail} if row.detail else {})
        for row in rows
    ]
    return draw_rows(marks, words, title=title, summary=summary, sides=sides, unit=unit, name=name)


def effect_words(words: Words, ends: Ends, unit: str) -> str:
    """Write an effect with its interval, or say that there is none.

    Examples
    --------
    >>> effect_words(Words("en"), (-1.0, -1.5, -0.4), "SD")
    '−1.00 (−1.50 to −0.40)'
    """
    digits = 1 if unit == "% of the scale" else 2
    estimate, low, high = (None if end is None else f"{end:.{digits}f}".replace("-", "−") for end in ends)
    if low is None or high is None:
        return words("forest.lone", estimate=estimate)
    return words("forest.result", estimate=estimate, low=low, high=high)


def p_words(p: float) -> str:
    """Write a p value with three decimals.

    Examples
    --------
    >>> p_words(0.0001)
    '< 0.001'
    """
    return "< 0.001" if p < 0.001 else f"{p:.3f}"  # noqa: PLR2004 - three decimals are printed


def mark_row(words: Words, label: str, kind: str, ends: Ends, *, unit: str) -> Row:
    """Give the row of one effect: its name, its numbers in words, and its interval where it has one."""
    estimate, low, high = ends
    row: Row = {"name": label, "kind": kind, "estimate": estimate, "text": effect_words(words, ends, unit)}
    return row if low is None or high is None else row | {"low": low, "high": high}


def draw_rows(
    rows: Sequence[Row], words: Words, *, title: str, summary: str, sides: tuple[str, str], unit: str, name: str
) -> str:
    """Give every row its place, cut what would make the rest unreadable, and name the two sides of no effect."""
    low, high = _window(rows)
    placed = [row | {"place": place} | _cut(row, low, high) for place, row in enumerate(rows)]
    placed += [corner for row in placed if row["kind"] == "pooled" for corner in _diamond(row)]
    arrows = (f"← {sides[0]}", f"{sides[1]} →")
    placed += [{"side": side, "text": text} for side, text in zip(("low", "high"), arrows, strict=True)]
    count = sum("estimate" in row for row in rows)
    text = words("forest.text", count=count, summary=summary)
    declaration = _chart(low, high, words(f"axis.{unit}") if unit in {"% of the scale", "SD", "points"} else unit)
    return draw(declaration, placed, name=name, title=words("forest.title", title=title), text=text)


def _diamond(row: Row) -> Iterator[Row]:
    """Give the corners of a pooled effect: as wide as its interval."""
    for field, thick in (("low", 0.5), ("estimate", 15.0), ("high", 0.5)):
        yield {"place": row["place"], "corner": row[field], "thick": thick}


def _window(rows: Sequence[Row]) -> tuple[float, float]:
    """Span the effects, no effect, and intervals up to a few times the middle one's width."""
    spans = sorted(float(row["high"]) - float(row["low"]) for row in rows if "low" in row)  # type: ignore[arg-type]
    most = _WIDEST * spans[len(spans) // 2] if spans else 1.0
    ends = [0.0]
    for row in rows:
        middle = float(row.get("estimate", 0.0))  # type: ignore[arg-type]
        ends.append(middle)
        for field in ("low", "high", "far_low", "far_high"):
            end = float(row.get(field, middle))  # type: ignore[arg-type]
            ends.append(min(max(end, middle - most), middle + most))
    pad = 0.04 * (max(ends) - min(ends) or 1.0)
    return float(min(ends) - pad), float(max(ends) + pad)


def _cut(row: Row, low: float, high: float) -> Row:
    """Draw to the edge what goes beyond it, with an arrow where it was cut."""
    found: Row = {}
    for start, end in (("low", "high"), ("far_low", "far_high")):
        if start in row:
            found |= {start: max(float(row[start]), low), end: min(float(row[end]), high)}  # type: ignore[arg-type]
            found |= {"cut_low": low} if float(row[start]) < low else {}  # type: ignore[arg-type]
            found |= {"cut_high": high} if float(row[end]) > high else {}  # type: ignore[arg-type]
    return found


@cache
def _chart(low: float, high: float, unit: str) -> dict[str, Any]:
    """Declare the picture for one window of effects."""
    scale = alt.Scale(domain=[low, high], nice=False, zero=False, clamp=True)
    axis = alt.Axis(
        title=unit, grid=False, tickCount=5, labelFontSize=12, titleFontSize=12.5, titleFontWeight="normal",
        labelColor=SOFT, titleColor=SOFT, domainColor=LINE, tickColor=LINE,
    )  # fmt: skip
    rows = alt.Chart(_ROWS).encode(y=alt.Y("place:O", axis=None))
    x = alt.X("estimate:Q", scale=scale, axis=axis)
    spans = [
        rows.mark_rule(color=SOFT, strokeDash=[2, 3]).encode(x=alt.X("far_low:Q", scale=scale), x2="far_high:Q"),
        rows.mark_rule(color=INK, strokeWidth=1.4).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
    ]
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values())), legend=None)
    size = alt.Size("weight:Q", scale=alt.Scale(domain=[0, 100], range=[40, 300]), legend=None)
    marks = rows.mark_point(filled=True, opacity=1, color=ACCENT).encode(x=x, shape=shape)
    weighed = marks.encode(size=size).transform_filter("isValid(datum.weight)")
    plain = marks.encode(size=alt.value(75)).transform_filter("!isValid(datum.weight) && datum.kind != 'pooled'")
    diamonds = rows.mark_trail(color=ACCENT, opacity=1).encode(
        x=alt.X("corner:Q", scale=scale), size=alt.Size("thick:Q", scale=None, legend=None), detail="place:O"
    )
    layers = [
        *_words_beside(rows),
        alt.Chart(_ROWS).mark_rule(color=INK, strokeWidth=1).encode(x=alt.datum(0, scale=scale)),
        spans[0].transform_filter("isValid(datum.far_low)"),
        spans[1].transform_filter("isValid(datum.low)"),
        weighed,
        plain.transform_filter("isValid(datum.estimate)"),
        diamonds.transform_filter("isValid(datum.corner)"),
        *_cut_marks(rows, scale),
        *_side_names(),
    ]
    return theme(alt.layer(*layers).properties(width=330, height=alt.Step(36)))


def _words_beside(rows: alt.Chart) -> list[alt.Chart]:
    """Set names left, with a smaller line below them, and numbers right."""
    left: dict[str, Any] = {"align": "left", "limit": 1.35 * _NAMES}
    names = rows.mark_text(fontSize=13, color=INK, dy=-7, **left).encode(x=alt.value(-_NAMES), text="name:N")
    alone = rows.mark_text(fontSize=13, color=INK, **left).encode(x=alt.value(-_NAMES), text="name:N")
    details = rows.mark_text(fontSize=11.5, color=SOFT, dy=8, **left).encode(x=alt.value(-_NAMES), text="detail:N")
    numbers = rows.mark_text(fontSize=12.5, color=INK, align="left", dx=_NUMBERS)
    hairline = rows.mark_rule(color=LINE, strokeDash=[1, 3]).encode(
        x=alt.value(-_NAMES), x2=alt.value("width"), y=alt.Y("place:O", axis=None, bandPosition=1)
    )
    return [
        hairline.transform_filter("isValid(datum.name)"),
        names.transform_filter("isValid(datum.detail)"),
        alone.transform_filter("isValid(datum.name) && !isValid(datum.detail)"),
        details.transform_filter("isValid(datum.detail)"),
        numbers.encode(x=alt.value("width"), text="text:N").transform_filter("isValid(datum.name)"),
    ]


def _cut_marks(rows: alt.Chart, scale: alt.Scale) -> list[alt.Chart]:
    """Point beyond the edge where an interval was cut."""
    arrows = []
    for field, shape in (("cut_low", "triangle-left"), ("cut_high", "triangle-right")):
        arrow = rows.mark_point(shape=shape, size=40, filled=True, opacity=1, color=INK)
        arrows.append(arrow.encode(x=alt.X(f"{field}:Q", scale=scale)).transform_filter(f"isValid(datum.{field})"))
    return arrows


def _side_names() -> list[alt.Chart]:
    """Write above the picture whom each side of no effect favours."""
    names = []
    sides: tuple[tuple[str, Literal["left", "right"], object], ...] = (("low", "left", 0), ("high", "right", "width"))
    for side, align, x in sides:
        text = alt.Chart(_ROWS).mark_text(fontSize=12.5, color=SOFT, align=align)
        placed = text.encode(x=alt.value(x), y=alt.value(-12), text="text:N")
        names.append(placed.transform_filter(f"datum.side == '{side}'"))
    return names
