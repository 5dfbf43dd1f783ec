"""The worklist: who is on it, in which order, what is due, which alerts stand, and that it stays fast."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backloop.record import Observation, Participant, Session, make_person
from backloop.web.clinic.models import Bookmark, OpenAlert, Watch
from backloop.web.clinic.watching import catch_up, rebuild
from backloop.web.clinic.worklists import PAGE
from backloop.web.people.making import MAKER, add_record, make_patient
from backloop.web.store.events import add_event, add_events, correct_event
from backloop.web.store.identities import set_identity
from backloop.web.store.kinds import Decision, DoneSession, Finding, Harm, PersonFacts
from backloop.web.store.models import ReadEntry

pytestmark = pytest.mark.django_db

WORKLIST = "/clinic/"


@pytest.fixture
def patient(clinic_people: Any) -> Any:
    """Give the patient of the cast with one visit."""
    patient = clinic_people.patients["mine"]
    who = Participant(participant_id=f"sub-{patient.code}", age=46, language="zh-Hans")
    add_events(MAKER, patient.code, [PersonFacts(participant=who), Session(session_id="ses-01", order=1, week=0)])
    return patient


@pytest.fixture
def clinician(client_of: Callable[[str], Client]) -> Client:
    """Give the clinician's browser in English."""
    client = client_of("clinician")
    client.cookies["language"] = "en"
    return client


def _see(client: Client, **asked: str) -> str:
    answer = client.post(WORKLIST, asked) if "q" in asked else client.get(WORKLIST, asked)
    return answer.content.decode()


def _answer(patient: Any, item: str, value: int, session_id: str = "ses-01") -> Any:
    book = item.rpartition("_")[0]
    noun = Observation(session_id=session_id, kind="response", book=book, item=item, value=value)
    return add_event(MAKER, patient.code, noun)


def _keys(patient: Any) -> set[str]:
    catch_up()
    return set(OpenAlert.objects.filter(patient=patient).values_list("key", flat=True))


def test_the_list_holds_the_teams_patients_and_nobody_else(clinician: Client, clinic_people: Any):
    """Patients of other teams and sites are not on it; the look at each line is logged."""
    text = _see(clinician)

    codes = {name: patient.code for name, patient in clinic_people.patients.items()}
    assert codes["mine"] in text
    assert codes["other_team"] not in text
    assert codes["far"] not in text
    assert [read.subject for read in ReadEntry.objects.filter(what="clinic:worklist")] == [codes["mine"]]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Your teams have no patients yet"), ("zh-hans", "您的团队暂无患者")]
)
def test_an_empty_list_says_what_to_do(
    clinic_people: Any, client_of: Callable[[str], Client], language: str, words: str
):
    """Somebody without patients is told how the first one comes."""
    clinic_people.patients["mine"].teams.clear()
    client = client_of("clinician")
    client.cookies["language"] = language

    assert words in _see(client)


def test_danger_signs_raise_alerts(patient: Any, clinician: Client):
    """A red flag and item 9 of the PHQ-9 each stand as their safety rule says, the more urgent first."""
    _answer(patient, "red-flags_09", 1)
    _answer(patient, "phq-9_09", 1)
    text = _see(clinician)

    assert _keys(patient) == {"safety:single-red-flag:ses-01", "safety:suicidal-thoughts:ses-01"}
    assert text.index("Thoughts of death or self-harm") < text.index("A red flag that stands alone")
    assert "act today" in text


def test_an_answer_of_no_raises_nothing_and_a_correction_lowers_it(patient: Any):
    """Zero is no alert; a yes entered in error goes with its correction."""
    _answer(patient, "red-flags_02", 0)
    event = _answer(patient, "phq-9_09", 2)
    before = _keys(patient)
    zero = event.noun.model_copy(update={"value": 0})
    correct_event(MAKER, event, replacement=zero, why="wrong column")

    assert before == {"safety:suicidal-thoughts:ses-01"}
    assert _keys(patient) == set()


