"""The letters' own words in English and Chinese, and how numbers, dates and visits are written in each.

Decides the words around the books' words; what is said about a person comes from the nouns.
"""

import datetime as dt
import tomllib
from functools import cache
from math import floor, log10
from pathlib import Path

from backloop.library import Library
from backloop.plan import Target
from backloop.profile import Support
from backloop.record import Session
from backloop.units import Interval, Language, Scale, Text

__all__ = ["Words", "plain_name", "read_words"]

_SOURCE = Path(__file__).parent / "words.toml"


@cache
def read_words() -> dict[str, Text]:
    """Read every phrase of the letters by its dotted key.

    Returns
    -------
    dict of str to Text
        The phrases of ``words.toml``; named placeholders stand in braces.

    Examples
    --------
    >>> read_words()["direction.against"].zh
    '反对'
    """
    tables = tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
    return {f"{table}.{key}": Text(**entry) for table, entries in tables.items() for key, entry in entries.items()}


def plain_name(thing: Support | Target, library: Library) -> Text:
    """Give a mechanism's name for the person concerned; its title where the book has no plainer one.

    Parameters
    ----------
    thing : Support or Target
        What names the mechanism.
    library : Library
        Where its book stands.

    Returns
    -------
    Text
        The name.

    Examples
    --------
    >>> aim = Target(mechanism="cortical-map", title=Text(en="map", zh="地图"), verdict="possible", link="hypothesis")
    >>> plain_name(aim, Library.packaged()).en
    'A blurred map of the back'
    """
    return library.mechanism(thing.mechanism).plain_title or thing.title


class Words:
    """The words of one language; call it with a key and the values of the phrase's placeholders.

    Parameters
    ----------
    lang : str
        ``en`` or ``zh``.

    Examples
    --------
    >>> Words("en")("time.week", week=6)
    'week 6'
    """

    def __init__(self, lang: Language) -> None:
        self.lang = lang

    def __call__(self, key: str, **values: object) -> str:
        """Give a phrase with its placeholders filled."""
        return self.phrase(key).format_map(values)

    def phrase(self, key: str) -> str:
        """Give a phrase as it stands, with its placeholders."""
        return read_words()[key].say(self.lang)

    def say(self, text: Text) -> str:
        """Give a text of the books or nouns in this language."""
        return text.say(self.lang)

    def number(self, value: float, *, is_change: bool = False) -> str:
        """Write a number with as many decimals as it needs, a true minus, and a plus where it is a change."""
        decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2  # noqa: PLR2004
        written = f"{value:+.{decimals}f}" if is_change and value else f"{value:.{decimals}f}"
        return (written.rstrip("0").rstrip(".") if decimals else written).replace("-", "\N{MINUS SIGN}")

    def average(self, value: float) -> str:
        """Write a mean or standard deviation with two decimals, as trials print them."""
        return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")

    def figure(self, value: float) -> str:
        """Write a number read from a recording with three figures that count, a whole one without decimals."""
        decimals = 0 if float(value).is_integer() else max(0, 2 - floor(log10(abs(value))))
        return f"{value:.{decimals}f}".replace("-", "\N{MINUS SIGN}")

    def deviation(self, z: float) -> str:
        """Write a deviation in SD with its sign and one decimal."""
        return f"{round(z, 1) + 0.0:+.1f}".replace("-", "\N{MINUS SIGN}")

    def interval(self, interval: Interval, *, is_change: bool = False) -> str:
        """Write a range as low to high."""
        low, high = (self.number(end, is_change=is_change) for end in (interval.low, interval.high))
        return self("number.range", low=low, high=high)

    def unit(self, unit: str) -> str:
        """Write a unit; symbols stay as they are."""
        return self(f"unit.{unit}") if f"unit.{unit}" in read_words() else unit

    def ruler(self, scale: Scale) -> str:
        """Write a scale in words: its ends, unit and good direction."""
        ends = {name: self.number(end) for name in ("low", "high") if (end := getattr(scale, name)) is not None}
        kind = {2: "number.ends", 1: f"number.only-{next(iter(ends), '')}", 0: "number.open"}[len(ends)]
        reach = self(kind, **ends, unit=self.unit(scale.unit))
        return self("number.ruler", reach=reach, better=self(f"better.{scale.better}"))

    def visit(self, session: Session) -> str:
        """Name a visit by its label, its week or its place in time."""
        if session.label:
            return session.label
        if session.week is None:
            return self("time.visit", order=session.order)
        return self("time.week", week=self.number(session.week)) if session.week else self("time.start")

    def day(self, date: dt.date) -> str:
        """Write a date."""
        if self.lang == "zh":
            return f"{date.year}年{date.month}月{date.day}日"
        return f"{date.day} {date:%b} {date.year}"
