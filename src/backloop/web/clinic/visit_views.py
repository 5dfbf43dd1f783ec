"""Visits and the entry of assessments: open a visit, choose instruments, answer, correct, see the result.

Decides how answers come in (one a screen, a table, one at a time by autosave); whether they fit is decided in
`questions`. Blinded assessors use these pages too, so nothing here tells of treatment.
"""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST

from backloop.errors import UnwritableRecord
from backloop.record import CLINIC_BOOKS, Session
from backloop.units import Text
from backloop.web.clinic.answering import (
    OF_TREATMENT,
    Entry,
    correct_answer,
    open_entry,
    progress_at,
    report_score,
    save_answer,
    score_at,
)
from backloop.web.clinic.duties import books_for_visit
from backloop.web.clinic.forms import VisitForm
from backloop.web.clinic.histories import read_histories
from backloop.web.clinic.questions import REASONS, Misfit, Question, loaded_wording
from backloop.web.clinic.worklists import alerts_for
from backloop.web.look.wordings import say_now
from backloop.web.people.acting import account_of, open_patient, record_for
from backloop.web.people.attending import visits_of
from backloop.web.people.guarding import audience
from backloop.web.people.models import Patient
from backloop.web.people.roles import Role
from backloop.web.people.scopes import sight_of
from backloop.web.store.events import library_in_use
from backloop.web.store.nouns import measures_of

__all__ = ["correct_one", "open_visit", "save_one", "show_assessment", "show_visit"]

_NO_VISIT = Text(
    en="There is no such visit or questionnaire here. Choose one of the visits below, or open a new one.",
    zh="此处没有该次就诊或该量表。请从下方选择一次就诊，或新建就诊。",
)
_TWICE = Text(
    en="There is a visit with this number already. Open it, or choose another.",
    zh="该序号的就诊已存在，请打开该次就诊或另选序号。",
)
_SENT_OTHER = Text(
    en="This answer was changed in another window. Load the page again.",
    zh="该答案已在另一窗口中修改，请重新载入页面。",
)
_DRAWN = "pain-drawing"  # the one test that is drawn, not entered
_OPENED = Text(en="The visit is open.", zh="已新建就诊。")
_CORRECTED = Text(en="Corrected. The earlier answer stays on the timeline.", zh="已更正，原答案保留在时间线中。")
_SAVED = Text(en="{n} answers saved.", zh="已保存 {n} 项答案。")
_REFUSED = Text(
    en="{n} answers do not fit and were not saved; see below.", zh="{n} 项答案不符合要求，未保存，请见下方。"
)


@audience(Role.CLINICIAN, Role.ASSESSOR)
@require_POST
def open_visit(request: HttpRequest, code: str) -> HttpResponse:
    """Open a visit with its number, week and label."""
    patient, form = open_patient(request, code), VisitForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("clinic:patient", code)
    chosen, known = form.cleaned_data, visits_of(account_of(request), patient)
    if any(visit.order == chosen["order"] for visit in known):
        messages.error(request, say_now(_TWICE))
        return redirect("clinic:patient", code)
    visit = Session(
        session_id=_free_id(chosen["order"], known), order=chosen["order"], week=chosen["week"], label=chosen["label"]
    )
    record_for(request, patient, visit)
    messages.success(request, say_now(_OPENED))
    return redirect("clinic:visit", code, visit.session_id)


@audience(Role.CLINICIAN, Role.ASSESSOR)
def show_visit(request: HttpRequest, code: str, session_id: str) -> HttpResponse:
    """Show one visit: what is recommended, what was begun, everything else that can be asked."""
    patient, account = open_patient(request, code), account_of(request)
    visit = next((each for each in visits_of(account, patient) if each.session_id == session_id), None)
    if visit is None:
        return _no_visit(request, code)
    sight, library = sight_of(account, patient), library_in_use()
    hidden = OF_TREATMENT if sight.is_blinded else frozenset()
    begun = progress_at(account, patient, session_id)
    planned = () if sight.is_blinded else _planned(patient, visit)
    recommended = [book for book in planned or CLINIC_BOOKS if book not in hidden]
    every = [*library.shelf("instruments"), *library.shelf("protocols")]
    others = [book for book in every if book not in {*recommended, *hidden}]
    tested = _tested(code, session_id, begun)
    shown = {
        "patient": patient,
        "visit": visit,
        "is_planned": bool(planned),
        "recommended": _offers(recommended, begun, patient, session_id, tested=tested),
        "others": _offers(others, begun, patient, session_id, tested=tested),
        "drawing": _link("drawing:draw", code, session_id),
        "notices": alerts_for(account, [patient]).get(code, []),
    }
    return render(request, "clinic/visit.html", shown)


