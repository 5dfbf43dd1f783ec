"""Two proportions compared: difference, ratio and number needed to treat, with intervals that hold in small arms.

Decides how shares of two arms are compared; who counts as a responder is `responders`' to say.
"""

from collections.abc import Callable
from math import acos, copysign, cos, exp, pi, sqrt
from typing import Literal

from pydantic import Field
from scipy.optimize import brentq
from scipy.special import ndtri

from backloop.errors import TrialError
from backloop.units import Absent, Frozen, Interval, Text

__all__ = ["NumberNeeded", "ProportionInterval", "Ratio", "compare_shares", "ratio_of_shares"]

ProportionInterval = Literal["newcombe", "miettinen-nurminen"]
"""How the interval of a difference of proportions is made: from Wilson's intervals, or by inverting the score test."""

_NEAR = 1e-12


class Ratio(Frozen):
    """A ratio of two shares with its interval, or the reason why there is none.

    Examples
    --------
    >>> Ratio(absent=Absent.UNDEFINED).value is None
    True
    """

    value: float | None = Field(default=None, ge=0)
    interval: Interval | None = None
    absent: Absent | None = None


class NumberNeeded(Frozen):
    """How many people to treat for one more responder, in Altman's notation: benefit (NNTB) or harm (NNTH).

    Parameters
    ----------
    difference : float, -1 to 1
        The treated arm's share of responders minus the comparator's.
    interval : Interval
        The interval of the difference. Where it holds zero, the numbers run through infinity.

    Examples
    --------
    >>> NumberNeeded(difference=0.2, interval=Interval(low=0.1, high=0.25)).text.en
    'NNTB 5.0 (NNTB 4.0 to 10.0)'
    >>> NumberNeeded(difference=0.1, interval=Interval(low=-0.05, high=0.25)).text.en
    'NNTB 10.0 (NNTB 4.0 to infinity to NNTH 20.0)'
    """

    difference: float = Field(ge=-1, le=1)
    interval: Interval

    @property
    def value(self) -> float | None:
        """The number itself, whichever way it points; None where the shares are equal."""
        return abs(1.0 / self.difference) if self.difference else None

    @property
    def text(self) -> Text:
        """The number with its interval, best end first."""
        point = _needed(self.difference)
        high, low = _needed(self.interval.high), _needed(self.interval.low)
        if self.interval.low < 0.0 < self.interval.high:
            ends, chinese = f"{high} to infinity to {low}", f"{high}至无穷大至{low}"
        else:
            ends, chinese = f"{high} to {low.split()[-1]}", f"{high}至{low.split()[-1]}"
            if self.interval.high <= 0.0:
                ends, chinese = f"{low} to {high.split()[-1]}", f"{low}至{high.split()[-1]}"
        english = f"{point} ({ends})"
        return Text(en=english, zh=f"{point}（{chinese}）".replace("infinity", "无穷大"))


def _needed(difference: float) -> str:
    if abs(difference) < _NEAR:
        return "infinity"
    return f"{'NNTB' if difference > 0 else 'NNTH'} {abs(1.0 / difference):.1f}"


