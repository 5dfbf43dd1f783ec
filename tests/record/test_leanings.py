"""How made-up people usually answer: ladders from good to bad."""

import pytest

from backloop.record.leanings import ACTIVITIES, TRIALS, ladder_of, leaning_of, reported_ladder


@pytest.mark.parametrize(
    ("item", "ladder"),
    [
        ("nrs_01", tuple(range(11))),
        ("pseq_01", (6, 5, 4, 3, 2, 1, 0)),
        ("bbq_01", (1, 2, 3, 4, 5)),
        ("eq-5d-5l_01", (1, 2, 3, 4, 5)),
        ("paindetect_08", (2, 1, 3, 4)),
        ("neuro-exam_03", (5, 4)),
        ("psfs_01", ()),
        ("psfs_02", (10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)),
    ],
)
def test_ladders_run_from_good_to_bad(packaged, item, ladder):
    """Codes are ordered by what they are worth to the person, reversed and recoded items included."""
    instrument = packaged.instrument(item.rpartition("_")[0])
    assert ladder == ladder_of(instrument, next(one for one in instrument.items if one.id == item))


def test_reported_scores_run_from_good_to_bad(packaged):
    """A T score that is better when high begins high."""
    assert [60, 20] == [reported_ladder(packaged.instrument("sf-12").scores[0])[end] for end in (0, -1)]


def test_a_reversed_item_runs_the_other_way(packaged):
    """In an instrument with reversed items both kinds are answered to the same effect."""
    items = {item.is_reversed: item for item in packaged.instrument("tsk-17").items}
    plain, turned = (ladder_of(packaged.instrument("tsk-17"), items[is_reversed]) for is_reversed in (False, True))
    assert plain == turned[::-1]


def test_an_item_leans_like_its_book_unless_it_has_its_own(packaged):
    """Thoughts of suicide are rare whatever the mood; the other items of the book follow it."""
    first, *_, last, _ = packaged.instrument("phq-9").items
    assert (0.9, 0.0) == (leaning_of(first).mood, leaning_of(last).mood)


def test_every_habit_names_a_field_of_a_test(packaged):
    """Habits of trials belong to fields that exist."""
    fields = {f"{test.id}.{field.id}" for test in packaged.shelf("protocols").values() for field in test.fields}
    assert set() == set(TRIALS) - fields


def test_activities_in_two_languages():
    """Every activity has words in both languages, each once."""
    assert len(ACTIVITIES) == len({activity.en for activity in ACTIVITIES}) == len({one.zh for one in ACTIVITIES})
