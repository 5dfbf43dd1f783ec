"""Whose pages are shown: one's own or those of somebody one helps; and which day it is where they live.

Decides the patient behind an address; what the account may see of them stays with `people.scopes`.
"""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import timezone

from backloop.record import Observation
from backloop.web.people.acting import account_of, open_patient
from backloop.web.people.models import Patient
from backloop.web.people.roles import Role
from backloop.web.people.scopes import events_for, patients_for
from backloop.web.store.events import StandingEvent, standing_events
from backloop.web.store.kinds import Kind, Noun
from backloop.web.store.models import Event

__all__ = ["helps", "local_day", "own_answers", "own_code", "seen_of", "sent_uid", "whose"]

_KEPT = "events_of_patients"
_OWN = "code_of_own_record"
_NEVER_SHOWN = ("person", "observation", "drawing", "recording")  # many, and no page but the download shows them
_BY_VISIT: Kind = "response"  # as many, and a page asks for those of one visit


def own_code(request: HttpRequest) -> str:
    """Give the code of the account's own record.

    Parameters
    ----------
    request : HttpRequest
        The request.

    Returns
    -------
    str
        Empty for an account that is no patient.
    """
    if not hasattr(request, _OWN):
        own = patients_for(account_of(request), role=Role.PATIENT).first()
        setattr(request, _OWN, own.code if own is not None else "")
    code: str = getattr(request, _OWN)
    return code


def whose(request: HttpRequest, code: str = "", *, what: str = "") -> Patient:
    """Open the patient a page is about.

    Parameters
    ----------
    request : HttpRequest
        The request.
    code : str
        Of somebody the account helps; the account's own record if not given.
    what : str
        What is looked at, for the log; the route's name if not given.

    Returns
    -------
    Patient

    Raises
    ------
    Http404
        If the account is neither that patient nor a helper of theirs.
    """
    account, wanted = account_of(request), code or own_code(request)
    reached = (patients_for(account, role=role) for role in (Role.PATIENT, Role.HELPER))
    if not any(people.filter(code=wanted).exists() for people in reached):
        raise Http404
    return open_patient(request, wanted, what=what)


def helps(request: HttpRequest, patient: Patient) -> bool:
    """Say whether the account looks at somebody else's pages, as a helper.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose pages.

    Returns
    -------
    bool
    """
    return patient.account_id != account_of(request).pk


def seen_of(request: HttpRequest, patient: Patient, *kinds: Kind) -> list[StandingEvent]:
    """Give the events of some kinds that the account may see, as they stand, oldest first.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose events.
    *kinds : str
        Which kinds; answers are given by `own_answers`.

    Returns
    -------
    list of StandingEvent
    """
    return standing_events(patient.code, kinds=kinds, seen=_read_once(request, patient))


def own_answers(request: HttpRequest, patient: Patient, session_id: str) -> list[Observation]:
    """Give the answers of one visit that the account may see, as they stand, oldest first.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose answers.
    session_id : str
        The visit.

    Returns
    -------
    list of Observation
    """
    corrections = [event for event in _read_once(request, patient) if event.kind == "correction"]
    # One that was entered at another visit may have been corrected into this one.
    wanted = Q(body__contains=session_id) | Q(seq__in=[event.corrects for event in corrections])
    answers = events_for(account_of(request), patient).filter(wanted, kind=_BY_VISIT)
    standing = standing_events(patient.code, kinds=[_BY_VISIT], seen=[*answers, *corrections])
    nouns = [each.noun for each in standing if isinstance(each.noun, Observation)]
    return [noun for noun in nouns if noun.session_id == session_id]


def local_day(patient: Patient, at: dt.datetime | None = None) -> dt.date:
    """Give the date on the patient's own calendar.

    Parameters
    ----------
    patient : Patient
        Whose time zone counts.
    at : datetime, optional
        Now if not given.

    Returns
    -------
    date
    """
    return (at or timezone.now()).astimezone(ZoneInfo(patient.zone)).date()


def sent_uid(request: HttpRequest, noun: Noun | None = None) -> uuid.UUID:
    """Give the id that the browser sent with what it sends, or a new one where it sent none.

    Parameters
    ----------
    request : HttpRequest
        A form that was sent.
    noun : Noun, optional
        What it says; a form sent again with other words then gets another id.

    Returns
    -------
    UUID
        The same for the same form sent twice, so that it is written once.
    """
    try:
        sent = uuid.UUID(request.POST.get("uid", ""))
    except ValueError:
        return uuid.uuid4()
    return sent if noun is None else uuid.uuid5(sent, noun.model_dump_json())


def _read_once(request: HttpRequest, patient: Patient) -> list[Event]:
    """Read what the account may see once a request; a page looks at the same events from many sides."""
    kept: dict[str, list[Event]] = getattr(request, _KEPT, {})
    if patient.code not in kept:
        seen = events_for(account_of(request), patient).exclude(kind__in=(*_NEVER_SHOWN, _BY_VISIT))
        setattr(request, _KEPT, kept | {patient.code: list(seen)})
    found: list[Event] = getattr(request, _KEPT)[patient.code]
    return found
