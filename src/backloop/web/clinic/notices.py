"""Alerts in words: what each is, how urgent, and what to do about it.

Decides the words a clinician reads; which alerts there are is decided in `alerts`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from backloop.errors import UnknownBook
from backloop.library import Instrument, Library
from backloop.units import Text
from backloop.web.clinic.models import OpenAlert
from backloop.web.store.events import library_in_use

__all__ = ["LEVELS", "Notice", "name_item", "word_alerts"]

LEVELS = {
    OpenAlert.NOTE: Text(en="for review", zh="待查看"),
    OpenAlert.ALERT: Text(en="act soon", zh="尽快处理"),
    OpenAlert.EMERGENCY: Text(en="act today", zh="今日处理"),
}
"""How urgent each level is, in words."""

_SEVERITIES = {
    "mild": Text(en="mild", zh="轻度"),
    "moderate": Text(en="moderate", zh="中度"),
    "severe": Text(en="severe", zh="重度"),
}
_HARM_ACTION = Text(
    en="Speak with the person, judge whether it is related to the treatment, adapt the plan or stop, "
    "and write down what was decided.",
    zh="与患者沟通，判断是否与治疗相关，必要时调整或停止方案，并记录处理决定。",
)
_WORSE_TITLE = Text(en="Worse beyond measurement error: {title}", zh="恶化超出测量误差：{title}")
_WORSE_BY_MUCH = Text(
    en="Worse by an amount that matters: {title} (measurement error not known)",
    zh="恶化达到有意义的幅度：{title}（测量误差未知）",
)
_WORSE_ACTION = Text(
    en="Look for a cause (flare, harm, a danger sign, life events), ask how the person sees it, and review the plan.",
    zh="查找原因（急性加重、不良反应、危险信号、生活事件），了解患者本人的看法，并复核方案。",
)
_MISSED_TITLE = Text(en="Sessions missed in a row", zh="连续缺席练习")
_MISSED_ACTION = Text(
    en="Call or write without reproach: ask what got in the way, and make the next step smaller or easier to fit in.",
    zh="以不责备的方式联系患者：了解遇到了什么困难，把下一步调整得更小、更容易安排。",
)
_HURT_TITLE = Text(en="The patient says that something hurt", zh="患者报告出现不适")
_FINDING_ACTION = Text(
    en="Look at what was found, decide what follows, and write it down.", zh="查看该发现，决定后续处理并记录。"
)


@dataclass(frozen=True)
class Notice:
    """An alert in words: what it is, what to do, what is known in the words of whoever reported it."""

    row: OpenAlert
    title: Text
    action: Text
    detail: str = ""
    evidence: Text | None = None

    @property
    def urgency(self) -> Text:
        """How urgent it is, in words."""
        return LEVELS[self.row.level]

    @property
    def css(self) -> str:
        """The class that gives the level its look; the words say it too."""
        return {1: "note", 2: "soon", 3: "today"}[self.row.level]


def word_alerts(rows: Iterable[OpenAlert], *, library: Library | None = None) -> list[Notice]:
    """Put alerts into words, the most urgent first.

    Parameters
    ----------
    rows : iterable of OpenAlert
        The alerts.
    library : Library, optional
        The books; those in use if not given.

    Returns
    -------
    list of Notice
    """
    books = library or library_in_use()
    words = [_word(row, books) for row in rows]
    return sorted(words, key=lambda notice: (-notice.row.level, notice.row.since, notice.row.key))


def name_item(item: str, library: Library) -> Text:
    """Say what an item or book is called.

    Parameters
    ----------
    item : str
        The id of an item, or of a book.
    library : Library
        The books.

    Returns
    -------
    Text
        The topic of an item, the title of a book; the id itself where no book knows it.
    """
    try:
        book = library.find(item.rpartition("_")[0] or item)
    except UnknownBook:
        return Text(en=item, zh=item)
    topics = {each.id: each.topic for each in book.items} if isinstance(book, Instrument) else {}
    return topics.get(item, book.title)


def _word(row: OpenAlert, library: Library) -> Notice:
    content = row.content
    match row.kind:
        case "safety" if content["rule"] in library.shelf("safety"):
            rule = library.safety_rule(content["rule"])
            return Notice(row, rule.title, rule.action, evidence=rule.summary)
        case "harm":
            return Notice(row, _harm_title(content), _HARM_ACTION, detail=content["words"])
        case "worse":
            title = Text.model_validate(content["title"])
            words = _WORSE_TITLE if content["is_real"] else _WORSE_BY_MUCH
            filled = Text(en=words.en.format(title=title.en), zh=words.zh.format(title=title.zh))
            return Notice(row, filled, _WORSE_ACTION, evidence=Text.model_validate(content["words"]))
        case "finding" if content.get("about") == "harm":
            return Notice(row, _HURT_TITLE, _HARM_ACTION)
        case "missed":
            first = content["first"]
            evidence = Text(en=f"None done since before {first}.", zh=f"自 {first} 起未完成练习。")
            return Notice(row, _MISSED_TITLE, _MISSED_ACTION, evidence=evidence)
    return Notice(row, name_item(content.get("about", row.key), library), _FINDING_ACTION)


def _harm_title(content: dict[str, object]) -> Text:
    severity = _SEVERITIES[str(content["severity"])]
    if content["serious"]:
        return Text(en=f"Serious harm reported ({severity.en})", zh=f"报告严重不良事件（{severity.zh}）")
    return Text(en=f"Harm reported ({severity.en})", zh=f"报告不良反应（{severity.zh}）")
