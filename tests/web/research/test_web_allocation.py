"""Allocation: in order, under a lock, once; nobody reads ahead, and nobody who is blinded can tell."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from backloop.errors import InvalidSettings, TrialError
from backloop.trial import AllocationList, check_list, commit_seed
from backloop.web.people.models import Participation, Study
from backloop.web.people.roles import Role
from backloop.web.people.scopes import arm_is_visible, events_for
from backloop.web.people.study_scopes import actor_in
from backloop.web.research import sealing
from backloop.web.research.models import OpenedLine, SealedList, Step
from backloop.web.research.sealing import blinded_tables, check_sealed, open_line, reveal_seed, seal_list
from backloop.web.research.steps import allocate_participant
from backloop.web.store.events import add_event
from backloop.web.store.kinds import Allocated, ConsentGiven
from backloop.web.store.models import Event

pytestmark = pytest.mark.django_db

Join = Callable[..., Participation]


@pytest.fixture
def request_of(clinic_people: Any) -> Any:
    """Give a request of the coordinator."""
    request = RequestFactory().post("/")
    request.user = clinic_people.accounts["coordinator"]
    request.resolver_match = None
    return request


def _secret(study: Study) -> Any:
    return sealing._open(SealedList.objects.get(study=study))


def _list(study: Study) -> AllocationList:
    found = _secret(study).concealed
    assert isinstance(found, AllocationList)
    return found


@pytest.mark.both_engines
def test_lines_are_opened_in_their_order(study: Study, join: Join, request_of: Any):
    """Each consented person gets the next line of the list that was drawn, and the log holds no arm."""
    people = [join(seed=seed) for seed in (1, 2, 3)]
    for part in people:
        allocate_participant(request_of, part, {})
    given = [Event.objects.get(subject=part.patient.code, kind="allocation").noun for part in people]
    drawn = [entry.arm for entry in _list(study).entries]
    assert drawn[:3] == [noun.arm for noun in given]
    assert [1, 2, 3] == [noun.line for noun in given]
    told = (
        str(list(OpenedLine.objects.values()))
        + str(list(Step.objects.values()))
        + str(list(Participation.objects.values()))
    )
    assert not re.search("retraining|sham", told)
    check_sealed(study)


def test_nobody_is_allocated_twice(join: Join, request_of: Any):
    """A second click, and a line opened behind the page's back, are both refused."""
    part = join()
    allocate_participant(request_of, part, {})
    with pytest.raises(TrialError, match="does not follow"):
        allocate_participant(request_of, part, {})
    Participation.objects.update(state="consented")
    with pytest.raises(TrialError, match="allocated before"):
        allocate_participant(request_of, part, {})
    assert Event.objects.filter(kind="allocation").count() == 1


@pytest.mark.parametrize("state", ["screened", "eligible", "excluded", "withdrawn", "completed", "allocated"])
def test_only_the_consented_are_allocated(state: str, join: Join, request_of: Any):
    """Whoever is not consented gets no line, and the next line stays closed."""
    part = join(state=state)
    with pytest.raises(TrialError):
        allocate_participant(request_of, part, {})
    assert OpenedLine.objects.count() == 0


def test_withdrawn_consent_closes_the_list(join: Join, request_of: Any):
    """What counts is the last word on consent to this study, not the state on the page."""
    part = join()
    noun = ConsentGiven(purpose="research", given=False, form="1", study=part.study.slug)
    add_event(actor_in(request_of.user, Role.COORDINATOR), part.patient.code, noun)
    with pytest.raises(TrialError, match="consent"):
        allocate_participant(request_of, part, {})


def test_all_or_nothing(join: Join, request_of: Any, monkeypatch: pytest.MonkeyPatch):
    """Where the event cannot be written, no line was opened and the person stays as they were."""
    part = join()

    def refuse(*_arguments: Any, **_rest: Any) -> None:
        raise PermissionDenied

    monkeypatch.setattr("backloop.web.research.steps.record_for", refuse)
    with pytest.raises(PermissionDenied):
        allocate_participant(request_of, part, {})
    part.refresh_from_db()
    assert (OpenedLine.objects.count(), part.state) == (0, "consented")


def test_a_changed_plan_stops_allocation(study: Study, join: Join, request_of: Any, plan_text: str):
    """After an amendment that was not frozen nobody is allocated."""
    study.design = plan_text.replace("A made-up trial", "Another title")
    study.save()
    part = Participation.objects.select_related("study", "patient").get(pk=join().pk)
    with pytest.raises(TrialError, match="freeze the amendment"):
        allocate_participant(request_of, part, {})


