"""Make the worklist's read tables again from all events.

Decides nothing itself; use it after a restore, or where a list looks wrong.
"""

from django.core.management.base import BaseCommand

from backloop.web.clinic.watching import rebuild

__all__ = ["Command"]


class Command(BaseCommand):
    """Rebuild what the worklist shows."""

    help = "Make the worklist's read tables again from all events."

    def handle(self, **_options: object) -> None:
        """Rebuild, and say how many patients were looked at."""
        self.stdout.write(f"{rebuild()} patients looked at")
