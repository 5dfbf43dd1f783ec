"""A patient's week on the phone, in Chinese and in English: questions, practice, diary, messages, own data."""

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from backloop import infer, prescribe, score
from backloop.record import Observation, Session, make_person
from backloop.web.people.making import MAKER, add_record
from backloop.web.people.models import Patient
from backloop.web.store.events import add_event, standing_events
from backloop.web.store.kinds import Allocated, ConsentGiven, Decision, DoneSession, Finding, Message
from backloop.web.store.models import Event

pytestmark = pytest.mark.django_db

LANGUAGES = {"zh": "zh-hans", "en": "en"}
SAFE = {f"session-check_{number:02}": "0" for number in (3, 4, 5, 6, 7, 8, 10, 11, 12)}
SAFE |= {"session-check_01": "3", "session-check_02": "3", "session-check_09": "8"}


@pytest.fixture
def mine(clinic_people: Any) -> Patient:
    """Give the patient with an account, with a first visit."""
    patient: Patient = clinic_people.patients["mine"]
    add_record(patient, make_person(seed=131))
    return patient


def _sign(patient: Patient, *, ago: int, seed: int = 131) -> None:
    person = make_person(seed=seed)
    plan = prescribe(infer(score(person)), person)
    start = timezone.now().astimezone(dt.timezone(dt.timedelta(hours=8))).date() - dt.timedelta(days=ago)
    content = {"plan": plan.model_dump(mode="json"), "start": start.isoformat()}
    add_event(MAKER, patient.code, Decision(about="plan", choice="signed", noun="Plan", content=content))


def _page(client: Client, path: str, status: int = 200, **data: Any) -> str:
    answer = client.post(path, data) if data else client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def _answers(patient: Patient, book: str) -> list[Any]:
    return [
        each.noun
        for each in standing_events(patient.code, kinds=["response"])
        if each.noun.book == book and each.event.role == "patient"
    ]


def _findings(patient: Patient, about: str) -> list[Any]:
    found = standing_events(patient.code, kinds=["finding"])
    return [each.noun for each in found if each.noun.about == about]


@pytest.fixture(params=LANGUAGES)
def reader(request: pytest.FixtureRequest, client_of: Callable[[str], Client]) -> Client:
    """Give the patient's own phone, in each language."""
    phone = client_of("patient")
    phone.cookies["language"] = LANGUAGES[request.param]
    phone.lang = request.param  # type: ignore[attr-defined]
    return phone


def test_a_patients_week(reader: Any, mine: Patient):
    """From the first page through practice, questionnaire, diary and message, and nothing is asked twice."""
    _sign(mine, ago=43)  # week 7, the day after a session in the clinic
    today = _page(reader, "/patient/")
    assert f'lang="{"zh-Hans" if reader.lang == "zh" else "en"}"' in today
    assert "/patient/answer/nrs/" in today
    assert "/patient/practice/" in today

    assert "session-check_03" in _page(reader, "/patient/practice/")
    _page(reader, "/patient/practice/", 302, step="check", uid=uuid.uuid4(), **SAFE)
    session = _page(reader, "/patient/practice/")
    assert {"zh": "什么时候要停下", "en": "When to stop"}[reader.lang] in session
    done = {"done": "partly", "reasons": ["tired"], "minutes": "12", "pain_before": "3", "pain_after": "4"}
    _page(reader, "/patient/practice/", 302, step="done", uid=uuid.uuid4(), **done)
    noted = standing_events(mine.code, kinds=["session"])[0].noun
    assert isinstance(noted, DoneSession)
    assert (noted.done, noted.minutes, noted.content["reasons"]) == ("partly", 12, ["tired"])
    assert {"zh": "这也算数", "en": "That counts"}[reader.lang] in _page(reader, "/patient/practice/")

    assert "nrs" in _page(reader, "/patient/answer/nrs/")
    _page(reader, "/patient/answer/nrs/", 302, q="1", answer="5", uid=uuid.uuid4())
    answer = _answers(mine, "nrs")[-1]
    assert (answer.value, answer.session_id) == (5, "ses-w06")
    assert {"zh": "全部完成", "en": "All done"}[reader.lang] in _page(reader, "/patient/answer/nrs/")

    _page(reader, "/patient/diary/", 302, pain="4", minutes="30", words="slept well", uid=uuid.uuid4())
    diary = _page(reader, "/patient/diary/")
    assert {"zh": "记录了1天", "en": "on 1 of 28 days"}[reader.lang] in diary
    assert "<circle" in _page(reader, "/patient/diary/weeks.svg")

    _page(reader, "/patient/messages/", 302, words="May I swim?", uid=uuid.uuid4())
    assert "May I swim?" in _page(reader, "/patient/messages/")
    assert "BEGIN:VCALENDAR" in _page(reader, "/patient/calendar.ics")


