"""The pages of the pain drawing: where it is made, and what it shows; at a visit, or the patient's own on the phone.

Decides what a page holds and where it leads; what is accepted is decided in `receiving`, what is written in `saving`.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backloop.errors import UnwritableRecord
from backloop.letters import drawing_sentence
from backloop.library import BodyChart, read_chart
from backloop.measure import QUALITIES, Drawing, measure_drawing
from backloop.record import Session
from backloop.units import Text
from backloop.web.drawing.receiving import Unreadable, read_drawing, read_uid
from backloop.web.drawing.saving import Drawn, save_drawing, visits_seen
from backloop.web.drawing.showing import show_drawing
from backloop.web.look.wordings import reader_language, say_now
from backloop.web.people.acting import account_of, open_patient
from backloop.web.people.attending import OPEN_TO_PATIENT
from backloop.web.people.guarding import audience
from backloop.web.people.models import Patient
from backloop.web.people.roles import Role
from backloop.web.people.scopes import patients_for

__all__ = ["draw_at_visit", "draw_own", "show_at_visit", "show_own"]

_NO_VISIT = Text(en="There is no such visit. Choose one of the visits below.", zh="没有该次就诊，请从下方选择。")
_SAVED = Text(en="The drawing is saved.", zh="疼痛部位图已保存。")
_STATE = Text(en="Saved: {regions} regions, {area} % of the body.", zh="已保存：{regions}个分区，占体表{area}%。")
_NOWHERE = Text(en="Saved: no pain anywhere.", zh="已保存：全身无疼痛。")
_CLEARED = Text(en="Saved. Nothing is drawn, which is no answer yet.", zh="已保存。图上没有任何标记，尚不算作答。")
_OTHER = Text(
    en="This drawing was changed in another window. Load the page again.", zh="该图已在另一窗口中修改，请重新载入页面。"
)


@dataclass(frozen=True)
class _Place:
    """Where a drawing is made: the patient, the visit, and the addresses around it."""

    patient: Patient
    visit: Session
    drawing: Drawing | None
    here: str
    result: str
    back: str


@audience(Role.CLINICIAN, Role.ASSESSOR)
def draw_at_visit(request: HttpRequest, code: str, session_id: str) -> HttpResponse:
    """Show the drawing of a visit to be made or changed, and keep what is sent."""
    place = _at_visit(request, code, session_id)
    return _no_visit(request, code) if place is None else _draw(request, place)


@audience(Role.CLINICIAN, Role.ASSESSOR)
def show_at_visit(request: HttpRequest, code: str, session_id: str) -> HttpResponse:
    """Show what the drawing of a visit amounts to, beside the one before."""
    place = _at_visit(request, code, session_id)
    return _no_visit(request, code) if place is None else _show(request, place)


@audience(Role.PATIENT)
def draw_own(request: HttpRequest) -> HttpResponse:
    """Show the patient their own drawing of the visit that is open, and keep what is sent."""
    place = _own(request)
    return render(request, "drawing/closed.html", {}) if place is None else _draw(request, place)


@audience(Role.PATIENT)
def show_own(request: HttpRequest) -> HttpResponse:
    """Show the patient what their drawing amounts to."""
    place = _own(request)
    return render(request, "drawing/closed.html", {}) if place is None else _show(request, place)


def _at_visit(request: HttpRequest, code: str, session_id: str) -> _Place | None:
    patient = open_patient(request, code)
    found = next((each for each in _visits(request, patient) if each.visit.session_id == session_id), None)
    if found is None:
        return None
    here = reverse("drawing:draw", args=[code, session_id])
    back = reverse("clinic:visit", args=[code, session_id])
    return _Place(patient, found.visit, found.drawing, here, f"{here}result/", back)


def _own(request: HttpRequest) -> _Place | None:
    own = patients_for(account_of(request), role=Role.PATIENT).first()
    if own is None:
        raise Http404
    patient = open_patient(request, own.code)
    open_ones = [each for each in _visits(request, patient) if timezone.now() - each.since < OPEN_TO_PATIENT]
    if not open_ones:
        return None
    last, here = open_ones[-1], reverse("drawing:own")
    return _Place(patient, last.visit, last.drawing, here, f"{here}result/", reverse("patient:today"))


def _visits(request: HttpRequest, patient: Patient) -> list[Drawn]:
    return visits_seen(account_of(request), patient)


def _draw(request: HttpRequest, place: _Place) -> HttpResponse:
    if request.method != "POST":
        return _editor(request, place, place.drawing)
    is_quiet = "application/json" in request.headers.get("Accept", "")
    try:
        drawing = read_drawing(request, place.visit.session_id)
        save_drawing(request, place.patient, drawing, uid=read_uid(request))
    except (Unreadable, UnwritableRecord) as error:
        fault = error if isinstance(error, Unreadable) else Unreadable(_OTHER, 409)
        if is_quiet:
            return JsonResponse({"problem": say_now(fault.text)}, status=fault.status)
        return _editor(request, place, place.drawing, problem=fault.text, status=fault.status)
    if is_quiet:
        return JsonResponse({"state": _state(drawing, read_chart())})
    messages.success(request, say_now(_SAVED))
    return redirect(place.result)


def _state(drawing: Drawing, chart: BodyChart) -> str:
    if drawing.nowhere or not drawing.is_answer:
        return say_now(_NOWHERE if drawing.nowhere else _CLEARED)
    found = measure_drawing(drawing, chart)
    return say_now(_STATE).format(regions=len(found.regions), area=f"{found.area:.1f}")


def _editor(
    request: HttpRequest, place: _Place, drawing: Drawing | None, *, problem: Text | None = None, status: int = 200
) -> HttpResponse:
    chart = read_chart()
    drawing = drawing if drawing is not None and drawing.chart == chart.name else None
    tapped = {each.region: each for each in drawing.tapped} if drawing else {}
    marks = {
        "strokes": [each.model_dump(mode="json") for each in drawing.strokes] if drawing else [],
        "tapped": {name: each.model_dump(mode="json", exclude={"region"}) for name, each in tapped.items()},
    }
    shown: dict[str, Any] = {
        "place": place,
        "chart": chart,
        "figures": [(view, [(region, region.id in tapped) for region in view.regions]) for view in chart.views],
        "marks": json.dumps(marks, separators=(",", ":")),
        "nowhere": drawing is not None and drawing.nowhere,
        "qualities": QUALITIES.items(),
        "strengths": range(1, 11),
        "uid": uuid.uuid4(),
        "problem": problem,
        "said": drawing_sentence(drawing, chart, lang=reader_language()) if drawing else "",
    }
    return render(request, "drawing/draw.html", shown, status=status)


def _show(request: HttpRequest, place: _Place) -> HttpResponse:
    if place.drawing is None or not place.drawing.is_answer or place.drawing.chart != read_chart().name:
        return redirect(place.here)
    shown = show_drawing(account_of(request), place.patient, place.visit)
    return render(request, "drawing/result.html", shown | {"place": place})


def _no_visit(request: HttpRequest, code: str) -> HttpResponse:
    messages.info(request, say_now(_NO_VISIT))
    return redirect("clinic:patient", code)
