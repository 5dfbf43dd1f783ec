"""Quantities, scales and ranges, intervals, words in two languages, reasons for absence.

Decides what a number of backloop carries with it; it does not know any instrument or person.
"""

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backloop.errors import UnitMismatch

__all__ = ["Absent", "Better", "Certainty", "Frozen", "Interval", "Language", "Scale", "Text", "convert"]

Better = Literal["low", "high", "neither"]
"""Which end of a scale is good for the person."""

Language = Literal["en", "zh"]
"""The two languages of every text: English and simplified Chinese."""

# Each unit as (dimension, factor to the dimension's own unit).
# 1 kgf = 9.80665 N and 1 lbf = 4.4482216 N, both exact by definition.
_UNITS: dict[str, tuple[str, float]] = {
    "kPa": ("pressure", 1.0),
    "kgf/cm2": ("pressure", 98.0665),
    "lb/cm2": ("pressure", 44.482216152605),
    "N/cm2": ("pressure", 10.0),
    "mm": ("length", 1.0),
    "cm": ("length", 10.0),
    "in": ("length", 25.4),
    "s": ("time", 1.0),
    "ms": ("time", 0.001),
    "min": ("time", 60.0),
    "h": ("time", 3600.0),
    "%": ("proportion", 1.0),
    "fraction": ("proportion", 100.0),
}


class Frozen(BaseModel):
    """A thing that never changes after it is made and accepts no unknown field.

    Examples
    --------
    >>> Interval(low=1.0, high=2.0).model_dump()
    {'low': 1.0, 'high': 2.0, 'level': 0.95}
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Text(Frozen):
    """The same words in English and simplified Chinese.

    Examples
    --------
    >>> Text(en="pain", zh="疼痛").say("zh")
    '疼痛'
    """

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    def say(self, lang: Language) -> str:
        """Give the words in one language."""
        return self.zh if lang == "zh" else self.en


class Interval(Frozen):
    """A range that a number is believed to lie in, with its level (0 to 1).

    Examples
    --------
    >>> Interval(low=-1.5, high=-0.4).level
    0.95
    """

    low: float
    high: float
    level: float = Field(default=0.95, gt=0, lt=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            message = f"an interval runs from low to high, not from {self.low} to {self.high}"
            raise ValueError(message)
        return self


class Scale(Frozen):
    """The ruler a number was read from: its ends, unit, good direction and version.

    Two numbers may be compared only when `agrees_with` says so.

    Examples
    --------
    >>> short = Scale(low=0, high=27, better="low")
    >>> short.agrees_with(Scale(low=0, high=36, better="low"))
    False
    """

    low: float | None = None
    high: float | None = None
    unit: str = "points"
    better: Better
    version: str = ""

    def agrees_with(self, other: "Scale") -> bool:
        """Say whether two numbers on these scales may be compared."""
        return self == other

    def holds(self, value: float) -> bool:
        """Say whether a value lies between the ends (an open end holds everything)."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def clip(self, value: float) -> float:
        """Move a value to the nearest point between the ends."""
        if self.low is not None:
            value = max(value, self.low)
        return value if self.high is None else min(value, self.high)


class Certainty(StrEnum):
    """How sure a body of evidence is, in GRADE's words; *unrated* where nobody rated it.

    Examples
    --------
    >>> Certainty("very low").text.zh
    '极低'
    """

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very low"
    UNRATED = "unrated"

    @property
    def text(self) -> Text:
        """The grade in both languages."""
        chinese = {"high": "高", "moderate": "中等", "low": "低", "very low": "极低", "unrated": "未评级"}
        return Text(en=self.value, zh=chinese[self.value])


class Absent(StrEnum):
    """Why a value is not there.

    Examples
    --------
    >>> Absent.TOO_MANY_MISSING.text.en
    'too many items are missing to score'
    """

    NOT_ASKED = "not asked"
    DECLINED = "declined"
    NOT_APPLICABLE = "not applicable"
    TOO_MANY_MISSING = "too many missing"
    UNDEFINED = "undefined"
    UNKNOWN_SCALE = "unknown scale"
    ARTEFACT = "artefact"
    NOT_REACHED = "not reached"

    @property
    def text(self) -> Text:
        """The reason as words for a reader."""
        return _ABSENT_TEXTS[self]


_ABSENT_TEXTS = {
    Absent.NOT_ASKED: Text(en="not asked or not measured", zh="未询问或未测量"),
    Absent.DECLINED: Text(en="the person preferred not to answer", zh="本人选择不作答"),
    Absent.NOT_APPLICABLE: Text(en="does not apply to this person", zh="不适用于此人"),
    Absent.TOO_MANY_MISSING: Text(en="too many items are missing to score", zh="缺失条目过多，无法计分"),
    Absent.UNDEFINED: Text(en="cannot be computed (division by zero)", zh="无法计算（除数为零）"),
    Absent.UNKNOWN_SCALE: Text(en="reported on a scale that is not known", zh="所报分数的量尺未知"),
    Absent.ARTEFACT: Text(en="measured, but not usable", zh="已测量，但数据不可用"),
    Absent.NOT_REACHED: Text(en="not reached within the device's range", zh="在设备量程内未达到"),
}


def convert(value: float, unit: str, to: str) -> float:
    """Express a quantity in another unit of the same dimension.

    Parameters
    ----------
    value : float
        The quantity, in `unit`.
    unit, to : str
        One of kPa, kgf/cm2, lb/cm2, N/cm2; mm, cm, in; s, ms, min, h; %, fraction.

    Returns
    -------
    float
        The same quantity, in `to`.

    Raises
    ------
    UnitMismatch
        If a unit is unknown or the two differ in dimension. A force (N, kgf, lb) is not a pressure: it needs the
        area of the probe.

    Examples
    --------
    >>> round(convert(5.9, "lb/cm2", "kPa"))
    262
    """
    if unit == to:
        return value
    for name in (unit, to):
        if name not in _UNITS:
            known = ", ".join(_UNITS)
            message = f"unknown unit '{name}'; expected one of {known} (a force in N, kgf or lb needs its probe area)"
            raise UnitMismatch(message)
    (dimension, factor), (wanted, divisor) = _UNITS[unit], _UNITS[to]
    if dimension != wanted:
        message = f"'{unit}' is a {dimension} and '{to}' a {wanted}; give the value in a unit of {wanted}"
        raise UnitMismatch(message)
    return value * factor / divisor
