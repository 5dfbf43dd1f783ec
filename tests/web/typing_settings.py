"""Django's settings as mypy's plugin wants them: a module of capital names, of a clinic that does not exist."""

from pathlib import Path

from backloop.web.settings.clinic_settings import ClinicSettings
from backloop.web.settings.keyrings import Keys
from backloop.web.settings.project import django_settings

CLINIC = ClinicSettings(folder=Path("clinic"), mode="demo")
KEYS = Keys.new()

globals().update(django_settings(CLINIC, KEYS))
