"""How it goes: change over the visits."""

from backloop.follow.change import Ruler, judge_by_ruler, judge_change, make_ruler
from backloop.follow.courses import (
    Change,
    Course,
    Outcome,
    Yardstick,
)
from backloop.follow.reviewing import review, review_measures
from backloop.follow.verdicts import word_change

__all__ = [
    "Change",
    "Course",
    "Outcome",
    "Ruler",
    "Yardstick",
    "judge_by_ruler",
    "judge_change",
    "make_ruler",
    "review",
    "review_measures",
    "word_change",
]
