"""Dynamics: windows as numpy correlates them, and times in states that were fixed beforehand."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.bold import StateBook, assign_states, connect_within, follow_states, read_states, slide_windows
from backloop.errors import MeasureError, UnreadableSource

BOOK = {
    "id": "made-up",
    "regions": ["vpl", "postcentral", "insula"],
    "names": ["joined", "apart"],
    "centroids": [[1.2, 0.0, 0.0], [0.0, 0.0, 0.0]],
    "window_s": 44.0,
    "step_s": 2.0,
    "low_hz": 0.023,
    "high_hz": 0.1,
    "marker_state": "joined",
    "source": "made up for this test",
}


def test_windows_equal_numpy():
    """Each window's Fisher z is numpy's correlation, transformed."""
    signals = np.random.default_rng(1).standard_normal((100, 4)).astype(np.float32)
    found = slide_windows(signals, kept=np.ones(100, dtype=bool), window=22, step=3)
    upper = np.triu_indices(4, 1)
    wanted = [np.arctanh(np.corrcoef(signals[start : start + 22].T)[upper]) for start in range(0, 79, 3)]

    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_windows_skip_dropped_volumes():
    """A window correlates the volumes it has, and one that lost a third of them is left out."""
    random = np.random.default_rng(2)
    kept = np.ones(100, dtype=bool)
    kept[[30, 31]] = False
    kept[60:75] = False
    whole = random.standard_normal((100, 2)).astype(np.float32)
    found = slide_windows(whole[kept], kept=kept, window=20, step=1)
    first = slice(12, 32)
    wanted = np.arctanh(np.corrcoef(whole[first][kept[first]].T)[0, 1])

    assert found[12, 0] == pytest.approx(wanted, abs=1e-5)
    assert len(found) < 81


def test_planted_states_are_found():
    """A scan that is joined for two thirds of its time is told so."""
    random = np.random.default_rng(3)
    signals = random.standard_normal((300, 3)).astype(np.float32)
    signals[:200, 1] = 0.85 * signals[:200, 0] + 0.5 * signals[:200, 1]
    book = StateBook.model_validate(BOOK)
    windows = slide_windows(signals, kept=np.ones(300, dtype=bool), window=22, step=1)
    times = follow_states(assign_states(windows, book), states=2, step_s=2.0, window_s=44.0, seconds=600.0)

    assert times.fraction[0] == pytest.approx(2 / 3, abs=0.05)
    assert times.fraction_interval[0].low < 2 / 3 < times.fraction_interval[0].high
    assert times.independent_windows == pytest.approx(13.6, abs=0.1)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=60))
def test_times_add_up(states: list[int]):
    """Fractions add up to one, moves to transitions, and visits outnumber transitions by one."""
    times = follow_states(np.array(states), states=3, step_s=2.0, window_s=44.0, seconds=400.0)
    dwelt = sum(dwell * visits for dwell, visits in zip(times.dwell_s, times.visits, strict=True) if dwell is not None)

    assert sum(times.fraction) == pytest.approx(1)
    assert sum(sum(row) for row in times.moves) == times.transitions == sum(times.visits) - 1
    assert dwelt == pytest.approx(2.0 * len(states))
    assert all(
        each.low <= share <= each.high for each, share in zip(times.fraction_interval, times.fraction, strict=True)
    )


def test_a_state_never_entered_has_no_dwell_time():
    """No visit, no mean length of a visit."""
    assert follow_states(np.array([0, 0]), states=2, step_s=2.0, window_s=44.0, seconds=90.0).dwell_s[1] is None


def test_too_short_a_scan_is_refused():
    """Less than two windows cannot show change."""
    with pytest.raises(MeasureError, match="at least two windows of 22"):
        slide_windows(np.zeros((40, 2), np.float32), kept=np.ones(40, dtype=bool), window=22, step=1)


def test_a_scan_full_of_gaps_is_refused():
    """Where no window is whole enough there are no dynamics."""
    kept = np.arange(100) % 2 == 0

    with pytest.raises(MeasureError, match="no window keeps two thirds"):
        slide_windows(np.zeros((50, 2), np.float32), kept=kept, window=22, step=1)


def test_states_of_other_regions_are_refused():
    """A book speaks of its own pairs only."""
    with pytest.raises(MeasureError, match="have 3 pairs of regions, the scan 1"):
        assign_states(np.zeros((5, 1), np.float32), StateBook.model_validate(BOOK))


def test_states_are_read_from_json(tmp_path: Path):
    """A cohort's states come from a file that says how they were found."""
    path = tmp_path / "states.json"
    path.write_text(json.dumps(BOOK))

    assert read_states(path) == StateBook.model_validate(BOOK)


WRONG = [
    ({"centroids": [[1.0, 0.0], [0.0, 0.0]]}, "expected one centroid of 3 pairs"),
    ({"low_hz": 0.01}, "a window of 44 s needs a band from"),
    ({"marker_state": "other"}, "is none of joined, apart"),
]


@pytest.mark.parametrize(("change", "said"), WRONG, ids=[said for _, said in WRONG])
def test_states_that_contradict_themselves_are_refused(tmp_path: Path, change: dict[str, object], said: str):
    """A window too short for its band, a missing pair or an unknown state is told."""
    path = tmp_path / "states.json"
    path.write_text(json.dumps(BOOK | change))

    with pytest.raises(UnreadableSource, match=said):
        read_states(path)


def test_coupling_within_a_state_is_that_of_its_windows():
    """The mean over the state's windows, with a range from their scatter; too little time has none."""
    windows = np.array([[0.2, 0.0], [0.4, 0.2], [0.6, 0.1]], dtype=np.float32)[:, :1]
    found, reach = connect_within(windows, ("vpl", "postcentral"), independent=2.0)["vpl-postcentral"]

    assert found == pytest.approx(0.4)
    assert reach.high - reach.low == pytest.approx(2 * 1.959964 * windows.std() / np.sqrt(2), rel=1e-5)
    assert connect_within(windows, ("vpl", "postcentral"), independent=1.5)["vpl-postcentral"][1] is None
    assert connect_within(windows[:0], ("vpl", "postcentral"), independent=2.0) == {}
