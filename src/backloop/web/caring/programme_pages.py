"""The pages of the programme: its weeks, one session with its questions and record, held weeks, and the calendar file.

Decides what stands on the pages and what is written down; dates, amounts and what a session calls for are the core's.
"""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backloop.errors import UnwritableRecord
from backloop.plan import Standing
from backloop.train import Programme, Readiness, SessionVerdict, calendar_text, ready
from backloop.units import Text
from backloop.web.caring.asking import CHECK, read_check
from backloop.web.caring.forms import BaselineForm, SessionForm, WeekForm
from backloop.web.caring.opening import Care, open_care
from backloop.web.caring.progress import Adherence, Appointment, WeekRow, add_up, follow_stages, lay_rows
from backloop.web.look.wordings import reader_language, say_now
from backloop.web.people.acting import record_for
from backloop.web.people.guarding import audience
from backloop.web.people.roles import Role
from backloop.web.store.agreements import (
    BASELINE,
    PROGRAMME,
    WEEK,
    Signing,
    freeze,
    lay_out,
    programme_in_force,
)
from backloop.web.store.events import library_in_use
from backloop.web.store.kinds import Decision, DoneSession, Finding

__all__ = ["pace_programme", "save_calendar", "show_programme", "show_session"]

_UNSIGNED = Text(en="There is no signed plan yet; sign one first.", zh="尚无已签署的方案，请先签署。")
_NO_SESSION = Text(
    en="The programme has no such session; it may have been laid out again.",
    zh="训练计划中没有该次训练，日程可能已重新安排。",
)
_RECORDED = Text(en="The session is recorded.", zh="训练已记录。")
_PACED = Text(en="The programme is laid out again.", zh="训练计划已重新安排。")
_SENT_BEFORE = Text(
    en="This form was sent before with other content; what was recorded then stands. Reload to record again.",
    zh="该表单此前已提交且内容不同，以先前记录为准。如需重新记录，请刷新页面。",
)
_INCOMPLETE = Text(en="Please fill in every field of the form.", zh="请完整填写表单。")
_NO_WEEK = Text(en="The programme has no such week or baseline.", zh="训练计划中没有该周或该基线项目。")
_REFUSED, _CONFLICT = 422, 409


@audience(Role.CLINICIAN)
def show_programme(request: HttpRequest, code: str) -> HttpResponse:
    """Show the weeks of the signed plan: what is due, done and missed, the stages, the assessments."""
    care = open_care(request, code)
    found = _programme(care)
    if found is None:
        return care.page("programme")
    signing, programme = found
    rows = _rows(care, programme)
    appointments = [each for row in rows for each in row.appointments]
    return care.page(
        "programme",
        signing=signing,
        programme=programme,
        rows=rows,
        now=[each for each in appointments if each.plan.date == care.today],
        following=next((each for each in appointments if each.plan.date > care.today), None),
        missed=[each for each in appointments if each.state == "missed"],
        adherence=add_up(rows, today=care.today),
        stages=follow_stages(signing.signed.plan, rows),
        assessments=[(due, due.date < care.today) for due in programme.assessments],
        week_form=WeekForm(initial={"week": next((row.week.week for row in rows if row.is_now), 1)}),
        baselines=_open_baselines(signing, programme),
        slowed=[each.noun for each in _since(care, signing) if isinstance(each.noun, Decision)],
    )


