"""The pages of a study: list, plan, visits, counts, exports, unblinding, report.

Decides who sees which page and what it shows; every page but a participant's own is the same whatever the arms are.
"""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from backloop.errors import BackloopError, TrialError
from backloop.units import Text
from backloop.web.look.wordings import reader_language, say_now
from backloop.web.people.acting import account_of
from backloop.web.people.guarding import audience
from backloop.web.people.models import Study
from backloop.web.people.roles import Role
from backloop.web.people.scopes import studies_for
from backloop.web.people.study_scopes import actor_in, open_study, participations_for
from backloop.web.research.attendance import count_visits, visits_of_study
from backloop.web.research.designs import freeze_plan, plan_of_study, take_plan
from backloop.web.research.forms import PlanForm, ReasonForm, UnblindForm
from backloop.web.research.models import SealedList, StudyReport
from backloop.web.research.pages import attachment, sandboxed
from backloop.web.research.refusals import refusal, say_refusal
from backloop.web.research.reporting import ask_for_report
from backloop.web.research.sealing import blinded_tables, check_sealed, reveal_seed, seal_list
from backloop.web.research.study_exports import gather_study, measures_csv, study_bids, study_redcap
from backloop.web.research.tallying import count_participants
from backloop.web.store.events import add_event
from backloop.web.store.kinds import AccessChanged

__all__ = [
    "check_study_list",
    "design",
    "draw",
    "export",
    "freeze_design",
    "report",
    "report_page",
    "show_counts",
    "show_studies",
    "show_study",
    "show_visits",
    "unblind",
]

_C, _S, _A = Role.COORDINATOR, Role.STATISTICIAN, Role.ASSESSOR
_READ = Text(en="The design was read. Check it, then freeze it.", zh="设计文件已读取，请核对后锁定。")
_FROZEN = Text(en="The plan is frozen.", zh="方案已锁定。")
_DRAWN = Text(
    en="The list is drawn and sealed. Publish its fingerprint now.", zh="分组表已生成并密封，请立即公布其指纹。"
)
_WHOLE = Text(
    en="The list follows from its seed, and its lines were opened in their order.",
    zh="分组表与种子一致，且各行按顺序启用。",
)
_OPENED = Text(en="The study is unblinded for its statisticians.", zh="研究已对统计师揭盲。")
_BLINDED = Text(
    en="The study is still blinded; its report waits for unblinding.", zh="研究仍处于盲态，揭盲后方可生成报告。"
)
_NO_PLAN = Text(en="The study has no plan yet.", zh="该研究尚无设计方案。")
_NO_PAGE = Text(en="There is no such report.", zh="没有该报告。")


@audience(_C, _S, _A)
def show_studies(request: HttpRequest) -> HttpResponse:
    """List the studies the account has a part in."""
    return render(request, "research/studies.html", {"studies": studies_for(account_of(request)).order_by("slug")})


@audience(_C, _S, _A)
def show_study(request: HttpRequest, study: str) -> HttpResponse:
    """Show how a study stands, and where to go on."""
    found, role = open_study(account_of(request), study, _C, _S, _A)
    sealed = SealedList.objects.filter(study=found).first()
    told = {"study": found, "plan": plan_of_study(found), "sealed": sealed, "role": role.value}
    if role is not _A:
        told["counts"] = count_participants(list(participations_for(account_of(request), found, role)))
    if role is _C:
        told["unblinding"] = UnblindForm(expected=found.slug)
    return render(request, "research/study.html", told)


@audience(_C, _S)
def design(request: HttpRequest, study: str) -> HttpResponse:
    """Show a study's plan; a coordinator reads it from its file."""
    found, role = open_study(account_of(request), study, _C, _S)
    form = PlanForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and role is _C and form.is_valid():
        try:
            take_plan(found, form.cleaned_data["design"])
        except TrialError as error:
            form.add_error("design", say_refusal(error))
        else:
            messages.success(request, say_now(_READ))
            return redirect("research:design", found.slug)
    told = {"study": found, "plan": plan_of_study(found), "role": role.value, "form": form, "freezing": ReasonForm()}
    told["sealed"] = SealedList.objects.filter(study=found).first()
    return render(request, "research/design.html", told)


@audience(_C)
@require_POST
def freeze_design(request: HttpRequest, study: str) -> HttpResponse:
    """Freeze a study's plan, or an amendment."""
    found, role = open_study(account_of(request), study, _C)
    try:
        freeze_plan(found, reason=request.POST.get("reason", "")[:300], actor=actor_in(account_of(request), role))
        messages.success(request, say_now(_FROZEN))
    except TrialError as error:
        messages.error(request, say_refusal(error))
    return redirect("research:design", found.slug)


@audience(_C)
@require_POST
def draw(request: HttpRequest, study: str) -> HttpResponse:
    """Draw and seal a study's list."""
    found, role = open_study(account_of(request), study, _C)
    try:
        seal_list(found, actor=actor_in(account_of(request), role))
        messages.success(request, say_now(_DRAWN))
    except TrialError as error:
        messages.error(request, say_refusal(error))
    return redirect("research:design", found.slug)


