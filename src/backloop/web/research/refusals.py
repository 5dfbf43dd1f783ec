"""Refusals in the reader's language: an error of the tree that carries its words in both.

Decides how a refusal is worded on a page; what is refused is decided where it is raised.
"""

from typing import TypeVar

from backloop.errors import BackloopError
from backloop.units import Text
from backloop.web.look.wordings import say_now

__all__ = ["refusal", "say_refusal", "words_of"]

ErrorT = TypeVar("ErrorT", bound=BackloopError)


def refusal(kind: type[ErrorT], *, en: str, zh: str) -> ErrorT:
    """Make an error that says in both languages what was expected and what to do.

    Parameters
    ----------
    kind : type
        One of the tree's errors.
    en, zh : str
        The words.

    Returns
    -------
    BackloopError
        To be raised.

    Examples
    --------
    >>> from backloop.errors import TrialError
    >>> words_of(refusal(TrialError, en="frozen already", zh="已锁定")).zh
    '已锁定'
    """
    error = kind(en)
    error.add_note(zh)
    return error


def words_of(error: BackloopError) -> Text:
    """Give an error's words in both languages; those of the core are English within a Chinese sentence.

    Parameters
    ----------
    error : BackloopError
        What was raised.

    Returns
    -------
    Text

    Examples
    --------
    >>> words_of(BackloopError("row 3")).zh
    '未能完成：row 3'
    """
    notes = getattr(error, "__notes__", [])
    return Text(en=str(error), zh=notes[0] if notes else f"未能完成：{error}")


def say_refusal(error: BackloopError) -> str:
    """Say an error in the reader's language.

    Parameters
    ----------
    error : BackloopError
        What was raised.

    Returns
    -------
    str
    """
    return say_now(words_of(error))
