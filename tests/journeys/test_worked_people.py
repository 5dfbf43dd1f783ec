"""Six worked people in the examples: their files are what the house makes of them today."""

import re
import runpy
from pathlib import Path

import pytest

from backloop import infer, prescribe, schedule, score
from backloop.plan import Role, Status
from backloop.record import read

FOLDER = Path(__file__).parents[2] / "examples" / "13_worked_people"
SCRIPT = runpy.run_path(str(FOLDER / "make.py"))
NAMES = tuple(SCRIPT["PEOPLE"])


@pytest.fixture(scope="module")
def plans():
    """Every person's plan, from the committed record."""
    records = {name: read(FOLDER / name / "record.json").only for name in NAMES}
    return {name: prescribe(infer(score(record)), record) for name, record in records.items()}


def _chosen(plan):
    return tuple(entry.intervention for entry in plan.prescriptions)


def _read(text):
    """Keep the words of a picture only: where they stand depends on the fonts of the machine."""
    return re.sub(r"(?s)<svg.*?</svg>", lambda found: " ".join(re.findall(r">([^<>]+)</text>", found[0])), text)


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_not_stale(name):
    """Made anew, every file says what the committed one says, and there is no other."""
    made = dict(SCRIPT["files"](name))

    assert sorted(made) == sorted(path.name for path in (FOLDER / name).iterdir())
    stale = [file for file, text in made.items() if _read((FOLDER / name / file).read_text("utf-8")) != _read(text)]
    assert [] == stale, "make them anew: python examples/13_worked_people/make.py --write"


@pytest.mark.parametrize("name", NAMES)
def test_the_table_tells_the_plan(name, plans):
    """The reader's table names the treatments of each plan, and no others."""
    page = (FOLDER / "README.md").read_text("utf-8")
    (row,) = [line.split(" | ") for line in page.splitlines() if line.startswith(f"| [{name}]")]

    assert _chosen(plans[name]) == tuple(re.findall(r"`(.+?)`", row[2]))


def test_no_two_plans_are_alike(plans):
    """They were chosen because their plans differ."""
    assert len(NAMES) == len({_chosen(plan) for plan in plans.values()})
    assert all(plan.is_made_up for plan in plans.values())


def test_the_red_flag_refers(plans):
    """One of them needs somebody else first."""
    assert [name for name in NAMES if plans[name].status is Status.REFER] == ["red-flag"]


def test_a_beta_blocker_is_weighed(plans):
    """Who takes one is guided by effort, and no week of the programme gives a heart rate."""
    plan = plans["inactive-on-a-beta-blocker"]
    programme = schedule(plan, SCRIPT["START"])
    amounts = [amount for week in programme.weeks for amount in week.amounts if "heart" in amount.progression]

    assert any("beta-blocker" in caution.text.en for entry in plan.prescriptions for caution in entry.cautions)
    assert {None} >= {amount.amount for amount in amounts}


def test_thinned_blood_rules_out_thrust_and_pressure(plans):
    """What must not be given is told as contraindicated, whether or not it is refused."""
    roles = {entry.intervention: entry.role for entry in plans["fears-needles-on-a-blood-thinner"].considered}

    assert {Role.CONTRAINDICATED} == {roles["spinal-manipulation"], roles["trigger-point-compression"]}
    assert roles["body-acupuncture"] in {Role.CONTRAINDICATED, Role.NOT_FEASIBLE}


def test_the_decision_gets_its_course(plans):
    """The research-only treatment is laid out whole: five days of the first week."""
    weeks = schedule(plans["recorded-decision"], SCRIPT["START"]).weeks
    days = [
        session.date.weekday()
        for week in weeks
        for session in week.sessions
        if any(done.intervention == "tdcs-m1" for done in session.activities)
    ]

    assert [0, 1, 2, 3, 4] == days