@audience(Role.CLINICIAN, Role.ASSESSOR)
def show_assessment(request: HttpRequest, code: str, session_id: str, book: str) -> HttpResponse:
    """Show an instrument one question a screen or as a table, and take what is sent without a script."""
    patient = open_patient(request, code)
    entry = open_entry(account_of(request), patient, session_id, book)
    if entry is None:
        return _no_visit(request, code)
    is_table = request.GET.get("mode") == "table"
    if request.method != "POST":
        return _show(request, entry, is_table=is_table)
    if "score" in request.POST:
        return _take_score(request, entry)
    return _take_table(request, entry) if is_table else _take_single(request, entry)


@audience(Role.CLINICIAN, Role.ASSESSOR)
@require_POST
def save_one(request: HttpRequest, code: str, session_id: str, book: str) -> HttpResponse:
    """Save one answer as soon as it is given, and say so beside it; a danger sign is shown at once."""
    patient, account = open_patient(request, code), account_of(request)
    entry = open_entry(account, patient, session_id, book)
    if entry is None:
        return _no_visit(request, code)
    item, problem = request.POST.get("item", ""), None
    try:
        _save(request, entry, item)
    except Misfit as misfit:
        problem = misfit.text
    entry = open_entry(account, patient, session_id, book) or entry
    shown = _frame(request, entry) | {"question": entry.question(item), "problem": problem, "is_part": True}
    return render(request, "clinic/saved.html", shown, status=422 if problem else 200)


@audience(Role.CLINICIAN, Role.ASSESSOR)
@require_POST
def correct_one(request: HttpRequest, code: str, session_id: str, book: str) -> HttpResponse:
    """Correct one answer of a complete instrument, with the reason."""
    patient = open_patient(request, code)
    entry = open_entry(account_of(request), patient, session_id, book)
    if entry is None:
        return _no_visit(request, code)
    item, sent = request.POST.get("item", ""), request.POST
    raw, reason = sent.get(f"a-{item}", ""), sent.get(f"r-{item}", "")
    try:
        correct_answer(request, entry, item, raw=raw, reason=reason, why=sent.get("why", ""))
    except Misfit as misfit:
        return _show(request, entry, problems={item: misfit.text}, correcting=item)
    messages.success(request, say_now(_CORRECTED))
    return redirect("clinic:assess", code, session_id, book)


def _show(
    request: HttpRequest,
    entry: Entry,
    *,
    is_table: bool = False,
    problems: dict[str, Text] | None = None,
    correcting: str = "",
) -> HttpResponse:
    shown = _frame(request, entry) | {
        "is_table": is_table,
        "problems": problems or {},
        "correcting": entry.question(correcting or request.GET.get("correct", "")),
        "uid": uuid.uuid4(),
        "reasons": REASONS.items(),
        "is_topic": loaded_wording(entry.book) is None and entry.book.licence.text != "shipped",
    }
    is_review = entry.is_complete and "item" not in request.GET and not is_table
    if is_review or not entry.questions:
        shown["measures"] = score_at(account_of(request), entry)
        name = "clinic/result.html"
    elif is_table:
        shown["rows"] = [(question, (problems or {}).get(question.id)) for question in entry.questions]
        name = "clinic/table.html"
    else:
        question = _asked(request, entry)
        shown |= {"question": question, "problem": (problems or {}).get(question.id)}
        name = "clinic/single.html"
    return render(request, name, shown, status=422 if problems else 200)


def _frame(request: HttpRequest, entry: Entry) -> dict[str, Any]:
    notices = alerts_for(account_of(request), [entry.patient]).get(entry.patient.code, [])
    return {
        "patient": entry.patient,
        "visit": entry.visit,
        "book": entry.book,
        "entry": entry,
        "notices": [notice for notice in notices if notice.row.session_id == entry.visit.session_id],
    }


def _take_single(request: HttpRequest, entry: Entry) -> HttpResponse:
    question = _asked(request, entry)
    try:
        _save(request, entry, question.id)
    except Misfit as misfit:
        return _show(request, entry, problems={question.id: misfit.text})
    return _go_on(request, entry, question)


