"""The nouns in the terminal: a profile, plan, programme or course as one would want to read it.

Decides colours, signs and columns; the words come from the nouns themselves.
"""

from functools import singledispatch

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Styled

import backloop
from backloop.follow import Change, Course
from backloop.library import EvidenceRow, Library
from backloop.measure import Measure, Measures
from backloop.plan import Plan, Prescription, Status
from backloop.profile import Profile, Support, Verdict
from backloop.train import Programme
from backloop.units import Absent, Frozen, Language, Text

__all__ = ["show", "version_line"]

_VERDICT = {
    Verdict.SUPPORTED: ("●", "bold magenta"),
    Verdict.POSSIBLE: ("◐", "magenta"),
    Verdict.NOT_SUPPORTED: ("○", "green"),
    Verdict.CANNOT_SAY: ("·", "dim"),
}
_STATUS = {
    Status.PROCEED: "bold green",
    Status.ADAPT: "bold yellow",
    Status.REFER: "bold white on red",
    Status.CANNOT_SAY: "bold yellow",
}
_DIRECTION = {
    "for": Text(en="for", zh="支持"),
    "against": Text(en="against", zh="反对"),
    "no difference": Text(en="no difference", zh="无差异"),
    "conflicting": Text(en="conflicting", zh="结果不一致"),
}
_CHANGE = {"better": ("▲", "green"), "worse": ("▼", "red"), "same": ("=", ""), "cannot say": ("?", "dim")}

_BASIS = {
    "own controls": Text(en="own controls", zh="本地对照"),
    "normative model": Text(en="normative model", zh="常模"),
}

WORDS = {
    "measures": Text(en="What the answers amount to", zh="测量结果"),
    "profile": Text(en="Why it may hurt", zh="可能的疼痛机制"),
    "plan": Text(en="What to do", zh="方案"),
    "programme": Text(en="Twelve weeks", zh="十二周计划"),
    "course": Text(en="How it went", zh="病程"),
    "next": Text(en="Would tell most next", zh="下一步最有价值的测量"),
    "goals": Text(en="Goals", zh="目标"),
    "week": Text(en="week", zh="第几周"),
    "reference": Text(en="reference", zh="来源"),
    "verified": Text(en="verified", zh="已核实"),
    "unverified": Text(en="not verified", zh="未核实"),
    "considered": Text(en="Considered and not chosen", zh="已考虑但未选择"),
    "edition": Text(en="books' edition", zh="知识库版本"),
    "made up": Text(en="made-up person", zh="虚构人物"),
    "assessments": Text(en="Assessments", zh="评估日期"),
    "clinic": Text(en="clinic", zh="门诊"),
    "home": Text(en="home", zh="居家"),
    "provisional": Text(en="provisional", zh="暂定"),
}


def version_line() -> str:
    """Give the version of the program and the edition of the books."""
    return f"backloop {backloop.__version__}, books of {Library.packaged().edition}"


def show(noun: Frozen, *, lang: Language, console: Console | None = None, session: str | None = None) -> None:
    """Print a noun for a reader at the terminal.

    Parameters
    ----------
    noun : Frozen
        Measures, Profile, Plan, Programme or Course.
    lang : Language
        The language of the words.
    console : Console, optional
        Where to print; standard output if not given.
    session : str, optional
        For measures, the visit to show; the latest if not given.
    """
    if isinstance(noun, Measures) and session is not None:
        visits = tuple(visit for visit in noun.sessions if visit.session_id == session)
        noun = noun.model_copy(update={"sessions": visits})
    (console or Console()).print(_render(noun, lang))


@singledispatch
def _render(noun: Frozen, lang: Language) -> RenderableType:
    message = f"no terminal view of {type(noun).__name__} in {lang}"
    raise TypeError(message)


@_render.register
def _(noun: Measures, lang: Language) -> RenderableType:
    last = noun.sessions[-1].session_id
    table = _table("measures", lang, noun.is_made_up)
    for column in ("", "", "95 %", ""):
        table.add_column(column, justify="right" if column else "left", overflow="fold")
    for measure in noun.at(last):
        if measure.absent is not Absent.NOT_ASKED:
            table.add_row(*_measure_cells(measure, lang))
    return table


@_render.register
def _(noun: Profile, lang: Language) -> RenderableType:
    table = _table("profile", lang, noun.is_made_up)
    for _column in range(3):
        table.add_column(overflow="fold")
    for support in sorted(noun.supports, key=_rank):
        sign, style = _VERDICT[support.verdict]
        words = Styled(f"{sign} {support.verdict.text.say(lang)}", style=style)
        table.add_row(support.title.say(lang), words, Styled(support.reason.say(lang), style="dim"))
    tests = [f"{test.title.say(lang)} ({test.minutes:g} min)" for test in noun.next_tests]
    return Group(table, _line("next", "; ".join(tests) or "–", lang))


@_render.register
def _(noun: Plan, lang: Language) -> RenderableType:
    parts: list[RenderableType] = [_title("plan", lang, noun.is_made_up)]
    parts.append(Styled(f" {noun.status.text.say(lang)} ", style=_STATUS[noun.status]))
    parts += [Padding(reason.text.say(lang), (0, 2)) for reason in noun.status_reasons]
    parts += [
        Padding(f"! {alert.title.say(lang)}: {alert.action.say(lang)}", (0, 2), style="yellow") for alert in noun.alerts
    ]
    if noun.goals:
        parts.append(_line("goals", "; ".join(goal.activity for goal in noun.goals), lang))
    parts += [_prescription(prescription, lang) for prescription in noun.prescriptions]
    if noun.prescriptions:
        parts.append(Padding(noun.burden.text.say(lang), (1, 0, 0, 0)))
    if noun.considered:
        parts.append(Styled("\n" + WORDS["considered"].say(lang), style="bold"))
    for item in noun.considered:
        why = " ".join(reason.text.say(lang) for reason in item.reasons)
        words = Styled(f"{item.title.say(lang)} ({item.role.text.say(lang)}): ").append(why, style="dim")
        parts.append(Padding(words, (0, 2)))
    return Group(*parts)


