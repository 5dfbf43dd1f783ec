"""The place of the pain drawing among Django's apps.

Decides its name and label; it has no tables of its own.
"""

from django.apps import AppConfig

__all__ = ["DrawingConfig"]


class DrawingConfig(AppConfig):
    """Name the app."""

    name = "backloop.web.drawing"
    label = "drawing"
