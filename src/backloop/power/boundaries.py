"""Looking at a trial before its end: the critical value of every look, and how often the trial would stop there.

Decides group-sequential boundaries and what they cost; it looks at no data (`interims` judges one look).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from backloop.errors import TrialError
from backloop.power.walks import Region, Walk, crossing_chances
from backloop.units import Frozen, Text

__all__ = [
    "Boundary",
    "BoundaryKind",
    "StoppingChances",
    "efficacy_boundary",
    "lower_limits",
    "needed_drift",
    "stopping_chances",
]

BoundaryKind = Literal["obrien-fleming-spending", "pocock-spending", "obrien-fleming", "pocock"]
"""Lan and DeMets' spending functions, or the classic boundaries with one constant."""

_FAR = 20.0  # a z value that is never reached
_EXACT = 1e-14
_ROUND = 1e-12  # how far the last look may lie from the whole information


class Boundary(Frozen):
    """The critical values of a group-sequential trial.

    Parameters
    ----------
    kind : str
        How they were made.
    alpha : float
        Type I error rate of all looks together.
    sided : int
        1, or 2 for symmetric boundaries on both sides.
    information : tuple of float
        The share of the planned information at each look, rising to 1.
    critical : tuple of float
        The z value at or above which the trial may stop for efficacy.
    spent : tuple of float
        The type I error rate used up to and including each look.
    futility : tuple of float
        The z value below which it may stop for futility, one for each look but the last; empty: no such rule. It is
        non-binding: the critical values hold whether or not it is followed.

    Examples
    --------
    >>> efficacy_boundary((0.5, 1.0)).text.en
    'Look 1 at 50 % of the information: stop if z is at least 2.963; look 2 at 100 %: 1.969.'
    """

    kind: BoundaryKind
    alpha: float = Field(gt=0, lt=0.5)
    sided: Literal[1, 2]
    information: tuple[float, ...] = Field(min_length=1)
    critical: tuple[float, ...]
    spent: tuple[float, ...]
    futility: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _futility_below_efficacy(self) -> Self:
        if self.futility and (self.sided == 2 or len(self.futility) != len(self.information) - 1):  # noqa: PLR2004
            message = "a futility rule needs a one-sided test and one value for each look but the last"
            raise ValueError(message)
        if any(low >= high for low, high in zip(self.futility, self.critical, strict=False)):
            message = "each futility value must lie below the critical value of its look"
            raise ValueError(message)
        return self

    @property
    def text(self) -> Text:
        """The looks and their critical values in a sentence."""
        looks = list(enumerate(zip(self.information, self.critical, strict=True), start=1))
        size = "" if self.sided == 1 else "|", "" if self.sided == 1 else "|"
        (_one, (share, value)), *later = looks
        english = f"Look 1 at {share:.0%} of the information: stop if {size[0]}z{size[1]} is at least {value:.3f}"
        chinese = f"第1次分析（信息量{share:.0%}）：{size[0]}z{size[1]}不小于{value:.3f}时可停止试验"
        english += "".join(f"; look {look} at {share:.0%}: {value:.3f}" for look, (share, value) in later)
        chinese += "".join(f"；第{look}次（{share:.0%}）：{value:.3f}" for look, (share, value) in later)
        return Text(en=f"{english}.".replace("%", " %"), zh=f"{chinese}。")


class StoppingChances(Frozen):
    """How often a trial stops at each look under one true effect.

    `efficacy` and `futility` are chances at each look; `reject` is their efficacy sum, the power where there is an
    effect; `expected_information` is the average share of the planned information at the end.

    Examples
    --------
    >>> chances = stopping_chances(efficacy_boundary((0.5, 1.0)), drift=0.0)
    >>> round(chances.reject, 6)
    0.025
    """

    efficacy: tuple[float, ...]
    futility: tuple[float, ...]
    reject: float
    expected_information: float


def efficacy_boundary(
    information: Sequence[float],
    *,
    kind: BoundaryKind = "obrien-fleming-spending",
    alpha: float = 0.025,
    sided: Literal[1, 2] = 1,
    futility: Sequence[float] = (),
) -> Boundary:
    """Find the critical values of a trial that is looked at several times.

    Parameters
    ----------
    information : sequence of float
        The share of the planned information at each look, rising, the last 1: ``(0.5, 1)``. Shares need not be even.
    kind : str
        ``"obrien-fleming-spending"`` and ``"pocock-spending"`` spend by Lan and DeMets' functions;
        ``"obrien-fleming"`` and ``"pocock"`` are the classic boundaries.
    alpha : float
        Type I error rate of all looks together, above 0 and below 0.5.
    sided : int
        1 or 2.
    futility : sequence of float
        A non-binding futility z value for each look but the last.

    Returns
    -------
    Boundary
        The critical values, to about 1e-12.

    Raises
    ------
    TrialError
        If the looks do not rise to 1, or a futility value does not lie below its critical value.

    Notes
    -----
    The score of a trial walks like a Brownian motion in information time. The chance of not having crossed is carried
    from look to look by numerical integration, and each critical value is solved for. Equal to R's rpact.

    References
    ----------
    lan-1983, obrien-1979, pocock-1977

    Examples
    --------
    >>> [round(value, 4) for value in efficacy_boundary((1 / 3, 2 / 3, 1)).critical]
    [3.7103, 2.5114, 1.993]
    """
    times = tuple(map(float, information))
    rises = all(a < b for a, b in pairwise((0.0, *times)))
    if not times or not rises or abs(times[-1] - 1.0) > _ROUND or not 0.0 < alpha < 0.5:  # noqa: PLR2004 - a half
        message = f"expected looks that rise to 1 and an alpha between 0 and 0.5, got {times} and {alpha:g}"
        raise TrialError(message)
    if kind in _SPENDING:
        spent = tuple(_SPENDING[kind](share, alpha, sided) for share in times)
        critical = _spend(times, spent, sided)
    else:
        critical = _classic(times, kind, alpha, sided)
        spent = tuple(np.cumsum(_crossing(times, critical, sided)).tolist())
    try:
        return Boundary(
            kind=kind,
            alpha=alpha,
            sided=sided,
            information=times,
            critical=critical,
            spent=spent,
            futility=tuple(futility),
        )
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise TrialError(message) from None


