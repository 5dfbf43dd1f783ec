"""Cluster-robust standard errors: what they must do whatever the data."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.kernel import array_design, constrained_design, fit_repeated, robust_fit
from backloop.learn import answer


def test_corrections_are_ordered(table, where):
    """CR0 is too small and CR3 cautious; CR2 lies between."""
    fit = fit_repeated(constrained_design(table, where), covariance="random-intercept")
    row = fit.design.effect_row("care", 18)

    plain, middle, cautious = (answer(robust_fit(fit, name), row).standard_error for name in ("CR0", "CR2", "CR3"))

    assert plain < middle < cautious


def test_the_model_names_the_correction(table, where):
    """The words under a table say how the errors were counted."""
    fit = robust_fit(fit_repeated(constrained_design(table, where), covariance="random-intercept"))

    assert fit.model.endswith("random-intercept covariance, CR2 cluster-robust with Bell-McCaffrey degrees of freedom")


def test_saturated_means_of_complete_data_have_the_sample_variance():
    """With one mean a visit and complete data, CR2 is the sample covariance over people: n - 1 degrees of freedom."""
    y = np.random.default_rng(8).normal(size=(12, 3)) * (1.0, 2.0, 4.0)
    design = array_design(y, np.tile(np.eye(3), (12, 1, 1)), names=("a", "b", "c"))

    found = answer(robust_fit(fit_repeated(design, covariance="compound-symmetry")), np.array([0.0, 0.0, 1.0]))

    assert found.standard_error == pytest.approx(y[:, 2].std(ddof=1) / np.sqrt(12), rel=1e-9)
    assert found.df == pytest.approx(11.0, rel=1e-9)


def test_an_unknown_correction_is_refused(table, where):
    """A misspelt correction is told what there is."""
    with pytest.raises(TrialError, match="CR0, CR2, CR3"):
        robust_fit(fit_repeated(constrained_design(table, where)), "CR1")