def test_a_list_is_drawn_once_and_of_a_frozen_plan(clinic_people: Any, study: Study, plan_text: str):
    """A second list is refused; without a frozen plan there is none."""
    actor = actor_in(clinic_people.accounts["coordinator"], Role.COORDINATOR)
    with pytest.raises(TrialError, match="never replaced"):
        seal_list(study, actor=actor)
    other = Study.objects.create(slug="other", title_en="x", title_zh="x", design=plan_text)
    with pytest.raises(TrialError, match="freeze the plan"):
        seal_list(other, actor=actor)


def test_the_list_follows_from_the_committed_seed(study: Study):
    """The published fingerprint is that of the seed, and the list can be drawn from it again."""
    secret, row = _secret(study), SealedList.objects.get(study=study)
    assert commit_seed(secret.seed).sha256 == row.commitment
    check_list(secret.concealed, secret.seed)
    assert reveal_seed(study) == ""


def test_the_list_is_locked_in_the_database(study: Study, plan_text: str):
    """No arm stands in the open, a copy in another study's place and a changed byte do not open."""
    row = SealedList.objects.get(study=study)
    assert not re.search(rb"retraining|sham", bytes(row.locked))
    other = Study.objects.create(slug="other", title_en="x", title_zh="x", design=plan_text)
    SealedList.objects.create(
        study=other, commitment=row.commitment, plan_sha256="", ring=row.ring, locked=row.locked, account=""
    )
    with pytest.raises(InvalidSettings):
        check_sealed(other)
    row.locked = bytes(row.locked)[:-1] + bytes([bytes(row.locked)[-1] ^ 1])
    row.save()
    with pytest.raises(InvalidSettings):
        check_sealed(study)


def test_a_log_that_was_changed_is_noticed(study: Study, join: Join, request_of: Any):
    """A line taken out of the log breaks it, and nobody else is allocated."""
    for seed in (1, 2):
        allocate_participant(request_of, join(seed=seed), {})
    OpenedLine.objects.filter(place=1).delete()
    with pytest.raises(TrialError):
        check_sealed(study)
    with pytest.raises(TrialError):
        allocate_participant(request_of, join(seed=3), {})


def test_minimisation_opens_one_by_one(clinic_people: Any, request_of: Any, plan_text: str):
    """Where no list can be drawn, the next person is balanced against those before, the same way every time."""
    from backloop.web.research.designs import freeze_plan, take_plan

    study, actor = clinic_people.study, actor_in(request_of.user, Role.COORDINATOR)
    plan = plan_text.replace('method = "permuted blocks"\nsizes = [2, 4]', 'method = "minimisation"')
    plan = plan.replace("[[visits]]", '[[strata]]\nid = "site"\nlevels = ["north", "south"]\n[[visits]]', 1)
    take_plan(study, plan)
    freeze_plan(study, reason="now", actor=actor)
    seal_list(study, actor=actor)
    patients = [clinic_people.patients["other_team"], clinic_people.patients["far"]]
    arms = []
    for place, patient in enumerate(patients, start=2):
        part = Participation.objects.create(
            patient=patient, study=study, site=patient.site, number=f"BS-00{place}", state="consented"
        )
        with pytest.raises(TrialError, match="level"):
            open_line(part, {"site": "moon"}, actor=actor)
        arms.append(open_line(part, {"site": "north"}, actor=actor)[0])
    assert set(arms) <= {"retraining", "sham"}
    assert [1, 2] == list(OpenedLine.objects.order_by("place").values_list("number", flat=True))
    check_sealed(study)


def test_redcap_tables_show_no_arm_before_unblinding(study: Study):
    """The coordinator's tables hold numbers in the arms' place; the key comes with unblinding."""
    assert set(blinded_tables(study)) == {"randomisation-development.csv", "randomisation-production.csv"}
    study.unblinded_at = SealedList.objects.get().made_at
    assert "randomisation-key.csv" in blinded_tables(study)


def test_the_coordinator_allocates_on_the_page(coordinator: Client, study: Study, clinic_people: Any):
    """From a code through eligibility and consent to the arm, each step on the participant's page."""
    code = clinic_people.patients["other_team"].code
    place = f"/research/{study.slug}/people/"
    assert coordinator.post(place, {"code": code.lower()}).status_code == 302
    page = f"{place}{code}/"
    coordinator.post(f"{page}eligible/")
    coordinator.post(f"{page}consented/", {"given": "yes", "form": "version 3"})
    coordinator.post(f"{page}allocated/")
    told = coordinator.get(page).content.decode()
    arm = Event.objects.get(subject=code, kind="allocation").noun.arm
    assert f"<strong>{arm}</strong>" in told
    assert Event.objects.get(subject=code, kind="consent").noun == ConsentGiven(
        purpose="research", given=True, form="version 3", study=study.slug
    )
    again = coordinator.post(f"{page}allocated/", follow=True).content.decode()
    assert "does not follow" in again


