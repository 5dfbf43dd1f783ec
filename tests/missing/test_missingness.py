"""Who was seen and who was lost."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, describe_missing

NAN = np.nan


def lengthened(wide):
    """Turn the eight people into one row a visit, with reasons."""
    long = wide.melt(["id", "arm"], var_name="visit", value_name="pain")
    long["week"] = long["visit"].str[1:].astype(int)
    long["why"] = None
    long.loc[(long["id"] == 3) & long["pain"].isna(), "why"] = "moved away"
    return long.drop(columns="visit")


def test_counts_by_arm_and_visit(leavers, where_wide):
    """Gaps that close again are told from leaving for good."""
    missing = describe_missing(leavers, where_wide)

    assert [(one.arm, one.week, one.people, one.seen, one.left, one.between) for one in missing.visits] == [
        ("sham", 0, 4, 4, 0, 0),
        ("care", 0, 4, 4, 0, 0),
        ("sham", 9, 4, 3, 0, 1),
        ("care", 9, 4, 3, 1, 0),
        ("sham", 18, 4, 4, 0, 0),
        ("care", 18, 4, 2, 2, 0),
    ]
    assert missing.people == (4, 4)
    assert missing.baseline_only == (0, 1)


def test_patterns(leavers, where_wide):
    """Patterns come from the most frequent on, each with its people by arm."""
    missing = describe_missing(leavers, where_wide)

    found = {one.seen: (one.people, one.monotone) for one in missing.patterns}
    assert missing.patterns[0].seen == (True, True, True)
    assert found == {
        (True, True, True): ((3, 2), True),
        (True, True, False): ((0, 1), True),
        (True, False, False): ((0, 1), True),
        (True, False, True): ((1, 0), False),
    }


def test_counts_add_up(table, where):
    """Seen and missing are everybody, and the patterns hold everybody once."""
    missing = describe_missing(table, where)

    assert all(one.seen + one.missing == one.people for one in missing.visits)
    assert np.sum([one.people for one in missing.patterns], axis=0).tolist() == list(missing.people)
    assert missing.table()["missing"].sum() == table["pain"].isna().sum()


def test_reasons_in_a_long_table(leavers):
    """A reason belongs to its visit; where none was written the table says so."""
    where = Columns(outcome="pain", comparator="sham", person="id")

    missing = describe_missing(lengthened(leavers), where, reason="why")

    reasons = {(one.arm, one.week): [(why.reason, why.people) for why in one.reasons] for one in missing.visits}
    assert reasons["care", 9] == [("moved away", 1)]
    assert sorted(reasons["care", 18]) == [("moved away", 1), ("not recorded", 1)]
    assert reasons["sham", 9] == [("not recorded", 1)]
    assert reasons["sham", 0] == []
    assert "moved away (1)" in missing.table()["reasons"].tolist()


def test_reasons_in_a_wide_table(leavers, where_wide):
    """A person's one reason goes with each visit they missed."""
    missing = describe_missing(leavers.assign(why=[None, "pain", None, "work"] + [None] * 4), where_wide, reason="why")

    last = missing.visits[-1]
    assert (last.arm, last.week) == ("care", 18)
    assert sorted((why.reason, why.people) for why in last.reasons) == [("pain", 1), ("work", 1)]


def test_a_visit_without_a_row(leavers):
    """In a long table a visit that has no row is missing like one with an empty answer."""
    long = lengthened(leavers)
    where = Columns(outcome="pain", comparator="sham", person="id")

    assert describe_missing(long.dropna(subset="pain"), where).visits == describe_missing(long, where).visits


def test_the_lost_at_the_start(leavers, where_wide):
    """Baseline figures of those seen last and those not, with the difference in SDs and no test."""
    people = leavers.assign(age=[30.0, 40, 50, 60, 30, 40, 50, NAN])

    start, age = describe_missing(people, where_wide, covariates=["age"]).baseline

    assert (start.name, start.seen, start.lost) == ("pain, week 0", 6, 2)
    assert (start.seen_mean, start.lost_mean) == pytest.approx((35 / 6, 7.5))
    common = np.sqrt((np.var([6, 5, 6, 5, 7, 6], ddof=1) + np.var([8, 7], ddof=1)) / 2)
    assert start.difference == pytest.approx((7.5 - 35 / 6) / common)
    assert (age.seen, age.lost, age.lost_mean) == (5, 2, 50)


def test_nobody_lost(leavers, where_wide):
    """With everybody seen there is nobody to compare, and no number is made up."""
    missing = describe_missing(leavers.fillna(4.0), where_wide)

    (start,) = missing.baseline
    assert (start.lost, start.lost_mean, start.difference) == (0, None, None)
    assert "care 0 of 4" in missing.text.en


def test_words(leavers, where_wide):
    """The sentence counts the last visit arm by arm in both languages."""
    text = describe_missing(leavers, where_wide).text

    assert text.en == "pain, missing at week 18: sham 0 of 4; care 2 of 4. Never seen after the start: 1."
    assert "care组4人中缺失2人" in text.zh


@pytest.mark.parametrize(
    ("columns", "options", "match"),
    [
        ({}, {"reason": "why"}, "no column 'why'"),
        ({}, {"covariates": ["age"]}, "no column 'age'"),
        ({"sex": ["f", "m"] * 4}, {"covariates": ["sex"]}, "code two groups as 0 and 1"),
    ],
)
def test_columns_that_do_not_serve(leavers, where_wide, columns, options, match):
    """A missing column, or words to be averaged, each with its own message."""
    with pytest.raises(TrialError, match=match):
        describe_missing(leavers.assign(**columns), where_wide, **options)


def test_a_covariate_that_changes(table, where):
    """What is known at the start is the same in every row of a person."""
    with pytest.raises(TrialError, match="changes within a person"):
        describe_missing(table.assign(mood=pd.Series(range(len(table)), dtype=float)), where, covariates=["mood"])
