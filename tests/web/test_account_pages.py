"""The pages of signing in: every address under /account/ wears our look, in both languages, or says it is not used."""

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from backloop.errors import InvalidSettings
from backloop.web.people.second_factor import ClinicFactorAdapter

pytestmark = pytest.mark.django_db

PAGES = {
    "account_login": "nobody",
    "account_inactive": "nobody",
    "mfa_authenticate": "half",
    "socialaccount_login_cancelled": "nobody",
    "socialaccount_login_error": "nobody",
    "account_logout": "staff",
    "account_reauthenticate": "staff",
    "account_change_password": "staff",
    "account_set_password": "without password",
    "mfa_index": "staff",
    "mfa_reauthenticate": "staff",
    "mfa_activate_totp": "bare",
    "mfa_deactivate_totp": "staff",
    "mfa_view_recovery_codes": "staff",
    "mfa_generate_recovery_codes": "staff",
    "mfa_list_webauthn": "staff",
    "mfa_add_webauthn": "staff",
    "mfa_reauthenticate_webauthn": "staff",
    "mfa_remove_webauthn": "staff",
    "mfa_edit_webauthn": "staff",
    "socialaccount_connections": "staff",
    "usersessions_list": "staff",
}
"""Who sees which page, by the name of its address."""

CLOSED = {
    *("account_signup", "socialaccount_signup", "account_confirm_login_code"),
    *("account_email", "account_email_verification_sent", "account_confirm_email"),
    *("account_reset_password", "account_reset_password_done"),
    *("account_reset_password_from_key", "account_reset_password_from_key_done"),
    *("openid_connect_login", "openid_connect_callback"),
}
"""What this clinic does not use: no sign-up, no e-mail of accounts, and here no hospital's sign-in."""

NO_PAGES = {"mfa_download_recovery_codes": "text/plain", "mfa_login_webauthn": "application/json", "": "redirect"}
PARTS = {"pk": "1", "key": "abc", "uidb36": "1", "provider_id": "none-such"}
HAN, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{2,}(?:\s+[A-Za-z]{2,})+")
SPOKEN = "horse battery staple 9"


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """Forget the failed attempts of other tests."""
    cache.clear()


def _routes(resolver: Any = None, before: str = "") -> Iterator[tuple[str, str]]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route)
        elif isinstance(entry, URLPattern) and route.startswith("account/"):
            yield entry.name or "", route


def _address(route: str, keys: dict[str, str]) -> str:
    plain = re.sub(
        r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|<(?:\w+:)?(\w+)>", lambda part: keys[part[1] or part[2]], route
    )
    return "/" + plain.replace("^", "").replace("$", "")


