"""Amplitude: each tool's definition, written out once more for one series, gives the same number."""

from math import ceil, floor, nextafter
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st

from backloop.bold import (
    ALFF_CONVENTIONS,
    Nuisance,
    alff_interval,
    falff_interval,
    make_projection,
    measure_amplitude,
    read_cifti,
    share_power,
)
from backloop.errors import MeasureError
from backloop.recordings import CONNECTIVITY_BAND, SLOW_4, SLOW_5, WHOLE_BAND, BoldSeries, FrequencyBand

PTSERIES = (
    Path(__file__).parents[2].parent / "shared/data/brain/bold/sub-RAPIDTIDETEST_cifti.ptseries.nii"
)  # fmt: skip


def _polynomial(series: np.ndarray, degree: int) -> np.ndarray:
    time = np.linspace(-1, 1, len(series))
    return series - np.polyval(np.polyfit(time, series, degree), time)


def plain(series: np.ndarray, tr: float, low: float, high: float) -> tuple[float, float]:
    """Ours: mean of 2 abs(FFT) / N over the bins inside the band; its share of all bins above zero."""
    series = scipy.signal.detrend(series)
    amplitude = 2 * np.abs(np.fft.rfft(series)) / len(series)
    found = np.fft.rfftfreq(len(series), tr)
    inside = (found >= nextafter(low, 0)) & (found <= nextafter(high, 1))
    return amplitude[inside].mean(), amplitude[inside].sum() / amplitude[1:].sum()


