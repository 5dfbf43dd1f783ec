"""What the panel's page draws of a recording: spectra and averages as lines, connectivity as a table of colours.

Decides which marks stand for what, never by colour alone; curves and matrices come from the harvest.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import altair as alt

from backloop.bold import load_regions
from backloop.letters.drawing import ACCENT, INK, LINE, SOFT, TINT, draw, theme
from backloop.letters.wording import Words, read_words
from backloop.recordings import Curve, Matrix
from backloop.units import Language

__all__ = ["matrix_picture", "pairs_of", "place_names", "summarise_marks", "trace_picture"]

Row = dict[str, object]

_ROWS = alt.NamedData("rows")
_COLOURS = [ACCENT, "#8a5a00", "#5b3a6b", "#3d5a80", "#7a2e2e", "#4d595a"]
_DASHES = [[1, 0], [6, 3], [2, 3], [10, 3, 2, 3], [4, 2], [12, 4]]
_CELL = 34
_PALE = 0.62  # a cell this far from the middle is dark enough for white figures


def trace_picture(curves: Sequence[Curve], *, lang: Language = "en", name: str = "trace") -> str:
    """Draw curves of one marker over one axis, with what was found on them.

    Parameters
    ----------
    curves : sequence of Curve
        One to six, of the same units. A pair of marks that ends in ``-low`` and ``-high`` becomes a shaded band.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element; lines differ by dash and colour.

    Examples
    --------
    >>> from backloop.units import Text
    >>> shape = Curve(name=Text(en="All channels", zh="全部导联"), marker="eeg-peak-alpha", x=(8.0, 10.0, 12.0),
    ...               y=(1.0, 4.0, 1.0), x_unit="Hz", y_unit="dB", marks={"alpha-peak": 10.0})
    >>> 'role="img"' in trace_picture([shape])
    True
    """
    words, first = Words(lang), curves[0]
    rows: list[Row] = [
        {"x": x, "y": y, "line": curve.name.say(lang)}
        for curve in curves
        for x, y in zip(curve.x, curve.y, strict=True)
    ]
    rows += _marks(curves, words)
    text = words(
        "panel.trace-text", count=len(curves), low=words.figure(first.x[0]), high=words.figure(first.x[-1]),
        unit=first.x_unit, marks=summarise_marks(curves, words),
    )  # fmt: skip
    lines = tuple(curve.name.say(lang) for curve in curves)
    axes = _axis_name(first.x_unit, words), _axis_name(first.y_unit, words)
    title = words("number.semicolon").join(lines)
    return draw(_trace_chart(lines, axes), rows, name=name, title=title, text=text)


def summarise_marks(curves: Sequence[Curve], words: Words) -> str:
    """Say in words what is marked on curves, and where."""
    told = []
    for label, low, high in _spans(curves):
        value = words.figure(low) if high is None else words("number.range", low=_plain(low), high=_plain(high))
        mark = _mark_name(label, words)
        told.append(words("panel.mark-told", mark=mark, value=value, unit=curves[0].x_unit))
    return words("number.semicolon").join(dict.fromkeys(told)) or words("panel.no-marks")


def matrix_picture(matrix: Matrix, *, lang: Language = "en", name: str = "matrix") -> str:
    """Draw the value between each two places as a colour with its number.

    Parameters
    ----------
    matrix : Matrix
        The connectivity; at least one value.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element: one triangle of the table, each cell with its number.

    Examples
    --------
    >>> from backloop.units import Text
    >>> values = ((None, 0.3), (0.3, None))
    >>> shown = Matrix(name=Text(en="Connectivity", zh="功能连接"), labels=("accumbens", "mpfc"), values=values,
    ...                unit="Fisher z")
    >>> 'role="img"' in matrix_picture(shown)
    True
    """
    words = Words(lang)
    names = place_names(matrix, lang)
    pairs = pairs_of(matrix)
    most = max(abs(value) for _, _, value in pairs) or 1.0
    rows: list[Row] = [
        {
            "row": row,
            "column": column,
            "value": value,
            "text": words.average(value),
            "is_dark": abs(value) > _PALE * most,
        }
        for row, column, value in pairs
    ]
    rows += [{"row": place, "column": place, "name": each} for place, each in enumerate(names)]
    ordered = sorted(pairs, key=lambda pair: pair[2])
    weakest, strongest = (
        words("panel.pair", start=names[row], end=names[column], value=words.average(value))
        for row, column, value in (ordered[0], ordered[-1])
    )
    text = words("panel.matrix-text", count=len(names), strongest=strongest, weakest=weakest)
    return draw(_matrix_chart(len(names), most), rows, name=name, title=matrix.name.say(lang), text=text)


def place_names(matrix: Matrix, lang: Language) -> list[str]:
    """Give the places of a matrix their names; one that the packaged atlas does not know keeps its id."""
    known = {region.id: region.title.say(lang) for region in load_regions().regions}
    return [known.get(label, label) for label in matrix.labels]


def pairs_of(matrix: Matrix) -> list[tuple[int, int, float]]:
    """Give every pair of places once, with its value, where it has one."""
    return [
        (row, column, value)
        for row, values in enumerate(matrix.values)
        for column, value in enumerate(values[:row])
        if value is not None
    ]


def _spans(curves: Sequence[Curve]) -> Iterator[tuple[str, float, float | None]]:
    """Give each mark once: a place, or the two ends of a band."""
    for curve in curves:
        for mark, value in curve.marks.items():
            label, _, end = mark.rpartition("-")
            if end == "low" and f"{label}-high" in curve.marks:
                yield label, value, curve.marks[f"{label}-high"]
            elif not (end == "high" and f"{label}-low" in curve.marks):
                yield mark, value, None


def _marks(curves: Sequence[Curve], words: Words) -> list[Row]:
    """Give a row for each mark; labels that would lie upon each other take turns in height."""
    rows: list[Row] = []
    for label, low, high in dict.fromkeys(_spans(curves)):
        told = {"label": _mark_name(label, words), "place": -8 - 15 * (len(rows) % 3)}
        rows.append({"band": low, "until": high, **told} if high is not None else {"mark": low, **told})
    return rows


def _mark_name(mark: str, words: Words) -> str:
    return words(f"curve-mark.{mark}") if f"curve-mark.{mark}" in read_words() else mark


def _axis_name(unit: str, words: Words) -> str:
    return words(f"curve-axis.{unit}") if f"curve-axis.{unit}" in read_words() else unit


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def _axis(title: str, **more: Any) -> alt.Axis:  # noqa: ANN401 - altair's own keywords
    return alt.Axis(
        title=title, labelFontSize=12, titleFontSize=12.5, titleFontWeight="normal", labelColor=SOFT, titleColor=SOFT,
        domainColor=LINE, tickColor=LINE, gridColor=LINE, titleLimit=0, labelLimit=0, **more,
    )  # fmt: skip


@cache
def _trace_chart(lines: tuple[str, ...], axes: tuple[str, str]) -> dict[str, Any]:
    base, flat = alt.Chart(_ROWS), alt.Scale(zero=False, nice=False)
    x = alt.X("x:Q", scale=flat, axis=_axis(axes[0], grid=False))
    y = alt.Y("y:Q", scale=alt.Scale(zero=False), axis=_axis(axes[1], tickCount=5))
    legend = alt.Legend(
        title=None,
        orient="bottom",
        direction="vertical",
        labelFontSize=13,
        labelColor=INK,
        labelLimit=0,
        symbolSize=400,
    )
    colour = alt.Color("line:N", scale=alt.Scale(domain=list(lines), range=_COLOURS), legend=legend)
    dash = alt.StrokeDash("line:N", scale=alt.Scale(domain=list(lines), range=_DASHES), legend=legend)
    label = base.mark_text(fontSize=12, color=INK, align="left", dx=3).encode(
        y=alt.Y("place:Q", scale=None), text="label:N"
    )
    starts, places = alt.X("band:Q", scale=flat), alt.X("mark:Q", scale=flat)
    bands = base.mark_rect(color=TINT).encode(x=starts, x2="until:Q")
    drawn = base.mark_line(strokeWidth=1.8, strokeJoin="round").encode(x=x, y=y, color=colour, strokeDash=dash)
    rules = base.mark_rule(color=SOFT, strokeDash=[2, 3]).encode(x=places)
    layers = [
        bands.transform_filter("isValid(datum.band)"),
        drawn.transform_filter("isValid(datum.line)"),
        rules.transform_filter("isValid(datum.mark)"),
        label.encode(x=starts).transform_filter("isValid(datum.band)"),
        label.encode(x=places).transform_filter("isValid(datum.mark)"),
    ]
    return theme(alt.layer(*layers).properties(width=600, height=230).resolve_scale(y="independent"))


@cache
def _matrix_chart(places: int, most: float) -> dict[str, Any]:
    """Declare one triangle of the table; a place is named where its row ends and its column begins."""
    base = alt.Chart(_ROWS)
    scale = alt.Scale(domain=list(range(places)), padding=0)
    x, y = alt.X("column:O", axis=None, scale=scale), alt.Y("row:O", axis=None, scale=scale)
    scheme = alt.Scale(domain=[-most, 0, most], range=["#2f5d8a", "#fbfaf7", "#a33b2a"], interpolate="lab")
    cells = base.mark_rect(stroke="#fff", strokeWidth=1.5).encode(
        x=x, y=y, color=alt.Color("value:Q", scale=scheme, legend=None)
    )
    figures = base.mark_text(fontSize=10.5).encode(
        x=x, y=y, text="text:N", color=alt.condition("datum.is_dark", alt.value("#fff"), alt.value(INK))
    )
    names = base.mark_text(fontSize=12.5, color=INK, align="left", dx=5 - _CELL / 2).encode(x=x, y=y, text="name:N")
    layers = [
        cells.transform_filter("isValid(datum.value)"),
        figures.transform_filter("isValid(datum.value)"),
        names.transform_filter("isValid(datum.name)"),
    ]
    return theme(alt.layer(*layers).properties(width=_CELL * places, height=0.8 * _CELL * places))
