"""A patient whose plan can be signed, one who must be referred, and the steps of a signature."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from backloop.record import make_person

PLANNED, REFERRED = 2, 6
"""Seeds of made-up people: the safety rules let the first begin; the second is to be referred."""


class Desk:
    """A clinician at work on one patient."""

    def __init__(self, browser: Client, code: str) -> None:
        self.browser, self.code = browser, code
        browser.cookies["language"] = "en"

    def at(self, path: str) -> str:
        """Give the address of one of the patient's pages."""
        return f"/care/{self.code}/{path}"

    def see(self, path: str) -> str:
        """Give a page that opens."""
        answer = self.browser.get(self.at(path))
        assert answer.status_code == 200, answer
        return answer.content.decode()

    def send(self, path: str, **told: Any) -> Any:
        """Send a form."""
        return self.browser.post(self.at(path), {"uid": str(uuid.uuid4())} | told)

    def decide(self, treatment: str, choice: str = "accepted", **told: Any) -> Any:
        """Decide on one line of the plan."""
        return self.send("plan/line/", intervention=treatment, choice=choice, **told)

    def sign(self, **told: Any) -> Any:
        """Sign what the page shows, from today."""
        page = self.see("plan/")
        shown = re.search(r'name="fingerprint" value="(\w+)"', page)
        today = dt.datetime.now(tz=dt.timezone(dt.timedelta(hours=8))).date()
        given = {"fingerprint": shown[1] if shown else "", "start": today.isoformat()}
        return self.send("plan/sign/", **(given | told))

    def sign_as_proposed(self) -> None:
        """Accept every line and sign."""
        self.browser.post(self.at("plan/line/"), {"all": "1"})
        assert self.sign().status_code == 302


@pytest.fixture
def desk(client_of: Callable[[str], Client], clinic_people: Any) -> Desk:
    """Put the clinician at work on a patient with three visits whose plan can be signed."""
    from backloop.web.people.making import add_record

    patient = clinic_people.patients["mine"]
    add_record(patient, make_person(seed=PLANNED, weeks=(0, 6, 12)))
    return Desk(client_of("clinician"), patient.code)


@pytest.fixture
def unasked(client_of: Callable[[str], Client], clinic_people: Any) -> Desk:
    """Put the clinician at work on a patient whom nobody asked the safety questions."""
    from backloop.web.people.making import add_record

    patient = clinic_people.patients["mine"]
    add_record(patient, make_person(seed=PLANNED, books=("nrs", "rmdq")))
    return Desk(client_of("clinician"), patient.code)


@pytest.fixture
def referred(client_of: Callable[[str], Client], clinic_people: Any) -> Desk:
    """Put the clinician at work on a patient with a red flag."""
    from backloop.web.people.making import add_record

    patient = clinic_people.patients["mine"]
    add_record(patient, make_person(seed=REFERRED))
    return Desk(client_of("clinician"), patient.code)
