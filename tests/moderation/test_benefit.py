"""The score of benefit: calibration, ranking, the null check, and what is withheld."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, score_benefit
from backloop.moderation.validation import measure_area
from backloop.units import Scale

WHERE = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
PAIN = Scale(better="low")


def trial(*, people=240, gain=0.0, seed=3):
    """Make a trial whose benefit varies by `gain` for one standard deviation of fear."""
    random = np.random.default_rng(seed)
    start, fear, age = random.normal(6, 1.2, people), random.normal(30, 8, people), random.normal(45, 10, people)
    arm = np.array(["sham", "care"])[np.arange(people) % 2]
    effect = (-1 - gain * (fear - 30) / 8) * (arm == "care")
    after = 0.6 * start + effect + random.normal(0, 1, people)
    return pd.DataFrame({"id": range(people), "arm": arm, "fear": fear, "age": age, "w0": start, "w9": after})


def score(table, **options):
    """Build the score from fear, age and baseline."""
    return score_benefit(
        table, WHERE, **({"week": 9, "covariates": ["fear", "age"], "scale": PAIN, "nulls": 40} | options)
    )


def test_a_real_difference_is_scored_and_released():
    """A strong modifier gives a calibrated score near 1, a ranking above zero, and effects that follow it."""
    table = trial(gain=1.0)

    found = score(table)

    assert found.calibration.interval.low > 0.5
    assert found.ranking.interval.low > 0
    assert found.null_p < 0.05
    assert np.corrcoef(found.individual, table["fear"])[0, 1] < -0.9
    assert found.withheld is None


def test_noise_is_withheld_with_a_reason():
    """Without any difference no individual effect is given, and the reason is said in both languages."""
    found = score(trial())

    assert found.individual == ()
    assert "withheld" in found.text.en
    assert "不报告个体疗效" in found.text.zh


def test_null_trials_release_effects_about_never():
    """Over 40 trials without differences, individual effects are released in at most the promised share."""
    released = [score(trial(people=80, seed=seed), nulls=20, repeats=1).individual != () for seed in range(40)]

    assert sum(released) <= 4


def test_the_good_direction_is_the_scale_s():
    """The same numbers on a scale where high is good rank the other way round, and both rank benefit above average."""
    table = trial(gain=1.0)
    high = table.assign(w0=-table["w0"], w9=-table["w9"])

    low_good, high_good = score(table), score(high, scale=Scale(better="high"))

    assert high_good.ranking.estimate == pytest.approx(low_good.ranking.estimate, rel=1e-9)
    assert high_good.average == pytest.approx(-low_good.average)


def test_the_area_is_the_mean_of_the_targeting_curve():
    """The weights give what averaging the curve gives."""
    signals = np.random.default_rng(2).normal(size=30)
    curve = np.cumsum(signals) / np.arange(1, 31) - signals.mean()

    assert measure_area(signals[np.newaxis])[0] == pytest.approx(curve.mean())


def test_the_answers_depend_on_the_seed_only():
    """The same seed gives the same score."""
    assert score(trial(), seed=4) == score(trial(), seed=4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nulls": 5}, "20 null trials"),
        ({"folds": 1}, "expected 2 to"),
        ({"repeats": 0}, "at least 1 repeat"),
        ({"arm": "none"}, "expected arm to be one of"),
        ({"week": 18}, "must be a visit after the baseline"),
        ({"covariates": ["name"]}, "no column 'name'"),
    ],
)
def test_each_wrong_call_has_its_own_message(options, message):
    """Numbers, arms, weeks and columns that do not do are told apart."""
    with pytest.raises(TrialError, match=message):
        score(trial(), **options)


def test_few_people_are_refused():
    """A score needs at least forty people."""
    with pytest.raises(TrialError, match="at least 40 people"):
        score(trial(people=30))
