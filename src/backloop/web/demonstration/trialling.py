"""The trial of the demonstration: its plan frozen, its list sealed, people in every state of their way through it.

Decides who stands where; each step is taken by the room of research, as the coordinator takes it.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from django.http import HttpRequest

from backloop.web.demonstration.characters import Character
from backloop.web.people.models import Account, Participation, Patient, Study
from backloop.web.research.designs import freeze_plan, take_plan
from backloop.web.research.models import OpenedLine, Step
from backloop.web.research.sealing import seal_list
from backloop.web.research.steps import allocate_participant, begin_screening, give_consent, move_participant
from backloop.web.store.events import Actor

__all__ = ["run_study"]

_FORM = "RS-2026-1"
_WAY = ("screened", "eligible", "consented", "allocated")
_LEVELS = {"pain": ("below 6", "6 or more")}


def run_study(
    study: Study, coordinator: Account, people: Mapping[str, tuple[Patient, Character]], *, today: dt.date
) -> None:
    """Plan the trial and take everybody to where they stand.

    Parameters
    ----------
    study : Study
        An empty study.
    coordinator : Account
        Its coordinator, in whose name the steps are taken.
    people : mapping of str to (Patient, Character)
        Who is there; those without a state in the trial are left out.
    today : date
        The day of the demonstration.
    """
    actor = Actor(account=str(coordinator.uid), role="coordinator")
    trial = take_plan(study, (Path(__file__).parent / "study.toml").read_text(encoding="utf-8"))
    study.title_en, study.title_zh = trial.title, "分级感觉运动再训练与常规锻炼的比较（虚构试验）"
    study.save()
    freeze_plan(study, reason="before the first person is asked", actor=actor)
    seal_list(study, actor=actor)
    request = HttpRequest()
    request.user = coordinator
    in_turn = sorted((each for each in people.values() if each[1].state), key=lambda each: -each[1].week)
    for place, (patient, who) in enumerate(in_turn):
        part = begin_screening(request, study, patient)
        _walk(request, part, who, level=_LEVELS["pain"][place % 2])
        _date_back(part, who.began(today))


def _walk(request: HttpRequest, part: Participation, who: Character, *, level: str) -> None:
    if who.state == "excluded":
        move_participant(request, part, "excluded", reason=who.reason)
        return
    last = who.state if who.state in _WAY else "allocated"
    for state in _WAY[1 : _WAY.index(last) + 1]:
        if state == "consented":
            give_consent(request, part, given=True, form=_FORM)
        elif state == "allocated":
            allocate_participant(request, part, {"pain": level})
        else:
            move_participant(request, part, state)
        part.refresh_from_db()
    if who.state != last:
        move_participant(request, part, who.state, reason=who.reason)


def _date_back(part: Participation, day: dt.date) -> None:
    """Move the way through the trial to when care began, so that visits are due when they would be."""
    at = dt.datetime.combine(day, dt.time(2), tzinfo=dt.UTC)
    Step.objects.filter(participation=part).update(made_at=at)
    OpenedLine.objects.filter(participation=part).update(made_at=at)
    Participation.objects.filter(pk=part.pk).update(changed_at=at)
