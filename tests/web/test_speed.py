"""What keeps the pages fast: no page asks the database more often because there are more patients or events."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backloop.record import make_person
from backloop.web.api.tokens import make_token
from backloop.web.clinic.watching import catch_up
from backloop.web.people.making import add_record, make_patient
from backloop.web.store.models import Computed, Event
from backloop.web.store.nouns import Nouns, profile_of, record_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

PAGES = {
    "worklist": ("clinician", "/clinic/", 16),
    "timeline": ("clinician", "/clinic/patients/{code}/", 20),
    "profile": ("clinician", "/care/{code}/profile/", 15),
    "plan": ("clinician", "/care/{code}/plan/", 22),
    "programme": ("clinician", "/care/{code}/programme/", 20),
    "course": ("clinician", "/care/{code}/course/", 17),
    "patient's day": ("patient", "/patient/", 17),
    "diary": ("patient", "/patient/diary/", 16),
    "API events": ("clinician", "/api/patients/{code}/events", 12),
    "API plan": ("clinician", "/api/patients/{code}/nouns/plan", 12),
}
"""Who opens which page, and how many questions it may ask the database once its nouns are kept."""


@pytest.fixture
def ask(clinic_people: Any, client_of: Callable[[str], Client]) -> Callable[[str], int]:
    """Open a page until everything is kept, then once more, and count its questions to the database."""
    signs = {
        name: f"Bearer {make_token(clinic_people.accounts[name], name='test', scope='read', days=1)}"
        for name in ("clinician", "patient")
    }
    browsers = {name: client_of(name) for name in signs}

    def count(page: str) -> int:
        name, path, _ = PAGES[page]
        path = path.format(code=clinic_people.patients["mine"].code)
        headers = {"authorization": signs[name]} if path.startswith("/api/") else {}
        for _time in range(2):
            assert browsers[name].get(path, headers=headers).status_code == 200
        with CaptureQueriesContext(connection) as asked:
            browsers[name].get(path, headers=headers)
        return len([one for one in asked.captured_queries if not _is_of_tests(one["sql"])])

    return count


def _is_of_tests(sql: str) -> bool:
    """Tell the savepoints of the test's own transaction."""
    return "SAVEPOINT" in sql


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_no_more_of_a_larger_clinic(page: str, ask: Callable[[str], int], clinic_people: Any):
    """Ten more patients and twice as many events are read with as many queries as one patient, and not with many."""
    mine = clinic_people.patients["mine"]
    add_record(mine, make_person(seed=2, weeks=(0,)))
    small = ask(page)

    add_record(mine, make_person(seed=2, weeks=(0, 6, 12)))
    for seed in range(10):
        add_record(make_patient(mine.site, clinic_people.teams["one"]), make_person(seed=seed + 20, books=["nrs"]))
    while not catch_up():
        pass

    assert ask(page) <= small <= PAGES[page][2]


def test_a_kept_picture_is_drawn_anew_after_an_answer(clinic_people: Any, client_of: Callable[[str], Client]):
    """The profile's picture is drawn once, again in the other language, and again when an answer changed it."""
    mine, browser = clinic_people.patients["mine"], client_of("clinician")
    add_record(mine, make_person(seed=2))

    def see(language: str) -> str:
        browser.cookies["language"] = language
        page = browser.get(f"/care/{mine.code}/profile/").content.decode()
        return page[page.index("<svg") : page.index("</svg>")]

    def kept() -> dict[str, int]:
        rows = Computed.objects.filter(subject=mine.code, name__startswith="drawing profile")
        return {row.name: row.seq for row in rows}

    chinese, english = see("zh-hans"), see("en")
    before = kept()
    assert chinese != english
    assert len(before) == 2
    assert see("en") == english
    assert kept() == before

    add_record(mine, make_person(seed=7, traits={"severity": 3.0}))
    assert see("en") != english
    assert kept() != before


def test_a_noun_is_never_one_of_an_event_that_was_taken_back(clinic_people: Any):
    """A record read in a transaction that is undone is not given for the other event that gets its number."""
    mine = clinic_people.patients["mine"]
    add_record(mine, make_person(seed=2, books=["nrs"]))
    last = Event.objects.count()

    with transaction.atomic():
        add_record(mine, make_person(seed=3, books=["nrs"]))
        undone, number = record_of(mine.code), Event.objects.count()
        transaction.set_rollback(True)
    assert Event.objects.count() == last
    add_record(mine, make_person(seed=4, books=["nrs"]))

    assert Event.objects.count() == number
    assert record_of(mine.code) != undone


def test_nouns_asked_together_are_of_one_moment(clinic_people: Any):
    """Nouns opened before an answer go on saying what they said; opened anew they say the new."""
    mine = clinic_people.patients["mine"]
    add_record(mine, make_person(seed=2))
    first = Nouns(mine.code)
    before = first.profile()

    add_record(mine, make_person(seed=9))

    assert first.profile() == before
    assert profile_of(mine.code) != before
