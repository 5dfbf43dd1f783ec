"""What a person last answered, up to one visit.

Decides which answer stands; it judges none.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from backloop.errors import UnknownPerson
from backloop.library import Accepted, Library, accepted
from backloop.profile import Profile
from backloop.record import Observation, Record

__all__ = ["RecordedDecision", "Standing", "Wishes", "keep_accepted", "stand"]

_DECISION = "treatment-decisions_0"


@dataclass(frozen=True, slots=True)
class Standing:
    """The answers and measures that stand at a visit: the latest that is not absent, at or before it.

    `seen` gives the observation behind each answer; `earlier` names the answers and measures from a visit before this
    one.

    Examples
    --------
    >>> Standing({"red-flags_01": 0}).look("red-flags_01")
    0
    """

    values: Mapping[str, float | str]
    seen: Mapping[str, Observation] = field(default_factory=dict)
    earlier: frozenset[str] = frozenset()

    def look(self, name: str) -> float | str | None:
        """Give the value behind a measure or item id, or None."""
        return self.values.get(name)

    def number(self, name: str) -> float | None:
        """Give a value that is a number, or None."""
        value = self.values.get(name)
        return None if isinstance(value, str) else value

    def visit(self, name: str) -> str | None:
        """Name the visit at which an item was answered; None for a measure and for what has no answer."""
        return self.seen[name].session_id if name in self.seen else None

    def trace(self, names: Iterable[str]) -> tuple[str, ...]:
        """Name the observation (or measure) behind every value that is there."""
        known = [name for name in dict.fromkeys(names) if name in self.values]
        return tuple(self.seen[name].id if name in self.seen else name for name in known)

    def lacking(self, names: Iterable[str]) -> tuple[str, ...]:
        """Name what has no value."""
        return tuple(name for name in dict.fromkeys(names) if name not in self.values)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person is willing and able to do at home; None where not asked.

    `willing` is 0 (no), 1 (some) or 2 (yes), `minutes` those available a day.

    Examples
    --------
    >>> Wishes.of(Standing({"preferences_04": 20})).minutes
    20
    """

    willing: float | None = None
    helper: float | None = None
    minutes: float | None = None
    exercise: float | None = None

    @staticmethod
    def of(standing: Standing) -> "Wishes":
        """Read the wishes out of the worksheet ``preferences``."""
        look = standing.number
        items = {"willing": "01", "helper": "02", "minutes": "04", "exercise": "05"}
        return Wishes(**{name: look(f"preferences_{number}") for name, number in items.items()})


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A clinician's decision on research-only treatments, as the worksheet ``treatment-decisions`` holds it.

    `named` are the ids of the treatments decided on; `lacking` the items without which the decision does not count
    (who decides, why, and that the person was told and agreed in writing), all written at the visit that names the
    treatments; `because` the observations behind it.

    Examples
    --------
    >>> told = Standing({"treatment-decisions_01": "tdcs-m1", "treatment-decisions_04": 1})
    >>> RecordedDecision.of(told).lacking
    ('treatment-decisions_02', 'treatment-decisions_03')
    """

    named: frozenset[str] = frozenset()
    lacking: tuple[str, ...] = ()
    because: tuple[str, ...] = ()

    @staticmethod
    def of(standing: Standing) -> "RecordedDecision":
        """Read the decision out of the worksheet."""
        treatments, who, why, agreed, study = (f"{_DECISION}{number}" for number in range(1, 6))
        named = re.split(r"[\s,;，；、]+", str(standing.look(treatments) or "").lower())
        told = {item: bool(str(standing.look(item) or "").strip()) for item in (who, why)}
        told[agreed] = standing.look(agreed) == 1
        visit = standing.visit(treatments)
        return RecordedDecision(
            named=frozenset(filter(None, named)),
            lacking=tuple(item for item, holds in told.items() if not holds or standing.visit(item) != visit),
            because=standing.trace((treatments, who, why, agreed, study)),
        )


def stand(record: Record, profile: Profile) -> Standing:
    """Collect the answers and measures that stand at the profile's visit.

    Parameters
    ----------
    record : Record
        What was observed about the person.
    profile : Profile
        The same person's profile; its visit is the last one that counts, its panel holds the measures.

    Returns
    -------
    Standing
        The latest answer of every item that is not absent, and the value of every measure of the panel.

    Raises
    ------
    UnknownPerson
        If the profile is of another person, or of a visit that the record does not hold.

    Examples
    --------
    >>> from backloop.profile import infer
    >>> from backloop.measure import score
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> stand(person, infer(score(person))).earlier
    frozenset()
    """
    order = {visit.session_id: visit.order for visit in record.sessions}
    if profile.participant_id != record.participant_id or profile.session_id not in order:
        message = "the profile belongs to another person or visit than the record; give the record it was made from"
        raise UnknownPerson(message)
    limit = order[profile.session_id]
    latest: dict[str, Observation] = {}
    for each in record.observations:
        if each.kind == "response" and each.value is not None:
            place, standing = order[each.session_id], latest.get(each.item)
            if place <= limit and (standing is None or order[standing.session_id] <= place):
                latest[each.item] = each
    known = [measure for measure in profile.panel if measure.value is not None]
    values: dict[str, float | str] = {measure.id: measure.value for measure in known if measure.value is not None}
    values |= {item: each.value for item, each in latest.items() if each.value is not None}
    earlier = {item for item, each in latest.items() if each.session_id != profile.session_id}
    earlier |= {measure.id for measure in known if measure.session_id != profile.session_id}
    return Standing(values, latest, frozenset(earlier))


def keep_accepted(standing: Standing, *, library: Library) -> Standing:
    """Leave out every answer that its item does not accept, so that it counts as not given.

    Parameters
    ----------
    standing : Standing
        The answers and measures that stand, as whoever calls has them.
    library : Library
        The books, which say what an item accepts.

    Returns
    -------
    Standing
        The same without codes that the item does not have, and without text where it asks for a number.

    Examples
    --------
    >>> told = Standing({"red-flags_01": 9, "red-flags_02": "yes", "red-flags_03": 1})
    >>> dict(keep_accepted(told, library=Library.packaged()).values)
    {'red-flags_03': 1}
    """
    kept = {name: value for name, value in standing.values.items() if _fits(value, _accepts(name, library))}
    return replace(standing, values=kept)


def _fits(value: float | str, limits: Accepted | None) -> bool:
    if limits is None:
        return True
    if isinstance(value, str):
        return False
    return limits.low <= value <= limits.high and (float(value).is_integer() or not limits.is_whole)


@lru_cache(maxsize=4096)
def _accepts(name: str, library: Library) -> Accepted | None:
    """Give what an item accepts; None for a measure and for an item of free text."""
    book = name.rpartition("_")[0]
    if book not in library.shelf("instruments"):
        return None
    instrument = library.instrument(book)
    item = next((item for item in instrument.items if item.id == name), None)
    return None if item is None or item.kind == "text" else accepted(item, instrument.answers)
