"""Repeated-measures fits: laws they obey, how they end, and many at once."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.learn import Ending, adjusted_design, answer, array_design, constrained_design, fit_many, fit_repeated


@pytest.fixture
def design(table, where):
    """Make the constrained design of the small trial."""
    return constrained_design(table, where)


def test_a_fit_reports_what_it_did(design):
    """The model is told in words, with every structure tried."""
    fit = fit_repeated(design)

    assert fit.converged
    assert fit.attempts == (("unstructured", Ending.CONVERGED),)
    assert fit.model == "constrained longitudinal analysis, REML, unstructured covariance, kenward-roger"


def test_complete_data_give_the_analysis_of_covariance():
    """With two complete visits the constrained effect is the baseline-adjusted one, to rounding."""
    random = np.random.default_rng(5)
    care = np.arange(40) % 2
    start = random.normal(6, 2, 40)
    end = 1 + 0.6 * start - care + random.normal(0, 1, 40)
    x = np.zeros((40, 2, 3))
    x[:, 0, 0], x[:, 1, 1], x[:, 1, 2] = 1, 1, care
    adjusted = np.linalg.lstsq(np.column_stack([np.ones(40), care, start]), end, rcond=None)[0][1]

    fit = fit_repeated(
        array_design(np.column_stack([start, end]), x, names=("start", "end", "care")),
        method="ml",
        inference="satterthwaite",
    )

    assert fit.beta[2] == pytest.approx(adjusted, rel=1e-9)


def test_one_covariance_an_arm_is_one_fit_an_arm(table, where):
    """With arms apart in means and covariance the deviance is the sum of two separate fits."""
    design = adjusted_design(table, where)

    together = fit_repeated(design, by_arm=True)
    apart = [
        fit_repeated(array_design(y, np.tile(np.eye(4), (len(y), 1, 1)), names="abcd"))
        for y in (design.y[design.arm == 0], design.y[design.arm == 1])
    ]

    assert together.deviance == pytest.approx(sum(fit.deviance for fit in apart), abs=1e-7)
    np.testing.assert_allclose(together.sigma, np.concatenate([fit.sigma for fit in apart]), rtol=1e-6)
    np.testing.assert_allclose(together.standard_errors[:4], apart[0].standard_errors, rtol=1e-6)


def test_units_and_order_do_not_matter(design):
    """Other units and another order of people give the same answer in other units."""
    row = design.effect_row("care", 18)
    plain = answer(fit_repeated(design), row)
    turned = array_design(
        1e6 + 40 * design.y[::-1], np.stack([_rows(design, arm) for arm in design.arm[::-1]]), names=design.names
    )

    other = answer(fit_repeated(turned), row)

    assert other.estimate == pytest.approx(40 * plain.estimate, rel=1e-7)
    assert other.standard_error == pytest.approx(40 * plain.standard_error, rel=1e-7)
    assert other.df == pytest.approx(plain.df, rel=1e-6)


def _rows(design, arm):
    return np.array([design.mean_row(design.arms[arm], week) for week in design.weeks])


@pytest.mark.parametrize(
    "covariance",
    [
        "toeplitz-heterogeneous",
        "ar1-heterogeneous",
        "compound-symmetry-heterogeneous",
        "toeplitz",
        "ar1",
        "compound-symmetry",
    ],
)
def test_a_structure_cannot_beat_the_unstructured(design, covariance):
    """Every structure converges and lies above the unstructured deviance, with a covariance of its shape."""
    fit = fit_repeated(design, covariance=covariance)

    lags = [np.diag(fit.sigma[0], -lag) for lag in range(4)]
    assert fit.converged
    assert fit.deviance > fit_repeated(design).deviance
    assert ("heterogeneous" in covariance) == bool(np.ptp(lags[0]) > 1e-6)


@pytest.mark.parametrize("inference", ["kenward-roger", "kenward-roger-linear", "kenward-roger-expected"])
def test_small_samples_are_not_underrated(design, inference):
    """Kenward and Roger's standard errors are no smaller than the plain ones."""
    plain = fit_repeated(design, inference="satterthwaite")

    assert (fit_repeated(design, inference=inference).standard_errors >= plain.standard_errors).all()


def test_fallbacks_are_followed_in_order_and_told(design):
    """Where one visit copies another the unstructured fit is singular and the next declared structure is used."""
    copied = design.y.copy()
    copied[:, 2] = copied[:, 1]

    fit = fit_repeated(design.with_outcomes(copied), covariance=["unstructured", "compound-symmetry"])

    assert [ending for _structure, ending in fit.attempts] == [Ending.SINGULAR, Ending.CONVERGED]
    assert fit.covariance == "compound-symmetry"


def test_two_visits_never_seen_in_one_person(design):
    """A covariance nobody shows is not identified, and the fit says so."""
    apart = design.y.copy()
    apart[::2, 1] = np.nan
    apart[1::2, 3] = np.nan
    shuffled = array_design(apart, np.tile(np.eye(4), (60, 1, 1)), names="abcd")

    fit = fit_repeated(shuffled)

    assert fit.ending is Ending.FLAT
    assert np.isnan(fit.beta).all()
    assert np.isnan(fit.deviance)


def test_an_arm_never_seen_at_a_week(design):
    """An effect without people is a design that is not of full rank."""
    gone = design.y.copy()
    gone[design.arm == 1, 3] = np.nan

    assert fit_repeated(design.with_outcomes(gone)).ending is Ending.UNRANKED