def test_harms_findings_and_missed_sessions(patient: Any):
    """A reported harm, a finding at the level of an alert, and two sessions in a row not done are alerts."""
    today = timezone.localdate()
    harm = add_event(MAKER, patient.code, Harm(words="worse for a day", severity="mild", began=today))
    finding = add_event(MAKER, patient.code, Finding(about="red-flags_03", level="alert", session_id="ses-01"))
    add_event(MAKER, patient.code, Finding(about="red-flags_04", level="note"))
    for days in (3, 2):
        day = today - dt.timedelta(days=days)
        add_event(MAKER, patient.code, DoneSession(planned="s", day=day, done="not"))

    first = today - dt.timedelta(days=3)
    assert _keys(patient) == {f"harm:{harm.seq}", f"finding:{finding.seq}", f"missed:{first}"}


def test_one_cause_is_told_once(patient: Any):
    """A finding about a harm, or about an answer that raised its own alert, adds no second one."""
    _answer(patient, "red-flags_02", 1)
    harm = add_event(MAKER, patient.code, Harm(words="worse", severity="mild", began=timezone.localdate()))
    for about in ("harm", "red-flags_02"):
        add_event(MAKER, patient.code, Finding(about=about, level="alert", session_id="ses-01"))
    keys = _keys(patient)
    assert f"harm:{harm.seq}" in keys
    assert not [key for key in keys if key.startswith("finding:")]
    assert [key for key in keys if key.startswith("safety:")]


def test_one_missed_session_or_one_done_after_is_no_alert(patient: Any):
    """A session done after two missed ones ends the alert."""
    today = timezone.localdate()
    for days, done in ((4, "not"), (3, "not"), (2, "partly"), (1, "not")):
        add_event(MAKER, patient.code, DoneSession(planned="s", day=today - dt.timedelta(days=days), done=done))

    assert _keys(patient) == set()


def test_sessions_nobody_recorded_count_once_their_day_is_past(patient: Any, clinician: Client):
    """Two planned sessions without a word are missed the day after the second, without any new event."""
    today = timezone.localdate()
    days = [today - dt.timedelta(days=1), today]
    sessions = [{"date": day.isoformat()} for day in days]
    content = {"assessments": [], "weeks": [{"sessions": sessions}]}
    add_event(MAKER, patient.code, Decision(about="programme", choice="signed", noun="Programme", content=content))

    assert "Sessions missed" not in _see(clinician)
    alert = OpenAlert.objects.get(patient=patient, kind="missed")
    assert alert.since == today + dt.timedelta(days=1)
    OpenAlert.objects.filter(pk=alert.pk).update(since=today)
    assert "Sessions missed in a row" in _see(clinician)


def test_worsening_beyond_error_is_an_alert(patient: Any, clinician: Client):
    """An outcome worse by more than the smallest detectable change at the last visit stands with the core's words."""
    add_event(MAKER, patient.code, Session(session_id="ses-02", order=2, week=6))
    for number in range(1, 10):
        _answer(patient, f"frebaq_{number:02d}", 0)
        _answer(patient, f"frebaq_{number:02d}", 4, "ses-02")
    _answer(patient, "nrs_01", 2)
    _answer(patient, "nrs_01", 9, "ses-02")

    assert {"worse:frebaq:ses-02", "worse:nrs:ses-02"} <= _keys(patient)
    assert "Worse beyond measurement error" in _see(clinician)


def test_a_small_change_is_no_alert(patient: Any):
    """Two points more on a scale of 36 are within the error."""
    add_event(MAKER, patient.code, Session(session_id="ses-02", order=2, week=6))
    for number in range(1, 10):
        _answer(patient, f"frebaq_{number:02d}", 1)
        _answer(patient, f"frebaq_{number:02d}", 2 if number < 3 else 1, "ses-02")

    assert _keys(patient) == set()


