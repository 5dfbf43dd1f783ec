"""The page of the plan: what is proposed, what the clinician decides line by line, and the signature.

Decides what stands on the page and what is written down; what may not be decided is in `refusing`.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from backloop.errors import UnwritableRecord
from backloop.letters import evidence_page
from backloop.library import Guideline, Intervention
from backloop.plan import Considered, Plan, Prescription
from backloop.plan import Role as TreatmentRole
from backloop.units import Text
from backloop.web.caring.differing import differences
from backloop.web.caring.drafting import Proposal, agree, propose
from backloop.web.caring.forms import LineForm, SignForm
from backloop.web.caring.opening import Care, as_picture, open_care
from backloop.web.caring.refusing import AMOUNTS, ceiling_of, refuse_line, refuse_signing
from backloop.web.look.sheets import serve_sheet
from backloop.web.look.wordings import reader_language, say_now
from backloop.web.people.acting import record_for
from backloop.web.people.guarding import audience
from backloop.web.people.roles import Role
from backloop.web.store.agreements import (
    PLAN,
    PROGRAMME,
    LineDecision,
    SignedPlan,
    freeze,
    lay_out,
)
from backloop.web.store.drawings import books_of, draw_guidelines, draw_weeks
from backloop.web.store.events import library_in_use
from backloop.web.store.kinds import Decision

__all__ = ["LINE", "decide_line", "show_evidence", "show_plan", "sign_plan"]

LINE = "plan-line"
"""What a decision on one treatment of a proposal is about."""

_REFUSED = 422
_CHANGED = Text(
    en="The proposal has changed since you opened the page. Look at it again, then sign.",
    zh="打开页面之后，建议方案已有变化。请重新查看后再签署。",
)
_SIGNED = Text(en="The plan is signed and frozen.", zh="方案已签署并固定。")
_SENT_BEFORE = Text(
    en="This was sent before with other content. Reload the page and try again.",
    zh="此内容此前已提交过，且与本次不同。请刷新页面后重试。",
)
_NEVER_ADDED = frozenset({TreatmentRole.CONTRAINDICATED})


@dataclass(frozen=True)
class _Amount:
    """One amount of a dose beside the most it may be."""

    field: str
    name: Text
    proposed: float | None
    ceiling: float | None


@dataclass(frozen=True)
class _Line:
    """One proposed treatment with what was decided on it and the form to decide."""

    prescription: Prescription
    amounts: list[_Amount]
    decision: LineDecision | None
    form: LineForm


@dataclass(frozen=True)
class _Other:
    """One treatment that was not chosen, with what was decided on it and the form to add it."""

    considered: Considered
    decision: LineDecision | None
    form: LineForm | None


@dataclass(frozen=True)
class _Position:
    """What one guideline body says of each proposed treatment."""

    body: str
    cells: list[list[Guideline]]


@audience(Role.CLINICIAN)
def show_plan(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is proposed, what is decided and what is signed."""
    return _page(open_care(request, code))


@audience(Role.CLINICIAN)
@require_POST
def decide_line(request: HttpRequest, code: str) -> HttpResponse:
    """Write down the decision on one treatment, or say why it cannot stand; or accept all that are open."""
    care = open_care(request, code, is_look=False)
    proposal = propose(code)
    if proposal is None:
        return redirect("caring:plan", code)
    if request.POST.get("all"):
        return _accept_open(care, proposal)
    form = LineForm(request.POST)
    if not form.is_valid():
        return _page(care, failed=form, status=_REFUSED)
    line = form.line(proposal)
    refused = refuse_line(proposal, line)
    if refused is not None:
        form.add_error(None, say_now(refused))
        return _page(care, failed=form, status=_REFUSED)
    try:
        record_for(request, care.patient, _as_decision(line, proposal), why=line.reason, uid=form.cleaned_data["uid"])
    except UnwritableRecord:
        messages.error(request, say_now(_SENT_BEFORE))
    return redirect(f"{reverse('caring:plan', args=[code])}#line-{line.intervention}")


