"""Opening EEG files: five formats read alike, and each bad file refused in its own words."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from backloop.eeg.eeg_files import read_eeg
from backloop.errors import MeasureError, UnreadableSource

mne = pytest.importorskip("mne", reason="the brain extra is not installed")

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "eeg"
RATE, SECONDS = 250, 8
LABELS = ("Cz", "Pz", "EOG1")
REAL = pytest.mark.skipif(not DATA.is_dir(), reason="the shared recordings are not here")


def _signal() -> np.ndarray:
    return np.round(np.random.default_rng(5).normal(0, 20, (len(LABELS), RATE * SECONDS)), 1)


def _write_edf(path: Path, *, wide: int = 2, seconds: str = "1", labels=LABELS, scale: float = 10.0) -> Path:
    """Write a small EDF (two bytes a sample) or BDF (three)."""
    count, top = len(labels), 2 ** (8 * wide - 1) - 1
    kept = [
        *([f"{label:<16}" for label in labels], [" " * 80] * count, [f"{'uV':<8}"] * count),
        *([f"{-top / scale:<8.0f}"[:8]] * count, [f"{top / scale:<8.0f}"[:8]] * count),
        *([f"{-round(top / scale) * scale:<8.0f}"[:8]] * count, [f"{round(top / scale) * scale:<8.0f}"[:8]] * count),
        *([" " * 80] * count, [f"{RATE:<8}"] * count, [" " * 32] * count),
    ]
    start = f"{'0':<8}{'X X X X':<80}{'Startdate X X X X':<80}01.01.2601.01.01{256 * (count + 1):<8}{'':<44}"
    start += f"{SECONDS:<8}{seconds:<8}{count:<4}"
    head = (start + "".join("".join(part) for part in kept)).encode("latin-1")
    if wide == 3:
        head = b"\xffBIOSEMI" + head[8:]
    steps = np.round(_signal()[:count] * scale).astype("<i4").reshape(count, SECONDS, RATE).transpose(1, 0, 2)
    body = np.ascontiguousarray(steps)[..., None].view("u1")[..., :wide].tobytes()
    path.write_bytes(head + body)
    return path


def _write_brainvision(path: Path) -> Path:
    channels = "".join(f"Ch{at}={label},,0.1,µV\n" for at, label in enumerate(LABELS, 1))
    path.write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nCodepage=UTF-8\n"
        f"DataFile={path.stem}.eeg\nMarkerFile={path.stem}.vmrk\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\n"
        f"NumberOfChannels={len(LABELS)}\nSamplingInterval={1e6 / RATE:g}\n[Binary Infos]\nBinaryFormat=INT_16\n"
        f"[Channel Infos]\n{channels}",
        encoding="utf-8",
    )
    path.with_suffix(".vmrk").write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n[Common Infos]\nCodepage=UTF-8\n"
        f"DataFile={path.stem}.eeg\n[Marker Infos]\nMk1=Stimulus,S  1,{RATE * 2 + 1},1,0\n",
        encoding="utf-8",
    )
    path.with_suffix(".eeg").write_bytes(np.round(_signal() * 10).astype("<i2").T.tobytes())
    return path


def _write_eeglab(path: Path) -> Path:
    places = [{"labels": label, "X": 0.0, "Y": 0.0, "Z": 1.0} for label in LABELS]
    fields = {"data": _signal(), "srate": float(RATE), "nbchan": len(LABELS), "pnts": RATE * SECONDS, "trials": 1}
    events = [{"type": "target", "latency": 2.0 * RATE + 1}]
    savemat(path, {"EEG": fields | {"chanlocs": places, "event": events, "xmin": 0.0, "xmax": SECONDS - 1 / RATE}})
    return path


def _write_fif(path: Path, labels=LABELS, kinds=("eeg", "eeg", "eog")) -> Path:
    info = mne.create_info(list(labels), RATE, list(kinds))
    raw = mne.io.RawArray(_signal()[: len(labels)] * 1e-6, info, verbose="ERROR")
    raw.set_annotations(mne.Annotations([2.0], [0.0], ["target"]))
    raw.save(path, verbose="ERROR")
    return path


WRITERS = {
    "rest.edf": _write_edf,
    "rest.bdf": lambda path: _write_edf(path, wide=3),
    "rest.vhdr": _write_brainvision,
    "rest.set": _write_eeglab,
    "rest_raw.fif": _write_fif,
}


@pytest.mark.parametrize("name", WRITERS)
def test_each_format_gives_the_same_recording(tmp_path, name):
    """Channels, unit and rate do not hang on the format."""
    rest = read_eeg(WRITERS[name](tmp_path / name), eyes="closed")

    assert ("Cz", "Pz") == rest.channels
    assert rest.rate_hz == RATE
    assert rest.left_out == 1
    np.testing.assert_allclose(rest.values, _signal()[:2], atol=0.051)


@pytest.mark.parametrize("name", ["rest.vhdr", "rest.set", "rest_raw.fif"])
def test_events_come_with_their_time(tmp_path, name):
    """Onsets count from the first sample."""
    events = read_eeg(WRITERS[name](tmp_path / name), eyes="open").events

    assert [2.0] == [event.onset_s for event in events if "New Segment" not in event.name]


def test_every_file_of_a_recording_is_cited(tmp_path):
    """Header, data and markers are hashed."""
    rest = read_eeg(_write_brainvision(tmp_path / "rest.vhdr"), eyes="open")

    assert ["rest.eeg", "rest.vhdr", "rest.vmrk"] == sorted(file.name for file in rest.files)


def test_a_web_page_is_no_recording(tmp_path):
    """A download that asked for a password is told so."""
    page = tmp_path / "rest.edf"
    page.write_text("<!DOCTYPE html><title>Sign in</title>")

    with pytest.raises(UnreadableSource, match="a web page under this name"):
        read_eeg(page, eyes="closed")


def test_a_truncated_recording_is_refused(tmp_path):
    """Nobody's last minutes vanish silently."""
    path = _write_edf(tmp_path / "rest.edf")
    path.write_bytes(path.read_bytes()[:-1000])

    with pytest.raises(UnreadableSource, match=r"rest\.edf: the file is cut short"):
        read_eeg(path, eyes="closed")


