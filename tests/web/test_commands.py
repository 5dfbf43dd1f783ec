"""The clinic's commands, typed as their help shows them, each in a process of its own."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer.main

from backloop.cli import app

CLINIC = typer.main.get_command(app).commands["clinic"].commands  # type: ignore[attr-defined]
SPOKEN = "horse battery staple 9"


def _run(words: list[str], place: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backloop", *words]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)


def _example(name: str) -> list[str]:
    return shlex.split(CLINIC[name].epilog.removeprefix("Example: backloop "))


def test_the_examples_of_the_clinic_run_one_after_the_other(tmp_path: Path):
    """From making a clinic to restoring it, every example of the help works as it stands."""
    (tmp_path / "password").write_text(SPOKEN)
    extra = {"create-admin": ["--password-file", "password"], "export": ["--everybody"]}
    order = ["init", "check", "migrate", "create-admin", "work", "backup", "verify-audit", "rotate-keys"]
    said = {}
    for name in order:
        if name == "verify-audit":
            (tmp_path / "copy.jsonl").write_text((tmp_path / "clinic" / "anchors.jsonl").read_text())
        done = _run(_example(name) + extra.get(name, []), tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), name
        said[name] = done.stdout
    (tmp_path / "backup.keys").write_text((tmp_path / "clinic" / "secrets" / "backup.keys").read_text())

    restored = _run(_example("restore"), tmp_path)
    exported = _run(_example("export") + extra["export"], tmp_path)

    assert (restored.returncode, "both chains are whole" in restored.stdout) == (0, True)
    assert (exported.returncode, "nobody" in exported.stderr) == (2, True)
    assert {*order, "restore", "export"} == set(CLINIC)
    assert "FAULT" not in said["check"]
    assert "free of the WAL-reset fault), journal wal" in said["check"] or find_spec("pysqlite3") is None
    assert "1 events, 0 reads: whole" in said["verify-audit"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["clinic", "check", "nowhere"], "backloop clinic init"),
        (["clinic", "backup", "nowhere", "--to", "x.backup"], "backloop clinic init"),
        (["serve", "--folder", "nowhere"], "backloop clinic init"),
        (["clinic", "restore", "nowhere.backup", "new", "--keys", "nowhere.keys"], "nowhere"),
    ],
)
def test_a_wrong_call_is_answered_in_words(words: list[str], told: str, tmp_path: Path):
    """A folder or file that is not there ends with code 2 and what to do, never with a traceback."""
    done = _run(words, tmp_path)

    assert done.returncode == 2
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_tampering_ends_with_a_fault(tmp_path: Path):
    """Who edits the file with SQL after taking the guards down is found by the command, with code 2."""
    import sqlite3

    (tmp_path / "password").write_text(SPOKEN)
    assert _run(_example("init"), tmp_path).returncode == 0
    _run([*_example("create-admin"), "--password-file", "password"], tmp_path)
    with sqlite3.connect(tmp_path / "clinic" / "clinic.sqlite3") as intruder:
        intruder.execute("DROP TRIGGER store_event_no_update")
        intruder.execute("UPDATE store_event SET account = 'somebody else'")

    done = _run(["clinic", "verify-audit", "clinic"], tmp_path)
    checked = _run(["clinic", "check", "clinic"], tmp_path)

    assert (done.returncode, "events 1: was changed" in done.stderr) == (2, True)
    assert (checked.returncode, "FAULT guards" in checked.stdout) == (2, True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_demonstration_opens(tmp_path: Path, end: signal.Signals):
    """`backloop serve --demo` answers, prints the passwords once, and leaves nothing running behind."""
    port = _free_port()
    command = [sys.executable, "-m", "backloop", "serve", "--demo", "--port", str(port)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with (tmp_path / "said").open("w") as said:
        server = subprocess.Popen(command, cwd=tmp_path, stdout=said, stderr=said, env=environment)
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/account/login/") as answer:
                    page = answer.read().decode()
                break
            except OSError:
                assert server.poll() is None, (tmp_path / "said").read_text()
                time.sleep(0.1)
    finally:
        server.send_signal(end)
        server.wait(timeout=30)

    assert "虚构" in page
    assert "clinician" in (tmp_path / "said").read_text()
    assert not list(tmp_path.glob("backloop-demo-*"))
