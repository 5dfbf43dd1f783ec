"""What the letters draw in rows: the map of mechanisms, and the plan over the weeks.

Decides which marks stand for what, never by colour alone; words, numbers and verdicts come from the nouns.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count, groupby
from typing import Any, Literal, NamedTuple

import altair as alt

from backloop.letters.drawing import ACCENT, INK, LINE, SOFT, draw, theme
from backloop.letters.wording import Words, plain_name
from backloop.library import Library
from backloop.plan import Plan
from backloop.profile import Profile, Support, Verdict
from backloop.train import Programme
from backloop.units import Language

__all__ = ["Reader", "plan_picture", "profile_picture"]

Reader = Literal["patient", "clinician"]
"""Whom a letter is written to."""

Row = dict[str, object]

_ROWS = alt.NamedData("rows")
_DISC = "M0,-1A1,1,0,1,1,0,1A1,1,0,1,1,0,-1Z"
_HALF = "M0,-1A1,1,0,0,0,0,1Z"
# Room for the rows' names left of the marks, in the picture's own units.
_NAMES = 290


def profile_picture(
    profile: Profile, *, reader: Reader = "clinician", lang: Language = "en", library: Library | None = None
) -> str:
    """Draw what the findings say about each mechanism, by group, as position, symbol and words.

    Parameters
    ----------
    profile : Profile
        The profile to show.
    reader : str
        ``clinician`` shows all mechanisms; ``patient`` those about which something can be said, under their plain
        names.
    lang : str
        ``en`` or ``zh``.
    library : Library, optional
        Where the plain names are looked up; the packaged library where not given.

    Returns
    -------
    str
        An SVG element.

    Examples
    --------
    >>> from backloop import infer, score
    >>> from backloop.record import make_person
    >>> 'role="img"' in profile_picture(infer(score(make_person(seed=1))))
    True
    """
    words = Words(lang)
    shown = [_Line(support, support.title.say(lang)) for support in profile.supports]
    if reader == "patient":
        books = library or Library.packaged()
        known = (support for support in profile.supports if support.verdict in _columns(reader))
        shown = [_Line(support, plain_name(support, books).say(lang)) for support in known]
    verdicts = Counter(line.support.verdict for line in shown)
    summary = "; ".join(
        words("number.range-of", name=_verdict(words, reader, verdict), count=people)
        for verdict, people in verdicts.items()
    )
    text = words("profile.picture-text", summary=summary)
    rows = list(_profile_rows(shown, words, reader))
    return draw(_profile_chart(reader), rows, name="profile", title=words("profile.picture-title"), text=text)


def plan_picture(plan: Plan, *, programme: Programme | None = None, lang: Language = "en") -> str:
    """Draw the stages of every strand over the weeks, and the assessments where a programme has dated them.

    Parameters
    ----------
    plan : Plan
        The plan to show; it must prescribe something that has stages.
    programme : Programme, optional
        Adds the assessments that fall into the plan's weeks.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        An SVG element.

    Examples
    --------
    >>> from backloop import infer, prescribe, score
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> 'role="img"' in plan_picture(prescribe(infer(score(person)), person))
    True
    """
    words = Words(lang)
    rows = list(_plan_rows(plan, words))
    stages = [stage for prescription in plan.prescriptions for stage in prescription.stages]
    last = max(stage.weeks[1] for stage in stages)
    due = [] if programme is None else [visit.week for visit in programme.assessments if visit.week <= last]
    place = len(rows)
    rows += [{"place": place, "name": words("plan.assessment")}] if due else []
    rows += [{"place": place, "due": week} for week in due]
    rows += [{"column": week, "text": str(week)} for week in range(0 if due else 1, last + 1)]
    summary = "; ".join(
        words("plan.picture-stage", title=stage.title.say(lang), low=stage.weeks[0], high=stage.weeks[1])
        for stage in stages
    )
    text = words("plan.picture-text", summary=summary)
    return draw(_plan_chart(), rows, name="plan", title=words("plan.picture-title"), text=text)


class _Line(NamedTuple):
    support: Support
    name: str


def _verdict(words: Words, reader: Reader, verdict: str) -> str:
    return words(f"verdict.{verdict}" if reader == "clinician" else f"verdict-plain.{verdict}")


def _columns(reader: Reader) -> list[Verdict]:
    return [verdict for verdict in Verdict if reader == "clinician" or verdict != Verdict.CANNOT_SAY]


def _profile_rows(shown: Sequence[_Line], words: Words, reader: Reader) -> Iterator[Row]:
    """Give the columns' names, a heading for each group and a row for each mechanism below it."""
    for verdict in _columns(reader):
        yield {"column": verdict.value, "text": _verdict(words, reader, verdict)}
    places = count()
    for group, lines in groupby(shown, key=lambda line: line.support.group):
        yield {
            "place": next(places),
            "heading": words(f"group.{group}" if reader == "clinician" else f"group-plain.{group}"),
        }
        for support, name in lines:
            yield {"place": next(places), "name": name, "verdict": support.verdict.value}


