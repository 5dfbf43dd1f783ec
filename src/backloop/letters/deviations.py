"""What the panel's page draws of a person: how far each brain marker lies from its reference.

Decides which marks stand for what, never by colour alone; deviations and references come from the panel.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import altair as alt

from backloop.letters.drawing import ACCENT, INK, LINE, SOFT, TINT, draw, theme
from backloop.letters.wording import Words
from backloop.library import Library
from backloop.panel import Panel, PanelRow
from backloop.units import Interval, Language

__all__ = ["deviation_picture", "kind_of", "part_of", "with_reference"]

Row = dict[str, object]

_ROWS = alt.NamedData("rows")
_NAMES, _NUMBERS = 360, 14
_USUAL = 1.959963984540054  # the central 95 % of a standard normal reference
_NEAREST, _FURTHEST = 3.0, 8.0  # the axis spans at least and at most so many SD
_SHAPES = {"normative model": "circle", "own controls": "square"}


def deviation_picture(panel: Panel, *, library: Library, lang: Language = "en", name: str = "standing") -> str:
    """Draw the deviation of every marker that has a reference with numbers, with its interval.

    Parameters
    ----------
    panel : Panel
        The panel; at least one row must have a deviation.
    library : Library
        Where the kind of each recording is looked up.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element. The band is the central 95 % of the reference; a disc stands for a normative model, a square
        for own controls; a hollow mark says that studies conflict.

    Examples
    --------
    >>> from backloop.norms import Control, Controls, ReferencePerson
    >>> from backloop.panel import make_panel
    >>> from backloop.recordings import Reading
    >>> people = [Control(person=ReferencePerson(age_years=40, is_male=True), markers={"acc-naa": 9 + n / 10})
    ...           for n in range(10)]
    >>> reading = Reading(marker="acc-naa", participant_id="sub-1", session_id="ses-1", value=9.0, unit="mmol/kg",
    ...                   convention="LCModel")
    >>> books = Library.packaged()
    >>> panel = make_panel([reading], participant_id="sub-1", library=books, controls=Controls(people=tuple(people)))
    >>> 'role="img"' in deviation_picture(panel, library=books)
    True
    """
    words, shown = Words(lang), with_reference(panel)
    low, high = _window(shown)
    rows = list(_rows(panel, shown, words, library))
    rows = [row | _cut(row, low, high) for row in rows]
    outside = sum(_is_outside(row.standing.interval) for row in shown)
    text = words("panel.standing-text", count=len(shown), outside=outside)
    return draw(
        _chart(low, high, words("panel.deviation-axis")),
        rows,
        name=name,
        title=words("panel.standing-title"),
        text=text,
    )


def with_reference(panel: Panel) -> list[PanelRow]:
    """Give the rows that have a deviation, in the panel's order."""
    return [row for row in panel.rows if row.standing.z is not None]


def kind_of(row: PanelRow, library: Library) -> str:
    """Say what kind of recording a row comes from, as its marker's book does."""
    return library.marker(row.reading.marker.partition(".")[0]).modality


def part_of(row: PanelRow, title: str, words: Words) -> str:
    """Give what sets a row apart within its marker: the name of its part, or that it is the marker itself."""
    part = row.title.say(words.lang).removeprefix(title).lstrip(":： ")
    return part or words("panel.itself")


def _is_outside(interval: Interval | None) -> bool:
    return interval is not None and (interval.low > _USUAL or interval.high < -_USUAL)


def _window(shown: Sequence[PanelRow]) -> tuple[float, float]:
    """Span the reference and every interval, but no more than some SD."""
    ends = [
        end for row in shown if row.standing.interval for end in (row.standing.interval.low, row.standing.interval.high)
    ]
    ends += [row.standing.z for row in shown if row.standing.z is not None]
    reach = min(max(_NEAREST, *(abs(end) for end in ends)), _FURTHEST)
    return -1.04 * reach, 1.04 * reach


def _rows(panel: Panel, shown: Sequence[PanelRow], words: Words, library: Library) -> Iterator[Row]:
    """Give a heading for each kind of recording and a row for each marker below it."""
    place = 0
    for kind, those in groupby(shown, key=lambda row: kind_of(row, library)):
        yield {"place": place, "heading": words(f"modality.{kind}")}
        place += 1
        for row in those:
            title = library.marker(row.reading.marker.partition(".")[0]).title.say(words.lang)
            yield {"place": place} | _row(row, title, words, is_one_visit=len(panel.sessions) == 1)
            place += 1


