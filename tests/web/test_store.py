"""The store: events are added, corrected and read; neither engine lets a link be changed."""

import pytest
from django.db import IntegrityError, connection, transaction

from backloop.record import Observation, Participant, Session, make_person
from backloop.web.people.making import add_record
from backloop.web.store.events import Actor, add_event, correct_event, standing_events
from backloop.web.store.kinds import Message, PersonFacts
from backloop.web.store.models import Event
from backloop.web.store.nouns import course_of, measures_of, plan_of, profile_of, record_of
from backloop.web.store.reading import log_read
from backloop.web.store.verifying import verify_chains

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

WHO = Actor(account="a1", role="clinician")


def _answer(value: int) -> Observation:
    return Observation(session_id="ses-01", kind="response", book="nrs", item="nrs_01", value=value)


def _person(subject: str) -> None:
    add_event(WHO, subject, PersonFacts(participant=Participant(participant_id=f"sub-{subject}", age=46)))
    add_event(WHO, subject, Session(session_id="ses-01", order=1, week=0))


@pytest.mark.parametrize("table", ["store_event", "store_readentry"])
@pytest.mark.parametrize("order", ["UPDATE {} SET account = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_a_link(table: str, order: str):
    """Neither an event nor a read can be changed or deleted, whoever asks."""
    add_event(WHO, "K1", Message(to="patient", words="See you on Tuesday."))
    log_read(WHO, "K1", "a page")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(order.format(table))


def test_a_whole_chain_has_no_fault():
    """Three events and a read verify, and the counts agree."""
    _person("K1")
    add_event(WHO, "K1", _answer(6))
    log_read(WHO, "K1", "a page")

    report = verify_chains()

    assert report.faults == ()
    assert report.counts == {"events": 3, "reads": 1}


def test_a_correction_replaces_without_deleting():
    """What was wrong stays in the table; what stands is the replacement, and nothing where it was entered in error."""
    _person("K1")
    first, second = add_event(WHO, "K1", _answer(6)), add_event(WHO, "K1", Message(to="patient", words="Wrong person"))

    correct_event(WHO, first, replacement=_answer(4), why="read wrongly")
    correct_event(WHO, second, replacement=None, why="entered for somebody else")

    standing = standing_events("K1")
    assert [event.noun.value for event in standing if event.event.kind == "response"] == [4]
    assert not [event for event in standing if event.event.kind == "message"]
    assert Event.objects.count() == 6


def test_the_record_is_that_of_the_core():
    """A made-up person written down as events gives the same record, measures, profile, plan and course."""
    from backloop.web.people.models import Patient, Site

    site = Site.objects.create(slug="north", name_en="North", name_zh="北院")
    patient, person = Patient.objects.create(site=site), make_person(seed=131)

    add_record(patient, person)

    record = record_of(patient.code)
    assert record is not None
    assert record.observations == person.observations
    assert record.is_made_up
    assert measures_of(patient.code) is not None
    assert profile_of(patient.code) is not None
    assert plan_of(patient.code) == plan_of(patient.code)
    assert course_of(patient.code) is not None
