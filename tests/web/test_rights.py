"""Rights: role by route by person, generated from the addresses that exist; what is not declared is closed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from backloop.record import Observation, Participant
from backloop.web.people.acting import open_patient
from backloop.web.people.guarding import SIGNED_IN, audience, audience_of
from backloop.web.people.making import MAKER
from backloop.web.people.models import Patient
from backloop.web.people.roles import ROLES, Role
from backloop.web.people.scopes import (
    accounts_for,
    arm_is_visible,
    events_for,
    get_patient,
    names_for,
    patients_for,
    sight_of,
    studies_for,
)
from backloop.web.store.events import add_event, correct_event
from backloop.web.store.identities import set_identity
from backloop.web.store.kinds import Allocated, Decision, Harm, PersonFacts
from backloop.web.store.models import ReadEntry

pytestmark = pytest.mark.django_db

REACHED = {
    "patient": {"mine"},
    "helper": {"mine"},
    "clinician": {"mine"},
    "clinician_2": {"other_team"},
    "clinician_far": {"far"},
    "assessor": {"mine"},
    "coordinator": {"mine"},
    "statistician": {"mine"},
    "site_admin": {"mine", "other_team"},
}
"""Whom each of the cast reaches, written down by hand: the answer the scopes must give."""

SAMPLES = {"book": "nrs", "session_id": "ses-01", "number": "1", "token": "no-such-token", "study": "back-study"}
SAMPLES |= {"treatment": "resolve", "planned": "2026-12-01-home", "reader": "patient", "lang": "zh"}
SAMPLES |= {"provider_id": "no-such-hospital", "form": "json", "state": "eligible", "deed": "grant"}
"""What stands for a parameter of an address that names no patient; a new parameter needs its sample here."""

PEOPLE = ("mine", "other_team", "far")


def _routes(resolver: Any = None, before: str = "", *, ours: bool = True) -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        name = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, name, ours=ours)
        elif entry.callback.__module__.startswith("backloop.") == ours:
            yield name, entry


_ONE = "clinic/patients/<str:code>/"
_BOOK = f"{_ONE}visits/<str:session_id>/<str:book>/"
CLINIC = [
    "clinic/",
    "clinic/new/",
    _ONE,
    *(f"{_ONE}{name}/" for name in ("next", "close", "message", "identity", "consent", "invite", "visits")),
    f"{_ONE}record.json",
    f"{_ONE}visits/<str:session_id>/",
    *(_BOOK + name for name in ("", "answer/", "correct/")),
]
"""The addresses of the clinician's pages."""

_TEST = f"{_ONE}visits/<str:session_id>/test/<str:book>/"
BEDSIDE = [_TEST, *(f"{_TEST}{page}/" for page in ("run", "undo", "result"))]
"""The addresses of the guided tests."""

DRAWING = [
    *(f"{_ONE}visits/<str:session_id>/drawing/{page}" for page in ("", "result/")),
    *("patient/draw/", "patient/drawing/", "patient/drawing/result/"),
]
PATIENT = [
    *["patient/", "patient/now/", "patient/answer/<str:book>/", "patient/practice/", "patient/diary/"],
    *["patient/diary/weeks.svg", "patient/harm/", "patient/messages/", "patient/letters/", "patient/calendar.ics"],
    *["patient/consents/", "patient/data/", "patient/data/my-data.json", "patient/data/my-data.html"],
    *[f"patient/for/<str:code>/{page}" for page in ("", "practice/", "harm/", "messages/")],
]
CARING = tuple(
    f"care/<str:code>/{page}"
    for page in (
        *("profile/", "course/", "harms/", "harms/<int:number>/"),
        *("plan/", "plan/line/", "plan/sign/", "plan/evidence/<str:treatment>/"),
        *("programme/", "programme/pace/", "programme/calendar/", "programme/<str:planned>/"),
        *(f"letters/<str:reader>/<str:lang>/{act}" for act in ("", "print/", "send/")),
    )
)
_STUDY = "research/<str:study>/"
RESEARCH = [
    *("research/", _STUDY, *(f"{_STUDY}{page}/" for page in ("design", "visits", "counts", "people", "report"))),
    *(f"{_STUDY}{act}/" for act in ("design/freeze", "list/draw", "list/check", "unblind", "export/<str:form>")),
    *(f"{_STUDY}{page}/" for page in ("report/<int:number>", "people/<str:code>", "people/<str:code>/<str:state>")),
    *(f"exchange/<str:code>/{page}" for page in ("", "out/<str:form>/", "in/<int:number>/")),
    *(f"recordings/<str:code>/{page}" for page in ("", "states/", "<int:number>/")),
]
"""The addresses of studies, of exchange and of recordings."""

SITE = [
    *("site/", *(f"site/{page}/" for page in ("teams", "invitations", "studies", "readers", "audit"))),
    *("site/accounts/<int:number>/<str:deed>/", "site/roles/<int:number>/end/", "site/readers/<str:code>/"),
    *("site/teams/<int:number>/", "site/invitations/<int:number>/end/"),
]
"""The addresses of a site's administration."""

