"""Running the blocks of a long computation on threads, processes or a cluster, and keeping what is finished.

Decides where blocks run and how finished ones are found again; what a block computes is the caller's matter.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

try:
    import joblib
except ModuleNotFoundError as missing:
    message = "long computations share their work out with joblib: pip install 'backloop[learn]'"
    raise ModuleNotFoundError(message, name="joblib") from missing

from backloop.errors import TrialError

__all__ = ["Arrays", "Block", "BlockStore", "Progress", "cut_blocks", "join_blocks", "run_blocks", "share_out"]

Block = tuple[int, int]
"""The number of the first replicate, and of the one after the last."""

Arrays = dict[str, NDArray[np.float64]]
"""What a block gives, by name."""

Task = TypeVar("Task")
Result = TypeVar("Result")

_LOCAL = {"threads": "threading", "processes": "loky"}
_PATIENCE = 10  # seconds to wait for a cluster


class Progress(Protocol):
    """Something that is told how many blocks are done, of how many.

    Examples
    --------
    >>> def show(done: int, blocks: int) -> None:
    ...     print(f"{done} of {blocks}")
    >>> listener: Progress = show
    """

    def __call__(self, done: int, blocks: int, /) -> None:
        """Hear that one more block is done."""
        ...


class BlockStore:
    """Finished blocks in a folder, one file each, under a key that says what they are blocks of.

    A file is written under another name and renamed when it is whole, so a kill leaves no half block.

    Examples
    --------
    >>> import tempfile
    >>> store = BlockStore(Path(tempfile.mkdtemp()), key="abc")
    >>> store.keep((0, 2), {"estimate": np.zeros(2)})
    >>> store.find((0, 2))["estimate"].tolist(), store.find((2, 4)) is None
    ([0.0, 0.0], True)
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder / key
        self._folder.mkdir(parents=True, exist_ok=True)

    def find(self, block: Block) -> Arrays | None:
        """Give a finished block, or None."""
        path = self._path(block)
        if not path.exists():
            return None
        with np.load(path) as arrays:
            return {name: arrays[name] for name in arrays.files}

    def keep(self, block: Block, arrays: Arrays) -> None:
        """Write a finished block."""
        unfinished = self._path(block).with_suffix(f".{os.getpid()}.part")
        with unfinished.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        unfinished.replace(self._path(block))

    def _path(self, block: Block) -> Path:
        return self._folder / f"{block[0]:09d}-{block[1]:09d}.npz"


def cut_blocks(first: int, end: int, *, size: int) -> list[Block]:
    """Cut replicates into blocks.

    Parameters
    ----------
    first, end : int
        The number of the first replicate, and of the one after the last.
    size : int
        Replicates a block, from 1; the last may be shorter.

    Returns
    -------
    list of tuple of (int, int)
        The blocks, in order.

    Examples
    --------
    >>> cut_blocks(0, 5, size=2)
    [(0, 2), (2, 4), (4, 5)]
    """
    return [(start, min(start + size, end)) for start in range(first, end, size)]


def run_blocks(
    work: Callable[[Block], Arrays],
    blocks: Sequence[Block],
    *,
    workers: int = 1,
    scheduler: str = "threads",
    store: BlockStore | None = None,
    progress: Progress | None = None,
) -> dict[Block, Arrays]:
    """Compute blocks, each once, wherever there is room.

    Parameters
    ----------
    work : callable
        Computes one block; for processes and clusters it must be picklable.
    blocks : sequence of tuple of (int, int)
        First replicate and the one after the last (`cut_blocks`).
    workers : int
        How many threads or processes; a cluster has its own number.
    scheduler : str
        ``"threads"`` (the compiled models let others run beside them), ``"processes"`` (for analyses in plain Python),
        or the address of a Dask scheduler, ``"tcp://host:8786"``.
    store : BlockStore, optional
        Where finished blocks are kept and looked for.
    progress : callable, optional
        Told of every finished block.

    Returns
    -------
    dict
        The arrays of each block. They do not depend on who computed them.

    Raises
    ------
    TrialError
        If there is no such scheduler.

    Examples
    --------
    >>> done = run_blocks(lambda block: {"sum": np.array([float(sum(block))])}, [(0, 2), (2, 4)], workers=2)
    >>> [float(done[block]["sum"][0]) for block in sorted(done)]
    [2.0, 6.0]
    """
    found = {block: store.find(block) for block in blocks} if store else dict.fromkeys(blocks)
    done = {block: arrays for block, arrays in found.items() if arrays is not None}
    missing = [block for block in blocks if block not in done]
    if progress and done:
        progress(len(done), len(blocks))
    for block, arrays in share_out(work, missing, workers=workers, scheduler=scheduler):
        if store:
            store.keep(block, arrays)
        done[block] = arrays
        if progress:
            progress(len(done), len(blocks))
    return done


def join_blocks(done: Mapping[Block, Arrays]) -> Arrays:
    """Put the arrays of blocks end to end, in the order of their replicates.

    Parameters
    ----------
    done : mapping of block to arrays
        What `run_blocks` gives.

    Returns
    -------
    dict of str to array
        Each array over all replicates.

    Examples
    --------
    >>> join_blocks({(1, 2): {"x": np.array([5.0])}, (0, 1): {"x": np.array([4.0])}})["x"].tolist()
    [4.0, 5.0]
    """
    parts = [done[block] for block in sorted(done)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def share_out(
    work: Callable[[Task], Result], tasks: Iterable[Task], *, workers: int = 1, scheduler: str = "threads"
) -> Iterator[tuple[Task, Result]]:
    """Do tasks on threads, processes or a cluster, and give each as soon as it is done.

    Parameters
    ----------
    work : callable
        Does one task; for processes and clusters it must be picklable.
    tasks : iterable
        What it is called with.
    workers, scheduler
        As in `run_blocks`.

    Yields
    ------
    tuple
        A task and its result, in the order in which they are done.

    Raises
    ------
    TrialError
        If there is no such scheduler.

    Examples
    --------
    >>> dict(share_out(lambda task: task**2, [1, 2, 3], workers=2))[3]
    9
    """
    if workers < 1 or not (scheduler in _LOCAL or scheduler.startswith(("tcp://", "tls://"))):
        message = f"expected workers from 1, and threads, processes or tcp://host:port; got {workers}, '{scheduler}'"
        raise TrialError(message)
    calls = (joblib.delayed(_labelled)(work, task) for task in tasks)
    with ExitStack() as stack:
        if scheduler in _LOCAL:
            crew = joblib.Parallel(workers, backend=_LOCAL[scheduler], return_as="generator_unordered", batch_size=1)
        else:
            stack.enter_context(_cluster(scheduler))
            stack.enter_context(joblib.parallel_config(backend="dask"))
            crew = joblib.Parallel(return_as="generator_unordered", batch_size=1)
        yield from crew(calls)


def _labelled(work: Callable[[Task], Result], task: Task) -> tuple[Task, Result]:
    return task, work(task)


def _cluster(address: str) -> Any:  # noqa: ANN401 - a Client, of a package that need not be installed
    try:
        return import_module("distributed").Client(address, timeout=_PATIENCE)
    except ModuleNotFoundError:
        message = "a cluster needs Dask: pip install 'backloop[cluster]'"
    except OSError:
        message = f"no Dask scheduler answers at {address}; start one, or check the address"
    raise TrialError(message)