def test_alerts_are_closed_with_a_reason(patient: Any, clinician: Client):
    """Closing writes a decision, takes the alert away for good, and a new answer at a later visit raises it again."""
    _answer(patient, "phq-9_09", 1)
    catch_up()
    key, address = "safety:suicidal-thoughts:ses-01", reverse("clinic:close", args=[patient.code])
    silent = clinician.post(address, {"key": key, "reason": ""}, follow=True).content.decode()
    clinician.post(address, {"key": key, "reason": "spoke in person, no plan, sees the psychologist"})
    again = clinician.post(address, {"key": key, "reason": "spoke again"}, follow=True).content.decode()
    rebuild()
    closed = _keys(patient)
    add_event(MAKER, patient.code, Session(session_id="ses-02", order=2, week=6))
    _answer(patient, "phq-9_09", 1, "ses-02")

    assert "Say in a few words" in silent
    assert "closed already" in again
    assert closed == set()
    assert _keys(patient) == {"safety:suicidal-thoughts:ses-02"}
    story = clinician.get(reverse("clinic:patient", args=[patient.code])).content.decode()
    assert "spoke in person, no plan" in story


def test_a_baseline_is_due_until_it_is_complete(patient: Any, clinician: Client):
    """Without a programme the missing baseline is due from the day of entry and late after two weeks."""
    assert "baseline" in _see(clinician, show="due")
    assert patient.code not in _see(clinician, show="late")
    patient.entered_at -= dt.timedelta(days=20)
    patient.save()
    _answer(patient, "nrs_01", 4)

    assert "overdue" in _see(clinician, show="late")
    assert "nrs" not in Watch.objects.get(patient=patient).due_books


def test_the_signed_programme_says_what_is_due(patient: Any, clinician: Client):
    """With a programme its first incomplete assessment counts, and one that was done does not."""
    today = timezone.localdate()
    weeks = [(0, today - dt.timedelta(weeks=6), ["nrs"]), (6, today, ["nrs", "rmdq"])]
    assessments = [{"week": week, "date": day.isoformat(), "books": books} for week, day, books in weeks]
    content = {"assessments": assessments, "weeks": []}
    add_event(MAKER, patient.code, Decision(about="programme", choice="signed", noun="Programme", content=content))
    _answer(patient, "nrs_01", 4)
    catch_up()
    watch = Watch.objects.get(patient=patient)

    assert (watch.due_week, watch.due_books, watch.is_planned) == (6, ["nrs", "rmdq"], True)
    assert watch.due_on <= today < watch.late_from
    assert "week 6" in _see(clinician)


@pytest.mark.parametrize("query", ["王小明", "王 小明", "138 0000 1111", "CODE"])
def test_search_by_code_name_and_telephone(patient: Any, clinician: Client, query: str):
    """A code may be begun; names and numbers are found whole, without opening anybody's."""
    set_identity(MAKER, patient.code, "name", "王小明")
    set_identity(MAKER, patient.code, "phone", "13800001111")
    asked = patient.code[:5].lower() if query == "CODE" else query

    assert "王小明" in _see(clinician, q=asked)
    assert "Nobody fits" in _see(clinician, q="李四")


def test_a_name_is_never_sought_by_an_address(patient: Any, clinician: Client):
    """Addresses are kept by browsers and proxies: the form sends names in its body, and an address finds nobody."""
    set_identity(MAKER, patient.code, "name", "王小明")
    sought = clinician.post(WORKLIST, {"q": "王小明"}).content.decode()
    form = sought.split('role="search"')[0].rsplit("<form", 1)[1]

    assert 'method="post"' in form
    assert "%E7%8E%8B" not in sought
    assert patient.code in sought
    assert "Nobody fits" not in clinician.get(f"{WORKLIST}?q=nobody").content.decode()


def test_search_finds_nobody_elses_patients(clinic_people: Any, clinician: Client):
    """The name of somebody in another team brings nothing."""
    other = clinic_people.patients["other_team"]
    set_identity(MAKER, other.code, "name", "李晓红")

    assert "Nobody fits" in _see(clinician, q="李晓红")
    assert "Nobody fits" in _see(clinician, q=other.code)