@audience(Role.CLINICIAN)
def show_session(request: HttpRequest, code: str, planned: str) -> HttpResponse:
    """Show one session: what to do, the questions before it, what it calls for, and how it went."""
    care = open_care(request, code)
    found = _programme(care)
    if found is None:
        messages.info(request, say_now(_UNSIGNED))
        return redirect("caring:plan", code)
    signing, programme = found
    rows = _rows(care, programme)
    at = next(((row.week, each) for row in rows for each in row.appointments if each.name == planned), None)
    if at is None:
        messages.error(request, say_now(_NO_SESSION))
        return redirect("caring:programme", code)
    week, session = at
    answers, problems = _answers(request, session)
    readiness = _readiness(signing, add_up(rows, today=care.today), answers)
    shown: dict[str, Any] = {
        "signing": signing,
        "week": week,
        "session": session,
        "problems": problems,
        "readiness": readiness,
    }
    if request.method != "POST" or request.POST.get("only") == "check":
        return care.page("session", form=_session_form(care, session), **shown, **_asked(request, session))
    form = SessionForm(request.POST, today=care.today)
    if problems or not form.is_valid():
        return care.page("session", status=_REFUSED, form=form, **shown, **_asked(request, session))
    try:
        _write_session(care, session, form, answers=answers, readiness=readiness)
    except UnwritableRecord:
        form.add_error(None, say_now(_SENT_BEFORE))
        return care.page("session", status=_CONFLICT, form=form, **shown, **_asked(request, session))
    messages.success(request, say_now(_RECORDED))
    return redirect("caring:programme", code)


@audience(Role.CLINICIAN)
@require_POST
def pace_programme(request: HttpRequest, code: str) -> HttpResponse:
    """Hold a week, step it back, or enter a measured baseline; then lay the programme out again."""
    care = open_care(request, code, is_look=False)
    found = _programme(care)
    if found is None:
        return redirect("caring:plan", code)
    signing, programme = found
    form = BaselineForm(request.POST) if "progression" in request.POST else WeekForm(request.POST)
    decision = _pacing(form, signing, programme) if form.is_valid() else None
    if decision is None:
        messages.error(request, say_now(_NO_WEEK if form.is_valid() else _INCOMPLETE))
        return redirect("caring:programme", code)
    before = [each.noun for each in _since(care, signing) if isinstance(each.noun, Decision)]
    laid = lay_out(signing.signed, (*before, decision), library=library_in_use())
    again = Decision(
        about=PROGRAMME,
        choice=decision.choice,
        reason=decision.reason,
        session_id=decision.session_id,
        noun="Programme",
        content=freeze(laid),
    )
    uid = form.cleaned_data["uid"]
    with transaction.atomic():
        record_for(request, care.patient, decision, why=decision.reason, uid=uid)
        record_for(request, care.patient, again, why=decision.reason, uid=uuid.uuid5(uid, PROGRAMME))
    messages.success(request, say_now(_PACED))
    return redirect("caring:programme", code)


@audience(Role.CLINICIAN)
def save_calendar(request: HttpRequest, code: str) -> HttpResponse:
    """Give the programme as a calendar file; no name stands in it."""
    care = open_care(request, code)
    found = _programme(care)
    if found is None:
        messages.info(request, say_now(_UNSIGNED))
        return redirect("caring:plan", code)
    text = calendar_text(found[1], lang=reader_language(), library=library_in_use())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="programme.ics"'
    return response


def _programme(care: Care) -> tuple[Signing, Programme] | None:
    if not care.signed:
        return None
    signing = care.signed[-1]
    programme = programme_in_force(signing, care.standing("decision", about=[PROGRAMME]))
    return signing, programme or lay_out(signing.signed, library=library_in_use())


def _rows(care: Care, programme: Programme) -> list[WeekRow]:
    return lay_rows(programme, care.standing("session"), today=care.today)


def _since(care: Care, signing: Signing) -> list[Any]:
    """Give what was decided on weeks and baselines since the plan was signed."""
    decided = care.standing("decision", about=[WEEK, BASELINE])
    return [each for each in decided if each.event.seq > signing.event.seq]


def _pacing(form: Any, signing: Signing, programme: Programme) -> Decision | None:  # noqa: ANN401 - one of two forms
    told, visit = form.cleaned_data, signing.signed.plan.session_id
    if isinstance(form, BaselineForm):
        known = {line.id for each in signing.signed.plan.prescriptions for line in each.progressions}
        if told["progression"] not in known:
            return None
        value = {"value": told["value"]}
        return Decision(about=BASELINE, choice=told["progression"], session_id=visit, content=value)
    if told["week"] > len(programme.weeks):
        return None
    week = {"week": told["week"]}
    return Decision(about=WEEK, choice=told["choice"], reason=told["reason"], session_id=visit, content=week)


