"""Pooling: laws that hold for any studies, options, words, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backloop.errors import TrialError
from backloop.synthesis import Pooled, Studies, leave_one_out, pool, pool_many

METHODS = ("fixed", "dersimonian-laird", "paule-mandel", "reml")
RANDOM = METHODS[1:]


def made(estimate, error, *, better="low", measure="MD", unit="points"):
    """Make studies S1, S2, ... from numbers."""
    labels = tuple(f"S{number}" for number in range(1, len(estimate) + 1))
    y, se = np.array(estimate, dtype=float), np.array(error, dtype=float)
    return Studies(labels=labels, estimate=y, standard_error=se, measure=measure, unit=unit, better=better)


@st.composite
def any_studies(draw, smallest=2):
    """Draw 2 to 12 studies, alike or very different."""
    rows = draw(
        st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 2)), min_size=smallest, max_size=12).filter(
            lambda rows: np.ptp([row[0] for row in rows]) > 1e-3
        )
    )
    return made(*zip(*rows, strict=True))


@given(st.floats(-50, 50), st.floats(0.01, 20))
def test_one_study_is_itself(estimate, error):
    """Pooling one study by a fixed effect gives it back, with no heterogeneity."""
    found = pool(made([estimate], [error]), method="fixed")

    assert (found.estimate, found.standard_error) == pytest.approx((estimate, error))
    numbers = (found.q, found.q_p, found.i2, found.h2, found.tau2, *found.weights)
    assert numbers == pytest.approx((0, 1, 0, 1, 0, 100))


@given(any_studies(), st.sampled_from(RANDOM))
def test_without_variance_between_random_is_fixed(studies, method):
    """Where tau2 is zero, random effects with normal intervals are the fixed effect."""
    alike = replace(studies, estimate=0.003 * studies.standard_error.min() * studies.estimate)

    random, fixed = (pool(alike, method=name, uncertainty="normal") for name in (method, "fixed"))
    assume(random.tau2 == 0)

    assert random.weights == fixed.weights
    assert (random.estimate, random.interval, random.p) == (fixed.estimate, fixed.interval, fixed.p)
    assert random.prediction == random.interval


@given(any_studies(), st.sampled_from(METHODS), st.floats(1e-3, 1e3))
def test_units_do_not_matter(studies, method, factor):
    """In another unit effects grow by the factor, tau2 by its square; p, Q and I2 stay."""
    larger = replace(studies, estimate=factor * studies.estimate, standard_error=factor * studies.standard_error)

    before, after = pool(studies, method=method), pool(larger, method=method)

    ends = (after.interval.low, after.interval.high, after.standard_error)
    expected = (before.interval.low, before.interval.high, before.standard_error)
    assert ends == pytest.approx([factor * end for end in expected], rel=1e-6, abs=1e-9 * factor)
    assert after.tau2 == pytest.approx(factor**2 * before.tau2, rel=1e-6, abs=1e-9 * factor**2)
    assert (after.p, after.q, after.i2) == pytest.approx((before.p, before.q, before.i2), rel=1e-6, abs=1e-6)


@given(any_studies(), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_order_does_not_matter(studies, method, random):
    """Shuffled studies give the same answer."""
    order = random.sample(range(len(studies.labels)), len(studies.labels))
    shuffled = made(studies.estimate[order], studies.standard_error[order])

    before, after = pool(studies, method=method), pool(shuffled, method=method)

    assert (after.estimate, after.standard_error) == pytest.approx((before.estimate, before.standard_error), rel=1e-6)
    assert after.tau2 == pytest.approx(before.tau2, rel=1e-6, abs=1e-9)


@given(any_studies(), st.sampled_from(METHODS))
def test_turning_the_arms_round_turns_the_answer(studies, method):
    """Comparator minus arm has the other sign and the same width, and favours the other arm."""
    before, after = pool(studies, method=method), pool(replace(studies, estimate=-studies.estimate), method=method)

    assert (after.interval.low, after.interval.high) == pytest.approx((-before.interval.high, -before.interval.low))
    other = {"arm": "comparator", "comparator": "arm", "neither": "neither"}
    assert after.favours == other[before.favours]


@given(any_studies())
def test_nothing_lies_higher_than_reml(studies):
    """No tau2 on a fine grid has a higher restricted likelihood than the one found."""

    def height(tau2):
        w = 1 / (studies.standard_error**2 + tau2)
        rest = studies.estimate - (w @ studies.estimate) / w.sum()
        return np.log(w).sum() - np.log(w.sum()) - w @ rest**2

    best = height(pool(studies).tau2)

    assert best >= max(map(height, [0, *np.geomspace(1e-6, 1e3, 400)])) - 1e-9


@given(any_studies(), st.floats(0.5, 0.99))
def test_paule_mandel_lies_in_its_interval(studies, level):
    """Q at its expectation lies between the Q-profile limits, as far as Q's distribution lets it."""
    assume(len(studies.labels) > 3 or level > 0.8)
    found = pool(studies, method="paule-mandel", level=level)

    assert found.tau2_interval.low <= found.tau2 + 1e-12
    assert found.tau2 <= found.tau2_interval.high + 1e-12


@given(any_studies(), st.sampled_from(RANDOM))
def test_the_safeguard_never_narrows(studies, method):
    """Safeguarded Hartung-Knapp is the larger of the plain and the normal standard error."""
    plain, normal, safe = (
        pool(studies, method=method, uncertainty=word).standard_error
        for word in ("hartung-knapp", "normal", "hartung-knapp-safeguarded")
    )

    assert safe == pytest.approx(max(plain, normal))


