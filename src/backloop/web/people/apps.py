"""The people's place among Django's apps.

Decides its name; it holds no data.
"""

from django.apps import AppConfig

__all__ = ["PeopleConfig"]


class PeopleConfig(AppConfig):
    """Name the app."""

    name = "backloop.web.people"
    label = "people"
