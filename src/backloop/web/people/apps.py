"""The people's place among Django's apps.

Decides what is listened for while people sign in; it holds no data.
"""

import logging
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_login_failed

__all__ = ["PeopleConfig"]

_log = logging.getLogger("backloop.web.people")


class PeopleConfig(AppConfig):
    """Name the app."""

    name = "backloop.web.people"
    label = "people"

    def ready(self) -> None:
        """Listen for sign-ins that fail and for second factors that are taken away."""
        from allauth.mfa.signals import authenticator_removed  # noqa: PLC0415 - apps are not ready above

        authenticator_removed.connect(_ask_again)
        user_login_failed.connect(_note_failure)

    def lock_again(self) -> int:
        """Lock the secrets of second factors with the current key."""
        from backloop.web.people.second_factor import lock_factors_again  # noqa: PLC0415 - not ready above

        return lock_factors_again()


def _ask_again(*, request: Any, **_rest: Any) -> None:  # noqa: ANN401 - what the signal hands over
    # What a session knows of its second factor is asked anew: without one, staff get no further.
    request.session.pop("second_factor", None)


def _note_failure(*, request: Any = None, **_rest: Any) -> None:  # noqa: ANN401
    # Not which name was tried: people type their password into the wrong field.
    _log.warning("a sign-in failed, from %s", request.META.get("REMOTE_ADDR", "?") if request else "?")
