"""Covariance analysis of one week: agreement with the engine, robust errors, refusals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.effects.regressions import read_week, regress
from backloop.errors import TrialError
from backloop.learn import Columns, adjusted_design, analyse_covariance, answer, fit_repeated
from backloop.units import Scale

PAIN = Scale(low=0, high=10, better="low")
ASHAR = Path(__file__).parents[2].parent / "shared" / "data" / "trials" / "ashar2022" / "outcomes_demographics.csv"


def analyse(table, where, **options):
    """Ask for the effect at week 18."""
    return analyse_covariance(table, where, week=18, scale=PAIN, estimand="treatment policy", **options)


def test_complete_data_as_the_engine(table, where):
    """With the visit complete the covariance analysis is the engine's baseline-adjusted estimate of that week alone."""
    complete = table[table["week"].isin([0, 18])].dropna()
    both = complete.groupby("id")["week"].transform("nunique") == 2
    complete = complete[both]
    twice = pd.concat([complete, complete[complete["week"] == 18].assign(week=19)])

    (effect,) = analyse(complete, where, errors="classical")

    design = adjusted_design(
        twice.assign(pain=twice["pain"] + (twice["week"] == 19) * twice["id"] % 3), where, baseline=0
    )
    fit = fit_repeated(design)
    assert effect.estimate == pytest.approx(answer(fit, design.effect_row("care", 18)).estimate, abs=1e-8)
    assert effect.df == effect.n_arm + effect.n_comparator - 3


def test_both_errors_are_named(table, where):
    """The words under the table say which errors were used and what was adjusted for."""
    (robust,), (plain,) = analyse(table, where, covariates=["age"]), analyse(table, where, errors="classical")

    assert "baseline, age, HC3 (robust)" in robust.model
    assert "classical" in plain.model


def test_every_arm_is_compared(table, where):
    """Three arms give two effects."""
    table.loc[table["id"] % 3 == 0, "arm"] = "wait"

    assert [effect.arm for effect in analyse(table, where)] == ["care", "wait"]


def test_equal_weights_change_nothing(table, where):
    """A weight of two for everybody is no weight."""
    where_weighted = Columns(outcome="pain", comparator="sham", person="id", weight="w")

    (plain,), (weighted,) = analyse(table, where), analyse(table.assign(w=2.0), where_weighted)

    assert weighted.estimate == pytest.approx(plain.estimate)
    assert weighted.standard_error == pytest.approx(plain.standard_error)
    assert "weighted" in weighted.model


@pytest.mark.parametrize("week", [0, 7])
def test_weeks_that_are_no_follow_up(table, where, week):
    """The baseline and weeks without a visit cannot be asked for."""
    with pytest.raises(TrialError, match="must be a visit after the baseline"):
        read_week(table, where, week=week)


def test_covariates_that_repeat_each_other(table, where):
    """Age and twice the age cannot be told apart."""
    with pytest.raises(TrialError, match="drop covariates that repeat others"):
        analyse(table.assign(again=table["age"] * 2), where, covariates=["age", "again"])


def test_one_person_alone_in_a_level(table, where):
    """A level that holds one person leaves nothing to judge its spread by."""
    table["clinic"] = np.where(table["id"] == 7, "far", "near")

    with pytest.raises(TrialError, match="one person alone decides a coefficient"):
        analyse(table, where, covariates=["clinic"])
    assert len(analyse(table, where, covariates=["clinic"], errors="classical")) == 1


def test_more_coefficients_than_people():
    """Two people cannot carry three coefficients."""
    with pytest.raises(TrialError, match="2 people cannot tell 3 coefficients apart"):
        regress(np.ones((2, 3)), np.ones((2, 1)))


def test_outcomes_off_their_scale(table, where):
    """A code for missing answers is not averaged in silence."""
    table.loc[0, "pain"] = 99

    with pytest.raises(TrialError, match="outside its scale of 0 to 10"):
        analyse(table, where)


@pytest.mark.skipif(not ASHAR.exists(), reason="the shared trial data are not on this machine")
@pytest.mark.parametrize(("errors", "error"), [("classical", 0.259284288233), ("hc3", 0.249932835112)])
def test_a_real_trial_as_lm(errors, error):
    """Ashar 2022, therapy against usual care: R's lm and sandwich (12 digits); the estimate is the engine's too."""
    table = pd.read_csv(ASHAR)
    table = table[(table["is_patient"] == 1) & table["group"].notna()]
    where = Columns(outcome="pain_avg", comparator="3", person="id", week="time", arm="group")

    therapy, placebo = analyse_covariance(table, where, week=2, scale=PAIN, estimand="e", errors=errors)

    assert therapy.estimate == pytest.approx(-2.220146037409, abs=1e-10)
    assert placebo.estimate == pytest.approx(-0.488010831980, abs=1e-10)
    assert therapy.standard_error == pytest.approx(error, abs=1e-10)
    assert therapy.df == 131
