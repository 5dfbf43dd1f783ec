"""The tables of the store: events, reads, heads of the two chains, sealed identities, computed nouns.

Decides what is kept of each; adding and reading go through the functions beside, never through these classes.
"""

import uuid
from functools import cached_property
from typing import ClassVar

from django.db import models

from backloop.web.store.kinds import NOUNS, Noun

__all__ = ["Computed", "Event", "Head", "Identity", "Link", "ReadEntry"]


class Link(models.Model):
    """One link of a chain: its place, its time, who acted, and the seal over it and the link before.

    `account` and `role` say who acted, `on_behalf` for whom if not for themselves; `subject` is the clinic's code of
    the patient, empty where the link is about nobody. `ring` names the key of the seal.
    """

    seq = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    account = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    on_behalf = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=32, blank=True)
    ring = models.CharField(max_length=32)
    seal = models.CharField(max_length=64)

    SEALED: ClassVar[tuple[str, ...]] = ("seq", "recorded_at", "account", "role", "on_behalf", "subject", "ring")

    class Meta:
        abstract = True


class Event(Link):
    """Something that happened to or about one person (or to the clinic), never changed afterwards.

    `happened_at` (UTC) is when it was so, in the patient's `zone`; `recorded_at` when it was written down. `body` is
    the noun as JSON, kept as text so that the seal covers every byte. `edition` is that of the books in use.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=16)
    code = models.CharField(max_length=120, blank=True)
    happened_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    why = models.TextField(blank=True)
    edition = models.CharField(max_length=64)
    corrects = models.BigIntegerField(null=True, blank=True)
    body = models.TextField()

    SEALED: ClassVar[tuple[str, ...]] = (
        *Link.SEALED,
        *("uid", "kind", "code", "happened_at", "zone", "why", "edition", "corrects", "body"),
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "kind", "code", "happened_at"], name="event_of_person"),
            models.Index(fields=["subject", "seq"], name="event_order"),
            models.Index(fields=["kind", "code", "happened_at"], name="event_kind"),
            models.Index(fields=["corrects"], name="event_corrects"),
        ]

    def __str__(self) -> str:
        return f"event {self.seq} ({self.kind})"

    @cached_property
    def noun(self) -> Noun:
        """What the event carries, as one of the core's or the store's nouns."""
        noun: Noun = NOUNS[self.kind].model_validate_json(self.body)  # type: ignore[assignment]
        return noun


class ReadEntry(Link):
    """That somebody looked at a person's data, and at what."""

    what = models.CharField(max_length=120)

    SEALED: ClassVar[tuple[str, ...]] = (*Link.SEALED, "what")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["subject", "seq"], name="read_of_person")]

    def __str__(self) -> str:
        return f"read {self.seq}"


class Head(models.Model):
    """The last link of each chain, sealed, so that links cut off at the end are missed."""

    chain = models.CharField(max_length=16, primary_key=True)
    seq = models.BigIntegerField(default=0)
    last = models.CharField(max_length=64, blank=True)
    ring = models.CharField(max_length=32)
    seal = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.chain} at {self.seq}"


class Identity(models.Model):
    """One direct identifier of one person, locked; `blind` finds equal ones without opening any."""

    subject = models.CharField(max_length=32)
    field = models.CharField(max_length=32)
    ring = models.CharField(max_length=32)
    locked = models.BinaryField()
    blind = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject", "field"], name="one_of_each_identifier")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["field", "blind"], name="identity_blind")]

    def __str__(self) -> str:
        return f"{self.field} of {self.subject}"


class Computed(models.Model):
    """A noun of the core as it was computed from a person's events up to `seq`, with an edition of the books.

    It may be thrown away at any time.
    """

    subject = models.CharField(max_length=32)
    name = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    edition = models.CharField(max_length=64)
    body = models.TextField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject", "name"], name="one_of_each_noun")
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.subject}"
