"""What an attacker tries first: forged forms, foreign addresses, planted sessions, caches, names in links and logs."""

import io
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.log import configure_logging

from backloop.record import Observation, make_person
from backloop.web.look.closing import CLOSED_FILE
from backloop.web.people.guarding import SIGNED_IN, audience_of
from backloop.web.people.invitations import invite
from backloop.web.people.making import MAKER, add_record
from backloop.web.people.models import Account
from backloop.web.people.roles import Role
from backloop.web.settings.clinic_settings import ClinicSettings
from backloop.web.settings.keyrings import Keys
from backloop.web.settings.logs import HidingFilter, QuietFormatter
from backloop.web.settings.project import django_settings
from backloop.web.store.identities import set_identity
from backloop.web.store.models import Event

pytestmark = pytest.mark.django_db

SPOKEN = "horse battery staple 9"
HAN = re.compile(r"[\u4e00-\u9fff]")
PARTS = {"session_id": "ses-01", "book": "nrs", "study": "back-study", "number": "1", "pk": "1"}
PARTS |= {"treatment": "resolve", "planned": "2026-12-01-home", "reader": "patient", "lang": "zh", "deed": "grant"}


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """Forget the failed attempts of other tests."""
    cache.clear()


def _routes(resolver: Any = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route)
        else:
            yield route, entry


def _address(route: str, code: str) -> str:
    named = PARTS | {"code": code}
    plain = re.sub(
        r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|<(?:\w+:)?(\w+)>", lambda part: named.get(part[1] or part[2], "x"), route
    )
    return "/" + plain.replace("^", "").replace("$", "").replace("\\Z", "")


def _account_of(entry: URLPattern, people: Any) -> Account | None:
    allowed = audience_of(entry.callback)
    names = ("clinician", "patient", "site_admin", "coordinator", "assessor", "statistician", "helper")
    if allowed is None or allowed == SIGNED_IN:
        return people.accounts["clinician"]  # type: ignore[no-any-return]
    return next((people.accounts[name] for name in names if Role(name) in allowed), None)


def _signed_in(account: Account, **told: Any) -> Client:
    browser = Client(**told)
    browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = browser.session
    session["second_factor"] = True
    session.save()
    return browser


# --- forged forms


def test_a_forged_form_is_refused_on_every_address(clinic_people: Any):
    """Sent from another site, with the cookies but without proof of origin, no form does anything, whoever's it is."""
    code, before = clinic_people.patients["mine"].code, Event.objects.count()
    asked, answers = 0, {}
    for route, entry in _routes():
        if entry.callback.__module__.startswith("ninja."):
            continue  # by token in a header, never by cookie: see the next test
        account = _account_of(entry, clinic_people) or clinic_people.accounts["clinician"]
        answer = _signed_in(account, enforce_csrf_checks=True).post(_address(route, code), {"any": "thing"})
        asked, answers[route] = asked + 1, answer.status_code
        if answer.status_code == 403:
            assert "look/clinic.css" in answer.content.decode()

    # 405: takes no forms; 410: not used here; 302 and 404: allauth's addresses that only lead on.
    allowed = {route: status for route, status in answers.items() if status not in {403, 405, 410}}
    assert asked > 120
    assert set(allowed) <= {
        "account/social/login/cancelled/",
        "account/social/login/error/",
        "account/social/signup/",
        "account/social/connections/",
    }
    assert sum(status == 403 for status in answers.values()) > 80
    assert Event.objects.count() == before


def test_the_api_takes_no_cookie(clinic_people: Any):
    """What signs a browser in does not open the API, so a forged form has nothing to ride on."""
    browser = _signed_in(clinic_people.accounts["clinician"])
    shut = [
        browser.post(_address(route, clinic_people.patients["mine"].code), {}, content_type="application/json")
        for route, entry in _routes()
        if entry.callback.__module__.startswith("ninja.") and "openapi" not in route and "docs" not in route
    ]

    assert shut
    assert {answer.status_code for answer in shut} <= {401, 404, 405}
    assert 401 in {answer.status_code for answer in shut}


# --- foreign addresses


@pytest.mark.parametrize(
    "host", ["evil.example.org", "testserver.evil.example.org", "testserver:80@evil.example.org", ""]
)
def test_another_host_name_is_not_answered(host: str):
    """Somebody who sends another name, to poison links or caches, gets 400 in words."""
    answer = Client().get("/account/login/", headers={"host": host} if host else {"host": "\x00"})

    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


