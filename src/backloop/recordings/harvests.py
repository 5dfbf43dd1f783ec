"""What one recording yields beside its numbers: the curves, the matrices and the maps they were read from.

Decides the shape of a harvest; it computes none and draws none.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from backloop.recordings.readings import Reading
from backloop.units import Frozen, Text

__all__ = ["Curve", "Harvest", "Matrix"]


class Curve(Frozen):
    """A spectrum, an evoked average or a series, with what was found on it.

    Parameters
    ----------
    name : Text
        What it shows.
    marker : str
        The id of the marker that is read from it.
    x, y : tuple of float
        As many of each.
    x_unit, y_unit : str
        Of the axes, such as ``Hz`` and ``dB``.
    marks : dict of str to float
        Places on `x` by what they are, such as ``peak``.

    Examples
    --------
    >>> name = Text(en="Spectrum, eyes closed", zh="闭眼频谱")
    >>> Curve(name=name, marker="peak-alpha", x=(9.0, 10.0), y=(1.0, 2.0), x_unit="Hz", y_unit="dB").marks
    {}
    """

    name: Text
    marker: str
    x: tuple[float, ...] = Field(min_length=1)
    y: tuple[float, ...] = Field(min_length=1)
    x_unit: str
    y_unit: str
    marks: dict[str, float] = {}

    @model_validator(mode="after")
    def _one_y_an_x(self) -> Self:
        if len(self.x) != len(self.y):
            message = f"curve '{self.marker}': expected one y for each x, got {len(self.x)} x and {len(self.y)} y"
            raise ValueError(message)
        return self


class Matrix(Frozen):
    """A square table of a value between each two places, such as connectivity.

    Parameters
    ----------
    name : Text
        What it shows.
    labels : tuple of str
        The places, in order of rows and columns.
    values : tuple of tuple of float or None
        One row a place; None where there is no value, such as of a place with itself.
    unit : str
        Of the values.

    Examples
    --------
    >>> name = Text(en="Connectivity", zh="功能连接")
    >>> values = ((None, 0.3), (0.3, None))
    >>> Matrix(name=name, labels=("accumbens", "mpfc"), values=values, unit="Fisher z").values[0][1]
    0.3
    """

    name: Text
    labels: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    unit: str

    @model_validator(mode="after")
    def _square(self) -> Self:
        size = len(self.labels)
        if [len(row) for row in self.values] != [size] * size:
            message = f"matrix: expected {size} rows of {size} values, one a label, got {len(self.values)} rows"
            raise ValueError(message)
        return self


@dataclass(frozen=True, slots=True)
class Harvest:
    """All that one recording of one person yields: readings, and what they were read from.

    Parameters
    ----------
    readings : tuple of Reading
        A value or the reason for its absence for each marker.
    curves : tuple of Curve
        Spectra and averages.
    matrices : tuple of Matrix
        Connectivity.
    maps : tuple of Path
        The files written, in the order of writing.

    Examples
    --------
    >>> Harvest(readings=()).maps
    ()
    """

    readings: tuple[Reading, ...]
    curves: tuple[Curve, ...] = ()
    matrices: tuple[Matrix, ...] = ()
    maps: tuple[Path, ...] = ()
