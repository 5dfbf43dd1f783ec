"""Guided tests as a tester uses them: each kind from start to score, double sending, undo, units, wrong values."""

import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from backloop.library import Library
from backloop.measure import order_letters, order_points, walk_two_points
from backloop.record import Observation, Participant, Session, read, write
from backloop.web.people.making import MAKER
from backloop.web.store.events import add_event, standing_events
from backloop.web.store.kinds import Decision, PersonFacts
from backloop.web.store.models import Event
from backloop.web.store.nouns import measures_of, record_of

pytestmark = pytest.mark.django_db

VISIT = "ses-01"
SHELF = Library.packaged().shelf("protocols")
PROTOCOLS = {name: SHELF[name] for name in SHELF if name != "pain-drawing"}


@pytest.fixture
def patient(clinic_people: Any) -> Any:
    """Give a patient with one visit."""
    patient = clinic_people.patients["mine"]
    who = Participant(participant_id=f"sub-{patient.code}", age=46, language="zh-Hans")
    add_event(MAKER, patient.code, PersonFacts(participant=who, made_up=True))
    add_event(MAKER, patient.code, Session(session_id=VISIT, order=1, week=0))
    return patient


@pytest.fixture
def tester(client_of: Callable[[str], Client]) -> Client:
    """Give the clinician's browser in English."""
    client = client_of("clinician")
    client.cookies["language"] = "en"
    return client


def to(name: str, patient: Any, book: str, site: str | None = None) -> str:
    """Give a page's address."""
    address = reverse(f"bedside:{name}", args=[patient.code, VISIT, book])
    return address if site is None else f"{address}?{urlencode({'site': site})}"


def begin(client: Client, patient: Any, book: str, **told: str) -> str:
    """Fill in the start page and give the place that was made of it."""
    sent = {"uid": str(uuid.uuid4()), **told}
    answer = client.post(to("test", patient, book), sent)
    assert answer.status_code == 302, answer.content.decode()
    return dict(pair.split("=") for pair in answer["Location"].split("?")[1].split("&"))["site"].replace("+", " ")


def hidden(page: str, name: str) -> str:
    """Read a hidden field of the step's form."""
    form = page[page.index("data-step") :]
    return re.search(rf'name="{name}" value="([^"]*)"', form)[1]  # type: ignore[index]


def answer_step(client: Client, patient: Any, book: str, site: str, **given: str) -> Any:
    """Open the next step and answer it as its form would."""
    page = client.get(to("run", patient, book, site)).content.decode()
    sent = {"uid": hidden(page, "uid"), "place": hidden(page, "place"), **given}
    return client.post(to("run", patient, book, site), sent)


def scored(client: Client, patient: Any, book: str, site: str) -> dict[str, str]:
    """Read the scores of the result page."""
    page = client.get(to("result", patient, book, site)).content.decode()
    return dict(re.findall(r'data-score="([^"]+)">([^<]+)<', page))


def same_as_core(patient: Any, shown: dict[str, str]) -> bool:
    """Say whether the page shows exactly what the core makes of the person's record."""
    measures = measures_of(patient.code)
    assert measures
    return bool(shown) and all(
        float(value.replace(",", "")) == pytest.approx(round(measures.get(name, VISIT).value, 2))  # type: ignore[union-attr]
        for name, value in shown.items()
    )


def standing(patient: Any) -> list[Observation]:
    """Give the observations that stand."""
    return [each.noun for each in standing_events(patient.code, kinds=["observation"])]  # type: ignore[misc]


def feel(client: Client, patient: Any, site: str, *, limen: float, touches: int = 10**6) -> None:
    """Play a person with a known limen for a number of touches, or to the end."""
    guide = PROTOCOLS["two-point-lumbar"].guide
    seed = f"{patient.code}/{VISIT}/two-point-lumbar/{site}"
    felt = ["two" if seen.value == 2 else "one" for seen in standing(patient) if seen.item == "felt"]
    while touches and (touch := walk_two_points(guide, seed, felt).upcoming):
        felt.append("two" if touch.distance >= limen else "one")
        answer_step(client, patient, "two-point-lumbar", site, answer=felt[-1])
        touches -= 1


