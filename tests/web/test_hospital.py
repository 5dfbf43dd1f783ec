"""The hospital's own sign-in: it opens linked accounts and invitations, makes none, and believes no forged token."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.test import Client

from backloop.web import read_settings
from backloop.web.people.invitations import invite
from backloop.web.people.making import MAKER
from backloop.web.people.models import Account
from backloop.web.people.roles import Role
from backloop.web.settings.keyrings import Keys
from backloop.web.settings.project import django_settings

pytestmark = pytest.mark.django_db

START, BACK = "/account/oidc/hospital/login/", "/account/oidc/hospital/login/callback/"
TOLD = """
name = "City"
[[sign_in]]
id = "hospital"
name = "City hospital"
server = "{server}"
client = "backloop"
client_secret_file = "hospital_secret"
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Run the hospital's server in a process of its own, with a certificate of its own."""
    place = tmp_path_factory.mktemp("hospital")
    command = [sys.executable, str(Path(__file__).parent / "drivers" / "hospital.py"), str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"https://localhost:{process.stdout.readline().strip()}", place / "ca.pem"
        process.terminate()


@pytest.fixture
def hospital(served: tuple[str, Path], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Set the clinic up as its administrator does: a table in the TOML file, the secret in a file of its own."""
    server, authority = served
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    _set_up(settings, tmp_path, server)
    cache.clear()
    return server


def _set_up(settings: Any, folder: Path, server: str) -> None:
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "secrets" / "hospital_secret").write_text("a secret of the two\n")
    (folder / "clinic.toml").write_text(TOLD.format(server=server), encoding="utf-8")
    clinic = read_settings(folder, environment={"BACKLOOP_SECRET_KEY": "a" * 30 + "Z9-" * 10})
    settings.SOCIALACCOUNT_PROVIDERS = django_settings(clinic, Keys.new())["SOCIALACCOUNT_PROVIDERS"]
    settings.CLINIC = settings.CLINIC.model_copy(update={"sign_in": clinic.sign_in})


def _through(browser: Client, *, person: str = "anna", fault: str = "", process: str = "login") -> Any:
    """Leave for the hospital, sign in there, and come back."""
    browser.cookies["language"] = "en"
    left = browser.post(f"{START}?{urlencode({'process': process})}")
    assert left.status_code == 302
    at = requests.get(
        f"{left['Location']}&{urlencode({'person': person, 'fault': fault})}", allow_redirects=False, timeout=20
    )
    back = urlsplit(at.headers["Location"])
    assert back.path == BACK
    return browser.get(f"{back.path}?{back.query}")


def _link(account: Account, person: str) -> None:
    SocialAccount.objects.create(user=account, provider="hospital", uid=person)


def test_the_sign_in_page_names_the_hospital(hospital: str, settings: Any):
    """The button is there where a hospital is set up, and leads to a page that says where one goes."""
    page = Client().get("/account/login/").content.decode()
    there = Client().get(START).content.decode()

    assert "City hospital" in page
    assert START in page
    assert "City hospital" in there


def test_what_leaves_is_bound_to_this_attempt(hospital: str):
    """State, nonce and PKCE are fresh each time, and no more than the number of the person is asked for."""
    asked = [parse_qs(urlsplit(Client().post(START)["Location"]).query) for _ in range(2)]

    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
    assert asked[0]["scope"] == ["openid"]
    assert asked[0]["code_challenge_method"] == ["S256"]


def test_an_address_cannot_change_what_is_asked(hospital: str):
    """A link that somebody prepared adds no scope and replaces neither the way back nor the nonce."""
    evil = urlencode(
        {"auth_params": "redirect_uri=https://evil.example.org&nonce=mine", "scope": "email,offline_access"}
    )
    asked = parse_qs(urlsplit(Client().post(f"{START}?{evil}")["Location"]).query)

    assert asked["scope"] == ["openid"]
    assert asked["redirect_uri"] == [f"http://testserver{BACK}"]
    assert asked["nonce"] != ["mine"]


def test_a_linked_account_is_opened(hospital: str, clinic_people: Any):
    """Who was linked is signed in, under the same account; nothing of the token is kept."""
    _link(clinic_people.accounts["patient"], "anna")
    browser = Client()
    answer = _through(browser)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.session["_auth_user_id"] == str(clinic_people.accounts["patient"].pk)
    kept = str(list(SocialAccount.objects.values())) + str(list(SocialToken.objects.values()))
    assert "anna" in kept
    assert "Secret" not in kept
    assert "example.org" not in kept


def test_staff_still_need_their_second_factor(hospital: str, clinic_people: Any):
    """The hospital's sign-in stands for the password, not for the second factor."""
    _link(clinic_people.accounts["clinician"], "doctor")
    browser = Client()
    _through(browser, person="doctor")

    assert browser.get("/clinic/")["Location"] == "/account/2fa/"


def test_a_stranger_is_told_what_to_do(hospital: str, clinic_people: Any):
    """Somebody the clinic does not know gets no account, and a page with the ways in."""
    before = Account.objects.count()
    browser = Client()
    answer = _through(browser, person="stranger")

    assert Account.objects.count() == before
    assert not SocialAccount.objects.exists()
    assert "_auth_user_id" not in browser.session
    assert "ask the administrator of your clinic for an invitation" in answer.content.decode()


def test_an_account_is_linked_by_who_is_signed_in_to_it(hospital: str, clinic_people: Any):
    """A patient proves the password, links the hospital's sign-in, and comes in by it from then on."""
    account = clinic_people.accounts["patient"]
    account.set_password("horse battery staple 9")
    account.save()
    browser = Client()
    browser.post("/account/login/", {"login": account.username, "password": "horse battery staple 9"})
    asked = _through(browser, person="anna", process="connect")
    done = browser.post(asked["Location"], {"password": "horse battery staple 9"})

    assert asked["Location"] == "/account/reauthenticate/"
    assert done.status_code == 302
    assert SocialAccount.objects.get().user == account
    again = Client()
    _through(again)
    assert again.session["_auth_user_id"] == str(account.pk)


def test_an_invitation_is_accepted_through_the_hospital(hospital: str, clinic_people: Any):
    """The link, the hospital's sign-in, and there is one account with the role promised; the link is used up."""
    token = invite(MAKER, Role.CLINICIAN, site=clinic_people.sites["north"], team=clinic_people.teams["one"])
    browser = Client()
    browser.cookies["language"] = "en"
    assert "City hospital" in browser.get(f"/join/{token}/").content.decode()
    left = browser.post(f"/join/{token}/", {"service": "hospital"})
    answer = _through(browser, person="new doctor")
    account = SocialAccount.objects.get(uid="new doctor").user

    assert (left["Location"], answer.status_code) == (START, 302)
    assert account.roles() == {Role.CLINICIAN}
    assert not account.has_usable_password()
    assert browser.session["_auth_user_id"] == str(account.pk)
    other = Client()
    assert other.get(f"/join/{token}/").status_code == 410
    assert "invitation" in _through(other, person="somebody else").content.decode()
    assert "_auth_user_id" not in other.session


def test_an_invitation_that_ran_out_meanwhile_opens_nothing(hospital: str, clinic_people: Any):
    """Between the link and the hospital somebody else used it: no account."""
    token = invite(MAKER, Role.PATIENT, patient=clinic_people.patients["other_team"])
    browser = Client()
    browser.post(f"/join/{token}/", {"service": "hospital"})
    Client().post(f"/join/{token}/", {"username": "first.one", "password": "horse battery staple 9"})
    _through(browser, person="late")

    assert not SocialAccount.objects.exists()
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize(
    "fault",
    [
        *("issuer", "audience", "nonce", "no nonce", "signature", "unsigned", "shared key", "unknown key"),
        *("old", "endless", "no token"),
    ],
)
def test_a_token_that_is_not_ours_is_refused(fault: str, hospital: str, clinic_people: Any):
    """Wrong issuer, audience, nonce, signature or time, or no token: nobody is signed in, and the page says so."""
    _link(clinic_people.accounts["patient"], "anna")
    browser = Client()
    answer = _through(browser, fault=fault)

    assert answer.status_code == 401
    assert "_auth_user_id" not in browser.session
    assert "could not be trusted" in answer.content.decode()


def test_an_answer_that_nobody_asked_for_is_refused(hospital: str, clinic_people: Any):
    """Somebody else's answer, planted in a link, signs nobody in (no state of this browser)."""
    _link(clinic_people.accounts["patient"], "anna")
    left = Client().post(START)
    at = requests.get(f"{left['Location']}&person=anna", allow_redirects=False, timeout=20)
    victim = Client()
    answer = victim.get(f"{BACK}?{urlsplit(at.headers['Location']).query}")

    assert answer.status_code == 401
    assert "_auth_user_id" not in victim.session


def test_a_server_that_speaks_for_another_is_refused(hospital: str, settings: Any, tmp_path: Path, clinic_people: Any):
    """The address set up and the issuer named must be the same."""
    _set_up(settings, tmp_path, f"{hospital}/elsewhere")
    _link(clinic_people.accounts["patient"], "anna")
    answer = _through(Client())

    assert answer.status_code == 401


def test_a_hospital_that_does_not_answer_is_said(hospital: str, settings: Any, tmp_path: Path):
    """A server that is down ends with a page in words, not with a fault of ours."""
    _set_up(settings, tmp_path, "https://localhost:9")
    answer = Client().post(START)

    assert answer.status_code == 502
    assert "look/clinic.css" in answer.content.decode()


def test_the_policy_lets_a_form_lead_to_the_hospital(tmp_path: Path, hospital: str, client_of: Callable[[str], Client]):
    """A browser follows a form's answer only to addresses of the policy: our own, and those set up."""
    clinic = read_settings(tmp_path, environment={"BACKLOOP_SECRET_KEY": "a" * 30 + "Z9-" * 10})
    policy = django_settings(clinic, Keys.new())["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]

    assert policy["form-action"] == ["'self'", hospital]
