"""What a page does with a patient: open them, write down an event, note that somebody looked.

Decides that every look is logged and every event names its actor; pages call these and nothing below them.
"""

import datetime as dt
import uuid

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from backloop.web.people.models import Account, Patient
from backloop.web.people.scopes import get_patient, sight_of
from backloop.web.store.events import add_event, correct_event
from backloop.web.store.identities import set_identity
from backloop.web.store.kinds import Noun, kind_of
from backloop.web.store.models import Event
from backloop.web.store.reading import log_read

__all__ = ["account_of", "correct_for", "identify_for", "open_patient", "record_for"]


def account_of(request: HttpRequest) -> Account:
    """Give the account behind a request.

    Parameters
    ----------
    request : HttpRequest
        The request.

    Returns
    -------
    Account

    Raises
    ------
    PermissionDenied
        If nobody is signed in.
    """
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def open_patient(request: HttpRequest, code: str, *, what: str = "") -> Patient:
    """Give the patient a page is about, and log that the account looked.

    Parameters
    ----------
    request : HttpRequest
        The request.
    code : str
        The patient's code.
    what : str
        What is looked at; the route's name if not given.

    Returns
    -------
    Patient

    Raises
    ------
    Http404
        If the account does not reach such a patient.
    """
    account = account_of(request)
    patient = get_patient(account, code)
    route = request.resolver_match.view_name if request.resolver_match else ""
    log_read(sight_of(account, patient).actor(account, patient=patient), patient.code, what or route or "a page")
    return patient


def record_for(
    request: HttpRequest,
    patient: Patient,
    noun: Noun,
    *,
    happened_at: dt.datetime | None = None,
    why: str = "",
    uid: uuid.UUID | None = None,
) -> Event:
    """Write down an event about a patient in the name of the account behind a request.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whom it is about.
    noun : Noun
        What happened.
    happened_at : datetime, optional
        When; now if not given.
    why : str
        The reason, where one is asked for.
    uid : UUID, optional
        The sender's own id of this event, so that sending it twice writes it once.

    Returns
    -------
    Event

    Raises
    ------
    PermissionDenied
        If the account's roles towards the patient may not add this kind.
    """
    account = account_of(request)
    sight = sight_of(account, patient)
    if kind_of(noun) not in sight.writes:
        raise PermissionDenied
    actor = sight.actor(account, patient=patient)
    return add_event(actor, patient.code, noun, happened_at=happened_at, zone=patient.zone, why=why, uid=uid)


def correct_for(request: HttpRequest, patient: Patient, event: Event, *, replacement: Noun | None, why: str) -> Event:
    """Correct an event about a patient in the name of the account behind a request.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whom it is about.
    event : Event
        What was wrong.
    replacement : Noun or None
        What should have stood there.
    why : str
        The reason.

    Returns
    -------
    Event

    Raises
    ------
    PermissionDenied
        If the account may not correct, may not write this kind, or the event is about somebody else.
    """
    account = account_of(request)
    sight = sight_of(account, patient)
    if event.subject != patient.code or not {event.kind, "correction"} <= sight.writes:
        raise PermissionDenied
    return correct_event(sight.actor(account, patient=patient), event, replacement=replacement, why=why)


def identify_for(request: HttpRequest, patient: Patient, field: str, value: str) -> None:
    """Enter, change or remove a direct identifier of a patient in the name of the account behind a request.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose.
    field : str
        One of `store.identities.IDENTITY_FIELDS`.
    value : str
        What it says; empty to remove it.

    Raises
    ------
    PermissionDenied
        If the account's roles towards the patient may not change identifiers.
    """
    account = account_of(request)
    sight = sight_of(account, patient)
    if "identity" not in sight.writes:
        raise PermissionDenied
    set_identity(sight.actor(account, patient=patient), patient.code, field, value)