def test_a_link_never_carries_the_name_somebody_else_sent(clinic_people: Any):
    """The one-time link is made for a name the clinic answers to; a forwarded one is not believed."""
    browser = _signed_in(clinic_people.accounts["clinician"])
    page = browser.post(
        f"/clinic/patients/{clinic_people.patients['mine'].code}/invite/",
        {"role": "patient"},
        headers={"X-Forwarded-Host": "evil.example.org"},
    ).content.decode()

    assert "/join/" in page
    assert "evil" not in page


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example.org/",
        "//evil.example.org",
        "/\\evil.example.org",
        "javascript:alert(1)",
        "http:///evil.example.org",
    ],
)
def test_after_signing_in_nobody_is_led_away(evil: str, clinic_people: Any):
    """Sign in, sign out, language, proof of oneself: `next` leads to pages of the clinic and nowhere else."""
    account = clinic_people.accounts["patient"]
    account.set_password(SPOKEN)
    account.save()
    browser = Client()
    told = {"login": account.username, "password": SPOKEN, "next": evil}
    places = [browser.post("/account/login/", told)["Location"]]
    places += [browser.post("/language/", {"language": "en", "next": evil})["Location"]]
    places += [browser.post("/account/reauthenticate/", {"password": SPOKEN, "next": evil})["Location"]]
    places += [browser.post("/account/logout/", {"next": evil})["Location"]]
    places += [
        browser.post(f"/account/login/?next={evil}", {"login": account.username, "password": SPOKEN})["Location"]
    ]

    assert all(place.startswith("/") and "evil" not in place and "script" not in place for place in places), places


# --- sessions and caches


def test_a_planted_session_is_worth_nothing(clinic_people: Any):
    """The number a session had before signing in opens nothing after it, and one that was signed out neither."""
    account = clinic_people.accounts["patient"]
    account.set_password(SPOKEN)
    account.save()
    victim, attacker = Client(), Client()
    victim.get("/account/login/")
    victim.session["planted"] = "1"
    victim.session.save()
    planted = victim.cookies.get("__Host-session")
    victim.post("/account/login/", {"login": account.username, "password": SPOKEN})
    taken = victim.cookies["__Host-session"].value
    if planted is not None:
        attacker.cookies["__Host-session"] = planted.value
        assert attacker.get("/me/").status_code == 302
    victim.post("/account/logout/")
    attacker.cookies["__Host-session"] = taken

    assert attacker.get("/me/").status_code == 302


def test_cookies_are_for_this_host_over_https_and_not_for_scripts(clinic_people: Any):
    """Session and proof of origin: `__Host-`, Secure, HttpOnly, SameSite; nothing but the language is kept else."""
    account = clinic_people.accounts["patient"]
    account.set_password(SPOKEN)
    account.save()
    browser = Client()
    browser.get("/account/login/")
    browser.post("/account/login/", {"login": account.username, "password": SPOKEN})
    kept = {name: cookie for name, cookie in browser.cookies.items() if cookie.value and name != "language"}

    assert set(kept) <= {"__Host-session", "__Host-csrf", "messages"}
    for name in ("__Host-session", "__Host-csrf"):
        assert (kept[name]["secure"], kept[name]["httponly"], kept[name]["samesite"]) == (True, True, "Lax")
        assert (kept[name]["path"], kept[name]["domain"]) == ("/", "")


def test_no_page_of_a_person_is_kept_by_a_cache(clinic_people: Any):
    """Every page that opens to somebody signed in says no-store; so do its faults."""
    code, seen = clinic_people.patients["mine"].code, 0
    add_record(clinic_people.patients["mine"], make_person(seed=131))
    for route, entry in _routes():
        account = _account_of(entry, clinic_people)
        if account is None or audience_of(entry.callback) is None:
            continue
        answer = _signed_in(account).get(_address(route, code))
        assert "no-store" in answer.headers.get("Cache-Control", ""), route
        seen += answer.status_code == 200

    assert seen > 40


# --- nothing of a person in addresses or logs


def test_neither_addresses_nor_logs_name_anybody(clinic_people: Any, settings: Any):
    """A session with wrong turns: no name, answer, telephone, password or one-time link in any address or log line."""
    patient, said = clinic_people.patients["mine"], io.StringIO()
    set_identity(MAKER, patient.code, "name", "王小明")
    set_identity(MAKER, patient.code, "phone", "13800138000")
    token = invite(MAKER, Role.PATIENT, patient=patient)
    writer = logging.StreamHandler(said)
    writer.addFilter(HidingFilter())
    loggers = [logging.getLogger(name) for name in ("django", "backloop.web", "allauth", "django_tasks", "")]
    for logger in loggers:
        logger.addHandler(writer)
    try:
        addresses = _wander(clinic_people, patient.code, token)
    finally:
        for logger in loggers:
            logger.removeHandler(writer)

    lines = said.getvalue()
    assert "Forbidden" in lines
    for secret in ("王小明", "13800138000", token, SPOKEN, "it aches at night", "wrong password", "%E7%8E%8B"):
        assert secret not in lines
        assert not any(secret in address for address in addresses if address != f"/join/{token}/")


