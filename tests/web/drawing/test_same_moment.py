"""One drawing sent several times at the same moment, with real commits on both engines."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from backloop.record import Session
from backloop.web.people.making import MAKER, make_cast
from backloop.web.people.models import Account
from backloop.web.store.events import add_event
from backloop.web.store.models import Event

LINE = {"view": "back", "width": 0.16, "points": [[0.4, 0.4], [0.6, 0.4]]}


def _send(account: Account, address: str, uid: str) -> int:
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor"] = True
    session.save()
    sent = {"marks": json.dumps({"strokes": [LINE]}), "uid": uid}
    try:
        return client.post(address, sent, headers={"Accept": "application/json"}).status_code
    finally:
        connection.close()


@pytest.mark.parametrize("fresh_database", ["sqlite", "postgresql"], indirect=True)
def test_the_same_drawing_four_times_at_once(fresh_database: str):
    """Every sender is told that it is saved; there is one drawing and one set of numbers."""
    cast = make_cast()
    patient, uid = cast.patients["mine"], str(uuid.uuid4())
    add_event(MAKER, patient.code, Session(session_id="ses-01", order=1, week=0))
    address = reverse("drawing:draw", args=[patient.code, "ses-01"])
    with ThreadPoolExecutor(4) as senders:
        waiting = [senders.submit(_send, cast.accounts["clinician"], address, uid) for _ in range(4)]
        answers = [each.result() for each in waiting]

    assert answers == [200] * 4
    assert Event.objects.filter(kind="drawing").count() == 1
    assert Event.objects.filter(kind="observation", code="pain-drawing").count() == 13
