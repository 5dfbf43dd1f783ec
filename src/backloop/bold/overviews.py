"""What a scan shows as a whole: the connectivity of all places of the panel, and the spectrum of a place.

Decides what a reader of the page sees beside the numbers; it measures no marker.
"""

import numpy as np
from numpy.typing import NDArray

from backloop.bold.connectivity import connect_pairs
from backloop.bold.scans import BoldScan
from backloop.recordings import (
    CONNECTIVITY_BAND,
    SLOW_5,
    Curve,
    Matrix,
    amplitude_spectrum,
    band_gap,
    frequencies,
)
from backloop.units import Text

__all__ = ["connect_places", "show_spectrum"]

_FEWEST_PLACES = 2


def connect_places(scan: BoldScan) -> tuple[Matrix, ...]:
    """Connect every place of the panel's pairs with every other.

    Parameters
    ----------
    scan : BoldScan
        The scan, cleaned or not.

    Returns
    -------
    tuple of Matrix
        One, of mean Fisher z over pairs of nodes that share no voxel; none where the scan is too short or covers
        no two places apart from each other.

    Examples
    --------
    >>> from backloop.bold.scans import made_up_scan
    >>> connect_places(made_up_scan())
    ()
    """
    named = dict.fromkeys(name for pair in scan.plan.atlas.pairs for name in (pair.start, pair.end))
    places = {name: columns for name in named if (columns := scan.columns(name))}
    is_short = band_gap(CONNECTIVITY_BAND, len(scan.series.values), scan.series.tr) is not None
    if is_short or len(places) < _FEWEST_PLACES:
        return ()
    z = connect_pairs(np.hstack([scan.signals(name, scan.connectivity) for name in places]))
    apart = ~_share_voxels([node for nodes in places.values() for node in nodes])
    ends = np.cumsum([len(nodes) for nodes in places.values()])
    blocks = [slice(end - len(nodes), end) for end, nodes in zip(ends, places.values(), strict=True)]
    values = tuple(
        tuple(_mean(z[row, column], apart[row, column]) if row != column else None for column in blocks)
        for row in blocks
    )
    if not any(value is not None for row in values for value in row):
        return ()
    name = Text(en="Connectivity between the places of the panel", zh="各部位间的功能连接")
    return (Matrix(name=name, labels=tuple(places), values=values, unit="Fisher z"),)


def show_spectrum(scan: BoldScan, marker: str, region: str) -> tuple[Curve, ...]:
    """Give the power of a place at each frequency, as per cent of the whole.

    Parameters
    ----------
    scan : BoldScan
        The scan, not yet cleaned.
    marker, region : str
        The marker that is read from it, and where.

    Returns
    -------
    tuple of Curve
        One, with the ends of slow-5 marked; none where the scan does not cover the place, was filtered before, or is
        too short.

    Examples
    --------
    >>> from backloop.bold.scans import made_up_scan
    >>> curve, = show_spectrum(made_up_scan(), "nac-slow5", "accumbens")
    >>> round(sum(curve.y), 6), curve.marks
    (100.0, {'slow-5-low': 0.01, 'slow-5-high': 0.027})
    """
    volumes, tr = scan.series.volumes, scan.series.tr
    if not scan.columns(region) or scan.filtered is not None or band_gap(SLOW_5, len(scan.series.values), tr):
        return ()
    signal = scan.signals(region, scan.projection()).mean(axis=1)
    power = amplitude_spectrum(signal[:, None], kept=scan.series.kept)[:, 0].astype(float) ** 2
    bins = scan.measured.bins(volumes, tr)
    title = scan.region(region).title
    return (
        Curve(
            name=Text(en=f"Spectrum: {title.en}", zh=f"频谱：{title.zh}"),
            marker=marker,
            x=tuple(frequencies(volumes, tr)[bins].tolist()),
            y=tuple((100 * power[bins] / power[bins].sum()).tolist()),
            x_unit="Hz",
            y_unit="%",
            marks={"slow-5-low": SLOW_5.low, "slow-5-high": SLOW_5.high},
        ),
    )


def _share_voxels(nodes: list[NDArray[np.intp]]) -> NDArray[np.bool_]:
    """Say of each two nodes whether they share a voxel."""
    every = np.unique(np.concatenate(nodes))
    held = np.zeros((len(nodes), len(every)), dtype=np.float32)
    for row, node in enumerate(nodes):
        held[row, np.searchsorted(every, node)] = 1
    shared: NDArray[np.bool_] = held @ held.T > 0
    return shared


def _mean(z: NDArray[np.float32], apart: NDArray[np.bool_]) -> float | None:
    return float(z[apart].mean()) if apart.any() else None
