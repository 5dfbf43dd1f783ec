"""What guidelines say of treatments, as a matrix: direction by sign and word, strength in words below.

Decides which sign stands for which direction, never by colour alone; the positions come from the books.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import altair as alt

from backloop.letters.drawing import ACCENT, INK, LINE, SOFT, draw, theme
from backloop.letters.wording import Words
from backloop.library import GUIDELINE_BODIES, Guideline, Intervention
from backloop.units import Language

__all__ = ["guideline_bodies", "guideline_picture"]

Row = dict[str, object]

_ROWS = alt.NamedData("rows")
_NAMES = 200
_SHAPES = {
    "for": "triangle-up",
    "against": "triangle-down",
    "conflicting": "diamond",
    "no recommendation": "stroke",
    "not found": "circle",
}


def guideline_bodies(books: Sequence[Intervention]) -> tuple[str, ...]:
    """Name the guidelines of some treatments: those every treatment is held against, then the others.

    Parameters
    ----------
    books : sequence of Intervention
        The treatments.

    Returns
    -------
    tuple of str
        The bodies that have a row in at least one book.

    Examples
    --------
    >>> from backloop.library import Library
    >>> guideline_bodies([Library.packaged().intervention("resolve")])[0]
    'WHO'
    """
    named = dict.fromkeys(row.body for book in books for row in book.guidelines)
    first = [body for body in GUIDELINE_BODIES if body in named]
    return (*first, *(body for body in named if body not in GUIDELINE_BODIES))


def guideline_picture(books: Sequence[Intervention], *, lang: Language = "en", name: str = "guidelines") -> str:
    """Draw treatments by guidelines: which way each points, how strongly, and what was not seen.

    Parameters
    ----------
    books : sequence of Intervention
        One treatment or several.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element; a filled sign was read in its source, an open one was not.

    Examples
    --------
    >>> from backloop.library import Library
    >>> 'role="img"' in guideline_picture([Library.packaged().intervention("resolve")], lang="zh")
    True
    """
    words, bodies = Words(lang), guideline_bodies(books)
    rows: list[Row] = [{"column": place, "head": body} for place, body in enumerate(bodies)]
    lines = []
    for place, book in enumerate(books):
        rows.append({"row": place, "name": book.title.say(lang)})
        found = [(bodies.index(guide.body), guide) for guide in _one_a_body(book)]
        rows += [_cell(words, guide) | {"row": place, "column": column} for column, guide in found]
        cells = words("number.semicolon").join(_told(words, guide) for _column, guide in found)
        lines.append(words("position.line", title=book.title.say(lang), cells=cells))
    text = words("position.text", summary=" ".join(lines))
    return draw(_chart(), rows, name=name, title=words("position.title"), text=text)


def _one_a_body(book: Intervention) -> list[Guideline]:
    """Take a body's first row: a book names its main recommendation first."""
    found: dict[str, Guideline] = {}
    for guide in book.guidelines:
        found.setdefault(guide.body, guide)
    return list(found.values())


def _cell(words: Words, guide: Guideline) -> Row:
    cell: Row = {
        "direction": guide.direction,
        "word": words(f"position.{guide.direction}"),
        "seen": int(guide.verified),
    }
    if guide.direction in {"no recommendation", "not found"}:
        return cell
    return cell | {"strength": words(f"recommendation.{guide.strength}")}


def _told(words: Words, guide: Guideline) -> str:
    cell = _cell(words, guide)
    strength = cell.get("strength")
    if strength is None:
        return f"{guide.body}{words('number.colon')}{cell['word']}"
    return words("position.cell", body=guide.body, direction=cell["word"], strength=strength)


@cache
def _chart() -> dict[str, Any]:
    column, row = alt.X("column:O", axis=None), alt.Y("row:O", axis=None)
    cells = alt.Chart(_ROWS).encode(x=column, y=row)
    shape = alt.Shape("direction:N", scale=alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values())), legend=None)
    fill = alt.condition("datum.seen == 1", alt.value(ACCENT), alt.value("#fff"))
    signs = cells.mark_point(size=110, opacity=1, stroke=ACCENT, strokeWidth=1.5, yOffset=-13).encode(
        shape=shape, fill=fill
    )
    names = alt.Chart(_ROWS).mark_text(align="left", fontSize=13, color=INK, limit=1.4 * _NAMES)
    heads = alt.Chart(_ROWS).mark_text(fontSize=12.5, color=SOFT, fontWeight=600)
    hairline = alt.Chart(_ROWS).mark_rule(color=LINE, strokeDash=[1, 3])
    strengths = cells.mark_text(fontSize=11, color=SOFT, dy=19).encode(text="strength:N")
    layers = [
        hairline.encode(
            y=alt.Y("row:O", axis=None, bandPosition=1), x=alt.value(-_NAMES), x2=alt.value("width")
        ).transform_filter("isValid(datum.name)"),
        names.encode(x=alt.value(-_NAMES), y=row, text="name:N").transform_filter("isValid(datum.name)"),
        heads.encode(x=column, y=alt.value(-10), text="head:N").transform_filter("isValid(datum.head)"),
        signs.transform_filter("isValid(datum.direction)"),
        cells.mark_text(fontSize=12, color=INK, dy=5).encode(text="word:N").transform_filter("isValid(datum.word)"),
        strengths.transform_filter("isValid(datum.strength)"),
    ]  # fmt: skip
    return theme(alt.layer(*layers).properties(width=alt.Step(132), height=alt.Step(60)))
