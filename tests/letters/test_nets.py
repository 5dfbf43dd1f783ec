"""Networks in pictures: every trial is counted, every pair told, every probability written."""

from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from backloop.letters import league_picture, network_picture, rank_picture
from backloop.synthesis import compare_network, read_network

SVG = "{http://www.w3.org/2000/svg}"
ROWS = pd.DataFrame(
    [("A", "walk", "rest", -1.0, 0.3), ("B", "swim", "rest", -0.5, 0.4), ("C", "walk", "swim", -0.6, 0.3),
     ("D", "walk", "rest", -0.9, 0.3)],
    columns=["study", "treatment", "comparator", "estimate", "standard_error"],
)  # fmt: skip


@pytest.fixture
def network():
    """Compare three treatments."""
    return compare_network(read_network(ROWS, better="low"), reference="rest")


def texts(svg):
    """Give every text of a picture."""
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own picture


def said(svg):
    """Give what a picture says to those who do not see it."""
    return next(ET.fromstring(svg).iter(f"{SVG}desc")).text  # noqa: S314 - our own picture


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_graph_counts_every_trial(network, lang):
    """Treatments stand by name, and every line carries its number of trials."""
    svg = network_picture(network, lang=lang)

    assert sorted(texts(svg)) == ["1", "1", "2", "rest", "swim", "walk"]
    assert ("walk and rest: 2" if lang == "en" else "walk与rest：2 项") in said(svg)


def test_the_league_tells_every_pair_once(network):
    """Names stand on the diagonal, best first, and each pair has its number and interval."""
    svg = league_picture(network)
    effect = network.effect("walk", "rest")

    names = [text for text in texts(svg) if text in network.treatments]
    assert names == [rank.treatment for rank in network.ranks]
    assert f"{effect.estimate:.2f}".replace("-", "\N{MINUS SIGN}") in texts(svg)
    assert said(svg).count(" to ") == 3


def test_what_excludes_no_difference_is_framed(network):
    """A frame, not a colour, tells which pairs differ clearly."""
    clear = [effect for effect in network.effects if effect.favours != "neither"]

    assert 0 < len(clear) < len(network.effects)
    assert league_picture(network).count('stroke="#17504c"') == len(clear)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_probability_of_a_rank_is_written(network, lang):
    """Per cent stand in the cells, P-scores beside the names, medians in the text."""
    shown = texts(rank_picture(network, lang=lang))

    best = network.ranks[0]
    assert f"{100 * best.probabilities[0]:.0f}" in shown
    assert {rank.treatment for rank in network.ranks} <= set(shown)
    assert any(f"{best.p_score:.2f}" in text for text in shown)
    assert str(best.median) in said(rank_picture(network, lang=lang))
