"""Safety first: alerts, cautions and the status, with its laws."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backloop.errors import UnknownPerson
from backloop.library import Condition, Contraindication, Library, SafetyRule
from backloop.plan import Status, prescribe, screen
from backloop.record import Observation
from backloop.units import Text

WORDS = Text(en="words", zh="文字")
OPEN = {Status.PROCEED: 2, Status.ADAPT: 1, Status.REFER: 0, Status.CANNOT_SAY: 0}
ITEMS = ("red-flags_01", "red-flags_09", "phq-9_09", "health-screen_06", "health-screen_02")


def _rule(name, item, *, stops=True, verified=True, urgency="urgent"):
    return SafetyRule(
        id=name,
        version="1",
        title=Text(en=name, zh=name),
        summary=WORDS,
        group="red flag",
        when=Condition(of=item, at_least=1),
        urgency=urgency,
        stops=stops,
        action=WORDS,
        plain=WORDS,
        reference="backloop-convention",
        verified=verified,
    )


def _limit(kind, item, *, verified=True):
    what = Text(en=f"{kind} {item}", zh=item)
    when = Condition(of=item, equals=1)
    return Contraindication(kind=kind, what=what, when=when, reference="backloop-convention", verified=verified)


@pytest.fixture(scope="module")
def small(shelve):
    """Two stopping rules, one that does not stop, one relative and one absolute contraindication."""

    def make(*, verified=True, rules=None):
        book = Library.packaged().intervention("graded-activity")
        limits = (_limit("relative", ITEMS[3], verified=verified), _limit("absolute", ITEMS[4], verified=verified))
        own = [
            _rule("seat", ITEMS[0], urgency="emergency", verified=verified),
            _rule("tumour", ITEMS[1], verified=verified),
            _rule("mood", ITEMS[2], stops=False, verified=verified),
        ]
        book = book.model_copy(update={"contraindications": limits})
        return shelve(safety=own if rules is None else rules, interventions=[book])

    return make


def test_all_asked_and_nothing_found_proceeds(small, person):
    """Every safety question answered no: proceed, and it says that this is not a clearance."""
    found = screen(*person(dict.fromkeys(ITEMS, 0)), library=small())

    assert Status.PROCEED is found.status
    assert () == found.alerts
    assert "does not rule out" in found.reasons[0].text.en


def test_a_stopping_rule_refers_even_when_others_are_not_known(small, person):
    """One red flag present outweighs everything not known."""
    found = screen(*person({ITEMS[0]: 1}), library=small())

    assert Status.REFER is found.status
    assert ["seat", "tumour", "mood"] == [alert.rule for alert in found.alerts]
    assert ["present", "not known", "not known"] == [alert.state for alert in found.alerts]


def test_an_open_stopping_rule_cannot_say_but_still_shows_what_to_adapt(small, person):
    """Not knowing a red flag makes the plan provisional; the other reasons stay visible."""
    answers = dict.fromkeys(ITEMS, 0) | {ITEMS[3]: 1}
    del answers[ITEMS[1]]
    found = screen(*person(answers), library=small())

    assert Status.CANNOT_SAY is found.status
    assert (ITEMS[1],) == found.alerts[0].unanswered
    assert any("relative" in reason.text.en for reason in found.reasons)


@pytest.mark.parametrize("item", ITEMS[2:])
def test_what_does_not_stop_adapts(small, person, item):
    """A rule that does not stop, or any contraindication, asks for adapting."""
    found = screen(*person(dict.fromkeys(ITEMS, 0) | {item: 1}), library=small())

    assert Status.ADAPT is found.status


@pytest.mark.parametrize("item", ITEMS[2:])
def test_not_knowing_what_does_not_stop_adapts_too(small, person, item):
    """An unanswered question never counts as no."""
    answers = dict.fromkeys(ITEMS, 0)
    del answers[item]

    assert Status.ADAPT is screen(*person(answers), library=small()).status


def test_an_unknown_contraindication_asks_before_the_start(small, person):
    """An absolute contraindication nobody asked about is a caution, not a no."""
    answers = dict.fromkeys(ITEMS, 0)
    del answers[ITEMS[4]]
    (caution,) = screen(*person(answers), library=small()).cautions["graded-activity"]

    assert ("absolute", "not known") == (caution.kind, caution.state)
    assert caution.text.en.startswith("Ask before starting")


def test_an_empty_shelf_clears_nobody(small, person):
    """Without any safety rule nothing can be said."""
    assert Status.CANNOT_SAY is screen(*person(dict.fromkeys(ITEMS, 0)), library=small(rules=[])).status


def test_the_latest_answer_stands(small, person):
    """A later yes replaces an earlier no."""
    found = screen(*person(dict.fromkeys(ITEMS, 0), later=dict.fromkeys(ITEMS, 0) | {ITEMS[0]: 1}), library=small())

    assert Status.REFER is found.status
    assert ("ses-w06/red-flags_01",) == found.alerts[0].because


def test_a_later_absence_leaves_the_earlier_answer(small, person):
    """An answer declined later does not wipe out the red flag of before."""
    declined = Observation(session_id="ses-w06", kind="response", book="red-flags", item=ITEMS[0], absent="declined")
    answers = dict.fromkeys(ITEMS, 0)
    case = person(answers | {ITEMS[0]: 1}, later=dict.fromkeys(ITEMS[1:], 0), extra=[declined])

    assert Status.REFER is screen(*case, library=small()).status


def test_answers_of_an_earlier_visit_do_not_proceed(small, person):
    """A no from six weeks ago is asked again."""
    found = screen(*person(dict.fromkeys(ITEMS, 0), later={}), library=small())

    assert Status.ADAPT is found.status
    assert any("earlier visit" in reason.text.en for reason in found.reasons)


def test_unchecked_rules_are_named(small, person):
    """Rules whose limits were never checked against a source are named when they clear."""
    found = screen(*person(dict.fromkeys(ITEMS, 0)), library=small(verified=False))

    assert any({"seat", "tumour", "mood"} == set(reason.because) for reason in found.reasons)


def test_a_profile_of_somebody_else_is_refused(small, person):
    """Profile and record must be of the same person."""
    record, profile = person({})

    with pytest.raises(UnknownPerson, match="another person or visit"):
        screen(record, profile.model_copy(update={"participant_id": "sub-test2"}), library=small())


answers = st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=answers)
def test_a_red_flag_never_yields_proceed(small, person, answers):
    """Law: with a stopping rule present the status is refer and nothing is prescribed."""
    record, profile = person(answers | {ITEMS[1]: 1})
    library = small()

    assert Status.REFER is screen(record, profile, library=library).status
    assert () == prescribe(profile, record, library=library).prescriptions


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=answers, gone=st.sampled_from(ITEMS))
def test_taking_an_answer_away_never_opens_the_door(small, person, answers, gone):
    """Law: with one answer less the status is never more permissive."""
    fewer = {item: value for item, value in answers.items() if item != gone}
    before, after = (screen(*person(given), library=small()).status for given in (answers, fewer))

    assert OPEN[after] <= OPEN[before]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=answers)
def test_an_unverified_rule_is_never_more_permissive(small, person, answers):
    """Law: a limit that was not checked against its source opens no door that a checked one keeps shut."""
    case = person(answers)

    assert OPEN[screen(*case, library=small(verified=False)).status] <= OPEN[screen(*case, library=small()).status]


@pytest.fixture(scope="module")
def research(shelve):
    """One treatment for research with a contraindication of its own, and the rules of `small`."""
    book = Library.packaged().intervention("graded-activity")
    own = book.model_copy(
        update={"role": "research-only", "contraindications": (_limit("absolute", "tms-screen_03"),), "needs": ()}
    )
    return shelve(safety=[_rule("seat", ITEMS[0])], interventions=[own])


@pytest.mark.parametrize(
    ("decision", "status"),
    [({}, Status.PROCEED), ({"treatment-decisions_01": "graded-activity"}, Status.ADAPT)],
)
def test_research_is_asked_about_only_where_it_is_in_question(research, person, decision, status):
    """A question that only a research treatment asks bears on the status once a decision names it."""
    assert status is screen(*person({ITEMS[0]: 0} | decision), library=research).status


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    left=st.sets(st.sampled_from(["treatment-decisions_02", "treatment-decisions_03", "tms-screen_03", ITEMS[0]])),
)
def test_an_incomplete_decision_never_opens_the_door(research, person, left):
    """Law: where a decision names a treatment, leaving anything else unanswered is never more permissive."""
    answers = {
        ITEMS[0]: 0,
        "tms-screen_03": 0,
        "treatment-decisions_01": "graded-activity",
        "treatment-decisions_02": "AB",
        "treatment-decisions_03": "why",
    }
    fewer = {item: value for item, value in answers.items() if item not in left}
    before, after = (screen(*person(given), library=research).status for given in (answers, fewer))

    assert OPEN[after] <= OPEN[before]


@pytest.mark.parametrize("value", ["yes", "1", "", 2, 9, -1, 0.5])
def test_an_answer_its_item_does_not_have_is_no_answer(person, value):
    """A code for a missing answer, or text in a number's place, never counts as a no to a safety question."""
    asked = dict.fromkeys((f"red-flags_{number:02d}" for number in range(1, 17)), 0)
    found, present = (screen(*person(asked | {"red-flags_01": each})) for each in (value, 1))

    assert Status.CANNOT_SAY is found.status
    assert "red-flags_01" in {item for alert in found.alerts for item in alert.unanswered}
    assert Status.REFER is present.status
