"""Made-up people whose motor threshold is known, and how far and how fast each method finds it.

Decides nothing about a real person: it measures bias, error, pulses and coverage of a method before it is used.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtr

from backloop.errors import MeasureError
from backloop.measure.threshold_hunting import Floats, HuntRule, ThresholdModel

__all__ = [
    "FoundThresholds",
    "StimulatedPeople",
    "count_thresholds",
    "hunt_thresholds",
    "make_stimulated_people",
]

_TEN, _FIVE = 10, 5
_FIRST, _RISE = 30.0, 5.0


@dataclass(frozen=True, eq=False)
class StimulatedPeople:
    """Made-up people with a known resting motor threshold.

    Parameters
    ----------
    threshold : array of float, shape (people,)
        The intensity with a response in half of the pulses, in % of the stimulator's output.
    spread : array of float, shape (people,)
        Standard deviation of the response curve as a fraction of the threshold.
    lapse : float
        Chance that a response is recorded or missed whatever the intensity.

    Examples
    --------
    >>> StimulatedPeople(np.array([50.0]), np.array([0.07])).chance(np.array([50.0]))
    array([0.5])
    """

    threshold: Floats
    spread: Floats
    lapse: float = 0.0

    def chance(self, intensity: Floats) -> Floats:
        """Give each person's chance of a response at an intensity each, shape (people,)."""
        curve: Floats = ndtr((intensity - self.threshold) / (self.spread * self.threshold))
        return self.lapse + (1 - 2 * self.lapse) * curve


@dataclass(frozen=True, eq=False)
class FoundThresholds:
    """What a method found in many people.

    Parameters
    ----------
    value : array of float, shape (people,)
        The threshold in % of the stimulator's output; NaN where it was not reached.
    pulses : array of int, shape (people,)
        How many pulses it took.
    low, high : array of float, optional
        The interval, for methods that give one.

    Examples
    --------
    >>> people = StimulatedPeople(np.array([50.0, 60.0]), np.array([0.07, 0.07]))
    >>> found = FoundThresholds(value=np.array([51.0, 60.0]), pulses=np.array([20, 16]))
    >>> report = found.compare(people)
    >>> round(report["bias_percent"], 3), report["pulses_mean"]
    (1.0, 18.0)
    """

    value: Floats
    pulses: NDArray[np.int64]
    low: Floats | None = None
    high: Floats | None = None

    def compare(self, people: StimulatedPeople) -> dict[str, float]:
        """Give bias and RMS error in % of the true threshold, pulses, coverage, and the share not reached."""
        error = 100 * (self.value / people.threshold - 1)
        report = {
            "bias_percent": float(np.nanmean(error)),
            "rmse_percent": float(np.sqrt(np.nanmean(error**2))),
            "pulses_mean": float(self.pulses.mean()),
            "pulses_95th_percentile": float(np.quantile(self.pulses, 0.95)),
            "not_reached": float(np.isnan(self.value).mean()),
        }
        if self.low is not None and self.high is not None:
            found = ~np.isnan(self.value)
            inside = (self.low <= people.threshold) & (people.threshold <= self.high)
            report["coverage"] = float(inside[found].mean())
        return report


def make_stimulated_people(
    count: int,
    random: Generator,
    *,
    threshold: float = 55.0,
    threshold_sd: float = 0.2,
    spread: float = 0.07,
    spread_sd: float = 0.0,
    lapse: float = 0.0,
) -> StimulatedPeople:
    """Make up people with known thresholds, for trying a method out.

    Parameters
    ----------
    count : int
        How many.
    random : numpy.random.Generator
        Where chance comes from.
    threshold, spread : float
        Medians of the thresholds in % of the stimulator's output, and of the spreads as a fraction of the threshold.
    threshold_sd, spread_sd : float
        Standard deviations of their logarithms.
    lapse : float
        Chance that a response is recorded or missed whatever the intensity.

    Returns
    -------
    StimulatedPeople
        Log-normal thresholds and spreads, independent of each other.

    Examples
    --------
    >>> make_stimulated_people(3, np.random.default_rng(1)).threshold.round(1)
    array([58.9, 64.8, 58.8])
    """
    return StimulatedPeople(
        threshold=threshold * np.exp(threshold_sd * random.standard_normal(count)),
        spread=spread * np.exp(spread_sd * random.standard_normal(count)),
        lapse=lapse,
    )


