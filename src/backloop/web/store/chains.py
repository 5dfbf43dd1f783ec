"""Two chains of links, events and reads: each link sealed over itself and the one before it.

Decides how a link is sealed and added, one writer at a time on both engines; whether a chain is whole is checked
elsewhere.
"""

import datetime as dt
import hmac
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from backloop.web.settings.keyrings import Keyring
from backloop.web.settings.starting import clinic_keys
from backloop.web.store.models import Event, Head, Link, ReadEntry

__all__ = ["CHAINS", "add_links", "seal_head", "seal_link"]

CHAINS: dict[str, type[Link]] = {"events": Event, "reads": ReadEntry}
"""The chains by name, with the table of their links."""

_LOCKS = {"events": 1, "reads": 2}
_BATCH = 500
_LOCK_FAMILY = 0x626C  # tells our advisory locks from those of other programs on the server


def add_links(chain: str, rows: Sequence[dict[str, Any]]) -> list[Link]:
    """Add links at the end of a chain and move its head, all or nothing.

    Parameters
    ----------
    chain : str
        ``events`` or ``reads``.
    rows : sequence of dict
        Each link's fields but place, key and seal.

    Returns
    -------
    list of Link
        As stored; when the outermost transaction ends they are on the disk.

    Notes
    -----
    Writers of one chain queue: on SQLite every transaction begins as a writer, on PostgreSQL they wait for a lock that
    ends with the transaction. Keep transactions that add links short.
    """
    ring, form = clinic_keys().chain, CHAINS[chain]
    links: list[Link] = []
    with transaction.atomic():
        _queue(chain)
        head = Head.objects.filter(chain=chain).first() or Head(chain=chain)
        for row in rows:
            link = form(**row, seq=head.seq + 1, ring=ring.current_id)
            link.seal = seal_link(link, head.last, ring)
            head.seq, head.last = link.seq, link.seal
            links.append(link)
        form._default_manager.bulk_create(links, batch_size=_BATCH)
        head.ring = ring.current_id
        head.seal = seal_head(head, ring)
        head.save()
    return links


def seal_link(link: Link, before: str, ring: Keyring) -> str:
    """Compute the seal of a link.

    Parameters
    ----------
    link : Link
        All but its `seal` is covered.
    before : str
        The seal of the link before it; empty for the first.
    ring : Keyring
        The chain's keys; the one the link names is used.

    Returns
    -------
    str
        64 hexadecimal digits (HMAC-SHA256).
    """
    values = [_plain(getattr(link, name)) for name in link.SEALED]
    return _seal([before, *values], ring.find(link.ring))


def seal_head(head: Head, ring: Keyring) -> str:
    """Compute the seal of a head.

    Parameters
    ----------
    head : Head
        The last link's place and seal.
    ring : Keyring
        The chain's keys.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return _seal(["head", head.chain, head.seq, head.last], ring.find(head.ring))


def _seal(values: list[Any], key: bytes) -> str:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, text.encode(), sha256).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a field holds
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return value if value is None or isinstance(value, int | str) else str(value)


def _queue(chain: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_FAMILY, _LOCKS[chain]])
