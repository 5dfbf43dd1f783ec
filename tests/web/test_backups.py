"""Backups: made while the clinic works, locked, equal after restoring, also from one engine to the other."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import UnreadableBackup
from backloop.web import Clinic
from backloop.web.keeping.archives import SealedReader, SealedWriter
from backloop.web.keeping.unpacking import UNFINISHED
from backloop.web.settings.keyrings import Keyring

DRIVERS = Path(__file__).parent / "drivers"
RING = Keyring.new()


def _lock(content: bytes) -> bytes:
    file = io.BytesIO()
    with SealedWriter(file, RING) as sealed:
        sealed.write(content)
    return file.getvalue()


def _open(locked: bytes, ring: Keyring = RING) -> bytes:
    return SealedReader(io.BytesIO(locked), ring).read()


def _backloop(*words: object, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backloop", "clinic", *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("source", "target"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_a_backup_of_a_busy_clinic_restores_equal(
    source: str, target: str, tmp_path: Path, address_of: Callable[[str], dict[str, str]]
):
    """Copied while two threads write, restored on the other engine: every row, both chains, every file."""
    here, there = address_of(source), address_of(target)
    clinic, copy, restored = tmp_path / "clinic", tmp_path / "copy.backup", tmp_path / "restored"
    Clinic.make(clinic, demo=True)
    assert _backloop("migrate", clinic, env=here).returncode == 0
    driver = [sys.executable, str(DRIVERS / "busy_backup.py"), str(clinic), str(copy)]
    done = subprocess.run(driver, env=here, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])

    back = _backloop("restore", copy, restored, "--keys", clinic / "secrets" / "backup.keys", env=there)
    verified = _backloop("verify-audit", restored, env=there)

    assert (back.returncode, back.stderr) == (0, "")
    assert told["before"] <= told["copied"] <= told["after"]
    assert f"{told['copied']} events" in verified.stdout
    assert verified.returncode == 0
    assert (restored / "uploads" / "rest.edf").read_bytes() == bytes(range(256)) * 5000
    assert not (restored / UNFINISHED).exists()


def test_a_restore_asks_for_an_empty_place(tmp_path: Path):
    """A folder with something in it is not restored over."""
    (tmp_path / "letter.txt").write_text("keep me")

    with pytest.raises(UnreadableBackup, match="empty folder"):
        Clinic.restore(tmp_path / "copy.backup", tmp_path, keys=tmp_path / "backup.keys")


@given(st.integers(0, 3 << 20))
def test_what_is_locked_opens_the_same(size: int):
    """Any length comes back, also around the length of a piece."""
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]

    assert _open(_lock(content)) == content


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 2 << 20])
def test_the_edges_of_a_piece(size: int):
    """Whole pieces and one byte more or less come back."""
    assert _open(_lock(b"x" * size)) == b"x" * size


@pytest.mark.parametrize("place", [0.05, 0.3, 0.6, 0.99])
def test_a_changed_byte_is_found(place: float):
    """One flipped bit anywhere is refused."""
    locked = bytearray(_lock(b"x" * (3 << 20)))
    locked[int(len(locked) * place)] ^= 1

    with pytest.raises(UnreadableBackup):
        _open(bytes(locked))


@pytest.mark.parametrize("kept", [0, 10, 100, 200, (1 << 20) + 500, (3 << 20) - 5])
def test_a_cut_copy_is_found(kept: int):
    """A copy that ends early is refused, also where a piece ends."""
    with pytest.raises(UnreadableBackup):
        _open(_lock(b"x" * (3 << 20))[:kept])


def test_another_key_does_not_open():
    """Without the clinic's own key nothing is read."""
    with pytest.raises(UnreadableBackup, match="another key"):
        _open(_lock(b"secret"), Keyring.new())


def test_an_older_key_still_opens():
    """After a rotation, copies locked before it can be opened."""
    assert _open(_lock(b"secret"), RING.with_new()) == b"secret"
