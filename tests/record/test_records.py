"""The nouns of the room: people, visits, observations, problems."""

import pytest

from backloop.errors import UnknownPerson
from backloop.record import Observation, Records, make_person


def test_an_observation_has_a_value_or_a_reason():
    """Neither both nor none."""
    for fields in ({}, {"value": 6, "absent": "declined"}):
        with pytest.raises(ValueError, match="either a value or a reason"):
            Observation(session_id="ses-01", kind="response", book="nrs", item="nrs_01", **fields)


def test_every_observation_has_an_id_of_its_own():
    """Visit, item, and for a trial its phase, place and number name an observation within its person."""
    seen = make_person(seed=1, weeks=(0, 6)).observations
    assert len({one.id for one in seen}) == len(seen)


def test_a_record_knows_all_its_visits():
    """An observation of an unknown visit is no part of a record."""
    record = make_person(seed=1, books=("nrs",))
    with pytest.raises(ValueError, match="sessions must be unique and cover every observation"):
        type(record)(**{**dict(record), "sessions": make_person(seed=1, weeks=(6,), books=("nrs",)).sessions})


def test_observations_by_visit_and_book():
    """Observations are grouped in their order."""
    record = make_person(seed=1, weeks=(0, 6), books=("nrs", "frebaq"))
    groups = record.by_book()
    assert [("ses-w00", "frebaq"), ("ses-w00", "nrs"), ("ses-w06", "frebaq"), ("ses-w06", "nrs")] == list(groups)
    assert [9, 1, 9, 1] == [len(group) for group in groups.values()]


def test_somebody_by_id():
    """A person is found by id; a stranger, and the only one of many, are named."""
    people = Records([make_person(seed=seed, books=("nrs",)) for seed in (1, 2)])
    assert "sub-madeup2" == people.person("sub-madeup2").participant_id
    with pytest.raises(UnknownPerson, match="nobody is called 'sub-9' here; ids look like 'sub-madeup1'"):
        people.person("sub-9")
    with pytest.raises(UnknownPerson, match="the source holds 2"):
        _ = people.only
    with pytest.raises(UnknownPerson, match="there is nobody"):
        Records([]).person("sub-1")
