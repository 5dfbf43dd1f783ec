"""Answers of R's metafor about small studies, with the tolerance and its reason beside each."""

from pathlib import Path

import pandas as pd
import pytest

from backloop.synthesis import rank_check, read_studies, small_study_check, trim_and_fill

HERE = Path(__file__).parent
ANSWERS = pd.read_csv(HERE / "asymmetry.csv")
METHODS = {"FE": "fixed", "DL": "dersimonian-laird", "REML": "reml"}
FILLED = ANSWERS[ANSWERS["check"].isin(["left", "right"])]
# Closed forms but for REML, where metafor's search ends at steps of 1e-12.
TOLERANCE = {"rel": 1e-8, "abs": 1e-9}


def studies_of(data):
    """Read one set of studies as metafor was given them."""
    return read_studies(pd.read_csv(HERE / "asymmetry-effects.csv").query("data == @data"), better="low")


def answers(rows):
    """Lay metafor's numbers out by name."""
    return dict(zip(rows["field"], rows["value"], strict=True))


@pytest.mark.parametrize("data", sorted(set(ANSWERS["data"])))
def test_egger_as_in_r(data):
    """Egger's regression as regtest(model = "lm") gives it."""
    check = small_study_check(studies_of(data))

    found = {**check.model_dump(), "low": check.interval.low, "high": check.interval.high}
    expected = answers(ANSWERS.query("data == @data and check == 'egger'"))
    assert {field: found[field] for field in expected} == pytest.approx(expected, **TOLERANCE)


@pytest.mark.parametrize("data", sorted(set(ANSWERS["data"])))
def test_begg_as_in_r(data):
    """Kendall's tau with its p-value as ranktest gives it: exact, and approximate where there are ties."""
    check = rank_check(studies_of(data))

    expected = answers(ANSWERS.query("data == @data and check == 'rank'"))
    assert (check.tau, check.p) == pytest.approx((expected["tau"], expected["p"]), rel=1e-10)
    assert check.is_exact == (data != "tied")


@pytest.mark.parametrize("key", sorted(set(FILLED[["data", "check", "method"]].itertuples(index=False, name=None))))
def test_trim_and_fill_as_in_r(key):
    """The number of missing studies on either side and the answer with them, as trimfill gives them."""
    data, side, method = key
    rows = FILLED.query("data == @data and check == @side and method == @method")

    found = trim_and_fill(studies_of(data), side={"left": "low", "right": "high"}[side], method=METHODS[method])

    expected, pooled = answers(rows), found.pooled
    numbers = {
        "missing": len(found.filled),
        **pooled.model_dump(include={"estimate", "standard_error", "tau2"}),
        "low": pooled.interval.low,
        "high": pooled.interval.high,
    }
    assert numbers == pytest.approx(expected, **TOLERANCE)


@pytest.mark.parametrize("data", sorted(set(ANSWERS["data"])))
def test_the_side_is_chosen_as_in_r(data):
    """Studies are looked for where metafor looks, by a fixed-effect regression on the standard error."""
    expected = ANSWERS.query("data == @data and check == 'side' and method == 'FE'")["value"].item()

    assert (trim_and_fill(studies_of(data), method="fixed").side == "low") == bool(expected)
