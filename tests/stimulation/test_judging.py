"""A value is held against the next more restrictive cell, and more never turns beyond into within."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.library import Bound, Library
from backloop.stimulation import Judgement, judge_bound, judge_duration, judge_interval

SHELF = Library.packaged().shelf("limits")
TABLES = ["rtms-trains", "rtms-trains-conservative"]
HERTZ = st.floats(min_value=0.2, max_value=40)
PERCENT = st.floats(min_value=50, max_value=160)
SECONDS = st.floats(min_value=0.05, max_value=2000)
MORE = st.floats(min_value=1, max_value=2)


def _judge(table, hertz, percent, seconds):
    return judge_duration(SHELF[table].holds, frequency_hz=hertz, intensity=percent, seconds=seconds).judgement


@pytest.mark.parametrize("table", TABLES)
@given(hertz=HERTZ, percent=PERCENT, seconds=SECONDS, more=st.tuples(MORE, MORE, MORE))
def test_more_never_turns_beyond_into_within(table, hertz, percent, seconds, more):
    """More intensity, more frequency or longer trains are never judged more kindly."""
    before = _judge(table, hertz, percent, seconds)
    after = _judge(table, hertz * more[0], percent * more[1], seconds * more[2])

    assert not (before.passes and after is Judgement.WITHIN)


@given(percent=PERCENT, gap=st.floats(min_value=0.1, max_value=40), trains=st.integers(2, 80), more=MORE, less=MORE)
def test_a_shorter_pause_is_never_judged_more_kindly(percent, gap, trains, more, less):
    """Less pause, more intensity and more trains never turn beyond into within."""
    table = SHELF["rtms-train-intervals"].holds
    seen = {"frequency_hz": 20.0, "trains": trains, "train_gap_s": gap}
    harder = {"frequency_hz": 20.0, "trains": trains * 2, "train_gap_s": gap / less}
    before = judge_interval(table, intensity=percent, quantities=seen).judgement
    after = judge_interval(table, intensity=percent * more, quantities=harder).judgement

    assert not (before.passes and after is Judgement.WITHIN)


@pytest.mark.parametrize(
    ("hertz", "percent", "seconds", "judgement"),
    [
        (20, 110, 1.6, "within"),
        (20, 105, 1.7, "beyond"),
        (15, 110, 1.7, "beyond"),
        (10, 120, 4.0, "within"),
        (10, 120, 4.3, "beyond"),
        (10, 90, 10, "beyond tested"),
        (10, 80, 10, "not covered"),
        (10, 80, 0.1, "not covered"),
        (10, 131, 0.1, "not covered"),
        (26, 90, 0.1, "not covered"),
        (0.5, 100, 1200, "within"),
    ],
)
def test_the_next_more_restrictive_cell_is_asked(hertz, percent, seconds, judgement):
    """Between heads the stricter cell counts; outside the table nothing is said."""
    assert judgement == _judge("rtms-trains", hertz, percent, seconds).value


def test_the_depression_protocol_passes_one_table_and_not_the_other():
    """Four seconds of 10 Hz at 120 % are within the one and beyond the shortened table."""
    assert ["within", "beyond"] == [_judge(table, 10, 120, 4.0).value for table in TABLES]


def test_an_open_value_is_not_covered():
    """Nothing can be said of a train whose intensity nobody stated."""
    judged = judge_duration(SHELF["rtms-trains"].holds, frequency_hz=10, intensity=None, seconds=1)

    assert judged.judgement is Judgement.NOT_COVERED
    assert "leaves open" in judged.why.en


@pytest.mark.parametrize(
    ("gap", "percent", "trains", "judgement"),
    [
        (5, 110, 10, "within"),
        (5, 110, 11, "beyond tested"),
        (4.9, 100, 10, "beyond"),
        (5, 120, 10, "not covered"),
        (0.2, 100, 10, "not covered"),
        (26, 85, 10, "not covered"),
    ],
)
def test_pauses_are_judged_by_the_next_shorter_row(gap, percent, trains, judgement):
    """A pause between two rows counts as the shorter one; more trains than tested are said to be more."""
    table = SHELF["rtms-train-intervals"].holds
    seen = {"frequency_hz": 20, "trains": trains, "train_gap_s": gap}

    assert judgement == judge_interval(table, intensity=percent, quantities=seen).judgement.value


@given(value=st.floats(min_value=0, max_value=20), more=MORE)
def test_a_bound_is_monotone(value, more):
    """More of a bounded quantity never comes back within."""
    four = Bound(quantity="current_ma", at_most=4, reference="bikson-2016", verified=True)
    before, after = (judge_bound(four, {"current_ma": each}).judgement for each in (value, value * more))

    assert not (before.passes and after is Judgement.WITHIN)


@pytest.mark.parametrize(
    ("quantities", "judgement"),
    [
        ({"train_gap_s": 2, "frequency_hz": 10, "intensity_percent_rmt": 90}, "beyond"),
        ({"train_gap_s": 2, "frequency_hz": 5, "intensity_percent_rmt": None}, "not covered"),
        ({"train_gap_s": 6, "frequency_hz": 5, "intensity_percent_rmt": None}, "within"),
        ({"train_gap_s": 2, "frequency_hz": 5, "intensity_percent_rmt": 90}, None),
        ({"frequency_hz": 20, "intensity_percent_rmt": 110}, None),
    ],
)
def test_a_bound_holds_only_when_its_condition_does(quantities, judgement):
    """The pause of five seconds is asked of fast or strong trains, and of those that may be."""
    bound = SHELF["tms-session-bounds"].holds.bounds[-1]
    judged = judge_bound(bound, quantities)

    assert judgement == (None if judged is None else judged.judgement.value)


def test_no_verdict_declares_anything_safe():
    """The word stands in no verdict, in either language."""
    words = [f"{each.value} {each.text.en} {each.text.zh}" for each in Judgement]

    assert [] == [each for each in words if "safe" in each or "安全" in each]
