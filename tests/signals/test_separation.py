"""Blind separation: sources that are not Gaussian come back, the same each time, and short recordings are refused."""

import numpy as np
import pytest

from backloop.errors import MeasureError
from backloop.signals import has_enough, separate_components

RATE = 250.0


def _mix(sources: int, channels: int, samples: int, sizes: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Mix sources of equal or given sizes into channels, each along a direction of its own."""
    random = np.random.default_rng(3)
    courses = random.laplace(size=(sources, samples)).astype(np.float32)
    directions = np.linalg.qr(random.standard_normal((channels, sources)))[0]
    return courses, (directions * (1 if sizes is None else sizes) @ courses).astype(np.float32)


def test_planted_sources_come_back():
    """Each of six sources is one of the components, with its sign and size left open."""
    courses, values = _mix(6, 10, 30_000)
    found = separate_components(values, rate_hz=RATE, seed=0)
    alike = np.abs(np.corrcoef(found.activity(values), courses)[: len(found), len(found) :])

    assert len(found) == 6
    assert alike.max(axis=0).min() > 0.99
    assert found.is_settled


def test_components_add_up_to_the_recording():
    """Taking all of them out leaves nothing, taking none out leaves all."""
    _, values = _mix(6, 6, 30_000)
    found = separate_components(values, rate_hz=RATE, seed=0)
    rest = values - values.mean(axis=1, keepdims=True)

    np.testing.assert_allclose(found.part(rest, np.ones(6, dtype=bool)), rest, atol=1e-3)
    assert np.abs(found.part(rest, np.zeros(6, dtype=bool))).max() == 0


def test_the_same_seed_gives_the_same_components():
    """A number can be made again."""
    _, values = _mix(5, 8, 20_000)
    first, second = (separate_components(values, rate_hz=RATE, seed=4) for _ in range(2))

    np.testing.assert_array_equal(first.mixing, second.mixing)


def test_no_more_components_than_the_length_allows():
    """Thirty samples a weight: 12 000 samples carry twenty components, of more that would be wanted."""
    _, values = _mix(40, 40, 12_000, np.repeat([1.0, 0.15], [19, 21]))

    found = separate_components(values, rate_hz=RATE, seed=0)

    assert len(found) == 20
    assert 0.95 <= found.share < 0.99


def test_too_short_a_recording_is_refused_with_what_it_takes():
    """The message says how many samples are needed and how to go on."""
    _, values = _mix(30, 30, 4_000)

    assert not has_enough(values, rate_hz=RATE)
    with pytest.raises(MeasureError, match=r"4000 samples .* too few to separate the \d+ components .*ica 'off'"):
        separate_components(values, rate_hz=RATE, seed=0)


def test_a_faster_amplifier_does_not_make_a_recording_longer():
    """Samples count at 250 a second at most."""
    _, values = _mix(30, 30, 4_000)

    assert not has_enough(np.repeat(values, 8, axis=1), rate_hz=8 * RATE)
