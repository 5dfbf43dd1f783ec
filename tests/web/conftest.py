"""Django for the tests of the clinic: set up when this folder is collected, on either engine, with fresh keys.

A test that touches the database is marked ``django_db``; with ``both_engines`` as well it runs once on SQLite and once
on a PostgreSQL of its own, which is started when the first such test asks for it. With ``BACKLOOP_TEST_ENGINE`` set to
``postgresql`` all others that touch the database run on PostgreSQL, and nothing else runs.
"""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.db.utils import load_backend
from django.test import Client
from psycopg.sql import SQL, Identifier

from backloop.web.settings.clinic_settings import ClinicSettings
from backloop.web.settings.databases import postgresql_settings, sqlite_settings
from backloop.web.settings.journals import take_sound_sqlite
from backloop.web.settings.keyrings import Keys
from backloop.web.settings.project import django_settings

ENGINE = os.environ.get("BACKLOOP_TEST_ENGINE", "sqlite")
NOT_INSTALLED = "PostgreSQL is not installed: neither initdb on the path nor /usr/lib/postgresql/*/bin"
FOLDER = Path(tempfile.mkdtemp(prefix="backloop-clinic-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """Set Django up once; nothing of it reaches tests of other rooms but the modules that are loaded."""
    config.addinivalue_line("markers", "both_engines: run on SQLite and on PostgreSQL")
    if not settings.configured:
        take_sound_sqlite()
        clinic = ClinicSettings(folder=FOLDER, mode="demo", secret_key="for-tests-only-" + "x" * 50, origin="")
        told = django_settings(clinic, Keys.new())
        told["PASSWORD_HASHERS"] = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow on purpose
        told["TASKS"] = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
        told["STORAGES"] = {
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
        if ENGINE == "postgresql" and _programs() is not None:
            told["DATABASES"] = {"default": postgresql_settings(_start_cluster().address("postgres"))}
        told["LOGGING"] = {}  # so that pytest sees what is logged
        settings.configure(**told)
    # Where the whole suite runs, this folder is met after pytest-django looked for settings.
    django.setup()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every test marked ``both_engines`` its two engines."""
    if any(mark.name == "both_engines" for mark in metafunc.definition.iter_markers()):
        if "engine" not in metafunc.fixturenames:
            metafunc.fixturenames.append("engine")
        metafunc.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep, for a second run on PostgreSQL, the tests that would otherwise run on SQLite alone."""
    if ENGINE != "postgresql":
        return
    again = [item for item in items if _is_of_one_engine(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in again])
    items[:] = again
    if _programs() is None:
        for item in again:
            item.add_marker(pytest.mark.skip(reason=NOT_INSTALLED))


def _is_of_one_engine(item: pytest.Item) -> bool:
    if Path(__file__).parent not in item.path.parents or item.get_closest_marker("both_engines") is not None:
        return False
    names = set(getattr(item, "fixturenames", ()))
    touches = item.get_closest_marker("django_db") is not None or "db" in names
    return touches and not {"fresh_database", "empty_database"} & names


class Cluster:
    """A PostgreSQL server for one test session: its own files, a socket in a folder, no network."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="backloop-pg-"))
        self.user = _user()
        shutil.chown(self.folder, self.user)
        self.run("initdb", "-D", self.folder / "data", "-U", "clinic", "-A", "trust", "-E", "UTF8", "--no-sync")
        flags = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
        self.run("pg_ctl", "start", "-w", "-D", self.folder / "data", "-l", self.folder / "log", "-o", flags)
        atexit.register(self.stop)

    def run(self, program: str, *arguments: Any) -> None:
        """Run one of the server's programs as somebody who is not root."""
        command = [str(self.programs / program), *map(str, arguments)]
        as_user = {"user": self.user} if os.getuid() == 0 else {}
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **as_user)

    def stop(self) -> None:
        """Stop the server and take its files away."""
        if self.folder.exists():
            self.run("pg_ctl", "stop", "-m", "immediate", "-D", self.folder / "data")
            shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, name: str) -> str:
        """Give the address of one of its databases."""
        return f"postgresql://clinic@/{name}?host={self.folder}"

    def make_database(self, name: str, *, like: str = "template1") -> str:
        """Make a database and give its address."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as server:
            server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(like)))
        return self.address(name)


def _user() -> str:
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid()).pw_name
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _programs() -> Path | None:
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """Start PostgreSQL once, or say why it is not there."""
    if _programs() is None:
        pytest.skip(NOT_INSTALLED)
    return _start_cluster()


@cache
def _start_cluster() -> Cluster:
    programs = _programs()
    assert programs is not None, NOT_INSTALLED
    return Cluster(programs)


@pytest.fixture(scope="session")
def migrated(cluster: Cluster, django_db_blocker: Any) -> str:
    """Make a PostgreSQL database with every migration applied, to copy others from."""
    from django.core.management import call_command

    with django_db_blocker.unblock():
        before = _use(postgresql_settings(cluster.make_database("migrated")))
        call_command("migrate", verbosity=0)
        _use_again(before)
    return "migrated"


# Class scope comes before pytest-django's own fixtures of a test, which open a transaction on the database in use.
@pytest.fixture(scope="class")
def engine(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[str]:
    """Put the database of one engine in the place of the default one."""
    if request.param == "sqlite":
        yield "sqlite"
        return
    cluster, name = request.getfixturevalue("cluster"), request.getfixturevalue("migrated")
    before = _use(postgresql_settings(cluster.address(name)))
    yield "postgresql"
    _use_again(before)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    """Make an SQLite file with every migration applied, to copy others from."""
    from django.core.management import call_command

    path = tmp_path_factory.mktemp("template") / "migrated.sqlite3"
    with django_db_blocker.unblock():
        before = _use(sqlite_settings(path))
        call_command("migrate", verbosity=0)
        _use_again(before)
    return path


@pytest.fixture
def fresh_database(request: pytest.FixtureRequest, tmp_path: Path, django_db_blocker: Any) -> Iterator[str]:
    """Put a database of its own, where commits are real, in the place of the default one; `param` is the engine."""
    if request.param == "sqlite":
        copy = tmp_path / "clinic.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), copy)
        told = sqlite_settings(copy)
    else:
        cluster, like = request.getfixturevalue("cluster"), request.getfixturevalue("migrated")
        told = postgresql_settings(cluster.make_database(f"t{uuid.uuid4().hex}", like=like))
    yield from _in_its_place(told, request.param, django_db_blocker)


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, tmp_path: Path, django_db_blocker: Any) -> Iterator[str]:
    """Put a database without any table in the place of the default one; `param` is the engine."""
    if request.param == "sqlite":
        told = sqlite_settings(tmp_path / "empty.sqlite3")
    else:
        told = postgresql_settings(request.getfixturevalue("cluster").make_database(f"t{uuid.uuid4().hex}"))
    yield from _in_its_place(told, request.param, django_db_blocker)


def _in_its_place(told: dict[str, Any], engine: str, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock():
        before = _use(told)
        yield engine
        _use_again(before)


@pytest.fixture
def address_of(request: pytest.FixtureRequest) -> Callable[[str], dict[str, str]]:
    """Give the environment in which a command works on a new, empty database of an engine."""

    def make(engine: str) -> dict[str, str]:
        if engine == "sqlite":
            return dict(os.environ)
        name = f"t{uuid.uuid4().hex}"
        return {**os.environ, "DATABASE_URL": request.getfixturevalue("cluster").make_database(name)}

    return make


def _use(told: dict[str, Any]) -> tuple[Any, Any]:
    before = (connections.settings["default"], connections["default"])
    connections.settings["default"] = connections.configure_settings({"default": told})["default"]
    connections["default"] = load_backend(told["ENGINE"]).DatabaseWrapper(connections.settings["default"], "default")
    return before


def _use_again(before: tuple[Any, Any]) -> None:
    connections["default"].close()
    connections.settings["default"], connections["default"] = before


@pytest.fixture
def clinic_people(db: None) -> Any:
    """Make two sites, two teams, a study, and somebody of every role; see `backloop.web.people.making`."""
    from backloop.web.people.making import make_cast

    return make_cast()


@pytest.fixture
def client_of(clinic_people: Any) -> Callable[[str], Client]:
    """Give a browser signed in as one of the cast, such as ``clinician`` or ``assessor``; second factor passed."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(clinic_people.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["second_factor"] = True
        session.save()
        return client

    return sign_in
