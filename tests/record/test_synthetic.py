"""People who do not exist: reproducible, acceptable to every book, and plausible enough to test with."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backloop.errors import UnknownBook
from backloop.library import Library
from backloop.record import CLINIC_BOOKS, Traits, make_person
from backloop.record.targets import Refusal, require_target, trial_target

BOOKS = Library.packaged()
EVERY_BOOK = (*BOOKS.shelf("instruments"), *BOOKS.shelf("protocols"))


def _refusals(record) -> list[str]:
    """Name every observation that the books would refuse."""
    targets = {
        (one.kind, one.book, one.item): trial_target(one.book, one.item, BOOKS)
        if one.kind == "trial"
        else require_target(one.item, BOOKS)
        for one in record.observations
    }
    return [
        one.id
        for one in record.observations
        if isinstance(targets[one.kind, one.book, one.item].accept(str(one.value)), Refusal)
    ]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whoever_is_made_up_answers_what_the_books_accept(seed: int):
    """Every answer to every instrument and test lies within what its book accepts."""
    assert [] == _refusals(make_person(seed=seed, weeks=(0, 12), books=EVERY_BOOK))


def test_every_book_is_answered():
    """No instrument or test of the library is left without an observation."""
    record = make_person(seed=1, books=EVERY_BOOK)
    assert set(EVERY_BOOK) == {one.book for one in record.observations}


def test_the_same_seed_is_the_same_person():
    """A person does not change with the books asked for or the visits to come."""
    alone = make_person(seed=5, books=("frebaq",))
    among = make_person(seed=5, weeks=(0, 6))
    assert alone.participant == among.participant
    assert alone.observations == tuple(one for one in among.observations if one.book == "frebaq")[:9]
    assert make_person(seed=6).observations != make_person(seed=5).observations


def test_visits_are_counted_in_weeks():
    """Visits carry their week, an id with two digits, and their order."""
    visits = make_person(seed=1, weeks=(0, 6, 52), books=("nrs",)).sessions
    assert [("ses-w00", 0, 1), ("ses-w06", 6, 2), ("ses-w52", 52, 3)] == [
        (visit.session_id, visit.week, visit.order) for visit in visits
    ]


def test_a_made_up_person_says_so():
    """Origin and id show that nobody exists."""
    record = make_person(seed=3, books=("nrs",))
    assert (True, "sub-madeup3") == (record.is_made_up, record.participant_id)


def _total(record, book: str, visit: str = "ses-w00") -> float:
    return sum(one.value for one in record.observations if one.book == book and one.session_id == visit)


@pytest.mark.parametrize(
    ("trait", "book", "sign"),
    [("severity", "rmdq", 1), ("fear", "tsk-13", 1), ("mood", "phq-9", 1), ("blur", "frebaq", 1), ("fear", "pseq", -1)],
)
def test_traits_pull_at_the_answers(trait: str, book: str, sign: int):
    """Somebody with a trait well above average scores worse on the book it pulls at than somebody below."""
    for seed in range(10):
        low, high = (make_person(seed=seed, books=(book,), traits={trait: level}) for level in (-2, 2))
        assert sign * _total(low, book) < sign * _total(high, book)


def test_most_people_improve():
    """Over half a year the mean of pain and disability falls, and not everybody improves."""
    people = [make_person(seed=seed, weeks=(0, 26), books=("nrs", "rmdq")) for seed in range(100)]
    changes = [_total(record, "rmdq", "ses-w26") - _total(record, "rmdq") for record in people]
    assert sum(changes) / len(changes) < -3
    assert 5 <= sum(change >= 0 for change in changes) <= 40


def test_red_flags_are_rare():
    """Few made-up people have a red flag, and thoughts of suicide are rare, but both occur."""
    people = [make_person(seed=seed, books=("red-flags", "phq-9")) for seed in range(500)]
    flagged = sum(_total(record, "red-flags") > 0 for record in people)
    suicidal = sum(one.value for record in people for one in record.observations if one.item == "phq-9_09")
    assert 5 <= flagged <= 50
    assert 5 <= suicidal <= 35


def test_answers_can_be_told():
    """A red flag, or any other answer, is given at every visit where the caller says so."""
    told = {"red-flags_01": 1, "psfs_07": "climbing stairs", "psfs_08": 3}
    record = make_person(seed=1, weeks=(0, 6), answers=told)
    assert [told] * 2 == [
        {one.item: one.value for one in record.observations if one.session_id == visit and one.item in told}
        for visit in ("ses-w00", "ses-w06")
    ]


def test_activities_are_named_in_the_persons_language():
    """Three activities are named and rated, in Chinese or English, and timed under their own item."""
    for seed in range(10):
        record = make_person(seed=seed)
        named = {one.item: one.value for one in record.observations if one.item in {"psfs_01", "psfs_03", "psfs_05"}}
        timed = {one.site for one in record.observations if one.book == "activity-tolerance"}
        assert set(named) == timed
        assert (record.participant.language == "en") == all(activity.isascii() for activity in named.values())


def test_books_and_answers_must_exist():
    """Unknown books, books of another kind and answers to other books are refused."""
    for fields, message in (
        ({"books": ("nsr",)}, "did you mean 'nrs'"),
        ({"books": ("resolve",)}, "expected instruments and tests"),
        ({"books": ("nrs",), "answers": {"pcs_01": 1}}, "'pcs_01' belongs to none of the books"),
    ):
        with pytest.raises(UnknownBook, match=message):
            make_person(seed=1, **fields)


def test_traits_have_four_names():
    """A trait nobody knows is refused."""
    with pytest.raises(ValueError, match="joy"):
        make_person(seed=1, traits={"joy": 1})
    assert 1.0 == Traits(fear=1).fear


def test_a_clinics_books_are_on_the_shelves():
    """Every book of the default battery exists."""
    assert set() == set(CLINIC_BOOKS) - set(EVERY_BOOK)


def test_a_thousand_people_take_seconds():
    """Making people is fast enough for ten thousand: well under ten milliseconds each with a dozen instruments."""
    make_person(seed=0, books=CLINIC_BOOKS[:12])
    start = time.perf_counter()
    for seed in range(200):
        make_person(seed=seed, books=CLINIC_BOOKS[:12])
    assert time.perf_counter() - start < 2


def test_a_person_does_not_depend_on_who_was_made_before():
    """An answer given as 1.0 by an earlier call does not turn another person's 1 into 1.0."""
    make_person(seed=5, books=("rmdq",), answers={"rmdq_01": 1.0})

    person = make_person(seed=5, books=("rmdq",), answers={"rmdq_01": 1})

    assert ["1"] == [repr(seen.value) for seen in person.observations if seen.item == "rmdq_01"]
