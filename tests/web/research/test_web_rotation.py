"""New keys: what is locked opens again, with the new key alone, and the trial goes on where it stood."""

from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.exceptions import InvalidTag
from django.test import RequestFactory

from backloop.errors import InvalidSettings
from backloop.web.keeping.administering import renew_keys
from backloop.web.people.making import MAKER
from backloop.web.people.models import Study
from backloop.web.research.models import SealedList
from backloop.web.research.sealing import check_sealed, lock_lists_again
from backloop.web.research.steps import allocate_participant
from backloop.web.settings.keyrings import Keyring, Keys
from backloop.web.store.identities import identity_of, set_identity
from backloop.web.store.models import Event, Identity

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


@pytest.fixture
def rings(settings: Any, uploads: Path) -> Path:
    """Put the keys in use into the clinic's folder, where the command finds and renews them."""
    folder = settings.CLINIC.secrets_folder
    settings.KEYS.write(folder)
    settings.KEYS = settings.KEYS  # given back after the test
    assert isinstance(folder, Path)
    return folder


@pytest.fixture
def request_of(clinic_people: Any) -> Any:
    """Give a request of the coordinator."""
    request = RequestFactory().post("/")
    request.user = clinic_people.accounts["coordinator"]
    request.resolver_match = None
    return request


def test_the_list_is_locked_anew_and_allocation_goes_on(study: Study, join: Any, request_of: Any, rings: Path):
    """One before, one after: the same list in its order, whole, and the old key no longer opens it."""
    first, second = join(seed=1), join(seed=2)
    allocate_participant(request_of, first, {})
    before = SealedList.objects.get(study=study)
    drawn, name = bytes(before.locked), before.ring

    count = renew_keys()
    after = SealedList.objects.get(study=study)
    keys = Keys.read(rings)
    allocate_participant(request_of, second, {})

    assert count >= 1
    assert (after.ring, after.commitment) == (keys.identity.current_id, before.commitment)
    assert after.ring != name
    assert bytes(after.locked) != drawn
    lines = [Event.objects.get(subject=part.patient.code, kind="allocation").noun.line for part in (first, second)]
    assert lines == [1, 2]
    check_sealed(study)


def test_a_key_that_is_taken_off_the_ring_is_not_missed(
    study: Study, join: Any, request_of: Any, rings: Path, settings: Any
):
    """After the rotation the old key may be destroyed: names, list and second factors still open."""
    account = request_of.user
    app, codes = TOTP.activate(account, "JBSWY3DPEHPK3PXP"), RecoveryCodes.activate(account)
    unused = codes.get_unused_codes()
    part = join(seed=3)
    set_identity(MAKER, part.patient.code, "name", "王小明")
    renew_keys()
    keys = Keys.read(rings)
    settings.KEYS = Keys(keys.chain, Keyring({keys.identity.current_id: keys.identity.current}), keys.backup)

    allocate_participant(request_of, part, {})
    check_sealed(study)
    assert identity_of(part.patient.code) == {"name": "王小明"}
    assert set(Identity.objects.values_list("ring", flat=True)) == {keys.identity.current_id}
    kept = {each.type: each.wrap() for each in Authenticator.objects.filter(user=account)}
    assert kept["recovery_codes"].get_unused_codes() == unused
    assert keys.identity.current_id in kept["totp"].instance.data["secret"]
    assert app.instance.pk == kept["totp"].instance.pk


def test_without_the_rotation_a_lost_key_is_noticed(study: Study, rings: Path, settings: Any):
    """The other way round: a ring without the key of the list opens nothing, and locking anew changes nothing."""
    old = settings.KEYS
    settings.KEYS = Keys(old.chain, Keyring.new(), old.backup)
    drawn = bytes(SealedList.objects.get(study=study).locked)

    with pytest.raises((InvalidSettings, InvalidTag)):
        lock_lists_again()
    settings.KEYS = old
    assert bytes(SealedList.objects.get(study=study).locked) == drawn
    check_sealed(study)


def test_a_second_rotation_locks_again_and_a_repeated_locking_nothing(study: Study, rings: Path):
    """Twice renewed is fine; what is locked with the current key is left alone."""
    renew_keys()
    renew_keys()

    assert lock_lists_again() == 0
    check_sealed(study)
