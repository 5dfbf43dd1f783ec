"""The settings of one clinic, from its TOML file, the environment and secret files.

Decides what may be set, what a production clinic refuses, and in which order sources win; Django's own names are
elsewhere.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from backloop.errors import InvalidSettings
from backloop.units import Frozen, Language
from backloop.web.settings.keyrings import read_secret

__all__ = ["SETTINGS_FILE", "ClinicSettings", "Mail", "SignInService", "read_settings"]

SETTINGS_FILE = "clinic.toml"
"""The file of a clinic's folder that holds what is not secret."""

_PREFIX = "BACKLOOP_"
_SHORTEST_SECRET = 50
_KNOWN_SECRETS = ("change-me", "changeme", "django-insecure", "secret", "default")


class SignInService(Frozen):
    """A hospital's own sign-in (OpenID Connect): its id and name here, the server's address, and our client there.

    Examples
    --------
    >>> SignInService(id="hospital", name="City hospital", server="https://id.example.org", client="backloop").id
    'hospital'
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    server: str = Field(pattern=r"^https://")
    client: str
    client_secret_file: str = ""
    pages: str = Field(default="", pattern=r"^(https://[^/]+)?$")

    @property
    def places(self) -> tuple[str, ...]:
        """The addresses a browser is sent on to: that of the server, and of its sign-in pages where they are apart."""
        parts = urlsplit(self.server)
        return tuple(place for place in (f"{parts.scheme}://{parts.netloc}", self.pages) if place)


class Mail(Frozen):
    """The mail server that invitations and letters leave through.

    Examples
    --------
    >>> Mail(host="mail.example.org", sender="clinic@example.org").port
    587
    """

    host: str
    sender: str
    port: int = 587
    user: str = ""
    password_file: str = ""


class ClinicSettings(Frozen):
    """Everything a clinic decides about its installation.

    `mode` is ``production`` for real people and ``demo`` for made-up ones on this machine alone. `hosts` are the names
    it answers to, `origin` the address people type, `proxies` the machines whose ``X-Forwarded-*`` is believed. Times
    are in minutes and hours; uploads in megabytes. As many `processes` answer; 0 is one for each core, at most four.

    Examples
    --------
    >>> ClinicSettings(folder="clinic", mode="demo", secure_cookies=False).idle_minutes
    20
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    folder: Path
    mode: Literal["production", "demo"] = "production"
    name: str = "backloop"
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    origin: str = Field(default="", pattern=r"^(https?://[^/]+)?$")
    database_url: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    secrets: Path | None = None
    debug: bool = False
    secure_cookies: bool = True
    behind_proxy: bool = False
    proxies: tuple[str, ...] = ("127.0.0.1",)
    language: Language = "zh"
    zone: str = "Asia/Shanghai"
    passwords: Literal["owasp", "djbh"] = "owasp"
    staff_need_second_factor: bool = True
    idle_minutes: int = Field(default=20, ge=1, le=720)
    absolute_hours: int = Field(default=12, ge=1, le=72)
    processes: int = Field(default=0, ge=0, le=64)
    upload_megabytes: int = Field(default=2048, ge=1)
    sign_in: tuple[SignInService, ...] = ()
    mail: Mail | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            message = "expected an IANA time zone such as Asia/Shanghai"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _fit_for_people(self) -> Self:
        if self.mode == "production" and (faults := self._faults()):
            message = "a production clinic does not start: " + "; ".join(faults)
            raise ValueError(message)
        return self

    def _faults(self) -> list[str]:
        secret = self.secret_key.get_secret_value()
        weak = len(secret) < _SHORTEST_SECRET or secret.lower().startswith(_KNOWN_SECRETS)
        checks = {
            f"secret_key is missing, a known default or shorter than {_SHORTEST_SECRET} characters": weak,
            "debug is on, which shows people's data in error pages": self.debug,
            "secure_cookies is off, so sessions would travel unencrypted": not self.secure_cookies,
            "hosts holds '*', so it would answer to any name": "*" in self.hosts,
            "origin is http beyond this machine": self.origin.startswith("http://") and not self._is_local,
            "proxies holds '*', so anybody could forge an address": "*" in self.proxies,
        }
        return [words for words, wrong in checks.items() if wrong]

    @property
    def _is_local(self) -> bool:
        return urlsplit(self.origin).hostname in {"localhost", "127.0.0.1"}

    @property
    def secrets_folder(self) -> Path:
        """The folder of the secret files."""
        return self.secrets or self.folder / "secrets"

    @property
    def sqlite_file(self) -> Path:
        """The database's file, where no other database is named."""
        return self.folder / "clinic.sqlite3"

    @property
    def uploads(self) -> Path:
        """The folder of uploaded recordings."""
        return self.folder / "uploads"


def read_settings(folder: Path, *, environment: Mapping[str, str] | None = None) -> ClinicSettings:
    r"""Read a clinic's settings: the environment wins over secret files, those over the TOML file.

    Parameters
    ----------
    folder : Path
        The clinic's folder, with ``clinic.toml`` and ``secrets/``.
    environment : mapping of str to str, optional
        ``BACKLOOP_<NAME>`` sets a field, ``BACKLOOP_<NAME>_FILE`` names a file that holds it, ``DATABASE_URL`` the
        database. The process's own where not given.

    Returns
    -------
    ClinicSettings

    Raises
    ------
    InvalidSettings
        If a file is missing or unreadable, a field unknown or wrong, or production would be unsafe.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as place:
    ...     lines = 'mode = "demo"', 'language = "en"'
    ...     _ = (Path(place) / SETTINGS_FILE).write_text("\n".join(lines))
    ...     read_settings(Path(place), environment={"BACKLOOP_NAME": "City clinic"}).name
    'City clinic'
    """
    environment = os.environ if environment is None else environment
    values = _from_file(folder / SETTINGS_FILE) | {"folder": folder}
    secrets = Path(environment.get(f"{_PREFIX}SECRETS", values.get("secrets", folder / "secrets")))
    if (secrets / "secret_key").exists():
        values["secret_key"] = read_secret(secrets / "secret_key").strip()
    values |= _from_environment(environment)
    try:
        return ClinicSettings.model_validate(values)
    except ValidationError as error:
        raise InvalidSettings(_say_faults(error)) from None


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        message = f"{path.name}: no clinic in this folder; make one with 'backloop clinic init {path.parent.name}'"
        raise InvalidSettings(message)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path.name}: expected a TOML file in UTF-8; {error}"
        raise InvalidSettings(message) from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ClinicSettings.model_fields:
        key = f"{_PREFIX}{name.upper()}"
        if f"{key}_FILE" in environment:
            found[name] = read_secret(Path(environment[f"{key}_FILE"])).strip()
        if key in environment:
            found[name] = environment[key]
    for name in ("hosts", "proxies"):
        if isinstance(found.get(name), str):
            found[name] = tuple(part.strip() for part in found[name].split(",") if part.strip())
    if "DATABASE_URL" in environment:
        found["database_url"] = environment["DATABASE_URL"]
    return found


def _say_faults(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(str(part) for part in fault['loc']) or 'settings'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_input=False, include_url=False)
    ]
    return f"{SETTINGS_FILE} or the environment: " + "; ".join(faults)
