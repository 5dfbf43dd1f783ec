"""How one cell of a BIDS table is written and read back.

Decides the spelling of numbers, words and absence in a TSV file; it does not know what a column means.
"""

import json
import re
from typing import Literal

from backloop.record.records import Value

__all__ = ["MISSING", "read_cell", "read_sex", "read_words", "write_cell", "write_words"]

MISSING = "n/a"
"""What BIDS writes where there is nothing."""

_SEXES: dict[str, Literal["female", "male", "other"]] = {
    "f": "female", "female": "female", "女": "female", "女性": "female",
    "m": "male", "male": "male", "男": "male", "男性": "male",
    "o": "other", "other": "other", "其他": "other",
}  # fmt: skip
_ODD = re.compile(r'^"|[\x00-\x1f]')
_MOST_DIGITS = 4000
_WHOLE = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")


def write_cell(value: Value | None) -> str:
    """Spell a value for a TSV file so that `read_cell` gives exactly the same value back.

    Parameters
    ----------
    value : int, float, str or None
        A number, words, or nothing.

    Returns
    -------
    str
        One cell without tabs or line ends. Words that could be taken for something else stand in double quotes, with
        JSON's escapes.

    Examples
    --------
    >>> write_cell(3), write_cell(None), write_cell("弯腰"), write_cell("3")
    ('3', 'n/a', '弯腰', '"3"')
    """
    if value is None:
        return MISSING
    if not isinstance(value, str):
        return repr(value)
    return _quote(value) if _DECIMAL.fullmatch(value) else write_words(value)


def read_cell(cell: str) -> Value | None:
    """Give the value that a cell of a TSV file spells.

    Parameters
    ----------
    cell : str
        One cell.

    Returns
    -------
    int, float, str or None
        None for ``n/a`` and for an empty cell.

    Examples
    --------
    >>> read_cell("3"), read_cell("2.5"), read_cell("n/a"), read_cell('"3"'), read_cell("007")
    (3, 2.5, None, '3', '007')
    """
    if cell in {"", MISSING}:
        return None
    if _WHOLE.fullmatch(cell) and len(cell) <= _MOST_DIGITS:
        return int(cell)
    return float(cell) if _DECIMAL.fullmatch(cell) else read_words(cell)


def read_sex(cell: str) -> Literal["female", "male", "other"] | None:
    """Give the sex that a cell of a table names.

    Parameters
    ----------
    cell : str
        A word or a letter, in English or Chinese.

    Returns
    -------
    str or None
        ``female``, ``male`` or ``other``; None where the cell names none, such as for codes.

    Examples
    --------
    >>> read_sex("F"), read_sex("男"), read_sex("1")
    ('female', 'male', None)
    """
    return _SEXES.get(cell.strip().lower())


def write_words(words: str) -> str:
    r"""Spell words for a TSV file; `read_words` gives exactly the same words back.

    Parameters
    ----------
    words : str
        Any text, of one line or several.

    Returns
    -------
    str
        The words, or their JSON spelling where a plain one would be misread.

    Examples
    --------
    >>> print(write_words("put on shoes"), write_words("sit\tstand"))
    put on shoes "sit\tstand"
    """
    plain = words == words.strip() and words not in {"", MISSING} and not _ODD.search(words)
    return words if plain else _quote(words)


def read_words(cell: str) -> str:
    """Give the words that a cell of a TSV file spells.

    Parameters
    ----------
    cell : str
        One cell; ``n/a`` and an empty cell give no words.

    Returns
    -------
    str
        The words, without the quotes that `write_words` may have put around them.

    Examples
    --------
    >>> read_words("put on shoes"), read_words('"n/a"'), read_words("n/a")
    ('put on shoes', 'n/a', '')
    """
    if cell == MISSING:
        return ""
    if not cell.startswith('"'):
        return cell
    try:
        words = json.loads(cell)
    except json.JSONDecodeError:
        return cell
    return words if isinstance(words, str) else cell


def _quote(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
