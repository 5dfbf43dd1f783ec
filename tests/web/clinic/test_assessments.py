"""Visits and the entry of assessments: answers, autosave, corrections, results, danger signs, blinded assessors."""

import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backloop.library import load_text
from backloop.record import Observation, Participant, Session
from backloop.web.people.making import MAKER
from backloop.web.store.events import add_event
from backloop.web.store.kinds import Decision, DoneSession, Harm, PersonFacts
from backloop.web.store.models import Event
from backloop.web.store.nouns import measures_of, record_of

pytestmark = pytest.mark.django_db

VISIT = "ses-01"


@pytest.fixture
def patient(clinic_people: Any) -> Any:
    """Give a patient with one visit."""
    patient = clinic_people.patients["mine"]
    who = Participant(participant_id=f"sub-{patient.code}", age=46, language="zh-Hans")
    add_event(MAKER, patient.code, PersonFacts(participant=who, made_up=True))
    add_event(MAKER, patient.code, Session(session_id=VISIT, order=1, week=0))
    return patient


@pytest.fixture
def clinician(client_of: Callable[[str], Client]) -> Client:
    """Give the clinician's browser in English."""
    client = client_of("clinician")
    client.cookies["language"] = "en"
    return client


def _to(name: str, patient: Any, *places: str) -> str:
    return reverse(f"clinic:{name}", args=[patient.code, *places])


def _send(client: Client, patient: Any, book: str, item: str, value: str, **more: str) -> Any:
    sent = {"item": item, f"a-{item}": value, "uid": str(uuid.uuid4())} | more
    headers = {"HX-Request": "true"}
    return client.post(_to("answer", patient, VISIT, book), sent, headers=headers)


def _answers(patient: Any) -> list[tuple[str, Any]]:
    events = Event.objects.filter(subject=patient.code, kind="response").order_by("seq")
    return [(event.noun.item, event.noun.value or event.noun.absent or event.noun.value) for event in events]


def test_opening_a_visit(clinician: Client, patient: Any):
    """A visit gets its number, week and label; the same number is refused with words."""
    sent = {"order": "2", "week": "6", "label": "interim"}
    answer = clinician.post(_to("open_visit", patient), sent, follow=True)
    again = clinician.post(_to("open_visit", patient), sent, follow=True)

    assert answer.redirect_chain[-1][0] == _to("visit", patient, "ses-02")
    assert Event.objects.get(code="ses-02").noun == Session(session_id="ses-02", order=2, week=6, label="interim")
    assert "visit with this number already" in again.content.decode()
    assert Event.objects.filter(code="ses-02").count() == 1


def test_a_visit_offers_what_is_usual_or_planned(clinician: Client, patient: Any):
    """Without a programme the clinic's usual books are offered; with one, those of the visit's week."""
    usual = clinician.get(_to("visit", patient, VISIT)).content.decode()
    programme = {"assessments": [{"week": 0, "date": "2026-11-22", "books": ["nrs", "wai-sr"]}], "weeks": []}
    signed = Decision(about="programme", choice="signed", noun="Programme", content=programme)
    add_event(MAKER, patient.code, signed)
    planned = clinician.get(_to("visit", patient, VISIT)).content.decode()

    assert "Usual at a visit" in usual
    assert _to("assess", patient, VISIT, "red-flags") in usual
    assert _to("assess", patient, VISIT, "neuro-exam") in usual
    assert "Due at this visit" in planned


def test_autosave_twice_is_one_event(clinician: Client, patient: Any):
    """The same answer sent twice with its own id is written once, whatever the network does."""
    sent = {"uid": str(uuid.uuid4())}
    first = _send(clinician, patient, "pcs", "pcs_01", "3", **sent)
    second = _send(clinician, patient, "pcs", "pcs_01", "3", **sent)

    assert first.status_code == second.status_code == 200
    assert "✓ saved: 3" in second.content.decode()
    assert _answers(patient) == [("pcs_01", 3)]


def test_a_late_repetition_does_not_undo_a_newer_answer(clinician: Client, patient: Any):
    """An answer that comes again after a newer one leaves the newer one standing."""
    late = {"uid": str(uuid.uuid4())}
    _send(clinician, patient, "pcs", "pcs_01", "3", **late)
    _send(clinician, patient, "pcs", "pcs_01", "1")
    _send(clinician, patient, "pcs", "pcs_01", "3", **late)

    assert _answers(patient) == [("pcs_01", 3), ("pcs_01", 1)]


