"""Region series of other programs: tables, MATLAB matrices, sidecars, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from backloop.errors import MeasureError, UnreadableSource
from backloop.recordings import read_region_matrix, read_region_table, read_sidecar


def _table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("said", [{"RepetitionTime": 0.8}, {"SamplingFrequency": 1.25}])
def test_the_sidecar_says_the_repetition_time(tmp_path: Path, said: dict[str, float]):
    """Either of the two BIDS fields will do."""
    path = _table(tmp_path / "sub-01_timeseries.tsv", "a\tb\n1\t2\n3\t4\n")
    path.with_suffix(".json").write_text(json.dumps(said))
    series = read_region_table(path)

    assert (series.tr, series.labels, series.values.tolist()) == (0.8, ("a", "b"), [[1, 2], [3, 4]])


WRONG = [
    ("a\tb\n1\t2\n3\t4\n", MeasureError, "it is missing or zero"),
    ("a\tb\nx\t2\ny\t4\n", UnreadableSource, "expected a table of numbers"),
    ("a\tb\n", UnreadableSource, "expected a table of numbers"),
    ("version https://git-lfs.github.com/spec/v1\n", UnreadableSource, "Git LFS pointer"),
]


@pytest.mark.parametrize(("text", "error", "said"), WRONG)
def test_a_bad_table_is_refused(tmp_path: Path, text: str, error: type[Exception], said: str):
    """No repetition time, no numbers, no rows, no table: each its own message."""
    with pytest.raises(error, match=said):
        read_region_table(_table(tmp_path / "t.tsv", text))


def test_a_region_with_holes_is_refused_and_an_empty_one_listed(tmp_path: Path):
    """All values or none."""
    path = _table(tmp_path / "t.tsv", "a\tb\n1\tn/a\n3\tn/a\n")

    assert read_region_table(path, tr=2.0).missing == ("b",)
    with pytest.raises(MeasureError, match="1 values are not numbers"):
        read_region_table(_table(path, "a\tb\n1\tn/a\n3\t4\n"), tr=2.0)


def test_labels_tell_which_axis_is_time(tmp_path: Path):
    """Regions by time and time by regions give the same series."""
    values = np.arange(10.0).reshape(5, 2)
    for name, matrix in (("a.mat", values), ("b.mat", values.T)):
        savemat(tmp_path / name, {"tc": matrix})

        assert read_region_matrix(tmp_path / name, tr=0.72, labels=("l", "r")).values.tolist() == values.tolist()


def test_a_matrix_that_fits_no_axis_is_refused(tmp_path: Path):
    """Nothing is guessed: wrong labels, a square matrix and two matrices are asked about."""
    path = tmp_path / "a.mat"
    savemat(path, {"tc": np.zeros((5, 2))})
    with pytest.raises(MeasureError, match="expected 3 regions along exactly one axis"):
        read_region_matrix(path, tr=2.0, labels=("a", "b", "c"))
    savemat(path, {"tc": np.zeros((2, 2))})
    with pytest.raises(MeasureError, match="exactly one axis"):
        read_region_matrix(path, tr=2.0, labels=("a", "b"))
    savemat(path, {"one": np.zeros((5, 2)), "two": np.zeros((5, 2))})
    with pytest.raises(MeasureError, match=r"say which matrix holds the series; there are \['one', 'two'\]"):
        read_region_matrix(path, tr=2.0, labels=("a", "b"))


def test_no_matlab_file_is_refused(tmp_path: Path):
    """Something else under the name is told what to save."""
    path = tmp_path / "a.mat"
    path.write_bytes(b"nothing of the kind, but long enough to be looked at" * 10)

    with pytest.raises(UnreadableSource, match="save -v7"):
        read_region_matrix(path, tr=2.0, labels=("a",))


def test_a_broken_sidecar_is_refused(tmp_path: Path):
    """A sidecar that is no JSON, or no object, is not passed over."""
    path = tmp_path / "rest_bold.nii.gz"
    (tmp_path / "rest_bold.json").write_text("{")
    with pytest.raises(UnreadableSource, match="line 1: expected JSON"):
        read_sidecar(path)
    (tmp_path / "rest_bold.json").write_text("[1]")
    with pytest.raises(UnreadableSource, match="expected a JSON object"):
        read_sidecar(path)
