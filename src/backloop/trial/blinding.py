"""Whether people could tell their arm: guesses, and the indices of James and Bang with their intervals.

Decides the two indices; it does not say what blinding did to the effect, which guesses cannot show.
"""

from collections.abc import Iterable
from math import sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from backloop.errors import TrialError
from backloop.trial.guesses import UNKNOWN
from backloop.units import Absent, Frozen, Interval

__all__ = ["BlindingIndex", "BlindingReport", "GuessTable", "blinding_indices", "count_guesses"]

_Z95 = 1.959963984540054


class GuessTable(Frozen):
    """How many people of each of two arms guessed which arm.

    Parameters
    ----------
    arms : tuple of str
        The two arms.
    guesses : tuple of three ints, one tuple an arm
        How many of the arm guessed the first arm, the second arm, or did not know.
    asked : str
        Who was asked and when, such as "participants, week 2"; early answers are not yet coloured by success.

    Examples
    --------
    >>> GuessTable(arms=("retraining", "sham"), guesses=((82, 25, 170), (27, 29, 83))).people
    416
    """

    arms: tuple[str, str]
    guesses: tuple[tuple[int, int, int], tuple[int, int, int]]
    asked: str = ""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if len(set(self.arms)) < len(self.arms):
            message = "expected two arms of different names"
            raise ValueError(message)
        if min(count for row in self.guesses for count in row) < 0 or not all(sum(row) for row in self.guesses):
            message = "expected counts of at least 0, and somebody in each arm"
            raise ValueError(message)
        return self

    @property
    def people(self) -> int:
        """How many people were asked."""
        return sum(map(sum, self.guesses))


class BlindingIndex(Frozen):
    """One index with its standard error and interval, or the reason why it cannot be computed.

    Examples
    --------
    >>> BlindingIndex(absent=Absent.UNDEFINED).value is None
    True
    """

    value: float | None = None
    standard_error: float | None = Field(default=None, ge=0)
    interval: Interval | None = None
    absent: Absent | None = None


class BlindingReport(Frozen):
    """The indices of one round of guesses.

    Parameters
    ----------
    asked : str
        Who was asked and when.
    james : BlindingIndex
        Whole trial: 0 everybody tells rightly, 0.5 guessing by chance, 1 nobody can say.
    bang : dict of str to BlindingIndex
        Each arm: 1 everybody tells rightly, 0 guessing by chance, -1 everybody believes in the other arm.

    Examples
    --------
    >>> BlindingReport.model_fields["bang"].is_required()
    True
    """

    asked: str
    james: BlindingIndex
    bang: dict[str, BlindingIndex]


def count_guesses(
    arms: tuple[str, str], pairs: Iterable[tuple[str, str]], *, unknown: str = UNKNOWN, asked: str = ""
) -> GuessTable:
    """Count who guessed what.

    Parameters
    ----------
    arms : tuple of str
        The two arms.
    pairs : iterable of (str, str)
        Each person's arm, and the arm the person guesses.
    unknown : str
        What stands for not knowing.
    asked : str
        Who was asked and when.

    Returns
    -------
    GuessTable
        The counts. People who were not asked are left out beforehand: they are not people who do not know.

    Raises
    ------
    TrialError
        If an arm or a guess is none of those named, or an arm has nobody.

    Examples
    --------
    >>> count_guesses(("a", "b"), [("a", "a"), ("a", "don't know"), ("b", "a")]).guesses
    ((1, 0, 1), (1, 0, 0))
    """
    answers = (*arms, unknown)
    counts = [[0, 0, 0], [0, 0, 0]]
    for place, (arm, guess) in enumerate(pairs):
        if arm not in arms or guess not in answers:
            message = f"row {place + 1}: expected an arm of {', '.join(arms)} and a guess of {', '.join(answers)}"
            raise TrialError(message)
        counts[arms.index(arm)][answers.index(guess)] += 1
    if not all(map(sum, counts)):
        message = f"expected guesses of people in both arms ({', '.join(arms)}); one has none, so leave the indices out"
        raise TrialError(message)
    first, second = (tuple(row) for row in counts)
    return GuessTable(arms=arms, guesses=(first, second), asked=asked)


def blinding_indices(table: GuessTable) -> BlindingReport:
    """Say how well blinding held, for the whole trial and for each arm.

    Parameters
    ----------
    table : GuessTable
        Who guessed what.

    Returns
    -------
    BlindingReport
        James' index and Bang's, with 95 % intervals kept within their scales.

    Notes
    -----
    James weighs a right guess 0, a wrong one 0.5 and not knowing 1, so many people who do not know make it high; Bang
    is the share of right minus wrong guesses in an arm. Standard errors by the multinomial delta method.

    References
    ----------
    james-1996, bang-2004

    Examples
    --------
    >>> report = blinding_indices(GuessTable(arms=("drug", "placebo"), guesses=((82, 25, 170), (27, 29, 83))))
    >>> round(report.james.value, 4), {arm: round(index.value, 4) for arm, index in report.bang.items()}
    (0.7479, {'drug': 0.2058, 'placebo': 0.0144})
    """
    counts = np.array(table.guesses, dtype=float)
    bang = {arm: _bang(row, right=place) for place, (arm, row) in enumerate(zip(table.arms, counts, strict=True))}
    return BlindingReport(asked=table.asked, james=_james(counts), bang=bang)


def _bang(row: NDArray[np.float64], *, right: int) -> BlindingIndex:
    people = row.sum()
    correct, wrong = row[right] / people, row[1 - right] / people
    variance = (correct * (1 - correct) + wrong * (1 - wrong) + 2 * correct * wrong) / people
    return _index(correct - wrong, sqrt(variance), lowest=-1)


def _james(counts: NDArray[np.float64]) -> BlindingIndex:
    """James' index is d + (1 - d)^2 W / 2E: d do not know, W guess wrongly, E would by chance (shares of everybody)."""
    people = counts.sum()
    share = counts / people
    unknown, guessed = share[:, 2].sum(), share[:, :2]
    by_arm, by_guess = guessed.sum(axis=1), guessed.sum(axis=0)
    chance = by_arm[0] * by_guess[1] + by_arm[1] * by_guess[0]
    if guessed.sum() == 0:
        return _index(1.0, 0.0, lowest=0)
    if chance == 0:
        return BlindingIndex(absent=Absent.UNDEFINED)
    wrong, knowing = guessed[0, 1] + guessed[1, 0], 1 - unknown
    second = knowing**2 * wrong / (2 * chance)
    slope = np.zeros((2, 3))
    slope[:, :2] = -second / chance * (by_guess[::-1, None] + by_arm[::-1])
    slope[[0, 1], [1, 0]] += knowing**2 / (2 * chance)
    slope[:, 2] = 1 - 2 * second / knowing
    variance = ((slope**2 * share).sum() - (slope * share).sum() ** 2) / people
    return _index(unknown + second, sqrt(max(variance, 0.0)), lowest=0)


def _index(value: float, error: float, *, lowest: float) -> BlindingIndex:
    value = min(max(value, lowest), 1.0)  # rounding may lead a hair beyond the scale
    low, high = max(value - _Z95 * error, lowest), min(value + _Z95 * error, 1.0)
    return BlindingIndex(value=float(value), standard_error=float(error), interval=Interval(low=low, high=high))
