"""Sizes: people needed for a comparison of means, and again without unblinding."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.power import TwoArmPlan, needed_people, resize_blinded


@pytest.mark.parametrize(
    ("effect", "sd", "power", "people"), [(0.5, 1.0, 0.9, 172), (1.0, 2.3, 0.8, 170), (0.8, 1.0, 0.8, 52)]
)
def test_sizes_equal_the_t_test(effect: float, sd: float, power: float, people: int):
    """R's power.t.test gives 85.03, 84.01 and 25.52 a group, rounded up to whole people in equal arms."""
    assert needed_people(TwoArmPlan(effect=effect, power=power), sd) == people


def test_the_baseline_saves_and_loss_costs():
    """A correlation of .5 with the baseline saves a quarter; a tenth of people lost costs a ninth more."""
    plain = needed_people(TwoArmPlan(effect=1.0), 2.4)

    assert needed_people(TwoArmPlan(effect=1.0, correlation=0.5), 2.4) == pytest.approx(0.75 * plain, abs=2)
    assert needed_people(TwoArmPlan(effect=1.0, lost=0.1), 2.4) == pytest.approx(plain / 0.9, abs=2)


def test_the_planned_effect_is_taken_out_of_the_blinded_variance():
    """Averaged over trials with the planned effect the corrected variance is that within arms."""
    random = np.random.default_rng(3)
    arm = np.tile([0.0, 2.0], 30)
    plan = TwoArmPlan(effect=2.0)
    sizes = [resize_blinded(random.normal(arm, 2.0), plan, planned=60) for _trial in range(400)]

    assert np.mean([size.sd**2 for size in sizes]) == pytest.approx(4.0, abs=0.12)
    assert np.mean([size.sd_lumped**2 for size in sizes]) == pytest.approx(5.0, abs=0.15)


def test_limits_are_kept():
    """The size never falls below the least nor rises above the most that was set beforehand."""
    seen = np.random.default_rng(4).normal(0, 5.0, 80)
    plan = TwoArmPlan(effect=1.0)

    assert resize_blinded(seen, plan, planned=200, most=300).people == 300
    assert resize_blinded(seen / 3, TwoArmPlan(effect=0.7), planned=2000).people == 2000
    assert "300" in resize_blinded(seen, plan, planned=200, most=300).text.zh


@pytest.mark.parametrize(
    ("values", "effect", "message"),
    [([1.0, np.nan, 2.0], 1.0, "at least 3"), ([1.0, 2.0, np.inf, 3.0], 1.0, "finite"), ([1, 1.1, 0.9], 5.0, "unit")],
)
def test_unusable_outcomes_are_refused(values: list[float], effect: float, message: str):
    """Too few outcomes, infinite ones, or an effect larger than the spread each get their message."""
    with pytest.raises(TrialError, match=message):
        resize_blinded(values, TwoArmPlan(effect=effect), planned=100)


def test_endless_trials_are_refused():
    """An effect of next to nothing would need more than a million people."""
    with pytest.raises(TrialError, match="more than 1000000 people"):
        needed_people(TwoArmPlan(effect=0.001), 2.0)
    with pytest.raises(TrialError, match="above 0"):
        needed_people(TwoArmPlan(effect=1.0), 0.0)
