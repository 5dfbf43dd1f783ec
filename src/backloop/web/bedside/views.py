"""The pages of a test: what is needed, one step a screen, the trials beside it, the result.

Decides which page comes when; steps are decided in `turns`, what is written down in `sittings`. Blinded assessors use
these pages too, so nothing here tells of treatment.
"""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from backloop.library import LetterGuide
from backloop.record import Observation
from backloop.units import Text
from backloop.web.bedside.amounts import Misread
from backloop.web.bedside.forms import StartForm, say_site, units_of
from backloop.web.bedside.showing import doubts_of, step_frame
from backloop.web.bedside.sittings import SETTING, Sitting, open_sitting, score_sitting, undo_last, was_sent, write_down
from backloop.web.bedside.tables import MOST_ROWS, blank_rows, lines_of, name_phase, read_rows
from backloop.web.bedside.turns import Turn, is_led, next_turn, take, times_of
from backloop.web.look.wordings import say_now
from backloop.web.people.acting import account_of, open_patient
from backloop.web.people.guarding import audience
from backloop.web.people.roles import Role

__all__ = ["run_test", "show_outcome", "show_test", "undo_step"]

_KEPT = 20  # tests whose unit and tester a session remembers
_NO_TEST = Text(
    en="There is no such visit or test here. Choose one of the visits below, or open a new one.",
    zh="此处没有该次就诊或该测试。请从下方选择一次就诊，或新建就诊。",
)
_STALE = Text(
    en="This step was answered already, here or in another window. Nothing was written; this is the next step.",
    zh="该步骤已在本窗口或其他窗口中作答，本次未记录。以下为下一步。",
)
_UNDONE = Text(en="The last step was taken back.", zh="已撤销上一步。")
_NOT_LAST = Text(en="Nothing was taken back: something else is last by now.", zh="未撤销：最后一步已发生变化。")
_SAVED = Text(en="{n} trials saved.", zh="已保存 {n} 次测试。")


@audience(Role.CLINICIAN, Role.ASSESSOR)
def show_test(request: HttpRequest, code: str, session_id: str, book: str) -> HttpResponse:
    """Show what a test needs and take where and how it will be done."""
    sitting = _open(request, code, session_id, book)
    if sitting is None:
        return _no_test(request, code)
    form = StartForm(request.POST or None, sitting=sitting, initial=_remembered(request, sitting))
    if request.method == "POST" and form.is_valid():
        here = _at(sitting, form.site)
        chosen = [_setting(here, name, value) for name, value in form.settings.items() if here.setting(name) != value]
        uid = _uid(request)
        if not was_sent(here.patient, uid):
            write_down(request, here.patient, chosen, uid=uid, tester=form.cleaned_data["tester"])
        _remember(request, here, {"unit": form.cleaned_data.get("unit", ""), "tester": form.cleaned_data["tester"]})
        return redirect(_to("run", here) + ("&by=hand" if "hand" in request.POST else ""))
    shown = _frame(sitting) | {"form": form, "uid": uuid.uuid4(), "begun": _begun(sitting)}
    return render(request, "bedside/start.html", shown, status=422 if form.errors else 200)


@audience(Role.CLINICIAN, Role.ASSESSOR)
def run_test(request: HttpRequest, code: str, session_id: str, book: str) -> HttpResponse:
    """Show the next step of a test, or the table to enter it by hand, and take what is sent."""
    sitting = _open(request, code, session_id, book, site=request.GET.get("site", ""))
    if sitting is None:
        return _no_test(request, code)
    if request.GET.get("by") == "hand" or not is_led(sitting):
        return _by_hand(request, sitting)
    if times_of(sitting) is None:
        return redirect(_to("test", sitting))
    turn = next_turn(sitting)
    if request.method == "POST":
        return _take_step(request, sitting, turn)
    return redirect(_to("result", sitting)) if turn is None else _show_step(request, sitting, turn)


@audience(Role.CLINICIAN, Role.ASSESSOR)
@require_POST
def undo_step(request: HttpRequest, code: str, session_id: str, book: str) -> HttpResponse:
    """Take the last step back by a correction."""
    sitting = _open(request, code, session_id, book, site=request.GET.get("site", ""))
    if sitting is None:
        return _no_test(request, code)
    is_undone = undo_last(request, sitting, seq=request.POST.get("seq", ""))
    messages.info(request, say_now(_UNDONE if is_undone else _NOT_LAST))
    return redirect(_to("run", sitting) + ("&by=hand" if request.GET.get("by") == "hand" else ""))


@audience(Role.CLINICIAN, Role.ASSESSOR)
def show_outcome(request: HttpRequest, code: str, session_id: str, book: str) -> HttpResponse:
    """Show what the trials amount to, whom to compare with, and what makes it doubtful."""
    sitting = _open(request, code, session_id, book, site=request.GET.get("site", ""))
    if sitting is None:
        return _no_test(request, code)
    measures = score_sitting(account_of(request), sitting)
    known = {score.id: score for score in sitting.book.scores}
    shown = _frame(sitting) | {
        "results": [(measure, known.get(measure.id)) for measure in measures],
        "parts": [
            (say_site(site), lines_of(_at(sitting, site)), _to("run", _at(sitting, site))) for site in sitting.sites
        ],
        "doubts": doubts_of(sitting),
        "is_finished": not is_led(sitting) or (times_of(sitting) is not None and next_turn(sitting) is None),
    }
    return render(request, "bedside/result.html", shown)