def test_a_missing_data_file_is_refused_without_its_folder(tmp_path):
    """A header alone is no recording."""
    path = _write_brainvision(tmp_path / "rest.vhdr")
    path.with_suffix(".eeg").unlink()

    with pytest.raises(UnreadableSource, match="damaged, cut short") as caught:
        read_eeg(path, eyes="closed")
    assert str(tmp_path) not in str(caught.value)


def test_a_recording_without_eeg_is_refused(tmp_path):
    """Eyes and heart alone give no marker."""
    path = _write_fif(tmp_path / "eyes_raw.fif", ("EOG1", "ECG"), ("eog", "ecg"))

    with pytest.raises(MeasureError, match="expected EEG channels, found none among 2"):
        read_eeg(path, eyes="closed")


def test_a_record_without_length_has_no_rate(tmp_path):
    """A rate divided by zero is not believed."""
    with pytest.raises(MeasureError, match="sampling rate is undefined"):
        read_eeg(_write_edf(tmp_path / "rest.edf", seconds="0"), eyes="closed")


def test_a_rate_too_low_for_the_rhythms_is_refused(tmp_path):
    """Records of 10 s make 25 Hz of it."""
    with pytest.raises(MeasureError, match="expected a sampling rate of 100 to 100 000 Hz, the header says 25 Hz"):
        read_eeg(_write_edf(tmp_path / "rest.edf", seconds="10"), eyes="closed")


def test_header_and_sidecar_must_agree_on_the_rate(tmp_path):
    """A wrong rate would shift every frequency."""
    path = _write_edf(tmp_path / "rest.edf")
    path.with_suffix(".json").write_text(json.dumps({"SamplingFrequency": 256}))

    with pytest.raises(MeasureError, match="header's sampling rate is 250 Hz, the sidecar's 256 Hz"):
        read_eeg(path, eyes="closed")


def test_an_unbelievable_unit_is_refused(tmp_path):
    """Volts called microvolts are no EEG."""
    info = mne.create_info(["Cz", "Pz"], RATE, "eeg")
    mne.io.RawArray(_signal()[:2], info, verbose="ERROR").save(tmp_path / "rest_raw.fif", verbose="ERROR")

    with pytest.raises(MeasureError, match="which is no EEG; the unit"):
        read_eeg(tmp_path / "rest_raw.fif", eyes="closed")


def test_words_in_place_of_a_header_are_refused(tmp_path):
    """A text file named .edf is not opened as one."""
    path = tmp_path / "rest.edf"
    path.write_text("not a recording " * 40)

    with pytest.raises(UnreadableSource, match="expected the header of an EDF or BDF file"):
        read_eeg(path, eyes="closed")


@pytest.mark.parametrize("name", ["rest.txt", "rest.mat"])
def test_an_unknown_format_is_told_the_known_ones(tmp_path, name):
    """The message lists what can be read."""
    with pytest.raises(UnreadableSource, match=r"\.edf, \.bdf, \.vhdr, \.set, \.fif"):
        read_eeg(tmp_path / name, eyes="closed")


@REAL
def test_a_real_web_page_named_edf_is_refused():
    """The trap in the shared data is recognised."""
    with pytest.raises(UnreadableSource, match=r"S001R02\.edf: expected a recording; got a web page"):
        read_eeg(DATA / "S001R02.edf", eyes="closed")


@REAL
@pytest.mark.parametrize(
    ("name", "channels", "rate"), [("S001R01.edf", 64, 160), ("Subject00_1.edf", 19, 500), ("eeglab_data.set", 30, 128)]
)
def test_real_recordings_are_read(name, channels, rate):
    """Three amplifiers, three ways of naming channels."""
    rest = read_eeg(DATA / name, eyes="open")

    assert (channels, rate) == (len(rest.channels), rest.rate_hz)
    assert "Cz" in rest.channels
