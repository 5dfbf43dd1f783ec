"""The trial's table: what is wrong with it is said, with the place and what to do."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, constrained_design


def refused(table, where, match, **options):
    """Expect a refusal whose words match."""
    with pytest.raises(TrialError, match=match):
        constrained_design(table, where, **options)


def test_an_unknown_column(table, where):
    """A misspelt column is named beside the columns there are."""
    refused(table.rename(columns={"arm": "group"}), where, r"no column 'arm'; the table has 'id', 'week', 'group'")


def test_an_unknown_covariate(table, where):
    """A misspelt covariate is named too."""
    refused(table, where, "no column 'agee'", covariates=["agee"])


def test_an_empty_table(table, where):
    """No rows, no trial."""
    refused(table.iloc[:0], where, "empty table")


def test_one_arm(table, where):
    """A single arm has nothing to be compared with."""
    refused(table[table["arm"] == "sham"], where, "expected at least two arms, got only 'sham'")


def test_an_unknown_comparator(table):
    """The comparator must be an arm of the trial."""
    refused(table, Columns(outcome="pain", comparator="usual", person="id"), "no arm 'usual'.*'care', 'sham'")


def test_one_visit(table, where):
    """Repeated measures need more than one visit."""
    refused(table[table["week"] == 0], where, "expected 2 to 16 visits, got 1")


def test_a_repeated_visit(table, where):
    """The same person and week twice is named by its row."""
    refused(pd.concat([table, table.iloc[[5]]]), where, r"1 row\(s\) repeat one, first at row 241")


def test_outcomes_in_words(table, where):
    """Text among the answers is named by its row."""
    table["pain"] = table["pain"].astype(object)
    table.loc[7, "pain"] = "severe"

    refused(table, where, "column 'pain' holds text, first at row 8")


def test_constant_outcomes(table, where):
    """An outcome that never varies cannot be analysed."""
    refused(table.assign(pain=5.0), where, "'pain' is the same")


def test_infinite_outcomes(table, where):
    """Infinity is not an answer."""
    table.loc[3, "pain"] = np.inf

    refused(table, where, "column 'pain' is infinite at row 4")


def test_a_missing_arm(table, where):
    """Somebody without an arm is named by row, not guessed."""
    table.loc[8, "arm"] = None

    refused(table, where, "row 9 has no person or no arm")


def test_a_missing_week(table, where):
    """A visit without its week is named by row."""
    table["week"] = table["week"].astype(float)
    table.loc[2, "week"] = np.nan

    refused(table, where, "column 'week' is empty at row 3")


def test_a_person_in_two_arms(table, where):
    """People are analysed as randomised, so in one arm."""
    table.loc[0, "arm"] = "care"

    refused(table, where, "1 people are in more than one arm")


def test_a_covariate_that_changes(table, where):
    """A covariate is known before randomisation, so it cannot change."""
    table.loc[1, "age"] += 1

    refused(table, where, "'age' changes within a person", covariates=["age"])


def test_a_missing_covariate(table, where):
    """A missing covariate is counted, not dropped silently."""
    table.loc[table["id"] == 4, "age"] = np.nan

    refused(table, where, "'age' is missing for 1 people", covariates=["age"])


def test_a_covariate_without_contrast(table, where):
    """A covariate that is the same for all says nothing."""
    refused(table.assign(age=40), where, "'age' is the same for everybody", shared=["age"])


def test_more_parameters_than_answers(table, where):
    """A model larger than its data is refused."""
    small = table[table["id"] < 3]

    refused(small, where, "coefficients need more than", covariates=["age"], modifier="")


def test_a_wide_table_is_the_same_trial(table, where):
    """One row a person with named columns gives the same design as one row a visit."""
    wide = table.pivot_table(index=["id", "arm"], columns="week", values="pain", dropna=False).dropna(how="all")
    wide.columns = [f"pain_{week}" for week in wide.columns]
    weeks = {week: f"pain_{week}" for week in (0, 6, 18, 52)}
    columns = Columns(outcome="pain", comparator="sham", person="id", wide=weeks)

    long, laid_out = constrained_design(table, where), constrained_design(wide.reset_index(), columns)

    np.testing.assert_array_equal(long.y, laid_out.y)
    assert long.names == laid_out.names


def test_numbers_written_as_text(table, where):
    """Numbers that came as text are said to be so."""
    refused(table.assign(pain=table["pain"].astype(str)), where, "column 'pain' holds numbers written as text")


def test_a_column_with_two_meanings(table, where):
    """A column that is asked for twice, or stands twice in the table, is named."""
    refused(table, where, "one meaning; arm comes twice", covariates=["arm"])
    refused(pd.concat([table, table[["pain"]]], axis=1), where, "one meaning; pain comes twice")
