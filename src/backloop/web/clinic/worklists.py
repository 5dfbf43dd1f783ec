"""The worklist: whose turn it is, from the read tables alone.

Decides order, filters and search of the list; no event is read here.
"""

import datetime as dt
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from backloop.library import Library
from backloop.units import Text
from backloop.web.clinic.models import OpenAlert, Watch
from backloop.web.clinic.notices import Notice, name_item, word_alerts
from backloop.web.people.models import Account, Patient
from backloop.web.people.roles import ROLES, Role
from backloop.web.people.scopes import names_among, patients_for
from backloop.web.store.events import library_in_use
from backloop.web.store.identities import find_subjects

__all__ = ["PAGE", "SHOWS", "Line", "Worklist", "alerts_for", "is_blinded", "make_worklist"]

PAGE = 25
"""How many patients stand on one page."""

SHOWS = {
    "all": Text(en="Everybody", zh="全部患者"),
    "alerts": Text(en="With alerts", zh="有警示"),
    "late": Text(en="Overdue", zh="已逾期"),
    "due": Text(en="Due", zh="待评估"),
    "calm": Text(en="Nothing open", zh="无待办"),
    "discharged": Text(en="Discharged", zh="已结束诊疗"),
}
"""The filters of the list."""

_BLINDED_KINDS = ("safety",)
_SHOWN_BOOKS = 4


@dataclass(frozen=True)
class Line:
    """One patient on the list."""

    patient: Patient
    watch: Watch | None
    name: str
    notices: tuple[Notice, ...]
    duty: str
    books: tuple[Text, ...]
    more: int

    @property
    def seen_on(self) -> str:
        """The day of the last visit, as 2026-11-22; empty where there was none."""
        at = self.watch.last_visit_at if self.watch is not None else None
        return timezone.localdate(at).isoformat() if at is not None else ""

    @property
    def duty_text(self) -> Text:
        """Whether something is due, in words."""
        return _DUTIES[self.duty]


_DUTIES = {
    "late": Text(en="overdue", zh="已逾期"),
    "due": Text(en="due", zh="待评估"),
    "": Text(en="nothing due", zh="暂无待评估"),
}


@dataclass(frozen=True)
class Worklist:
    """One page of the list, with what was asked for."""

    page: Page[Patient]
    lines: tuple[Line, ...]
    show: str
    query: str


def make_worklist(account: Account, *, show: str, query: str, number: str) -> Worklist:
    """Make one page of an account's list.

    Parameters
    ----------
    account : Account
        Whose list.
    show : str
        One of `SHOWS`; everybody if it is none of them.
    query : str
        A code or its beginning; where the account may see names also a whole name or telephone number.
    number : str
        Which page; the nearest that exists.

    Returns
    -------
    Worklist
    """
    show = show if show in SHOWS else "all"
    role = None if is_blinded(account) else Role.CLINICIAN
    patients = _show(patients_for(account, role=role), show, account)
    if query:
        patients = patients.filter(_match(query, account))
    page = Paginator(patients, PAGE).get_page(number)
    return Worklist(page, _lines(account, list(page.object_list)), show, query)


def is_blinded(account: Account) -> bool:
    """Say whether an account's list must show nothing of treatment."""
    return any(ROLES[role].blinded for role in account.roles())


def alerts_for(account: Account, patients: list[Patient]) -> dict[str, list[Notice]]:
    """Give the open alerts of some patients that an account may see, in words, the most urgent first.

    Parameters
    ----------
    account : Account
        Who asks.
    patients : list of Patient
        Of whom; the account reaches them.

    Returns
    -------
    dict of str to list of Notice
        By code.
    """
    rows = OpenAlert.objects.filter(patient__in=patients, since__lte=timezone.localdate())
    if is_blinded(account):
        rows = rows.filter(kind__in=_BLINDED_KINDS)
    codes = {patient.pk: patient.code for patient in patients}
    found: dict[str, list[Notice]] = {}
    for notice in word_alerts(rows):
        found.setdefault(codes[notice.row.patient_id], []).append(notice)
    return found


def _show(patients: QuerySet[Patient], show: str, account: Account) -> QuerySet[Patient]:
    today = timezone.localdate()
    current = Q(open_alerts__since__lte=today)
    if is_blinded(account):
        current &= Q(open_alerts__kind__in=_BLINDED_KINDS)
    level = Coalesce(Max("open_alerts__level", filter=current), 0)
    patients = patients.filter(discharged_at__isnull=show != "discharged").select_related("watch")
    patients = patients.annotate(level=level).order_by("-level", F("watch__due_on").asc(nulls_last=True), "code")
    match show:
        case "alerts":
            return patients.filter(level__gt=0)
        case "late":
            return patients.filter(watch__late_from__lte=today)
        case "due":
            return patients.filter(watch__due_on__lte=today)
        case "calm":
            return patients.filter(Q(watch__due_on__gt=today) | Q(watch__due_on=None), level=0)
    return patients


def _match(query: str, account: Account) -> Q:
    found = Q(code__istartswith=query.strip())
    if not is_blinded(account):
        codes = [code for field in ("name", "phone", "record_number") for code in find_subjects(field, query)]
        found |= Q(code__in=codes)
    return found | Q(participations__number__iexact=query.strip())


def _lines(account: Account, patients: list[Patient]) -> tuple[Line, ...]:
    alerts, blinded = alerts_for(account, patients), is_blinded(account)
    names, library = {} if blinded else names_among(account, patients), library_in_use()
    today, lines = timezone.localdate(), []
    for patient in patients:
        watch = getattr(patient, "watch", None)
        duty = "" if blinded or watch is None else _duty(watch, today)
        books = tuple(watch.due_books) if watch is not None and duty else ()
        lines.append(
            Line(
                patient=patient,
                watch=watch,
                name=names.get(patient.code, {}).get("name", ""),
                notices=tuple(alerts.get(patient.code, ())),
                duty=duty,
                books=_titles(books[:_SHOWN_BOOKS], library),
                more=max(len(books) - _SHOWN_BOOKS, 0),
            )
        )
    return tuple(lines)


def _duty(watch: Watch, today: dt.date) -> str:
    if watch.late_from is not None and watch.late_from <= today:
        return "late"
    return "due" if watch.due_on is not None and watch.due_on <= today else ""


def _titles(books: tuple[str, ...], library: Library) -> tuple[Text, ...]:
    return tuple(name_item(book, library) for book in books)
