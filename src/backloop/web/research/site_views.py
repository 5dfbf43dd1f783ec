"""The pages of a site's administration.

Decides what an administrator sees: accounts, roles, teams, invitations, who looked at whom; no clinical data.
"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from backloop.errors import DoorError
from backloop.units import Text
from backloop.web.look.wordings import say_now
from backloop.web.people.acting import account_of, open_patient
from backloop.web.people.guarding import audience
from backloop.web.people.models import CareTeam
from backloop.web.people.roles import ROLES, Role
from backloop.web.people.scopes import accounts_for, patients_for
from backloop.web.research.governing import (
    administered_sites,
    administered_studies,
    change_team,
    end_sessions,
    find_account,
    find_grant,
    find_team,
    found_study,
    give_role,
    grants_of,
    make_team,
    open_invitations,
    reads_of,
    run_audit,
    send_invitation,
    switch_account,
    take_role,
    withdraw_invitation,
)
from backloop.web.research.models import AuditCheck
from backloop.web.research.refusals import say_refusal
from backloop.web.research.site_forms import InvitationForm, RoleForm, StudyForm, TeamForm

__all__ = [
    "show_accounts",
    "site_account",
    "site_audit",
    "site_grant_end",
    "site_invitation_end",
    "site_invitations",
    "site_readers",
    "site_readers_of",
    "site_studies",
    "site_team",
    "site_teams",
]

_ADMIN = Role.SITE_ADMIN
_PAGE = 50
_DONE = Text(en="Done, and written down.", zh="已完成并记录。")
_CHOOSE = Text(en="Choose a role and a site; trial roles need a study.", zh="请选择角色与机构；试验角色需指定研究。")
_ENDED = Text(en="{n} sessions were ended.", zh="已结束 {n} 个会话。")
_NOBODY = Text(en="No patient of your sites has this code.", zh="您所在机构没有此编码的患者。")


@audience(_ADMIN)
def show_accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts of the site with their roles."""
    admin = account_of(request)
    wanted = request.GET.get("name", "").strip()[:64]
    found = accounts_for(admin).order_by("username")
    if wanted:
        found = found.filter(username__icontains=wanted)
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    own = {grant.pk for grant in grants_of(admin)}
    rows = [
        (account, [(grant, grant.pk in own) for grant in account.grants.select_related("site", "study")])
        for account in page
    ]
    told = {"rows": rows, "page": page, "wanted": wanted, "form": RoleForm(admin=admin), "admin": admin}
    return render(request, "research/site_accounts.html", told)


