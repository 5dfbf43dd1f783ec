"""Covariates that were not recorded: the plan's rule meets them, counts them, and never looks at an outcome."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.trial import fill_covariates

FEW = pd.DataFrame(
    {
        "age": [40.0, None, 60.0, 50.0],
        "weight": [70.0, None, 80.0, 90.0],
        "height": [1.7, 1.8, None, 1.6],
        "job": ["desk", None, "field", "desk"],
    },
    index=pd.Index(["a", "b", "c", "d"], name="participant_id"),
)
MANY = pd.concat([FEW.assign(person=place) for place in range(5)], ignore_index=True)


def test_without_a_rule_gaps_stay():
    """Refusing leaves the table as it was, so that the analysis stops."""
    done = fill_covariates(FEW, ["age"], "refuse")

    assert done.facts is FEW
    assert (done.indicators, done.filled) == ((), ())


def test_the_mean_is_that_of_everybody():
    """The mean of all who were recorded stands in, whatever their arm; other columns keep their gaps."""
    done = fill_covariates(FEW, ["age"], "mean")

    assert done.facts["age"].tolist() == [40, 50, 60, 50]
    assert done.facts["weight"].isna().sum() == 1
    assert done.indicators == ()
    assert [(each.covariate, each.people, each.rule) for each in done.filled] == [("age", 1, "mean")]


def test_people_with_the_same_gaps_share_one_indicator():
    """Two covariates missing in the same person would give the same indicator twice; one stands for both."""
    done = fill_covariates(MANY, ["age", "weight", "height"], "indicator")

    assert done.indicators == ("age missing", "height missing")
    assert done.facts["age missing"].tolist() == [0, 1, 0, 0] * 5
    assert [each.covariate for each in done.filled] == ["age", "weight", "height"]


def test_a_missing_word_is_a_level_of_its_own():
    """Words get the level missing and no indicator; by the mean they are refused."""
    done = fill_covariates(FEW, ["job"], "indicator")

    assert done.facts["job"].tolist() == ["desk", "missing", "field", "desk"]
    assert done.indicators == ()
    with pytest.raises(TrialError, match="holds words, which have no mean"):
        fill_covariates(FEW, ["job"], "mean")


def test_nobody_recorded_is_refused():
    """A column without any value has no mean."""
    with pytest.raises(TrialError, match="recorded for nobody"):
        fill_covariates(FEW.assign(age=np.nan), ["age"], "indicator")


def test_too_few_gaps_carry_no_indicator():
    """For fewer than five people the mean alone stands in, and is said to."""
    done = fill_covariates(FEW, ["age"], "indicator")

    assert done.indicators == ()
    assert done.filled[0].rule == "mean"


def test_what_was_filled_is_said_in_both_languages():
    """Count and rule stand in the words."""
    (filled,) = fill_covariates(MANY, ["age"], "indicator").filled

    assert filled.text.en == "age filled in for 5 people (mean and an indicator)"
    assert filled.text.zh == "age填补5人（均数加缺失指示变量）"