def test_the_same_answer_from_everybody_at_a_visit(design):
    """A visit without variation makes the covariance singular."""
    same = design.y.copy()
    same[:, 1] = np.where(np.isnan(same[:, 1]), np.nan, 0.1)

    assert fit_repeated(design.with_outcomes(same)).ending is Ending.SINGULAR


def test_fewer_answers_than_parameters(design):
    """Too little data is an ending, so that a simpler covariance can follow."""
    few = np.full_like(design.y, np.nan)
    few[:4] = design.y[:4]

    assert fit_repeated(design.with_outcomes(few)).ending is Ending.TOO_FEW


@pytest.mark.parametrize("ending", Ending)
def test_endings_have_words(ending):
    """Every ending is told in both languages."""
    assert ending.text.en
    assert ending.text.zh


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"covariance": "banded"}, "got 'banded'"),
        ({"inference": "z"}, "got 'unstructured' and 'z'"),
        ({"method": "ml"}, "rests on restricted likelihood"),
        ({"covariance": ()}, "expected at least one covariance"),
    ],
)
def test_options_that_do_not_go_together(design, options, match):
    """Unknown or contradictory options are refused."""
    with pytest.raises(TrialError, match=match):
        fit_repeated(design, **options)


def test_many_fits_are_each_one_fit(design):
    """A batch gives what single fits give, on one thread or two, also where missing visits differ."""
    random = np.random.default_rng(3)
    outcomes = random.normal(5, 2, (7, 60, 4))
    outcomes[random.random(outcomes.shape) < 0.1] = np.nan
    outcomes[4, :, 2] = outcomes[4, :, 1]
    rows = np.array([design.effect_row("care", week) for week in (6, 18)])

    one, two = (fit_many(design, outcomes, rows, threads=threads) for threads in (1, 2))
    single = answer(fit_repeated(design.with_outcomes(outcomes[6])), rows[1])

    np.testing.assert_array_equal(one.estimate, two.estimate)
    assert one.endings == two.endings
    assert one.endings[4] is Ending.SINGULAR
    assert np.isnan(one.estimate[4]).all()
    assert one.estimate[6, 1] == pytest.approx(single.estimate, rel=1e-12)
    assert one.standard_error[6, 1] == pytest.approx(single.standard_error, rel=1e-12)
    assert one.p_value[6, 1] == pytest.approx(single.p, rel=1e-9)


@pytest.mark.parametrize("threads", [1, 2])
def test_many_fits_with_people_of_their_own(design, threads):
    """With covariates that differ from fit to fit a batch gives what single fits of such designs give."""
    random = np.random.default_rng(4)
    outcomes = random.normal(5, 2, (5, 60, 4))
    covariates = np.repeat(design.z[np.newaxis], 5, axis=0) * random.uniform(0.5, 2.0, (5, 60, 1))
    row = design.effect_row("care", 18)

    many = fit_many(design, outcomes, row[np.newaxis], covariates=covariates, threads=threads)

    for trial in range(5):
        single = answer(fit_repeated(replace(design, z=covariates[trial], y=outcomes[trial])), row)
        assert many.estimate[trial, 0] == pytest.approx(single.estimate, rel=1e-12)
        assert many.df[trial, 0] == pytest.approx(single.df, rel=1e-10)


def test_covariates_of_the_wrong_shape(design):
    """Each fit needs covariates of the design's people."""
    with pytest.raises(TrialError, match="expected covariates of 3 fits"):
        fit_many(design, np.zeros((3, 60, 4)), np.zeros((1, 7)), covariates=np.zeros((2, 60, 2)))


@pytest.mark.parametrize(
    ("outcomes", "rows", "threads"), [((3, 59, 4), (1, 7), 1), ((3, 60, 4), (1, 6), 1), ((3, 60, 4), (1, 7), 0)]
)
def test_batches_of_the_wrong_shape(design, outcomes, rows, threads):
    """A batch must have the design's people, weeks and coefficients."""
    with pytest.raises(TrialError, match="expected"):
        fit_many(design, np.zeros(outcomes), np.zeros(rows), threads=threads)


def test_the_false_alarm_rate_is_kept(design):
    """In 4000 small trials without effect Kenward-Roger rejects 5 % (within four standard errors)."""
    random = np.random.default_rng(8)
    spread = np.array([[4, 2, 1.6, 1.2], [2, 5, 2.6, 2], [1.6, 2.6, 6, 3], [1.2, 2, 3, 7]])
    trials = random.multivariate_normal(np.zeros(4), spread, size=(4000, 60))
    trials[np.broadcast_to(np.isnan(design.y), trials.shape)] = np.nan

    fits = fit_many(design, trials, design.effect_row("care", 52)[np.newaxis])

    assert (fits.p_value < 0.05).mean() == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 4000))


def test_the_face_is_light():
    """Loading the room compiles nothing and loads neither numba nor pandas."""
    code = "import sys, backloop.learn; print([name for name in ('numba', 'joblib') if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_an_unknown_name_of_the_face():
    """A misspelt name gets the list of what the room offers."""
    import backloop.learn

    with pytest.raises(AttributeError, match="it offers Answer"):
        _ = backloop.learn.fit_repeatedly
