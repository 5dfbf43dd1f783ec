"""What hands-on treatment, needles and physical agents promise: limits that bite, conflicts that show, ends."""

import pytest

from backloop.library import GUIDELINE_BODIES, Intervention, Library

SHELF = Library.packaged().shelf("interventions")
MANUAL = ("spinal-manipulation", "spinal-mobilisation", "trigger-point-compression")
NEEDLING = ("body-acupuncture", "wrist-ankle-acupuncture")
AGENTS = ("traction", "therapeutic-ultrasound", "tens", "lumbar-belt")
ALL = (*MANUAL, *NEEDLING, *AGENTS)


def limits(name: str, kind: str, answer: str) -> list[str]:
    """Name the limits of one kind that a single yes brings into force."""
    asked = {answer: 1}.get
    return [limit.what.en for limit in SHELF[name].contraindications if limit.kind == kind and limit.when.judge(asked)]


def directions(book: Intervention) -> dict[str, str]:
    """Give each guideline's direction."""
    return {guide.body: guide.direction for guide in book.guidelines}


def test_a_bleeding_disorder_bars_thrust_and_deep_pressure():
    """Whoever takes a blood thinner gets no thrust and no deep compression."""
    assert 1 == len(limits("spinal-manipulation", "absolute", "health-screen_11"))
    assert 1 == len(limits("trigger-point-compression", "absolute", "health-screen_11"))


def test_a_bleeding_disorder_leaves_gentle_mobilisation_and_careful_needles():
    """Low grades of mobilisation and thin shallow needles stay possible, each with its word of caution."""
    for name in ("spinal-mobilisation", *NEEDLING):
        assert [] == limits(name, "absolute", "health-screen_11")
        assert 1 == len(limits(name, "relative", "health-screen_11"))

    assert "grades I and II only" in limits("spinal-mobilisation", "relative", "health-screen_11")[0]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("sign", ["red-flags_01", "red-flags_02", "red-flags_03", "red-flags_04", "neuro-exam_04"])
def test_a_nerve_emergency_bars_every_one_of_them(name, sign):
    """A single sign of cauda equina or of worsening weakness is enough."""
    assert limits(name, "absolute", sign)


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("body-acupuncture", "health-screen_21"),
        ("wrist-ankle-acupuncture", "health-screen_21"),
        ("wrist-ankle-acupuncture", "health-screen_29"),
    ],
)
def test_a_no_to_needles_and_sore_skin_at_the_site_are_final(name, item):
    """Nobody is needled against their will or through diseased skin."""
    assert limits(name, "absolute", item)


@pytest.mark.parametrize("name", NEEDLING)
def test_needles_carry_no_current_beside_a_pacemaker(name):
    """With an electronic implant the needle stays without electricity."""
    assert any("electrical" in what for what in limits(name, "relative", "health-screen_12"))


@pytest.mark.parametrize("name", NEEDLING)
def test_the_points_to_avoid_in_pregnancy_are_named(name):
    """A general warning helps nobody with a needle in hand."""
    (warning,) = limits(name, "relative", "health-screen_07")

    assert all(point in warning for point in ("LI4", "SP6", "BL60", "BL67", "sacral"))


def test_needles_over_the_thorax_have_a_rule_of_depth():
    """The harm that kills is a punctured lung; the book says how not to, and what to do."""
    book = SHELF["body-acupuncture"]

    assert any("thorax" in text.en for text in book.monitoring)
    assert any("Breathlessness" in text.en for text in book.stop_rules)


@pytest.mark.parametrize("name", [*MANUAL, *NEEDLING])
def test_passive_treatment_is_never_alone(name):
    """NICE allows hands-on treatment only with exercise; a plan must not offer it by itself."""
    assert SHELF[name].never_alone


@pytest.mark.parametrize("name", MANUAL)
def test_the_condition_of_nice_stands_in_the_book(name):
    """That manual therapy needs exercise beside it is told as NICE's own, verified words."""
    (nice,) = [guide for guide in SHELF[name].guidelines if guide.body == "NICE NG59"]

    assert ("for", "consider", True) == (nice.direction, nice.strength, nice.verified)
    assert "only as part of a treatment package including exercise" in nice.statement.en


@pytest.mark.parametrize("name", AGENTS)
def test_what_is_not_recommended_has_who_and_nice_against_it(name):
    """Both guidelines were read, both advise against, and the book has neither dose nor stages."""
    book = SHELF[name]
    read = {guide.body: guide.direction for guide in book.guidelines if guide.verified}

    assert "not recommended" == book.role
    assert ("against", "against") == (read["WHO"], read["NICE NG59"])
    assert () == book.stages
    assert book.dose.sessions is book.dose.clinic_minutes is None