def test_two_points_from_start_to_score(tester: Client, patient: Any):
    """Five runs of a person with a limen of 12 mm give thresholds of 15 mm, and the page says what the core says."""
    site = begin(tester, patient, "two-point-lumbar", place="L3", side="left", axis="across")
    feel(tester, patient, site, limen=12)
    shown = scored(tester, patient, "two-point-lumbar", site)
    page = tester.get(to("result", patient, "two-point-lumbar", site)).content.decode()

    assert site == "L3 left across"
    assert [seen.value for seen in standing(patient) if seen.item == "distance"] == [15.0] * 5
    assert shown == {"two-point-lumbar": "15"}
    assert same_as_core(patient, shown)
    assert "20.8" in page
    assert "ehrenbrusthoff-2016" in page
    assert "Mean 61" in page
    assert tester.get(to("run", patient, "two-point-lumbar", site)).status_code == 302


def test_a_false_alarm_marks_the_run(tester: Client, patient: Any):
    """Two points reported at the closed calliper are told beside the run and on the result."""
    site = begin(tester, patient, "two-point-lumbar", axis="along")
    feel(tester, patient, site, limen=7)
    tester.get(to("result", patient, "two-point-lumbar", site))
    other = begin(tester, patient, "two-point-lumbar", axis="across")
    answer_step(tester, patient, "two-point-lumbar", other, answer="two")
    run = tester.get(to("run", patient, "two-point-lumbar", other)).content.decode()

    assert (
        "single touches felt as two"
        not in tester.get(to("run", patient, "two-point-lumbar", site), follow=True)
        .content.decode()
        .split("Trials · across")[0]
    )
    assert "1 of 1 single touches felt as two" in run


def test_resuming_in_the_middle_is_going_on(tester: Client, client_of: Callable[[str], Client], patient: Any):
    """Another person at another device sees the same next step."""
    site = begin(tester, patient, "two-point-lumbar", axis="across")
    feel(tester, patient, site, limen=20, touches=5)
    there = client_of("assessor")
    pages = [browser.get(to("run", patient, "two-point-lumbar", site)).content.decode() for browser in (tester, there)]

    assert hidden(pages[0], "place") == hidden(pages[1], "place") == "1-6"


def test_sent_twice_is_written_once(tester: Client, patient: Any):
    """The same form twice leaves one touch; a form of a step that is past leaves nothing."""
    site = begin(tester, patient, "two-point-lumbar", axis="across")
    sent = {"uid": str(uuid.uuid4()), "place": "1-1", "answer": "one"}
    address = to("run", patient, "two-point-lumbar", site)
    first, second = tester.post(address, sent), tester.post(address, sent)
    stale = tester.post(address, sent | {"uid": str(uuid.uuid4())}, follow=True)

    assert first.status_code == second.status_code == 302
    assert [seen.item for seen in standing(patient)] == ["touch", "felt"]
    assert "answered already" in stale.content.decode()


def test_undo_gives_the_same_step_again(tester: Client, patient: Any):
    """Undoing takes the whole step back by corrections, once, even where it had ended a run."""
    site = begin(tester, patient, "two-point-lumbar", axis="across")
    feel(tester, patient, site, limen=4)
    before = [seen.id for seen in standing(patient)]
    page = tester.get(to("result", patient, "two-point-lumbar", site)).content.decode()
    seq = re.search(r'name="seq" value="(\d+)"', page)[1]  # type: ignore[index]
    places = []
    for _ in range(2):
        tester.post(to("undo", patient, "two-point-lumbar", site), {"seq": seq})
        places.append(hidden(tester.get(to("run", patient, "two-point-lumbar", site)).content.decode(), "place"))
    after = [seen.id for seen in standing(patient)]

    assert places[0] == places[1]
    assert len(before) - len(after) == 3
    assert "ses-01/two-point-lumbar.distance/across/5" not in after
    assert Event.objects.filter(kind="correction").count() == 3
    answer_step(tester, patient, "two-point-lumbar", site, answer="two")
    assert [seen.id for seen in standing(patient)] == before


