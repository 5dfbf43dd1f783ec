"""Answers of R to models with random slopes, uneven times, weights and cluster-robust errors."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.kernel import robust_fit
from backloop.learn import answer, array_design, fit_repeated

HERE = Path(__file__).parent
ANSWERS = pd.read_csv(HERE / "structures.csv", skipinitialspace=True)
SLOPE = np.array([0.0, 0.0, 0.0, 1.0])


def rows_of(data):
    """Give R's answers for one data set."""
    return ANSWERS[ANSWERS["data"] == data].to_dict("records")


def growth(*, weighted=False):
    """Lay out the growth data with holes: every seventh row, and all girls at 12."""
    table = pd.read_csv(HERE / "orthodont.csv")
    order = {name: place for place, name in enumerate(dict.fromkeys(table["Subject"]))}
    holes = (np.arange(1, len(table) + 1) % 7 == 0) | ((table["age"] == 12) & (table["Sex"] == "Female"))
    table = table[~holes]
    wide = table.pivot(index="Subject", columns="age", values="distance")  # noqa: PD010
    female = (table.groupby("Subject")["Sex"].first().loc[wide.index] == "Female").to_numpy(float)
    age = np.tile(wide.columns.to_numpy(float), (len(wide), 1))
    x = np.stack([np.ones_like(age), age, np.outer(female, np.ones(4)), female[:, None] * age], axis=2)
    weights = np.array([1.0 + (order[name] + 1) % 3 for name in wide.index])
    names = ("start", "age", "female", "age:female")
    return array_design(wide.to_numpy(), x, names=names, weeks=wide.columns, weight=weights if weighted else None)


def sleepers():
    """Lay out ten days of reaction times with a straight line."""
    table = pd.read_csv(HERE / "sleepstudy.csv")
    wide = table.pivot(index="id", columns="day", values="reaction")  # noqa: PD010
    day = np.tile(wide.columns.to_numpy(float), (len(wide), 1))
    x = np.stack([np.ones_like(day), day], axis=2)
    return array_design(wide.to_numpy(), x, names=("start", "day"), weeks=wide.columns)


@pytest.mark.parametrize("row", rows_of("sleepstudy"), ids=lambda row: row["inference"])
def test_random_intercept_and_slope_as_in_lme4(row):
    """Ten days of reaction times: lme4's answer with lmerTest's and pbkrtest's degrees of freedom.

    lme4 converges to about 1e-8 of the deviance, so standard errors agree to 1e-6.
    """
    fit = fit_repeated(sleepers(), covariance="random-slope", inference=row["inference"])

    found = answer(fit, np.array([0.0, 1.0]))
    assert fit.deviance == pytest.approx(row["deviance"], rel=1e-9)
    assert found.estimate == pytest.approx(row["estimate"], rel=1e-8)
    assert found.standard_error == pytest.approx(row["se"], rel=1e-6)
    assert found.df == pytest.approx(row["df"], rel=1e-4)


def test_the_sleepers_start_and_spread_as_in_lme4():
    """Mean at day 0 (251.405, error 6.8246, df 17) and the four variance components (lme4, six figures)."""
    fit = fit_repeated(sleepers(), covariance="random-slope", inference="satterthwaite")
    noise, start, both, slope = 654.940008, 612.100158, 9.604409, 35.071714
    days = np.arange(10.0)

    found = answer(fit, np.array([1.0, 0.0]))
    expected = start + both * np.add.outer(days, days) + slope * np.outer(days, days) + noise * np.eye(10)

    assert found.estimate == pytest.approx(251.40510485, abs=1e-7)
    assert found.standard_error == pytest.approx(6.824596695, rel=1e-5)
    assert found.df == pytest.approx(17, rel=1e-4)
    np.testing.assert_allclose(fit.sigma[0], expected, rtol=2e-5)


def test_uneven_times_as_in_nlme():
    """A correlation that falls with the time between visits (nlme::gls with corExp)."""
    (row,) = (row for row in rows_of("thinned") if row["model"] == "spatial-exponential")

    fit = fit_repeated(growth(), covariance="spatial-exponential")

    assert fit.deviance == pytest.approx(row["deviance"], rel=1e-8)
    assert answer(fit, SLOPE).estimate == pytest.approx(row["estimate"], rel=1e-5)


