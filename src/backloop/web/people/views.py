"""The pages everybody has: the start page, one's own account, joining by invitation, and a sign of life.

Decides where each role starts; the pages of care are elsewhere.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from backloop.errors import DoorError
from backloop.units import Text
from backloop.web.look.wordings import say_now
from backloop.web.people.acting import account_of
from backloop.web.people.adapters import JOINING
from backloop.web.people.forms import JoinForm
from backloop.web.people.guarding import open_to_all, open_to_signed_in
from backloop.web.people.invitations import accept_invitation, find_invitation
from backloop.web.people.roles import ROLES, Role
from backloop.web.people.scopes import patients_for, sites_for, studies_for
from backloop.web.settings.starting import this_clinic

__all__ = ["alive", "home", "join", "my_account"]

_GONE = Text(
    en="This invitation was used or ran out. Ask whoever sent it for a new one.",
    zh="此邀请链接已被使用或已过期，请向邀请人索取新链接。",
)
_WELCOME = Text(en="Your account is ready. Please sign in.", zh="账号已创建，请登录。")


@open_to_all
def alive(_request: HttpRequest) -> HttpResponse:
    """Say that the clinic answers, for whatever watches over it."""
    return HttpResponse("ok", content_type="text/plain")


@open_to_signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Show where to go on: the first page a role has, or what the account may do."""
    account = account_of(request)
    if account.roles() and account.roles() <= {Role.PATIENT, Role.HELPER}:
        return redirect("patient:today")
    roles = [ROLES[role].title for role in Role if role in account.roles()]
    return render(request, "people/home.html", {"roles": roles, "count": patients_for(account).count()})


@open_to_signed_in
def my_account(request: HttpRequest) -> HttpResponse:
    """Show one's own account: language, password, second factor, sessions."""
    account = account_of(request)
    shown = {"sites": sites_for(account), "studies": studies_for(account), "services": this_clinic().sign_in}
    return render(request, "people/account.html", shown)


@open_to_all
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Make the account an invitation promises."""
    invitation = find_invitation(token)
    if invitation is None:
        return render(request, "people/join.html", {"gone": _GONE}, status=410)
    service = request.POST.get("service", "")
    if service:
        request.session[JOINING] = invitation.pk
        return redirect("openid_connect_login", service)
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            accept_invitation(token, username=chosen["username"], password=chosen["password"])
        except DoorError:
            return render(request, "people/join.html", {"gone": _GONE}, status=410)
        messages.success(request, say_now(_WELCOME))
        return redirect("account_login")
    role, services = ROLES[Role(invitation.role)].title, this_clinic().sign_in
    return render(request, "people/join.html", {"form": form, "role": role, "services": services})
