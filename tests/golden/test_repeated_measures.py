"""Answers of R and SAS to the same repeated-measures questions, with the tolerance and its reason beside each."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.learn import (
    Columns,
    adjusted_design,
    answer,
    arm_means,
    array_design,
    constrained_design,
    fit_repeated,
    joint_test,
)

HERE = Path(__file__).parent
TRIALS = Path(__file__).parents[2].parent / "shared" / "data" / "trials"
needs_trials = pytest.mark.skipif(not TRIALS.exists(), reason="the shared trial data are not on this machine")
SLOPE = np.array([0.0, 0.0, 0.0, 1.0])


def orthodont(*, thinned=False):
    """Lay out the growth data with a line for each sex."""
    table = pd.read_csv(HERE / "orthodont.csv")
    if thinned:
        table = table[np.arange(1, len(table) + 1) % 7 != 0]
    wide = table.pivot(index="Subject", columns="age", values="distance")  # noqa: PD010
    female = (table.groupby("Subject")["Sex"].first().loc[wide.index] == "Female").to_numpy(float)
    age = np.tile(wide.columns.to_numpy(float) - (10.0 if thinned else 0.0), (len(wide), 1))
    x = np.stack([np.ones_like(age), age, np.outer(female, np.ones(4)), female[:, None] * age], axis=2)
    return array_design(wide.to_numpy(), x, names=("start", "age", "female", "age:female"), weeks=wide.columns)


@pytest.mark.parametrize(
    "row", pd.read_csv(HERE / "repeated.csv", skipinitialspace=True).to_dict("records"), ids=lambda row: row["model"]
)
def test_growth_data_as_in_r(row):
    """Five covariance structures, restricted and full likelihood, as nlme::gls, lme4 and pbkrtest give them.

    nlme's optimiser stops early: deviances agree to 1e-7 relative, estimates to 1e-3 of a standard error (0.12).
    """
    inference = "satterthwaite" if row["inference"] == "none" else row["inference"]

    fit = fit_repeated(orthodont(), covariance=row["model"], method=row["method"], inference=inference)

    found = answer(fit, SLOPE)
    assert fit.deviance == pytest.approx(row["deviance"], rel=1e-7)
    assert found.estimate == pytest.approx(row["estimate"], abs=1e-4)
    if row["inference"] != "none":
        assert found.standard_error == pytest.approx(row["se"], rel=1e-7)
        assert found.df == pytest.approx(row["df"], rel=1e-6)


def test_kenward_roger_in_a_small_sample():
    """27 children, unstructured: Kenward-Roger's standard error is 7.6 % larger (R mmrm 0.3.18, converged hard)."""
    plain = answer(fit_repeated(orthodont(), inference="satterthwaite"), SLOPE)
    adjusted = answer(fit_repeated(orthodont(), inference="kenward-roger-linear"), SLOPE)

    assert plain.estimate == pytest.approx(-0.3504385945, abs=1e-9)
    assert plain.standard_error == pytest.approx(0.1288105156, abs=1e-9)
    assert adjusted.standard_error == pytest.approx(0.1385386980, abs=1e-9)
    assert adjusted.df == pytest.approx(25, abs=1e-6)


@pytest.mark.parametrize("row", pd.read_csv(HERE / "joint.csv").to_dict("records"), ids=lambda row: row["inference"])
def test_joint_tests_as_in_r(row):
    """Two contrasts at once in unbalanced data, as lmerTest::contestMD and pbkrtest::KRmodcomp test them.

    lme4 finds its maximum to about 1e-7; lmerTest takes derivatives by differences: 1e-5.
    """
    fit = fit_repeated(orthodont(thinned=True), covariance="compound-symmetry", inference=row["inference"])

    found = joint_test(fit, np.array([[0.0, 0.0, 1.0, 0.0], SLOPE]))

    assert found.statistic == pytest.approx(row["statistic"], rel=1e-5)
    assert found.df == pytest.approx(row["df"], rel=1e-5)
    assert found.p == pytest.approx(row["p"], rel=1e-4)


