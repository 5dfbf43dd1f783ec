"""Compliers and protocol: what the two estimands recover, how weights are made, refusals, words."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, analyse_covariance, complier_effect, per_protocol, weigh_protocol
from backloop.units import Scale

WHERE = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9", 18: "w18"})
PAIN = Scale(better="low")


def trial(people=400, *, seed=4):
    """Make a trial where taking the treatment is worth -2, and the worse off at the start keep to it less."""
    random = np.random.default_rng(seed)
    arm = np.arange(people) % 2
    burden = random.normal(size=people)
    willing = random.random(people) < 1 / (1 + np.exp(-1 + burden))
    took = (arm == 1) & willing
    start = 6 + burden + random.normal(size=people)
    later = start + 1.5 * burden - 2 * took
    return pd.DataFrame(
        {
            "id": range(people),
            "arm": np.where(arm, "care", "sham"),
            "took": took.astype(int),
            "kept": np.where(arm, took, 1).astype(int),
            "burden": burden,
            "w0": start,
            "w9": later + random.normal(size=people),
            "w18": later + random.normal(size=people),
        }
    )


def test_compliers_get_what_the_treatment_is_worth():
    """Among compliers the effect is the -2 that taking the treatment is worth; offering it does less."""
    found = complier_effect(trial(8_000), WHERE, received="took", week=18)

    assert found.estimate == pytest.approx(-2, abs=0.15)
    assert found.offered == pytest.approx(found.estimate * found.compliers)
    assert found.interval.low < -2 < found.interval.high


def test_full_compliance_is_intention_to_treat():
    """Where taking is being offered, the answer is the covariance analysis."""
    table = trial().assign(took=lambda t: (t["arm"] == "care").astype(int))

    found = complier_effect(table, WHERE, received="took", week=18)

    (itt,) = analyse_covariance(table, WHERE, week=18, scale=PAIN, estimand="e")
    assert found.estimate == pytest.approx(itt.estimate)
    assert found.standard_error == pytest.approx(itt.standard_error)


@pytest.mark.parametrize("interval", ["fieller", "bootstrap"])
def test_other_intervals_agree_in_a_large_trial(interval):
    """With many compliers Fieller's interval and the bootstrap's lie close to the delta method's."""
    delta = complier_effect(trial(2_000), WHERE, received="took", week=18).interval

    other = complier_effect(trial(2_000), WHERE, received="took", week=18, interval=interval, seed=3).interval

    assert (other.low, other.high) == pytest.approx((delta.low, delta.high), abs=0.03)


def test_fiellers_interval_may_be_unbounded():
    """Where the arms hardly differ in taking the treatment no ratio can be ruled out, and the words say so."""
    random = np.random.default_rng(1)
    table = trial(40).assign(took=random.integers(0, 2, 40))

    found = complier_effect(table, WHERE, received="took", week=18, interval="fieller")

    assert found.interval is None
    assert "no bounded interval" in found.text.en
    assert "Too few comply" in found.text.en
    assert "依从者过少" in found.text.zh


def test_what_it_assumes_is_said():
    """The principal stratum is named for what it is."""
    found = complier_effect(trial(), WHERE, received="took", week=18)

    assert "nobody can point to" in found.assumptions.en
    assert "依从者" in found.assumptions.zh
    assert found.model.startswith("two-stage least squares, arm as instrument, adjusted for baseline")


def test_a_bootstrap_without_a_seed():
    """A drawn interval must be repeatable."""
    with pytest.raises(TrialError, match="needs a seed"):
        complier_effect(trial(), WHERE, received="took", week=18, interval="bootstrap")


@pytest.mark.parametrize("values", [[0, 2], [1, 1], ["no", "yes"]])
def test_received_must_be_yes_and_no(values):
    """Only 0 and 1, both occurring, say who took the treatment."""
    table = trial().assign(took=values * 200)

    with pytest.raises(TrialError, match="'took' must hold 0"):
        complier_effect(table, WHERE, received="took", week=18)


