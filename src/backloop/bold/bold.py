"""From one person's resting scan to the readings of every BOLD marker.

Decides what is computed for which marker and what its reading warns of; the arithmetic is in the modules it calls.
"""

import numpy as np
from numpy.typing import NDArray

from backloop.bold.amplitude import (
    ALFF_CONVENTIONS,
    AmplitudeMap,
    alff_interval,
    falff_interval,
    measure_amplitude,
    share_power,
)
from backloop.bold.caveats import price_of_bins, price_of_samples, price_of_share, what_was_done
from backloop.bold.cleaning import clean
from backloop.bold.connectivity import connect_pairs, correlation_interval
from backloop.bold.dynamics import StateBook, StateTimes, assign_states, connect_within, follow_states, slide_windows
from backloop.bold.homogeneity import homogeneity_interval, measure_homogeneity
from backloop.bold.maps import MapFolder
from backloop.bold.regions import MarkerPair
from backloop.bold.scans import BoldScan, Definition
from backloop.recordings import (
    CONNECTIVITY_BAND,
    SLOW_4,
    SLOW_5,
    WHOLE_BAND,
    FrequencyBand,
    Reading,
    band_gap,
)
from backloop.units import Absent, Text

__all__ = ["read_scan"]

_ALFF_BANDS = (WHOLE_BAND, SLOW_5, SLOW_4)
_SLOW_5_MARKERS = {"nac-slow5": "accumbens", "nac-slow5.left": "accumbens-left", "nac-slow5.right": "accumbens-right"}
_DYNAMICS = "thalamocortical-dynamics"
_PAIR_CONVENTION = "mean Fisher z of node pairs; nuisance and 0.01-0.1 Hz in one projection"
_SEED_CONVENTION = "Fisher z of the seed's mean series; nuisance and 0.01-0.1 Hz in one projection"
_REHO_CONVENTION = "ReHo, 27 neighbours, nuisance and 0.01-0.1 Hz in one projection, not smoothed"


def read_scan(scan: BoldScan, folder: MapFolder | None = None) -> tuple[Reading, ...]:
    """Read every BOLD marker from a scan, and write its maps where there is a folder for them.

    What needs the series as it was read comes first: homogeneity and seed maps clean it in place.
    """
    return (
        *_amplitudes(scan, folder),
        *(_slow_5(scan, marker, region) for marker, region in _SLOW_5_MARKERS.items()),
        *(_connection(scan, pair) for pair in scan.plan.atlas.pairs),
        *_dynamics(scan),
        *(_whole_brain(scan, folder) if scan.series.grid is not None else ()),
    )


def _amplitudes(scan: BoldScan, folder: MapFolder | None) -> list[Reading]:
    rule = ALFF_CONVENTIONS[scan.plan.convention]
    clear = tuple(band for band in _ALFF_BANDS if _gap(scan, band) is None)
    maps = measure_amplitude(scan.series, scan.projection(trend=rule.trend), clear, convention=scan.plan.convention)
    if folder is not None:
        folder.keep_amplitudes(maps)
    found = {made.band.name: made for made in maps}
    cells = [(place, band) for place in scan.plan.atlas.amplitudes for band in _ALFF_BANDS]
    return [
        reading
        for place, band in cells
        for reading in _amplitude(
            scan, f"{place.marker}{_part(band)}", place.region, band=band, made=found.get(band.name)
        )
    ]


