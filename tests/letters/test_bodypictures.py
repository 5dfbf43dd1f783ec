"""Pain drawings as pictures and sentences: what is painted is named, in both languages, without a word unescaped."""

from xml.etree import ElementTree as ET

import pytest

from backloop.letters import body_picture, drawing_sentence
from backloop.library import read_chart
from backloop.measure import Drawing, Stroke, Tapped

CHART = read_chart()
DRAWN = Drawing(
    session_id="ses-01",
    chart=CHART.name,
    strokes=(Stroke(view="front", width=0.1, points=((0.5, 0.4),), quality="burning"),),
    tapped=(Tapped(region="low-back-left", quality="aching"), Tapped(region="sacrum")),
)
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("view", ["front", "back", "left", "right"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_picture_says_what_it_shows(view: str, lang: str):
    """Each figure is sound XML with a title, a description and only ids of its own."""
    picture = ET.fromstring(body_picture(DRAWN, CHART, view, lang=lang, name="a"))  # noqa: S314 - our own

    assert picture.find(f"{_SVG}title").text == CHART.view(view).title.say(lang)
    assert picture.find(f"{_SVG}desc").text
    assert picture.get("role") == "img"
    assert all(each.get("id", "a-").startswith("a-") for each in picture.iter())
    assert not any(each.get("style") for each in picture.iter())


def test_regions_and_strokes_stand_on_their_own_figure():
    """A region is filled and named on the back, a stroke drawn on the front, and the sides say that nothing is."""
    back, front = (body_picture(DRAWN, CHART, view, lang="en") for view in ("back", "front"))

    assert "low back, left; sacrum" in back
    assert "<polyline" not in back
    assert front.count("<polyline") == 1
    assert "no pain drawn on this figure" in body_picture(DRAWN, CHART, "left", lang="en")


def test_the_sentence_names_regions_extent_and_quality():
    """The text alternative names what a reader would see, in either language."""
    english, chinese = (drawing_sentence(DRAWN, CHART, lang=lang) for lang in ("en", "zh"))

    assert "low back, left" in english
    assert "aching or dull; burning or hot" in english
    assert "左侧腰部" in chinese
    assert "酸痛、钝痛、烧灼、发热" in chinese


def test_no_pain_and_nothing_drawn_are_different_sentences():
    """No pain anywhere is said; an empty drawing says that nothing is drawn."""
    empty = Drawing(session_id="ses-01", chart=CHART.name)

    assert drawing_sentence(empty, CHART, lang="en") == "Nothing is drawn."
    assert drawing_sentence(empty.model_copy(update={"nowhere": True}), CHART, lang="zh") == "全身无疼痛。"
