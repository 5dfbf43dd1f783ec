"""Citing: every source behind a book or noun, once, in order, with a mark where nobody read it."""

import pytest

from backloop.errors import UncitedClaim, UnknownBook
from backloop.library import Citations, Library, Reference, cite
from backloop.library.books import Cited
from backloop.measure import Because, Measures
from backloop.record import Session

LIBRARY = Library.packaged()
VISIT = Session(session_id="ses-01", order=1)


def _noun(*books: str) -> Measures:
    because = Because(edition="2026-11-22", software="0.1.0", books=books)
    return Measures(participant_id="sub-01", sessions=(VISIT,), because=because)


def _keys(citations: Citations) -> list[str]:
    return [reference.key for reference in citations.references]


def test_a_book_cites_each_source_once_in_order():
    """The first key of the book comes first; none comes twice."""
    keys = _keys(cite(LIBRARY.instrument("frebaq")))

    assert keys[:2] == ["wand-2014", "hu-2022"]
    assert len(keys) == len(set(keys))


def test_a_noun_cites_the_books_it_rests_on():
    """A noun without keys of its own still leads to the sources of its books."""
    assert _keys(cite(_noun("instruments/frebaq@1"))) == _keys(cite(LIBRARY.instrument("frebaq")))


def test_several_nouns_cite_together():
    """A sequence shares one list."""
    both = _keys(cite([Cited(reference="bagg-2022", verified=True), LIBRARY.instrument("frebaq")]))

    assert both[:2] == ["bagg-2022", "wand-2014"]


@pytest.mark.parametrize(
    ("marks", "unverified"),
    [([False], ("hu-2022",)), ([True], ()), ([False, True], ()), ([], ())],
)
def test_a_source_is_marked_where_no_use_was_read(marks, unverified):
    """One verified use is enough; no statement about it marks nothing."""
    uses = [Cited(reference="hu-2022", verified=mark) for mark in marks]

    assert unverified == cite(uses).unverified


def test_general_knowledge_is_always_marked():
    """The stand-in for a missing source is never shown as checked."""
    assert cite(Cited(reference="backloop-unverified", verified=True)).unverified == ("backloop-unverified",)


def test_the_list_is_numbered_and_complete():
    """Authors, title, journal, year and DOI stand in one line, with the mark at its end."""
    lines = str(cite([Cited(reference="bagg-2022", verified=True), Cited(reference="hu-2022", verified=False)])).split(
        "\n"
    )

    assert lines[0].startswith("1. Bagg MK, Wand BM, Cashin AG et al. Effect of graded sensorimotor retraining")
    assert lines[0].endswith("JAMA 2022. doi:10.1001/jama.2022.9930.")
    assert lines[1].startswith("2. ")
    assert lines[1].endswith("[not checked in the source]")


def test_a_chinese_title_stays_chinese():
    """Titles are never translated."""
    title = "慢性腰背痛的中枢调节机制及康复治疗"
    entry = Reference(key="zou", kind="article", title=title, authors="邹建鹏 and 郝世杰", year="2021")

    assert str(Citations(references=(entry,))) == f"1. 邹建鹏, 郝世杰. {title}. 2021."


def test_a_key_has_its_number():
    """Numbers count from one."""
    citations = cite(LIBRARY.instrument("frebaq"))

    assert citations.number("hu-2022") == 2
    assert len(citations) == len(citations.references)


def test_nothing_cites_nothing():
    """A noun without keys or books has an empty list."""
    assert str(cite(_noun())) == ""


def test_a_key_without_entry_is_an_error():
    """A source that the bibliography does not hold is named."""
    with pytest.raises(UncitedClaim, match="nobody-1900"):
        cite(Cited(reference="nobody-1900", verified=False))


def test_a_noun_of_another_library_is_an_error():
    """A book that is not on the shelf is not passed over."""
    with pytest.raises(UnknownBook, match="no book 'not-here'"):
        cite(_noun("instruments/not-here@1"))


def test_every_book_can_be_cited():
    """Every packaged book leads to at least one source."""
    books = [
        book for name in ("mechanisms", "interventions", "safety", "tasks") for book in LIBRARY.shelf(name).values()
    ]

    assert [] == [book.id for book in books if not cite(book).references]
