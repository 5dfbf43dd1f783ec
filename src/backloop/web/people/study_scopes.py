"""What an account may see of a study: its own part in it, the participants it reaches, their events.

Decides every query about a study; it adds nothing to what `scopes` and the table of rights allow.
"""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from backloop.web.people.models import Account, Participation, Patient, RoleGrant, Study
from backloop.web.people.roles import ROLES, Role
from backloop.web.people.scopes import arm_is_visible, get_study, patients_for
from backloop.web.store.events import Actor
from backloop.web.store.kinds import Kind
from backloop.web.store.models import Event

__all__ = [
    "actor_in",
    "arms_for",
    "get_participation",
    "open_study",
    "participations_for",
    "screenable_patient",
    "study_events",
]


def open_study(account: Account, slug: str, *roles: Role) -> tuple[Study, Role]:
    """Give a study and the part an account plays in it; a blinded part hides every other.

    Parameters
    ----------
    account : Account
        Who asks.
    slug : str
        The study's slug.
    *roles : Role
        The parts a page is open to.

    Returns
    -------
    tuple of (Study, Role)

    Raises
    ------
    Http404
        If the account has no part in such a study.
    PermissionDenied
        If its part is none of these.
    """
    study = get_study(account, slug)
    held = set(RoleGrant.objects.filter(account=account, study=study).values_list("role", flat=True))
    parts = [role for role in ROLES if role.value in held]
    blinded = [role for role in parts if ROLES[role].blinded]
    found = next((role for role in blinded or parts if role in roles), None)
    if found is None:
        raise PermissionDenied
    return study, found


def actor_in(account: Account, role: Role) -> Actor:
    """Name who acts in a part.

    Parameters
    ----------
    account : Account
        Who.
    role : Role
        In which part.

    Returns
    -------
    Actor
    """
    return Actor(account=str(account.uid), role=role.value)


def participations_for(account: Account, study: Study, role: Role) -> QuerySet[Participation]:
    """Give the participants of a study that an account reaches in one part, by number.

    Parameters
    ----------
    account : Account
        Who asks.
    study : Study
        Which study.
    role : Role
        In which part.

    Returns
    -------
    QuerySet of Participation
    """
    reached = patients_for(account, role=role).values("pk")
    sites = RoleGrant.objects.filter(account=account, study=study, role=role.value)
    found = Participation.objects.filter(study=study, patient__in=reached)
    if not sites.filter(site__isnull=True).exists():
        found = found.filter(site__in=sites.values("site"))
    return found.select_related("patient", "site", "study").order_by("number")


def get_participation(account: Account, study: Study, code: str, *, role: Role) -> Participation:
    """Give one participant by the patient's code.

    Parameters
    ----------
    account : Account
        Who asks.
    study : Study
        Which study.
    code : str
        The patient's code.
    role : Role
        In which part.

    Returns
    -------
    Participation

    Raises
    ------
    Http404
        If there is none the account reaches.
    """
    found = participations_for(account, study, role).filter(patient__code=code).first()
    if found is None:
        raise Http404
    return found


def study_events(account: Account, study: Study, role: Role, *, kinds: Iterable[Kind]) -> dict[str, list[Event]]:
    """Give the events of all participants at once, by code, oldest first; never an allocation.

    Parameters
    ----------
    account : Account
        Who asks.
    study : Study
        Which study.
    role : Role
        In which part; kinds that it may not read are left out.
    kinds : iterable of str
        Which kinds; corrections come with them.

    Returns
    -------
    dict of str to list of Event
    """
    wanted = {*kinds, "correction"} & ROLES[role].kinds - {"allocation"}
    codes = list(participations_for(account, study, role).values_list("patient__code", flat=True))
    found: dict[str, list[Event]] = {code: [] for code in codes}
    for event in Event.objects.filter(subject__in=codes, kind__in=wanted).order_by("seq"):
        found[event.subject].append(event)
    return found


def arms_for(account: Account, study: Study, role: Role) -> dict[str, str]:
    """Give the arms by code, of those whose arm the account may know.

    Parameters
    ----------
    account : Account
        Who asks.
    study : Study
        Which study.
    role : Role
        In which part.

    Returns
    -------
    dict of str to str
        Empty while the study is blinded for the account.
    """
    patients = (part.patient for part in participations_for(account, study, role))
    codes = [patient.code for patient in patients if arm_is_visible(account, patient, study)]
    given = Event.objects.filter(subject__in=codes, kind="allocation", code=study.slug).order_by("seq")
    return {event.subject: event.noun.arm for event in given}  # type: ignore[union-attr]


def screenable_patient(account: Account, study: Study, code: str) -> Patient | None:
    """Find a patient by the exact code that a clinician handed over, to be screened for a study.

    Parameters
    ----------
    account : Account
        A coordinator of the study.
    study : Study
        Which study.
    code : str
        The patient's code.

    Returns
    -------
    Patient or None
        None where the code is none of the coordinator's sites in this study: nobody can be looked up otherwise.
    """
    grants = RoleGrant.objects.filter(account=account, study=study, role=Role.COORDINATOR.value)
    sites = study.sites.all()
    if not grants.filter(site__isnull=True).exists():
        sites = sites.filter(pk__in=grants.values("site"))
    return Patient.objects.filter(code=code, site__in=sites, discharged_at=None).first()
