"""Runs of two-point touches: what comes next follows from the seed and the answers alone, and finds the threshold."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import MeasureError
from backloop.library import Library
from backloop.measure import draw, walk_two_points

GUIDE = Library.packaged().protocol("two-point-lumbar").guide
FIELD = Library.packaged().protocol("two-point-lumbar").fields[0]
SEEDS = st.text("abcdefgh0123456789", min_size=1, max_size=8)
FELT = st.lists(st.sampled_from(["one", "two"]), max_size=60)


def play(seed, feel, *, high=FIELD.high):
    """Answer every touch of a test; give the walk and the touches."""
    felt, touches = [], []
    while (walk := walk_two_points(GUIDE, seed, felt, high=high)).upcoming:
        touches.append(walk.upcoming)
        felt.append(feel(walk.upcoming))
    return walk, touches, felt


def possible(seed, felt):
    """Cut a row of answers where the test ends."""
    for count in range(len(felt) + 1):
        if walk_two_points(GUIDE, seed, felt[:count]).upcoming is None:
            return felt[:count]
    return felt


@given(SEEDS, st.floats(0.1, 245))
def test_a_known_limen_is_found_within_a_step(seed, limen):
    """A person who feels two points from a limen on gets a threshold less than one step above it, in every run."""
    walk, _, _ = play(seed, lambda touch: "two" if touch.distance >= limen else "one")

    assert len(walk.runs) == GUIDE.times.value
    assert all(0 <= run.threshold - limen < GUIDE.step.value for run in walk.runs)
    assert walk.false_alarms == 0


@given(SEEDS, FELT)
def test_no_distance_leaves_the_range(seed, felt):
    """Whatever is answered, a touch is one point or lies on the book's steps within its range."""
    felt = possible(seed, felt)
    walks = [walk_two_points(GUIDE, seed, felt[:count]) for count in range(len(felt) + 1)]

    for touch in (walk.upcoming for walk in walks if walk.upcoming):
        assert touch.distance == 0 if touch.is_catch else 0 < touch.distance <= FIELD.high
        assert touch.distance % GUIDE.step.value == 0


@given(SEEDS, FELT, st.sampled_from(["one", "two"]))
def test_undoing_gives_the_same_touch(seed, felt, other):
    """Taking an answer back leaves what was asked before it, whatever it was."""
    felt = possible(seed, felt)
    before = walk_two_points(GUIDE, seed, felt)
    if before.upcoming is None:
        return

    assert walk_two_points(GUIDE, seed, [*felt, other]) != before
    assert walk_two_points(GUIDE, seed, [*felt, other][:-1]) == before


@given(SEEDS, FELT)
def test_runs_only_grow(seed, felt):
    """Going on changes no run that is finished, so a test resumed in the middle is the test that was begun."""
    felt = possible(seed, felt)
    whole = walk_two_points(GUIDE, seed, felt)
    for count in range(len(felt)):
        part = walk_two_points(GUIDE, seed, felt[:count])
        ended = [run for run in part.runs if run.is_finished]
        assert ended == list(whole.runs[: len(ended)])


@given(SEEDS)
def test_false_alarms_are_counted_where_one_point_touched(seed):
    """Who always says two is caught at every touch of one point, and every run is doubtful."""
    walk, touches, _ = play(seed, lambda _: "two")

    assert [run.false_alarms for run in walk.runs] == [run.catches for run in walk.runs]
    assert all(run.is_doubtful for run in walk.runs)
    assert sum(touch.is_catch for touch in touches) == sum(run.catches for run in walk.runs)
    assert walk.false_alarms == sum(run.catches for run in walk.runs if not run.is_practice)


@given(SEEDS)
def test_a_run_begins_closed_and_no_two_catches_follow(seed):
    """The calliper is closed at first, and a touch of one point is followed by one of two."""
    _, touches, _ = play(seed, lambda touch: "two" if touch.distance >= 60 else "one")
    for first, second in itertools.pairwise(touches):
        assert not (first.is_catch and second.is_catch and first.run == second.run)
    assert all(touch.is_catch for touch in touches if touch.number == 1)


@given(SEEDS)
def test_the_end_of_the_range_is_no_threshold(seed):
    """Who never feels two points gets finished runs without a threshold, none beyond the range."""
    walk, touches, _ = play(seed, lambda _: "one", high=30)

    assert [(run.threshold, run.is_finished) for run in walk.runs] == [(None, True)] * 5
    assert max(touch.distance for touch in touches) == 30


def test_one_report_is_not_enough():
    """A single two that is not repeated at the same distance opens the calliper further."""
    felt, seen = [], []
    while len(seen) < 3:
        touch = walk_two_points(GUIDE, "p", felt).upcoming
        if not touch.is_catch:
            seen.append(touch.distance)
        felt.append("two" if seen == [5] else "one")

    assert seen == [5, 5, 10]


def test_catch_touches_come_at_about_the_books_share():
    """Over many tests a quarter of the touches after the first is of one point, as the book says."""
    seen = [
        touch
        for seed in range(40)
        for touch in play(str(seed), lambda each: "two" if each.distance >= 50 else "one")[1]
    ]
    after = [touch for before, touch in itertools.pairwise(seen) if touch.number > 1 and not before.is_catch]

    assert sum(touch.is_catch for touch in after) / len(after) == pytest.approx(GUIDE.catch_share.value, abs=0.03)


def test_more_answers_than_touches_are_refused():
    """A row of answers longer than the test is a mistake of the call."""
    _, _, felt = play("p", lambda touch: "two" if touch.distance else "one")
    with pytest.raises(MeasureError, match="after the last of 5 runs"):
        walk_two_points(GUIDE, "p", [*felt, "one"])


def test_practice_is_what_the_score_drops():
    """The runs the guide calls practice are those the score leaves out."""
    assert Library.packaged().protocol("two-point-lumbar").scores[0].key.drop_first == GUIDE.practice


def test_draws_are_the_same_everywhere():
    """A draw is a fixed number, so a test begun on one machine goes on alike on another."""
    assert round(draw("seed", "place"), 6) == 0.856987  # the first 48 bits of SHA-256 of "seed/place"
    assert draw("seed", 1, 2) != draw("seed", 2, 1)
