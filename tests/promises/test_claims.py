"""What the books of checked claims promise: both sides are told, sources exist, and nothing unread counts as read."""

import pytest

from backloop.library import ClaimCheck, Library

LIBRARY = Library.packaged()
CHECKS = [check for review in LIBRARY.shelf("claims").values() for check in review.checks]
OWN = {"backloop-convention", "backloop-unverified"}


@pytest.fixture(params=CHECKS, ids=lambda check: check.id)
def check(request) -> ClaimCheck:
    """Take one claim after the other."""
    return request.param


def _consensus(book_id: str) -> str:
    (line,) = (line for line in LIBRARY.intervention(book_id).guidelines if line.body == "LAC2")
    return line.direction


def test_both_sides_are_told(check):
    """A claim stands beside what its source says and what follows, in three different wordings and two languages."""
    sides = (check.claim, check.source_says, check.consequence)

    assert 3 == len({side.en for side in sides}) == len({side.zh for side in sides})
    assert all(side.en.strip() and side.zh.strip() for side in sides)


def test_both_sides_have_sources_that_exist(check):
    """Where a claim was made, and what it was held against, stand in the bibliography and are not the same."""
    assert {check.claimed_in, check.reference} <= set(LIBRARY.references)
    assert check.claimed_in != check.reference


def test_an_unread_source_is_never_verified(check):
    """Our own rules were read nowhere, and what was not found was not read; whatever was not read says why."""
    unread = check.reference in OWN or check.verdict == "not found"

    assert not (unread and check.verified)
    assert check.verified or check.note


def test_a_reversal_rests_on_a_source_that_was_read(check):
    """Nobody is said to have turned a source round by somebody who has not seen it."""
    assert check.verified or check.verdict != "reversed"


def test_claims_have_ids_of_their_own():
    """Every claim can be pointed at."""
    ids = [check.id for check in CHECKS]

    assert sorted(set(ids)) == sorted(ids)


def test_sources_named_in_notes_are_listed():
    """Further sources are named by key in a note, and the book lists them among its references."""
    for review in LIBRARY.shelf("claims").values():
        words = {word.strip(".,;:()") for check in review.checks for word in check.note.split()}

        assert set() == (words & set(LIBRARY.references)) - OWN - set(review.references)


@pytest.mark.parametrize("book_id", ["tdcs-m1", "tdcs-exercise", "rtms-dlpfc"])
def test_the_consensus_is_against(book_id):
    """The direction that a review turned round stands in the books as the consensus gives it."""
    assert "against" == _consensus(book_id)


def test_the_consensus_is_for_one_kind_of_stimulation_only():
    """For musculoskeletal pain it favours magnetic stimulation of the motor cortex, and only that."""
    assert ("for", "no recommendation") == (_consensus("rtms-m1"), _consensus("tdcs-dlpfc"))


@pytest.mark.parametrize(
    ("claim", "book_id"),
    [("consensus-motor-cortex-current", "tdcs-m1"), ("consensus-prefrontal-magnetic", "rtms-dlpfc")],
)
def test_a_reversed_recommendation_names_its_book(claim, book_id):
    """Who reads the check finds the treatment, and who reads the treatment finds the conflict."""
    (found,) = (check for check in CHECKS if check.id == claim)

    assert ("reversed", "baptista-2019") == (found.verdict, found.reference)
    assert book_id in found.consequence.en
    assert any("zou-review" in text.en for text in LIBRARY.intervention(book_id).conflicts)


@pytest.mark.parametrize("marker", ["visual-s1", "s1-back-fa"])
def test_what_the_review_reports_rightly_is_not_held_against_it(marker):
    """It gives the fall with duration and the lowered anisotropy as its sources do, so neither is listed."""
    (source, *_) = LIBRARY.shelf("markers")[marker].evidence

    assert source.reference not in {check.reference for check in CHECKS}