def _take_step(request: HttpRequest, sitting: Sitting, turn: Turn | None) -> HttpResponse:
    uid = _uid(request)
    if was_sent(sitting.patient, uid):
        return redirect(_to("run", sitting))
    if turn is None or request.POST.get("place") != turn.place:
        messages.warning(request, say_now(_STALE))
        return redirect(_to("run", sitting))
    remembered = _remembered(request, sitting)
    if request.POST.get("unit"):
        _remember(request, sitting, remembered | {"unit": request.POST["unit"]})
    try:
        seen = take(sitting, turn, request.POST.dict())
    except Misread as misread:
        return _show_step(request, sitting, turn, problem=misread.text)
    write_down(request, sitting.patient, seen, uid=uid, tester=remembered.get("tester", ""))
    return redirect(_to("run", sitting))


def _show_step(request: HttpRequest, sitting: Sitting, turn: Turn, *, problem: Text | None = None) -> HttpResponse:
    unit = request.POST.get("unit") or _remembered(request, sitting).get("unit", "") or sitting.unit_used()
    shown = _frame(sitting) | step_frame(sitting, turn, unit=unit or sitting.field.unit)
    shown |= {
        "uid": uuid.uuid4(),
        "problem": problem,
        "sent": request.POST,
        "template": f"bedside/step-{turn.kind}.html",
    }
    return render(request, "bedside/run.html", shown, status=422 if problem else 200)


def _by_hand(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    problems: dict[int, Text] = {}
    if request.method == "POST":
        uids = _row_uids(request)
        done = [row for row, uid in uids.items() if was_sent(sitting.patient, uid)]
        good, problems = read_rows(sitting, request.POST.dict(), done=done)
        for row, seen in good.items():
            tester = _remembered(request, sitting).get("tester", "")
            write_down(request, sitting.patient, seen, uid=uids.get(row), tester=tester)
        if not problems:
            messages.success(request, say_now(_SAVED).format(n=len(good)))
            return redirect(_to("run", sitting) + "&by=hand")
        sitting = _at(
            _open(request, sitting.patient.code, sitting.visit.session_id, sitting.book.id) or sitting, sitting.site
        )
    rows = blank_rows(sitting, request.POST.dict(), problems)
    phases = [(phase, name_phase(sitting, phase)) for phase in sitting.book.phases]
    shown = _frame(sitting) | {"rows": rows, "phases": phases, "uid": uuid.uuid4(), "by_hand": True}
    shown["columns"] = [(field, list(dict.fromkeys([field.unit, *field.accepts]))) for field in sitting.book.fields]
    return render(request, "bedside/table.html", shown, status=422 if problems else 200)


def _frame(sitting: Sitting) -> dict[str, Any]:
    return {
        "patient": sitting.patient,
        "visit": sitting.visit,
        "book": sitting.book,
        "sitting": sitting,
        "site": say_site(sitting.site),
        "query": urlencode({"site": sitting.site}),
        "lines": lines_of(sitting),
        "last": sitting.last,
        "units": units_of(sitting),
        "is_hidden": isinstance(sitting.book.guide, LetterGuide),
    }


def _begun(sitting: Sitting) -> list[dict[str, Any]]:
    begun = []
    for site in sitting.sites:
        here = _at(sitting, site)
        is_done = times_of(here) is not None and is_led(here) and next_turn(here) is None
        begun.append(
            {"site": say_site(site), "count": len(lines_of(here)), "is_done": is_done, "link": _to("run", here)}
        )
    return begun


def _open(request: HttpRequest, code: str, session_id: str, book: str, *, site: str = "") -> Sitting | None:
    patient = open_patient(request, code)
    return open_sitting(account_of(request), patient, session_id, book=book, site=site[:80])


def _at(sitting: Sitting, site: str) -> Sitting:
    return Sitting(sitting.patient, sitting.visit, sitting.book, site, sitting.standing)


def _setting(sitting: Sitting, name: str, value: float) -> Observation:
    field = next(field for field in sitting.book.written if field.id == name)
    return Observation(
        session_id=sitting.visit.session_id,
        kind="trial",
        book=sitting.book.id,
        item=name,
        value=int(value) if field.whole else value,
        unit=field.unit,
        phase=SETTING,
        site=sitting.site,
    )


def _remembered(request: HttpRequest, sitting: Sitting) -> dict[str, str]:
    kept = request.session.get("bedside", {})
    return dict(kept.get(sitting.seed, {}))


def _remember(request: HttpRequest, sitting: Sitting, told: dict[str, str]) -> None:
    kept = {**request.session.get("bedside", {}), sitting.seed: told}
    request.session["bedside"] = dict(list(kept.items())[-_KEPT:])


def _to(name: str, sitting: Sitting) -> str:
    places = [sitting.patient.code, sitting.visit.session_id, sitting.book.id]
    return f"{reverse(f'bedside:{name}', args=places)}?{urlencode({'site': sitting.site})}"


def _row_uids(request: HttpRequest) -> dict[int, uuid.UUID]:
    """Make the form's id each row's own."""
    uid = _uid(request)
    return {row: uuid.uuid5(uid, f"row-{row}") for row in range(1, MOST_ROWS + 1)} if uid else {}


def _uid(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("uid", ""))
    except ValueError:
        return None


def _no_test(request: HttpRequest, code: str) -> HttpResponse:
    messages.info(request, say_now(_NO_TEST))
    return redirect("clinic:patient", code)
