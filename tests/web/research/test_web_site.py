"""A site's administration: how far it reaches, what is written down, and that nothing clinical is in it."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from backloop.record import make_person
from backloop.web.people.invitations import find_invitation
from backloop.web.people.making import add_record
from backloop.web.people.models import Account, CareTeam, Invitation, RoleGrant, Study
from backloop.web.people.roles import Role
from backloop.web.research.models import AuditCheck
from backloop.web.store.models import Event, ReadEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client_of: Callable[[str], Client]) -> Client:
    """Give the browser of the administrator, in English."""
    browser = client_of("site_admin")
    browser.cookies["language"] = "en"
    return browser


def _accessed(what: str) -> int:
    return Event.objects.filter(kind="access", body__contains=what).count()


def test_a_role_is_given_and_taken_back(admin: Client, clinic_people: Any):
    """Both are written down; taking back needs the reason."""
    account, site = clinic_people.accounts["clinician_2"], clinic_people.sites["north"]
    told = {"role": "coordinator", "site": site.pk, "study": clinic_people.study.pk}
    admin.post(f"/site/accounts/{account.pk}/grant/", told)
    grant = RoleGrant.objects.get(account=account, role="coordinator")
    assert _accessed("coordinator at north in back-study") == 1
    admin.post(f"/site/roles/{grant.pk}/end/", {"why": " "})
    assert RoleGrant.objects.filter(pk=grant.pk).exists()
    admin.post(f"/site/roles/{grant.pk}/end/", {"why": "left the study"})
    assert not RoleGrant.objects.filter(pk=grant.pk).exists()
    assert Event.objects.get(why="left the study").noun.given is False


def test_trial_roles_need_a_study_of_the_site(admin: Client, clinic_people: Any):
    """Without a study, or with one that does not run there, no role is given."""
    account, site = clinic_people.accounts["clinician_2"], clinic_people.sites["north"]
    other = Study.objects.create(slug="other", title_en="x", title_zh="x")
    other.sites.set([clinic_people.sites["south"]])
    for study in ("", other.pk):
        told = {"role": "assessor", "site": site.pk, "study": study}
        admin.post(f"/site/accounts/{account.pk}/grant/", told)
    assert not RoleGrant.objects.filter(account=account, role="assessor").exists()


def test_nobody_raises_themselves(admin: Client, clinic_people: Any):
    """An administrator gives the own account no role, and takes none from it."""
    own = clinic_people.accounts["site_admin"]
    admin.post(f"/site/accounts/{own.pk}/grant/", {"role": "clinician", "site": clinic_people.sites["north"].pk})
    mine = RoleGrant.objects.get(account=own)
    admin.post(f"/site/roles/{mine.pk}/end/", {"why": "x"})
    admin.post(f"/site/accounts/{own.pk}/off/")
    assert [grant.role for grant in RoleGrant.objects.filter(account=own)] == ["site_admin"]
    own.refresh_from_db()
    assert own.is_active


def test_the_hand_reaches_the_own_sites_only(admin: Client, clinic_people: Any):
    """Accounts, roles, teams and sites of others are neither shown nor changed."""
    far, south = clinic_people.accounts["clinician_far"], clinic_people.sites["south"]
    admin.post(f"/site/accounts/{far.pk}/off/")
    admin.post(f"/site/roles/{RoleGrant.objects.get(account=far).pk}/end/", {"why": "x"})
    admin.post("/site/teams/", {"site": south.pk, "slug": "new"})
    admin.post(f"/site/teams/{clinic_people.teams['far'].pk}/", {"account": far.pk, "deed": "leave"})
    mine = clinic_people.accounts["clinician"]
    admin.post(f"/site/accounts/{mine.pk}/grant/", {"role": "clinician", "site": south.pk})
    far.refresh_from_db()
    assert (far.is_active, far.grants.count(), far.teams.count()) == (True, 1, 1)
    assert not CareTeam.objects.filter(slug="new").exists()
    assert not RoleGrant.objects.filter(account=mine, site=south).exists()
    assert "clinician-far" not in admin.get("/site/").content.decode()
    assert admin.get(f"/site/readers/{clinic_people.patients['far'].code}/").status_code == 404


def test_switching_off_ends_sessions(admin: Client, clinic_people: Any, client_of: Callable[[str], Client]):
    """Whoever is switched off is out at the next click, and stays out."""
    browser, account = client_of("clinician"), clinic_people.accounts["clinician"]
    assert browser.get("/me/").status_code == 200
    admin.post(f"/site/accounts/{account.pk}/off/")
    assert browser.get("/me/").status_code == 302
    assert _accessed("may sign in") == 1
    admin.post(f"/site/accounts/{account.pk}/on/")
    assert Account.objects.get(pk=account.pk).is_active


def test_sessions_of_others_can_be_ended(admin: Client, clinic_people: Any, client_of: Callable[[str], Client]):
    """Ending them signs the account out everywhere."""
    browser, account = client_of("clinician"), clinic_people.accounts["clinician"]
    UserSession.objects.get_or_create(
        session_key=browser.session.session_key, defaults={"user": account, "ip": "127.0.0.1", "user_agent": "test"}
    )
    assert browser.get("/me/").status_code == 200
    admin.post(f"/site/accounts/{account.pk}/sessions/")
    assert browser.get("/me/").status_code == 302
    assert UserSession.objects.filter(user=account).count() == 0


def test_an_account_of_two_sites_is_not_switched_off_by_one(admin: Client, clinic_people: Any):
    """Another site's work goes on."""
    account = clinic_people.accounts["clinician"]
    RoleGrant.objects.create(account=account, role="clinician", site=clinic_people.sites["south"])
    admin.post(f"/site/accounts/{account.pk}/off/")
    assert Account.objects.get(pk=account.pk).is_active


