"""The read tables of the worklist: what is due for each patient, which alerts are open, and how far events were read.

Decides what is kept so that no page has to read all events; everything here can be thrown away and rebuilt.
"""

from typing import ClassVar

from django.db import models

from backloop.web.people.models import Patient

__all__ = ["Bookmark", "OpenAlert", "Watch"]


class Watch(models.Model):
    """Where one patient stands: the last visit, what is due and from when, the next best tests.

    `seq` is the last event considered. `is_stale` says that the course and the next tests wait to be computed again.
    """

    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, primary_key=True, related_name="watch")
    seq = models.BigIntegerField(default=0)
    last_visit = models.CharField(max_length=64, blank=True)
    last_week = models.FloatField(null=True, blank=True)
    last_visit_at = models.DateTimeField(null=True, blank=True)
    is_planned = models.BooleanField(default=False)
    due_on = models.DateField(null=True, blank=True)
    late_from = models.DateField(null=True, blank=True)
    due_week = models.IntegerField(null=True, blank=True)
    due_books = models.JSONField(default=list)
    next_tests = models.JSONField(default=list)
    is_stale = models.BooleanField(default=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["due_on"], name="watch_due")]

    def __str__(self) -> str:
        return f"watch over {self.patient}"


class OpenAlert(models.Model):
    """Something about one patient that a clinician has to look at, until a decision closes it.

    `key` names it for good (``safety:cauda-equina:ses-01``), so that a closed one stays closed when rows are rebuilt;
    `level` is 1 for a look, 2 for soon, 3 for today; it counts from the day `since`.
    """

    NOTE, ALERT, EMERGENCY = 1, 2, 3
    KINDS: ClassVar[list[tuple[str, str]]] = [(kind, kind) for kind in ("safety", "finding", "harm", "worse", "missed")]

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="open_alerts")
    key = models.CharField(max_length=160)
    kind = models.CharField(max_length=8, choices=KINDS)
    level = models.SmallIntegerField()
    since = models.DateField()
    session_id = models.CharField(max_length=64, blank=True)
    content = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient", "key"], name="one_alert_of_a_key")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "since", "level"], name="alert_of_patient")
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.patient}"


class Bookmark(models.Model):
    """How far into the series of events a read table has come."""

    name = models.CharField(max_length=16, primary_key=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.seq}"
