"""What was computed of a person, kept until a new event or another edition of the books makes it stale.

Decides when a kept noun or drawing may be used again; what it says is decided by whoever computes it.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import TypeVar

from django.db import transaction

from backloop.units import Frozen
from backloop.web.store.models import Computed

__all__ = ["Shelf"]

NounT = TypeVar("NounT", bound=Frozen)
_Key = tuple[str, str]
_Stamp = tuple[int, str, str]

_LONGEST = 80
_AT_HAND = 48  # nouns; a plan with all its reasons takes about a megabyte


@dataclass(frozen=True)
class Shelf:
    """Where one person's computed things lie: as of the event `seq` with its `seal`, by the `edition` of the books.

    Examples
    --------
    >>> Shelf("K1", seq=12, seal="ab", edition="e1").subject
    'K1'
    """

    subject: str
    seq: int
    seal: str
    edition: str

    def keep(self, name: str, form: type[NounT], compute: Callable[[], NounT | None]) -> NounT | None:
        """Give a noun as it was kept, or compute and keep it; None is not kept.

        Parameters
        ----------
        name : str
            Which noun, such as ``plan ses-01``.
        form : type
            Its type.
        compute : callable
            What makes it.

        Returns
        -------
        Frozen or None
        """
        if (found := _RECENT.find(self._key(name), self._stamp)) is not None and isinstance(found, form):
            return found
        body = self._read(name)
        noun = compute() if body is None else form.model_validate_json(body)
        if noun is None:
            return None
        if body is None:
            self._write(name, noun.model_dump_json())
        _RECENT.put(self._key(name), self._stamp, noun)
        return noun

    def keep_text(self, name: str, make: Callable[[], str]) -> str:
        """Give a text, such as a drawing, as it was kept, or make and keep it.

        Parameters
        ----------
        name : str
            Which text, with its language where it has one.
        make : callable
            What makes it.

        Returns
        -------
        str
        """
        body = self._read(name)
        if body is None:
            body = make()
            self._write(name, body)
        return body

    @property
    def _stamp(self) -> _Stamp:
        # The seal too: the number of an event that was rolled back is given again, its seal never.
        return self.seq, self.seal, self.edition

    def _key(self, name: str) -> _Key:
        return self.subject, name

    def _read(self, name: str) -> str | None:
        kept = Computed.objects.filter(subject=self.subject, name=_short(name), seq=self.seq, edition=self.edition)
        return kept.values_list("body", flat=True).first()

    def _write(self, name: str, body: str) -> None:
        values = {"seq": self.seq, "edition": self.edition, "body": body}
        with transaction.atomic():
            Computed.objects.update_or_create(subject=self.subject, name=_short(name), defaults=values)


class _Recent:
    """The nouns last used by this process, so that a page does not read the same JSON many times.

    A noun is only given for the event and edition it was made of, and these are read from the database each time.
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._kept: OrderedDict[_Key, tuple[_Stamp, Frozen]] = OrderedDict()

    def find(self, key: _Key, stamp: _Stamp) -> Frozen | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            made_of, noun = self._kept[key]
        return noun if made_of == stamp else None

    def put(self, key: _Key, stamp: _Stamp, noun: Frozen) -> None:
        with self._lock:
            self._kept[key] = (stamp, noun)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


_RECENT = _Recent(_AT_HAND)


def _short(name: str) -> str:
    """Fit a name into its column."""
    return name if len(name) <= _LONGEST else sha256(name.encode()).hexdigest()
