"""The forms of accounts.

Decides what is asked and checked when somebody joins.
"""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import RegexValidator

from backloop.units import Text
from backloop.web.look.wordings import lazy_text
from backloop.web.people.models import Account

__all__ = ["JoinForm"]

_NAME = Text(en="Name to sign in with", zh="登录名")
_PASSWORD = Text(en="Password", zh="密码")
_LETTERS = Text(
    en="Small letters, digits, dots and hyphens; at least three.", zh="至少三个字符，可用小写字母、数字、点和连字符。"
)
_TAKEN = Text(en="This name is taken. Choose another.", zh="该登录名已被使用，请另选一个。")


class JoinForm(forms.Form):
    """Ask for a name to sign in with and a password."""

    username = forms.CharField(
        label=lazy_text(_NAME),
        help_text=lazy_text(_LETTERS),
        max_length=64,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9.@_-]{2,}$", lazy_text(_LETTERS))],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=lazy_text(_PASSWORD), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a name that is taken and a password the clinic's profile does not allow."""
        found = super().clean() or {}
        name = found.get("username", "")
        if name and Account.objects.filter(username=name).exists():
            self.add_error("username", lazy_text(_TAKEN))
        if found.get("password"):
            try:
                validate_password(found["password"], Account(username=name))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return found
