"""The pages everybody has: who gets them, in which language, with which headers."""

from collections.abc import Callable

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_stranger_is_sent_to_sign_in():
    """The start page shows nothing to somebody who has not signed in."""
    answer = Client().get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/")


def test_the_sign_in_page_speaks_chinese_and_english():
    """The clinic's language is Chinese; the cookie switches to English."""
    reader = Client()

    assert 'lang="zh-Hans"' in reader.get("/account/login/").content.decode()
    reader.cookies["language"] = "en"
    assert 'lang="en"' in reader.get("/account/login/").content.decode()


def test_every_page_carries_the_headers(client_of: Callable[[str], Client]):
    """No inline script, no frames, no cache, no referrer to others."""
    answer = client_of("clinician").get("/")

    assert answer.status_code == 200
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert (answer["Cache-Control"], answer["X-Frame-Options"]) == ("no-store", "DENY")


def test_what_is_not_there_says_what_to_do(client_of: Callable[[str], Client]):
    """A missing page answers 404 in words."""
    answer = client_of("clinician").get("/nowhere/")

    assert answer.status_code == 404
    assert "首页" in answer.content.decode()
