"""The nouns of the core, computed from a person's events and kept until a new event or edition makes them stale.

Decides which events make a record; how long a noun is kept is decided in `shelving`, what it says by the core.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from backloop.follow import Course, review_measures
from backloop.measure import Measures, score
from backloop.plan import Plan, prescribe
from backloop.profile import Profile, infer
from backloop.record import Observation, Origin, Record, Session
from backloop.web.store.events import library_in_use, standing_events
from backloop.web.store.kinds import Kind, PersonFacts
from backloop.web.store.models import Event
from backloop.web.store.shelving import Shelf

__all__ = ["RECORD_KINDS", "Nouns", "course_of", "measures_of", "plan_of", "profile_of", "record_of"]

RECORD_KINDS: tuple[Kind, ...] = ("person", "visit", "response", "observation")
"""The kinds of events a record is made of."""


@dataclass(frozen=True)
class Nouns:
    """One person's nouns as of one moment: how far the events go is read once for all of them.

    Examples
    --------
    >>> Nouns("K1").subject
    'K1'
    """

    subject: str

    @cached_property
    def record(self) -> Record | None:
        """Everything observed; None while there is no visit."""
        return self._shelf.keep("record", Record, lambda: _compute_record(self.subject))

    @cached_property
    def measures(self) -> Measures | None:
        """The scores."""

        def compute() -> Measures | None:
            return None if self.record is None else score(self.record, library=library_in_use())

        return self._shelf.keep("measures", Measures, compute)

    @cached_property
    def course(self) -> Course | None:
        """The course over the visits."""

        def compute() -> Course | None:
            if self.record is None or self.measures is None:
                return None
            language = self.record.participant.language
            return review_measures(self.measures, language=language, library=library_in_use())

        return self._shelf.keep("course", Course, compute)

    def profile(self, session_id: str = "") -> Profile | None:
        """Give the profile at a visit, the latest if none is named."""

        def compute() -> Profile | None:
            return None if self.measures is None else infer(self.measures, session_id=at, library=library_in_use())

        at = session_id or self._latest
        return self._shelf.keep(f"profile {at}", Profile, compute) if at else None

    def plan(self, session_id: str = "") -> Plan | None:
        """Give the plan the core proposes at a visit, the latest if none is named."""

        def compute() -> Plan | None:
            profile, record = self.profile(at), self.record
            return None if profile is None or record is None else prescribe(profile, record, library=library_in_use())

        at = session_id or self._latest
        return self._shelf.keep(f"plan {at}", Plan, compute) if at else None

    def drawing(self, name: str, draw: Callable[[], str]) -> str:
        """Give a picture as it was kept, or draw and keep it.

        Parameters
        ----------
        name : str
            Which picture, with its visit and language.
        draw : callable
            What draws it, of these nouns and the books alone: what else it looked at would not make it stale.

        Returns
        -------
        str
        """
        return self._shelf.keep_text(f"drawing {name}", draw)

    @cached_property
    def _shelf(self) -> Shelf:
        events = Event.objects.filter(subject=self.subject, kind__in=[*RECORD_KINDS, "correction"])
        seq, seal = events.order_by("-seq").values_list("seq", "seal").first() or (0, "")
        return Shelf(self.subject, seq=seq, seal=seal, edition=library_in_use().edition)

    @property
    def _latest(self) -> str:
        return "" if self.record is None else self.record.sessions[-1].session_id


def record_of(subject: str) -> Record | None:
    """Give everything observed about a person, computed from the events.

    Parameters
    ----------
    subject : str
        The patient's code.

    Returns
    -------
    Record or None
        None while there is no visit. An answer given twice at a visit stands as given last.
    """
    return Nouns(subject).record


def measures_of(subject: str) -> Measures | None:
    """Give a person's scores; None while there is no visit.

    Parameters
    ----------
    subject : str
        The patient's code.

    Returns
    -------
    Measures or None
    """
    return Nouns(subject).measures


def profile_of(subject: str, *, session_id: str = "") -> Profile | None:
    """Give a person's profile at a visit, the latest if none is named.

    Parameters
    ----------
    subject : str
        The patient's code.
    session_id : str
        Such as ``ses-01``.

    Returns
    -------
    Profile or None
    """
    return Nouns(subject).profile(session_id)


def plan_of(subject: str, *, session_id: str = "") -> Plan | None:
    """Give the plan the core proposes at a visit; what was signed is a ``decision`` event.

    Parameters
    ----------
    subject : str
        The patient's code.
    session_id : str
        Such as ``ses-01``; the latest if not given.

    Returns
    -------
    Plan or None
    """
    return Nouns(subject).plan(session_id)


def course_of(subject: str) -> Course | None:
    """Give a person's course over the visits; None while there is no visit.

    Parameters
    ----------
    subject : str
        The patient's code.

    Returns
    -------
    Course or None
    """
    return Nouns(subject).course


def _compute_record(subject: str) -> Record | None:
    person: PersonFacts | None = None
    visits: dict[str, Session] = {}
    seen: dict[str, Observation] = {}
    for standing in standing_events(subject, kinds=RECORD_KINDS):
        noun = standing.noun
        if isinstance(noun, PersonFacts):
            person = noun
        elif isinstance(noun, Session):
            visits[noun.session_id] = noun
        elif isinstance(noun, Observation):
            seen[noun.id] = noun
    if person is None or not visits:
        return None
    return Record(
        participant=person.participant,
        sessions=tuple(sorted(visits.values(), key=lambda visit: visit.order)),
        observations=tuple(noun for noun in seen.values() if noun.session_id in visits),
        origin=Origin(name="clinic", format="made-up" if person.made_up else "json"),
    )
