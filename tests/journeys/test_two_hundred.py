"""Two hundred made-up people of many kinds: what must hold for every plan."""

import runpy
from collections import Counter
from pathlib import Path

import pytest

from backloop.library import Library
from backloop.plan import Role, Rule, Status

EXAMPLE = Path(__file__).parents[2] / "examples" / "04_plan" / "two_hundred_people.py"
BOOKS = Library.packaged().shelf("interventions")


@pytest.fixture(scope="module")
def plans():
    """Every person's circumstance and plan."""
    return list(runpy.run_path(str(EXAMPLE))["plans"]())


def _entries(plan):
    return (*plan.prescriptions, *plan.considered)


def test_there_are_two_hundred_and_they_differ(plans):
    """The people are many enough, and different enough, for every role and for three statuses to occur."""
    roles = {entry.role for _, plan in plans for entry in _entries(plan)}

    assert 200 == len(plans)
    assert set(Role) == roles
    assert {Status.PROCEED, Status.ADAPT, Status.REFER} <= {plan.status for _, plan in plans}


def test_nobody_with_a_red_flag_proceeds(plans):
    """A rule that stops treatment refers, and leaves nothing prescribed."""
    stopped = [plan for _, plan in plans if any(alert.stops and alert.state == "present" for alert in plan.alerts)]

    assert len(stopped) >= 40
    assert {(Status.REFER, ())} == {(plan.status, plan.prescriptions) for plan in stopped}


def test_nobody_is_given_what_is_contraindicated(plans):
    """No prescription carries an absolute contraindication that is present."""
    given = [caution for _, plan in plans for entry in plan.prescriptions for caution in entry.cautions]

    assert any(entry.role is Role.CONTRAINDICATED for _, plan in plans for entry in plan.considered)
    assert [] == [caution for caution in given if (caution.kind, caution.state) == ("absolute", "present")]


def test_nothing_that_guidelines_only_oppose_is_offered(plans):
    """What some guidelines are against and none is for is neither core nor adjunct."""
    said = {name: {line.direction for line in book.guidelines} for name, book in BOOKS.items()}
    opposed = {name for name, directions in said.items() if "against" in directions and "for" not in directions}
    offered = {
        entry.intervention for _, plan in plans for entry in _entries(plan) if entry.role in {Role.CORE, Role.ADJUNCT}
    }

    assert opposed
    assert set() == opposed & offered


def test_research_is_given_only_on_a_recorded_decision(plans):
    """What is research-only is prescribed where the decision names it, and nowhere else."""
    given = Counter(
        (circumstance, entry.intervention)
        for circumstance, plan in plans
        for entry in plan.prescriptions
        if entry.role is Role.RESEARCH_ONLY
    )

    assert {("a recorded decision", "tdcs-m1")} == set(given)


def test_a_sham_is_never_given(plans):
    """A comparator of trials is no treatment, also where a decision names it."""
    shams = {name for name, book in BOOKS.items() if book.role == "sham"}
    given = {entry.intervention for _, plan in plans for entry in plan.prescriptions}

    assert shams
    assert set() == shams & given


def test_the_burden_stays_within_its_bound(plans):
    """Visits and practice at home never pass what the plan says is the most."""
    for _, plan in plans:
        assert plan.burden.clinic_visits <= plan.burden.most_clinic_visits
        assert plan.burden.home_minutes <= plan.burden.most_home_minutes


def test_every_treatment_has_one_role_with_reasons(plans):
    """Every treatment of the library stands in every plan once, with its reasons and a step for every rule."""
    for _, plan in plans:
        assert sorted(BOOKS) == sorted(entry.intervention for entry in _entries(plan))
        assert all(entry.reasons for entry in _entries(plan))
        assert {tuple(Rule)} == {tuple(step.rule for step in entry.steps) for entry in _entries(plan)}
