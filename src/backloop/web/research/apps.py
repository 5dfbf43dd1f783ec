"""The place of research among Django's apps.

Decides its name; it computes nothing.
"""

from django.apps import AppConfig

__all__ = ["ResearchConfig"]


class ResearchConfig(AppConfig):
    """Name the app."""

    name = "backloop.web.research"
    label = "research"

    def lock_again(self) -> int:
        """Lock the sealed lists with the current key."""
        from backloop.web.research.sealing import lock_lists_again  # noqa: PLC0415 - not ready above

        return lock_lists_again()