def dpabi(series: np.ndarray, tr: float, low: float, high: float) -> tuple[float, float]:
    """DPABI: padded to a power of two, divided by the unpadded length, indices counted from one."""
    series = scipy.signal.detrend(series)
    padded = 2 ** ceil(np.log2(len(series)))
    amplitude = 2 * np.abs(np.fft.fft(series, padded)) / len(series)
    first, last = ceil(low * padded * tr + 1), floor(high * padded * tr + 1)
    band = amplitude[first - 1 : last]
    return band.mean(), band.sum() / amplitude[1 : padded // 2 + 1].sum()


def cpac(series: np.ndarray, tr: float, low: float, high: float) -> tuple[float, float]:
    """C-PAC: FSL's spectrum without its zero bin, even length, sums over counted bins."""
    series = series[len(series) % 2 :]
    volumes = len(series)
    root = np.abs(np.fft.rfft(series - series.mean()))[1:]
    first = int(f"{low * volumes * tr - 1:.0f}")
    count = int(f"{high * volumes * tr - low * volumes * tr + 1:.0f}")
    total = root[first : first + count].mean() * count
    return total, total / (root.mean() * volumes / 2)


def xcpd(series: np.ndarray, tr: float, low: float, high: float) -> tuple[float, float]:
    """XCP-D: standardised, periodogram as power, nearest bins without the last, scaled back."""
    spread = series.std()
    found, power = scipy.signal.periodogram((series - series.mean()) / spread, fs=1 / tr, scaling="spectrum")
    first, last = np.abs(found - low).argmin(), np.abs(found - high).argmin()
    return 2 * np.sqrt(power[first:last]).mean() * spread, np.nan


def afni(series: np.ndarray, tr: float, low: float, high: float) -> tuple[float, float]:
    """AFNI: quadratic detrending, sums over the bins inside."""
    series = _polynomial(series, 2)
    amplitude = 2 * np.abs(np.fft.rfft(series)) / len(series)
    found = np.fft.rfftfreq(len(series), tr)
    inside = (found >= nextafter(low, 0)) & (found <= nextafter(high, 1))
    return amplitude[inside].sum(), amplitude[inside].sum() / amplitude[1:].sum()


REFERENCES = {"plain": plain, "dpabi": dpabi, "c-pac": cpac, "xcp-d": xcpd, "afni": afni}


def _series(volumes: int, tr: float, *, seed: int = 1, columns: int = 30) -> BoldSeries:
    random = np.random.default_rng(seed)
    values = scipy.signal.lfilter([1], [1, -0.4], random.standard_normal((volumes, columns)), axis=0)
    values += np.linspace(0, 1, volumes)[:, None] ** 2
    return BoldSeries((500 + 10 * values).astype(np.float32), tr=tr, kept=np.ones(volumes, dtype=bool))


def _measured(series: BoldSeries, band: FrequencyBand, convention: str):
    project = make_projection(None, kept=series.kept, tr=series.tr, trend=ALFF_CONVENTIONS[convention].trend)
    return measure_amplitude(series, project, (band,), convention=convention)[0]


@pytest.mark.parametrize("band", [WHOLE_BAND, SLOW_5, SLOW_4], ids=lambda band: band.name)
@pytest.mark.parametrize(("volumes", "tr"), [(240, 2.0), (241, 2.0), (355, 0.72)])
@pytest.mark.parametrize("convention", REFERENCES)
def test_every_convention_equals_its_definition(convention: str, volumes: int, tr: float, band: FrequencyBand):
    """All columns at once give what the tool's own recipe gives one by one."""
    series = _series(volumes, tr)
    found = _measured(series, band, convention)
    wanted = np.array(
        [REFERENCES[convention](column, tr, band.low, band.high) for column in series.values.T.astype(float)]
    )

    np.testing.assert_allclose(found.alff, wanted[:, 0], rtol=2e-4)
    if ALFF_CONVENTIONS[convention].has_fraction:
        np.testing.assert_allclose(found.falff, wanted[:, 1], rtol=2e-4)
    else:
        assert found.falff is None


def test_conventions_are_not_interchangeable():
    """Padding alone moves single series, and XCP-D reads the root of two higher: never mix them."""
    series = _series(240, 2.0, columns=500)
    own = _measured(series, WHOLE_BAND, "plain").alff
    padded = _measured(series, WHOLE_BAND, "dpabi").alff / own
    doubled = _measured(series, WHOLE_BAND, "xcp-d").alff / own

    assert padded.mean() == pytest.approx(1, abs=0.01)
    assert padded.std() > 0.02
    assert doubled.mean() == pytest.approx(np.sqrt(2), abs=0.03)


def test_relative_amplitude_has_no_unit():
    """Divided by the mean over the brain, the scanner's scale is gone."""
    series = _series(240, 2.0)
    louder = BoldSeries(series.values * 7, tr=2.0, kept=series.kept)

    np.testing.assert_allclose(
        _measured(louder, WHOLE_BAND, "plain").relative, _measured(series, WHOLE_BAND, "plain").relative, rtol=1e-4
    )


def test_one_pass_serves_all_bands():
    """Several bands at once are the bands one by one."""
    series = _series(240, 2.0)
    project = make_projection(None, kept=series.kept, tr=2.0)
    together = measure_amplitude(series, project, (WHOLE_BAND, SLOW_5))

    np.testing.assert_array_equal(together[1].alff, _measured(series, SLOW_5, "plain").alff)
    assert [made.bins for made in together] == [34, 8]


def test_dropped_volumes_hardly_move_the_amplitude():
    """With gaps the Lomb-Scargle spectrum stands in, and stays near the whole one."""
    series = _series(240, 2.0)
    kept = np.ones(240, dtype=bool)
    kept[[10, 11, 90, 200]] = False
    gappy = series.censored(kept)

    np.testing.assert_allclose(
        _measured(gappy, WHOLE_BAND, "plain").alff, _measured(series, WHOLE_BAND, "plain").alff, rtol=0.15
    )


@pytest.mark.parametrize("convention", ["dpabi", "c-pac"])
def test_conventions_without_gaps_are_refused_for_gaps(convention: str):
    """A definition that knows no gaps is not stretched over them."""
    series = _series(240, 2.0).censored(np.arange(240) != 5)

    with pytest.raises(MeasureError, match="has no definition for dropped volumes"):
        _measured(series, WHOLE_BAND, convention)


def test_too_short_a_scan_is_refused():
    """Fewer than three bins make no amplitude."""
    with pytest.raises(MeasureError, match="has 2 frequency bins in a scan of 120 s"):
        _measured(_series(60, 2.0), SLOW_5, "plain")


def test_a_band_above_nyquist_is_refused():
    """A slow scan cannot tell fast fluctuations."""
    with pytest.raises(MeasureError, match="above the Nyquist frequency"):
        _measured(_series(240, 8.0), WHOLE_BAND, "plain")


def test_a_filtered_series_is_refused():
    """Filtering first empties what fALFF divides by."""
    series = _series(240, 2.0)
    project = make_projection(None, kept=series.kept, tr=2.0, band=CONNECTIVITY_BAND)

    with pytest.raises(MeasureError, match="needs a projection without a band"):
        measure_amplitude(series, project, (WHOLE_BAND,))


def test_an_unknown_convention_is_told_what_there_is():
    """A misspelt tool gets the list."""
    series = _series(240, 2.0)
    project = make_projection(None, kept=series.kept, tr=2.0)

    with pytest.raises(MeasureError, match="expected a convention of plain, dpabi"):
        measure_amplitude(series, project, (WHOLE_BAND,), convention="dparsf")


def test_the_range_of_an_amplitude_covers():
    """Of many scans of the same noise, 95 in 100 ranges hold the long-run amplitude, and no more than that."""
    series = _series(240, 2.0, columns=4000, seed=3)
    found = _measured(series, WHOLE_BAND, "plain")
    truth = found.alff.mean()
    ranges = [alff_interval(float(value), found.independent_bins) for value in found.alff]
    covered = np.mean([each.low <= truth <= each.high for each in ranges])

    assert 0.93 <= covered <= 0.97


def test_the_range_of_a_share_covers():
    """The range of fALFF holds the long-run share in about 95 of 100 scans of the same noise."""
    series = _series(240, 2.0, columns=4000, seed=3)
    found = _measured(series, WHOLE_BAND, "plain")
    truth = found.falff.mean()
    ranges = [falff_interval(float(value), found.independent_bins, found.other_bins) for value in found.falff]
    covered = np.mean([each.low <= truth <= each.high for each in ranges])

    assert 0.93 <= covered <= 0.98


def test_regressors_widen_the_range():
    """What the confounds take is missing from the bins."""
    series = _series(240, 2.0)
    many = Nuisance(tuple("c" * 60), np.random.default_rng(4).standard_normal((240, 60)), kept=series.kept)
    project = make_projection(many, kept=series.kept, tr=2.0)

    assert measure_amplitude(series, project, (WHOLE_BAND,))[0].independent_bins == pytest.approx(34 * 178 / 240)


ALL = FrequencyBand(name="all", low=0.01, high=0.25)


@pytest.mark.parametrize(("volumes", "bins", "error"), [(150, 6, 0.39), (240, 8, 0.34), (600, 21, 0.21)])
def test_chance_moves_the_slow_5_share_as_simulated(volumes: int, bins: int, error: float):
    """The stated relative error is the scatter of white noise, and the range covers it."""
    random = np.random.default_rng(5)
    kept = np.ones(volumes, dtype=bool)
    noise = random.standard_normal((volumes, 800)).astype(np.float32)
    found = [share_power(column, kept=kept, tr=2.0, band=SLOW_5, out_of=ALL) for column in noise.T]
    values = np.array([each.value for each in found])
    truth = values.mean()

    assert found[0].bins == bins
    assert values.std() / values.mean() == pytest.approx(error, abs=0.03)
    assert np.mean([each.relative_error for each in found]) == pytest.approx(error, abs=0.05)
    assert np.mean([each.interval.low <= truth <= each.interval.high for each in found]) >= 0.92


@pytest.mark.parametrize(("side", "share"), [("LEFT", 0.084), ("RIGHT", 0.086)])
def test_slow_5_of_a_real_nucleus_accumbens(side: str, share: float):
    """The real parcel series holds the share of slow-5 power that was found by hand."""
    if not PTSERIES.exists():
        pytest.skip("the shared real recordings are not here")
    series = read_cifti(PTSERIES)
    column = series.values[:, [series.labels.index(f"ACCUMBENS_{side}")]]
    signal = make_projection(None, kept=series.kept, tr=series.tr).apply(column)[:, 0]
    found = share_power(signal, kept=series.kept, tr=series.tr, band=SLOW_5, out_of=ALL)

    assert found.value == pytest.approx(share, abs=0.001)


def test_a_silent_series_has_no_share():
    """A region outside the brain is refused, not divided by zero."""
    with pytest.raises(MeasureError, match="does not vary"):
        share_power(np.zeros(240, np.float32), kept=np.ones(240, bool), tr=2.0, band=SLOW_5, out_of=ALL)


@given(st.integers(100, 1200), st.floats(0.5, 3.0))
def test_a_band_and_its_parts_never_overlap(volumes: int, tr: float):
    """Slow-5 and slow-4 share at most the bin at their common end, and lie inside the spectrum."""
    low, high = SLOW_5.bins(volumes, tr), SLOW_4.bins(volumes, tr)

    assert len(np.intersect1d(low, high)) <= 1
    assert all(0 < place <= volumes // 2 for place in [*low, *high])
