"""The patient's first page, what to do about a warning, messages and the calendar; and the helper's page.

Decides what stands together on a page; what is due and what it says comes from the modules beside.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from backloop.train import Programme, SessionPlan, calendar_text
from backloop.units import Text
from backloop.web.look.sheets import serve_sheet
from backloop.web.look.wordings import reader_language, say_now
from backloop.web.patient.diaries import diary_of
from backloop.web.patient.due_books import asked_now
from backloop.web.patient.forms import MessageForm
from backloop.web.patient.ownership import helps, local_day, own_code, seen_of, sent_uid, whose
from backloop.web.patient.practising import done_sessions, practice_on
from backloop.web.patient.signed import Signed, signed_of
from backloop.web.patient.warning_signs import emergency_words, warnings_of
from backloop.web.people.acting import account_of, record_for
from backloop.web.people.guarding import audience
from backloop.web.people.models import Patient
from backloop.web.people.roles import Role
from backloop.web.people.scopes import names_for, patients_for
from backloop.web.store.agreements import name_session
from backloop.web.store.events import library_in_use
from backloop.web.store.kinds import Decision, Message

__all__ = ["Note", "SentLetter", "give_calendar", "read_letter", "show_now", "show_today", "write_message"]

_RECENT = dt.timedelta(days=7)
_LETTER = ("letter", "sent")
_SENT = Text(
    en="Your message is on its way. The clinic reads it in working hours.", zh="留言已发送，机构会在工作时间查看。"
)


@dataclass(frozen=True)
class Note:
    """A message as it is shown: when, from whom, and whether it is one's own side's."""

    at: dt.datetime
    words: str
    role: str

    @property
    def is_from_clinic(self) -> bool:
        """Whether the clinic wrote it."""
        return self.role not in {"patient", "helper"}


@dataclass(frozen=True)
class SentLetter:
    """A letter as the clinic sent it: its number, day, language, and the page itself."""

    number: int
    day: dt.date
    lang: str
    html: str


@audience(Role.PATIENT, Role.HELPER)
def show_today(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show what is due today: to the patient all of it, to a helper what helpers may see."""
    if not code and not own_code(request):
        people = patients_for(account_of(request), role=Role.HELPER).order_by("code")
        if people.count() == 1:
            return redirect("patient:today", code=people[0].code)
        return render(request, "patient/people.html", {"people": people})
    patient = whose(request, code)
    day = local_day(patient)
    shared = {"patient": patient, "day": day, "notes": _notes(request, patient, since=day - _RECENT)}
    if helps(request, patient):
        noted = [each.noun for each in done_sessions(request, patient).values()]
        tasks = [task for task in library_in_use().shelf("tasks").values() if task.needs_helper]
        recent = sorted((each for each in noted if each.day > day - _RECENT), key=lambda each: each.day)
        return render(request, "patient/helping.html", {**shared, "noted": recent[::-1], "tasks": tasks})
    return render(request, "patient/today.html", {**shared, **_due(request, patient, day)})


@audience(Role.PATIENT)
def show_now(request: HttpRequest) -> HttpResponse:
    """Say what to do now, after an answer that needs somebody soon; and the signs that always do."""
    patient = whose(request)
    found = warnings_of(request, patient, day=local_day(patient))
    return render(request, "patient/now.html", {"warnings": found, "signs": emergency_words()})


@audience(Role.PATIENT, Role.HELPER)
def write_message(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show the messages between patient, helper and clinic, and send one."""
    if not code and not own_code(request):
        return redirect("patient:today")
    patient = whose(request, code)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        message = Message(to="clinic", words=form.cleaned_data["words"])
        record_for(request, patient, message, uid=sent_uid(request, message))
        messages.success(request, say_now(_SENT))
        return redirect(request.path)
    found = _notes(request, patient)[::-1]
    content = {"form": form, "notes": found, "patient": patient, "is_helper": helps(request, patient)}
    return render(request, "patient/messages.html", {**content, "uid": uuid.uuid4()})


@audience(Role.PATIENT)
def read_letter(request: HttpRequest) -> HttpResponse:
    """Show a letter the clinic sent, as it was sent; the list of them where none is named."""
    number = request.GET.get("letter", "")
    # Which letter was opened is kept in the log of looks: the clinic sees that it was read.
    patient = whose(request, what=f"patient:letter:{number}" if number.isdecimal() else "")
    letters = _letters(request, patient)
    if not number:
        return render(request, "patient/letters.html", {"letters": letters})
    wanted = next((each for each in letters if str(each.number) == number), None)
    if wanted is None:
        raise Http404
    return serve_sheet(wanted.html)


@audience(Role.PATIENT)
def give_calendar(request: HttpRequest) -> HttpResponse:
    """Give the programme as a calendar file for the phone."""
    patient = whose(request)
    signed = signed_of(request, patient)
    if signed is None:
        return redirect("patient:today")
    now = timezone.now()
    text = calendar_text(signed.programme, lang=reader_language(), now=now, library=library_in_use())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="back-training.ics"'
    return response


def _due(request: HttpRequest, patient: Patient, day: dt.date) -> dict[str, object]:
    signed = signed_of(request, patient)
    asked = asked_now(request, patient, signed, day=day)
    left = sorted((each for each in asked if each.left), key=lambda each: not each.answered)
    return {
        "name": names_for(account_of(request), patient).get("name", ""),
        "warnings": warnings_of(request, patient, day=day),
        "asked": asked,
        "asked_left": left,
        "asked_minutes": max(1, sum(each.minutes_left for each in left)),
        "practice": practice_on(request, patient, signed, day=day) if signed else None,
        "visit": signed.on(day, "clinic") if signed else None,
        "unnoted": _unnoted(request, patient, signed, day) if signed else None,
        "next": _next(signed.programme, day) if signed else None,
        "signed": signed,
        "entry": diary_of(request, patient).get(day),
        "letters": _letters(request, patient),
    }


def _next(programme: Programme, day: dt.date) -> SessionPlan | None:
    coming = (session for week in programme.weeks for session in week.sessions if session.date > day)
    return next(coming, None)


def _unnoted(request: HttpRequest, patient: Patient, signed: Signed, day: dt.date) -> SessionPlan | None:
    """Give yesterday's practice if nobody noted how it went; older ones are left in peace."""
    yesterday = signed.on(day - dt.timedelta(days=1), "home")
    if yesterday is None:
        return None
    noted = done_sessions(request, patient)
    is_noted = name_session(yesterday) in noted or any(each.noun.day == yesterday.date for each in noted.values())
    return None if is_noted else yesterday


def _notes(request: HttpRequest, patient: Patient, *, since: dt.date | None = None) -> list[Note]:
    """Give the messages, the latest first; only the clinic's where they are for the first page."""
    found = [
        Note(each.event.happened_at, each.noun.words, each.event.role)
        for each in seen_of(request, patient, "message")
        if isinstance(each.noun, Message)
    ][::-1]
    if since is None:
        return found
    return [each for each in found if each.is_from_clinic and local_day(patient, each.at) >= since]


def _letters(request: HttpRequest, patient: Patient) -> list[SentLetter]:
    """Give the letters sent to the patient, the latest first."""
    found = []
    for each in seen_of(request, patient, "decision"):
        noun = each.noun
        if isinstance(noun, Decision) and (noun.about, noun.choice) == _LETTER and "html" in noun.content:
            day, lang = local_day(patient, each.event.happened_at), str(noun.content.get("lang", "zh"))
            found.append(SentLetter(each.event.seq, day, lang, str(noun.content["html"])))
    return found[::-1]
