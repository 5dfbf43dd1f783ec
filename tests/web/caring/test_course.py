"""The course, the letters and the harms."""

from typing import Any

import pytest

from backloop.library import read_chart
from backloop.measure import Drawing, Stroke
from backloop.web.people.making import MAKER
from backloop.web.store.events import add_event
from backloop.web.store.models import Event
from backloop.web.store.nouns import course_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_the_course_speaks_both_languages(desk: Any, lang: str):
    """The summary and the sentence of every outcome's latest change stand on the page in the reader's language."""
    desk.browser.cookies["language"] = lang
    page, course = desk.see("course/").replace("&#x27;", "'"), course_of(desk.code)
    tongue = "en" if lang == "en" else "zh"

    assert course.summary.say(tongue) in page
    assert all(each.changes[-1].words.say(tongue) in page for each in course.outcomes if each.changes)
    assert "<svg" in page


def test_any_two_visits_are_compared(desk: Any):
    """Between two later visits the changes are their own; the same visit twice is not compared."""
    assert "Only these two visits" in desk.see("course/?from=ses-w06&to=ses-w12")
    assert "Choose two different visits" in desk.see("course/?from=ses-w06&to=ses-w06")


def test_a_pain_drawing_is_one_click_away(desk: Any):
    """The course leads to the drawing of each visit that has one, and names none where there is none."""
    assert "Pain drawings" not in desk.see("course/")
    stroke = Stroke(view="back", width=0.05, points=((0.4, 0.4), (0.6, 0.4)))
    drawing = Drawing(session_id="ses-w06", chart=read_chart().name, strokes=(stroke,))
    add_event(MAKER, desk.code, drawing)

    assert f"/clinic/patients/{desk.code}/visits/ses-w06/drawing/result/" in desk.see("course/")
    assert "ses-w12/drawing/" not in desk.see("course/")
    add_event(MAKER, desk.code, Drawing(session_id="ses-w06", chart=read_chart().name))
    assert "Pain drawings" not in desk.see("course/")


def test_a_signed_plan_is_marked_in_the_course(desk: Any):
    """The picture says at which visit a plan was signed, and the page by whom."""
    assert "A plan was signed or changed at" not in desk.see("course/")
    desk.sign_as_proposed()
    assert "A plan was signed or changed at" in desk.see("course/")


@pytest.mark.parametrize("reader", ["patient", "clinician"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_letter_opens_in_a_sandbox_of_its_own(desk: Any, reader: str, lang: str):
    """The letter's own style is let through by fingerprint; scripts, frames and the network are not."""
    answer = desk.browser.get(desk.at(f"letters/{reader}/{lang}/print/?visit=ses-w00"))
    policy = answer["Content-Security-Policy"]

    assert answer.status_code == 200
    assert "sandbox" in policy
    assert "style-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert (answer["Cache-Control"], answer["X-Frame-Options"]) == ("no-store", "DENY")
    assert "<script" not in answer.content.decode()


def test_an_unknown_reader_or_language_is_not_there(desk: Any):
    """Only the letters that exist have an address."""
    assert desk.browser.get(desk.at("letters/insurer/en/")).status_code == 404
    assert desk.browser.get(desk.at("letters/patient/fr/")).status_code == 404


def test_a_sent_letter_stays_as_it_was_sent(desk: Any):
    """Sending keeps the document and leaves a message; later answers do not change what was sent."""
    answer = desk.send("letters/patient/en/send/", visit="ses-w00")
    decision = Event.objects.get(subject=desk.code, kind="decision", code="letter")

    assert answer.status_code == 302
    assert Event.objects.get(subject=desk.code, kind="message").noun.to == "patient"
    desk.sign_as_proposed()
    again = desk.browser.get(desk.at(f"letters/patient/en/print/?sent={decision.seq}"))
    assert again.content.decode() == decision.noun.content["html"]
    assert desk.send("letters/clinician/en/send/", visit="ses-w00").status_code == 302
    assert Event.objects.filter(subject=desk.code, kind="decision", code="letter").count() == 1


def test_a_harm_is_judged_and_closed_with_reasons(desk: Any):
    """A judgement without a reason is not written; the first words stay; closing names the alert."""
    told = {"words": "dizzy after practice", "severity": "mild", "began": "2026-01-05", "after": "resolve"}
    assert desk.send("harms/", **told).status_code == 302
    event = Event.objects.get(subject=desk.code, kind="harm")

    desk.send(f"harms/{event.seq}/", relatedness="possible")
    assert not Event.objects.filter(subject=desk.code, kind="correction").exists()
    desk.send(f"harms/{event.seq}/", relatedness="possible", reason="same day")
    assert "possible" in desk.see("harms/")
    assert Event.objects.get(subject=desk.code, kind="correction").noun.replacement["relatedness"] == "possible"

    desk.send(f"harms/{event.seq}/", close="1", reason="")
    assert "Closed (1)" not in desk.see("harms/")
    desk.send(f"harms/{event.seq}/", close="1", reason="gone after a day", ended="2026-01-06")
    assert "Closed (1)" in desk.see("harms/")
    closing = Event.objects.get(subject=desk.code, kind="decision", code="alert")
    assert (closing.noun.choice, closing.noun.content) == ("closed", {"alert": f"harm:{event.seq}"})
