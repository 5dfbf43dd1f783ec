"""Today's practice on the phone: the questions before it, go on or not, what to do, and how it went.

Decides the order of the steps and what is written down of them.
"""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date

from backloop.units import Text
from backloop.web.look.wordings import say_now
from backloop.web.patient.forms import REASONS, CheckForm, DoneForm
from backloop.web.patient.ownership import helps, local_day, own_code, sent_uid, whose
from backloop.web.patient.practising import (
    Practice,
    check_items,
    done_sessions,
    judge_check,
    practice_on,
    tell_check,
)
from backloop.web.patient.signed import Signed, signed_of
from backloop.web.patient.warning_signs import CHECK
from backloop.web.people.acting import correct_for, record_for
from backloop.web.people.guarding import audience
from backloop.web.people.models import Patient
from backloop.web.people.roles import Role
from backloop.web.store.events import library_in_use
from backloop.web.store.kinds import DoneSession

__all__ = ["do_practice"]

_LATEST = dt.timedelta(days=7)
_NOTED = Text(en="Noted. Thank you.", zh="已记下，谢谢您。")
_CHANGED = Text(en="Noted anew. What stood before is kept, too.", zh="已更新；之前的记录也会保留。")
_WHY = "changed by the patient on the practice page"


@audience(Role.PATIENT, Role.HELPER)
def do_practice(request: HttpRequest, code: str = "") -> HttpResponse:
    """Lead through a day's practice; a helper, who does not see the plan, notes how it went."""
    if not code and not own_code(request):
        return redirect("patient:today")
    patient = whose(request, code)
    today = local_day(patient)
    day = _day(request, today)
    if helps(request, patient):
        return _note_for(request, patient, day)
    signed = signed_of(request, patient)
    practice = practice_on(request, patient, signed, day=day) if signed else None
    if signed is None or practice is None:
        return render(request, "patient/rest.html", {"signed": signed, "day": day, "today": today})
    if request.method == "POST" and request.POST.get("step") == "check":
        return _keep_check(request, patient, signed, practice)
    if request.method == "POST":
        return _keep_done(request, patient, practice)
    return _show(request, practice, is_today=day == today)


def _show(request: HttpRequest, practice: Practice, *, is_today: bool) -> HttpResponse:
    if practice.done is not None and "again" not in request.GET:
        reasons = [REASONS[name] for name in practice.done.noun.content.get("reasons", ()) if name in REASONS]
        return render(request, "patient/noted.html", {"practice": practice, "reasons": reasons})
    if practice.readiness is None and is_today and practice.done is None:
        form = CheckForm(items=check_items(practice.signed), book=library_in_use().instrument(CHECK))
        return render(request, "patient/check.html", {"form": form, "practice": practice, "uid": uuid.uuid4()})
    return _session(request, practice, DoneForm(initial=_before(practice)))


def _session(request: HttpRequest, practice: Practice, form: DoneForm) -> HttpResponse:
    verdict = practice.readiness.verdict if practice.readiness else None
    content = {
        "practice": practice,
        "form": form,
        "verdict": verdict,
        "may_start": verdict is None or verdict.lets_start,
        "uid": uuid.uuid4(),
    }
    return render(request, "patient/practice.html", content, status=422 if form.errors else 200)


def _keep_check(request: HttpRequest, patient: Patient, signed: Signed, practice: Practice) -> HttpResponse:
    form = CheckForm(request.POST, items=check_items(signed), book=library_in_use().instrument(CHECK))
    if not form.is_valid():
        content = {"form": form, "practice": practice, "uid": uuid.uuid4()}
        return render(request, "patient/check.html", content, status=422)
    answers = form.cleaned_data["answers"]
    readiness = judge_check(answers, signed, done_sessions(request, patient), day=practice.day)
    finding = tell_check(practice, answers, readiness)
    record_for(request, patient, finding, uid=sent_uid(request, finding))
    return redirect("patient:practice")


def _keep_done(request: HttpRequest, patient: Patient, practice: Practice) -> HttpResponse:
    form = DoneForm(request.POST)
    if not form.is_valid():
        return _session(request, practice, form)
    noun = _done(form, practice.name, practice.day)
    if practice.done is None or not practice.done.is_own:
        record_for(request, patient, noun, uid=sent_uid(request, noun))
        messages.success(request, say_now(_NOTED))
    elif practice.done.noun != noun:
        correct_for(request, patient, practice.done.standing.event, replacement=noun, why=_WHY)
        messages.success(request, say_now(_CHANGED))
    return redirect(f"{request.path}?day={practice.day}")


def _note_for(request: HttpRequest, patient: Patient, day: dt.date) -> HttpResponse:
    """Let a helper note how a practice at home went."""
    name = f"{day}-home"
    done = done_sessions(request, patient).get(name)
    form = DoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if done is None:
            noun = _done(form, name, day)
            record_for(request, patient, noun, uid=sent_uid(request, noun))
            messages.success(request, say_now(_NOTED))
        return redirect(request.path)
    content = {"patient": patient, "form": form, "day": day, "done": done, "uid": uuid.uuid4()}
    return render(request, "patient/helped_practice.html", content, status=422 if form.errors else 200)


def _done(form: DoneForm, name: str, day: dt.date) -> DoneSession:
    told = form.cleaned_data
    content = {"reasons": told["reasons"], "words": told["words"]}
    return DoneSession(
        planned=name,
        day=day,
        done=told["done"],
        minutes=told["minutes"],
        pain_before=told["pain_before"],
        pain_after=told["pain_after"],
        content={key: value for key, value in content.items() if value},
    )


def _before(practice: Practice) -> dict[str, object]:
    if practice.done is None:
        pain = practice.pain_now
        return {
            "pain_before": None if pain is None else round(pain),
            "minutes": practice.session.minutes and int(practice.session.minutes),
        }
    noun = practice.done.noun
    numbers = {name: getattr(noun, name) for name in ("minutes", "pain_before", "pain_after")}
    whole = {name: None if value is None else round(value) for name, value in numbers.items()}
    return {
        **whole,
        "done": noun.done,
        "reasons": noun.content.get("reasons", []),
        "words": noun.content.get("words", ""),
    }


def _day(request: HttpRequest, today: dt.date) -> dt.date:
    """Read which day is meant: today, or one of the last week; anything else is today."""
    try:
        day = parse_date(request.GET.get("day", "")) or today
    except ValueError:
        return today
    return day if today - _LATEST <= day <= today else today
