"""Write events in one process after another, kill each with -9 at a random moment, and ask what is left.

Called by test_crashes: ``dying_writers.py FOLDER ROUNDS``. A writer says each event's number only after its commit; the
last line is JSON: how many were acknowledged, which of them are missing, what the check of the chain found.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from backloop.web.settings.starting import start_django

PATIENCE = 20.0


def main(folder: Path, rounds: int) -> None:
    """Kill so many writers."""
    start_django(folder)
    from django.db import connections

    from backloop.web.store.models import Event
    from backloop.web.store.verifying import verify_chains

    random.seed(20261122)
    acknowledged: list[int] = []
    for number in range(rounds):
        connections.close_all()
        acknowledged += kill_one(number)
    left = set(Event.objects.filter(seq__in=acknowledged).values_list("seq", flat=True))
    report = verify_chains()
    missing = sorted(set(acknowledged) - left)
    told = {"acknowledged": len(acknowledged), "missing": missing, "faults": [str(fault) for fault in report.faults]}
    print(json.dumps(told | {"events": report.counts["events"]}))


def kill_one(number: int) -> list[int]:
    """Let one writer work for a moment, kill it, and give the numbers it had acknowledged."""
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(inlet)
        write_for_ever(outlet, number)
    os.close(outlet)
    with os.fdopen(inlet, "rb") as pipe:
        first = pipe.readline()
        time.sleep(random.uniform(0.0, 0.12))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        rest = pipe.read()
    return [int(line) for line in (first + rest).splitlines(keepends=True) if line.endswith(b"\n")]


def write_for_ever(outlet: int, number: int) -> None:
    """Add events until killed, saying each number after its commit."""
    from backloop.web.store.events import Actor, add_event
    from backloop.web.store.kinds import Message

    who = Actor(account="writer", role="system")
    while True:
        event = add_event(who, f"K{number}", Message(to="patient", words="x" * random.randint(1, 3000)))
        os.write(outlet, b"%d\n" % event.seq)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
