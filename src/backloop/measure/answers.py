"""What one answer is worth: held against what its item accepts, recoded, turned around.

Decides the points of a single answer; adding them up is in `questionnaires`.
"""

import math
from collections.abc import Callable, Iterable, Mapping

from backloop.library import Answers, Item, accepted
from backloop.measure.sheets import Sheet
from backloop.record import Observation, Value
from backloop.units import Absent

__all__ = ["Worth", "lay_out_answers", "points_range", "turn_around", "worth"]

Worth = Callable[[Value], float | None]
"""Gives the points of a raw answer, or None where the item does not accept it."""

_LARGEST_TABLE = 1000


def turn_around(points: float, low: float, high: float) -> float:
    """Turn points around within their range, so that the lowest becomes the highest.

    Examples
    --------
    >>> turn_around(1, low=1, high=4)
    4
    """
    return low + high - points


def points_range(item: Item, answers: Answers) -> tuple[float, float]:
    """Give the least and the most points an item can bring, after recoding.

    Parameters
    ----------
    item : Item
        Any item but a text.
    answers : Answers
        The instrument's answers.

    Returns
    -------
    tuple of float
        Least and most points; turning around does not change them. Infinite where the item is open.

    Examples
    --------
    >>> from backloop.units import Text
    >>> bother = Item(id="start-back_09", topic=Text(en="how bothersome", zh="困扰程度"), low=0, high=4,
    ...               recode={"0": 0, "1": 0, "2": 0, "3": 1, "4": 1})
    >>> points_range(bother, Answers(low=0, high=1))
    (0.0, 1.0)
    """
    low, high, is_whole = accepted(item, answers)
    if not item.recode:
        return low, high
    codes = range(math.ceil(low), math.floor(high) + 1) if is_whole and math.isfinite(high - low) else ()
    untouched = {float(code) for code in codes} - {float(code) for code in item.recode}
    reached = untouched | set(item.recode.values())
    return min(reached), max(reached)


def worth(item: Item, answers: Answers) -> Worth:
    """Make the function that gives the points of an item's raw answers.

    Parameters
    ----------
    item : Item
        Any item but a text.
    answers : Answers
        The instrument's answers.

    Returns
    -------
    callable
        Takes a raw answer and gives its points: recoded first (a code that `recode` does not name stays itself), then
        turned around within its points' range if the item is reversed. None for an answer the item does not accept.

    Examples
    --------
    >>> from backloop.units import Text
    >>> item = Item(id="tsk-17_04", topic=Text(en="a belief", zh="一种信念"), is_reversed=True)
    >>> points = worth(item, Answers(low=1, high=4))
    >>> points(1), points(5)
    (4.0, None)
    """
    low, high, is_whole = accepted(item, answers)

    def judge(value: Value) -> float | None:
        if isinstance(value, str) or not low <= value <= high or (is_whole and value != int(value)):
            return None
        return _points(float(value), item, answers)

    if not is_whole or high - low > _LARGEST_TABLE:
        return judge
    table = {float(code): judge(code) for code in range(math.ceil(low), math.floor(high) + 1)}
    return table.get  # type: ignore[return-value]  # a whole number equals its key; text and other numbers have none


def lay_out_answers(
    seen: Iterable[Observation],
    sheet: Sheet,
    *,
    worths: Mapping[str, Worth],
    texts: frozenset[str],
) -> None:
    """Put a person's answers to one book on the sheet, in points.

    Parameters
    ----------
    seen : iterable of Observation
        Responses to one instrument at one visit, in any order.
    sheet : Sheet
        Receives points, words, observation ids and reasons for absence. An answer that its item does not accept, or
        two different answers to one item, are left out and named in `left_out`.
    worths : mapping of str to callable
        What each item's answers are worth.
    texts : frozenset of str
        The items answered in words.

    Examples
    --------
    >>> sheet = Sheet()
    >>> nine = Observation(session_id="ses-01", kind="response", book="nrs", item="nrs_01", value=9)
    >>> lay_out_answers([nine], sheet, worths={"nrs_01": {9.0: 9.0}.get}, texts=frozenset())
    >>> sheet.points
    {'nrs_01': 9.0}
    """
    for each in seen:
        name, value = each.item, each.value
        judge = worths.get(name)
        if value is None:
            sheet.lack(name, each.absent or Absent.NOT_ASKED)
        elif judge is not None:
            points = judge(value)
            if points is None or sheet.points.setdefault(name, points) != points:
                sheet.left_out.add(name)
            sheet.ids[name] = each.id
        elif name in texts:
            if sheet.words.setdefault(name, str(value)) != str(value):
                sheet.left_out.add(name)
            sheet.ids[name] = each.id
    for name in sheet.left_out:
        sheet.lack(name, Absent.ARTEFACT)
        for kept in (sheet.points, sheet.words, sheet.ids):
            kept.pop(name, None)


def _points(value: float, item: Item, answers: Answers) -> float:
    recoded = {float(code): points for code, points in (item.recode or {}).items()}.get(value, value)
    return turn_around(recoded, *points_range(item, answers)) if item.is_reversed else recoded
