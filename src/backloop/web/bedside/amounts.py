"""Numbers as a tester types them: units of pressure and of force, ranges, and words for what does not fit.

Decides whether a typed value fits a field; what it is worth is the core's.
"""

import math
import unicodedata

from backloop.errors import UnitMismatch
from backloop.library import TrialField
from backloop.measure import pressure_of_force, unit_of_force
from backloop.units import Text, convert

__all__ = ["FORCES", "Misread", "expected_words", "read_amount"]

FORCES = ("N", "kgf", "lb")
"""Units of force, which become a pressure by the probe's area."""


_AREA = Text(
    en="A force needs the area of the probe: enter it at the start of the test.",
    zh="力值须有探头面积才能换算：请在测试开始页填写。",
)


class Misread(ValueError):
    """An answer that does not fit its step; says what would."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def read_amount(raw: str, field: TrialField, unit: str, *, area: float | None = None) -> float:
    """Read a number that fits a field.

    Parameters
    ----------
    raw : str
        As typed; full-width digits and a comma for a point are understood.
    field : TrialField
        Its unit and range.
    unit : str
        The unit it was read in, of pressure or of force.
    area : float, optional
        Of the probe in cm2, for a force.

    Returns
    -------
    float
        In `unit`; a force as the pressure it makes.

    Raises
    ------
    Misread
        If it is no number, off the range or in a unit the field does not accept.
    """
    if unit in FORCES and area is None:
        raise Misread(_AREA)
    if unit_of_force(unit) not in {field.unit, *field.accepts}:
        raise Misread(expected_words(field))
    try:
        number = float(unicodedata.normalize("NFKC", raw).strip().replace(",", "."))
        value = pressure_of_force(number, unit, area) if unit in FORCES else number
        plain = convert(value, unit_of_force(unit), field.unit)
    except (ValueError, UnitMismatch) as error:
        raise Misread(expected_words(field)) from error
    is_off = (field.low is not None and plain < field.low) or (field.high is not None and plain > field.high)
    if not math.isfinite(plain) or is_off or (field.whole and plain != int(plain)):
        raise Misread(expected_words(field))
    return int(value) if field.whole else value


def expected_words(field: TrialField) -> Text:
    """Say what a field takes.

    Parameters
    ----------
    field : TrialField
        Its range and units.

    Returns
    -------
    Text

    Examples
    --------
    >>> expected_words(TrialField(id="count", title=Text(en="count", zh="次数"), unit="", low=0, whole=True)).en
    'Expected a whole number of 0 or more.'
    """
    units = ", ".join(field.accepts or ([field.unit] if field.unit else []))
    low, high = ("" if end is None else f"{end:g}" for end in (field.low, field.high))
    english, chinese = ("a whole number", "整数") if field.whole else ("a number", "数值")
    if low and high:
        english, chinese = f"{english} from {low} to {high}", f"{chinese}，范围 {low} 至 {high}"
    elif low:
        english, chinese = f"{english} of {low} or more", f"{chinese}，不小于 {low}"
    if units:
        english, chinese = f"{english} ({units})", f"{chinese}（{units}）"
    return Text(en=f"Expected {english}.", zh=f"请输入{chinese}。")