@audience(Role.CLINICIAN)
@require_POST
def sign_plan(request: HttpRequest, code: str) -> HttpResponse:
    """Sign the plan as it was decided line by line, and lay its programme out; both are frozen."""
    care = open_care(request, code, is_look=False)
    proposal = propose(code)
    if proposal is None:
        return redirect("caring:plan", code)
    form = SignForm(request.POST, today=care.today)
    if not form.is_valid():
        return _page(care, signing=form, status=_REFUSED)
    told, lines = form.cleaned_data, _decided(care, proposal)
    if any(signing.event.uid == told["uid"] for signing in care.signed):
        return redirect("caring:programme", code)
    agreed = agree(proposal, lines)
    refused = refuse_signing(proposal, lines, agreed)
    if not refused and told["fingerprint"] != proposal.fingerprint:
        refused = (_CHANGED,)
    if refused:
        for why in refused:
            form.add_error(None, say_now(why))
        return _page(care, signing=form, status=_REFUSED)
    signed = SignedPlan(
        plan=agreed,
        lines=tuple(lines.values()),
        start=told["start"],
        signed_by=care.account.title or care.account.username,
    )
    _write_signature(care, signed, form)
    messages.success(request, say_now(_SIGNED))
    return redirect("caring:programme", code)


@audience(Role.CLINICIAN)
def show_evidence(request: HttpRequest, code: str, treatment: str) -> HttpResponse:
    """Show all that is known of one treatment: forest plots, conflicts, guidelines, harms."""
    open_care(request, code)
    library = library_in_use()
    if treatment not in library.shelf("interventions"):
        raise Http404
    return serve_sheet(evidence_page(library.intervention(treatment), lang=reader_language(), library=library))


def _write_signature(care: Care, signed: SignedPlan, form: SignForm) -> None:
    told, visit = form.cleaned_data, signed.plan.session_id
    programme = lay_out(signed, library=library_in_use())
    decision = Decision(
        about=PLAN, choice="signed", reason=told["reason"], session_id=visit, noun="SignedPlan", content=freeze(signed)
    )
    laid = Decision(about=PROGRAMME, choice="as signed", session_id=visit, noun="Programme", content=freeze(programme))
    with transaction.atomic():
        record_for(care.request, care.patient, decision, why=told["reason"], uid=told["uid"])
        record_for(care.request, care.patient, laid)


def _accept_open(care: Care, proposal: Proposal) -> HttpResponse:
    decided, refused = _decided(care, proposal), []
    for each in proposal.plan.prescriptions:
        line = LineDecision(intervention=each.intervention, choice="accepted")
        if each.intervention in decided:
            continue
        why = refuse_line(proposal, line)
        if why is None:
            record_for(care.request, care.patient, _as_decision(line, proposal))
        else:
            refused.append(f"{say_now(each.title)}: {say_now(why)}")
    for why_not in refused:
        messages.error(care.request, why_not)
    return redirect(f"{reverse('caring:plan', args=[care.patient.code])}#sign")


def _as_decision(line: LineDecision, proposal: Proposal) -> Decision:
    return Decision(
        about=LINE,
        choice=line.choice,
        reason=line.reason,
        session_id=proposal.plan.session_id,
        noun="LineDecision",
        content=freeze(line),
    )


def _decided(care: Care, proposal: Proposal) -> dict[str, LineDecision]:
    """Give the last decision on each treatment of this visit's proposal since the last signature."""
    since = care.signed[-1].event.seq if care.signed else 0
    found: dict[str, LineDecision] = {}
    for each in care.standing("decision", about=[LINE]):
        noun = each.noun
        if each.event.seq > since and isinstance(noun, Decision) and noun.session_id == proposal.plan.session_id:
            line = LineDecision.model_validate(noun.content)
            found.pop(line.intervention, None)
            found[line.intervention] = line
    known = {
        *(each.intervention for each in proposal.plan.prescriptions),
        *(name for name, line in found.items() if line.choice == "added" and proposal.considered(name)),
    }
    return {name: line for name, line in found.items() if name in known}