def _main(page: str) -> str:
    """Give the words a reader sees in the page's middle: no tags, scripts, keys, nor the browser's own name."""
    body = page.partition("<main")[2].partition("</main>")[0]
    for tag in ("script", "code", "noscript_"):
        body = re.sub(rf"<{tag}\b.*?</{tag}>", " ", body, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", body)


def _code(secret: str) -> str:
    """Compute the code of this half minute as RFC 6238 says."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1").digest()
    return f"{(struct.unpack_from('>I', digest, digest[-1] & 15)[0] & 0x7FFFFFFF) % 10**6:06d}"


@pytest.fixture
def factors(clinic_people: Any) -> dict[str, Any]:
    """Give the clinician a password, an app, a key and recovery codes, as the pages themselves would make them."""
    account = clinic_people.accounts["clinician"]
    account.set_password(SPOKEN)
    account.save()
    secret = generate_totp_secret()
    app = TOTP.activate(account, secret)
    codes = RecoveryCodes.activate(account)
    return {"account": account, "secret": secret, "app": app, "codes": codes}


@pytest.fixture
def key(factors: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Authenticator:
    """Give the clinician a key, too; what a real key answers is shown in the browser."""
    for step in ("begin_authentication", "begin_registration"):
        monkeypatch.setattr(f"allauth.mfa.webauthn.internal.auth.{step}", lambda *_, **__: {"publicKey": {}})
    data = {"name": "Key 7", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}
    found: Authenticator = Authenticator.objects.create(user=factors["account"], type="webauthn", data=data)
    return found


@pytest.fixture
def comers(factors: dict[str, Any], client_of: Callable[[str], Client], clinic_people: Any) -> dict[str, Client]:
    """Give the browsers of the table above: signed in and sure, half signed in, without a factor or a password."""

    def sure(name: str) -> Client:
        browser = client_of(name)
        session = browser.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
        session["account_authentication_methods_user"] = str(clinic_people.accounts[name].pk)
        session.save()
        return browser

    half = Client()
    half.post("/account/login/", {"login": "clinician", "password": SPOKEN})
    other = clinic_people.accounts["clinician_2"]
    other.set_unusable_password()
    other.save()
    return {
        "nobody": Client(),
        "half": half,
        "staff": sure("clinician"),
        "bare": sure("coordinator"),
        "without password": sure("clinician_2"),
    }


def test_every_address_of_signing_in_is_known():
    """What allauth brings is either a page of ours, closed, or no page at all; an update that adds one is noticed."""
    assert {name for name, _ in _routes()} == {*PAGES, *CLOSED, *NO_PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_signing_in_wears_our_look_in_both_languages(
    name: str, comers: dict[str, Client], key: Authenticator
):
    """Our frame, our style sheet, the language said; no Chinese in the English page, no English in the Chinese one."""
    browser, address = comers[PAGES[name]], _address(dict(_routes())[name], PARTS | {"pk": str(key.pk)})
    said = {}
    for tag, lang in (("en", "en"), ("zh-hans", "zh-Hans")):
        browser.cookies["language"] = tag
        answer = browser.get(address)
        page = answer.content.decode()
        assert answer.status_code == (401 if name.endswith("login_error") else 200), (
            address,
            answer.status_code,
            answer.headers.get("Location"),
        )
        assert f'<html lang="{lang}">' in page
        assert "look/clinic.css" in page
        assert 'class="brand"' in page
        assert page.count("<h1>") == 1
        assert "style=" not in page.split("<main")[1]
        said[tag] = _main(page)

    assert not HAN.search(said["en"]), HAN.findall(said["en"])
    assert HAN.search(said["zh-hans"])
    assert not LATIN.search(said["zh-hans"]), LATIN.findall(said["zh-hans"])


@pytest.mark.parametrize("name", sorted(CLOSED))
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_used_says_so(name: str, method: str, comers: dict[str, Client]):
    """Sign-up, e-mail addresses and resets by mail answer 410 with what to do instead, to whoever asks."""
    address = _address(dict(_routes())[name], PARTS)
    for comer in ("nobody", "staff"):
        comers[comer].cookies["language"] = "en"
        answer = getattr(comers[comer], method)(address)
        assert answer.status_code == 410
        assert "by invitation" in _main(answer.content.decode())


@pytest.mark.parametrize(
    ("comer", "address", "told"),
    [
        ("nobody", "/account/login/", {"login": "clinician", "password": "wrong"}),
        ("half", "/account/2fa/authenticate/", {"code": "000000"}),
        ("staff", "/account/reauthenticate/", {"password": "wrong"}),
        ("staff", "/account/2fa/reauthenticate/", {"code": "000000"}),
        ("staff", "/account/password/change/", {"oldpassword": "wrong", "password1": "short", "password2": "other"}),
        ("without password", "/account/password/set/", {"password1": "short", "password2": "short"}),
        ("bare", "/account/2fa/totp/activate/", {"code": "000000"}),
    ],
)
def test_what_was_wrong_is_said_in_the_language_of_the_page(
    comer: str, address: str, told: dict[str, str], comers: dict[str, Client]
):
    """A wrong password or code is answered in words, in Chinese and in English."""
    browser = comers[comer]
    for tag in ("en", "zh-hans"):
        cache.clear()
        browser.cookies["language"] = tag
        page = browser.post(address, told).content.decode()
        errors = " ".join(re.findall(r'<ul class="errorlist.*?</ul>', page, flags=re.DOTALL))
        said = re.sub(r"<[^>]+>", " ", errors)
        assert said.strip(), page
        assert bool(HAN.search(said)) == (tag == "zh-hans")
        assert tag == "en" or not LATIN.search(said)


def test_a_code_of_the_app_signs_in(factors: dict[str, Any]):
    """Password, then the code the app shows: staff are in; the same code does not work a second time."""
    browser = Client()
    first = browser.post("/account/login/", {"login": "clinician", "password": SPOKEN})
    code = _code(factors["secret"])
    wrong = browser.post("/account/2fa/authenticate/", {"code": "000000" if code != "000000" else "111111"})
    right = browser.post("/account/2fa/authenticate/", {"code": code})
    assert (first["Location"], wrong.status_code, right.status_code) == ("/account/2fa/authenticate/", 200, 302)
    assert browser.get("/clinic/").status_code == 200

    again = Client()
    again.post("/account/login/", {"login": "clinician", "password": SPOKEN})
    assert again.post("/account/2fa/authenticate/", {"code": code}).status_code == 200
    assert "_auth_user_id" not in again.session


def test_a_password_alone_reaches_no_page_of_staff(factors: dict[str, Any]):
    """Between password and code nothing opens but the second step."""
    browser = Client()
    browser.post("/account/login/", {"login": "clinician", "password": SPOKEN})

    assert browser.get("/clinic/")["Location"].startswith("/account/login/")
    assert browser.get("/account/2fa/").status_code == 302


def test_a_recovery_code_works_once(factors: dict[str, Any]):
    """The first use signs in, the second does not, and the next code still does."""
    one, other = factors["codes"].get_unused_codes()[:2]
    outcomes = []
    for code in (one, one, other):
        browser = Client()
        browser.post("/account/login/", {"login": "clinician", "password": SPOKEN})
        browser.post("/account/2fa/authenticate/", {"code": code})
        outcomes.append("_auth_user_id" in browser.session)

    assert outcomes == [True, False, True]


def test_secrets_of_second_factors_are_not_kept_in_the_clear(factors: dict[str, Any]):
    """Neither the key of the app nor a recovery code stands in the table; a changed one is refused."""
    rows = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert factors["secret"] not in rows
    assert not any(code in rows for code in factors["codes"].get_unused_codes())
    app = Authenticator.objects.get(type="totp")
    assert app.wrap().validate_code(_code(factors["secret"]))
    name, _, locked = app.data["secret"].partition(":")
    with pytest.raises(InvalidSettings, match="second factor does not open"):
        ClinicFactorAdapter().decrypt(f"{name}:{'AAAA' + locked[4:]}")


def test_setting_up_the_app_gives_recovery_codes(comers: dict[str, Client], clinic_people: Any):
    """The code that the shown key gives switches the app on; recovery codes follow, and the way is open."""
    browser = comers["bare"]
    browser.session.save()
    page = browser.get("/account/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret">([A-Z2-7]+)<', page)
    assert secret is not None
    done = browser.post("/account/2fa/totp/activate/", {"code": _code(secret[1])})
    codes = browser.get("/account/2fa/recovery-codes/").content.decode()

    assert (done.status_code, done["Location"]) == (302, "/account/2fa/recovery-codes/")
    assert len(re.findall(r"<li><code>\w+</code>", codes)) == 10
    assert clinic_people.accounts["coordinator"].authenticator_set.filter(type="totp").exists()


def test_guessing_too_often_is_answered_in_words(comers: dict[str, Client]):
    """Who asks far too often gets 429 with what to do, in our look and both languages."""
    browser = Client(REMOTE_ADDR="192.0.2.7")
    for _ in range(61):
        answer = browser.post("/account/login/", {"login": "clinician", "password": "wrong"})
    browser.cookies["language"] = "en"
    english = browser.post("/account/login/", {"login": "clinician", "password": "wrong"})

    assert (answer.status_code, english.status_code) == (429, 429)
    assert HAN.search(_main(answer.content.decode()))
    assert "Wait" in _main(english.content.decode())
    assert "look/clinic.css" in english.content.decode()


def test_who_takes_the_last_factor_away_gets_no_further(comers: dict[str, Client]):
    """Staff who switch their app off are sent to set another one up with the very next page."""
    browser = comers["staff"]
    assert browser.get("/clinic/").status_code == 200
    assert browser.post("/account/2fa/totp/deactivate/").status_code == 302

    assert browser.get("/clinic/")["Location"] == "/account/2fa/"


def test_a_failed_sign_in_is_written_down_without_a_name(factors: dict[str, Any], caplog: pytest.LogCaptureFixture):
    """That one failed and from where stands in the log; the name tried and the password do not."""
    Client(REMOTE_ADDR="192.0.2.9").post("/account/login/", {"login": "clinician", "password": "my secret try"})

    assert "a sign-in failed, from 192.0.2.9" in caplog.text
    assert "my secret try" not in caplog.text
    assert "clinician" not in caplog.text
