"""Sharing work out: each task once, one thread each, and a process that is killed takes nobody with it."""

import os
import signal

import pytest

from backloop.cohort.crews import one_thread, share_out
from backloop.errors import MeasureError


def square(number: int) -> int:
    """Work a little."""
    return number * number


def fall(number: int) -> int:
    """End the whole process at 3, as an operating system does that is out of memory."""
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def threads(_number: int) -> list[int]:
    """Say how many threads linear algebra may take."""
    import numpy as np
    from threadpoolctl import threadpool_info

    np.ones((4, 4)) @ np.ones((4, 4))
    return [pool["num_threads"] for pool in threadpool_info()]


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_task_is_done_once(jobs: int):
    """One or two processes give every outcome, each beside its task."""
    assert sorted(share_out(square, range(5), jobs=jobs)) == [(number, number**2) for number in range(5)]


def test_a_killed_process_costs_one_task():
    """The task that brings its process down has no outcome; all others have."""
    done = dict(share_out(fall, range(6), jobs=2))

    assert done == {0: 0, 1: 1, 2: 4, 3: None, 4: 16, 5: 25}


def test_processes_keep_to_one_thread():
    """No nested pools: each process has one thread for linear algebra."""
    pytest.importorskip("threadpoolctl", reason="the brain extra is not installed")
    found = [count for _, counts in share_out(threads, range(2), jobs=2) for count in counts]

    assert set(found) <= {1}
    with one_thread():
        assert set(threads(0)) <= {1}


def test_no_jobs_is_refused():
    """Less than one process is an error of the call."""
    with pytest.raises(MeasureError, match="jobs from 1"):
        list(share_out(square, [1], jobs=0))
