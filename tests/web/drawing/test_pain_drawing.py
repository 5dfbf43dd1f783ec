"""The pain drawing on its pages: saved whole, once, with its numbers; refused in words; open to whom it should be."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backloop.library import read_chart
from backloop.measure import Drawing, measure_drawing
from backloop.record import Participant, Session
from backloop.web.demonstration.picturing import drawing_at
from backloop.web.people.making import MAKER
from backloop.web.store.events import add_event
from backloop.web.store.kinds import PersonFacts
from backloop.web.store.models import Event
from backloop.web.store.nouns import measures_of, record_of

pytestmark = pytest.mark.django_db

QUIET = {"Accept": "application/json"}
LINE = {"view": "back", "width": 0.16, "points": [[0.4, 0.4], [0.6, 0.4]], "quality": "aching", "intensity": 5}


@pytest.fixture
def patient(clinic_people: Any) -> Any:
    """Give a patient with two visits."""
    patient = clinic_people.patients["mine"]
    who = Participant(participant_id=f"sub-{patient.code}", age=46, language="zh-Hans")
    add_event(MAKER, patient.code, PersonFacts(participant=who, made_up=True))
    for order in (1, 2):
        add_event(MAKER, patient.code, Session(session_id=f"ses-0{order}", order=order, week=12 * (order - 1)))
    return patient


@pytest.fixture
def browse(client_of: Callable[[str], Client]) -> Callable[[str], Client]:
    """Give somebody's browser in English."""

    def come(name: str) -> Client:
        client = client_of(name)
        client.cookies["language"] = "en"
        return client

    return come


def _at(patient: Any, visit: str = "ses-01", name: str = "draw") -> str:
    return reverse(f"drawing:{name}", args=[patient.code, visit])


def _marks(*strokes: Any, **tapped: Any) -> str:
    return json.dumps({"strokes": strokes, "tapped": tapped})


def _drawings(patient: Any) -> list[Drawing]:
    return [event.noun for event in Event.objects.filter(subject=patient.code, kind="drawing").order_by("seq")]


def _area(patient: Any, visit: str = "ses-01") -> Any:
    measures = measures_of(patient.code)
    return next(
        (each for each in measures.measures if (each.id, each.session_id) == ("pain-drawing.area", visit)), None
    )


@pytest.mark.both_engines
def test_a_drawing_is_saved_with_its_numbers(browse: Callable[[str], Client], patient: Any):
    """Strokes and regions become one drawing, and the book's scores stand in the measures at once."""
    sent = {"marks": _marks(LINE, sacrum={"quality": "burning", "intensity": 7}), "region": ["sacrum"]}
    answer = browse("clinician").post(_at(patient), sent, headers=QUIET)
    (drawing,) = _drawings(patient)
    numbers = Event.objects.filter(subject=patient.code, kind="observation", code="pain-drawing")

    assert answer.status_code == 200
    assert "regions" in answer.json()["state"]
    assert (drawing.strokes[0].intensity, drawing.tapped[0].quality) == (5, "burning")
    assert numbers.count() == 13
    assert 0 < _area(patient).value < 5
    assert {seen.kind for seen in record_of(patient.code).observations} == {"trial"}


def test_without_a_script(browse: Callable[[str], Client], patient: Any):
    """A sent form with ticked boxes leads to the result, which names the regions and shows four pictures."""
    clinician = browse("clinician")
    form = clinician.get(_at(patient)).content.decode()
    sent = {"region": ["low-back-left", "buttock-left"], "quality": "pressing", "intensity": ""}
    page = clinician.post(_at(patient), sent, follow=True)
    text = page.content.decode()

    assert form.count('type="checkbox" name="region"') == len(list(read_chart().regions()))
    assert page.redirect_chain == [(_at(patient, name="result"), 302)]
    assert "low back, left" in text
    assert text.count('role="img"') == 4
    assert "left only" in text
    assert _drawings(patient)[0].tapped[0].quality == "pressing"


def test_sending_twice_writes_once(browse: Callable[[str], Client], patient: Any):
    """The same drawing with the same id is one event, and so is the same drawing with another id."""
    clinician, uid = browse("clinician"), str(uuid.uuid4())
    for name in (uid, uid, str(uuid.uuid4())):
        assert clinician.post(_at(patient), {"marks": _marks(LINE), "uid": name}, headers=QUIET).status_code == 200

    assert len(_drawings(patient)) == 1
    assert Event.objects.filter(subject=patient.code, code="pain-drawing").count() == 13


