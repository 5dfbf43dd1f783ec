"""Standardised effects and the table of adjusted means."""

from math import gamma, sqrt

import pytest

from backloop.errors import TrialError
from backloop.learn import (
    Effect,
    adjusted_design,
    arm_means,
    constrained_design,
    fit_repeated,
    standardise_effects,
    tabulate_means,
    treatment_effects,
)
from backloop.units import Interval, Scale

PAIN = Scale(low=0, high=10, better="low")


@pytest.fixture
def fit(table, where):
    """Fit the small trial."""
    return fit_repeated(constrained_design(table, where))


def test_effects_in_baseline_standard_deviations(fit, table):
    """The effect over the arms' pooled baseline spread, corrected for small samples as Hedges does."""
    (effect,) = treatment_effects(fit, scale=PAIN, estimand="e", weeks=[18])

    (found,) = standardise_effects([effect], fit.design)

    start = table[table["week"] == 0].dropna(subset="pain").groupby("arm")["pain"]
    df = int(start.count().sum() - 2)
    spread = sqrt((start.var() * (start.count() - 1)).sum() / df)
    correct = gamma(df / 2) / (sqrt(df / 2) * gamma((df - 1) / 2))
    assert found.baseline_sd == pytest.approx(spread)
    assert found.g == pytest.approx(correct * effect.estimate / spread)
    error = correct * sqrt((effect.standard_error / spread) ** 2 + (effect.estimate / spread) ** 2 / (2 * df))
    assert found.standard_error == pytest.approx(error)
    assert found.interval.low < found.g < found.interval.high


def test_the_words_name_the_unit(fit):
    """Both languages say that the unit is the baseline's standard deviation."""
    found = standardise_effects(treatment_effects(fit, scale=PAIN, estimand="e", weeks=[18]), fit.design)[0]

    assert "baseline standard deviations" in found.text.en
    assert "基线标准差" in found.text.zh


def test_a_design_without_its_baseline(table, where):
    """Where the baseline is a covariate its spread is not at hand."""
    design = adjusted_design(table, where, baseline=0)

    with pytest.raises(TrialError, match="expected a design with the baseline among its visits"):
        standardise_effects([], design)


def test_an_effect_without_its_error(fit):
    """Without a standard error there is no interval to make."""
    bare = Effect(
        outcome="pain",
        arm="care",
        comparator="sham",
        week=18,
        estimate=-1.0,
        interval=Interval(low=-2, high=0),
        scale=PAIN,
        n_arm=30,
        n_comparator=30,
        model="m",
        estimand="e",
    )

    with pytest.raises(TrialError, match="expected an arm's effect with its error and df"):
        standardise_effects([bare], fit.design)


def test_means_by_week_and_arm(fit):
    """The table holds what `arm_means` answers, with the people seen and the model it comes from."""
    found = tabulate_means(fit)

    assert found[["week", "arm"]].to_numpy().tolist()[:3] == [[0.0, "sham"], [0.0, "care"], [6.0, "sham"]]
    assert found["mean"].tolist() == [mean.estimate for mean in arm_means(fit)]
    assert found.loc[0, "seen"] == fit.design.people("sham", 0)
    assert found.attrs["model"] == fit.model
