"""Whether the two chains are whole: nothing changed, taken out, put in another order or cut off.

Decides what counts as a fault and where it lies; it repairs nothing.
"""

import datetime as dt
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from backloop.web.settings.keyrings import Keyring
from backloop.web.settings.starting import clinic_keys, this_clinic
from backloop.web.store.chains import CHAINS, seal_head, seal_link
from backloop.web.store.models import Head, Link

__all__ = ["ANCHOR_FILE", "ChainFault", "ChainReport", "drop_anchor", "read_heads", "verify_chains"]

ANCHOR_FILE = "anchors.jsonl"
"""The file beside the database that keeps earlier heads; a copy belongs on another machine."""

_ENOUGH = 100
_PAGE = 5000


@dataclass(frozen=True)
class ChainFault:
    """One thing wrong with a chain: which, at which place, in words without a person's data.

    Examples
    --------
    >>> str(ChainFault("events", 7, "was changed after it was written"))
    'events 7: was changed after it was written'
    """

    chain: str
    seq: int
    words: str

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}: {self.words}"


@dataclass(frozen=True)
class ChainReport:
    """How many links were checked, the heads, and the faults (the first hundred of each chain).

    Examples
    --------
    >>> ChainReport({"events": 3, "reads": 0}, {"events": "ab", "reads": ""}, ()).is_whole
    True
    """

    counts: dict[str, int]
    heads: dict[str, str]
    faults: tuple[ChainFault, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify_chains(*, anchors: Path | None = None) -> ChainReport:
    """Check every link of both chains, their heads, and the anchored earlier heads.

    Parameters
    ----------
    anchors : Path, optional
        A file of anchors; the clinic's own if not given. Give a copy kept elsewhere to be sure it was not replaced.

    Returns
    -------
    ChainReport

    Notes
    -----
    A changed link fails its own seal; a missing one leaves a gap; two exchanged ones fail both seals; links cut off at
    the end are missed by the head, and, where the head was replaced as well, by an anchor.
    """
    known = _read_anchors(anchors or this_clinic().folder / ANCHOR_FILE)
    checks = [_Check(chain, known.get(chain, {})) for chain in CHAINS]
    for check in checks:
        check.run()
    counts = {check.chain: check.count for check in checks}
    heads = {check.chain: check.last for check in checks}
    return ChainReport(counts, heads, tuple(fault for check in checks for fault in check.faults[:_ENOUGH]))


def read_heads() -> dict[str, tuple[int, str]]:
    """Give place and seal of the last link of each chain.

    Returns
    -------
    dict of str to tuple
        Chains without a link are left out.
    """
    return {head.chain: (head.seq, head.last) for head in Head.objects.order_by("chain")}


def drop_anchor(path: Path | None = None) -> None:
    """Write the present heads to the anchor file, down to the disk.

    Parameters
    ----------
    path : Path, optional
        The clinic's own file if not given.
    """
    path = path or this_clinic().folder / ANCHOR_FILE
    taken = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
    heads = read_heads()
    lines = [{"chain": chain, "seq": seq, "last": last, "taken": taken} for chain, (seq, last) in heads.items()]
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())


class _Check:
    """Walk one chain from its first link to its head."""

    def __init__(self, chain: str, anchors: dict[int, str]) -> None:
        self.chain, self.anchors = chain, anchors
        self.ring: Keyring = clinic_keys().chain
        self.count, self.last, self.place = 0, "", 0
        self.faults: list[ChainFault] = []

    def run(self) -> None:
        head = Head.objects.filter(chain=self.chain).first()
        for link in self._links():
            self._check(link)
        if head is None:
            if self.count:
                self._blame(self.count, "the chain has links but no head; the head was taken away")
        elif not self._known(head.ring) or not hmac.compare_digest(seal_head(head, self.ring), head.seal):
            self._blame(head.seq, "the head was changed or sealed with an unknown key")
        elif head.seq > self.place:
            self._blame(head.seq, f"the chain ends at {self.place}; the links after it were cut off")
        for seq in sorted(self.anchors):
            if seq > self.place:
                self._blame(seq, f"an anchor knew this link, the chain ends at {self.place}; it was cut off")
        self._check_end()

    def _links(self) -> Iterator[Link]:
        # In pages, because a long read keeps writers of SQLite's rollback journal waiting.
        rows, after = CHAINS[self.chain].objects.order_by("seq"), 0  # type: ignore[attr-defined]
        while page := list(rows.filter(seq__gt=after)[:_PAGE]):
            yield from page
            after = page[-1].seq

    def _check(self, link: Link) -> None:
        self.count += 1
        if link.seq != self.place + 1:
            missing = f"{self.place + 1} to {link.seq - 1}"
            self._blame(link.seq, f"the links {missing} before it are missing")
        if not self._known(link.ring):
            self._blame(link.seq, "was sealed with a key that is not on the ring")
        elif not hmac.compare_digest(seal_link(link, self.last, self.ring), link.seal):
            self._blame(link.seq, "was changed, moved or put in: its seal does not fit it and the link before")
        if self.anchors.get(link.seq, link.seal) != link.seal:
            self._blame(link.seq, "is not the link an anchor knew at this place")
        self.place, self.last = link.seq, link.seal

    def _check_end(self) -> None:
        # One statement, so that links added meanwhile are counted with their head.
        table = CHAINS[self.chain]._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT (SELECT MAX(seq) FROM {table}), (SELECT seq FROM store_head WHERE chain = %s)",  # noqa: S608
                [self.chain],
            )
            last, head = cursor.fetchone()
        if (last or 0) > (head or 0):
            self._blame(last, f"the head stands at {head or 0}; links were put in behind it")

    def _known(self, ring: str) -> bool:
        return ring in self.ring.keys

    def _blame(self, seq: int, words: str) -> None:
        self.faults.append(ChainFault(self.chain, seq, words))


def _read_anchors(path: Path) -> dict[str, dict[int, str]]:
    known: dict[str, dict[int, str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        anchor = json.loads(line)
        if anchor["seq"]:
            known.setdefault(anchor["chain"], {})[anchor["seq"]] = anchor["last"]
    return known
