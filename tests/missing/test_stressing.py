"""The verb *stress*: a whole pre-stated set of analyses in one table."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import (
    Columns,
    conditional_imputation,
    constrained_design,
    estimate,
    fit_repeated,
    mark_departures,
    multiple_imputation,
    stress,
    tipping_points,
)
from backloop.units import Scale

PAIN = Scale(low=0, high=10, better="low")
WORDS = {"trial": "demo", "scale": PAIN, "estimand": "treatment policy"}
ASHAR = Path(__file__).parents[2].parent / "shared" / "data" / "trials" / "ashar2022" / "outcomes_demographics.csv"


def test_the_verb_is_its_steps(table, where):
    """One call gives what the steps give one after the other, primary and covariates included."""
    tested = stress(table, where, **WORDS, covariates=["age"], weeks=[18], imputations=20, seed=6)

    primary = estimate(table, where, **WORDS, covariates=["age"], weeks=[18]).effects[0]
    fit = fit_repeated(constrained_design(table, where, covariates=["age"]))
    departures = mark_departures(fit.design)
    asked = {"strategies": ("MAR", "J2R", "CR", "CIR"), "weeks": [18], "seed": 6}
    rubin = multiple_imputation(fit, departures, imputations=20, **asked)
    jackknife = conditional_imputation(fit, departures, **asked)
    lines = tipping_points(fit, departures, scale=PAIN, weeks=[18])
    found = {(row.analysis, row.variance): row.answer.estimate for row in tested.rows}
    assert found.pop(("complete cases", "model"))
    assert found == {
        ("primary", "model"): primary.estimate,
        **{(one.strategy, one.variance): one.effects[0].answer.estimate for one in (*rubin, *jackknife)},
    }
    assert tested.tipping[0].significance == pytest.approx(lines[0].significance)
    assert {line.variance for line in tested.tipping} == {"rubin", "jackknife"}
    assert (tested.people, tested.seed, tested.model) == (60, 6, fit.model)
    assert tested.because.software


def test_one_table(table, where):
    """Every analysis, arm and week has its row; the sentences speak of each week in both languages."""
    tested = stress(table, where, **WORDS, imputations=5, mic=1.0)

    frame = tested.table()
    assert len(frame) == 3 * (1 + 4 * 2 + 1)
    assert frame["estimate"].notna().all()
    assert tested.text.en.count("as planned") == tested.text.zh.count("主要分析为") == 3
    assert len(tested.notes) == 4
    assert all(row.text.zh for row in tested.rows)
    assert tested.missing.weeks == (0, 6, 18, 52)


def test_with_complete_data_all_equal_the_primary(table, where):
    """Where nothing is missing every row of a week holds the same estimate."""
    tested = stress(table.assign(pain=table["pain"].fillna(5.0)), where, **WORDS, imputations=2)

    for _week, rows in tested.table().groupby("week"):
        assert rows["estimate"].to_numpy() == pytest.approx(rows["estimate"].iloc[0], abs=1e-7)
    assert (tested.imputed, tested.assumed) == (0, 0)


def test_a_prestated_event(table, where):
    """The column of events decides who left, and the chosen strategies are the ones shown."""
    stopped = table["id"].map(lambda person: 6.0 if person % 5 == 1 else np.nan)

    tested = stress(
        table.assign(stopped=stopped), where, **WORDS, intercurrent="stopped", strategies=["LMCF"],
        resampling="bootstrap", resamples=20, imputations=5,
    )  # fmt: skip

    assert set(tested.table()["analysis"]) == {"primary", "MAR", "LMCF", "complete cases"}
    assert set(tested.table()["variance"]) == {"model", "rubin", "bootstrap"}
    assert 0 < tested.assumed < tested.imputed


def test_no_complete_cases(table, where):
    """Where too few were seen at every visit the row has a reason instead of a number."""
    early = table["id"] % 4 < 2
    gap = (table["week"] == 18) & early | (table["week"] == 52) & ~early

    tested = stress(
        table.assign(pain=table["pain"].mask(gap)), where, **WORDS, imputations=2, covariance="compound-symmetry"
    )

    rows = [row for row in tested.rows if row.analysis == "complete cases"]
    assert {row.answer for row in rows} == {None}
    assert "fewer answers than parameters" in rows[0].reason.en


def test_a_code_for_missing_is_not_averaged(table, where):
    """A value off its ruler, such as -99, is refused."""
    table.loc[3, "pain"] = -99

    with pytest.raises(TrialError, match="1 value"):
        stress(table, where, **WORDS)


def test_no_stress_on_a_model_that_failed(table, where):
    """If no declared covariance converges the call is refused with what happened."""
    table.loc[table["week"] == 18, "pain"] = table.loc[table["week"] == 6, "pain"].to_numpy()

    with pytest.raises(TrialError, match="singular"):
        stress(table, where, **WORDS)


@pytest.mark.skipif(not ASHAR.exists(), reason="the public trial table is not beside this checkout")
def test_pain_reprocessing_trial():
    """Ashar 2022: 6 of 50 treated were lost: a jump to usual care leaves 44/50 of the effect; it cannot be turned."""
    table = pd.read_csv(ASHAR)
    table = table[(table["is_patient"] == 1) & table["group"].notna()]
    where = Columns(outcome="pain_avg", comparator="3", person="id", week="time", arm="group")

    tested = stress(table, where, trial="Ashar 2022", scale=PAIN, estimand="treatment policy", mic=1.0)

    found = tested.table().set_index(["arm", "analysis", "variance"])["estimate"]
    assert found["1", "primary", "model"] == pytest.approx(-2.2201460285, abs=1e-8)
    assert found["1", "MAR", "jackknife"] == pytest.approx(-2.2201460285, abs=1e-8)
    assert found["1", "J2R", "jackknife"] == pytest.approx(-2.2201460285 * 44 / 50, abs=1e-7)
    assert [(line.arm, line.held, line.significance) for line in tested.tipping if line.variance == "jackknife"] == [
        ("1", True, None),
        ("2", False, None),
    ]
    assert [(one.people, one.left) for one in tested.missing.visits if one.week == 2] == [(50, 3), (50, 6), (51, 7)]