def test_a_limen_beyond_the_range(tester: Client, patient: Any):
    """A run that reaches the largest distance is written down as not reached, with no distance beyond the book's."""
    site = begin(tester, patient, "two-point-lumbar", axis="across")
    while any(True for seen in standing(patient) if seen.item == "distance") is False:
        answer_step(tester, patient, "two-point-lumbar", site, answer="one")
    run = next(seen for seen in standing(patient) if seen.item == "distance")

    assert (run.value, run.absent) == (None, "not reached")
    assert max(seen.value for seen in standing(patient) if seen.item == "touch") == 250


def test_localisation_measured_and_tapped(tester: Client, patient: Any):
    """Distances are entered in any unit or follow from the tapped point, which is said."""
    site = begin(tester, patient, "tactile-localisation", times="1", spacing="30", unit="cm")
    guide = PROTOCOLS["tactile-localisation"].guide
    order = order_points(guide, f"{patient.code}/{VISIT}/tactile-localisation/{site}", 1)
    answer_step(tester, patient, "tactile-localisation", site, distance="1,5", unit="cm")
    far = order[1].row % 3 + 1
    answer_step(tester, patient, "tactile-localisation", site, felt=f"{far}-{order[1].column}", unit="cm")
    for _ in order[2:]:
        answer_step(tester, patient, "tactile-localisation", site, distance="20", unit="mm")
    values = [(seen.value, seen.unit) for seen in standing(patient) if seen.item == "distance"]
    shown = scored(tester, patient, "tactile-localisation", site)
    gap = 30 * abs(far - order[1].row)

    assert values == [(1.5, "cm"), (gap, "mm"), *[(20, "mm")] * 7]
    assert float(shown["tactile-localisation"]) == pytest.approx((15 + gap + 140) / 9, abs=0.005)
    assert same_as_core(patient, shown)
    assert (
        tester.get(to("result", patient, "tactile-localisation", site)).content.decode().count("· tapped on the grid")
        == 1
    )


def test_tapping_needs_the_spacing(tester: Client, patient: Any):
    """Without a spacing there is nothing to tap, and a tap that comes all the same is refused with words."""
    site = begin(tester, patient, "tactile-localisation", times="2")
    answer = answer_step(tester, patient, "tactile-localisation", site, felt="1-1")

    assert answer.status_code == 422
    assert "spacing of the grid" in answer.content.decode()
    assert [seen.item for seen in standing(patient)] == ["times"]


def test_letters_by_mark_and_by_what_was_said(tester: Client, patient: Any):
    """Four of five letters right are 80 %, whether marked or typed; a contradiction is refused."""
    site = begin(tester, patient, "graphaesthesia", times="5")
    guide = PROTOCOLS["graphaesthesia"].guide
    letters = order_letters(guide, f"{patient.code}/{VISIT}/graphaesthesia/{site}", 5)
    wrong = answer_step(tester, patient, "graphaesthesia", site, answer="right", said="Q")
    for letter in letters[:2]:
        answer_step(tester, patient, "graphaesthesia", site, answer="", said=letter.letter.lower())
    answer_step(tester, patient, "graphaesthesia", site, answer="wrong")
    for _ in letters[3:]:
        answer_step(tester, patient, "graphaesthesia", site, answer="right")
    shown = scored(tester, patient, "graphaesthesia", site)

    assert wrong.status_code == 422
    assert shown == {"graphaesthesia": "80"}
    assert same_as_core(patient, shown)


