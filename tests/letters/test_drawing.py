"""Drawing: a picture names itself, carries no text twice, and can stand beside others."""

from xml.etree import ElementTree as ET

import altair as alt

from backloop.letters.drawing import draw, theme

DOTS = theme(alt.Chart(alt.NamedData("rows")).mark_text().encode(x="x:Q", text="text:N"))


def test_a_picture_names_itself():
    """Role, name and text are on the root; everything inside is silent."""
    svg = draw(DOTS, [{"x": 1, "text": "a"}], name="dots", title="<Dots>", text="One & only.")
    root = ET.fromstring(svg)  # noqa: S314 - our own picture

    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "dots-title dots-text")
    assert [child.text for child in root[:2]] == ["<Dots>", "One & only."]
    assert [] == [node for child in root[2:] for node in child.iter() if node.get("role") or node.get("aria-label")]


def test_a_picture_fills_its_place():
    """It has a view box and no size of its own."""
    root = ET.fromstring(draw(DOTS, [{"x": 1, "text": "a"}], name="a", title="t", text="t"))  # noqa: S314 - our own

    assert root.get("viewBox")
    assert root.get("width") is None


def test_the_declaration_is_not_changed():
    """One declaration serves many people."""
    draw(DOTS, [{"x": 1, "text": "secret"}], name="a", title="t", text="t")

    assert "datasets" not in DOTS
