"""Who may enter which page, and for how long a session lives: decided before any page runs.

Decides that a page without a declared audience is closed; which patients a page may show is decided by `scopes`.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from backloop.units import Text
from backloop.web.look.faults import show_closed
from backloop.web.look.wordings import say_now
from backloop.web.people.models import Account
from backloop.web.people.passwords import password_is_old
from backloop.web.people.roles import Role
from backloop.web.settings.starting import this_clinic

__all__ = ["SIGNED_IN", "RouteGuard", "audience", "audience_of", "guard_sessions", "open_to_all", "open_to_signed_in"]

Answer = Callable[[HttpRequest], HttpResponse]
_Parameters = ParamSpec("_Parameters")
_View = Callable[_Parameters, HttpResponse]

SIGNED_IN = frozenset(Role)
"""The audience of a page for everybody who has signed in, even before they have a role."""

_log = logging.getLogger("backloop.web.people")
_SIGN_IN = "account_login"
_TOUCH_SECONDS = 60
_GUARDED_BY_THEMSELVES = (
    "allauth.",
    "ninja.",
    "django.views.i18n",
    "django.views.static",
    "django.contrib.staticfiles",
)
_ALWAYS_OPEN = ("allauth.mfa.", "allauth.account.", "django.views.i18n")
_NOT_OFFERED = frozenset(
    {
        "account_confirm_email",
        "account_confirm_login_code",
        "account_email",
        "account_email_verification_sent",
        "account_request_login_code",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_signup",
        "socialaccount_signup",
    }
)
"""What allauth brings and a clinic does not use: accounts come by invitation, forgotten passwords by a new link."""

_TOO_LONG = Text(
    en="You were signed out because nothing happened for a while. Please sign in again.",
    zh="由于较长时间没有操作，系统已自动退出。请重新登录。",
)


def audience(*roles: Role) -> Callable[[_View[_Parameters]], _View[_Parameters]]:
    """Open a view to these roles and to nobody else.

    Parameters
    ----------
    *roles : Role
        At least one.

    Returns
    -------
    callable
        A decorator of the view.
    """

    def mark(view: _View[_Parameters]) -> _View[_Parameters]:
        view.audience = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def open_to_signed_in(view: _View[_Parameters]) -> _View[_Parameters]:
    """Open a view to everybody who has signed in.

    Parameters
    ----------
    view : callable
        The view.

    Returns
    -------
    callable
        The same view.
    """
    return audience(*SIGNED_IN)(view)


def open_to_all(view: _View[_Parameters]) -> _View[_Parameters]:
    """Open a view to everybody, signed in or not; it must show nothing of a person.

    Parameters
    ----------
    view : callable
        The view.

    Returns
    -------
    callable
        The same view.
    """
    view.audience = None  # type: ignore[attr-defined]
    return view


def audience_of(view: Callable[..., Any]) -> frozenset[Role] | None:
    """Say who a view is open to.

    Parameters
    ----------
    view : callable
        The view.

    Returns
    -------
    frozenset of Role or None
        None for everybody; empty where nothing was declared, which closes it.
    """
    if view.__module__.startswith(_GUARDED_BY_THEMSELVES):
        return None
    found: frozenset[Role] | None = getattr(view, "audience", frozenset())
    return found


class RouteGuard:
    """Let a request through only where the page is open to its account, second factor and password included."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; what may not be seen is stopped just before its page runs."""
        return self.answer(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Sequence[Any], _kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        """Answer in the page's place where the account may not see it."""
        if request.resolver_match is not None and request.resolver_match.url_name in _NOT_OFFERED:
            return show_closed(request)
        allowed, account = audience_of(view), request.user
        if not isinstance(account, Account):
            return None if allowed is None else redirect_to_login(request.get_full_path(), reverse(_SIGN_IN))
        if not view.__module__.startswith(_ALWAYS_OPEN):
            if _lacks_second_factor(request, account):
                return HttpResponseRedirect(reverse("mfa_index"))
            if password_is_old(account):
                return HttpResponseRedirect(reverse("account_change_password"))
        if allowed is not None and allowed != SIGNED_IN and not account.roles() & allowed:
            _log.warning("refused %s to account %s", getattr(request.resolver_match, "view_name", ""), account.uid)
            raise PermissionDenied
        return None


def guard_sessions(answer: Answer) -> Answer:
    """End a session that was idle or lasted too long, and keep pages of signed-in people out of every cache.

    Parameters
    ----------
    answer : callable
        What answers the request.

    Returns
    -------
    callable
    """
    clinic = this_clinic()
    idle, absolute = clinic.idle_minutes * 60, clinic.absolute_hours * 3600

    def guarded(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return answer(request)
        now, session = int(time.time()), request.session
        began, seen = session.setdefault("began", now), session.get("seen", now)
        if now - seen > idle or now - began > absolute:
            logout(request)
            messages.info(request, say_now(_TOO_LONG))
            return redirect_to_login(request.path, reverse(_SIGN_IN))
        if now - seen > _TOUCH_SECONDS or "seen" not in session:
            session["seen"] = now
        response = answer(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    return guarded


def _lacks_second_factor(request: HttpRequest, account: Account) -> bool:
    if request.session.get("second_factor") or not this_clinic().staff_need_second_factor:
        return False
    if not account.is_clinic_staff:
        return False
    if not is_mfa_enabled(account):
        return True
    request.session["second_factor"] = True
    return False