ROUTES = [
    *CARING,
    *RESEARCH,
    *SITE,
    *PATIENT,
    *CLINIC,
    *DRAWING,
    *BEDSIDE,
    *("", "me/", "me/tokens/", "me/tokens/<int:number>/end/", "join/<str:token>/", "alive/"),
    *("account/oidc/<str:provider_id>/login/", "account/oidc/<str:provider_id>/login/callback/"),
]
"""The addresses of our own; a page room adds its own beside them, and the first test below notices what is missing."""


def _address(route: str, code: str) -> str:
    for name in ("str:code", "code"):
        route = route.replace(f"<{name}>", code)
    for name, sample in SAMPLES.items():
        route = route.replace(f"<str:{name}>", sample).replace(f"<int:{name}>", sample)
    assert "<" not in route, f"give a sample for the parameter of {route} in SAMPLES"
    return f"/{route}"


def _roles(name: str) -> Role:
    return Role(name.removesuffix("_2").removesuffix("_far"))


def test_every_route_is_in_the_matrix():
    """The matrix covers exactly the addresses that exist, so a new page cannot slip past it."""
    assert sorted(name for name, _ in _routes()) == sorted(ROUTES)


def test_pages_of_others_guard_themselves_or_are_closed():
    """What Django's packages bring is signing in and the language; everything else of theirs is closed."""
    theirs = [route.callback for _, route in _routes(ours=False) if audience_of(route.callback) is None]

    assert {view.__module__.split(".")[0] for view in theirs} == {"allauth", "django", "ninja"}
    assert [view.__name__ for view in theirs if view.__module__.startswith("django.")] == ["set_language"]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", [*REACHED, "nobody"])
def test_role_by_route_by_person(route: str, name: str, client_of: Callable[[str], Client], clinic_people: Any):
    """Every role gets exactly the pages open to it, and of those exactly the people it reaches."""
    view = dict(_routes())[route].callback
    allowed = audience_of(view)
    browser = Client() if name == "nobody" else client_of(name)
    for person in PEOPLE if "code>" in route else ("",):
        code = clinic_people.patients[person].code if person else ""
        answer = browser.get(_address(route, code))
        if answer.status_code == 405:
            answer = browser.post(_address(route, code))

        if allowed is None:
            assert answer.status_code in {200, 410}
        elif name == "nobody":
            assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("account_login"))
        elif allowed != SIGNED_IN and _roles(name) not in allowed:
            assert answer.status_code == 403
        elif person and person not in REACHED[name]:
            assert answer.status_code == 404
        else:
            assert answer.status_code in {200, 204, 302, 422}


@pytest.mark.parametrize("name", REACHED)
@pytest.mark.parametrize("person", PEOPLE)
def test_whom_a_role_reaches(name: str, person: str, clinic_people: Any):
    """Scopes agree with the table above, for the list, for one by code, and for what may be read and written."""
    account, patient = clinic_people.accounts[name], clinic_people.patients[person]
    reached = person in REACHED[name]

    assert patients_for(account).filter(pk=patient.pk).exists() == reached
    assert bool(sight_of(account, patient).roles) == reached
    assert bool(sight_of(account, patient).kinds) == reached
    if reached:
        assert get_patient(account, patient.code) == patient
    else:
        assert (list(events_for(account, patient)), names_for(account, patient)) == ([], {})
        with pytest.raises(Http404):
            get_patient(account, patient.code)


@pytest.fixture
def known(clinic_people: Any) -> Any:
    """Give the patient of everybody a name, an answer, an arm, a signed plan and a harm."""
    patient = clinic_people.patients["mine"]
    set_identity(MAKER, patient.code, "name", "王小明")
    nouns = (
        PersonFacts(participant=Participant(participant_id=f"sub-{patient.code}")),
        Observation(session_id="ses-01", kind="response", book="nrs", item="nrs_01", value=6),
        Allocated(study="back-study", arm="sham", line=3),
        Decision(about="plan", choice="signed"),
        Harm(words="worse for a day", severity="mild", began="2026-12-08"),
    )
    for noun in nouns:
        add_event(MAKER, patient.code, noun)
    return clinic_people


SEEN = {
    "patient": {"person", "response", "decision", "harm"},
    "helper": {"harm"},
    "clinician": {"person", "response", "decision", "harm", "identity"},
    "assessor": {"person", "response"},
    "coordinator": {"person", "response", "harm", "allocation", "identity"},
    "statistician": {"person", "response", "harm"},
    "site_admin": set(),
}
"""Which kinds of the known patient's events each role sees while the trial is blinded."""


@pytest.mark.parametrize("name", SEEN)
def test_what_a_role_sees(name: str, known: Any):
    """The arm is seen by the coordinator alone, names by those who need them."""
    patient, account = known.patients["mine"], known.accounts[name]

    assert {event.kind for event in events_for(account, patient)} == SEEN[name]
    assert bool(names_for(account, patient)) == ROLES[_roles(name)].names


