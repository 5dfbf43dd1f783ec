"""The patient's pages among Django's apps.

Decides their name; they hold no data of their own.
"""

from django.apps import AppConfig

__all__ = ["PatientConfig"]


class PatientConfig(AppConfig):
    """Name the app."""

    name = "backloop.web.patient"
    label = "patient"
