"""Keeping the worklist's read tables in step with the events, patient by patient.

Decides when a patient is looked at again; what follows from the events is decided in `alerts` and `duties`.
"""

import datetime as dt
import logging
import threading
from collections.abc import Iterable, Iterator, Sequence

from django.db import Error, close_old_connections, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from backloop.web.clinic.alerts import Raised, find_alerts, find_worsening
from backloop.web.clinic.duties import Duty, find_duty
from backloop.web.clinic.histories import WATCHED, History, read_histories
from backloop.web.clinic.models import Bookmark, OpenAlert, Watch
from backloop.web.people.models import Patient
from backloop.web.settings.starting import this_clinic
from backloop.web.store.agreements import signings
from backloop.web.store.drawings import draw_ahead
from backloop.web.store.events import library_in_use, standing_events
from backloop.web.store.models import Event
from backloop.web.store.nouns import RECORD_KINDS, Nouns

__all__ = ["catch_up", "keep_up", "rebuild", "refresh", "review_courses", "review_now"]

_log = logging.getLogger("backloop.web.clinic")

_BOOKMARK = "worklist"
_EVENTS_AT_ONCE = 5000
_PATIENTS_AT_ONCE = 100
_FAR_BEHIND = 500  # so many are only left over where nobody keeps up beside the pages
_NEXT_TESTS = 3
_SETTLES = dt.timedelta(minutes=3)  # a convention: safety rules are judged at once, only courses and pictures wait


def catch_up(among: QuerySet[Patient] | None = None) -> bool:
    """Look again at every patient with events that were not considered yet.

    Parameters
    ----------
    among : query set of Patient, optional
        Look at these alone, and leave the others to whoever keeps up beside the pages, while that is not far behind.

    Returns
    -------
    bool
        Whether all is considered now; False where more events came than one call takes.

    Notes
    -----
    Events are numbered in the order they are committed, so one number says how far the reading came. Two callers at
    once do the same work twice, to the same end.
    """
    mark = Bookmark.objects.filter(name=_BOOKMARK).first() or Bookmark(name=_BOOKMARK)
    new = Event.objects.filter(seq__gt=mark.seq).order_by("seq")
    rows = list(new.values_list("seq", "subject", "kind")[:_EVENTS_AT_ONCE])
    if not rows:
        return True
    newest = {subject: seq for seq, subject, kind in rows if subject and kind in WATCHED}
    measured = {subject for _, subject, kind in rows if kind in {*RECORD_KINDS, "correction"}}
    if among is not None and len(rows) < _FAR_BEHIND:
        seen = among.filter(code__in=newest).values_list("code", "watch__seq")
        own = {code for code, seq in seen if seq is None or seq < newest[code]}
        if own:
            refresh(own, measured=measured & own)
        return True
    refresh(newest, measured=measured & newest.keys())
    with transaction.atomic():
        Bookmark.objects.update_or_create(name=_BOOKMARK, defaults={"seq": rows[-1][0]})
    return len(rows) < _EVENTS_AT_ONCE


def keep_up(ended: threading.Event, *, pause: float = 2.0) -> None:
    """Catch up again and again beside the pages, so that a worklist finds little left to do.

    Parameters
    ----------
    ended : threading.Event
        Set by whoever wants it to stop.
    pause : float
        Seconds between two times.
    """
    while not ended.wait(pause):
        try:
            close_old_connections()
            catch_up()
        except Error:  # a full disk, a database that starts again: the pages meanwhile catch up by themselves
            _log.exception("the worklist could not be brought up to date; trying again")


def refresh(subjects: Iterable[str], *, measured: Iterable[str] = ()) -> None:
    """Compute anew what is due and which alerts are open; ask for the course of those who were measured.

    Parameters
    ----------
    subjects : iterable of str
        Patients' codes.
    measured : iterable of str
        Those of them whose course and next tests may have changed.
    """
    stale = set(measured)
    waiting = _stale_ones() if _job_waits() else set()
    for codes in _batches(sorted(set(subjects))):
        _refresh_some(codes, stale)
    if stale - waiting:  # for the others a job waits already: a questionnaire of twenty answers needs one, not twenty
        _ask_for_review((stale | _stale_ones()) - waiting)


def rebuild() -> int:
    """Throw the read tables away and make them again from all events, courses included.

    Returns
    -------
    int
        How many patients were looked at.
    """
    last = Event.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    codes = list(Patient.objects.order_by("code").values_list("code", flat=True))
    OpenAlert.objects.all().delete()
    for some in _batches(codes):
        _refresh_some(some, set(some))
        _review(some)
    Bookmark.objects.update_or_create(name=_BOOKMARK, defaults={"seq": last})
    return len(codes)


@task()
def review_courses(codes: list[str]) -> None:
    """Judge the course of some patients, find their next best tests and draw their pictures, as a job of its own."""
    for code in _review(codes):
        signed = signings(standing_events(code, kinds=["decision"]))
        visits = {signing.signed.plan.session_id for signing in signed}
        draw_ahead(Nouns(code), visits, this_clinic().language)


def review_now(code: str) -> None:
    """Judge one patient's course and next tests at once, where that still waits.

    Parameters
    ----------
    code : str
        The patient's code.
    """
    if not Watch.objects.filter(patient__code=code).exists():
        _refresh_some([code], {code})
    _review([code])


def _batches(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    return (codes[at : at + _PATIENTS_AT_ONCE] for at in range(0, len(codes), _PATIENTS_AT_ONCE))


def _stale_ones() -> set[str]:
    return set(Watch.objects.filter(is_stale=True).values_list("patient__code", flat=True))


def _job_waits() -> bool:
    """Say whether a review is still to come; one that was cut short by the end of its process is not."""
    jobs = DBTaskResult.objects.filter(task_path=review_courses.module_path)
    return jobs.filter(status=TaskResultStatus.READY).exists()


def _ask_for_review(codes: Iterable[str]) -> None:
    """Ask for the job, put off until who answers is through; whoever opens the page sooner has it done at once."""
    job = review_courses
    if job.get_backend().supports_defer:
        job = job.using(run_after=timezone.now() + _SETTLES)
    job.enqueue(sorted(codes))


def _review(codes: Sequence[str]) -> list[str]:
    """Review those who wait for it, and name them; who was measured again meanwhile waits for the next review."""
    patients = Patient.objects.filter(code__in=codes, watch__is_stale=True).select_related("watch")
    histories = read_histories(patients.values_list("code", flat=True))
    changed = [patient.code for patient in patients if not _review_one(patient, histories.get(patient.code, History()))]
    if changed:
        _ask_for_review(changed)
    return [patient.code for patient in patients]


def _review_one(patient: Patient, history: History) -> bool:
    """Review one patient; say whether nothing happened meanwhile."""
    nouns = Nouns(patient.code)
    course, profile = nouns.course, nouns.profile()
    nouns.plan()  # kept, so that nobody waits for it when the page is opened
    worse = find_worsening(course, history) if course is not None else []
    tests = [] if profile is None else [test.model_dump(mode="json") for test in profile.next_tests[:_NEXT_TESTS]]
    with transaction.atomic():
        _hold([patient.code])
        OpenAlert.objects.filter(patient=patient, kind="worse").delete()
        OpenAlert.objects.bulk_create(_rows(patient, worse))
        as_before = Watch.objects.filter(patient=patient, seq=patient.watch.seq)
        return bool(as_before.update(next_tests=tests, is_stale=False))


def _refresh_some(codes: Sequence[str], stale: set[str]) -> None:
    library, histories = library_in_use(), read_histories(codes)
    watches: list[Watch] = []
    alerts: list[OpenAlert] = []
    for patient in Patient.objects.filter(code__in=codes):
        history = histories.get(patient.code, History())
        duty = find_duty(history, entered=timezone.localdate(patient.entered_at), library=library)
        watches.append(_watch(patient, history, duty, is_stale=patient.code in stale))
        alerts += _rows(patient, find_alerts(history, library=library))
    with transaction.atomic():
        seen = _hold(codes)
        watches = [watch for watch in watches if watch.seq >= seen[watch.patient_id]]  # who read later knows better
        kept = {watch.patient_id for watch in watches}
        _write(watches, stale)
        _replace([alert for alert in alerts if alert.patient_id in kept], watches, histories)


def _hold(codes: Sequence[str]) -> dict[int, int]:
    """Keep others from writing about these patients until the transaction ends; give the last event each was seen at.

    SQLite has one writer anyway.
    """
    patients = Patient.objects.select_for_update().filter(code__in=codes).order_by("pk")
    seen = dict.fromkeys(patients.values_list("pk", flat=True), 0)
    return seen | dict(Watch.objects.filter(patient__in=seen).values_list("patient", "seq"))


def _replace(alerts: list[OpenAlert], watches: list[Watch], histories: dict[str, History]) -> None:
    before = OpenAlert.objects.filter(patient__in=[watch.patient for watch in watches])
    before.exclude(kind="worse").delete()
    closed = {code: history.closed for code, history in histories.items() if history.closed}
    for row in before.filter(patient__code__in=closed).select_related("patient"):
        if row.key in closed[row.patient.code]:
            row.delete()
    OpenAlert.objects.bulk_create(alerts)


def _write(watches: list[Watch], stale: set[str]) -> None:
    fields = ["seq", "last_visit", "last_week", "last_visit_at", "is_planned", "due_on", "late_from", "due_week"]
    Watch.objects.bulk_create(
        watches,
        update_conflicts=True,
        unique_fields=["patient"],
        update_fields=[*fields, "due_books"],
    )
    waiting = [watch.patient_id for watch in watches if watch.patient.code in stale]
    if waiting:
        Watch.objects.filter(pk__in=waiting).update(is_stale=True)


def _watch(patient: Patient, history: History, duty: Duty | None, *, is_stale: bool) -> Watch:
    last = history.last_visit
    watch = Watch(patient=patient, seq=history.seq, is_stale=is_stale, is_planned=history.programme is not None)
    if last is not None:
        watch.last_visit, watch.last_week = last.content["session_id"], last.content["week"]
        watch.last_visit_at = history.seen_at[watch.last_visit]
    if duty is not None:
        watch.due_on, watch.late_from, watch.due_week = duty.due_on, duty.late_from, duty.week
        watch.due_books = list(duty.books)
    return watch


def _rows(patient: Patient, raised: Iterable[Raised]) -> Iterator[OpenAlert]:
    for each in raised:
        yield OpenAlert(
            patient=patient,
            key=each.key,
            kind=each.kind,
            level=each.level,
            since=each.since,
            session_id=each.session_id,
            content=each.content,
        )
