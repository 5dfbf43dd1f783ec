"""The flow of people through a trial as a diagram: from assessment to analysis, one column an arm.

Decides which boxes stand where and how lines are broken; the counts come from the noun.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from unicodedata import east_asian_width

import altair as alt

from backloop.learn import FlowArm, TrialFlow
from backloop.letters.drawing import ACCENT, INK, SOFT, TINT, draw, theme
from backloop.letters.wording import Words
from backloop.units import Language

__all__ = ["flow_picture"]

_WIDTH, _GAP, _LINE, _PAD = 760, 24, 17, 9
_LETTER = 7.1  # how wide a letter of 12.5 points is taken to be

Row = dict[str, object]
_Line = tuple[float, float, float]


class _Box(NamedTuple):
    left: float
    right: float
    top: float
    lines: list[str]

    @property
    def bottom(self) -> float:
        return self.top + _LINE * len(self.lines) + 2 * _PAD


def flow_picture(flow: TrialFlow, *, lang: Language = "en", name: str = "flow") -> str:
    """Draw CONSORT's flow diagram from the counts of a trial.

    Parameters
    ----------
    flow : TrialFlow
        What `count_flow` gave.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element; its description tells every box in order.

    References
    ----------
    consort-2025

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.learn import count_flow
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> flow = count_flow(open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True))
    >>> 'role="img"' in flow_picture(flow, lang="zh")
    True
    """
    words = Words(lang)
    boxes, steps, bars = _lay(flow, words)
    rows: list[Row] = [
        {"left": box.left, "right": box.right, "top": box.top, "bottom": box.bottom, "text": "\n".join(box.lines)}
        for box in boxes
    ]
    rows += [{"across": x, "from": start, "to": end} for x, start, end in steps]
    rows += [{"level": y, "since": start, "until": end} for y, start, end in bars]
    height = max(box.bottom for box in boxes)
    told = words("number.semicolon").join(" ".join(box.lines) for box in boxes)
    return draw(_chart(height), rows, name=name, title=words("trial.flow"), text=told)


def _lay(flow: TrialFlow, words: Words) -> tuple[list[_Box], list[_Line], list[_Line]]:
    """Place the boxes from the top down, the arrows between them, and the bars that join columns."""
    middle, half = _WIDTH / 2, 130.0
    first = _box(middle - half, middle + half, 0.0, _assessed(flow, words))
    excluded = _box(middle + half + _GAP, _WIDTH, 0.0, _excluded(flow, words))
    top = max(first.bottom, excluded.bottom) + _GAP
    count = words("trial.flow-randomised", people=flow.randomised, planned=flow.planned)
    randomised = _box(middle - half, middle + half, top, [count])
    boxes, steps = [first, excluded, randomised], [(middle, first.bottom, top)]
    wide = (_WIDTH - _GAP * (len(flow.arms) - 1)) / len(flow.arms)
    columns = [list(_arm_lines(arm, words)) for arm in flow.arms]
    top = randomised.bottom + _GAP
    fork = randomised.bottom + _GAP / 2
    above = [fork] * len(columns)
    bars = [
        (first.top + _PAD + _LINE / 2, first.right, excluded.left),
        (fork, wide / 2, _WIDTH - wide / 2),
    ]
    steps.append((middle, randomised.bottom, fork))
    top += _GAP / 2
    for level in range(max(map(len, columns))):
        row = [_box(i * (wide + _GAP), i * (wide + _GAP) + wide, top, lines[level]) for i, lines in enumerate(columns)]
        steps += [((box.left + box.right) / 2, above[i], top) for i, box in enumerate(row)]
        above, top = [box.bottom for box in row], max(box.bottom for box in row) + _GAP
        boxes += row
    return boxes, steps, bars


def _assessed(flow: TrialFlow, words: Words) -> list[str]:
    told = words("trial.not-told") if flow.assessed is None else str(flow.assessed)
    return [words("trial.flow-assessed", people=told)]


def _excluded(flow: TrialFlow, words: Words) -> list[str]:
    if not flow.excluded:
        return [words("trial.flow-excluded", people=words("trial.not-told"))]
    total = sum(each.people for each in flow.excluded)
    reasons = [words("number.range-people", name=each.reason, count=each.people) for each in flow.excluded]
    return [words("trial.flow-excluded", people=total), *reasons]


def _arm_lines(arm: FlowArm, words: Words) -> Iterator[list[str]]:
    """Give the lines of each of an arm's boxes: allocation, every later visit, analysis."""
    received = [] if arm.received is None else [words("trial.flow-received", people=arm.received)]
    yield [arm.title, words("trial.flow-allocated", people=arm.allocated), *received]
    for visit in arm.visits[1:]:
        lines = [words("trial.flow-seen", week=words.number(visit.week), people=visit.seen, missing=visit.missing)]
        lines += [words("number.range-people", name=each.reason, count=each.people) for each in visit.reasons]
        outside = arm.outside_window.get(visit.week, 0)
        yield [*lines, *([words("trial.flow-outside", people=outside)] if outside else [])]
    yield [words("trial.flow-analysed", people=arm.analysed)]


def _box(left: float, right: float, top: float, lines: Sequence[str]) -> _Box:
    letters = int((right - left - 2 * _PAD) / _LETTER)
    return _Box(left, right, top, [part for line in lines for part in _break(line, letters)])


def _break(line: str, letters: int) -> list[str]:
    """Break a line where words end, or between Chinese characters, which are two letters wide."""
    found, width = [""], 0
    for part in re.findall(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+", line):
        wide = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in part.rstrip())
        if found[-1] and width + wide > letters:
            found, width = [*found, ""], 0
        found[-1] += part
        width += wide + len(part) - len(part.rstrip())
    return [each.rstrip() for each in found]


def _chart(height: float) -> dict[str, Any]:
    across = alt.Scale(domain=[0, _WIDTH], nice=False, zero=False)
    down = alt.Scale(domain=[height, 0], nice=False, zero=False)
    base = alt.Chart(alt.NamedData("rows"))
    x, y = alt.X("left:Q", scale=across, axis=None), alt.Y("top:Q", scale=down, axis=None)
    boxes = base.mark_rect(fill=TINT, stroke=ACCENT, strokeWidth=1).encode(x=x, x2="right:Q", y=y, y2="bottom:Q")
    text = base.mark_text(
        align="left", baseline="top", dx=_PAD, dy=_PAD, fontSize=12.5, lineHeight=_LINE, lineBreak="\n", color=INK
    )
    line = base.mark_rule(color=SOFT).encode(
        x=alt.X("across:Q", scale=across, axis=None), y=alt.Y("from:Q", scale=down, axis=None), y2="to:Q"
    )
    bar = base.mark_rule(color=SOFT).encode(
        x=alt.X("since:Q", scale=across, axis=None), x2="until:Q", y=alt.Y("level:Q", scale=down, axis=None)
    )
    head = base.mark_point(shape="triangle-down", size=45, filled=True, opacity=1, color=SOFT, yOffset=-4)
    layers = [
        line.transform_filter("isValid(datum.across)"),
        bar.transform_filter("isValid(datum.level)"),
        boxes.transform_filter("isValid(datum.text)"),
        text.encode(x=x, y=y, text="text:N").transform_filter("isValid(datum.text)"),
        head.encode(
            x=alt.X("across:Q", scale=across, axis=None), y=alt.Y("to:Q", scale=down, axis=None)
        ).transform_filter("isValid(datum.across)"),
    ]
    return theme(alt.layer(*layers).properties(width=_WIDTH, height=height))
