"""Designs from arrays: stored compactly, the same model."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.learn import array_design, constrained_design, fit_repeated


def test_an_array_is_the_same_model(table, where):
    """The constrained design written out as an array gives the same fit, with as few columns kept."""
    made = constrained_design(table, where, covariates=["age"])
    x = np.zeros((*made.y.shape, len(made.names)))
    for visit, covariate, coefficient, value in zip(*made.entries, strict=True):
        x[:, visit, coefficient] += value * made.z[:, covariate]

    written = array_design(made.y, x, names=made.names, weeks=made.weeks)

    first, second = fit_repeated(made), fit_repeated(written)
    assert written.z.shape == made.z.shape
    assert second.deviance == pytest.approx(first.deviance, abs=1e-8)
    np.testing.assert_allclose(second.standard_errors, first.standard_errors, rtol=1e-8)


def test_covariates_may_change_from_visit_to_visit():
    """A covariate that varies over time has one coefficient, and is not looked at where nothing was seen."""
    random = np.random.default_rng(2)
    x = np.stack([np.ones((50, 3)), random.normal(size=(50, 3))], axis=2)
    y = 2 + 3 * x[..., 1] + random.normal(0, 0.1, (50, 3))
    y[::5, 1] = np.nan
    x[::5, 1] = np.nan

    fit = fit_repeated(array_design(y, x, names=("mean", "slope")))

    assert fit.beta == pytest.approx([2, 3], abs=0.05)


@pytest.mark.parametrize(
    ("y", "x", "match"),
    [
        (np.zeros((5, 2)), np.zeros((5, 2, 2)), "x 1 coefficients"),
        (np.full((5, 2), np.inf), np.zeros((5, 2, 1)), "must be finite"),
        (np.zeros((5, 2)), np.full((5, 2, 1), np.nan), "must be finite"),
        (np.full((5, 2), np.nan), np.zeros((5, 2, 1)), "1 coefficients need more than 0 answers"),
    ],
)
def test_arrays_that_do_not_fit(y, x, match):
    """Shapes and missing values that cannot be meant are refused."""
    with pytest.raises(TrialError, match=match):
        array_design(y, x, names=("mean",))
