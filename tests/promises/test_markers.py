"""What every brain marker promises: a definition, evidence with a direction, conflicts in the open."""

import pytest

from backloop.library import Library, Marker

LIBRARY = Library.packaged()
SHELF = LIBRARY.shelf("markers")


@pytest.fixture(params=sorted(SHELF))
def book(request) -> Marker:
    """Open one marker after the other."""
    return SHELF[request.param]


def test_the_definition_can_be_followed(book):
    """A marker says what is computed, and in which unit."""
    assert len(book.definition.en.split()) > 8
    assert book.scale.unit


def test_studies_that_disagree_are_called_conflicting(book):
    """Where one study speaks for a claim and another does not agree with it, the marker is conflicting."""
    speaking = {row.reference for row in book.evidence if row.direction == "for"}
    contradicting = {row.reference for row in book.evidence if row.direction in {"against", "conflicting"}}

    assert book.is_conflicting or not speaking or contradicting <= speaking


def test_a_conflict_is_told_with_what_speaks_otherwise(book):
    """A marker is not called conflicting on good news alone."""
    assert not book.is_conflicting or {row.direction for row in book.evidence} != {"for"}


def test_every_finding_names_its_study(book):
    """A finding has words, a direction and a source."""
    assert [] == [row for row in book.evidence if row.reference in {"backloop-convention", "backloop-unverified"}]


def test_no_marker_is_of_high_certainty(book):
    """No brain marker is a test of a person; none may look like one."""
    assert book.certainty not in {"high", "moderate"}


def test_a_marker_is_used_by_a_mechanism(book):
    """A marker on the shelf informs something, or it would only be a burden."""
    sources = {clue.source for mechanism in LIBRARY.shelf("mechanisms").values() for clue in mechanism.clues}

    assert book.id in sources


def test_findings_of_one_sex_name_their_study_and_are_not_taken_for_read(book):
    """What was found in one sex has words and a source; none was read whole."""
    for row in book.sex_findings:
        assert row.reference in LIBRARY.references
        assert (row.verified, bool(row.note)) == (False, True)


def test_alpha_power_is_conflicting():
    """The review says lower; a study in this population found it higher, the largest data sets nothing."""
    assert SHELF["eeg-alpha-power"].is_conflicting
