"""Networks of trials in pictures: who was compared with whom, every pair's difference, and how sure each rank is.

Decides which marks stand for what, never by colour alone; effects and ranks come from the noun.
"""

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from math import cos, pi, sin
from typing import Any, Literal

import altair as alt

from backloop.letters.drawing import ACCENT, INK, LINE, SOFT, TINT, draw, theme
from backloop.letters.effectrows import effect_words
from backloop.letters.wording import Words
from backloop.synthesis import ComparedNetwork
from backloop.units import Language

__all__ = ["league_picture", "network_picture", "rank_picture"]

Row = dict[str, object]

_ROWS = alt.NamedData("rows")
_NO_AXIS = alt.Axis(labels=False, ticks=False, domain=False, grid=False, title=None)
_SPAN = alt.Scale(domain=[-1.5, 1.5], nice=False)
_PROBABLE = 0.005  # what rounds to 0 % is not drawn


def network_picture(network: ComparedNetwork, *, lang: Language = "en", name: str = "network") -> str:
    """Draw treatments on a circle, joined where trials compared them: the wider the line, the more trials.

    Parameters
    ----------
    network : ComparedNetwork
        What `compare_network` gave.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element; every line carries its number of trials.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import compare_network, read_network
    >>> rows = pd.DataFrame({"study": ["A", "B"], "treatment": ["walk", "swim"], "comparator": "rest",
    ...                      "estimate": [-1.0, -0.5], "standard_error": [0.3, 0.4]})
    >>> 'role="img"' in network_picture(compare_network(read_network(rows, better="low"), method="fixed"))
    True
    """
    words, count = Words(lang), len(network.treatments)
    angles = [2.0 * pi * place / count for place in range(count)]
    places = {name: (sin(angle), cos(angle)) for name, angle in zip(network.treatments, angles, strict=True)}
    joined = [effect for effect in network.effects if effect.trials]
    rows: list[Row] = [
        {"x": x, "y": y, "label_x": 1.13 * x, "label_y": 1.13 * y, "name": name, "side": _side(x)}
        for name, (x, y) in places.items()
    ]
    for effect in joined:
        (x, y), (x2, y2) = places[effect.treatment], places[effect.comparator]
        # A third of the way, so that the numbers of crossing lines do not meet.
        middle: Row = {"at_x": x + (x2 - x) / 3.0, "at_y": y + (y2 - y) / 3.0}
        rows.append({"from_x": x, "from_y": y, "x2": x2, "y2": y2, "trials": effect.trials} | middle)
    told = [
        words("network.edge", first=effect.treatment, second=effect.comparator, count=effect.trials)
        for effect in joined
    ]
    summary = words("number.semicolon").join(told)
    text = words("network.text", treatments=count, trials=len(network.labels), summary=summary)
    return draw(_net_chart(), rows, name=name, title=words("network.title"), text=text)


def league_picture(network: ComparedNetwork, *, lang: Language = "en", name: str = "league") -> str:
    """Draw the league table: every row's treatment minus every column's, best first where there are ranks.

    Parameters
    ----------
    network : ComparedNetwork
        What `compare_network` gave.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element; a framed cell excludes no effect.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import compare_network, read_network
    >>> rows = pd.DataFrame({"study": ["A", "B"], "treatment": ["walk", "swim"], "comparator": "rest",
    ...                      "estimate": [-1.0, -0.5], "standard_error": [0.3, 0.4]})
    >>> 'role="img"' in league_picture(compare_network(read_network(rows, better="low"), method="fixed"))
    True
    """
    words = Words(lang)
    order = [rank.treatment for rank in network.ranks] or list(network.treatments)
    rows: list[Row] = [{"row": place, "column": place, "name": name} for place, name in enumerate(order)]
    told = []
    for i, j in combinations(range(len(order)), 2):
        effect = network.effect(order[i], order[j])
        result = effect_words(words, (effect.estimate, effect.interval.low, effect.interval.high), network.unit)
        number, _, rest = result.replace("（", " （").partition(" ")
        cell = {"row": i, "column": j, "number": number, "interval": rest}
        rows.append(cell | ({} if effect.favours == "neither" else {"sure": 1}))
        told.append(f"{order[i]} − {order[j]}{words('number.colon')}{result}")
    text = words("network.league-text", summary=words("number.semicolon").join(told))
    return draw(_league_chart(), rows, name=name, title=words("network.league-title"), text=text)


