"""How large slow fluctuations are: ALFF, fALFF and the share of slow-5 power.

Decides the arithmetic of each reference tool's definition; numbers of different conventions are not comparable.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backloop.bold.cleaning import Projection, blocks
from backloop.errors import MeasureError
from backloop.recordings import BoldSeries, FrequencyBand, amplitude_spectrum, band_gap, frequencies
from backloop.units import Frozen, Interval

__all__ = [
    "ALFF_CONVENTIONS",
    "AlffConvention",
    "AmplitudeMap",
    "PowerShare",
    "alff_interval",
    "falff_interval",
    "measure_amplitude",
    "share_power",
]

Maps = NDArray[np.float32]

_Z = 1.959964
# A pure-noise amplitude is Rayleigh distributed: its standard deviation is 0.523 of its mean.
_RAYLEIGH = np.sqrt(4 / np.pi - 1)


class AlffConvention(Frozen):
    """One reference tool's definition of ALFF, as a row of a table.

    `trend` is the degree of the drift taken out first. `is_padded` fills with zeros to the next power of two,
    `is_even` drops the first volume of an odd run. The amplitude 2 abs(FFT) / N is multiplied by `factor`, or by
    N / 2 where `is_raw`. `edges` says which bins belong to a band. ALFF is the mean or the sum over them.

    Examples
    --------
    >>> ALFF_CONVENTIONS["xcp-d"].has_fraction
    False
    """

    trend: int
    is_padded: bool = False
    is_even: bool = False
    is_raw: bool = False
    factor: float = 1.0
    edges: Literal["inside", "nearest", "counted"] = "inside"
    total: Literal["mean", "sum"] = "mean"
    has_fraction: bool = True

    def band_bins(self, band: FrequencyBand, length: int, tr: float) -> slice:
        """Give the rows of a spectrum of `length` volumes that belong to the band."""
        if self.edges == "nearest":
            found = frequencies(length, tr)
            return slice(int(np.abs(found - band.low).argmin()), int(np.abs(found - band.high).argmin()))
        if self.edges == "counted":
            low, high = band.low * length * tr, band.high * length * tr
            first = round(low - 1) + 1
            return slice(first, first + round(high - low + 1))
        bins = band.bins(length, tr)
        return slice(int(bins[0]), int(bins[-1]) + 1)


ALFF_CONVENTIONS = {
    "plain": AlffConvention(trend=1),
    "dpabi": AlffConvention(trend=1, is_padded=True),
    "c-pac": AlffConvention(trend=0, is_even=True, is_raw=True, edges="counted", total="sum"),
    "xcp-d": AlffConvention(trend=0, factor=float(np.sqrt(2)), edges="nearest", has_fraction=False),
    "afni": AlffConvention(trend=2, total="sum"),
}
"""The definitions by the tool's name; `plain` is ours: mean one-sided amplitude, no padding, both ends included."""


@dataclass(frozen=True, eq=False)
class AmplitudeMap:
    """ALFF and fALFF of every column in one band.

    Parameters
    ----------
    band : FrequencyBand
        The band.
    alff : array of float32, shape (columns,)
        In the image's own unit.
    falff : array of float32, shape (columns,), optional
        Share of the whole spectrum's amplitude, 0 to 1.
    bins : int
        How many frequency bins the band has.
    independent_bins, other_bins : float
        How many of them, and of those outside the band, the regressors left.

    Examples
    --------
    >>> made = AmplitudeMap(FrequencyBand(name="whole", low=0.01, high=0.08), np.array([1, 3], np.float32), None, 34)
    >>> made.relative
    array([0.5, 1.5], dtype=float32)
    """

    band: FrequencyBand
    alff: Maps
    falff: Maps | None
    bins: int
    independent_bins: float = 0.0
    other_bins: float = 0.0

    @property
    def relative(self) -> Maps:
        """ALFF divided by its mean over all columns (mALFF), which takes the scanner's arbitrary unit out."""
        scaled: Maps = self.alff / self.alff.mean()
        return scaled


