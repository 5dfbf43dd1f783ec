"""How strongly two places fluctuate together: region series, seed maps, Fisher z and how sure it is.

Decides correlations and their effective samples; which places make a marker is in `regions`.
"""

import numpy as np
from numpy.typing import NDArray

from backloop.bold.cleaning import Projection, blocks
from backloop.errors import MeasureError
from backloop.recordings import BoldSeries, amplitude_spectrum
from backloop.units import Interval

__all__ = ["connect_pairs", "correlation_interval", "effective_samples", "map_seeds", "mean_by_label", "mean_series"]

Signals = NDArray[np.float32]

_Z = 1.959964
_MOST_COLUMNS = 4096
_FEWEST_SAMPLES = 4


def mean_series(series: BoldSeries, places: list[NDArray[np.intp]]) -> Signals:
    """Average the columns of each place.

    Parameters
    ----------
    series : BoldSeries
        The signal.
    places : list of arrays of int
        The columns of each place; none may be empty.

    Returns
    -------
    array of float32, shape (kept volumes, places)
        One mean series a place.

    Examples
    --------
    >>> values = np.array([[1, 3, 5], [2, 4, 9]], dtype=np.float32)
    >>> series = BoldSeries(values, tr=2.0, kept=np.ones(2, dtype=bool))
    >>> mean_series(series, [np.array([0, 1]), np.array([2])])
    array([[2., 5.],
           [3., 9.]], dtype=float32)
    """
    return np.stack([series.values[:, columns].mean(axis=1) for columns in places], axis=1)


def mean_by_label(series: BoldSeries, labels: NDArray[np.int32]) -> tuple[NDArray[np.int32], Signals]:
    """Average the voxels of each region of an atlas.

    Parameters
    ----------
    series : BoldSeries
        Voxels.
    labels : array of int32, shape (voxels,)
        Each voxel's region; 0 is no region.

    Returns
    -------
    tuple of arrays
        The regions' numbers, shape (regions,), and their mean series, shape (kept volumes, regions).

    Examples
    --------
    >>> values = np.array([[1, 3, 5], [2, 4, 9]], dtype=np.float32)
    >>> series = BoldSeries(values, tr=2.0, kept=np.ones(2, dtype=bool))
    >>> mean_by_label(series, np.array([7, 7, 0], dtype=np.int32))[1].ravel()
    array([2., 3.], dtype=float32)
    """
    numbers = np.unique(labels[labels > 0])
    return numbers, mean_series(series, [np.flatnonzero(labels == number) for number in numbers])


def map_seeds(series: BoldSeries, seeds: Signals) -> Signals:
    """Correlate seeds with every column.

    Parameters
    ----------
    series : BoldSeries
        Cleaned and filtered.
    seeds : array of float32, shape (kept volumes, seeds)
        Their mean series.

    Returns
    -------
    array of float32, shape (seeds, columns)
        Fisher z; 0 where a column does not vary.

    Notes
    -----
    Correlations are held within one part in ten million of 1, so that a voxel that is its own seed stays finite.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> series = BoldSeries(random.standard_normal((90, 4)).astype(np.float32), tr=2.0, kept=np.ones(90, dtype=bool))
    >>> map_seeds(series, series.values[:, :1]).shape
    (1, 4)
    """
    unit_seeds = _to_unit(seeds).T
    found = np.empty((seeds.shape[1], series.values.shape[1]), dtype=np.float32)
    for part in blocks(series.values):
        found[:, part] = unit_seeds @ _to_unit(series.values[:, part])
    return _fisher(found)


def connect_pairs(signals: Signals) -> Signals:
    """Correlate every place with every other.

    Parameters
    ----------
    signals : array of float32, shape (kept volumes, places)
        Cleaned and filtered mean series.

    Returns
    -------
    array of float32, shape (places, places)
        Fisher z; 0 on the diagonal.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> connect_pairs(random.standard_normal((90, 3)).astype(np.float32)).diagonal()
    array([0., 0., 0.], dtype=float32)
    """
    unit = _to_unit(signals)
    found = _fisher(unit.T @ unit)
    np.fill_diagonal(found, 0)
    return found


