"""A study that can be worked with: a frozen plan, a drawn list, and people who agreed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from backloop.record import make_person

PLAN = Path(__file__).with_name("plan.toml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Path:
    """Keep the files of a test apart."""
    settings.CLINIC = settings.CLINIC.model_copy(update={"folder": tmp_path})
    return tmp_path / "uploads"


@pytest.fixture
def coordinator(client_of: Callable[[str], Client]) -> Client:
    """Give the browser of the coordinator, in English."""
    browser = client_of("coordinator")
    browser.cookies["language"] = "en"
    return browser


@pytest.fixture
def plan_text() -> str:
    """Give a small plan: two arms, two visits, one outcome."""
    return PLAN


@pytest.fixture
def study(clinic_people: Any) -> Any:
    """Give the study with a frozen plan and a drawn list; nobody is in it."""
    from backloop.web.people.models import Participation
    from backloop.web.people.roles import Role
    from backloop.web.people.study_scopes import actor_in
    from backloop.web.research.designs import freeze_plan, take_plan
    from backloop.web.research.sealing import seal_list

    Participation.objects.all().delete()
    actor = actor_in(clinic_people.accounts["coordinator"], Role.COORDINATOR)
    take_plan(clinic_people.study, PLAN)
    freeze_plan(clinic_people.study, reason="before the first person", actor=actor)
    seal_list(clinic_people.study, actor=actor)
    return clinic_people.study


@pytest.fixture
def join(clinic_people: Any, study: Any) -> Callable[..., Any]:
    """Give a way to let a new person with a record join, up to consent."""
    from backloop.web.people.making import MAKER, add_record, make_patient
    from backloop.web.people.models import Participation
    from backloop.web.store.events import add_event
    from backloop.web.store.kinds import ConsentGiven

    def make(*, seed: int = 1, state: str = "consented") -> Participation:
        patient = make_patient(clinic_people.sites["north"], clinic_people.teams["one"])
        add_record(patient, make_person(seed=seed, weeks=(0, 12), books=["nrs"]))
        add_event(MAKER, patient.code, ConsentGiven(purpose="research", given=True, form="1", study=study.slug))
        number = f"BS-{Participation.objects.count() + 1:03d}"
        return Participation.objects.create(patient=patient, study=study, site=patient.site, number=number, state=state)

    return make
