"""What the items of an instrument accept, as their book says: the range of the answers, and their words.

Decides no points; what an answer is worth is measured in `measure`.
"""

import math
from typing import NamedTuple

from backloop.library.assessments import AnswerLabel, Answers, Item

__all__ = ["Accepted", "accepted", "answer_words"]

_HOURS_A_DAY = 24.0


class Accepted(NamedTuple):
    """What an item accepts: lowest, highest (infinite where open), and whether only whole numbers.

    Examples
    --------
    >>> Accepted(0.0, 4.0, is_whole=True).high
    4.0
    """

    low: float
    high: float
    is_whole: bool


def accepted(item: Item, answers: Answers) -> Accepted:
    """Say which raw answers an item accepts.

    Parameters
    ----------
    item : Item
        Its own `low`, `high` and `whole` come first.
    answers : Answers
        The instrument's answers, which hold for coded items that say nothing else. A clock runs from 0 to 24 hours; a
        quantity without limits is open.

    Returns
    -------
    Accepted
        Lowest and highest raw answer, ends included, and whether it must be whole.

    Examples
    --------
    >>> from backloop.units import Text
    >>> clock = Item(id="psqi_01", topic=Text(en="to bed", zh="上床时间"), kind="clock")
    >>> accepted(clock, Answers(low=0, high=3))
    Accepted(low=0.0, high=24.0, is_whole=False)
    """
    low, high, whole = {
        "code": (answers.low, answers.high, answers.whole),
        "clock": (0.0, _HOURS_A_DAY, False),
    }.get(item.kind, (-math.inf, math.inf, False))
    return Accepted(
        low if item.low is None else item.low,
        high if item.high is None else item.high,
        whole if item.whole is None else item.whole,
    )


def answer_words(item: Item, answers: Answers) -> tuple[AnswerLabel, ...]:
    """Give the words of an item's answers, as far as its book has them.

    Parameters
    ----------
    item : Item
        Its own words come first.
    answers : Answers
        The instrument's, whose words hold for coded items that keep its range.

    Returns
    -------
    tuple of AnswerLabel
        One for every accepted answer, or the two ends only, or none.

    Examples
    --------
    >>> from backloop.units import Text
    >>> yes = AnswerLabel(value=1, text=Text(en="yes", zh="是"))
    >>> topic = Text(en="stays at home", zh="待在家里")
    >>> [label.value for label in answer_words(Item(id="a_01", topic=topic), Answers(low=0, high=1, labels=(yes,)))]
    [1.0]
    >>> answer_words(Item(id="a_02", topic=topic, high=3), Answers(low=0, high=1, labels=(yes,)))
    ()
    """
    if item.labels:
        return item.labels
    keeps_range = item.kind == "code" and item.low is None and item.high is None
    return answers.labels if keeps_range else ()