@audience(_ADMIN)
@require_POST
def site_account(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """Give an account a role, switch it off or on, or end its sessions."""
    admin = account_of(request)
    try:
        account = find_account(admin, number)
        match deed:
            case "grant":
                form = RoleForm(request.POST, admin=admin)
                if not form.is_valid():
                    raise DoorError(say_now(_CHOOSE))  # noqa: TRY301 - one way to say what is wrong
                give_role(admin, account, form.cleaned_data.pop("role"), **form.cleaned_data)
            case "off" | "on":
                switch_account(admin, account, on=deed == "on")
            case "sessions":
                messages.info(request, say_now(_ENDED).format(n=end_sessions(admin, account)))
            case _:
                raise DoorError(say_now(_CHOOSE))  # noqa: TRY301
        messages.success(request, say_now(_DONE))
    except DoorError as error:
        messages.error(request, say_refusal(error))
    return redirect("research:site")


@audience(_ADMIN)
@require_POST
def site_grant_end(request: HttpRequest, number: int) -> HttpResponse:
    """Take a role back."""
    admin = account_of(request)
    try:
        take_role(admin, find_grant(admin, number), why=request.POST.get("why", "")[:300])
        messages.success(request, say_now(_DONE))
    except DoorError as error:
        messages.error(request, say_refusal(error))
    return redirect("research:site")


@audience(_ADMIN)
def site_teams(request: HttpRequest) -> HttpResponse:
    """List the care teams, and make one."""
    admin = account_of(request)
    form = TeamForm(request.POST or None, admin=admin)
    if request.method == "POST" and form.is_valid():
        try:
            make_team(admin, form.cleaned_data["site"], form.cleaned_data["slug"])
            return redirect("research:site_teams")
        except DoorError as error:
            form.add_error("slug", say_refusal(error))
    teams = CareTeam.objects.filter(site__in=administered_sites(admin)).select_related("site").order_by("site", "slug")
    clinicians = accounts_for(admin).filter(grants__role=Role.CLINICIAN.value).distinct().order_by("username")
    rows = [
        (team, team.members.order_by("username"), clinicians.filter(grants__site=team.site).exclude(teams=team))
        for team in teams
    ]
    return render(request, "research/site_teams.html", {"rows": rows, "form": form})


@audience(_ADMIN)
@require_POST
def site_team(request: HttpRequest, number: int) -> HttpResponse:
    """Let somebody join a team, or take them out."""
    admin = account_of(request)
    try:
        account = find_account(admin, _number(request.POST.get("account", "")))
        change_team(admin, find_team(admin, number), account, joins=request.POST.get("deed") == "join")
        messages.success(request, say_now(_DONE))
    except DoorError as error:
        messages.error(request, say_refusal(error))
    return redirect("research:site_teams")


@audience(_ADMIN)
def site_invitations(request: HttpRequest) -> HttpResponse:
    """List the open invitations, and make one; its link is shown once, right away."""
    admin, link = account_of(request), ""
    form = InvitationForm(request.POST or None, admin=admin)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        try:
            token = send_invitation(admin, told.pop("role"), **told)
            link = request.build_absolute_uri(reverse("join", args=[token]))
            form = InvitationForm(admin=admin)
        except DoorError as error:
            form.add_error(None, say_refusal(error))
    rows = [(one, ROLES[Role(one.role)].title) for one in open_invitations(admin)]
    return render(request, "research/site_invitations.html", {"form": form, "link": link, "rows": rows})


@audience(_ADMIN)
@require_POST
def site_invitation_end(request: HttpRequest, number: int) -> HttpResponse:
    """Withdraw an invitation."""
    try:
        withdraw_invitation(account_of(request), number)
        messages.success(request, say_now(_DONE))
    except DoorError as error:
        messages.error(request, say_refusal(error))
    return redirect("research:site_invitations")


@audience(_ADMIN)
def site_studies(request: HttpRequest) -> HttpResponse:
    """List the studies at the administrator's sites, and set one up."""
    admin = account_of(request)
    form = StudyForm(request.POST or None, admin=admin)
    if request.method == "POST" and form.is_valid():
        found_study(admin, **form.cleaned_data)
        messages.success(request, say_now(_DONE))
        return redirect("research:site_studies")
    return render(request, "research/site_studies.html", {"studies": administered_studies(admin), "form": form})


@audience(_ADMIN)
def site_readers(request: HttpRequest) -> HttpResponse:
    """Ask for the patient whose readers are looked up."""
    wanted = request.GET.get("code", "").replace(" ", "").upper()[:16]
    if wanted and patients_for(account_of(request), role=_ADMIN).filter(code=wanted).exists():
        return redirect("research:site_readers_of", wanted)
    return render(
        request, "research/site_readers.html", {"wanted": wanted, "fault": say_now(_NOBODY) if wanted else ""}
    )


@audience(_ADMIN)
def site_readers_of(request: HttpRequest, code: str) -> HttpResponse:
    """Show who looked at a patient's data, when and at which page; this look is logged as well."""
    patient = open_patient(request, code)
    return render(request, "research/site_readers.html", {"patient": patient, "rows": reads_of(patient.code)})


@audience(_ADMIN)
def site_audit(request: HttpRequest) -> HttpResponse:
    """Show the last checks of the two chains; asking for one starts it in the background."""
    if request.method == "POST":
        check = AuditCheck.objects.filter(state__in=["waiting", "working"]).first()
        if check is None:
            made = AuditCheck.objects.create(account=str(account_of(request).uid))
            run_audit.enqueue(made.pk)
        return redirect("research:site_audit")
    checks = AuditCheck.objects.order_by("-pk")[:10]
    told = {"checks": checks, "is_working": any(not one.is_over for one in checks)}
    name = "research/site_audit_state.html" if request.headers.get("HX-Request") else "research/site_audit.html"
    return render(request, name, told)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0  # noqa: PLR2004 - longer than any key