def simulated():
    """Set up the simulated trial."""
    table = pd.read_csv(TRIALS / "simulated276" / "trial.csv")
    return constrained_design(table, Columns(outcome="pain", comparator="0", person="id"))


@needs_trials
@pytest.mark.parametrize(
    ("inference", "error"), [("satterthwaite", 0.254005095621), ("kenward-roger-linear", 0.255006730967)]
)
def test_the_simulated_trial_as_in_r(inference, error):
    """276 people, five visits: R mmrm with nlminb at relative tolerance 1e-10."""
    design = simulated()

    fit = fit_repeated(design, inference=inference)

    found = answer(fit, design.effect_row("1", 18))
    assert -fit.deviance / 2 == pytest.approx(-2511.4992153352, abs=1e-9)
    assert found.estimate == pytest.approx(-0.801261849212, abs=1e-8)
    assert found.standard_error == pytest.approx(error, abs=1e-8)
    assert found.df == pytest.approx(256.002610748, rel=1e-6)


@needs_trials
def test_compound_symmetry_is_the_random_intercept():
    """The simulated trial with one correlation: lmerTest and pbkrtest on a random intercept (lme4 stops at 1e-8)."""
    design = simulated()
    row = design.effect_row("1", 18)

    plain = answer(fit_repeated(design, covariance="compound-symmetry", inference="satterthwaite"), row)
    expected = answer(fit_repeated(design, covariance="compound-symmetry", inference="kenward-roger-expected"), row)

    assert plain.estimate == pytest.approx(-0.78956612, abs=1e-8)
    assert plain.standard_error == pytest.approx(0.219806, abs=1e-6)
    assert plain.df == pytest.approx(1281.1288, abs=1e-3)
    assert expected.standard_error == pytest.approx(0.220058, abs=1e-6)
    assert expected.df == pytest.approx(1281.0994, abs=1e-3)


def lungs():
    """Read the lung function data."""
    return pd.read_csv(TRIALS / "fev" / "fev_data.csv").rename(columns=str.lower)


@needs_trials
def test_visit_means_as_in_sas():
    """200 people, a third missing: PROC MIXED's least squares means (four decimals; SAS stops 6e-6 above the end)."""
    where = Columns(outcome="fev1", comparator="PBO", person="usubjid", week="visitn", arm="armcd")
    design = adjusted_design(lungs(), where, shared=("race", "sex"))
    fit = fit_repeated(design, inference="satterthwaite")

    means = arm_means(fit)
    effects = [answer(fit, design.effect_row("TRT", visit)) for visit in (1, 2, 3, 4)]

    sas = [33.3318, 37.1063, 38.1715, 41.9037, 43.6740, 46.7546, 48.3855, 52.7841]
    errors = [0.7554, 0.7626, 0.6117, 0.6023, 0.4617, 0.5086, 1.1886, 1.1877]
    assert fit.deviance == pytest.approx(3386.449871162, abs=1e-8)
    assert [mean.estimate for mean in means] == pytest.approx(sas, abs=1.6e-4)
    assert [mean.standard_error for mean in means] == pytest.approx(errors, abs=1.6e-4)
    assert [mean.df for mean in means] == pytest.approx([148, 143, 147, 144, 130, 130, 134, 133], abs=0.6)
    assert [effect.estimate for effect in effects] == pytest.approx(
        [3.77441406, 3.73232396, 3.08060711, 4.39853678], abs=1e-7
    )
    assert [effect.df for effect in effects] == pytest.approx([145.55, 145.28, 130.93, 133.39], abs=6e-3)


@needs_trials
def test_joint_tests_as_in_sas():
    """PROC MIXED's type 3 tests with Satterthwaite's degrees of freedom (two decimals, whole df)."""
    where = Columns(outcome="fev1", comparator="PBO", person="usubjid", week="visitn", arm="armcd")
    design = adjusted_design(lungs(), where, shared=("race", "sex"))
    fit = fit_repeated(design, inference="satterthwaite")
    effects = np.array([design.effect_row("TRT", visit) for visit in (1, 2, 3, 4)])
    means = np.array([[design.mean_row(arm, visit) for visit in (1, 2, 3, 4)] for arm in design.arms]).mean(axis=0)
    races = np.eye(len(design.names))[[name.startswith("race") for name in design.names]]

    tests = [joint_test(fit, rows) for rows in (effects.mean(axis=0)[None], means[1:] - means[0], races)]
    interaction = joint_test(fit, effects[1:] - effects[0])

    assert [round(test.statistic, 2) for test in tests] == pytest.approx([31.67, 142.11, 36.92], abs=0.011)
    assert [round(test.df) for test in tests] == pytest.approx([169, 148, 166], abs=1)
    assert interaction.p == pytest.approx(0.8555, abs=1e-4)


