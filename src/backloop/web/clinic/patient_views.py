"""The page of one patient and what is done from it: close an alert, write, invite, consent, identifiers, download.

Decides what these pages answer to each role; a blinded account gets what `people.scopes` lets it see and no more.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backloop.record import Session
from backloop.units import Text
from backloop.web.clinic.answering import OF_TREATMENT
from backloop.web.clinic.conversation import sent_lately
from backloop.web.clinic.forms import PURPOSES, CloseForm, ConsentForm, IdentityForm, MessageForm, VisitForm
from backloop.web.clinic.models import OpenAlert, Watch
from backloop.web.clinic.timelines import Story, tell_story
from backloop.web.clinic.watching import refresh, review_now
from backloop.web.clinic.worklists import alerts_for
from backloop.web.keeping.mailing import tell_by_mail
from backloop.web.look.wordings import say_now
from backloop.web.people.acting import account_of, identify_for, open_patient, record_for
from backloop.web.people.guarding import audience
from backloop.web.people.invitations import invite
from backloop.web.people.models import Account, Participation, Patient
from backloop.web.people.roles import Role
from backloop.web.people.scopes import events_for, names_for, sight_of
from backloop.web.store.events import library_in_use
from backloop.web.store.identities import IDENTITY_FIELDS
from backloop.web.store.kinds import ConsentGiven, Decision, Message
from backloop.web.store.nouns import record_of

__all__ = [
    "close_alert",
    "download_record",
    "edit_identity",
    "invite_person",
    "record_consent",
    "send_message",
    "show_next_tests",
    "show_patient",
]

_PAGE = 40
_CLOSED = Text(en="The alert is closed; the reason is on the timeline.", zh="警示已关闭，理由已记入时间线。")
_GONE = Text(en="This alert was closed already, or changed. Look again.", zh="该警示已关闭或已变化，请重新查看。")
_WHY = Text(
    en="Say in a few words what was done and why the alert can be closed.",
    zh="请简要说明已采取的措施及关闭警示的理由。",
)
_SENT = Text(en="The message was sent.", zh="消息已发送。")
_EMPTY = Text(en="Write the message first.", zh="请先填写消息内容。")
_SAVED = Text(en="Saved.", zh="已保存。")
_CONSENT = Text(
    en="Choose yes or no, and name the form that was signed.", zh="请选择同意或不同意，并填写所签同意书的名称。"
)


@audience(Role.CLINICIAN, Role.ASSESSOR, Role.COORDINATOR)
@require_GET
def show_patient(request: HttpRequest, code: str) -> HttpResponse:
    """Show one patient: who, alerts, what is due, visits, the story so far."""
    patient, account = open_patient(request, code), account_of(request)
    sight = sight_of(account, patient)
    hidden = OF_TREATMENT if sight.is_blinded else ()
    story = tell_story(events_for(account, patient), library_in_use(), hidden=hidden)
    is_carer = Role.CLINICIAN in sight.roles and not sight.is_blinded
    shown: dict[str, Any] = {
        "patient": patient,
        "names": {} if sight.is_blinded else names_for(account, patient),
        "participations": Participation.objects.filter(patient=patient).select_related("study"),
        "sight": sight,
        "is_carer": is_carer,
        "can_assess": "response" in sight.writes,
        "visits": story.visits,
        "visit_form": _visit_form(story.visits),
        "story": Paginator(story.episodes, _PAGE).get_page(request.GET.get("page", "1")),
        "notices": alerts_for(account, [patient]).get(code, []) if "response" in sight.writes else [],
    }
    if is_carer:
        shown |= _carer_parts(account, patient, story)
    return render(request, "clinic/patient.html", shown)


@audience(Role.CLINICIAN)
@require_GET
def show_next_tests(request: HttpRequest, code: str) -> HttpResponse:
    """Compute and show the tests that would tell most next; a part of the patient's page."""
    patient = open_patient(request, code)
    _refuse_blinded(request, patient)
    review_now(patient.code)
    watch = Watch.objects.filter(patient=patient).first()
    return render(request, "clinic/next_tests.html", {"patient": patient, "watch": watch})


