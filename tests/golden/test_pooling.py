"""Answers of R's metafor to the same meta-analyses, with the tolerance and its reason beside each."""

from pathlib import Path

import pandas as pd
import pytest

from backloop.synthesis import compare_arms, leave_one_out, pool, pool_many, read_studies, small_study_check

HERE = Path(__file__).parent
ANSWERS = pd.read_csv(HERE / "pooling.csv", keep_default_na=False)
METHODS = {"FE": "fixed", "DL": "dersimonian-laird", "PM": "paule-mandel", "REML": "reml"}
TESTS = {"z": "normal", "knha": "hartung-knapp", "adhoc": "hartung-knapp-safeguarded"}
# metafor is asked to search until tau2 moves by less than 1e-13; what remains is the order of sums. Agreement is 1e-12
# or better where these were made; 1e-9 of a value, or of one unit, leaves room for other processors.
TOLERANCE = {"rel": 1e-9, "abs": 1e-9}


def studies_of(data, measure):
    """Read one set of studies as metafor was given them."""
    file = "pooling-effects.csv" if measure == "effect" else "pooling-arms.csv"
    table = pd.read_csv(HERE / file).query("data == @data")
    if measure == "effect":
        return read_studies(table, better="low")
    return compare_arms(table, measure=measure, better="low")


def numbers(pooled):
    """Lay an answer out under metafor's names."""
    spans = {"": pooled.interval, "prediction_": pooled.prediction, "tau2_": pooled.tau2_interval}
    ends = {f"{name}{end}": getattr(span, end) for name, span in spans.items() if span for end in ("low", "high")}
    return {**pooled.model_dump(), **ends}


def groups(rows, *names):
    """Cut the answers by data, measure and more, with an id for each."""
    return [pytest.param(key, group, id="-".join(key)) for key, group in rows.groupby(["data", "measure", *names])]


POOLED = ANSWERS[ANSWERS["method"].isin(METHODS)]


@pytest.mark.parametrize(("key", "rows"), groups(ANSWERS[ANSWERS["method"] == "none"]))
def test_effects_as_in_r(key, rows):
    """Mean differences and Hedges' g with their standard errors, as escalc gives them (closed forms: 1e-12)."""
    studies = studies_of(*key)

    found = {f"yi.{name}": value for name, value in zip(studies.labels, studies.estimate, strict=True)}
    found |= {f"sei.{name}": value for name, value in zip(studies.labels, studies.standard_error, strict=True)}
    assert found == pytest.approx(dict(zip(rows["field"], rows["value"], strict=True)), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize(("key", "rows"), groups(POOLED[POOLED["left_out"] == ""], "method", "test"))
def test_pooled_as_in_r(key, rows):
    """Effect, interval, p, prediction, Q, I2, H2 and tau2 with its interval, by every method, as rma gives them."""
    data, measure, method, test = key

    found = numbers(pool(studies_of(data, measure), method=METHODS[method], uncertainty=TESTS[test]))

    for field, value in zip(rows["field"], rows["value"], strict=True):
        assert found[field] == pytest.approx(value, **TOLERANCE), field


@pytest.mark.parametrize(("key", "rows"), groups(POOLED[POOLED["left_out"] != ""], "method", "test"))
def test_leaving_one_out_as_in_r(key, rows):
    """The same numbers without each study in turn."""
    data, measure, method, test = key

    found = leave_one_out(studies_of(data, measure), method=METHODS[method], uncertainty=TESTS[test])

    assert set(found) == set(rows["left_out"])
    for left_out, field, value in zip(rows["left_out"], rows["field"], rows["value"], strict=True):
        assert numbers(found[left_out])[field] == pytest.approx(value, **TOLERANCE), (left_out, field)


@pytest.mark.parametrize(("key", "rows"), groups(ANSWERS[ANSWERS["method"] == "egger"]))
def test_small_study_check_as_in_r(key, rows):
    """Egger's regression as regtest(model = "lm") gives it; both are least squares, so 1e-9."""
    check = small_study_check(studies_of(*key))

    found = {**check.model_dump(), "low": check.interval.low, "high": check.interval.high}
    for field, value in zip(rows["field"], rows["value"], strict=True):
        assert found[field] == pytest.approx(value, rel=1e-9, abs=1e-9), field


def test_many_at_once_as_one_by_one():
    """Meta-analyses of unequal length, pooled together, give what each gives alone."""
    sets = [studies_of("spread", "effect"), studies_of("alike", "effect"), studies_of("two", "effect")]
    columns = [
        pd.DataFrame({place: pd.Series(getattr(one, name)) for place, one in enumerate(sets)}).T
        for name in ("estimate", "standard_error")
    ]

    for method in METHODS.values():
        many = pool_many(*columns, method=method)

        for place, one in enumerate(sets):
            alone = numbers(pool(one, method=method))
            for field in ("estimate", "standard_error", "p", "low", "high", "q", "q_p", "i2", "h2", "tau2"):
                assert getattr(many, field)[place] == pytest.approx(alone[field], rel=1e-12, abs=1e-14), field
