"""Rubin's rules: the pooled answer, its limits, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import TrialError
from backloop.learn import rubin_rules

ERRORS = st.floats(0.1, 5)


def test_nothing_missing_is_nothing_to_pool():
    """Equal answers keep their standard error and the degrees of freedom of complete data."""
    answer, share = rubin_rules(np.full(20, -1.0), np.full(20, 0.5), df=41.0)

    assert (answer.estimate, answer.df, share) == (-1.0, 41.0, 0.0)
    assert answer.standard_error == pytest.approx(0.5)


@given(st.lists(st.tuples(st.floats(-5, 5), ERRORS), min_size=2, max_size=30), st.floats(3, 500))
def test_pooling_never_makes_surer(answers, df):
    """The pooled variance is at least the mean within, and the degrees of freedom at most those of complete data."""
    estimates, errors = np.array(answers).T

    pooled, share = rubin_rules(estimates, errors, df=df)

    assert pooled.standard_error >= np.sqrt(np.mean(errors**2)) * (1 - 1e-12)
    assert pooled.df <= df
    assert 0 <= share < 1


def test_one_data_set_is_too_few():
    """Between-imputation variance needs two."""
    with pytest.raises(TrialError, match="at least two"):
        rubin_rules(np.array([1.0]), np.array([1.0]), df=10)
