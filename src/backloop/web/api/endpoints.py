"""The addresses of the API: who am I, patients, their events, their nouns, a bundle, and writing an answer.

Decides what each address does; rights are those of the pages, through `people.scopes` and `people.acting`.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Status
from ninja.params.functions import Query

from backloop.errors import BackloopError
from backloop.fhir import make_bundle
from backloop.record import Origin, Participant, Record, Session, check_record
from backloop.units import Frozen
from backloop.web.api.models import ApiToken
from backloop.web.api.shapes import EventOut, Fault, MeOut, NounName, PatientOut, PatientPage, SeenIn, WrittenOut
from backloop.web.api.tokens import TokenPace, TokenSign
from backloop.web.people.acting import account_of, open_patient, record_for
from backloop.web.people.models import Patient
from backloop.web.people.scopes import events_for, patients_for, sight_of
from backloop.web.store.events import library_in_use, standing_events
from backloop.web.store.nouns import course_of, measures_of, plan_of, profile_of, record_of

__all__ = [
    "api",
    "describe_api",
    "give_bundle",
    "give_noun",
    "list_events",
    "list_patients",
    "refuse_denied",
    "show_patient",
    "who_am_i",
    "write_observation",
]

_READ, _WRITE = TokenSign("read", "write"), TokenSign("write")
_NOUNS: dict[str, Callable[[str], Frozen | None]] = {
    "record": record_of,
    "measures": measures_of,
    "profile": profile_of,
    "plan": plan_of,
    "course": course_of,
}
# A noun rests on everything that was observed, so only who may see everything may have it.
_WHOLE = frozenset({"person", "visit", "response", "observation", "finding", "decision"})
_REFUSED: dict[int, Any] = {401: Fault, 403: Fault, 404: Fault, 429: Fault}

api = NinjaAPI(
    title="backloop clinic",
    version="1",
    description="The clinic's record for programs. Sign in with a token: `Authorization: Bearer …`.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
    throttle=[TokenPace()],
)


@api.exception_handler(PermissionDenied)
def refuse_denied(request: HttpRequest, _error: PermissionDenied) -> HttpResponse:
    """Say that the account's role does not open this."""
    return api.create_response(request, {"detail": "the account's role does not open this"}, status=403)


@api.get("/openapi.json", include_in_schema=False, auth=None)
def describe_api(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 - every address is handed the request
    """Describe every address, what it takes and what it gives."""
    return api.get_openapi_schema()


@api.get("/me", auth=_READ, response={200: MeOut, 401: Fault, 429: Fault})
def who_am_i(request: HttpRequest) -> MeOut:
    """Say in whose name the token acts."""
    account, token = account_of(request), _token(request)
    roles = sorted(role.value for role in account.roles())
    return MeOut(account=account.uid, title=account.title, roles=roles, scope=token.scope)


@api.get("/patients", auth=_READ, response={200: PatientPage, 401: Fault, 429: Fault})
def list_patients(
    request: HttpRequest, offset: int = Query(0, ge=0, le=10_000_000), limit: int = Query(100, ge=1, le=500)
) -> PatientPage:
    """List the patients the account reaches, by code."""
    reached = patients_for(account_of(request)).select_related("site").order_by("code")
    found = [_told(patient) for patient in reached[offset : offset + limit]]
    return PatientPage(count=reached.count(), patients=found)


@api.get("/patients/{code}", auth=_READ, response={200: PatientOut, **_REFUSED})
def show_patient(request: HttpRequest, code: str) -> PatientOut:
    """Give one patient."""
    return _told(open_patient(request, code))


@api.get("/patients/{code}/events", auth=_READ, response={200: list[EventOut], **_REFUSED})
def list_events(
    request: HttpRequest,
    code: str,
    after: int = Query(0, ge=0, le=9_000_000_000_000_000_000),
    limit: int = Query(500, ge=1, le=2000),
) -> list[EventOut]:
    """Give the events the account may see, oldest first, after a place in the chain."""
    found = open_patient(request, code)
    seen = events_for(account_of(request), found).filter(seq__gt=after)[:limit]
    return [EventOut(noun=event.noun.model_dump(mode="json"), **_fields(event)) for event in seen]


@api.post("/patients/{code}/observations", auth=_WRITE, response={201: WrittenOut, 400: Fault, 422: Any, **_REFUSED})
def write_observation(request: HttpRequest, code: str, told: SeenIn) -> Status[Any]:
    """Write down an answer or a trial of a test; the books say what is accepted."""
    found = open_patient(request, code)
    refused = _refusal(found, told)
    if refused:
        return Status(400, Fault(detail=refused))
    try:
        event = record_for(request, found, told.seen, happened_at=told.happened_at, uid=told.uid)
    except BackloopError as error:
        return Status(400, Fault(detail=str(error)))
    return Status(201, WrittenOut(seq=event.seq, uid=event.uid))


@api.get("/patients/{code}/nouns/{name}", auth=_READ, response={200: dict[str, Any], **_REFUSED})
def give_noun(request: HttpRequest, code: str, name: NounName) -> HttpResponse:
    """Give a noun of the core, computed from the events as they stand."""
    found = _whole(request, code)
    made = _NOUNS[name](found.code)
    if made is None:
        raise Http404
    return HttpResponse(made.model_dump_json(), content_type="application/json")


@api.get("/patients/{code}/fhir", auth=_READ, response={200: dict[str, Any], **_REFUSED})
def give_bundle(request: HttpRequest, code: str) -> dict[str, Any]:
    """Give a patient's care as a FHIR R4 bundle."""
    found = _whole(request, code)
    record = record_of(found.code)
    if record is None:
        raise Http404
    return make_bundle(
        record,
        recorded=dt.datetime.now(tz=dt.UTC),
        measures=measures_of(found.code),
        profile=profile_of(found.code),
        plan=plan_of(found.code),
        library=library_in_use(),
    )


def _token(request: HttpRequest) -> ApiToken:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    return token


def _told(patient: Patient) -> PatientOut:
    return PatientOut(code=patient.code, site=patient.site.slug, zone=patient.zone, made_up=patient.made_up)


def _fields(event: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the chain
    names = ("seq", "kind", "code", "happened_at", "zone", "edition", "corrects")
    return {name: getattr(event, name) for name in names}


def _whole(request: HttpRequest, code: str) -> Patient:
    """Open a patient for somebody who may see all that a noun rests on."""
    patient = open_patient(request, code)
    if not sight_of(account_of(request), patient).kinds >= _WHOLE:
        raise PermissionDenied
    return patient


def _refusal(patient: Patient, told: SeenIn) -> str:
    """Say why the books or the visits do not accept an observation; empty where they do."""
    visits = [standing.noun for standing in standing_events(patient.code, kinds=["visit"])]
    known = {visit.session_id: visit for visit in visits if isinstance(visit, Session)}
    if told.seen.session_id not in known:
        return f"session_id: expected a visit of the patient ({', '.join(known) or 'none yet'}); enter the visit first"
    record = Record(
        participant=Participant(participant_id=f"sub-{patient.code}"),
        sessions=(known[told.seen.session_id],),
        observations=(told.seen,),
        origin=Origin(name="api", format="json"),
    )
    _, problems = check_record(record, library=library_in_use())
    return "; ".join(f"{problem.column}: expected {problem.expected.en}; {problem.todo.en}" for problem in problems)
