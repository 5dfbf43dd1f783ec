"""One patient's events as the worklist needs them: answers by visit, sessions, harms, decisions, corrections applied.

Decides how events are laid out for judging, without parsing more of them than needed; it judges nothing.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils import timezone

from backloop.web.store.models import Event

__all__ = ["WATCHED", "Answer", "History", "Row", "Told", "read_histories"]

WATCHED = ("person", "visit", "response", "observation", "finding", "decision", "session", "harm", "correction")
"""The kinds of events that the worklist looks at."""

_FIELDS = ("seq", "subject", "kind", "code", "happened_at", "corrects", "body")


class Row(NamedTuple):
    """One event as it is read from the table."""

    seq: int
    subject: str
    kind: str
    code: str
    happened_at: dt.datetime
    corrects: int | None
    body: str


class Told(NamedTuple):
    """One event that stands: its place, its day, and what it carries as plain JSON."""

    seq: int
    day: dt.date
    content: dict[str, Any]


class Answer(NamedTuple):
    """An answer with the visit it was given at."""

    value: float | str
    session_id: str
    day: dt.date


@dataclass
class History:
    """What stands of one patient's events.

    `books` names what was answered or tested by visit; `answers` hold the latest answer to each item.
    """

    seq: int = 0
    visits: dict[str, Told] = field(default_factory=dict)
    seen_at: dict[str, dt.datetime] = field(default_factory=dict)
    books: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    answers: dict[str, Answer] = field(default_factory=dict)
    harms: list[Told] = field(default_factory=list)
    findings: list[Told] = field(default_factory=list)
    sessions: list[Told] = field(default_factory=list)
    decisions: list[Told] = field(default_factory=list)
    first_day: dt.date | None = None

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "History":
        """Lay out the events of one patient, which come in their order."""
        told, history = list(_stand(rows)), cls(seq=max((row.seq for row in rows), default=0))
        told.sort(key=lambda each: each[0] != "visit")  # visits first: answers are ordered by them
        for kind, code, at, each in told:
            history.add(kind, code, each, at)
        return history

    def add(self, kind: str, code: str, told: Told, at: dt.datetime) -> None:
        """Take one event that stands."""
        self.first_day = min(self.first_day or told.day, told.day)
        if kind == "visit":
            self.visits[told.content["session_id"]] = told
            self.seen_at[told.content["session_id"]] = at
        elif kind in {"response", "observation"}:
            self._answer(code, told)
        elif kind in _LISTS:
            getattr(self, _LISTS[kind]).append(told)

    @property
    def closed(self) -> frozenset[str]:
        """The keys of the alerts that somebody closed."""
        closing = (told.content for told in self.decisions if told.content["about"] == "alert")
        return frozenset(each["content"].get("alert", "") for each in closing if each["choice"] == "closed")

    @property
    def last_visit(self) -> Told | None:
        """The visit with the highest order."""
        return max(self.visits.values(), key=_order, default=None)

    @property
    def programme(self) -> dict[str, Any] | None:
        """The programme that was signed last, as the core's noun in JSON."""
        signed = [
            told.content["content"]
            for told in self.decisions
            if told.content["noun"] == "Programme" and "assessments" in told.content["content"]
        ]
        return signed[-1] if signed else None

    def _answer(self, code: str, told: Told) -> None:
        content, visit = told.content, told.content["session_id"]
        if visit not in self.visits:
            return
        self.books[visit].add(code)
        before = self.answers.get(content["item"])
        is_later = before is None or _order(self.visits[before.session_id]) <= _order(self.visits[visit])
        if is_later and content.get("value") is not None and content["kind"] == "response":
            self.answers[content["item"]] = Answer(content["value"], visit, told.day)
        elif before is not None and before.session_id == visit and content.get("value") is None:
            del self.answers[content["item"]]


_LISTS = {"harm": "harms", "finding": "findings", "session": "sessions", "decision": "decisions"}


def read_histories(subjects: Iterable[str]) -> dict[str, History]:
    """Read the events of some patients with one query.

    Parameters
    ----------
    subjects : iterable of str
        Codes.

    Returns
    -------
    dict of str to History
        By code; those without an event are left out.
    """
    events = Event.objects.filter(subject__in=list(subjects), kind__in=WATCHED)
    rows: dict[str, list[Row]] = defaultdict(list)
    for values in events.order_by("seq").values_list(*_FIELDS):
        row = Row(*values)
        rows[row.subject].append(row)
    return {subject: History.of(found) for subject, found in rows.items()}


def _stand(rows: Iterable[Row]) -> Iterator[tuple[str, str, dt.datetime, Told]]:
    rows = list(rows)
    corrected = {row.corrects: json.loads(row.body)["replacement"] for row in rows if row.kind == "correction"}
    for row in rows:
        if row.kind == "correction":
            continue
        content = corrected[row.seq] if row.seq in corrected else json.loads(row.body)
        if content is not None:
            told = Told(row.seq, timezone.localdate(row.happened_at), content)
            yield row.kind, row.code, row.happened_at, told


def _order(told: Told) -> tuple[int, int]:
    return told.content["order"], told.seq
