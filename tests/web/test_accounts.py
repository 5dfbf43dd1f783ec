"""Accounts: second factor for staff, lock-out, sessions that end, invitations that work once, password profiles."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import DoorError
from backloop.web.people.invitations import accept_invitation, invite, revoke_role
from backloop.web.people.making import MAKER
from backloop.web.people.models import Account
from backloop.web.people.passwords import LongPassword, MixedPassword
from backloop.web.people.roles import Role
from backloop.web.store.models import Event

pytestmark = pytest.mark.django_db
GOOD = "horse battery staple 9"


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """Forget the failed attempts of other tests."""
    cache.clear()


def _sign_in(browser: Client, name: str, password: str) -> Any:
    return browser.post("/account/login/", {"login": name, "password": password})


def test_staff_without_a_second_factor_get_no_further(clinic_people: Any):
    """A clinician with a password alone is sent to set a second factor up, whichever page is asked for."""
    account = clinic_people.accounts["clinician"]
    account.set_password(GOOD)
    account.save()
    browser = Client()

    assert _sign_in(browser, "clinician", GOOD).status_code == 302
    assert browser.get("/")["Location"] == browser.get("/me/")["Location"] == "/account/2fa/"
    assert browser.get("/account/2fa/").status_code == 200


def test_a_patient_needs_no_second_factor(clinic_people: Any):
    """A patient signs in with a password."""
    account = clinic_people.accounts["patient"]
    account.set_password(GOOD)
    account.save()
    browser = Client()
    _sign_in(browser, "patient", GOOD)

    assert browser.get("/")["Location"] == "/patient/"


def test_guessing_passwords_is_stopped(clinic_people: Any):
    """After five wrong passwords even the right one does not pass for a while."""
    account = clinic_people.accounts["patient"]
    account.set_password(GOOD)
    account.save()
    browser = Client()
    for _ in range(5):
        _sign_in(browser, "patient", "wrong")

    answer = _sign_in(browser, "patient", GOOD)

    assert "_auth_user_id" not in browser.session
    assert answer.status_code in {200, 429}


def test_signing_in_gives_a_new_session(clinic_people: Any):
    """A session id planted before signing in is worth nothing after it."""
    account = clinic_people.accounts["patient"]
    account.set_password(GOOD)
    account.save()
    browser = Client()
    browser.get("/account/login/")
    browser.session.save()
    planted = browser.session.session_key
    _sign_in(browser, "patient", GOOD)

    assert browser.session.session_key != planted


@pytest.mark.parametrize(("mark", "seconds"), [("seen", 21 * 60), ("began", 13 * 3600)])
def test_a_session_ends(mark: str, seconds: int, client_of: Callable[[str], Client]):
    """Idle for twenty minutes, or twelve hours after signing in, the session is over."""
    browser = client_of("patient")
    assert browser.get("/me/").status_code == 200
    session = browser.session
    session[mark] = int(time.time()) - seconds
    session.save()

    assert browser.get("/me/").status_code == 302
    assert "_auth_user_id" not in browser.session


def test_nobody_signs_up(clinic_people: Any):
    """There is no open door for new accounts."""
    Client().post("/account/signup/", {"username": "intruder", "password1": GOOD, "password2": GOOD})

    assert not Account.objects.filter(username="intruder").exists()


def test_an_invitation_works_once(clinic_people: Any):
    """The link makes one account with one role, is nowhere in the database, and then is gone."""
    team, site = clinic_people.teams["one"], clinic_people.sites["north"]
    token = invite(MAKER, Role.CLINICIAN, site=site, team=team)
    browser = Client()

    page = browser.get(f"/join/{token}/")
    done = browser.post(f"/join/{token}/", {"username": "new.doctor", "password": GOOD})

    account = Account.objects.get(username="new.doctor")
    assert (page.status_code, done.status_code) == (200, 302)
    assert account.roles() == {Role.CLINICIAN}
    assert team.members.filter(pk=account.pk).exists()
    assert browser.get(f"/join/{token}/").status_code == 410
    with pytest.raises(DoorError, match="used, ran out"):
        accept_invitation(token, username="second", password=GOOD)


def test_rights_leave_a_trace(clinic_people: Any):
    """Giving and taking a role are events."""
    token = invite(MAKER, Role.CLINICIAN, site=clinic_people.sites["north"])
    account = accept_invitation(token, username="new.doctor", password=GOOD)
    revoke_role(MAKER, account.grants.get(), why="left the clinic")

    traces = Event.objects.filter(kind="access", code=str(account.uid)).order_by("seq")
    assert [event.noun.given for event in traces] == [True, False]
    assert account.roles() == frozenset()


@given(st.text(max_size=30))
def test_the_long_profile_asks_for_length_alone(password: str):
    """Under `owasp` twelve characters of any kind pass, eleven do not."""
    try:
        LongPassword(shortest=12).validate(password)
        passed = True
    except ValidationError:
        passed = False

    assert passed == (len(password) >= 12)


@pytest.mark.parametrize(
    ("password", "fits"),
    [("short A1", False), ("alllowercaseletters", False), ("Mixed1234word", True), ("mixed-1234-word", True)],
)
def test_the_mixed_profile_asks_for_kinds(password: str, *, fits: bool):
    """Under `djbh` ten characters of three kinds pass."""
    try:
        MixedPassword(shortest=10, kinds=3).validate(password)
        passed = True
    except ValidationError:
        passed = False

    assert passed == fits


def test_no_page_has_inline_script_or_style(client_of: Callable[[str], Client]):
    """Every page of accounts passes the content policy: no inline code, no address of others."""
    pages = ["/", "/me/", "/account/2fa/", "/account/password/change/", "/account/sessions/"]
    texts = [client_of("patient").get(page).content.decode() for page in pages]
    texts += [Client().get(page).content.decode() for page in ("/account/login/", "/account/password/reset/")]

    for text in texts:
        assert not re.search(r"\son[a-z]+=|<style|\sstyle=", text)
        assert not re.search(r"(src|href|action)=\"(https?:)?//", text)
        assert not [tag for tag in re.findall(r"<script[^>]*>", text) if "src=" not in tag and "json" not in tag]