def effective_samples(series: BoldSeries, projection: Projection) -> float:
    """Count how many independent samples a cleaned, filtered scan is worth for a correlation.

    Parameters
    ----------
    series : BoldSeries
        Already cleaned with `projection`.
    projection : Projection
        What was taken out.

    Returns
    -------
    float
        At most the degrees of freedom left, plus one for the mean.

    Notes
    -----
    A band of B Hz over T seconds holds about 2 B T independent values, whatever the number of volumes. Regressors and
    dropped volumes take their share, and so does power that is not spread evenly over the band: with C the covariance
    that the mean spectrum implies in the space that is left, the count is (trace C) squared / trace(C squared). A
    signal that all columns share makes the spectrum uneven, which errs on the safe side.

    References
    ----------
    backloop-convention

    Examples
    --------
    >>> from backloop.bold import clean, make_projection
    >>> from backloop.recordings import CONNECTIVITY_BAND
    >>> values = np.random.default_rng(1).standard_normal((240, 200)).astype(np.float32)
    >>> series = BoldSeries(values, tr=2.0, kept=np.ones(240, dtype=bool))
    >>> project = make_projection(None, kept=series.kept, tr=2.0, band=CONNECTIVITY_BAND)
    >>> clean(series, project)
    >>> round(effective_samples(series, project))
    88
    """
    step = max(series.values.shape[1] // _MOST_COLUMNS, 1)
    signals = _to_unit(np.ascontiguousarray(series.values[:, ::step]))
    power = (amplitude_spectrum(signals, kept=series.kept).astype(float) ** 2).mean(axis=1)
    bins = np.arange(1, len(power)) if projection.band is None else projection.band.bins(series.volumes, series.tr)
    angle = 2 * np.pi * np.outer(np.flatnonzero(series.kept), bins) / series.volumes
    waves = np.stack([projection.remaining.T @ np.cos(angle), projection.remaining.T @ np.sin(angle)])
    # A wave that lost a part to the regressors reappears at other frequencies; undo that before the spectrum is used.
    leakage = (np.einsum("sdb,tdc->stbc", waves, waves, optimize=True) ** 2).sum(axis=(0, 1))
    spectrum = np.linalg.lstsq(leakage, power[bins], rcond=1e-6)[0].clip(min=0)
    covariance = np.einsum("sdb,b,seb->de", waves, spectrum, waves, optimize=True)
    count = np.trace(covariance) ** 2 / (covariance**2).sum()
    # The mean over few columns is itself uneven by chance.
    return float(min(count * (1 + 1 / signals.shape[1]), projection.freedom) + 1)


def correlation_interval(z: float, samples: float) -> Interval:
    """Give the 95 % range of a Fisher z from one scan.

    Parameters
    ----------
    z : float
        Fisher z.
    samples : float
        Effective samples.

    Returns
    -------
    Interval
        z plus and minus 1.96 / sqrt(samples - 3). For a mean over pairs of places this is on the safe side: the
        pairs share one scan, so their mean is at most this uncertain.

    Raises
    ------
    MeasureError
        If fewer than four effective samples are left.

    Examples
    --------
    >>> found = correlation_interval(0.3, 86)
    >>> round(found.low, 2), round(found.high, 2)
    (0.08, 0.52)
    """
    if samples < _FEWEST_SAMPLES:
        message = f"a correlation needs at least {_FEWEST_SAMPLES} effective samples; this scan is worth {samples:.1f}"
        raise MeasureError(message)
    reach = _Z / float(np.sqrt(samples - 3))
    return Interval(low=z - reach, high=z + reach)


def _to_unit(signals: Signals) -> Signals:
    centred: Signals = signals - signals.mean(axis=0)
    lengths = np.sqrt(np.einsum("tv,tv->v", centred, centred))
    lengths[lengths == 0] = np.inf
    centred /= lengths
    return centred


def _fisher(correlations: Signals) -> Signals:
    np.clip(correlations, -1 + 1e-7, 1 - 1e-7, out=correlations)
    np.arctanh(correlations, out=correlations)
    return correlations
