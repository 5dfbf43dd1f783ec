"""What the books accept as an answer, a trial's field, a reported score or a fact about a person.

Decides whether one cell's text is a value of the thing it stands for, and how to say why not; it reads no file.
"""

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from backloop.errors import UnknownBook
from backloop.library import Instrument, Item, Library, Marker, Score, TrialField, accepted
from backloop.record.cells import read_cell, read_sex, read_words
from backloop.record.records import Observation, Value
from backloop.units import Absent, Scale, Text, convert

__all__ = ["Refusal", "Target", "accept_attribute", "find_target", "require_target", "trial_target"]

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_COMMA = re.compile(r"[-+]?\d+,\d+")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_DATE = re.compile(
    r"\d{1,2}[-/ ]?[A-Za-z]{3,9}([-/ ]\d{2,4})?|[A-Za-z]{3,9}[-/ ]\d{1,4}|\d{1,4}[-/]\d{1,2}([-/]\d{1,4})?( .*)?"
    r"|(\d{4}年)?\d{1,2}月(\d{1,2}日)?"
)
_SERIAL_DAYS = (30_000, 60_000)
_NOUNS = {
    "code": Text(en="a whole number", zh="整数"),
    "number": Text(en="a number", zh="数值"),
    "clock": Text(en="a time such as 22:30 or hours", zh="小时数（或如 22:30 的时间）"),
}
_A_SCALE = Text(en="a declared scale", zh="已声明的量尺")
_FRACTION = Text(
    en="this is a fraction; correct the cell, or read a mean as a score",
    zh="此处为小数；请更正该单元格，若为均值请按分数读取",
)


class Refusal(NamedTuple):
    """Why a cell was refused: what was expected and what to do, in both languages, never what came.

    Examples
    --------
    >>> correct = Text(en="correct the cell", zh="请更正该单元格")
    >>> Refusal(Text(en="a whole number 0-4", zh="0-4 的整数"), correct).expected.zh
    '0-4 的整数'
    """

    expected: Text
    todo: Text
    column: str = ""