def _like_obrien_fleming(share: float, alpha: float, sided: int) -> float:
    return float(2.0 * sided * ndtr(ndtri(alpha / (2.0 * sided)) / np.sqrt(share)))


def _like_pocock(share: float, alpha: float, sided: int) -> float:  # noqa: ARG001 - alpha is of both sides
    return float(alpha * np.log1p((np.e - 1.0) * share))


_SPENDING: dict[str, Callable[[float, float, int], float]] = {
    "obrien-fleming-spending": _like_obrien_fleming,
    "pocock-spending": _like_pocock,
}


def _spend(times: Sequence[float], spent: Sequence[float], sided: int) -> tuple[float, ...]:
    walk, critical = Walk.at(0.0, time=0.0, drift=0.0), []
    for look, wanted in enumerate(np.diff(spent, prepend=0.0)):
        now = times[look]

        def excess(value: float, walk: Walk = walk, now: float = now, wanted: float = wanted) -> float:
            return sum(walk.leaves(now, _below(value, sided), value)) / wanted - 1.0

        least = -_FAR if sided == 1 else 0.0
        value = float(brentq(excess, least, _FAR, xtol=_EXACT))
        critical.append(value)
        if look + 1 < len(times):
            walk = walk.stays(now, _below(value, sided), value, following=times[look + 1])
    return tuple(critical)


def _below(value: float, sided: int) -> float:
    return -value if sided == 2 else -np.inf  # noqa: PLR2004


def _classic(times: Sequence[float], kind: BoundaryKind, alpha: float, sided: int) -> tuple[float, ...]:
    shape = 1.0 / np.sqrt(times) if kind == "obrien-fleming" else np.ones(len(times))

    def excess(constant: float) -> float:
        return sum(_crossing(times, tuple(constant * shape), sided)) / alpha - 1.0

    constant = float(brentq(excess, 0.1, _FAR / 2.0, xtol=_EXACT))
    return tuple((constant * shape).tolist())


def _crossing(times: Sequence[float], critical: Sequence[float], sided: int) -> list[float]:
    lower = tuple(_below(value, sided) for value in critical)
    chances = crossing_chances(Region(times=tuple(times), lower=lower, upper=tuple(critical)), drift=0.0)
    found: list[float] = (chances.above + chances.below).tolist()
    return found


def lower_limits(boundary: Boundary) -> tuple[float, ...]:
    """Give the z value of each look below which a trial ends: by futility, or on the other side of a two-sided test."""
    if boundary.sided == 2:  # noqa: PLR2004
        return tuple(-value for value in boundary.critical)
    return (*boundary.futility, -np.inf) if boundary.futility else (-np.inf,) * len(boundary.critical)


def stopping_chances(boundary: Boundary, *, drift: float) -> StoppingChances:
    """Give the chance of stopping at each look under a true effect.

    Parameters
    ----------
    boundary : Boundary
        The critical values, with a futility rule or without; here the rule is followed.
    drift : float
        The true effect times the square root of the planned information: the expected z value at the end, positive
        in the direction of benefit. 0 is no effect; `needed_drift` gives the one for a wanted power.

    Returns
    -------
    StoppingChances
        Chances by look, the power, and the expected information.

    Examples
    --------
    >>> boundary = efficacy_boundary((0.5, 1.0))
    >>> chances = stopping_chances(boundary, drift=needed_drift(boundary, power=0.9))
    >>> round(chances.reject, 9), round(chances.expected_information, 2)
    (0.9, 0.87)
    """
    two = boundary.sided == 2  # noqa: PLR2004
    lower = lower_limits(boundary)
    chances = crossing_chances(
        Region(times=boundary.information, lower=lower, upper=boundary.critical), drift=float(drift)
    )
    efficacy = chances.above + (chances.below if two else 0.0)
    futility = np.zeros_like(efficacy) if two else chances.below
    stopped = efficacy + futility
    stopped[-1] = 1.0 - stopped[:-1].sum()
    return StoppingChances(
        efficacy=tuple(efficacy.tolist()),
        futility=tuple(futility.tolist()),
        reject=float(efficacy.sum()),
        expected_information=float(stopped @ np.array(boundary.information)),
    )


def needed_drift(boundary: Boundary, *, power: float = 0.9) -> float:
    """Find the drift at which a boundary has the wanted power: the square of it is the information to plan for.

    Parameters
    ----------
    boundary : Boundary
        The critical values.
    power : float
        The wanted power, above alpha and below 1.

    Returns
    -------
    float
        The expected z value at the end. Its square over that of a trial with one look is the inflation factor.

    Raises
    ------
    TrialError
        If the power is not above alpha and below 1.

    Examples
    --------
    >>> fixed, looks = efficacy_boundary((1.0,)), efficacy_boundary((0.5, 1.0))
    >>> round((needed_drift(looks) / needed_drift(fixed)) ** 2, 4)
    1.0034
    """
    if not boundary.alpha < power < 1.0:
        message = f"expected a power above alpha ({boundary.alpha:g}) and below 1, got {power:g}"
        raise TrialError(message)

    def shortfall(drift: float) -> float:
        return stopping_chances(boundary, drift=drift).reject - power

    return float(brentq(shortfall, 0.0, _FAR, xtol=1e-12))
