"""Direct identifiers (name, telephone, number of the identity card, ...): locked, and apart from clinical data.

Decides how they are locked, looked up and re-locked with a new key; who may ask is decided by `people.scopes`.
"""

import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from backloop.errors import InvalidSettings, UnwritableRecord
from backloop.web.settings.keyrings import Keyring
from backloop.web.settings.starting import clinic_keys
from backloop.web.store.events import Actor, add_event
from backloop.web.store.kinds import IdentityChanged
from backloop.web.store.models import Identity

__all__ = ["IDENTITY_FIELDS", "find_subjects", "identities_of", "identity_of", "lock_again", "set_identity"]

IDENTITY_FIELDS = ("name", "phone", "id_number", "email", "address", "birth_date", "record_number")
"""What is a direct identifier. Everything else about a person goes by the clinic's code."""

_NONCE_BYTES = 12


def set_identity(actor: Actor, subject: str, field: str, value: str) -> None:
    """Enter, change or (with an empty value) remove a direct identifier; that it changed becomes an event.

    Parameters
    ----------
    actor : Actor
        Who enters it.
    subject : str
        The patient's code.
    field : str
        One of `IDENTITY_FIELDS`.
    value : str
        What it says.

    Raises
    ------
    UnwritableRecord
        If there is no such field.
    """
    if field not in IDENTITY_FIELDS:
        message = f"no identifier '{field}'; there are {', '.join(IDENTITY_FIELDS)}"
        raise UnwritableRecord(message)
    with transaction.atomic():
        before = Identity.objects.filter(subject=subject, field=field).first()
        if not value.strip():
            if before is not None:
                before.delete()
                add_event(actor, subject, IdentityChanged(field=field, change="removed"))
            return
        row = before or Identity(subject=subject, field=field)
        _lock(row, value.strip(), clinic_keys().identity)
        row.save()
        add_event(actor, subject, IdentityChanged(field=field, change="changed" if before else "entered"))


def identity_of(subject: str) -> dict[str, str]:
    """Unlock the direct identifiers of one person; log the read where you show them.

    Parameters
    ----------
    subject : str
        The patient's code.

    Returns
    -------
    dict of str to str
        Field to value; fields without one are left out.

    Raises
    ------
    InvalidSettings
        If the key is missing, or a row was changed or moved to another person.
    """
    ring = clinic_keys().identity
    return {row.field: _open(row, ring) for row in Identity.objects.filter(subject=subject)}


def identities_of(subjects: Iterable[str], fields: Sequence[str] = IDENTITY_FIELDS) -> dict[str, dict[str, str]]:
    """Unlock some direct identifiers of many people at once; log the reads where you show them.

    Parameters
    ----------
    subjects : iterable of str
        The patients' codes.
    fields : sequence of str
        Which of `IDENTITY_FIELDS`.

    Returns
    -------
    dict of str to dict
        Field to value by code; people without any are left out.
    """
    ring, found = clinic_keys().identity, dict[str, dict[str, str]]()
    for row in Identity.objects.filter(subject__in=list(subjects), field__in=list(fields)):
        found.setdefault(row.subject, {})[row.field] = _open(row, ring)
    return found


def find_subjects(field: str, value: str) -> list[str]:
    """Find the people with exactly this identifier, without opening anybody's.

    Parameters
    ----------
    field : str
        One of `IDENTITY_FIELDS`.
    value : str
        What it says; spaces, case, width and the separators of numbers do not matter.

    Returns
    -------
    list of str
        Codes, sorted.
    """
    ring = clinic_keys().identity
    blinds = [_blind(field, value, key) for key in ring.keys.values()]
    rows = Identity.objects.filter(field=field, blind__in=blinds)
    return sorted(rows.values_list("subject", flat=True))


def lock_again() -> int:
    """Lock everything that an older key locked with the current one.

    Returns
    -------
    int
        How many identifiers were locked anew.
    """
    ring = clinic_keys().identity
    with transaction.atomic():
        old = list(Identity.objects.select_for_update().exclude(ring=ring.current_id))
        for row in old:
            _lock(row, _open(row, ring), ring)
            row.save()
    return len(old)


def _lock(row: Identity, value: str, ring: Keyring) -> None:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    row.ring = ring.current_id
    row.locked = nonce + AESGCM(ring.current).encrypt(nonce, value.encode(), _place(row))
    row.blind = _blind(row.field, value, ring.current)


def _open(row: Identity, ring: Keyring) -> str:
    locked = bytes(row.locked)
    try:
        return AESGCM(ring.find(row.ring)).decrypt(locked[:_NONCE_BYTES], locked[_NONCE_BYTES:], _place(row)).decode()
    except InvalidTag as error:
        message = f"an identifier ({row.field}) does not open with key '{row.ring}'; it was changed, moved or cut short"
        raise InvalidSettings(message) from error


def _place(row: Identity) -> bytes:
    # Bound to its person and field: a locked value copied elsewhere does not open.
    return f"{row.subject}|{row.field}|{row.ring}".encode()


def _blind(field: str, value: str, key: bytes) -> str:
    text = unicodedata.normalize("NFKC", value).casefold()
    plain = re.sub(r"[^\w@.]|_" if field in {"name", "email", "address"} else r"[^\w+]|_", "", text)
    return hmac.new(key, f"blind|{field}|{plain}".encode(), sha256).hexdigest()