def _open_baselines(signing: Signing, programme: Programme) -> list[tuple[Text, Text, BaselineForm]]:
    """Give a form for each progression that waits for a baseline."""
    waiting = {due.progression for week in programme.weeks for due in week.amounts if due.amount is None}
    lines = {line.id: line for each in signing.signed.plan.prescriptions for line in each.progressions}
    return [
        (lines[name].title, lines[name].unit, BaselineForm(initial={"progression": name}, auto_id=f"{name}-%s"))
        for name in sorted(waiting & set(lines))
    ]


def _readiness(signing: Signing, adherence: Adherence, answers: dict[str, float]) -> Readiness:
    return ready(
        Standing(answers),
        signing.signed.plan,
        missed_in_a_row=adherence.missed_in_a_row,
        days_since_last=adherence.days_since_last,
        library=library_in_use(),
    )


def _answers(request: HttpRequest, session: Appointment) -> tuple[dict[str, float], tuple[Text, ...]]:
    """Give the answers to the questions before the session: those sent, else those recorded."""
    if request.method == "POST":
        told = {name: value for name, value in request.POST.items() if name.startswith(f"{CHECK}_")}
        return read_check({name: str(value) for name, value in told.items()}, library_in_use())
    recorded = session.done.content.get("check", {}) if session.done else {}
    return {name: float(value) for name, value in recorded.items()}, ()


def _asked(request: HttpRequest, session: Appointment) -> dict[str, Any]:
    """Give the questions with the answers told so far, as the page shows them again."""
    book = library_in_use().instrument(CHECK)
    recorded = session.done.content.get("check", {}) if session.done else {}
    told = request.POST if request.method == "POST" else {name: f"{value:g}" for name, value in recorded.items()}
    labels = [(f"{label.value:g}", label.text) for label in book.answers.labels]
    return {"questions": [(item, told.get(item.id, "")) for item in book.items], "labels": labels}


def _session_form(care: Care, session: Appointment) -> SessionForm:
    if care.request.method == "POST":
        return SessionForm(initial=care.request.POST.dict() | {"uid": uuid.uuid4()}, today=care.today)
    told: dict[str, Any] = {"day": min(session.plan.date, care.today)}
    if session.done is not None:
        told = session.done.model_dump(include={"day", "done", "minutes", "pain_before", "pain_after"})
        told["words"] = session.done.content.get("words", "")
    return SessionForm(initial=told, today=care.today)


def _write_session(
    care: Care, session: Appointment, form: SessionForm, *, answers: dict[str, float], readiness: Readiness
) -> None:
    """Write the session down, with the harm and the alert that go with it: all or nothing, and once a form."""
    uid, harm = form.cleaned_data["uid"], form.harm_noun(session.name)
    content: dict[str, Any] = {"check": answers, "verdict": readiness.verdict.value} if answers else {}
    content |= {"harm": str(uuid.uuid5(uid, "harm"))} if harm else {}
    noun: DoneSession = form.session_noun(session.name, content)
    at = dt.datetime.now(tz=dt.UTC)
    with transaction.atomic():
        record_for(care.request, care.patient, noun, happened_at=at, uid=uid)
        if harm is not None:
            record_for(care.request, care.patient, harm, happened_at=at, uid=uuid.uuid5(uid, "harm"))
        if readiness.verdict is SessionVerdict.STOP and answers:
            rules = [alert.rule for alert in readiness.alerts if alert.state == "present"]
            told = Finding(about=CHECK, level="alert", content={"rules": rules, "planned": session.name})
            record_for(care.request, care.patient, told, happened_at=at, uid=uuid.uuid5(uid, "finding"))
