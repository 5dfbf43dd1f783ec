"""The pages of a study's participants, for its coordinators: screening, consent, allocation, withdrawal.

Decides what a coordinator sees of one participant; the arm is shown where `arm_is_visible` and nowhere else.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from backloop.errors import TrialError
from backloop.units import Text
from backloop.web.look.wordings import say_now
from backloop.web.people.acting import account_of, open_patient
from backloop.web.people.guarding import audience
from backloop.web.people.models import Participation, Study
from backloop.web.people.roles import Role
from backloop.web.people.scopes import arm_is_visible, events_for
from backloop.web.people.study_scopes import get_participation, open_study, participations_for, screenable_patient
from backloop.web.research.attendance import visits_of_study
from backloop.web.research.designs import plan_of_study
from backloop.web.research.forms import ConsentForm, LeavingForm, LevelsForm, ScreeningForm
from backloop.web.research.models import SealedList, Step
from backloop.web.research.refusals import say_refusal
from backloop.web.research.steps import (
    STATES,
    allocate_participant,
    begin_screening,
    give_consent,
    move_participant,
    next_steps,
)
from backloop.web.store.events import standing_events

__all__ = ["move", "participant", "people_of_study"]

_C = Role.COORDINATOR
_UNKNOWN = Text(
    en="No patient of your sites has this code. Check it with the clinician who referred the person.",
    zh="您所在机构没有此编码的患者，请与转介医师核对。",
)
_SAVED = Text(en="Saved.", zh="已保存。")
_LEVELS = Text(en="Choose a level of every factor.", zh="请为每个分层因素选择水平。")


@audience(_C)
def people_of_study(request: HttpRequest, study: str) -> HttpResponse:
    """List participants by state, and take a new one into screening."""
    account = account_of(request)
    found, role = open_study(account, study, _C)
    form = ScreeningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        patient = screenable_patient(account, found, form.cleaned_data["code"])
        if patient is not None:
            begin_screening(request, found, patient)
            return redirect("research:participant", found.slug, patient.code)
        form.add_error("code", say_now(_UNKNOWN))
    rows = [(part, STATES[part.state]) for part in participations_for(account, found, role)]
    return render(request, "research/people.html", {"study": found, "rows": rows, "form": form, "role": _C.value})


@audience(_C)
def participant(request: HttpRequest, study: str, code: str) -> HttpResponse:
    """Show one participant: how far they are, what may follow, their visits, and the arm once allocated."""
    found, part = _opened(request, study, code)
    open_patient(request, code)
    return render(request, "research/participant.html", _told(request, found, part))


@audience(_C)
@require_POST
def move(request: HttpRequest, study: str, code: str, state: str) -> HttpResponse:
    """Take a participant one step on."""
    found, part = _opened(request, study, code)
    try:
        faults = _move(request, part, state)
    except TrialError as error:
        faults = say_refusal(error)
    if faults:
        messages.error(request, faults)
    else:
        messages.success(request, say_now(_SAVED))
    return redirect("research:participant", found.slug, code)


def _opened(request: HttpRequest, study: str, code: str) -> tuple[Study, Participation]:
    account = account_of(request)
    found, role = open_study(account, study, _C)
    return found, get_participation(account, found, code, role=role)


def _move(request: HttpRequest, part: Participation, state: str) -> str:
    """Take the step; give what is wrong with the form, nothing where it was taken."""
    if state == "consented":
        form = ConsentForm(request.POST)
        if form.is_valid():
            told = form.cleaned_data
            give_consent(request, part, given=told["given"] == "yes", form=told["form"])
        return "" if form.is_valid() else " ".join(str(error) for errors in form.errors.values() for error in errors)
    if state == "allocated":
        trial = plan_of_study(part.study).trial
        levels = LevelsForm(request.POST, trial=trial) if trial else None
        if levels is None or not levels.is_valid():
            return say_now(_LEVELS)
        allocate_participant(request, part, levels.cleaned_data)
        return ""
    told = {name: request.POST.get(name, "") for name in ("reason", "detail")}
    move_participant(request, part, state, reason=told["reason"], detail=told["detail"])
    return ""


def _told(request: HttpRequest, study: Study, part: Participation) -> dict[str, Any]:
    account, patient = account_of(request), part.patient
    plan = plan_of_study(study)
    visits = visits_of_study(account, study, _C, trial=plan.trial, today=timezone.localdate()) if plan.trial else []
    row = next((row for row in visits if row.participation.pk == part.pk), None)
    steps = next_steps(part)
    return {
        "study": study,
        "role": _C.value,
        "part": part,
        "state": STATES[part.state],
        "steps": steps,
        "history": [(step, STATES[step.state]) for step in Step.objects.filter(participation=part).order_by("pk")],
        "row": row,
        "plan": plan,
        "sealed": SealedList.objects.filter(study=study).exists(),
        "arm": _arm(account, part) if arm_is_visible(account, patient, study) else None,
        "consent": ConsentForm(),
        "excluding": LeavingForm(state="excluded", prefix=""),
        "leaving": LeavingForm(state="withdrawn", prefix=""),
        "levels": LevelsForm(trial=plan.trial, site=part.site.slug) if plan.trial else None,
    }


def _arm(account: Any, part: Participation) -> Any:  # noqa: ANN401 - the arm's event as it stands
    seen = events_for(account, part.patient).filter(kind="allocation", code=part.study.slug)
    return next((standing.noun for standing in standing_events(part.patient.code, seen=seen)), None)
