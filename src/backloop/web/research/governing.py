"""What a site administrator may do: roles, teams, invitations, sessions, studies, the audit; never clinical data.

Decides how far an administrator's hand reaches: the own sites, and never the own rights.
"""

from typing import Any, TypeVar

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django_tasks import task

from backloop.errors import DoorError
from backloop.web.people.invitations import grant_role, invite, revoke_role
from backloop.web.people.models import Account, CareTeam, Invitation, Patient, RoleGrant, Site, Study
from backloop.web.people.roles import Role
from backloop.web.people.scopes import accounts_for
from backloop.web.people.study_scopes import actor_in
from backloop.web.research.models import AuditCheck
from backloop.web.research.refusals import refusal
from backloop.web.store.events import add_event
from backloop.web.store.kinds import AccessChanged
from backloop.web.store.models import ReadEntry
from backloop.web.store.verifying import drop_anchor, verify_chains

__all__ = [
    "GRANTABLE",
    "IN_STUDY",
    "administered_sites",
    "administered_studies",
    "change_team",
    "end_sessions",
    "find_account",
    "find_grant",
    "find_team",
    "found_study",
    "give_role",
    "grants_of",
    "make_team",
    "open_invitations",
    "reads_of",
    "run_audit",
    "send_invitation",
    "switch_account",
    "take_role",
    "withdraw_invitation",
]

GRANTABLE = (Role.CLINICIAN, Role.ASSESSOR, Role.COORDINATOR, Role.STATISTICIAN, Role.SITE_ADMIN)
"""The roles an administrator may give to an account."""

IN_STUDY = (Role.ASSESSOR, Role.COORDINATOR, Role.STATISTICIAN)
"""Those that are given in a study."""

ModelT = TypeVar("ModelT", bound=Model)
_ADMIN = Role.SITE_ADMIN
_MOST_READS = 500


def administered_sites(account: Account) -> QuerySet[Site]:
    """Give the sites an account administers."""
    grants = RoleGrant.objects.filter(account=account, role=_ADMIN.value)
    return Site.objects.filter(pk__in=grants.values("site")).order_by("slug")


def administered_studies(account: Account) -> QuerySet[Study]:
    """Give the studies that run at a site an account administers."""
    return Study.objects.filter(sites__in=administered_sites(account)).distinct().order_by("slug")


def find_account(admin: Account, number: int) -> Account:
    """Give an account the administrator looks after, never the own one.

    Raises
    ------
    DoorError
        If there is none of that number.
    """
    return _only(accounts_for(admin).filter(pk=number).exclude(pk=admin.pk))


def grants_of(admin: Account) -> QuerySet[RoleGrant]:
    """Give the roles an administrator may take back: those at the own sites, and none of the own ones."""
    sites = list(administered_sites(admin))
    elsewhere = Site.objects.exclude(pk__in=[site.pk for site in sites])
    whole = Q(site=None, study__in=administered_studies(admin).exclude(sites__in=elsewhere))
    found = RoleGrant.objects.filter(Q(site__in=sites) | whole).exclude(account=admin)
    return found.select_related("account", "site", "study").order_by("role")


def find_grant(admin: Account, number: int) -> RoleGrant:
    """Give one role that the administrator may take back.

    Raises
    ------
    DoorError
        If there is none of that number.
    """
    return _only(grants_of(admin).filter(pk=number))


def give_role(admin: Account, account: Account, role: Role, *, site: Site, study: Study | None) -> RoleGrant:
    """Give an account a role at one of the administrator's sites.

    Raises
    ------
    DoorError
        If the role needs a study at that site and there is none.
    """
    _check_study(role, site, study)
    return grant_role(actor_in(admin, _ADMIN), account, role, site=site, study=study if role in IN_STUDY else None)


def take_role(admin: Account, grant: RoleGrant, *, why: str) -> None:
    """Take a role back, with the reason; the account's sessions end.

    Raises
    ------
    DoorError
        If there is no reason.
    """
    if not why.strip():
        raise refusal(DoorError, en="say why the role is taken back", zh="请说明撤销角色的原因")
    account = grant.account
    revoke_role(actor_in(admin, _ADMIN), grant, why=why.strip())
    end_sessions(admin, account)


def switch_account(admin: Account, account: Account, *, on: bool) -> None:
    """Switch an account off or on again; off, its sessions end.

    Raises
    ------
    DoorError
        If the account also works at a site of others.
    """
    theirs = RoleGrant.objects.filter(account=account, site__isnull=False)
    if theirs.exclude(site__in=administered_sites(admin)).exists():
        raise refusal(
            DoorError,
            en="this account also works at a site of others; take its roles here back instead",
            zh="该账号也在其他机构工作；请改为撤销其在本机构的角色",
        )
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(is_active=on)
        _note(admin, account, "may sign in", given=on)
    if not on:
        end_sessions(admin, account)


def end_sessions(admin: Account, account: Account) -> int:
    """End every session of an account; give how many."""
    sessions = list(UserSession.objects.filter(user=account))
    for session in sessions:
        session.end()
    if sessions:
        _note(admin, account, "sessions", given=False)
    return len(sessions)


def find_team(admin: Account, number: int) -> CareTeam:
    """Give one team of the administrator's sites.

    Raises
    ------
    DoorError
        If there is none of that number.
    """
    return _only(CareTeam.objects.filter(pk=number, site__in=administered_sites(admin)))


