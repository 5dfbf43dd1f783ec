"""Sharing a cohort out: one person at a time on each process of this machine, or on the machines of a cluster.

Decides where a person is worked on; what is done with them is the caller's matter, and it does not depend on where.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

from backloop.errors import MeasureError

__all__ = ["one_thread", "share_out"]

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")

_PATIENCE_S = 10
_CLUSTERS = ("tcp://", "tls://")


def one_thread() -> AbstractContextManager[Any]:
    """Keep the libraries of linear algebra to one thread, so that processes do not crowd each other.

    Returns
    -------
    context manager
        Without effect where threadpoolctl is not installed.

    Examples
    --------
    >>> with one_thread():
    ...     pass
    """
    if find_spec("threadpoolctl") is None:
        return nullcontext()
    limits: AbstractContextManager[Any] = import_module("threadpoolctl").threadpool_limits(limits=1)
    return limits


def share_out(
    work: Callable[[Task], Outcome], tasks: Sequence[Task], *, jobs: int = 1, scheduler: str | None = None
) -> Iterator[tuple[Task, Outcome | None]]:
    """Work on each task once, wherever there is room.

    Parameters
    ----------
    work : callable
        Works on one task; for several processes and clusters it must be picklable.
    tasks : sequence
        Persons, for example.
    jobs : int
        How many processes; one task in each at a time. A cluster has its own number.
    scheduler : str, optional
        The address of a Dask scheduler, ``"tcp://host:8786"``.

    Yields
    ------
    tuple
        A task and its outcome, in the order in which they are done; no outcome where the process was killed from
        outside. What was waiting behind it is then worked on one at a time, so that one heavy task ends only itself.

    Raises
    ------
    MeasureError
        If there is no such scheduler.

    Examples
    --------
    >>> sorted(share_out(abs, [-1, -2]))
    [(-2, 2), (-1, 1)]
    """
    if jobs < 1 or not (scheduler is None or scheduler.startswith(_CLUSTERS)):
        message = f"expected jobs from 1 and a scheduler such as tcp://host:8786; got {jobs} and '{scheduler}'"
        raise MeasureError(message)
    if scheduler is not None:
        yield from _on_cluster(work, tasks, scheduler)
    elif jobs == 1:
        yield from ((task, work(task)) for task in tasks)
    else:
        yield from _in_processes(work, tasks, jobs)


def _on_cluster(
    work: Callable[[Task], Outcome], tasks: Sequence[Task], address: str
) -> Iterator[tuple[Task, Outcome | None]]:
    joblib = _joblib()
    with ExitStack() as stack:
        stack.enter_context(_open_cluster(address))
        stack.enter_context(joblib.parallel_config(backend="dask"))
        crew = joblib.Parallel(return_as="generator_unordered", batch_size=1)
        yield from crew(joblib.delayed(_labelled)(work, task) for task in tasks)


def _in_processes(
    work: Callable[[Task], Outcome], tasks: Sequence[Task], jobs: int
) -> Iterator[tuple[Task, Outcome | None]]:
    """Share out among processes; after one was killed, go on one task at a time and name the one that is too heavy."""
    killed = import_module("joblib.externals.loky.process_executor").TerminatedWorkerError
    joblib, waiting, is_careful = _joblib(), dict(enumerate(tasks)), False
    while waiting:
        calls = [joblib.delayed(_labelled_at)(work, place, task) for place, task in waiting.items()]
        try:
            for place, outcome in _local_crew(joblib, jobs, is_careful=is_careful)(calls):
                yield waiting.pop(place), outcome
        except killed:
            if is_careful:
                yield waiting.pop(next(iter(waiting))), None
            is_careful = True


def _local_crew(joblib: Any, jobs: int, *, is_careful: bool) -> Any:  # noqa: ANN401 - a package without types
    """Open processes of one thread each; two when careful, for one would be this very process."""
    ahead = 1 if is_careful else "2*n_jobs"
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        return joblib.Parallel(max(jobs, 2), return_as="generator_unordered", batch_size=1, pre_dispatch=ahead)


def _labelled(work: Callable[[Task], Outcome], task: Task) -> tuple[Task, Outcome]:
    return task, work(task)


def _labelled_at(work: Callable[[Task], Outcome], place: int, task: Task) -> tuple[int, Outcome]:
    return place, work(task)


def _joblib() -> Any:  # noqa: ANN401 - a package without types
    if find_spec("joblib") is None:
        message = "several processes need joblib: pip install 'backloop[brain]'"
        raise MeasureError(message)
    return import_module("joblib")


def _open_cluster(address: str) -> Any:  # noqa: ANN401 - a Client, of a package that need not be installed
    if find_spec("distributed") is None:
        message = "a cluster needs Dask: pip install 'backloop[cluster]'"
        raise MeasureError(message)
    try:
        return import_module("distributed").Client(address, timeout=_PATIENCE_S)
    except OSError as error:
        message = f"no Dask scheduler answers at {address}; start one, or check the address"
        raise MeasureError(message) from error
