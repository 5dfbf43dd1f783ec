"""The guideline matrix: direction by sign and word, strength in words, and what was not seen."""

from xml.etree import ElementTree as ET

import pytest

from backloop.letters import guideline_picture
from backloop.letters.guidance import guideline_bodies
from backloop.letters.wording import Words
from backloop.library import GUIDELINE_BODIES, Guideline, Library
from backloop.units import Certainty, Text

SVG = "{http://www.w3.org/2000/svg}"
RESOLVE = Library.packaged().intervention("resolve")


def texts(svg):
    """Give every text of a picture."""
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own picture


def book(**directions):
    """Give a treatment with one row for each guideline named."""
    rows = tuple(
        Guideline(
            body=body, year=2020, direction=direction, strength="strong", certainty=Certainty.LOW,
            statement=Text(en="words", zh="文字"), reference="who-2023", verified=body == "WHO",
        )
        for body, direction in directions.items()
    )  # fmt: skip
    return RESOLVE.model_copy(update={"guidelines": rows})


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_guideline_has_its_direction_and_strength_in_words(lang):
    """Bodies are the heads, and each cell says which way and how strongly."""
    words, shown = Words(lang), texts(guideline_picture([RESOLVE], lang=lang))

    assert {row.body for row in RESOLVE.guidelines} <= set(shown)
    assert {words(f"position.{row.direction}") for row in RESOLVE.guidelines} <= set(shown)
    clear = [row for row in RESOLVE.guidelines if row.direction in {"for", "against", "conflicting"}]
    assert {words(f"recommendation.{row.strength}") for row in clear} <= set(shown)


def test_directions_differ_without_colour():
    """For, against, conflicting, silent and not seen have five outlines."""
    svg = guideline_picture(
        [book(WHO="for", ACP="against", LAC2="conflicting", NICE="no recommendation", Other="not found")]
    )
    root = ET.fromstring(svg)  # noqa: S314 - our own picture
    outlines = {path.get("d") for path in root.iter(f"{SVG}path") if path.get("transform") and path.get("stroke")}

    assert len({outline for outline in outlines if outline}) >= 5


def test_a_position_that_was_not_read_is_open():
    """Filled signs were read in their source, open ones were not."""
    svg = guideline_picture([book(WHO="for", ACP="for", LAC2="for")])

    assert svg.count('fill="#fff"') == 2


def test_silence_has_no_strength():
    """A guideline without a recommendation, or one not seen, is never called strong."""
    shown = texts(guideline_picture([book(WHO="no recommendation", ACP="not found")]))

    assert "strong" not in shown
    assert {"no recommendation", "not found"} <= set(shown)


def test_the_five_bodies_come_first():
    """The guidelines every treatment is held against stand in one order, further ones behind."""
    assert guideline_bodies([book(Other="for", LAC2="for", WHO="for")]) == ("WHO", "LAC2", "Other")
    assert guideline_bodies([RESOLVE])[: len(GUIDELINE_BODIES)] == GUIDELINE_BODIES


def test_several_treatments_stand_below_each_other():
    """A matrix of two treatments names both, and tells both in its text."""
    two = [RESOLVE, book(WHO="against").model_copy(update={"title": Text(en="Other", zh="其他")})]
    svg = guideline_picture(two)

    assert "Other" in texts(svg)
    assert "Other: WHO: against, strong" in svg