@pytest.mark.parametrize("name", ALL)
def test_each_guideline_is_heard_once(name):
    """All five bodies have a row, and silence is told apart from what was not seen."""
    book = SHELF[name]

    assert set(GUIDELINE_BODIES) == set(directions(book))
    assert [] == [guide.body for guide in book.guidelines if guide.direction == "not found" and guide.verified]


@pytest.mark.parametrize("name", NEEDLING)
def test_the_guidelines_contradict_each_other_about_needles(name):
    """The contradiction is kept row by row and told in words, never averaged."""
    book = SHELF[name]
    found = directions(book)

    assert ("for", "against", "for") == (found["WHO"], found["NICE NG59"], found["ACP"])
    assert any("NICE" in text.en and "against" in text.en for text in book.conflicts)


@pytest.mark.parametrize(("lang", "words"), [("en", ("Upper", "Lower")), ("zh", ("上", "下"))])
def test_wrist_ankle_acupuncture_names_its_twelve_zones(lang, words):
    """Six zones at the wrist and six at the ankle, each with its place, in both languages."""
    procedures = SHELF["wrist-ankle-acupuncture"].tidier.procedures.text.say(lang).replace(" ", "")

    assert [] == [f"{word}{zone}" for word in words for zone in range(1, 7) if f"{word}{zone}" not in procedures]


def test_wrist_ankle_acupuncture_is_for_research_and_says_why():
    """The low back has its two zones, and no controlled trial in chronic pain stands behind them."""
    book = SHELF["wrist-ankle-acupuncture"]
    choose = next(stage for stage in book.stages if stage.id == "choose-zone")

    assert "research-only" == book.role
    assert "No controlled trial" in book.role_reason.text.en
    assert "Lower 5" in choose.clinic.en
    assert "Lower 6" in choose.clinic.en
    assert not book.tidier.procedures.verified


def test_the_dose_response_of_manipulation_is_told_to_its_end():
    """Twelve sessions did best at 12 weeks, the difference was gone at 24, eighteen did best at 52."""
    book = SHELF["spinal-manipulation"]
    haas = [row for row in book.evidence if row.reference == "haas-2014" and row.domain == "pain" and row.weeks]

    assert {12: "for", 24: "no difference", 52: "for"} == {row.weeks: row.direction for row in haas}
    assert {-8.6, None, -5.9} == {row.effect for row in haas}
    assert (12, 18) == (book.dose.sessions, book.dose.ceiling_sessions)


@pytest.mark.parametrize("name", [*MANUAL, *NEEDLING])
def test_a_course_ends(name):
    """Sessions have a number and a ceiling, fit into the weeks, and stop when nothing changes."""
    book = SHELF[name]
    dose = book.dose

    assert dose.sessions <= dose.ceiling_sessions
    assert dose.sessions <= dose.weeks * dose.clinic_per_week
    assert any("No change" in text.en for text in book.stop_rules)


@pytest.mark.parametrize("name", ["spinal-manipulation", "spinal-mobilisation", *NEEDLING])
def test_counted_sessions_stop_where_the_dose_stops(name):
    """The count that grows from week to week never passes the course."""
    (count,) = [each for each in SHELF[name].progressions if each.id == "sessions"]

    assert SHELF[name].dose.sessions == count.ceiling


def test_compression_helps_the_threshold_more_than_the_person():
    """The gain on pressing and the missing gain in reported pain stand side by side."""
    rows = {row.domain: row for row in SHELF["trigger-point-compression"].evidence if row.reference == "lu-2022"}

    assert ("for", "high") == (rows["sensation"].direction, rows["sensation"].better)
    assert ("no difference", "low") == (rows["pain"].direction, rows["pain"].better)


def test_manual_therapy_and_exercise_tell_one_comparison_with_opposite_signs():
    """The review's contrast is written treatment minus comparator from both sides."""
    here = {-row.effect for row in SHELF["spinal-manipulation"].evidence if row.reference == "saragiotto-2016"}
    there = {
        row.effect
        for row in SHELF["motor-control-exercise"].evidence
        if row.reference == "saragiotto-2016" and row.comparator.en == "manual therapy"
    }

    assert here
    assert here <= there


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("spinal-manipulation", {"assendelft-1996", "oliphant-2004", "swait-2017"}),
        ("body-acupuncture", {"baumler-2021", "zhang-2010-needling"}),
    ],
)
def test_rare_and_grave_harm_has_a_rate(name, sources):
    """Consent needs numbers: each source of a rate was read, and its rate stands in both languages."""
    rated = {harm.reference for harm in SHELF[name].harms if harm.rate and harm.verified}

    assert sources <= rated
