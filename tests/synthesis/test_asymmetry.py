"""Small studies against large ones: what is seen, what is only a caution, and what cannot be checked."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from backloop.errors import TrialError
from backloop.synthesis import lay_funnel, rank_check, read_studies, small_study_check


@pytest.fixture
def effects():
    """Lay out four published effects."""
    return pd.DataFrame(
        {
            "study": ["Ash", "Elm", "Fir", "Oak"],
            "estimate": [-1.0, -0.3, -0.5, -0.2],
            "standard_error": [0.5, 0.3, 0.2, 0.1],
        }
    )


def test_few_studies_come_with_a_caution(effects):
    """Below ten studies the check says why not to rely on it, in both languages; from ten on it does not."""
    few = read_studies(effects, better="low")
    parts = [effects.assign(study=effects["study"] + str(n), estimate=effects["estimate"] - n) for n in range(3)]
    many = read_studies(pd.concat(parts), better="low")

    assert small_study_check(few).caution.en.startswith("only 4 studies: with fewer than 10")
    assert small_study_check(few).caution.zh.startswith("仅有4项研究")
    assert small_study_check(many).caution is None


def test_larger_effects_in_small_studies_are_seen():
    """Effects that grow with their errors show a slope with a small p, and a limit near the large studies."""
    error = np.linspace(0.05, 0.8, 16)
    noise = 0.1 * error * np.tile([1.0, -1.0], 8)
    table = pd.DataFrame({"study": range(16), "estimate": -0.1 - 2 * error + noise, "standard_error": error})

    check = small_study_check(read_studies(table, better="low"))

    assert check.slope == pytest.approx(-2, abs=0.1)
    assert check.p < 0.001
    assert check.interval.low < -0.1 < check.interval.high


def test_what_cannot_be_checked(effects):
    """Two studies, equal errors and a perfect line leave nothing to test."""
    for table, message in (
        (effects.iloc[:2], "at least 3 studies for a small-study check, got 2"),
        (effects.assign(standard_error=0.3), "the same standard error"),
        (effects.assign(estimate=-2 * effects["standard_error"]), "exactly on a line"),
    ):
        with pytest.raises(TrialError, match=message):
            small_study_check(read_studies(table, better="low"))
    for table in (effects.iloc[:2], effects.assign(standard_error=0.3)):
        with pytest.raises(TrialError, match=r"at least 3 studies|the same standard error"):
            rank_check(read_studies(table, better="low"))
    with pytest.raises(TrialError, match="the studies all show the same"):
        rank_check(read_studies(effects.assign(estimate=0.0), better="low"))


@given(
    st.lists(
        st.tuples(st.floats(-2, 2), st.sampled_from([0.1, 0.15, 0.2, 0.3, 0.5, 0.8])), min_size=4, max_size=30
    ).filter(lambda rows: min(len({row[place] for row in rows}) for place in (0, 1)) > 1)
)
def test_ranks_as_another_program_counts_them(rows):
    """Kendall's tau and its p-value, exact or with ties, are those of scipy.stats for the same numbers."""
    y, error = np.array(rows).T
    table = pd.DataFrame({"study": range(len(rows)), "estimate": y, "standard_error": error})

    check = rank_check(read_studies(table, better="low"))

    share = error**-2
    off = (y - share @ y / share.sum()) / np.sqrt(error**2 - 1 / share.sum())
    other = stats.kendalltau(off, error**2, method="exact" if check.is_exact else "asymptotic")
    assert (check.tau, check.p) == pytest.approx((other.statistic, other.pvalue), rel=1e-9, abs=1e-12, nan_ok=True)


def test_few_studies_caution_in_both_checks(effects):
    """Begg's check carries the same caution as Egger's."""
    studies = read_studies(effects, better="low")

    assert rank_check(studies).caution == small_study_check(studies).caution


def test_a_funnel_tells_where_each_study_stands(effects):
    """Contours are quantiles of the normal distribution; a study beyond one has a smaller p."""
    funnel = lay_funnel(read_studies(effects, better="low"))

    assert funnel.contours == pytest.approx({0.1: 1.6449, 0.05: 1.9600, 0.01: 2.5758}, abs=1e-4)
    for point in funnel.points:
        beyond = abs(point.estimate) > funnel.contours[0.05] * point.standard_error
        assert beyond == (point.p < 0.05)
    share = effects["standard_error"] ** -2
    assert funnel.centre == pytest.approx((share * effects["estimate"]).sum() / share.sum())


@pytest.mark.parametrize("contour", [0.0, 1.0, 5.0])
def test_a_contour_is_a_p_value(effects, contour):
    """A contour outside 0 to 1 is refused."""
    with pytest.raises(TrialError, match="expected contours as p-values between 0 and 1"):
        lay_funnel(read_studies(effects, better="low"), contours=(contour,))