def test_an_id_used_for_another_answer_is_refused(clinician: Client, patient: Any):
    """One id cannot carry two answers; the page says what to do."""
    sent = {"uid": str(uuid.uuid4())}
    _send(clinician, patient, "pcs", "pcs_01", "3", **sent)
    answer = _send(clinician, patient, "pcs", "pcs_01", "2", **sent)

    assert answer.status_code == 422
    assert "Load the page again" in answer.content.decode()


@pytest.mark.parametrize(
    ("book", "item", "value", "words"),
    [
        ("nrs", "nrs_01", "11", "a whole number from 0 to 10"),
        ("nrs", "nrs_01", "3.5", "a whole number from 0 to 10"),
        ("nrs", "nrs_01", "nan", "a whole number"),
        ("nrs", "nrs_01", "", "a whole number"),
        ("nrs", "nrs_02", "3", "no such question"),
        ("psqi", "psqi_01", "25:10", "a time of day"),
        ("phq-9", "phq-9_09", "<script>", "a whole number from 0 to 3"),
    ],
)
def test_wrong_values_are_refused_with_words(
    clinician: Client, patient: Any, book: str, item: str, value: str, words: str
):
    """What does not fit its book is not written, and the page says what would."""
    answer = _send(clinician, patient, book, item, value)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert _answers(patient) == []


@pytest.mark.parametrize(("typed", "kept"), [("７", 7), (" 7 ", 7)])
def test_digits_of_any_width_are_understood(clinician: Client, patient: Any, typed: str, kept: int):
    """Full-width digits and blanks are what a Chinese keyboard sends."""
    _send(clinician, patient, "nrs", "nrs_01", typed)

    assert _answers(patient) == [("nrs_01", kept)]


def test_a_clock_is_kept_as_hours(clinician: Client, patient: Any):
    """Half past ten in the evening is 22.5 hours after midnight, and is shown as a time again."""
    answer = _send(clinician, patient, "psqi", "psqi_01", "22:30")

    assert "22:30" in answer.content.decode()
    assert _answers(patient) == [("psqi_01", 22.5)]


def test_a_reason_stands_for_no_answer(clinician: Client, patient: Any):
    """Preferring not to answer is written down as the reason; a reason that is none is refused."""
    _send(clinician, patient, "pcs", "pcs_02", "", **{"r-pcs_02": "declined"})
    other = _send(clinician, patient, "pcs", "pcs_03", "", **{"r-pcs_03": "too many missing"})

    assert _answers(patient) == [("pcs_02", "declined")]
    assert other.status_code == 422


def test_one_by_one_goes_on_and_resumes(clinician: Client, patient: Any):
    """Each screen saves and leads to the next; coming back leads to the first open question."""
    address = _to("assess", patient, VISIT, "gad-7")
    uid = str(uuid.uuid4())
    first = clinician.post(f"{address}?item=1", {"a-gad-7_01": "2", "uid": uid})
    resumed = clinician.get(address).content.decode()

    assert first["Location"] == f"{address}?item=2"
    assert "2 / 7" in resumed
    assert "1 of 7 answered" in resumed


def test_sending_a_screen_twice_writes_once(clinician: Client, patient: Any):
    """A form without a script that is sent twice is written once."""
    address, sent = _to("assess", patient, VISIT, "gad-7"), {"a-gad-7_01": "2", "uid": str(uuid.uuid4())}
    for _ in range(2):
        clinician.post(f"{address}?item=1", sent)

    assert _answers(patient) == [("gad-7_01", 2)]


def _fill(client: Client, patient: Any, book: str, values: dict[str, str]) -> Any:
    sent = {f"a-{item}": value for item, value in values.items()} | {"uid": str(uuid.uuid4())}
    return client.post(_to("assess", patient, VISIT, book) + "?mode=table", sent, follow=True)


GAD = {f"gad-7_0{number}": str(number % 4) for number in range(1, 8)}


def test_a_table_equals_one_by_one(clinician: Client, patient: Any, client_of: Callable[[str], Client]):
    """The same answers give the same record and score, whichever way they came in."""
    for item, value in GAD.items():
        _send(clinician, patient, "gad-7", item, value)
    singly = record_of(patient.code), measures_of(patient.code)
    other = patient.__class__.objects.create(site=patient.site)
    other.teams.set(patient.teams.all())
    for noun in (
        PersonFacts(participant=singly[0].participant, made_up=True),
        Session(session_id=VISIT, order=1, week=0),
    ):
        add_event(MAKER, other.code, noun)
    shown = _fill(clinician, other, "gad-7", GAD).content.decode()

    assert record_of(other.code).observations == singly[0].observations
    assert measures_of(other.code).measures == singly[1].measures
    assert "Result" in shown


