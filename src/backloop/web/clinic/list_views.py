"""The pages a clinician starts from: the worklist, and entering a new patient.

Decides what these pages answer; order and content of the list are decided in `worklists`.
"""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from backloop.units import Text
from backloop.web.clinic.forms import PURPOSES, NewPatientForm
from backloop.web.clinic.watching import catch_up
from backloop.web.clinic.worklists import SHOWS, is_blinded, make_worklist
from backloop.web.look.wordings import say_now
from backloop.web.people.acting import account_of, identify_for, record_for
from backloop.web.people.guarding import audience
from backloop.web.people.making import make_patient
from backloop.web.people.models import Patient
from backloop.web.people.roles import Role
from backloop.web.people.scopes import patients_for
from backloop.web.settings.starting import this_clinic
from backloop.web.store.events import Actor
from backloop.web.store.identities import IDENTITY_FIELDS
from backloop.web.store.kinds import ConsentGiven, PersonFacts
from backloop.web.store.reading import log_reads

__all__ = ["enter_patient", "show_worklist"]

_ENTERED = Text(
    en="The patient was entered. The code is {code}; write it on the paper forms.",
    zh="患者已录入，编号为 {code}。请将编号写在纸质表格上。",
)


@audience(Role.CLINICIAN, Role.ASSESSOR)
def show_worklist(request: HttpRequest) -> HttpResponse:
    """Show whose turn it is, with what is due and what must be looked at."""
    # Who is sought by name comes in the form's body: an address is kept by browsers and proxies.
    account, asked, query = account_of(request), request.POST or request.GET, request.POST.get("q", "")[:200].strip()
    is_current, blinded = catch_up(among=patients_for(account)), is_blinded(account)
    found = make_worklist(account, show=asked.get("show", "all"), query=query, number=asked.get("page", "1"))
    role = Role.ASSESSOR if blinded else Role.CLINICIAN
    actor = Actor(account=str(account.uid), role=role.value)
    if found.lines:
        log_reads(actor, [line.patient.code for line in found.lines], "clinic:worklist")
    shown = {
        "found": found,
        "shows": {name: text for name, text in SHOWS.items() if not blinded or name in {"all", "alerts"}},
        "is_current": is_current,
        "is_blinded": blinded,
    }
    return render(request, "clinic/worklist.html", shown)


@audience(Role.CLINICIAN)
def enter_patient(request: HttpRequest) -> HttpResponse:
    """Enter a new patient: identifiers under lock, consent by purpose, the care team."""
    form = NewPatientForm(request.POST or None, account=account_of(request))
    if request.method == "POST" and form.is_valid():
        patient = _enter(request, form)
        messages.success(request, say_now(_ENTERED).format(code=patient.code))
        return redirect("clinic:patient", patient.code)
    status = 422 if form.is_bound else 200
    return render(request, "clinic/new_patient.html", {"form": form}, status=status)


@transaction.atomic
def _enter(request: HttpRequest, form: NewPatientForm) -> Patient:
    chosen = form.cleaned_data
    is_demo = this_clinic().mode == "demo"
    patient = make_patient(chosen["site"], *chosen["teams"], made_up=is_demo)
    record_for(request, patient, PersonFacts(participant=form.participant(patient.code), made_up=is_demo))
    for purpose in PURPOSES:
        given = bool(chosen[f"consent_{purpose}"])
        words = chosen[f"form_{purpose}"].strip() or "-"
        record_for(request, patient, ConsentGiven(purpose=purpose, given=given, form=words))
    for name in IDENTITY_FIELDS:
        if chosen[name].strip():
            identify_for(request, patient, name, chosen[name])
    return patient
