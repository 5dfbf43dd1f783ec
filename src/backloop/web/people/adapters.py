"""What sign-in does our way: nobody signs up without an invitation, sign-ins leave a trace.

Decides who may make an account and what is kept of a sign-in; the steps of signing in are allauth's.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

__all__ = ["ClinicAccountAdapter", "ClinicSocialAdapter"]


class ClinicAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by invitation or on the clinic's own machine, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Say that nobody may sign up."""
        return False


class ClinicSocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The hospital's sign-in opens accounts that exist and were connected; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401, ARG002
        """Say that the hospital's sign-in makes no account."""
        return False