def test_a_table_keeps_what_fits(clinician: Client, patient: Any):
    """One wrong cell is named and the rest is saved."""
    answer = _fill(clinician, patient, "gad-7", GAD | {"gad-7_03": "9"})

    assert answer.status_code == 422
    assert "Expected a whole number from 0 to 3" in answer.content.decode()
    assert len(_answers(patient)) == 6


def test_the_rest_was_not_asked(clinician: Client, patient: Any):
    """A paper form with gaps is finished by saying so; the score says why it is absent."""
    sent = {"a-gad-7_01": "1", "rest": "not asked", "uid": str(uuid.uuid4())}
    shown = clinician.post(_to("assess", patient, VISIT, "gad-7") + "?mode=table", sent, follow=True).content.decode()

    assert len(_answers(patient)) == 7
    assert "too many items are missing" in shown


def test_the_result_comes_at_once(clinician: Client, patient: Any):
    """After the last answer the score stands with its band and what it means."""
    shown = _fill(clinician, patient, "gad-7", GAD).content.decode()

    assert "<strong>12</strong>" in shown
    assert "/ 21" in shown


def test_a_complete_form_is_corrected_with_a_reason(clinician: Client, patient: Any):
    """A changed answer after completion needs a reason; both stay visible, and the score follows."""
    _fill(clinician, patient, "gad-7", GAD)
    refused = _send(clinician, patient, "gad-7", "gad-7_01", "3")
    silent = clinician.post(
        _to("correct", patient, VISIT, "gad-7"), {"item": "gad-7_01", "a-gad-7_01": "3", "why": " "}
    )
    sent = {"item": "gad-7_01", "a-gad-7_01": "3", "why": "misread the form"}
    shown = clinician.post(_to("correct", patient, VISIT, "gad-7"), sent, follow=True).content.decode()
    story = clinician.get(_to("patient", patient)).content.decode()

    assert refused.status_code == silent.status_code == 422
    assert "corrected: misread the form" in shown
    assert "<strong>14</strong>" in shown
    assert "misread the form" in story
    assert Event.objects.filter(kind="response", code="gad-7").count() == 7


@pytest.mark.parametrize(
    ("book", "item", "words"),
    [
        ("phq-9", "phq-9_09", "Thoughts of death or self-harm"),
        ("red-flags", "red-flags_01", "Possible cauda equina syndrome"),
        ("neuro-exam", "neuro-exam_08", "Possible cauda equina syndrome"),
    ],
)
def test_a_danger_sign_is_shown_at_once(clinician: Client, patient: Any, book: str, item: str, words: str):
    """The answer that raises an alert brings back what it is and what to do."""
    answer = _send(clinician, patient, book, item, "1").content.decode()

    assert words in answer
    assert "What to do:" in answer
    assert words in clinician.get(_to("patient", patient)).content.decode()


def test_reported_scores_are_checked(clinician: Client, patient: Any):
    """An instrument without items takes a score on its own scale, and nothing off it."""
    address = _to("assess", patient, VISIT, "back-paq-10")
    page = clinician.get(address).content.decode()
    wrong = clinician.post(address, {"score": "back-paq-10", "value": "9999", "uid": str(uuid.uuid4())})
    right = clinician.post(address, {"score": "back-paq-10", "value": "3", "uid": str(uuid.uuid4())})

    assert "computed elsewhere" in page
    assert (wrong.status_code, right.status_code) == (422, 302)
    assert [event.noun.value for event in Event.objects.filter(kind="observation")] == [3]


def test_loaded_wording_is_shown(clinician: Client, patient: Any, tmp_path: Path, settings: Any):
    """Where the clinic loaded licensed words they stand on the screen; otherwise our topics, and the page says so."""
    settings.CLINIC = settings.CLINIC.model_copy(update={"folder": tmp_path})
    address = _to("assess", patient, VISIT, "rmdq")
    topics = clinician.get(address).content.decode()
    lines = ['instrument = "rmdq"', 'language = "en"', 'permission = "letter"', "[items]"]
    lines += [f'rmdq_{number:02d} = "Loaded words {number}"' for number in range(1, 25)]
    (tmp_path / "own.toml").write_text("\n".join(lines), encoding="utf-8")
    load_text(tmp_path / "own.toml", tmp_path / "texts")
    loaded = clinician.get(address).content.decode()

    assert "topics in our own words" in topics
    assert "Loaded words 1" in loaded
    assert "topics in our own words" not in loaded


