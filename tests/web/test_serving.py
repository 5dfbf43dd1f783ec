"""The running server, on both engines: it answers as it describes itself, and nothing outlives it."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import schemathesis
from asgiref.sync import SyncToAsync
from asgiref.testing import ApplicationCommunicator
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.specs.openapi.checks import positive_data_acceptance

from backloop.web import Clinic
from backloop.web.crews import InOneGo, ThreadRooms

DRIVERS = Path(__file__).parent / "drivers"
PROCESSES = 2
EXAMPLES = 12


@dataclass
class Served:
    """A clinic with its doors open: the process, the address, and what its driver told."""

    process: psutil.Process
    address: str
    told: dict[str, Any]

    def ask(self, path: str, **headers: str) -> int:
        """Ask for a page; give the status, 0 where nobody answers."""
        try:
            return requests.get(self.address + path, headers=headers, timeout=60).status_code
        except requests.ConnectionError:
            return 0

    @property
    def crew(self) -> list[psutil.Process]:
        """The processes that answer and the one that does the jobs."""
        own = [each for each in self.process.children() if each.status() != psutil.STATUS_ZOMBIE]
        return [each for each in own if "resource_tracker" not in " ".join(each.cmdline())]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Open a clinic with the cast on a port of its own, answered by two processes."""
    environment = {**os.environ, "BACKLOOP_PROCESSES": str(PROCESSES)}
    if request.param == "postgresql":
        environment["DATABASE_URL"] = request.getfixturevalue("cluster").make_database(f"t{uuid.uuid4().hex}")
    place = tmp_path_factory.mktemp("served")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = place / "clinic"
    Clinic.make(folder, origin=f"http://localhost:{port}")
    filling = [sys.executable, str(DRIVERS / "filled_clinic.py"), str(folder)]
    filled = subprocess.run(filling, env=environment, check=True, capture_output=True, text=True)
    command = [sys.executable, "-m", "backloop", "serve", "--folder", str(folder), "--port", str(port)]
    with (place / "said").open("w") as said:
        server = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
    clinic = Served(psutil.Process(server.pid), f"http://localhost:{port}", json.loads(filled.stdout.splitlines()[-1]))
    try:
        _wait(lambda: clinic.ask("/alive/") == 200 or server.poll() is not None)
        assert server.poll() is None, (place / "said").read_text()
        yield clinic
    finally:
        server.terminate()
        server.wait(timeout=30)
        assert "Traceback" not in (place / "said").read_text()


def test_a_running_server_answers_as_it_describes_itself(served: Served):
    """No request that the description allows gets a 5xx or an answer of another shape from the running server."""
    sign = {"Authorization": f"Bearer {served.told['tokens']['clinician']}"}
    described = schemathesis.openapi.from_url(f"{served.address}/api/openapi.json")
    operations = [found.ok() for found in described.get_all_operations()]
    codes = strategies.sampled_from([*served.told["codes"].values(), "NOSUCH22"])
    seen: list[int] = []

    def check(case: Any, code: str) -> None:
        if "code" in (case.path_parameters or {}):
            case.path_parameters["code"] = code
        # What the books accept is narrower than what a schema can say, so a refusal of well-formed data is right.
        answer = case.call_and_validate(headers=sign, excluded_checks=[positive_data_acceptance])
        seen.append(answer.status_code)

    calm = settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    for operation in operations:
        calm(given(case=operation.as_strategy(), code=codes)(check))()

    assert len(operations) == 7
    assert {200, 404} <= set(seen)
    assert max(seen) < 500


def test_the_counters_of_sign_ins_are_shared(tmp_path: Path):
    """What one process counts, such as wrong passwords, the next one knows."""
    clinic = Clinic.make(tmp_path / "clinic")
    count = (
        "import sys; from pathlib import Path; from backloop.web.settings.starting import start_django;"
        "start_django(Path(sys.argv[1])); from django.core.cache import cache;"
        "print(cache.get('wrong', 0)); cache.set('wrong', cache.get('wrong', 0) + 1, 60)"
    )
    command = [sys.executable, "-c", count, str(clinic.folder)]
    said = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() for _ in range(2)]

    assert said == ["0", "1"]


def test_a_process_that_dies_is_replaced_and_none_outlives_the_server(served: Served):
    """Who answers is replaced when killed; after kill -9 of the server itself neither answers nor jobs go on."""
    crew = served.crew
    assert len(crew) == PROCESSES + 1
    answering = [each for each in crew if "work" not in each.cmdline()]
    time.sleep(max(0.0, 16 - (time.time() - answering[0].create_time())))  # one that ends at once is not replaced
    answering[0].kill()
    _wait(lambda: len(served.crew) == PROCESSES + 1 and answering[0] not in served.crew)
    assert served.ask("/alive/") == 200

    crew = served.crew
    os.kill(served.process.pid, signal.SIGKILL)
    _, left = psutil.wait_procs(crew, timeout=20)

    assert left == []
    assert served.ask("/alive/") == 0


def test_a_request_is_answered_in_one_visit_to_its_thread(monkeypatch: pytest.MonkeyPatch):
    """The thread is visited to begin, to answer and to close; Django's own way takes twice as many visits."""
    visits, visit = [], SyncToAsync.__call__

    async def count(self: SyncToAsync, *arguments: Any, **named: Any) -> Any:
        visits.append(self.func)
        return await visit(self, *arguments, **named)

    async def ask() -> list[dict[str, Any]]:
        scope = {"type": "http", "method": "GET", "path": "/alive/", "headers": [(b"host", b"localhost")]}
        browser = ApplicationCommunicator(ThreadRooms(InOneGo()), scope | {"query_string": b"", "http_version": "1.1"})
        await browser.send_input({"type": "http.request", "body": b""})
        answer = [await browser.receive_output(timeout=10) for _ in range(2)]
        await browser.wait(timeout=10)
        return answer

    monkeypatch.setattr(SyncToAsync, "__call__", count)
    head, body = asyncio.run(ask())

    assert (head["status"], body.get("more_body", False)) == (200, False)
    assert len(visits) == 3


def _wait(holds: Callable[[], bool], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)
