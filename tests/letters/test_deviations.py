"""Deviations: shape tells the reference, a hollow mark the conflict, and no interval leaves the picture unseen."""

import pytest

from backloop.letters.deviations import deviation_picture, kind_of, part_of, with_reference
from backloop.letters.wording import Words
from backloop.library import Library
from backloop.units import Interval

LIBRARY = Library.packaged()


def _with(panel, marker, **update):
    rows = tuple(
        row.model_copy(update={"standing": row.standing.model_copy(update=update)})
        if row.reading.marker == marker
        else row
        for row in panel.rows
    )
    return panel.model_copy(update={"rows": rows})


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_marker_with_a_reference_is_drawn(panel, lang):
    """Name and number of each stand in the picture, under the kind of recording."""
    svg = deviation_picture(panel, library=LIBRARY, lang=lang)

    assert [row.reading.marker for row in with_reference(panel)] == ["nac-slow5", "s1-alff", "acc-naa"]
    for row in with_reference(panel):
        assert f">{row.title.say(lang)}<" in svg
        assert Words(lang).number(row.standing.z, is_change=True) in svg
        assert f">{Words(lang)(f'modality.{kind_of(row, LIBRARY)}')}<" in svg


def test_shape_tells_the_reference(panel):
    """A normative model and own controls do not look alike, whatever the colours."""
    own = deviation_picture(panel, library=LIBRARY)
    model = deviation_picture(_with(panel, "acc-naa", basis="normative model"), library=LIBRARY)

    assert own != model


def test_a_conflict_is_hollow(panel):
    """A marker whose studies conflict is drawn without filling."""
    plain = _with(panel, "s1-alff", is_conflicting=False)

    assert deviation_picture(panel, library=LIBRARY).count('fill="#fff"') == 1
    assert deviation_picture(plain, library=LIBRARY).count('fill="#fff"') == 0


def test_what_lies_outside_is_counted(panel):
    """The words say how many lie with their whole interval outside the reference."""
    outside = _with(panel, "acc-naa", z=4.0, interval=Interval(low=3.0, high=5.0))

    assert "0 lie with their whole interval outside" in deviation_picture(panel, library=LIBRARY)
    assert "1 lie with their whole interval outside" in deviation_picture(outside, library=LIBRARY)


def test_a_far_interval_is_cut_with_an_arrow(panel):
    """One wide interval does not squeeze the rest, and its number is told whole."""
    far = _with(panel, "acc-naa", z=2.0, interval=Interval(low=-30.0, high=34.0))
    svg = deviation_picture(far, library=LIBRARY)

    assert "+34" in svg
    assert "−8" in svg


def test_a_part_is_named_by_what_sets_it_apart(panel):
    """The marker itself is its main value; a part goes by its own name."""
    rows = {row.reading.marker: row for row in panel.rows}
    title = LIBRARY.marker("s1-alff").title.en

    assert "main value" == part_of(rows["s1-alff"], title, Words("en"))
    assert part_of(rows["s1-alff.slow-5"], title, Words("en")).startswith("slow-5")
