"""Opening the lines of a concealed list one by one, and the log that shows that nobody opened one twice.

Decides what is logged about an allocation, which is everything but the arm; the list itself is `concealment`'s.
"""

import hashlib
import json
from typing import Self

from backloop.errors import TrialError
from backloop.trial.concealment import AllocationList
from backloop.units import Frozen

__all__ = ["AuditEntry", "AuditLog", "allocate_next", "check_log"]


class AuditEntry(Frozen):
    """One allocation as the log keeps it: who, when, by whom, which sealed line; never the arm.

    Examples
    --------
    >>> AuditEntry.model_fields["previous"].annotation
    <class 'str'>
    """

    participant_id: str
    at: str
    by: str
    stratum: tuple[str, ...]
    number: int
    seal: str
    previous: str

    @property
    def fingerprint(self) -> str:
        """The hash that the next entry carries, so that no entry can be changed or left out unnoticed."""
        words = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(words.encode()).hexdigest()


class AuditLog(Frozen):
    """Every allocation in the order it was made, each chained to the one before.

    Examples
    --------
    >>> AuditLog().is_unbroken
    True
    """

    entries: tuple[AuditEntry, ...] = ()

    @property
    def last(self) -> str:
        """The fingerprint of the last entry; empty before the first."""
        return self.entries[-1].fingerprint if self.entries else ""

    @property
    def is_unbroken(self) -> bool:
        """Whether every entry carries the fingerprint of the one before."""
        expected = ["", *(entry.fingerprint for entry in self.entries)]
        return all(entry.previous == before for entry, before in zip(self.entries, expected, strict=False))

    def with_entry(self, entry: AuditEntry) -> Self:
        """Give the log with one more entry."""
        return type(self)(entries=(*self.entries, entry))


def allocate_next(
    concealed: AllocationList, log: AuditLog, participant_id: str, *, stratum: tuple[str, ...] = (), at: str, by: str
) -> tuple[str, AuditLog]:
    """Open the next line of a stratum for a person, and log that it was opened.

    Parameters
    ----------
    concealed : AllocationList
        The list, which only the service that calls this may read.
    log : AuditLog
        Every allocation so far.
    participant_id : str
        The person's pseudonym.
    stratum : tuple of str
        The person's levels, in the order of the scheme's factors.
    at, by : str
        When (ISO 8601) and by whom, as the service knows it.

    Returns
    -------
    tuple of (str, AuditLog)
        The person's arm, and the log with one more entry, which does not hold the arm.

    Raises
    ------
    TrialError
        If the person was allocated before or has no name, the stratum is unknown or used up, or the log was changed or
        is that of another list.

    Examples
    --------
    >>> from backloop.trial import AllocationScheme, SimpleRandomisation, draw_list
    >>> scheme = AllocationScheme(arms=("retraining", "sham"), rule=SimpleRandomisation())
    >>> concealed = draw_list(scheme, "s" * 32, trial="demo", per_stratum=9)
    >>> arm, log = allocate_next(concealed, AuditLog(), "sub-01", at="2026-12-07T09:30:00Z", by="nurse")
    >>> arm, log.entries[0].number
    ('sham', 1)
    """
    check_log(log, concealed)
    if not participant_id.strip():
        message = "expected the person's pseudonym, got an empty one; nobody is allocated unnamed"
        raise TrialError(message)
    if any(entry.participant_id == participant_id for entry in log.entries):
        message = f"{participant_id} was allocated before; nobody is allocated twice"
        raise TrialError(message)
    used = sum(entry.stratum == stratum for entry in log.entries)
    lines = [entry for entry in concealed.entries if entry.stratum == stratum]
    if used >= len(lines):
        known = "; ".join(", ".join(each) for each in concealed.scheme.strata)
        message = (
            f"no line left in stratum '{', '.join(stratum)}' ({used} used); the strata are: {known or 'one for all'}"
        )
        raise TrialError(message)
    line = lines[used]
    entry = AuditEntry(
        participant_id=participant_id,
        at=at,
        by=by,
        stratum=stratum,
        number=line.number,
        seal=line.seal,
        previous=log.last,
    )
    return line.arm, log.with_entry(entry)


def check_log(log: AuditLog, concealed: AllocationList) -> None:
    """Check that a log is unbroken and opened the lines of a list in their order.

    Parameters
    ----------
    log : AuditLog
        Every allocation.
    concealed : AllocationList
        The list.

    Returns
    -------
    None
        Where everything agrees.

    Raises
    ------
    TrialError
        If an entry was changed or left out, a line was skipped, or a person stands in it twice.

    Notes
    -----
    Nothing follows the last entry, so who stands in it, or that it was cut off, shows only beside a copy of
    `AuditLog.last` that is kept elsewhere.

    Examples
    --------
    >>> from backloop.trial import AllocationScheme, SimpleRandomisation, draw_list
    >>> scheme = AllocationScheme(arms=("retraining", "sham"), rule=SimpleRandomisation())
    >>> check_log(AuditLog(), draw_list(scheme, "s" * 32, trial="demo", per_stratum=9))
    """
    if not log.is_unbroken:
        message = "the audit log was changed: an entry does not carry the fingerprint of the one before; restore it"
        raise TrialError(message)
    people = [entry.participant_id for entry in log.entries]
    if len(set(people)) < len(people):
        message = "the audit log was changed: a person stands in it twice; restore it"
        raise TrialError(message)
    for stratum in dict.fromkeys(entry.stratum for entry in log.entries):
        opened = [(entry.number, entry.seal) for entry in log.entries if entry.stratum == stratum]
        listed = [(entry.number, entry.seal) for entry in concealed.entries if entry.stratum == stratum]
        if opened != listed[: len(opened)]:
            message = f"stratum '{', '.join(stratum)}': lines were not opened in the order of the list"
            raise TrialError(message)
