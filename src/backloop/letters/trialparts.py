"""The parts of a page about a trial: lines, pictures, tables and notes under one heading.

Decides what a part holds; which parts there are is decided by the pages.
"""

from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

from backloop.letters.pages import PageTable
from backloop.letters.wording import Words

__all__ = ["PagePart", "PagePicture", "as_svg", "lay_part"]


class PagePicture(NamedTuple):
    """A picture with what it shows.

    Examples
    --------
    >>> PagePicture(as_svg("<svg/>"), "nothing").caption
    'nothing'
    """

    svg: Markup
    caption: str


class PagePart(NamedTuple):
    """One heading of a page and what stands below it.

    Examples
    --------
    >>> lay_part("flow", Words("en")).title
    'Flow of people'
    """

    id: str
    title: str
    lines: list[str]
    pictures: list[PagePicture]
    tables: list[PageTable]
    notes: list[str]


def lay_part(
    name: str,
    words: Words,
    *,
    lines: Iterable[str] = (),
    pictures: Iterable[PagePicture] = (),
    tables: Iterable[PageTable] = (),
    notes: Iterable[str] = (),
) -> PagePart:
    """Put a part together under its heading."""
    return PagePart(name, words(f"trial.{name}"), list(lines), list(pictures), list(tables), list(notes))


def as_svg(picture: str) -> Markup:
    """Take one of our own drawings as it is."""
    return Markup(picture)  # noqa: S704 - our own SVG
