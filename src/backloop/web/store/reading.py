"""The log of who looked at whose data.

Decides what is written down of a look; nobody can switch it off.
"""

import datetime as dt
from collections.abc import Iterable

from backloop.web.store.chains import add_links
from backloop.web.store.events import Actor

__all__ = ["log_read", "log_reads"]


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
