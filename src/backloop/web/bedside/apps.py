"""The place of the guided tests among Django's apps.

Decides its name and label; it has no tables of its own.
"""

from django.apps import AppConfig

__all__ = ["BedsideConfig"]


class BedsideConfig(AppConfig):
    """Name the app."""

    name = "backloop.web.bedside"
    label = "bedside"
