"""The API's place among Django's apps.

Decides its name; it holds only the fingerprints of tokens.
"""

from django.apps import AppConfig

__all__ = ["ApiConfig"]


class ApiConfig(AppConfig):
    """Name the app."""

    name = "backloop.web.api"
    label = "api"
