"""The tables of people: sites, accounts, roles, care teams, patients, helpers, studies, invitations.

Decides who can be what where; no clinical data and no direct identifier of a patient stands here.
"""

import secrets
import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from backloop.units import Language, Text
from backloop.web.people.roles import ROLES, STAFF, Role

__all__ = [
    "Account",
    "AccountMaker",
    "CareTeam",
    "Helping",
    "Invitation",
    "Participation",
    "Patient",
    "RoleGrant",
    "Site",
    "Study",
    "make_patient_code",
]

# Without 0/O and 1/I/L/U, which are read wrongly over the telephone.
_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 8
_ROLE_CHOICES = [(role.value, role.value) for role in Role]
_slug = RegexValidator(r"^[a-z0-9][a-z0-9-]*$", "lower-case letters, digits and hyphens")


def make_patient_code() -> str:
    """Make a fresh clinic code for a patient: eight letters and digits that say nothing about the person.

    Returns
    -------
    str
    """
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))


class Site(models.Model):
    """A place that gives care: a clinic, a ward, a trial's centre."""

    slug = models.CharField(max_length=40, unique=True, validators=[_slug])
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, default="Asia/Shanghai")

    def __str__(self) -> str:
        return self.slug

    @property
    def name(self) -> Text:
        """The site's name in both languages."""
        return Text(en=self.name_en, zh=self.name_zh)


class AccountMaker(BaseUserManager["Account"]):
    """Make accounts, and find one by the name it signs in with."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Account":  # noqa: ANN401
        """Make an account; without a password it signs in by passkey, invitation or the hospital's sign-in."""
        account = self.model(username=self.model.normalize_username(username).lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in. What they may do comes from their role grants, not from Django's permissions.

    `uid` is the id that events, logs and addresses use; `title` how staff are called. A patient's name stands only
    among the locked identities.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, default="zh", choices=[("zh", "中文"), ("en", "English")])
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    password_set_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[AccountMaker] = AccountMaker()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return str(self.uid)

    @property
    def lang(self) -> Language:
        """The language the account reads."""
        return "en" if self.language == "en" else "zh"

    def set_password(self, raw_password: str | None) -> None:
        """Set the password and remember when."""
        super().set_password(raw_password)
        self.password_set_at = timezone.now()

    def roles(self) -> frozenset[Role]:
        """Give every role the account has anywhere."""
        if not hasattr(self, "_roles"):
            grants = RoleGrant.objects.filter(account=self).values_list("role", flat=True)
            self._roles = frozenset(Role(role) for role in set(grants))
        return self._roles

    @property
    def is_clinic_staff(self) -> bool:
        """Whether any of its roles is a staff role, which needs a second factor."""
        return bool(self.roles() & STAFF)


class CareTeam(models.Model):
    """The clinicians who share patients at one site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="teams")
    slug = models.CharField(max_length=40, validators=[_slug])
    members = models.ManyToManyField(Account, related_name="teams", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["site", "slug"], name="one_team_of_a_name")
        ]

    def __str__(self) -> str:
        return f"{self.site}/{self.slug}"


class Study(models.Model):
    """A trial run at some sites. `design` is the frozen plan of the trial engine as TOML.

    While `clinicians_blinded`, care teams do not see the arm either. `unblinded_at` opens allocation to statisticians.
    """

    slug = models.CharField(max_length=40, unique=True, validators=[_slug])
    title_en = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200)
    design = models.TextField(blank=True)
    sites = models.ManyToManyField(Site, related_name="studies", blank=True)
    clinicians_blinded = models.BooleanField(default=True)
    unblinded_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.slug

    @property
    def title(self) -> Text:
        """The study's title in both languages."""
        return Text(en=self.title_en, zh=self.title_zh)


class RoleGrant(models.Model):
    """One role of one account: at a site, and for trial roles in a study. A patient's role needs neither."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=16, choices=_ROLE_CHOICES)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "role", "site", "study"], name="one_grant_of_a_kind", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} at {self.site or '-'}"

    @property
    def title(self) -> Text:
        """What the role is called."""
        return ROLES[Role(self.role)].title


class Patient(models.Model):
    """A person in care, known to the clinical data only by `code`."""

    code = models.CharField(max_length=16, unique=True, default=make_patient_code, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="patients")
    account = models.OneToOneField(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="patient")
    teams = models.ManyToManyField(CareTeam, related_name="patients", blank=True)
    zone = models.CharField(max_length=64, default="Asia/Shanghai")
    made_up = models.BooleanField(default=False)
    entered_at = models.DateTimeField(default=timezone.now)
    discharged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["site", "discharged_at"], name="patient_site")]

    def __str__(self) -> str:
        return self.code


class Helping(models.Model):
    """That somebody helps a patient at home, until a day if one is set."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="helps")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="helpers")
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "patient"], name="helps_once")
        ]

    def __str__(self) -> str:
        return f"helper of {self.patient}"


class Participation(models.Model):
    """A patient's place in a study: where the screening stands. The arm is an event and stands only there."""

    STATES: ClassVar[list[tuple[str, str]]] = [
        ("screened", "screened"),
        ("eligible", "eligible"),
        ("excluded", "excluded"),
        ("consented", "consented"),
        ("allocated", "allocated"),
        ("withdrawn", "withdrawn"),
        ("completed", "completed"),
    ]

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="participations")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="participations")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="participations")
    number = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=STATES, default="screened")
    reason = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient", "study"], name="once_in_a_study"),
            models.UniqueConstraint(fields=["study", "number"], name="one_study_number"),
        ]

    def __str__(self) -> str:
        return f"{self.study} {self.number}"


class Invitation(models.Model):
    """A one-time link that makes an account with one role; only the fingerprint of its token is kept."""

    token = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=16, choices=_ROLE_CHOICES)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, null=True, blank=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, null=True, blank=True)
    team = models.ForeignKey(CareTeam, on_delete=models.CASCADE, null=True, blank=True)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, null=True, blank=True)
    invited_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"invitation of a {self.role}"
