"""A trial's score as a walk in information time: how likely it leaves a region at each look, and on which side.

Decides the numerical integration; it knows no boundary and no trial.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

__all__ = ["Crossing", "Region", "Walk", "crossing_chances"]

Floats = NDArray[np.float64]

_REACH = 9.0  # standard deviations beyond which a walk is never found
_PER_STEP = 3.2  # nodes a standard deviation of the narrowest step: errors below 1e-14
_FEWEST, _MOST = 64, 4096


@dataclass(frozen=True, kw_only=True, eq=False)
class Walk:
    """Where a walk may be at a time, as weighted points; whatever has left is no longer counted."""

    time: float
    points: Floats
    mass: Floats
    begin: float
    start: float
    drift: float

    @classmethod
    def at(cls, start: float, *, time: float, drift: float) -> "Walk":
        """Begin at one point."""
        point = np.array([start])
        return cls(time=time, points=point, mass=np.ones(1), begin=time, start=start, drift=drift)

    def leaves(self, now: float, low: float, high: float) -> tuple[float, float]:
        """Give the chance of being above `high` and below `low` (z values) at a later time."""
        means, step = self._ahead(now)
        root = np.sqrt(now)
        above = float(self.mass @ ndtr((means - high * root) / step))
        return above, float(self.mass @ ndtr((low * root - means) / step))

    def stays(self, now: float, low: float, high: float, *, following: float) -> "Walk":
        """Go on to a later time between `low` and `high`; `following` is the time after it."""
        means, step = self._ahead(now)
        middle = self.start + self.drift * (now - self.begin)
        reach = _REACH * np.sqrt(now - self.begin)
        ends = max(low * np.sqrt(now), middle - reach), min(high * np.sqrt(now), middle + reach)
        points, weights = _nodes(*ends, narrowest=min(step, float(np.sqrt(following - now))))
        density = np.exp(-0.5 * ((points[:, None] - means) / step) ** 2) @ self.mass / (step * np.sqrt(2.0 * np.pi))
        return Walk(
            time=now,
            points=points,
            mass=weights * density,
            begin=self.begin,
            start=self.start,
            drift=self.drift,
        )

    def _ahead(self, now: float) -> tuple[Floats, float]:
        return self.points + self.drift * (now - self.time), float(np.sqrt(now - self.time))


@dataclass(frozen=True, kw_only=True)
class Region:
    """Where a walk goes on: between `lower` and `upper` (z values) at each time; `start` is its value at `begin`."""

    times: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    begin: float = 0.0
    start: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Crossing:
    """The chance of leaving above and below at each time, having stayed inside before."""

    above: Floats
    below: Floats


def crossing_chances(region: Region, *, drift: float) -> Crossing:
    """Carry the density of a walk with a drift through a region, from time to time."""
    walk = Walk.at(region.start, time=region.begin, drift=drift)
    left = np.zeros((2, len(region.times)))
    for look, now in enumerate(region.times):
        low, high = region.lower[look], region.upper[look]
        left[:, look] = walk.leaves(now, low, high)
        if look + 1 < len(region.times):
            walk = walk.stays(now, low, high, following=region.times[look + 1])
    return Crossing(above=left[0], below=left[1])


def _nodes(low: float, high: float, *, narrowest: float) -> tuple[Floats, Floats]:
    """Give Gauss-Legendre nodes close enough for the narrowest step of the walk."""
    if high <= low:
        return np.array([low]), np.zeros(1)
    wanted = _PER_STEP * (high - low) / narrowest
    nodes, weights = _gauss_legendre(int(np.clip(2.0 ** np.ceil(np.log2(wanted)), _FEWEST, _MOST)))
    half = 0.5 * (high - low)
    return half * nodes + 0.5 * (high + low), half * weights


@lru_cache(maxsize=8)
def _gauss_legendre(count: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights
