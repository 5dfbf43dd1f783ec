"""Codes of a table as one would type them.

Decides how a code is written; what codes stand for is said in the mapping.
"""

from typing import Annotated

from pydantic import BeforeValidator

__all__ = ["Code", "plain_code"]


def plain_code(cell: object) -> str:
    """Write a code as one would type it: whole numbers without decimals, no blanks around.

    Parameters
    ----------
    cell : str or number
        The code, from a file or a table.

    Returns
    -------
    str
        The code.

    Examples
    --------
    >>> plain_code(" 1.0 "), plain_code(2), plain_code("PRT")
    ('1', '2', 'PRT')
    """
    words = str(cell).strip()
    whole, point, zeros = words.partition(".")
    return whole if point and whole.lstrip("-").isdigit() and not zeros.strip("0") else words


Code = Annotated[str, BeforeValidator(plain_code)]
"""A code from a file or a table, such as ``1`` or ``PRT``."""
