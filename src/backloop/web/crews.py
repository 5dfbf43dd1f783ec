"""Several processes that answer on one port, so that a clinic uses more than one core.

Decides how many there are and that none outlives the one that started them; what they answer is decided by the pages.
"""

import asyncio
import gc
import multiprocessing
import os
import signal
import socket
import sys
import time
import warnings
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from asgiref.sync import SyncToAsync, ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_resolver
from django.utils.module_loading import import_string

from backloop.errors import InvalidSettings
from backloop.letters import guideline_picture
from backloop.library import SHELVES, Intervention, Library
from backloop.web.settings.clinic_settings import ClinicSettings
from backloop.web.settings.starting import start_django, this_clinic

__all__ = ["InOneGo", "ThreadRooms", "answer_alone", "answer_together", "crew_size", "end_with"]

_MOST = 4
_TOO_SOON_S = 15.0
_ROOMS = 8
_TURN_S = 0.0005

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


class InOneGo(ASGIHandler):
    """Django's handler, which answers a request in one visit to its thread.

    As it comes, it takes middleware that could run in the event loop out of the thread and goes back for the rest,
    though every page of ours waits for the database anyway.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - Django's own signature
        """Build the chain of middleware for one thread."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the request's own thread."""
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


def crew_size(clinic: ClinicSettings) -> int:
    """Say how many processes answer for a clinic.

    Parameters
    ----------
    clinic : ClinicSettings
        Its `processes`; where that is 0, one for each core and at most four. A demonstration is answered by one.

    Returns
    -------
    int

    Examples
    --------
    >>> crew_size(ClinicSettings(folder="clinic", mode="demo"))
    1
    """
    if clinic.mode == "demo":
        return 1
    return clinic.processes or min(os.cpu_count() or 1, _MOST)


def answer_alone(options: Mapping[str, Any]) -> None:
    """Answer in this process until it is stopped.

    Parameters
    ----------
    options : mapping
        What uvicorn is told.
    """
    _warm_up()
    uvicorn.run(ThreadRooms(InOneGo()), **options)


def answer_together(folder: Path, options: Mapping[str, Any], *, count: int) -> None:
    """Answer in several processes until this one is stopped; one that dies is replaced.

    Parameters
    ----------
    folder : Path
        The clinic's folder.
    options : mapping
        What uvicorn is told, with `host` and `port`.
    count : int
        How many.

    Raises
    ------
    InvalidSettings
        If one of them ends as soon as it was started.
    """
    door = uvicorn.Config("", host=options["host"], port=options["port"], log_level="warning").bind_socket()
    crew: dict[int, tuple[SpawnProcess, float]] = {}
    with suppress(KeyboardInterrupt):
        try:
            crew = {place: (_start(folder, door, options), time.monotonic()) for place in range(count)}
            while wait([each.sentinel for each, _ in crew.values()]):
                for place, (each, began) in crew.items():
                    if not each.is_alive():
                        _blame_if_at_once(each, began)
                        crew[place] = (_start(folder, door, options), time.monotonic())
        finally:
            for each, _ in crew.values():
                each.terminate()
            for each, _ in crew.values():
                each.join()
            door.close()


def end_with(other: Any) -> None:  # noqa: ANN401 - a file number or whatever else can be waited for
    """End this process, in its own time, when another one is gone, even by ``kill -9``.

    Parameters
    ----------
    other : int or object with a file number
        What closes when the other process ends.
    """

    def watch() -> None:
        wait([other])
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, daemon=True).start()


def _start(folder: Path, door: socket.socket, options: Mapping[str, Any]) -> SpawnProcess:
    process = multiprocessing.get_context("spawn").Process(
        target=_answer, args=(folder, door, dict(options)), daemon=True
    )
    process.start()
    return process


def _answer(folder: Path, door: socket.socket, options: Mapping[str, Any]) -> None:
    start_django(folder)
    parent = multiprocessing.parent_process()
    if parent is not None:
        end_with(parent.sentinel)
    _warm_up()
    with suppress(KeyboardInterrupt):
        uvicorn.Server(uvicorn.Config(ThreadRooms(InOneGo()), **options)).run(sockets=[door])


def _blame_if_at_once(process: SpawnProcess, began: float) -> None:
    if time.monotonic() - began < _TOO_SOON_S:
        message = f"a process that answers ended at once with code {process.exitcode}; what it said stands above"
        raise InvalidSettings(message)


def _warm_up() -> None:
    """Read every page's address and every book before the first visitor comes; the collector need not look at them."""
    _ = get_resolver().url_patterns
    # By name, because tables can only be imported once Django is set up, which a new process has yet to do.
    library: Library = import_string("backloop.web.store.events.library_in_use")()
    if this_clinic().mode == "production":  # a demonstration has read what it needs
        books = [book for name in SHELVES for book in library.shelf(name).values()]
        guideline_picture([book for book in books if isinstance(book, Intervention)][:1])  # starts what draws
    gc.collect()
    gc.freeze()
    # Every query lets go of the interpreter; beside a thread that computes, it would come back 5 ms later each time.
    sys.setswitchinterval(_TURN_S)
    # Static files are small; that each is read in one go is meant.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
