"""Messages and letters: what was sent is kept, that it was seen is told from the log of looks, mail says nothing."""

import re
import smtplib
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from backloop.record import make_person
from backloop.web.keeping.mailing import post_notice
from backloop.web.people.making import MAKER, add_record
from backloop.web.settings.clinic_settings import ClinicSettings, Mail
from backloop.web.settings.keyrings import Keys
from backloop.web.settings.project import django_settings
from backloop.web.store.events import add_event
from backloop.web.store.identities import set_identity
from backloop.web.store.kinds import ConsentGiven
from backloop.web.store.models import Event, ReadEntry

pytestmark = pytest.mark.django_db

WORDS = "Please walk a little every day."
POST = Mail(host="mail.example.org", sender="clinic@example.org")


class Two:
    """A clinician and a patient, each at a browser."""

    def __init__(self, client_of: Callable[[str], Client], people: Any) -> None:
        self.patient = people.patients["mine"]
        self.desk, self.phone, self.helper = (client_of(name) for name in ("clinician", "patient", "helper"))
        for browser in (self.desk, self.phone, self.helper):
            browser.cookies["language"] = "en"

    def see(self) -> str:
        """Give the patient's page as the clinician sees it, in words."""
        page = self.desk.get(f"/clinic/patients/{self.patient.code}/").content.decode()
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))

    def send(self, words: str = WORDS) -> Any:
        """Send a message to the patient."""
        return self.desk.post(f"/clinic/patients/{self.patient.code}/message/", {"words": words})


@pytest.fixture
def two(client_of: Callable[[str], Client], clinic_people: Any) -> Two:
    """Give the two of them."""
    return Two(client_of, clinic_people)


@pytest.mark.both_engines
@pytest.mark.parametrize("page", ["/patient/messages/", "/patient/"])
def test_the_clinician_sees_that_a_message_was_seen(two: Two, page: str):
    """First it was not; once the patient opened a page that shows it, it was; nothing was written but the look."""
    two.send()
    before = two.see()
    count = Event.objects.count()
    two.phone.get(page)
    after = two.see()

    assert "Not seen by the patient yet" in before
    assert "Not seen by the patient yet" not in after
    assert "Seen by the patient 20" in after
    assert Event.objects.count() == count
    assert ReadEntry.objects.filter(role="patient").count() == 1


def test_an_earlier_look_does_not_count(two: Two):
    """What was opened before the message was sent says nothing about it; each message has its own mark."""
    two.phone.get("/patient/messages/")
    two.send("first")
    assert "Not seen by the patient yet" in two.see()
    two.phone.get("/patient/messages/")
    two.send("second")
    page = two.see()

    assert page.count("Not seen by the patient yet") == 1
    assert page.index("second") < page.index("Not seen by the patient yet") < page.index("Seen by the patient 20")


def test_a_helper_does_not_stand_for_the_patient(two: Two):
    """A helper who opens the messages is named as a helper."""
    two.send()
    two.helper.get(f"/patient/for/{two.patient.code}/messages/")
    page = two.see()

    assert "Not seen by the patient yet" in page
    assert "by a helper 20" in page


def test_the_patients_own_words_have_no_mark(two: Two):
    """What the patient wrote stands with the clinic's, and is not marked."""
    two.phone.post("/patient/messages/", {"words": "It is better today."})
    page = two.see()

    assert "It is better today." in page
    assert "from the patient's side" in page.replace("&#x27;", "'")
    assert "Not seen" not in page