def test_unblinding_opens_the_arm_to_statisticians_only(known: Any):
    """After unblinding the statistician sees the arm; the assessor never does."""
    study, patient = known.study, known.patients["mine"]
    study.unblinded_at = patient.entered_at
    study.save()

    assert arm_is_visible(known.accounts["statistician"], patient, study)
    assert not arm_is_visible(known.accounts["assessor"], patient, study)
    assert "allocation" in {event.kind for event in events_for(known.accounts["statistician"], patient)}


def test_a_blinded_role_binds_every_other(known: Any):
    """An assessor who is also in the care team still does not see treatment or arm."""
    known.teams["one"].members.add(known.accounts["assessor"])
    from backloop.web.people.models import RoleGrant

    RoleGrant.objects.create(
        account=known.accounts["assessor"], role=Role.CLINICIAN.value, site=known.sites["north"], study=None
    )
    account = type(known.accounts["assessor"]).objects.get(pk=known.accounts["assessor"].pk)

    assert {event.kind for event in events_for(account, known.patients["mine"])} == {"person", "response"}


@pytest.mark.parametrize("name", ["patient", "helper", "clinician", "coordinator", "site_admin"])
def test_losing_a_role_never_adds_access(name: str, known: Any):
    """With its grants gone an account reaches nobody."""
    account = type(known.accounts[name]).objects.get(pk=known.accounts[name].pk)
    account.grants.all().delete()

    scopes: list[QuerySet[Any]] = [patients_for(account), studies_for(account), accounts_for(account)]
    assert [scope.count() for scope in scopes] == [0, 0, 0]


def test_a_locked_account_reaches_nobody(known: Any):
    """Switching an account off closes every scope at once."""
    account = known.accounts["clinician"]
    account.is_active = False

    assert patients_for(account).count() == 0


@audience(Role.CLINICIAN)
def probe(request: HttpRequest, code: str) -> HttpResponse:
    """Open a patient, as a page of the clinic would."""
    return HttpResponse(open_patient(request, code).code)


def forgotten(_request: HttpRequest) -> HttpResponse:
    """Stand for a view whose author forgot to say whom it is for."""
    return HttpResponse("secret")


class Probes:
    """Two pages that exist only here."""

    urlpatterns = [
        path("probe/<str:code>/", probe, name="probe"),
        path("forgotten/", forgotten),
        *get_resolver("backloop.web.urls").url_patterns,
    ]
    handler403, handler404 = "backloop.web.look.faults.show_denied", "backloop.web.look.faults.show_missing"


@pytest.mark.urls.with_args(Probes)
def test_a_page_without_an_audience_is_closed(client_of: Callable[[str], Client]):
    """Whoever is signed in gets 403, whoever is not is sent to sign in."""
    assert client_of("site_admin").get("/forgotten/").status_code == 403
    assert Client().get("/forgotten/").status_code == 302


@pytest.mark.urls.with_args(Probes)
def test_guessing_a_code_says_nothing(client_of: Callable[[str], Client], clinic_people: Any):
    """A patient of others and one who does not exist get the same answer, and neither is logged as read."""
    clinician = client_of("clinician")
    theirs, nobody = clinician.get(f"/probe/{clinic_people.patients['far'].code}/"), clinician.get("/probe/ZZZZZZZZ/")

    assert theirs.status_code == nobody.status_code == 404
    assert ReadEntry.objects.count() == 0


@pytest.mark.urls.with_args(Probes)
def test_opening_a_patient_is_logged(client_of: Callable[[str], Client], clinic_people: Any):
    """One's own patient opens, and who looked at what is written down."""
    patient: Patient = clinic_people.patients["mine"]

    assert client_of("clinician").get(f"/probe/{patient.code}/").status_code == 200
    read = ReadEntry.objects.get()
    account = str(clinic_people.accounts["clinician"].uid)
    assert (read.account, read.role, read.subject, read.what) == (account, "clinician", patient.code, "probe")


@pytest.mark.parametrize("name", ["assessor", "statistician"])
@pytest.mark.parametrize("book", ["treatment-decisions", "session-check"])
def test_blinded_roles_read_no_worksheet_that_tells_the_treatment(name: str, book: str, clinic_people: Any):
    """An answer that names a treatment, and its correction, are there for the clinician and for nobody blinded."""
    patient = clinic_people.patients["mine"]
    seen = Observation(session_id="ses-01", kind="response", book=book, item=f"{book}_01", value=1)
    told = add_event(MAKER, patient.code, seen)
    correct_event(MAKER, told, replacement=None, why="wrong line")
    assert [told.seq, told.seq + 1] == [one.seq for one in events_for(clinic_people.accounts["clinician"], patient)]
    assert [] == list(events_for(clinic_people.accounts[name], patient))
