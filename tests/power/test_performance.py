"""Performance: what is counted, and that failures are."""

import numpy as np
import pytest

from backloop.power import Answers, Question, Success
from backloop.power.performance import measure_performance

ASKED = Question(outcome="nrs", arm="care", week=18, truth=-1.0)
ESTIMATE = np.array([[-1.2], [-0.8], [-0.1], [np.nan]])
ANSWERS = Answers(
    estimate=ESTIMATE,
    standard_error=np.where(np.isnan(ESTIMATE), np.nan, 0.3),
    df=np.where(np.isnan(ESTIMATE), np.nan, 1e6),
    ending=np.array([[0], [0], [0], [2]]),
)


def _measure(success: Success | None = None, better: str = "low"):
    return measure_performance(ASKED, ANSWERS, 0, alpha=0.05, success=success, better=better)


def test_failures_stay_in_the_count():
    """A failed analysis found nothing, and how it failed is kept."""
    found = _measure()

    assert (found.trials, found.failed, found.endings) == (4, 1, {"singular": 1})
    assert found.rejected.value == 0.5
    assert found.rejected.error == pytest.approx(np.sqrt(0.25 / 4))
    assert "1 analyses failed" in found.text.en
    assert "1次分析失败" in found.text.zh


def test_bias_and_coverage_are_of_the_answers():
    """Bias, coverage and standard errors are taken over the trials with an answer."""
    found = _measure()

    assert found.bias.value == pytest.approx(0.3)
    assert found.coverage.value == pytest.approx(2 / 3)
    assert found.standard_error.value == pytest.approx(0.3)
    assert found.empirical_error.value == pytest.approx(np.nanstd(ESTIMATE, ddof=1))
    assert found.empirical_error.error == pytest.approx(found.empirical_error.value / 2)


@pytest.mark.parametrize(
    ("success", "better", "share"),
    [
        (Success(bound=1.0), "low", 0.75),  # no worse than one point
        (Success(bound=0.0), "low", 0.5),
        (Success(bound=-1.0), "low", 0.0),
        (Success(bound=-1.0, by="estimate"), "low", 0.25),
        (Success(bound=-1.0), "high", 0.25),  # where high is good, all estimates are losses
    ],
)
def test_success_beyond_a_bound(success: Success, better: str, share: float):
    """Important change and non-inferiority are judged in the good direction of the scale."""
    assert _measure(success, better).succeeded.value == share


def test_nothing_answered_gives_no_figure():
    """Where every analysis failed there is no mean, and no error without a second trial."""
    gone = np.full((2, 1), np.nan)
    answers = Answers(estimate=gone, standard_error=gone, df=gone, ending=np.ones((2, 1), int))
    found = measure_performance(ASKED, answers, 0, alpha=0.05, success=None, better="low")

    assert found.rejected.value == 0.0
    assert (found.bias.value, found.coverage.value) == (None, None)
    assert str(found.bias) == "none"
