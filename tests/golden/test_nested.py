"""Answers of R to the same partially nested trial."""

from pathlib import Path

import pandas as pd
import pytest

from backloop.learn import Columns, nested_effects
from backloop.units import Scale

HERE = Path(__file__).parent
ANSWERS = pd.read_csv(HERE / "nested.csv")


@pytest.fixture(scope="module")
def people():
    """Read the simulated trial: nine therapists with 44 people in one arm, 40 people in the other."""
    return pd.read_csv(HERE / "nested-people.csv")


def answers(model):
    """Give R's answers for one model."""
    rows = ANSWERS[ANSWERS["model"] == model]
    return dict(zip(rows["field"], rows["value"], strict=True))


def analyse(people, *, same_residual, outcome="w18"):
    """Fit the model R was asked for."""
    where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "start", 18: outcome})
    return nested_effects(
        people,
        where,
        cluster="therapist",
        week=18,
        scale=Scale(better="low"),
        estimand="treatment policy",
        covariates=["age"],
        same_residual=same_residual,
    )


@pytest.mark.parametrize(("model", "same_residual"), [("same", True), ("own", False)])
def test_effects_as_lme4_and_pbkrtest(people, model, same_residual):
    """Estimate, Kenward-Roger error and df with one residual variance and with one an arm (lme4 stops at 1e-6)."""
    expected = answers(model)

    found = analyse(people, same_residual=same_residual)

    (effect,) = found.effects
    assert found.deviance == pytest.approx(expected["deviance"], abs=1e-8)
    assert effect.estimate == pytest.approx(expected["estimate"], abs=2e-7)
    assert effect.standard_error == pytest.approx(expected["standard_error"], rel=2e-6)
    assert effect.df == pytest.approx(expected["df"], rel=2e-6)
    assert found.shares[0].between_sd ** 2 == pytest.approx(expected["between"], rel=1e-5)


def test_variances_of_each_arm_as_lme4(people):
    """Each arm's residual variance (lme4 stops at 1e-5 of them)."""
    found = analyse(people, same_residual=False).residual_sd

    assert found["care"] ** 2 == pytest.approx(answers("own")["residual_care"], rel=1e-5)
    assert found["sham"] ** 2 == pytest.approx(answers("own")["residual_sham"], rel=1e-5)


def test_the_share_between_groups_and_its_interval(people):
    """R searches the dense restricted likelihood for the share and its profile interval (1e-5 of the optimiser)."""
    expected = answers("own")

    (share,) = analyse(people, same_residual=False).shares

    assert share.icc == pytest.approx(expected["icc"], abs=1e-5)
    assert share.interval.low == expected["icc_low"] == 0.0
    assert share.interval.high == pytest.approx(expected["icc_high"], abs=1e-6)


def test_groups_that_do_not_differ(people):
    """Where groups add no variance the component is zero, as in lme4."""
    found = analyse(people, same_residual=True, outcome="flat")

    assert found.shares[0].icc == 0.0
    assert found.deviance == pytest.approx(answers("flat")["deviance"], abs=1e-8)
    assert found.effects[0].estimate == pytest.approx(answers("flat")["estimate"], rel=1e-10)
