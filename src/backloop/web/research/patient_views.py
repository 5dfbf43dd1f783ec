"""The pages of one patient's exchange and recordings: take out, take in after a look, send to the panel.

Decides who may do which; clinicians of the patient exchange, blinded assessors only hand recordings in.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from backloop.errors import BackloopError
from backloop.letters import panel_page
from backloop.units import Text
from backloop.web.look.wordings import reader_language, say_now
from backloop.web.people.acting import account_of, open_patient
from backloop.web.people.attending import visits_of
from backloop.web.people.guarding import audience
from backloop.web.people.models import Patient
from backloop.web.people.roles import Role
from backloop.web.people.scopes import get_patient, sight_of
from backloop.web.research.deliveries import drawings_of, panel_of, store_upload
from backloop.web.research.intake import drop_waiting, hold_file, read_waiting, write_waiting
from backloop.web.research.models import Upload, Waiting
from backloop.web.research.pages import attachment, sandboxed
from backloop.web.research.parcels import PARCELS, pack_patient
from backloop.web.research.patient_forms import IntakeForm, RecordingForm
from backloop.web.research.recipes import KINDS, PLACES
from backloop.web.research.refusals import say_refusal
from backloop.web.store.events import library_in_use

__all__ = ["exchange", "preview", "result", "send_recordings", "take_out", "upload_states"]

_CL, _A = Role.CLINICIAN, Role.ASSESSOR
_ADDED = Text(en="{n} entries were added to the record.", zh="已向记录添加 {n} 条内容。")
_TWICE = Text(en="This file was written down before.", zh="该文件已写入，请勿重复。")
_OTHER = Text(
    en="The file calls the person otherwise; tick that it is the same person.",
    zh="文件中的人员编号不同，请勾选确认为同一人。",
)
_GONE = Text(en="There is nothing waiting under this number.", zh="没有该待确认文件。")
_SAME = Text(en="This file of this visit is there already.", zh="该访视的此文件已存在。")
_NO_RESULT = Text(en="There is no result under this number.", zh="没有该结果。")
_NO_FORM = Text(en="There is no such form of export.", zh="没有该导出格式。")


@audience(_CL)
def exchange(request: HttpRequest, code: str) -> HttpResponse:
    """Show what can be taken out, and take a file in for a look."""
    patient = _in_care(request, code)
    open_patient(request, code)
    drop_waiting(patient)
    form = IntakeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        actor = sight_of(account_of(request), patient).actor(account_of(request))
        try:
            held = hold_file(patient, actor, form=told["form"], file=told["file"], beside=told["beside"])
            return redirect("research:preview", code, held.pk)
        except BackloopError as error:
            form.add_error("file", say_refusal(error))
    waiting = Waiting.objects.filter(patient=patient, state="waiting").order_by("-pk")
    told = {"patient": patient, "form": form, "waiting": waiting}
    return render(request, "research/exchange.html", told, status=400 if form.errors else 200)


@audience(_CL)
def take_out(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """Hand out the record in one of its forms; that is logged."""
    patient = _in_care(request, code)
    if form not in PARCELS:
        messages.error(request, say_now(_NO_FORM))
        return redirect("research:exchange", code)
    open_patient(request, code, what=f"export:{form}")
    try:
        packed = pack_patient(patient, form, lang=reader_language())
    except BackloopError as error:
        messages.error(request, say_refusal(error))
        return redirect("research:exchange", code)
    return attachment(packed, f"{code}-{timezone.localdate():%Y-%m-%d}-{form}.{PARCELS[form]}")


@audience(_CL)
def preview(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show what a file would add, and add it once that is confirmed."""
    patient = _in_care(request, code)
    held = Waiting.objects.filter(patient=patient, pk=number, state="waiting").first()
    if held is None:
        messages.error(request, say_now(_GONE))
        return redirect("research:exchange", code)
    is_other = held.person != f"sub-{code}"
    if request.method == "POST" and request.POST.get("deed") == "drop":
        held.delete()
        return redirect("research:exchange", code)
    if request.method == "POST" and is_other and not request.POST.get("same"):
        messages.error(request, say_now(_OTHER))
    elif request.method == "POST":
        count = write_waiting(held, sight_of(account_of(request), patient).actor(account_of(request)))
        messages.success(request, say_now(_ADDED).format(n=count) if count else say_now(_TWICE))
        return redirect("research:exchange", code)
    open_patient(request, code)
    told = {"patient": patient, "held": held, "new": read_waiting(held), "is_other": is_other}
    return render(request, "research/preview.html", told)


@audience(_CL, _A)
def send_recordings(request: HttpRequest, code: str) -> HttpResponse:
    """Show what was sent to the panel and how it stands, and send more."""
    patient = _may_send(request, code)
    open_patient(request, code)
    form = RecordingForm(request.POST or None, request.FILES or None, visits=_visits(request, patient))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        place = told["place"] if told["kind"] == "spectrum" else ""
        names = {"session_id": told["session_id"], "kind": told["kind"], "place": place, "file": told["file"]}
        try:
            _, is_new = store_upload(request, patient, **names)
            if not is_new:
                messages.info(request, say_now(_SAME))
            return redirect("research:recordings", code)
        except BackloopError as error:
            form.add_error("file", say_refusal(error))
    told = {"patient": patient, "form": form, **_uploads(request, patient)}
    return render(request, "research/recordings.html", told, status=400 if form.errors else 200)


@audience(_CL, _A)
def upload_states(request: HttpRequest, code: str) -> HttpResponse:
    """Give the list of uploads again, for a page that waits for one."""
    patient = _may_send(request, code)
    return render(request, "research/upload_states.html", {"patient": patient, **_uploads(request, patient)})


@audience(_CL)
def result(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show the panel an upload became, by itself, where it can do nothing but be read."""
    patient = _in_care(request, code)
    upload = Upload.objects.filter(patient=patient, pk=number, state="done").first()
    panel = panel_of(upload) if upload else None
    if upload is None or panel is None:
        messages.error(request, say_now(_NO_RESULT))
        return redirect("research:recordings", code)
    open_patient(request, code)
    drawn = drawings_of(upload)
    lang, library = reader_language(), library_in_use()
    return sandboxed(panel_page(panel, curves=drawn.curves, matrices=drawn.matrices, lang=lang, library=library))


def _in_care(request: HttpRequest, code: str) -> Patient:
    """Give a patient of one's own care; who is blinded in a study with the patient is not let in."""
    patient = get_patient(account_of(request), code)
    sight = sight_of(account_of(request), patient)
    if sight.is_blinded or _CL not in sight.roles:
        raise PermissionDenied
    return patient


def _may_send(request: HttpRequest, code: str) -> Patient:
    patient = get_patient(account_of(request), code)
    if "recording" not in sight_of(account_of(request), patient).writes:
        raise PermissionDenied
    return patient


def _visits(request: HttpRequest, patient: Patient) -> list[tuple[str, str]]:
    seen = visits_of(account_of(request), patient)
    return [(one.session_id, f"{one.session_id} {one.label}".strip()) for one in seen]


def _uploads(request: HttpRequest, patient: Patient) -> dict[str, object]:
    """Give the uploads; whoever may not read findings sees only that their own arrived."""
    may_read = "finding" in sight_of(account_of(request), patient).kinds
    found = Upload.objects.filter(patient=patient).order_by("-pk")
    if not may_read:
        found = found.filter(account=str(account_of(request).uid))
    rows = [(one, KINDS[one.kind].title, PLACES.get(one.place)) for one in found[:100]]
    return {"rows": rows, "may_read": may_read, "is_working": may_read and any(not one.is_over for one, *_ in rows)}
