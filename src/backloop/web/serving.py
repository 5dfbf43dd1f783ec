"""Serving the clinic: processes that answer, and beside them one that does the long jobs.

Decides what must hold before the doors open and what is told to the server; how the processes share is in `crews`.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread
from typing import Any

from django.core.management import call_command

from backloop.errors import InvalidSettings
from backloop.web.clinic.watching import keep_up
from backloop.web.crews import answer_alone, answer_together, crew_size, end_with
from backloop.web.settings.clinic_settings import ClinicSettings
from backloop.web.settings.starting import this_clinic
from backloop.web.store.verifying import drop_anchor

__all__ = ["open_doors", "work_off"]

_PATIENCE = 10


def open_doors(*, host: str, port: int, jobs: bool) -> None:
    """Open the clinic this process works for until it is stopped.

    Parameters
    ----------
    host, port : str, int
        Where it listens; this machine alone unless told otherwise.
    jobs : bool
        Whether a second process does the long jobs.

    Raises
    ------
    InvalidSettings
        If a demonstration would be open to others.
    """
    clinic = this_clinic()
    if clinic.mode == "demo" and host not in {"127.0.0.1", "localhost", "::1"}:
        message = (
            "a demonstration listens on this machine alone, since it sends passwords unencrypted; leave --host out"
        )
        raise InvalidSettings(message)
    drop_anchor()
    # When it is told to end, uvicorn closes and then lets the signal through: without this the second process stayed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    worker = _start_worker(clinic.folder) if jobs else None
    # Not in the process of the jobs, which yields to all others: with it would wait whoever needs the lock it holds.
    ended, options, count = Event(), _tell_server(clinic, host, port), crew_size(clinic)
    Thread(target=keep_up, args=(ended,), daemon=True).start()
    try:
        if count == 1:
            answer_alone(options)
        else:
            answer_together(clinic.folder, options, count=count)
    finally:
        ended.set()
        if worker is not None:
            worker.terminate()
            worker.wait()
        drop_anchor()


def work_off(*, until_empty: bool, beside: bool = False) -> None:
    """Do the long jobs of the clinic this process works for, one after the other.

    Parameters
    ----------
    until_empty : bool
        Stop when none is waiting; otherwise go on until stopped.
    beside : bool
        Stop when standard input closes, as it does when whoever serves the clinic ends, even by ``kill -9``.
    """
    if beside:
        os.nice(_PATIENCE)  # pages come first
        end_with(sys.stdin.fileno())
    call_command("db_worker", batch=until_empty, reload=False, startup_delay=False, verbosity=0)


def _tell_server(clinic: ClinicSettings, host: str, port: int) -> dict[str, Any]:
    return {
        "host": host,
        "port": port,
        "log_level": "warning",
        "lifespan": "off",
        "server_header": False,
        "proxy_headers": clinic.behind_proxy,
        "forwarded_allow_ips": list(clinic.proxies),
        "ssl_certfile": clinic.certificate and str(clinic.certificate),
        "ssl_keyfile": clinic.certificate_key and str(clinic.certificate_key),
    }


def _start_worker(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "backloop", "clinic", "work", str(folder), "--beside"]
    return subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 - our own program and the clinic's folder
