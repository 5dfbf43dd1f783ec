"""The API: tokens open what the pages open and nothing more; every answer is as its description says."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import fhirkit
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.specs.openapi.checks import positive_data_acceptance

from backloop.record import make_person
from backloop.web.api.models import ApiToken
from backloop.web.api.tokens import make_token
from backloop.web.people.making import add_record
from backloop.web.store.models import ReadEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(clinic_people: Any) -> Callable[..., Any]:
    """Give a program that asks with a token of one of the cast; everybody has a record of two visits."""
    for number, patient in enumerate(clinic_people.patients.values(), 1):
        add_record(patient, make_person(seed=number, weeks=(0, 12), books=["nrs", "rmdq", "red-flags"]))

    def send(name: str, path: str, body: Any = None, *, scope: str = "write", kind: str = "application/json") -> Any:
        token = make_token(clinic_people.accounts[name], name="test", scope=scope, days=1)
        sign = {"authorization": f"Bearer {token}"}
        if body is None:
            return Client().get(f"/api{path}", headers=sign)
        return Client().post(f"/api{path}", body, content_type=kind, headers=sign)

    return send


def _answer(session_id: str = "ses-w00", value: int = 3, item: str = "nrs_01") -> dict[str, Any]:
    seen = {"session_id": session_id, "kind": "response", "book": "nrs", "item": item, "value": value}
    return {"uid": str(uuid.uuid4()), "seen": seen}


def test_without_a_good_token_nothing_opens(clinic_people: Any):
    """No token, a wrong one, one that ran out, one that was ended and one of a closed account all get 401."""
    account = clinic_people.accounts["clinician"]
    token = make_token(account, name="x", scope="read", days=1)
    sign = {"authorization": f"Bearer {token}"}
    row = ApiToken.objects.get()

    def code() -> int:
        return Client().get("/api/me", headers=sign).status_code

    assert [401, 401] == [Client().get("/api/me", headers=h).status_code for h in ({}, {"authorization": "Bearer x"})]
    assert code() == 200
    ApiToken.objects.update(expires_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert code() == 401
    ApiToken.objects.update(expires_at=row.expires_at, ended_at=row.made_at)
    assert code() == 401
    ApiToken.objects.update(ended_at=None)
    account.is_active = False
    account.save()
    assert code() == 401
    assert token not in str(ApiToken.objects.values())


def test_who_am_i(ask: Any):
    """The token says in whose name it acts."""
    told = ask("assessor", "/me", scope="read").json()
    assert (["assessor"], "read") == (told["roles"], told["scope"])


@pytest.mark.parametrize(
    ("name", "count"), [("clinician", 1), ("clinician_2", 1), ("patient", 1), ("site_admin", 2), ("statistician", 1)]
)
def test_patients_are_those_the_account_reaches(ask: Any, name: str, count: int):
    """The list holds whom the role reaches and nobody else."""
    assert count == ask(name, "/patients").json()["count"]


def test_other_peoples_patients_look_as_if_they_were_not_there(ask: Any, clinic_people: Any):
    """A guessed code gets the same 404 whether it exists or not."""
    for path in ("", "/events", "/nouns/plan", "/fhir"):
        far = ask("clinician", f"/patients/{clinic_people.patients['far'].code}{path}")
        none = ask("clinician", f"/patients/NOSUCH22{path}")
        assert (404, 404) == (far.status_code, none.status_code)
        assert far.json() == none.json()


def test_every_look_is_logged(ask: Any, clinic_people: Any):
    """Reading through the API leaves the same trace as reading a page."""
    code = clinic_people.patients["mine"].code
    ask("clinician", f"/patients/{code}/nouns/measures")
    assert ReadEntry.objects.filter(subject=code, role="clinician").count() == 1


@pytest.mark.parametrize("noun", ["record", "measures", "profile", "plan", "course"])
def test_nouns_are_for_those_who_may_see_everything(ask: Any, clinic_people: Any, noun: str):
    """A clinician gets a noun; an assessor and a statistician, who are blinded, do not."""
    path = f"/patients/{clinic_people.patients['mine'].code}/nouns/{noun}"
    assert [200, 403, 403, 403] == [
        ask(name, path).status_code for name in ("clinician", "assessor", "statistician", "helper")
    ]


def test_a_bundle_is_valid(ask: Any, clinic_people: Any):
    """The FHIR bundle of the API is what the standard asks for."""
    bundle = ask("clinician", f"/patients/{clinic_people.patients['mine'].code}/fhir").json()
    assert [] == fhirkit.validate(bundle)


def test_an_answer_is_written_once_and_changes_the_measures(ask: Any, clinic_people: Any):
    """The same uid twice is one event; the score follows."""
    code = clinic_people.patients["mine"].code
    told = _answer(value=9)
    first, second = (ask("clinician", f"/patients/{code}/observations", told) for _ in range(2))
    assert (201, 201) == (first.status_code, second.status_code)
    assert first.json() == second.json()
    measures = ask("clinician", f"/patients/{code}/nouns/measures").json()["measures"]
    assert [9.0] == [one["value"] for one in measures if one["id"] == "nrs" and one["session_id"] == "ses-w00"]
    events = ask("clinician", f"/patients/{code}/events?after={first.json()['seq'] - 1}").json()
    assert [9] == [event["noun"]["value"] for event in events]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (_answer(value=11), "nrs_01"),
        (_answer(session_id="ses-99"), "enter the visit first"),
        (_answer(item="nrs_77"), "nrs_77"),
    ],
)
def test_what_the_books_do_not_accept_is_refused(ask: Any, clinic_people: Any, told: Any, words: str):
    """A value out of range, an unknown visit or item gets 400 and says what to do."""
    answer = ask("clinician", f"/patients/{clinic_people.patients['mine'].code}/observations", told)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_a_reading_token_does_not_write_and_a_statistician_neither(ask: Any, clinic_people: Any):
    """The scope of the token and the rights of the role both bind."""
    path = f"/patients/{clinic_people.patients['mine'].code}/observations"
    assert ask("clinician", path, _answer(), scope="read").status_code == 401
    assert ask("statistician", path, _answer()).status_code == 403


def test_tokens_are_made_shown_once_and_ended_on_their_page(client_of: Callable[[str], Client]):
    """The page shows a new token once; ending it closes it at once; nobody ends another's."""
    browser = client_of("clinician")
    made = browser.post("/me/tokens/", {"name": "export", "scope": "read", "days": 30}).content.decode()
    token = made.split('<code class="token">')[1].split("<")[0]
    sign = {"authorization": f"Bearer {token}"}
    assert token not in browser.get("/me/tokens/").content.decode()
    assert Client().get("/api/me", headers=sign).status_code == 200
    number = ApiToken.objects.get().pk
    client_of("assessor").post(f"/me/tokens/{number}/end/")
    assert Client().get("/api/me", headers=sign).status_code == 200
    browser.post(f"/me/tokens/{number}/end/")
    assert Client().get("/api/me", headers=sign).status_code == 401


