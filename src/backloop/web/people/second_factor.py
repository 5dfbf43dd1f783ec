"""Secrets of second factors: the key of an authenticator app and the seed of recovery codes, never kept in the clear.

Decides how they are locked and locked anew; asking for a second factor is decided by `guarding`.
"""

import base64
import secrets
from typing import Any, ClassVar

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from backloop.errors import InvalidSettings
from backloop.units import Text
from backloop.web.look.wordings import lazy_text
from backloop.web.settings.starting import clinic_keys, this_clinic

__all__ = ["WRONG_CODE", "ClinicFactorAdapter", "lock_factors_again"]

WRONG_CODE = Text(
    en="This code does not fit. Each code works once: wait for the next one, and see that the phone's clock is right.",
    zh="验证码不正确。每个验证码仅可使用一次，请等待下一个，并确认手机时间准确。",
)
"""What is said to a wrong code."""

_NONCE_BYTES = 12
_SECRETS = ("secret", "seed")


class ClinicFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors whose secrets are locked with the ring of identities; a key's site is called like the clinic."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "incorrect_code": lazy_text(WRONG_CODE)
    }

    def encrypt(self, text: str) -> str:
        """Lock a secret before it is kept."""
        ring, nonce = clinic_keys().identity, secrets.token_bytes(_NONCE_BYTES)
        locked = nonce + AESGCM(ring.current).encrypt(nonce, text.encode(), _place(ring.current_id))
        return f"{ring.current_id}:{base64.b64encode(locked).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret that was kept."""
        name, _, encoded = encrypted_text.partition(":")
        locked, key = base64.b64decode(encoded), clinic_keys().identity.find(name)
        try:
            return AESGCM(key).decrypt(locked[:_NONCE_BYTES], locked[_NONCE_BYTES:], _place(name)).decode()
        except InvalidTag as error:
            message = f"a second factor does not open with key '{name}'; it was changed; set it up again"
            raise InvalidSettings(message) from error

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Say which site a key belongs to: its host, and what the clinic is called."""
        return {"id": context.request.get_host().partition(":")[0], "name": this_clinic().name}


def lock_factors_again() -> int:
    """Lock every secret that an older key locked with the current one.

    Returns
    -------
    int
        How many second factors were locked anew.
    """
    adapter, current, count = ClinicFactorAdapter(), clinic_keys().identity.current_id, 0
    with transaction.atomic():
        for factor in Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN):
            old = {
                name: factor.data[name] for name in _SECRETS if not factor.data.get(name, current).startswith(current)
            }
            if old:
                factor.data |= {name: adapter.encrypt(adapter.decrypt(locked)) for name, locked in old.items()}
                factor.save(update_fields=["data"])
                count += 1
    return count


def _place(name: str) -> bytes:
    return f"second-factor|{name}".encode()