@audience(Role.CLINICIAN)
@require_POST
def close_alert(request: HttpRequest, code: str) -> HttpResponse:
    """Close an alert with the reason, as a decision on the record."""
    patient, form = open_patient(request, code), CloseForm(request.POST)
    row = OpenAlert.objects.filter(patient=patient, key=request.POST.get("key", "")).first()
    if not form.is_valid():
        messages.error(request, say_now(_WHY))
    elif row is None:
        messages.error(request, say_now(_GONE))
    else:
        noun = Decision(
            about="alert",
            choice="closed",
            reason=form.cleaned_data["reason"],
            session_id=row.session_id,
            content={"alert": row.key},
        )
        record_for(request, patient, noun)
        refresh([patient.code])
        messages.success(request, say_now(_CLOSED))
    return redirect("clinic:patient", code)


@audience(Role.CLINICIAN)
@require_POST
def send_message(request: HttpRequest, code: str) -> HttpResponse:
    """Send words to the patient."""
    patient, form = open_patient(request, code), MessageForm(request.POST)
    if form.is_valid():
        record_for(request, patient, Message(to="patient", words=form.cleaned_data["words"]))
        tell_by_mail(patient)
        messages.success(request, say_now(_SENT))
    else:
        messages.error(request, say_now(_EMPTY))
    return redirect("clinic:patient", code)


@audience(Role.CLINICIAN, Role.COORDINATOR)
def edit_identity(request: HttpRequest, code: str) -> HttpResponse:
    """Enter, change or remove the direct identifiers; only what changed is written."""
    patient, account = open_patient(request, code), account_of(request)
    if "identity" not in sight_of(account, patient).writes:
        raise PermissionDenied
    before = names_for(account, patient)
    form = IdentityForm(request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        for name in IDENTITY_FIELDS:
            value = form.cleaned_data[name].strip()
            if value != before.get(name, ""):
                identify_for(request, patient, name, value)
        messages.success(request, say_now(_SAVED))
        return redirect("clinic:patient", code)
    return render(request, "clinic/identity.html", {"patient": patient, "form": form})


@audience(Role.CLINICIAN, Role.COORDINATOR)
@require_POST
def record_consent(request: HttpRequest, code: str) -> HttpResponse:
    """Write down a yes, a no or a withdrawal for one purpose."""
    patient, form = open_patient(request, code), ConsentForm(request.POST)
    if form.is_valid():
        chosen = form.cleaned_data
        noun = ConsentGiven(purpose=chosen["purpose"], given=chosen["given"] == "yes", form=chosen["form"])
        record_for(request, patient, noun)
        messages.success(request, say_now(_SAVED))
    else:
        messages.error(request, say_now(_CONSENT))
    return redirect("clinic:patient", code)


@audience(Role.CLINICIAN)
def invite_person(request: HttpRequest, code: str) -> HttpResponse:
    """Make a one-time link for the patient or a helper; it is shown once."""
    patient, account = open_patient(request, code), account_of(request)
    if "identity" not in sight_of(account, patient).writes:
        raise PermissionDenied
    shown: dict[str, Any] = {"patient": patient, "has_account": patient.account_id is not None}
    if request.method == "POST":
        role = Role.HELPER if request.POST.get("role") == "helper" else Role.PATIENT
        token = invite(sight_of(account, patient).actor(account), role, patient=patient)
        shown |= {"link": request.build_absolute_uri(reverse("join", args=[token])), "is_helper": role is Role.HELPER}
    return render(request, "clinic/invite.html", shown)


@audience(Role.CLINICIAN)
@require_GET
def download_record(request: HttpRequest, code: str) -> HttpResponse:
    """Give the patient's record as the core's JSON, by code and without identifiers."""
    patient = open_patient(request, code)
    _refuse_blinded(request, patient)
    record = record_of(patient.code)
    if record is None:
        messages.info(request, say_now(Text(en="Nothing was measured yet.", zh="尚无测量数据。")))
        return redirect("clinic:patient", code)
    answer = HttpResponse(record.model_dump_json(indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="record-{patient.code}.json"'
    return answer


def _visit_form(visits: list[Session]) -> VisitForm:
    order = max((visit.order for visit in visits), default=0) + 1
    return VisitForm(initial={"order": order} | ({} if visits else {"week": 0}))


def _carer_parts(account: Account, patient: Patient, story: Story) -> dict[str, Any]:
    return {
        "sent": sent_lately(account, patient),
        "watch": Watch.objects.filter(patient=patient).first(),
        "consents": [(purpose, text, story.consents.get(purpose)) for purpose, text in PURPOSES.items()],
        "message_form": MessageForm(),
    }


def _refuse_blinded(request: HttpRequest, patient: Patient) -> None:
    if sight_of(account_of(request), patient).is_blinded:
        raise PermissionDenied