def _take_table(request: HttpRequest, entry: Entry) -> HttpResponse:
    problems, saved = dict[str, Text](), 0
    for question in entry.questions:
        raw, reason = request.POST.get(f"a-{question.id}", ""), request.POST.get(f"r-{question.id}", "")
        if not reason and "rest" in request.POST and not raw.strip() and not question.is_answered:
            reason = "not asked"
        if not raw.strip() and not reason:
            continue
        try:
            saved += (
                save_answer(request, entry, question.id, raw=raw, reason=reason, uid=_uid(request, question.id))
                is not None
            )
        except Misfit as misfit:
            problems[question.id] = misfit.text
    if problems:
        messages.error(request, say_now(_REFUSED).format(n=len(problems)))
        fresh = open_entry(account_of(request), entry.patient, entry.visit.session_id, entry.book.id) or entry
        return _show(request, fresh, is_table=True, problems=problems)
    messages.success(request, say_now(_SAVED).format(n=saved))
    fresh = open_entry(account_of(request), entry.patient, entry.visit.session_id, entry.book.id) or entry
    mode = "" if fresh.is_complete else "?mode=table"
    return redirect(_address(entry) + mode)


def _take_score(request: HttpRequest, entry: Entry) -> HttpResponse:
    score_id = request.POST["score"]
    try:
        report_score(request, entry, score_id, request.POST.get("value", ""), uid=_uid(request, score_id))
    except Misfit as misfit:
        return _show(request, entry, problems={score_id: misfit.text})
    return redirect(_address(entry))


def _save(request: HttpRequest, entry: Entry, item: str) -> None:
    sent = request.POST
    raw, reason = sent.get(f"a-{item}", ""), sent.get(f"r-{item}", "")
    try:
        save_answer(request, entry, item, raw=raw, reason=reason, uid=_uid(request, item))
    except UnwritableRecord as error:
        raise Misfit(_SENT_OTHER) from error


def _uid(request: HttpRequest, item: str) -> uuid.UUID | None:
    """Read the sender's id; a form that holds many questions has one, which each question makes its own."""
    try:
        sent = uuid.UUID(request.POST.get("uid", ""))
    except ValueError:
        return None
    return sent if request.htmx else uuid.uuid5(sent, item)  # type: ignore[attr-defined]


def _asked(request: HttpRequest, entry: Entry) -> Question:
    wanted = request.GET.get("item", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < len("1000") else entry.next_number
    return entry.questions[min(max(number, 1), len(entry.questions)) - 1]


def _go_on(request: HttpRequest, entry: Entry, question: Question) -> HttpResponse:
    fresh = open_entry(account_of(request), entry.patient, entry.visit.session_id, entry.book.id) or entry
    if fresh.is_complete:
        return redirect(_address(entry))
    is_last = question.number == len(fresh.questions)
    return redirect(f"{_address(entry)}?item={fresh.next_number if is_last else question.number + 1}")


def _offers(
    books: list[str], begun: dict[str, int], patient: Patient, session_id: str, *, tested: set[str]
) -> list[dict[str, Any]]:
    library, offers = library_in_use(), []
    for name in books:
        is_instrument = name in library.shelf("instruments")
        if not is_instrument and name not in library.shelf("protocols"):
            continue
        book = library.instrument(name) if is_instrument else library.protocol(name)
        route = "clinic:assess" if is_instrument else "bedside:test"
        total = len(library.instrument(name).items) if is_instrument else 0
        done = begun.get(name, 0)
        offers.append(
            {
                "book": book,
                "link": _link("drawing:draw", patient.code, session_id)
                if name == _DRAWN
                else _link(route, patient.code, session_id, name),
                "done": done,
                "total": total,
                "is_done": (done > 0 and done >= total) if is_instrument else name in tested,
            }
        )
    return offers


def _tested(code: str, session_id: str, begun: dict[str, int]) -> set[str]:
    """Name the tests whose trials at a visit make a score."""
    if not set(begun) & set(library_in_use().shelf("protocols")):
        return set()
    measures = measures_of(code)
    return {each.book for each in measures.at(session_id) if each.value is not None} if measures else set()


def _planned(patient: Patient, visit: Session) -> tuple[str, ...]:
    history = read_histories([patient.code]).get(patient.code)
    return books_for_visit(history.programme if history else None, visit.week)


def _free_id(order: int, known: list[Session]) -> str:
    taken = {visit.session_id for visit in known}
    names = [f"ses-{order:02d}", *(f"ses-{order:02d}x{more}" for more in range(1, len(taken) + 2))]
    return next(name for name in names if name not in taken)


def _address(entry: Entry) -> str:
    return reverse("clinic:assess", args=[entry.patient.code, entry.visit.session_id, entry.book.id])


def _link(name: str, *places: str) -> str:
    try:
        return reverse(name, args=places)
    except NoReverseMatch:
        return ""


def _no_visit(request: HttpRequest, code: str) -> HttpResponse:
    messages.info(request, say_now(_NO_VISIT))
    return redirect("clinic:patient", code)
