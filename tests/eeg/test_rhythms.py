"""Resting markers of an EEG: what was simulated is read, and real recordings give what is known of them."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter, welch

from backloop.eeg.eeg import EegRecording
from backloop.eeg.eeg_cleaning import EegPlan
from backloop.eeg.eeg_files import read_eeg
from backloop.eeg.resting import read_eeg_markers
from backloop.eeg.rhythms import jackknife_interval
from backloop.recordings.readings import Reading
from backloop.units import Absent

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "eeg"
REAL = pytest.mark.skipif(not DATA.is_dir(), reason="the shared recordings are not here")
NAMES = ("Fp1", "Fp2", "F3", "F4", "C3", "C4", "P3", "P4", "O1", "O2", "Fz", "Pz")
RATE = 250.0


def _sloped(noise: np.ndarray) -> np.ndarray:
    """Give noise a spectrum that falls with the 1.3rd power of the frequency."""
    hz = np.fft.rfftfreq(noise.shape[1], 1 / RATE)
    return 8 * np.fft.irfft(np.fft.rfft(noise, axis=1) * np.maximum(hz, 0.5) ** -0.65, n=noise.shape[1], axis=1)


def _simulate(hz: float | None, seconds: int = 120, names: tuple[str, ...] = NAMES) -> EegRecording:
    """Make noise with a slope, and an alpha rhythm that is strongest at the back and wanders a little."""
    random = np.random.default_rng(11)
    samples = int(RATE * seconds)
    noise = _sloped(random.standard_normal((len(names), samples))) + _sloped(random.standard_normal((1, samples)))
    if hz:
        size = np.array([12.0 if name[0] in "PO" else 4.0 for name in names])[:, None]
        phase = 2 * np.pi * hz * np.arange(samples) / RATE + 0.05 * random.standard_normal(samples).cumsum()
        noise += size * np.sin(phase)
    return EegRecording(noise.astype(np.float32), rate_hz=RATE, channels=names, eyes="closed")


def _read(recording: EegRecording, plan: EegPlan | None = None) -> dict[str, Reading]:
    readings = read_eeg_markers(recording, participant_id="sub-01", session_id="ses-01", plan=plan)
    return {reading.marker: reading for reading in readings}


@cache
def _known(hz: float | None) -> dict[str, Reading]:
    """Read one simulated recording once for all tests."""
    return _read(_simulate(hz))


@pytest.mark.parametrize("hz", [9.0, 10.0, 11.5])
def test_the_frequency_of_a_simulated_rhythm_is_read(hz):
    """Both estimators find it, and their intervals are narrow."""
    found = _known(hz)

    assert found["eeg-peak-alpha.tallest"].value == pytest.approx(hz, abs=0.3)
    assert found["eeg-peak-alpha.occipital"].value == pytest.approx(hz, abs=0.3)
    assert found["eeg-peak-alpha"].value == pytest.approx(hz, abs=0.5)
    assert found["eeg-peak-alpha.tallest"].interval.low <= found["eeg-peak-alpha.tallest"].value - 0.5
    assert found["eeg-peak-alpha"].interval.high - found["eeg-peak-alpha"].interval.low < 0.5


def test_without_a_rhythm_there_is_no_peak_but_power():
    """Power in a band is not a rhythm: the peak is absent with its reason, the share is not."""
    found = _known(None)

    assert found["eeg-peak-alpha.tallest"].absent is Absent.UNDEFINED
    assert "no alpha peak" in found["eeg-alpha-power.above-slope"].reason.en
    assert found["eeg-alpha-power"].value > 0.05


def test_a_rhythm_raises_alpha_and_lowers_the_ratio():
    """Each marker moves the way its definition says."""
    calm, rhythmic = _known(None), _known(10.0)

    assert rhythmic["eeg-alpha-power"].value > calm["eeg-alpha-power"].value + 0.2
    assert rhythmic["eeg-alpha-power.absolute"].value > calm["eeg-alpha-power.absolute"].value
    assert rhythmic["eeg-theta-alpha-ratio"].value < calm["eeg-theta-alpha-ratio"].value - 1
    assert rhythmic["eeg-theta-alpha-ratio"].value < rhythmic["eeg-theta-alpha-ratio.whole-head"].value


def test_intervals_cover_the_value_and_shrink_with_time():
    """Four times the recording gives about half the interval."""
    short, long = _read(_simulate(10.0, 60)), _read(_simulate(10.0, 240))
    first, second = (one["eeg-theta-alpha-ratio"].interval for one in (short, long))

    assert 0.3 < (second.high - second.low) / (first.high - first.low) < 0.8
    assert all(one.interval.low <= one.value <= one.interval.high for one in long.values() if one.value is not None)


def test_a_lag_between_front_and_back_is_read():
    """A theta rhythm that travels gives connectivity, none gives about nothing."""
    quiet = _simulate(None)
    random = np.random.default_rng(12)
    theta = lfilter([1], [1, -1.96, 0.98], random.standard_normal(quiet.values.shape[1]))
    theta *= 8 / theta.std()
    moved = quiet.values.copy()
    for at, name in enumerate(NAMES):
        moved[at] += (0.3 + 0.1 * at) * np.roll(theta, 10 * ("F" not in name)).astype(np.float32)
    lagged = _read(quiet.with_values(moved))["eeg-theta-connectivity"]
    none = _known(None)["eeg-theta-connectivity"]

    assert lagged.interval.low > none.interval.high
    assert abs(none.value) < 0.05


def test_places_that_were_not_recorded_are_absent():
    """Without the back of the head there is no occipital marker, and the reading says so."""
    names = ("Fp1", "Fp2", "F3", "F4", "C3", "C4", "Fz", "Cz", "F7", "F8")
    found = _read(_simulate(10.0, names=names))

    assert found["eeg-theta-alpha-ratio"].absent is Absent.NOT_ASKED
    assert "occipital" in found["eeg-peak-alpha.occipital"].reason.en
    assert found["eeg-alpha-power"].value is not None


def test_too_few_clean_epochs_leave_no_marker():
    """With artefact throughout, every marker is absent and the loss is counted."""
    rest = _simulate(10.0, 30)
    rest.values[:, ::200] += 2000 * np.linspace(0.5, 1.5, len(NAMES), dtype=np.float32)[:, None]
    found = _read(rest, EegPlan(burst_sd=0))

    assert {Absent.ARTEFACT} == {reading.absent for reading in found.values()}
    assert found["eeg-alpha-power"].quality["epochs_kept"] == 0


def test_a_reading_says_what_it_rests_on():
    """Eyes, parameters, software and every loss travel with the number, through JSON too."""
    reading = _known(10.0)["eeg-peak-alpha"]

    assert reading.because.parameters["eyes"] == "closed"
    assert "closed" in reading.notes[0].en
    assert {"channels_kept", "epochs_kept", "bursts_windows_share", "bad_alone"} <= set(reading.quality)
    assert Reading.model_validate_json(reading.model_dump_json()) == reading


def test_a_jackknife_of_a_mean_is_its_t_interval():
    """For a mean it equals the textbook's interval."""
    values = np.array([1.0, 4.0, 2.0, 7.0, 3.0])
    without = (values.sum() - values) / 4
    interval = jackknife_interval(float(values.mean()), without)
    half = 2.7764451 * values.std(ddof=1) / np.sqrt(5)

    assert interval.high - values.mean() == pytest.approx(half, rel=1e-6)
    assert jackknife_interval(1.0, np.array([1.0, np.nan, 2.0])) is None


