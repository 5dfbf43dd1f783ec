"""Questionnaires on the phone: one question a screen, every answer kept at once, back and forth, rest for later.

Decides how an answer travels from the screen into the record, with and without JavaScript.
"""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from backloop.errors import UnwritableRecord
from backloop.library import Item, SafetyRule
from backloop.record import Observation
from backloop.units import Absent, Text
from backloop.web.look.wordings import reader_language
from backloop.web.patient.due_books import Asked, asked_now, open_visit
from backloop.web.patient.ownership import local_day, sent_uid, whose
from backloop.web.patient.questions import is_for_patient, open_questions, put_questions, read_answer
from backloop.web.patient.signed import signed_of
from backloop.web.patient.warning_signs import raise_warning, rules_met
from backloop.web.people.acting import record_for
from backloop.web.people.guarding import audience
from backloop.web.people.models import Patient
from backloop.web.people.roles import Role
from backloop.web.store.events import library_in_use
from backloop.web.store.models import Event

__all__ = ["answer_book", "start_drawing"]

_NOT_OPEN = Text(
    en="These questions are not open at the moment. What you answered before is safe with the clinic.",
    zh="这份问卷目前没有开放。您以前的回答已由机构妥善保存。",
)


@audience(Role.PATIENT)
def answer_book(request: HttpRequest, book: str) -> HttpResponse:
    """Show one question of a questionnaire, or keep the answer to it and go on to the next."""
    shelf = library_in_use().shelf("instruments")
    if book not in shelf or not is_for_patient(shelf[book]):
        raise Http404
    patient = whose(request)
    open_now = asked_now(request, patient, signed_of(request, patient), day=local_day(patient))
    asked = next((each for each in open_now if each.book.id == book), None)
    if asked is None:
        return render(request, "patient/answered.html", {"book": shelf[book], "closed": _NOT_OPEN})
    if request.method == "POST":
        return _keep(request, patient, asked)
    place = _place(request, asked)
    if place is None:
        rest = [each for each in open_now if each.left and each is not asked]
        return render(request, "patient/answered.html", {"book": asked.book, "asked": asked, "rest": rest})
    return _screen(request, asked, place)


@audience(Role.PATIENT)
@require_POST
def start_drawing(request: HttpRequest) -> HttpResponse:
    """Open the visit that the questions of today belong to, so that a pain drawing can belong to it too."""
    patient = whose(request)
    open_now = asked_now(request, patient, signed_of(request, patient), day=local_day(patient))
    if open_now:
        open_visit(request, patient, open_now[0])
    return redirect("drawing:own")


def _screen(request: HttpRequest, asked: Asked, place: int, *, reason: Text | None = None) -> HttpResponse:
    question = put_questions(asked.book, lang=reader_language())[place]
    seen = asked.given.get(question.item.id)
    content = {
        "asked": asked,
        "book": asked.book,
        "question": question,
        "number": place + 1,
        "count": len(asked.book.items),
        "before": place,
        "answer": _shown(seen, question.form),
        "declined": seen is not None and seen.absent is not None,
        "reason": reason,
        "uid": uuid.uuid4(),
    }
    return render(request, "patient/question.html", content, status=200 if reason is None else 422)


def _keep(request: HttpRequest, patient: Patient, asked: Asked) -> HttpResponse:
    """Write an answer down; htmx gets a word back, a sent form goes on to the next question."""
    place = _number(request.POST.get("q", ""), len(asked.book.items))
    if place is None:
        raise Http404
    item = asked.book.items[place]
    answer, reason = _read(request, item, asked)
    is_quiet = bool(request.headers.get("HX-Request"))
    if answer is None:
        if is_quiet:
            return render(request, "patient/saved.html", {"reason": reason})
        return _screen(request, asked, place, reason=reason)
    warned = _write(request, patient, asked, answer)
    if is_quiet:
        return render(request, "patient/saved.html", {"rules": warned})
    if warned:
        return redirect("patient:now")
    return _next_page(asked, answer, place)


def _read(request: HttpRequest, item: Item, asked: Asked) -> tuple[Observation | None, Text | None]:
    shape = {"session_id": asked.visit.session_id, "kind": "response", "book": asked.book.id, "item": item.id}
    if "decline" in request.POST:
        absent = Absent.NOT_APPLICABLE if item.kind == "text" else Absent.DECLINED
        return Observation.model_validate({**shape, "absent": absent}), None
    value, reason = read_answer(item, asked.book, request.POST.get("answer", ""))
    if value is None:
        return None, reason
    unit = item.unit if item.kind == "number" else ""
    return Observation.model_validate({**shape, "value": value, "unit": unit}), None


def _write(request: HttpRequest, patient: Patient, asked: Asked, answer: Observation) -> list[SafetyRule]:
    """Write an answer once and give the safety rules it meets, which the clinic is told of at once."""
    open_visit(request, patient, asked)
    event = _write_once(request, patient, answer)
    rules = rules_met(answer.item, {**asked.given, answer.item: answer}, library=library_in_use())
    raise_warning(request, patient, event, rules)
    return rules


def _write_once(request: HttpRequest, patient: Patient, answer: Observation) -> Event:
    try:
        return record_for(request, patient, answer, uid=sent_uid(request))
    except UnwritableRecord:
        # The same screen was sent again with another answer, as after going back: it is another answer.
        return record_for(request, patient, answer, uid=uuid.uuid4())


def _next_page(asked: Asked, answer: Observation, place: int) -> HttpResponse:
    """Go on to the next open question, then to one that was skipped before, then to the end."""
    here = reverse("patient:answer", args=[asked.book.id])
    left = {item.id for item in open_questions(asked.book, {**asked.given, answer.item: answer})}
    numbers = [number for number, item in enumerate(asked.book.items, start=1) if item.id in left]
    after = [number for number in numbers if number > place + 1]
    return redirect(f"{here}?q={(after or numbers)[0]}" if numbers else here)


def _place(request: HttpRequest, asked: Asked) -> int | None:
    """Say which question to show: the one asked for, else the first that is open; None where all is done."""
    wanted = request.GET.get("q", "")
    place = _number(wanted, len(asked.book.items))
    if place is not None:
        return place
    first = next(iter(open_questions(asked.book, asked.given)), None)
    return None if first is None else asked.book.items.index(first)


def _number(raw: str, count: int) -> int | None:
    return int(raw) - 1 if raw.isdecimal() and len(raw) < 4 and 1 <= int(raw) <= count else None  # noqa: PLR2004


def _shown(seen: Observation | None, form: str) -> str:
    if seen is None or seen.value is None:
        return ""
    if form == "clock" and not isinstance(seen.value, str):
        minutes = round(seen.value * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return seen.value if isinstance(seen.value, str) else f"{seen.value:g}"