def _amplitude(
    scan: BoldScan, marker: str, region: str, *, band: FrequencyBand, made: AmplitudeMap | None
) -> list[Reading]:
    ends = f"as {scan.plan.convention}, {band.low:g}-{band.high:g} Hz"
    size = Definition(marker, unit="ratio to brain mean", convention=f"mALFF {ends}")
    share = Definition(f"{marker}.fraction", unit="fraction", convention=f"fALFF {ends}")
    places = scan.columns(region)
    gap = _gap(scan, band)
    if not places:
        return [scan.uncovered(size, region)]
    if made is None:
        return [scan.absent(size, gap)] if gap is not None else []
    inside = np.unique(np.concatenate(places))
    value = float(made.relative[inside].mean())
    quality = {"frequency_bins": float(made.bins), "columns": float(len(inside))}
    notes = (price_of_bins(scan, made.bins), *what_was_done(scan), *scan.doubts(region))
    interval = alff_interval(value, made.independent_bins)
    told = [scan.reading(size, value, interval=interval, notes=notes, quality=quality)]
    if made.falff is not None and scan.filtered is None:
        part = float(made.falff[inside].mean())
        interval = falff_interval(part, made.independent_bins, made.other_bins)
        told.append(scan.reading(share, part, interval=interval, notes=notes, quality=quality))
    return told


def _slow_5(scan: BoldScan, marker: str, region: str) -> Reading:
    out_of = scan.measured
    convention = f"power {SLOW_5.low:g}-{SLOW_5.high:g} Hz over {out_of.low:g}-{out_of.high:.3g} Hz, no taper"
    told = Definition(marker, unit="fraction", convention=convention)
    gap = _gap(scan, SLOW_5) or _filtered_before(scan)
    if not scan.columns(region):
        return scan.uncovered(told, region)
    if gap is not None:
        return scan.absent(told, gap)
    signal = scan.signals(region, scan.projection()).mean(axis=1)
    share = share_power(signal, kept=scan.series.kept, tr=scan.series.tr, band=SLOW_5, out_of=out_of)
    quality = {"frequency_bins": float(share.bins), "relative_standard_error": share.relative_error}
    return scan.reading(
        told, share.value, interval=share.interval, notes=(price_of_share(scan, share),), quality=quality
    )


def _connection(scan: BoldScan, pair: MarkerPair) -> Reading:
    told = Definition(pair.marker, unit="Fisher z", convention=_PAIR_CONVENTION)
    gap = _gap(scan, CONNECTIVITY_BAND)
    if gap is not None:
        return scan.absent(told, gap)
    missing = [region for region in (pair.start, pair.end) if not scan.columns(region)]
    if missing:
        return scan.uncovered(told, *missing)
    ends = _apart(scan, pair)
    if not ends:
        return scan.absent(told, Text(en="the two places share all their voxels", zh="两个部位的体素完全重叠"))
    start = scan.signals(pair.start, scan.connectivity)
    end = scan.signals(pair.end, scan.connectivity)[:, ends]
    z = float(connect_pairs(np.hstack([start, end]))[: start.shape[1], start.shape[1] :].mean())
    return scan.reading(
        told,
        z,
        interval=correlation_interval(z, scan.samples),
        quality={"effective_samples": scan.samples, "node_pairs": float(start.shape[1] * end.shape[1])},
        notes=(price_of_samples(scan), *what_was_done(scan), *scan.doubts(pair.start, pair.end)),
    )


def _apart(scan: BoldScan, pair: MarkerPair) -> list[int]:
    """Find the nodes of the end that share no voxel with the start."""
    start = np.concatenate(scan.columns(pair.start))
    return [place for place, node in enumerate(scan.columns(pair.end)) if not np.isin(node, start).any()]


def _dynamics(scan: BoldScan) -> list[Reading]:
    book = scan.plan.states
    told = Definition(_DYNAMICS, unit="fraction", convention="share of windows nearest to a fixed state")
    if book is None:
        why = Text(
            en="no states of a cohort were given; states found in one person's own scan cannot be compared",
            zh="未提供队列状态；由单人扫描自行聚类的状态不可比较",
        )
        return [scan.absent(told, why, kind=Absent.NOT_ASKED)]
    missing = [region for region in book.regions if not scan.columns(region)]
    return [scan.uncovered(told, *missing)] if missing else _state_readings(scan, book)


