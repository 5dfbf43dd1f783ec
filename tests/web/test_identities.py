"""Direct identifiers: locked, found without opening, bound to their person, locked anew with a new key."""

import pytest
from django.conf import settings
from django.db import connection

from backloop.errors import InvalidSettings, UnwritableRecord
from backloop.web.settings.keyrings import Keys
from backloop.web.store.events import Actor
from backloop.web.store.identities import find_subjects, identity_of, lock_again, set_identity
from backloop.web.store.models import Event, Identity

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

WHO = Actor(account="a1", role="clinician")


def test_a_name_is_nowhere_in_the_database():
    """No table holds the name or the number in a form anybody could read."""
    set_identity(WHO, "K1", "name", "王小明")
    set_identity(WHO, "K1", "phone", "138 0013 8000")

    row = Identity.objects.get(field="name")
    assert "王小明".encode() not in bytes(row.locked)
    assert "王小明" not in "".join(Event.objects.values_list("body", flat=True))
    assert identity_of("K1") == {"name": "王小明", "phone": "138 0013 8000"}


@pytest.mark.parametrize("asked", ["13800138000", "138-0013-8000", "１３８００１３８０００"])
def test_a_person_is_found_by_telephone(asked: str):
    """Spaces, hyphens and full-width digits do not matter; nothing is opened to find out."""
    set_identity(WHO, "K1", "phone", "138 0013 8000")
    set_identity(WHO, "K2", "phone", "139 0013 8000")

    assert find_subjects("phone", asked) == ["K1"]


def test_a_locked_name_does_not_open_elsewhere():
    """A value copied to another person is refused."""
    set_identity(WHO, "K1", "name", "王小明")
    set_identity(WHO, "K2", "name", "李晓红")
    Identity.objects.filter(subject="K2").update(locked=Identity.objects.get(subject="K1").locked)

    with pytest.raises(InvalidSettings, match="changed, moved"):
        identity_of("K2")


def test_new_keys_lock_everything_anew(monkeypatch: pytest.MonkeyPatch):
    """After the rotation nothing is locked with the old key, names read as before and are still found."""
    set_identity(WHO, "K1", "name", "王小明")
    old: Keys = settings.KEYS
    monkeypatch.setattr(settings, "KEYS", Keys(old.chain.with_new(), old.identity.with_new(), old.backup))

    assert find_subjects("name", "王小明") == ["K1"]
    assert lock_again() == 1
    assert set(Identity.objects.values_list("ring", flat=True)) == {settings.KEYS.identity.current_id}
    assert (identity_of("K1"), find_subjects("name", "王小明")) == ({"name": "王小明"}, ["K1"])


def test_removing_leaves_a_trace_without_the_value():
    """That a number was removed is an event; the row is gone."""
    set_identity(WHO, "K1", "phone", "138 0013 8000")
    set_identity(WHO, "K1", "phone", "")

    assert identity_of("K1") == {}
    assert [event.noun.change for event in Event.objects.order_by("seq")] == ["entered", "removed"]


def test_an_unknown_identifier_is_refused():
    """There is no place for a kind of identifier nobody declared."""
    with pytest.raises(UnwritableRecord, match="no identifier 'shoe'"):
        set_identity(WHO, "K1", "shoe", "42")


def test_identifiers_stand_apart_from_events():
    """No table with clinical data has a column of a direct identifier."""
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, "store_event")}

    assert columns.isdisjoint({"name", "phone", "id_number", "email", "address"})
