"""Timing is nested, counted from onset to onset, and a pause is never mistaken for an interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backloop.stimulation import Timing

COUNTS = st.integers(min_value=2, max_value=50)
GAPS = st.floats(min_value=0.01, max_value=60)


@pytest.mark.parametrize(
    ("timing", "pulses", "seconds"),
    [
        ((0.02, 3, 0.2, 10, 10, 20), 600, 200),
        ((0.02, 3, 0.2, 200, 0, 1), 600, 40),
        ((0.1, 40, 30, 75, 0, 1), 3000, 2250),
        ((1, 600, 0, 1, 0, 1), 600, 600),
        ((0.005, 4, 5, 360, 0, 1), 1440, 1800),
        ((0.0015, 2, 5, 180, 0, 1), 360, 900),
    ],
)
def test_the_protocols_of_nibs_bids_come_out_as_described(timing, pulses, seconds):
    """iTBS, cTBS, 10 Hz, 1 Hz, quadripulse and paired stimulation have the totals that the draft gives."""
    names = ("inter_pulse_interval", "pulses_in_burst", "inter_burst_interval", "bursts_in_train")
    names = (*names, "inter_train_interval", "trains_in_protocol")
    made = Timing(**dict(zip(names, timing, strict=True)))

    assert pulses == made.pulses
    assert seconds == pytest.approx(made.total_s)


@given(pulses=COUNTS, bursts=COUNTS, gap=GAPS)
def test_pause_and_duration_make_the_onset_interval(pulses, bursts, gap):
    """From onset to onset is what the pulses last and the pause after them, whichever of the two a file states."""
    head = {"inter_pulse_interval": 0.05, "pulses_in_burst": pulses, "bursts_in_train": bursts}
    by_gap = Timing(**head, inter_burst_gap=gap)
    by_interval = Timing(**head, inter_burst_interval=by_gap.levels[1].interval)

    assert by_gap.levels[1].interval == pytest.approx(by_gap.levels[0].duration + by_gap.gaps[0])
    assert by_gap.gaps[0] == pytest.approx(gap, abs=1e-6)
    assert by_gap.levels == by_interval.levels


def test_interval_and_pause_may_both_stand_if_they_agree():
    """Saying it twice is no error."""
    both = Timing(
        inter_pulse_interval=0.1, pulses_in_burst=40, inter_burst_interval=30, inter_burst_gap=26, bursts_in_train=75
    )

    assert (26.0,) == both.gaps


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"inter_burst_interval": 30, "inter_burst_gap": 30}, "leaves 26 s, not 30 s"),
        ({"inter_burst_interval": 4}, "if this is the pause, call it inter_burst_gap"),
        ({}, "expected seconds from onset to onset"),
        ({"inter_burst_gap": 26, "pulses_in_protocol": 2000}, "multiply to 3000, not 2000"),
        ({"inter_burst_gap": 26000}, "divide milliseconds by 1000"),
    ],
)
def test_a_contradiction_is_refused_with_what_to_do(fields, said):
    """A file that gives both and disagrees, or calls a pause an interval, is not guessed at."""
    with pytest.raises(ValidationError, match=said):
        Timing(inter_pulse_interval=0.1, pulses_in_burst=40, bursts_in_train=75, **fields)


@pytest.mark.parametrize("wrong", [10.5, 100, 0.0001])
def test_milliseconds_and_hertz_are_not_seconds(wrong):
    """A pulse interval that reads like hertz or milliseconds is refused."""
    with pytest.raises(ValidationError, match=r"10 Hz is 0\.1"):
        Timing(inter_pulse_interval=wrong, pulses_in_burst=10)


def test_several_pulses_need_their_interval():
    """Forty pulses without an interval have no frequency."""
    with pytest.raises(ValidationError, match="because there are several pulses"):
        Timing(pulses_in_burst=40)


def test_trains_of_an_unknown_number_of_pulses_are_refused():
    """Groups are counted only where the pulses in them are."""
    with pytest.raises(ValidationError, match="because bursts or trains are counted"):
        Timing(inter_pulse_interval=0.1, bursts_in_train=20, inter_burst_interval=30)


def test_open_timing_keeps_the_total():
    """A source that states only the total leaves the rest open."""
    open_ = Timing(inter_pulse_interval=0.1, pulses_in_protocol=2000)

    assert (2000, (), None) == (open_.pulses, open_.levels, open_.total_s)


def test_single_pulses_may_be_grouped_by_bursts():
    """One pulse a burst is the same train as all pulses in one burst."""
    grouped = Timing(
        pulses_in_burst=1, inter_burst_interval=0.1, bursts_in_train=40, inter_train_interval=30, trains_in_protocol=75
    )
    plain = Timing(inter_pulse_interval=0.1, pulses_in_burst=40, inter_burst_interval=30, bursts_in_train=75)

    assert plain.levels == grouped.levels
