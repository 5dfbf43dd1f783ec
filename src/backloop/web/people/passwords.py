"""Two profiles of passwords: long ones without rules (OWASP), or mixed ones that expire (China's graded protection).

Decides what a password must be; which profile holds is a clinic's setting.
"""

import datetime as dt

from django.core.exceptions import ValidationError

from backloop.units import Text
from backloop.web.look.wordings import say_now
from backloop.web.people.models import Account
from backloop.web.settings.starting import this_clinic

__all__ = ["PASSWORD_DAYS", "LongPassword", "MixedPassword", "password_is_old"]

PASSWORD_DAYS = 90
"""How long a password lives under the profile ``djbh``."""


class LongPassword:
    """Ask for length alone; common passwords and those like the account's name are refused elsewhere."""

    def __init__(self, shortest: int = 12) -> None:
        self.shortest = shortest

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django's signature
        """Refuse a short password."""
        if len(password) < self.shortest:
            raise ValidationError(self.get_help_text(), code="password_too_short")

    def get_help_text(self) -> str:
        """Say what is asked for."""
        words = Text(
            en=f"At least {self.shortest} characters. A few words that belong to you alone are good.",
            zh=f"至少 {self.shortest} 个字符，可使用几个只有您自己知道的词语。",
        )
        return say_now(words)


class MixedPassword:
    """Ask for length and for several kinds of characters."""

    def __init__(self, shortest: int = 10, kinds: int = 3) -> None:
        self.shortest, self.kinds = shortest, kinds

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django's signature
        """Refuse a short or uniform password."""
        tests = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
        found = sum(any(test(sign) for sign in password) for test in tests)
        if len(password) < self.shortest or found < self.kinds:
            raise ValidationError(self.get_help_text(), code="password_too_simple")

    def get_help_text(self) -> str:
        """Say what is asked for."""
        words = Text(
            en=f"At least {self.shortest} characters of {self.kinds} kinds: small and capital letters, digits, signs.",
            zh=f"至少 {self.shortest} 个字符，并包含小写字母、大写字母、数字、符号中的 {self.kinds} 类。",
        )
        return say_now(words)


def password_is_old(account: Account) -> bool:
    """Say whether the account must choose a new password before it goes on.

    Parameters
    ----------
    account : Account
        Whose password.

    Returns
    -------
    bool
        Always False under the profile ``owasp``.
    """
    if this_clinic().passwords != "djbh":
        return False
    return dt.datetime.now(tz=dt.UTC) - account.password_set_at > dt.timedelta(days=PASSWORD_DAYS)