def test_a_letter_is_sent_opened_and_stays(two: Two):
    """Sent, it is on the patient's side word for word, as a message and as a page to print; opening it is seen."""
    add_record(two.patient, make_person(seed=131))
    address = f"/care/{two.patient.code}/letters/patient/en/"
    two.desk.post(f"{address}send/", {"visit": "ses-w00"})
    sent = Event.objects.get(subject=two.patient.code, kind="decision", code="letter")
    first = two.desk.get(address).content.decode()
    messages, letters = (two.phone.get(f"/patient/{page}/").content.decode() for page in ("messages", "letters"))
    still = two.desk.get(address).content.decode()
    sheet = two.phone.get(f"/patient/letters/?letter={sent.seq}")
    last = two.desk.get(address).content.decode()

    assert "A letter for you is ready" in messages
    assert f"?letter={sent.seq}" in letters
    assert sheet.content.decode() == sent.noun.content["html"]
    assert "@media print" in sheet.content.decode()
    assert "not opened by the patient yet" in first
    assert "not opened by the patient yet" in still  # the list alone is not the letter
    assert "opened by the patient 20" in last.replace("not opened", "")


# --- mail


@pytest.fixture
def mailing(settings: Any, two: Two) -> Two:
    """Give the two of them in a clinic with a mail server, and a patient who agreed to be contacted."""
    settings.CLINIC = settings.CLINIC.model_copy(update={"mail": POST, "origin": "https://clinic.example.org"})
    set_identity(MAKER, two.patient.code, "email", "anna@example.org")
    set_identity(MAKER, two.patient.code, "name", "Anna Li")
    add_event(MAKER, two.patient.code, ConsentGiven(purpose="contact", given=True, form="contact-1"))
    return two


def test_without_a_mail_server_nothing_leaves(two: Two, settings: Any):
    """A clinic begins without mail: nothing is sent, by us or by what signs people in."""
    set_identity(MAKER, two.patient.code, "email", "anna@example.org")
    add_event(MAKER, two.patient.code, ConsentGiven(purpose="contact", given=True, form="contact-1"))
    two.send()
    told = django_settings(ClinicSettings(folder="clinic", mode="demo"), Keys.new())

    assert mail.outbox == []
    assert told["EMAIL_BACKEND"] == "django.core.mail.backends.dummy.EmailBackend"


@pytest.mark.parametrize(("lang", "word"), [("en", "something new"), ("zh", "有新内容")])
def test_a_mail_says_that_something_is_there_and_not_what(mailing: Two, lang: str, word: str):
    """One mail, in the patient's language, with the clinic's address and no name, code, words or condition."""
    mailing.patient.account.language = lang
    mailing.patient.account.save()
    mailing.send()
    sent = mail.outbox[0]
    whole = sent.subject + sent.body

    assert (len(mail.outbox), sent.to, sent.from_email) == (1, ["anna@example.org"], "clinic@example.org")
    assert word in sent.body
    assert "https://clinic.example.org" in sent.body
    assert not any(secret in whole for secret in (WORDS, mailing.patient.code, "Anna", "pain", "腰", "痛"))


def test_no_mail_without_consent_or_address(mailing: Two):
    """After a withdrawal, or without an address, nothing leaves; a mail in the queue is held back, too."""
    set_identity(MAKER, mailing.patient.code, "email", "")
    mailing.send()
    set_identity(MAKER, mailing.patient.code, "email", "anna@example.org")
    add_event(MAKER, mailing.patient.code, ConsentGiven(purpose="contact", given=False, form="contact-1"))
    mailing.send()

    assert post_notice.func(mailing.patient.code) is False
    assert mail.outbox == []


def test_a_mail_server_that_fails_harms_nothing(
    mailing: Two, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """The message stands, the page goes on, and the log names neither address nor person."""

    def refuse(*_: Any, **__: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({"anna@example.org": (550, b"unknown")})

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    answer = mailing.send()

    assert answer.status_code == 302
    assert Event.objects.filter(subject=mailing.patient.code, kind="message").count() == 1
    assert "could not be mailed: SMTPRecipientsRefused" in caplog.text
    assert "anna@" not in caplog.text


def test_a_letter_is_told_by_mail_as_well(mailing: Two):
    """A letter that was sent gives the same mail, without the letter."""
    add_record(mailing.patient, make_person(seed=131))
    mailing.desk.post(f"/care/{mailing.patient.code}/letters/patient/en/send/", {"visit": "ses-w00"})

    assert len(mail.outbox) == 1
    assert mail.outbox[0].attachments == []
