"""The place of research among Django's apps.

Decides its name; it computes nothing.
"""

from django.apps import AppConfig

__all__ = ["ResearchConfig"]


class ResearchConfig(AppConfig):
    """Name the app."""

    name = "backloop.web.research"
    label = "research"
