"""What every page of care starts from: the patient, who looks, and the decisions, as far as the account may see them.

Decides that nobody blinded gets past here; what a page shows of it is decided by the pages.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from backloop.record import Record, Session
from backloop.units import Text
from backloop.web.people.acting import account_of, open_patient
from backloop.web.people.models import Account, Patient
from backloop.web.people.scopes import events_for, get_patient, names_for, sight_of
from backloop.web.store.agreements import PLAN, Signing, signings
from backloop.web.store.events import StandingEvent, standing_events
from backloop.web.store.kinds import Kind
from backloop.web.store.models import Event
from backloop.web.store.nouns import Nouns

__all__ = ["Care", "as_picture", "open_care"]

_NO_VISIT = Text(
    en="Nothing was observed yet. Enter a first visit; then this page fills itself.",
    zh="尚无任何观察记录。请先录入首次就诊，本页将自动生成。",
)


@dataclass(frozen=True)
class Care:
    """One patient's care as one account sees it."""

    request: HttpRequest
    account: Account
    patient: Patient

    @cached_property
    def nouns(self) -> Nouns:
        """What the core says of the patient, all of it as of one moment."""
        return Nouns(self.patient.code)

    @property
    def record(self) -> Record | None:
        """Everything observed; None while there is no visit."""
        return self.nouns.record

    @cached_property
    def today(self) -> dt.date:
        """The day where the patient lives."""
        return dt.datetime.now(tz=ZoneInfo(self.patient.zone)).date()

    def standing(self, *kinds: Kind, about: Sequence[str] = ()) -> list[StandingEvent]:
        """Give the events of these kinds as they stand, only those looked up by these words if any are given."""
        wanted = Q(kind__in=kinds, code__in=about) if about else Q(kind__in=kinds)
        return standing_events(self.patient.code, kinds=kinds, seen=self._events.filter(wanted | Q(kind="correction")))

    @cached_property
    def _events(self) -> QuerySet[Event]:
        """What the account may see; what that is takes questions of its own, asked once."""
        return events_for(self.account, self.patient)

    @cached_property
    def signed(self) -> list[Signing]:
        """The signed plans, oldest first."""
        return signings(self.standing("decision", about=[PLAN]))

    def visit(self, name: str = "") -> Session | None:
        """Give the visit named, or the latest where none of that name is known."""
        if self.record is None:
            return None
        found = {session.session_id: session for session in self.record.sessions}
        return found.get(name, self.record.sessions[-1])

    def page(self, name: str, *, status: int = 200, **content: Any) -> HttpResponse:  # noqa: ANN401 - what a page shows
        """Render one of the pages, with what all of them show; an empty one while there is no visit."""
        name = name if self.record is not None else "nothing"
        shown = {
            "patient": self.patient,
            "person_name": names_for(self.account, self.patient).get("name", ""),
            "visits": self.record.sessions if self.record else (),
            "no_visit": _NO_VISIT,
            "today": self.today,
        }
        return render(self.request, f"caring/{name}.html", shown | content, status=status)


def open_care(request: HttpRequest, code: str, *, is_look: bool = True) -> Care:
    """Open a patient's care for the account behind a request.

    Parameters
    ----------
    request : HttpRequest
        The request.
    code : str
        The patient's code.
    is_look : bool
        Whether this shows a page, which is logged as a read; not where it only writes.

    Returns
    -------
    Care

    Raises
    ------
    Http404
        If the account does not reach such a patient.
    PermissionDenied
        If the account is blinded for this patient, whatever else it is.
    """
    account = account_of(request)
    patient = get_patient(account, code)
    if sight_of(account, patient).is_blinded:
        raise PermissionDenied
    return Care(request, account, open_patient(request, code) if is_look else patient)


def as_picture(drawn: str) -> SafeString:
    """Let one of our own pictures stand in a page as it is.

    Parameters
    ----------
    drawn : str
        An SVG element of the letters, or nothing.

    Returns
    -------
    SafeString

    Examples
    --------
    >>> as_picture("<svg/>")
    '<svg/>'
    """
    return mark_safe(drawn)  # noqa: S308 - our own picture; its texts are escaped where it is drawn
