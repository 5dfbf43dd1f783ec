"""Shared work at the shell: threads, processes and a cluster print the same, and a killed run goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backloop.cli import app

EXAMPLES = Path(__file__).parents[2] / "examples"
WORLD = str(EXAMPLES / "10_power" / "resolve.toml")
TRIAL = [str(EXAMPLES / "11_trial_report" / name) for name in ("trial.toml", "data.toml")]
KILLED = ["power", WORLD, "--model", "ancova", "--people", "60", "--week", "18", "--seed", "3"]
SHARED = {
    "power": ["power", WORLD, "--trials", "1100", "--week", "18", "--people", "60"],
    "power of a modifier": ["power", WORLD, "--trials", "1100", "--people", "60", "--modifier", "kinesiophobia"],
    "sensitivity": ["sensitivity", *TRIAL, "--exploratory", "--imputations", "40"],
    "mediate": ["mediate", *TRIAL, "--exploratory", "--draws", "600"],
}


def call(*words: str):
    """Type a command and ask for JSON."""
    return CliRunner().invoke(app, ["trial", *words, "--format", "json"])


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A Dask cluster of two worker processes on this machine."""
    distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as workers:
        yield workers.scheduler_address


@pytest.mark.parametrize("words", SHARED.values(), ids=SHARED)
def test_who_computes_does_not_matter(words: list[str], cluster: str):
    """One thread, two threads, and the two workers of a cluster print the same to the last digit."""
    alone, two, shared = call(*words), call(*words, "--jobs", "2"), call(*words, "--scheduler", cluster)

    assert (0, 0, 0) == (alone.exit_code, two.exit_code, shared.exit_code), shared.output
    assert alone.stdout == two.stdout == shared.stdout


def test_processes_print_the_same():
    """So do two processes of one machine."""
    words = ["power", WORLD, "--trials", "1100", "--week", "18", "--people", "60", "--model", "ancova"]

    assert call(*words).stdout == call(*words, "--jobs", "2", "--scheduler", "processes").stdout


@pytest.mark.parametrize("words", SHARED.values(), ids=SHARED)
def test_nobody_at_the_address(words: list[str], monkeypatch: pytest.MonkeyPatch):
    """Where no cluster answers the command says so and ends with code 2."""
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    monkeypatch.setattr("backloop.kernel.schedulers._PATIENCE", 0.3)

    result = call(*words, "--scheduler", "tcp://127.0.0.1:9")

    assert (2, True) == (result.exit_code, "no Dask scheduler answers" in result.stderr)


def test_a_killed_command_goes_on_from_its_finished_blocks(tmp_path: Path):
    """After kill -9 the same command keeps every finished block, computes the rest, and prints the same as ever."""
    words = [sys.executable, "-m", "backloop", "trial", *KILLED, "--trials", "500000", "--resume", str(tmp_path)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(list(tmp_path.glob("*/*.npz"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    finished = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*.npz")}
    trials = str(500 * (len(finished) + 2))

    again = call(*KILLED, "--trials", trials, "--resume", str(tmp_path))

    assert 3 <= len(finished) < 1000
    assert process.returncode == -signal.SIGKILL
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    assert len(list(tmp_path.glob("*/*.npz"))) == len(finished) + 2
    assert json.loads(again.stdout) == json.loads(call(*KILLED, "--trials", trials).stdout)
