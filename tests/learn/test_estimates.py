"""The verb *estimate*: from a table to effects in words."""

import pytest

from backloop.errors import TrialError
from backloop.learn import constrained_design, estimate, fit_repeated, treatment_effects
from backloop.units import Scale

PAIN = Scale(low=0, high=10, better="low")


def test_the_verb_is_its_steps(table, where):
    """One call gives what design, fit and contrasts give one after the other."""
    fit = fit_repeated(constrained_design(table, where, covariates=["age"]))
    steps = treatment_effects(fit, scale=PAIN, estimand="treatment policy", weeks=[18, 52])

    effects = estimate(
        table, where, trial="demo", scale=PAIN, estimand="treatment policy", weeks=[18, 52], covariates=["age"]
    )

    assert effects.effects == steps
    assert effects.because.software


def test_every_effect_has_a_sentence_in_both_languages(table, where):
    """The summary names outcome, arms and week of each effect."""
    effects = estimate(table, where, trial="demo", scale=PAIN, estimand="treatment policy")

    assert effects.summary.en.count("care minus sham") == effects.summary.zh.count("care组与sham组之差") == 3
    assert "95 % interval" in effects.summary.en
    assert "95%置信区间" in effects.summary.zh


def test_no_effects_from_a_model_that_failed(table, where):
    """If no declared covariance converges the call is refused with what happened."""
    table.loc[table["week"] == 18, "pain"] = table.loc[table["week"] == 6, "pain"].to_numpy()

    with pytest.raises(TrialError, match="singular"):
        estimate(table, where, trial="demo", scale=PAIN, estimand="treatment policy")


def test_a_code_for_missing_is_not_averaged(table, where):
    """A value off its ruler, such as -99, is refused with the count instead of becoming an answer."""
    table.loc[3, "pain"] = -99

    with pytest.raises(TrialError, match="1 value"):
        estimate(table, where, trial="demo", scale=PAIN, estimand="treatment policy")
