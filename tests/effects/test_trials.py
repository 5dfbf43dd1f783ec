"""An effect says which arm its interval favours, in the direction that is good for the person."""

import pytest

from backloop.learn import Effect
from backloop.units import Interval, Scale


def _effect(low: float, high: float, better: str) -> Effect:
    return Effect(
        outcome="x", arm="a", comparator="b", week=18, estimate=(low + high) / 2, interval=Interval(low=low, high=high),
        scale=Scale(low=0, high=10, better=better), n_arm=128, n_comparator=133, model="m", estimand="e",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "better", "favours"),
    [
        (-1.5, -0.4, "low", "arm"),
        (-1.5, -0.4, "high", "comparator"),
        (-0.5, 0.2, "low", "neither"),
        (0.4, 1.5, "low", "comparator"),
        (0.4, 1.5, "neither", "neither"),
    ],
)
def test_the_favoured_arm(low: float, high: float, better: str, favours: str):
    """An interval that excludes zero favours the arm whose values are better."""
    assert _effect(low, high, better).favours == favours