def test_movement_control_one_by_one(tester: Client, patient: Any):
    """Six movements in the book's order; two not controlled are a score of 2."""
    site = begin(tester, patient, "luomajoki")
    seen = []
    for answer in "010100":
        page = tester.get(to("run", patient, "luomajoki", site)).content.decode()
        seen.append(re.search(r"<h2>.*?</span> (.*?)</h2>", page)[1])  # type: ignore[index]
        answer_step(tester, patient, "luomajoki", site, answer=answer)
    shown = scored(tester, patient, "luomajoki", site)

    assert (seen[0], seen[-1]) == ("waiter&#x27;s bow", "prone knee bend")
    assert shown == {"luomajoki": "2"}
    assert same_as_core(patient, shown)


@pytest.mark.parametrize(
    ("book", "value", "score"), [("biering-sorensen", "83.4", "83.40"), ("chair-stand-30s", "12", "12")]
)
def test_clocks(tester: Client, patient: Any, book: str, value: str, score: str):
    """What the stopwatch or the counting gave is scored as it is."""
    site = begin(tester, patient, book, times="1")
    page = tester.get(to("run", patient, book, site)).content.decode()
    answer_step(tester, patient, book, site, value=value)
    shown = scored(tester, patient, book, site)

    assert ("data-stopwatch" in page) != ("data-countdown" in page)
    assert shown == {book: score}
    assert same_as_core(patient, shown)


def test_algometry_keeps_the_unit_that_was_read(tester: Client, patient: Any):
    """Readings in three units of pressure and in newtons are one threshold in kPa; the pause is the source's minute."""
    area = {"probe-area": "0.5", "times": "4", "rest": "60"}
    site = begin(tester, patient, "ppt-lumbar", side="left", unit="N", **area)
    first = tester.get(to("run", patient, "ppt-lumbar", site)).content.decode()
    for value, unit in (("15", "N"), ("300", "kPa"), ("3", "kgf/cm2"), ("6.5", "lb/cm2")):
        answer_step(tester, patient, "ppt-lumbar", site, value=value, unit=unit)
        if unit == "N":
            page = tester.get(to("run", patient, "ppt-lumbar", site)).content.decode()
    kept = [(seen.value, seen.unit) for seen in standing(patient) if seen.item == "pressure"]
    shown = scored(tester, patient, "ppt-lumbar", site)

    assert kept == [(30.0, "N/cm2"), (300.0, "kPa"), (3.0, "kgf/cm2"), (6.5, "lb/cm2")]
    assert [(seen.value, seen.unit) for seen in standing(patient) if seen.item == "force"] == [(15.0, "N")]
    assert float(shown["ppt-lumbar"]) == pytest.approx((300 + 300 + 294.2 + 289.13) / 4, abs=0.1)
    assert same_as_core(patient, shown)
    assert 'data-ramp="2.5000"' in first
    assert 'data-countdown="60"' in page
    assert "data-countdown" not in first


def test_a_force_needs_the_probe(tester: Client, patient: Any):
    """Newtons without an area are refused at the start and at the step."""
    started = tester.post(to("test", patient, "ppt-remote"), {"unit": "N", "times": "3", "uid": str(uuid.uuid4())})
    site = begin(tester, patient, "ppt-remote", unit="kPa", times="3")
    step = answer_step(tester, patient, "ppt-remote", site, value="30", unit="N")

    assert (started.status_code, step.status_code) == (422, 422)
    assert "needs the area of the probe" in started.content.decode()
    assert "needs the area of the probe" in step.content.decode()
    assert not [seen for seen in standing(patient) if seen.item == "pressure"]


def test_conditioned_modulation_before_and_during(tester: Client, patient: Any):
    """Two trials before and two during give the difference in kPa and in percent."""
    site = begin(tester, patient, "cpm", unit="kPa", times="2")
    for value in ("200", "220", "250", "254"):
        answer_step(tester, patient, "cpm", site, value=value, unit="kPa")
    shown = scored(tester, patient, "cpm", site)

    assert [seen.phase for seen in standing(patient) if seen.item == "pressure"] == [
        "before",
        "before",
        "during",
        "during",
    ]
    assert shown == {"cpm": "42", "cpm.percent": "20"}
    assert same_as_core(patient, shown)


