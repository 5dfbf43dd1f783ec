"""Closing the clinic for maintenance: while a file named `closed` lies in its folder, every page says so.

Decides what still answers then: the sign of life and the style sheets; nothing asks the database.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from backloop.web.look.faults import show_away
from backloop.web.settings.starting import this_clinic

__all__ = ["CLOSED_FILE", "guard_opening"]

CLOSED_FILE = "closed"
"""The file in the clinic's folder that closes it; nothing needs to stand in it."""

_STILL_OPEN = ("/alive/", "/static/")


def guard_opening(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer that the clinic is closed, where it is.

    Parameters
    ----------
    answer : callable
        What answers the request while it is open.

    Returns
    -------
    callable
    """
    sign = this_clinic().folder / CLOSED_FILE

    def guarded(request: HttpRequest) -> HttpResponse:
        if sign.exists() and not request.path.startswith(_STILL_OPEN):
            return show_away(request)
        return answer(request)

    return guarded
