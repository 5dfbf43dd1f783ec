"""How fast a clinic answers while many people use it, on SQLite and on a PostgreSQL server of its own.

Writes bench/clinic.json with the machine's description. A clinic is filled with made-up patients and events, opened as
``backloop serve`` opens it, and used by as many clinicians and patients at once as asked; each pauses between two
requests as people do. The worklist and the timeline are timed alone before anybody else is there.

``python bench/clinic.py`` does all of it; a filled clinic is kept in ``--place`` and filled further where a run was
stopped, and each engine's result is written as soon as it is there.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import uuid
from itertools import count
from pathlib import Path

from clinic_filling import fill_clinic
from clinic_server import Cluster, Watched, free_port

from backloop.web.settings.journals import choose_journal, sqlite_version, take_sound_sqlite

# A clinician reads a page before the next one; a patient reads a question and answers it.
PAUSE_S = {"clinician": 20.0, "patient": 10.0}
ALONE = 40
MINUTE = 60.0


def main() -> None:
    """Measure each engine asked for."""
    options = _options()
    if options.fill:
        fill_clinic(Path(options.fill), options)
        return
    asked = {name: getattr(options, name) for name in ("people", "events", "users", "seconds")} | {"pause_s": PAUSE_S}
    result = _earlier(options.out, asked)
    for engine in options.engines.split(","):
        _say(f"{engine}: {asked}")
        result |= {"machine": _machine(), "asked": asked, engine: measure(engine, options)}
        options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        _say(json.dumps(result[engine]["load"]["all"]))
    _say(f"written to {options.out}")


def measure(engine: str, options: argparse.Namespace) -> dict:
    """Fill a clinic on one engine as far as it is not, open it, and use it."""
    place = options.place / f"{engine}-{options.people}-{options.events}-{options.users.replace('+', '-')}"
    place.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(place / "cluster") if engine == "postgresql" else None
    environment = dict(os.environ) | ({"DATABASE_URL": cluster.address} if cluster else {})
    try:
        known = _filled(place / "clinic", environment, options)
        told = {"version": cluster.version if cluster else _sqlite(), "load_before": os.getloadavg()}
        told |= {name: known[name] for name in ("patients", "events", "fill_s")}
        return told | _serve_and_use(place / "clinic", environment, known, options)
    finally:
        if cluster:
            cluster.stop()


def _sqlite() -> str:
    take_sound_sqlite()
    return f"{'.'.join(map(str, sqlite_version()))}, journal {choose_journal(sqlite_version())}"


def _filled(folder: Path, environment: dict, options: argparse.Namespace) -> dict:
    names = ("people", "events", "users")
    command = [sys.executable, __file__, f"--fill={folder}", *(f"--{name}={getattr(options, name)}" for name in names)]
    subprocess.run(command, env=environment, check=True)
    return json.loads((folder / "bench.json").read_text(encoding="utf-8"))


def _serve_and_use(folder: Path, environment: dict, known: dict, options: argparse.Namespace) -> dict:
    door = Door(free_port())
    command = [sys.executable, "-m", "backloop", "serve", "--folder", str(folder), "--port", str(door.port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        return asyncio.run(use(door, known, server.pid, options))
    finally:
        server.terminate()
        server.wait()


async def use(door: "Door", known: dict, server: int, options: argparse.Namespace) -> dict:
    """Wait for the doors, time two pages alone, then let everybody in at once."""
    await door.wait_until_open()
    first = known["clinicians"][0]
    timeline = f"/clinic/patients/{first['codes'][0]}/"
    alone = {"worklist": await door.alone("/clinic/", first), "timeline": await door.alone(timeline, first)}
    _say(f"alone: {alone}")
    watched = [Watched(server)()]
    end = time.perf_counter() + options.seconds
    users = [_clinician(door, each, end) for each in known["clinicians"]]
    users += [_patient(door, each, end) for each in known["own"]]
    await asyncio.gather(_watch(door, Watched(server), watched, options.seconds), *users)
    routes = sorted({one[0] for one in door.seen})
    return {
        "alone_ms": alone,
        "load": {route: _summary([one for one in door.seen if one[0] == route], options.seconds) for route in routes}
        | {"all": _summary(door.seen, options.seconds)},
        "cpu_ms_a_request": round(_cpu_ms(watched) / len(door.seen), 1),
        "each_minute": watched,
    }


async def _clinician(door: "Door", who: dict, end: float) -> None:
    """Take one patient after the other: the list, the story, then what the core says of them."""
    pages = ["profile", "plan", "course", "programme"]
    for at in count(random.Random(who["cookie"]).randrange(100)):
        code = who["codes"][at % len(who["codes"])]
        page = pages[at % len(pages)]
        walk = {"worklist": "/clinic/", "timeline": f"/clinic/patients/{code}/", page: f"/care/{code}/{page}/"}
        for route, path in walk.items():
            if not await door.pause(PAUSE_S["clinician"], end):
                return
            await door.ask(route, "GET", path, cookie=who["cookie"])


async def _patient(door: "Door", who: dict, end: float) -> None:
    """Look what is due and answer a question, over and over."""
    for at in count(random.Random(who["token"]).randrange(100)):
        if not await door.pause(PAUSE_S["patient"], end):
            return
        await door.ask("patient's day", "GET", "/patient/", cookie=who["cookie"])
        if not await door.pause(PAUSE_S["patient"], end):
            return
        answer = {"session_id": "ses-w00", "kind": "response", "book": "nrs", "item": "nrs_01", "value": at % 11}
        body = json.dumps({"uid": str(uuid.uuid4()), "seen": answer}).encode()
        path = f"/api/patients/{who['code']}/observations"
        await door.ask("API answer", "POST", path, token=who["token"], body=body)


async def _watch(door: "Door", look: Watched, watched: list[dict], seconds: float) -> None:
    began = time.perf_counter()
    while (left := began + seconds - time.perf_counter()) > 0:
        await asyncio.sleep(min(MINUTE, left))
        watched.append(look())
        since = time.perf_counter() - began
        _say(f"{since:4.0f} s  {watched[-1]['answering_mb']:.0f} MB  {json.dumps(_summary(door.seen, since))}")


class Door:
    """The clinic's address, with every request that was sent: route, milliseconds, status."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.seen: list[tuple[str, float, int]] = []

    async def ask(
        self, route: str, method: str, path: str, *, cookie: str = "", token: str = "", body: bytes = b""
    ) -> None:
        """Send one request over a connection of its own."""
        head = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", "Connection: close"]
        head += [f"Cookie: {cookie}"] if cookie else []
        head += [f"Authorization: Bearer {token}"] if token else []
        head += [f"Content-Length: {len(body)}", "Content-Type: application/json"] if body else []
        began, status = time.perf_counter(), 0
        try:
            reader, writer = await asyncio.open_connection("localhost", self.port)
            writer.write("\r\n".join([*head, "", ""]).encode() + body)
            await writer.drain()
            status = int((await reader.readline()).split()[1])
            await reader.read()
            writer.close()
        except (OSError, IndexError, ValueError):
            status = 0
        self.seen.append((route, (time.perf_counter() - began) * 1e3, status))

    async def alone(self, path: str, who: dict) -> dict[str, float]:
        """Time one page while nobody else is there."""
        kept, self.seen = self.seen, []
        for _ in range(ALONE):
            await self.ask("", "GET", path, cookie=who["cookie"])
        asked, self.seen = self.seen, kept
        if bad := [status for _, _, status in asked if status != 200]:
            message = f"{path} answered {bad[0]}"
            raise SystemExit(message)
        times = sorted(ms for _, ms, _ in asked[2:])
        told = {"median": times[len(times) // 2], "p95": times[int(len(times) * 0.95)], "first": asked[0][1]}
        return {name: round(ms, 1) for name, ms in told.items()}

    async def pause(self, seconds: float, end: float) -> bool:
        """Pause as people do, never all for the same time; say whether there is time left."""
        await asyncio.sleep(random.uniform(0.5, 1.5) * seconds)
        return time.perf_counter() < end

    async def wait_until_open(self) -> None:
        """Wait until the clinic answers."""
        for _ in range(300):
            await self.ask("", "GET", "/alive/")
            if self.seen.pop()[2] == 200:
                return
            await asyncio.sleep(0.2)
        message = "the clinic did not open"
        raise SystemExit(message)


def _summary(seen: list, seconds: float) -> dict:
    times = sorted(ms for _, ms, _ in seen) or [0.0]
    errors = sum(not 200 <= status < 400 for _, _, status in seen)
    cut = {f"p{part}_ms": round(times[min(int(len(times) * part / 100), len(times) - 1)], 1) for part in (50, 95, 99)}
    return {"requests": len(seen), "requests_per_s": round(len(seen) / seconds, 1), **cut, "errors": errors}


def _cpu_ms(watched: list[dict]) -> float:
    return (watched[-1]["answering_cpu_s"] - watched[0]["answering_cpu_s"]) * 1e3


def _earlier(out: Path, asked: dict) -> dict:
    """Give an earlier result of the same size, so that engines can be measured one at a time."""
    kept = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    return kept if kept.get("asked") == asked else {}


def _machine() -> dict:
    model = [line for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if "model name" in line]
    return {
        "processor": model[0].partition(": ")[2] if model else platform.processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=5000, help="patients in the clinic")
    parser.add_argument("--events", type=int, default=1_000_000, help="events in the clinic, about")
    parser.add_argument("--users", default="50+200", help="clinicians + patients who use it at once")
    parser.add_argument("--seconds", type=float, default=600, help="how long they use it")
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "backloop-bench")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--fill", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
