"""Funnel plots: effects against their standard errors, with contours of significance and filled-in mirror images.

Decides which marks stand for what, never by colour alone; points and contours come from the nouns.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import altair as alt

from backloop.letters.drawing import ACCENT, INK, LINE, SOFT, draw, theme
from backloop.letters.wording import Words
from backloop.synthesis import Funnel, TrimmedAndFilled
from backloop.units import Language

__all__ = ["funnel_picture"]

Row = dict[str, object]

_ROWS = alt.NamedData("rows")
_DASHES = ([1, 3], [4, 3], [8, 3])


def funnel_picture(
    funnel: Funnel, *, filled: TrimmedAndFilled | None = None, lang: Language = "en", name: str = "funnel"
) -> str:
    """Draw studies as a funnel: large ones on top, and dashed contours where one alone would be significant.

    Parameters
    ----------
    funnel : Funnel
        What `lay_funnel` gave.
    filled : TrimmedAndFilled, optional
        Adds the mirror images as open circles.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import lay_funnel, read_studies
    >>> rows = {"study": ["A", "B"], "estimate": [-1.0, -0.4], "standard_error": [0.5, 0.3]}
    >>> 'role="img"' in funnel_picture(lay_funnel(read_studies(pd.DataFrame(rows), better="low")))
    True
    """
    words = Words(lang)
    rows: list[Row] = [{"estimate": point.estimate, "error": point.standard_error} for point in funnel.points]
    rows += [{"mirrored": study.estimate, "error": study.standard_error} for study in (filled.filled if filled else ())]
    bottom = 1.08 * max(float(row["error"]) for row in rows)  # type: ignore[arg-type]
    rows += _contours(funnel, bottom, words)
    rows += [{"centre": funnel.centre}]
    contours = words("number.and").join(f"{p:g}" for p in funnel.contours)
    told = {"count": len(funnel.points), "centre": words.number(funnel.centre), "contours": contours}
    text = words("funnel.text", **told)
    unit = words(f"axis.{funnel.unit}") if funnel.unit in {"% of the scale", "SD", "points"} else funnel.unit
    return draw(_chart(bottom, unit, words("funnel.error")), rows, name=name, title=words("funnel.title"), text=text)


def _contours(funnel: Funnel, bottom: float, words: Words) -> Iterator[Row]:
    """Give each contour's two arms, from no effect at the top to the bottom."""
    for place, (p, errors) in enumerate(sorted(funnel.contours.items(), reverse=True)):
        for side in (-1.0, 1.0):
            arm = f"{place} {side:g}"
            yield {"arm": arm, "line": 0.0, "error": 0.0, "contour": words("funnel.contour", p=f"{p:g}")}
            end = {"line": side * errors * bottom, "error": bottom}
            yield {"arm": arm, **end, "contour": words("funnel.contour", p=f"{p:g}")}


@cache
def _chart(bottom: float, unit: str, error: str) -> dict[str, Any]:
    look: dict[str, Any] = {
        "grid": False, "labelFontSize": 12, "titleFontSize": 12.5, "titleFontWeight": "normal", "labelColor": SOFT,
        "titleColor": SOFT, "domainColor": LINE, "tickColor": LINE, "tickCount": 5,
    }  # fmt: skip
    y = alt.Y("error:Q", scale=alt.Scale(domain=[bottom, 0], nice=False), axis=alt.Axis(title=error, **look))
    x = alt.X("estimate:Q", scale=alt.Scale(nice=False, padding=12), axis=alt.Axis(title=unit, **look))
    base = alt.Chart(_ROWS).encode(y=y)
    legend = alt.Legend(title=None, orient="top-right", labelFontSize=12, symbolSize=300, symbolStrokeColor=SOFT)
    dashes = alt.StrokeDash("contour:N", scale=alt.Scale(range=list(_DASHES)), sort=None, legend=legend)
    layers = [
        base.mark_line(color=SOFT).encode(x="line:Q", strokeDash=dashes, detail="arm:N"),
        alt.Chart(_ROWS).mark_rule(color=ACCENT, strokeWidth=1.4).encode(x="centre:Q"),
        base.mark_point(shape="circle", size=55, filled=True, opacity=1, color=INK).encode(x=x),
        base.mark_point(shape="circle", size=55, filled=False, opacity=1, color=INK).encode(x="mirrored:Q"),
    ]
    fields = ("line", "centre", "estimate", "mirrored")
    shown = [layer.transform_filter(f"isValid(datum.{field})") for layer, field in zip(layers, fields, strict=True)]
    return theme(alt.layer(*shown).properties(width=480, height=300))
