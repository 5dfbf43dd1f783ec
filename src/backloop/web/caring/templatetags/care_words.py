"""The tags of the pages of care: the letters' words and numbers in the reader's language, marks, sources, questions.

Decides how a value is written on a page; nothing of it is computed here.
"""

import datetime as dt
from functools import lru_cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backloop.letters import Words
from backloop.library import Dose
from backloop.plan import Reason
from backloop.record import Session
from backloop.units import Interval, Language, Scale, Text
from backloop.web.caring.asking import topic_of
from backloop.web.look.wordings import reader_language, say_now
from backloop.web.store.events import library_in_use

__all__ = [
    "amount",
    "day",
    "mark",
    "reasoned",
    "register",
    "ruler",
    "signed_amount",
    "source",
    "span",
    "topic",
    "visit",
    "weekly",
    "word",
]

register = template.Library()

_NOT_CHECKED = Text(en="not checked against its source", zh="尚未与原始文献核对")
_NEVER = Text(en="none", zh="无")
_OURS = {
    "backloop-convention": Text(en="working rule of ours", zh="本系统工作规则"),
    "backloop-unverified": Text(en="no source found", zh="未找到来源"),
}
_SIGNS = {
    "supported": "●", "possible": "◐", "not supported": "○", "cannot say": "◌",
    "proceed": "✓", "adapt": "△", "refer": "■", "present": "■", "not known": "?",
    "for": "▲", "against": "▼", "neither": "–", "conflicting": "◆", "missing": "?", "no difference": "＝",
    "no recommendation": "–", "not found": "?",
    "better": "▲", "worse": "▼", "same": "＝",
    "done": "✓", "partly": "◐", "not": "○", "missed": "○", "today": "▶", "ahead": "·",
}  # fmt: skip


@register.filter
def word(value: str, table: str) -> str:
    """Say one of the letters' words, such as ``{{ "against"|word:"direction" }}``."""
    return Words(reader_language())(f"{table}.{value}")


@register.filter
def amount(value: float | None) -> str:
    """Write a number with as many decimals as it needs; a dash where there is none."""
    return "–" if value is None else Words(reader_language()).number(value)


@register.filter
def weekly(dose: Dose, place: str) -> str:
    """Say how often a week and how long each time, as far as a source states it: ``{{ dose|weekly:"clinic" }}``."""
    times, minutes = getattr(dose, f"{place}_per_week"), getattr(dose, f"{place}_minutes")
    if not times:
        return say_now(_NEVER) if times == 0 else amount(times)
    how_often, how_long = amount(times), amount(minutes)
    if minutes is None:
        return say_now(Text(en=f"{how_often} ×", zh=f"{how_often}次"))
    return say_now(Text(en=f"{how_often} × {how_long} min", zh=f"{how_often}次，每次{how_long}分钟"))


@register.filter("change")
def signed_amount(value: float | None) -> str:
    """Write a change with its sign; a dash where there is none."""
    return "–" if value is None else Words(reader_language()).number(value, is_change=True)


@register.filter
def span(interval: Interval | None) -> str:
    """Write an interval; a dash where there is none."""
    return "–" if interval is None else Words(reader_language()).interval(interval)


@register.filter
def ruler(scale: Scale) -> str:
    """Write a scale in words."""
    return Words(reader_language()).ruler(scale)


@register.filter
def day(date: dt.date) -> str:
    """Write a date."""
    return Words(reader_language()).day(date)


@register.filter
def visit(session: Session) -> str:
    """Name a visit."""
    return Words(reader_language()).visit(session)


@register.filter
def mark(text: str, kind: str) -> SafeString:
    """Set a sign before words, so that a meaning never hangs on colour: ``{{ words|mark:"against" }}``."""
    style = kind.replace(" ", "-")
    return format_html('<span class="mark {}"><span aria-hidden="true">{}</span> {}</span>', style, _SIGNS[kind], text)


@register.simple_tag
def source(key: str, verified: bool | None = None) -> SafeString:  # noqa: FBT001 - a tag's own argument
    """Name a source by authors and year, its title on asking; say where it was not checked."""
    return _cite(key, verified, reader_language())


@register.simple_tag
def reasoned(reason: Reason) -> SafeString:
    """Give a reason with its sources; a plan gives hundreds, and most of them to everybody."""
    return _reason(reason, reader_language())


@lru_cache(maxsize=4096)
def _reason(reason: Reason, lang: Language) -> SafeString:
    sources = format_html_join("", " <small>{}</small>", ((_cite(key, None, lang),) for key in reason.references))
    return format_html("{}{}", reason.text.say(lang), sources)


@lru_cache(maxsize=4096)
def _cite(key: str, verified: bool | None, lang: Language) -> SafeString:  # noqa: FBT001 - as the tag has it
    if key in _OURS:
        return format_html('<cite class="source">{}</cite>', _OURS[key].say(lang))
    found = library_in_use().references.get(key)
    if found is None:
        return format_html('<cite class="source">{}</cite>', key)
    first = found.authors.partition(",")[0].partition(" and ")[0].strip("{} ")
    name = f"{first} {found.year}".strip()
    doubt = f" † {_NOT_CHECKED.say(lang)}" if verified is False else ""
    return format_html('<cite class="source" title="{}">{}{}</cite>', found.title, name or key, doubt)


@register.filter
def topic(question: str) -> str:
    """Say what a question asks: an item's topic, or the title of the book that would answer."""
    return say_now(topic_of(question, library_in_use()))
