"""Take nuisance and unwanted frequencies out of every series in one projection.

Decides the design that is removed and how much freedom is left; it does not choose a strategy.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from backloop.bold.confounds import Nuisance
from backloop.errors import MeasureError
from backloop.recordings import BoldSeries, FrequencyBand, frequencies

__all__ = ["Projection", "blocks", "clean", "make_projection"]

Floats = NDArray[np.float64]

_BLOCK = 4096
_FEWEST_FREE = 3
_DEPENDENT = 1e-7


@dataclass(frozen=True, eq=False)
class Projection:
    """What is removed from every series and what remains, as two orthonormal bases of the kept volumes.

    Parameters
    ----------
    removed : array of float32, shape (kept volumes, rank of the design)
        A basis of everything taken out.
    remaining : array of float32, shape (kept volumes, freedom)
        A basis of everything left.
    band : FrequencyBand, optional
        The band that is left, if the rest of the frequencies is taken out.

    Examples
    --------
    >>> project = make_projection(None, kept=np.ones(10, dtype=bool), tr=2.0)
    >>> project.freedom
    8
    >>> float(np.abs(project.apply(np.arange(10, dtype=np.float32)[:, None])).max()) < 1e-4
    True
    """

    removed: NDArray[np.float32]
    remaining: NDArray[np.float32]
    band: FrequencyBand | None = None

    @property
    def freedom(self) -> int:
        """How many independent values a series keeps."""
        return int(self.remaining.shape[1])

    def apply(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give cleaned series, shape (kept volumes, series)."""
        centred: NDArray[np.float32] = block - block.mean(axis=0)
        if self.removed.shape[1] > self.freedom:
            np.matmul(self.remaining, self.remaining.T @ centred, out=centred)
        else:
            centred -= self.removed @ (self.removed.T @ centred)
        return centred


def make_projection(
    nuisance: Nuisance | None,
    *,
    kept: NDArray[np.bool_],
    tr: float,
    band: FrequencyBand | None = None,
    trend: int = 1,
) -> Projection:
    """Put nuisance, drift and the frequencies outside a band into one design.

    Parameters
    ----------
    nuisance : Nuisance or None
        Regressors of no interest.
    kept : array of bool, shape (volumes,)
        Which volumes of the run are used.
    tr : float
        Repetition time in seconds.
    band : FrequencyBand, optional
        Keep only these frequencies.
    trend : int
        Degree of the polynomial drift; 1 is linear.

    Returns
    -------
    Projection
        The two bases.

    Raises
    ------
    MeasureError
        If the regressors belong to another run, or fewer than three degrees of freedom are left.

    Notes
    -----
    Filtering and regressing one after the other puts back what the other took out. In one design, with a sine and a
    cosine for every Fourier bin outside the band at the kept volumes, both hold, and dropped volumes need no filling.

    References
    ----------
    afni-3dtproject

    Examples
    --------
    >>> from backloop.recordings.spectra import CONNECTIVITY_BAND
    >>> make_projection(None, kept=np.ones(240, dtype=bool), tr=2.0, band=CONNECTIVITY_BAND).freedom
    87
    """
    columns = [np.polynomial.legendre.legvander(np.linspace(-1, 1, len(kept)), trend)[kept]]
    if nuisance is not None:
        if len(nuisance.regressors) != len(kept):
            message = (
                f"the confounds have {len(nuisance.regressors)} volumes, the image {len(kept)}; another run's table?"
            )
            raise MeasureError(message)
        columns.append(nuisance.regressors[kept])
    if band is not None:
        columns.append(_waves_outside(band, kept, tr))
    return Projection(*_split(np.hstack(columns)), band=band)


def clean(series: BoldSeries, projection: Projection) -> None:
    """Clean a series in place, for a copy of a whole brain would double the memory.

    Parameters
    ----------
    series : BoldSeries
        Its values are overwritten.
    projection : Projection
        What to take out.

    Returns
    -------
    None

    Examples
    --------
    >>> values = np.random.default_rng(1).standard_normal((60, 3)).astype(np.float32) + 100
    >>> series = BoldSeries(values, tr=2.0, kept=np.ones(60, dtype=bool))
    >>> clean(series, make_projection(None, kept=series.kept, tr=2.0))
    >>> bool(np.abs(series.values.mean(axis=0)).max() < 1e-4)
    True
    """
    for part in blocks(series.values):
        series.values[:, part] = projection.apply(series.values[:, part])


def blocks(values: NDArray[np.float32]) -> Iterator[slice]:
    """Cut the columns of a series into stretches that fit a processor's cache.

    Parameters
    ----------
    values : array of float32, shape (volumes, columns)
        The series.

    Yields
    ------
    slice
        Columns, in order.

    Examples
    --------
    >>> list(blocks(np.zeros((2, 5000), np.float32)))
    [slice(0, 4096, None), slice(4096, 5000, None)]
    """
    columns = values.shape[1]
    for start in range(0, columns, _BLOCK):
        yield slice(start, min(start + _BLOCK, columns))


def _waves_outside(band: FrequencyBand, kept: NDArray[np.bool_], tr: float) -> Floats:
    outside = np.ones(len(frequencies(len(kept), tr)), dtype=bool)
    outside[band.bins(len(kept), tr)] = False
    angle = 2 * np.pi * np.outer(np.flatnonzero(kept), np.flatnonzero(outside)) / len(kept)
    return np.hstack([np.cos(angle), np.sin(angle)])


def _split(design: Floats) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Split the space of all series into what the design spans and the rest."""
    lengths = np.linalg.norm(design, axis=0)
    used = design[:, lengths > _DEPENDENT * lengths.max()]
    basis, triangle, _ = qr(used / np.linalg.norm(used, axis=0), pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    rank = int((diagonal > _DEPENDENT * diagonal[0]).sum())
    free = len(design) - rank
    if free < _FEWEST_FREE:
        message = (
            f"the confounds and the band take {rank} of {len(design)} degrees of freedom; at least {_FEWEST_FREE} must"
            " be left; choose fewer confounds, a wider band or a longer scan"
        )
        raise MeasureError(message)
    basis = basis.astype(np.float32)
    return np.ascontiguousarray(basis[:, :rank]), np.ascontiguousarray(basis[:, rank:])
