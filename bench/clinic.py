"""How fast a clinic answers while many people use it, on SQLite and on a PostgreSQL server of its own.

Writes bench/clinic.json with the machine's description. A clinic is filled with made-up patients and events, opened as
``backloop serve`` opens it, and used by as many clinicians and patients at once as asked; each pauses between two
requests as people do. The worklist and the timeline are timed alone before and under the load.
"""

import argparse
import asyncio
import json
import os
import platform
import pwd
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

PAUSE_S = {"clinician": 5.0, "patient": 10.0}
PORT = 8765


def main() -> None:
    options = _options()
    if options.fill:
        print(json.dumps(fill(Path(options.fill), options)))
        return
    result = {"machine": _machine(), "asked": {k: v for k, v in vars(options).items() if k not in {"fill", "out"}}}
    for engine in options.engines.split(","):
        with tempfile.TemporaryDirectory(prefix="backloop-bench-") as place:
            result[engine] = measure(engine, Path(place), options)
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def measure(engine: str, place: Path, options: argparse.Namespace) -> dict:
    """Fill a clinic on one engine, open it, and use it."""
    cluster = Cluster(place / "cluster") if engine == "postgresql" else None
    environment = dict(os.environ) | ({"DATABASE_URL": cluster.address} if cluster else {})
    try:
        folder = place / "clinic"
        told = [f"--{name.replace('_', '-')}={getattr(options, name)}" for name in ("people", "events", "users")]
        command = [sys.executable, __file__, f"--fill={folder}", *told]
        began = time.perf_counter()
        filled = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        known = json.loads(filled.stdout.splitlines()[-1])
        spent = time.perf_counter() - began
        server = subprocess.Popen(
            [sys.executable, "-m", "backloop", "serve", "--folder", str(folder), "--port", str(PORT)], env=environment
        )
        try:
            found = asyncio.run(use(known, server.pid, options))
        finally:
            server.terminate()
            server.wait()
        return {"fill_s": round(spent, 1), "events": known["events"], "patients": known["patients"]} | found
    finally:
        if cluster:
            cluster.stop()


def fill(folder: Path, options: argparse.Namespace) -> dict:
    """Make a clinic with patients, events, and signed-in clinicians and patients."""
    from backloop.web import Clinic

    Clinic.make(folder, name="bench", origin=f"http://localhost:{PORT}").migrate()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from backloop.record import make_person
    from backloop.web.api.tokens import make_token
    from backloop.web.people.making import MAKER, make_patient
    from backloop.web.people.models import Account, CareTeam, RoleGrant, Site
    from backloop.web.people.roles import Role
    from backloop.web.store.events import add_events
    from backloop.web.store.kinds import PersonFacts
    from backloop.web.store.models import Event

    clinicians, patients = (int(number) for number in options.users.split("+"))
    site = Site.objects.create(slug="bench", name_en="Bench", name_zh="测试")
    teams = [CareTeam.objects.create(site=site, slug=f"team-{number}") for number in range(10)]
    people = [make_person(seed=seed, weeks=(0, 12)) for seed in range(1, 6)]

    def account(name: str, role: Role) -> Account:
        made = Account.objects.create_user(name)
        RoleGrant.objects.create(account=made, role=role.value, site=site if role is Role.CLINICIAN else None)
        return made

    def cookie(of: Account) -> str:
        session = SessionStore()
        session[SESSION_KEY] = str(of.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = of.get_session_auth_hash()
        session["second_factor"] = True
        session.save()
        return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"

    codes, told = [], {"clinicians": [], "own": []}
    for number in range(options.people):
        patient = make_patient(site, teams[number % len(teams)])
        record = people[number % len(people)]
        who = record.participant.model_copy(update={"participant_id": f"sub-{patient.code}"})
        nouns = [PersonFacts(participant=who, made_up=True), *record.sessions, *record.observations]
        share = max(options.events // options.people, len(record.sessions) + 2)
        add_events(MAKER, patient.code, nouns[:share], zone=patient.zone)
        codes.append(patient.code)
        if number < patients:
            patient.account = account(f"patient-{number}", Role.PATIENT)
            patient.save()
            token = make_token(patient.account, name="bench", scope="write", days=1)
            told["own"].append({"code": patient.code, "cookie": cookie(patient.account), "token": token})
    for number in range(clinicians):
        made = account(f"clinician-{number}", Role.CLINICIAN)
        teams[number % len(teams)].members.add(made)
        told["clinicians"].append({"cookie": cookie(made), "codes": codes[number % len(teams) :: len(teams)][:200]})
    call_command("rebuild_worklist", stdout=sys.stderr)
    return told | {"patients": len(codes), "events": Event.objects.count()}


async def use(known: dict, server: int, options: argparse.Namespace) -> dict:
    """Wait for the doors, time two pages alone, then let everybody in at once."""
    await _wait_for_doors()
    first = known["clinicians"][0]
    alone = {
        "worklist": await _alone("/clinic/", first["cookie"]),
        "timeline": await _alone(f"/clinic/patients/{first['codes'][0]}/", first["cookie"]),
    }
    memory, seen = [_resident_mb(server)], []
    end = time.perf_counter() + options.seconds
    users = [_clinician(each, end, seen) for each in known["clinicians"]]
    users += [_patient(each, end, seen) for each in known["own"]]
    watch = asyncio.create_task(_watch(server, end, memory))
    await asyncio.gather(*users)
    await watch
    kinds = sorted({kind for kind, _, _ in seen})
    return {
        "alone_ms": alone,
        "load": {kind: _summary([one for one in seen if one[0] == kind], options.seconds) for kind in kinds}
        | {"all": _summary(seen, options.seconds)},
        "resident_mb": {"before": memory[0], "middle": memory[len(memory) // 2], "end": memory[-1]},
    }


async def _clinician(who: dict, end: float, seen: list) -> None:
    at = 0
    while time.perf_counter() < end:
        path = "/clinic/" if at % 2 == 0 else f"/clinic/patients/{who['codes'][at % len(who['codes'])]}/"
        kind = "worklist" if at % 2 == 0 else "timeline"
        seen.append((kind, *await _ask("GET", path, cookie=who["cookie"])))
        at += 1
        await asyncio.sleep(PAUSE_S["clinician"])


async def _patient(who: dict, end: float, seen: list) -> None:
    at = 0
    while time.perf_counter() < end:
        seen.append(("patient page", *await _ask("GET", "/patient/", cookie=who["cookie"])))
        await asyncio.sleep(PAUSE_S["patient"] / 2)
        answer = {"session_id": "ses-w00", "kind": "response", "book": "nrs", "item": "nrs_01", "value": at % 11}
        body = json.dumps({"uid": str(uuid.uuid4()), "seen": answer}).encode()
        path = f"/api/patients/{who['code']}/observations"
        seen.append(("answer", *await _ask("POST", path, token=who["token"], body=body)))
        at += 1
        await asyncio.sleep(PAUSE_S["patient"] / 2)


async def _ask(method: str, path: str, *, cookie: str = "", token: str = "", body: bytes = b"") -> tuple[float, int]:
    """Send one request over a connection of its own; give milliseconds and status."""
    head = [f"{method} {path} HTTP/1.1", f"Host: localhost:{PORT}", "Connection: close"]
    head += [f"Cookie: {cookie}"] if cookie else []
    head += [f"Authorization: Bearer {token}"] if token else []
    head += [f"Content-Length: {len(body)}", "Content-Type: application/json"] if body else []
    began = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("localhost", PORT)
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        await writer.drain()
        status = int((await reader.readline()).split()[1])
        await reader.read()
        writer.close()
    except (OSError, IndexError, ValueError):
        return (time.perf_counter() - began) * 1e3, 0
    return (time.perf_counter() - began) * 1e3, status


async def _alone(path: str, cookie: str) -> dict[str, float]:
    asked = [await _ask("GET", path, cookie=cookie) for _ in range(32)]
    bad = [status for _, status in asked if status != 200]
    if bad:
        message = f"{path} answered {bad[0]}"
        raise SystemExit(message)
    return {"median": round(statistics.median(ms for ms, _ in asked[2:]), 1), "first": round(asked[0][0], 1)}


async def _wait_for_doors() -> None:
    for _ in range(300):
        if (await _ask("GET", "/alive/"))[1] == 200:
            return
        await asyncio.sleep(0.2)
    message = "the clinic did not open"
    raise SystemExit(message)


async def _watch(server: int, end: float, memory: list[float]) -> None:
    while time.perf_counter() < end:
        await asyncio.sleep(5)
        memory.append(_resident_mb(server))


def _resident_mb(process: int) -> float:
    text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return round(int(text.split("VmRSS:")[1].split()[0]) / 1024, 1)


def _summary(seen: list, seconds: float) -> dict:
    times = sorted(ms for _, ms, _ in seen)
    errors = sum(not 200 <= status < 400 for _, _, status in seen)
    cut = {f"p{part}_ms": round(times[min(int(len(times) * part / 100), len(times) - 1)], 1) for part in (50, 95, 99)}
    return {"requests": len(seen), "requests_per_s": round(len(seen) / seconds, 1), **cut, "errors": errors}


class Cluster:
    """A PostgreSQL server for this run: its own files, a socket in a folder, no network."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        self.programs = found[0] if found else Path(shutil.which("initdb") or "").parent
        self.folder = folder
        folder.mkdir()
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        for path in (folder, *[parent for parent in folder.parents if parent.name.startswith("backloop-bench")]):
            shutil.chown(path, self.user)
        self._run("initdb", "-D", folder / "data", "-U", "clinic", "-A", "trust", "-E", "UTF8")
        flags = f"-k {folder} -c listen_addresses='' -c max_connections=60"
        self._run("pg_ctl", "start", "-w", "-D", folder / "data", "-l", folder / "log", "-o", flags)
        self.address = f"postgresql://clinic@/postgres?host={folder}"

    def stop(self) -> None:
        """Stop the server."""
        self._run("pg_ctl", "stop", "-m", "fast", "-D", self.folder / "data")

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self.programs / program), *map(str, arguments)]
        as_user = {"user": self.user} if os.getuid() == 0 else {}
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **as_user)


def _machine() -> dict:
    model = [line for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if "model name" in line]
    return {
        "processor": model[0].partition(": ")[2] if model else platform.processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5000, help="patients in the clinic")
    parser.add_argument("--events", type=int, default=1_000_000, help="events in the clinic, about")
    parser.add_argument("--users", default="50+200", help="clinicians + patients who use it at once")
    parser.add_argument("--seconds", type=float, default=600, help="how long they use it")
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--fill", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
