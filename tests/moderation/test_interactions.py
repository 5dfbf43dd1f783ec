"""Interactions: how a modifier is read and put into a design."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, answer, constrained_design, fit_many, fit_repeated
from backloop.moderation.interactions import base_designs, crossing_row, influences, planned_errors, read_modifier


@pytest.fixture
def measured(table, where):
    """Read age as a modifier."""
    return read_modifier(table, where, "age")


def test_one_modifier_gives_the_kernel_s_own_design(table, where, measured):
    """A widened design is the constrained design with a modifier: same names, same answers."""
    ours = base_designs(table, where).with_crossed([measured])
    kernel = constrained_design(table, where, modifier="age")

    assert ours.names == kernel.names
    found = answer(fit_repeated(ours), crossing_row(ours, "age", "care", 18))
    expected = answer(fit_repeated(kernel), kernel.modifier_row("care", 18))
    assert (found.estimate, found.standard_error, found.df) == pytest.approx(
        (expected.estimate, expected.standard_error, expected.df), rel=1e-9
    )


def test_what_people_add_sums_to_nothing(table, where, measured):
    """At the solution each person's additions cancel, and their squares meet the model's variance roughly."""
    fit = fit_repeated(base_designs(table, where).with_crossed([measured]))
    rows = np.array([crossing_row(fit.design, "age", "care", week) for week in (6, 18, 52)])

    added = influences(fit, rows)

    assert added.sum(axis=0) == pytest.approx(0.0, abs=1e-9)
    model = np.sqrt(np.diag(rows @ fit.plain @ rows.T))
    assert np.sqrt((added**2).sum(axis=0)) == pytest.approx(model, rel=0.35)


def test_planned_errors_are_those_of_a_fit_with_the_same_covariance(table, where, measured):
    """Under the fit's own covariance the planned error is the model's error."""
    fit = fit_repeated(base_designs(table, where).with_crossed([measured]), inference="satterthwaite")
    row = crossing_row(fit.design, "age", "care", 52)

    planned = planned_errors(fit.design, fit.sigma[0], row[np.newaxis])

    assert planned[0] == pytest.approx(np.sqrt(row @ fit.plain @ row), rel=1e-8)


def test_a_modifier_without_effect_is_found_at_alpha(table, where, measured):
    """Over 4000 trials in which age modifies nothing, p is below 0.05 in 5 % (Monte Carlo error 0.35 %)."""
    fit = fit_repeated(base_designs(table, where).with_crossed([measured]))
    design = fit.design
    noise = np.random.default_rng(6).standard_normal((4000, *design.y.shape)) @ np.linalg.cholesky(fit.sigma[0]).T
    trials = np.where(np.isnan(design.y), np.nan, noise)

    fits = fit_many(design, trials, crossing_row(design, "age", "care", 18)[np.newaxis])

    assert (fits.p_value < 0.05).mean() == pytest.approx(0.05, abs=4 * 0.0035)


def test_missing_values_take_the_mean_and_an_indicator(table, where):
    """On request, people without the modifier keep the mean and their own intercepts."""
    gaps = table.assign(age=table["age"].where(table["id"] > 5))

    measured = read_modifier(gaps, where, "age", fill=True)
    design = base_designs(gaps, where).with_crossed([measured])

    assert measured.missing.sum() == 6
    assert measured.centred[measured.missing] == pytest.approx(0.0)
    assert "age missing:week[18]" in design.names
    assert fit_repeated(design).converged


def test_the_outcome_s_own_baseline_is_no_outcome_then(table, where):
    """Where the modifier is the baseline outcome, the follow-up visits are modelled with it as a covariate."""
    start = table[table["week"] == 0].set_index("id")["pain"]
    known = table.assign(start=table["id"].map(start))

    bases = base_designs(known, where)
    design = bases.with_crossed([read_modifier(known, where, "start", fill=True)])

    assert design.kind == "adjusted"
    assert "start:care:week[18]" in design.names
    assert "start:week[18]" not in design.names
    assert fit_repeated(design).converged


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.assign(age="old"), "holds text; expected numbers"),
        (lambda table: table.assign(age=1.0), "is the same for everybody"),
        (lambda table: table.assign(age=table["age"].where(table["id"] != 3)), "is missing for 1 of 60 people"),
        (lambda table: table.assign(age=table["age"] + table["week"]), "changes within a person"),
        (lambda table: table.assign(age=table["age"].where(table["id"] != 3, np.inf)), "is infinite for 1 people"),
        (lambda table: table.drop(columns="age"), "no column 'age' for a modifier"),
    ],
)
def test_each_bad_modifier_has_its_own_message(table, where, change, message):
    """Text, constant, missing, changing, infinite and absent modifiers are told apart."""
    with pytest.raises(TrialError, match=message):
        read_modifier(change(table), where, "age")


def test_an_outcome_is_no_modifier(table, where):
    """The outcome's column cannot modify its own effect."""
    with pytest.raises(TrialError, match="outcome after randomisation"):
        read_modifier(table, where, "pain")


def test_a_later_column_of_a_wide_table_is_no_modifier(table):
    """In a wide table the outcome of a later week is refused, that of the first week is not."""
    wide = table.pivot(index=["id", "arm"], columns="week", values="pain").add_prefix("pain_").reset_index()
    where = Columns(outcome="pain", comparator="sham", person="id", wide={w: f"pain_{w}" for w in (0, 6, 18, 52)})

    with pytest.raises(TrialError, match="after randomisation"):
        read_modifier(wide, where, "pain_18")
    assert read_modifier(wide, where, "pain_0", fill=True).name == "pain_0"


def test_a_later_outcome_under_another_name_is_refused(table, where):
    """A column that repeats a later visit's outcome is recognised by its values."""
    later = table[table["week"] == 18].set_index("id")["pain"]
    known = table.assign(secret=table["id"].map(later))

    with pytest.raises(TrialError, match="equals the outcome at week 18"):
        base_designs(known, where).check_early(read_modifier(known, where, "secret", fill=True))


def test_the_arm_is_no_modifier(table, where):
    """The trial's own columns are refused."""
    with pytest.raises(TrialError, match="person, arm, week or weight"):
        read_modifier(table, where, "arm")


def test_too_many_modifiers_are_refused(table, where):
    """More coefficients than answers are refused before fitting."""
    bases = base_designs(table, where)
    random = np.random.default_rng(2)
    read = []
    for number in range(30):
        known = table.assign(**{f"m{number}": np.repeat(random.normal(size=60), 4)})
        read.append(read_modifier(known, where, f"m{number}"))

    with pytest.raises(TrialError, match="fewer modifiers or visits"):
        bases.with_crossed(read)


def test_no_crossing_at_the_baseline(table, where, measured):
    """Where arms are not compared, no modification can be asked for."""
    design = base_designs(table, where).with_crossed([measured])

    with pytest.raises(TrialError, match="arms are compared at weeks"):
        crossing_row(design, "age", "care", 0)