@pytest.mark.parametrize(("book", "score"), [("temporal-summation", "15"), ("wind-up-ratio", "1.75")])
def test_pinpricks_in_rounds(tester: Client, patient: Any, book: str, score: str):
    """Single and train alternate, as the book's order says."""
    site = begin(tester, patient, book, times="2")
    for value in ("20", "35", "20", "35"):
        answer_step(tester, patient, book, site, value=value)
    shown = scored(tester, patient, book, site)

    assert [seen.phase for seen in standing(patient) if seen.item == "rating"] == ["single", "train"] * 2
    assert shown == {book: score}
    assert same_as_core(patient, shown)


def test_entering_by_hand(tester: Client, patient: Any):
    """A test without a guide gets a plain table; rows that do not fit are kept and named, the others saved once."""
    site = begin(tester, patient, "finger-floor", unit="cm")
    sent = {"uid": str(uuid.uuid4()), "v-1-distance": "12", "u-1-distance": "cm", "v-2-distance": "far"}
    address = to("run", patient, "finger-floor", site) + "&by=hand"
    bad = tester.post(address, sent)
    tester.post(address, sent | {"v-2-distance": "130", "u-2-distance": "mm"})
    shown = scored(tester, patient, "finger-floor", site)

    assert bad.status_code == 422
    assert "Expected a number from 0 to 120 (cm, mm, in)." in bad.content.decode()
    assert 'value="far"' in bad.content.decode()
    assert [(seen.value, seen.unit, seen.trial) for seen in standing(patient)] == [(12, "cm", 1), (130, "mm", 2)]
    assert shown == {"finger-floor": "12.50"}
    assert same_as_core(patient, shown)


def test_two_fields_in_one_row(tester: Client, patient: Any):
    """A trial of two fields is one row; what the core cannot use it says."""
    site = begin(tester, patient, "left-right-trunk")
    sent = {"uid": str(uuid.uuid4()), "v-1-correct": "1", "v-1-rt": "1300", "u-1-rt": "ms"}
    tester.post(to("run", patient, "left-right-trunk", site) + "&by=hand", sent)

    assert [(seen.item, seen.value, seen.unit, seen.trial) for seen in standing(patient)] == [
        ("correct", 1, "", 1),
        ("rt", 1300.0, "ms", 1),
    ]


@pytest.mark.parametrize("raw", ["", "nan", "inf", "-3", "abc", "1e999", "5 kPa"])
def test_wrong_values_are_refused_with_words(tester: Client, patient: Any, raw: str):
    """What is no pressure is not written, and the page says what would be."""
    site = begin(tester, patient, "ppt-lumbar", unit="kPa", times="3")
    answer = answer_step(tester, patient, "ppt-lumbar", site, value=raw, unit="kPa")

    assert answer.status_code == 422
    assert "Expected a number of 0 or more" in answer.content.decode()
    assert not [seen for seen in standing(patient) if seen.item == "pressure"]


def test_a_trial_without_a_value(tester: Client, patient: Any):
    """A trial that could not be used leaves its reason and the test goes on."""
    site = begin(tester, patient, "ppt-lumbar", unit="kPa", times="3")
    answer_step(tester, patient, "ppt-lumbar", site, absent="artefact")
    strange = answer_step(tester, patient, "ppt-lumbar", site, absent="because")
    answer_step(tester, patient, "ppt-lumbar", site, value="200", unit="kPa")
    answer_step(tester, patient, "ppt-lumbar", site, value="210", unit="kPa")

    assert strange.status_code == 422
    assert [seen.absent for seen in standing(patient) if seen.item == "pressure"] == ["artefact", None, None]
    assert scored(tester, patient, "ppt-lumbar", site) == {"ppt-lumbar": "205"}


