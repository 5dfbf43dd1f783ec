"""Tables of studies as they come: a frame or a CSV file, with every wrong cell named by row, study and column.

Decides whether a cell can be read; what the numbers mean is decided by whoever asked for them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backloop.errors import TrialError
from backloop.units import Better

__all__ = ["Floats", "Sheet", "check_span", "open_sheet"]

Floats = NDArray[np.float64]

_MOST = 1e50
_APART = 1e6


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A checked table: its rows, the name of its file, and the study of each row.

    Examples
    --------
    >>> open_sheet(pd.DataFrame({"study": ["A", "B"], "n": [10, 20]}), ("n",)).numbers("n")
    array([10., 20.])
    """

    table: pd.DataFrame
    source: str
    labels: tuple[str, ...]

    def wrong(self, where: "pd.Series[bool] | np.ndarray", column: str, expected: str) -> TrialError:
        """Name file, row, study and column of the first cell that is wrong."""
        row = int(np.flatnonzero(np.asarray(where))[0])
        study = f" ('{self.labels[row]}')" if self.labels else ""
        return TrialError(f"{self.source}, row {row + 1}{study}, column '{column}': {expected}")

    def numbers(self, column: str, *, above: float = -np.inf) -> Floats:
        """Give a column of finite numbers."""
        cells = self.table[column]
        is_flag = cells.map(lambda cell: isinstance(cell, bool | np.bool_))
        values = pd.to_numeric(cells, errors="coerce").mask(is_flag)
        if (cells.isna()).any():
            raise self.wrong(cells.isna(), column, "expected a number, the cell is empty; leave the study out")
        if values.isna().any():
            raise self.wrong(values.isna(), column, "expected a number such as -1.5, with a point, got text")
        numbers = values.to_numpy(dtype=float)
        huge = ~(np.abs(numbers) <= _MOST)
        if huge.any():
            raise self.wrong(huge, column, f"expected a finite number, got infinity or one beyond {_MOST:g}")
        if (numbers <= above).any():
            first = numbers[numbers <= above][0]
            raise self.wrong(numbers <= above, column, f"expected a number above {above:g}, got {first:g}")
        return numbers

    def names(self, column: str) -> tuple[str, ...]:
        """Give a column of names, none empty, without blanks around them."""
        empty = self.table[column].isna() | (self.table[column].astype(str).str.strip() == "")
        if empty.any():
            raise self.wrong(empty, column, "expected a name, the cell is empty")
        return tuple(self.table[column].astype(str).str.strip())

    def turned(self, better: Better) -> "np.ndarray":
        """Say which rows were read from a scale whose good end is the other one."""
        if "better" not in self.table.columns:
            return np.zeros(len(self.table), dtype=bool)
        given = self.table["better"]
        unknown = ~given.isin(["low", "high"])
        if unknown.any() or better == "neither":
            said = unknown if unknown.any() else ~unknown
            raise self.wrong(said, "better", "expected 'low' or 'high', and the same words in the call")
        return (given != better).to_numpy()


def open_sheet(table: pd.DataFrame | str | Path, columns: tuple[str, ...], *, repeats: bool = False) -> Sheet:
    """Open a table that has a column ``study`` and the columns asked for.

    Parameters
    ----------
    table : pandas.DataFrame or path of a CSV file
        The rows.
    columns : tuple of str
        What it must have besides ``study``.
    repeats : bool
        Whether a study may have several rows.

    Returns
    -------
    Sheet
        The rows in their order.

    Raises
    ------
    TrialError
        If the file cannot be read, a column or every row is missing, or a study has no name or one name too many.

    Examples
    --------
    >>> open_sheet(pd.DataFrame({"study": ["A", "A"]}), (), repeats=True).labels
    ('A', 'A')
    """
    source = "the table" if isinstance(table, pd.DataFrame) else Path(table).name
    frame = table if isinstance(table, pd.DataFrame) else _read(Path(table))
    unknown = [name for name in ("study", *columns) if name not in frame.columns]
    if unknown:
        message = (
            f"{source}: no column {', '.join(map(repr, unknown))}; it has {', '.join(map(repr, frame.columns))}; "
            "name the columns so, with commas between them"
        )
        raise TrialError(message)
    if frame.empty:
        message = f"{source}: expected one row a study, got no rows"
        raise TrialError(message)
    sheet = Sheet(table=frame, source=source, labels=())
    sheet = Sheet(table=frame, source=source, labels=sheet.names("study"))
    twice = pd.Series(sheet.labels).duplicated()
    if twice.any() and not repeats:
        raise sheet.wrong(twice, "study", "this study was named before; give each comparison its own name")
    return sheet


def check_span(source: str, estimate: Floats, standard_error: Floats) -> None:
    """Refuse effects and standard errors so far apart that a sum would lose one of them.

    Parameters
    ----------
    source : str
        The table's name.
    estimate, standard_error : array of float
        In one unit.

    Raises
    ------
    TrialError
        If the largest effect or standard error is more than a million times the smallest standard error.

    Examples
    --------
    >>> check_span("a.csv", np.array([-1.0, -0.4]), np.array([0.5, 0.3]))
    """
    least, most = standard_error.min(), max(np.abs(estimate).max(), standard_error.max())
    if least < 1.0 / _MOST or most > _APART * least:
        message = f"{source}: effects and standard errors lie more than a millionfold apart; check decimals and units"
        raise TrialError(message)


def _read(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path)
        heading = pd.read_csv(path, header=None, nrows=1, dtype=str).iloc[0]
    except (OSError, ValueError) as problem:
        message = f"{path.name} cannot be read as a CSV file with a heading; check name, encoding and commas"
        raise TrialError(message) from problem
    if not isinstance(frame.index, pd.RangeIndex):
        message = (
            f"{path.name}: rows have more cells than the heading; write decimals with a point, and name all columns"
        )
        raise TrialError(message)
    if heading.duplicated().any():
        message = f"{path.name}: the column '{heading[heading.duplicated()].iloc[0]}' is there twice; keep one of them"
        raise TrialError(message)
    return frame
