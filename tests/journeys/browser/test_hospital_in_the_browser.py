"""The hospital's sign-in in a real Chromium: there and back over two addresses, under the pages' own policy."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.journeys.browser.conftest import Served, Visitor

from backloop.web.settings.keyrings import make_secret

TABLE = """
[[sign_in]]
id = "hospital"
name = "City hospital"
server = "{server}"
client = "backloop"
client_secret_file = "hospital_secret"
"""


@pytest.fixture
def linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served: Served) -> Iterator[Served]:
    """Serve a demonstration of its own that names the hospital on this machine."""
    place = tmp_path / "hospital"
    place.mkdir()
    driver = Path(__file__).parents[2] / "web" / "drivers" / "hospital.py"
    with subprocess.Popen([sys.executable, str(driver), str(place)], stdout=subprocess.PIPE, text=True) as hospital:
        try:
            assert hospital.stdout is not None
            server = f"https://localhost:{hospital.stdout.readline().strip()}"
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(place / "ca.pem"))
            clinic = Served(tmp_path)
            clinic.kill(signal.SIGTERM)
            make_secret(clinic.folder / "secrets" / "hospital_secret", "a secret of the two")
            with (clinic.folder / "clinic.toml").open("a", encoding="utf-8") as settings:
                settings.write(TABLE.format(server=server))
            clinic.start()
            yield clinic
            clinic.kill(signal.SIGTERM)
        finally:
            hospital.terminate()


def test_there_and_back(linked: Served, browser: Browser):
    """A stranger is refused in English; a patient links the hospital, signs out, and comes in by it, in Chinese."""
    visitor = Visitor(browser, linked, lang="en", size="phone")
    visitor.context.close()
    visitor.context = browser.new_context(base_url=linked.origin, ignore_https_errors=True)
    visitor.page = visitor.context.new_page()
    visitor.page.on("console", lambda told: visitor._hear(told.type, told.text))
    visitor.speak("en")
    page = visitor.page
    visitor.go("/account/login/")
    page.click("a[href*='/account/oidc/hospital/login/']")
    visitor.look()
    page.click("main form button")
    expect(page.locator("main li")).to_have_count(3)
    assert page.url.startswith(f"{linked.origin}/account/oidc/hospital/login/callback/")
    visitor.look()

    visitor.speak("zh")
    visitor.sign_in("patient")
    visitor.go("/me/")
    page.click("a[href='/account/3rdparty/']")
    visitor.look()
    page.click("main a[href*='/account/oidc/hospital/login/']")
    page.click("main form button")
    page.wait_for_url("**/account/reauthenticate/**")
    page.fill("#id_password", linked.passwords["patient"])
    page.click("main form button")
    page.wait_for_url("**/account/3rdparty/")
    visitor.look()
    page.locator("header form[action$='/account/logout/'] button").click()
    page.wait_for_url("**/account/login/**")
    page.click("a[href*='/account/oidc/hospital/login/']")
    page.click("main form button")
    page.wait_for_url("**/patient/")
    visitor.context.close()
    assert [] == visitor.faults
