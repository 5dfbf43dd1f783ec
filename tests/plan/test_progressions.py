"""Amounts that grow: by steps or straight to a goal, held or stepped back, and never above a ceiling."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import MeasureError
from backloop.library import Library, Progression
from backloop.plan import climb
from backloop.units import Text

WORDS = Text(en="words", zh="文字")
BOOKS = Library.packaged().shelf("interventions")
LINES = [(name, line) for name, book in BOOKS.items() for line in book.progressions]


def _progression(**given):
    given = {"start": 10, "step": 5, "ceiling": 30} | given
    texts = dict.fromkeys(("title", "unit", "advance", "hold", "back"), WORDS)
    return Progression(id="amount", reference="backloop-convention", verified=False, **texts, **given)


progressions = st.builds(
    _progression,
    start=st.floats(0.1, 200),
    step=st.floats(0, 50),
    ceiling=st.floats(0.1, 300),
    every_weeks=st.integers(1, 4),
    grows_by=st.sampled_from(["amount", "share"]),
    of_baseline=st.booleans(),
)
lengths = st.integers(1, 26)
baselines = st.none() | st.floats(0, 20000)
goals = st.none() | st.floats(0, 20000)
some_weeks = st.lists(st.integers(-1, 28), max_size=12)


def _ceiling(progression, baseline, goal):
    own = progression.ceiling * (baseline if progression.of_baseline else 1)
    if goal is None:
        return own
    return goal if progression.of_baseline else min(own, goal)


@given(
    progression=progressions, weeks=lengths, baseline=baselines, goal=goals, held=some_weeks, stepped_back=some_weeks
)
def test_no_amount_passes_its_ceiling_or_is_negative(progression, weeks, baseline, goal, held, stepped_back):
    """Law: whatever baseline, goal, length and pauses, an amount lies between 0 and the ceiling (or agreed goal)."""
    laid = climb(progression, weeks=weeks, baseline=baseline, goal=goal, held=held, stepped_back=stepped_back)

    if progression.of_baseline and not baseline:
        assert () == laid.weekly
        assert laid.reason.zh
    else:
        ceiling = _ceiling(progression, baseline, goal)
        assert weeks == len(laid.weekly)
        assert all(0 <= amount <= ceiling for amount in laid.weekly)


@given(progression=progressions, weeks=lengths, baseline=st.floats(0.1, 20000), goal=goals, held=some_weeks)
def test_holding_never_exceeds_not_holding(progression, weeks, baseline, goal, held):
    """Law: a held course never asks for more than the same course without holding, and never falls."""
    free = climb(progression, weeks=weeks, baseline=baseline, goal=goal).weekly
    laid = climb(progression, weeks=weeks, baseline=baseline, goal=goal, held=held).weekly

    assert all(now <= preset for now, preset in zip(laid, free, strict=True))
    assert sorted(laid) == list(laid)
    assert all(laid[week - 1] == laid[week - 2] for week in held if 1 < week <= weeks)


@given(progression=progressions, weeks=lengths, held=some_weeks, stepped_back=some_weeks, more=st.integers(1, 26))
def test_one_more_pause_never_adds(progression, weeks, held, stepped_back, more):
    """Law: holding or stepping back in one more week never asks for more in any week."""
    course = {"weeks": weeks, "baseline": 20, "held": held, "stepped_back": stepped_back}
    now = climb(progression, **course).weekly

    for paused in (course | {"held": [*held, more]}, course | {"stepped_back": [*stepped_back, more]}):
        assert all(a <= b for a, b in zip(climb(progression, **paused).weekly, now, strict=True))


def test_steps_by_hand():
    """Ten minutes, five more every week, at most thirty."""
    assert (10, 15, 20, 25, 30, 30) == climb(_progression(), weeks=6).weekly


def test_steps_every_second_week():
    """Each amount is kept for the weeks its book states."""
    assert (10, 10, 15, 15, 20) == climb(_progression(every_weeks=2), weeks=5).weekly


def test_growth_by_a_share_of_itself():
    """Load that grows by a tenth of itself compounds."""
    assert (60, 66, 70) == climb(_progression(start=60, step=0.1, ceiling=70, grows_by="share"), weeks=3).weekly


def test_shares_of_the_baseline():
    """Steps of a tenth of 4000 from the own first week to sixty per cent more."""
    line = _progression(start=1, step=0.1, ceiling=1.6, of_baseline=True)

    assert (4000, 4400, 4800, 5200, 5600, 6000, 6400, 6400) == climb(line, weeks=8, baseline=4000).weekly


def test_a_held_week_repeats_and_the_climb_goes_on():
    """A missed third week is not made up for later."""
    assert (10, 15, 15, 20, 25) == climb(_progression(), weeks=5, held={3}).weekly


def test_stepping_back_is_a_whole_step_and_never_below_the_start():
    """After a break one step lower, two where asked twice, and the start is the lowest."""
    assert (10, 15, 20, 15, 20) == climb(_progression(), weeks=5, stepped_back=[4]).weekly
    assert (10, 15, 20, 10, 15) == climb(_progression(), weeks=5, stepped_back=[4, 4]).weekly
    assert (10, 10, 10) == climb(_progression(), weeks=3, stepped_back=[1, 2, 3]).weekly


def test_stepping_back_from_the_ceiling_counts_from_the_ceiling():
    """Weeks spent at the ceiling are no reserve that a step back would use up."""
    assert (20, 30, 30, 30, 20) == climb(_progression(start=20, step=10), weeks=5, stepped_back=[5]).weekly


def test_quotas_run_straight_to_the_agreed_goal():
    """From 70 % of 20 minutes in equal steps to 30, as fixed beforehand; above the ceiling where both agreed on it."""
    laid = climb(_progression(start=0.7, step=0.05, ceiling=1.2, of_baseline=True), weeks=5, baseline=20, goal=30)

    assert (14.0, 18.0, 22.0, 26.0, 30.0) == laid.weekly
    assert "30" in laid.reason.en


def test_a_ceiling_in_numbers_holds_against_any_goal():
    """A goal beyond an absolute ceiling does not lift it."""
    assert 30 == max(climb(_progression(), weeks=6, goal=80).weekly)


def test_without_a_baseline_there_is_a_reason_and_no_number():
    """Not measured, or nothing managed: two reasons, no amount."""
    line = _progression(start=0.7, ceiling=1.2, of_baseline=True)
    missing, nothing = climb(line, weeks=3), climb(line, weeks=3, baseline=0)

    assert ((), ()) == (missing.weekly, nothing.weekly)
    assert "Measure first" in missing.reason.en
    assert "easier form" in nothing.reason.en


@pytest.mark.parametrize("wrong", [{"weeks": 0}, {"baseline": -1}, {"goal": float("nan")}, {"baseline": float("inf")}])
def test_amounts_that_are_no_amounts_are_refused(wrong):
    """No week, a negative amount or no number is a mistake of the caller."""
    with pytest.raises(MeasureError, match=r"at least one week|0 or more"):
        climb(_progression(), **{"weeks": 3, **wrong})


@pytest.mark.parametrize(("book", "line"), LINES, ids=[f"{book}-{line.id}" for book, line in LINES])
def test_every_book_climbs_from_its_start_to_at_most_its_ceiling(book, line):
    """A progression of the library starts where it says, ends at most where it says, and carries its source."""
    laid = climb(line, weeks=BOOKS[book].dose.weeks or 12, baseline=100)
    scale = 100 if line.of_baseline else 1

    assert laid.weekly[0] == pytest.approx(line.start * scale, abs=0.05)
    assert max(laid.weekly) <= line.ceiling * scale
    assert (line.reference, line.verified) == (laid.reference, laid.verified)


@pytest.mark.parametrize(("book", "line"), LINES, ids=[f"{book}-{line.id}" for book, line in LINES])
def test_no_progression_steps_by_a_pain_score(book, line):
    """What pain means for the amount is said once, by the plan's pacing; a book that set a limit would mix the two."""
    for words in (line.advance, line.hold, line.back):
        assert re.search(r"\b(pain|flare)\b[^.;:]*\d", words.en) is None, book
        assert re.search(r"疼痛[^。；：]*\d", words.zh) is None, book


def test_weeks_stepped_back_may_come_as_a_set():
    """Weeks named in any collection step back alike."""
    line = BOOKS["graded-activity"].progressions[0]
    many, one = (climb(line, weeks=5, baseline=20, goal=30, stepped_back=given) for given in ([3], {3}))

    assert many == one
