"""The one layer every page asks whose data an account may see, and which part of them.

Decides every query's scope from the table of rights; denies by default. No page filters patients or events itself.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.http import Http404

from backloop.web.people.models import Account, Helping, Participation, Patient, RoleGrant, Site, Study
from backloop.web.people.roles import ROLES, TELLING, Role
from backloop.web.store.events import Actor
from backloop.web.store.identities import identities_of, identity_of
from backloop.web.store.kinds import Kind
from backloop.web.store.models import Event

__all__ = [
    "Sight",
    "accounts_for",
    "arm_is_visible",
    "events_for",
    "get_patient",
    "get_study",
    "names_among",
    "names_for",
    "patients_for",
    "sight_of",
    "sites_for",
    "studies_for",
]

Anybody = Account | AnonymousUser
ModelT = TypeVar("ModelT", bound=Model)


@dataclass(frozen=True)
class Sight:
    """What one account is to one patient: its roles towards them, and what follows from the table of rights."""

    roles: frozenset[Role]

    @property
    def is_blinded(self) -> bool:
        """Whether one of the roles is blinded, which then binds all of them."""
        return any(ROLES[role].blinded for role in self.roles)

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of events that may be read."""
        return _join(self, "kinds")

    @property
    def writes(self) -> frozenset[Kind]:
        """The kinds of events that may be added."""
        return _join(self, "writes")

    @property
    def sees_names(self) -> bool:
        """Whether direct identifiers may be shown."""
        return any(ROLES[role].names for role in self.roles)

    def actor(self, account: Account, *, patient: Patient | None = None) -> Actor:
        """Give who acts, in the role of these that the table names first; a helper acts on the patient's behalf."""
        role = next((role for role in ROLES if role in self.roles), Role.PATIENT)
        behalf = patient.code if patient is not None and role is Role.HELPER else ""
        return Actor(account=str(account.uid), role=role.value, on_behalf=behalf)


def patients_for(account: Anybody, *, role: Role | None = None) -> QuerySet[Patient]:
    """Give the patients an account reaches, through any of its roles or through one.

    Parameters
    ----------
    account : Account or AnonymousUser
        Who asks.
    role : Role, optional
        Only through this role.

    Returns
    -------
    QuerySet of Patient
        Nobody for anonymous and inactive accounts.
    """
    if not isinstance(account, Account) or not account.is_active:
        return Patient.objects.none()
    wanted = account.roles() & ({role} if role else set(Role))
    reached = Q(pk__in=[])
    for one in wanted:
        reached |= _reach(account, one)
    return Patient.objects.filter(reached)


def get_patient(account: Anybody, code: str) -> Patient:
    """Give one patient by code.

    Parameters
    ----------
    account : Account or AnonymousUser
        Who asks.
    code : str
        The patient's code.

    Returns
    -------
    Patient

    Raises
    ------
    Http404
        If there is none, or none the account reaches: the two look the same.
    """
    return _only(patients_for(account).filter(code=code))


def sight_of(account: Anybody, patient: Patient) -> Sight:
    """Say what an account is to a patient.

    Parameters
    ----------
    account : Account or AnonymousUser
        Who asks.
    patient : Patient
        Whose data.

    Returns
    -------
    Sight
        With no role where the account does not reach the patient.
    """
    if not isinstance(account, Account) or not account.is_active:
        return Sight(frozenset())
    # An account lives as long as a request and keeps its roles for that time; so it keeps what it is to a patient.
    known: dict[int, Sight] = account.__dict__.setdefault("_sights", {})
    if patient.pk not in known:
        one = Patient.objects.filter(pk=patient.pk)
        known[patient.pk] = Sight(
            frozenset(role for role in account.roles() if one.filter(_reach(account, role)).exists())
        )
    return known[patient.pk]


def events_for(account: Anybody, patient: Patient) -> QuerySet[Event]:
    """Give the events of a patient that an account may read, oldest first.

    Parameters
    ----------
    account : Account or AnonymousUser
        Who asks.
    patient : Patient
        Whose data.

    Returns
    -------
    QuerySet of Event
        Corrections only of events that are themselves visible; allocation only where `arm_is_visible`; to a blinded
        role no answer to a worksheet that tells the treatment.
    """
    sight = sight_of(account, patient)
    kinds = set(sight.kinds)
    studies = [part.study for part in Participation.objects.filter(patient=patient).select_related("study")]
    open_studies = [study.slug for study in studies if arm_is_visible(account, patient, study)]
    events = Event.objects.filter(subject=patient.code)
    if sight.is_blinded:
        events = events.exclude(kind__in=("response", "observation"), code__in=TELLING)
    allowed = Q(kind__in=kinds - {"correction", "allocation"}) | Q(kind="allocation", code__in=open_studies)
    if "correction" in kinds:
        visible = events.filter(allowed).values("seq")
        allowed |= Q(kind="correction", corrects__in=visible)
    return events.filter(allowed).order_by("seq")


