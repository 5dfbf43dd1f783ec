"""Multiple imputation: Rubin's answers under every strategy, reproducible whatever the number of threads."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.learn import answer, constrained_design, fit_repeated, mark_departures, multiple_imputation

STRATEGIES = ("MAR", "J2R", "CR", "CIR", "LMCF")


@pytest.fixture
def fit(table, where):
    """Fit the small trial."""
    return fit_repeated(constrained_design(table, where))


def test_with_complete_data_all_equal_the_primary(table, where):
    """Where nothing is missing there is nothing to assume, draw or pool."""
    fit = fit_repeated(constrained_design(table.assign(pain=table["pain"].fillna(5.0)), where))
    primary = [answer(fit, fit.design.effect_row("care", week)) for week in (6, 18, 52)]

    for found in multiple_imputation(fit, mark_departures(fit.design), strategies=STRATEGIES, imputations=3):
        for effect, planned in zip(found.effects, primary, strict=True):
            assert effect.answer.estimate == pytest.approx(planned.estimate)
            assert effect.answer.standard_error == pytest.approx(planned.standard_error)
            assert effect.answer.df == pytest.approx(planned.df)
            assert effect.missing_share == pytest.approx(0, abs=1e-12)
        assert (found.imputed, found.assumed) == (0, 0)


def test_missing_at_random_is_the_primary_again(fit):
    """Under MAR the pooled effects are the primary's up to the Monte-Carlo error of 500 imputations."""
    (found,) = multiple_imputation(fit, mark_departures(fit.design), imputations=500)

    for effect in found.effects:
        planned = answer(fit, fit.design.effect_row("care", effect.week))
        error = planned.standard_error * np.sqrt(effect.missing_share / 500)
        assert effect.answer.estimate == pytest.approx(planned.estimate, abs=4 * error)
        assert effect.answer.standard_error == pytest.approx(planned.standard_error, rel=0.04)


def test_a_result_says_where_it_comes_from(fit):
    """Counts, model, seed and both languages go with the effects."""
    departures = mark_departures(fit.design)

    found = multiple_imputation(fit, departures, strategies=["J2R"], weeks=[18], imputations=5, seed=9)[0]

    assert (found.strategy, found.variance, found.replicates, found.failed, found.seed) == ("J2R", "rubin", 5, 0, 9)
    assert found.people == len(fit.design.y)
    assert found.imputed == np.isnan(fit.design.y).sum() > found.assumed == departures.assumed.sum() > 0
    assert found.model.startswith(fit.model)
    assert [(effect.arm, effect.comparator, effect.week) for effect in found.effects] == [("care", "sham", 18)]
    assert "jump to the reference" in found.text.en
    assert "第18周" in found.text.zh


def test_the_same_seed_gives_the_same_answer(fit):
    """Whatever the threads and the company of other strategies; another seed gives another answer."""
    departures = mark_departures(fit.design)

    alone = multiple_imputation(fit, departures, strategies=["CIR"], imputations=6, seed=3)[0]
    among = multiple_imputation(fit, departures, strategies=STRATEGIES, imputations=6, seed=3, workers=2)[3]
    other = multiple_imputation(fit, departures, strategies=["CIR"], imputations=6, seed=4)[0]

    assert alone == among
    assert alone.effects != other.effects


def test_cin_gives_the_answer_of_cir(fit):
    """By its other name a strategy has the same numbers and answers by its own."""
    departures = mark_departures(fit.design)

    cin, cir = (
        multiple_imputation(fit, departures, strategies=[name], imputations=4, seed=3)[0] for name in ("CIN", "CIR")
    )

    assert cin == cir
    assert cin.strategy == "CIR"


def test_a_covariance_for_each_arm(table, where):
    """With one covariance an arm, and with a simpler structure, MAR is still the primary, up to drawing 200 times."""
    design = constrained_design(table, where)
    for options in ({"by_arm": True}, {"covariance": "ar1-heterogeneous"}):
        fit = fit_repeated(design, **options)

        mar, *others = multiple_imputation(fit, mark_departures(design), strategies=STRATEGIES)

        assert len(others) == 4
        for effect in mar.effects:
            planned = answer(fit, design.effect_row("care", effect.week))
            assert effect.answer.estimate == pytest.approx(planned.estimate, abs=0.25 * planned.standard_error)


def test_progress_is_told(fit):
    """As imputations get done the caller hears how many."""
    heard = []

    multiple_imputation(
        fit, mark_departures(fit.design), imputations=45, progress=lambda done, total: heard.append((done, total))
    )

    assert heard == [(20, 45), (40, 45), (45, 45)]


def test_answers_seen_after_an_event_are_kept(table, where):
    """People who stopped but were seen count as seen: only the model of the means goes without them."""
    design = constrained_design(table, where)
    left = np.where(np.arange(len(design.y)) % 4 == 1, 6.0, np.nan)
    fit = fit_repeated(design)

    jump, dropped = (
        multiple_imputation(fit, mark_departures(design, event), strategies=["J2R"], imputations=4)[0]
        for event in (left, None)
    )

    assert jump.imputed == dropped.imputed
    assert jump.effects != dropped.effects


@pytest.mark.parametrize("options", [{"imputations": 1}, {"seed": -1}])
def test_options_out_of_range(fit, options):
    """Pooling needs two, seeds count from 0."""
    with pytest.raises(TrialError, match="at least 2 imputations and a seed from 0"):
        multiple_imputation(fit, mark_departures(fit.design), **options)


def test_a_week_that_is_not_compared(fit):
    """Effects are asked for where the model compares arms."""
    with pytest.raises(TrialError, match="arms are compared at weeks"):
        multiple_imputation(fit, mark_departures(fit.design), weeks=[0])


def test_departures_of_another_design(fit, table, where):
    """Departures go with the design they were marked on."""
    with pytest.raises(TrialError, match="belong to another design"):
        multiple_imputation(fit, mark_departures(constrained_design(table, where)))


def test_a_fit_that_failed(fit):
    """Nothing is drawn from a fit that did not converge."""
    copied = fit.design.y.copy()
    copied[:, 2] = copied[:, 1]
    failed = fit_repeated(fit.design.with_outcomes(copied))

    with pytest.raises(TrialError, match="not converged: the covariance became singular"):
        multiple_imputation(failed, mark_departures(failed.design))


def test_too_little_is_left_before_departure(fit):
    """If nearly everybody stopped at once, the strategies have nothing to learn from, and say so."""
    left = np.zeros(len(fit.design.y))

    with pytest.raises(TrialError, match="the model of the answers before departure"):
        multiple_imputation(fit, mark_departures(fit.design, left), strategies=["J2R"])