def test_the_assessors_list_has_codes_only(patient: Any, client_of: Callable[[str], Client]):
    """Assessors see codes of their study, danger signs in answers, and neither names nor anything of treatment."""
    set_identity(MAKER, patient.code, "name", "王小明")
    _answer(patient, "phq-9_09", 1)
    add_event(MAKER, patient.code, Harm(words="sharp pain", severity="severe", began=timezone.localdate()))
    client = client_of("assessor")
    client.cookies["language"] = "en"
    text = _see(client)

    assert patient.code in text
    assert "Thoughts of death or self-harm" in text
    assert "王小明" not in text
    assert "Harm" not in text
    assert "Nobody fits" in _see(client, q="王小明")


@pytest.mark.parametrize("show", ["all", "alerts", "late", "due", "calm", "discharged", "nonsense"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_filter_answers_in_both_languages(
    patient: Any, client_of: Callable[[str], Client], show: str, language: str
):
    """Each filter gives a page, with a list or an empty state."""
    client = client_of("clinician")
    client.cookies["language"] = language
    answer = client.get(WORKLIST, {"show": show, "page": "99"})

    assert answer.status_code == 200
    assert ("Worklist" if language == "en" else "工作列表") in answer.content.decode()


def test_the_list_asks_few_questions_whatever_its_length(
    clinic_people: Any, clinician: Client, django_assert_max_num_queries: Any
):
    """A full page costs as many queries as a page of three; twenty of them are sign-in and the two logs."""
    team, site = clinic_people.teams["one"], clinic_people.sites["north"]
    for number in range(60):
        patient = make_patient(site, team)
        set_identity(MAKER, patient.code, "name", f"王{number}")
        add_event(MAKER, patient.code, Harm(words="sore", severity="mild", began=timezone.localdate()))
    _see(clinician)
    with django_assert_max_num_queries(20):
        text = _see(clinician)

    assert text.count('<th scope="row"') == PAGE
    assert "61 patients, page 1 of 3" in text


def test_reading_on_is_cheap_when_nothing_is_new(patient: Any, django_assert_num_queries: Any):
    """With nothing new two queries tell so."""
    catch_up()
    with django_assert_num_queries(2):
        assert catch_up()


def test_rebuilding_gives_the_same_rows(clinic_people: Any):
    """Whatever was kept step by step equals what all events give at once."""
    for seed, patient in enumerate(clinic_people.patients.values(), start=3):
        add_record(patient, make_person(seed=seed, weeks=(0, 6)))
        add_event(MAKER, patient.code, Harm(words="sore", severity="mild", began=timezone.localdate()))
        catch_up()
    columns = ("patient__code", "key", "level", "since", "session_id", "content")

    def rows() -> tuple[list[Any], list[Any], int]:
        alerts = list(OpenAlert.objects.order_by("patient__code", "key").values_list(*columns))
        watches = list(Watch.objects.order_by("pk").values())
        return alerts, watches, Bookmark.objects.get().seq

    step_by_step = rows()
    call_command("rebuild_worklist", verbosity=0)
    assert rows() == step_by_step
    assert step_by_step[0]
    assert all(watch["next_tests"] is not None and not watch["is_stale"] for watch in step_by_step[1])


@pytest.mark.both_engines
class TestEngines:
    """The read tables work alike on both engines."""

    def test_alerts_on_both_engines(self, clinic_people: Any, client_of: Callable[[str], Client]):
        """An answer raises its alert, the list shows it, and doing it again changes nothing."""
        patient = clinic_people.patients["mine"]
        add_record(patient, make_person(seed=131, answers={"phq-9_09": 2}))
        client = client_of("clinician")
        client.cookies["language"] = "en"

        assert "Thoughts of death or self-harm" in _see(client)
        before = _keys(patient)
        rebuild()
        assert _keys(patient) == before
