"""Books' rows on one axis: what stands together, what is pooled, and that no row is lost or counted twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.library import EvidenceRow, Library
from backloop.synthesis import Studies, gather_evidence, pool
from backloop.units import Certainty, Text

SHELF = Library.packaged().shelf("interventions")


def row(**changes) -> EvidenceRow:
    """Give a trial's result on a 0-10 scale."""
    told = {
        "outcome": Text(en="pain", zh="疼痛"),
        "comparator": Text(en="sham", zh="假治疗"),
        "versus": "sham",
        "measure": Text(en="NRS 0-10", zh="NRS 0～10分"),
        "domain": "pain",
        "design": "trial",
        "metric": "MD",
        "points": 10,
        "effect": -1.0,
        "low": -1.5,
        "high": -0.5,
        "weeks": 12,
        "direction": "for",
        "certainty": Certainty.LOW,
        "rated_by": Text(en="review authors", zh="综述作者"),
        "reference": "bagg-2022",
        "verified": True,
    }
    return EvidenceRow(**{**told, **changes})


def other(**changes) -> EvidenceRow:
    """Give a second, independent trial."""
    return row(**{"reference": "costa-2009", "effect": -0.4, "low": -1.0, "high": 0.2, **changes})


def test_a_mean_difference_becomes_per_cent_of_its_scale():
    """One point of ten, ten of a hundred and 2.4 of 24 are the same size on the axis."""
    rows = [row(), row(effect=-10, low=-15, high=-5, points=100), row(effect=-2.4, low=-3.6, high=-1.2, points=24)]
    [group] = gather_evidence(rows).groups

    assert [effect.estimate for effect in group.effects] == pytest.approx([-10, -10, -10])
    assert [effect.low for effect in group.effects] == pytest.approx([-15, -15, -15])
    assert group.unit == "% of the scale"


def test_the_standard_error_comes_from_the_interval():
    """Half the interval over its quantile, whatever its level."""
    [group] = gather_evidence([row(), row(level=0.99)]).groups

    assert group.effects[0].standard_error == pytest.approx(5 / 1.959964, rel=1e-6)
    assert group.effects[1].standard_error == pytest.approx(5 / 2.575829, rel=1e-6)


@pytest.mark.parametrize(
    ("low", "high"), [(None, None), (-4.0, -0.9), (-1.0, -1.0)], ids=["none", "lopsided", "no width"]
)
def test_an_interval_that_is_not_normal_gives_no_error(low, high):
    """Without a symmetric interval a result is drawn but never pooled."""
    [group] = gather_evidence([row(low=low, high=high), other()]).groups

    assert group.effects[0].standard_error is None
    assert group.pooled == ()


def test_mean_and_standardised_differences_never_meet():
    """Domains, metrics and directions stand in groups of their own, in the order of the book."""
    rows = [row(), row(metric="SMD", points=None), row(better="high"), row(domain="disability"), other()]
    groups = gather_evidence(rows).groups

    assert [(group.domain, group.unit, group.better, len(group.effects)) for group in groups] == [
        ("pain", "% of the scale", "low", 2),
        ("pain", "SD", "low", 1),
        ("pain", "% of the scale", "high", 1),
        ("disability", "% of the scale", "low", 1),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"effect": None, "low": None, "high": None}, "told in words: no effect was stated"),
        ({"points": None}, "the width of its scale is not stated"),
        ({"metric": "other"}, "neither a mean difference nor a standardised one"),
        ({"metric": None}, "neither a mean difference nor a standardised one"),
    ],
    ids=["words", "ruler", "other", "none"],
)
def test_what_stands_on_no_axis_says_why(changes, reason):
    """A row that cannot be drawn is kept, with its reason."""
    [undrawn] = gather_evidence([row(**changes)]).undrawn

    assert undrawn.reason.en == reason


def test_independent_trials_are_pooled():
    """Two trials of one comparator and span of time give what pooling their numbers gives."""
    [group] = gather_evidence([row(), other()]).groups
    [found] = group.pooled
    errors = [effect.standard_error for effect in group.effects]

    studies = Studies(
        labels=("bagg-2022", "costa-2009"), estimate=np.array([-10.0, -4.0]), standard_error=np.array(errors),
        measure="MD", unit="% of the scale", better="low",
    )  # fmt: skip
    assert found.pooled == pool(studies, uncertainty="hartung-knapp-safeguarded")
    assert (found.comparator.en, found.term.en) == ("sham", "up to 13 weeks")


@pytest.mark.parametrize(
    "second",
    [
        other(design="review"),
        other(design="network"),
        other(design="uncontrolled"),
        other(reference="bagg-2022"),
        other(versus="usual care"),
        other(weeks=52),
        other(weeks=None),
        other(given=Text(en="with exercise", zh="联合运动")),
        other(metric="SMD"),
        other(domain="disability"),
    ],
    ids=[
        "review",
        "network",
        "uncontrolled",
        "same trial",
        "comparator",
        "later",
        "undated",
        "more",
        "metric",
        "domain",
    ],
)
def test_what_is_not_independent_or_alike_is_not_pooled(second):
    """Reviews, the same trial again, and other questions are never added to a trial."""
    assert [] == [one for group in gather_evidence([row(), second]).groups for one in group.pooled]


def test_shams_of_other_names_are_one_comparator():
    """A detuned device and a placebo are both sham; two active treatments are one only in the same words."""
    named = Text(en="detuned ultrasound", zh="无输出超声")

    [group] = gather_evidence([row(), other(comparator=named)]).groups
    assert [one.comparator.en for one in group.pooled] == ["sham"]
    [group] = gather_evidence([row(versus="other treatment"), other(versus="other treatment", comparator=named)]).groups
    assert group.pooled == ()
    [group] = gather_evidence([row(versus="other treatment"), other(versus="other treatment")]).groups
    assert len(group.pooled) == 1


def test_a_row_that_changes_changes_the_answer():
    """The forest follows the book: another effect gives another pooled effect."""
    before, after = (
        gather_evidence([row(), second]).groups[0].pooled[0].pooled.estimate
        for second in (other(), other(effect=-0.9, low=-1.5, high=-0.3))
    )

    assert after < before


def test_trials_that_agree_exactly_are_pooled_all_the_same():
    """Two equal results leave the safeguarded interval, not an error."""
    [group] = gather_evidence([row(), row(reference="costa-2009")]).groups

    assert group.pooled[0].pooled.estimate == pytest.approx(-10)


@given(st.permutations([row(), other(), row(design="review"), row(metric="SMD", points=None), row(effect=None)]))
def test_the_order_of_rows_changes_no_number(rows):
    """However a book orders its rows, the same are pooled."""
    pooled = [one.pooled.estimate for group in gather_evidence(rows).groups for one in group.pooled]

    assert pooled == pytest.approx([gather_evidence([row(), other()]).groups[0].pooled[0].pooled.estimate])


@pytest.mark.parametrize("name", sorted(SHELF))
def test_no_row_of_a_book_is_lost(name):
    """Every row of every treatment stands on an axis or among the undrawn, once."""
    book = SHELF[name]
    found = gather_evidence(book.evidence)

    placed = [effect.row for group in found.groups for effect in group.effects] + [each.row for each in found.undrawn]
    assert len(placed) == len(book.evidence)
    assert all(each in book.evidence for each in placed)
