"""Compared networks: laws that hold for any network, directions, words, and what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backloop.errors import TrialError
from backloop.synthesis import compare_network, pool, read_network, read_studies

METHODS = ("fixed", "dersimonian-laird", "reml")
ROWS = pd.DataFrame(
    [
        ("A", "walk", "rest", -1.0, 0.4),
        ("B", "walk", "rest", -0.4, 0.3),
        ("C", "swim", "rest", -0.5, 0.5),
        ("D", "swim", "walk", 0.6, 0.3),
        ("E", "swim", "rest", -0.1, 0.3),
        ("F", "tape", "swim", 0.3, 0.4),
    ],
    columns=["study", "treatment", "comparator", "estimate", "standard_error"],
)


def network(rows=ROWS, *, better="low"):
    """Read the rows as a network."""
    return read_network(rows, better=better)


@st.composite
def any_network(draw):
    """Draw a triangle of two-arm trials, two or three to a comparison, alike or very different."""
    rows = []
    for treatment, comparator in (("b", "a"), ("c", "a"), ("c", "b")):
        for place in range(draw(st.integers(2, 3))):
            y, se = draw(st.floats(-3, 3)), draw(st.floats(0.1, 1.5))
            rows.append((f"{treatment}{comparator}{place}", treatment, comparator, y, se))
    return network(pd.DataFrame(rows, columns=ROWS.columns))


@pytest.mark.parametrize("method", METHODS)
def test_two_treatments_are_a_pairwise_meta_analysis(method):
    """A network of one comparison gives what pooling its trials gives, prediction and tau2 included."""
    rows = ROWS.iloc[:3].assign(treatment="walk")
    one = compare_network(network(rows), reference="rest", method=method, uncertainty="normal")
    other = pool(read_studies(rows, better="low"), method=method, uncertainty="normal")

    [effect] = one.against_reference
    assert (effect.estimate, effect.standard_error, one.tau2) == pytest.approx(
        (other.estimate, other.standard_error, other.tau2), rel=1e-9, abs=1e-12
    )
    assert (effect.interval.low, effect.p, one.q.q) == pytest.approx((other.interval.low, other.p, other.q))
    if method != "fixed":
        assert effect.prediction.high == pytest.approx(other.prediction.high)
        assert one.tau2_interval.high == pytest.approx(other.tau2_interval.high)


@settings(deadline=None, max_examples=30)
@given(any_network(), st.sampled_from(METHODS), st.floats(1e-2, 1e2))
def test_units_do_not_matter(found, method, factor):
    """In another unit effects grow by the factor, tau2 by its square; Q, p-values and P-scores stay."""
    larger = replace(found, estimate=factor * found.estimate, covariance=factor**2 * found.covariance)
    before, after = (compare_network(each, method=method, draws=1) for each in (found, larger))

    assert [e.estimate for e in after.effects] == pytest.approx(
        [factor * e.estimate for e in before.effects], rel=1e-5, abs=1e-7 * factor
    )
    assert after.tau2 == pytest.approx(factor**2 * before.tau2, rel=1e-5, abs=1e-7 * factor**2)
    assert after.q.q == pytest.approx(before.q.q, rel=1e-6)


@settings(deadline=None, max_examples=30)
@given(any_network(), st.sampled_from(METHODS))
def test_differences_add_up(found, method):
    """What c has over b and b over a, c has over a."""
    answer = compare_network(found, method=method, draws=1)
    whole, parts = answer.effect("c", "a"), (answer.effect("c", "b"), answer.effect("b", "a"))

    assert whole.estimate == pytest.approx(sum(part.estimate for part in parts), abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(any_network(), st.sampled_from(METHODS))
def test_the_reference_changes_only_what_is_told(found, method):
    """Effects between any two treatments are the same whatever they are told against."""
    first, second = (compare_network(found, method=method, reference=name, draws=1) for name in "ac")

    assert first.effects == second.effects
    assert [e.comparator for e in first.against_reference] == ["a", "a"]
    assert [e.comparator for e in second.against_reference] == ["c", "c"]


@settings(deadline=None, max_examples=30)
@given(any_network())
def test_q_splits_into_its_parts(found):
    """Q within and between designs add up to Q of the network, with their degrees of freedom."""
    answer = compare_network(found, method="fixed", draws=1)
    parts = answer.consistency

    assert parts.within.q + parts.between.q == pytest.approx(answer.q.q, abs=1e-8)
    assert parts.within.df + parts.between.df == answer.q.df


@settings(deadline=None, max_examples=30)
@given(any_network())
def test_direct_and_indirect_evidence_are_two_networks(found):
    """Under fixed effects a split is the trials of a comparison pooled, against the network without them."""
    splits = compare_network(found, method="fixed", draws=1).consistency.splits
    split = next(one for one in splits if (one.treatment, one.comparator) == ("b", "a"))
    share, means, errors = 1.0 / np.diag(found.covariance), {}, {}
    for pair in ((1, 0), (2, 0), (2, 1)):
        rows = (found.treatment == pair[0]) & (found.base == pair[1])
        means[pair], errors[pair] = (share[rows] @ found.estimate[rows]) / share[rows].sum(), share[rows].sum() ** -0.5
    direct, indirect = means[1, 0], means[2, 0] - means[2, 1]

    assert (split.direct, split.indirect) == pytest.approx((direct, indirect), abs=1e-9)
    assert split.indirect_error == pytest.approx(np.hypot(errors[2, 0], errors[2, 1]))
    assert split.difference == pytest.approx(split.direct - split.indirect, abs=1e-12)


def test_better_says_who_is_favoured_and_who_ranks_first():
    """The same numbers favour the other side where high is good, and nobody where neither end is."""
    low, high, neither = (
        compare_network(network(better=better), method="fixed") for better in ("low", "high", "neither")
    )

    assert low.effect("walk", "rest").favours == "treatment"
    assert high.effect("walk", "rest").favours == "comparator"
    assert neither.effect("walk", "rest").favours == "neither"
    assert low.ranks[0].treatment == "walk"
    assert high.ranks[-1].treatment == "walk"
    assert neither.ranks == ()


def test_a_turned_effect_has_the_other_sign():
    """Asking for comparator minus treatment turns estimate, interval, prediction and direction."""
    found = compare_network(network())
    one, other = found.effect("walk", "rest"), found.effect("rest", "walk")

    assert other.estimate == -one.estimate
    assert (other.interval.low, other.prediction.high) == (-one.interval.high, -one.prediction.low)
    assert other.turned() == one


def test_the_most_studied_treatment_is_the_reference():
    """Without a reference, effects are told against what most trials had."""
    assert compare_network(network(ROWS.iloc[1:]), method="fixed").reference == "swim"


def test_t_is_wider_than_normal():
    """Random effects have t intervals by default; normal ones are narrower."""
    t, normal = compare_network(network()), compare_network(network(), uncertainty="normal")

    assert (t.df, normal.df) == (3, None)
    assert t.effect("walk", "rest").interval.low < normal.effect("walk", "rest").interval.low
    assert compare_network(network(), method="fixed").df is None


def test_the_whole_answer_in_words():
    """One sentence in each language: trials, treatments, model, heterogeneity, inconsistency."""
    found = compare_network(network(), reference="rest", method="fixed")

    assert found.text.en.startswith("6 trials of 4 treatments, fixed effect: effect against rest; tau2 0, I2")
    assert "不一致性检验P=" in found.text.zh
    tree = compare_network(network(ROWS.iloc[[0, 1, 5, 4]]), method="fixed")
    assert tree.text.en.endswith("inconsistency cannot be tested.")


def test_json_holds_the_whole_answer():
    """A compared network can be stored and read again."""
    found = compare_network(network())

    assert type(found).model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reference": "run"}, "unknown reference 'run'; the treatments are rest, swim, tape, walk"),
        ({"method": "bayes"}, "unknown option 'bayes'; expected one of fixed, dersimonian-laird, reml"),
        ({"level": 95}, "expected a level between 0 and 1, got 95"),
    ],
    ids=["reference", "method", "level"],
)
def test_wrong_options_are_refused(options, message):
    """An option that does not exist is told what there is."""
    with pytest.raises(TrialError, match=message):
        compare_network(network(), **options)


def test_a_network_without_a_second_source_has_no_random_effects():
    """Where every comparison has one trial and no loop, nothing tells how trials differ."""
    with pytest.raises(TrialError, match="no comparison has two sources"):
        compare_network(network(ROWS.iloc[[0, 2, 5]]))

    assert compare_network(network(ROWS.iloc[[0, 2, 5]]), method="fixed").q.df == 0


def test_an_unknown_comparison_names_the_treatments():
    """A misspelt treatment gets the list of those there are."""
    with pytest.raises(TrialError, match="no comparison of 'run' with 'rest'; the treatments are rest, swim"):
        compare_network(network(), method="fixed").effect("run", "rest")
