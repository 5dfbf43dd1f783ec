"""Tampering: whoever takes down the guards and changes, deletes, moves or cuts off a link is found out."""

import uuid
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from backloop.web.settings.keyrings import Keyring
from backloop.web.store.chains import seal_link
from backloop.web.store.events import Actor, add_event
from backloop.web.store.guards import missing_guards, put_up_guards, take_down_guards
from backloop.web.store.kinds import Message
from backloop.web.store.models import Event, Head
from backloop.web.store.reading import log_read
from backloop.web.store.verifying import drop_anchor, verify_chains

WHO = Actor(account="a1", role="clinician")
database = [pytest.mark.django_db, pytest.mark.both_engines]


@pytest.fixture
def chain(db: None) -> None:
    """Write six events and two reads, then take the guards down as an intruder would."""
    for number in range(6):
        add_event(WHO, f"K{number % 2}", Message(to="patient", words=f"Message {number}"))
    log_read(WHO, "K1", "a page")
    log_read(WHO, "K1", "another page")
    take_down_guards(connection)


def _run(*orders: str) -> None:
    with connection.cursor() as cursor:
        for order in orders:
            cursor.execute(order)


def _blamed(**more: Path) -> list[tuple[str, int]]:
    return [(fault.chain, fault.seq) for fault in verify_chains(**more).faults]


class TestTampering:
    """Each kind of tampering, done with SQL on both engines."""

    pytestmark = database

    @pytest.mark.parametrize(
        "change",
        [
            "body = REPLACE(body, 'Message', 'Massage')",
            "account = 'somebody else'",
            "subject = 'K9'",
            "why = 'made up later'",
            "happened_at = recorded_at",
            "seal = '" + "0" * 64 + "'",
        ],
    )
    def test_an_edit_is_found(self, chain: None, change: str):
        """A changed field of one event is found at its place, whichever field it is."""
        if change.startswith("happened_at"):
            change = "happened_at = '2020-01-01 00:00:00+00:00'"
        _run(f"UPDATE store_event SET {change} WHERE seq = 3")

        assert ("events", 3) in _blamed()

    def test_a_deletion_is_found(self, chain: None):
        """A missing event leaves a gap."""
        _run("DELETE FROM store_event WHERE seq = 4")

        assert _blamed()[0] == ("events", 5)

    def test_a_gap_that_was_closed_is_found(self, chain: None):
        """Numbering the later events anew does not hide a deletion."""
        _run("DELETE FROM store_event WHERE seq = 4", "UPDATE store_event SET seq = 4 WHERE seq = 5")
        _run("UPDATE store_event SET seq = 5 WHERE seq = 6")

        assert ("events", 4) in _blamed()

    def test_a_new_order_is_found(self, chain: None):
        """Two events that changed places fail both."""
        _run(
            "UPDATE store_event SET seq = 99 WHERE seq = 2",
            "UPDATE store_event SET seq = 2 WHERE seq = 3",
            "UPDATE store_event SET seq = 3 WHERE seq = 99",
        )

        assert {("events", 2), ("events", 3)} <= set(_blamed())

    def test_a_cut_is_found_by_the_head(self, chain: None):
        """The last events cannot go without the head missing them."""
        _run("DELETE FROM store_event WHERE seq > 4")

        assert ("events", 6) in _blamed()

    def test_a_cut_with_an_old_head_is_found_by_the_anchor(self, chain: None, tmp_path: Path):
        """Who also puts an old head back is found out by an anchor kept elsewhere."""
        anchors, head = tmp_path / "anchors.jsonl", Head.objects.get(chain="events")
        old = (head.seq, head.last, head.seal)
        put_up_guards(connection)
        add_event(WHO, "K1", Message(to="patient", words="The one that disappears"))
        drop_anchor(anchors)
        take_down_guards(connection)
        _run("DELETE FROM store_event WHERE seq = 7")
        Head.objects.filter(chain="events").update(seq=old[0], last=old[1], seal=old[2])

        assert _blamed() == []
        assert _blamed(anchors=anchors) == [("events", 7)]

    def test_a_link_put_in_without_the_key_is_found(self, chain: None):
        """An event sealed with a key that is not the clinic's fails its seal."""
        last = Event.objects.get(seq=6)
        forged = Event(**{name: getattr(last, name) for name in Event.SEALED if name != "uid"})
        forged.seq, stranger = 7, Keyring({last.ring: b"x" * 32})
        forged.seal = seal_link(forged, last.seal, stranger)
        forged.save(force_insert=True)

        assert ("events", 7) in _blamed()

    def test_reads_are_chained_too(self, chain: None):
        """Who looked cannot be made to vanish."""
        _run("DELETE FROM store_readentry WHERE seq = 2")

        assert _blamed() == [("reads", 2)]

    def test_missing_guards_are_named(self, chain: None):
        """The check names the guards that are down, and putting them up again brings all back."""
        assert missing_guards(connection)

        put_up_guards(connection)

        assert missing_guards(connection) == []


class TestSeals:
    """The seal itself."""

    @given(st.text(max_size=40), st.text(max_size=40))
    def test_different_words_have_different_seals(self, first: str, second: str):
        """Two events seal alike only if they say the same."""
        ring = Keyring({"k": b"k" * 32})
        one, other = (Event(seq=1, uid=uuid.UUID(int=1), ring="k", why=why, body="{}") for why in (first, second))

        assert (seal_link(one, "", ring) == seal_link(other, "", ring)) == (first == second)
