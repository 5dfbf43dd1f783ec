"""What is written to the log: warnings and faults with the route's name, never a person's data.

Decides format and levels; who read or changed what stands in the store, not in the log.
"""

import logging
import sys
from typing import Any

__all__ = ["HidingFilter", "set_up_logs"]


class HidingFilter(logging.Filter):
    """Take from a log line what could name a person: addresses are cut at the first question mark.

    Examples
    --------
    >>> line = logging.LogRecord("django.request", 30, "", 1, "Not Found: %s", ("/find?name=Li",), None)
    >>> HidingFilter().filter(line), line.getMessage()
    (True, 'Not Found: /find')
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the arguments and let the line pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(part.split("?")[0] if isinstance(part, str) else part for part in record.args)
        return True


def set_up_logs(_settings: dict[str, Any]) -> None:
    """Send warnings to standard error, one line each.

    Parameters
    ----------
    _settings : dict
        Django's own logging settings, which are not used.
    """
    writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    writer.addFilter(HidingFilter())
    for name in ("django", "backloop.web", "django_tasks", "django_tasks_db", "allauth"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [writer]
        logger.setLevel(logging.WARNING)
        logger.propagate = False