@pytest.mark.parametrize("book", sorted(PROTOCOLS))
def test_every_test_has_its_pages(tester: Client, patient: Any, book: str):
    """Start, step and empty result of every protocol open in both languages."""
    told = {"times": "2", "unit": PROTOCOLS[book].fields[0].unit, "axis": "across"}
    for lang in ("zh-hans", "en"):
        tester.cookies["language"] = lang
        start = tester.get(to("test", patient, book))
        site = begin(tester, patient, book, **told)
        run, result = (tester.get(to(name, patient, book, site)) for name in ("run", "result"))
        assert [start.status_code, run.status_code, result.status_code] == [200, 200, 200]
        words = PROTOCOLS[book].procedure
        assert (words.en if lang == "en" else words.zh)[:12] in start.content.decode().replace("&#x27;", "'")


def test_a_blinded_assessor_tests_and_sees_no_treatment(client_of: Callable[[str], Client], patient: Any):
    """An assessor leads a whole test; what was decided about treatment is on none of its pages."""
    add_event(MAKER, patient.code, Decision(about="plan", choice="signed", reason="resolve-secret"))
    assessor = client_of("assessor")
    assessor.cookies["language"] = "en"
    site = begin(assessor, patient, "luomajoki", tester="AB")
    for answer in "010100":
        answer_step(assessor, patient, "luomajoki", site, answer=answer)
    pages = [
        assessor.get(to(name, patient, "luomajoki", site), follow=True).content.decode()
        for name in ("test", "run", "result")
    ]

    assert scored(assessor, patient, "luomajoki", site) == {"luomajoki": "2"}
    assert not [page for page in pages if "resolve-secret" in page]
    assert {event.why for event in Event.objects.filter(kind="observation")} == {"tested by AB"}


def test_the_record_can_be_handed_on(tester: Client, patient: Any, tmp_path: Any):
    """What a guided test leaves survives a BIDS folder, touches and settings included."""
    site = begin(tester, patient, "two-point-lumbar", axis="across")
    feel(tester, patient, site, limen=4)
    site = begin(tester, patient, "ppt-lumbar", unit="N", times="1", **{"probe-area": "1"})
    answer_step(tester, patient, "ppt-lumbar", site, value="30", unit="N")
    record = record_of(patient.code)
    assert record
    write([record], tmp_path / "out")
    back = read(tmp_path / "out").only

    assert {seen.id: seen.value for seen in back.observations} == {seen.id: seen.value for seen in record.observations}


def test_the_visit_page_leads_here(tester: Client, patient: Any):
    """Every test is linked from the visit, and is complete only when its trials make a score."""
    page = tester.get(reverse("clinic:visit", args=[patient.code, VISIT])).content.decode()
    missing = [book for book in PROTOCOLS if to("test", patient, book) not in page]
    site = begin(tester, patient, "ppt-lumbar", unit="kPa", times="3")
    states = []
    for value in ("200", "210"):
        answer_step(tester, patient, "ppt-lumbar", site, value=value, unit="kPa")
        page = tester.get(reverse("clinic:visit", args=[patient.code, VISIT])).content.decode()
        offer = page[page.index(to("test", patient, "ppt-lumbar")) :]
        states.append(re.search(r'class="state">(.*?)<', offer)[1])  # type: ignore[index]

    assert missing == []
    assert states == ["begun", "✓ complete"]


def test_a_test_or_visit_that_is_not_there(tester: Client, patient: Any):
    """A questionnaire, an unknown test, the drawing and an unknown visit lead back with words."""
    for book in ("nrs", "no-such-test", "pain-drawing"):
        answer = tester.get(to("test", patient, book), follow=True)
        assert "no such visit or test" in answer.content.decode()
    unknown = reverse("bedside:run", args=[patient.code, "ses-99", "luomajoki"])
    assert "no such visit or test" in tester.get(unknown, follow=True).content.decode()