def _page(
    care: Care, *, failed: LineForm | None = None, signing: SignForm | None = None, status: int = 200
) -> HttpResponse:
    proposal = propose(care.patient.code)
    if proposal is None:
        return care.page("plan")
    lines = _decided(care, proposal)
    agreed = agree(proposal, lines)
    in_force = care.signed[-1] if care.signed else None
    start = {"start": care.today, "fingerprint": proposal.fingerprint}
    return care.page(
        "plan",
        status=status,
        at=care.visit(proposal.plan.session_id),
        plan=proposal.plan,
        lines=[_line(each, lines.get(each.intervention), failed) for each in proposal.plan.prescriptions],
        others=[_other(proposal, each, lines.get(each.intervention), failed) for each in _worst_first(proposal.plan)],
        agreed=agreed,
        barriers=refuse_signing(proposal, lines, agreed),
        undecided=[each for each in proposal.plan.prescriptions if each.intervention not in lines],
        failed=failed,
        has_lines=bool(lines),
        sign_form=signing or SignForm(initial=start, today=care.today),
        in_force=in_force,
        earlier=care.signed[:-1],
        differing=differences(in_force.signed, proposal.plan) if in_force else [],
        **_pictures(proposal),
    )


def _line(each: Prescription, decision: LineDecision | None, failed: LineForm | None) -> _Line:
    dose = each.dose if decision is None or decision.dose is None else decision.dose
    amounts = [
        _Amount(field, name, getattr(each.dose, field), ceiling_of(each.dose, field))
        for field, (_ceiling, name) in AMOUNTS.items()
    ]
    told: dict[str, Any] = {amount: getattr(dose, amount) for amount in AMOUNTS} | {"intervention": each.intervention}
    if decision is not None:
        told |= {"choice": decision.choice, "reason": decision.reason}
    form = _form(each.intervention, told, failed).offer("accepted", "changed", "left out")
    for one in amounts:
        if one.ceiling is None:
            del form.fields[one.field]
        else:
            form.fields[one.field].widget.attrs["max"] = f"{one.ceiling:g}"
    return _Line(each, [one for one in amounts if one.ceiling is not None], decision, form)


def _other(proposal: Proposal, each: Considered, decision: LineDecision | None, failed: LineForm | None) -> _Other:
    is_sham = proposal.library.intervention(each.intervention).role == "sham"
    if each.role in _NEVER_ADDED or is_sham:
        return _Other(each, None, None)
    told = {"intervention": each.intervention, "choice": "added", "reason": decision.reason if decision else ""}
    return _Other(each, decision, _form(each.intervention, told, failed).offer("added"))


def _worst_first(plan: Plan) -> list[Considered]:
    """Give what was not chosen by role, what must not be given first."""
    ranks = list(TreatmentRole)
    return sorted(plan.considered, key=lambda each: -ranks.index(each.role))


def _form(treatment: str, told: dict[str, Any], failed: LineForm | None) -> LineForm:
    if failed is not None and failed.data.get("intervention") == treatment:
        failed.auto_id = f"{treatment}-%s"
        return failed
    return LineForm(initial=told, auto_id=f"{treatment}-%s")


def _pictures(proposal: Proposal) -> dict[str, Any]:
    nouns, at, lang = proposal.nouns, proposal.plan.session_id, reader_language()
    return {
        "weeks_picture": as_picture(draw_weeks(nouns, at, lang)),
        "guideline_picture": as_picture(draw_guidelines(nouns, at, lang)),
        "positions": _positions(books_of(proposal.plan)),
    }


def _positions(books: list[Intervention]) -> list[_Position]:
    bodies = dict.fromkeys(row.body for book in books for row in book.guidelines)
    return [
        _Position(body, [[row for row in book.guidelines if row.body == body] for book in books]) for body in bodies
    ]
