"""Putting one person's observations, visits and facts together into a record.

Decides how facts from several rows agree and in which order things stand; it reads no file.
"""

from collections.abc import Iterable, Mapping, Sequence

from backloop.record.columns import Bucket
from backloop.record.records import Observation, Origin, Participant, Record, Session, Value

__all__ = ["Facts", "assemble"]


class Facts:
    """What is known about people beside their answers; the first statement of a fact stays.

    Examples
    --------
    >>> facts = Facts()
    >>> facts.agree("sub-1", "age", 46), facts.agree("sub-1", "age", 47)
    (True, False)
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Value]] = {}

    def agree(self, participant_id: str, name: str, value: Value) -> bool:
        """Note a fact; say whether it agrees with what was noted before."""
        return self._known.setdefault(participant_id, {}).setdefault(name, value) == value

    def participant(self, participant_id: str, *, language: str = "und") -> Participant:
        """Give the person with every fact noted."""
        facts = dict(self._known.get(participant_id, {}))
        known = {name: facts.pop(name) for name in ("age", "sex", "language") if name in facts}
        return Participant.model_validate(
            {"participant_id": participant_id, "language": language, **known, "attributes": facts}
        )


def assemble(
    visits: Mapping[str, Sequence[Session]], seen: Bucket, facts: Facts, *, origins: Mapping[str, Origin], language: str
) -> list[Record]:
    """Make one record a person: visits in their order, observations visit by visit and book by book.

    Parameters
    ----------
    visits : dict
        Visits by participant id.
    seen : dict
        Observations by participant id and session id.
    facts : Facts
        Age, sex, language and attributes.
    origins : dict
        Where each person's record comes from, by participant id.
    language : str
        BCP 47 tag for people without one of their own.

    Returns
    -------
    list of Record
        In the order of `visits`.

    Examples
    --------
    >>> visits = {"sub-1": [Session(session_id="ses-01", order=1)]}
    >>> origin = Origin(name="a.csv", format="table")
    >>> assemble(visits, {}, Facts(), origins={"sub-1": origin}, language="en")[0].participant.language
    'en'
    """
    return [
        Record(
            participant=facts.participant(participant_id, language=language),
            sessions=tuple(sessions),
            observations=tuple(
                one
                for session in sessions
                for one in _in_order(seen.get(participant_id, {}).get(session.session_id, ()))
            ),
            origin=origins[participant_id],
        )
        for participant_id, sessions in visits.items()
    ]


def _in_order(seen: Iterable[Observation]) -> list[Observation]:
    """Put a visit's observations in the one order that every source gives: answers, scores, then trials by row."""
    rows: dict[tuple[object, ...], int] = {}

    def place(one: Observation) -> tuple[bool, str, bool, int, str]:
        row = rows.setdefault((one.kind, one.book, one.phase, one.site, one.trial), len(rows))
        return one.kind == "trial", one.book, one.kind == "score", row, one.item

    return sorted(seen, key=place)