@given(any_studies(), st.sampled_from(RANDOM))
def test_prediction_holds_the_interval(studies, method):
    """A further study is never surer than the mean, and weights sum to 100 per cent."""
    found = pool(studies, method=method)

    assert found.prediction.low <= found.interval.low <= found.interval.high <= found.prediction.high
    assert sum(found.weights) == pytest.approx(100)


@given(any_studies(smallest=3), st.sampled_from(METHODS))
def test_empty_places_weigh_nothing(studies, method):
    """Padded with NaN, a meta-analysis in a batch gives what it gives alone."""
    wide = [np.append(part, [np.nan, np.nan]) for part in (studies.estimate, studies.standard_error)]

    many, alone = pool_many(wide[0][None], wide[1][None], method=method), pool(studies, method=method)

    assert many.studies.tolist() == [len(studies.labels)]
    assert (many.estimate[0], many.tau2[0]) == pytest.approx((alone.estimate, alone.tau2), rel=1e-9, abs=1e-12)
    assert (many.p[0], many.high[0]) == pytest.approx((alone.p, alone.interval.high), rel=1e-9, abs=1e-12)


def test_leaving_one_out_is_pooling_the_others():
    """Each answer is that of the other studies, and the outlier is the one that matters."""
    studies = made([-0.5, -0.4, -0.6, -3.0], [0.2, 0.3, 0.2, 0.3])

    found = leave_one_out(studies)

    assert list(found) == list(studies.labels)
    assert found["S4"] == pool(made([-0.5, -0.4, -0.6], [0.2, 0.3, 0.2]))
    assert min(found, key=lambda label: found[label].tau2) == "S4"


@pytest.mark.parametrize(
    ("better", "favours"), [("low", "arm"), ("high", "comparator"), ("neither", "neither")], ids=str
)
def test_the_good_direction_is_said(better, favours):
    """A negative effect favours the arm where low is good, and only there."""
    assert pool(made([-1, -1.2], [0.1, 0.1], better=better), method="fixed").favours == favours


def test_the_answer_in_words():
    """One sentence in each language, with interval, prediction and heterogeneity."""
    random = pool(made([-1.0, -0.1, -0.9], [0.3, 0.2, 0.2], measure="SMD", unit="SD")).text
    fixed = pool(made([-1.0], [0.3]), method="fixed").text
    undirected = pool(made([-1.0], [0.3], better="neither"), method="fixed").text

    assert random.en == (
        "3 studies, random effects by REML with Hartung-Knapp: standardised mean difference -0.65 SD "
        "(95 % interval -1.88 to 0.59), clearly favours neither; 95 % prediction interval -2.93 to 1.64; "
        "tau2 0.199, I2 79 %."
    )
    assert random.zh == (
        "3项研究，随机效应模型（REML法），Hartung-Knapp校正：标准化均数差-0.65个标准差（95%置信区间-1.88至0.59），"
        "未明确显示有利于任何一组；95%预测区间-2.93至1.64；τ²=0.199，I²=79%。"
    )
    assert fixed.en == (
        "1 study, fixed effect with normal intervals: mean difference -1.00 points (95 % interval -1.59 to -0.41), "
        "favours the arm; I2 0 %."
    )
    assert undirected.en.endswith("good direction not stated; I2 0 %.")


def test_an_answer_survives_json():
    """A pooled answer is frozen and the same after JSON."""
    found = pool(made([-1.0, -0.1, -0.9], [0.3, 0.2, 0.2]))

    assert Pooled.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("studies", "options", "message"),
    [
        (made([-1], [0.3]), {}, "at least two studies for random effects .*, got 1"),
        (made([], []), {"method": "fixed"}, "at least one study, got 0"),
        (made([-1, 0], [0.3, 0.2]), {"method": "bayes"}, "unknown option 'bayes'; expected one of fixed"),
        (made([-1, 0], [0.3, 0.2]), {"uncertainty": "t"}, "unknown option 't'; expected one of normal"),
        (made([-1, 0], [0.3, 0.2]), {"method": "fixed", "uncertainty": "hartung-knapp"}, "belongs to random effects"),
        (made([-1, 0], [0.3, 0.2]), {"level": 95}, "level between 0 and 1, got 95"),
        (made([-1, -1, -1], [0.3, 0.2, 0.1]), {}, "agree exactly.*safeguarded"),
    ],
    ids=["one", "none", "method", "uncertainty", "fixed", "level", "agree"],
)
def test_what_cannot_be_pooled(studies, options, message):
    """A wrong call says what was expected, what came and what to do."""
    with pytest.raises(TrialError, match=message):
        pool(studies, **options)


def test_studies_that_agree_exactly_have_a_safe_answer():
    """With the safeguard, exact agreement keeps the normal standard error."""
    studies = made([-1, -1, -1], [0.3, 0.2, 0.1])

    found = pool(studies, uncertainty="hartung-knapp-safeguarded")

    assert found.standard_error == pool(studies, method="fixed").standard_error


@pytest.mark.parametrize(
    ("estimate", "error", "message"),
    [
        ([[1.0, 2.0]], [[1.0]], r"got shapes \(1, 2\) and \(1, 1\)"),
        ([1.0, 2.0], [1.0, 1.0], "meta-analyses x studies"),
        ([[1.0, 2.0], [1.0, 2.0]], [[1.0, 1.0], [1.0, 0.0]], "row 2, study 2: .* standard error above 0"),
        ([[1.0, np.nan]], [[1.0, 1.0]], "row 1, study 2: .* or NaN in both"),
    ],
    ids=["shapes", "flat", "zero", "half"],
)
def test_what_cannot_be_pooled_at_once(estimate, error, message):
    """A wrong table of many is refused with its row and study."""
    with pytest.raises(TrialError, match=message):
        pool_many(estimate, error)
