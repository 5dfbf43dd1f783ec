"""The questions of one instrument as they are put on a screen or into a table.

Decides the words, the choices and the limits of each question, and whether an answer fits; nothing is stored here.
"""

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from backloop.library import Accepted, Instrument, Item, LicensedText, accepted
from backloop.record import Observation, Value
from backloop.units import Absent, Text
from backloop.web.look.licensing import choice_words, clinic_wording
from backloop.web.look.wordings import reader_language, say_now
from backloop.web.store.events import StandingEvent

__all__ = ["REASONS", "Choice", "Misfit", "Question", "loaded_wording", "questions_of", "read_answer"]

REASONS = {
    Absent.DECLINED: Text(en="prefers not to answer", zh="不愿作答"),
    Absent.NOT_ASKED: Text(en="not asked", zh="未询问"),
    Absent.NOT_APPLICABLE: Text(en="does not apply", zh="不适用"),
}
"""Why there may be no answer, as a clinician chooses it."""

_MOST_CHOICES = 10
_LONGEST = 2000
_MINUTES = 60


class Misfit(ValueError):
    """An answer that does not fit its question; says what would."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True)
class Choice:
    """One answer to choose: its code, the key that selects it, its words."""

    value: str
    words: str

    @property
    def key(self) -> str:
        """The digit that selects it from the keyboard; empty where the code is no single digit."""
        return self.value if len(self.value) == 1 else ""


@dataclass(frozen=True)
class Question:
    """One item: number, words, choices, limits, and what stands as its answer."""

    item: Item
    number: int
    words: str
    limits: Accepted
    choices: tuple[Choice, ...]
    standing: StandingEvent | None = None

    @property
    def id(self) -> str:
        """The item's id."""
        return self.item.id

    @property
    def observation(self) -> Observation | None:
        """The answer that stands."""
        noun = self.standing.noun if self.standing else None
        return noun if isinstance(noun, Observation) else None

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer, or a reason why there is none."""
        return self.standing is not None

    @property
    def value(self) -> str:
        """The answer as it is written into a field; empty where there is none."""
        seen = self.observation
        if seen is None or seen.value is None:
            return ""
        return _as_clock(seen.value) if self.item.kind == "clock" else _plain(seen.value)

    @property
    def absent(self) -> str:
        """The reason why there is no answer; empty where there is one."""
        seen = self.observation
        return seen.absent.value if seen is not None and seen.absent is not None else ""

    @property
    def said(self) -> str:
        """The answer in words."""
        if self.absent:
            reason = Absent(self.absent)
            return say_now(REASONS.get(reason, reason.text))
        words = {choice.value: choice.words for choice in self.choices}.get(self.value, "")
        return f"{self.value} {words}".strip() + (f" {self.item.unit}" if self.item.unit and self.value else "")

    @property
    def low(self) -> str:
        """The lowest answer, for a field; empty where open."""
        return _plain(self.limits.low) if math.isfinite(self.limits.low) else ""

    @property
    def high(self) -> str:
        """The highest answer, for a field; empty where open."""
        return _plain(self.limits.high) if math.isfinite(self.limits.high) else ""

    @property
    def expected(self) -> Text:
        """What an answer looks like, in words."""
        return _expect(self)


def loaded_wording(book: Instrument) -> LicensedText | None:
    """Give the clinic's own licensed wording in the reader's language, where it loaded one.

    Parameters
    ----------
    book : Instrument
        The questionnaire.

    Returns
    -------
    LicensedText or None
        From the folder ``texts`` of the clinic, as `backloop books load-text --store` fills it.
    """
    return clinic_wording(book, lang=reader_language())


def questions_of(book: Instrument, standing: Mapping[str, StandingEvent]) -> list[Question]:
    """Give the questions of an instrument in their order, each with the answer that stands.

    Parameters
    ----------
    book : Instrument
        The questionnaire or worksheet.
    standing : mapping of str to StandingEvent
        Answers by item id.

    Returns
    -------
    list of Question
        In the loaded wording where there is one, otherwise as topics in our own words.
    """
    text = loaded_wording(book)
    return [
        Question(
            item=item,
            number=number,
            words=text.items[item.id] if text else say_now(item.topic),
            limits=accepted(item, book.answers),
            choices=_choices(item, book, text),
            standing=standing.get(item.id),
        )
        for number, item in enumerate(book.items, start=1)
    ]


def read_answer(question: Question, raw: str, reason: str) -> tuple[Value | None, Absent | None]:
    """Read what was entered for a question: a value that fits, or the reason why there is none.

    Parameters
    ----------
    question : Question
        What was asked.
    raw : str
        As typed or chosen; full-width digits, a comma for a point and ``7:30`` for a clock are understood.
    reason : str
        One of `REASONS`, or empty.

    Returns
    -------
    tuple
        Value and None, or None and the reason.

    Raises
    ------
    Misfit
        If it does not fit; the words say what would.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    if reason:
        if reason not in set(REASONS):
            raise Misfit(Text(en="Choose one of the reasons shown.", zh="请从所列原因中选择一项。"))
        return None, Absent(reason)
    if not text or len(text) > _LONGEST:
        raise Misfit(question.expected)
    if question.item.kind == "text":
        return text, None
    number = _clock(text) if question.item.kind == "clock" else _number(text)
    low, high, is_whole = question.limits
    if number is None or not low <= number <= high or (is_whole and number != int(number)):
        raise Misfit(question.expected)
    return (int(number) if number == int(number) else number), None