def test_before_anything_is_signed(reader: Any, clinic_people: Any):
    """With no plan, no visit and no message every page still says what is and what comes."""
    for page in ("", "practice/", "diary/", "messages/", "letters/", "harm/", "consents/", "data/", "now/"):
        assert "<h1" in _page(reader, f"/patient/{page}")
    assert {"zh": "还没有练习方案", "en": "no practice plan yet"}[reader.lang] in _page(reader, "/patient/")
    assert reader.get("/patient/calendar.ics").status_code == 302


def test_the_first_questionnaires_come_with_the_first_visit(client_of: Callable[[str], Client], clinic_people: Any):
    """Before a plan the clinic's first visit opens its questionnaires, and the answers belong to that visit."""
    patient = clinic_people.patients["mine"]
    add_record(patient, make_person(seed=131, books=("nrs",)))
    phone = client_of("patient")

    assert "/patient/answer/rmdq/" in _page(phone, "/patient/")
    assert "/patient/answer/neuro-exam/" not in _page(phone, "/patient/")
    _page(phone, "/patient/answer/rmdq/", 302, q="1", answer="1")
    assert _answers(patient, "rmdq")[0].session_id == "ses-w00"


class TestAnswering:
    """One question a screen; what is sent twice is written once."""

    @pytest.fixture
    def phone(self, client_of: Callable[[str], Client], mine: Patient) -> Client:
        """Give the patient's phone at week six, in English."""
        _sign(mine, ago=42)
        phone = client_of("patient")
        phone.cookies["language"] = "en"
        return phone

    def test_an_answer_sent_twice_is_written_once(self, phone: Client, mine: Patient):
        """The same id and answer make one event, by form and by htmx; another answer makes another."""
        uid = uuid.uuid4()
        for _ in range(3):
            _page(phone, "/patient/answer/pgic/", 302, q="1", answer="3", uid=uid)
        quiet = phone.post(
            "/patient/answer/pgic/", {"q": "1", "answer": "3", "uid": uid}, headers={"HX-Request": "true"}
        )
        assert (quiet.status_code, "Saved" in quiet.content.decode()) == (200, True)
        assert len(_answers(mine, "pgic")) == 1

        _page(phone, "/patient/answer/pgic/", 302, q="1", answer="4", uid=uid)
        assert [each.value for each in _answers(mine, "pgic")] == [3, 4]
        visits = [each.noun for each in standing_events(mine.code, kinds=["visit"]) if isinstance(each.noun, Session)]
        assert [(visit.session_id, visit.week) for visit in visits] == [("ses-w00", 0), ("ses-w06", 6)]

    def test_going_on_later_and_back(self, phone: Client, mine: Patient):
        """The page opens where one stopped; going back shows the answer given, and declining is an answer."""
        _page(phone, "/patient/answer/phq-9/", 302, q="1", answer="2")
        _page(phone, "/patient/answer/phq-9/", 302, q="2", decline="1")
        assert "Question 3 of 10" in _page(phone, "/patient/answer/phq-9/")
        assert 'value="2" checked' in _page(phone, "/patient/answer/phq-9/?q=1")
        assert "You chose not to answer" in _page(phone, "/patient/answer/phq-9/?q=2")
        assert [each.absent for each in _answers(mine, "phq-9")] == [None, "declined"]

    def test_an_activity_left_out_is_not_rated(self, phone: Client):
        """Whoever names one activity is asked to rate one."""
        _page(phone, "/patient/answer/psfs/", 302, q="1", answer="gardening")
        _page(phone, "/patient/answer/psfs/", 302, q="2", answer="4")
        for number in ("3", "5", "7", "9"):
            answer = phone.post("/patient/answer/psfs/", {"q": number, "decline": "1"})
        assert answer["Location"] == "/patient/answer/psfs/"
        assert "All done" in _page(phone, "/patient/answer/psfs/")

    @pytest.mark.parametrize(
        ("book", "raw"), [("nrs", "11"), ("nrs", "4.5"), ("nrs", ""), ("psfs", " "), ("nrs", "nan")]
    )
    def test_what_the_book_does_not_accept_is_asked_again(self, phone: Client, mine: Patient, book: str, raw: str):
        """Nothing is written, and the page says what to do."""
        assert 'role="alert"' in _page(phone, f"/patient/answer/{book}/", 422, q="1", answer=raw)
        assert _answers(mine, book) == []

    @pytest.mark.parametrize("q", ["0", "2", "-1", "x", "99999"])
    def test_a_question_the_book_does_not_have(self, phone: Client, q: str):
        """An answer to no question is refused."""
        assert phone.post("/patient/answer/nrs/", {"q": q, "answer": "1"}).status_code == 404

    @pytest.mark.parametrize("book", ["neuro-exam", "clinic-resources", "no-such-book", "sf-12"])
    def test_books_that_are_not_the_patients(self, phone: Client, book: str):
        """What only the clinic can answer has no page here."""
        assert phone.get(f"/patient/answer/{book}/").status_code == 404

    def test_what_is_not_due_is_closed(self, phone: Client, mine: Patient):
        """A questionnaire of another week is not written into this one."""
        assert "not open" in _page(phone, "/patient/answer/pcs/", q="1", answer="1")
        assert _answers(mine, "pcs") == []

    def test_every_screen_names_its_field(self, phone: Client):
        """Each question of every open book has a label or legend, and its words as the heading."""
        for book in ("nrs", "psfs", "phq-9", "red-flags", "rmdq", "health-screen"):
            page = _page(phone, f"/patient/answer/{book}/?q=1")
            assert "<legend><h1>" in page or '<label for="answer">' in page
            assert 'type="radio"' in page or 'id="answer"' in page