def test_a_fault_is_written_down_without_what_it_said(clinic_people: Any, monkeypatch: pytest.MonkeyPatch):
    """Where it broke and the kind stand in the log; what the fault repeats of an answer does not."""
    said = io.StringIO()
    writer = logging.StreamHandler(said)
    writer.setFormatter(QuietFormatter("%(levelname)s %(name)s %(message)s"))
    logging.getLogger("django").addHandler(writer)
    monkeypatch.setattr("backloop.web.clinic.list_views.make_worklist", _repeat)
    try:
        _signed_in(clinic_people.accounts["clinician"], raise_request_exception=False).get("/clinic/")
    finally:
        logging.getLogger("django").removeHandler(writer)

    assert "Internal Server Error: /clinic/" in said.getvalue()
    assert "list_views.py" in said.getvalue()
    assert "ValidationError" in said.getvalue()
    assert "it aches" not in said.getvalue()


def _repeat(*_: Any, **__: Any) -> None:
    Observation.model_validate({"session_id": "ses-01", "kind": "it aches at night", "book": "nrs", "item": "nrs_01"})


def test_the_log_is_set_up_and_not_only_written():
    """Django calls the function that sets the log up; without it a clinic would write nothing down at all."""
    told = _production(**HTTPS)
    before = [(logging.getLogger(name), list(logging.getLogger(name).handlers)) for name in ("django", "backloop.web")]
    before += [(logging.getLogger(name), []) for name in ("django_tasks", "django_tasks_db", "allauth")]
    try:
        configure_logging(told["LOGGING_CONFIG"], told["LOGGING"])
        found = logging.getLogger("django").handlers
        assert [type(each.formatter).__name__ for each in found] == ["QuietFormatter"]
        assert [type(each).__name__ for each in found[0].filters] == ["HidingFilter"]
    finally:
        for logger, handlers in before:
            logger.handlers[:], logger.propagate = handlers, True


def _wander(people: Any, code: str, token: str) -> list[str]:
    """Sign in wrongly and rightly, search, write, send forged and broken things; give every address that was shown."""
    places: list[str] = []
    account = people.accounts["clinician"]
    account.set_password(SPOKEN)
    account.save()
    Client().post("/account/login/", {"login": "clinician", "password": "wrong password"})
    Client(enforce_csrf_checks=True).post(f"/join/{token}/", {"username": "x", "password": SPOKEN})
    Client().get(f"/join/{token}x/")
    Client().get("/account/login/?next=/clinic/?q=王小明")
    browser = _signed_in(account)
    sent = [
        browser.post("/clinic/", {"q": "王小明"}),
        browser.post(f"/clinic/patients/{code}/message/", {"words": "it aches at night"}),
        browser.get("/clinic/?q=王小明"),
        browser.get("/nowhere/王小明/?phone=13800138000"),
        browser.get(f"/clinic/patients/{code}/"),
        browser.post("/clinic/new/", {"name": "王小明", "phone": "13800138000"}),
        _signed_in(people.accounts["statistician"]).get("/clinic/?q=王小明"),
        _signed_in(account, enforce_csrf_checks=True).post("/clinic/", {"q": "王小明"}),
    ]
    for answer in sent:
        places += [answer.headers.get("Location", "")]
        places += re.findall(r'(?:href|action|src|hx-get|hx-post)="([^"]*)"', answer.content.decode())
    return places


# --- pages for what went wrong


def _fault(name: str, people: Any) -> Any:
    browser = _signed_in(people.accounts["clinician"], raise_request_exception=False)
    forged = _signed_in(people.accounts["clinician"], enforce_csrf_checks=True)
    many = {f"field{number}": "1" for number in range(2001)}
    asked: dict[str, Callable[[str], Any]] = {
        "missing": lambda tag: _in(browser, tag).get("/nowhere/"),
        "denied": lambda tag: _in(browser, tag).get("/site/"),
        "forged": lambda tag: _in(forged, tag).post("/clinic/", {"q": "x"}),
        "large": lambda tag: _in(browser, tag).post("/clinic/", {"q": "x" * (6 * 2**20)}),
        "many": lambda tag: _in(browser, tag).post("/clinic/", many),
        "closed": lambda tag: _in(browser, tag).get("/account/signup/"),
        "host": lambda tag: _in(browser, tag).get("/clinic/", headers={"host": "evil.example.org"}),
        "broken": lambda tag: _in(browser, tag).get("/clinic/"),
        "away": lambda tag: _in(browser, tag).get("/clinic/"),
    }
    return asked[name]