def hunt_thresholds(people: StimulatedPeople, rule: HuntRule, random: Generator) -> FoundThresholds:
    """Hunt the thresholds of made-up people, all at once, as `ThresholdHunt` hunts one.

    Parameters
    ----------
    people : StimulatedPeople
        The people.
    rule : HuntRule
        The stimulator, the response curve assumed and when to stop.
    random : numpy.random.Generator
        Where the responses come from.

    Returns
    -------
    FoundThresholds
        With intervals; NaN where the threshold more likely than not lies beyond the stimulator.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> found = hunt_thresholds(make_stimulated_people(50, random), HuntRule(), random)
    >>> bool(found.pulses.max() <= 30)
    True
    """
    model = ThresholdModel(rule)
    counts = np.zeros((2, len(people.threshold), len(model.settings)))
    going = np.arange(len(people.threshold))
    for pulse in range(rule.most_pulses):
        weights = model.weigh(counts[1, going], counts[0, going])
        open_still = ~model.finished(model.believe(weights))
        going, weights = going[open_still], weights[open_still]
        if going.size == 0:
            break
        given = model.most_telling(weights)
        if pulse == 0 and rule.start is not None:
            given = np.full_like(given, rule.intensities.index(rule.start))
        one_by_one = StimulatedPeople(people.threshold[going], people.spread[going], people.lapse)
        response = random.random(going.size) < one_by_one.chance(model.settings[given])
        counts[response.astype(int), going, given] += 1
    return _found(model, counts)


def _found(model: ThresholdModel, counts: Floats) -> FoundThresholds:
    belief = model.believe(model.weigh(counts[1], counts[0]))
    tail = (1 - model.rule.level) / 2
    middle = belief.quantile(0.5)
    return FoundThresholds(
        value=np.where(middle > model.rule.highest, np.nan, middle),
        pulses=counts.sum(axis=(0, 2)).astype(np.int64),
        low=belief.quantile(tail),
        high=belief.quantile(1 - tail),
    )


def count_thresholds(
    people: StimulatedPeople, random: Generator, *, highest: float = 100.0, whole_tens: bool = False
) -> FoundThresholds:
    """Find the thresholds of made-up people by the rule of 5 responses in 10 pulses.

    Parameters
    ----------
    people : StimulatedPeople
        The people.
    random : numpy.random.Generator
        Where the responses come from.
    highest : float
        The stimulator's highest setting, in % of its output.
    whole_tens : bool
        Give all 10 pulses at every setting, instead of stopping as soon as the setting is decided.

    Returns
    -------
    FoundThresholds
        Without intervals, which the rule does not give; NaN where even the highest setting fails.

    Raises
    ------
    MeasureError
        If the highest setting is below the first one tried (30 %).

    Notes
    -----
    Up from 30 % in steps of 5 % to the first setting with at least 5 responses in 10, then down in steps of 1 % to the
    first with fewer; the threshold is the setting above that one.

    References
    ----------
    wang-2023-threshold

    Examples
    --------
    >>> sure = StimulatedPeople(np.array([52.4]), np.array([0.0001]))
    >>> count_thresholds(sure, np.random.default_rng(1)).value
    array([53.])
    """
    if highest < _FIRST:
        message = f"expected a stimulator that reaches {_FIRST:g} %; got a highest setting of {highest:g} %"
        raise MeasureError(message)
    setting = np.full(len(people.threshold), _FIRST)
    pulses = np.zeros(len(setting), dtype=np.int64)
    _walk(people, setting, pulses, random=random, by=_RISE, highest=highest, whole_tens=whole_tens)
    reached = setting <= highest
    setting[~reached] = 0.0
    _walk(people, setting, pulses, random=random, by=-1.0, highest=highest, whole_tens=whole_tens)
    return FoundThresholds(value=np.where(reached, setting + 1, np.nan), pulses=pulses)


def _walk(
    people: StimulatedPeople,
    setting: Floats,
    pulses: NDArray[np.int64],
    *,
    random: Generator,
    by: float,
    highest: float,
    whole_tens: bool,
) -> None:
    """Move each person's setting until its ten pulses decide the other way, counting the pulses."""
    upwards = by > 0
    going = np.arange(len(setting))
    while going.size:
        shots = random.random((going.size, _TEN)) < people.chance(setting)[going, None]
        enough = shots.sum(axis=1) >= _FIVE
        pulses[going] += _TEN if whole_tens else _pulses_until_decided(shots)
        going = going[enough != upwards]
        setting[going] += by
        going = going[(setting[going] <= highest) & (setting[going] > 0)]


def _pulses_until_decided(shots: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the pulses up to the fifth response or the sixth silence."""
    decided = (shots.cumsum(axis=1) >= _FIVE) | ((~shots).cumsum(axis=1) > _TEN - _FIVE)
    first: NDArray[np.int64] = decided.argmax(axis=1) + 1
    return first
