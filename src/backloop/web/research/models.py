"""The tables of research: frozen plans, sealed lists, steps of participants, jobs and what waits to be taken in.

Decides what is kept of each; the arm of a person is an event and stands in none of these tables in the open.
"""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from backloop.units import Text
from backloop.web.people.models import Participation, Patient, Study

__all__ = ["AuditCheck", "Job", "OpenedLine", "PlanFreeze", "SealedList", "Step", "StudyReport", "Upload", "Waiting"]


class PlanFreeze(models.Model):
    """One fingerprint of a study's plan: the first, or that of an amendment, with the plan as it was."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="freezes")
    sha256 = models.CharField(max_length=64)
    design = models.TextField()
    reason = models.CharField(max_length=300)
    account = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.study} {self.sha256[:12]}"


class SealedList(models.Model):
    """A study's concealed list and its seed, locked; `commitment` is the fingerprint of the seed, to be published."""

    study = models.OneToOneField(Study, on_delete=models.PROTECT, related_name="sealed_list")
    commitment = models.CharField(max_length=64)
    plan_sha256 = models.CharField(max_length=64)
    ring = models.CharField(max_length=32)
    locked = models.BinaryField()
    account = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"sealed list of {self.study}"


class OpenedLine(models.Model):
    """That a line was opened for a participant, chained to the one before; never which arm stood on it."""

    sealed = models.ForeignKey(SealedList, on_delete=models.PROTECT, related_name="opened")
    participation = models.OneToOneField(Participation, on_delete=models.PROTECT, related_name="opened_line")
    place = models.PositiveIntegerField()
    stratum = models.JSONField()
    number = models.PositiveIntegerField()
    seal = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    account = models.CharField(max_length=64)
    stamp = models.CharField(max_length=40)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sealed", "place"], name="one_line_at_a_place")
        ]

    def __str__(self) -> str:
        return f"line {self.place} of {self.sealed}"


class Step(models.Model):
    """One step of a participant through a study: to which state, why, by whom; steps are only added."""

    participation = models.ForeignKey(Participation, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    account = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.participation} {self.state}"


class Job(models.Model):
    """Something done in the background: asked by whom, how it stands, and in both languages why it failed."""

    STATES: ClassVar[list[tuple[str, str]]] = [
        ("waiting", "waiting"),
        ("working", "working"),
        ("done", "done"),
        ("failed", "failed"),
    ]

    account = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    reason_en = models.TextField(blank=True)
    reason_zh = models.TextField(blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {"done", "failed"}

    @property
    def reason(self) -> Text:
        """Why it failed, or what could not be done."""
        return Text(en=self.reason_en, zh=self.reason_zh)

    def end(self, *, reason: Text | None = None, failed: bool = False) -> None:
        """Write down how it ended."""
        self.state = "failed" if failed else "done"
        if reason is not None:
            self.reason_en, self.reason_zh = reason.en, reason.zh
        self.ended_at = timezone.now()
        self.save()


class StudyReport(Job):
    """A report of the trial engine about a study, as one page."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="reports")
    language = models.CharField(max_length=2)
    page = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"report {self.pk} of {self.study}"


class Upload(Job):
    """A recording or table of results sent to the panel: its file by fingerprint, its job, its finding."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="uploads")
    session_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=24)
    place = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    stored = models.CharField(max_length=200)
    size = models.BigIntegerField()
    finding = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient", "session_id", "kind", "sha256"], name="uploaded_once")
        ]

    def __str__(self) -> str:
        return f"upload {self.pk} of {self.patient}"


class Waiting(models.Model):
    """What an uploaded file would add to a record, shown before anything is written; it is kept for a day."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="waiting")
    account = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    person = models.CharField(max_length=64)
    body = models.TextField()
    problems = models.JSONField(default=list)
    state = models.CharField(max_length=8, default="waiting")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"waiting {self.pk} of {self.patient}"


class AuditCheck(Job):
    """One check of the two chains: how many links, and the faults in words without a person's data."""

    counts = models.JSONField(default=dict)
    faults = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"audit check {self.pk}"