def test_screening_finds_nobody_by_guessing(coordinator: Client, study: Study, clinic_people: Any):
    """A wrong code and the code of another site's patient get the same answer, and nobody joins."""
    answers = [
        coordinator.post(f"/research/{study.slug}/people/", {"code": code}).content.decode().replace(code, "")
        for code in ("ZZZZZZZZ", clinic_people.patients["far"].code)
    ]
    plain = [re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page) for page in answers]
    assert plain[0] == plain[1]
    assert "No patient of your sites" in plain[0]
    assert Participation.objects.count() == 0


@pytest.mark.parametrize("name", ["assessor", "statistician", "clinician", "patient", "site_admin", "helper"])
def test_nobody_else_sees_the_arm(
    name: str, client_of: Callable[[str], Client], join: Join, request_of: Any, clinic_people: Any
):
    """While the trial is blinded the arm is the coordinator's alone, and the allocating pages are closed."""
    part = join()
    allocate_participant(request_of, part, {})
    account, browser = clinic_people.accounts[name], client_of(name)
    assert not arm_is_visible(account, part.patient, part.study)
    assert "allocation" not in {event.kind for event in events_for(account, part.patient)}
    for page in ("people/", f"people/{part.patient.code}/"):
        assert browser.get(f"/research/{part.study.slug}/{page}").status_code == 403
    for act in ("list/draw/", f"people/{part.patient.code}/allocated/", "unblind/"):
        assert browser.post(f"/research/{part.study.slug}/{act}").status_code == 403


def _world(browser: Client, study: Study, codes: list[str]) -> tuple[dict[str, bytes], dict[str, int]]:
    """Give every page of a blinded role, and how many queries each took."""
    pages, counts = {}, {}
    names = ["", "visits/", "counts/", "design/", "export/csv/", "export/bids/", "report/"]
    addresses = [f"/research/{study.slug}/{name}" for name in names] + ["/research/"]
    addresses += [f"/recordings/{code}/" for code in codes]
    addresses += ["/clinic/", *(f"/clinic/patients/{code}/" for code in codes)]
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(address)
        body = re.sub(rb'(csrfmiddlewaretoken" value=")[^"]+', rb"\1", answer.content)
        pages[address], counts[address] = body + str(sorted(answer.items())).encode(), len(queries)
    return pages, counts


@pytest.mark.parametrize("name", ["assessor", "statistician"])
def test_pages_are_the_same_bytes_whatever_the_arms_are(
    name: str, client_of: Callable[[str], Client], study: Study, join: Join, clinic_people: Any
):
    """With the arms of two people exchanged, every page, export, header and count of queries stays the same."""
    parts = [join(seed=1), join(seed=1)]
    Participation.objects.update(state="allocated")
    actor = actor_in(clinic_people.accounts["coordinator"], Role.COORDINATOR)
    codes = [part.patient.code for part in parts]
    browser, worlds = client_of(name), []
    _world(browser, study, codes)  # nouns are computed and kept at the first look

    for arms in (("retraining", "sham"), ("sham", "retraining")):
        with transaction.atomic():
            for line, (part, arm) in enumerate(zip(parts, arms, strict=True), start=1):
                add_event(actor, part.patient.code, Allocated(study=study.slug, arm=arm, line=line))
            worlds.append(_world(browser, study, codes))
            transaction.set_rollback(True)
    assert worlds[0] == worlds[1]
    together = b"".join(worlds[0][0].values())
    assert name == "assessor" or b"number,site,session_id" in together
    assert b"sham" not in together.replace(b"sham treatment (sham)", b"")


@pytest.mark.parametrize("name", ["assessor", "statistician"])
def test_two_people_of_different_arms_look_alike(
    name: str, client_of: Callable[[str], Client], study: Study, join: Join, request_of: Any
):
    """Two people with the same record differ on a blinded page by their number and code alone."""
    parts = [join(seed=1), join(seed=1)]
    while len({event.noun.arm for event in Event.objects.filter(kind="allocation")}) < 2:
        waiting = next((part for part in parts if not OpenedLine.objects.filter(participation=part).exists()), None)
        part = waiting or join(seed=1)
        parts += [part] if part not in parts else []
        allocate_participant(request_of, part, {})
    page = client_of(name).get(f"/research/{study.slug}/visits/").content.decode()
    rows = [row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if "BS-0" in row]
    allocated = [row for row, part in zip(rows, parts, strict=False) if OpenedLine.objects.filter(participation=part)]
    assert len({re.sub(r"BS-\d+", "", row) for row in allocated}) == 1
