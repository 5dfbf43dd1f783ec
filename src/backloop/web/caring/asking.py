"""What a question of a book asks, and whether an answer to it is one the book accepts.

Decides nothing about a person; the books say what is asked and accepted.
"""

from collections.abc import Mapping

from backloop.library import Instrument, Library, accepted
from backloop.units import Text

__all__ = ["CHECK", "read_check", "topic_of"]

CHECK = "session-check"
"""The worksheet of questions before a session."""

_UNKNOWN = Text(en="The worksheet has no such question; reload the page.", zh="问卷中没有该问题，请刷新页面后重试。")
_NOT_ACCEPTED = Text(
    en="“{topic}” takes a number from {low:g} to {high:g}; correct it or leave it open.",
    zh="“{topic}”应填写{low:g}～{high:g}之间的数；请更正，或暂不填写。",
)


def topic_of(question: str, library: Library) -> Text:
    """Say what a question asks: an item's topic, or the title of the book that would answer.

    Parameters
    ----------
    question : str
        The id of an item or a measure.
    library : Library
        The books.

    Returns
    -------
    Text

    Examples
    --------
    >>> topic_of("session-check_04", Library.packaged()).en
    'Is a leg newly weak, or getting weaker?'
    """
    book = library.find(question.rpartition("_")[0] or question.partition(".")[0])
    items = book.items if isinstance(book, Instrument) else ()
    return next((item.topic for item in items if item.id == question), book.title)


def read_check(answers: Mapping[str, str], library: Library) -> tuple[dict[str, float], tuple[Text, ...]]:
    """Read the answers given before a session, each held against what its item accepts.

    Parameters
    ----------
    answers : mapping of str to str
        What came, by item id; an empty answer is none.
    library : Library
        The books.

    Returns
    -------
    answers : dict of str to float
        Those that were accepted.
    problems : tuple of Text
        What to correct.

    Examples
    --------
    >>> read_check({"session-check_01": "3", "session-check_04": ""}, Library.packaged())
    ({'session-check_01': 3.0}, ())
    >>> read_check({"session-check_01": "11"}, Library.packaged())[1][0].en[-57:]
    'takes a number from 0 to 10; correct it or leave it open.'
    """
    book, read, problems = library.instrument(CHECK), {}, []
    items = {item.id: item for item in book.items}
    for name, told in answers.items():
        if not told.strip():
            continue
        if name not in items:
            problems.append(_UNKNOWN)
            continue
        limits, value = accepted(items[name], book.answers), _number(told)
        if value is None or not limits.low <= value <= limits.high or (limits.is_whole and not value.is_integer()):
            topic, ends = items[name].topic, {"low": limits.low, "high": limits.high}
            en, zh = _NOT_ACCEPTED.en.format(topic=topic.en, **ends), _NOT_ACCEPTED.zh.format(topic=topic.zh, **ends)
            problems.append(Text(en=en, zh=zh))
        else:
            read[name] = value
    return read, tuple(problems)


def _number(told: str) -> float | None:
    try:
        return float(told)
    except ValueError:
        return None
