"""Read series of regions that another program made: tables (XCP-D, fMRIPrep) and MATLAB matrices.

Decides how rows, columns and the repetition time are found; it does not know what a region means.
"""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from backloop.errors import MeasureError, UnreadableSource
from backloop.recordings.readings import FileUsed
from backloop.recordings.series import BoldSeries, check_tr
from backloop.recordings.sources import open_text
from backloop.recordings.streams import check_recording

_MATRIX_AXES = ("regions", "volumes")

__all__ = ["read_region_matrix", "read_region_table", "read_sidecar"]


def read_region_table(path: Path, *, tr: float | None = None) -> BoldSeries:
    r"""Read a table of region series: a row a volume, a column a region.

    Parameters
    ----------
    path : Path
        Tab-separated, as XCP-D writes ``*_timeseries.tsv``; ``n/a`` is no value.
    tr : float, optional
        Repetition time in seconds; where not given, the JSON sidecar beside the table must say it.

    Returns
    -------
    BoldSeries
        Regions with no value at all are left out and listed as missing.

    Raises
    ------
    UnreadableSource
        If the file is no table of numbers.
    MeasureError
        If there is no repetition time, or a region has values at some volumes only.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "sub-01_timeseries.tsv"
    >>> _ = path.write_text("left\tright\n1\tn/a\n2\tn/a\n")
    >>> series = read_region_table(path, tr=2.0)
    >>> series.labels, series.missing
    (('left',), ('right',))
    """
    source = open_text(path)
    table = pd.read_csv(StringIO(source.text), sep="\t", na_values="n/a")
    strange = [str(name) for name, kind in table.dtypes.items() if kind.kind not in "iuf"]
    if strange or table.empty:
        message = f"{path.name}: expected a table of numbers, tab between columns; columns that are not: {strange[:5]}"
        raise UnreadableSource(message)
    empty = table.columns[table.isna().all()]
    values = table.drop(columns=empty)
    return BoldSeries(
        values=values.to_numpy(dtype=np.float32),
        tr=check_tr(path.name, 0.0, tr if tr is not None else _tr_of(read_sidecar(path))),
        kept=np.ones(len(table), dtype=bool),
        labels=tuple(str(name) for name in values.columns),
        missing=tuple(str(name) for name in empty),
        files=(source.used,),
    ).checked()


def read_region_matrix(path: Path, *, tr: float, labels: tuple[str, ...], key: str | None = None) -> BoldSeries:
    """Read region series from a MATLAB file (``.mat`` up to version 7).

    Parameters
    ----------
    path : Path
        The file.
    tr : float
        Repetition time in seconds; a ``.mat`` does not carry it.
    labels : tuple of str
        The regions' names, in the file's order; they tell which axis is which.
    key : str, optional
        The matrix's name; may be left out where there is only one.

    Returns
    -------
    BoldSeries
        One column a region.

    Raises
    ------
    UnreadableSource
        If the file is no such MATLAB file.
    MeasureError
        If the matrix is not found or fits the labels on no axis, or on both.

    Examples
    --------
    >>> import tempfile
    >>> from scipy.io import savemat
    >>> path = Path(tempfile.mkdtemp()) / "rest.mat"
    >>> savemat(path, {"tc": np.zeros((2, 5))})
    >>> read_region_matrix(path, tr=0.72, labels=("left", "right")).values.shape
    (5, 2)
    """
    check_recording(path)
    try:
        content: dict[str, Any] = loadmat(path)
    except (MatReadError, NotImplementedError, ValueError, TypeError) as error:
        message = f"{path.name}: expected a MATLAB file of version 7 or earlier; save it with: save -v7 ({error})"
        raise UnreadableSource(message) from error
    found = {name: value for name, value in content.items() if _is_matrix(value)}
    if key is None and len(found) == 1:
        key = next(iter(found))
    if key not in found:
        message = f"{path.name}: say which matrix holds the series; there are {sorted(found)}"
        raise MeasureError(message)
    fits = [axis for axis, length in enumerate(found[key].shape) if length == len(labels)]
    if len(fits) != 1:
        message = f"{path.name}: '{key}' is {found[key].shape}; expected {len(labels)} regions along exactly one axis"
        raise MeasureError(message)
    values = np.ascontiguousarray(np.moveaxis(found[key], fits[0], 1), dtype=np.float32)
    return BoldSeries(
        values=values,
        tr=check_tr(path.name, 0.0, tr),
        kept=np.ones(len(values), dtype=bool),
        labels=labels,
        files=(FileUsed.at(path),),
    ).checked()


def _is_matrix(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.ndim == len(_MATRIX_AXES) and value.dtype.kind in "iuf"


def read_sidecar(path: Path) -> dict[str, Any]:
    r"""Read the JSON file beside a recording, empty where there is none.

    Parameters
    ----------
    path : Path
        The recording's own file.

    Returns
    -------
    dict
        What the sidecar says.

    Raises
    ------
    UnreadableSource
        If the sidecar is no JSON object.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "rest_bold.json").write_text('{"RepetitionTime": 2.0}')
    >>> read_sidecar(folder / "rest_bold.nii.gz")
    {'RepetitionTime': 2.0}
    """
    sidecar = path.with_name(path.name.removesuffix(".gz").rpartition(".")[0] + ".json")
    if not sidecar.exists():
        return {}
    try:
        content = json.loads(open_text(sidecar).text)
    except json.JSONDecodeError as error:
        message = f"{sidecar.name}, line {error.lineno}: expected JSON; {error.msg}"
        raise UnreadableSource(message) from error
    if not isinstance(content, dict):
        message = f"{sidecar.name}: expected a JSON object with names and values"
        raise UnreadableSource(message)
    return content


def _tr_of(sidecar: dict[str, Any]) -> float | None:
    if isinstance(seconds := sidecar.get("RepetitionTime"), int | float):
        return float(seconds)
    if isinstance(rate := sidecar.get("SamplingFrequency"), int | float) and rate > 0:
        return 1 / float(rate)
    return None
