"""Where guesses of the arm stand: in a column of the trial's table, or in a small table of counts.

Decides what a mapping may say about a round of guesses; `rounds` reads counts and `blinding` finds the indices.
"""

from typing import Self

from pydantic import model_validator

from backloop.trial.codes import Code
from backloop.units import Frozen

__all__ = ["UNKNOWN", "GuessSource", "guess_name"]

UNKNOWN = "don't know"
"""What stands for not knowing."""


class GuessSource(Frozen):
    """One round of guesses: a column coded as the arms are, or a file of counts.

    Parameters
    ----------
    column : str
        The column; people with an empty cell were not asked.
    visit : str
        In a long table, the visit whose rows hold this round; without it a person has one guess for all rows.
    counts : str
        Instead of a column, a CSV file beside the mapping with the columns arm, guess, people, and asked where it
        holds several rounds.
    unknown : str
        The code for not knowing.
    arms : tuple of two str
        The arms told apart; needed where the plan has more than two.
    asked : str
        Who was asked and when.

    Examples
    --------
    >>> GuessSource(column="guess", unknown="9", visit="week-6").unknown
    '9'
    """

    column: str = ""
    visit: str = ""
    counts: str = ""
    unknown: Code = UNKNOWN
    arms: tuple[str, str] | None = None
    asked: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.column) == bool(self.counts):
            message = "expected either column (guesses of each person) or counts (a file of arm, guess, people)"
            raise ValueError(message)
        return self


def guess_name(place: int) -> str:
    """Name the fact that holds the guesses of a round, counted from 0.

    Examples
    --------
    >>> guess_name(0), guess_name(1)
    ('guess', 'guess 2')
    """
    return f"guess {place + 1}" if place else "guess"