def test_teams_are_made_and_changed(admin: Client, clinic_people: Any):
    """Only clinicians of the site join; each change is written down."""
    north = clinic_people.sites["north"]
    admin.post("/site/teams/", {"site": north.pk, "slug": "three"})
    team = CareTeam.objects.get(slug="three")
    place = f"/site/teams/{team.pk}/"
    admin.post(place, {"account": clinic_people.accounts["clinician"].pk, "deed": "join"})
    admin.post(place, {"account": clinic_people.accounts["assessor"].pk, "deed": "join"})
    assert [member.username for member in team.members.all()] == ["clinician"]
    admin.post(place, {"account": clinic_people.accounts["clinician"].pk, "deed": "leave"})
    assert team.members.count() == 0
    assert _accessed("team north/three") == 3


def test_an_invitation_is_shown_once_and_can_be_withdrawn(admin: Client, clinic_people: Any):
    """The link stands on the page once; nothing of it is kept; withdrawn it does not work."""
    told = {"role": "clinician", "site": clinic_people.sites["north"].pk, "team": clinic_people.teams["one"].pk}
    page = admin.post("/site/invitations/", told).content.decode()
    token = page.split("/join/")[1].split("/")[0]
    assert find_invitation(token) is not None
    assert token not in admin.get("/site/invitations/").content.decode()
    assert token not in str(list(Invitation.objects.values()))
    admin.post(f"/site/invitations/{Invitation.objects.get().pk}/end/")
    assert find_invitation(token) is None
    assert Client().get(f"/join/{token}/").status_code == 410


def test_invitations_to_others_places_are_refused(admin: Client, clinic_people: Any):
    """A team of another site, a patient of others, a trial role without a study: no link."""
    north = clinic_people.sites["north"].pk
    wrong = [
        {"role": "clinician", "site": clinic_people.sites["south"].pk},
        {"role": "clinician", "site": north, "team": clinic_people.teams["far"].pk},
        {"role": "patient", "site": north, "patient": clinic_people.patients["far"].code},
        {"role": "patient", "site": north},
        {"role": "assessor", "site": north},
    ]
    for told in wrong:
        admin.post("/site/invitations/", told)
    assert Invitation.objects.count() == 0
    page = admin.post(
        "/site/invitations/", {"role": "patient", "site": north, "patient": clinic_people.patients["other_team"].code}
    )
    assert "/join/" in page.content.decode()


def test_a_study_is_set_up_for_its_coordinator(admin: Client, clinic_people: Any):
    """A new study at the own sites, once by a name."""
    told = {
        "slug": "new-trial",
        "title_en": "New trial",
        "title_zh": "新试验",
        "sites": [clinic_people.sites["north"].pk],
    }
    admin.post("/site/studies/", told)
    admin.post("/site/studies/", told)
    study = Study.objects.get(slug="new-trial")
    assert [site.slug for site in study.sites.all()] == ["north"]


def test_who_looked_is_shown_without_what_they_saw(
    admin: Client, clinic_people: Any, client_of: Callable[[str], Client]
):
    """Account, role, time and page of every look; the administrator's own look is among them."""
    patient = clinic_people.patients["mine"]
    add_record(patient, make_person(seed=1, weeks=(0,), books=["nrs"]))
    client_of("clinician").get(f"/exchange/{patient.code}/out/json/")
    assert admin.get("/site/readers/", {"code": patient.code.lower()}).status_code == 302
    page = admin.get(f"/site/readers/{patient.code}/").content.decode()
    assert "export:json" in page
    assert "Clinician" in page
    assert "nrs" not in page
    assert ReadEntry.objects.filter(subject=patient.code, role=Role.SITE_ADMIN.value).exists()


def test_the_audit_says_whole_or_not(admin: Client, clinic_people: Any, monkeypatch: pytest.MonkeyPatch):
    """The check runs in the background and says how many links it saw, or which are wrong."""
    from backloop.web.store.verifying import ChainFault, ChainReport

    add_record(clinic_people.patients["mine"], make_person(seed=1, weeks=(0,), books=["nrs"]))
    admin.post("/site/audit/")
    assert AuditCheck.objects.get().state == "done"
    assert "Whole:" in admin.get("/site/audit/").content.decode()
    broken = ChainReport({"events": 1, "reads": 0}, {}, (ChainFault("events", 1, "was changed"),))
    monkeypatch.setattr("backloop.web.research.governing.verify_chains", lambda: broken)
    admin.post("/site/audit/")
    assert "events 1: was changed" in admin.get("/site/audit/").content.decode()
