"""What is done to a clinic from its own machine: the first administrator, new keys.

Decides how each is done safely; everything else is done in the browser.
"""

from django.apps import apps
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from backloop.errors import DoorError
from backloop.web.people.invitations import grant_role
from backloop.web.people.models import Account, Site
from backloop.web.people.roles import Role
from backloop.web.settings.keyrings import Keys
from backloop.web.settings.starting import this_clinic
from backloop.web.store.events import Actor

__all__ = ["add_admin", "renew_keys"]


def add_admin(username: str, password: str, *, site: str, site_name: str = "") -> None:
    """Make a site administrator, and the site if it is new.

    Parameters
    ----------
    username, password : str
        What they sign in with; the password must fit the clinic's profile.
    site : str
        The site's slug.
    site_name : str
        What a new site is called.

    Raises
    ------
    DoorError
        If the name is taken, or name, password or slug do not fit.
    """
    if Account.objects.filter(username=username.lower()).exists():
        message = f"the name '{username}' is taken; choose another"
        raise DoorError(message)
    called = site_name or site
    try:
        validate_password(password, Account(username=username))
        Site(slug=site, name_en=called, name_zh=called).clean_fields()
    except ValidationError as error:
        raise DoorError(" ".join(error.messages)) from None
    with transaction.atomic():
        place, _ = Site.objects.get_or_create(slug=site, defaults={"name_en": called, "name_zh": called})
        account = Account.objects.create_user(username, password)
        grant_role(Actor(account="shell", role="system"), account, Role.SITE_ADMIN, site=place)


def renew_keys() -> int:
    """Give every ring a new key and lock anew whatever an app keeps locked: names, sealed lists, second factors.

    Old keys stay, since old links are sealed with them.

    Returns
    -------
    int
        How many things were locked anew.
    """
    folder = this_clinic().secrets_folder
    old = Keys.read(folder)
    new = Keys(old.chain.with_new(), old.identity.with_new(), old.backup.with_new())
    new.write(folder)
    settings.KEYS = new
    return sum(app.lock_again() for app in apps.get_app_configs() if hasattr(app, "lock_again"))
