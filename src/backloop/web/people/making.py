"""A cast of made-up people: two sites, teams, a study, and somebody of every role.

Decides who is who in demonstrations and tests; real clinics are entered by their own people.
"""

from dataclasses import dataclass, field

from backloop.record import Record, make_person
from backloop.web.people.models import (
    Account,
    CareTeam,
    Helping,
    Participation,
    Patient,
    RoleGrant,
    Site,
    Study,
)
from backloop.web.people.roles import Role
from backloop.web.store.events import Actor, add_events
from backloop.web.store.kinds import PersonFacts

__all__ = ["Cast", "add_record", "make_cast", "make_patient", "make_record"]

MAKER = Actor(account="demonstration", role="system")
"""Who enters what is made up."""


@dataclass
class Cast:
    """The made-up people of a clinic by name.

    `accounts`: ``patient``, ``helper``, ``clinician``, ``assessor``, ``coordinator``, ``statistician`` and
    ``site_admin`` of site ``north``; ``clinician_2`` in another team there, ``clinician_far`` at site ``south``.
    `patients`: ``mine`` (team one, in the study, with an account and a helper), ``other_team`` (north, not in the
    study), ``far`` (south).
    """

    sites: dict[str, Site] = field(default_factory=dict)
    teams: dict[str, CareTeam] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    patients: dict[str, Patient] = field(default_factory=dict)
    study: Study | None = None


def make_cast() -> Cast:
    """Make the cast in an empty clinic; accounts have no password until one is set.

    Returns
    -------
    Cast
    """
    cast = Cast()
    for slug, en, zh in (("north", "North clinic", "北院"), ("south", "South clinic", "南院")):
        cast.sites[slug] = Site.objects.create(slug=slug, name_en=en, name_zh=zh)
    for name, site in (("one", "north"), ("two", "north"), ("far", "south")):
        cast.teams[name] = CareTeam.objects.create(site=cast.sites[site], slug=name)
    cast.study = Study.objects.create(slug="back-study", title_en="A made-up trial", title_zh="虚构试验")
    cast.study.sites.set([cast.sites["north"]])
    _cast_accounts(cast)
    _cast_patients(cast)
    return cast


def make_patient(site: Site, *teams: CareTeam, made_up: bool = True) -> Patient:
    """Make a patient of a site in some of its teams, without data.

    Parameters
    ----------
    site : Site
        Where.
    *teams : CareTeam
        Whose.
    made_up : bool
        Whether the person does not exist.

    Returns
    -------
    Patient
    """
    patient = Patient.objects.create(site=site, zone=site.zone, made_up=made_up)
    patient.teams.set(teams)
    return patient


def add_record(patient: Patient, record: Record, *, actor: Actor = MAKER) -> None:
    """Write a whole record of the core down as events of a patient.

    Parameters
    ----------
    patient : Patient
        Whose it becomes.
    record : Record
        What was observed; its participant_id is replaced by the patient's code.
    actor : Actor
        Who enters it.
    """
    who = record.participant.model_copy(update={"participant_id": f"sub-{patient.code}"})
    person = PersonFacts(participant=who, made_up=record.is_made_up)
    add_events(actor, patient.code, (person, *record.sessions, *record.observations), zone=patient.zone)


def make_record(patient: Patient, *, seed: int) -> None:
    """Give a made-up patient a made-up record."""
    add_record(patient, make_person(seed=seed))


def _cast_accounts(cast: Cast) -> None:
    places: dict[str, tuple[Role, str, bool]] = {
        "patient": (Role.PATIENT, "", False),
        "helper": (Role.HELPER, "", False),
        "clinician": (Role.CLINICIAN, "north", False),
        "clinician_2": (Role.CLINICIAN, "north", False),
        "clinician_far": (Role.CLINICIAN, "south", False),
        "assessor": (Role.ASSESSOR, "north", True),
        "coordinator": (Role.COORDINATOR, "north", True),
        "statistician": (Role.STATISTICIAN, "", True),
        "site_admin": (Role.SITE_ADMIN, "north", False),
    }
    for name, (role, site, in_study) in places.items():
        account = Account.objects.create_user(name.replace("_", "-"), title=name.replace("_", " ").title())
        grant = RoleGrant(account=account, role=role.value, study=cast.study if in_study else None)
        grant.site = cast.sites.get(site)
        grant.save()
        cast.accounts[name] = account
    cast.teams["one"].members.add(cast.accounts["clinician"])
    cast.teams["two"].members.add(cast.accounts["clinician_2"])
    cast.teams["far"].members.add(cast.accounts["clinician_far"])


def _cast_patients(cast: Cast) -> None:
    for name, site, team in (("mine", "north", "one"), ("other_team", "north", "two"), ("far", "south", "far")):
        cast.patients[name] = make_patient(cast.sites[site], cast.teams[team])
    mine = cast.patients["mine"]
    mine.account = cast.accounts["patient"]
    mine.save()
    Helping.objects.create(account=cast.accounts["helper"], patient=mine)
    if cast.study is not None:
        Participation.objects.create(patient=mine, study=cast.study, site=mine.site, number="BS-001", state="allocated")
