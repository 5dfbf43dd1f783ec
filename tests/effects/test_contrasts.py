"""Contrasts: effects at named weeks, arm means, joint tests."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.learn import answer, arm_means, constrained_design, fit_repeated, joint_test, treatment_effects
from backloop.units import Scale

PAIN = Scale(low=0, high=10, better="low")


@pytest.fixture
def fit(table, where):
    """Fit the small trial."""
    return fit_repeated(constrained_design(table, where))


def test_effects_at_named_weeks(fit):
    """An effect carries its interval, degrees of freedom, people, model and estimand."""
    (effect,) = treatment_effects(fit, scale=PAIN, estimand="treatment policy", weeks=[18])

    found = answer(fit, fit.design.effect_row("care", 18))
    assert (effect.week, effect.arm, effect.comparator) == (18, "care", "sham")
    assert (effect.estimate, effect.standard_error, effect.df) == (found.estimate, found.standard_error, found.df)
    assert effect.interval == found.interval
    assert (effect.n_arm, effect.n_comparator) == (fit.design.people("care", 18), fit.design.people("sham", 18))
    assert effect.model == fit.model


def test_effects_at_all_weeks_by_default(fit):
    """Without weeks every comparison of the design is given."""
    effects = treatment_effects(fit, scale=PAIN, estimand="treatment policy")

    assert [effect.week for effect in effects] == [6, 18, 52]


def test_no_effect_at_the_baseline(fit):
    """The constrained model compares nothing before treatment, so it cannot be asked."""
    with pytest.raises(TrialError, match="arms are compared at weeks"):
        treatment_effects(fit, scale=PAIN, estimand="treatment policy", weeks=[0])


def test_modifiers_follow_their_effects(table, where):
    """With a modifier each effect is followed by its change per unit."""
    fit = fit_repeated(constrained_design(table, where, modifier="age"))

    effects = treatment_effects(fit, scale=PAIN, estimand="treatment policy", weeks=[18, 52])

    assert [(effect.week, effect.modifier) for effect in effects] == [(18, ""), (18, "age"), (52, ""), (52, "age")]
    assert effects[1].estimate == fit.beta[fit.design.names.index("age:care:week[18]")]


def test_the_interval_and_the_p_value_agree(fit):
    """An interval at level 1 - p ends at zero."""
    row = fit.design.effect_row("care", 52)
    p = answer(fit, row).p

    interval = answer(fit, row, level=1 - p).interval

    assert min(abs(interval.low), abs(interval.high)) == pytest.approx(0, abs=1e-9)


def test_a_joint_test_of_one_is_the_t_test(fit):
    """For a single contrast F is t squared, by either inference."""
    row = fit.design.effect_row("care", 18)
    for inference in ("kenward-roger", "satterthwaite"):
        one = fit_repeated(fit.design, inference=inference)

        found, test = answer(one, row), joint_test(one, row[np.newaxis])

        assert test.statistic == pytest.approx((found.estimate / found.standard_error) ** 2, rel=1e-8)
        assert test.df == pytest.approx(found.df, rel=1e-8)
        assert test.p == pytest.approx(found.p, rel=1e-8)


def test_a_joint_test_does_not_depend_on_how_it_is_put(fit):
    """The same hypothesis written with other rows gives the same test."""
    rows = np.array([fit.design.effect_row("care", week) for week in (6, 18, 52)])
    mixed = np.array([[1.0, 1, 0], [0, 2, 1], [1, 0, 3]]) @ rows

    first, second = joint_test(fit, rows), joint_test(fit, mixed)

    assert first.statistic == pytest.approx(second.statistic, rel=1e-8)
    assert first.df == pytest.approx(second.df, rel=1e-8)


def test_means_differ_by_the_effect(fit):
    """Arm means at a week differ by the effect there and agree at baseline."""
    means = {mean.label: mean.estimate for mean in arm_means(fit)}

    effect = answer(fit, fit.design.effect_row("care", 18)).estimate
    assert means["care, week 18"] - means["sham, week 18"] == pytest.approx(effect)
    assert means["care, week 0"] == means["sham, week 0"]


def test_rows_that_repeat_each_other(fit):
    """A contrast that follows from the others is refused."""
    row = fit.design.effect_row("care", 18)

    with pytest.raises(TrialError, match="follows from the others"):
        joint_test(fit, np.array([row, 2 * row]))


@pytest.mark.parametrize("row", [np.ones(3), np.zeros(7)])
def test_rows_that_do_not_fit(fit, row):
    """A row needs one weight a coefficient, not all zero."""
    with pytest.raises(TrialError, match="expected 7 weights"):
        answer(fit, row)


def test_no_answer_from_a_fit_that_failed(fit):
    """A fit that did not converge is a result, but has no effects to give."""
    copied = fit.design.y.copy()
    copied[:, 2] = copied[:, 1]
    failed = fit_repeated(fit.design.with_outcomes(copied))

    with pytest.raises(TrialError, match="singular"):
        treatment_effects(failed, scale=PAIN, estimand="treatment policy")
