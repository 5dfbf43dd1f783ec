"""Making a clinic's folder: its settings and its keys.

Decides what a new clinic starts with; it never overwrites one that is there.
"""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from backloop.errors import InvalidSettings
from backloop.web.settings.clinic_settings import SETTINGS_FILE
from backloop.web.settings.keyrings import Keys, make_secret

__all__ = ["make_folder"]

_SETTINGS = """\
# Settings of this clinic. Secrets do not belong here; they are in the folder 'secrets'.
name = "{name}"
mode = "{mode}"
origin = "{origin}"            # the address people type, such as https://clinic.example.org
hosts = [{hosts}]
language = "zh"          # zh or en, until a reader chooses
zone = "Asia/Shanghai"   # IANA time zone
passwords = "owasp"      # owasp: long, never expire; djbh: mixed, every 90 days
# database_url belongs into the environment (DATABASE_URL) or into a file named by BACKLOOP_DATABASE_URL_FILE.
{more}"""
_DEMO = "secure_cookies = false\nstaff_need_second_factor = false\n"


def make_folder(
    folder: Path, *, name: str = "backloop", origin: str = "http://localhost:8000", demo: bool = False
) -> None:
    """Make a clinic's folder, with settings and fresh keys; its tables come with the first migration.

    Parameters
    ----------
    folder : Path
        Empty, or not there yet.
    name : str
        What the clinic is called.
    origin : str
        The address people will type.
    demo : bool
        For made-up people on this machine alone, without encryption on the way.

    Raises
    ------
    InvalidSettings
        If the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder.name}: expected an empty folder; a clinic is never made over something else"
        raise InvalidSettings(message)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    host = urlsplit(origin).hostname or "localhost"
    hosts = ", ".join(f'"{one}"' for one in dict.fromkeys((host, "localhost", "127.0.0.1")))
    mode, more = ("demo", _DEMO) if demo else ("production", "")
    text = _SETTINGS.format(name=name.replace('"', "'"), mode=mode, origin=origin, hosts=hosts, more=more)
    Keys.new().write(folder / "secrets")
    make_secret(folder / "secrets" / "secret_key", secrets.token_urlsafe(64))
    (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")
    (folder / "uploads").mkdir(mode=0o700)