class TestWarnings:
    """An answer that needs somebody: words at once, an alert for the clinic, once."""

    @pytest.mark.parametrize(
        ("book", "number", "level", "words"),
        [
            ("phq-9", 9, "emergency", {"zh": "谢谢您说出来", "en": "Thank you for saying so"}),
            ("red-flags", 1, "emergency", {"zh": "请现在前往急诊", "en": "go to an emergency department now"}),
            ("red-flags", 9, "alert", {"zh": "值得在下次就诊", "en": "worth a look"}),
        ],
    )
    def test_words_and_alert(
        self, reader: Any, mine: Patient, book: str, number: int, level: str, words: dict[str, str]
    ):
        """By form the patient is led to what to do now; by htmx the words come with the answer."""
        _sign(mine, ago=42)
        uid, item = uuid.uuid4(), f"{book}_{number:02}"
        for _ in range(2):
            answer = reader.post(f"/patient/answer/{book}/", {"q": str(number), "answer": "1", "uid": uid})
        assert answer["Location"] == "/patient/now/"
        assert words[reader.lang] in _page(reader, "/patient/now/")
        assert "/patient/now/" in _page(reader, "/patient/")
        assert [finding.level for finding in _findings(mine, item)] == [level]

        sent = {"q": str(number), "answer": "1", "uid": uid}
        quiet = reader.post(f"/patient/answer/{book}/", sent, headers={"HX-Request": "true"})
        assert words[reader.lang] in quiet.content.decode()
        assert len(_findings(mine, item)) == 1

    def test_a_no_warns_nobody(self, client_of: Callable[[str], Client], mine: Patient):
        """An answer that meets no rule goes on to the next question."""
        _sign(mine, ago=42)
        answer = client_of("patient").post("/patient/answer/red-flags/", {"q": "1", "answer": "0"})

        assert answer["Location"] == "/patient/answer/red-flags/?q=2"
        assert _findings(mine, "red-flags_01") == []

    @pytest.mark.parametrize("key", ["finding:{seq}", "safety:cauda-equina:ses-w06"])
    def test_a_closed_alert_is_not_shown_again(self, client_of: Callable[[str], Client], mine: Patient, key: str):
        """Once the clinic has acted, the first page is calm again."""
        _sign(mine, ago=42)
        phone = client_of("patient")
        phone.post("/patient/answer/red-flags/", {"q": "1", "answer": "1"})
        finding = Event.objects.get(kind="finding", code="red-flags_01")
        closing = Decision(about="alert", choice="closed", content={"alert": key.format(seq=finding.seq)})
        add_event(MAKER, mine.code, closing)

        assert 'role="alert"' not in _page(phone, "/patient/now/")


