"""The hunt for a resting motor threshold: which intensity to try next, what the responses say, and when to stop.

Decides the estimate from responses in the EMG; it sends no pulse, and whether one may be given is judged elsewhere.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy.special import entr, ndtr

from backloop.errors import MeasureError
from backloop.measure.motor_threshold import MotorThreshold, ThresholdMethod
from backloop.units import Absent, Frozen, Interval

__all__ = ["Floats", "HuntRule", "Posterior", "ThresholdHunt", "ThresholdModel"]

Floats = NDArray[np.float64]

_BEYOND = 1.3  # thresholds up to this multiple of the highest intensity are thought possible
_FINENESS = 2  # thresholds per step of the device
_SPREADS = np.geomspace(0.03, 0.2, 9)  # spreads thought possible where the spread is not known
_SPREAD_CENTRE, _SPREAD_LOG_SD = 0.07, 0.4


class HuntRule(Frozen):
    """How a threshold is hunted: the stimulator's steps, the response curve assumed, and when to stop.

    Parameters
    ----------
    lowest, highest, step : float
        What the stimulator can be set to, in % of its output (at most 100), in steps of 0.1 or more.
    spread : float or None
        Standard deviation of the response curve as a fraction of the threshold; None treats it as unknown, around 0.07
        (95 % of its prior between 0.03 and 0.15).
    lapse : float
        Chance, 0 to 0.1, that a response is recorded or missed whatever the intensity.
    level : float
        Probability that the interval shall hold the threshold.
    width : float
        Stop when the interval is no wider than this fraction of the threshold.
    most_pulses : int
        Stop after this many pulses at the latest.
    start : float, optional
        First intensity, best the one the hot spot was found with; by default the most informative one.

    References
    ----------
    wang-2023-threshold

    Examples
    --------
    >>> HuntRule(spread=None, start=60).highest
    100.0
    """

    lowest: float = Field(default=1.0, gt=0)
    highest: float = Field(default=100.0, gt=0, le=100)
    step: float = Field(default=1.0, ge=0.1)
    spread: float | None = Field(default=0.07, gt=0, le=0.5)
    lapse: float = Field(default=0.01, ge=0, le=0.1)
    level: float = Field(default=0.95, gt=0.5, lt=1)
    width: float = Field(default=0.1, gt=0)
    most_pulses: int = Field(default=30, ge=1)
    start: float | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.lowest >= self.highest:
            message = f"expected lowest below highest; got {self.lowest} and {self.highest}"
            raise ValueError(message)
        if self.lowest + self.step > self.highest:
            message = f"expected a step from {self.lowest} that stays within {self.highest}; got {self.step}"
            raise ValueError(message)
        if self.start is not None and self.start not in self.intensities:
            message = f"start {self.start} is no setting of a stimulator from {self.lowest} by {self.step}"
            raise ValueError(message)
        return self

    @property
    def intensities(self) -> tuple[float, ...]:
        """Every setting of the stimulator, in % of its output."""
        steps = int((self.highest - self.lowest) / self.step + 1e-9)
        return tuple(round(self.lowest + self.step * number, 6) for number in range(steps + 1))


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is believed about the thresholds of one or many people.

    Parameters
    ----------
    thresholds : array of float, shape (cells,)
        The thresholds thought possible, evenly spaced, in % of the stimulator's output.
    weights : array of float, shape (people, cells)
        The probability of each, summing to 1 for each person.

    Examples
    --------
    >>> Posterior(np.array([40.0, 41.0]), np.array([[0.25, 0.75]])).mean
    array([40.75])
    """

    thresholds: Floats
    weights: Floats

    @property
    def mean(self) -> Floats:
        """The mean threshold of each person."""
        mean: Floats = self.weights @ self.thresholds
        return mean

    def quantile(self, share: float) -> Floats:
        """Give the threshold below which a share (0 to 1) of each person's probability lies."""
        below = np.cumsum(self.weights, axis=1)
        cell = np.minimum((below < share).sum(axis=1), len(self.thresholds) - 1)
        person = np.arange(len(below))
        rest = (below[person, cell] - share) / self.weights[person, cell]
        found: Floats = self.thresholds[cell] + (self.thresholds[1] - self.thresholds[0]) * (0.5 - rest)
        return found

    def above(self, intensity: float) -> Floats:
        """Give the probability that each threshold lies above an intensity."""
        share: Floats = self.weights[:, self.thresholds > intensity].sum(axis=1)
        return share


