"""The rules put together: a fixed order, and nothing that speaks against a treatment ever raises its role."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backloop.library import Condition, Contraindication, EvidenceRow, Guideline, Library
from backloop.plan import Role, Rule, prescribe
from backloop.units import Certainty, Text

WORDS = Text(en="words", zh="文字")
CITED = {"reference": "backloop-convention", "verified": False}
BOOKS = sorted(Library.packaged().shelf("interventions"))
DECIDED = {
    "treatment-decisions_01": " ".join(BOOKS),
    "treatment-decisions_02": "consultant AB",
    "treatment-decisions_03": "nothing else helped",
    "treatment-decisions_04": 1,
}
ITEMS = ("health-screen_10", "health-screen_11", "health-screen_21", "preferences_05", "clinic-resources_04")

AGAINST = ("contraindications", "evidence", "evidence head to head", "guidelines")

answers = st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 1)).map(lambda given: given | DECIDED)
verdicts = st.dictionaries(
    st.sampled_from(["motor-control", "nociceptive"]), st.sampled_from(["supported", "possible"])
)


def _against(kind):
    """Give one thing more that speaks against a treatment, as an update of its book."""
    limit = Contraindication(kind="absolute", what=WORDS, when=Condition(of="health-screen_07", equals=1), **CITED)
    row = EvidenceRow(
        outcome=WORDS,
        comparator=WORDS,
        versus="other treatment" if kind == "evidence head to head" else "sham",
        measure=WORDS,
        domain="pain",
        design="trial",
        direction="against",
        certainty=Certainty.HIGH,
        rated_by=WORDS,
        **CITED,
    )
    line = Guideline(
        body="WHO",
        year=2030,
        direction="against",
        strength="strong",
        certainty=Certainty.HIGH,
        statement=WORDS,
        **CITED,
    )
    return {"contraindications": limit, "guidelines": line}.get(kind, row)


@pytest.fixture(scope="module")
def worse(shelve):
    """Make the packaged library, with one thing more against every treatment."""

    def make(kind):
        more = _against(kind)
        books = Library.packaged().shelf("interventions").values()
        shelf, _, _ = kind.partition(" ")
        return shelve(interventions=[book.model_copy(update={shelf: (*getattr(book, shelf), more)}) for book in books])

    return {kind: make(kind) for kind in AGAINST}


def _roles(plan):
    return {entry.intervention: entry.role for entry in (*plan.prescriptions, *plan.considered)}


def _rank(role):
    return list(Role).index(role)


@pytest.mark.parametrize("kind", AGAINST)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(answers=answers, verdicts=verdicts)
def test_one_thing_more_against_a_treatment_never_raises_its_role(worse, person, kind, answers, verdicts):
    """Law: a contraindication, a result or a guideline against a treatment leaves its role or lowers it."""
    case = person(answers | {"health-screen_07": 1}, verdicts=verdicts)
    before, after = _roles(prescribe(*reversed(case))), _roles(prescribe(*reversed(case), library=worse[kind]))

    assert [] == [name for name in before if _rank(after[name]) < _rank(before[name])]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(answers=answers, verdicts=verdicts)
def test_the_audit_is_whole_and_adds_up(person, answers, verdicts):
    """Law: seven steps in the fixed order, each with a reason; the role is the lowest that any of them allows."""
    plan = prescribe(*reversed(person(answers, verdicts=verdicts)))

    for entry in (*plan.prescriptions, *plan.considered):
        assert list(Rule) == [step.rule for step in entry.steps]
        assert all(step.reasons for step in entry.steps)
        assert entry.role is max((step.at_most for step in entry.steps), key=_rank)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(answers=answers, verdicts=verdicts)
def test_what_is_left_out_is_not_prescribed(person, answers, verdicts):
    """Law: no prescription carries a step that leaves it out, nor a role below research-only."""
    plan = prescribe(*reversed(person(answers, verdicts=verdicts)))
    outcomes = {step.outcome for entry in plan.prescriptions for step in entry.steps}

    assert outcomes <= {"allows", "asks", "limits"}
    assert {entry.role for entry in plan.prescriptions} <= {Role.CORE, Role.ADJUNCT, Role.RESEARCH_ONLY}


def test_no_book_is_more_than_it_says(person):
    """What a book declares is the most it may be for anybody."""
    found = _roles(prescribe(*reversed(person(DECIDED))))
    declared = {name: Library.packaged().intervention(name).role for name in BOOKS}

    assert {"core"} == {declared[name] for name, role in found.items() if role is Role.CORE}
    assert set() == {declared[name] for name, role in found.items() if role is Role.ADJUNCT} & {
        "research-only",
        "not recommended",
        "sham",
    }
    assert {Role.NOT_RECOMMENDED} == {role for name, role in found.items() if declared[name] == "sham"}


def test_referral_first_still_shows_the_roles(person):
    """A red flag leaves nothing prescribed, and every treatment with its role."""
    plan = prescribe(*reversed(person({"red-flags_01": 1})))
    found = _roles(plan)

    assert () == plan.prescriptions
    assert Role.CORE is found["resolve"]
    assert {"leaves out"} == {entry.steps[0].outcome for entry in plan.considered}


def test_the_most_serious_reason_decides(person):
    """What is contraindicated stays so, whether or not it is wanted or at hand."""
    refused = {"preferences_05": 0, "clinic-resources_10": 0}
    found = _roles(prescribe(*reversed(person(refused | {"health-screen_02": 1}))))

    assert Role.NOT_FEASIBLE is _roles(prescribe(*reversed(person(refused))))["resistance-exercise"]
    assert Role.CONTRAINDICATED is found["resistance-exercise"]