class TestPractice:
    """The session rules decide, in the books' words."""

    @pytest.fixture
    def phone(self, client_of: Callable[[str], Client], mine: Patient) -> Client:
        """Give the patient's phone on the second day of the programme, which has practice at home."""
        _sign(mine, ago=1)
        phone = client_of("patient")
        phone.cookies["language"] = "en"
        return phone

    def test_danger_signs_stop_the_session_and_tell_the_clinic(self, phone: Client, mine: Patient):
        """No instructions, what to do instead, and an alert."""
        _page(phone, "/patient/practice/", 302, step="check", **{**SAFE, "session-check_03": "1"})
        page = _page(phone, "/patient/practice/")

        assert "go to an emergency department now" in page
        assert "When to stop" not in page
        assert [finding.level for finding in _findings(mine, "session-check")] == ["emergency"]
        assert "go to an emergency department now" in _page(phone, "/patient/now/")

    def test_a_missing_answer_is_never_a_no(self, phone: Client):
        """Without an answer to a safety question the page asks to ask."""
        answers = {name: value for name, value in SAFE.items() if name != "session-check_03"}
        _page(phone, "/patient/practice/", 302, step="check", **answers)
        page = _page(phone, "/patient/practice/")

        assert "Please ask first" in page
        assert "When to stop" not in page

    def test_an_answer_that_does_not_fit(self, phone: Client, mine: Patient):
        """A pain of 40 is asked again."""
        page = _page(phone, "/patient/practice/", 422, step="check", **{**SAFE, "session-check_01": "40"})

        assert "from 0 to 10" in page
        assert _findings(mine, "session-check") == []

    def test_changing_what_was_noted_is_a_correction(self, phone: Client, mine: Patient):
        """The first word is kept, the second stands."""
        _page(phone, "/patient/practice/", 302, step="check", **SAFE)
        for done in ("not", "done"):
            _page(phone, "/patient/practice/", 302, step="done", done=done)
        noted = standing_events(mine.code, kinds=["session"])

        assert [each.noun.done for each in noted] == ["done"]
        assert noted[0].corrected_by is not None

    def test_yesterday_can_still_be_noted(self, client_of: Callable[[str], Client], mine: Patient):
        """A practice of the last days is noted without the questions before it; a far day is today."""
        _sign(mine, ago=2)
        phone = client_of("patient")
        day = timezone.now().astimezone(dt.timezone(dt.timedelta(hours=8))).date() - dt.timedelta(days=1)
        assert f"?day={day}" in _page(phone, "/patient/")
        _page(phone, f"/patient/practice/?day={day}", 302, step="done", done="done")
        noted = standing_events(mine.code, kinds=["session"])[0].noun

        assert (noted.planned, noted.day) == (f"{day}-home", day)
        assert phone.get("/patient/practice/?day=2001-02-30").status_code == 200

    def test_a_plan_that_refers_first_has_no_practice(self, client_of: Callable[[str], Client], mine: Patient):
        """Nothing is practised before a clinician has acted."""
        _sign(mine, ago=1, seed=6)
        assert "/patient/practice/?" not in _page(client_of("patient"), "/patient/")
        assert "session-check_03" not in _page(client_of("patient"), "/patient/practice/")


class TestHarm:
    """The harm report: the emergency signs first, then the report, then what happens next."""

    @pytest.mark.parametrize(("name", "role"), [("patient", "patient"), ("helper", "helper")])
    def test_a_report_reaches_the_clinic(self, client_of: Callable[[str], Client], mine: Patient, name: str, role: str):
        """Patient and helper can report; the clinic gets the harm and an alert, once."""
        phone, uid = client_of(name), uuid.uuid4()
        path = "/patient/harm/" if name == "patient" else f"/patient/for/{mine.code}/harm/"
        form = _page(phone, path)
        assert form.index("急诊") < form.index('<form method="post" class="asks"')
        told = {"words": "腿痛", "began": mine.entered_at.date().isoformat(), "severity": "severe", "after": "home"}
        for _ in range(2):
            answer = phone.post(path, {**told, "uid": uid})
        assert "谢谢您告诉我们" in _page(phone, answer["Location"])
        harms = standing_events(mine.code, kinds=["harm"])

        assert [(each.noun.words, each.event.role, bool(each.event.on_behalf)) for each in harms] == [
            ("腿痛", role, name == "helper")
        ]
        assert [finding.level for finding in _findings(mine, "harm")] == ["alert"]

    @pytest.mark.parametrize(
        "wrong", [{"words": ""}, {"began": "2999-01-01"}, {"severity": "awful"}, {"ended": "2001-01-01"}]
    )
    def test_what_does_not_fit_is_said(self, client_of: Callable[[str], Client], mine: Patient, wrong: dict[str, str]):
        """Nothing is written until the report makes sense."""
        told = {"words": "x", "began": mine.entered_at.date().isoformat(), "severity": "mild"}
        assert "errorlist" in _page(client_of("patient"), "/patient/harm/", 422, **{**told, **wrong})
        assert standing_events(mine.code, kinds=["harm"]) == []


