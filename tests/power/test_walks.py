"""Walks: the numerical integration behind the boundaries."""

import numpy as np
import pytest
from scipy.special import ndtr

from backloop.power import walks
from backloop.power.walks import Region, crossing_chances

REGION = Region(times=(0.2, 0.25, 0.6, 1.0), lower=(-np.inf, -1.0, -0.5, -np.inf), upper=(3.0, 2.8, 2.3, 2.0))


def test_one_look_is_a_normal_tail():
    """Without an earlier look the chance is that of a normal value."""
    chances = crossing_chances(Region(times=(1.0,), lower=(-1.0,), upper=(2.0,)), drift=0.5)

    assert chances.above[0] == pytest.approx(1 - ndtr(1.5), abs=1e-14)
    assert chances.below[0] == pytest.approx(ndtr(-1.5), abs=1e-14)


def test_more_nodes_change_nothing(monkeypatch: pytest.MonkeyPatch):
    """Doubling the nodes leaves every chance as it was, also where looks lie close together."""
    before = crossing_chances(REGION, drift=1.0)
    monkeypatch.setattr(walks, "_PER_STEP", 2 * walks._PER_STEP)
    after = crossing_chances(REGION, drift=1.0)

    assert np.abs(before.above - after.above).max() < 1e-13
    assert np.abs(before.below - after.below).max() < 1e-13


def test_chances_equal_a_simulation():
    """A million simulated walks leave where the integration says, within 4 standard errors."""
    random = np.random.default_rng(1)
    times = np.array(REGION.times)
    steps = np.diff(times, prepend=0.0)
    z = np.cumsum(random.standard_normal((1_000_000, 4)) * np.sqrt(steps) + 1.0 * steps, axis=1) / np.sqrt(times)
    out = (z >= REGION.upper) | (z <= REGION.lower)
    first = out & (np.cumsum(out, axis=1) == 1)
    above = (first & (z >= REGION.upper)).mean(axis=0)
    chances = crossing_chances(REGION, drift=1.0)

    assert (np.abs(above - chances.above) < 4 * np.sqrt(above / 1e6)).all()


def test_an_empty_region_loses_everybody():
    """Where lower and upper meet nobody goes on."""
    chances = crossing_chances(Region(times=(0.5, 1.0), lower=(1.0, 0.0), upper=(1.0, 1.0)), drift=0.0)

    assert chances.above[0] + chances.below[0] == pytest.approx(1.0)
    assert chances.above[1] == pytest.approx(0.0)
