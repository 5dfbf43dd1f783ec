"""Diary, harm report, consents and one's own data: what the patient writes and owns.

Decides what each page keeps and what it tells the clinic.
"""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from backloop.units import Text
from backloop.web.look.wordings import reader_language, say_now
from backloop.web.patient.consents import PURPOSES, WORDS_EDITION, consents_of
from backloop.web.patient.diaries import DAYS_SHOWN, Entry, describe_weeks, diary_of, draw_weeks, note_day
from backloop.web.patient.forms import DiaryForm, HarmForm
from backloop.web.patient.ownership import helps, local_day, own_code, seen_of, sent_uid, whose
from backloop.web.patient.portable import own_data, tell_events
from backloop.web.patient.warning_signs import emergency_words
from backloop.web.people.acting import account_of, open_patient, record_for
from backloop.web.people.guarding import audience
from backloop.web.people.models import Patient
from backloop.web.people.roles import Role
from backloop.web.people.scopes import events_for, names_for
from backloop.web.store.kinds import ConsentGiven, Finding, Harm

__all__ = ["draw_diary", "give_json", "give_page", "keep_diary", "show_consents", "show_data", "tell_harm"]

_KEPT = Text(en="Written down.", zh="已记下。")
_WITHDRAWN = Text(
    en="Your withdrawal counts from now on. It changes nothing about how we treat you.",
    zh="撤回即时生效，不会影响我们对您的诊疗。",
)
_AGREED = Text(en="Thank you. You can change this at any time.", zh="谢谢您。您可以随时更改。")


@audience(Role.PATIENT)
def keep_diary(request: HttpRequest) -> HttpResponse:
    """Write today's entry and show the last weeks as picture, sentence and table."""
    patient = whose(request)
    day, diary = local_day(patient), diary_of(request, patient)
    entry = diary.get(day)
    before = {} if entry is None else {"pain": entry.pain, "minutes": entry.minutes, "words": entry.words}
    form = DiaryForm(request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        written = Entry(day, told["pain"], told["minutes"], told["words"])
        if written != entry:
            finding = note_day(written)
            record_for(request, patient, finding, uid=sent_uid(request, finding))
        messages.success(request, say_now(_KEPT))
        return redirect("patient:diary")
    first = day - dt.timedelta(days=DAYS_SHOWN - 1)
    shown = sorted((each for each in diary.values() if each.day >= first), key=lambda each: each.day, reverse=True)
    content = {"form": form, "day": day, "entry": entry, "entries": shown, "sentence": describe_weeks(diary, day=day)}
    return render(request, "patient/diary.html", {**content, "uid": uuid.uuid4()}, status=422 if form.errors else 200)


@audience(Role.PATIENT)
def draw_diary(request: HttpRequest) -> HttpResponse:
    """Give the picture of the last weeks; the page beside it holds the same in words and as a table."""
    patient = whose(request)
    day, diary = local_day(patient), diary_of(request, patient)
    content = {"drawing": draw_weeks(diary, day=day), "sentence": describe_weeks(diary, day=day)}
    return render(request, "patient/diary.svg", content, content_type="image/svg+xml")


@audience(Role.PATIENT, Role.HELPER)
def tell_harm(request: HttpRequest, code: str = "") -> HttpResponse:
    """Take a report that something hurt or went wrong, tell the clinic, and say what happens next."""
    if not code and not own_code(request):
        return redirect("patient:today")
    patient = whose(request, code)
    form = HarmForm(request.POST or None, today=local_day(patient))
    shared = {"patient": patient, "signs": emergency_words(), "is_helper": helps(request, patient)}
    if request.method == "POST" and form.is_valid():
        _report(request, patient, form)
        return redirect(f"{request.path}?told=1")
    reports = [each.noun for each in seen_of(request, patient, "harm")][::-1]
    content = {**shared, "form": form, "reports": reports, "uid": uuid.uuid4(), "is_told": "told" in request.GET}
    return render(request, "patient/harm.html", content, status=422 if form.errors else 200)


@audience(Role.PATIENT)
def show_consents(request: HttpRequest) -> HttpResponse:
    """Show what the patient agreed to, and take a withdrawal or a new yes, which counts at once."""
    patient = whose(request)
    standing = consents_of(request, patient)
    if request.method == "POST":
        purpose, study = request.POST.get("purpose", ""), request.POST.get("study", "")
        wanted, known = (
            request.POST.get("given") == "yes",
            next((c for c in standing if c.names == (purpose, study)), None),
        )
        if purpose not in PURPOSES or known is None or (wanted and not known.may_give):
            raise Http404
        noun = ConsentGiven.model_validate({"purpose": purpose, "given": wanted, "form": WORDS_EDITION, "study": study})
        record_for(request, patient, noun, uid=sent_uid(request, noun))
        messages.success(request, say_now(_AGREED if wanted else _WITHDRAWN))
        return redirect("patient:consents")
    return render(request, "patient/consents.html", {"consents": standing, "uid": uuid.uuid4()})


@audience(Role.PATIENT)
def show_data(request: HttpRequest) -> HttpResponse:
    """Say what can be taken along, and in which form."""
    whose(request)
    return render(request, "patient/data.html")


@audience(Role.PATIENT)
def give_json(request: HttpRequest) -> HttpResponse:
    """Give one's own data as a file for programs."""
    patient = _taken(request, "json")
    account = account_of(request)
    told = own_data(patient, events_for(account, patient), names_for(account, patient))
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@audience(Role.PATIENT)
def give_page(request: HttpRequest) -> HttpResponse:
    """Give one's own data as a page to read and print."""
    patient = _taken(request, "page")
    account, lang = account_of(request), reader_language()
    parts = tell_events(patient, events_for(account, patient), lang=lang)
    content = {"parts": parts, "names": names_for(account, patient), "patient": patient, "at": timezone.now()}
    response = render(request, "patient/own_data.html", content)
    response["Content-Disposition"] = 'attachment; filename="my-data.html"'
    return response


def _taken(request: HttpRequest, form: str) -> Patient:
    code = own_code(request)
    if not code:
        raise Http404
    return open_patient(request, code, what=f"export:own-{form}")


def _report(request: HttpRequest, patient: Patient, form: HarmForm) -> None:
    told = form.cleaned_data
    harm = Harm(
        words=told["words"],
        severity=told["severity"],
        began=told["began"],
        ended=told["ended"],
        serious=told["serious"],
        after=told["after"],
    )
    uid = sent_uid(request, harm)
    level = "emergency" if harm.serious else "alert"
    content = {"severity": harm.severity, "serious": harm.serious}
    record_for(request, patient, harm, uid=uid)
    record_for(request, patient, Finding(about="harm", level=level, content=content), uid=uuid.uuid5(uid, "harm"))
