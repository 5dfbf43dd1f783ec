"""Allocation tables as REDCap takes them: one for development, one for production.

Decides the columns and codes of the two files; REDCap looks allocations up in them and draws none itself.
"""

import csv
import io
from collections.abc import Mapping

import numpy as np

from backloop.errors import TrialError
from backloop.trial.allocation import AllocationScheme
from backloop.trial.concealment import draw_list
from backloop.trial.sequencing import draw_uniforms
from backloop.units import Frozen

__all__ = ["RedcapTables", "redcap_tables"]

_GROUP, _NUMBER = "redcap_randomization_group", "redcap_randomization_number"
_FIRST_NUMBER, _NUMBERS = 1000, 9000


class RedcapTables(Frozen):
    """The two files that REDCap takes, and for a blinded trial the key that must stay away from it.

    Parameters
    ----------
    development, production : str
        The files as CSV text; they differ, so testing reveals nothing of the real list.
    key : str
        For a blinded trial which number is which arm, as CSV text; empty for an open one.

    Examples
    --------
    >>> RedcapTables(development="a", production="b").key
    ''
    """

    development: str
    production: str
    key: str = ""


def redcap_tables(
    scheme: AllocationScheme, seed: str, *, codes: Mapping[str, str], per_stratum: int, blinded: bool = False
) -> RedcapTables:
    """Draw the allocation tables of a REDCap project.

    Parameters
    ----------
    scheme : AllocationScheme
        Arms, rule and factors. Ids of factors are the names of REDCap fields, their levels the fields' raw codes.
    seed : str
        The secret seed of the production table; the development table has a stream of its own.
    codes : mapping of str to str
        The raw code in REDCap of every arm.
    per_stratum : int
        Rows of every stratum: the people expected there and a fifth more, because rows cannot be added later.
    blinded : bool
        Whether REDCap shall show a number instead of the arm; which is which then stands in `key` alone.

    Returns
    -------
    RedcapTables
        Two CSV files, with a column for the arm (or number) and one for each factor.

    Raises
    ------
    TrialError
        If an arm has no code, two share one, the rule cannot be listed, or the seed is too short.

    References
    ----------
    redcap-randomisation

    Examples
    --------
    >>> from backloop.trial import PermutedBlocks
    >>> scheme = AllocationScheme(arms=("retraining", "sham"), rule=PermutedBlocks(sizes=(4,)))
    >>> tables = redcap_tables(scheme, "s" * 32, codes={"retraining": "1", "sham": "2"}, per_stratum=4)
    >>> tables.production.split()
    ['redcap_randomization_group', '2', '1', '2', '1']
    """
    if set(codes) != set(scheme.arms) or len(set(codes.values())) < len(codes):
        message = f"expected a code of its own for each arm ({', '.join(scheme.arms)}); got {dict(codes)}"
        raise TrialError(message)
    development, production = (
        [
            (codes[line.arm], *line.stratum)
            for line in draw_list(scheme, words, trial="", per_stratum=per_stratum).entries
        ]
        for words in (f"development of {seed}", seed)
    )
    factors = [factor.id for factor in scheme.factors]
    if not blinded:
        return RedcapTables(
            development=_csv([_GROUP, *factors], development), production=_csv([_GROUP, *factors], production)
        )
    numbers = _numbers(seed, len(production))
    return RedcapTables(
        development=_csv([_NUMBER, *factors], _hide(development, _numbers(f"development of {seed}", len(numbers)))),
        production=_csv([_NUMBER, *factors], _hide(production, numbers)),
        key=_csv([_NUMBER, "arm_code"], [(number, row[0]) for number, row in zip(numbers, production, strict=True)]),
    )


def _hide(rows: list[tuple[str, ...]], numbers: list[str]) -> list[tuple[str, ...]]:
    return [(number, *row[1:]) for number, row in zip(numbers, rows, strict=True)]


def _numbers(seed: str, count: int) -> list[str]:
    """Draw distinct numbers in an order that says nothing about arms."""
    if count > _NUMBERS:
        message = f"expected at most {_NUMBERS} rows in a blinded table; got {count}"
        raise TrialError(message)
    order = np.argsort(draw_uniforms(seed, "number", count=_NUMBERS))
    return [str(_FIRST_NUMBER + place) for place in order[:count]]


def _csv(header: list[str], rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()
