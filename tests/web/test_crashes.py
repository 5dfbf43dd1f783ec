"""Crashes: what was acknowledged is there, a full disk and a half-applied migration leave a clear state."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, migrations
from django.db.migrations.executor import MigrationExecutor

from backloop.web import Clinic
from backloop.web.keeping.checking import check_clinic
from backloop.web.store.events import Actor, add_event
from backloop.web.store.kinds import Message
from backloop.web.store.models import Event
from backloop.web.store.verifying import verify_chains

WHO = Actor(account="a1", role="clinician")
DRIVERS = Path(__file__).parent / "drivers"


@pytest.mark.parametrize("engine_of_clinic", ["sqlite", "postgresql"])
def test_fifty_killed_writers_lose_nothing_acknowledged(
    engine_of_clinic: str, tmp_path: Path, address_of: Callable[[str], dict[str, str]]
):
    """Fifty times a writer dies by kill -9; every event it had acknowledged is there and the chain is whole."""
    environment = address_of(engine_of_clinic)
    Clinic.make(tmp_path / "clinic", demo=True)
    command = [sys.executable, "-m", "backloop", "clinic", "migrate", str(tmp_path / "clinic")]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)

    command = [sys.executable, str(DRIVERS / "dying_writers.py"), str(tmp_path / "clinic"), "50"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)

    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["missing"], told["faults"]) == ([], [])
    assert told["acknowledged"] >= 50
    assert told["events"] >= told["acknowledged"]


@pytest.mark.parametrize("fresh_database", ["sqlite"], indirect=True)
def test_a_full_disk_loses_nothing_written(fresh_database: str):
    """A writer is told that the file cannot grow; what was written stays, and writing goes on when there is room."""
    add_event(WHO, "K1", Message(to="patient", words="before"))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 4}")

    with pytest.raises(OperationalError, match="full"):
        _fill()

    written = Event.objects.count()
    assert verify_chains().faults == ()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1000000")
    add_event(WHO, "K1", Message(to="patient", words="after"))
    assert (Event.objects.count(), verify_chains().faults) == (written + 1, ())


def _fill() -> None:
    for _ in range(200):
        add_event(WHO, "K1", Message(to="patient", words="x" * 4000))


class _HalfWay(migrations.Migration):
    """A migration whose second step fails."""

    dependencies = [("store", "0002_guards")]
    operations = [
        migrations.RunSQL("CREATE TABLE store_half (id integer)", "DROP TABLE store_half"),
        migrations.RunSQL("INSERT INTO no_such_table VALUES (1)", migrations.RunSQL.noop),
    ]


@pytest.mark.parametrize("fresh_database", ["sqlite", "postgresql"], indirect=True)
def test_a_half_applied_migration_is_taken_back_and_named(fresh_database: str, monkeypatch: pytest.MonkeyPatch):
    """A migration that fails leaves no half table and no data lost, and the check names it as not applied."""
    add_event(WHO, "K1", Message(to="patient", words="before"))
    load = MigrationExecutor.__init__

    def with_half(self: MigrationExecutor, *arguments: object, **named: object) -> None:
        load(self, *arguments, **named)
        half = _HalfWay("0003_half", "store")
        self.loader.graph.add_node(("store", "0003_half"), half)
        self.loader.graph.add_dependency(half, ("store", "0003_half"), ("store", "0002_guards"))
        self.loader.disk_migrations["store", "0003_half"] = half

    monkeypatch.setattr(MigrationExecutor, "__init__", with_half)

    with pytest.raises(Exception, match="no_such_table"):
        call_command("migrate", verbosity=0)

    assert "store_half" not in connection.introspection.table_names()
    assert (Event.objects.count(), verify_chains().faults) == (1, ())
    from backloop.web.keeping import checking

    found = {check.about: check for check in checking._check_database()}
    assert not found["migrations"].holds
    assert "store.0003_half" in found["migrations"].words


@pytest.mark.parametrize("fresh_database", ["sqlite", "postgresql"], indirect=True)
def test_migrations_run_back_and_forth_with_data(fresh_database: str):
    """The guards' migration can be taken back and applied again over events, which stay as they were."""
    for number in range(3):
        add_event(WHO, "K1", Message(to="patient", words=f"Message {number}"))

    call_command("migrate", "store", "0001", verbosity=0)
    call_command("migrate", verbosity=0)

    assert (Event.objects.count(), verify_chains().faults) == (3, ())


@pytest.mark.django_db
@pytest.mark.both_engines
def test_the_tables_are_those_of_the_models():
    """No model has changed without a migration."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_clinic_that_is_not_there_says_what_to_do(tmp_path: Path):
    """The check of an empty folder names the command that makes a clinic."""
    (found,) = check_clinic(tmp_path / "clinic")

    assert not found.holds
    assert "backloop clinic init" in found.words