class TestHelper:
    """A helper sees practice, reports and messages, and nothing else."""

    def test_what_a_helper_sees(self, client_of: Callable[[str], Client], mine: Patient):
        """No answer, plan, diary or letter is on the helper's pages, and the patient's own are closed."""
        _sign(mine, ago=1)
        add_event(MAKER, mine.code, Finding(about="diary", content={"day": "2026-11-20", "pain": 7, "words": "secret"}))
        add_event(MAKER, mine.code, Message(to="patient", words="See you on Tuesday."))
        phone = client_of("helper")
        start = phone.get("/patient/")
        assert start["Location"] == f"/patient/for/{mine.code}/"
        page = _page(phone, start["Location"])
        assert "See you on Tuesday." in page
        assert "secret" not in page
        for closed in (
            "answer/nrs/",
            "diary/",
            "diary/weeks.svg",
            "data/",
            "data/my-data.json",
            "consents/",
            "letters/",
        ):
            assert phone.get(f"/patient/{closed}").status_code == 403

    def test_a_helper_notes_a_practice_once(self, client_of: Callable[[str], Client], mine: Patient):
        """It is written on the patient's behalf; changing it is for the patient."""
        phone, path = client_of("helper"), f"/patient/for/{mine.code}/practice/"
        for done in ("done", "not"):
            _page(phone, path, 302, done=done, uid=uuid.uuid4())
        noted = standing_events(mine.code, kinds=["session"])

        assert [(each.noun.done, each.event.on_behalf) for each in noted] == [("done", mine.code)]
        assert "只有本人或机构可以修改" in _page(phone, path)

    def test_people_one_does_not_help(self, client_of: Callable[[str], Client], clinic_people: Any):
        """Another patient's pages are not there, for helpers, patients and by guessing."""
        other = clinic_people.patients["other_team"].code
        for name in ("helper", "patient"):
            for page in ("", "practice/", "harm/", "messages/"):
                assert client_of(name).get(f"/patient/for/{other}/{page}").status_code == 404
        assert client_of("clinician").get(f"/patient/for/{other}/").status_code == 403
        assert client_of("clinician").get("/patient/").status_code == 403

    def test_when_nobody_is_helped_any_more(self, client_of: Callable[[str], Client], mine: Patient):
        """The page says so instead of failing."""
        mine.helpers.all().delete()  # type: ignore[attr-defined]
        assert "目前没有需要您协助的人" in _page(client_of("helper"), "/patient/")


