"""Serving the clinic: one process that answers, and beside it one that does the long jobs.

Decides how requests are shared among threads and what must hold before the doors open.
"""

import asyncio
import signal
import subprocess
import sys
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
from asgiref.sync import SyncToAsync, ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.core.management import call_command

from backloop.errors import InvalidSettings
from backloop.web.settings.starting import this_clinic
from backloop.web.store.verifying import drop_anchor

__all__ = ["ThreadRooms", "open_doors", "work_off"]

_ROOMS = 8

Application = Callable[[Any, Any, Any], Awaitable[None]]


class ThreadRooms:
    """Answer each request in one of a few threads that stay, so that each keeps its connection to the database.

    Without this, Django makes a thread and a connection for every request.
    """

    def __init__(self, application: Application, *, count: int = _ROOMS) -> None:
        self._application, self._count = application, count
        self._free: asyncio.Queue[ThreadSensitiveContext] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own types
        """Wait for a free thread, and answer in it."""
        if scope["type"] != "http":
            return
        if self._free is None:
            self._free = asyncio.Queue()
            for _ in range(self._count):
                self._free.put_nowait(ThreadSensitiveContext())
        room = await self._free.get()
        token = SyncToAsync.thread_sensitive_context.set(room)
        try:
            await self._application(scope, receive, send)
        finally:
            SyncToAsync.thread_sensitive_context.reset(token)
            self._free.put_nowait(room)


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
    # Static files are small; that each is read in one go is meant.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    drop_anchor()
    # When it is told to end, uvicorn closes and then lets the signal through: without this the second process stayed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    worker = _start_worker(clinic.folder) if jobs else None
    try:
        uvicorn.run(
            ThreadRooms(ASGIHandler()),
            host=host,
            port=port,
            log_level="warning",
            lifespan="off",
            server_header=False,
            proxy_headers=clinic.behind_proxy,
            ssl_certfile=clinic.certificate and str(clinic.certificate),
            ssl_keyfile=clinic.certificate_key and str(clinic.certificate_key),
        )
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait()
        drop_anchor()


def work_off(*, until_empty: bool) -> None:
    """Do the long jobs of the clinic this process works for, one after the other.

    Parameters
    ----------
    until_empty : bool
        Stop when none is waiting; otherwise go on until stopped.
    """
    call_command("db_worker", batch=until_empty, reload=False, startup_delay=False, verbosity=0)


def _start_worker(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "backloop", "clinic", "work", str(folder)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own program and the clinic's folder