def test_a_column_the_table_lacks():
    """The message names the column that is not there."""
    with pytest.raises(TrialError, match="no column 'dose'"):
        complier_effect(trial(), WHERE, received="dose", week=18)


def test_nobody_complies_with_the_arms():
    """Where as many took the treatment in either arm there is no instrument."""
    table = trial(40)
    table["took"] = (np.arange(40) // 2 % 2).astype(int)
    table["w0"] = np.repeat(np.arange(10.0), 4)
    table["w18"] = table["w0"] + np.random.default_rng(3).normal(size=40)

    with pytest.raises(TrialError, match="nobody complied"):
        complier_effect(table, WHERE, received="took", week=18)


def test_weights_undo_who_kept_to_the_protocol():
    """Leaving non-keepers out favours the treatment; the weights bring the answer back to -2."""
    table = trial(6_000)
    where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 18: "w18"})
    plain = table[table["kept"] == 1]

    weights = weigh_protocol(table, where, kept="kept", predictors=["burden"], truncation=(0, 100))
    (weighted,) = per_protocol(weights, where, scale=PAIN)

    (naive,) = analyse_covariance(plain, where, week=18, scale=PAIN, estimand="e")
    assert naive.estimate < -2.15
    assert weighted.estimate == pytest.approx(-2, abs=0.1)


def test_protocol_effects_say_how_they_were_weighted():
    """One effect a week, with robust errors; the estimand states model, percentiles and how many were cut."""
    weights = weigh_protocol(trial(), WHERE, kept="kept", predictors=["burden"])

    effects = per_protocol(weights, WHERE, scale=PAIN)

    assert [effect.week for effect in effects] == [9, 18]
    assert "logistic by arm on burden; stabilised, truncated at percentiles 1 and 99" in effects[0].estimand
    assert "CR2 cluster-robust" in effects[0].model
    assert effects[0].n_arm == weights.arms[1].kept


def test_weights_are_described_by_arm():
    """An arm in which everybody kept to it has weights of one; the other's are stabilised around one."""
    weights = weigh_protocol(trial(), WHERE, kept="kept", predictors=["burden"], truncation=(0, 100))

    sham, care = weights.arms
    assert (sham.people, sham.kept, sham.lowest, sham.highest) == (200, 200, 1.0, 1.0)
    assert care.kept < 200
    assert care.effective < care.kept
    mean = weights.table.loc[weights.table["arm"] == "care", "protocol_weight"].mean()
    assert mean == pytest.approx(1, abs=0.05)


def test_truncation_is_counted():
    """Weights beyond the stated percentiles are cut back and counted."""
    weights = weigh_protocol(trial(), WHERE, kept="kept", predictors=["burden"], truncation=(5, 95))

    assert sum(arm.truncated for arm in weights.arms) > 0
    assert weights.arms[1].highest == weights.table["protocol_weight"].max()


@pytest.mark.parametrize(("predictors", "truncation"), [([], (1, 99)), (["burden"], (99, 1)), (["burden"], (-1, 99))])
def test_predictors_and_percentiles_are_needed(predictors, truncation):
    """No predictors, or percentiles out of order, is a wrong call."""
    with pytest.raises(TrialError, match="expected predictors and two percentiles"):
        weigh_protocol(trial(), WHERE, kept="kept", predictors=predictors, truncation=truncation)


def test_nobody_of_an_arm_kept_to_it():
    """Nobody can stand for an arm in which nobody kept to the protocol."""
    table = trial().assign(kept=lambda t: (t["arm"] == "sham").astype(int))

    with pytest.raises(TrialError, match="nobody of arm 'care'"):
        weigh_protocol(table, WHERE, kept="kept", predictors=["burden"])


def test_a_predictor_that_settles_it():
    """Where a predictor alone says who kept to the protocol, nobody can stand for the others."""
    table = trial().assign(kept=lambda t: (t["burden"] < 0.3).astype(int))

    with pytest.raises(TrialError, match="the predictors settle whether"):
        weigh_protocol(table, WHERE, kept="kept", predictors=["burden"])
