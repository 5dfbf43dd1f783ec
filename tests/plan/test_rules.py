"""Each rule by itself: what it allows, and what it asks."""

import pytest

from backloop.library import Dose, EvidenceRow, Guideline, Library, Need
from backloop.library.conditions import Condition
from backloop.plan import Role, Rule, prescribe
from backloop.units import Certainty, Text

WORDS = Text(en="words", zh="文字")
CITED = {"reference": "bagg-2022", "verified": True}
NEED = Need(kind="equipment", what=WORDS, when=Condition(of="clinic-resources_08", equals=1), **CITED)


def _row(direction, certainty="moderate", **more):
    own = {"domain": "pain", "design": "trial", "versus": "sham"} | CITED | more
    return EvidenceRow(
        outcome=WORDS,
        comparator=WORDS,
        measure=WORDS,
        rated_by=WORDS,
        direction=direction,
        certainty=certainty,
        **own,
    )


def _line(direction, *, verified=True):
    return Guideline(
        body=direction,
        year=2023,
        direction=direction,
        strength="conditional",
        certainty=Certainty.LOW,
        statement=WORDS,
        reference="who-2023",
        verified=verified,
    )


@pytest.fixture
def step(shelve, person):
    """Give what one rule says of one treatment, made from the core's book, for a person with these answers."""

    def find(rule, answers=None, *, verdicts=None, **update):
        plain = {"evidence": (_row("for"),), "guidelines": (), "needs": (), "contraindications": ()}
        core = Library.packaged().intervention("resolve")
        book = core.model_copy(update=plain | {"id": "graded-activity", "title": WORDS} | update)
        library = shelve(interventions=[core.model_copy(update={"contraindications": ()}), book])
        record, profile = person(answers or {}, verdicts=verdicts)
        plan = prescribe(profile, record, library=library)
        entries = {entry.intervention: entry for entry in (*plan.prescriptions, *plan.considered)}
        return next(each for each in entries["graded-activity"].steps if each.rule is rule)

    return find


@pytest.mark.parametrize(
    ("rows", "role"),
    [
        ([_row("for"), _row("no difference")], Role.CORE),
        ([_row("for", "low")], Role.ADJUNCT),
        ([_row("for", "unrated")], Role.ADJUNCT),
        ([_row("for"), _row("against")], Role.ADJUNCT),
        ([_row("for"), _row("no difference", versus="other treatment")], Role.CORE),
        ([_row("for"), _row("against", versus="other treatment")], Role.ADJUNCT),
        ([_row("no difference"), _row("against", versus="other treatment")], Role.NOT_RECOMMENDED),
        ([_row("conflicting")], Role.ADJUNCT),
        ([_row("no difference")], Role.RESEARCH_ONLY),
        ([], Role.RESEARCH_ONLY),
        ([_row("for", verified=False)], Role.RESEARCH_ONLY),
        ([_row("for", design="uncontrolled")], Role.RESEARCH_ONLY),
        ([_row("for", domain="sensation")], Role.RESEARCH_ONLY),
        ([_row("against"), _row("no difference")], Role.NOT_RECOMMENDED),
        ([_row("for"), _row("against", verified=False)], Role.ADJUNCT),
    ],
)
def test_what_the_evidence_allows(step, rows, role):
    """Only read, controlled results on pain and disability speak for a treatment; any may speak against it."""
    assert role is step(Rule.EVIDENCE, evidence=tuple(rows)).at_most


@pytest.mark.parametrize(
    ("declared", "role"),
    [
        ("core", Role.CORE),
        ("supporting", Role.ADJUNCT),
        ("component", Role.ADJUNCT),
        ("research-only", Role.RESEARCH_ONLY),
        ("not recommended", Role.NOT_RECOMMENDED),
        ("sham", Role.NOT_RECOMMENDED),
    ],
)
def test_the_book_is_the_ceiling(step, declared, role):
    """However good the evidence, a treatment is no more than its book says."""
    assert role is step(Rule.EVIDENCE, role=declared).at_most


@pytest.mark.parametrize(
    ("lines", "role"),
    [
        ([_line("for")], Role.CORE),
        ([_line("no recommendation"), _line("not found")], Role.CORE),
        ([_line("against"), _line("for")], Role.ADJUNCT),
        ([_line("conflicting")], Role.ADJUNCT),
        ([_line("against"), _line("not found"), _line("no recommendation")], Role.NOT_RECOMMENDED),
        ([_line("against"), _line("for", verified=False)], Role.NOT_RECOMMENDED),
        ([_line("against", verified=False)], Role.NOT_RECOMMENDED),
    ],
)
def test_what_the_guidelines_allow(step, lines, role):
    """Silence counts as nothing; a position for it must have been read, one against it counts in any case."""
    assert role is step(Rule.GUIDELINES, guidelines=tuple(lines)).at_most


def test_guidelines_against_leave_a_declared_research_treatment_to_research(step):
    """What is declared for research stays there when guidelines are against it."""
    found = step(Rule.GUIDELINES, guidelines=(_line("against"),), role="research-only")

    assert Role.RESEARCH_ONLY is found.at_most