@REAL
def test_closed_eyes_show_their_alpha_rhythm():
    """Subject00_1: 10.5 Hz at the back of the head, alpha several times theta."""
    found = _read(read_eeg(DATA / "Subject00_1.edf", eyes="closed"))

    assert found["eeg-peak-alpha.occipital"].value == pytest.approx(10.5, abs=0.3)
    assert found["eeg-peak-alpha"].value == pytest.approx(10.5, abs=0.6)
    assert np.exp(-found["eeg-theta-alpha-ratio.whole-head"].value) == pytest.approx(6.9, abs=1)


@REAL
def test_open_eyes_show_little_alpha():
    """S001R01: alpha over theta near 0.82 over the whole head with its blinks, about 1 without them."""
    recording = read_eeg(DATA / "S001R01.edf", eyes="open")
    blinking, found = _read(recording, EegPlan(ica="off", sources=False)), _read(recording)

    assert np.exp(-blinking["eeg-theta-alpha-ratio.whole-head"].value) == pytest.approx(0.82, abs=0.12)
    assert np.exp(-found["eeg-theta-alpha-ratio.whole-head"].value) == pytest.approx(1.05, abs=0.15)
    assert found["eeg-alpha-power"].quality["epochs_kept"] > blinking["eeg-alpha-power"].quality["epochs_kept"] + 10


@REAL
def test_two_estimators_of_the_alpha_frequency_agree_with_plain_ones():
    """Subject00_1 without cleaning: Welch's spectrum peaks where ours does, and its centre of gravity is ours."""
    recording = read_eeg(DATA / "Subject00_1.edf", eyes="closed")
    found = _read(recording, EegPlan(ica="off", burst_sd=0, sources=False))
    values = recording.values - recording.values.mean(axis=0)
    hz, density = welch(values, recording.rate_hz, nperseg=int(4 * recording.rate_hz), nfft=int(10 * recording.rate_hz))
    inside = (hz >= 8) & (hz <= 12.9)
    back = np.array([name.startswith("O") for name in recording.channels])
    mean = density.mean(axis=0)

    assert found["eeg-peak-alpha.occipital"].value == pytest.approx(
        hz[inside][density[back].mean(axis=0)[inside].argmax()], abs=0.3
    )
    assert found["eeg-peak-alpha"].value == pytest.approx((hz * mean)[inside].sum() / mean[inside].sum(), abs=0.05)
