"""Traces: marks are named in the reader's words, and each pair of places stands once with its number."""

import pytest

from backloop.letters.traces import matrix_picture, pairs_of, place_names, summarise_marks, trace_picture
from backloop.letters.wording import Words


@pytest.mark.parametrize(("lang", "said"), [("en", "alpha peak at 9.60 Hz"), ("zh", "α峰：9.60 Hz")])
def test_a_mark_is_told_with_its_place(curves, lang, said):
    """Those who do not see the line hear where it peaks."""
    assert said == summarise_marks(curves[1:3], Words(lang))
    assert said in trace_picture(curves[1:3], lang=lang)


def test_two_ends_make_a_band(curves):
    """A window is told from where to where, once."""
    assert "window at 250 to 500 ms; latency at 401 ms; peak at 404 ms" == summarise_marks(curves[3:], Words("en"))


def test_nothing_marked_is_said(curves):
    """A line without marks says so."""
    assert "nothing is marked" == summarise_marks(curves[2:3], Words("en"))


def test_an_unknown_mark_keeps_its_name(curves):
    """A site's own mark is shown as it is called."""
    own = curves[2].model_copy(update={"marks": {"mu-rhythm": 11.3}})

    assert "mu-rhythm at 11.3 Hz" == summarise_marks([own], Words("en"))


def test_lines_differ_by_dash(curves):
    """Two lines are told apart without colour, and both are named."""
    svg = trace_picture(curves[1:3])

    assert "stroke-dasharray" in svg
    assert all(f">{curve.name.en}<" in svg for curve in curves[1:3])


@pytest.mark.parametrize(("lang", "names"), [("en", "both nuclei accumbens"), ("zh", "双侧伏隔核")])
def test_places_have_names_where_the_atlas_knows_them(matrix, lang, names):
    """A site's own place keeps its id."""
    assert names == place_names(matrix, lang)[0]
    assert "site-own" == place_names(matrix, lang)[2]


def test_each_pair_stands_once_with_its_number(matrix):
    """One triangle of the table, without the pairs that have no value."""
    svg = matrix_picture(matrix)

    assert [(1, 0, 0.8), (2, 0, -0.2)] == pairs_of(matrix)
    assert (1, 1) == (svg.count(">0.80<"), svg.count(">−0.20<"))
    assert "Strongest: medial prefrontal" in svg
