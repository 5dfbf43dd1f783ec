"""A person's own data to take along: every event they may see, as JSON for programs and in words for people.

Decides what goes into the files and how an event is told in words; which events those are is decided by `scopes`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from backloop.errors import UnknownBook
from backloop.letters import drawing_sentence
from backloop.library import Instrument, Library, Protocol, read_chart
from backloop.measure import Drawing
from backloop.record import Observation
from backloop.units import Language, Text
from backloop.web.people.models import Patient
from backloop.web.store.events import library_in_use
from backloop.web.store.kinds import Decision, Noun
from backloop.web.store.models import Event

__all__ = ["KINDS", "Line", "own_data", "tell_events"]

KINDS = {
    "person": Text(en="About you", zh="个人信息"),
    "visit": Text(en="Visits", zh="就诊"),
    "response": Text(en="Your answers", zh="您的回答"),
    "observation": Text(en="Tests and scores", zh="检查与评分"),
    "drawing": Text(en="Pain drawings", zh="疼痛部位图"),
    "recording": Text(en="Recordings", zh="检查记录"),
    "finding": Text(en="Notes and findings", zh="记录与发现"),
    "decision": Text(en="Decisions and plans", zh="决定与方案"),
    "session": Text(en="Practice", zh="练习"),
    "harm": Text(en="What hurt or went wrong", zh="不适与不良情况"),
    "consent": Text(en="Your consents", zh="您的同意"),
    "correction": Text(en="Corrections", zh="更正"),
    "message": Text(en="Messages", zh="留言"),
}
"""What each kind of event is called to the person it is about."""

_BY = {
    "patient": Text(en="you", zh="您"),
    "helper": Text(en="your helper", zh="您的协助者"),
    "system": Text(en="the program", zh="系统"),
}
_CLINIC = Text(en="the clinic", zh="机构")


@dataclass(frozen=True)
class Line:
    """One event in words: when, by whom, what."""

    kind: str
    when: dt.datetime
    by: Text
    what: str


def own_data(patient: Patient, events: Iterable[Event], names: dict[str, str]) -> dict[str, Any]:
    """Give a person's own data for programs.

    Parameters
    ----------
    patient : Patient
        Whose.
    events : iterable of Event
        What they may see.
    names : dict of str to str
        Their own direct identifiers.

    Returns
    -------
    dict
        JSON; who wrote an event stands in it by role.
    """
    return {
        "format": "backloop own data 1",
        "code": patient.code,
        "made_up": patient.made_up,
        "zone": patient.zone,
        "identity": names,
        "events": [_plain(event) for event in events],
    }


def tell_events(patient: Patient, events: Iterable[Event], *, lang: Language) -> list[tuple[Text, list[Line]]]:
    """Tell events in words, by kind, in the order of the table above.

    Parameters
    ----------
    patient : Patient
        Whose; times are given in their zone.
    events : iterable of Event
        What they may see.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    list of (Text, list of Line)
    """
    library, zone = library_in_use(), ZoneInfo(patient.zone)
    lines: dict[str, list[Line]] = {}
    for event in events:
        by = _BY.get(event.role, _CLINIC)
        line = Line(event.kind, event.happened_at.astimezone(zone), by, _say(event.noun, library, lang))
        lines.setdefault(event.kind, []).append(line)
    return [(title, lines[kind]) for kind, title in KINDS.items() if kind in lines]


def _plain(event: Event) -> dict[str, Any]:
    return {
        "id": str(event.uid),
        "kind": event.kind,
        "happened_at": event.happened_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "zone": event.zone,
        "by": event.role,
        "why": event.why,
        "edition": event.edition,
        "corrects": event.corrects,
        "place": event.seq,
        "content": event.noun.model_dump(mode="json"),
    }


def _say(noun: Noun, library: Library, lang: Language) -> str:
    if isinstance(noun, Observation):
        return _say_observation(noun, library, lang)
    if isinstance(noun, Drawing) and noun.chart == read_chart().name:
        return drawing_sentence(noun, read_chart(), lang=lang)
    if isinstance(noun, Decision):  # a whole plan is for the file for programs; here it would fill a book
        return "; ".join(part for part in (noun.about, noun.choice, noun.reason) if part)
    return _flat(noun.model_dump(mode="json"))


def _say_observation(seen: Observation, library: Library, lang: Language) -> str:
    title, topic, named = seen.book, seen.item, {}
    try:
        book: Any = library.find(seen.book)
    except UnknownBook:
        book = None
    if isinstance(book, Instrument):
        title = book.title.say(lang)
        item = next((each for each in book.items if each.id == seen.item), None)
        topic = item.topic.say(lang) if item else seen.item
        labels = (item.labels if item else ()) or book.answers.labels
        named = {label.value: label.text.say(lang) for label in labels}
    elif isinstance(book, Protocol):
        title = book.title.say(lang)
        topic = next((each.title.say(lang) for each in book.written if each.id == seen.item), seen.item)
    if seen.absent is not None:
        return f"{title} – {topic}: {seen.absent.text.say(lang)}"
    words = "" if seen.value is None or isinstance(seen.value, str) else named.get(seen.value, "")
    value = f"{seen.value} {seen.unit}".strip() + (f" ({words})" if words else "")
    return f"{title} – {topic}: {value}"


def _flat(content: Any, name: str = "") -> str:  # noqa: ANN401 - any part of a noun as JSON
    """Lay a noun out as ``name: value`` pairs, leaving empty ones out."""
    if isinstance(content, dict):
        return "; ".join(part for key, value in content.items() if (part := _flat(value, key)))
    if isinstance(content, list):
        return "; ".join(part for value in content if (part := _flat(value, name)))
    return f"{name}: {content}" if content not in ("", None) else ""