def _choices(item: Item, book: Instrument, text: LicensedText | None) -> tuple[Choice, ...]:
    low, high, is_whole = accepted(item, book.answers)
    if item.kind != "code" or not is_whole or not high - low <= _MOST_CHOICES:
        return ()
    words = choice_words(item, book, text, lang=reader_language())
    return tuple(Choice(str(code), words.get(str(code), "")) for code in range(math.ceil(low), math.floor(high) + 1))


def _expect(question: Question) -> Text:
    kind, unit = question.item.kind, question.item.unit
    if kind == "text":
        return Text(en="Expected some words, at most 2000 signs.", zh="请输入文字，不超过 2000 字。")
    if kind == "clock":
        return Text(en="Expected a time of day such as 22:30.", zh="请输入时刻，例如 22:30。")
    what = Text(en="a whole number", zh="整数") if question.limits.is_whole else Text(en="a number", zh="数值")
    ends = (question.low or "", question.high or "")
    span = Text(en=f" from {ends[0]} to {ends[1]}", zh=f"，范围 {ends[0]} 至 {ends[1]}") if all(ends) else None
    if span is None and ends[0]:
        span = Text(en=f" of {ends[0]} or more", zh=f"，不小于 {ends[0]}")
    if span is None and ends[1]:
        span = Text(en=f" of {ends[1]} or less", zh=f"，不大于 {ends[1]}")
    of_unit = Text(en=f" in {unit}", zh=f"，单位 {unit}") if unit else None
    more = [part for part in (span, of_unit) if part is not None]
    en, zh = "".join([what.en, *[part.en for part in more]]), "".join([what.zh, *[part.zh for part in more]])
    return Text(
        en=f"Expected {en}. Correct it, or choose why there is no answer.",
        zh=f"请输入{zh}。请更正，或选择无答案的原因。",
    )


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _clock(text: str) -> float | None:
    hours, colon, minutes = text.partition(":")
    if not colon:
        return _number(text)
    if not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == len("00") and int(minutes) < _MINUTES):
        return None
    return int(hours) + int(minutes) / _MINUTES


def _as_clock(value: Value) -> str:
    minutes = round(float(value) * _MINUTES)
    return f"{minutes // _MINUTES:02d}:{minutes % _MINUTES:02d}"


def _plain(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
