"""Answers of R to the same comparisons of two shares."""

from pathlib import Path

import pandas as pd
import pytest

from backloop.learn import compare_shares, ratio_of_shares

ROWS = pd.read_csv(Path(__file__).parent / "shares.csv").to_dict("records")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['check']} {row['x1']}/{row['n1']} {row['x0']}/{row['n0']}")
def test_intervals_of_two_shares(row):
    """Wilson-based and score intervals; R's constrained maximum is numerical, hence 1e-6."""
    arm, comparator = (row["x1"], row["n1"]), (row["x0"], row["n0"])

    if row["check"] == "ratio":
        found = ratio_of_shares(arm, comparator).interval
    else:
        found = compare_shares(arm, comparator, method=row["check"]).interval

    assert (found.low, found.high) == pytest.approx((row["low"], row["high"]), rel=1e-6, abs=1e-8)
