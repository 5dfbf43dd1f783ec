"""Taking the records out: a BIDS folder any other program reads, by code and without names.

Decides whose records leave: for research only those who agreed to it; names never.
"""

from pathlib import Path

from backloop.errors import NothingToRead
from backloop.record import Record, write
from backloop.web.people.models import Patient
from backloop.web.store.events import library_in_use, standing_events
from backloop.web.store.kinds import ConsentGiven
from backloop.web.store.nouns import record_of

__all__ = ["agrees", "write_export"]


def agrees(subject: str, purpose: str, *, study: str = "") -> bool:
    """Say whether a person's last word on a purpose was yes.

    Parameters
    ----------
    subject : str
        The patient's code.
    purpose : str
        ``care``, ``research`` or ``contact``.
    study : str
        The study it was about; empty for the clinic as a whole.

    Returns
    -------
    bool
        False where nobody asked.
    """
    given = [standing.noun for standing in standing_events(subject, kinds=("consent",))]
    asked = [one for one in given if isinstance(one, ConsentGiven) and (one.purpose, one.study) == (purpose, study)]
    return bool(asked) and asked[-1].given


def write_export(target: Path, *, everybody: bool = False) -> int:
    """Write the records as a BIDS folder.

    Parameters
    ----------
    target : Path
        A new or empty folder.
    everybody : bool
        Also those who did not agree to research: for moving to another system, not for research.

    Returns
    -------
    int
        How many people it holds.

    Raises
    ------
    NothingToRead
        If nobody's record may leave.
    """
    records: list[Record] = []
    for code in Patient.objects.order_by("code").values_list("code", flat=True):
        record = record_of(code) if everybody or agrees(code, "research") else None
        records += [record] if record is not None else []
    if not records:
        message = "nobody here agreed to research and has a record; --everybody exports all for moving house"
        raise NothingToRead(message)
    write(records, target, library=library_in_use())
    return len(records)
