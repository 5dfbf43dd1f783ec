"""The effect by predicted risk, and the arms' spread."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, compare_spread, effect_by_risk
from backloop.moderation.prediction import cross_fit, ridge, split_people, standardised
from backloop.units import Scale

WHERE = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
PAIN = Scale(better="low")


def trial(*, people=300, gain=0.0, widen=1.0, seed=3):
    """Make a trial whose effect is -1 and grows by `gain` a point of the baseline; `widen` stretches the treated."""
    random = np.random.default_rng(seed)
    start = random.normal(6, 1.5, people)
    age = random.normal(45, 10, people)
    arm = np.array(["sham", "care"])[np.arange(people) % 2]
    treated = arm == "care"
    noise = random.normal(0, 1, people) * np.where(treated, widen, 1.0)
    after = 0.7 * start + 0.02 * age - treated * (1 + gain * (start - 6)) + noise
    return pd.DataFrame({"id": range(people), "arm": arm, "age": age, "w0": start, "w9": after})


def by_risk(table, **options):
    """Ask about week 9."""
    return effect_by_risk(table, WHERE, **({"week": 9, "covariates": ["age"], "scale": PAIN} | options))


def test_an_effect_that_does_not_vary_shows_no_slope():
    """With the same effect for all, the interval of the slope holds zero and the average is -1."""
    found = by_risk(trial())

    assert found.slope.interval.low < 0 < found.slope.interval.high
    assert found.average.interval.low < -1 < found.average.interval.high
    assert 0.2 < found.explained < 0.7


def test_an_effect_that_grows_with_risk_is_found():
    """People predicted to do worse gain more: the effect at high risk is below that at low risk."""
    found = by_risk(trial(gain=0.6))

    low, middle, high = (each.effect.estimate for each in found.across)
    assert found.slope.interval.high < 0
    assert high < middle < low
    assert "for those with a high one" in found.text.en


def test_people_who_were_not_seen_are_counted():
    """Without the week's outcome a person is left out, and said to be."""
    table = trial()
    table.loc[:9, "w9"] = np.nan

    found = by_risk(table)

    assert (found.people, found.left_out) == (290, 10)


def test_risk_is_blind_to_the_arm():
    """Swapping the arms' names changes the sign of the effect and not the prediction."""
    table = trial(gain=0.3)
    swapped = table.assign(arm=np.where(table["arm"] == "care", "sham", "care"))

    plain, other = by_risk(table), by_risk(swapped)

    assert other.explained == pytest.approx(plain.explained, abs=0.02)
    assert other.average.estimate == pytest.approx(-plain.average.estimate, abs=0.05)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda table: table, {"folds": 1}, "expected 2 folds or more"),
        (lambda table: table, {"week": 18}, "must be a visit after the baseline"),
        (lambda table: table, {"arm": "none"}, "expected arm to be one of"),
        (lambda table: table.assign(age=table["age"].where(table["id"] > 3)), {}, "missing for 4 people"),
        (lambda table: table, {"scale": Scale(low=0, high=5, better="low")}, "outside its scale"),
    ],
)
def test_each_wrong_call_has_its_own_message(change, options, message):
    """Folds, weeks, arms, gaps and scales that do not do are told apart."""
    with pytest.raises(TrialError, match=message):
        by_risk(change(trial()), **options)


def test_equal_spread_gives_no_reason_for_responders():
    """With equal spread the interval holds zero and the words say what that means."""
    found = compare_spread(trial(), WHERE, week=9)

    assert found.interval.low < 0 < found.interval.high
    assert "no reason to believe" in found.text.en
    assert "不支持疗效因人而异" in found.text.zh


def test_a_wider_arm_is_found_given_the_baseline():
    """An arm stretched to 1.5 times is found, more exactly once the baseline is taken out."""
    table = trial(widen=1.5)
    raw, given = (compare_spread(table, WHERE, week=9, given_baseline=given) for given in (False, True))

    assert given.ratio_interval.low < 1.5 < given.ratio_interval.high
    assert given.interval.low > 0
    assert given.ratio > raw.ratio
    assert "floor" in given.text.en


def test_the_ratio_turns_round_with_the_arms():
    """The log ratio changes sign when arms are swapped."""
    table = trial(widen=1.3)
    swapped = table.assign(arm=np.where(table["arm"] == "care", "sham", "care"))

    plain, other = (compare_spread(each, WHERE, week=9) for each in (table, swapped))

    assert other.log_ratio == pytest.approx(-plain.log_ratio)
    assert other.interval.low == pytest.approx(-plain.interval.high)


def test_a_lonely_arm_has_no_spread():
    """Three people in an arm are too few."""
    with pytest.raises(TrialError, match="spread cannot be told"):
        compare_spread(trial(people=6), WHERE, week=9)


def test_nobody_predicts_themselves():
    """Changing one person's outcome leaves the prediction for that person as it was."""
    random = np.random.default_rng(1)
    x, y = standardised(random.normal(size=(60, 3))), random.normal(size=60)
    fold = split_people(np.arange(60) % 2, 5, seed=1)
    changed = y.copy()
    changed[7] += 100.0

    before, after = cross_fit(x, y, [fold]), cross_fit(x, changed, [fold])

    assert after[7] == before[7]
    assert (after[fold != fold[7]] != before[fold != fold[7]]).all()


def test_folds_hold_every_arm_evenly():
    """Each fold has the same share of each arm, to one person."""
    arm = np.arange(83) % 2

    fold = split_people(arm, 5, seed=2)

    counts = np.array([np.bincount(fold[arm == each], minlength=5) for each in (0, 1)])
    assert np.ptp(counts, axis=1).max() <= 1


def test_ridge_nears_least_squares_where_the_signal_is_strong():
    """With much data and little noise the penalty hardly bites; with noise alone it draws to zero."""
    random = np.random.default_rng(1)
    x = standardised(random.normal(size=(400, 3)))
    truth = np.array([1.0, -2.0, 0.5])

    assert ridge(x, x @ truth + random.normal(0, 0.1, 400)) == pytest.approx(truth, abs=0.03)
    assert np.abs(ridge(x, random.normal(size=400))).max() < 0.1
