"""One patient: entering, identifiers, consent, invitations, the page for each role, messages, downloads."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backloop.record import Observation, Session, make_person
from backloop.web.people.invitations import find_invitation
from backloop.web.people.making import MAKER, add_record, make_record
from backloop.web.people.models import Patient
from backloop.web.store.events import add_event, add_events, correct_event
from backloop.web.store.identities import identity_of, set_identity
from backloop.web.store.kinds import Allocated, ConsentGiven, Harm, Message
from backloop.web.store.models import Event, ReadEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinician(client_of: Callable[[str], Client]) -> Client:
    """Give the clinician's browser in English."""
    client = client_of("clinician")
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def patient(clinic_people: Any) -> Patient:
    """Give a patient with a record, a name, a consent, a harm, a message and an arm."""
    patient: Patient = clinic_people.patients["mine"]
    make_record(patient, seed=131)
    set_identity(MAKER, patient.code, "name", "王小明")
    set_identity(MAKER, patient.code, "phone", "13800001111")
    nouns = (
        ConsentGiven(purpose="care", given=True, form="care-2026-1"),
        Harm(words="sharp pain after lifting", severity="moderate", began="2026-11-20"),
        Message(to="clinic", words="May I swim?"),
        Allocated(study="back-study", arm="SECRETARM", line=3),
    )
    for noun in nouns:
        add_event(MAKER, patient.code, noun)
    return patient


def _to(name: str, patient: Patient) -> str:
    return reverse(f"clinic:{name}", args=[patient.code])


def _new(clinic_people: Any, **more: str) -> dict[str, str]:
    team, site = clinic_people.teams["one"], clinic_people.sites["north"]
    return {
        "site": str(site.pk), "teams": str(team.pk), "age": "52", "sex": "female", "language": "zh-Hans",
        "name": "张三", "phone": "13900002222", "consent_care": "on", "form_care": "care-2026-1",
    } | more  # fmt: skip


def test_entering_a_patient(clinician: Client, clinic_people: Any):
    """The system makes the code; identifiers go under lock, consent is written down for every purpose."""
    answer = clinician.post(reverse("clinic:new"), _new(clinic_people), follow=True)
    patient = Patient.objects.order_by("pk").last()
    given = {event.code: event.noun.given for event in Event.objects.filter(subject=patient.code, kind="consent")}

    assert answer.redirect_chain[-1][0] == _to("patient", patient)
    assert patient.code in answer.content.decode()
    assert len(patient.code) == 8
    assert identity_of(patient.code) == {"name": "张三", "phone": "13900002222"}
    assert given == {"care": True, "research": False, "contact": False}
    assert Event.objects.get(subject=patient.code, kind="person").noun.participant.age == 52
    assert not Event.objects.filter(body__contains="张三").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"consent_care": ""}, "Without consent to care"),
        ({"form_care": ""}, "Name the form"),
        ({"teams": ""}, "at least one of your own teams"),
        ({"consent_research": "on"}, "Name the form"),
        ({"age": "200"}, "120"),
    ],
)
def test_what_is_missing_is_said_and_nothing_saved(
    clinician: Client, clinic_people: Any, more: dict[str, str], words: str
):
    """A form that is not complete comes back with words, and no half patient is left."""
    before = Patient.objects.count()
    answer = clinician.post(reverse("clinic:new"), _new(clinic_people, **more))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Patient.objects.count() == before


def test_a_team_of_others_is_refused(clinician: Client, clinic_people: Any):
    """Nobody enters a patient whom they could not open, or into another site's team."""
    for name in ("two", "far"):
        answer = clinician.post(reverse("clinic:new"), _new(clinic_people, teams=str(clinic_people.teams[name].pk)))
        assert answer.status_code == 422


def test_the_same_person_twice_is_noticed(clinician: Client, clinic_people: Any):
    """An equal telephone number names the patient known already, until somebody says it is another person."""
    clinician.post(reverse("clinic:new"), _new(clinic_people))
    known = Patient.objects.order_by("pk").last().code
    again = clinician.post(reverse("clinic:new"), _new(clinic_people, phone="139-0000-2222"))
    sure = clinician.post(reverse("clinic:new"), _new(clinic_people, somebody_else="on"))

    assert f"Known already as {known}" in again.content.decode()
    assert sure.status_code == 302


def test_editing_identifiers_writes_what_changed(clinician: Client, patient: Patient):
    """A changed number is one event, an emptied one is removed, what stays the same is not written."""
    sent = {"name": "王小明", "phone": "", "email": "a@example.org"}
    clinician.post(_to("identity", patient), sent)
    changes = [
        event.noun.change for event in Event.objects.filter(subject=patient.code, kind="identity").order_by("seq")
    ]

    assert identity_of(patient.code) == {"name": "王小明", "email": "a@example.org"}
    assert sorted(changes[2:]) == ["entered", "removed"]


@pytest.mark.parametrize("role", ["patient", "helper"])
def test_inviting_by_a_link_shown_once(clinician: Client, patient: Patient, role: str):
    """The link opens an invitation for this patient and this role, and is not shown again."""
    text = clinician.post(_to("invite", patient), {"role": role}).content.decode()
    token = text.split("/join/")[1].split("/")[0]
    invitation = find_invitation(token)

    assert invitation is not None
    assert (invitation.role, invitation.patient) == (role, patient)
    assert token not in clinician.get(_to("invite", patient)).content.decode()


def test_consent_is_withdrawn(clinician: Client, patient: Patient):
    """A no with the form replaces the yes on the page, and both stay on the record."""
    clinician.post(_to("consent", patient), {"purpose": "care", "given": "no", "form": "withdrawal-1"})
    text = clinician.get(_to("patient", patient)).content.decode()

    assert "not given or withdrawn (withdrawal-1)" in " ".join(text.split())
    assert Event.objects.filter(subject=patient.code, kind="consent").count() == 2


