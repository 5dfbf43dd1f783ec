"""Answers of R to the same questions about missing answers, with the tolerance and its reason beside each."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.learn import (
    Columns,
    adjusted_design,
    conditional_imputation,
    fit_repeated,
    mark_departures,
    multiple_imputation,
    rubin_rules,
)

HERE = Path(__file__).parent
ANSWERS = pd.read_csv(HERE / "imputation.csv", skipinitialspace=True)
STRATEGIES = ["MAR", "J2R", "CR", "CIR"]


@pytest.fixture(scope="module")
def fit():
    """Fit the trial of 100 people with depression, up to half of them missing."""
    trial = pd.read_csv(HERE / "btheb.csv")
    wide = {0: "m0", 2: "m2", 3: "m3", 5: "m5", 8: "m8"}
    where = Columns(outcome="bdi", comparator="TAU", person="id", wide=wide)
    return fit_repeated(adjusted_design(trial, where, baseline=0), inference="satterthwaite")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_conditional_means_and_jackknife_as_in_r(fit, strategy):
    """Nlme::gls, conditional means person by person, lm at each visit, all of it 101 times.

    Gls stops early, at 1e-4 of a standard error.
    """
    expected = ANSWERS[(ANSWERS["strategy"] == strategy) & (ANSWERS["variance"] == "jackknife")]

    (found,) = conditional_imputation(fit, mark_departures(fit.design), strategies=[strategy])

    answers = [effect.answer for effect in found.effects]
    assert [answer.estimate for answer in answers] == pytest.approx(expected["estimate"].tolist(), abs=2e-4)
    assert [answer.standard_error for answer in answers] == pytest.approx(expected["se"].tolist(), rel=2e-4)


def test_multiple_imputation_as_in_mice(fit):
    """Chained normal regressions by R mice, 1,000 imputations, against ours from the joint model.

    Monte-Carlo error of either estimate is about 0.05 (the root of between-imputation variance over 1,000), of either
    standard error about 1 %; the two have slightly different priors.
    """
    expected = ANSWERS[ANSWERS["variance"] == "rubin"]

    (found,) = multiple_imputation(fit, mark_departures(fit.design), imputations=1000, seed=4)

    answers = [effect.answer for effect in found.effects]
    assert [answer.estimate for answer in answers] == pytest.approx(expected["estimate"].tolist(), abs=0.2)
    assert [answer.standard_error for answer in answers] == pytest.approx(expected["se"].tolist(), rel=0.025)
    assert [answer.df for answer in answers] == pytest.approx(expected["df"].tolist(), rel=0.04)


@pytest.mark.parametrize("row", pd.read_csv(HERE / "rubin.csv", skipinitialspace=True).to_dict("records"))
def test_rubins_rules_as_in_mice(row):
    """Two, five and forty data sets pooled by mice::pool.scalar, to the digits written."""
    estimates, errors = (np.array(str(row[name]).split(), dtype=float) for name in ("estimates", "errors"))

    answer, _share = rubin_rules(estimates, errors, df=row["dfcom"])

    assert (answer.estimate, answer.standard_error) == pytest.approx((row["estimate"], row["se"]), rel=1e-12)
    assert answer.df == pytest.approx(row["df"], rel=1e-10)