def _in(browser: Client, tag: str) -> Client:
    browser.cookies["language"] = tag
    return browser


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("missing", 404, "start page"),
        ("denied", 403, "ask your site administrator"),
        ("forged", 403, "reload the page"),
        ("large", 413, "Send less text at once"),
        ("many", 413, "Nothing of it was saved"),
        ("closed", 410, "ask your clinic"),
        ("host", 400, "reload the page"),
        ("broken", 500, "Try again in a minute"),
        ("away", 503, "call the emergency service"),
    ],
)
def test_what_went_wrong_is_said_in_our_look_and_both_languages(
    name: str,
    status: int,
    words: str,
    clinic_people: Any,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
):
    """Each fault has its page: what happened, what to do, a way on; nothing of what was sent comes back."""
    if name == "broken":
        monkeypatch.setattr("backloop.web.clinic.list_views.make_worklist", _fail)
    if name == "away":
        settings.CLINIC = settings.CLINIC.model_copy(update={"folder": tmp_path})
        (tmp_path / CLOSED_FILE).touch()
    ask, said = _fault(name, clinic_people), {}
    for tag in ("en", "zh-hans"):
        answer = ask(tag)
        page = said[tag] = answer.content.decode()
        assert answer.status_code == status
        assert "look/clinic.css" in page
        assert 'href="/"' in page
        assert "no-store" in answer["Cache-Control"]
        assert "xxxxxx" not in page

    main = {
        tag: re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]) for tag, page in said.items()
    }
    assert words in main["en"]
    assert not HAN.search(main["en"])
    assert HAN.search(main["zh-hans"])


def _fail(*_: Any, **__: Any) -> None:
    message = "server closed the connection unexpectedly"
    raise OperationalError(message)


def test_a_database_that_is_gone_has_its_page(monkeypatch: pytest.MonkeyPatch):
    """Even the page for a fault asks nothing of a database that does not answer."""
    browser = Client(raise_request_exception=False)
    browser.cookies["__Host-session"] = "x" * 32
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore._get_session_from_db", _fail)
    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", _fail)
    answer = browser.get("/clinic/")

    assert answer.status_code == 500
    assert "look/clinic.css" in answer.content.decode()


def test_a_closed_clinic_still_says_it_is_alive(settings: Any, tmp_path: Path):
    """While it is closed, whatever watches over it and the style sheet are answered; taking the file away opens it."""
    settings.CLINIC = settings.CLINIC.model_copy(update={"folder": tmp_path})
    (tmp_path / CLOSED_FILE).touch()
    browser = Client()
    away, alive = browser.get("/account/login/"), browser.get("/alive/")
    (tmp_path / CLOSED_FILE).unlink()

    assert (away.status_code, away["Retry-After"], alive.status_code) == (503, "300", 200)
    assert browser.get("/account/login/").status_code == 200


# --- https


def _production(**told: Any) -> dict[str, Any]:
    clinic = ClinicSettings(folder=Path("clinic"), secret_key="a" * 30 + "Z9-" * 10, **told)
    return django_settings(clinic, Keys.new())


HTTPS = {"origin": "https://clinic.example.org", "hosts": ("clinic.example.org",)}
NAMES = ("SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "SECURE_SSL_HOST", "SECURE_REDIRECT_EXEMPT", "ALLOWED_HOSTS")


def test_a_clinic_with_https_leads_there_and_stays():
    """Plain http is led to https under the clinic's own name; there the browser is told to stay for a year."""
    told = _production(**HTTPS)
    with override_settings(**{name: told[name] for name in NAMES}):
        plain = Client().get("/clinic/?x=1", headers={"host": "clinic.example.org"})
        safe = Client().get("/account/login/", headers={"host": "clinic.example.org"}, secure=True)
        alive = Client().get("/alive/", headers={"host": "clinic.example.org"})

    assert (plain.status_code, plain["Location"]) == (301, "https://clinic.example.org/clinic/?x=1")
    assert safe["Strict-Transport-Security"] == "max-age=31536000"
    assert (alive.status_code, "Strict-Transport-Security" in alive.headers) == (200, False)


def test_a_header_alone_makes_nothing_safe():
    """`X-Forwarded-Proto` is believed from the proxies named, which the server decides; the pages never read it."""
    assert _production(**HTTPS, behind_proxy=True)["SECURE_PROXY_SSL_HEADER"] is None
    told = _production(**HTTPS)
    with override_settings(**{name: told[name] for name in NAMES}):
        answer = Client().get(
            "/clinic/", headers={"host": "clinic.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on"}
        )

    assert answer.status_code == 301
