"""What every book has in common: an id, words in two languages, sources that say whether they were verified.

Decides the shared parts of the books; the books themselves are in `keys`, `assessments` and `care`.
"""

from typing import Annotated, Literal

from pydantic import Field

from backloop.units import Certainty, Frozen, Text

__all__ = ["Book", "BookId", "Cited", "Code", "EvidenceDirection", "Link", "Reference", "Threshold"]

BookId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
"""Lower-case words joined by hyphens; stable, never reused."""

EvidenceDirection = Literal["for", "against", "no difference", "conflicting"]
"""Which way evidence or a recommendation points; a field of its own, never folded into a grade."""

Link = Literal["shown", "supported", "hypothesis"]
"""How well a claimed mechanism of action is established."""


class Reference(Frozen):
    """One entry of ``references.bib``.

    Examples
    --------
    >>> Reference(key="bagg-2022", kind="article", title="Effect of …", authors="Bagg MK and others", year="2022").key
    'bagg-2022'
    """

    key: str
    kind: str
    title: str
    authors: str = ""
    year: str = ""
    venue: str = ""
    doi: str = ""
    note: str = ""


class Cited(Frozen):
    """A statement with its source and whether it was read there.

    Examples
    --------
    >>> Cited(reference="ostelo-2008", verified=True).verified
    True
    """

    reference: str
    verified: bool
    note: str = ""


class Threshold(Cited):
    """A number that separates, with the people and the language version it was found in.

    ``language`` is a BCP 47 tag of the questionnaire's version (``en``, ``zh-Hans``, ``it``) or ``any``.

    Examples
    --------
    >>> who = Text(en="105 adults with CLBP", zh="105例慢性腰痛成人")
    >>> Threshold(reference="hu-2022", verified=True, population=who, language="zh-Hans").language
    'zh-Hans'
    """

    population: Text
    language: str


class Code(Cited):
    """A code of a public terminology for an item or score.

    Examples
    --------
    >>> Code(system="loinc", code="72514-3", reference="loinc", verified=True).code
    '72514-3'
    """

    system: str
    code: str


class Book(Frozen):
    """A declaration on a shelf: stable id, version, title, summary and the date of its last review.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().instrument("rmdq").title.en
    'Roland-Morris Disability Questionnaire'
    """

    id: BookId
    version: str
    title: Text
    summary: Text
    certainty: Certainty = Certainty.UNRATED
