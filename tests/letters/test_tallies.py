"""Tallies: the same numbers as with everybody in memory, and no two scales in one mean."""

import pickle
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.letters import CohortTally, Moments
from backloop.units import Absent, Scale

VALUES = st.lists(st.floats(min_value=-1e3, max_value=1e3), min_size=2, max_size=40)


def _moments(values: list[float]) -> Moments:
    moments = Moments()
    for value in values:
        moments.add(value)
    return moments


@given(VALUES)
def test_moments_are_those_of_all_numbers(values):
    """Mean and SD kept one by one equal those of the whole list."""
    moments = _moments(values)

    assert moments.mean == pytest.approx(statistics.fmean(values), abs=1e-6)
    assert moments.sd == pytest.approx(statistics.stdev(values), abs=1e-6)


@given(VALUES, VALUES)
def test_merging_is_counting_on(first, second):
    """Two tallies merged are one tally over both."""
    merged, whole = _moments(first), _moments(first + second)
    merged.merge(_moments(second))

    assert merged.n == whole.n
    assert merged.mean == pytest.approx(whole.mean, abs=1e-6)
    assert merged.sd == pytest.approx(whole.sd, abs=1e-6)


def test_the_interval_of_a_mean_is_that_of_student():
    """Four numbers: mean 5, SD 2.582, t(3) = 3.182, so 5 ± 4.108."""
    interval = _moments([2, 4, 6, 8]).interval

    assert (interval.low, interval.high) == pytest.approx((0.892, 9.108), abs=1e-3)


def test_one_number_has_no_spread():
    """A single value says nothing about spread."""
    assert _moments([3]).sd is None
    assert _moments([3]).interval is None


def test_people_are_counted(record, measures, profile, plan, course):
    """Everything about one person arrives in the sums."""
    tally = CohortTally()
    tally.add(record, measures, profile, plan, course=course)

    assert (tally.people, tally.made_up, dict(tally.groups)) == (1, 1, {"training": 1})
    assert tally.statuses["proceed"] == 1
    assert tally.verdicts["cortical-map"] == {"supported": 1}
    assert tally.absent["frebaq"] == {Absent.NOT_ASKED: 1}
    assert tally.changes["nrs"] == {"better": 1}
    assert [visit.week for visit in tally.visits()] == [0, 6, 12]


def test_an_open_safety_question_is_counted(record, measures, plan_cannot_say):
    """People with an unanswered safety question are counted once, whatever the number of questions."""
    tally = CohortTally()
    tally.add(record, measures, plan=plan_cannot_say)

    assert tally.unscreened == 1
    assert tally.alerts["cauda-equina"] == {"not known": 1}


def test_two_scales_are_never_averaged(record, measures):
    """A total on 0 to 27 does not enter the mean of totals on 0 to 36."""
    short = Scale(low=0, high=27, better="low")
    foreign = tuple(
        found.model_copy(update={"scale": short}) if found.id == "frebaq" else found for found in measures.measures
    )
    tally = CohortTally()
    tally.add(record, measures)
    tally.add(record, measures.model_copy(update={"measures": foreign}))

    table = tally.frame().query("measure == 'frebaq' and session_id == 'ses-w00'")

    assert table[["scale_high", "n"]].to_numpy().tolist() == [[36, 1], [27, 1]]


def test_the_table_is_tidy(record, measures):
    """One row a measure, visit and group; a missing value makes no row."""
    tally = CohortTally()
    tally.add(record, measures)
    table = tally.frame()

    assert len(table) == sum(found.value is not None for found in measures.measures)
    assert not table.duplicated(["measure", "scale_high", "session_id", "group"]).any()
    assert table.loc[0, ["measure", "group", "n", "mean"]].tolist() == ["nrs", "training", 1, 6.0]


def test_an_empty_tally_has_an_empty_table():
    """Columns are there before anybody is."""
    assert CohortTally().frame().columns.tolist()[:2] == ["measure", "unit"]


def test_tallies_travel_between_processes_and_merge(record, measures, profile, plan, course):
    """A pickled tally merged into another equals one tally over everybody."""
    one, two, whole = CohortTally(), CohortTally(), CohortTally()
    for tally in (one, two, whole, whole):
        tally.add(record, measures, profile, plan, course=course)

    one.merge(pickle.loads(pickle.dumps(two)))  # noqa: S301 - our own object

    assert one == whole


def test_a_group_may_have_another_name(record, measures):
    """Groups follow the attribute that was asked for; people without it share one."""
    tally = CohortTally(group="site")
    tally.add(record, measures)

    assert dict(tally.groups) == {"": 1}
