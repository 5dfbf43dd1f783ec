"""The look's place among Django's apps.

Decides its name; it has no tables.
"""

from django.apps import AppConfig

__all__ = ["LookConfig"]


class LookConfig(AppConfig):
    """Name the app."""

    name = "backloop.web.look"
    label = "look"
