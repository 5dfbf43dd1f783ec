"""Settings: three sources in order, and what a production clinic refuses."""

from pathlib import Path

import pytest

from backloop.errors import InvalidSettings
from backloop.web import Clinic, read_settings
from backloop.web.settings.databases import postgresql_settings
from backloop.web.settings.journals import choose_journal
from backloop.web.settings.keyrings import Keyring, Keys

GOOD = {"BACKLOOP_SECRET_KEY": "a" * 30 + "Z9-" * 10}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a plain production clinic."""
    (tmp_path / "clinic.toml").write_text('name = "City"\nlanguage = "en"\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "secret_key is missing"),
        ({"BACKLOOP_SECRET_KEY": "django-insecure-" + "x" * 60}, "known default"),
        ({"BACKLOOP_SECRET_KEY": "Sh0rt"}, "shorter than 50"),
        (GOOD | {"BACKLOOP_DEBUG": "true"}, "debug is on"),
        (GOOD | {"BACKLOOP_SECURE_COOKIES": "false"}, "secure_cookies is off"),
        (GOOD | {"BACKLOOP_HOSTS": "*"}, "any name"),
        (GOOD | {"BACKLOOP_ORIGIN": "http://clinic.example.org"}, "http beyond this machine"),
        (GOOD | {"BACKLOOP_ZONE": "Asia/Peking"}, "IANA time zone"),
    ],
)
def test_production_refuses(folder: Path, environment: dict[str, str], words: str):
    """A default secret, debug, http cookies and open hosts are each refused by name, without the secret itself."""
    with pytest.raises(InvalidSettings, match=words) as caught:
        read_settings(folder, environment=environment)

    assert environment.get("BACKLOOP_SECRET_KEY", "not given") not in str(caught.value)


def test_the_environment_wins_over_files(folder: Path, tmp_path: Path):
    """The environment is stronger than a secret file, and that than the TOML file."""
    (tmp_path / "given").write_text("b" * 60)

    told = read_settings(folder, environment={"BACKLOOP_SECRET_KEY_FILE": str(tmp_path / "given")})
    also = read_settings(folder, environment=GOOD | {"BACKLOOP_NAME": "Another"})

    assert told.secret_key.get_secret_value() == "b" * 60
    assert (told.name, also.name) == ("City", "Another")


def test_a_secret_is_never_printed(folder: Path):
    """Neither the secret key nor the database's password shows when settings are printed."""
    told = read_settings(folder, environment=GOOD | {"DATABASE_URL": "postgresql://clinic:hunter2@db/clinic"})

    assert "hunter2" not in repr(told)
    assert GOOD["BACKLOOP_SECRET_KEY"] not in repr(told)


@pytest.mark.parametrize("text", ["nam = 'x'", "name = 3", "idle_minutes = 0", "not toml"])
def test_a_wrong_file_is_refused(folder: Path, text: str):
    """A misspelt name, a wrong type or broken TOML is named."""
    (folder / "clinic.toml").write_text(text)

    with pytest.raises(InvalidSettings, match=r"clinic\.toml"):
        read_settings(folder, environment=GOOD)


def test_a_clinic_is_not_made_over_something(tmp_path: Path):
    """A folder with anything in it is left alone."""
    (tmp_path / "letter.txt").write_text("keep me")

    with pytest.raises(InvalidSettings, match="empty folder"):
        Clinic.make(tmp_path)


def test_a_new_clinic_keeps_its_secrets_to_itself(tmp_path: Path):
    """Every secret file can be read by its owner alone, and no two clinics share a key."""
    first, second = Clinic.make(tmp_path / "a"), Clinic.make(tmp_path / "b")
    files = list((tmp_path / "a" / "secrets").iterdir())

    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert first.settings.secret_key != second.settings.secret_key
    assert Keys.read(tmp_path / "a" / "secrets") != Keys.read(tmp_path / "b" / "secrets")


@pytest.mark.parametrize("text", ["", "k1 short\n", "k1 !!!\n", "k1\n"])
def test_a_broken_key_file_is_refused(text: str):
    """A key of another length, or none, does not pass for one."""
    with pytest.raises(InvalidSettings, match=r"chain\.keys"):
        Keyring.parse(text, source="chain.keys")


def test_a_ring_is_the_same_after_writing(tmp_path: Path):
    """Keys survive their file."""
    keys = Keys(Keyring.new().with_new(), Keyring.new(), Keyring.new())
    keys.write(tmp_path)

    assert Keys.read(tmp_path) == keys


@pytest.mark.parametrize(
    ("version", "journal"), [((3, 7, 0), "delete"), ((3, 51, 2), "delete"), ((3, 51, 3), "wal"), ((3, 53, 4), "wal")]
)
def test_an_affected_sqlite_gets_no_wal(version: tuple[int, ...], journal: str):
    """Up to 3.51.2 the rollback journal is used, from 3.51.3 on the write-ahead log."""
    assert choose_journal(version) == journal


@pytest.mark.parametrize("address", ["mysql://a/b", "postgresql://host", "clinic.sqlite3"])
def test_another_database_is_refused(address: str):
    """Only a whole PostgreSQL address is taken."""
    with pytest.raises(InvalidSettings, match="DATABASE_URL"):
        postgresql_settings(address)
