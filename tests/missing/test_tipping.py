"""Tipping points: lines of shifts, where conclusions turn, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import (
    Columns,
    conditional_imputation,
    constrained_design,
    fit_repeated,
    mark_departures,
    tipping_points,
)
from backloop.units import Scale

PAIN = Scale(low=0, high=10, better="low")


@pytest.fixture
def fit(table, where):
    """Fit the small trial."""
    return fit_repeated(constrained_design(table, where))


@pytest.fixture
def one_follow_up():
    """Fit a trial with one follow-up, a quarter of the treated and an eighth of the others lost."""
    random = np.random.default_rng(8)
    arm = np.arange(160) % 2
    start = random.normal(6, 1.5, 160)
    end = 0.5 * start + 2 - 1.5 * arm + random.normal(0, 1.5, 160)
    end[1:40:2] = end[0:20:2] = np.nan
    table = pd.DataFrame({"id": range(160), "arm": np.where(arm, "care", "sham"), "w0": start, "w9": end})
    where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    return fit_repeated(constrained_design(table, where))


def test_a_line_is_straight_and_known(one_follow_up):
    """With one follow-up each point of shift moves the effect by the share that is missing: 1/4, and 1/8 the other way.

    The turning points of the estimate follow by hand.
    """
    departures = mark_departures(one_follow_up.design)
    ((mar,),) = (found.effects for found in conditional_imputation(one_follow_up, departures))

    lines = tipping_points(one_follow_up, departures, scale=PAIN, deltas=[0, 1, 5], comparator_deltas=[0, 2], mic=1.0)

    start = mar.answer.estimate
    for line, other in zip(lines, (0, 2), strict=True):
        found = [step.answer.estimate for step in line.answers]
        assert found == pytest.approx([start + delta / 4 - other / 8 for delta in (0, 1, 5)])
        assert line.comparator_delta == other
        assert line.importance == pytest.approx((-1.0 - start + other / 8) * 4, rel=1e-6)
    assert lines[0].answers[0].answer.standard_error == pytest.approx(mar.answer.standard_error)


def test_the_turning_point_is_where_the_interval_touches_zero(one_follow_up):
    """Asked again at the point it names, the interval ends at zero, whatever the way of counting uncertainty."""
    departures = mark_departures(one_follow_up.design)
    for variance in ("rubin", "jackknife", "bootstrap"):
        options = {"scale": PAIN, "variance": variance, "replicates": 60}
        (line,) = tipping_points(one_follow_up, departures, deltas=np.arange(0, 6, 0.25), **options)

        (again,) = tipping_points(one_follow_up, departures, deltas=[0, line.significance], **options)

        assert again.answers[-1].answer.interval.high == pytest.approx(0, abs=0.01)
        assert (line.variance, line.held, line.failed) == (variance, True, 0)


def test_only_what_is_missing_after_departure_is_shifted(fit):
    """Where nobody leaves before week 18, shifts move the effect at week 52 alone."""
    departures = mark_departures(fit.design, np.where(np.arange(60) % 3, np.nan, 18.0))

    lines = tipping_points(fit, departures, scale=PAIN, deltas=[0, 4])

    moved = {line.week: line.answers[1].answer.estimate - line.answers[0].answer.estimate for line in lines}
    assert departures.assumed[:, :3].sum() == 0 < departures.assumed[:, 3].sum()
    assert (moved[6], moved[18]) == pytest.approx((0, 0), abs=1e-9)
    assert moved[52] > 0.1


def test_steps_come_from_the_scale(fit):
    """By default the treated fare worse, in eleven steps to half of the scale's length."""
    low, high = (
        tipping_points(fit, mark_departures(fit.design), scale=Scale(low=0, high=10, better=better), weeks=[18])[0]
        for better in ("low", "high")
    )

    assert [step.delta for step in low.answers] == pytest.approx(np.linspace(0, 5, 11))
    assert [step.delta for step in high.answers] == pytest.approx(-np.linspace(0, 5, 11))


def test_words(one_follow_up):
    """The sentence says how much worse, in both languages, and when the important difference is lost."""
    departures = mark_departures(one_follow_up.design)
    (line,) = tipping_points(one_follow_up, departures, scale=PAIN, mic=1.0)
    (short,) = tipping_points(one_follow_up, departures, scale=PAIN, deltas=[0, 0.1])

    turn, lost = f"{line.significance:.2f}", f"{line.importance:.2f}"
    assert f"the conclusion turns if those who left fared {turn} points worse" in line.text.en
    assert f"falls short of 1 points from a shift of {lost} on" in line.text.en
    assert f"比假设差{turn}分" in line.text.zh
    assert "the conclusion holds even if those who left fared 0.10 points worse" in short.text.en


def test_nothing_to_turn(fit):
    """An interval that holds zero from the start has no conclusion to turn."""
    flipped = fit_repeated(fit.design.with_outcomes(np.random.default_rng(4).normal(5, 1, fit.design.y.shape)))

    lines = tipping_points(flipped, mark_departures(flipped.design), scale=PAIN)

    assert {(line.held, line.significance) for line in lines} == {(False, None)}
    assert "nothing to turn" in lines[0].text.en


def test_nobody_left(fit):
    """Where no answer is missing after departure the line says that no shift can matter."""
    random = np.random.default_rng(4)
    y = random.normal(5, 1, fit.design.y.shape) - np.outer(fit.design.arm, [0, 3, 3, 3])
    complete = fit_repeated(fit.design.with_outcomes(y))

    line = tipping_points(complete, mark_departures(complete.design), scale=PAIN)[0]

    assert (line.assumed, line.significance) == (0, None)
    assert "no answer is missing after departure" in line.text.en


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"scale": Scale(low=0, high=10, better="neither")}, "good direction"),
        ({"scale": Scale(better="low")}, "open end"),
        ({"mic": 0.0}, "above 0 points"),
        ({"deltas": [1, 2]}, "begin at 0"),
        ({"deltas": [0, 1, 0.5]}, "begin at 0"),
        ({"deltas": [0, -1, 2]}, "begin at 0"),
        ({"deltas": [0, np.inf]}, "begin at 0"),
        ({"comparator_deltas": []}, "one or more for the comparator"),
        ({"variance": "none"}, "'jackknife' or 'bootstrap'"),
    ],
)
def test_options_out_of_range(fit, options, match):
    """Each wrong option has its own message."""
    with pytest.raises(TrialError, match=match):
        tipping_points(fit, mark_departures(fit.design), **({"scale": PAIN} | options))
