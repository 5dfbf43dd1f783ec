"""Questions that a book asks of a person's answers and measures, with three outcomes: yes, no, not known.

Decides how a declared condition is judged; it does not know what follows from the answer.
"""

import math
from collections.abc import Callable, Iterator
from typing import Self

from pydantic import model_validator

from backloop.units import Frozen

__all__ = ["Condition", "Look"]

Look = Callable[[str], float | str | None]
"""Gives the value behind a measure or item id, or None where there is none."""


class Condition(Frozen):
    """One question (`of` a measure or item), or several joined by `all`, `any` or `count`.

    A leaf names `of` and at least one of `at_least`, `above`, `at_most`, `below`, `equals`, `one_of`.
    A joint names `all`, `any`, or `count` with `needs`. Missing answers give None unless the rest already decides
    (Kleene's three-valued logic).

    Examples
    --------
    >>> high = Condition(of="nrs", at_least=7)
    >>> high.judge({"nrs": 8}.get), high.judge({"nrs": 3}.get), high.judge({}.get)
    (True, False, None)
    """

    of: str | None = None
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    equals: float | str | None = None
    one_of: tuple[float | str, ...] = ()
    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()
    count: tuple["Condition", ...] = ()
    needs: int | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        tests = (self.at_least, self.above, self.at_most, self.below, self.equals)
        has_test = bool(self.one_of) or any(test is not None for test in tests)
        shapes = [self.of is not None, bool(self.all), bool(self.any), bool(self.count)]
        if sum(shapes) != 1 or has_test != shapes[0] or bool(self.count) != (self.needs is not None):
            message = "a condition is one question (`of` with a test), or one of `all`, `any`, `count` with `needs`"
            raise ValueError(message)
        return self

    def judge(self, look: Look) -> bool | None:
        """Answer the question: True, False, or None where it cannot be known."""
        if self.of is not None:
            return self._judge_leaf(look(self.of))
        parts = self.all or self.any or self.count
        needed = len(parts) if self.all else 1 if self.any else self.needs or 0
        answers = [part.judge(look) for part in parts]
        certain, possible = answers.count(True), len(answers) - answers.count(False)
        return True if certain >= needed else None if possible >= needed else False

    def ids(self) -> Iterator[str]:
        """Name every measure and item the question asks about."""
        if self.of is not None:
            yield self.of
        for part in (*self.all, *self.any, *self.count):
            yield from part.ids()

    def _judge_leaf(self, value: float | str | None) -> bool | None:
        if value is None or self._is_no_answer(value):
            return None
        if self.one_of:
            return value in self.one_of
        if self.equals is not None:
            return value == self.equals
        return self._judge_number(value)

    def _is_no_answer(self, value: float | str) -> bool:
        """Say whether text, or a number that is none, stands where the question asks for a number."""
        if isinstance(value, str):
            return not any(isinstance(test, str) for test in (self.equals, *self.one_of))
        return math.isnan(value)

    def _judge_number(self, value: float | str) -> bool | None:
        if isinstance(value, str):
            return None
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )
