"""The tags that put words into a page: ``{% say en="Save" zh="保存" %}`` and ``{{ a_text|said }}``.

Decides that a template holds both languages side by side; both are needed, and blanks are filled by name.
"""

from django import template
from django.template.base import FilterExpression, Node, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from backloop.units import Language, Text
from backloop.web.look.wordings import reader_language, say_now

__all__ = ["register", "said", "say"]

register = template.Library()

_FORM = '{% say en="…" zh="…" %}, with name=value for each {name} in the words, and "as name" to keep them'


class _Said(Node):
    """Words in both languages, made ready when the template is read: a page says hundreds of them."""

    def __init__(self, words: dict[Language, str], blanks: dict[str, FilterExpression], kept_as: str) -> None:
        self.blanks, self.kept_as = blanks, kept_as
        # With blanks the words are a pattern for `format_html`, which escapes what is filled in.
        self.shown = {lang: mark_safe(said if blanks else escape(said)) for lang, said in words.items()}  # noqa: S308

    def render(self, context: Context) -> SafeString:
        said = self.shown[reader_language()]
        if self.blanks:
            said = format_html(said, **{name: value.resolve(context) for name, value in self.blanks.items()})
        if not self.kept_as:
            return said
        context[self.kept_as] = said
        return SafeString()


@register.tag
def say(parser: Parser, token: Token) -> Node:
    """Say words in the reader's language, filling ``{name}`` from what follows; what is filled in is escaped.

    Parameters
    ----------
    parser : Parser
        Of the template.
    token : Token
        The tag: `en` and `zh`, both written out; a value for each blank; at the end ``as name`` to keep the words.

    Returns
    -------
    Node

    Raises
    ------
    TemplateSyntaxError
        If a language is missing or not written out.
    """
    bits = token.split_contents()[1:]
    bits, kept_as = (bits[:-2], bits[-1]) if bits[-2:-1] == ["as"] else (bits, "")
    given = token_kwargs(bits, parser)
    words = {lang: given.pop(lang).var for lang in ("en", "zh") if lang in given}
    written = {lang: said for lang, said in words.items() if said and isinstance(said, str)}
    if bits or written.keys() != {"en", "zh"}:
        message = f"write {_FORM}, not: {token.contents}"
        raise template.TemplateSyntaxError(message)
    return _Said(written, given, kept_as)


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
