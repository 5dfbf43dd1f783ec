"""The tags that put words into a page: ``{% say en="Save" zh="保存" %}`` and ``{{ a_text|said }}``.

Decides that a template holds both languages side by side; both are needed, and blanks are filled by name.
"""

from typing import Any

from django import template
from django.utils.html import format_html

from backloop.units import Text
from backloop.web.look.wordings import say_now

__all__ = ["register", "said", "say"]

register = template.Library()


@register.simple_tag
def say(*, en: str, zh: str, **blanks: Any) -> str:  # noqa: ANN401 - whatever a page shows
    """Say words in the reader's language, filling ``{name}`` from what follows.

    Parameters
    ----------
    en, zh : str
        The words.
    **blanks
        What stands for ``{name}``; escaped.

    Returns
    -------
    str
    """
    words = say_now(Text(en=en, zh=zh))
    return format_html(words, **blanks) if blanks else words


@register.filter
def said(text: Text) -> str:
    """Say a `Text` in the reader's language.

    Parameters
    ----------
    text : Text
        In both languages.

    Returns
    -------
    str
    """
    return say_now(text)