def _state_readings(scan: BoldScan, book: StateBook) -> list[Reading]:
    windows, assigned = _windows(scan, book)
    times = _follow(scan, book, assigned)
    convention = f"states of {book.id} ({book.source}), windows of {book.window_s:g} s"
    quality = {"windows": float(times.windows), "independent_windows": times.independent_windows}
    notes = scan.doubts(*book.regions)
    chosen = book.names.index(book.marker_state)
    parts = (
        ("", "fraction", times.fraction[chosen], times.fraction_interval[chosen]),
        (".dwell", "s", times.dwell_s[chosen], None),
        (".transitions", "count", times.transitions, None),
    )
    inside = connect_within(
        windows[assigned == chosen], book.regions, independent=times.independent_windows * times.fraction[chosen]
    )
    coupled = ((f".{pair}-in-state", "Fisher z", z, reach) for pair, (z, reach) in inside.items())
    return [
        scan.reading(
            Definition(_DYNAMICS + part, unit=unit, convention=convention), value,
            interval=interval, notes=notes, quality=quality,
        )
        for part, unit, value, interval in (*parts, *coupled)
        if value is not None
    ]  # fmt: skip


def _windows(scan: BoldScan, book: StateBook) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Cut the scan into windows, and give each the nearest state."""
    projection = scan.projection(FrequencyBand(name=book.id, low=book.low_hz, high=book.high_hz))
    signals = [scan.signals(region, projection).mean(axis=1, keepdims=True) for region in book.regions]
    window, step = _lengths(scan, book)
    windows = slide_windows(np.hstack(signals), kept=scan.series.kept, window=window, step=step)
    return windows, assign_states(windows, book)


def _lengths(scan: BoldScan, book: StateBook) -> tuple[int, int]:
    """Give window and step in volumes."""
    return round(book.window_s / scan.series.tr), max(round(book.step_s / scan.series.tr), 1)


def _follow(scan: BoldScan, book: StateBook, assigned: NDArray[np.intp]) -> StateTimes:
    window, step = (length * scan.series.tr for length in _lengths(scan, book))
    return follow_states(assigned, states=len(book.names), step_s=step, window_s=window, seconds=scan.series.seconds)


def _whole_brain(scan: BoldScan, folder: MapFolder | None) -> list[Reading]:
    """Read what needs every voxel cleaned."""
    if _gap(scan, CONNECTIVITY_BAND) is not None or not (folder or scan.plan.has_homogeneity):
        return []
    samples = scan.samples
    clean(scan.series, scan.connectivity)
    if folder is not None:
        folder.keep_seeds(convention=_SEED_CONVENTION)
    return _homogeneity(scan, samples, folder) if scan.plan.has_homogeneity else []


def _homogeneity(scan: BoldScan, samples: float, folder: MapFolder | None) -> list[Reading]:
    agreement = measure_homogeneity(scan.series)
    if folder is not None:
        folder.keep_homogeneity(agreement, convention=_REHO_CONVENTION)
    readings = []
    for marker, region in ((place.marker, place.region) for place in scan.plan.atlas.homogeneities):
        told = Definition(marker, unit="Kendall W", convention=_REHO_CONVENTION)
        places = scan.columns(region)
        if not places:
            readings.append(scan.uncovered(told, region))
            continue
        value = float(agreement[np.unique(np.concatenate(places))].mean())
        interval = homogeneity_interval(value, samples=samples, neighbours=27)
        quality = {"effective_samples": samples, "brain_mean": float(agreement.mean())}
        notes = (price_of_samples(scan), *scan.doubts(region))
        readings.append(scan.reading(told, value, interval=interval, notes=notes, quality=quality))
    return readings


def _part(band: FrequencyBand) -> str:
    return "" if band is WHOLE_BAND else f".{band.name}"


def _gap(scan: BoldScan, band: FrequencyBand) -> Text | None:
    """Say why a band cannot be told from this scan; dropped volumes shorten it."""
    return band_gap(band, len(scan.series.values), scan.series.tr)


def _filtered_before(scan: BoldScan) -> Text | None:
    if scan.filtered is None:
        return None
    return Text(en="the series was filtered before; its whole spectrum is gone", zh="序列已预先滤波，完整频谱不可得")