def lungs_by_arm():
    """Set up lung function with one mean for each arm."""
    table = lungs()
    wide = table.pivot(index="usubjid", columns="visitn", values="fev1")  # noqa: PD010
    treated = (table.groupby("usubjid")["armcd"].first().loc[wide.index] == "TRT").to_numpy(float)
    x = np.stack([np.ones(wide.shape), np.outer(treated, np.ones(4))], axis=2)
    return array_design(wide.to_numpy(), x, names=("mean", "treated"))


@needs_trials
@pytest.mark.parametrize(
    ("covariance", "file"),
    [
        ("unstructured", "sas_kr_us.csv"),
        ("compound-symmetry-heterogeneous", "sas_kr_csh.csv"),
        ("toeplitz-heterogeneous", "sas_kr_toeph.csv"),
        ("ar1", "sas_kr_ar1.csv"),
    ],
)
def test_kenward_roger_as_in_sas(covariance, file):
    """PROC MIXED, DDFM=KR, four structures, to four printed figures; the standard error to 1e-4.

    SAS stops at 1e-8 of its criterion, a little above the end.
    """
    sas = pd.read_csv(TRIALS / "fev" / file).iloc[0]

    found = answer(fit_repeated(lungs_by_arm(), covariance=covariance), np.array([0.0, 1.0]))

    assert found.estimate == pytest.approx(sas["Estimate"], rel=5e-5)
    assert found.standard_error == pytest.approx(sas["StdErr"], abs=1e-4)
    assert found.df == pytest.approx(sas["DF"], rel=5e-4)
    assert [f"{found.estimate:.4g}", f"{found.df:.4g}"] == [f"{sas['Estimate']:.4g}", f"{sas['DF']:.4g}"]


@needs_trials
def test_observed_and_expected_information_differ():
    """With a third missing the two conventions are far apart, so each has its own name (values: facts of R and SAS)."""
    observed = answer(fit_repeated(lungs_by_arm(), inference="kenward-roger-linear"), np.array([0.0, 1.0]))
    expected = answer(fit_repeated(lungs_by_arm(), inference="kenward-roger-expected"), np.array([0.0, 1.0]))

    assert (observed.standard_error, observed.df) == pytest.approx((0.66130046, 160.6906), rel=1e-6)
    assert (expected.standard_error, expected.df) == pytest.approx((0.65362, 170.92), rel=3e-5)


@needs_trials
@pytest.mark.parametrize(
    ("outcome", "estimate", "error", "deviance"),
    [("pain_avg", -2.2201460285, 0.2576784353, 991.6357389), ("odi", -12.37271, 1.388937, 2019.713999)],
)
def test_pain_reprocessing_trial(outcome, estimate, error, deviance):
    """Ashar 2022, therapy against usual care after treatment, as R mmrm (Kenward-Roger) gives it."""
    table = pd.read_csv(TRIALS / "ashar2022" / "outcomes_demographics.csv")
    table = table[(table["is_patient"] == 1) & table["group"].notna()]
    design = constrained_design(table, Columns(outcome=outcome, comparator="3", person="id", week="time", arm="group"))

    fit = fit_repeated(design)

    found = answer(fit, design.effect_row("1", 2))
    assert fit.deviance == pytest.approx(deviance, abs=1e-6)
    assert found.estimate == pytest.approx(estimate, rel=1e-6 if outcome == "odi" else 1e-8)
    assert found.standard_error == pytest.approx(error, rel=1e-6)
    assert found.df == pytest.approx(132, abs=1e-5)
