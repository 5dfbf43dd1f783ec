"""What a session calls for: the strictest rule decides, and a missing answer is never a no."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backloop.errors import MeasureError, UnknownPerson
from backloop.library import Library
from backloop.plan import Standing, Status
from backloop.record import Observation, Origin, Participant, Record, Session
from backloop.train import SessionVerdict, ready, stand_at

LIBRARY = Library.packaged()
RULES = LIBRARY.shelf("sessions")
EMERGENCY = ("session-check_03", "session-check_04", "session-check_07")
WELL = dict.fromkeys((f"session-check_{number:02}" for number in range(1, 13)), 0) | {"session-check_09": 8}
MODES = ["time-contingent", "symptom-guided"]
MOMENTS = ["before", "during", "after", "missed"]
KINDS = ["motor-control-exercise", "aerobic-exercise", "graded-activity"]

answers = st.fixed_dictionaries(
    {},
    optional={
        name: st.integers(0, 10) if name in {"session-check_01", "session-check_02"} else st.integers(0, 1)
        for name in WELL
        if name not in {"session-check_08", "session-check_09"}
    }
    | {"session-check_08": st.integers(0, 60), "session-check_09": st.integers(0, 12)},
)
facts = st.fixed_dictionaries({"missed_in_a_row": st.integers(0, 4), "days_since_last": st.integers(0, 40)})
patiently = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


def _call(given, plan, *, moment="before", missed_in_a_row=0, days_since_last=2, library=None):
    known = {"missed_in_a_row": missed_in_a_row, "days_since_last": days_since_last}
    return ready(Standing(given), plan, moment=moment, library=library, **known)


def _freedom(verdict):
    """Order verdicts by how freely a session may go ahead; where none may, all are alike."""
    return min(verdict.strictness, SessionVerdict.NOT_TODAY.strictness)


def test_a_good_day_is_a_day_to_go_on(plan_of):
    """Everything asked, nothing found: go on, with the rules that were held against the answers."""
    found = _call(WELL, plan_of("motor-control-exercise"))

    assert SessionVerdict.GO_ON is found.verdict
    assert () == found.unanswered
    assert f"sessions/new-emergency-signs@{RULES['new-emergency-signs'].version}" in found.because.books


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("sign", EMERGENCY)
def test_an_emergency_sign_stops_at_every_moment(plan_of, sign, moment):
    """New numbness, a weaker leg or chest symptoms stop and refer before, during, after, and when one was missed."""
    found = _call(WELL | {sign: 1}, plan_of("motor-control-exercise"), moment=moment)

    assert SessionVerdict.STOP is found.verdict
    assert "stop and refer" == found.alerts[0].then.value
    assert "present" == found.alerts[0].state
    assert found.alerts[0].action.zh


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("sign", EMERGENCY)
def test_an_emergency_question_that_was_not_asked_is_never_go_on(plan_of, sign, moment):
    """One of the signs not asked: ask first, and the item is named."""
    found = _call({name: value for name, value in WELL.items() if name != sign}, plan_of("resolve"), moment=moment)

    assert SessionVerdict.ASK is found.verdict
    assert sign in found.unanswered


def test_the_strictest_rule_decides_and_the_others_are_told(plan_of):
    """A fever outweighs a task that upset; both are named, the strictest first."""
    found = _call(WELL | {"session-check_05": 1, "session-check_12": 1}, plan_of("motor-control-exercise"))

    assert SessionVerdict.NOT_TODAY is found.verdict
    assert ["not today", "step back"] == [alert.then.value for alert in found.alerts if alert.state == "present"][:2]


@pytest.mark.parametrize(
    ("mode", "verdict"), [("time-contingent", SessionVerdict.GO_ON), ("symptom-guided", SessionVerdict.LIGHTER)]
)
@pytest.mark.parametrize(
    ("moment", "sign"),
    [("before", {"session-check_01": 8, "session-check_02": 3}), ("after", {"session-check_08": 30})],
)
def test_pain_and_flares_count_as_the_plan_is_paced(plan_of, mode, verdict, moment, sign):
    """By the clock pain is no reason to do less; where symptoms guide the plan the session gets lighter."""
    found = _call(WELL | sign, plan_of("motor-control-exercise", mode=mode), moment=moment)

    assert verdict is found.verdict


@pytest.mark.parametrize(("missed", "days", "verdict"), [(1, 5, "go on"), (2, 9, "hold"), (4, 21, "step back")])
@pytest.mark.parametrize("moment", ["before", "missed"])
def test_missed_sessions_hold_and_a_long_break_steps_back(plan_of, moment, missed, days, verdict):
    """The same rules when a session was missed and before the next one."""
    plan = plan_of("motor-control-exercise")
    found = _call(WELL, plan, moment=moment, missed_in_a_row=missed, days_since_last=days)

    assert verdict == found.verdict.value


def test_what_was_missed_must_be_known(plan_of):
    """Nobody knows what was missed: ask, by the name of the programme's own fact."""
    found = _call(WELL, plan_of("motor-control-exercise"), missed_in_a_row=None)

    assert SessionVerdict.ASK is found.verdict
    assert ("sessions.missed-in-a-row",) == found.unanswered