def rank_picture(network: ComparedNetwork, *, lang: Language = "en", name: str = "ranks") -> str:
    """Draw how probable each rank is for each treatment: every cell in per cent, the darker the more probable.

    Parameters
    ----------
    network : ComparedNetwork
        What `compare_network` gave, with ranks.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element, the highest P-score on top.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import compare_network, read_network
    >>> rows = pd.DataFrame({"study": ["A", "B"], "treatment": ["walk", "swim"], "comparator": "rest",
    ...                      "estimate": [-1.0, -0.5], "standard_error": [0.3, 0.4]})
    >>> 'role="img"' in rank_picture(compare_network(read_network(rows, better="low"), method="fixed"))
    True
    """
    words = Words(lang)
    rows: list[Row] = []
    told = []
    for place, rank in enumerate(network.ranks):
        score = f"{rank.p_score:.2f}"
        rows.append({"place": place, "name": rank.treatment, "score": words("network.score", score=score)})
        rows += [
            {"place": place, "rank": number, "share": share, "text": f"{100 * share:.0f}"}
            for number, share in enumerate(rank.probabilities, 1)
            if share >= _PROBABLE
        ]
        ends = {"low": f"{rank.interval.low:g}", "high": f"{rank.interval.high:g}", "median": rank.median}
        told.append(words("network.rank-row", name=rank.treatment, score=score, **ends))
    rows += [{"head": number, "text": str(number)} for number in range(1, len(network.ranks) + 1)]
    text = words("network.rank-text", summary=words("number.semicolon").join(told))
    return draw(_rank_chart(), rows, name=name, title=words("network.rank-title"), text=text)


def _side(x: float) -> str:
    return "middle" if abs(x) < 0.2 else "right" if x > 0 else "left"  # noqa: PLR2004 - near the top or bottom


def _at(x: str, y: str) -> dict[str, Any]:
    return {"x": alt.X(f"{x}:Q", scale=_SPAN, axis=_NO_AXIS), "y": alt.Y(f"{y}:Q", scale=_SPAN, axis=_NO_AXIS)}


def _labels() -> Iterator[alt.Chart]:
    sides: tuple[tuple[str, Literal["left", "center", "right"]], ...] = (
        ("left", "right"),
        ("middle", "center"),
        ("right", "left"),
    )
    for side, align in sides:
        text = alt.Chart(_ROWS).mark_text(fontSize=13, color=INK, align=align)
        yield text.encode(text="name:N", **_at("label_x", "label_y")).transform_filter(f"datum.side == '{side}'")


@cache
def _net_chart() -> dict[str, Any]:
    base = alt.Chart(_ROWS)
    width = alt.StrokeWidth("trials:Q", scale=alt.Scale(type="sqrt", domain=[1, 16], range=[1.5, 9]), legend=None)
    lines = base.mark_rule(color=LINE, opacity=1).encode(
        x2="x2:Q", y2="y2:Q", strokeWidth=width, **_at("from_x", "from_y")
    )
    numbers = base.mark_text(fontSize=12, color=INK, fontWeight=600).encode(text="trials:Q", **_at("at_x", "at_y"))
    nodes = base.mark_point(shape="circle", size=140, filled=True, opacity=1, color=ACCENT).encode(**_at("x", "y"))
    layers = [
        lines.transform_filter("isValid(datum.trials)"),
        numbers.transform_filter("isValid(datum.trials)"),
        nodes.transform_filter("isValid(datum.name)"),
        *_labels(),
    ]
    return theme(alt.layer(*layers).properties(width=520, height=400))


@cache
def _league_chart() -> dict[str, Any]:
    cells = alt.Chart(_ROWS).encode(x=alt.X("column:O", axis=None), y=alt.Y("row:O", axis=None))
    text: dict[str, Any] = {"color": INK, "fontSize": 13}
    frame = cells.mark_rect(fill="transparent", stroke=ACCENT, strokeWidth=1.6, width=alt.RelativeBandSize(0.94))
    layers = [
        cells.mark_rect(fill=TINT).transform_filter("isValid(datum.name)"),
        frame.transform_filter("isValid(datum.sure)"),
        cells.mark_text(fontWeight=600, limit=150, **text)
        .encode(text="name:N")
        .transform_filter("isValid(datum.name)"),
        cells.mark_text(dy=-8, **text).encode(text="number:N").transform_filter("isValid(datum.number)"),
        cells.mark_text(dy=9, fontSize=11, color=SOFT)
        .encode(text="interval:N")
        .transform_filter("isValid(datum.number)"),
    ]
    return theme(alt.layer(*layers).properties(width=alt.Step(120), height=alt.Step(46)))


@cache
def _rank_chart() -> dict[str, Any]:
    rows = alt.Chart(_ROWS).encode(y=alt.Y("place:O", axis=None))
    rank = alt.X("rank:O", axis=None)
    shade = alt.FillOpacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.06, 0.7]), legend=None)
    names = rows.mark_text(align="left", fontSize=13, color=INK, limit=240)
    scores = rows.mark_text(align="left", fontSize=12, color=SOFT)
    cells = rows.mark_rect(fill=ACCENT, cornerRadius=2)
    heads = alt.Chart(_ROWS).mark_text(fontSize=12.5, color=SOFT)
    layers = [
        names.encode(x=alt.value(-290), text="name:N").transform_filter("isValid(datum.name)"),
        scores.encode(x=alt.value(-110), text="score:N").transform_filter("isValid(datum.name)"),
        cells.encode(x=rank, fillOpacity=shade).transform_filter("isValid(datum.rank)"),
        rows.mark_text(fontSize=11, color=INK).encode(x=rank, text="text:N").transform_filter("isValid(datum.rank)"),
        heads.encode(x=alt.X("head:O", axis=None), y=alt.value(-10), text="text:N").transform_filter(
            "isValid(datum.head)"
        ),
    ]
    return theme(alt.layer(*layers).properties(width=alt.Step(46), height=alt.Step(34)))
