"""Turning a chart's declaration and its rows into an accessible SVG picture.

Decides colours, type and how a picture names itself; what a picture shows is in `pictures`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

import altair as alt
import vl_convert

__all__ = ["ACCENT", "INK", "LINE", "SOFT", "TINT", "draw", "theme"]

ACCENT, INK, SOFT, LINE, TINT = "#17504c", "#1c2526", "#4d595a", "#d8d4ca", "#dbe8e4"
# One plain family: measuring text through a list of families costs more than all the rest of the drawing.
_FONT = "Arial"

Chart = alt.LayerChart | alt.FacetChart | alt.Chart
Row = Mapping[str, object]


def theme(chart: Chart) -> dict[str, Any]:
    """Give a chart the letters' look and turn it into its declaration, once for all people.

    Parameters
    ----------
    chart : altair chart
        A chart whose data are named ``rows``.

    Returns
    -------
    dict
        The Vega-Lite declaration, without data.

    Examples
    --------
    >>> theme(alt.Chart(alt.NamedData("rows")).mark_point())["config"]["background"]
    'transparent'
    """
    header = {"labelColor": INK, "labelFontSize": 13, "labelFontWeight": 600, "labelAnchor": "start", "labelLimit": 0}
    declaration: dict[str, Any] = chart.configure(
        font=_FONT,
        background="transparent",
        padding={"left": 0, "right": 5, "top": 5, "bottom": 5},
        aria=False,
        view=alt.ViewConfig(stroke=None),
    ).to_dict()
    declaration["config"]["header"] = header | {"title": None}
    return declaration


def draw(declaration: Mapping[str, Any], rows: Sequence[Row], *, name: str, title: str, text: str) -> str:
    """Draw a picture that says what it shows to those who do not see it.

    Parameters
    ----------
    declaration : mapping
        What `theme` gave.
    rows : sequence of mapping
        The data, one mapping a mark.
    name : str
        A word that no other picture of the page has; every id in the picture begins with it.
    title, text : str
        The picture's name and what it shows, in the reader's language.

    Returns
    -------
    str
        One ``<svg role="img">`` element without size, so that it fills its place.

    Examples
    --------
    >>> dots = theme(alt.Chart(alt.NamedData("rows")).mark_point().encode(x="week:Q", y="pain:Q"))
    >>> draw(dots, [{"week": 0, "pain": 6}], name="pain", title="Pain", text="Six at the start.")[:40]
    '<svg xmlns="http://www.w3.org/2000/svg" '
    """
    svg = _render(json.dumps({**declaration, "datasets": {"rows": list(rows)}}))
    box = re.search(r'viewBox="[^"]*"', svg)
    inside = svg[svg.index(">") + 1 :]
    inside = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", inside)
    inside = re.sub(r' (aria-[a-z]+|role|font-family)="[^"]*"', "", inside)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box[0] if box else ""} role="img"'
    head += ' font-family="Noto Sans, Noto Sans SC, Noto Sans CJK SC, Arial, sans-serif"'
    labels = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-text">{escape(text)}</desc>'
    return f'{head} aria-labelledby="{name}-title {name}-text">{labels}{inside}'


# A person's two letters show the same plan and course, and so do the clinic's pages until an answer changes what is
# drawn; drawing costs more than all the rest of a letter or page. Declaration and drawing are some 30 kB each.
@lru_cache(maxsize=256)
def _render(declaration: str) -> str:
    return vl_convert.vegalite_to_svg(declaration)
