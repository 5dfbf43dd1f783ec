"""A questionnaire as screens: one question each, in the clinic's loaded wording or our own, and how answers are read.

Decides how a question of a book is put on a phone; what an answer may be stands in the book.
"""

import math
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from backloop.library import Instrument, Item, LicensedText, accepted
from backloop.record import Observation
from backloop.units import Language, Text
from backloop.web.look.licensing import choice_words, clinic_wording

__all__ = ["Question", "is_for_patient", "open_questions", "put_questions", "read_answer"]

Form = Literal["choice", "scale", "number", "clock", "text"]

# What only somebody trained can answer, or what is about the clinic; the session check has its own place.
_BY_THE_CLINIC = frozenset(
    {"clinic-resources", "iasp-nociplastic", "neuro-exam", "peripheral-exam", "session-check", "treatment-decisions"}
)
_MOST_BUTTONS = 12
_LONGEST = 500
_YES_NO = (("0", Text(en="no", zh="否")), ("1", Text(en="yes", zh="是")))
_WRONG_NUMBER = Text(en="Please give a number from {low:g} to {high:g}.", zh="请填写{low:g}到{high:g}之间的数字。")
_ANY_NUMBER = Text(en="Please give a number.", zh="请填写数字。")
_WHOLE_NUMBER = Text(en="Please give a whole number.", zh="请填写整数。")
_NO_CLOCK = Text(en="Please give a time, such as 22:30.", zh="请填写时间，例如 22:30。")
_NO_CHOICE = Text(en="Please choose one of the answers.", zh="请选择一个回答。")
_NO_WORDS = Text(en="Please write a few words, or go on without.", zh="请写几个字，或选择跳过。")


@dataclass(frozen=True)
class Question:
    """One screen: the question, how it is answered, and what its choices are called."""

    item: Item
    words: str
    form: Form
    choices: tuple[tuple[str, str], ...] = ()
    ends: tuple[str, str] = ("", "")
    is_own_wording: bool = True

    @property
    def says_less_to_more(self) -> bool:
        """Whether the numbers need a word on which end is more, because the book may not print their names."""
        return self.form == "scale" and not any(self.ends)


def is_for_patient(book: Instrument) -> bool:
    """Say whether a questionnaire is one that the person answers themselves.

    Parameters
    ----------
    book : Instrument
        The book.

    Returns
    -------
    bool
        False for examinations, for worksheets about the clinic, and where only reported scores are taken.
    """
    return bool(book.items) and book.id not in _BY_THE_CLINIC


def put_questions(book: Instrument, *, lang: Language) -> list[Question]:
    """Put every question of a book into words.

    Parameters
    ----------
    book : Instrument
        The questionnaire.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    list of Question
        In the clinic's loaded wording where it has one in this language, else as topics in our own words.
    """
    loaded = clinic_wording(book, lang=lang)
    return [_put(item, book, loaded, lang) for item in book.items]


def open_questions(book: Instrument, given: Mapping[str, Observation]) -> list[Item]:
    """Give the questions without an answer; what hangs on something the person left out is not asked.

    Parameters
    ----------
    book : Instrument
        The questionnaire.
    given : mapping of str to Observation
        What was answered or declined at this visit, by item.

    Returns
    -------
    list of Item
    """
    hanging = _hanging(book, given)
    return [item for item in book.items if item.id not in given and item.id not in hanging]


def read_answer(item: Item, book: Instrument, raw: str) -> tuple[int | float | str | None, Text | None]:
    """Read what was typed or chosen as the book accepts it.

    Parameters
    ----------
    item : Item
        The question.
    book : Instrument
        Its book.
    raw : str
        As it came.

    Returns
    -------
    value : int, float, str or None
        None where it is not accepted.
    reason : Text or None
        What to do then.
    """
    raw = unicodedata.normalize("NFKC", raw).strip()
    if item.kind == "text":
        return (raw[:_LONGEST], None) if raw else (None, _NO_WORDS)
    if item.kind == "clock":
        return _read_clock(raw)
    limits = accepted(item, book.answers)
    try:
        value = float(raw.replace(",", "."))
    except ValueError:
        return None, _NO_CHOICE if item.kind == "code" else _ANY_NUMBER
    if not math.isfinite(value) or not limits.low <= value <= limits.high:
        return None, _within(limits.low, limits.high)
    if limits.is_whole and not value.is_integer():
        return None, _WHOLE_NUMBER
    return (int(value) if value.is_integer() else value), None


def _hanging(book: Instrument, given: Mapping[str, Observation]) -> Collection[str]:
    """Name the ratings whose activity was not named: a coded item right after words that were left out."""
    pairs = zip(book.items, book.items[1:], strict=False)
    left_out = {name for name, seen in given.items() if seen.absent is not None}
    return {
        after.id for first, after in pairs if first.kind == "text" and first.id in left_out and after.kind == "code"
    }


def _put(item: Item, book: Instrument, loaded: LicensedText | None, lang: Language) -> Question:
    words = loaded.items[item.id] if loaded else item.topic.say(lang)
    if item.kind != "code":
        return Question(item, words, item.kind, is_own_wording=loaded is None)
    limits, named = accepted(item, book.answers), choice_words(item, book, loaded, lang=lang)
    codes = [str(code) for code in range(int(limits.low), int(limits.high) + 1)]
    if not limits.is_whole or len(codes) > _MOST_BUTTONS:
        return Question(item, words, "number", is_own_wording=loaded is None)
    if codes == ["0", "1"] and not named:
        named = {code: text.say(lang) for code, text in _YES_NO}
    if all(code in named for code in codes):
        choices = tuple((code, named[code]) for code in codes)
        return Question(item, words, "choice", choices, is_own_wording=loaded is None)
    ends = (named.get(codes[0], ""), named.get(codes[-1], ""))
    return Question(item, words, "scale", tuple((code, code) for code in codes), ends, loaded is None)


def _read_clock(raw: str) -> tuple[float | None, Text | None]:
    hours, _, minutes = raw.partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60):  # noqa: PLR2004
        return None, _NO_CLOCK
    return int(hours) + int(minutes) / 60, None


def _within(low: float, high: float) -> Text:
    if math.isinf(low) or math.isinf(high):
        return _ANY_NUMBER
    words = _WRONG_NUMBER
    return Text(en=words.en.format(low=low, high=high), zh=words.zh.format(low=low, high=high))
