"""Studies: plan, visits, counts, exports and the report, each as blinded as it must be."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backloop.record import Session
from backloop.trial import Visit
from backloop.web.people.making import MAKER
from backloop.web.people.models import Participation, Study
from backloop.web.people.roles import Role
from backloop.web.research.attendance import match_visits, visits_of_study
from backloop.web.research.designs import parse_plan, plan_of_study
from backloop.web.research.models import PlanFreeze, Step, StudyReport
from backloop.web.research.reporting import write_report
from backloop.web.research.tallying import count_participants
from backloop.web.store.events import add_event
from backloop.web.store.kinds import Allocated, ConsentGiven
from backloop.web.store.models import Event, ReadEntry

pytestmark = pytest.mark.django_db

Join = Callable[..., Participation]


def test_a_plan_is_read_frozen_and_drawn_on_its_page(coordinator: Client, clinic_people: Any, plan_text: str):
    """The hash is shown, freezing needs a reason, and the seed's fingerprint is published before anybody comes."""
    place = f"/research/{clinic_people.study.slug}/design/"
    file = SimpleUploadedFile("plan.toml", plan_text.encode())
    assert coordinator.post(place, {"design": file}).status_code == 302
    clinic_people.study.refresh_from_db()
    plan = plan_of_study(clinic_people.study)
    assert plan.sha256 in coordinator.get(place).content.decode()
    coordinator.post(f"{place}freeze/", {"reason": " "})
    assert PlanFreeze.objects.count() == 0
    coordinator.post(f"{place}freeze/", {"reason": "before the first person"})
    assert PlanFreeze.objects.get().sha256 == plan.sha256
    coordinator.post(f"/research/{clinic_people.study.slug}/list/draw/")
    told = coordinator.get(place).content.decode()
    assert "Fingerprint of the seed" in told
    checked = coordinator.post(f"/research/{clinic_people.study.slug}/list/check/", follow=True).content.decode()
    assert "follows from its seed" in checked


@pytest.mark.parametrize("content", [b"id = ", b"\xff\xfe", b"x = 1\n" * 60_000, b"[" * 5000])
def test_a_wrong_design_file_is_refused_in_words(content: bytes, coordinator: Client, clinic_people: Any):
    """What is no plan, no text, too large or too deep changes nothing and says why."""
    place = f"/research/{clinic_people.study.slug}/design/"
    answer = coordinator.post(place, {"design": SimpleUploadedFile("plan.toml", content)})
    clinic_people.study.refresh_from_db()
    assert (answer.status_code, clinic_people.study.design) == (200, "")
    assert "errorlist" in answer.content.decode()


def test_the_scheme_stays_once_the_list_is_drawn(coordinator: Client, study: Study, plan_text: str):
    """An amendment may change a title, never the arms' rule."""
    place = f"/research/{study.slug}/design/"
    other = plan_text.replace("sizes = [2, 4]", "sizes = [2]")
    told = coordinator.post(place, {"design": SimpleUploadedFile("p.toml", other.encode())}).content.decode()
    assert "the list is drawn" in told
    other = plan_text.replace("A made-up trial", "An amended trial")
    coordinator.post(place, {"design": SimpleUploadedFile("p.toml", other.encode())})
    study.refresh_from_db()
    assert plan_of_study(study).is_amended


def test_planned_visits_are_found_by_week_then_by_window(plan_text: str):
    """A visit that names its week is that one; another one is found by its day."""
    trial, start = parse_plan(plan_text), dt.date(2026, 9, 1)
    first = (Session(session_id="ses-1", order=1, week=0), start)
    late = (Session(session_id="ses-2", order=2), start + dt.timedelta(days=90))
    assert match_visits({"ses-1": first, "ses-2": late}, trial, allocated_on=start) == {
        "baseline": "ses-1",
        "week-12": "ses-2",
    }
    assert match_visits({"ses-2": late}, trial, allocated_on=None) == {}


@pytest.mark.parametrize(
    ("days", "expected"), [(0, "coming"), (76, "coming"), (77, "due"), (98, "due"), (99, "missed")]
)
def test_a_visit_is_due_within_its_window(
    days: int, expected: str, clinic_people: Any, study: Study, join: Join, plan_text: str
):
    """Week 12 with a week early and two weeks late is due from day 77 to day 98, and missed after."""
    part = join(state="allocated")
    event = Event.objects.get(subject=part.patient.code, kind="visit", code="ses-w12")
    from backloop.web.store.events import correct_event

    correct_event(MAKER, event, replacement=None, why="not seen")
    today = part.changed_at.date() + dt.timedelta(days=days)
    account, trial = clinic_people.accounts["coordinator"], parse_plan(plan_text)
    row = visits_of_study(account, study, Role.COORDINATOR, trial=trial, today=today)[0]
    assert ["complete", expected] == [seen.state for seen in row.visits]
    assert Visit(id="x", week=12, window_days=(7, 14)).holds(days) == (expected == "due")