class TestOwnData:
    """Consents and the file to take along."""

    def test_withdrawal_counts_at_once(self, client_of: Callable[[str], Client], mine: Patient):
        """A press withdraws; another agrees again; both are kept."""
        add_event(MAKER, mine.code, ConsentGiven(purpose="research", given=True, form="paper-1"))
        phone = client_of("patient")
        assert "您已同意" in _page(phone, "/patient/consents/")
        _page(phone, "/patient/consents/", 302, purpose="research", given="no")
        last = standing_events(mine.code, kinds=["consent"])[-1].noun
        assert (last.purpose, last.given, last.form) == ("research", False, "patient-page-1")
        assert "即时生效" in _page(phone, "/patient/consents/")

    @pytest.mark.parametrize(
        "wrong", [{"purpose": "sale", "given": "yes"}, {"purpose": "research", "study": "other", "given": "yes"}]
    )
    @pytest.mark.usefixtures("mine")
    def test_only_what_was_asked_can_be_agreed_to(self, client_of: Callable[[str], Client], wrong: dict[str, str]):
        """A purpose or study that does not exist for this patient is refused."""
        assert client_of("patient").post("/patient/consents/", wrong).status_code == 404

    def test_a_study_is_left_here_but_joined_in_person(self, client_of: Callable[[str], Client], mine: Patient):
        """Withdrawal from a trial is one press; a yes needs a talk."""
        add_event(MAKER, mine.code, ConsentGiven(purpose="research", given=True, form="trial-1", study="back-study"))
        phone, study = client_of("patient"), {"purpose": "research", "study": "back-study"}
        _page(phone, "/patient/consents/", 302, **study, given="no")
        assert phone.post("/patient/consents/", {**study, "given": "yes"}).status_code == 404

    def test_the_file_holds_ones_own_data_only(
        self, client_of: Callable[[str], Client], mine: Patient, clinic_people: Any
    ):
        """Nobody else's events, no arm, no name of staff; everything one wrote oneself."""
        other = clinic_people.patients["other_team"]
        add_event(MAKER, other.code, Message(to="clinic", words="of somebody else"))
        add_event(MAKER, mine.code, Allocated(study="back-study", arm="sham", line=3))
        phone = client_of("patient")
        phone.post("/patient/messages/", {"words": "my own words"})
        told = json.loads(_page(phone, "/patient/data/my-data.json"))
        page = _page(phone, "/patient/data/my-data.html")

        kinds = {event["kind"] for event in told["events"]}
        assert {"person", "visit", "response", "message"} <= kinds
        assert not kinds & {"allocation", "access", "identity"}
        for file in (json.dumps(told, ensure_ascii=False), page):
            assert "my own words" in file
            assert "of somebody else" not in file
            assert "sham" not in file
            assert str(clinic_people.accounts["clinician"].uid) not in file

    def test_letters_open_as_they_were_sent(self, client_of: Callable[[str], Client], mine: Patient):
        """A letter to the patient is listed and opens; one to a clinician does not."""
        content = {"reader": "patient", "lang": "zh", "html": "<h1>您的信</h1>"}
        letter = add_event(MAKER, mine.code, Decision(about="letter", choice="sent", content=content))
        note = add_event(MAKER, mine.code, Decision(about="plan", choice="changed", content={"html": "inside"}))
        phone = client_of("patient")

        assert f"?letter={letter.seq}" in _page(phone, "/patient/letters/")
        assert "您的信" in _page(phone, f"/patient/letters/?letter={letter.seq}")
        assert phone.get(f"/patient/letters/?letter={note.seq}").status_code == 404


def test_due_goes_by_the_patients_own_calendar(client_of: Callable[[str], Client], mine: Patient):
    """In the evening of one zone it is already tomorrow in another; the patient's zone counts."""
    _sign(mine, ago=42)
    mine.zone = "Pacific/Pago_Pago"  # eleven hours behind, so at least a day part before Shanghai
    mine.save()
    phone = client_of("patient")
    pages = dict.fromkeys(("Pacific/Pago_Pago", "Pacific/Kiritimati"), "")
    for zone in pages:
        Patient.objects.filter(pk=mine.pk).update(zone=zone)
        pages[zone] = _page(phone, "/patient/")

    assert pages["Pacific/Pago_Pago"] != pages["Pacific/Kiritimati"]


def test_pages_keep_to_the_policy(client_of: Callable[[str], Client], mine: Patient):
    """No inline script or style on any page, fields have names, and the phone may not cache them."""
    _sign(mine, ago=42)
    phone = client_of("patient")
    for page in (
        "",
        "answer/nrs/",
        "practice/",
        "diary/",
        "harm/",
        "messages/",
        "consents/",
        "data/",
        "now/",
        "letters/",
    ):
        answer = phone.get(f"/patient/{page}")
        text = answer.content.decode()
        assert answer["Cache-Control"] == "no-store"
        assert "style=" not in text
        assert "<script>" not in text
        assert text.count("<h1") == 1


def test_an_answer_of_the_patient_is_in_the_record(client_of: Callable[[str], Client], mine: Patient):
    """What is answered on the phone is scored with everything else."""
    from backloop.web.store.nouns import record_of

    _sign(mine, ago=42)
    client_of("patient").post("/patient/answer/nrs/", {"q": "1", "answer": "2"})
    record = record_of(mine.code)

    assert record is not None
    seen = Observation(session_id="ses-w06", kind="response", book="nrs", item="nrs_01", value=2)
    assert seen in record.observations
