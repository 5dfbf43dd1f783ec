"""Components of an EEG: what is planted is named, what is named is taken out, and brain stays."""

from pathlib import Path

import numpy as np
import pytest

from backloop.eeg.eeg import EegRecording
from backloop.eeg.eeg_cleaning import EegPlan, clean_eeg
from backloop.eeg.eeg_components import component_signs, find_components, take_out_components
from backloop.eeg.eeg_epochs import cut_epochs
from backloop.eeg.eeg_files import read_eeg
from backloop.errors import MeasureError

pytest.importorskip("sklearn", reason="the brain extra is not installed")

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "eeg"
REAL = pytest.mark.skipif(not DATA.is_dir(), reason="the shared recordings are not here")
NAMES = ("Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8", "T7", "C3", "Cz", "C4", "T8", "P3", "Pz", "P4", "O1", "Oz", "O2")
RATE, SAMPLES = 250.0, 45_000
FRONTAL = np.array([9, 9, 5, 3, 3, 3, 5, 1, 0.5, 0.5, 0.5, 1, 0, 0, 0, -1, -1, -1]) / 9


def _sloped(random: np.random.Generator, count: int, power: float) -> np.ndarray:
    """Make noise whose power falls with a power of the frequency, SD 1, waxing and waning as a brain does."""
    hz = np.fft.rfftfreq(SAMPLES, 1 / RATE)
    white = np.fft.rfft(random.standard_normal((count, SAMPLES)), axis=1)
    noise = np.fft.irfft(white * np.maximum(hz, 0.5) ** (-power / 2), n=SAMPLES, axis=1)
    slow = np.repeat(np.exp(0.4 * random.standard_normal((count, SAMPLES // 500))), 500, axis=1)
    noise *= slow
    return noise / noise.std(axis=1, keepdims=True)


def _brain() -> np.ndarray:
    random = np.random.default_rng(21)
    mixing = np.linalg.qr(random.standard_normal((len(NAMES), 12)))[0]
    return 40 * mixing @ _sloped(random, 12, 1.8)


def _blinks() -> np.ndarray:
    course, random = np.zeros(SAMPLES), np.random.default_rng(22)
    course[np.cumsum(random.integers(500, 1500, 40))] = 1
    return 250 * np.convolve(course, np.hanning(80), "same")


def _beats() -> np.ndarray:
    course, random = np.zeros(SAMPLES), np.random.default_rng(23)
    at = np.cumsum(RATE * 60 / 68 * (1 + 0.03 * random.standard_normal(190))).astype(int)
    course[at[at < SAMPLES - 50]] = 1
    wave = np.concatenate((-0.2 * np.hanning(6), np.hanning(20), -0.3 * np.hanning(10)))
    return np.convolve(course, wave, "same")


def _rest(values: np.ndarray, **more: object) -> EegRecording:
    return EegRecording(values.astype(np.float32), rate_hz=RATE, channels=NAMES, eyes="open", **more)


def test_brain_alone_is_left_alone():
    """Noise with the slope of a brain has no component that is anything else."""
    values, cost = take_out_components(_rest(_brain()), seed=0)

    assert cost["ica_removed"] == 0
    np.testing.assert_array_equal(values, _brain().astype(np.float32))


def test_blinks_are_named_and_taken_out():
    """Without a channel beside the eye: what remains is the brain, to a few percent of the blinks."""
    brain, blinks = _brain(), np.outer(FRONTAL, _blinks())
    values, cost = take_out_components(_rest(brain + blinks), seed=0)

    assert (cost["ica_eye"], cost["ica_removed"]) == (1, 1)
    assert ((values - brain) ** 2).sum() < 0.05 * (blinks**2).sum()
    assert cost["ica_variance_share"] == pytest.approx((blinks**2).sum() / ((brain + blinks) ** 2).sum(), rel=0.3)


def test_a_channel_beside_the_eye_names_slow_movements():
    """Slow rolling eyes have no rare large swings; the channel beside the eye tells them."""
    random = np.random.default_rng(31)
    rolling = 60 * _sloped(random, 1, 3.0)[0]
    values = _brain() + np.outer(np.eye(len(NAMES))[2] - np.eye(len(NAMES))[6], rolling)
    beside = (2 * rolling + random.standard_normal(SAMPLES))[None].astype(np.float32)

    assert "eye" not in find_components(_rest(values), seed=0).labels
    assert find_components(_rest(values, auxiliary={"EOG": beside}), seed=0).labels.count("eye") == 1


def test_a_heart_is_named_by_its_beat_and_by_its_channel():
    """Sharp and regular, with no electrocardiogram or with one."""
    beats = _beats()
    values = _brain() + 120 * np.outer(np.linspace(-1, 1, len(NAMES)), beats)
    channel = (500 * beats + np.random.default_rng(1).standard_normal(SAMPLES))[None].astype(np.float32)

    assert find_components(_rest(values), seed=0).labels.count("heart") == 1
    assert find_components(_rest(values, auxiliary={"ECG": channel}), seed=0).labels.count("heart") == 1


def test_muscle_is_named_by_its_flat_spectrum():
    """A jaw over one temple, with tails, as flat as muscle is."""
    random = np.random.default_rng(5)
    jaw = random.standard_normal(SAMPLES) * np.repeat(np.exp(0.8 * random.standard_normal(SAMPLES // 500)), 500)
    values = _brain() + 20 * np.outer([0, 0, 0.5, 0, 0, 0, 0, 1, 0.2, 0, 0, 0, 0, 0, 0, 0, 0, 0], jaw)

    assert find_components(_rest(values), seed=0).labels.count("muscle") == 1


def test_hum_is_named():
    """Where the mains are left in, their component is called line."""
    values = _brain() + 30 * np.outer(
        np.linspace(0.5, 1, len(NAMES)), np.sin(2 * np.pi * 50 * np.arange(SAMPLES) / RATE)
    )

    assert find_components(_rest(values), seed=0).labels.count("line") >= 1


def test_a_loose_electrode_is_named():
    """Large slow pops in one channel only."""
    random = np.random.default_rng(9)
    pops = 60 * _sloped(random, 1, 2.2)[0] * (random.random(SAMPLES // 500).repeat(500) > 0.7)
    values = _brain() + np.outer(np.eye(len(NAMES))[13], pops)

    assert find_components(_rest(values), seed=0).labels.count("channel") == 1


def test_a_recording_that_is_no_eeg_is_left_as_it_is():
    """Where nearly everything looks like muscle, the signs do not know it: counted, not taken out."""
    values = np.random.default_rng(1).laplace(size=(len(NAMES), SAMPLES))
    kept, cost = take_out_components(_rest(values), seed=0)

    assert cost["ica_muscle"] > 12
    assert cost["ica_removed"] == 0
    np.testing.assert_array_equal(kept, values.astype(np.float32))


def test_the_plan_decides_about_short_recordings():
    """Left alone by default, refused where components were asked for, untouched where they were not."""
    short = _rest(_brain()[:, :2000])

    assert clean_eeg(short).quality["ica_components"] == 0
    assert "ica_components" not in clean_eeg(short, EegPlan(ica="off")).quality
    with pytest.raises(MeasureError, match="record longer"):
        clean_eeg(short, EegPlan(ica="on"))


def test_every_sign_has_a_limit_and_a_source():
    """The declarations are whole, and conventions do not pose as verified."""
    signs = component_signs()

    assert {sign.label for sign in signs} == {"eye", "heart", "line", "muscle", "channel"}
    assert all(sign.reference for sign in signs)
    assert not any(sign.verified for sign in signs if sign.reference == "backloop-convention")


@REAL
@pytest.mark.parametrize(
    ("name", "eyes", "more", "labels"),
    [
        ("eeglab_data.set", "open", 25, {"eye": 1, "heart": 0, "muscle": 0}),
        ("S001R01.edf", "open", 12, {"eye": 2, "heart": 0, "muscle": 3}),
        ("Subject00_1.edf", "closed", 0, {"eye": 0, "heart": 0, "muscle": 0}),
    ],
)
def test_real_recordings_lose_fewer_epochs(name, eyes, more, labels):
    """Blinks with open eyes go, three seeds agree, and closed eyes without artefact stay untouched."""
    recording = read_eeg(DATA / name, eyes=eyes)
    without = len(cut_epochs(clean_eeg(recording, EegPlan(ica="off"))))
    for seed in range(3):
        plan = EegPlan(ica_seed=seed)
        quality = cut_epochs(clean_eeg(recording, plan), plan).quality
        assert {label: quality[f"ica_{label}"] for label in labels} == labels
        assert quality["epochs_kept"] >= without + more