def test_skin_matters_only_where_something_touches_it(plan_of):
    """Broken skin is a matter of hands, needles and electrodes, not of walking."""
    sore = WELL | {"session-check_11": 1}

    assert SessionVerdict.GO_ON is _call(sore, plan_of("aerobic-exercise")).verdict
    assert SessionVerdict.NOT_TODAY is _call(sore, plan_of("spinal-mobilisation")).verdict


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({"status": Status.REFER}, SessionVerdict.STOP, "refer first"),
        ({"status": Status.CANNOT_SAY}, SessionVerdict.ASK, "provisional"),
        ({"prescriptions": ()}, SessionVerdict.NOT_TODAY, "no treatment"),
    ],
)
def test_no_session_is_freer_than_its_plan(plan_of, changes, verdict, words):
    """A plan that refers, cannot say, or proposes nothing has no session, whatever the answers."""
    found = _call(WELL, plan_of("motor-control-exercise").model_copy(update=changes))

    assert verdict is found.verdict
    assert words in found.notes[0].en


def test_without_rules_nothing_can_be_said(plan_of, shelf_without_rules):
    """A library without session rules never says go on."""
    found = _call(WELL, plan_of("motor-control-exercise"), library=shelf_without_rules)

    assert SessionVerdict.ASK is found.verdict
    assert "no session rules" in found.notes[0].en


@pytest.fixture
def shelf_without_rules():
    """Give the packaged library with its session rules taken out."""
    library = Library(LIBRARY.folders)
    library._shelves["sessions"] = {}
    return library


@patiently
@given(
    given=answers,
    own=facts,
    moment=st.sampled_from(MOMENTS),
    mode=st.sampled_from(MODES),
    name=st.sampled_from(KINDS),
    data=st.data(),
)
def test_taking_an_answer_away_never_loosens(plan_of, given, own, moment, mode, name, data):
    """Law: without an answer, or without a fact of the programme, no session goes ahead more freely than with it."""
    plan = plan_of(name, mode=mode)
    full = _call(given, plan, moment=moment, **own).verdict
    lost = data.draw(st.sampled_from([*given, *own]))
    fewer = {item: value for item, value in given.items() if item != lost}
    known = {fact: None if fact == lost else value for fact, value in own.items()}

    assert _freedom(_call(fewer, plan, moment=moment, **known).verdict) >= _freedom(full)


@patiently
@given(
    given=answers, own=facts, moment=st.sampled_from(MOMENTS), mode=st.sampled_from(MODES), name=st.sampled_from(KINDS)
)
def test_an_emergency_answer_never_loosens(plan_of, given, own, moment, mode, name):
    """Law: an answer that names an emergency sign always gives the strictest verdict."""
    plan = plan_of(name, mode=mode)

    for sign in EMERGENCY:
        assert SessionVerdict.STOP is _call(given | {sign: 1}, plan, moment=moment, **own).verdict


@patiently
@given(
    given=answers, own=facts, moment=st.sampled_from(MOMENTS), mode=st.sampled_from(MODES), name=st.sampled_from(KINDS)
)
def test_only_rules_of_the_plan_are_held(plan_of, given, own, moment, mode, name):
    """Law: every alert is of the plan's pacing, of a prescribed family, and of the moment or an emergency."""
    found = _call(given, plan_of(name, mode=mode), moment=moment, **own)
    moments = {"before", "missed"} if moment == "before" else {moment}

    for alert in found.alerts:
        rule = RULES[alert.rule]
        assert mode in rule.modes
        assert not rule.families or LIBRARY.intervention(name).family in rule.families
        assert rule.moment in moments or rule.then == "stop and refer"


@patiently
@given(given=answers, own=facts, moment=st.sampled_from(MOMENTS))
def test_to_go_ahead_every_emergency_question_was_answered_with_no(plan_of, given, own, moment):
    """Law: a session that may start in any form has all emergency questions answered, and none with yes."""
    found = _call(given, plan_of("motor-control-exercise"), moment=moment, **own)

    assert not found.verdict.lets_start or {0} == {given.get(sign) for sign in EMERGENCY}


def test_the_answers_of_one_visit_and_none_from_before(plan_of):
    """What was answered last week does not stand for today; what was answered today is named."""
    visits = (Session(session_id="ses-w00", order=1, week=0), Session(session_id="ses-w01", order=2, week=1))
    seen = [
        Observation(session_id="ses-w00", kind="response", book="session-check", item=item, value=value)
        for item, value in WELL.items()
    ]
    seen.append(seen[2].model_copy(update={"session_id": "ses-w01"}))
    record = Record(
        participant=Participant(participant_id="sub-test1"),
        sessions=visits,
        observations=tuple(seen),
        origin=Origin(name="test", format="json"),
    )
    today = stand_at(record, session_id="ses-w01")
    found = ready(today, plan_of("motor-control-exercise"), missed_in_a_row=0, days_since_last=7)

    assert {"session-check_03": 0} == today.values
    assert ("ses-w01/session-check_03",) == found.because.observations
    assert SessionVerdict.ASK is found.verdict


def test_a_visit_that_is_not_in_the_record_is_refused(plan_of):
    """A misspelt visit is a mistake of the caller, not a missing answer."""
    record = Record(
        participant=Participant(participant_id="sub-test1"),
        sessions=(Session(session_id="ses-w00", order=1, week=0),),
        observations=(),
        origin=Origin(name="test", format="json"),
    )

    with pytest.raises(UnknownPerson, match="ses-w1"):
        stand_at(record, session_id="ses-w1")


@pytest.mark.parametrize("value", ["yes", "1", 2, -1, 0.5, float("nan")])
def test_an_answer_that_the_item_does_not_have_is_asked_again(plan_of, value):
    """Text or an unknown code for an emergency sign is never a no."""
    found = _call(WELL | {"session-check_03": value}, plan_of("motor-control-exercise"))

    assert SessionVerdict.ASK is found.verdict
    assert "session-check_03" in found.unanswered


@pytest.mark.parametrize("fact", [{"days_since_last": -1}, {"days_since_last": float("nan")}, {"missed_in_a_row": -1}])
def test_impossible_counts_are_refused(plan_of, fact):
    """A count below zero, or none at all, is a mistake of the caller and loosens nothing."""
    with pytest.raises(MeasureError, match="numbers of 0 or more"):
        _call(WELL, plan_of("motor-control-exercise"), **fact)


def test_an_unknown_moment_is_refused(plan_of):
    """A misspelt moment would ask no rule; the four are named."""
    with pytest.raises(MeasureError, match="before, during, after, missed"):
        _call(WELL, plan_of("motor-control-exercise"), moment="befor")
