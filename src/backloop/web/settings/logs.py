"""What is written to the log: warnings and faults with the route's name, never a person's data.

Decides format and levels; who read or changed what stands in the store, not in the log.
"""

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import Any

from backloop.errors import BackloopError

__all__ = ["HidingFilter", "QuietFormatter", "set_up_logs"]

_Caught = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


_LINK = re.compile(r"(/join/)[^/\s]+")


class HidingFilter(logging.Filter):
    """Take from a log line what could name a person or let one in: addresses without what follows ``?``, and links.

    Examples
    --------
    >>> line = logging.LogRecord("django.request", 30, "", 1, "Not Found: %s", ("/find?name=Li",), None)
    >>> HidingFilter().filter(line), line.getMessage()
    (True, 'Not Found: /find')
    >>> line = logging.LogRecord("django.request", 30, "", 1, "Forbidden: %s", ("/join/a-one-time-link/",), None)
    >>> HidingFilter().filter(line), line.getMessage()
    (True, 'Forbidden: /join/.../')
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the arguments and let the line pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(_hide(part) if isinstance(part, str) else part for part in record.args)
        return True


def _hide(part: str) -> str:
    return _LINK.sub(r"\1...", part.partition("?")[0])


class QuietFormatter(logging.Formatter):
    """Write down where something broke and what kind of fault it was, but not what it said: that may repeat an answer.

    Examples
    --------
    >>> try:
    ...     int("a name")
    ... except ValueError as error:
    ...     told = QuietFormatter().formatException((ValueError, error, error.__traceback__))
    >>> told.endswith("ValueError"), "a name')" in told
    (True, False)
    """

    def formatException(self, ei: _Caught) -> str:  # noqa: N802 - logging's own name
        """Give the places in the code and the kind; our own faults with their words, which never name a person."""
        kind, error, where = ei
        if kind is None or error is None:
            return ""
        said = f": {error}" if isinstance(error, BackloopError) else ""
        steps = [f"  {step.filename}:{step.lineno} in {step.name}" for step in traceback.extract_tb(where)]
        return "\n".join([*steps, f"{kind.__name__}{said}"])


def set_up_logs(_settings: dict[str, Any]) -> None:
    """Send warnings to standard error, one line each.

    Parameters
    ----------
    _settings : dict
        Django's own logging settings, which are not used.
    """
    writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(QuietFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    writer.addFilter(HidingFilter())
    for name in ("django", "backloop.web", "django_tasks", "django_tasks_db", "allauth"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [writer]
        logger.setLevel(logging.WARNING)
        logger.propagate = False
