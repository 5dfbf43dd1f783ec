"""How well an analysis does over many simulated trials, each figure with its Monte-Carlo error.

Decides what is counted and how failures count; it simulates nothing.
"""

from collections import Counter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backloop.kernel import Ending
from backloop.power.analyses import Answers, Question
from backloop.units import Better, Frozen, Text

__all__ = ["Figure", "Performance", "Success", "measure_performance"]

Floats = NDArray[np.float64]


class Figure(Frozen):
    """A number from a simulation with its Monte-Carlo standard error; None where no trial gave it.

    Examples
    --------
    >>> print(Figure(value=0.05, error=0.0015))
    0.050 (0.0015)
    """

    value: float | None
    error: float | None

    def __str__(self) -> str:
        if self.value is None:
            return "none"
        return f"{self.value:.3f}" + ("" if self.error is None else f" ({self.error:.2g})")


class Success(Frozen):
    """What counts as success beside p below alpha: more than an important change, or not much worse.

    Parameters
    ----------
    bound : float
        The effect to be beaten, in points and with its sign: for pain -1.0 asks for one point of benefit, +1.0 for
        non-inferiority by one point.
    by : str
        Whether the whole interval has to lie beyond the bound, or only the estimate.

    Examples
    --------
    >>> Success(bound=1.0).by
    'interval'
    """

    bound: float
    by: Literal["interval", "estimate"] = "interval"


class Performance(Frozen):
    """How an analysis answered one question.

    Parameters
    ----------
    question : Question
        What was asked, and the truth.
    trials, failed : int
        How many trials were simulated, and in how many the analysis gave no answer.
    endings : mapping of str to int
        How the failed fits ended.
    rejected : Figure
        The share of all trials with p below alpha: the type I error rate where the truth is 0, otherwise the power. A
        failed analysis has found nothing and stays in the count.
    succeeded : Figure, optional
        The share of all trials that met the further criterion.
    bias, coverage, mean_estimate, mean_low, mean_high : Figure
        Of the trials with an answer: the mean estimate minus the truth, how often the interval holds the truth, and
        the means of estimate and interval.
    standard_error, empirical_error : Figure
        The mean standard error the analysis states, and the standard deviation of its estimates, which it should equal.

    References
    ----------
    morris-2019

    Examples
    --------
    >>> Performance.model_fields["failed"].is_required()
    True
    """

    question: Question
    trials: int
    failed: int
    endings: dict[str, int]
    rejected: Figure
    succeeded: Figure | None = None
    mean_estimate: Figure
    mean_low: Figure
    mean_high: Figure
    bias: Figure
    coverage: Figure
    standard_error: Figure
    empirical_error: Figure

    @property
    def is_null(self) -> bool:
        """Whether there is nothing to find, so that `rejected` is a type I error rate."""
        return self.question.truth == 0.0

    @property
    def text(self) -> Text:
        """The share of trials that found something, in a sentence."""
        share, error = self.rejected.value or 0.0, self.rejected.error or 0.0
        numbers = f"{share:.1%}".replace("%", " %"), f"{error:.1%}".replace("%", " %")
        what = "false alarms" if self.is_null else "power"
        failed = f"; {self.failed} analyses failed and count as nothing found" if self.failed else ""
        wrong = f"；{self.failed}次分析失败，按未发现差异计" if self.failed else ""
        return Text(
            en=f"{self.question.label}: {what} {numbers[0]} (Monte-Carlo error {numbers[1]}){failed}.",
            zh=(
                f"{self.question.label}：{'假阳性率' if self.is_null else '检验效能'}{share:.1%}"
                f"（蒙特卡洛误差{error:.1%}）{wrong}。"
            ),
        )


def measure_performance(
    question: Question, answers: Answers, column: int, *, alpha: float, success: Success | None, better: Better
) -> Performance:
    """Sum up the answers to one question over all trials."""
    estimate, error = answers.estimate[:, column], answers.standard_error[:, column]
    half = answers.half_width(1.0 - alpha)[:, column]
    known = ~np.isnan(estimate + half)
    low, high = (estimate - half)[known], (estimate + half)[known]
    ending = answers.ending[~known, column]
    return Performance(
        question=question,
        trials=len(estimate),
        failed=int((~known).sum()),
        endings=dict(Counter(list(Ending)[number].value for number in ending)),
        rejected=_share(np.where(known, answers.p_value[:, column] < alpha, 0.0)),
        succeeded=None if success is None else _share(_beyond(success, better, np.stack([estimate, half]))),
        mean_estimate=_mean(estimate[known]),
        mean_low=_mean(low),
        mean_high=_mean(high),
        bias=_mean(estimate[known] - question.truth),
        coverage=_share((low <= question.truth) & (question.truth <= high)),
        standard_error=_mean(error[known]),
        empirical_error=_spread(estimate[known]),
    )


def _beyond(success: Success, better: Better, found: Floats) -> Floats:
    sign = 1.0 if better == "high" else -1.0
    nearest = sign * found[0] - (found[1] if success.by == "interval" else 0.0)
    return np.asarray(nearest > sign * success.bound, dtype=float)


def _share(hits: NDArray[np.bool_] | Floats) -> Figure:
    if len(hits) == 0:
        return Figure(value=None, error=None)
    value = float(np.mean(hits))
    return Figure(value=value, error=float(np.sqrt(value * (1.0 - value) / len(hits))))


def _mean(values: Floats) -> Figure:
    if len(values) == 0:
        return Figure(value=None, error=None)
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
    return Figure(value=float(values.mean()), error=error)


def _spread(values: Floats) -> Figure:
    if len(values) < 2:  # noqa: PLR2004 - one value has no spread
        return Figure(value=None, error=None)
    value = float(values.std(ddof=1))
    return Figure(value=value, error=value / float(np.sqrt(2.0 * (len(values) - 1))))
