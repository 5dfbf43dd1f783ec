"""What every assessment promises a made-up person: that they can answer it, and that the answers make a score."""

import pytest

from backloop.library import Library
from backloop.measure import score
from backloop.record import make_person

LIBRARY = Library.packaged()
ASKED = sorted(LIBRARY.shelf("instruments"))
TESTED = sorted(LIBRARY.shelf("protocols"))
LEFT_OPEN = {
    "psfs": {f"psfs_{number:02d}" for number in (7, 8, 9, 10)},  # three to five activities are named
    "treatment-decisions": {f"treatment-decisions_{number:02d}" for number in (1, 2, 3)},  # a clinician's own words
}


@pytest.mark.parametrize("book_id", ASKED)
def test_a_made_up_person_answers_every_item(book_id):
    """No item is beyond the made-up people."""
    person = make_person(seed=1, books=(book_id,))
    items = {item.id for item in LIBRARY.instrument(book_id).items}

    left_open = LEFT_OPEN.get(book_id, set())

    assert items - left_open <= {seen.item for seen in person.observations if seen.kind == "response"}


@pytest.mark.parametrize("book_id", [*ASKED, *TESTED])
def test_the_answers_make_every_score(book_id):
    """Each score of the book is there, on its scale, or absent with a reason."""
    measures = score(make_person(seed=1, books=(book_id,))).at("ses-w00")
    declared = [found.id for found in LIBRARY.find(book_id).scores]

    assert declared == [measure.id for measure in measures]
    assert [] == [each.id for each in measures if each.value is not None and not each.scale.holds(each.value)]
    assert any(each.value is not None for each in measures)


@pytest.mark.parametrize("book_id", TESTED)
def test_a_made_up_person_does_every_test(book_id):
    """Every field of a test is recorded for at least one trial."""
    person = make_person(seed=1, books=(book_id,))
    fields = {field.id for field in LIBRARY.protocol(book_id).fields}

    assert fields <= {seen.item for seen in person.observations if seen.kind == "trial"}
