"""What the letters draw in panels: each outcome over the visits, for one person or for groups.

Decides which marks stand for what, never by colour alone; the axes always span the whole scale.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import altair as alt

from backloop.follow import Change, Course, Outcome
from backloop.letters.drawing import ACCENT, INK, LINE, TINT, draw, theme
from backloop.letters.tallies import GroupMean
from backloop.letters.wording import Words
from backloop.record import Session
from backloop.units import Interval, Language, Scale, Text

__all__ = ["course_picture", "main_outcomes", "means_picture"]

Row = dict[str, object]

_ROWS = alt.NamedData("rows")
_RULER = alt.Scale(zero=False, nice=False)
# What is drawn first: pain and function, the core of the outcome set for low back pain (chiarotto-2018), then the
# person's own activities and what the training aims at. Everything else is in the tables.
_FIRST = ("nrs", "vas", "rmdq", "odi", "psfs", "frebaq", "pseq", "isi")
_MOST = 6
_HEIGHT = 140
_SMALL: dict[str, Any] = {"fontSize": 13, "color": INK}
_NO_AXIS = alt.Axis(labels=False, ticks=False, domain=False, grid=False, title=None)
_COLOURS = [ACCENT, "#8a5a00", "#5b3a6b", "#3d5a80", "#7a2e2e", "#4d595a"]
# A panel carries its place in front, so that equal titles stay apart and keep their order.
_TITLE = alt.Header(labelExpr="split(slice(datum.label, 4), '\\n')", labelPadding=10)


def course_picture(course: Course, *, signed: Collection[str] = (), lang: Language = "en") -> str:
    """Draw every outcome over the visits, with intervals, over its whole scale.

    Parameters
    ----------
    course : Course
        The course to show; at least one outcome must have a value.
    signed : collection of str
        The visits at which a plan was signed or changed; each gets a dashed line with a triangle on it.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        An SVG element. The band holds changes smaller than the smallest detectable one; the dotted line is the
        smallest important change in the good direction.

    Examples
    --------
    >>> from backloop import infer, prescribe, review, score
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1, weeks=(0, 12))
    >>> 'role="img"' in course_picture(review(prescribe(infer(score(person)), person), person))
    True
    """
    words = Words(lang)
    places = _places(course.sessions)
    shown = main_outcomes(course)
    rows = [row for order, outcome in enumerate(shown) for row in _outcome_rows(outcome, places, words, order)]
    marked = [visit for visit in course.sessions if visit.session_id in signed]
    marks = [places[visit.session_id] for visit in marked]
    rows += [
        _panel(order, outcome.title, outcome.scale, words) | {"signed": place}
        for order, outcome in enumerate(shown)
        for place in marks
    ]
    summary = "; ".join(
        f"{outcome.title.say(lang)}{words('number.colon')}{_values(outcome, words)}" for outcome in shown
    )
    text = words("course.picture-text", summary=summary)
    if marked:
        text += words("course.signed-text", visits=words("number.and").join(words.visit(visit) for visit in marked))
    return draw(
        _course_chart(is_marked=bool(marks)), rows, name="course", title=words("course.picture-title"), text=text
    )


def main_outcomes(course: Course) -> tuple[Outcome, ...]:
    """Choose the outcomes to draw: at most six that have values, pain and function first.

    Parameters
    ----------
    course : Course
        All outcomes of a person.

    Returns
    -------
    tuple of Outcome
        The chosen ones, most central first.

    Examples
    --------
    >>> from backloop import infer, prescribe, review, score
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1, weeks=(0, 12))
    >>> main_outcomes(review(prescribe(infer(score(person)), person), person))[0].measure
    'nrs'
    """
    known = [outcome for outcome in course.outcomes if any(seen.value is not None for seen in outcome.values)]
    return tuple(sorted(known, key=lambda outcome: _rank(outcome.measure))[:_MOST])


def means_picture(means: Sequence[GroupMean], titles: Mapping[str, Text], *, lang: Language = "en") -> str:
    """Draw the mean of each group at each visit with its 95 % interval, one panel a measure.

    Parameters
    ----------
    means : sequence of GroupMean
        What `CohortTally.group_means` gives, at least one.
    titles : mapping of str to Text
        The measures' titles by id.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        An SVG element; groups differ by shape, dash and colour.

    Examples
    --------
    >>> from backloop import score
    >>> from backloop.record import make_person
    >>> from backloop.letters import CohortTally
    >>> tally = CohortTally()
    >>> person = make_person(seed=1)
    >>> tally.add(person, score(person))
    >>> 'role="img"' in means_picture(list(tally.group_means()), tally.titles)
    True
    """
    words = Words(lang)
    rulers = sorted(dict.fromkeys(mean.ruler for mean in means), key=lambda ruler: _rank(ruler.measure))[:_MOST]
    places = _places([mean.session for mean in means])
    rows: list[Row] = []
    for order, ruler in enumerate(rulers):
        panel = _panel(order, titles[ruler.measure], ruler.scale, words)
        those = [mean for mean in means if mean.ruler == ruler]
        rows += _ends(panel, ruler.scale, [mean.moments.mean for mean in those])
        rows += _ticks(panel, places, words)
        rows += (panel | point for point in _mean_points(those, places, words))
    title, text = words("cohort.picture-title"), words("cohort.picture-text")
    return draw(_means_chart(), rows, name="means", title=title, text=text)


def _mean_points(means: Sequence[GroupMean], places: Mapping[str, float], words: Words) -> Iterator[Row]:
    """Set the groups of one visit side by side, so that their intervals do not hide each other."""
    groups = sorted({mean.group for mean in means})
    apart = 0.02 * (max(places.values()) - min(places.values()))
    for mean in means:
        moments, shift = mean.moments, apart * (groups.index(mean.group) - (len(groups) - 1) / 2)
        name = mean.group or words("cohort.no-group")
        point = {"place": places[mean.session.session_id] + shift, "value": moments.mean, "group": name}
        yield point | _spread(moments.mean, moments.interval, mean.ruler.scale)


def _rank(measure: str) -> int:
    return (*_FIRST, measure).index(measure)


def _places(sessions: Sequence[Session]) -> dict[str, float]:
    """Give every visit its place in time: its week, or its order where a week is not known."""
    in_weeks = all(session.week is not None for session in sessions)
    return {session.session_id: session.week if in_weeks else session.order for session in sessions}  # type: ignore[misc]


def _panel(order: int, title: Text, scale: Scale, words: Words) -> Row:
    return {"panel": f"{order:03d} {title.say(words.lang)}\n{words.ruler(scale)}"}


def _ends(panel: Row, scale: Scale, seen: Sequence[float]) -> list[Row]:
    """Mark the ends of the scale; an open end stands at the furthest value."""
    low = min(seen) if scale.low is None else scale.low
    high = max(seen) if scale.high is None else scale.high
    return [panel | {"end": end, "text": f"{end:g}"} for end in dict.fromkeys((low, high))]


def _ticks(panel: Row, places: Mapping[str, float], words: Words) -> list[Row]:
    """Mark the visits below a panel, by week or, where weeks are not known, by order."""
    return [panel | {"tick": place, "text": words.number(place)} for place in dict.fromkeys(places.values())]


def _outcome_rows(outcome: Outcome, places: dict[str, float], words: Words, order: int) -> Iterator[Row]:
    """Give the points, the scale's ends, the band of undetectable change and the line of important change."""
    scale, panel = outcome.scale, _panel(order, outcome.title, outcome.scale, words)
    values = [(seen.session_id, seen.value, seen.interval) for seen in outcome.values if seen.value is not None]
    yield from _ends(panel, scale, [value for _, value, _ in values])
    yield from _ticks(panel, places, words)
    for session, value, interval in values:
        point: Row = {"place": places[session], "value": value, "text": words.number(value)}
        yield panel | point | _spread(value, interval, scale)
    first = values[0][1]
    for change in outcome.changes[-1:]:
        if (unsure := _size(change, "detectable", first)) is not None:
            yield panel | {"since": scale.clip(first - unsure), "until": scale.clip(first + unsure)}
        if (matters := _size(change, "important", first)) is not None and scale.better != "neither":
            yield panel | {"aim": scale.clip(first - matters if scale.better == "low" else first + matters)}


