"""Signing in with keys and codes, in a real Chromium: a virtual authenticator stands for the finger on the phone."""

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

Visit = Callable[..., Any]
NAMED = {"host": "localhost"}  # keys belong to a name, never to a number


def _authenticator(visitor: Any) -> tuple[CDPSession, str]:
    wire = visitor.context.new_cdp_session(visitor.page)
    wire.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    told = wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return wire, told["authenticatorId"]


def _sign_out(page: Page) -> None:
    page.locator("header form[action$='/account/logout/'] button").click()
    page.wait_for_url("**/account/login/**")


def _prove(visitor: Any, name: str) -> None:
    """Type the password where a change of how one signs in asks for it."""
    visitor.look()
    visitor.page.fill("#id_password", visitor.served.passwords[name])
    visitor.page.click("main form button")


def _code(secret: str) -> str:
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1").digest()
    return f"{(struct.unpack_from('>I', digest, digest[-1] & 15)[0] & 0x7FFFFFFF) % 10**6:06d}"


@pytest.mark.parametrize(("lang", "name"), [("zh", "clinician"), ("en", "clinician-2")])
def test_a_passkey_from_setting_up_to_removing(lang: str, name: str, visit: Visit):
    """Staff add a passkey, sign out, sign in with it and without a password, rename it and take it away."""
    visitor = visit(name, lang=lang, **NAMED)
    page = visitor.page
    wire, number = _authenticator(visitor)
    visitor.go("/me/")
    visitor.go("/account/2fa/")
    page.click("a[href='/account/2fa/webauthn/add/']")
    _prove(visitor, name)
    page.wait_for_url("**/webauthn/add/**")
    visitor.look()
    page.fill("#id_name", "phone 7")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/**")
    visitor.look()
    assert len(wire.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]) == 1

    _sign_out(page)
    visitor.look()
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "/account/login/" not in url)
    expect(page.locator("header form[action$='/account/logout/']")).to_be_visible()
    assert visitor.go("/clinic/").url.endswith("/clinic/")

    visitor.go("/account/2fa/webauthn/")
    page.click("a[href$='/edit/']")
    if "reauthenticate" in page.url:
        _prove(visitor, name)
    visitor.look()
    page.fill("input[name=name]", "phone 8")
    page.click("main form button")
    expect(page.get_by_role("heading", name="phone 8")).to_be_visible()
    visitor.look()
    page.click("a[href$='/remove/']")
    visitor.look()
    page.click("main form button")
    page.wait_for_url("**/account/2fa/webauthn/")
    _sign_out(page)
    page.click("#passkey_login")
    page.wait_for_load_state("networkidle")
    assert visitor.go("/clinic/").url.endswith("/account/login/?next=/clinic/")


def test_a_key_nobody_holds_is_answered_in_words(visit: Visit):
    """Without a key on the device the page says what to do, for a screen reader as well, and stays."""
    visitor = visit(lang="en", **NAMED)
    _authenticator(visitor)
    visitor.go("/account/login/")
    visitor.page.click("#passkey_login")
    expect(visitor.page.get_by_role("alert").filter(has_text="use another way")).to_be_visible()
    visitor.look()


@pytest.mark.parametrize(("lang", "name"), [("en", "clinician"), ("zh", "clinician-2")])
def test_an_app_from_setting_up_to_a_recovery_code(lang: str, name: str, visit: Visit):
    """Set the app up, sign in with its code; with the phone lost, a recovery code works once; then switch it off."""
    visitor = visit(name, lang=lang, **NAMED)
    page = visitor.page
    visitor.go("/account/2fa/")
    page.click("a[href='/account/2fa/totp/activate/']")
    _prove(visitor, name)
    page.wait_for_url("**/totp/activate/**")
    visitor.look()
    assert page.locator("img.code").evaluate("picture => picture.naturalWidth") > 0
    secret = page.inner_text("#authenticator_secret")
    page.fill("#id_code", _code(secret))
    page.click("main form button")
    page.wait_for_url("**/recovery-codes/**")
    visitor.look()
    codes = page.locator("#recovery_codes code").all_inner_texts()

    for code, works in ((codes[0], True), (codes[0], False), (codes[1], True)):
        visitor.context.clear_cookies()  # another device
        visitor.speak(lang)
        page.goto("/account/login/")
        page.fill("input[name=login]", name)
        page.fill("input[name=password]", visitor.served.passwords[name])
        page.click("main form button")
        page.wait_for_url("**/2fa/authenticate/**")
        visitor.look()
        page.fill("#id_code", code)
        page.click("main form button")
        page.wait_for_load_state("load")
        assert ("2fa/authenticate" not in page.url) == works
        visitor.look()

    visitor.go("/account/2fa/")
    page.click("a[href='/account/2fa/totp/deactivate/']")
    if "reauthenticate" in page.url:
        _prove(visitor, name)
    visitor.look()
    page.click("main form button")
    page.wait_for_url("**/account/2fa/")
    assert re.search("/account/2fa/totp/activate/", page.content())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_other_pages_of_an_account(lang: str, visit: Visit):
    """Password, devices, hospital sign-in, signing out, and what is not used: each fit to read in both sizes."""
    visitor = visit("patient", lang=lang)
    for path in ("/me/", "/account/password/change/", "/account/sessions/", "/account/logout/", "/account/3rdparty/"):
        visitor.go(path)
    for path in ("/account/password/reset/", "/account/signup/", "/nowhere/"):
        visitor.page.goto(path)
        visitor.look()
    visitor.faults = [fault for fault in visitor.faults if "status of 4" not in fault]
