"""Keeping the worklist's read tables in step: whose turn it is to look, and several who look at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from backloop.web.clinic.histories import read_histories
from backloop.web.clinic.models import OpenAlert
from backloop.web.clinic.watching import catch_up, keep_up, refresh
from backloop.web.people.making import MAKER, make_cast
from backloop.web.store.events import add_event
from backloop.web.store.kinds import Harm

WORKLIST = "/clinic/"


@pytest.mark.django_db
def test_a_list_looks_at_its_own_people_and_leaves_the_others_to_who_keeps_up(
    clinic_people: Any, client_of: Callable[[str], Client]
):
    """A clinician's list shows what is new of their people; others wait for the next call that looks at everybody."""
    catch_up()
    mine, far = clinic_people.patients["mine"], clinic_people.patients["far"]
    for patient in (mine, far):
        add_event(MAKER, patient.code, Harm(words="sore", severity="severe", began=timezone.localdate()))
    client_of("clinician").get(WORKLIST)

    assert set(OpenAlert.objects.values_list("patient__code", flat=True)) == {mine.code}
    catch_up()
    assert set(OpenAlert.objects.values_list("patient__code", flat=True)) == {mine.code, far.code}


@pytest.mark.django_db
def test_far_behind_a_list_looks_at_everybody(
    clinic_people: Any, client_of: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
):
    """Where nobody keeps up beside the pages, the pages do."""
    monkeypatch.setattr("backloop.web.clinic.watching._FAR_BEHIND", 1)
    far = clinic_people.patients["far"]
    add_event(MAKER, far.code, Harm(words="sore", severity="severe", began=timezone.localdate()))
    client_of("clinician").get(WORKLIST)

    assert OpenAlert.objects.filter(patient=far).exists()


@pytest.mark.django_db
def test_who_reads_earlier_does_not_undo_who_read_later(clinic_people: Any, monkeypatch: pytest.MonkeyPatch):
    """A slow reader that saw fewer events than are considered already writes nothing about that patient."""
    patient = clinic_people.patients["mine"]
    add_event(MAKER, patient.code, Harm(words="sore", severity="severe", began=timezone.localdate()))
    early = read_histories([patient.code])
    add_event(MAKER, patient.code, Harm(words="worse", severity="severe", began=timezone.localdate()))
    catch_up()
    monkeypatch.setattr("backloop.web.clinic.watching.read_histories", lambda _: early)
    refresh([patient.code])

    assert OpenAlert.objects.filter(patient=patient, kind="harm").count() == 2


@pytest.mark.parametrize("fresh_database", ["sqlite", "postgresql"], indirect=True)
def test_keeping_up_beside_pages_that_do_the_same(fresh_database: str, caplog: pytest.LogCaptureFixture):
    """Two who keep up and one who asks for each patient meet at the same rows, and all of them come through."""
    cast, ended = make_cast(), threading.Event()
    everybody = list(cast.patients.values())

    def keep() -> None:
        keep_up(ended, pause=0.001)
        connection.close()

    def write() -> None:
        for number in range(25):
            for patient in everybody:
                add_event(MAKER, patient.code, Harm(words=f"{number}", severity="mild", began=timezone.localdate()))
                refresh([patient.code])
        connection.close()

    with ThreadPoolExecutor(3) as pool:
        keeping = [pool.submit(keep) for _ in range(2)]
        pool.submit(write).result()
        ended.set()
        for each in keeping:
            each.result()
    catch_up()

    assert "trying again" not in caplog.text
    assert OpenAlert.objects.filter(kind="harm").count() == 25 * len(everybody)


def test_keeping_up_goes_on_after_a_fault(monkeypatch: pytest.MonkeyPatch, caplog: Any):
    """A database that fails once is asked again."""
    ended, calls = threading.Event(), []

    def fail_once() -> bool:
        calls.append(1)
        if len(calls) == 1:
            message = "disk full"
            raise OperationalError(message)
        ended.set()
        return True

    monkeypatch.setattr("backloop.web.clinic.watching.catch_up", fail_once)
    monkeypatch.setattr("backloop.web.clinic.watching.close_old_connections", lambda: None)
    keep_up(ended, pause=0.001)

    assert len(calls) == 2
    assert "trying again" in caplog.text