def make_team(admin: Account, site: Site, slug: str) -> CareTeam:
    """Make a care team at one of the administrator's sites.

    Raises
    ------
    DoorError
        If there is one of that name.
    """
    if CareTeam.objects.filter(site=site, slug=slug).exists():
        raise refusal(
            DoorError, en=f"there is a team '{slug}' at this site already", zh=f"本机构已有名为 {slug} 的团队"
        )
    with transaction.atomic():
        team = CareTeam.objects.create(site=site, slug=slug)
        _note(admin, None, f"team {team}", given=True)
    return team


def change_team(admin: Account, team: CareTeam, account: Account, *, joins: bool) -> None:
    """Let a clinician of the team's site join it, or take somebody out.

    Raises
    ------
    DoorError
        If the account is no clinician there.
    """
    grants = RoleGrant.objects.filter(account=account, role=Role.CLINICIAN.value, site=team.site)
    if joins and not grants.exists():
        raise refusal(
            DoorError,
            en="only clinicians of the site can join its teams; give the role first",
            zh="只有本机构的临床医师可加入团队；请先授予角色",
        )
    with transaction.atomic():
        (team.members.add if joins else team.members.remove)(account)
        _note(admin, account, f"team {team}", given=joins)


def open_invitations(admin: Account) -> QuerySet[Invitation]:
    """Give the invitations to the administrator's sites that were neither used nor ran out."""
    sites = administered_sites(admin)
    theirs = Q(site__in=sites) | Q(patient__site__in=sites)
    open_now = Invitation.objects.filter(theirs, used_at=None, expires_at__gt=timezone.now())
    return open_now.select_related("site", "study", "team", "patient").order_by("-pk")


def send_invitation(admin: Account, role: Role, **places: Any) -> str:  # noqa: ANN401 - the fields of an invitation
    """Make an invitation to the administrator's site and give its token, which is shown once.

    Raises
    ------
    DoorError
        If the role lacks the study or patient it needs.
    """
    patient: Patient | None = places.get("patient")
    if role in {Role.PATIENT, Role.HELPER}:
        if patient is None or (role is Role.PATIENT and patient.account_id is not None):
            raise refusal(
                DoorError,
                en="name a patient of your sites by code; a patient who has an account needs no invitation",
                zh="请填写您所在机构的患者编码；已有账号的患者无需邀请",
            )
        wanted: dict[str, Any] = {"patient": patient}
    else:
        _check_study(role, places["site"], places.get("study"))
        names = ["site", *(["study"] if role in IN_STUDY else []), *(["team"] if role is Role.CLINICIAN else [])]
        wanted = {name: places[name] for name in names if places.get(name) is not None}
    team = wanted.get("team")
    if team is not None and team.site != wanted["site"]:
        raise refusal(DoorError, en="the team belongs to another site", zh="该团队属于其他机构")
    with transaction.atomic():
        token = invite(actor_in(admin, _ADMIN), role, **wanted)
        _note(admin, None, f"invitation {role.value}", given=True)
    return token


def withdraw_invitation(admin: Account, number: int) -> None:
    """Make an open invitation useless.

    Raises
    ------
    DoorError
        If there is none of that number.
    """
    with transaction.atomic():
        _only(open_invitations(admin).filter(pk=number))
        Invitation.objects.filter(pk=number).update(expires_at=timezone.now())
        _note(admin, None, f"invitation {number}", given=False)


def found_study(admin: Account, **told: Any) -> Study:  # noqa: ANN401 - the fields of the form
    """Set up a study at some of the administrator's sites; its plan is read by a coordinator."""
    sites = told.pop("sites")
    with transaction.atomic():
        study = Study.objects.create(**told)
        study.sites.set(sites)
        _note(admin, None, f"study {study}", given=True)
    return study


def reads_of(code: str) -> list[tuple[ReadEntry, str]]:
    """Give who looked at a patient's data and at what, the latest first, with how the account is called."""
    entries = list(ReadEntry.objects.filter(subject=code).order_by("-seq")[:_MOST_READS])
    uids = {entry.account for entry in entries if len(entry.account) == len("00000000-0000-0000-0000-000000000000")}
    called = {str(one.uid): one.title or one.username for one in Account.objects.filter(uid__in=uids)}
    return [(entry, called.get(entry.account, entry.account)) for entry in entries]


@task()
def run_audit(number: int) -> None:
    """Check both chains, and keep what was found; a whole chain is anchored."""
    check = AuditCheck.objects.get(pk=number)
    if check.is_over:
        return
    found = verify_chains()
    if found.is_whole:
        drop_anchor()
    check.counts, check.faults = found.counts, [str(fault) for fault in found.faults]
    check.end(failed=not found.is_whole)


def _only(rows: QuerySet[ModelT]) -> ModelT:
    found = rows.first()
    if found is None:
        raise refusal(
            DoorError,
            en="this is not among what you administer; reload the page to see how things stand",
            zh="此项不在您的管理范围内；请刷新页面查看现状",
        )
    return found


def _check_study(role: Role, site: Site, study: Study | None) -> None:
    if role in IN_STUDY and (study is None or not study.sites.filter(pk=site.pk).exists()):
        raise refusal(
            DoorError,
            en="this role is given in a study that runs at the site; choose one",
            zh="该角色须在本机构参与的研究中授予；请选择研究",
        )


def _note(admin: Account, account: Account | None, what: str, *, given: bool) -> None:
    noun = AccessChanged(account=str(account.uid) if account else "", what=what, given=given)
    add_event(actor_in(admin, _ADMIN), "", noun)
