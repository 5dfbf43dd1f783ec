"""Runs of one marker at one visit: averaged with their errors, or kept with the reason why they cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.library import Library
from backloop.panel import make_panel
from backloop.panel.runs import combine_runs
from backloop.recordings import Derivation, FileUsed, Reading
from backloop.units import Absent, Interval, Text


def run(value: float | None, *, file: str = "a", half: float | None = 0.2, n: int | None = 100, **more) -> Reading:
    """Make one run of a coupling; its file's hash is the letter, repeated."""
    why = {} if value is not None else {"absent": Absent.ARTEFACT, "reason": Text(en="too short", zh="过短")}
    ends = None if value is None or half is None else Interval(low=value - half, high=value + half)
    files = (FileUsed(name=f"{file}.nii.gz", sha256=file * 64),)
    parts = {"marker": "mpfc-dmn", "participant_id": "sub-1", "session_id": "ses-1", "unit": "Fisher z"}
    parts |= {"convention": "seed", "value": value, "interval": ends, "n": n, "counted": n and "volumes"}
    derived = Derivation(files=files, parameters={"tr": 2.0, "run": file}, software={"backloop": "1"})
    return Reading.model_validate(parts | {"because": derived} | why | more)


def test_the_mean_is_weighted_by_length():
    """A run three times as long counts three times; Fisher z is averaged as it stands, and lengths add up."""
    both = combine_runs([run(0.2, n=100), run(0.4, n=300, file="b")])

    assert (pytest.approx(0.35), 400, "volumes") == (both.value, both.n, both.counted)
    assert both.notes[0].en == "Mean of 2 runs, weighted by length: 0.2, 0.4."
    assert both.notes[0].zh == "2次采集的均值，按长度加权：0.2、0.4。"


def test_without_lengths_every_run_counts_the_same():
    """Where a run does not say how much it averaged, the plain mean stands."""
    both = combine_runs([run(0.2, n=None), run(0.4, n=300, file="b")])

    assert (pytest.approx(0.3), None) == (both.value, both.n)


def test_runs_that_agree_make_the_mean_surer():
    """Two equal runs with equal errors have an interval narrower by the root of two."""
    both = combine_runs([run(0.3), run(0.3, file="b")])

    assert both.interval.high - both.value == pytest.approx(0.2 / 2**0.5)


def test_runs_that_disagree_make_it_less_sure():
    """Beyond their errors, what the runs differ by widens the interval (Birge ratio)."""
    near, far = combine_runs([run(0.3), run(0.31, file="b")]), combine_runs([run(0.0), run(0.8, file="b")])

    assert far.interval.high - far.interval.low > 2 * (near.interval.high - near.interval.low)
    assert far.interval.low < 0.0 + 0.2
    assert far.interval.high > 0.8 - 0.2


def test_a_run_without_an_interval_leaves_the_mean_without_one():
    """An error that is not known for one run is not known for the mean."""
    assert combine_runs([run(0.3), run(0.4, file="b", half=None)]).interval is None


def test_a_run_that_failed_is_told_of():
    """The run with a value stands, and a note says that another gave none and why."""
    kept = combine_runs([run(None), run(0.4, file="b")])

    assert kept.value == 0.4
    assert kept.notes[-1].en == "One run gave no value: too short."


def test_runs_that_all_failed_keep_their_reason():
    """Without any value the marker is absent, for the first run's reason."""
    assert combine_runs([run(None), run(None, file="b")]).reason.en == "too short"


def test_the_same_recording_given_twice_counts_once():
    """A copied run brings no certainty; the reader is told."""
    once, twice = combine_runs([run(0.3)]), combine_runs([run(0.3), run(0.3)])

    assert (once.value, once.interval) == (twice.value, twice.interval)
    assert "given twice" in twice.notes[-1].en


def test_two_readings_of_one_file_that_disagree_are_not_used():
    """They are not two measurements; neither stands, and both are kept in the row."""
    row = make_panel([run(0.3), run(0.5)], participant_id="sub-1", library=Library.packaged()).rows[0]

    assert (None, Absent.ARTEFACT) == (row.reading.value, row.reading.absent)
    assert "disagree" in row.reading.reason.en
    assert [0.3, 0.5] == sorted(each.value for each in row.runs)


def test_what_the_runs_rest_on_is_kept():
    """Every file is named; a parameter in which they differ is told for each."""
    because = combine_runs([run(0.3), run(0.4, file="b")]).because

    assert ["a.nii.gz", "b.nii.gz"] == [file.name for file in because.files]
    assert (2.0, "a | b", 2) == (because.parameters["tr"], because.parameters["run"], because.parameters["runs"])


def test_quality_is_the_mean_over_the_runs():
    """Head motion of the runs is averaged like their values; what one run lacks is left out."""
    both = combine_runs(
        [run(0.3, quality={"mean_fd_mm": 0.1, "x": 1}), run(0.3, file="b", n=300, quality={"mean_fd_mm": 0.3})]
    )

    assert both.quality == {"mean_fd_mm": pytest.approx(0.25)}


VALUES = st.lists(st.floats(-2, 2).map(lambda value: round(value, 3)), min_size=2, max_size=5)


@given(VALUES, st.randoms())
def test_the_order_of_the_runs_never_matters(values, random):
    """Law: the mean of the runs is the same whichever was found first."""
    runs = [run(value, file=name) for value, name in zip(values, "abcde", strict=False)]

    assert combine_runs(runs) == combine_runs(random.sample(runs, len(runs)))


@given(VALUES)
def test_the_mean_lies_among_the_runs_within_its_interval(values):
    """Law: the combined value is no further out than any run, and its interval holds it."""
    both = combine_runs([run(value, file=name) for value, name in zip(values, "abcde", strict=False)])

    assert min(values) - 1e-9 <= both.value <= max(values) + 1e-9
    assert both.interval.low <= both.value <= both.interval.high


@given(VALUES)
def test_a_copy_of_a_run_never_adds_certainty(values):
    """Law: giving a run twice leaves value and interval as they were."""
    runs = [run(value, file=name) for value, name in zip(values, "abcde", strict=False)]
    plain, copied = combine_runs(runs), combine_runs([*runs, runs[0]])

    assert (plain.value, plain.interval) == (copied.value, copied.interval)
