"""Conditional means: identities that hold exactly, and standard errors against theory and simulation."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import (
    Columns,
    answer,
    conditional_imputation,
    constrained_design,
    fit_repeated,
    mark_departures,
    multiple_imputation,
)

STRATEGIES = ("MAR", "J2R", "CR", "CIR", "LMCF")


@pytest.fixture
def fit(table, where):
    """Fit the small trial."""
    return fit_repeated(constrained_design(table, where))


def simulate(seed, people=100, lost=0.3, effect=-1.5):
    """Simulate a trial at weeks 0, 9 and 18, with drop-out that hangs on the answer before."""
    random = np.random.default_rng(seed)
    arm = np.arange(people) % 2
    covariance = np.array([[3.0, 1.8, 1.2], [1.8, 4, 2.4], [1.2, 2.4, 5]])
    y = random.multivariate_normal([6, 5, 4.5], covariance, people)
    y[:, 1:] += np.outer(arm, [effect * 0.7, effect])
    leaves = random.random((people, 2)) < lost * 2 / (1 + np.exp(-(y[:, :2] - 5.5) / 2)) / 2
    y[leaves[:, 0], 1:] = np.nan
    y[leaves[:, 1], 2] = np.nan
    names = {"w0": y[:, 0], "w9": y[:, 1], "w18": y[:, 2]}
    table = pd.DataFrame({"id": range(people), "arm": np.where(arm, "care", "sham"), **names})
    where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9", 18: "w18"})
    return fit_repeated(constrained_design(table, where))


def two_visits(people=400, lost=0.25):
    """Simulate a trial with one follow-up, where some of the treated leave without a reason."""
    random = np.random.default_rng(3)
    arm = np.arange(people) % 2
    start = random.normal(6, 1.5, people)
    end = 0.5 * start + 2 - 1.2 * arm + random.normal(0, 1.5, people)
    end[(arm == 1) & (random.random(people) < lost)] = np.nan
    table = pd.DataFrame({"id": range(people), "arm": np.where(arm, "care", "sham"), "w0": start, "w9": end})
    return fit_repeated(
        constrained_design(table, Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"}))
    )


def test_missing_at_random_is_the_primary_exactly(fit):
    """Conditional means at the fitted parameters leave the estimates where they are, for any covariance."""
    for covariance in ("unstructured", "ar1-heterogeneous", "compound-symmetry"):
        fitted = fit_repeated(fit.design, covariance=covariance)

        (found,) = conditional_imputation(fitted, mark_departures(fitted.design))

        for effect in found.effects:
            planned = answer(fitted, fitted.design.effect_row("care", effect.week))
            assert effect.answer.estimate == pytest.approx(planned.estimate, abs=1e-7)


def test_with_complete_data_all_equal_the_primary(table, where):
    """Where nothing is missing every strategy gives the primary's estimates, events or not."""
    fit = fit_repeated(constrained_design(table.assign(pain=table["pain"].fillna(5.0)), where))
    left = np.where(np.arange(len(fit.design.y)) % 6 == 0, 18.0, np.nan)

    for departures in (mark_departures(fit.design), mark_departures(fit.design, left)):
        for found in conditional_imputation(fit, departures, strategies=STRATEGIES):
            for effect in found.effects:
                planned = answer(fit, fit.design.effect_row("care", effect.week))
                assert effect.answer.estimate == pytest.approx(planned.estimate, abs=1e-7)
                assert effect.answer.standard_error == pytest.approx(planned.standard_error, rel=0.1)


def test_a_jump_dilutes_the_effect_by_those_who_left():
    """With one follow-up the effect under J2R is the primary's times the share of the treated who stayed, exactly."""
    fit = two_visits()
    stayed = fit.design.people("care", 9) / 200

    mar, *others = (
        found.effects[0].answer.estimate
        for found in conditional_imputation(fit, mark_departures(fit.design), strategies=("MAR", "J2R", "CR", "CIR"))
    )

    assert others == pytest.approx([mar * stayed] * 3, rel=1e-8)


