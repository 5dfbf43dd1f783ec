"""The place of the pages of care among Django's apps.

Decides their name; they have no tables: everything they show and write are events.
"""

from django.apps import AppConfig

__all__ = ["CaringConfig"]


class CaringConfig(AppConfig):
    """Name the app."""

    name = "backloop.web.caring"
    label = "caring"