_SEX = Refusal(
    Text(en="female, male or other", zh="女、男或其他"),
    Text(
        en="name the codes, for example values = { '1' = 'male', '2' = 'female' }",
        zh="请说明编码含义，例如 values = { '1' = 'male', '2' = 'female' }",
    ),
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a column stands for: one item, score or trial field of a book, and what it accepts.

    `unit` is the book's unit and `entered` the unit of the cells. With `keeps_unit` (always so for a trial) number and
    unit are written down as entered, otherwise the number is converted to the book's unit. `rulers` are the scales a
    score circulates on, the book's own first; with more than one, a score without a stated `scale` cannot be read.

    Examples
    --------
    >>> find_target("frebaq_01", Library.packaged()).accept("4")
    4
    """

    kind: Literal["response", "trial", "score"]
    book: str
    item: str
    form: Literal["code", "number", "clock", "text"] = "number"
    low: float | None = None
    high: float | None = None
    unit: str = ""
    entered: str = ""
    keeps_unit: bool = False
    scale: Scale | None = None
    rulers: tuple[Scale, ...] = ()
    trial: int | None = None
    phase: str = ""
    site: str = ""

    def accept(self, text: str, *, decimal: str = ".") -> Value | Refusal:
        """Give the value that a cell's text means here, or the reason why it means none."""
        if self.form == "text":
            return read_words(text)
        plain = unicodedata.normalize("NFKC", text).strip()
        clock = _CLOCK.fullmatch(plain)
        if self.form == "clock" and clock:
            return int(clock[1]) + int(clock[2]) / 60
        if decimal == ",":
            plain = plain.replace(",", ".")
        if not _NUMBER.fullmatch(plain):
            return Refusal(self.expected, _advise(plain))
        return self._accept_number(float(plain))

    def observe(self, session_id: str, value: Value | None, *, absent: Absent | None = None) -> Observation:
        """Write down a value, or its absence, at one visit."""
        return Observation(
            session_id=session_id,
            kind=self.kind,
            book=self.book,
            item=self.item,
            value=value,
            absent=absent,
            unit=self.entered if self.keeps_unit else "",
            trial=self.trial,
            phase=self.phase,
            site=self.site,
            scale=self.scale,
        )

    def on(self, scale: Scale | None) -> "Target":
        """Give the same score read from another ruler, with that ruler's ends."""
        if scale is None:
            return replace(self, scale=None)
        return replace(self, scale=scale, low=scale.low, high=scale.high)

    def ruler(self, low: float | None, high: float | None, version: str = "") -> Scale | None:
        """Find the scale with these ends among those the score circulates on; None where it is not one of them."""
        fits = [known for known in self.rulers if (known.low, known.high) == (low, high)]
        fits = [known for known in fits if not version or known.version == version]
        return fits[0] if len(fits) == 1 else None

    @property
    def known_rulers(self) -> Text:
        """The scales the score circulates on, in words."""
        said = [_say_ruler(known) for known in self.rulers]
        return Text(en=" or ".join(one.en for one in said), zh=" 或 ".join(one.zh for one in said))

    def unruled(self, todo: Text, *, name: str = "") -> Refusal:
        """Refuse the score, called by its name where one is given, because it could be of one scale or of another."""
        known, en, zh = self.known_rulers, f"'{name}'" if name else "it", f"“{name}”" if name else "该分数"
        return Refusal(
            _A_SCALE, Text(en=f"{en} circulates on {known.en}; {todo.en}", zh=f"{zh}通行的量尺为 {known.zh}；{todo.zh}")
        )

    def at(self, trial: int | None, *, phase: str, site: str) -> "Target":
        """Give the same field in one trial, phase and site of the test."""
        return replace(self, trial=trial, phase=phase, site=site)

    def in_unit(self, entered: str, *, keeps_unit: bool = False) -> "Target":
        """Give the same target with cells in another unit, which must be of the same dimension."""
        if entered and self.unit:
            convert(1.0, entered, self.unit)
        return replace(self, entered=entered, keeps_unit=keeps_unit or self.keeps_unit)

    @property
    def expected(self) -> Text:
        """What the cells must hold, in words."""
        if self.form == "text":
            return Text(en="words", zh="文字")
        noun, unit = _NOUNS[self.form], "" if self.unit == "points" else self.unit
        ends = _say_range(self.low, self.high)
        version = self.scale.version if self.scale else ""
        return Text(
            en=" ".join(filter(None, (noun.en, ends[0], unit))) + (f" (version '{version}')" if version else ""),
            zh=_expect_in_chinese(noun.zh, ends[1], unit) + (f"（版本“{version}”）" if version else ""),
        )

    def _accept_number(self, entered: float) -> Value | Refusal:
        number = convert(entered, self.entered, self.unit) if self.entered and self.unit else entered
        if self.form == "code" and not number.is_integer():
            return Refusal(self.expected, _FRACTION)
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            return Refusal(self.expected, _advise_range(number))
        kept = entered if self.keeps_unit else number
        return int(kept) if kept.is_integer() else kept


def find_target(name: str, library: Library) -> Target | None:
    """Find the item or score that a column's name means: ``frebaq_03``, ``pcs``, ``pcs.rumination``.

    Parameters
    ----------
    name : str
        A column's name.
    library : Library
        The books.

    Returns
    -------
    Target or None
        None where no book has such an item or score.

    Examples
    --------
    >>> find_target("frebaq", Library.packaged()).high, find_target("weather", Library.packaged())
    (36.0, None)
    """
    stem, _, number = name.rpartition("_")
    if number.isdigit() and stem in library.shelf("instruments"):
        instrument = library.instrument(stem)
        return next((_of_item(instrument, item) for item in instrument.items if item.id == name), None)
    stem = name.partition(".")[0]
    for shelf in ("instruments", "protocols"):
        if stem in library.shelf(shelf):
            scores: tuple[Score, ...] = library.shelf(shelf)[stem].scores
            return next((_of_score(stem, score) for score in scores if score.id == name), None)
    return _of_marker(library.marker(name)) if name in library.shelf("markers") else None


def require_target(name: str, library: Library) -> Target:
    """Find the item or score of a name, or say which name comes nearest.

    Parameters
    ----------
    name : str
        An item's or score's id.
    library : Library
        The books.

    Returns
    -------
    Target
        What the id stands for.

    Raises
    ------
    UnknownBook
        If there is no such instrument, test or marker, or it has no such item or score.

    Examples
    --------
    >>> require_target("frebaq_10", Library.packaged())
    Traceback (most recent call last):
    backloop.errors.UnknownBook: 'frebaq' has no 'frebaq_10'; it has frebaq_01 to frebaq_09 and the scores frebaq
    """
    target = find_target(name, library)
    if target is not None:
        return target
    stem, _, number = name.rpartition("_")
    book = library.find(stem if number.isdigit() else name.partition(".")[0])
    items = [item.id for item in getattr(book, "items", ())]
    held = f"{items[0]} to {items[-1]} and " if items else ""
    scores = ", ".join(score.id for score in getattr(book, "scores", ())) or book.id
    message = f"'{book.id}' has no '{name}'; it has {held}the scores {scores}"
    raise UnknownBook(message)


def trial_target(protocol: str, field: str, library: Library) -> Target:
    """Find one field of a test's trials.

    Parameters
    ----------
    protocol, field : str
        The ids of a sensory or movement test and of something it writes down per trial.
    library : Library
        The books.

    Returns
    -------
    Target
        What a cell of that field accepts, in the book's unit.

    Raises
    ------
    UnknownBook
        If there is no such test, or it has no such field.

    Examples
    --------
    >>> trial_target("two-point-lumbar", "distance", Library.packaged()).unit
    'mm'
    """
    book = library.protocol(protocol)
    for known in book.written:
        if known.id == field:
            return _of_field(protocol, known)
    message = f"the test '{protocol}' has no field '{field}'; it has {', '.join(known.id for known in book.written)}"
    raise UnknownBook(message)


def accept_attribute(name: str, text: str, *, decimal: str = ".") -> Value | Refusal:
    """Give the value of a fact about a person: ``age`` in years, ``sex``, ``language``, or anything else as it is.

    Parameters
    ----------
    name : str
        The attribute.
    text : str
        The cell.
    decimal : str
        The decimal sign of the table.

    Returns
    -------
    int, float, str or Refusal
        Age 0 to 120; sex as female, male or other.

    Examples
    --------
    >>> accept_attribute("sex", "女"), accept_attribute("age", "46")
    ('female', 46)
    """
    if name == "sex":
        return read_sex(text) or _SEX
    if name == "age":
        years = Target(kind="score", book="", item="age", low=0, high=120, unit="years")
        return years.accept(text, decimal=decimal)
    if name == "language":
        return read_words(text)
    value = read_cell(text)
    if isinstance(value, str) and decimal == "," and _COMMA.fullmatch(value):
        return float(value.replace(",", "."))
    return "" if value is None else value


def _of_item(instrument: Instrument, item: Item) -> Target:
    limits, form = accepted(item, instrument.answers), item.kind
    if form in ("code", "number"):
        form = "code" if limits.is_whole else "number"
    low, high = (end if math.isfinite(end) else None for end in (limits.low, limits.high))
    return Target("response", instrument.id, item.id, form=form, low=low, high=high, unit=item.unit)


def _of_score(book: str, score: Score) -> Target:
    rulers = (score.scale, *(other.scale for other in score.other_scales))
    return Target("score", book, score.id, unit=score.scale.unit, rulers=rulers).on(score.scale)


def _of_marker(marker: Marker) -> Target:
    return Target("score", marker.id, marker.id, unit=marker.scale.unit, rulers=(marker.scale,)).on(marker.scale)


def _of_field(protocol: str, field: TrialField) -> Target:
    form: Literal["code", "number"] = "code" if field.whole else "number"
    unit = field.unit
    return Target(
        "trial", protocol, field.id, form=form, low=field.low, high=field.high, unit=unit, entered=unit, keeps_unit=True
    )


def _say_range(low: float | None, high: float | None) -> tuple[str, str]:
    """Say a range in English and in Chinese."""
    if low is None:
        return "", ""
    return (f"from {low:g}", f"不小于 {low:g}") if high is None else (f"{low:g}-{high:g}",) * 2


def _expect_in_chinese(noun: str, ends: str, unit: str) -> str:
    """Set range and unit before the noun: 0-1440 min/day 的数值."""
    unit = "岁" if unit == "years" else unit
    if not ends:
        return f"以 {unit} 为单位的{noun}" if unit else noun
    return " ".join(filter(None, (ends, unit, f"的{noun}")))


def _say_ruler(scale: Scale) -> Text:
    ends = "" if scale.low is None or scale.high is None else f"{scale.low:g}-{scale.high:g}"
    return Text(
        en=(ends or "open ends") + (f" (version '{scale.version}')" if scale.version else ""),
        zh=(ends or "无上下限") + (f"（版本“{scale.version}”）" if scale.version else ""),
    )


def _advise(text: str) -> Text:
    """Say what to do about a cell that is no number."""
    if _COMMA.fullmatch(text):
        return Text(
            en="the cell has a decimal comma; write a point, or set decimal = ',' under [table] of the mapping",
            zh="该单元格以逗号作小数点；请改用小数点，或在映射文件的 [table] 下设 decimal = ','",
        )
    if _DATE.fullmatch(text):
        return Text(
            en="this looks like a date made by a spreadsheet; look the answer up and enter it as text",
            zh="疑为电子表格自动转换的日期；请核对原始作答，并以文本格式录入",
        )
    return Text(
        en="this is not a number; correct the cell, or say in the mapping what it means (values, missing)",
        zh="此处不是数字；请更正该单元格，或在映射文件中说明其含义（values、missing）",
    )


def _advise_range(number: float) -> Text:
    """Say what to do about a number outside the range."""
    if number.is_integer() and _SERIAL_DAYS[0] <= number <= _SERIAL_DAYS[1]:
        en = "this looks like a date made by a spreadsheet (a count of days); look the answer up and enter it as text"
        return Text(en=en, zh="疑为电子表格自动转换的日期（天数序号）；请核对原始作答，并以文本格式录入")
    if number < 0:
        return Text(
            en="a negative number often stands for a missing answer; if so, name it under missing in the mapping",
            zh="负数常用于表示缺失作答；如确为缺失，请在映射文件的 missing 中列出该值",
        )
    return Text(
        en="the number is out of range; correct the cell, or say in the mapping what the code means",
        zh="数值超出范围；请更正该单元格，或在映射文件中说明该编码的含义",
    )
