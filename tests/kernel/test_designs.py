"""Designs: which arm, week and covariate has which coefficient."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.learn import adjusted_design, constrained_design


def test_arms_share_the_baseline_mean(table, where):
    """A constrained design has no arm effect before treatment."""
    design = constrained_design(table, where)

    assert not design.effect_row("care", 0).any()
    assert design.compared == (6.0, 18.0, 52.0)


def test_effects_are_differences_of_means(table, where):
    """An arm's effect is its mean minus the comparator's, covariates or not."""
    design = constrained_design(table, where, covariates=["age"], shared=["site"])

    effect = design.mean_row("care", 18) - design.mean_row("sham", 18)

    np.testing.assert_array_equal(design.effect_row("care", 18), effect)
    assert effect.sum() == 1


def test_the_formula_names_each_term_with_its_weeks(table, where):
    """One line says which terms the means have, at every week or only at some."""
    constrained = constrained_design(table, where, covariates=["age"], shared=["site"])
    adjusted = adjusted_design(table, where, baseline=0)

    assert constrained.formula.startswith("pain ~ week + care:week[6, 18, 52] + age:week + site[")
    assert adjusted.formula == "pain ~ week + care:week + baseline:week"


def test_text_covariates_weigh_each_level_alike(table, where):
    """A mean is given at equal shares of a text covariate's levels."""
    design = constrained_design(table, where, shared=["site"])

    row = dict(zip(design.names, design.mean_row("sham", 6), strict=True))

    assert row["site[south]"] == row["site[west]"] == pytest.approx(1 / 3)


def test_a_modifier_has_its_own_slope_and_one_an_arm(table, where):
    """A modifier acts at every visit, on the arms' difference only after baseline."""
    design = constrained_design(table, where, modifier="age")

    assert sum(name.startswith("age:week") for name in design.names) == 4
    assert [name for name in design.names if name.startswith("age:care")] == [
        "age:care:week[6]",
        "age:care:week[18]",
        "age:care:week[52]",
    ]
    assert design.names[int(np.flatnonzero(design.modifier_row("care", 18))[0])] == "age:care:week[18]"


def test_people_without_baseline_are_counted_out(table, where):
    """The adjusted design says how many it had to leave out; the constrained one keeps them."""
    missing = int(table[(table["week"] == 0)]["pain"].isna().sum())

    adjusted, constrained = adjusted_design(table, where, baseline=0), constrained_design(table, where)

    assert missing > 0
    assert adjusted.left_out == (("no baseline outcome", missing),)
    assert len(adjusted.y) + missing == len(constrained.y) == 60


def test_people_are_counted_where_seen(table, where):
    """The n of an effect is the people of the arm with an answer that week."""
    design = constrained_design(table, where)

    seen = table[(table["week"] == 52) & (table["arm"] == "care")]["pain"].notna().sum()

    assert design.people("care", 52) == seen


@pytest.mark.parametrize(
    ("act", "match"),
    [
        (lambda design: design.mean_row("none", 6), "no arm 'none'"),
        (lambda design: design.mean_row("care", 7), "no visit at week 7"),
        (lambda design: design.modifier_row("care", 6), "has no modifier"),
        (lambda design: design.with_outcomes(np.zeros((2, 2))), "expected outcomes of 60 people x 4 weeks"),
    ],
)
def test_questions_that_do_not_fit(table, where, act, match):
    """Asking for what the design does not have says what it has."""
    with pytest.raises(TrialError, match=match):
        act(constrained_design(table, where))


def test_a_baseline_after_which_nothing_comes(table, where):
    """The last visit cannot be the baseline."""
    with pytest.raises(TrialError, match="must be a visit with another after it"):
        constrained_design(table, where, baseline=52)


def test_a_baseline_that_is_no_visit(table, where):
    """The baseline to adjust for must be in the table."""
    with pytest.raises(TrialError, match="no visit at baseline week 3"):
        adjusted_design(table, where, baseline=3)
    with pytest.raises(TrialError, match="nobody was seen at baseline week 0"):
        adjusted_design(table.assign(pain=table["pain"].mask(table["week"] == 0)), where, baseline=0)


def test_a_covariate_named_twice(table, where):
    """A modifier brings its own slope, so it is not named among the covariates."""
    with pytest.raises(TrialError, match="may be named once"):
        constrained_design(table, where, covariates=["age"], modifier="age")


def test_a_modifier_in_words(table, where):
    """A modifier is a number."""
    with pytest.raises(TrialError, match="must be numeric"):
        constrained_design(table, where, modifier="site")
