"""Forest plots: every result is there in words, directions are named, and kinds differ by shape."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from backloop.letters import evidence_picture, forest_picture, reference_picture
from backloop.letters.effectrows import effect_words
from backloop.letters.wording import Words
from backloop.library import Library
from backloop.synthesis import Studies, compare_network, gather_evidence, pool, read_network

SVG = "{http://www.w3.org/2000/svg}"
SHELF = Library.packaged().shelf("interventions")
MINUS = "\N{MINUS SIGN}"


def texts(svg):
    """Give every text of a picture."""
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own picture


def said(svg):
    """Give what a picture says to those who do not see it."""
    return next(ET.fromstring(svg).iter(f"{SVG}desc")).text  # noqa: S314 - our own picture


def three(better="low", estimate=(-1.0, -0.4, -2.9)):
    """Give three studies."""
    return Studies(
        labels=("Ash", "Elm", "Oak"), estimate=np.array(estimate), standard_error=np.array([0.5, 0.3, 0.9]),
        measure="MD", unit="points", better=better,
    )  # fmt: skip


@pytest.mark.parametrize(("lang", "word"), [("en", "prediction interval"), ("zh", "预测区间")])
def test_every_study_and_the_answer_are_told(lang, word):
    """Names, numbers, weights, pooled effect and prediction interval are written beside the marks."""
    studies = three()
    shown = texts(forest_picture(studies, pool(studies), title="walking", lang=lang))

    assert {"Ash", "Elm", "Oak", word, Words(lang)("forest.pooled")} <= set(shown)
    assert Words(lang)("forest.result", estimate=f"{MINUS}1.00", low=f"{MINUS}1.98", high=f"{MINUS}0.02") in shown


@pytest.mark.parametrize(
    ("better", "left", "right"),
    [
        ("low", "← favours this treatment", "favours comparator →"),
        ("high", "← favours comparator", "favours this treatment →"),
        ("neither", "← lower", "higher →"),
    ],
)
def test_the_two_sides_of_none_are_named(better, left, right):
    """Which side favours whom follows the good end of the outcome, never the sign alone."""
    studies = three(better)

    assert {left, right} <= set(texts(forest_picture(studies, pool(studies), title="walking")))


def test_a_picture_says_its_answer_to_those_who_do_not_see_it():
    """The text of the picture holds the pooled sentence."""
    studies = three()
    pooled = pool(studies)

    assert pooled.text.en in said(forest_picture(studies, pooled, title="walking"))
    assert pooled.text.zh in said(forest_picture(studies, pooled, title="步行", lang="zh"))


def test_a_fixed_effect_predicts_nothing():
    """Without random effects there is no prediction interval to draw."""
    studies = three()

    assert "prediction interval" not in texts(forest_picture(studies, pool(studies, method="fixed"), title="walking"))


def test_a_very_long_interval_is_cut_and_marked():
    """An interval far longer than the others is drawn to the edge with an arrow; its numbers stay whole."""
    wide = Studies(
        labels=("A", "B", "C", "D"), estimate=np.array([-1.0, -0.5, -0.4, 2.0]), better="low", measure="MD",
        standard_error=np.array([0.2, 0.2, 0.2, 40.0]), unit="points",
    )  # fmt: skip
    svg = forest_picture(wide, pool(wide, method="fixed"), title="walking")
    plain = forest_picture(three(), pool(three(), method="fixed"), title="walking")

    assert f"2.00 ({MINUS}76.40 to 80.40)" in texts(svg)
    assert svg.count("<path") > plain.count("<path")


@pytest.mark.parametrize("name", sorted(SHELF))
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_group_of_every_book_can_be_drawn(name, lang):
    """Outcomes, sources and numbers of each result stand beside its mark, and in the picture's text."""
    words = Words(lang)
    for place, group in enumerate(gather_evidence(SHELF[name].evidence).groups):
        svg = evidence_picture(group, lang=lang, name=f"forest-{place}")
        for effect in group.effects:
            result = effect_words(words, (effect.estimate, effect.low, effect.high), effect.unit)
            assert result in texts(svg)
            assert effect.row.reference in said(svg)
        assert f'id="forest-{place}-title"' in svg


def test_trials_and_reviews_differ_without_colour():
    """A review is a circle, a trial a square, a network a triangle: the outlines differ."""
    groups = gather_evidence([*SHELF["resolve"].evidence, *SHELF["motor-control-exercise"].evidence]).groups
    svg = "".join(evidence_picture(group) for group in groups if group.domain in {"pain", "disability"})
    outlines = {outline.strip("MZz")[:6] for outline in re.findall(r'<path transform[^>]* d="(M[^"]{10,})"', svg)}

    assert {effect.row.design for group in groups for effect in group.effects} >= {"trial", "review", "network"}
    assert len(outlines) >= 3


def test_what_was_not_checked_is_marked():
    """A result that was not read in its source carries a dagger."""
    book = SHELF["motor-control-exercise"]
    group = gather_evidence(book.evidence).groups[0]
    unread = [effect for effect in group.effects if not effect.row.verified]

    assert unread
    assert sum("†" in text for text in texts(evidence_picture(group))) == len(unread)


def test_a_network_is_told_against_its_reference():
    """Every other treatment has its row, under the name of the reference."""
    rows = pd.DataFrame(
        {"study": list("ABC"), "treatment": ["walk", "swim", "walk"], "comparator": ["rest", "rest", "swim"],
         "estimate": [-1.0, -0.5, -0.6], "standard_error": [0.3, 0.4, 0.3]}
    )  # fmt: skip
    svg = reference_picture(compare_network(read_network(rows, better="low"), reference="rest"))

    assert {"walk", "swim"} <= set(texts(svg))
    assert "v rest" in svg
    assert "prediction" not in said(svg)


def test_an_effect_without_an_interval_says_so():
    """A lone number is never dressed up as a range."""
    assert effect_words(Words("en"), (-0.64, None, None), "SD") == f"{MINUS}0.64 (no interval)"
    assert effect_words(Words("zh"), (12.34, 1, 20), "% of the scale") == "12.3（1.0 至 20.0）"
