"""Start Django for one clinic.

Decides when settings take effect: once a process, when told to, never on import.
"""

from pathlib import Path

import django
from django.conf import settings

from backloop.errors import InvalidSettings
from backloop.web.settings.clinic_settings import ClinicSettings, read_settings
from backloop.web.settings.journals import take_sound_sqlite
from backloop.web.settings.keyrings import Keys
from backloop.web.settings.project import django_settings

__all__ = ["clinic_keys", "start_django", "this_clinic"]


def start_django(folder: Path) -> ClinicSettings:
    """Read a clinic's settings and keys and set Django up for it.

    Parameters
    ----------
    folder : Path
        The clinic's folder.

    Returns
    -------
    ClinicSettings

    Raises
    ------
    InvalidSettings
        If the settings are wrong, or this process already works for another clinic.
    """
    clinic = read_settings(folder)
    if settings.configured:
        if this_clinic().folder != clinic.folder:
            message = "this process already works for another clinic; start a new process for this one"
            raise InvalidSettings(message)
        return clinic
    take_sound_sqlite()
    settings.configure(**django_settings(clinic, Keys.read(clinic.secrets_folder)))
    django.setup(set_prefix=False)
    return clinic


def this_clinic() -> ClinicSettings:
    """Give the settings of the clinic this process works for.

    Returns
    -------
    ClinicSettings
    """
    clinic: ClinicSettings = settings.CLINIC
    return clinic


def clinic_keys() -> Keys:
    """Give the key rings of the clinic this process works for.

    Returns
    -------
    Keys
    """
    keys: Keys = settings.KEYS
    return keys
