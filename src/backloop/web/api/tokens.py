"""API tokens: made once, shown once, known afterwards by their fingerprint.

Decides which token opens which scope and how often; what the account behind it may do is decided by `people.scopes`.
"""

import datetime as dt
import secrets
import time
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from backloop.web.api.models import ApiToken
from backloop.web.people.models import Account

__all__ = [
    "LONGEST_DAYS",
    "MOST_A_MINUTE",
    "TokenPace",
    "TokenSign",
    "end_token",
    "find_token",
    "make_token",
    "tokens_of",
]

LONGEST_DAYS = 365
"""No token lasts longer; a convention."""

MOST_A_MINUTE = 600
"""How many requests one token may send within one minute of the clock; a convention."""

_BYTES = 32
_MINUTE_S = 60
_TOUCH = dt.timedelta(minutes=1)


def make_token(account: Account, *, name: str, scope: str, days: int) -> str:
    """Make a token for a program.

    Parameters
    ----------
    account : Account
        In whose name it acts.
    name : str
        What it is for.
    scope : str
        ``read`` or ``write``.
    days : int
        How long it lasts, at most a year.

    Returns
    -------
    str
        The token. Only its fingerprint is kept, so it cannot be shown again.
    """
    token = f"bl_{secrets.token_urlsafe(_BYTES)}"
    expires = timezone.now() + dt.timedelta(days=min(days, LONGEST_DAYS))
    ApiToken.objects.create(account=account, name=name, scope=scope, expires_at=expires, fingerprint=_print(token))
    return token


def find_token(token: str) -> ApiToken | None:
    """Find a token that may be used.

    Parameters
    ----------
    token : str
        As the program sent it.

    Returns
    -------
    ApiToken or None
        None where there is none, it ran out or was ended, or its account is closed: the four look the same.
    """
    found = ApiToken.objects.select_related("account").filter(fingerprint=_print(token)).first()
    return found if found is not None and found.is_good and found.account.is_active else None


def tokens_of(account: Account) -> list[ApiToken]:
    """Give the tokens of an account, newest first.

    Parameters
    ----------
    account : Account
        Whose.

    Returns
    -------
    list of ApiToken
    """
    return list(ApiToken.objects.filter(account=account).order_by("-made_at"))


def end_token(account: Account, number: int) -> bool:
    """End one of an account's tokens at once.

    Parameters
    ----------
    account : Account
        Whose.
    number : int
        Which.

    Returns
    -------
    bool
        Whether there was such a token that still worked.
    """
    open_ones = ApiToken.objects.filter(account=account, pk=number, ended_at__isnull=True)
    return bool(open_ones.update(ended_at=timezone.now()))


class TokenSign(HttpBearer):
    """Let a request in that carries a good token with one of the wanted scopes, in the name of its account."""

    def __init__(self, *scopes: str) -> None:
        super().__init__()
        self.scopes = scopes

    def authenticate(self, request: HttpRequest, token: str) -> Any:  # noqa: ANN401 - what django-ninja expects
        """Give the token, or None which is answered with 401."""
        found = find_token(token)
        if found is None or found.scope not in self.scopes:
            return None
        request.user = found.account
        if found.used_at is None or timezone.now() - found.used_at > _TOUCH:
            ApiToken.objects.filter(pk=found.pk).update(used_at=timezone.now())
        return found


class TokenPace(BaseThrottle):
    """Hold back who asks too often: each token is counted by itself, and each machine that has none."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request, unless there were too many in this minute."""
        token: ApiToken | None = getattr(request, "auth", None)
        who = self.get_ident(request) if token is None else token.pk
        key, minute = f"api-pace-{who}", int(time.time() // _MINUTE_S)
        counted_in, count = cache.get(key, (minute, 0))
        if counted_in != minute:
            count = 0
        if count >= MOST_A_MINUTE:
            return False
        cache.set(key, (minute, count + 1), _MINUTE_S)
        return True

    def wait(self) -> float:
        """Give the seconds until the next minute, for the answer's ``Retry-After``."""
        return _MINUTE_S - time.time() % _MINUTE_S


def _print(token: str) -> str:
    return sha256(token.encode()).hexdigest()
