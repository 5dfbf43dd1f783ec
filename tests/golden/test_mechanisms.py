"""Answers of R to the same covariance analyses, complier effects, protocol weights and mediated effects."""

from pathlib import Path

import pandas as pd
import pytest

from backloop.learn import (
    Columns,
    Mediator,
    analyse_covariance,
    complier_effect,
    mediate,
    weigh_protocol,
)
from backloop.units import Scale

HERE = Path(__file__).parent
ANSWERS = pd.read_csv(HERE / "mechanisms.csv")
WHERE = Columns(outcome="pain", comparator="sham", person="id", wide={0: "pain_0", 18: "pain_18"})
PAIN = Scale(low=0, high=10, better="low")
FEAR = Mediator(column="fear", week=12, wide={0: "fear_0", 12: "fear_12"})
BELIEF = Mediator(column="belief", week=12, wide={0: "belief_0", 12: "belief_12"})


@pytest.fixture(scope="module")
def people():
    """Read the simulated trial: 160 people, a twelfth of the answers missing."""
    return pd.read_csv(HERE / "mechanisms-people.csv")


def answers(check):
    """Give R's answers to one check."""
    rows = ANSWERS[ANSWERS["check"] == check]
    return dict(zip(rows["field"], rows["value"], strict=True))


@pytest.mark.parametrize("errors", ["classical", "hc3"])
def test_covariance_analysis_as_lm_and_sandwich(people, errors):
    """Outcome at week 18 on arm, baseline, age and site: lm, and vcovHC of type HC3 (both exact)."""
    expected = answers("ancova")

    (effect,) = analyse_covariance(
        people, WHERE, week=18, scale=PAIN, estimand="e", covariates=["age", "site"], errors=errors
    )

    assert effect.estimate == pytest.approx(expected["estimate"], rel=1e-10)
    assert effect.standard_error == pytest.approx(expected[errors], rel=1e-10)
    assert effect.df == expected["df"]


@pytest.mark.parametrize("errors", ["classical", "hc3"])
def test_compliers_as_ivreg(people, errors):
    """Two-stage least squares as AER's ivreg; the robust error from sandwich at ivreg's estimate."""
    expected = answers("complier")

    found = complier_effect(people, WHERE, received="took", week=18, covariates=["age"], errors=errors)

    assert found.estimate == pytest.approx(expected["estimate"], rel=1e-10)
    assert found.standard_error == pytest.approx(expected[errors], rel=1e-10)
    assert found.df == expected["df"]
    assert found.compliers == pytest.approx(expected["compliers"], rel=1e-10)


def test_fiellers_interval_is_what_the_test_does_not_reject(people):
    """R searches the ratios at which the robust t test just does not reject (tolerance of its root finder)."""
    expected = answers("complier")

    found = complier_effect(people, WHERE, received="took", week=18, covariates=["age"], interval="fieller")
    classical = complier_effect(people, WHERE, received="took", week=18, covariates=["age"], errors="classical")

    assert found.interval.low == pytest.approx(expected["fieller_low"], abs=1e-8)
    assert found.interval.high == pytest.approx(expected["fieller_high"], abs=1e-8)
    assert classical.strength == pytest.approx(expected["strength"], rel=1e-10)


def test_protocol_weights_as_glm(people):
    """Stabilised weights by arm, cut at percentiles 5 and 95 (R's quantile type 7)."""
    weights = weigh_protocol(
        people.assign(start=people["pain_0"]), WHERE, kept="kept", predictors=["age", "start"], truncation=(5, 95)
    )

    found = dict(zip(weights.table["id"].astype(str), weights.table["protocol_weight"], strict=True))
    assert found == pytest.approx(answers("weight"), rel=1e-9)


def test_weighted_covariance_analysis_as_lm(people):
    """Weighted least squares with HC3 errors, as lm with weights and vcovHC."""
    weights = weigh_protocol(
        people.assign(start=people["pain_0"]), WHERE, kept="kept", predictors=["age", "start"], truncation=(5, 95)
    )
    where = Columns(
        outcome="pain", comparator="sham", person="id", wide={0: "pain_0", 18: "pain_18"}, weight="protocol_weight"
    )

    (effect,) = analyse_covariance(weights.table, where, week=18, scale=PAIN, estimand="e")

    assert effect.estimate == pytest.approx(answers("weighted")["estimate"], rel=1e-9)
    assert effect.standard_error == pytest.approx(answers("weighted")["hc3"], rel=1e-9)


@pytest.mark.parametrize(
    ("check", "mediators", "interaction"),
    [("product", [FEAR], False), ("one", [FEAR], True), ("two", [FEAR, BELIEF], True)],
)
def test_mediated_effects_as_predicted_by_lm(people, check, mediators, interaction):
    """R predicts everybody's mediator and outcome in either arm from lm fits and averages (both exact)."""
    expected = answers(check)

    found = mediate(people, WHERE, mediators, week=18, covariates=["age"], interaction=interaction, seed=1, draws=100)

    for kind in ("total", "direct", "indirect", "total direct", "pure indirect"):
        assert found.effect(kind).estimate == pytest.approx(expected[kind], rel=1e-9)
    if len(mediators) > 1:
        for mediator in ("fear", "belief"):
            through = found.effect("indirect", mediator).estimate
            assert through == pytest.approx(expected[f"{mediator}_12"], rel=1e-9)


def test_rho_as_the_correlation_of_leftovers(people):
    """Without an interaction the effect vanishes at the correlation of the residuals (Imai, Keele and Yamamoto)."""
    found = mediate(people, WHERE, [FEAR], week=18, covariates=["age"], interaction=False, seed=1, draws=100)

    assert found.robustness[0].rho == pytest.approx(answers("rho")["vanishes"], rel=1e-9)
