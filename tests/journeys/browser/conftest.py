"""A demonstration served by a process of its own, and a real Chromium that looks at it.

The tests here are skipped, saying so, where no `chromium` is on the path. `BACKLOOP_SCREENSHOTS=FOLDER` keeps pictures.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
FILLING = """
import json, sys
from pathlib import Path
from backloop.web import Clinic
clinic = Clinic.make(Path(sys.argv[1]), demo=True, origin=sys.argv[2])
words = clinic.demonstrate()
from backloop.web.people.models import Patient
from backloop.web.store.identities import identity_of
codes = {identity_of(patient.code)["name"]: patient.code for patient in Patient.objects.all()}
Path(sys.argv[3]).write_text(json.dumps([words, codes]))
"""


class Served:
    """A clinic served by a process of its own, which can be killed and started again."""

    def __init__(self, place: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.origin, self.place, self.folder = f"http://127.0.0.1:{self.port}", place, place / "clinic"
        filling = [sys.executable, "-c", FILLING, str(self.folder), self.origin, str(place / "words")]
        subprocess.run(filling, check=True)
        told = json.loads((place / "words").read_text())
        self.passwords: dict[str, str] = told[0]
        self.codes: dict[str, str] = told[1]
        self.start()

    def start(self) -> None:
        """Start it and wait for its first answer."""
        command = [sys.executable, "-m", "backloop", "serve", "--folder", str(self.folder), "--port", str(self.port)]
        with (self.place / "said").open("a") as said:
            self.process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/alive/"):
                    return
            except OSError:
                assert self.process.poll() is None, (self.place / "said").read_text()
                time.sleep(0.1)
        pytest.fail("the clinic did not answer within a minute: " + (self.place / "said").read_text())

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it and its second process, without a moment to tidy up unless another signal is given."""
        os.killpg(self.process.pid, number)
        self.process.wait(timeout=30)


class Visitor:
    """Somebody at a browser: signs in, looks at pages in both sizes, and notes whatever is wrong with them."""

    def __init__(self, browser: Browser, served: Served, *, lang: str, size: str, host: str = "127.0.0.1") -> None:
        self.served, self.lang, self.size = served, lang, size
        self.origin = served.origin.replace("127.0.0.1", host)
        context = browser.new_context(viewport=SIZES[size], base_url=self.origin, reduced_motion="reduce")
        self.context, self.page = context, context.new_page()
        self.speak(lang)
        self.page.set_default_timeout(15_000)
        self.faults: list[str] = []
        self.page.on("console", lambda told: self._hear(told.type, told.text))
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def speak(self, lang: str) -> None:
        """Choose the language of the pages opened from now on."""
        self.lang, tag = lang, "zh-hans" if lang == "zh" else "en"
        self.context.add_cookies([{"name": "language", "value": tag, "url": self.origin}])

    def sign_in(self, name: str) -> "Visitor":
        """Sign in as one of the cast."""
        self.page.goto("/account/login/")
        self.page.fill("input[name=login]", name)
        self.page.fill("input[name=password]", self.served.passwords[name])
        self.page.click("main form button")
        self.page.wait_for_url(lambda url: "/account/login/" not in url)
        return self

    def go(self, path: str, picture: str = "") -> Page:
        """Open a page and look at it."""
        answer = self.page.goto(path)
        if answer is None or not answer.ok:
            self.faults.append(f"{path}: status {answer.status if answer else 'none'}")
        return self.look(picture)

    def look(self, picture: str = "") -> Page:
        """Look at the page in both sizes: nothing for axe to find, nothing to scroll to the side for."""
        self.page.wait_for_load_state("load")
        for size, shape in sorted(SIZES.items(), key=lambda each: each[0] == self.size):
            self.page.set_viewport_size(shape)
            self._judge(size)
            self._picture(picture, size)
        return self.page

    def _judge(self, size: str) -> None:
        where = f"{self.page.url.removeprefix(self.origin)} ({self.lang}, {size})"
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        found = self.page.evaluate("async (rules) => (await axe.run(document, rules)).violations", RULES)
        self.faults += [f"{where}: {each['id']}: {_places(each)}" for each in found]
        wide = self.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        self.faults += [f"{where}: {wide} pixels wider than the screen"] if wide > 1 else []

    def _picture(self, name: str, size: str) -> None:
        folder = os.environ.get("BACKLOOP_SCREENSHOTS", "")
        if folder and name.endswith(f"-{size}-{self.lang}"):
            self.page.evaluate("() => window.scrollTo(0, 0)")
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png")

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.faults.append(f"{self.page.url}: console {kind}: {text}")


def _places(violation: dict[str, Any]) -> str:
    return "; ".join(f"{' '.join(map(str, node['target']))} {node['html'][:120]}" for node in violation["nodes"][:4])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a demonstration; only started where there is a browser to look at it."""
    if shutil.which("chromium") is None:
        pytest.skip("no chromium on the path; install it (apt-get install chromium) to look at the pages")
    clinic = Served(tmp_path_factory.mktemp("browser"))
    yield clinic
    clinic.kill(signal.SIGTERM)


@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[Browser]:
    """Open a real Chromium without a window."""
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=shutil.which("chromium"))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Callable[..., Visitor]]:
    """Give a visitor of a role, language and size; at the end nothing may have been wrong with a page they saw."""
    visitors: list[Visitor] = []

    def come(name: str = "", *, lang: str = "zh", size: str = "desktop", host: str = "127.0.0.1") -> Visitor:
        visitors.append(Visitor(browser, served, lang=lang, size=size, host=host))
        return visitors[-1].sign_in(name) if name else visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
    assert [] == list(dict.fromkeys(fault for visitor in visitors for fault in visitor.faults))
