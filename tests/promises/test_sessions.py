"""What every rule for training sessions promises: it can be asked, it names its pacing, and safety stops both."""

import itertools
import re

import pytest

from backloop.library import Library, SessionRule

LIBRARY = Library.packaged()
SHELF = LIBRARY.shelf("sessions")
MODES = ("time-contingent", "symptom-guided")
DERIVED = {"sessions.missed-in-a-row", "sessions.days-since-last"}
BLAME = re.compile(r"\b(fail|fault|lazy|should have|must not give up|your own)\w*|失败|懒|不听|应该早|怪")
ANSWERS = {f"session-check_{number:02d}": 0 for number in range(1, 13)} | {"session-check_09": 8}


@pytest.fixture(params=sorted(SHELF))
def rule(request) -> SessionRule:
    """Open one rule after the other."""
    return SHELF[request.param]


def _verdicts(mode: str, answers: dict[str, float], moment: str = "before") -> set[str]:
    held = (each for each in SHELF.values() if each.moment == moment and mode in each.modes)
    return {each.then for each in held if each.when.judge(answers.get)}


def test_its_questions_can_be_answered(rule):
    """A rule asks the worksheet before a session, or what the programme knows of its own sessions."""
    items = {item.id for item in LIBRARY.instrument("session-check").items}
    asked = set(rule.when.ids())

    assert asked
    assert asked <= (DERIVED if rule.moment == "missed" else items)


def test_silence_decides_nothing(rule):
    """With nothing answered no rule holds, and none is known not to."""
    assert rule.when.judge({}.get) is None


def test_it_serves_both_ways_of_pacing_or_says_why_not(rule):
    """A rule of one mode belongs to that mode's theory, and its note says so."""
    mentioned = [mode for mode in rule.modes if f"{mode.capitalize()} plans only" in rule.note]

    assert set(rule.modes) == set(MODES) or list(rule.modes) == mentioned


def test_both_languages_speak_to_clinician_and_person(rule):
    """What to do and what to say are two texts, each in both languages."""
    assert rule.action.en != rule.plain.en
    assert rule.action.zh != rule.plain.zh


def test_nobody_is_blamed(rule):
    """The words to the person are kind."""
    assert BLAME.search(rule.plain.en) is None
    assert BLAME.search(rule.plain.zh) is None


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("item", ["session-check_03", "session-check_04", "session-check_07"])
def test_danger_stops_in_both_modes(mode, item):
    """No way of pacing overrides numbness, weakness, bladder trouble or chest pain."""
    assert "stop and refer" in _verdicts(mode, ANSWERS | {item: 1})


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("item", ["session-check_05", "session-check_06"])
def test_illness_and_injury_wait_in_both_modes(mode, item):
    """With fever, illness, a fall or an injury there is no session today."""
    assert "not today" in _verdicts(mode, ANSWERS | {item: 1})


@pytest.mark.parametrize("name", sorted(name for name, each in SHELF.items() if each.then == "stop and refer"))
def test_a_stop_holds_for_every_treatment(name):
    """What stops a session stops all of it, in both modes."""
    assert ((), set(MODES)) == (SHELF[name].families, set(SHELF[name].modes))


def test_pain_alone_never_changes_a_session_that_goes_by_the_clock():
    """At any pain, settled or not, a time-contingent plan goes on: pain is no reason to stop or to change."""
    for pain, hours in itertools.product(range(11), (0, 6, 23, 24, 72)):
        answers = ANSWERS | {"session-check_01": pain, "session-check_08": hours}

        assert _verdicts("time-contingent", answers) <= {"go on"}


def test_the_pain_rule_leaves_no_gap_and_no_overlap():
    """In a symptom-guided plan every pain and every flare leads to one answer: up to 5 and settled, or lighter."""
    for pain, hours in itertools.product(range(11), (0, 6, 23, 24, 72)):
        answers = ANSWERS | {"session-check_01": pain, "session-check_08": hours}

        assert {"go on" if pain <= 5 and hours < 24 else "lighter"} == _verdicts("symptom-guided", answers)


def test_each_mode_has_its_own_plan_for_a_flare():
    """A flare plan covers the first 48 hours, one for each way of pacing, and never both."""
    plans = [each for each in SHELF.values() if each.moment == "after"]

    assert sorted((mode,) for mode in MODES) == sorted(each.modes for each in plans)
    assert all("48" in each.action.en and "48" in each.action.zh for each in plans)


@pytest.mark.parametrize(("missed", "days", "expected"), [(1, 4, {"go on"}), (2, 8, {"hold"}), (0, 21, {"step back"})])
@pytest.mark.parametrize("mode", MODES)
def test_missed_sessions_are_never_cut_first(mode, missed, days, expected):
    """One missed: go on; two: hold, not cut; two weeks away: step back, a working rule of ours."""
    facts = {"sessions.missed-in-a-row": missed, "sessions.days-since-last": days}

    assert expected == _verdicts(mode, facts, "missed")


@pytest.mark.parametrize("changed", [{"session-check_09": 4}, {"session-check_10": 1}])
def test_short_sleep_and_new_medicine_concern_stimulation_only(changed):
    """Sleep, alcohol and medicines are asked for the sake of seizures; other training goes on."""
    held = [each for each in SHELF.values() if each.moment == "before" and each.when.judge((ANSWERS | changed).get)]
    waiting = [each for each in held if each.then == "not today"]

    assert [("stimulation",)] == [each.families for each in waiting]


def test_distress_by_a_task_steps_back_whatever_the_pain():
    """Upset is not pain, so it counts in both modes."""
    assert all("step back" in _verdicts(mode, ANSWERS | {"session-check_12": 1}) for mode in MODES)
