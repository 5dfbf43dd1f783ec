"""One-time links: somebody with the right to invite gives one, and whoever opens it makes an account with one role.

Decides how long a link lives and what it grants; sending it is up to the page.
"""

import datetime as dt
import secrets
from hashlib import sha256
from typing import Any

from django.db import transaction

from backloop.errors import DoorError
from backloop.web.look.wordings import reader_language
from backloop.web.people.models import Account, Helping, Invitation, RoleGrant
from backloop.web.people.roles import Role
from backloop.web.store.events import Actor, add_event
from backloop.web.store.kinds import AccessChanged

__all__ = ["accept_by_service", "accept_invitation", "find_invitation", "grant_role", "invite", "revoke_role"]

_DAYS = 7


def invite(actor: Actor, role: Role, **places: Any) -> str:  # noqa: ANN401 - the fields of an invitation
    """Make an invitation and give its token, which is shown once and kept nowhere.

    Parameters
    ----------
    actor : Actor
        Who invites.
    role : Role
        What the invited will be.
    **places : Site, Study, CareTeam or Patient
        `site`, `study`, `team` or `patient`, as the role needs them.

    Returns
    -------
    str
        The token of the link ``/join/<token>/``.
    """
    token = secrets.token_urlsafe(32)
    until = dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=_DAYS)
    Invitation.objects.create(
        token=_fingerprint(token), role=role.value, invited_by=actor.account, expires_at=until, **places
    )
    return token


def find_invitation(token: str) -> Invitation | None:
    """Give the invitation behind a link, if it was neither used nor ran out.

    Parameters
    ----------
    token : str
        From the link.

    Returns
    -------
    Invitation or None
    """
    now = dt.datetime.now(tz=dt.UTC)
    return Invitation.objects.filter(token=_fingerprint(token), used_at=None, expires_at__gt=now).first()


def accept_invitation(token: str, *, username: str, password: str, language: str = "zh") -> Account:
    """Make the account an invitation promises; the link does not work again.

    Parameters
    ----------
    token : str
        From the link.
    username, password : str
        What the invited chose; the password was checked before.
    language : str
        ``zh`` or ``en``.

    Returns
    -------
    Account

    Raises
    ------
    DoorError
        If the link was used, ran out or never was.
    """
    return _accept(find_invitation(token), username, password, language)


def accept_by_service(number: int, *, service: str) -> Account:
    """Make the account an invitation promises for somebody who signs in through the hospital, without a password.

    Parameters
    ----------
    number : int
        The invitation, which was opened by its link before.
    service : str
        The id of the hospital's sign-in; the account's name begins with it.

    Returns
    -------
    Account

    Raises
    ------
    DoorError
        If the invitation was used or ran out meanwhile.
    """
    now = dt.datetime.now(tz=dt.UTC)
    invitation = Invitation.objects.filter(pk=number, used_at=None, expires_at__gt=now).first()
    return _accept(invitation, f"{service[:48]}-{secrets.token_hex(4)}", None, reader_language())


def _accept(invitation: Invitation | None, username: str, password: str | None, language: str) -> Account:
    now = dt.datetime.now(tz=dt.UTC)
    with transaction.atomic():
        if invitation is None or not Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now):
            message = "this invitation was used, ran out or never was; ask for a new one"
            raise DoorError(message)
        account = Account.objects.create_user(username, password, language=language)
        inviter = Actor(account=invitation.invited_by, role=Role.SITE_ADMIN.value)
        grant_role(inviter, account, Role(invitation.role), site=invitation.site, study=invitation.study)
        if invitation.team is not None:
            invitation.team.members.add(account)
        _join_patient(invitation, account)
    return account


def grant_role(actor: Actor, account: Account, role: Role, **places: Any) -> RoleGrant:  # noqa: ANN401
    """Give an account a role, and write that down.

    Parameters
    ----------
    actor : Actor
        Who gives it.
    account : Account
        Who gets it.
    role : Role
        The role.
    **places : Site or Study
        `site` and `study`, as the role needs them.

    Returns
    -------
    RoleGrant
    """
    with transaction.atomic():
        grant, made = RoleGrant.objects.get_or_create(account=account, role=role.value, **places)
        if made:
            add_event(actor, "", AccessChanged(account=str(account.uid), what=_words(grant), given=True))
    account.__dict__.pop("_roles", None)
    return grant


def revoke_role(actor: Actor, grant: RoleGrant, *, why: str) -> None:
    """Take a role from an account, and write that down.

    Parameters
    ----------
    actor : Actor
        Who takes it.
    grant : RoleGrant
        What is taken.
    why : str
        The reason.
    """
    with transaction.atomic():
        account = grant.account
        add_event(actor, "", AccessChanged(account=str(account.uid), what=_words(grant), given=False), why=why)
        grant.delete()
    account.__dict__.pop("_roles", None)


def _join_patient(invitation: Invitation, account: Account) -> None:
    if invitation.patient is None:
        return
    if invitation.role == Role.HELPER.value:
        Helping.objects.create(account=account, patient=invitation.patient)
    elif invitation.role == Role.PATIENT.value:
        invitation.patient.account = account
        invitation.patient.save(update_fields=["account"])


def _words(grant: RoleGrant) -> str:
    places = [f"at {grant.site}"] * bool(grant.site) + [f"in {grant.study}"] * bool(grant.study)
    return " ".join([grant.role, *places])


def _fingerprint(token: str) -> str:
    return sha256(token.encode()).hexdigest()