def arm_is_visible(account: Anybody, patient: Patient, study: Study) -> bool:
    """Say whether an account may know which arm a patient is in.

    Parameters
    ----------
    account : Account or AnonymousUser
        Who asks.
    patient : Patient
        Whose arm.
    study : Study
        In which trial.

    Returns
    -------
    bool
        For coordinators of the study; for care teams where clinicians are not blinded; for statisticians once the
        study is unblinded; never for assessors, helpers, patients and administrators.
    """
    roles = sight_of(account, patient).roles
    if Role.ASSESSOR in roles or not isinstance(account, Account):
        return False
    if Role.STATISTICIAN in roles:
        return study.unblinded_at is not None
    coordinates = _grants(account, Role.COORDINATOR).filter(study=study).exists()
    return (Role.COORDINATOR in roles and coordinates) or (Role.CLINICIAN in roles and not study.clinicians_blinded)


def names_for(account: Anybody, patient: Patient) -> dict[str, str]:
    """Give a patient's direct identifiers where the account may see them.

    Parameters
    ----------
    account : Account or AnonymousUser
        Who asks.
    patient : Patient
        Whose.

    Returns
    -------
    dict of str to str
        Empty for roles that work with codes alone.
    """
    return identity_of(patient.code) if sight_of(account, patient).sees_names else {}


def names_among(
    account: Anybody, patients: Iterable[Patient], *, fields: Sequence[str] = ("name",)
) -> dict[str, dict[str, str]]:
    """Give direct identifiers of many patients at once, of those whose names the account may see.

    Parameters
    ----------
    account : Account or AnonymousUser
        Who asks.
    patients : iterable of Patient
        Of whom.
    fields : sequence of str
        Which identifiers.

    Returns
    -------
    dict of str to dict
        Field to value by code.
    """
    if not isinstance(account, Account) or not account.is_active:
        return {}
    reached = Q(pk__in=[])
    for role in account.roles():
        reached |= _reach(account, role) if ROLES[role].names else Q(pk__in=[])
    allowed = Patient.objects.filter(reached, pk__in=[patient.pk for patient in patients])
    return identities_of(allowed.values_list("code", flat=True), fields)


def studies_for(account: Anybody) -> QuerySet[Study]:
    """Give the studies an account works in.

    Parameters
    ----------
    account : Account or AnonymousUser
        Who asks.

    Returns
    -------
    QuerySet of Study
    """
    if not isinstance(account, Account) or not account.is_active:
        return Study.objects.none()
    grants = RoleGrant.objects.filter(account=account, study__isnull=False)
    return Study.objects.filter(grants__in=grants).distinct()


def get_study(account: Anybody, slug: str) -> Study:
    """Give one study by its slug.

    Parameters
    ----------
    account : Account or AnonymousUser
        Who asks.
    slug : str
        The study's slug.

    Returns
    -------
    Study

    Raises
    ------
    Http404
        If there is none the account works in.
    """
    return _only(studies_for(account).filter(slug=slug))


def sites_for(account: Anybody) -> QuerySet[Site]:
    """Give the sites an account works at.

    Parameters
    ----------
    account : Account or AnonymousUser
        Who asks.

    Returns
    -------
    QuerySet of Site
    """
    if not isinstance(account, Account) or not account.is_active:
        return Site.objects.none()
    return Site.objects.filter(grants__in=RoleGrant.objects.filter(account=account)).distinct()


def accounts_for(account: Anybody) -> QuerySet[Account]:
    """Give the accounts a site administrator looks after.

    Parameters
    ----------
    account : Account or AnonymousUser
        Who asks.

    Returns
    -------
    QuerySet of Account
        Those with a role at its sites, and the patients and helpers of these sites.
    """
    if not isinstance(account, Account) or not account.is_active:
        return Account.objects.none()
    sites = list(_grants(account, Role.SITE_ADMIN).values_list("site", flat=True))
    staff, patients = Q(grants__site__in=sites), Q(patient__site__in=sites)
    return Account.objects.filter(staff | patients | Q(helps__patient__site__in=sites)).distinct()


def _reach(account: Account, role: Role) -> Q:
    grants = _grants(account, role)
    match ROLES[role].reach:
        case "self":
            return Q(account=account)
        case "helped":
            today = dt.datetime.now(tz=dt.UTC).date()
            helps = Helping.objects.filter(Q(until__isnull=True) | Q(until__gte=today), account=account)
            return Q(pk__in=helps.values("patient"))
        case "team":
            theirs = Patient.objects.filter(teams__members=account, site__in=grants.values("site"))
            return Q(pk__in=theirs.values("pk"))
        case "study":
            return _in_studies(grants)
        case "site":
            return Q(site__in=grants.values("site"))


def _in_studies(grants: QuerySet[RoleGrant]) -> Q:
    reached = Q(pk__in=[])
    for study, site in grants.filter(study__isnull=False).values_list("study", "site"):
        parts = Participation.objects.filter(study=study)
        reached |= Q(pk__in=(parts if site is None else parts.filter(site=site)).values("patient"))
    return reached


def _grants(account: Account, role: Role) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(account=account, role=role.value)


def _join(sight: Sight, field: str) -> frozenset[Kind]:
    given = [getattr(ROLES[role], field) for role in sight.roles if not sight.is_blinded or ROLES[role].blinded]
    return frozenset().union(*given) if given else frozenset()


def _only(rows: QuerySet[ModelT]) -> ModelT:
    found = rows.first()
    if found is None:
        raise Http404
    return found