@pytest.mark.parametrize("book", ["red-flags", "neuro-exam", "psqi", "psfs", "health-screen", "preferences"])
@pytest.mark.parametrize("mode", ["", "?mode=table"])
def test_every_kind_of_question_is_shown_in_both_languages(
    client_of: Callable[[str], Client], patient: Any, book: str, mode: str
):
    """Worksheets, clocks, quantities and words appear in Chinese and in English."""
    client, pages = client_of("clinician"), {}
    for language in ("en", "zh-hans"):
        client.cookies["language"] = language
        pages[language] = client.get(_to("assess", patient, VISIT, book) + mode).content.decode()

    assert "answered" in pages["en"]
    assert "已答" in pages["zh-hans"]
    assert "style=" not in pages["en"]
    assert "<script>" not in pages["en"]


def test_unknown_places_lead_back_with_words(clinician: Client, patient: Any):
    """A visit or questionnaire that does not exist leads to the patient's page, never to an error."""
    for visit, book in (("ses-99", "nrs"), (VISIT, "nothing"), (VISIT, "two-point-lumbar")):
        answer = clinician.get(_to("assess", patient, visit, book), follow=True)
        assert answer.redirect_chain[-1][0] == _to("patient", patient)
        assert "no such visit or questionnaire" in answer.content.decode()


@pytest.fixture
def treated(patient: Any) -> Any:
    """Give the patient a signed programme, sessions, a harm, and an answer to a worksheet about treatment."""
    programme = {"assessments": [{"week": 0, "date": "2026-11-22", "books": ["nrs"]}], "weeks": []}
    nouns = (
        Decision(about="plan", choice="signed", reason="SECRETREASON"),
        Decision(about="programme", choice="signed", noun="Programme", content=programme),
        DoneSession(planned="SECRETSESSION", day=dt.date(2026, 11, 20), done="not"),
        DoneSession(planned="SECRETSESSION", day=dt.date(2026, 11, 21), done="not"),
        Harm(words="SECRETHARM", severity="severe", began=dt.date(2026, 11, 20)),
        Observation(
            session_id=VISIT,
            kind="response",
            book="treatment-decisions",
            item="treatment-decisions_01",
            value="rtms-m1",
        ),
        Observation(session_id=VISIT, kind="response", book="nrs", item="nrs_01", value=6),
    )
    for noun in nouns:
        add_event(MAKER, patient.code, noun)
    return patient


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_blinded_assessor_sees_nothing_of_treatment(client_of: Callable[[str], Client], treated: Any, language: str):
    """List, patient, visit and assessment show answers only: no plan, session, harm, message, name or programme."""
    client = client_of("assessor")
    client.cookies["language"] = language
    pages = [
        client.get(reverse("clinic:worklist")),
        client.get(_to("patient", treated)),
        client.get(_to("visit", treated, VISIT)),
        client.get(_to("assess", treated, VISIT, "nrs")),
    ]
    text = "".join(page.content.decode() for page in pages)

    assert {page.status_code for page in pages} == {200}
    for word in ("SECRET", "Decision", "决定", "programme", "训练计划", "/plan", "treatment-decisions", "overdue",
                 "Harm", "不良反应", "rtms", "Message to", "Due at this visit", "/programme", "missed"):  # fmt: skip
        assert word not in text, word


def test_a_blinded_assessor_answers_and_corrects(client_of: Callable[[str], Client], treated: Any):
    """The same pages take the assessor's answers, visits and corrections, but no worksheet about treatment."""
    client = client_of("assessor")
    _send(client, treated, "gad-7", "gad-7_01", "2")
    sent = {"order": "2", "week": "12", "label": ""}
    client.post(_to("open_visit", treated), sent)
    hidden = client.get(_to("assess", treated, VISIT, "treatment-decisions"))

    assert Event.objects.get(kind="response", code="gad-7").role == "assessor"
    assert Event.objects.get(kind="visit", code="ses-02").role == "assessor"
    assert hidden.status_code == 302


@pytest.mark.parametrize("name", ["patient", "helper", "coordinator", "statistician", "site_admin"])
def test_others_do_not_enter_assessments(client_of: Callable[[str], Client], patient: Any, name: str):
    """Only care teams and assessors answer for a patient here."""
    answer = _send(client_of(name), patient, "nrs", "nrs_01", "3")

    assert answer.status_code == 403
    assert _answers(patient) == []