def test_counts_follow_people_through_the_study(study: Study, join: Join):
    """Who was assessed, left out, allocated, withdrew and why; reasons are those of the list."""
    parts = [join(seed=1, state=state) for state in ("screened", "excluded", "allocated", "withdrawn", "completed")]
    Participation.objects.filter(pk=parts[1].pk).update(reason="declined")
    Participation.objects.filter(pk=parts[3].pk).update(reason="moved")
    Step.objects.create(participation=parts[3], state="allocated", account="x")
    found = count_participants(list(Participation.objects.all()))
    counts = (found.assessed, found.excluded, found.allocated, found.withdrawn, found.completed, found.following)
    assert counts == (5, 1, 3, 1, 1, 1)
    assert [("declined to take part", 1)] == [(text.en, n) for text, n in found.exclusions]
    assert [("moved away", 1)] == [(text.en, n) for text, n in found.withdrawals]


def test_withdrawal_needs_a_reason_of_the_list(coordinator: Client, study: Study, join: Join):
    """Somebody leaves with a reason; one's own words are seen by coordinators alone."""
    part = join(state="allocated")
    place = f"/research/{study.slug}/people/{part.patient.code}/"
    coordinator.post(f"{place}withdrawn/", {"reason": "because"})
    part.refresh_from_db()
    assert part.state == "allocated"
    coordinator.post(f"{place}withdrawn/", {"reason": "moved", "detail": "to her daughter"})
    part.refresh_from_db()
    assert (part.state, part.reason) == ("withdrawn", "moved")
    assert "to her daughter" in coordinator.get(place).content.decode()
    assert "to her daughter" not in coordinator.get(f"/research/{study.slug}/counts/").content.decode()


def test_consent_withdrawn_takes_the_data_out_of_exports(
    coordinator: Client, client_of: Callable[[str], Client], study: Study, join: Join
):
    """After a no, the person is withdrawn and no longer exported."""
    part = join(state="allocated")
    browser = client_of("statistician")
    assert "BS-001" in browser.get(f"/research/{study.slug}/export/csv/").content.decode()
    coordinator.post(f"/research/{study.slug}/people/{part.patient.code}/consented/", {"given": "no", "form": "3"})
    part.refresh_from_db()
    assert part.state == "withdrawn"
    assert browser.get(f"/research/{study.slug}/export/csv/").status_code == 302


@pytest.fixture
def trial_people(study: Study, join: Join) -> list[Participation]:
    """Give four people in the trial, with their arms."""
    parts = [join(seed=seed, state="allocated") for seed in range(1, 5)]
    for line, part in enumerate(parts, start=1):
        arm = ("retraining", "sham")[line % 2]
        add_event(MAKER, part.patient.code, Allocated(study=study.slug, arm=arm, line=line))
    return parts


def test_the_statistician_gets_numbers_and_later_arms(
    client_of: Callable[[str], Client], study: Study, trial_people: list[Participation]
):
    """By number, never by code; the arm appears with unblinding; every export is logged for each person."""
    browser, place = client_of("statistician"), f"/research/{study.slug}/export/csv/"
    told = browser.get(place).content.decode()
    rows = list(csv.DictReader(io.StringIO(told)))
    assert {row["number"] for row in rows} == {part.number for part in trial_people}
    assert "arm" not in rows[0]
    assert not [part for part in trial_people if part.patient.code in told]
    assert ReadEntry.objects.filter(what="export:csv").count() == len(trial_people)
    study.unblinded_at = dt.datetime.now(tz=dt.UTC)
    study.save()
    rows = list(csv.DictReader(io.StringIO(browser.get(place).content.decode())))
    assert {row["arm"] for row in rows} == {"retraining", "sham"}


