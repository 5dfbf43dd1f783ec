"""Schedulers: blocks cover all replicates, come back in order, and finished ones are found again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import TrialError
from backloop.kernel import BlockStore, cut_blocks, join_blocks, run_blocks, share_out


def numbers(block):
    """Give the numbers of a block's replicates."""
    return {"number": np.arange(*block, dtype=float)}


@given(first=st.integers(0, 50), length=st.integers(0, 200), size=st.integers(1, 60))
def test_blocks_cover_each_replicate_once(first, length, size):
    """Every replicate is in one block, and no block is longer than asked."""
    blocks = cut_blocks(first, first + length, size=size)

    assert [number for block in blocks for number in range(*block)] == list(range(first, first + length))
    assert all(1 <= end - start <= size for start, end in blocks)


@pytest.mark.parametrize(("workers", "scheduler"), [(1, "threads"), (3, "threads"), (2, "processes")])
def test_blocks_come_back_in_order(workers, scheduler):
    """Whoever finishes first, the replicates are joined in their order."""
    done = run_blocks(numbers, cut_blocks(0, 100, size=7), workers=workers, scheduler=scheduler)

    assert join_blocks(done)["number"].tolist() == list(range(100))


def test_finished_blocks_are_not_done_again(tmp_path):
    """A stored block is read; only what is missing is worked on."""
    store, blocks, worked = BlockStore(tmp_path, "key"), cut_blocks(0, 6, size=2), []
    store.keep((2, 4), {"number": np.array([20.0, 30.0])})

    def work(block):
        worked.append(block)
        return numbers(block)

    done = run_blocks(work, blocks, store=store)

    assert sorted(worked) == [(0, 2), (4, 6)]
    assert join_blocks(done)["number"].tolist() == [0, 1, 20, 30, 4, 5]
    assert store.find((4, 6))["number"].tolist() == [4, 5]


def test_an_error_in_a_worker_reaches_the_caller():
    """What goes wrong in a task is raised, not swallowed."""

    def fail(task):
        message = f"task {task}"
        raise TrialError(message)

    with pytest.raises(TrialError, match="task 1"):
        list(share_out(fail, [1], workers=2))