@dataclass(frozen=True, eq=False)
class ThresholdModel:
    """The chance of a response at every intensity, for every threshold and spread thought possible.

    Parameters
    ----------
    rule : HuntRule
        The stimulator and the response curve.

    Notes
    -----
    The chance of a response rises with the intensity as a cumulative normal curve whose middle is the threshold. Counts
    of responses are all that the likelihood needs, so the order of pulses cannot matter.

    References
    ----------
    wang-2023-threshold

    Examples
    --------
    >>> model = ThresholdModel(HuntRule())
    >>> model.chance.shape
    (100, 260)
    """

    rule: HuntRule

    @cached_property
    def settings(self) -> Floats:
        """The intensities of the stimulator, shape (settings,)."""
        return np.array(self.rule.intensities)

    @cached_property
    def thresholds(self) -> Floats:
        """The thresholds thought possible, shape (thresholds,)."""
        step = self.rule.step / _FINENESS
        return np.arange(step, _BEYOND * self.rule.highest + step / 2, step)

    @cached_property
    def spreads(self) -> Floats:
        """The spreads thought possible, shape (spreads,)."""
        return _SPREADS if self.rule.spread is None else np.array([self.rule.spread])

    @cached_property
    def prior(self) -> Floats:
        """Log probability of each pair before any pulse, shape (thresholds * spreads,): all thresholds alike."""
        away = np.log(self.spreads / _SPREAD_CENTRE) / _SPREAD_LOG_SD
        return np.tile(-0.5 * away**2, len(self.thresholds))

    @cached_property
    def chance(self) -> Floats:
        """The chance of a response, shape (settings, thresholds * spreads)."""
        middle = np.repeat(self.thresholds, len(self.spreads))
        width = middle * np.tile(self.spreads, len(self.thresholds))
        curve: Floats = ndtr((self.settings[:, None] - middle) / width)
        return self.rule.lapse + (1 - 2 * self.rule.lapse) * np.clip(curve, 1e-12, 1 - 1e-12)

    @cached_property
    def _logs(self) -> tuple[Floats, Floats]:
        return np.log(self.chance), np.log1p(-self.chance)

    def weigh(self, yes: Floats, no: Floats) -> Floats:
        """Give the probability of each threshold and spread from counts of responses, each shape (people, settings)."""
        height = self.prior + yes @ self._logs[0] + no @ self._logs[1]
        weights = np.exp(height - height.max(axis=1, keepdims=True))
        shares: Floats = weights / weights.sum(axis=1, keepdims=True)
        return shares

    def believe(self, weights: Floats) -> Posterior:
        """Give what is believed about the thresholds, whatever the spread."""
        joint = weights.reshape(len(weights), len(self.thresholds), len(self.spreads))
        return Posterior(self.thresholds, joint.sum(axis=2))

    @cached_property
    def _doubt(self) -> Floats:
        return _doubt(self.chance)

    def most_telling(self, weights: Floats) -> NDArray[np.intp]:
        """Give the place of the setting whose response is expected to tell most about threshold and spread."""
        told = _doubt(np.clip(weights @ self.chance.T, 0, 1)) - weights @ self._doubt.T
        place: NDArray[np.intp] = np.argmax(told, axis=1)
        return place

    def finished(self, belief: Posterior) -> NDArray[np.bool_]:
        """Say for whom the interval is narrow enough, or the threshold surely beyond the stimulator."""
        low, middle, high = (belief.quantile(share) for share in (self._tail, 0.5, 1 - self._tail))
        narrow: NDArray[np.bool_] = (high - low <= self.rule.width * middle) & (middle <= self.rule.highest)
        return narrow | (belief.above(self.rule.highest) >= self.rule.level)

    @property
    def _tail(self) -> float:
        return (1 - self.rule.level) / 2