def measure_amplitude(
    series: BoldSeries, projection: Projection, bands: tuple[FrequencyBand, ...], *, convention: str = "plain"
) -> tuple[AmplitudeMap, ...]:
    """Compute ALFF and fALFF of every column, one pass for all bands.

    Parameters
    ----------
    series : BoldSeries
        The signal as read; it is not changed.
    projection : Projection
        Nuisance and drift of the convention's degree, without a band.
    bands : tuple of FrequencyBand
        Such as `WHOLE_BAND`, `SLOW_5` and `SLOW_4`.
    convention : str
        One of `ALFF_CONVENTIONS`.

    Returns
    -------
    tuple of AmplitudeMap
        One a band.

    Raises
    ------
    MeasureError
        If a band has fewer than three bins or lies above the Nyquist frequency; if the projection already filtered
        a band, which would empty the denominator of fALFF; or if the convention is not defined with dropped volumes.

    Notes
    -----
    The convention ``xcp-d`` standardises each series before and multiplies back after, which cancels. Its tool, like
    ``c-pac`` and ``afni``, leaves the scale arbitrary: compare `AmplitudeMap.relative` only.

    References
    ----------
    zou-falff-2008, huang-alff-2024

    Examples
    --------
    >>> from backloop.bold import make_projection
    >>> from backloop.recordings import WHOLE_BAND
    >>> time = 2.0 * np.arange(200)
    >>> wave = (2 * np.sin(2 * np.pi * 0.05 * time)).astype(np.float32)[:, None]
    >>> series = BoldSeries(wave, tr=2.0, kept=np.ones(200, dtype=bool))
    >>> found, = measure_amplitude(series, make_projection(None, kept=series.kept, tr=2.0), (WHOLE_BAND,))
    >>> bool(found.falff[0] > 0.9)
    True
    """
    rule = _rule(convention, series, projection)
    for band in bands:
        gap = band_gap(band, series.volumes, series.tr)
        if gap is not None:
            raise MeasureError(gap.en)
    length = _length(rule, series.volumes)
    cuts = [rule.band_bins(band, length, series.tr) for band in bands]
    alff = np.empty((len(bands), series.values.shape[1]), dtype=np.float32)
    falff = np.empty_like(alff)
    for part in blocks(series.values):
        spectrum = _spectrum(rule, projection.apply(series.values[:, part]), series.kept)
        whole = spectrum.sum(axis=0)
        for row, cut in enumerate(cuts):
            alff[row, part] = inside = spectrum[cut].sum(axis=0)
            falff[row, part] = np.divide(inside, whole, out=np.zeros_like(inside), where=whole > 0)
    counts = [len(band.bins(series.volumes, series.tr)) for band in bands]
    free = projection.freedom / series.volumes
    return tuple(
        AmplitudeMap(
            band=band,
            alff=alff[row] / np.float32(cut.stop - cut.start if rule.total == "mean" else 1),
            falff=falff[row] if rule.has_fraction else None,
            bins=counts[row],
            independent_bins=counts[row] * free,
            other_bins=(series.volumes // 2 - counts[row]) * free,
        )
        for row, (band, cut) in enumerate(zip(bands, cuts, strict=True))
    )


def _rule(convention: str, series: BoldSeries, projection: Projection) -> AlffConvention:
    if convention not in ALFF_CONVENTIONS:
        message = f"expected a convention of {', '.join(ALFF_CONVENTIONS)}; got '{convention}'"
        raise MeasureError(message)
    if projection.band is not None:
        message = "ALFF needs a projection without a band: filtering first empties the denominator of fALFF"
        raise MeasureError(message)
    rule = ALFF_CONVENTIONS[convention]
    if not series.kept.all() and (rule.is_padded or rule.is_even):
        message = f"the convention '{convention}' has no definition for dropped volumes; use 'plain' or keep them all"
        raise MeasureError(message)
    return rule


def _length(rule: AlffConvention, volumes: int) -> int:
    if rule.is_padded:
        return 1 << (volumes - 1).bit_length()
    return volumes - volumes % 2 if rule.is_even else volumes


def _spectrum(rule: AlffConvention, block: Maps, kept: NDArray[np.bool_]) -> Maps:
    if rule.is_even:
        block = block[len(block) % 2 :]
        kept = kept[len(kept) % 2 :]
    spectrum = amplitude_spectrum(block, kept=kept, length=_length(rule, len(kept)) if rule.is_padded else None)
    scale = len(block) / 2 if rule.is_raw else rule.factor
    return spectrum if scale == 1 else spectrum * np.float32(scale)


def alff_interval(value: float, bins: float) -> Interval:
    """Give the 95 % range of an amplitude averaged over so many frequency bins of one scan.

    Parameters
    ----------
    value : float
        The amplitude, above zero.
    bins : float
        How many independent bins were averaged.

    Returns
    -------
    Interval
        On the logarithmic scale, from the scatter of one series; averaging over a region makes it narrower by an
        amount that the voxels' own correlation decides, so this range is on the safe side.

    Notes
    -----
    The amplitude of noise in one bin is Rayleigh distributed, with a standard deviation of 0.523 of its mean.

    References
    ----------
    backloop-convention

    Examples
    --------
    >>> found = alff_interval(1.0, 34)
    >>> round(found.low, 2), round(found.high, 2)
    (0.84, 1.19)
    """
    spread = float(np.exp(_Z * _RAYLEIGH / np.sqrt(bins)))
    return Interval(low=value / spread, high=value * spread)


def falff_interval(value: float, bins: float, others: float) -> Interval:
    """Give the 95 % range of a share of amplitude (fALFF) from one scan.

    Parameters
    ----------
    value : float
        The share, between 0 and 1.
    bins, others : float
        Independent frequency bins inside and outside the band.

    Returns
    -------
    Interval
        On the logit scale, from the scatter of one series, as `alff_interval`.

    References
    ----------
    backloop-convention

    Examples
    --------
    >>> found = falff_interval(0.3, 34, 86)
    >>> round(found.low, 2), round(found.high, 2)
    (0.26, 0.35)
    """
    spread = float(np.exp(_Z * _RAYLEIGH * np.sqrt(1 / bins + 1 / others)))
    odds = value / (1 - value)
    return Interval(low=odds / spread / (1 + odds / spread), high=odds * spread / (1 + odds * spread))


class PowerShare(Frozen):
    """The share of a series' power that lies in a band, with its range.

    Examples
    --------
    >>> PowerShare(value=0.08, interval=Interval(low=0.03, high=0.2), bins=8, relative_error=0.33).bins
    8
    """

    value: float
    interval: Interval
    bins: int
    relative_error: float


def share_power(
    signal: NDArray[np.float32],
    *,
    kept: NDArray[np.bool_],
    tr: float,
    band: FrequencyBand,
    out_of: FrequencyBand,
) -> PowerShare:
    """Compute which share of a series' power lies in a band, such as slow-5 of the nucleus accumbens.

    Parameters
    ----------
    signal : array of float32, shape (kept volumes,)
        The series after nuisance regression and detrending, not filtered.
    kept : array of bool, shape (volumes,)
        Which volumes of the run it has.
    tr : float
        Repetition time in seconds.
    band, out_of : FrequencyBand
        The band, and what its power is divided by; the latter ends at the Nyquist frequency at most.

    Returns
    -------
    PowerShare
        The share (0 to 1), its 95 % range and its relative standard error.

    Raises
    ------
    MeasureError
        If the band has fewer than three bins, lies above the Nyquist frequency, or the series does not vary.

    Notes
    -----
    Power in one bin of a periodogram scatters like its own mean, so the logarithm of the power in a band against the
    power outside it has a variance of 1/m + 1/n for m and n effective bins. Eight minutes have eight slow-5 bins: a
    third of the value is chance, whatever the software.

    References
    ----------
    makary-2020

    Examples
    --------
    >>> from backloop.recordings import SLOW_5
    >>> noise = np.random.default_rng(1).standard_normal(240).astype(np.float32)
    >>> whole = FrequencyBand(name="0.01 to 0.25 Hz", low=0.01, high=0.25)
    >>> found = share_power(noise, kept=np.ones(240, bool), tr=2.0, band=SLOW_5, out_of=whole)
    >>> found.bins, round(found.relative_error, 2)
    (8, 0.36)
    """
    gap = band_gap(band, len(kept), tr)
    if gap is not None:
        raise MeasureError(gap.en)
    power = amplitude_spectrum(signal[:, None], kept=kept)[:, 0].astype(float) ** 2
    inside = band.bins(len(kept), tr)
    outside = np.setdiff1d(out_of.bins(len(kept), tr), inside)
    here, there = power[inside].sum(), power[outside].sum()
    if not here > 0 or not there > 0:
        message = f"the series does not vary inside or outside {band.name}; its region may lie outside the brain"
        raise MeasureError(message)
    spread = np.sqrt(1 / _effective_bins(power[inside]) + 1 / _effective_bins(power[outside]))
    odds = here / there
    low, high = (odds * np.exp(sign * _Z * spread) for sign in (-1, 1))
    share = float(odds / (1 + odds))
    interval = Interval(low=float(low / (1 + low)), high=float(high / (1 + high)))
    return PowerShare(value=share, interval=interval, bins=len(inside), relative_error=float(spread * (1 - share)))


def _effective_bins(power: NDArray[np.float64]) -> float:
    """Count bins, fewer where a few of them hold the power; noise alone doubles the sum of squares."""
    return float(min(len(power), 2 * power.sum() ** 2 / (power**2).sum()))
