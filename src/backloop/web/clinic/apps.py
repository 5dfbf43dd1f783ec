"""The place of the clinician's pages among Django's apps.

Decides its name and label; its tables hold only what can be computed again from events.
"""

from django.apps import AppConfig

__all__ = ["ClinicConfig"]


class ClinicConfig(AppConfig):
    """Name the app."""

    name = "backloop.web.clinic"
    label = "clinic"
