"""Studies as published: effects from arms, directions, and what a wrong table is told."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.synthesis import compare_arms, read_studies


@pytest.fixture
def arms():
    """Lay out two small trials by arm."""
    return pd.DataFrame(
        {
            "study": ["Ash", "Elm"],
            "arm_mean": [3.0, 20.0],
            "arm_sd": [2.0, 5.0],
            "arm_n": [10, 30],
            "comparator_mean": [4.0, 15.0],
            "comparator_sd": [2.0, 6.0],
            "comparator_n": [12, 28],
        }
    )


@pytest.fixture
def effects():
    """Lay out four published effects."""
    return pd.DataFrame(
        {
            "study": ["Ash", "Elm", "Fir", "Oak"],
            "estimate": [-1.0, -0.3, -0.5, -0.2],
            "standard_error": [0.5, 0.3, 0.2, 0.1],
        }
    )


def test_arm_minus_comparator(arms):
    """The sign is that of arm minus comparator, whichever end is good."""
    for better in ("low", "high", "neither"):
        assert compare_arms(arms, measure="MD", better=better).estimate.tolist() == [-1.0, 5.0]


def test_two_corrections_for_small_samples(arms):
    """The approximate correction is 1 - 3 / (4 m - 1), within half a per cent of the exact one at 20 degrees."""
    approximate = compare_arms(arms, measure="SMD", better="low", correction="approximate")
    exact = compare_arms(arms, measure="SMD", better="low")

    assert approximate.estimate[0] == pytest.approx((1 - 3 / (4 * 20 - 1)) * -0.5)
    assert exact.estimate == pytest.approx(approximate.estimate, rel=0.005)
    assert exact.unit == "SD"


def test_scales_that_run_the_other_way_are_turned(arms):
    """A study whose own scale is good at the other end changes its sign, not its error."""
    plain = compare_arms(arms, measure="SMD", better="low")

    turned = compare_arms(arms.assign(better=["low", "high"]), measure="SMD", better="low")

    assert turned.estimate.tolist() == [plain.estimate[0], -plain.estimate[1]]
    assert turned.standard_error.tolist() == plain.standard_error.tolist()


@pytest.mark.parametrize(
    ("directions", "better", "measure", "message"),
    [
        (["low", "high"], "low", "MD", r"row 2 \('Elm'\), column 'better': expected 'low': mean differences share"),
        (["low", "up"], "low", "SMD", r"row 2 \('Elm'\), column 'better': expected 'low' or 'high'"),
        (["low", "low"], "neither", "SMD", r"row 1 \('Ash'\), column 'better'"),
    ],
    ids=["mixed", "unknown", "neither"],
)
def test_directions_that_cannot_be(arms, directions, better, measure, message):
    """Directions that contradict the call are refused."""
    with pytest.raises(TrialError, match=message):
        compare_arms(arms.assign(better=directions), measure=measure, better=better)


def test_a_file_is_read_as_a_table(effects, tmp_path):
    """A path of a CSV file gives what its table gives."""
    path = tmp_path / "effects.csv"
    effects.to_csv(path, index=False)

    found, expected = read_studies(path, better="low"), read_studies(effects, better="low")

    assert found.labels == expected.labels
    assert found.estimate.tolist() == expected.estimate.tolist()
    assert found.standard_error.tolist() == expected.standard_error.tolist()


@pytest.mark.parametrize(
    ("column", "cells", "message"),
    [
        ("standard_error", [0.5, 0.0, 0.2, 0.1], r"row 2 \('Elm'\), column 'standard_error': .*above 0, got 0"),
        ("standard_error", [0.5, 0.3, -0.2, 0.1], r"row 3 \('Fir'\), column 'standard_error': .*above 0, got -0.2"),
        ("estimate", ["-1", "-0.3", "n.s.", "0"], r"row 3 \('Fir'\), column 'estimate': expected a number such as"),
        ("estimate", [-1, None, 0, 0], r"row 2 \('Elm'\), column 'estimate': .*the cell is empty; leave the study out"),
        ("estimate", [-1, 0, 0, np.inf], r"row 4 \('Oak'\), column 'estimate': .*infinity"),
        ("study", ["Ash", "Elm", "Ash", "Oak"], r"row 3 \('Ash'\), column 'study': this study was named before"),
        ("study", ["Ash", None, "Fir", "Oak"], r"row 2, column 'study': expected a name"),
    ],
    ids=["zero", "negative", "text", "empty", "infinite", "twice", "nameless"],
)
def test_wrong_cells_are_named(effects, tmp_path, column, cells, message):
    """File, row, study and column of the first wrong cell are named."""
    path = tmp_path / "effects.csv"
    effects.assign(**{column: cells}).to_csv(path, index=False)

    with pytest.raises(TrialError, match="^effects.csv, " + message):
        read_studies(path, better="low")


def test_wrong_arms_are_named(arms):
    """An arm of one person has no spread to speak of."""
    with pytest.raises(TrialError, match=r"the table, row 2 \('Elm'\), column 'comparator_n': .*above 1, got 1"):
        compare_arms(arms.assign(comparator_n=[12, 1]), measure="MD", better="low")


def test_unknown_correction(arms):
    """A misspelt correction is refused with those on offer."""
    with pytest.raises(TrialError, match="unknown correction 'none'; expected one of exact, approximate"):
        compare_arms(arms, measure="SMD", better="low", correction="none")


def test_tables_that_are_none(effects, tmp_path):
    """No rows, no column, no file, an empty file: each says so."""
    empty = tmp_path / "empty.csv"
    empty.touch()

    with pytest.raises(TrialError, match="the table: expected one row a study, got no rows"):
        read_studies(effects.iloc[:0], better="low")
    with pytest.raises(TrialError, match="no column 'standard_error'; it has 'study', 'estimate'"):
        read_studies(effects[["study", "estimate"]], better="low")
    for path in (empty, tmp_path / "nowhere.csv"):
        with pytest.raises(TrialError, match=f"{path.name} cannot be read as a CSV file"):
            read_studies(path, better="low")