def _row(row: PanelRow, title: str, words: Words, *, is_one_visit: bool) -> Row:
    standing, reading = row.standing, row.reading
    part = part_of(row, title, words)
    detail = part if is_one_visit else words("number.and").join((part, reading.session_id))
    written = words.number(standing.z or 0.0, is_change=True)
    found: Row = {
        "name": title, "detail": detail, "z": standing.z, "basis": standing.basis,
        "is_hollow": row.is_conflicting, "text": written,
    }  # fmt: skip
    if standing.interval is None:
        return found
    ends = {"low": standing.interval.low, "high": standing.interval.high}
    told = {end: words.number(value, is_change=True) for end, value in ends.items()}
    return found | ends | {"text": words("forest.result", estimate=written, **told)}


def _cut(row: Row, low: float, high: float) -> Row:
    """Keep marks inside the picture, and say where an interval goes on."""
    found: Row = {}
    for field, end in (("low", low), ("high", high), ("z", low if float(row.get("z") or 0.0) < 0 else high)):  # type: ignore[arg-type]
        value = row.get(field)
        if isinstance(value, float) and not low <= value <= high:
            found |= {field: min(max(value, low), high), f"cut_{'low' if end == low else 'high'}": end}
    return found


@cache
def _chart(low: float, high: float, title: str) -> dict[str, Any]:
    scale = alt.Scale(domain=[low, high], nice=False, zero=False, clamp=True)
    axis = alt.Axis(
        title=title, grid=False, tickCount=7, labelFontSize=12, titleFontSize=12.5, titleFontWeight="normal",
        labelColor=SOFT, titleColor=SOFT, domainColor=LINE, tickColor=LINE,
    )  # fmt: skip
    base = alt.Chart(_ROWS)
    rows = base.encode(y=alt.Y("place:O", axis=None))
    band = base.mark_rect(color=TINT).encode(
        x=alt.datum(-_USUAL, scale=scale), x2=alt.datum(_USUAL), y=alt.value(0), y2=alt.value("height")
    )
    shape = alt.Shape("basis:N", scale=alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values())), legend=None)
    fill = alt.condition("datum.is_hollow", alt.value("#fff"), alt.value(ACCENT))
    marks = rows.mark_point(opacity=1, stroke=ACCENT, strokeWidth=1.8, size=85).encode(
        x=alt.X("z:Q", scale=scale, axis=axis), shape=shape, fill=fill
    )
    spans = rows.mark_rule(color=INK, strokeWidth=1.4).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    layers = [
        band,
        *_words_beside(rows),
        base.mark_rule(color=SOFT, strokeWidth=1).encode(x=alt.datum(0, scale=scale)),
        spans.transform_filter("isValid(datum.low)"),
        marks.transform_filter("isValid(datum.z)"),
        *_arrows(rows, scale),
    ]
    return theme(alt.layer(*layers).properties(width=300, height=alt.Step(36)))


def _words_beside(rows: alt.Chart) -> list[alt.Chart]:
    """Set headings and names left, with the part below, and numbers right."""
    left: dict[str, Any] = {"align": "left", "limit": 1.35 * _NAMES}
    place = alt.value(-_NAMES)
    headings = rows.mark_text(fontSize=13, fontWeight=700, color=ACCENT, dy=4, **left)
    names = rows.mark_text(fontSize=13, color=INK, dy=-7, **left).encode(x=place, text="name:N")
    details = rows.mark_text(fontSize=11, color=SOFT, dy=8, **left).encode(x=place, text="detail:N")
    numbers = rows.mark_text(fontSize=12.5, color=INK, align="left", dx=_NUMBERS)
    return [
        headings.encode(x=place, text="heading:N").transform_filter("isValid(datum.heading)"),
        names.transform_filter("isValid(datum.name)"),
        details.transform_filter("isValid(datum.name)"),
        numbers.encode(x=alt.value("width"), text="text:N").transform_filter("isValid(datum.name)"),
    ]


def _arrows(rows: alt.Chart, scale: alt.Scale) -> list[alt.Chart]:
    """Point beyond the edge where an interval was cut."""
    arrows = []
    for field, shape in (("cut_low", "triangle-left"), ("cut_high", "triangle-right")):
        arrow = rows.mark_point(shape=shape, size=40, filled=True, opacity=1, color=INK)
        arrows.append(arrow.encode(x=alt.X(f"{field}:Q", scale=scale)).transform_filter(f"isValid(datum.{field})"))
    return arrows
