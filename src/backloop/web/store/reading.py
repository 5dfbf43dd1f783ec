"""The log of who looked at whose data.

Decides what is written down of a look; nobody can switch it off.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from backloop.web.store.chains import add_links
from backloop.web.store.events import Actor
from backloop.web.store.models import ReadEntry

__all__ = ["Look", "log_read", "log_reads", "looks_of"]


class Look(NamedTuple):
    """That one side looked at something: when, at what, in which role."""

    at: dt.datetime
    what: str
    role: str


def log_read(actor: Actor, subject: str, what: str) -> None:
    """Write down that somebody looked at a person's data.

    Parameters
    ----------
    actor : Actor
        Who looked, in which role.
    subject : str
        The patient's code.
    what : str
        The page or export, such as ``clinic:timeline``; never what it showed.
    """
    log_reads(actor, (subject,), what)


def log_reads(actor: Actor, subjects: Iterable[str], what: str) -> None:
    """Write down that somebody looked at a list of people, one entry a person.

    Parameters
    ----------
    actor : Actor
        Who looked, in which role.
    subjects : iterable of str
        The patients' codes.
    what : str
        The page or export.
    """
    values = {
        "recorded_at": dt.datetime.now(tz=dt.UTC),
        "account": actor.account,
        "role": actor.role,
        "on_behalf": actor.on_behalf,
        "what": what[:120],
    }
    add_links("reads", [values | {"subject": subject} for subject in subjects])


def looks_of(subject: str, *, roles: Sequence[str], what: Sequence[str]) -> list[Look]:
    """Give when somebody of some roles looked at some pages of a person: the marker that a message was seen.

    Parameters
    ----------
    subject : str
        The patient's code.
    roles : sequence of str
        In which role, such as ``patient``.
    what : sequence of str
        The pages, as `log_read` wrote them down.

    Returns
    -------
    list of Look
        Oldest first.
    """
    found = ReadEntry.objects.filter(subject=subject, role__in=roles, what__in=what).order_by("seq")
    return [Look(*row) for row in found.values_list("recorded_at", "what", "role")]
