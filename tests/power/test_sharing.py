"""Sharing simulations out: who computes does not matter, and what was finished before a kill is not computed again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backloop.errors import TrialError
from backloop.power import ModelAnalysis, Simulation, World, simulate

ANCOVA = ModelAnalysis(model="ancova")

# Small trials by the thousand: some seconds of work, a file every few milliseconds.
KILLED = """
import sys
from pathlib import Path
from backloop.power import ModelAnalysis, read_world, simulate
world = read_world(Path(sys.argv[1]))
simulate(world, ModelAnalysis(model="ancova"), trials=20_000, seed=3, block=50, folder=Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def alone(resolve: World) -> Simulation:
    """What one worker finds."""
    return simulate(resolve, ANCOVA, trials=120, seed=3)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_number_of_threads_does_not_matter(resolve: World, alone: Simulation, workers: int):
    """One, two and three threads and other blocks give the same result to the last bit."""
    assert simulate(resolve, ANCOVA, trials=120, seed=3, workers=workers, block=17 * workers) == alone


def test_the_engine_does_not_mind_threads(resolve: World):
    """The compiled model gives the same result to the last bit in one, two and three threads."""
    results = [simulate(resolve, trials=240, seed=2, workers=workers, block=80) for workers in (1, 2, 3)]

    assert results[0] == results[1] == results[2]


def test_processes_give_the_same(resolve: World, alone: Simulation):
    """So do two processes."""
    assert simulate(resolve, ANCOVA, trials=120, seed=3, workers=2, block=30, scheduler="processes") == alone


def test_a_cluster_gives_the_same(resolve: World, alone: Simulation):
    """A Dask cluster of two worker processes gives the same result to the last bit."""
    distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster:
        address = cluster.scheduler_address
        assert simulate(resolve, ANCOVA, trials=120, seed=3, block=20, scheduler=address) == alone


def test_progress_is_told_after_every_block(resolve: World):
    """The listener hears of each finished block, of how many."""
    heard: list[tuple[int, int]] = []
    simulate(resolve, ANCOVA, trials=50, seed=3, block=20, progress=lambda done, blocks: heard.append((done, blocks)))

    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_a_killed_run_goes_on_from_its_finished_blocks(resolve: World, tmp_path: Path):
    """After SIGKILL the same call reads what was finished, computes the rest, and finds the same as ever."""
    example = Path(__file__).parents[2] / "examples" / "10_power" / "resolve.toml"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(example), str(tmp_path)])
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("*/*.npz"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    finished = len(list(tmp_path.glob("*/*.npz")))
    heard: list[int] = []
    wanted = {"trials": (finished + 2) * 50, "seed": 3}
    listen = {"block": 50, "folder": tmp_path, "progress": lambda done, _all: heard.append(done)}
    again = simulate(resolve, ANCOVA, **wanted, **listen)

    assert 3 <= finished < 400
    assert heard == [finished, finished + 1, finished + 2]
    assert again == simulate(resolve, ANCOVA, **wanted)


def test_stored_blocks_are_found_by_what_they_are_of(resolve: World, tmp_path: Path):
    """Another seed, world or analysis never takes a stored block for its own."""
    heard: list[int] = []
    for seed, world, analysis in ((1, resolve, ANCOVA), (2, resolve, ANCOVA), (1, resolve.without_effect(), ANCOVA)):
        simulate(world, analysis, trials=10, seed=seed, folder=tmp_path)
    other = ModelAnalysis(model="ancova", weeks=(18,))
    simulate(resolve, other, trials=10, seed=1, folder=tmp_path)
    simulate(resolve, ANCOVA, trials=10, seed=1, folder=tmp_path, progress=lambda done, _all: heard.append(done))

    assert len(list(tmp_path.iterdir())) == 4
    assert heard == [1]


@pytest.mark.parametrize(
    ("scheduler", "workers", "message"),
    [("fast", 1, "got 1, 'fast'"), ("threads", 0, "workers from 1"), ("tcp://127.0.0.1:9", 1, "no Dask scheduler")],
)
def test_unknown_schedulers_are_refused(
    resolve: World, monkeypatch: pytest.MonkeyPatch, scheduler: str, workers: int, message: str
):
    """A misspelt scheduler, no workers, or an address where nobody answers get their message."""
    if scheduler.startswith("tcp"):
        pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
        monkeypatch.setattr("backloop.kernel.schedulers._PATIENCE", 0.3)
    with pytest.raises(TrialError, match=message):
        simulate(resolve, ANCOVA, trials=10, seed=1, scheduler=scheduler, workers=workers)