def test_bids_and_redcap_leave_by_role(
    coordinator: Client, client_of: Callable[[str], Client], study: Study, trial_people: list[Participation]
):
    """The statistician takes BIDS by number, the coordinator REDCap files with blinded tables; not the other way."""
    browser = client_of("statistician")
    packed = browser.get(f"/research/{study.slug}/export/bids/").content
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert "participants.tsv" in names
    assert "sub-BS001/sub-BS001_sessions.tsv" in names
    assert browser.get(f"/research/{study.slug}/export/redcap/").status_code == 302
    packed = coordinator.get(f"/research/{study.slug}/export/redcap/").content
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert {"dictionary.csv", "records.csv", "randomisation-production.csv"} <= set(names)
    assert coordinator.get(f"/research/{study.slug}/export/csv/").status_code == 302
    assert len(trial_people) == 4


def test_unblinding_asks_for_the_name_and_is_written_down(coordinator: Client, study: Study):
    """A slip of the hand unblinds nothing; the deed becomes an event."""
    place = f"/research/{study.slug}/unblind/"
    coordinator.post(place, {"slug": "yes"})
    study.refresh_from_db()
    assert study.unblinded_at is None
    coordinator.post(place, {"slug": study.slug})
    study.refresh_from_db()
    assert study.unblinded_at is not None
    assert Event.objects.filter(kind="access", body__contains="unblinded").count() == 1


def test_a_report_waits_for_unblinding(client_of: Callable[[str], Client], study: Study):
    """While the study is blinded no report is begun, and none can be opened."""
    browser = client_of("statistician")
    browser.post(f"/research/{study.slug}/report/")
    assert StudyReport.objects.count() == 0
    made = StudyReport.objects.create(study=study, account="x", language="en", state="done", page="secret")
    assert browser.get(f"/research/{study.slug}/report/{made.pk}/").status_code == 302


def test_a_report_that_cannot_be_written_says_why(client_of: Callable[[str], Client], study: Study):
    """With nobody's data the job ends with a reason in both languages."""
    study.unblinded_at = dt.datetime.now(tz=dt.UTC)
    study.save()
    browser = client_of("statistician")
    browser.cookies["language"] = "en"
    browser.post(f"/research/{study.slug}/report/")
    assert StudyReport.objects.get().state == "failed"
    assert "nobody in this study" in browser.get(f"/research/{study.slug}/report/").content.decode()


def test_a_report_opens_where_it_can_do_nothing(
    clinic_people: Any, client_of: Callable[[str], Client], study: Study, join: Join
):
    """With enough people the trial engine's page is written and shown in a sandbox."""
    for line in range(1, 25):
        part = join(seed=line, state="allocated")
        arm = ("retraining", "sham")[line % 2]
        add_event(MAKER, part.patient.code, Allocated(study=study.slug, arm=arm, line=line))
    study.unblinded_at = dt.datetime.now(tz=dt.UTC)
    study.save()
    account = str(clinic_people.accounts["statistician"].uid)
    made = StudyReport.objects.create(study=study, account=account, language="en")
    write_report.call(made.pk, imputations=4, draws=100)
    made.refresh_from_db()
    assert (made.state, made.reason_en) == ("done", "")
    answer = client_of("statistician").get(f"/research/{study.slug}/report/{made.pk}/")
    assert "A made-up trial" in answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy


def test_a_part_in_one_study_opens_no_other(coordinator: Client, clinic_people: Any):
    """Another study is not there, whoever asks."""
    Study.objects.create(slug="other", title_en="x", title_zh="x").sites.set([clinic_people.sites["north"]])
    assert coordinator.get("/research/other/").status_code == 404
    assert coordinator.post("/research/other/list/draw/").status_code == 404


def test_a_blinded_part_hides_the_coordinators(client_of: Callable[[str], Client], clinic_people: Any, study: Study):
    """An assessor who is coordinator of the same study as well gets the assessor's pages only."""
    from backloop.web.people.models import RoleGrant

    account = clinic_people.accounts["assessor"]
    RoleGrant.objects.create(account=account, role="coordinator", site=clinic_people.sites["north"], study=study)
    browser = client_of("assessor")
    assert browser.get(f"/research/{study.slug}/people/").status_code == 403
    assert browser.get(f"/research/{study.slug}/visits/").status_code == 200


def test_an_empty_study_has_pages(coordinator: Client, clinic_people: Any):
    """Without a plan and without people every page opens and says what is missing."""
    Participation.objects.all().delete()
    for page in ("", "design/", "visits/", "counts/", "people/"):
        assert coordinator.get(f"/research/{clinic_people.study.slug}/{page}").status_code == 200
    noun = ConsentGiven(purpose="research", given=True, form="1")
    assert noun.study == ""