@pytest.mark.parametrize(
    ("answers", "lacking"),
    [
        ({"01": "graded-activity"}, ["02", "03", "04"]),
        ({"01": "graded-activity", "02": " ", "03": "why", "04": 1}, ["02"]),
        ({"01": "graded-activity", "02": "AB", "03": "why", "04": 0}, ["04"]),
    ],
)
def test_a_decision_partly_filled_in_is_named_as_incomplete(step, answers, lacking):
    """What the decision lacks is said, and the treatment stays out."""
    found = step(
        Rule.EVIDENCE, {f"treatment-decisions_{item}": value for item, value in answers.items()}, role="research-only"
    )

    assert "leaves out" == found.outcome
    assert "incomplete" in found.reasons[-1].text.en
    assert {f"treatment-decisions_{item}" for item in lacking} <= set(found.reasons[-1].because)


def test_a_valid_decision_is_named_with_its_observations(step):
    """A whole decision lets the treatment in as research-only, and says on what it rests."""
    decision = {"01": "tdcs-m1, Graded-Activity", "02": "AB", "03": "why", "04": 1}
    found = step(
        Rule.EVIDENCE, {f"treatment-decisions_{item}": value for item, value in decision.items()}, role="research-only"
    )

    assert ("limits", Role.RESEARCH_ONLY) == (found.outcome, found.at_most)
    assert {f"ses-w00/treatment-decisions_{item}" for item in decision} == set(found.reasons[-1].because)


def test_a_decision_lifts_nothing_else(step):
    """A decision on a treatment that is not recommended changes nothing."""
    decision = {"01": "graded-activity", "02": "AB", "03": "why", "04": 1}
    answers = {f"treatment-decisions_{item}": value for item, value in decision.items()}

    assert Role.NOT_RECOMMENDED is step(Rule.EVIDENCE, answers, role="not recommended").at_most


@pytest.mark.parametrize(
    ("family", "answers", "outcome"),
    [
        ("exercise", {"preferences_05": 0}, "limits"),
        ("exercise", {"preferences_05": 1}, "allows"),
        ("exercise", {}, "asks"),
        ("breathing", {"preferences_05": 0}, "limits"),
        ("education", {"preferences_06": 0}, "limits"),
        ("needling", {"health-screen_21": 1}, "limits"),
        ("needling", {"health-screen_21": 0}, "allows"),
        ("sensorimotor", {"preferences_05": 0}, "allows"),
        ("manual", {}, "allows"),
    ],
)
def test_what_the_person_refuses(step, family, answers, outcome):
    """A refusal makes a kind of treatment not feasible; not having been asked is no refusal."""
    found = step(Rule.PREFERENCE, answers, family=family)

    assert outcome == found.outcome
    assert (Role.NOT_FEASIBLE if outcome == "limits" else Role.CORE) is found.at_most


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [({"clinic-resources_08": 0}, "limits"), ({"clinic-resources_08": 1}, "allows"), ({}, "asks")],
)
def test_what_the_clinic_has(step, answers, outcome):
    """Known to be missing is not feasible; not known is asked."""
    assert outcome == step(Rule.RESOURCES, answers, needs=(NEED,)).outcome


def test_an_unknown_resource_is_a_caution_of_the_prescription(shelve, person):
    """What nobody confirmed stands among the cautions, to be asked of the clinic."""
    core = Library.packaged().intervention("resolve").model_copy(update={"needs": (NEED,), "contraindications": ()})
    (chosen,) = prescribe(*reversed(person({})), library=shelve(interventions=[core])).prescriptions
    (caution,) = chosen.cautions

    assert ("resource", "not known", ("clinic-resources_08",)) == (caution.kind, caution.state, caution.unanswered)


@pytest.mark.parametrize(
    ("update", "verdicts", "outcome"),
    [
        ({"role": "supporting"}, {}, "leaves out"),
        ({"role": "supporting"}, {"cortical-map": "possible"}, "allows"),
        ({"role": "supporting"}, {"cortical-map": "not supported"}, "leaves out"),
        ({"role": "component"}, {}, "allows"),
        ({"role": "core"}, {}, "allows"),
        ({"role": "research-only"}, {}, "allows"),
    ],
)
def test_what_needs_a_finding(step, update, verdicts, outcome):
    """A supporting treatment needs a mechanism that is supported or possible; its role stays."""
    found = step(Rule.MECHANISM, verdicts=verdicts, **update)

    assert (outcome, Role.CORE) == (found.outcome, found.at_most)


def test_home_practice_only_needs_practice_at_home(step):
    """What is practised at home only is left when no practice is possible there."""
    dose = Dose(weeks=12, home_per_week=5, home_minutes=10, **CITED)
    answers = {"preferences_01": 0, "preferences_05": 1}

    assert "leaves out" == step(Rule.BURDEN, answers, role="supporting", family="exercise", dose=dose).outcome
