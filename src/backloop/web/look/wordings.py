"""Words in the reader's language: every text of a page is given in English and Chinese side by side.

Decides which of the two is shown; the texts themselves stand where they are used.
"""

from django.utils.functional import lazy
from django.utils.translation import get_language

from backloop.units import Language, Text

__all__ = ["lazy_text", "reader_language", "say_now"]


def reader_language() -> Language:
    """Give the language of the request being answered.

    Returns
    -------
    str
        ``en`` or ``zh``.
    """
    return "en" if (get_language() or "").startswith("en") else "zh"


def say_now(text: Text) -> str:
    """Say a text in the language of the request being answered.

    Parameters
    ----------
    text : Text
        In both languages.

    Returns
    -------
    str
    """
    return text.say(reader_language())


lazy_text = lazy(say_now, str)
"""Like `say_now`, but spoken when the text is shown: for labels of forms."""
