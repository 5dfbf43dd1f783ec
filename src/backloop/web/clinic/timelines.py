"""A patient's events as a story: visits, answers by instrument, sessions, harms, decisions, corrections visible.

Decides what is told together and in which words; which events an account sees is decided by `people.scopes`.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet

from backloop.library import Library
from backloop.record import Session
from backloop.units import Text
from backloop.web.clinic.notices import name_item
from backloop.web.people.roles import ROLES, Role
from backloop.web.store.kinds import ConsentGiven, Kind
from backloop.web.store.models import Event

__all__ = ["KIND_TEXTS", "Amendment", "Episode", "Story", "Words", "tell_story"]

KIND_TEXTS: dict[Kind, Text] = {
    "person": Text(en="About the person", zh="基本资料"),
    "visit": Text(en="Visit", zh="就诊"),
    "response": Text(en="Answers", zh="量表作答"),
    "observation": Text(en="Test or score", zh="测试或分数"),
    "drawing": Text(en="Pain drawing", zh="疼痛部位图"),
    "recording": Text(en="Recording", zh="检查数据"),
    "finding": Text(en="Finding", zh="发现"),
    "decision": Text(en="Decision", zh="决定"),
    "session": Text(en="Training session", zh="训练"),
    "harm": Text(en="Harm", zh="不良反应"),
    "consent": Text(en="Consent", zh="知情同意"),
    "allocation": Text(en="Allocated in a trial", zh="试验分组完成"),
    "message": Text(en="Message", zh="消息"),
    "identity": Text(en="Identifier", zh="身份信息"),
    "access": Text(en="Access", zh="访问权限"),
}
"""What each kind of event is called."""

_DONE = {
    "done": Text(en="done", zh="已完成"),
    "partly": Text(en="partly done", zh="部分完成"),
    "not": Text(en="not done", zh="未完成"),
}
_PURPOSES = {
    "care": Text(en="care", zh="诊疗"),
    "research": Text(en="research", zh="研究"),
    "contact": Text(en="being contacted", zh="联系随访"),
}
_IDENTIFIERS = {
    "name": Text(en="name", zh="姓名"),
    "phone": Text(en="telephone", zh="电话"),
    "id_number": Text(en="identity number", zh="证件号码"),
    "email": Text(en="email", zh="电子邮箱"),
    "address": Text(en="address", zh="住址"),
    "birth_date": Text(en="date of birth", zh="出生日期"),
    "record_number": Text(en="record number", zh="病历号"),
}
_CHANGES = {
    "entered": Text(en="entered", zh="已录入"),
    "changed": Text(en="changed", zh="已修改"),
    "removed": Text(en="removed", zh="已删除"),
}
_SEVERITIES = {
    "mild": Text(en="mild", zh="轻度"),
    "moderate": Text(en="moderate", zh="中度"),
    "severe": Text(en="severe", zh="重度"),
}
_CHOICES = {
    "signed": Text(en="signed", zh="已签署"),
    "closed": Text(en="closed", zh="已关闭"),
    "accepted": Text(en="accepted", zh="已接受"),
    "changed": Text(en="changed", zh="已修改"),
    "overridden": Text(en="overridden", zh="已否决"),
    "as signed": Text(en="as signed", zh="按签署执行"),
    "as planned": Text(en="as planned", zh="按计划"),
    "held": Text(en="held for a week", zh="本周保持不变"),
    "stepped back": Text(en="stepped back", zh="退回上一阶段"),
    "left out": Text(en="left out", zh="未采用"),
    "added": Text(en="added", zh="已添加"),
    "sent": Text(en="sent", zh="已发送"),
}
_TOPICS = {
    "alert": Text(en="alert", zh="警示"),
    "plan": Text(en="plan", zh="治疗方案"),
    "programme": Text(en="programme", zh="训练计划"),
    "programme-week": Text(en="a week of the programme", zh="训练计划的某一周"),
    "programme-baseline": Text(en="a baseline of the programme", zh="训练计划的基线"),
    "letter": Text(en="letter", zh="信函"),
}
_GROUPED = ("response", "observation")
_FIELDS = ("seq", "kind", "code", "happened_at", "role", "why", "corrects", "body")

_Content = dict[str, Any]


@dataclass(frozen=True)
class Amendment:
    """A correction of an episode: when, why, what stood before (None for answers), whether it took the episode away."""

    at: dt.datetime
    why: str
    removes: bool
    before: Text | None = None


@dataclass
class Episode:
    """One thing on the timeline; answers of one instrument at one visit are one episode.

    `content` is what stands now; words are made only for the episodes that are shown.
    """

    seq: int
    kind: Kind
    at: dt.datetime
    role: str
    content: _Content
    library: Library
    book: str = ""
    items: set[str] = field(default_factory=set)
    amendments: list[Amendment] = field(default_factory=list)

    @cached_property
    def words(self) -> "Words":
        """The title, the words of whoever wrote it, what became of it."""
        if self.book:
            return Words(name_item(self.book, self.library))
        return _word(self.kind, self.content, self.library)

    @property
    def session_id(self) -> str:
        """The visit it belongs to; empty where it belongs to none."""
        return str(self.content.get("session_id", ""))

    @property
    def kind_text(self) -> Text:
        """What this kind of event is called."""
        return KIND_TEXTS[self.kind]

    @property
    def who(self) -> Text:
        """The role of whoever wrote it down."""
        known = self.role in set(Role)
        return ROLES[Role(self.role)].title if known else Text(en="the clinic's system", zh="系统")

    @property
    def is_removed(self) -> bool:
        """Whether a correction took it away."""
        return bool(self.amendments) and not self.book and self.amendments[-1].removes


@dataclass(frozen=True)
class Story:
    """A patient's events as they are told: all episodes, the newest first, and the visits and consents that stand."""

    episodes: tuple[Episode, ...]

    @cached_property
    def visits(self) -> list[Session]:
        """The visits that stand, the earliest first."""
        found = {each.session_id: Session.model_validate(each.content) for each in self._standing("visit")}
        return sorted(found.values(), key=lambda visit: (visit.order, visit.session_id))

    @cached_property
    def consents(self) -> dict[str, ConsentGiven]:
        """The last consent to each purpose."""
        return {
            each.content["purpose"]: ConsentGiven.model_validate(each.content) for each in self._standing("consent")
        }

    def _standing(self, kind: Kind) -> list[Episode]:
        found = (each for each in self.episodes if each.kind == kind and not each.is_removed)
        return sorted(found, key=lambda each: each.seq)


