"""The cells of a table file as text, and columns of them as codes, numbers or words.

Decides what is missing and what is not a number, and says where; what a column means is decided beside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from backloop.errors import TrialError
from backloop.trial.codes import plain_code
from backloop.trial.datamaps import TableRules

__all__ = ["Cells", "read_cells"]


@dataclass(frozen=True, eq=False)
class Cells:
    """A table as it was typed; missing cells are empty, rows are counted as a spreadsheet counts them."""

    name: str
    frame: pd.DataFrame

    def fault(self, words: str) -> TrialError:
        """Give the error that says what is wrong with this table."""
        return TrialError(f"{self.name}: {words}")

    def text(self, column: str) -> "pd.Series":
        """Give a column as words."""
        if column not in self.frame:
            message = f"no column '{column}'; the table has {', '.join(map(repr, self.frame.columns))}"
            raise self.fault(message)
        return self.frame[column]

    def needed(self, column: str) -> "pd.Series":
        """Give a column in which no cell may be empty."""
        found = self.text(column)
        if found.isna().any():
            message = f"column '{column}' is empty at row {found.isna().idxmax()}; every row needs it"
            raise self.fault(message)
        return found

    def coded(self, column: str, codes: Mapping[str, object]) -> "pd.Series":
        """Give a column with its codes replaced by what they stand for; every code must be known."""
        found = self.text(column)
        strange = found.notna() & ~found.isin(list(codes))
        if strange.any():
            message = (
                f"column '{column}', row {strange.idxmax()}: expected one of the codes {', '.join(codes)};"
                " name the others in the mapping, or leave a missing value empty"
            )
            raise self.fault(message)
        return found.map(codes)

    def numbers(self, column: str) -> "pd.Series":
        """Give a column of finite numbers."""
        found = self.text(column)
        numbers = pd.to_numeric(found, errors="coerce").astype(float)
        words = numbers.isna() & found.notna()
        if words.any():
            message = (
                f"column '{column}' holds text, first at row {words.idxmax()}; expected numbers"
                " (codes for missing answers belong under table.missing)"
            )
            raise self.fault(message)
        endless = pd.Series(np.isinf(numbers.to_numpy()), index=numbers.index)
        if endless.any():
            message = f"column '{column}' is infinite at row {endless.idxmax()}; leave a missing answer empty"
            raise self.fault(message)
        return numbers

    def numbers_or_text(self, column: str) -> "pd.Series":
        """Give a column as numbers where all of it is, and as words otherwise."""
        found = self.text(column)
        is_words = pd.to_numeric(found, errors="coerce").isna() & found.notna()
        return found if is_words.any() else self.numbers(column)


def read_cells(path: Path, rules: TableRules) -> Cells:
    """Read a CSV, TSV or Parquet file and keep the rows that count."""
    raw = _load(path, rules)
    frame = raw.map(plain_code, na_action="ignore")
    frame = frame.mask(frame.isin(["", *rules.missing])).astype(object)
    frame = frame.where(frame.notna(), None)
    frame.index = pd.RangeIndex(2, len(frame) + 2)  # the header is row 1
    for column, codes in rules.only.items():
        kept = Cells(path.name, frame).text(column)
        frame = frame[kept.isin(codes) | (kept.isna() & ("" in codes))]
    if frame.empty:
        message = f"{path.name}: no row counts; expected one a person and visit, or one a person"
        raise TrialError(message)
    return Cells(path.name, frame)


def _load(path: Path, rules: TableRules) -> pd.DataFrame:
    separator = rules.separator or ("\t" if path.suffix.lower() == ".tsv" else ",")
    try:
        if path.suffix.lower() == ".parquet":
            return _plain(pd.read_parquet(path))
        return pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, encoding=rules.encoding)
    except FileNotFoundError:
        message = f"{path.name}: expected the trial's table, there is no such file; check the name"
    except ImportError:
        message = f"{path.name}: reading Parquet needs pyarrow: pip install 'backloop[learn]'; or save it as CSV"
    except LookupError:
        message = f"{path.name}: no encoding '{rules.encoding}'; try utf-8-sig or gb18030"
    except UnicodeDecodeError:
        message = f"{path.name}: not {rules.encoding} text; set table.encoding, such as gb18030"
    except ValueError as error:
        message = f"{path.name}: not a table ({type(error).__name__}); expected CSV, TSV or Parquet with one header row"
    raise TrialError(message)


def _plain(stored: pd.DataFrame) -> pd.DataFrame:
    """Lay a typed table out as one would type it: a named index is a column, yes and no are 1 and 0."""
    table = stored.reset_index() if any(stored.index.names) else stored
    return table.astype(dict.fromkeys(table.select_dtypes(["bool", "boolean"]).columns, "Int64"))