def test_hand_entries_and_steps_share_a_test(tester: Client, patient: Any):
    """A trial entered by hand is not asked again; the steps fill the places that are left."""
    site = begin(tester, patient, "cpm", unit="kPa", times="2")
    sent = {"uid": str(uuid.uuid4()), "p-1": "during", "v-1-pressure": "250", "u-1-pressure": "kPa"}
    address = to("run", patient, "cpm", site) + "&by=hand"
    for _ in range(2):
        tester.post(address, sent)
    places = []
    for value in ("200", "220", "254"):
        places.append(hidden(tester.get(to("run", patient, "cpm", site)).content.decode(), "place"))
        answer_step(tester, patient, "cpm", site, value=value, unit="kPa")

    assert places == ["before-1", "before-2", "during-2"]
    assert len([seen for seen in standing(patient) if seen.item == "pressure"]) == 4
    assert scored(tester, patient, "cpm", site)["cpm"] == "42"


def test_two_point_runs_on_paper_are_entered_by_hand(tester: Client, patient: Any):
    """Runs done without the app go into the table and stay there: no step is proposed on top of them."""
    site = begin(tester, patient, "two-point-lumbar", axis="across")
    sent = {"uid": str(uuid.uuid4())} | {f"v-{row}-distance": str(30 + 5 * row) for row in range(1, 6)}
    tester.post(to("run", patient, "two-point-lumbar", site) + "&by=hand", sent)
    page = tester.get(to("run", patient, "two-point-lumbar", site)).content.decode()

    assert "data-step" not in page
    assert scored(tester, patient, "two-point-lumbar", site) == {"two-point-lumbar": "47.50"}


def test_touches_of_another_edition_close_no_page(tester: Client, patient: Any):
    """Where the touches do not follow this book's order, the thresholds stay and the table opens instead of a step."""
    site = begin(tester, patient, "two-point-lumbar", axis="across")
    feel(tester, patient, site, limen=4)
    more = Observation(
        session_id=VISIT,
        kind="trial",
        book="two-point-lumbar",
        item="felt",
        value=2,
        trial=99,
        phase="run-5",
        site=site,
    )
    add_event(MAKER, patient.code, more)
    run = tester.get(to("run", patient, "two-point-lumbar", site))

    assert run.status_code == 200
    assert "data-step" not in run.content.decode()
    assert scored(tester, patient, "two-point-lumbar", site) == {"two-point-lumbar": "5"}


def test_other_peoples_patients(client_of: Callable[[str], Client], patient: Any):
    """A clinician of another team can neither open, answer nor undo, and nothing is written."""
    stranger = client_of("clinician_2")
    sent = {"uid": str(uuid.uuid4()), "place": "1-1", "answer": "one", "seq": "1"}
    answers = [
        stranger.post(to(name, patient, "two-point-lumbar", ""), sent).status_code for name in ("test", "run", "undo")
    ]

    assert answers == [404, 404, 404]
    assert standing(patient) == []


@pytest.mark.both_engines
class TestOnBothEngines:
    """What touches the chain of events works on SQLite and on PostgreSQL."""

    def test_a_step_its_double_and_its_undoing(self, client_of: Callable[[str], Client], patient: Any):
        """One step sent twice is one; taken back it is asked again."""
        tester = client_of("clinician")
        sent = {"uid": str(uuid.uuid4()), "place": "waiters-bow-1", "answer": "1"}
        for _ in range(2):
            tester.post(to("run", patient, "luomajoki", ""), sent)
        assert [seen.value for seen in standing(patient)] == [1]
        last = Event.objects.filter(kind="observation").latest("seq")
        tester.post(to("undo", patient, "luomajoki", ""), {"seq": str(last.seq)})

        assert standing(patient) == []
        assert hidden(tester.get(to("run", patient, "luomajoki", "")).content.decode(), "place") == "waiters-bow-1"
