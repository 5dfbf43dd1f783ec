"""BOLD series in memory: what a column is, when its volumes were taken, where they lie.

Decides the shape of a series and when its repetition time is believable; it does not read or clean one.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from backloop.errors import MeasureError
from backloop.recordings.readings import FileUsed

__all__ = ["BoldSeries", "Grid", "check_tr"]

_LONGEST_TR_S = 20.0
_SAME_TR_S = 1e-3


@dataclass(frozen=True, eq=False)
class Grid:
    """The voxels of an image: which lie in the brain, and where.

    Parameters
    ----------
    inside : array of bool, shape (x, y, z)
        The brain mask.
    affine : array of float, shape (4, 4)
        From voxel numbers to mm.

    Examples
    --------
    >>> grid = Grid(inside=np.ones((2, 2, 2), dtype=bool), affine=np.diag([3.0, 3.0, 3.0, 1.0]))
    >>> grid.sphere((0.0, 0.0, 0.0), 3.0)
    array([0, 1, 2, 4])
    """

    inside: NDArray[np.bool_]
    affine: NDArray[np.float64]

    @cached_property
    def index(self) -> NDArray[np.intp]:
        """The places of the brain's voxels in a volume as it lies in the file (x runs fastest)."""
        return np.flatnonzero(self.inside.ravel(order="F"))

    @cached_property
    def _column(self) -> NDArray[np.intp]:
        column = np.full(self.inside.size, -1, dtype=np.intp)
        column[self.index] = np.arange(len(self.index))
        return column.reshape(self.inside.shape, order="F")

    def unmask(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Put one value a brain voxel back into a volume; zero outside."""
        volume = np.zeros(self.inside.size, dtype=np.float32)
        volume[self.index] = values
        return volume.reshape(self.inside.shape, order="F")

    def sphere(self, centre: tuple[float, float, float], radius: float) -> NDArray[np.intp]:
        """Give the columns of the brain's voxels whose centres lie within so many mm of a point."""
        middle = np.linalg.solve(self.affine, [*centre, 1.0])[:3]
        reach = radius / np.linalg.svd(self.affine[:3, :3], compute_uv=False).min()
        low = np.maximum(np.floor(middle - reach), 0).astype(int)
        high = np.minimum(np.ceil(middle + reach) + 1, self.inside.shape).astype(int)
        if (low >= high).any():
            return np.empty(0, dtype=np.intp)
        box = np.stack(np.meshgrid(*(np.arange(a, b) for a, b in zip(low, high, strict=True)), indexing="ij"), -1)
        mm = box @ self.affine[:3, :3].T + self.affine[:3, 3]
        near = box[((mm - np.asarray(centre)) ** 2).sum(-1) <= radius**2]
        columns = self._column[tuple(near.T)]
        return np.sort(columns[columns >= 0])


@dataclass(frozen=True, eq=False)
class BoldSeries:
    """BOLD signals over time: voxels of a grid, or labelled regions.

    Parameters
    ----------
    values : array of float32, shape (kept volumes, columns)
        The signal.
    tr : float
        Repetition time in seconds.
    kept : array of bool, shape (volumes,)
        Which volumes of the run the rows are.
    grid : Grid, optional
        Where the columns lie, if they are voxels.
    labels : tuple of str
        What the columns are called, if they are regions or greyordinates.
    missing : tuple of str
        Regions that the file names without a value.
    files : tuple of FileUsed
        What was read.

    Examples
    --------
    >>> series = BoldSeries(np.ones((240, 2), np.float32), tr=2.0, kept=np.ones(240, dtype=bool))
    >>> series.seconds
    480.0
    """

    values: NDArray[np.float32]
    tr: float
    kept: NDArray[np.bool_]
    grid: Grid | None = None
    labels: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    files: tuple[FileUsed, ...] = ()

    @property
    def volumes(self) -> int:
        """How many volumes the run has, kept or not."""
        return len(self.kept)

    @property
    def seconds(self) -> float:
        """How long the kept volumes last together."""
        return float(self.kept.sum() * self.tr)

    def censored(self, kept: NDArray[np.bool_]) -> "BoldSeries":
        """Keep fewer volumes of the run; makes a copy."""
        if len(kept) != self.volumes:
            message = f"expected a choice for each of {self.volumes} volumes; got {len(kept)} (another run's?)"
            raise MeasureError(message)
        both = self.kept & kept
        return replace(self, values=self.values[both[self.kept]], kept=both)

    def checked(self) -> "BoldSeries":
        """Give the series back if every value is a number."""
        bad = int((~np.isfinite(self.values)).sum())
        if bad:
            name = self.files[0].name if self.files else "the series"
            message = f"{name}: {bad} values are not numbers; mend the file or leave those regions out"
            raise MeasureError(message)
        return self


def check_tr(name: str, header: float, sidecar: float | None) -> float:
    """Give the repetition time that header and sidecar agree on.

    Parameters
    ----------
    name : str
        The file's name, for the message.
    header : float
        What the file's header says, in seconds; 0 where it says nothing.
    sidecar : float or None
        What the sidecar or the caller says, in seconds.

    Returns
    -------
    float
        The repetition time in seconds.

    Raises
    ------
    MeasureError
        If there is none, it is not positive, it is so long that it must be in milliseconds, or the two disagree.

    Examples
    --------
    >>> check_tr("rest_bold.nii.gz", 0.0, 2.0)
    2.0
    >>> check_tr("rest_bold.nii.gz", 2000.0, None)
    Traceback (most recent call last):
    backloop.errors.MeasureError: rest_bold.nii.gz: a repetition time of 2000 s is too long; it seems to be in
    milliseconds; correct the header or the sidecar
    """
    if header > 0 and sidecar is not None and abs(header - sidecar) > _SAME_TR_S:
        message = (
            f"{name}: the header's repetition time is {header:g} s, the sidecar's {sidecar:g} s; correct one of them"
        )
        raise MeasureError(message)
    tr = sidecar if sidecar is not None else header
    if not np.isfinite(tr) or tr <= 0:
        message = (
            f"{name}: expected a repetition time; it is missing or zero; add RepetitionTime (in s) to the JSON sidecar"
        )
        raise MeasureError(message)
    if tr > _LONGEST_TR_S:
        message = (
            f"{name}: a repetition time of {tr:g} s is too long; it seems to be in milliseconds; correct the header or"
            " the sidecar"
        )
        raise MeasureError(message)
    # A header keeps 32 bits: 0.72 s comes back as 0.7200000286.
    return round(float(tr), 6)
