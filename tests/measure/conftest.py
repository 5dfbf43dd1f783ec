"""People and answers for the tests of the room `measure`."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import strategies as st

from backloop.library import Instrument, Item, Library, accepted
from backloop.measure import Measure, score
from backloop.record import Observation, Origin, Participant, Record, Session, Value

FIRST = Session(session_id="ses-01", order=1)
Scored = Callable[..., dict[str, Measure]]


def person(*seen: Observation, language: str = "und") -> Record:
    """Make a record that holds the observations, with a visit for each session they name."""
    visits = dict.fromkeys(each.session_id for each in seen)
    return Record(
        participant=Participant(participant_id="sub-01", language=language),
        sessions=tuple(Session(session_id=visit, order=place) for place, visit in enumerate(visits)) or (FIRST,),
        observations=seen,
        origin=Origin(name="test", format="made-up"),
    )


def answers(given: Mapping[str, Value]) -> list[Observation]:
    """Make the observations of answers by item id, at one visit."""
    return [
        Observation(session_id="ses-01", kind="response", book=item.rpartition("_")[0], item=item, value=value)
        for item, value in given.items()
    ]


@pytest.fixture(scope="session")
def packaged() -> Library:
    """Give the library that ships with backloop."""
    return Library.packaged()


@pytest.fixture(scope="session")
def make_record() -> Callable[..., Record]:
    """Give the maker of records from observations."""
    return person


@pytest.fixture(scope="session")
def make_answers() -> Callable[[Mapping[str, Value]], list[Observation]]:
    """Give the maker of response observations from answers by item id."""
    return answers


@pytest.fixture(scope="session")
def scored() -> Scored:
    """Give a function that scores answers by item id and returns the measures by id."""

    def act(given: Mapping[str, Value], *more: Observation, language: str = "und") -> dict[str, Measure]:
        record = person(*answers(given), *more, language=language)
        return {measure.id: measure for measure in score(record).measures}

    return act


@pytest.fixture(scope="session")
def any_answers() -> Callable[..., st.SearchStrategy[dict[str, Value]]]:
    """Give the maker of strategies that answer an instrument, wholly or in part."""

    def act(book: Instrument, *, whole: bool) -> st.SearchStrategy[dict[str, Value]]:
        each = {item.id: _any_answer(book, item) for item in book.items}
        if whole:
            return st.fixed_dictionaries(each)
        return st.fixed_dictionaries({}, optional=each)

    def _any_answer(book: Instrument, item: Item) -> st.SearchStrategy[Value]:
        if item.kind == "text":
            return st.just("walking")
        low, high, is_whole = accepted(item, book.answers)
        return st.integers(int(low), int(high)) if is_whole else st.floats(low, high)

    return act