@pytest.mark.parametrize(
    "row", [row for row in rows_of("thinned") if row["se"] == row["se"]], ids=lambda row: row["inference"]
)
def test_cluster_robust_errors_as_in_club_sandwich(row):
    """CR0, CR2 and CR3 with Bell and McCaffrey's degrees of freedom (clubSandwich on nlme::gls).

    gls stops early, so figures agree to 2e-4 of their size (compound symmetry: 1e-6 or better).
    """
    fit = robust_fit(fit_repeated(growth(), covariance=row["model"]), row["inference"])

    found = answer(fit, SLOPE)
    assert found.estimate == pytest.approx(row["estimate"], rel=2e-4)
    assert found.standard_error == pytest.approx(row["se"], rel=2e-4)
    assert found.df == pytest.approx(row["df"], rel=2e-4)


@pytest.mark.parametrize("row", rows_of("weighted"), ids=lambda row: row["model"])
def test_person_weights_as_in_nlme(row):
    """A person of weight 3 varies a third as much (nlme::gls with varFixed)."""
    fit = fit_repeated(growth(weighted=True), covariance=row["model"])

    assert fit.deviance == pytest.approx(row["deviance"], rel=1e-8)
    assert answer(fit, SLOPE).estimate == pytest.approx(row["estimate"], rel=1e-5)


def depressed():
    """Lay out Beat the Blues: outcomes, and indicators of months, treatment, drug and length."""
    table = pd.read_csv(HERE / "bthe_b.csv")
    wide = table.pivot(index="id", columns="month", values="bdi")  # noqa: PD010
    person = table.groupby("id").first().loc[wide.index]
    flags = [person["treatment"] == "BtheB", person["drug"] == "Yes", person["length"] == ">6m"]
    start = person["bdi_pre"] - person["bdi_pre"].mean()
    return wide, *(column.to_numpy(float)[:, None, None] for column in (start, *flags))


@pytest.mark.parametrize(
    ("month", "estimate", "error", "df"),
    [(2, -3.158, 1.7919, 94.19), (3, -2.617, 2.17, 86.6), (5, -1.726, 2.27, 75.7), (8, -0.741, 2.20, 65.5)],
)
def test_a_trial_with_half_lost_as_in_mmrm(month, estimate, error, df):
    """Beat the Blues: 100 people, 48 % lost at 8 months; R mmrm with Kenward-Roger, to the figures printed."""
    wide, start, treated, *flags = depressed()
    months = np.repeat(np.eye(4)[np.newaxis], len(wide), axis=0)
    ones = [np.repeat(flag, 4, axis=1) for flag in flags]
    x = np.concatenate([months, start * months, treated * months, *ones], axis=2)
    names = [*(f"m{m}" for m in wide), *(f"pre{m}" for m in wide), *(f"effect{m}" for m in wide), "drug", "length"]

    fit = fit_repeated(array_design(wide.to_numpy(), x, names=names, weeks=wide.columns))

    found = answer(fit, np.eye(len(names))[names.index(f"effect{month}")])
    assert fit.deviance == pytest.approx(1849.665, abs=6e-4)
    assert found.estimate == pytest.approx(estimate, abs=6e-4)
    assert found.standard_error == pytest.approx(error, rel=3e-3)
    assert found.df == pytest.approx(df, rel=3e-3)


def test_a_trial_with_half_lost_and_a_random_intercept_as_in_lmer_test():
    """Beat the Blues with one effect for all months: lme4 with lmerTest's degrees of freedom."""
    wide, *facts = depressed()
    months = np.repeat(np.eye(4)[np.newaxis], len(wide), axis=0)
    x = np.concatenate([months, *(np.repeat(fact, 4, axis=1) for fact in facts)], axis=2)
    design = array_design(
        wide.to_numpy(), x, names=["m2", "m3", "m5", "m8", "pre", "treated", "drug", "length"], weeks=wide.columns
    )

    fit = fit_repeated(design, covariance="random-intercept", inference="satterthwaite")

    found = answer(fit, np.eye(8)[5])
    assert found.estimate == pytest.approx(-2.35588889, abs=1e-7)
    assert found.standard_error == pytest.approx(1.70967735, abs=1e-6)
    assert found.df == pytest.approx(92.197, abs=6e-4)
