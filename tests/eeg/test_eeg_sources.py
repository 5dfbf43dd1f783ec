"""Sources on a template: planted ones are found where they are, at their size; leaks are told, and make no lag."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from backloop.eeg.eeg import EegRecording
from backloop.eeg.eeg_cleaning import EegPlan
from backloop.eeg.eeg_files import read_eeg
from backloop.eeg.eeg_sources import source_atlas
from backloop.eeg.head_model import lead_fields
from backloop.eeg.resting import harvest_eeg
from backloop.library import Library
from backloop.recordings import Harvest, Reading
from backloop.signals import make_beamformer

pytest.importorskip("mne", reason="the brain extra is not installed")

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "eeg"
REAL = pytest.mark.skipif(not DATA.is_dir(), reason="the shared recordings are not here")
NAMES = (
    *("Fp1", "Fp2", "AF3", "AF4", "F7", "F3", "Fz", "F4", "F8", "FC5", "FC1", "FC2", "FC6", "T7", "C3", "Cz", "C4"),
    *("T8", "TP9", "CP5", "CP1", "CP2", "CP6", "TP10", "P7", "P3", "Pz", "P4", "P8", "O1", "Oz", "O2"),
)
RATE, SECONDS = 200.0, 90
REGIONS = tuple(region.id for region in source_atlas().regions)


def _sloped(count: int) -> np.ndarray:
    samples = int(RATE * SECONDS)
    hz = np.fft.rfftfreq(samples, 1 / RATE)
    white = np.fft.rfft(np.random.default_rng(40).standard_normal((count, samples)), axis=1)
    noise = np.fft.irfft(white * np.maximum(hz, 0.5) ** -0.7, n=samples, axis=1)
    return noise / noise.std(axis=1, keepdims=True)


@cache
def _brain() -> np.ndarray:
    """Make the noise of 150 currents anywhere in the head and of the electrodes."""
    random = np.random.default_rng(41)
    points = random.uniform((-60, -80, -30), (60, 60, 65), (600, 3))
    inside = points[np.linalg.norm(points - np.array([1, -16, 5]), axis=1) < 72][:150]
    fields = lead_fields(NAMES, tuple(map(tuple, inside.tolist())))
    directions = random.standard_normal((len(fields), 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    noise = np.einsum("pcd,pd,pt->ct", fields, 15 * directions, _sloped(len(fields)))
    return noise + random.standard_normal(noise.shape)


def _theta(seed: int, size: float) -> np.ndarray:
    """Make a theta rhythm around 6 Hz that waxes and wanes, with SD `size`."""
    samples = int(RATE * SECONDS)
    hz = np.fft.rfftfreq(samples, 1 / RATE)
    white = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    wave = np.fft.irfft(white * np.exp(-((hz - 6) ** 2) / 2), n=samples)
    return size * wave / wave.std()


def _plant(courses: dict[str, np.ndarray]) -> EegRecording:
    """Add currents along a fixed direction at some regions."""
    values = _brain().copy()
    for region, course in courses.items():
        field = lead_fields(NAMES, source_atlas().points)[REGIONS.index(region)] @ np.array([0.6, 0.48, 0.64])
        values += np.outer(field, course)
    return EegRecording(values.astype(np.float32), rate_hz=RATE, channels=NAMES, eyes="closed")


def _harvest(recording: EegRecording) -> Harvest:
    return harvest_eeg(recording, participant_id="sub-01", session_id="ses-01", plan=EegPlan(ica="off", overlap=0))


def _read(harvest: Harvest) -> dict[str, Reading]:
    return {reading.marker: reading for reading in harvest.readings}


@pytest.mark.parametrize("region", ["dlpfc-right", "postcentral-left", "insula-left", "s1-back-right"])
def test_a_planted_source_is_found_within_a_centimetre_and_a_half(region):
    """Scanned on a grid of 1 cm, power against that without the source is highest beside it, and of its size."""
    grid = tuple(
        (float(x), float(y), float(z))
        for x in range(-60, 61, 10)
        for y in range(-80, 71, 10)
        for z in range(-20, 71, 10)
        if np.linalg.norm(np.array([x, y, z]) - np.array([1, -16, 5])) < 76
    )
    noise, values = np.cov(_brain()), np.cov(_plant({region: _theta(1, 60.0)}).values)
    beamformer = make_beamformer(values, lead_fields(NAMES, grid))
    with_it, without = (
        np.einsum("pc,ck,pk->p", beamformer.weights, part, beamformer.weights) for part in (values, noise)
    )
    point = np.array(source_atlas().points[REGIONS.index(region)])

    assert np.linalg.norm(np.array(grid[int((with_it / without).argmax())]) - point) <= 15


@pytest.mark.parametrize("region", ["dlpfc-right", "postcentral-left", "insula-left"])
def test_the_power_of_a_planted_source_is_recovered(region):
    """Divided by its gain, what a filter hears more is the planted power, to a quarter."""
    at, planted = REGIONS.index(region), 60.0
    noise, values = np.cov(_brain()), np.cov(_plant({region: _theta(1, planted)}).values)
    beamformer = make_beamformer(values, lead_fields(NAMES, source_atlas().points))
    weights = beamformer.weights[at]
    heard = (weights @ values @ weights - weights @ noise @ weights) / beamformer.gains[at] ** 2

    assert heard == pytest.approx(planted**2, rel=0.25)


def test_a_lag_between_two_regions_is_read():
    """Theta that reaches the left insula 40 ms after the frontal pole; without it there is about nothing."""
    source = _theta(2, 120.0)
    lagged = _read(_harvest(_plant({"frontopole": source, "insula-left": np.roll(source, 8)})))
    alone = _read(_harvest(_plant({"frontopole": source, "insula-left": _theta(3, 120.0)})))
    found, none = (part["eeg-theta-connectivity.frontopole-insula"] for part in (lagged, alone))

    assert found.value > none.value + 0.2
    assert found.interval.low > 0.1
    assert none.interval.low < 0.05


def test_leakage_makes_no_lag():
    """One source alone leaks into all regions, and the lag index between them stays near 0."""
    harvest = _harvest(_plant({"acc": _theta(4, 150.0)}))
    lags = np.array(harvest.matrices[0].values)[np.triu_indices(len(REGIONS), 1)]

    assert _read(harvest)["eeg-theta-connectivity.sources"].quality["leak_largest"] > 0.2
    assert np.abs(lags).max() < 0.12
    assert np.abs(lags.mean()) < 0.03


def test_theta_at_the_prefrontal_source_rises_with_it():
    """A theta source there raises its share, and one at the back of the head hardly does."""
    quiet, here, far = (
        _read(_harvest(_plant(courses)))["eeg-theta-power.mpfc-source"]
        for courses in ({}, {"mpfc": _theta(5, 80.0)}, {"postcentral-right": _theta(5, 80.0)})
    )

    assert here.value > quiet.value + 0.2
    assert far.value < quiet.value + 0.1
    assert here.interval.low <= here.value <= here.interval.high


def test_the_readings_say_what_they_are_worth():
    """Template, leak and channels go with each number; the matrix names the regions."""
    harvest = _harvest(_plant({}))
    sources = [reading for reading in harvest.readings if "LCMV" in reading.convention]

    assert len(sources) == len(source_atlas().links) + len(source_atlas().spots)
    assert all("template" in reading.notes[-1].en for reading in sources)
    assert all(reading.quality["source_channels"] == len(NAMES) for reading in sources)
    assert all(reading.quality["leak_largest"] > 0 for reading in sources)
    assert harvest.matrices[0].labels == REGIONS


def test_few_channels_are_absent_and_none_is_read_where_not_asked():
    """Nineteen channels cannot tell sources apart; the plan can leave sources out."""
    few = _plant({})
    keep = np.array([name in NAMES[:19] for name in NAMES])
    reading = _read(_harvest(few.with_values(few.values[keep], keep)))["eeg-theta-connectivity.sources"]
    without = harvest_eeg(few, participant_id="sub-01", session_id="ses-01", plan=EegPlan(ica="off", sources=False))

    assert reading.value is None
    assert "fewer than 30" in reading.reason.en
    assert not without.matrices
    assert not any("source" in reading.marker for reading in without.readings)


def test_every_marker_of_a_source_stands_in_a_book():
    """Each is a part of a marker on the shelf, and each region of a link is known."""
    shelf, atlas = Library.packaged().shelf("markers"), source_atlas()
    markers = [one.marker for one in (*atlas.links, *atlas.spots)]

    assert all(marker.split(".")[0] in shelf for marker in markers)
    assert all(set(link.start) | set(link.end) <= set(REGIONS) for link in atlas.links)
    assert all(spot.region in REGIONS for spot in atlas.spots)


@REAL
def test_a_real_recording_has_sources_and_leak():
    """S001R01, 64 channels, one minute: everything is read, and how much the regions leak is told."""
    found = _read(
        harvest_eeg(read_eeg(DATA / "S001R01.edf", eyes="open"), participant_id="sub-01", session_id="ses-01")
    )

    assert -0.05 < found["eeg-theta-connectivity.sources"].value < 0.1
    assert 0.1 < found["eeg-theta-power.mpfc-source"].value < 0.3
    assert found["eeg-theta-connectivity.sources"].quality["leak_largest"] > 0.3
