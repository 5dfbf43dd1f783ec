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


@pytest.mark.parametrize("row", rows_of("sleepstudy"), ids=lambda row: row["inference"])
def test_random_intercept_and_slope_as_in_lme4(row):
    """Ten days of reaction times: lme4's answer with lmerTest's and pbkrtest's degrees of freedom.

    lme4 converges to about 1e-8 of the deviance, so standard errors agree to 1e-6.
    """
    table = pd.read_csv(HERE / "sleepstudy.csv")
    wide = table.pivot(index="id", columns="day", values="reaction")  # noqa: PD010
    day = np.tile(wide.columns.to_numpy(float), (len(wide), 1))
    design = array_design(
        wide.to_numpy(), np.stack([np.ones_like(day), day], axis=2), names=("start", "day"), weeks=wide.columns
    )

    fit = fit_repeated(design, covariance="random-slope", inference=row["inference"])

    found = answer(fit, np.array([0.0, 1.0]))
    assert fit.deviance == pytest.approx(row["deviance"], rel=1e-9)
    assert found.estimate == pytest.approx(row["estimate"], rel=1e-8)
    assert found.standard_error == pytest.approx(row["se"], rel=1e-6)
    assert found.df == pytest.approx(row["df"], rel=1e-4)


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


@pytest.mark.parametrize(
    ("month", "estimate", "error", "df"),
    [(2, -3.158, 1.7919, 94.19), (3, -2.617, 2.17, 86.6), (5, -1.726, 2.27, 75.7), (8, -0.741, 2.20, 65.5)],
)
def test_a_trial_with_half_lost_as_in_mmrm(month, estimate, error, df):
    """Beat the Blues: 100 people, 48 % lost at 8 months; R mmrm with Kenward-Roger, to the figures printed."""
    table = pd.read_csv(HERE / "bthe_b.csv")
    wide = table.pivot(index="id", columns="month", values="bdi")  # noqa: PD010
    person = table.groupby("id").first().loc[wide.index]
    y = wide.to_numpy()
    eye = np.eye(4)[np.newaxis]
    start = (person["bdi_pre"] - person["bdi_pre"].mean()).to_numpy()[:, None, None]
    treated = (person["treatment"] == "BtheB").to_numpy(float)[:, None, None]
    shared = [(person["drug"] == "Yes"), (person["length"] == ">6m")]
    ones = [np.repeat(column.to_numpy(float)[:, None, None], 4, axis=1) for column in shared]
    x = np.concatenate([np.repeat(eye, len(y), axis=0), start * eye, treated * eye, *ones], axis=2)
    names = [*(f"m{m}" for m in wide), *(f"pre{m}" for m in wide), *(f"effect{m}" for m in wide), "drug", "length"]

    fit = fit_repeated(array_design(y, x, names=names, weeks=wide.columns))

    found = answer(fit, np.eye(len(names))[names.index(f"effect{month}")])
    assert fit.deviance == pytest.approx(1849.665, abs=6e-4)
    assert found.estimate == pytest.approx(estimate, abs=6e-4)
    assert found.standard_error == pytest.approx(error, rel=3e-3)
    assert found.df == pytest.approx(df, rel=3e-3)
