"""Groups in one arm: what the model recovers, its limits, refusals, words."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, analyse_covariance, nested_effects
from backloop.units import Scale

WHERE = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 18: "w18"})
PAIN = Scale(better="low")


def trial(*, groups=30, size=10, between=1.0, seed=6):
    """Make a trial whose treated people share therapists."""
    random = np.random.default_rng(seed)
    treated = groups * size
    group = np.concatenate([np.repeat(np.arange(groups), size), np.full(treated, -1)])
    arm = np.where(group >= 0, "care", "sham")
    start = random.normal(6, 1, 2 * treated)
    lift = np.append(random.normal(0, between, groups), 0.0)
    noise = random.normal(0, np.where(arm == "care", 2.0, 1.0))
    return pd.DataFrame(
        {
            "id": range(2 * treated),
            "arm": arm,
            "therapist": pd.Series(group).where(group >= 0),
            "w0": start,
            "w18": 0.5 * start - (arm == "care") + lift[group] + noise,
        }
    )


def analyse(table, **options):
    """Fit the partially nested model of week 18."""
    return nested_effects(
        table, WHERE, cluster="therapist", week=18, scale=PAIN, estimand="treatment policy", **options
    )


def test_each_variance_is_found():
    """Between groups 1, between treated people 4, between the others 1; a fifth of the variance is the groups'."""
    found = analyse(trial(groups=200))

    (share,) = found.shares
    assert share.icc == pytest.approx(0.2, abs=0.04)
    assert share.interval.low < share.icc < share.interval.high
    assert found.residual_sd["care"] == pytest.approx(2, abs=0.1)
    assert found.residual_sd["sham"] == pytest.approx(1, abs=0.05)
    assert (share.clusters, share.sizes) == (200, (10, 10))


def test_grouping_makes_the_answer_less_certain():
    """The error grows and the degrees of freedom shrink towards the number of groups."""
    table = trial()

    (effect,) = analyse(table).effects

    (plain,) = analyse_covariance(table, WHERE, week=18, scale=PAIN, estimand="e")
    assert effect.standard_error > 1.3 * plain.standard_error
    assert 25 < effect.df < 45
    assert effect.n_arm == effect.n_comparator == 300


def test_groups_without_influence_leave_the_variance_at_zero():
    """A component cannot be negative; the share's interval then starts at zero."""
    table = trial(between=0.0)
    table["w18"] -= table.groupby("therapist")["w18"].transform("mean").fillna(0) * 0.999

    (share,) = analyse(table).shares

    assert (share.icc, share.interval.low) == (0.0, 0.0)
    assert share.between_sd == 0.0


def test_intervals_hold_under_the_null():
    """100 trials with six therapists and no effect: the 95 % interval holds zero in 90 to 99 of them."""
    held = 0
    for seed in range(100):
        table = trial(groups=6, size=8, between=0.8, seed=seed)
        table.loc[table["arm"] == "care", "w18"] += 1
        (effect,) = analyse(table).effects
        held += effect.interval.low <= 0 <= effect.interval.high
    assert 90 <= held <= 99


def test_people_without_a_therapist_stand_alone():
    """In a grouped arm a person who never saw a therapist is a group of one."""
    table = trial(groups=10)
    table.loc[0, "therapist"] = np.nan

    (share,) = analyse(table).shares

    assert (share.clusters, share.sizes) == (11, (1, 10))


def test_both_arms_may_be_grouped():
    """Each grouped arm has its own share."""
    table = trial(groups=10)
    table["therapist"] = table["therapist"].fillna(100 + table["id"] // 10)

    assert [share.arm for share in analyse(table).shares] == ["sham", "care"]


def test_the_words_warn_of_few_groups():
    """With fewer than ten groups the share is hardly known."""
    found = analyse(trial(groups=5))

    assert "hardly known" in found.text.en
    assert "很不精确" in found.text.zh


def test_people_not_seen_are_counted():
    """Who lacks the week is left out and counted."""
    table = trial(groups=10)
    table.loc[:4, "w18"] = np.nan

    assert analyse(table).left_out == 5


def test_no_groups_at_all():
    """Without any group this is not the model to use."""
    with pytest.raises(TrialError, match="is empty for everybody seen"):
        analyse(trial().assign(therapist=np.nan))


def test_a_group_across_arms():
    """A therapist with people of both arms is not nested."""
    table = trial()
    table.loc[table.index[-1], "therapist"] = 0

    with pytest.raises(TrialError, match="people of more than one arm"):
        analyse(table)


@pytest.mark.parametrize("people_a_group", [100, 1])
def test_groups_that_cannot_be_told_apart(people_a_group):
    """One group is the arm itself, groups of one are the people themselves."""
    table = trial(groups=10)
    table["therapist"] = (table["id"] // people_a_group).where(table["arm"] == "care")

    with pytest.raises(TrialError, match="it needs two groups or more"):
        analyse(table)


def test_a_column_the_table_lacks():
    """The message names the column that is not there."""
    with pytest.raises(TrialError, match="no column 'clinic'"):
        nested_effects(trial(), WHERE, cluster="clinic", week=18, scale=PAIN, estimand="e")


def test_a_group_that_changes_within_a_person():
    """One person has one therapist in this model."""
    table = trial(groups=5)
    long = pd.concat([table.assign(week=0, pain=table["w0"]), table.assign(week=18, pain=table["w18"])])
    long.loc[(long["week"] == 18) & (long["id"] == 0), "therapist"] = 3
    where = Columns(outcome="pain", comparator="sham", person="id")

    with pytest.raises(TrialError, match="changes within a person"):
        nested_effects(long, where, cluster="therapist", week=18, scale=PAIN, estimand="e")


def test_weights_are_not_taken():
    """A weight would be silently lost, so it is refused."""
    where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 18: "w18"}, weight="w0")

    with pytest.raises(TrialError, match="takes no weights"):
        nested_effects(trial(), where, cluster="therapist", week=18, scale=PAIN, estimand="e")