def test_a_token_that_asks_too_often_waits_and_no_other_with_it(clinic_people: Any, monkeypatch: pytest.MonkeyPatch):
    """After so many requests within a minute comes 429 with the seconds to wait; a token of the same name goes on."""
    monkeypatch.setattr("backloop.web.api.tokens.MOST_A_MINUTE", 2)
    monkeypatch.setattr("time.time", lambda: 1_000_000_010.0)  # half a minute into one
    busy, calm = (
        {"Authorization": f"Bearer {make_token(clinic_people.accounts[name], name='app', scope='read', days=1)}"}
        for name in ("clinician", "clinician_2")
    )
    answers = [Client().get("/api/me", headers=busy) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert Client().get("/api/me", headers=calm).status_code == 200


@pytest.fixture
def kept_open() -> Iterator[None]:
    """Keep the test's own connection, which a server would close between two requests; it holds the test's data."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("kept_open")
def test_whatever_is_sent_is_answered_as_described(clinic_people: Any):
    """No request that the description allows gets a 5xx or an answer of another shape."""
    patient = clinic_people.patients["mine"]
    add_record(patient, make_person(seed=1, books=["nrs"]))
    token = make_token(clinic_people.accounts["clinician"], name="test", scope="write", days=1)
    described = schemathesis.openapi.from_wsgi("/api/openapi.json", WSGIHandler())
    operations = [found.ok() for found in described.get_all_operations()]
    codes = strategies.sampled_from([patient.code, clinic_people.patients["far"].code, "NOSUCH22"])

    def check(case: Any, code: str) -> None:
        if "code" in (case.path_parameters or {}):
            case.path_parameters["code"] = code
        # What the books accept is narrower than what a schema can say, so a refusal of well-formed data is right.
        narrower = [positive_data_acceptance]
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=narrower)

    calm = settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    for operation in operations:
        calm(given(case=operation.as_strategy(), code=codes)(check))()
    assert len(operations) == 7
