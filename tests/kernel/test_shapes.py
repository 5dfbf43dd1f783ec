"""Covariance structures: counts, and what each structure must look like once fitted."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.kernel import array_design, constrained_design, fit_repeated


@pytest.fixture
def design():
    """Make 80 people seen at five uneven weeks, with a slope of their own and a tenth missing."""
    random = np.random.default_rng(21)
    weeks = np.array([0.0, 3.0, 12.0, 26.0, 52.0])
    level, slope = random.normal(0, 1.2, (80, 1)), random.normal(0, 0.03, (80, 1))
    y = 5 + level + slope * weeks + random.normal(size=(80, 5))
    y[random.random(y.shape) < 0.1] = np.nan
    return array_design(y, np.tile(np.eye(5), (80, 1, 1)), names="abcde", weeks=weeks)


def test_ante_dependence_links_neighbours_only(design):
    """Given the visit between them, two visits say nothing about each other: the inverse has three diagonals."""
    sigma = fit_repeated(design, covariance="ante-dependence").sigma[0]

    inverse = np.linalg.inv(sigma)
    far = np.abs(np.subtract.outer(range(5), range(5))) > 1

    np.testing.assert_allclose(inverse[far], 0.0, atol=1e-10 * np.abs(inverse).max())


def test_random_slope_is_a_plane_in_time(design):
    """Off the diagonal the covariance is a + b (s + t) + c s t; on it, the residual variance is added."""
    sigma = fit_repeated(design, covariance="random-slope").sigma[0]
    times = np.array(design.weeks)
    row, column = np.tril_indices(5, -1)
    basis = np.column_stack([np.ones(10), times[row] + times[column], times[row] * times[column]])

    plane, rest, *_more = np.linalg.lstsq(basis, sigma[row, column], rcond=None)
    residual = np.diag(sigma) - np.column_stack([np.ones(5), 2 * times, times**2]) @ plane

    np.testing.assert_allclose(rest, 0.0, atol=1e-12)
    np.testing.assert_allclose(residual, residual[0], rtol=1e-8)


def test_spatial_correlation_falls_with_time(design):
    """The logarithm of the correlation is a multiple of the weeks in between."""
    sigma = fit_repeated(design, covariance="spatial-exponential").sigma[0]
    row, column = np.tril_indices(5, -1)
    gaps = np.array(design.weeks)[row] - np.array(design.weeks)[column]

    rate = np.log(sigma[row, column] / sigma[0, 0]) / gaps

    np.testing.assert_allclose(rate, rate[0], rtol=1e-9)


def test_simpler_structures_never_fit_better(design):
    """Unstructured has the lowest deviance of all."""
    best = fit_repeated(design).deviance

    others = ("ante-dependence", "spatial-exponential", "random-intercept", "random-slope", "toeplitz-heterogeneous")
    assert [] == [name for name in others if fit_repeated(design, covariance=name).deviance < best]


def test_equal_weights_change_no_answer(table, where):
    """Weights matter only by how they differ between people."""
    weighted = type(where)(**{**where.__dict__, "weight": "w"})

    plain = fit_repeated(constrained_design(table, where))
    other = fit_repeated(constrained_design(table.assign(w=2.5), weighted))

    np.testing.assert_allclose(other.beta, plain.beta, rtol=1e-8)
    np.testing.assert_allclose(other.standard_errors, plain.standard_errors, rtol=1e-7)
    assert other.deviance == pytest.approx(plain.deviance, abs=1e-6)


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_weight_that_weighs_nothing_is_refused(table, where, bad):
    """Leaving people out is done by leaving them out."""
    weighted = type(where)(**{**where.__dict__, "weight": "w"})
    wrong = table.assign(w=1.0)
    wrong.loc[wrong["id"] == 3, "w"] = bad

    with pytest.raises(TrialError, match="one finite weight above 0 for each person"):
        constrained_design(pd.DataFrame(wrong), weighted)