@_render.register
def _(noun: Programme, lang: Language) -> RenderableType:
    table = _table("programme", lang, noun.is_made_up)
    for name in ("week", "clinic", "home"):
        table.add_column(WORDS[name].say(lang), overflow="fold")
    for week in noun.weeks:
        clinic = [session for session in week.sessions if session.place == "clinic"]
        home = len(week.sessions) - len(clinic)
        titles = dict.fromkeys(activity.title.say(lang) for session in clinic for activity in session.activities)
        table.add_row(f"{week.week}  [dim]{week.starts}[/dim]", ", ".join(titles) or "–", f"{home} ×" if home else "–")
    dates = ", ".join(f"{due.week}: {due.date}" for due in noun.assessments)
    notes = [Padding(note.say(lang), (0, 2), style="yellow") for note in noun.notes]
    return Group(*notes, table, _line("assessments", dates or "–", lang))


@_render.register
def _(noun: Course, lang: Language) -> RenderableType:
    table = _table("course", lang, noun.is_made_up)
    for _column in range(4):
        table.add_column(overflow="fold")
    for outcome in noun.outcomes:
        for change in outcome.changes[-1:]:
            span = f"{change.earlier.removeprefix('ses-')} → {change.later.removeprefix('ses-')}"
            table.add_row(outcome.title.say(lang), span, _sign(change), change.words.say(lang))
        if outcome.problem is not None:
            table.add_row(outcome.title.say(lang), "", "?", outcome.problem.say(lang))
    return Group(table, Padding(noun.summary.say(lang), (1, 2)))


def _measure_cells(measure: Measure, lang: Language) -> tuple[RenderableType, ...]:
    title = measure.title.say(lang)
    if measure.value is None:
        why = measure.absent.text.say(lang) if measure.absent else "–"
        return title, Styled("–", style="dim"), "", Styled(why, style="dim")
    unit = "" if measure.scale.unit == "points" else f" {measure.scale.unit}"
    high = "" if measure.scale.high is None else f"[dim]/{measure.scale.high:g}[/dim]"
    interval = "" if measure.interval is None else f"{measure.interval.low:.3g} – {measure.interval.high:.3g}"
    named = measure.label.say(lang) if measure.label else "; ".join(band.label.say(lang) for band in measure.bands)
    return title, f"{_figure(measure.value)}{high}{unit}", f"[dim]{interval}[/dim]", named or _beside(measure, lang)


def _figure(value: float) -> str:
    """Write a number with three figures that count, a large one in full."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"  # noqa: PLR2004 - beyond it 3 figures need a power


def _beside(measure: Measure, lang: Language) -> str:
    """Say how far a recorded number lies from healthy people, with its interval and whose they are."""
    found = measure.deviation
    if found is None:
        return ""
    basis = _BASIS[found.basis].say(lang)
    return f"{found.z:+.1f} SD ({found.interval.low:+.1f} … {found.interval.high:+.1f}), {basis}"


def _prescription(chosen: Prescription, lang: Language) -> RenderableType:
    head = Styled(f"\n■ {chosen.title.say(lang)}", style="bold cyan")
    head.append(f"  {chosen.role.text.say(lang)}")
    head.append(f"  {chosen.certainty.text.say(lang)}", style="dim")
    lines: list[RenderableType] = [head]
    lines += [Padding(reason.text.say(lang), (0, 2)) for reason in chosen.reasons]
    lines += [Padding(Styled(_evidence(row, lang), style="dim"), (0, 2)) for row in chosen.evidence[:2]]
    return Group(*lines)


def _evidence(row: EvidenceRow, lang: Language) -> str:
    span = "" if row.low is None or row.high is None else f" ({row.low:g} … {row.high:g})"
    effect = "" if row.effect is None else f" {row.effect:+g}{span} {row.measure.say(lang)}"
    seen = WORDS["verified" if row.verified else "unverified"].say(lang)
    direction = _DIRECTION[row.direction].say(lang)
    return f"{row.outcome.say(lang)}{effect}; {direction}; {row.certainty.text.say(lang)}; {row.reference}, {seen}"


def _rank(support: Support) -> int:
    return list(_VERDICT).index(support.verdict)


def _sign(change: Change) -> Styled:
    sign, style = _CHANGE[change.direction]
    amount = "" if change.delta is None else f" {change.delta:+.3g}"
    return Styled(sign + amount, style=style)


def _title(name: str, lang: Language, made_up: bool) -> Styled:  # noqa: FBT001
    title = Styled("\n" + WORDS[name].say(lang), style="bold")
    if made_up:
        title.append(f"  [{WORDS['made up'].say(lang)}]", style="dim")
    return title


def _table(name: str, lang: Language, made_up: bool) -> Table:  # noqa: FBT001
    title = _title(name, lang, made_up)
    return Table(title=title, title_justify="left", title_style="", box=None, pad_edge=False, padding=(0, 2, 0, 0))


def _line(name: str, words: str, lang: Language) -> RenderableType:
    return Styled.assemble((f"{WORDS[name].say(lang)}: ", "bold"), words)