def _spread(value: float, interval: Interval | None, scale: Scale) -> Row:
    low, high = (value, value) if interval is None else (interval.low, interval.high)
    return {"low": scale.clip(low), "high": scale.clip(high)}


def _size(change: Change, kind: str, first: float) -> float | None:
    """Give the first yardstick of a kind in points."""
    for stick in change.yardsticks:
        if stick.kind == kind:
            return stick.size if stick.basis == "points" else stick.size * abs(first) / 100
    return None


def _values(outcome: Outcome, words: Words) -> str:
    known = [words.number(seen.value) for seen in outcome.values if seen.value is not None]
    return words("number.and").join(known)


@cache
def _course_chart(*, is_marked: bool) -> dict[str, Any]:
    base, x, y = alt.Chart(_ROWS), _time("place"), alt.Y("value:Q", axis=_NO_AXIS, scale=_RULER)
    aim = base.mark_rule(color=INK, strokeDash=[1, 4], strokeCap="round", strokeWidth=1.8)
    dots = base.mark_point(shape="circle", size=55, filled=True, color=ACCENT, opacity=1)
    named = base.mark_text(dy=-10, fontWeight=600, **_SMALL)
    line = base.mark_rule(color=INK, strokeDash=[5, 3], strokeWidth=1.2).encode(x=_time("signed"))
    flag = base.mark_point(shape="triangle-down", size=60, filled=True, color=INK, opacity=1)
    marks = {"signed": [line, flag.encode(x=_time("signed"), y=alt.value(0))]} if is_marked else {}
    return _panels(
        end=_scale_ends(),
        tick=[base.mark_text(dy=16, **_SMALL).encode(x=_time("tick"), y=alt.value(_HEIGHT), text="text:N")],
        since=[base.mark_rect(color=TINT, opacity=1).encode(y=alt.Y("since:Q", scale=_RULER), y2="until:Q")],
        aim=[aim.encode(y="aim:Q")],
        **marks,
        value=[
            base.mark_rule(color=ACCENT, strokeWidth=1.4).encode(x=x, y="low:Q", y2="high:Q"),
            base.mark_line(color=ACCENT, strokeWidth=2).encode(x=x, y=y),
            dots.encode(x=x, y=y),
            named.encode(x=x, y="high:Q", text="text:N"),
        ],
    )


