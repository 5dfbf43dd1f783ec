"""Overviews: the table of all places agrees with the markers, and the spectrum adds up."""

import numpy as np
import pytest

from backloop.bold import (
    BoldPlan,
    find_bold_runs,
    harvest_bold,
    harvest_regions,
    load_regions,
    made_up_scan,
    read_region_markers,
    show_spectrum,
)
from backloop.recordings import BoldSeries, FrequencyBand, Harvest

LABELS = ("ACCUMBENS_LEFT", "ACCUMBENS_RIGHT", "7Networks_LH_Default_PFCm_1", "ctx-lh-postcentral", "Amygdala")


@pytest.fixture(scope="module")
def harvest(made_brain) -> Harvest:
    """Read the made-up person once."""
    (run,) = find_bold_runs(made_brain.folder, "sub-01")
    return harvest_bold(run, BoldPlan(atlas=load_regions(made_brain.regions), has_homogeneity=False))


def test_the_table_of_places_agrees_with_the_markers(harvest):
    """A cell is the number of the marker between the same two places, either way round."""
    (matrix,) = harvest.matrices
    row, column = matrix.labels.index("accumbens"), matrix.labels.index("mpfc")
    value = next(reading.value for reading in harvest.readings if reading.marker == "nac-mpfc-connectivity")

    assert value == pytest.approx(matrix.values[row][column], abs=1e-5)
    assert matrix.values[row][column] == matrix.values[column][row]
    assert all(matrix.values[place][place] is None for place in range(len(matrix.labels)))


def test_without_maps_nothing_is_written(harvest):
    """A harvest without a folder leaves no file."""
    assert () == harvest.maps


def test_the_spectrum_holds_the_share_that_is_read(harvest):
    """What lies inside slow-5 adds up to the marker."""
    (curve,) = harvest.curves
    low, high = curve.marks["slow-5-low"], curve.marks["slow-5-high"]
    inside = sum(y for x, y in zip(curve.x, curve.y, strict=True) if low - 1e-9 <= x <= high + 1e-9)
    value = next(reading.value for reading in harvest.readings if reading.marker == "nac-slow5")

    assert value == pytest.approx(inside / 100, abs=1e-5)


def test_regions_give_the_same_overviews():
    """Parcels of another program have a spectrum and a table too, and the readings stay the same."""
    values = np.random.default_rng(1).standard_normal((240, len(LABELS))).astype(np.float32)
    series = BoldSeries(values, tr=2.0, kept=np.ones(240, dtype=bool), labels=LABELS)
    who = {"participant_id": "sub-01", "session_id": "ses-01"}
    found = harvest_regions(series, **who)

    assert {"accumbens", "mpfc", "amygdala"} <= set(found.matrices[0].labels)
    assert found.readings == read_region_markers(series, **who)


def test_a_filtered_series_has_no_spectrum():
    """What another program filtered away is not drawn as if it were there."""
    scan = made_up_scan()
    band = FrequencyBand(name="xcp-d", low=0.01, high=0.08)
    found = harvest_regions(scan.series, participant_id="sub-01", session_id="ses-01", filtered=band)

    assert () == found.curves
    assert () == show_spectrum(scan, "nac-slow5", "amygdala")


def test_too_short_a_scan_has_neither():
    """A scan that cannot tell the band gives no picture of it."""
    found = harvest_regions(made_up_scan(volumes=20).series, participant_id="sub-01", session_id="ses-01")

    assert ((), ()) == (found.curves, found.matrices)
