"""Numbering the sources of a letter in the order the reader meets them.

Decides numbers and marks; which statement cites what is said by the nouns.
"""

from collections import defaultdict

from backloop.errors import UncitedClaim
from backloop.library import Citations, Library

__all__ = ["Footnotes", "part_source"]


def part_source(told: str) -> tuple[str, str]:
    """Part a sentence from the key of its source, which stands in square brackets at its end.

    Parameters
    ----------
    told : str
        The sentence.

    Returns
    -------
    tuple of str
        The sentence without the key, and the key; an empty key where there is none.

    Examples
    --------
    >>> part_source("Nothing was found (101/84) [ta-dinh-2019]")
    ('Nothing was found (101/84)', 'ta-dinh-2019')
    """
    words, _, key = told.removesuffix("]").rpartition("[")
    return (words.rstrip(), key) if told.endswith("]") and words else (told, "")


class Footnotes:
    """The sources met so far, each with its number.

    Parameters
    ----------
    library : Library
        Where the keys are looked up.

    Examples
    --------
    >>> from backloop.library import Library
    >>> notes = Footnotes(Library.packaged())
    >>> notes.number("bagg-2022", verified=True), notes.number("bagg-2022"), len(notes.citations())
    (1, 1, 1)
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._uses: dict[str, list[bool]] = defaultdict(list)

    def number(self, key: str, *, verified: bool | None = None) -> int:
        """Give the number of a source, a new one where it is met for the first time.

        Raises
        ------
        UncitedClaim
            If the library does not hold the key.
        """
        if key not in self._library.references:
            message = f"'{key}' is not in references.bib; add the entry before a letter can cite it"
            raise UncitedClaim(message)
        self._uses[key] += [] if verified is None else [verified]
        return list(self._uses).index(key) + 1

    def citations(self) -> Citations:
        """Give the numbered list; a source is marked where every use of it here is unverified."""
        unverified = tuple(key for key, uses in self._uses.items() if uses and not any(uses))
        references = tuple(self._library.references[key] for key in self._uses)
        return Citations(references=references, unverified=unverified)
