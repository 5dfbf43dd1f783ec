"""A small library, and people made by hand: answers in, profile and record out."""

import pytest

from backloop.library import Library
from backloop.measure import Because
from backloop.profile import Profile, Support, Verdict
from backloop.record import Observation, Origin, Participant, Record, Session
from backloop.units import Text

BECAUSE = Because(edition="test", software="test")


def _observe(item, value, session_id):
    book = item.rpartition("_")[0]
    return Observation(session_id=session_id, kind="response", book=book, item=item, value=value)


def _support(mechanism, verdict):
    words = Text(en=mechanism, zh=mechanism)
    return Support(
        mechanism=mechanism,
        title=words,
        plain=words,
        group="central",
        verdict=verdict,
        reason=words,
        findings=(),
        settles=words,
        certainty="unrated",
    )


@pytest.fixture(scope="session")
def person():
    """Make a record and its profile from answers, later answers, verdicts, measures and further observations."""

    def make(answers=None, *, later=None, verdicts=None, panel=(), extra=()):
        visits = [Session(session_id="ses-w00", order=1, week=0)]
        seen = [_observe(item, value, "ses-w00") for item, value in (answers or {}).items()]
        if later is not None:
            visits.append(Session(session_id="ses-w06", order=2, week=6))
            seen += [_observe(item, value, "ses-w06") for item, value in later.items()]
        record = Record(
            participant=Participant(participant_id="sub-test1"),
            sessions=tuple(visits),
            observations=(*seen, *extra),
            origin=Origin(name="test", format="json"),
        )
        supports = tuple(_support(name, Verdict(verdict)) for name, verdict in (verdicts or {}).items())
        profile = Profile(
            participant_id="sub-test1",
            session_id=visits[-1].session_id,
            supports=supports,
            next_tests=(),
            panel=tuple(panel),
            because=BECAUSE,
        )
        return record, profile

    return make


@pytest.fixture(scope="session")
def shelve():
    """Make a library out of books, with the packaged ones for shelves that are not given."""

    def make(**shelves):
        library = Library(Library.packaged().folders)
        for name, books in shelves.items():
            library._shelves[name] = {book.id: book for book in books}
        return library

    return make
