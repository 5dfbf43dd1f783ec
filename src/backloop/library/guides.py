"""How a test is led step by step: runs of two points, a grid, letters, a checklist, a clock, pressure and its pauses.

Decides what a protocol's book declares about its course, each number with its source; the steps themselves are
worked out in `measure`.
"""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from backloop.library.books import BookId, Cited
from backloop.units import Frozen, Text

__all__ = [
    "CheckGuide",
    "GridGuide",
    "Guide",
    "GuidePhase",
    "LetterGuide",
    "PressureGuide",
    "Sourced",
    "TimerGuide",
    "TrialField",
    "TwoPointGuide",
]


class TrialField(Frozen):
    """One thing written down per trial of a test: its unit, range and the units a clinic may enter.

    Examples
    --------
    >>> TrialField(id="pressure", title=Text(en="pressure", zh="压力"), unit="kPa", accepts=("kPa", "kgf/cm2")).unit
    'kPa'
    """

    id: BookId
    title: Text
    unit: str
    accepts: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False


class Sourced(Cited):
    """A number of a test's course with where it comes from.

    Examples
    --------
    >>> Sourced(value=60, reference="balaguier-2016", verified=True).value
    60.0
    """

    value: float = Field(gt=0)


class GuidePhase(Frozen):
    """One part of a test, as its trials name it, with the words the tester sees.

    Examples
    --------
    >>> GuidePhase(id="before", title=Text(en="before the cold water", zh="冷水浸手之前")).look is None
    True
    """

    id: str
    title: Text
    look: Text | None = None


def _field(name: str, en: str, zh: str, *, unit: str = "", low: float = 0, high: float | None = None) -> TrialField:
    is_whole = not unit
    return TrialField(id=name, title=Text(en=en, zh=zh), unit=unit, low=low, high=high, whole=is_whole)


_TIMES = _field("times", "how often, as the tester chose", "检查者设定的次数", low=1, high=60)
_REST = _field("rest", "pause, as the tester chose", "检查者设定的间隔", unit="s", high=3600)
_AREA = _field("probe-area", "area of the probe", "探头面积", unit="cm2", high=20)
_FORCE = _field("force", "force as read", "读得的力", unit="N")
_TOUCH = _field("touch", "distance of one touch; 0 is one point", "单次触碰的两点距离（0为单点）", unit="mm", high=300)
_FELT = _field("felt", "points felt at a touch (1 or 2)", "单次触碰感觉到的点数（1或2）", low=1, high=2)
_SPACING = _field("spacing", "spacing of the grid", "网格间距", unit="mm", high=200)
_SHOWN = _field("shown", "letter drawn, by its place in the alphabet", "书写的字母（字母表序号）", low=1, high=26)
_SAID = _field("said", "letter said, by its place in the alphabet", "报出的字母（字母表序号）", low=1, high=26)
_TURNED = _field("turned", "degrees the letter was turned to the right", "字母顺时针旋转的角度", high=359)


class _Guided(Frozen):
    """What every guide says: the field it fills, how often, and what makes the result doubtful."""

    field: BookId
    times: Sourced | None = None
    doubts: tuple[Text, ...] = ()

    @property
    def phases(self) -> tuple[GuidePhase, ...]:
        """The parts of the test, where it has any."""
        return ()

    @cached_property
    def own_fields(self) -> tuple[TrialField, ...]:
        """What is written down on the way and not scored."""
        return (_TIMES,)


class TwoPointGuide(_Guided):
    """Ascending runs of two touches that open by one step until two points are felt again and again.

    `times` is the number of runs, `practice` how many of them do not count, `consistent` how often in a row two points
    must be felt at one distance, `catch_share` how often (0 to 1) a touch with one point comes in between.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().protocol("two-point-lumbar").guide.step.value
    5.0
    """

    kind: Literal["two-points"]
    step: Sourced
    practice: int = Field(default=0, ge=0)
    consistent: Sourced
    catch_share: Sourced

    @cached_property
    def own_fields(self) -> tuple[TrialField, ...]:
        """What is written down on the way and not scored."""
        return (_TOUCH, _FELT)

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if self.times is None or self.times.value <= self.practice or self.catch_share.value >= 1:
            message = "two points: expected more runs than runs of practice, and a share of catch touches below 1"
            raise ValueError(message)
        return self