def test_messages_go_to_the_patient(clinician: Client, patient: Patient):
    """Words are sent as an event; an empty message is not."""
    clinician.post(_to("message", patient), {"words": "See you on Tuesday."})
    clinician.post(_to("message", patient), {"words": "  "})
    sent = [event.noun for event in Event.objects.filter(subject=patient.code, kind="message", role="clinician")]

    assert [(noun.to, noun.words) for noun in sent] == [("patient", "See you on Tuesday.")]
    assert "See you on Tuesday." in clinician.get(_to("patient", patient)).content.decode()


def test_the_record_is_downloaded_by_code(clinician: Client, patient: Patient):
    """The file holds the record and no identifier."""
    answer = clinician.get(_to("record", patient))
    record = json.loads(answer.content)

    assert f"record-{patient.code}.json" in answer["Content-Disposition"]
    assert record["participant"]["participant_id"] == f"sub-{patient.code}"
    assert "王小明" not in answer.content.decode()


SEES = {
    "clinician": {"王小明": True, "sharp pain": True, "May I swim": True, "SECRETARM": False, "back-study": False},
    "coordinator": {"王小明": True, "sharp pain": True, "May I swim": False, "SECRETARM": False, "back-study": True},
    "assessor": {"王小明": False, "sharp pain": False, "May I swim": False, "SECRETARM": False, "back-study": False},
}
"""What of the patient's page each role sees; nobody reads the arm here."""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", SEES)
def test_the_page_for_each_role(client_of: Callable[[str], Client], patient: Patient, name: str, language: str):
    """Names, harms and messages are there for those who may see them, in both languages."""
    client = client_of(name)
    client.cookies["language"] = language
    answer = client.get(_to("patient", patient))
    text = answer.content.decode()

    assert answer.status_code == 200
    assert {words: words in text for words in SEES[name]} == SEES[name]
    assert ("What happened" if language == "en" else "时间线") in text
    assert ReadEntry.objects.filter(subject=patient.code, what="clinic:patient").count() == 1


@pytest.mark.parametrize("name", ["patient", "helper", "statistician", "site_admin", "clinician_2", "clinician_far"])
def test_the_page_is_closed_to_others(client_of: Callable[[str], Client], patient: Patient, name: str):
    """Other roles get 403, clinicians of other teams the same 404 as for nobody."""
    status = client_of(name).get(_to("patient", patient)).status_code

    assert status == (404 if name.startswith("clinician") else 403)


@pytest.mark.parametrize("route", ["close", "message", "identity", "consent", "invite", "open_visit"])
def test_blinded_and_foreign_accounts_change_nothing(client_of: Callable[[str], Client], patient: Patient, route: str):
    """Neither an assessor nor another team's clinician writes through these pages."""
    sent = {"key": "x", "reason": "a reason", "words": "hello", "role": "patient", "name": "x", "purpose": "care",
            "given": "no", "form": "x", "order": "9"}  # fmt: skip
    before = Event.objects.count()
    foreign = client_of("clinician_2").post(_to(route, patient), sent)
    blinded = client_of("assessor").post(_to(route, patient), sent)

    assert foreign.status_code == 404
    assert blinded.status_code == (302 if route == "open_visit" else 403)
    assert Event.objects.count() == before + (route == "open_visit")


def test_the_next_best_test_comes_from_the_profile(clinician: Client, patient: Patient):
    """The tests that would tell most stand on the page with their reason."""
    part = clinician.get(_to("next", patient)).content.decode()

    assert "Next best test" in part
    assert " min" in part


def test_corrections_are_visible(clinician: Client, patient: Patient):
    """A harm taken back stays on the timeline, struck, with the reason."""
    event = Event.objects.get(subject=patient.code, kind="harm")
    correct_event(MAKER, event, replacement=None, why="entered for the wrong person")
    text = clinician.get(_to("patient", patient)).content.decode()

    assert "entered for the wrong person" in text
    assert "Taken back" in text
    assert "removed" in text


def test_the_story_has_pages(clinician: Client, patient: Patient):
    """Forty entries stand on a page, the newest first."""
    add_events(MAKER, patient.code, [Message(to="patient", words=f"word {number}") for number in range(60)])
    first = clinician.get(_to("patient", patient)).content.decode()
    second = clinician.get(_to("patient", patient) + "?page=2").content.decode()

    assert "word 59" in first
    assert "word 5<" not in first
    assert "word 5<" in second


def test_a_thousand_events_stay_fast(clinician: Client, clinic_people: Any, django_assert_max_num_queries: Any):
    """The page of a patient with a thousand events needs few queries; the time is printed, and loosely held."""
    patient = clinic_people.patients["mine"]
    add_record(patient, make_person(seed=5, weeks=(0, 6, 12, 18)))
    more = [Session(session_id=f"ses-x{number}", order=50 + number) for number in range(20)]
    more += [
        Observation(session_id=f"ses-x{visit}", kind="response", book="rmdq", item=f"rmdq_{item:02d}", value=1)
        for visit in range(20)
        for item in range(1, 25)
    ]
    add_events(MAKER, patient.code, more)
    assert Event.objects.filter(subject=patient.code).count() > 1000
    clinician.get("/clinic/")
    clinician.get(_to("patient", patient))
    with django_assert_max_num_queries(45):
        start = time.process_time()
        answer = clinician.get(_to("patient", patient))
        spent = time.process_time() - start

    assert answer.status_code == 200
    assert spent < 0.4