def test_the_jackknife_agrees_with_theory():
    """With one follow-up the variance under J2R is known: that of a product of the effect and the share who stayed."""
    fit = two_visits()
    stayed = fit.design.people("care", 9) / 200

    mar, jump = (
        found.effects[0].answer
        for found in conditional_imputation(fit, mark_departures(fit.design), strategies=("MAR", "J2R"))
    )

    planned = answer(fit, fit.design.effect_row("care", 9))
    variance = (stayed * planned.standard_error) ** 2 + planned.estimate**2 * stayed * (1 - stayed) / 200
    assert mar.standard_error == pytest.approx(planned.standard_error, rel=0.03)
    assert jump.standard_error == pytest.approx(np.sqrt(variance), rel=0.03)
    assert jump.df == 398


def test_the_jackknife_and_the_bootstrap_agree():
    """Two ways to the same repeated-sampling variance."""
    fit = simulate(5)
    departures = mark_departures(fit.design)

    jackknife, bootstrap = (
        conditional_imputation(fit, departures, strategies=["J2R"], variance=variance, resamples=400, seed=2)[0]
        for variance in ("jackknife", "bootstrap")
    )

    for one, other in zip(jackknife.effects, bootstrap.effects, strict=True):
        assert one.answer.estimate == other.answer.estimate
        assert one.answer.standard_error == pytest.approx(other.answer.standard_error, rel=0.12)
    assert (jackknife.replicates, jackknife.seed, bootstrap.replicates, bootstrap.seed) == (100, None, 400, 2)


def test_over_many_trials():
    """200 trials: J2R lies between nothing and MAR; its jackknife tells its true spread, Rubin's rules more than that.

    The standard deviation of 200 estimates is known to 5 %; twice that is allowed.
    """
    points = []
    for seed in range(200):
        fit = simulate(seed)
        found = conditional_imputation(
            fit,
            mark_departures(fit.design),
            strategies=("MAR", "J2R"),
            weeks=[18],
            variance="bootstrap",
            resamples=2,
        )
        points.append([one.effects[0].answer.estimate for one in found])
    errors = []
    for seed in range(10):
        fit = simulate(seed)
        departures = mark_departures(fit.design)
        jackknife = conditional_imputation(fit, departures, strategies=["J2R"], weeks=[18])[0]
        rubin = multiple_imputation(fit, departures, strategies=["J2R"], weeks=[18], imputations=100)[0]
        errors.append([one.effects[0].answer.standard_error for one in (jackknife, rubin)])

    mar, jump = np.mean(points, axis=0)
    spread = np.std(points, axis=0, ddof=1)[1]
    jackknife, rubin = np.mean(errors, axis=0)
    assert mar == pytest.approx(-1.5, abs=0.1)
    assert -1.5 < jump < -0.5
    assert jackknife == pytest.approx(spread, rel=0.1)
    assert rubin > 1.2 * jackknife


@pytest.mark.parametrize("options", [{"variance": "rubin"}, {"variance": "bootstrap", "resamples": 1}, {"seed": -1}])
def test_options_out_of_range(fit, options):
    """Rubin's rules are for drawn answers; a bootstrap needs two resamples."""
    with pytest.raises(TrialError, match="'jackknife' or 'bootstrap'"):
        conditional_imputation(fit, mark_departures(fit.design), **options)


def test_too_little_is_left_before_departure(fit):
    """If everybody stopped at once, the strategies have nothing to learn from, and say so."""
    with pytest.raises(TrialError, match="answers before departure"):
        conditional_imputation(fit, mark_departures(fit.design, np.zeros(len(fit.design.y))), strategies=["J2R"])


def test_progress_is_told(fit):
    """As resamples get done the caller hears how many."""
    heard = []

    conditional_imputation(fit, mark_departures(fit.design), progress=lambda done, total: heard.append((done, total)))

    assert heard == [(20, 60), (40, 60), (60, 60)]
