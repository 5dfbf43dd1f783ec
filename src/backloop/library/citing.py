"""Which sources stand behind a book or a noun, as a numbered list.

Decides the order, the marks and the wording of a reference; it does not know what is claimed from it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from backloop.errors import UncitedClaim
from backloop.library.books import Reference
from backloop.library.shelves import Library, cited_keys
from backloop.units import Frozen

__all__ = ["Citations", "cite"]

_UNCHECKED = frozenset({"backloop-unverified"})
_BOOK_NAME = re.compile(r"^(?P<shelf>[a-z]+)/(?P<id>[a-z0-9-]+)(@.*)?$")


class Citations(Frozen):
    """The sources behind something, numbered from 1 in the order they are first used.

    ``unverified`` names the keys of which no use was read in the source itself.

    Examples
    --------
    >>> two = Citations(references=(Reference(key="x-2020", kind="article", title="A trial", year="2020"),))
    >>> print(two)
    1. A trial. 2020.
    """

    references: tuple[Reference, ...] = ()
    unverified: tuple[str, ...] = ()

    def number(self, key: str) -> int:
        """Give the place of a key in the list, from 1."""
        return 1 + [reference.key for reference in self.references].index(key)

    @staticmethod
    def line(reference: Reference) -> str:
        """Set one reference as a line: authors, title, where and when, DOI, note; Chinese titles stay Chinese."""
        names = reference.authors.strip("{}").replace(" and others", " et al").replace(" and ", ", ")
        where = " ".join(part for part in (reference.venue, reference.year) if part)
        doi = f"doi:{reference.doi}" if reference.doi else ""
        parts = [part.rstrip(".") for part in (names, reference.title, where, doi, reference.note) if part]
        return ". ".join(parts) + "."

    def __len__(self) -> int:
        return len(self.references)

    def __str__(self) -> str:
        marks = [
            " [not checked in the source]" if reference.key in self.unverified else "" for reference in self.references
        ]
        lines = [self.line(reference) + mark for reference, mark in zip(self.references, marks, strict=True)]
        return "\n".join(f"{place}. {line}" for place, line in enumerate(lines, start=1))


def cite(noun: BaseModel | Sequence[BaseModel], *, library: Library | None = None) -> Citations:
    """List the sources behind a book, a measure, a profile, a plan or any other noun.

    Parameters
    ----------
    noun : pydantic model, or a sequence of them
        A book of the library or any of the nouns. Where it says because of which books it was made, their sources
        follow its own.
    library : Library, optional
        Where the keys are looked up; the packaged library where not given.

    Returns
    -------
    Citations
        The sources in the order of first use, each once, with a mark where every use is unverified.

    Raises
    ------
    UncitedClaim
        If a key is not in the bibliography.
    UnknownBook
        If the noun rests on a book that the library does not hold.

    Examples
    --------
    >>> from backloop.library import Library
    >>> print(str(cite(Library.packaged().instrument("frebaq")))[:50])
    1. Wand BM et al. The Fremantle Back Awareness Que
    """
    library = library or Library.packaged()
    contents = [content for part in _parts(noun) for content in _contents(part, library)]
    keys = tuple(dict.fromkeys(cited_keys(contents)))
    unknown = sorted(key for key in keys if key not in library.references)
    if unknown:
        message = f"{', '.join(unknown)}: expected keys of references.bib, which does not hold them; add the entries"
        raise UncitedClaim(message)
    return Citations(
        references=tuple(library.references[key] for key in keys),
        unverified=tuple(key for key in keys if key in _never_verified(contents)),
    )


def _parts(noun: BaseModel | Sequence[BaseModel]) -> Sequence[BaseModel]:
    return [noun] if isinstance(noun, BaseModel) else noun


def _contents(noun: BaseModel, library: Library) -> Iterator[dict[str, Any]]:
    """Give a noun's own content, then that of the books it says it rests on."""
    yield noun.model_dump()
    for name in getattr(getattr(noun, "because", None), "books", ()):
        if match := _BOOK_NAME.match(name):
            yield library.shelf(match["shelf"])[match["id"]].model_dump()


def _never_verified(contents: object) -> frozenset[str]:
    """Name the keys that some use marks as unverified and none as verified."""
    marks: dict[str, list[bool]] = defaultdict(list)
    for key, verified in _marks(contents):
        marks[key].append(verified)
    return _UNCHECKED | {key for key, seen in marks.items() if not any(seen)}


def _marks(thing: object) -> Iterator[tuple[str, bool]]:
    if isinstance(thing, Mapping):
        if isinstance(thing.get("reference"), str) and isinstance(thing.get("verified"), bool):
            yield thing["reference"], thing["verified"]
        for value in thing.values():
            yield from _marks(value)
    elif isinstance(thing, (list, tuple)):
        for value in thing:
            yield from _marks(value)