def test_an_id_used_for_another_drawing_is_refused(browse: Callable[[str], Client], patient: Any):
    """A sender's id means one drawing; another one under it is not written and the page says so."""
    clinician, uid = browse("clinician"), str(uuid.uuid4())
    clinician.post(_at(patient), {"marks": _marks(LINE), "uid": uid}, headers=QUIET)
    answer = clinician.post(_at(patient), {"region": ["sacrum"], "uid": uid}, headers=QUIET)

    assert answer.status_code == 409
    assert "another window" in answer.json()["problem"]
    assert len(_drawings(patient)) == 1


def test_the_last_drawing_stands_and_the_earlier_stays(browse: Callable[[str], Client], patient: Any):
    """A later drawing takes the place of the earlier; both are on the timeline; unchanged numbers are not repeated."""
    clinician = browse("clinician")
    clinician.post(_at(patient), {"region": ["sacrum"]})
    first = _area(patient).value
    before = Event.objects.filter(subject=patient.code, code="pain-drawing").count()
    clinician.post(_at(patient), {"region": ["sacrum", "buttock-left"]})
    story = clinician.get(reverse("clinic:patient", args=[patient.code])).content.decode()

    assert _area(patient).value > first
    assert len(_drawings(patient)) == 2
    assert Event.objects.filter(subject=patient.code, code="pain-drawing").count() - before < 13
    assert story.count("Pain drawing") >= 2


def test_no_pain_anywhere_is_an_answer(browse: Callable[[str], Client], patient: Any):
    """Saying that it hurts nowhere is kept and scores zero; saying both is refused, also without a script."""
    clinician = browse("clinician")
    page = clinician.post(_at(patient), {"nowhere": "1"}, follow=True)
    both = clinician.post(_at(patient), {"nowhere": "1", "region": ["sacrum"]})

    assert "No pain anywhere." in page.content.decode()
    assert _area(patient).value == 0
    assert both.status_code == 422
    assert "both were sent" in both.content.decode()
    assert len(_drawings(patient)) == 1


def test_a_cleared_drawing_takes_its_numbers_back(browse: Callable[[str], Client], patient: Any):
    """Nothing drawn at first writes nothing; clearing a drawing leaves no number that it no longer has."""
    clinician = browse("clinician")
    clinician.post(_at(patient), {"marks": _marks()}, headers=QUIET)
    assert _drawings(patient) == []

    clinician.post(_at(patient), {"region": ["sacrum"]}, headers=QUIET)
    answer = clinician.post(_at(patient), {"marks": _marks()}, headers=QUIET)

    assert "no answer yet" in answer.json()["state"]
    assert _area(patient).absent is not None
    assert clinician.get(_at(patient, name="result")).status_code == 302


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"marks": "{"}, 422),
        ({"marks": "[1]"}, 422),
        ({"marks": "[" * 100_000}, 422),
        ({"marks": '{"strokes": 3}'}, 422),
        ({"marks": '{"strokes": [7]}'}, 422),
        ({"marks": _marks(LINE | {"points": [[2, 0.4]]})}, 422),
        ({"marks": _marks(LINE | {"points": [["NaN", 0.4]]})}, 422),
        ({"marks": _marks(LINE | {"width": 3})}, 422),
        ({"marks": _marks(LINE | {"quality": "<script>"})}, 422),
        ({"marks": _marks(LINE | {"view": "top"})}, 422),
        ({"marks": '{"tapped": {"sacrum": 3}}', "region": ["sacrum"]}, 422),
        ({"marks": '{"tapped": {"sacrum": {"region": "tail"}}}', "region": ["sacrum"]}, 422),
        ({"region": ["tail"]}, 422),
        ({"region": ["sacrum"], "intensity": "eleven"}, 422),
        ({"marks": _marks(*[LINE] * 401)}, 413),
        ({"marks": _marks(LINE | {"points": [[0.5, 0.5]] * 8001})}, 413),
        ({"marks": "x" * 700_000}, 413),
    ],
)
def test_what_is_no_drawing_is_refused_in_words(
    browse: Callable[[str], Client], patient: Any, sent: dict[str, Any], status: int
):
    """Garbled, impossible or huge drawings are refused with a sentence and a status, and nothing is written."""
    answer = browse("clinician").post(_at(patient), sent, headers=QUIET)

    assert answer.status_code == status
    assert len(answer.json()["problem"]) > 20
    assert _drawings(patient) == []
    assert not Event.objects.filter(code="pain-drawing").exists()


def test_beside_the_drawing_before(browse: Callable[[str], Client], patient: Any):
    """The second visit's result says what was gained and lost since the first, in numbers and region names."""
    clinician = browse("clinician")
    clinician.post(_at(patient), {"region": ["sacrum", "low-back-left"]})
    clinician.post(_at(patient, "ses-02"), {"region": ["sacrum", "buttock-right"]})
    text = clinician.get(_at(patient, "ses-02", "result")).content.decode()
    after_first = clinician.get(_at(patient, name="result")).content.decode()

    assert "Beside the drawing of visit 1" in text
    assert "right buttock" in text.split("New regions:")[1].split("</p>")[0]
    assert "low back, left" in text.split("Regions no longer drawn:")[1].split("</p>")[0]
    assert text.count('role="img"') == 8
    assert "Beside the drawing" not in after_first


