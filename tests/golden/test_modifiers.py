"""Answers of R (nlme, mvtnorm, Hmisc, stats) to the same questions about modifiers, tolerances beside their reasons."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.learn import (
    Columns,
    effect_curve,
    find_modifiers,
    fit_repeated,
    holm,
    max_t,
    max_t_limit,
    spline_basis,
    spline_knots,
)
from backloop.moderation.interactions import base_designs, crossing_row, influences, read_modifier
from backloop.moderation.multiplicity import correlation_of
from backloop.trial import EffectModifier
from backloop.units import Scale

HERE = Path(__file__).parent
TRIAL = pd.read_csv(HERE / "modifiers-trial.csv")
WHERE = Columns(outcome="pain", comparator="0", person="id")
ANSWERS = pd.read_csv(HERE / "modifiers.csv", dtype={"field": str})
PAIN = Scale(better="low")
FEAR = EffectModifier(id="fear", title="fear of movement", visit="baseline", expected="smaller benefit")


def told(check):
    """Give R's numbers of one check, by field."""
    return ANSWERS[ANSWERS["check"] == check].set_index("field")["value"]


def fitted(name):
    """Fit one modifier's model, and give its interaction rows at weeks 18 and 52."""
    bases = base_designs(TRIAL, WHERE)
    fit = fit_repeated(bases.with_crossed([read_modifier(TRIAL, WHERE, name)]))
    return fit, np.array([crossing_row(fit.design, name, "1", week) for week in (18, 52)])


def correlation():
    """Give the correlation of the four questions across the two models."""
    return correlation_of(np.column_stack([influences(*fitted(name)) for name in ("fear", "age")]))


@pytest.mark.parametrize("name", ["fear", "age"])
def test_interactions_as_in_gls(name):
    """The change of the effect per unit is nlme's, to what its optimiser's early stop allows."""
    answers = told(f"linear-{name}")
    fit, rows = fitted(name)

    assert rows @ fit.beta == pytest.approx(answers[["estimate.18", "estimate.52"]].to_numpy(), abs=1e-6)
    errors = np.sqrt(np.diag(rows @ fit.plain @ rows.T))
    assert errors == pytest.approx(answers[["se.18", "se.52"]].to_numpy(), rel=1e-5)


def test_how_questions_vary_together_as_computed_in_r():
    """The correlation of answers across models, from what each person adds, is the same (gls stops at 1e-6)."""
    assert correlation()[np.triu_indices(4, 1)] == pytest.approx(
        told("correlation")[["1.2", "1.3", "1.4", "2.3", "2.4", "3.4"]].to_numpy(), abs=1e-5
    )


def test_joint_p_values_as_in_mvtnorm():
    """Simulated joint p values meet numerical integration within four Monte Carlo errors."""
    adjusted, error = max_t(told("p").to_numpy(), correlation(), draws=400_000, seed=3)

    assert (np.abs(adjusted - told("max-t").to_numpy()) < 4 * error).all()


def test_the_limit_of_a_band_as_in_mvtnorm():
    """The simulated quantile of the largest t meets qmvt's to the second decimal."""
    assert max_t_limit(correlation(), df=40, draws=400_000, seed=3) == pytest.approx(told("limit")["t"], abs=0.01)


def test_holm_as_in_r():
    """Holm's adjustment is p.adjust's."""
    assert holm(told("p").to_numpy()) == pytest.approx(told("holm").to_numpy(), rel=1e-12)


@pytest.mark.parametrize("count", [3, 4, 5])
def test_splines_as_in_hmisc(count):
    """Knots and basis of a restricted cubic spline are Hmisc's."""
    knots = told(f"knots-{count}").to_numpy()
    points = np.array([5, 15, 22.5, 30, 37.5, 50, 60])

    assert spline_knots(TRIAL.groupby("id")["fear"].first().to_numpy(float), count) == pytest.approx(knots)
    assert spline_basis(points, knots).ravel() == pytest.approx(told(f"basis-{count}").to_numpy(), abs=1e-10)


def with_start():
    """Keep the baseline and the last visit, with the baseline as a column."""
    two = TRIAL[TRIAL["week"].isin([0, 52])]
    start = two[two["week"] == 0].set_index("id")["pain"]
    two = two.assign(start=two["id"].map(start))
    return two[two["start"].notna()]


def test_the_test_of_a_bend_is_the_f_test_of_a_regression():
    """With one follow-up and its own baseline as modifier, the bend's F, df and p are those of R's anova."""
    start = EffectModifier(id="start", title="pain at the start", visit="baseline", expected="not stated")
    answers = told("bend")

    bending = effect_curve(with_start(), WHERE, modifier=start, scale=PAIN, week=52, points=5, draws=100).bending

    assert bending.statistic == pytest.approx(answers["statistic"], rel=1e-8)
    assert (bending.df, bending.p) == pytest.approx((answers["df"], answers["p"]), rel=1e-6)


def test_the_own_baseline_as_modifier_is_an_interaction_in_a_regression():
    """With one follow-up and its own baseline as modifier, estimate, error and p are those of R's lm."""
    start = EffectModifier(id="start", title="pain at the start", visit="baseline", expected="not stated")
    answers = told("start")

    search = find_modifiers(with_start(), WHERE, trial="x", modifiers=[start], outcomes={"pain": PAIN}, draws=100)

    found = search.effects[0].per_unit
    assert (found.estimate, found.standard_error) == pytest.approx(
        (answers["estimate"], answers["standard_error"]), rel=1e-7
    )
    assert found.p == pytest.approx(answers["p"], rel=1e-7)
