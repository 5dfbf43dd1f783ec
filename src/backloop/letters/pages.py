"""Turning a template and a noun into one self-contained page.

Decides how a page is put together and that everything a person wrote is escaped; the templates decide the layout.
"""

from collections.abc import Iterable, Sequence
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from backloop.letters.footnotes import Footnotes, part_source
from backloop.letters.wording import Words, plain_name, read_words
from backloop.library import Instrument, Library, Urgency
from backloop.measure import Recorded
from backloop.plan import Alert
from backloop.recordings import Reading
from backloop.units import Language, Text

__all__ = ["PageTable", "render_page", "say_quality"]


class PageTable(NamedTuple):
    """A table as a page shows it; `is_prose` sets cells as words instead of numbers.

    Examples
    --------
    >>> PageTable(caption="Means", heads=("arm", "mean"), rows=[("care", "3.1")], foot="made up").is_prose
    False
    """

    caption: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    foot: str = ""
    is_prose: bool = False


def render_page(template: str, lang: Language, *, library: Library, **content: object) -> str:
    """Fill a template with words and nouns.

    Parameters
    ----------
    template : str
        The name of a template of this room.
    lang : str
        ``en`` or ``zh``.
    library : Library
        Where sources and the topics of questions are looked up.
    **content : object
        What the template asks for.

    Returns
    -------
    str
        One HTML document that needs nothing from outside.

    Examples
    --------
    >>> from backloop.library import Library
    >>> nothing = dict(measures=None, profile=None, plan=None, programme=None, course=None, pictures={})
    >>> page = render_page("patient.html", "en", library=Library.packaged(), person="sub-01", is_made_up=False,
    ...                    edition="2026-11-22", software="0.1.0", books=(), **nothing)
    >>> page.startswith("<!doctype html>")
    True
    """
    page = _environment(lang).get_template(template)
    lookups = {
        "topic": partial(_topic, library),
        "book_title": lambda book_id: library.find(book_id).title,
        "asked_plainly": partial(_asked_plainly, library),
        "plain_name": partial(plain_name, library=library),
    }
    return page.render(notes=Footnotes(library), **lookups, **content).strip() + "\n"


class _EscapingWords(Words):
    """The same words, with whatever fills a placeholder escaped once."""

    def __call__(self, key: str, **values: object) -> str:
        return escape(self.phrase(key)).format(**values)


@cache
def _environment(lang: Language) -> Environment:
    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = _EscapingWords(lang)
    environment.globals.update(words=words, lang=lang)
    environment.filters.update(
        say=words.say, number=words.number, average=words.average, interval=words.interval, unit=words.unit,
        ruler=words.ruler, figure=words.figure, deviation=words.deviation, part_source=part_source,
        quality=partial(say_quality, words),
        visit=words.visit, day=words.day, by_urgency=_by_urgency, flat=chain.from_iterable,
    )  # fmt: skip
    return environment


def say_quality(words: Words, recorded: Recorded | Reading) -> list[str]:
    """Say what was averaged and how good the recording was, as far as there are words for it."""
    known = [name for name in recorded.quality if f"quality.{name}" in read_words()]
    said = [words(f"quality.{name}", value=words.figure(recorded.quality[name])) for name in known]
    if recorded.n is None:
        return said
    return [words("recorded.counted", n=f"{recorded.n:,}", what=words(f"counted.{recorded.counted}")), *said]


def _by_urgency(alerts: Iterable[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda alert: get_args(Urgency).index(alert.urgency))


def _topic(library: Library, question: str) -> Text:
    """Say what a question asks about: an item's topic, or the title of the book that would answer."""
    book = library.find(question.partition("_")[0].partition(".")[0])
    items = book.items if isinstance(book, Instrument) else ()
    return next((item.topic for item in items if item.id == question), book.title)


def _asked_plainly(library: Library, questions: Iterable[str]) -> list[Text]:
    """Say once each what is still to be asked of the person; what a clinician examines is named as a whole."""
    books = {question: library.find(question.partition("_")[0].partition(".")[0]) for question in questions}
    examined = {question for question, book in books.items() if getattr(book, "domain", "").endswith("examination")}
    said = (books[each].title if each in examined else _topic(library, each) for each in books)
    return list(dict.fromkeys(said))
