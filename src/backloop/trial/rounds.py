"""Rounds of guesses, early and late: read from small tables of counts, and each judged by its indices.

Decides what such a table may hold; where guesses stand is the mapping's matter, and the indices are `blinding`'s.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from backloop.errors import TrialError
from backloop.trial.blinding import BlindingReport, GuessTable, blinding_indices
from backloop.trial.codes import plain_code
from backloop.trial.guesses import UNKNOWN
from backloop.units import Frozen

__all__ = ["BlindingRound", "judge_rounds", "read_guess_counts"]

_HEADS = ("arm", "guess", "people")
_ASKED = "asked"


class BlindingRound(Frozen):
    """One round of guesses: who guessed what, and the indices with their intervals.

    Examples
    --------
    >>> table = GuessTable(arms=("a", "b"), guesses=((30, 10, 20), (12, 20, 28)), asked="participants, week 2")
    >>> judge_rounds([table])[0].asked
    'participants, week 2'
    """

    guesses: GuessTable
    indices: BlindingReport

    @property
    def asked(self) -> str:
        """Who was asked and when."""
        return self.guesses.asked


def judge_rounds(tables: Sequence[GuessTable]) -> tuple[BlindingRound, ...]:
    """Put the indices of James and Bang beside each round of guesses.

    Parameters
    ----------
    tables : sequence of GuessTable
        The rounds, early ones first.

    Returns
    -------
    tuple of BlindingRound
        In the same order.

    References
    ----------
    james-1996, bang-2004

    Examples
    --------
    >>> found = judge_rounds([GuessTable(arms=("a", "b"), guesses=((82, 25, 170), (27, 29, 83)))])
    >>> round(found[0].indices.bang["a"].value, 4)
    0.2058
    """
    return tuple(BlindingRound(guesses=table, indices=blinding_indices(table)) for table in tables)


def read_guess_counts(
    path: Path,
    arms: Sequence[str],
    *,
    codes: Mapping[str, str] | None = None,
    unknown: str = UNKNOWN,
    asked: str = "",
) -> tuple[GuessTable, ...]:
    r"""Read rounds of guesses from a small table of counts.

    Parameters
    ----------
    path : Path
        A CSV file with the columns arm, guess and people, and asked where it holds several rounds. What is not listed
        counts as nobody.
    arms : sequence of two str
        The arms told apart.
    codes : mapping of str to str, optional
        The arm that each code stands for; by default arms are written by their ids.
    unknown : str
        What stands for not knowing.
    asked : str
        Who was asked and when, where the file does not say.

    Returns
    -------
    tuple of GuessTable
        One a round, in the order of the file.

    Raises
    ------
    TrialError
        If the file is not such a table; the message names the row.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "guesses.csv"
    >>> rows = ["arm,guess,people", "care,care,30", "care,don't know,20", "sham,care,12", "sham,sham,28"]
    >>> file.write_text("\n".join(rows)) > 0
    True
    >>> read_guess_counts(file, ("care", "sham"))[0].guesses
    ((30, 0, 20), (12, 28, 0))
    """
    meaning = {arm: arm for arm in arms} | dict(codes or {})
    rounds: dict[str, list[list[int]]] = {}
    seen: set[tuple[str, str, str]] = set()
    for number, row in enumerate(_rows(path), start=2):
        place = f"{path.name}: row {number}"
        arm, guess = (plain_code(row[head] or "") for head in _HEADS[:2])
        answers = [*arms, UNKNOWN]
        given = UNKNOWN if guess in {unknown, UNKNOWN} else meaning.get(guess, guess)
        if meaning.get(arm) not in arms or given not in answers:
            message = f"{place}: expected an arm of {', '.join(arms)} and a guess of these or '{unknown}'"
            raise TrialError(message)
        told = (row.get(_ASKED) or asked).strip()
        key = (told, meaning[arm], given)
        if key in seen:
            message = f"{place}: arm and guess come twice in one round; add them up, or name the round in '{_ASKED}'"
            raise TrialError(message)
        seen.add(key)
        counts = rounds.setdefault(told, [[0, 0, 0], [0, 0, 0]])
        counts[arms.index(meaning[arm])][answers.index(given)] = _count(row["people"], place)
    return tuple(_table(path, arms, counts, told) for told, counts in rounds.items())


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        message = f"{path.name}: expected a table of guesses, there is no such file; check the name"
        raise TrialError(message) from None
    except UnicodeDecodeError:
        message = f"{path.name}: a table of guesses is UTF-8 text; save it so"
        raise TrialError(message) from None
    heads = list(rows[0]) if rows else []
    lacking = [head for head in _HEADS if head not in heads]
    if lacking:
        message = f"{path.name}: expected the columns {', '.join(_HEADS)} and rows below; it lacks {', '.join(lacking)}"
        raise TrialError(message)
    return rows


def _count(cell: str | None, place: str) -> int:
    words = plain_code(cell or "")
    if not words.isdecimal():
        message = f"{place}: expected a whole number of people from 0"
        raise TrialError(message)
    return int(words)


def _table(path: Path, arms: Sequence[str], counts: list[list[int]], asked: str) -> GuessTable:
    try:
        return GuessTable.model_validate({"arms": tuple(arms), "guesses": counts, "asked": asked})
    except ValidationError:
        message = f"{path.name}: expected guesses of people in both arms ({', '.join(arms)}); one has none"
        raise TrialError(message) from None
