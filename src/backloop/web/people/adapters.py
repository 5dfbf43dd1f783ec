"""What sign-in does our way: nobody signs up without an invitation, redirects stay here.

Decides who may make an account and which account the hospital's sign-in opens; the steps of signing in are allauth's.
"""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from django.http import HttpRequest

from backloop.errors import DoorError
from backloop.units import Text
from backloop.web.look.wordings import lazy_text
from backloop.web.people.invitations import accept_by_service

__all__ = ["JOINING", "ClinicAccountAdapter", "ClinicSocialAdapter"]

_WRONG_PASSWORD = Text(en="This is not your present password.", zh="当前密码不正确。")
JOINING = "joining"
"""Where a session keeps the invitation that is being accepted through the hospital's sign-in."""


class ClinicAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by invitation or on the clinic's own machine, never by signing up."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "incorrect_password": lazy_text(_WRONG_PASSWORD)
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Say that nobody may sign up."""
        return False


class ClinicSocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The hospital's sign-in opens an account that was linked to it, or the one an invitation promises; no other."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:  # noqa: ANN401
        """Accept the invitation that was opened before, if the person is new here."""
        number = request.session.pop(JOINING, None)
        if number is None or sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        try:
            account = accept_by_service(number, service=sociallogin.account.provider)
        except DoorError:
            return
        sociallogin.connect(request, account)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401, ARG002
        """Say that the hospital's sign-in makes no account by itself."""
        return False
