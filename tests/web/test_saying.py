"""The tag that says words in the reader's language: both are needed, written out, and what is filled in is escaped."""

import pytest
from django.template import TemplateSyntaxError, engines
from django.utils import translation


def _say(template: str, lang: str = "en", **shown: object) -> str:
    with translation.override(lang):
        said: str = engines["django"].from_string(template).render(shown)
    return said


@pytest.mark.parametrize(("lang", "words"), [("en", "Save"), ("zh-hans", "保存")])
def test_the_reader_hears_their_language(lang: str, words: str):
    """One template gives both, whichever asked first."""
    template = engines["django"].from_string('{% say en="Save" zh="保存" %}')
    for asked in ("en", "zh-hans", lang):
        with translation.override(asked):
            said = template.render({})

    assert said == words


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ('{% say en="A & B <i>" zh="甲" %}', "A &amp; B &lt;i&gt;"),
        ('{% say en="by {who}" zh="由{who}" who=name %}', "by &lt;Li&gt;"),
        ('{% say en="week {n}" zh="第 {n} 周" n=2.0|floatformat %}', "week 2"),
        ('{% say en="done" zh="完成" as kept %}[{{ kept }}]', "[done]"),
        ("{% say en='it' zh='它' %}", "it"),
    ],
)
def test_words_and_what_is_filled_in_are_escaped(template: str, said: str):
    """Nothing of a person becomes part of the page's own markup."""
    assert _say(template, name="<Li>") == said


@pytest.mark.parametrize(
    "template",
    [
        '{% say en="Save" %}',
        '{% say zh="保存" %}',
        '{% say en=name zh="保存" %}',
        '{% say en="a" zh="b" c %}',
        '{% say en="a" zh="" %}',
    ],
)
def test_a_missing_language_stops_the_page(template: str):
    """A template with one language, or with words from elsewhere, is not read at all."""
    with pytest.raises(TemplateSyntaxError, match="say en"):
        _say(template)