def compare_shares(
    arm: tuple[int, int],
    comparator: tuple[int, int],
    *,
    method: ProportionInterval = "newcombe",
    level: float = 0.95,
) -> NumberNeeded:
    """Compare the shares of two arms by their difference.

    Parameters
    ----------
    arm, comparator : tuple of int
        How many responded, and how many people there were.
    method : str
        ``"newcombe"`` (his method 10) or ``"miettinen-nurminen"``.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    NumberNeeded
        The difference with its interval, and the number needed to treat that belongs to it.

    Raises
    ------
    TrialError
        If the counts are impossible.

    References
    ----------
    newcombe-1998, miettinen-1985, altman-1998, bender-2001

    Examples
    --------
    >>> found = compare_shares((56, 70), (48, 80))
    >>> round(found.difference, 2), round(found.interval.low, 4), round(found.interval.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    _check(arm, comparator)
    difference = arm[0] / arm[1] - comparator[0] / comparator[1]
    low, high = _newcombe(arm, comparator, level) if method == "newcombe" else _score(arm, comparator, level)
    return NumberNeeded(difference=difference, interval=Interval(low=low, high=high, level=level))


def ratio_of_shares(arm: tuple[int, int], comparator: tuple[int, int], *, level: float = 0.95) -> Ratio:
    """Compare the shares of two arms by their ratio, with Miettinen and Nurminen's interval.

    Parameters
    ----------
    arm, comparator : tuple of int
        How many responded, and how many people there were.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Ratio
        Absent where nobody of the comparator responded.

    Raises
    ------
    TrialError
        If the counts are impossible.

    References
    ----------
    miettinen-1985

    Examples
    --------
    >>> ratio_of_shares((10, 40), (0, 40)).absent.value
    'undefined'
    """
    _check(arm, comparator)
    if comparator[0] == 0:
        return Ratio(absent=Absent.UNDEFINED)
    value = (arm[0] / arm[1]) / (comparator[0] / comparator[1])
    bound = float(ndtri(0.5 + level / 2.0))

    def gap(log_ratio: float, side: float) -> float:
        return _ratio_score(arm, comparator, exp(log_ratio)) - side * bound

    top = brentq(gap, -20.0, 20.0, args=(-1.0,), xtol=_NEAR)
    low = exp(brentq(gap, -20.0, 20.0, args=(1.0,), xtol=_NEAR)) if arm[0] else 0.0
    return Ratio(value=value, interval=Interval(low=low, high=exp(top), level=level))


def _check(*arms: tuple[int, int]) -> None:
    for responded, people in arms:
        if not 0 <= responded <= people or people < 1:
            message = f"expected 0 to n responders among at least one person, got {responded} among {people}"
            raise TrialError(message)


def _wilson(responded: int, people: int, level: float) -> tuple[float, float]:
    z = float(ndtri(0.5 + level / 2.0))
    share = responded / people
    middle = share + z**2 / (2 * people)
    half = z * sqrt(share * (1 - share) / people + z**2 / (4 * people**2))
    return (middle - half) / (1 + z**2 / people), (middle + half) / (1 + z**2 / people)


def _newcombe(arm: tuple[int, int], comparator: tuple[int, int], level: float) -> tuple[float, float]:
    share, other = arm[0] / arm[1], comparator[0] / comparator[1]
    low, high = _wilson(*arm, level)
    other_low, other_high = _wilson(*comparator, level)
    down = sqrt((share - low) ** 2 + (other_high - other) ** 2)
    up = sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return max(share - other - down, -1.0), min(share - other + up, 1.0)


def _score(arm: tuple[int, int], comparator: tuple[int, int], level: float) -> tuple[float, float]:
    """Find the differences that the score test would just not reject."""
    bound = float(ndtri(0.5 + level / 2.0))
    difference = arm[0] / arm[1] - comparator[0] / comparator[1]

    def gap(assumed: float) -> float:
        return abs(_difference_score(arm, comparator, assumed)) - bound

    return _edge(gap, difference, -1.0), _edge(gap, difference, 1.0)


def _edge(gap: Callable[[float], float], inside: float, limit: float) -> float:
    nearly = limit - copysign(_NEAR, limit)
    if abs(inside - limit) < _NEAR or gap(nearly) < 0:
        return limit
    return float(brentq(gap, inside, nearly, xtol=_NEAR))


def _difference_score(arm: tuple[int, int], comparator: tuple[int, int], assumed: float) -> float:
    """Give the score statistic with both shares estimated under the assumed difference (a cubic's root)."""
    (x1, n1), (x0, n0) = arm, comparator
    people = n1 + n0
    quadratic = (n1 + 2 * n0) * assumed - people - x1 - x0
    linear = (n0 * assumed - people - 2 * x0) * assumed + x1 + x0
    constant = x0 * assumed * (1 - assumed)
    q = (quadratic / (3 * people)) ** 3 - linear * quadratic / (6 * people**2) + constant / (2 * people)
    p = copysign(sqrt(max((quadratic / (3 * people)) ** 2 - linear / (3 * people), 0.0)), q)
    angle = (pi + acos(max(-1.0, min(1.0, q / p**3 if p else 0.0)))) / 3
    other = min(max(2 * p * cos(angle) - quadratic / (3 * people), 0.0), 1.0)
    share = min(max(other + assumed, 0.0), 1.0)
    variance = (share * (1 - share) / n1 + other * (1 - other) / n0) * people / (people - 1)
    return (x1 / n1 - x0 / n0 - assumed) / sqrt(max(variance, _NEAR**2))


def _ratio_score(arm: tuple[int, int], comparator: tuple[int, int], ratio: float) -> float:
    """Give the score statistic with both shares estimated under the assumed ratio (a quadratic's root)."""
    (x1, n1), (x0, n0) = arm, comparator
    people = n1 + n0
    middle = n1 * ratio + x1 + n0 + x0 * ratio
    other = (middle - sqrt(max(middle**2 - 4 * people * ratio * (x1 + x0), 0.0))) / (2 * people * ratio)
    share = min(ratio * other, 1.0)
    variance = (share * (1 - share) / n1 + ratio**2 * other * (1 - other) / n0) * people / (people - 1)
    return (x1 / n1 - ratio * x0 / n0) / sqrt(max(variance, _NEAR**2))
