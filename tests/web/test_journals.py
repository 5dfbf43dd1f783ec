"""SQLite: which library works, how it keeps its journal, and how connections wait for each other."""

import threading
import time
from importlib.util import find_spec

import pytest
from django.db import connection

from backloop.web.people.making import MAKER
from backloop.web.settings import journals
from backloop.web.settings.journals import FIRST_SOUND_SQLITE, choose_journal, sqlite_version
from backloop.web.store.events import add_event
from backloop.web.store.kinds import Message
from backloop.web.store.models import Event

pytestmark = pytest.mark.parametrize("fresh_database", ["sqlite"], indirect=True)


@pytest.mark.usefixtures("fresh_database")
def test_django_works_with_the_sound_library_in_wal_mode():
    """Where pysqlite3 is installed, or Python's own library is sound, every commit goes to the write-ahead log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        used = tuple(map(int, cursor.fetchone()[0].split(".")))
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous")
        synchronous = cursor.fetchone()[0]

    assert used == sqlite_version()
    assert used >= FIRST_SOUND_SQLITE or find_spec("pysqlite3") is None
    assert (journal, synchronous) == (choose_journal(used), 2)


@pytest.mark.skipif(find_spec("pysqlite3") is None, reason="Python's own library lets nobody say how it waits")
@pytest.mark.usefixtures("fresh_database")
def test_who_waits_for_a_writer_asks_again_and_again(monkeypatch: pytest.MonkeyPatch):
    """A second writer comes through as soon as the first is done; it asked many times and not ever more rarely."""
    asked, held, ask = [], threading.Event(), journals._ask_again
    monkeypatch.setattr(journals, "_ask_again", lambda times: bool(asked.append(times)) or ask(times))

    def write() -> None:
        held.wait()
        add_event(MAKER, "K1", Message(to="patient", words="second"))
        connection.close()

    second = threading.Thread(target=write)
    second.start()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        held.set()
        time.sleep(0.4)
        cursor.execute("ROLLBACK")
    second.join()

    assert Event.objects.count() == 1
    assert len(asked) > 50


@pytest.mark.usefixtures("fresh_database")
def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch):
    """After the stated time the answer is no more waiting."""
    monkeypatch.setattr(journals, "_ASK_EVERY_S", 0.0001)

    assert journals._ask_again(0)
    assert not journals._ask_again(int(journals.WAIT_SECONDS / 0.0001))