@cache
def _profile_chart(reader: Reader) -> dict[str, Any]:
    scale = alt.Scale(domain=[verdict.value for verdict in _columns(reader)], paddingOuter=0)
    base = _rows_base().encode(x=alt.X("verdict:N", scale=scale, axis=None))
    disc: dict[str, Any] = {"size": 150, "filled": True, "opacity": 1}
    ring = base.mark_point(shape=_DISC, stroke=ACCENT, strokeWidth=1.6, **disc).encode(
        fill=alt.condition("datum.verdict == 'supported'", alt.value(ACCENT), alt.value("#fff"))
    )
    half = base.mark_point(shape=_HALF, fill=ACCENT, strokeWidth=0, **disc)
    dotted = base.mark_point(shape=_DISC, stroke=SOFT, strokeWidth=1.6, strokeDash=[2, 2.6], fill="#fff", **disc)
    layers = [
        *_names(),
        ring.transform_filter("isValid(datum.verdict) && datum.verdict != 'cannot say'"),
        half.transform_filter("datum.verdict == 'possible'"),
        dotted.transform_filter("datum.verdict == 'cannot say'"),
        _column_names(alt.X("column:N", scale=scale, axis=None)),
    ]
    return theme(alt.layer(*layers).properties(width=400, height=alt.Step(27)))


def _rows_base() -> alt.Chart:
    return alt.Chart(_ROWS).encode(y=alt.Y("place:O", axis=None))


def _names() -> list[alt.Chart]:
    """Set the rows' names left, headings in bold, and a hairline for each row; text marks are measured only once."""
    base = _rows_base()
    left: dict[str, Any] = {"align": "left", "fontSize": 13, "color": INK}
    hairline = base.mark_rule(color=LINE, strokeDash=[1, 3]).encode(x=alt.value(0), x2=alt.value("width"))
    names = base.mark_text(**left).encode(x=alt.value(-_NAMES), text="name:N")
    headings = base.mark_text(fontWeight=700, **left).encode(x=alt.value(-_NAMES), text="heading:N")
    return [
        hairline.transform_filter("isValid(datum.name)"),
        names.transform_filter("isValid(datum.name)"),
        headings.transform_filter("isValid(datum.heading)"),
    ]


def _column_names(x: alt.X) -> alt.Chart:
    names = alt.Chart(_ROWS).mark_text(fontSize=12.5, color=SOFT).encode(x=x, y=alt.value(-10), text="text:N")
    shown: alt.Chart = names.transform_filter("isValid(datum.column)")
    return shown


def _plan_rows(plan: Plan, words: Words) -> Iterator[Row]:
    """Give a heading for each strand and a bar for each of its stages."""
    places = count()
    for prescription in plan.prescriptions:
        for strand, title in zip(prescription.strands, prescription.strand_titles, strict=True):
            heading = title if len(prescription.strands) > 1 else prescription.title
            yield {"place": next(places), "heading": heading.say(words.lang)}
            for stage in (stage for stage in prescription.stages if stage.strand == strand):
                first, last = stage.weeks
                name = stage.title.say(words.lang)
                yield {"place": next(places), "name": name, "since": first - 0.5, "until": last + 0.5}


@cache
def _plan_chart() -> dict[str, Any]:
    scale = alt.Scale(zero=False, nice=False)
    base = _rows_base()
    bars = base.mark_bar(height=11, cornerRadius=2, color=ACCENT).encode(
        x=alt.X("since:Q", axis=None, scale=scale), x2="until:Q"
    )
    dates = base.mark_rule(color=SOFT, strokeDash=[2, 3]).encode(
        x=alt.X("due:Q", axis=None), y=alt.value(0), y2=alt.value("height")
    )
    marks = base.mark_point(shape="diamond", size=90, filled=True, color=INK, opacity=1).encode(
        x=alt.X("due:Q", axis=None)
    )
    layers = [
        *_names(),
        dates.transform_filter("isValid(datum.due)"),
        bars.transform_filter("isValid(datum.since)"),
        marks.transform_filter("isValid(datum.due)"),
        _column_names(alt.X("column:Q", axis=None)),
    ]
    return theme(alt.layer(*layers).properties(width=420, height=alt.Step(24)))