@cache
def _means_chart() -> dict[str, Any]:
    base, x, y = alt.Chart(_ROWS), _time("place"), alt.Y("value:Q", axis=_NO_AXIS, scale=_RULER)
    legend = alt.Legend(title=None, orient="top", labelFontSize=13, symbolSize=80, labelLimit=0)
    colours = alt.Scale(range=_COLOURS)
    stroke, fill = (alt.Color("group:N", scale=colours, legend=shown) for shown in (None, legend))
    return _panels(
        end=_scale_ends(),
        tick=[base.mark_text(dy=16, **_SMALL).encode(x=_time("tick"), y=alt.value(_HEIGHT), text="text:N")],
        value=[
            base.mark_rule(strokeWidth=1.4).encode(x=x, y="low:Q", y2="high:Q", color=stroke),
            base.mark_line(strokeWidth=2).encode(
                x=x, y=y, color=stroke, strokeDash=alt.StrokeDash("group:N", legend=None)
            ),
            base.mark_point(size=60, filled=True, opacity=1).encode(
                x=x, y=y, color=fill, shape=alt.Shape("group:N", legend=legend)
            ),
        ],
    )


def _time(field: str) -> alt.X:
    return alt.X(f"{field}:Q", axis=_NO_AXIS, scale=alt.Scale(zero=False, nice=False, padding=20))


def _scale_ends() -> list[alt.Chart]:
    """Stretch every panel over its whole scale, with a hairline and a number at its ends."""
    y = alt.Y("end:Q", scale=_RULER, axis=_NO_AXIS)
    numbers = alt.Chart(_ROWS).mark_text(align="right", dx=-8, **_SMALL)
    return [
        alt.Chart(_ROWS).mark_rule(color=LINE).encode(y=y),
        numbers.encode(x=alt.value(0), y=y, text="text:N"),
    ]


def _panels(**layers: Sequence[alt.Chart]) -> dict[str, Any]:
    """Put layers into panels; each layer shows the rows that carry the field it is named after."""
    shown = [layer.transform_filter(f"isValid(datum.{name})") for name, those in layers.items() for layer in those]
    panels = alt.layer(*shown).properties(width=285, height=_HEIGHT)
    facets = panels.facet(facet=alt.Facet("panel:N", header=_TITLE), columns=2)
    facets = facets.properties(bounds="flush", spacing={"row": 90, "column": 60})
    return theme(facets.resolve_scale(y="independent").resolve_axis(x="independent"))