def tell_story(events: QuerySet[Event], library: Library, *, hidden: Iterable[str] = ()) -> Story:
    """Tell a patient's events.

    Parameters
    ----------
    events : QuerySet of Event
        Those the reader may see, from `people.scopes.events_for`.
    library : Library
        The books, which know the titles.
    hidden : iterable of str
        Books that are left out.

    Returns
    -------
    Story
    """
    episodes: dict[Any, Episode] = {}
    owners: dict[int, Episode] = {}
    left_out = set(hidden)
    for row in events.order_by("seq").values(*_FIELDS):
        content = json.loads(row["body"])
        if row["kind"] == "correction":
            _amend(owners.get(row["corrects"] or 0), row, content["replacement"])
        elif row["kind"] not in _GROUPED or row["code"] not in left_out:
            owners[row["seq"]] = _place(episodes, row, content, library)
    told = sorted(episodes.values(), key=lambda episode: (episode.at, episode.seq), reverse=True)
    return Story(tuple(told))


def _place(episodes: dict[Any, Episode], row: dict[str, Any], content: _Content, library: Library) -> Episode:
    is_grouped = row["kind"] in _GROUPED
    key = (content["session_id"], row["code"]) if is_grouped else row["seq"]
    if key not in episodes:
        book = row["code"] if is_grouped else ""
        episodes[key] = Episode(row["seq"], row["kind"], row["happened_at"], row["role"], content, library, book)
    episode = episodes[key]
    if is_grouped:
        episode.items.add(content["item"])
        episode.at, episode.seq = max(episode.at, row["happened_at"]), row["seq"]
    return episode


def _amend(episode: Episode | None, row: dict[str, Any], replacement: _Content | None) -> None:
    if episode is None:
        return
    before = None
    if not episode.book and replacement is not None:
        before = _summary(_word(episode.kind, episode.content, episode.library))
        episode.content = replacement
    episode.amendments.append(Amendment(row["happened_at"], row["why"], replacement is None, before))


def _summary(words: "Words") -> Text:
    said, detail = words.said, words.detail
    en, zh = (said.en, said.zh) if said is not None else ("", "")
    return Text(
        en=" · ".join(part for part in (words.title.en, en, detail) if part),
        zh=" · ".join(part for part in (words.title.zh, zh, detail) if part),
    )


class Words(NamedTuple):
    """What is read of an episode: its title, the words of whoever wrote it, what became of it."""

    title: Text
    detail: str = ""
    said: Text | None = None


def _word(kind: Kind, content: _Content, library: Library) -> Words:
    """Give an event's title, the words of whoever wrote it, and what became of it."""
    if kind in _PLAIN:
        return _PLAIN[kind](content)
    if kind == "finding":
        return Words(name_item(content["about"], library))
    if kind == "decision":
        topic = _TOPICS.get(content["about"]) or name_item(content["about"], library)
        return Words(topic, content["reason"], _known(_CHOICES, content["choice"]))
    return Words(KIND_TEXTS[kind])


def _word_consent(content: _Content) -> Words:
    given = Text(en="given", zh="同意") if content["given"] else Text(en="not given or withdrawn", zh="不同意或已撤回")
    return Words(_PURPOSES[content["purpose"]], content["form"], given)


def _word_message(content: _Content) -> Words:
    is_ours = content["to"] == "patient"
    way = Text(en="to the patient", zh="致患者") if is_ours else Text(en="from the patient", zh="来自患者")
    return Words(way, content["words"])


def _same(word: str) -> Text:
    return Text(en=word or "-", zh=word or "-")


_PLAIN: dict[str, Callable[[_Content], Words]] = {
    "visit": lambda told: Words(_visit_title(told), told["label"]),
    "session": lambda told: Words(_same(told["day"]), "", _DONE[told["done"]]),
    "harm": lambda told: Words(_SEVERITIES[told["severity"]], told["words"]),
    "consent": _word_consent,
    "message": _word_message,
    "identity": lambda told: Words(_known(_IDENTIFIERS, told["field"]), "", _CHANGES[told["change"]]),
    "recording": lambda told: Words(_same(told["modality"]), told["name"]),
    "allocation": lambda told: Words(_same(told["study"])),
}


def _visit_title(content: _Content) -> Text:
    order, week = content["order"], content["week"]
    if week is None:
        return Text(en=f"Visit {order}", zh=f"第 {order} 次就诊")
    return Text(en=f"Visit {order}, week {week:g}", zh=f"第 {order} 次就诊（第 {week:g} 周）")


def _known(texts: dict[str, Text], word: str) -> Text:
    return texts.get(word) or _same(word)