class GridGuide(_Guided):
    """Points of a grid touched in random order, each `times` times; the distance to the felt point is measured.

    Examples
    --------
    >>> from backloop.library import Library
    >>> guide = Library.packaged().protocol("tactile-localisation").guide
    >>> guide.rows, guide.columns
    (3, 3)
    """

    kind: Literal["grid"]
    rows: int = Field(ge=1, le=9)
    columns: int = Field(ge=1, le=9)

    @cached_property
    def own_fields(self) -> tuple[TrialField, ...]:
        """What is written down on the way and not scored."""
        row = ("row", "row of the touched point, from the top", "受触点所在行（自上而下）", self.rows)
        column = ("column", "column of the touched point, from the left", "受触点所在列（自左而右）", self.columns)
        felt_row = ("felt-row", "row of the felt point", "感知点所在行", self.rows)
        felt_column = ("felt-column", "column of the felt point", "感知点所在列", self.columns)
        places = (row, column, felt_row, felt_column)
        return (
            _TIMES,
            _SPACING,
            *(_field(name, en, zh, low=1, high=high) for name, en, zh, high in places),
        )


class LetterGuide(_Guided):
    """Letters drawn on the skin in random order, each turned as drawn; `times` is how many are drawn.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().protocol("graphaesthesia").guide.turns
    (0,)
    """

    kind: Literal["letters"]
    letters: tuple[Annotated[str, Field(pattern="^[A-Z]$")], ...] = Field(min_length=2)
    turns: tuple[Literal[0, 90, 180, 270], ...] = Field(default=(0,), min_length=1)
    choice: Cited

    @cached_property
    def own_fields(self) -> tuple[TrialField, ...]:
        """What is written down on the way and not scored."""
        return (_TIMES, _SHOWN, _SAID, _TURNED)


class CheckGuide(_Guided):
    """Named movements, each judged once: 1 where it was not controlled, 0 where it was.

    Examples
    --------
    >>> from backloop.library import Library
    >>> len(Library.packaged().protocol("luomajoki").guide.checks)
    6
    """

    kind: Literal["checklist"]
    checks: tuple[GuidePhase, ...] = Field(min_length=1)

    @property
    def phases(self) -> tuple[GuidePhase, ...]:
        """The movements, in their order."""
        return self.checks

    @cached_property
    def own_fields(self) -> tuple[TrialField, ...]:
        """What is written down on the way and not scored."""
        return ()


class TimerGuide(_Guided):
    """A trial with a clock: it counts up to what is written down, or down from `seconds` while something is counted.

    Examples
    --------
    >>> from backloop.library import Library
    >>> guide = Library.packaged().protocol("chair-stand-30s").guide
    >>> guide.counts, guide.seconds.value
    ('down', 30.0)
    """

    kind: Literal["timer"]
    counts: Literal["up", "down"]
    seconds: Sourced


class PressureGuide(_Guided):
    """Trials of pressure or pinpricks: `times` in each phase, `rest` seconds between, force rising by `rate`.

    ``by round`` does all phases once before any of them again. `rate` is in the field's unit a second. `pulses` are the
    equal pinpricks of a train and `per_second` their pace. What no source says stays empty and is the tester's own.

    Examples
    --------
    >>> from backloop.library import Library
    >>> guide = Library.packaged().protocol("ppt-lumbar").guide
    >>> guide.rest.value, guide.rest.reference
    (60.0, 'balaguier-2016')
    """

    kind: Literal["pressure"]
    series: tuple[GuidePhase, ...] = ()
    order: Literal["by phase", "by round"] = "by phase"
    rest: Sourced | None = None
    rate: Sourced | None = None
    pulses: Sourced | None = None
    per_second: Sourced | None = None

    @property
    def phases(self) -> tuple[GuidePhase, ...]:
        """The parts of the test, where it has any."""
        return self.series

    @cached_property
    def own_fields(self) -> tuple[TrialField, ...]:
        """What is written down on the way and not scored."""
        return (_TIMES, _REST, _AREA, _FORCE)


Guide = Annotated[
    TwoPointGuide | GridGuide | LetterGuide | CheckGuide | TimerGuide | PressureGuide,
    Field(discriminator="kind"),
]
"""Any way of leading a test, told apart by its ``kind``."""