def _doubt(chance: Floats) -> Floats:
    """Give the entropy of a response that comes with this chance."""
    doubt: Floats = entr(chance) + entr(1 - chance)
    return doubt


class ThresholdHunt(Frozen):
    """A hunt for one person's resting motor threshold: the pulses so far and what to do next.

    Nothing is changed in place: `after` gives a new hunt, so a session can be stored and taken up again.

    Parameters
    ----------
    rule : HuntRule
        The stimulator, the response curve and when to stop.
    pulses : tuple of (float, bool)
        Intensity in % of the stimulator's output, and whether the EMG showed a response of at least 50 microvolts.

    Notes
    -----
    Bayesian threshold hunting: every threshold is alike before the first pulse, and each pulse goes where it is
    expected to tell most. With a known spread a response never raises the mean and a silence never lowers it.

    References
    ----------
    kontsevich-1999, wang-2023-threshold, ahsen-2017

    Examples
    --------
    >>> hunt = ThresholdHunt(rule=HuntRule(start=60))
    >>> hunt.next_intensity
    60.0
    >>> hunt = hunt.after(60, response=True)
    >>> hunt.next_intensity < 60
    True
    """

    rule: HuntRule = HuntRule()
    pulses: tuple[tuple[float, bool], ...] = ()

    @model_validator(mode="after")
    def _settable(self) -> Self:
        for intensity, _ in self.pulses:
            if intensity not in self.rule.intensities:
                rule = f"{self.rule.lowest:g} to {self.rule.highest:g} % in steps of {self.rule.step:g} %"
                message = f"expected an intensity of {rule}; got {intensity:g} %"
                raise MeasureError(message)
        return self

    def after(self, intensity: float, *, response: bool) -> Self:
        """Give the hunt with one more pulse: its intensity in % and whether a response was seen in the EMG."""
        return type(self)(rule=self.rule, pulses=(*self.pulses, (intensity, response)))

    @cached_property
    def belief(self) -> Posterior:
        """What is believed about the threshold now, with one row."""
        return _model(self.rule).believe(self._weights)

    @property
    def mean(self) -> float:
        """The mean of the belief, in % of the stimulator's output."""
        return float(self.belief.mean[0])

    @property
    def median(self) -> float:
        """The median of the belief, in % of the stimulator's output."""
        return float(self.belief.quantile(0.5)[0])

    @property
    def interval(self) -> Interval:
        """The range that holds the threshold with the probability the rule states."""
        tail = (1 - self.rule.level) / 2
        low, high = (float(self.belief.quantile(share)[0]) for share in (tail, 1 - tail))
        return Interval(low=low, high=high, level=self.rule.level)

    @property
    def is_finished(self) -> bool:
        """Whether the interval is narrow enough, the pulses are used up, or the threshold is beyond the stimulator."""
        return len(self.pulses) >= self.rule.most_pulses or bool(_model(self.rule).finished(self.belief)[0])

    @property
    def next_intensity(self) -> float | None:
        """The intensity to try next, in % of the stimulator's output; None when the hunt is finished."""
        if self.is_finished:
            return None
        if not self.pulses and self.rule.start is not None:
            return self.rule.start
        return self.rule.intensities[int(_model(self.rule).most_telling(self._weights)[0])]

    @property
    def threshold(self) -> MotorThreshold:
        """The threshold as it stands; absent where it more likely than not lies beyond the stimulator's range."""
        seen = {"pulses": len(self.pulses), "method": ThresholdMethod.ADAPTIVE}
        if not self.pulses:
            return MotorThreshold(absent=Absent.NOT_ASKED, **seen)
        if self.median > self.rule.highest:
            return MotorThreshold(absent=Absent.NOT_REACHED, **seen)
        return MotorThreshold(value=self.median, interval=self.interval, **seen)

    @cached_property
    def _weights(self) -> Floats:
        counts = np.zeros((2, 1, len(self.rule.intensities)))
        for intensity, response in self.pulses:
            counts[int(response), 0, self.rule.intensities.index(intensity)] += 1
        return _model(self.rule).weigh(counts[1], counts[0])


@lru_cache(maxsize=8)
def _model(rule: HuntRule) -> ThresholdModel:
    return ThresholdModel(rule)
