"""A plan is whole, asks exact questions, and is refused where it contradicts itself."""

import tomllib
from copy import deepcopy
from pathlib import Path

import pytest
from pydantic import ValidationError

from backloop.errors import TrialError
from backloop.library import Library
from backloop.trial import Trial, Visit, read_trial

RESOLVE = Path(__file__).parents[2] / "examples" / "08_trial" / "resolve.toml"


@pytest.fixture
def content() -> dict:
    """RESOLVE's plan as its file says it, to be changed at will."""
    return tomllib.loads(RESOLVE.read_text(encoding="utf-8"))


def test_resolve_s_design():
    """The shipped design is RESOLVE's: 276 people, two arms alike, a sham, four visits, eight modifiers."""
    trial = read_trial(RESOLVE)

    assert trial.people == 276
    assert trial.scheme.split == (1, 1)
    assert [arm.role for arm in trial.arms] == ["experimental", "sham comparator"]
    assert [visit.week for visit in trial.visits] == [0, 18, 26, 52]
    assert len(trial.modifiers) == 8
    assert not any(modifier.is_directed for modifier in trial.modifiers)


def test_resolve_s_references_exist():
    """Every source that the shipped plan names stands in the bibliography."""
    assert set(read_trial(RESOLVE).references) <= set(Library.packaged().references)


def test_a_question_that_was_asked_has_its_estimand():
    """Pain at 18 weeks is the primary question, put into one line."""
    estimand = read_trial(RESOLVE).estimand_for("nrs", 18, arm="retraining")

    assert estimand.id == "pain-18"
    assert estimand.words == (
        "all randomised adults with chronic low back pain; retraining versus sham; nrs at week 18;"
        " stops the treatment early or changes it: treatment policy; difference in means"
    )


@pytest.mark.parametrize(("outcome", "week", "arm"), [("nrs", 12, None), ("pcs", 18, None), ("nrs", 18, "sham")])
def test_a_question_that_was_not_asked_is_refused(outcome, week, arm):
    """An analysis without an estimand is refused, with what was asked."""
    with pytest.raises(TrialError, match=f"no estimand asks about '{outcome}' at week {week}; state one in the plan"):
        read_trial(RESOLVE).estimand_for(outcome, week, arm=arm)


def test_windows():
    """A visit counts within its window, and only on its day where none is stated."""
    visit, bare = Visit(id="v", week=18, window_days=(7, 14)), Visit(id="v", week=18)

    assert [visit.holds(day) for day in (118, 119, 126, 140, 141)] == [False, True, True, True, False]
    assert [bare.holds(day) for day in (125, 126, 127)] == [False, True, False]


FAULTS = {
    "visits name 'week-18' twice": lambda plan: plan["visits"].append({"id": "week-18", "week": 19}),
    "estimand 'pain-18' names the outcome 'vas'": lambda plan: plan["estimands"][0].update(outcome="vas"),
    "estimand 'pain-18' names the arm 'placebo'": lambda plan: plan["estimands"][0].update(comparator="placebo"),
    "estimand 'pain-18' compares an arm with itself": lambda plan: plan["estimands"][0].update(comparator="retraining"),
    "estimand 'pain-18' asks about a week without a visit": lambda plan: plan["estimands"][0].update(weeks=[12]),
    "analysis 'primary' names the estimand 'other'": lambda plan: plan["analyses"][0].update(estimand="other"),
    "modifier 'tsk' names the visit 'screening'": lambda plan: plan["modifiers"][0].update(visit="screening"),
    "modifier 'tsk' is measured after randomisation": lambda plan: plan["modifiers"][0].update(visit="week-18"),
    "expected one primary outcome; got 2": lambda plan: plan["outcomes"][1].update(rank="primary"),
    "expected one primary analysis; got 0": lambda plan: plan["analyses"][0].update(rank="sensitivity"),
    "expected a visit before the treatment": lambda plan: plan["visits"][0].update(week=1),
    "block sizes are multiples of 2": lambda plan: plan["allocation"].update(sizes=[3]),
    "estimands: field required": lambda plan: plan.pop("estimands"),
    "estimand: field required": lambda plan: plan["analyses"][0].pop("estimand"),
    "intercurrent_events: field required": lambda plan: plan["estimands"][0].pop("intercurrent_events"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_contradiction_is_refused(fault, content):
    """Each way a plan can contradict itself, or leave its question open, has its own message."""
    broken = deepcopy(content)
    FAULTS[fault](broken)

    with pytest.raises(ValidationError, match=r"(?i)" + fault.removeprefix("estimands: ").split(": ")[-1]):
        Trial.model_validate(broken)


def test_all_faults_are_told_at_once(content):
    """Somebody who mends a plan sees every contradiction, not one at a time."""
    content["estimands"][0].update(outcome="vas")
    content["modifiers"][0].update(visit="week-18")

    with pytest.raises(ValidationError, match=r"names the outcome 'vas'.*measured after randomisation"):
        Trial.model_validate(content)
