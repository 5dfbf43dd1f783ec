"""Running the blocks of a long computation on threads, processes or a cluster, and keeping what is finished.

Decides where blocks run and how finished ones are found again; what a block computes is the caller's matter.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

try:
    import joblib
except ModuleNotFoundError as missing:
    message = "simulations share their work out with joblib: pip install 'backloop[learn]'"
    raise ModuleNotFoundError(message, name="joblib") from missing

from backloop.errors import TrialError

__all__ = ["BlockStore", "Progress", "run_blocks"]

Block = tuple[int, int]  # the first trial, and the one after the last
Arrays = dict[str, NDArray[np.float64]]
Work = Callable[[Block], Arrays]

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


def run_blocks(
    work: Work,
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
        First trial and the one after the last.
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
    for block, arrays in _compute(work, missing, workers=workers, scheduler=scheduler):
        if store:
            store.keep(block, arrays)
        done[block] = arrays
        if progress:
            progress(len(done), len(blocks))
    return done


def _compute(work: Work, blocks: Sequence[Block], *, workers: int, scheduler: str) -> Iterator[tuple[Block, Arrays]]:
    if workers < 1 or not (scheduler in _LOCAL or scheduler.startswith(("tcp://", "tls://"))):
        message = f"expected workers from 1, and threads, processes or tcp://host:port; got {workers}, '{scheduler}'"
        raise TrialError(message)
    tasks = (joblib.delayed(_labelled)(work, block) for block in blocks)
    with ExitStack() as stack:
        if scheduler in _LOCAL:
            crew = joblib.Parallel(workers, backend=_LOCAL[scheduler], return_as="generator_unordered", batch_size=1)
        else:
            stack.enter_context(_cluster(scheduler))
            stack.enter_context(joblib.parallel_config(backend="dask"))
            crew = joblib.Parallel(return_as="generator_unordered", batch_size=1)
        yield from crew(tasks)


def _labelled(work: Work, block: Block) -> tuple[Block, Arrays]:
    return block, work(block)


def _cluster(address: str) -> Any:  # noqa: ANN401 - a Client, of a package that need not be installed
    try:
        return import_module("distributed").Client(address, timeout=_PATIENCE)
    except ModuleNotFoundError:
        message = "a cluster needs Dask: pip install 'backloop[cluster]'"
    except OSError:
        message = f"no Dask scheduler answers at {address}; start one, or check the address"
    raise TrialError(message)
