"""The programme: dates from the signed first day, sessions recorded once, weeks slowed down, a calendar file."""

import datetime as dt
import uuid
from typing import Any

import pytest

from backloop.train import Programme
from backloop.web.store.agreements import name_session
from backloop.web.store.models import Event

pytestmark = pytest.mark.django_db


def _programme(code: str) -> Programme:
    event = Event.objects.filter(subject=code, kind="decision", code="programme").order_by("seq").last()
    return Programme.model_validate(event.noun.content)


def _first(code: str) -> str:
    return name_session(_programme(code).weeks[0].sessions[0])


@pytest.fixture
def signed(desk: Any) -> Any:
    """Give the clinician at work with the plan signed from today."""
    desk.sign_as_proposed()
    return desk


def test_without_a_signature_there_is_no_programme(desk: Any):
    """The page leads to the plan, and so does a session's address."""
    assert "begins with a signed plan" in desk.see("programme/")
    assert desk.browser.get(desk.at("programme/2026-12-01-clinic/")).status_code == 302


def test_the_programme_runs_from_the_chosen_day(signed: Any):
    """Twelve weeks from the signed start, with the assessments due; today's session leads."""
    programme, page = _programme(signed.code), signed.see("programme/")

    assert programme.start == programme.weeks[0].sessions[0].date
    assert [due.week for due in programme.assessments] == [0, 6, 12, 18, 26, 52]
    assert all(name_session(each) in page for week in programme.weeks for each in week.sessions)
    assert "Clinic session" in page


def test_a_session_sent_twice_is_recorded_once(signed: Any):
    """One form, one event; the harm told with it is one too, and linked."""
    name, uid = _first(signed.code), str(uuid.uuid4())
    told = {"day": _programme(signed.code).start.isoformat(), "done": "partly", "minutes": 20, "pain_before": 4}
    told |= {"pain_after": 6, "words": "tired", "harm": "sharp pain", "severity": "moderate", "uid": uid}
    answers = [signed.send(f"programme/{name}/", **told) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    session = Event.objects.get(subject=signed.code, kind="session")
    harm = Event.objects.get(subject=signed.code, kind="harm")
    assert (session.noun.done, session.noun.minutes, session.noun.planned) == ("partly", 20, name)
    assert session.noun.content["harm"] == str(harm.uid)
    assert "partly done" in signed.see("programme/")


def test_the_same_form_with_other_content_is_refused(signed: Any):
    """What was recorded stands; the page says so."""
    name, uid = _first(signed.code), str(uuid.uuid4())
    day = _programme(signed.code).start.isoformat()
    signed.send(f"programme/{name}/", day=day, done="done", uid=uid)
    answer = signed.send(f"programme/{name}/", day=day, done="not", uid=uid)

    assert answer.status_code == 409
    assert Event.objects.get(subject=signed.code, kind="session").noun.done == "done"


def test_the_session_rules_speak_before_it_is_recorded(signed: Any):
    """Checking writes nothing; an alarming answer says stop, and recording it raises an alert."""
    name = _first(signed.code)
    checked = signed.send(f"programme/{name}/", only="check", **{"session-check_03": "1"})
    assert "stop and refer" in checked.content.decode()
    assert not Event.objects.filter(subject=signed.code, kind__in=["session", "finding"]).exists()

    day = _programme(signed.code).start.isoformat()
    signed.send(f"programme/{name}/", day=day, done="not", **{"session-check_03": "1"})
    finding = Event.objects.get(subject=signed.code, kind="finding")
    assert (finding.noun.level, finding.noun.content["planned"]) == ("alert", name)


def test_answers_the_worksheet_does_not_accept_are_refused(signed: Any):
    """Neither a value out of range nor an invented question is written down."""
    name, day = _first(signed.code), _programme(signed.code).start.isoformat()
    for told in ({"session-check_01": "11"}, {"session-check_99": "1"}):
        assert signed.send(f"programme/{name}/", day=day, done="done", **told).status_code == 422
    assert not Event.objects.filter(subject=signed.code, kind="session").exists()


def test_no_session_is_recorded_ahead_of_its_day(signed: Any):
    """A day in the future is refused, and so is a session the programme does not hold."""
    ahead = (_programme(signed.code).start + dt.timedelta(days=40)).isoformat()

    assert signed.send(f"programme/{_first(signed.code)}/", day=ahead, done="done").status_code == 422
    assert signed.browser.get(signed.at("programme/1999-01-01-home/")).status_code == 302


def test_a_held_week_is_laid_out_again(signed: Any):
    """The signed plan stays; a new programme is written down with the reason."""
    answer = signed.send("programme/pace/", week=3, choice="held", reason="flare")

    assert answer.status_code == 302
    assert Event.objects.filter(subject=signed.code, kind="decision", code="programme").count() == 2
    assert Event.objects.filter(subject=signed.code, kind="decision", code="plan").count() == 1
    assert "flare" in signed.see("programme/")
    assert signed.send("programme/pace/", week=99, choice="held", reason="x").status_code == 302
    assert Event.objects.filter(subject=signed.code, kind="decision", code="programme").count() == 2


def test_the_calendar_file_has_every_session_and_no_name(signed: Any):
    """One event a session and an assessment; no code of the patient in it."""
    answer, programme = signed.browser.get(signed.at("programme/calendar/")), _programme(signed.code)
    text = answer.content.decode()

    assert answer["Content-Type"].startswith("text/calendar")
    expected = sum(len(week.sessions) for week in programme.weeks) + len(programme.assessments)
    assert text.count("BEGIN:VEVENT") == expected
    assert signed.code not in text