def test_a_blinded_assessor_draws_and_reads(browse: Callable[[str], Client], patient: Any):
    """The assessor sees, makes and reads drawings; nothing of treatment stands on the pages."""
    assessor = browse("assessor")
    visit = assessor.get(reverse("clinic:visit", args=[patient.code, "ses-01"])).content.decode()
    page = assessor.post(_at(patient), {"region": ["sacrum"]}, follow=True)

    assert _at(patient) in visit
    assert page.status_code == 200
    assert "sacrum" in page.content.decode()
    assert Event.objects.get(kind="drawing").role == "assessor"


@pytest.mark.parametrize("name", ["helper", "coordinator", "statistician", "site_admin", "clinician_2"])
def test_nobody_else_draws(browse: Callable[[str], Client], patient: Any, name: str):
    """Who may not add a drawing is refused or finds no such patient, and nothing is written."""
    assert browse(name).post(_at(patient), {"region": ["sacrum"]}).status_code in {403, 404}
    assert _drawings(patient) == []


def test_a_patient_draws_on_the_phone(browse: Callable[[str], Client], patient: Any):
    """Today leads to the drawing of the open visit; its numbers are written in the patient's name, and only those."""
    own = browse("patient")
    today = own.get(reverse("patient:today")).content.decode()
    opened = own.post(reverse("patient:draw"))
    page = own.post(opened["Location"], {"region": ["low-back-left"]}, follow=True)

    assert f'action="{reverse("patient:draw")}"' in today
    assert page.redirect_chain[-1][0] == reverse("drawing:own_result")
    assert "low back, left" in page.content.decode()
    assert _drawings(patient)[0].session_id == "ses-02"
    assert _area(patient, "ses-02").value > 0
    assert {event.role for event in Event.objects.filter(subject=patient.code, code="pain-drawing")} == {"patient"}
    assert own.get(_at(patient)).status_code == 403


def test_a_patient_without_an_open_visit_is_told(browse: Callable[[str], Client], clinic_people: Any):
    """Where no visit is open, the page says so and keeps nothing."""
    own = browse("patient")
    page = own.post(reverse("drawing:own"), {"region": ["sacrum"]})

    assert "nothing to draw at the moment" in page.content.decode()
    assert not Event.objects.filter(kind="drawing").exists()


def test_the_patients_own_data_tell_the_drawing(browse: Callable[[str], Client], patient: Any):
    """The file in words names the regions; the file for programs holds the strokes."""
    own = browse("patient")
    own.post(reverse("drawing:own"), {"marks": _marks(LINE)})
    words = own.get(reverse("patient:data_page")).content.decode()
    told = own.get(reverse("patient:data_json")).json()

    assert "low back" in words
    assert [each["content"]["strokes"][0]["points"] for each in told["events"] if each["kind"] == "drawing"] == [
        LINE["points"]
    ]


def test_a_visit_that_is_not_there(browse: Callable[[str], Client], patient: Any):
    """An unknown visit leads back to the patient with a word."""
    page = browse("clinician").get(_at(patient, "ses-99"), follow=True)

    assert page.redirect_chain[0][0] == reverse("clinic:patient", args=[patient.code])
    assert "There is no such visit" in page.content.decode()


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_the_pages_in_both_languages(browse: Callable[[str], Client], patient: Any, lang: str):
    """Editor and result are in one language only."""
    clinician = browse("clinician")
    clinician.cookies["language"] = lang
    clinician.post(_at(patient), {"marks": _marks(LINE)})
    texts = [clinician.get(_at(patient, name=name)).content.decode() for name in ("draw", "result")]
    here, there = ("low back, left", "左侧腰部") if lang == "en" else ("左侧腰部", "low back, left")

    assert all(here in text and there not in text for text in texts)


def test_the_demonstration_shows_pain_that_shrinks():
    """The made-up drawings lose area from visit to visit, and the leg after the first weeks."""
    weeks = [drawing_at(Session(session_id=f"ses-{week}", order=week + 1, week=week)) for week in (0, 6, 12)]
    found = [measure_drawing(drawn[0], read_chart()) for drawn in weeks]

    assert found[0].area > found[1].area > found[2].area > 0
    assert "upper-leg-left" in found[1].pain_areas
    assert found[2].pain_areas == ("lower-back",)
    assert all(len(drawn) == 14 for drawn in weeks)
