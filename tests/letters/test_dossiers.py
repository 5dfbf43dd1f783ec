"""Pages about evidence: self-contained, readable by everybody, and whole in both languages."""

import numpy as np
import pandas as pd
import pytest

from backloop.letters import evidence_page, network_page, pooling_notes, synthesis_page
from backloop.library import Library
from backloop.plan import find_conflicts
from backloop.synthesis import Studies, compare_network, pool, read_network

SHELF = Library.packaged().shelf("interventions")
NAMED = ("resolve", "motor-control-exercise", "tdcs-m1", "traction", "sham-stimulation")
ROWS = pd.DataFrame(
    [("A", "walk", "rest", -1.0, 0.3), ("B", "swim", "rest", -0.5, 0.4), ("C", "walk", "swim", -0.6, 0.3),
     ("D", "walk", "rest", -0.9, 0.3)],
    columns=["study", "treatment", "comparator", "estimate", "standard_error"],
)  # fmt: skip


def studies(count=4):
    """Give a few studies."""
    return Studies(
        labels=tuple("ABCD"[:count]), estimate=np.array([-1.0, -0.3, -0.5, -0.2])[:count], measure="MD", unit="points",
        standard_error=np.array([0.5, 0.3, 0.2, 0.1])[:count], better="low",
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", NAMED)
def test_what_is_known_of_a_treatment_is_all_on_its_page(name, lang, page):
    """Results, conflicts, guidelines, harms and sources are there, and the page shuts nobody out."""
    book = SHELF[name]
    found = page(evidence_page(book, lang=lang))

    assert found.faults() == []
    for row in book.evidence:
        assert row.outcome.say(lang) in found.text
    for text in (*find_conflicts(book), *(guide.statement for guide in book.guidelines), *(h.what for h in book.harms)):
        assert " ".join(text.say(lang).split()) in found.text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_pooled_table_has_its_forest_and_funnel(lang, page):
    """The answer leads; forest, funnel and their tables follow, with a caution where studies are few."""
    pooled = pool(studies())
    found = page(synthesis_page(studies(), pooled, title="walking", lang=lang))

    assert found.faults() == []
    assert pooled.text.say(lang) in found.text
    assert len(found.all("figure")) == 2
    assert ("only 4 studies" if lang == "en" else "仅有4项研究") in found.text


def test_two_studies_have_a_forest_only(page):
    """Nothing can be left out of two studies, and no funnel is drawn from them."""
    found = page(synthesis_page(studies(2), pool(studies(2)), title="walking"))

    assert found.faults() == []
    assert len(found.all("figure")) == 1


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_network_has_graph_effects_league_and_ranks(lang, page):
    """Four pictures with their tables, and sentences about consistency."""
    network = compare_network(read_network(ROWS, better="low"), reference="rest")
    found = page(network_page(network, title="pain", lang=lang))

    assert found.faults() == []
    assert len(found.all("figure")) == 4
    assert f"p = {network.consistency.wald.p:.3f}".replace(" ", "" if lang == "zh" else " ") in found.text


def test_a_network_without_a_good_end_has_no_ranks(page):
    """Where neither end is good, the page leaves the ranks out."""
    network = compare_network(read_network(ROWS, better="neither"), reference="rest")

    assert len(page(network_page(network, title="pain")).all("figure")) == 3


def test_notes_tell_every_check_or_why_there_is_none():
    """Three checks and a caution, or the one reason that nothing can be checked."""
    assert [note.split()[0] for note in pooling_notes(studies(), pool(studies()))] == [
        "Egger's", "Begg's", "Trim", "Caution:",
    ]  # fmt: skip
    [reason] = pooling_notes(studies(2), pool(studies(2)))
    assert reason.startswith("2 studies that are too few")


def test_a_title_is_escaped():
    """What a user calls a comparison never becomes markup."""
    html = synthesis_page(studies(), pool(studies()), title="<b>walking</b> & more")

    assert "<b>walking" not in html
    assert "&lt;b&gt;walking" in html