@audience(_C, _S)
@require_POST
def check_study_list(request: HttpRequest, study: str) -> HttpResponse:
    """Check that a study's list is the one that was drawn, without showing it."""
    found, _ = open_study(account_of(request), study, _C, _S)
    try:
        check_sealed(found)
        messages.success(request, say_now(_WHOLE))
    except BackloopError as error:
        messages.error(request, say_refusal(error))
    return redirect("research:design", found.slug)


@audience(_C, _S, _A)
def show_visits(request: HttpRequest, study: str) -> HttpResponse:
    """Show which planned visits are complete, due or missed."""
    account = account_of(request)
    found, role = open_study(account, study, _C, _S, _A)
    trial = plan_of_study(found).trial
    today = timezone.localdate()
    rows = visits_of_study(account, found, role, trial=trial, today=today) if trial else []
    totals = count_visits(rows, trial) if trial else []
    told: dict[str, Any] = {"study": found, "trial": trial, "rows": rows, "totals": totals, "role": role.value}
    told["missed"] = sum(row.count("missed") for row in rows)
    told["due"] = sum(row.count("due") for row in rows)
    return render(request, "research/visits.html", told)


@audience(_C, _S)
def show_counts(request: HttpRequest, study: str) -> HttpResponse:
    """Show how many people came to each step, over all arms together."""
    account = account_of(request)
    found, role = open_study(account, study, _C, _S)
    plan = plan_of_study(found)
    parts = list(participations_for(account, found, role))
    rows = visits_of_study(account, found, role, trial=plan.trial, today=timezone.localdate()) if plan.trial else []
    told = {"study": found, "plan": plan, "counts": count_participants(parts), "role": role.value}
    told["totals"] = count_visits(rows, plan.trial) if plan.trial else []
    return render(request, "research/consort.html", told)


@audience(_C, _S)
def export(request: HttpRequest, study: str, form: str) -> HttpResponse:
    """Hand out a study's data: long CSV or BIDS for the statistician, REDCap files for the coordinator."""
    account = account_of(request)
    found, role = open_study(account, study, _C, _S)
    wanted = {_S: {"csv", "bids"}, _C: {"redcap"}}[role]
    try:
        if form not in wanted:
            raise refusal(
                TrialError,
                en=f"expected one of {', '.join(sorted(wanted))} for your part in the study",
                zh=f"您在本研究中的角色可导出：{', '.join(sorted(wanted))}",
            )
        people = gather_study(account, found, role, what=form)
        name = f"{found.slug}-{timezone.localdate():%Y-%m-%d}"
        if form == "csv":
            return attachment(measures_csv(people, with_arm=found.unblinded_at is not None), f"{name}.csv")
        if form == "bids":
            return attachment(study_bids(people), f"{name}-bids.zip")
        return attachment(study_redcap(people, tables=blinded_tables(found)), f"{name}-redcap.zip")
    except BackloopError as error:
        messages.error(request, say_refusal(error))
        return redirect("research:study", found.slug)


@audience(_C)
@require_POST
def unblind(request: HttpRequest, study: str) -> HttpResponse:
    """Open the arms to the study's statisticians, for good."""
    account = account_of(request)
    found, role = open_study(account, study, _C)
    form = UnblindForm(request.POST, expected=found.slug)
    if not form.is_valid() or not plan_of_study(found).is_frozen:
        words = Text(
            en="Not unblinded: freeze the plan first, and type the study's short name.",
            zh="未揭盲：请先锁定方案，并输入研究简称。",
        )
        messages.error(request, say_now(words))
        return redirect("research:study", found.slug)
    with transaction.atomic():
        changed = Study.objects.filter(pk=found.pk, unblinded_at=None).update(unblinded_at=dt.datetime.now(tz=dt.UTC))
        if changed:
            what = AccessChanged(account=str(account.uid), what=f"unblinded {found}", given=True)
            add_event(actor_in(account, role), "", what)
    messages.success(request, say_now(_OPENED))
    return redirect("research:study", found.slug)


@audience(_S)
def report(request: HttpRequest, study: str) -> HttpResponse:
    """Show the reports of an unblinded study; asking for one starts it in the background."""
    account = account_of(request)
    found, _ = open_study(account, study, _S)
    if request.method == "POST":
        if found.unblinded_at is None:
            messages.error(request, say_now(_BLINDED))
        elif plan_of_study(found).trial is None:
            messages.error(request, say_now(_NO_PLAN))
        else:
            ask_for_report(account, found, language=reader_language())
        return redirect("research:report", found.slug)
    told: dict[str, Any] = {"study": found, "reports": StudyReport.objects.filter(study=found).order_by("-pk")[:20]}
    told["is_working"] = any(not each.is_over for each in told["reports"])
    told |= {"seed": reveal_seed(found), "role": _S.value}
    name = "research/report_state.html" if request.headers.get("HX-Request") else "research/report.html"
    return render(request, name, told)


@audience(_S)
def report_page(request: HttpRequest, study: str, number: int) -> HttpResponse:
    """Show one finished report by itself, where it can do nothing but be read."""
    found, _ = open_study(account_of(request), study, _S)
    made = StudyReport.objects.filter(study=found, pk=number, state="done").first()
    if made is None or found.unblinded_at is None:
        messages.error(request, say_now(_NO_PAGE))
        return redirect("research:report", found.slug)
    return sandboxed(made.page)
