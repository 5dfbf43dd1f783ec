"""What lies beside an EEG in a BIDS folder is read and used, and what contradicts the recording is refused by name."""

import json
from pathlib import Path

import numpy as np
import pytest

from backloop.eeg.eeg_bids import read_sidecars
from backloop.eeg.eeg_cleaning import EegPlan, clean_eeg
from backloop.eeg.eeg_files import read_eeg
from backloop.errors import MeasureError, UnreadableSource

mne = pytest.importorskip("mne", reason="the brain extra is not installed")

RATE, SECONDS = 250, 20
LABELS = ("Fp1", "Fp2", "F3", "F4", "Cz", "P3", "P4", "O1", "O2", "EX1", "EX2")
HEAD = "name\ttype\tunits\tsampling_frequency\tstatus\n"


def _table(**changes: str) -> str:
    """Write a table of channels that fits, but for the rows given whole."""
    kinds = {"EX1": "VEOG", "EX2": "ECG"}
    rows = {label: f"{label}\t{kinds.get(label, 'EEG')}\tuV\t250\tgood" for label in LABELS} | changes
    return HEAD + "\n".join(row for row in rows.values() if row) + "\n"


@pytest.fixture
def recording(tmp_path):
    """Write a recording in a BIDS folder, its other channels unnamed as such."""
    folder = tmp_path / "sub-01" / "ses-01" / "eeg"
    folder.mkdir(parents=True)
    (tmp_path / "dataset_description.json").write_text("{}")
    values = np.random.default_rng(5).normal(0, 20e-6, (len(LABELS), RATE * SECONDS))
    values[:9] += np.random.default_rng(6).normal(0, 20e-6, RATE * SECONDS)
    raw = mne.io.RawArray(values, mne.create_info(list(LABELS), RATE, "eeg"), verbose="ERROR")
    raw.set_annotations(mne.Annotations([2.0, 4.0], [0.0, 0.0], ["go", "go"]))
    path = folder / "sub-01_ses-01_task-rest_eeg.fif"
    raw.save(path, verbose="ERROR")
    return path


def _beside(path: Path, kind: str) -> Path:
    return path.with_name(path.name.replace("eeg.fif", kind))


def test_types_and_bad_channels_come_from_the_table(recording):
    """What only the table knows: two channels are no EEG, one electrode was loose."""
    _beside(recording, "channels.tsv").write_text(_table(P3="P3\tEEG\tuV\t250\tbad"))
    rest = read_eeg(recording, eyes="closed")
    quality = clean_eeg(rest, EegPlan(ica="off")).quality

    assert LABELS[:9] == rest.channels
    assert {"EOG", "ECG"} == set(rest.auxiliary)
    assert rest.auxiliary["EOG"].shape == (1, RATE * SECONDS)
    assert ("P3",) == rest.told_bad
    assert (quality["bad_told"], quality["channels_kept"]) == (1, 8)
    assert _beside(recording, "channels.tsv").name in {file.name for file in rest.files}


def test_without_sidecars_nothing_changes(recording):
    """All channels that look like EEG are EEG, and the file's own events count."""
    rest = read_eeg(recording, eyes="open")

    assert LABELS == rest.channels
    assert [("go", 2.0), ("go", 4.0)] == [(event.name, event.onset_s) for event in rest.events]
    assert clean_eeg(rest, EegPlan(ica="off")).quality["bad_told"] == 0


def test_events_come_from_the_table(recording):
    """Curated names stand in place of the amplifier's codes; a row without an onset is no event."""
    _beside(recording, "events.tsv").write_text(
        "onset\tduration\ttrial_type\tvalue\n2.0\t0\ttarget\t1\n3.5\t0\tn/a\t7\nn/a\t0\tlost\t1\n"
    )
    events = read_eeg(recording, eyes="open").events

    assert [("target", 2.0), ("7", 3.5)] == [(event.name, event.onset_s) for event in events]


@pytest.mark.parametrize(
    ("task", "sidecar", "eyes"),
    [
        ("restEC", {}, "closed"),
        ("EO", {}, "open"),
        ("eyesclosed", {}, "closed"),
        ("RestingStateEyesOpen", {}, "open"),
        ("rest", {"TaskDescription": "Sit with eyes closed for five minutes"}, "closed"),
        ("rest", {"Instructions": "Keep your eyes open"}, "open"),
        ("rest", {"EyesOpen": False}, "closed"),
        ("rest", {"EyesClosed": False}, "open"),
        ("rest", {"Eyes": "open"}, "open"),
        ("video", {"TaskDescription": "First eyes open, then eyes closed"}, None),
        ("rest", {}, None),
        ("decision", {}, None),
    ],
)
def test_the_eyes_are_read_where_somebody_said_how_they_were(tmp_path, task, sidecar, eyes):
    """From the task's label or the sidecar; both at once, or neither, is no answer."""
    path = tmp_path / f"sub-01_task-{task}_eeg.edf"
    path.with_suffix(".json").write_text(json.dumps(sidecar))

    assert read_sidecars(path).eyes == eyes


def test_eyes_must_be_said_by_somebody(recording):
    """No call, no label, no sidecar: refused. With a sidecar: read."""
    with pytest.raises(MeasureError, match="say whether the eyes were"):
        read_eeg(recording)
    recording.with_suffix(".json").write_text(json.dumps({"TaskDescription": "eyes closed"}))
    assert read_eeg(recording).eyes == "closed"


def test_the_call_may_not_contradict_the_sidecar(recording):
    """An open eye is not a closed one."""
    recording.with_suffix(".json").write_text(json.dumps({"EyesOpen": True}))

    with pytest.raises(MeasureError, match="sidecar says eyes open, the call says eyes closed"):
        read_eeg(recording, eyes="closed")


def test_the_name_may_not_contradict_the_sidecar(tmp_path):
    """A label and a sidecar that disagree are refused by name."""
    path = tmp_path / "sub-01_task-EC_eeg.edf"
    path.with_suffix(".json").write_text(json.dumps({"EyesOpen": True}))

    with pytest.raises(MeasureError, match=r"sub-01_task-EC_eeg\.edf: the name says eyes closed, the sidecar says"):
        read_sidecars(path)


def test_mains_and_reference_are_taken_over(recording):
    """The mains of the place are removed even where they do not stand out; the plan may say otherwise."""
    recording.with_suffix(".json").write_text(json.dumps({"PowerLineFrequency": 60, "EEGReference": "linked mastoids"}))
    rest = read_eeg(recording, eyes="closed")

    assert (rest.mains_hz, rest.reference) == (60, "linked mastoids")
    assert clean_eeg(rest, EegPlan(ica="off")).quality["mains_hz"] == 60
    assert clean_eeg(rest, EegPlan(ica="off", mains_hz=50)).quality["mains_hz"] == 50


def test_sidecars_of_folders_above_are_inherited(recording):
    """What the root says holds unless a nearer file says otherwise; of another task it does not hold."""
    root = recording.parents[3]
    (root / "task-rest_eeg.json").write_text(json.dumps({"PowerLineFrequency": 50, "EyesOpen": True}))
    (root / "task-other_eeg.json").write_text(json.dumps({"PowerLineFrequency": 60}))
    recording.with_suffix(".json").write_text(json.dumps({"EyesOpen": False}))
    rest = read_eeg(recording)

    assert (rest.mains_hz, rest.eyes) == (50, "closed")
    assert {"task-rest_eeg.json", recording.with_suffix(".json").name} < {file.name for file in rest.files}


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (_table(T9="T9\tEEG\tuV\t250\tgood"), r"channels that the file does not have: \['T9'\]"),
        (_table(Cz=""), r"lacks channels of the file: \['Cz'\]"),
        (_table(O1="O1\tEEG\tuV\t500\tgood"), r"another sampling rate than the file's 250 Hz: \['O1'\]"),
    ],
)
def test_a_table_of_another_recording_is_refused(recording, table, fault):
    """The message names the channels."""
    _beside(recording, "channels.tsv").write_text(table)

    with pytest.raises(MeasureError, match=fault):
        read_eeg(recording, eyes="closed")


def test_a_type_may_not_contradict_the_file(recording):
    """A channel that the file itself calls a trigger is not EEG."""
    raw = mne.io.read_raw(recording, preload=True, verbose="ERROR").set_channel_types({"EX2": "stim"}, verbose="ERROR")
    raw.save(recording, overwrite=True, verbose="ERROR")
    _beside(recording, "channels.tsv").write_text(_table(EX2="EX2\tEEG\tuV\t250\tgood"))

    with pytest.raises(MeasureError, match=r"calls EEG what the file does not: \['EX2'\]"):
        read_eeg(recording, eyes="closed")


def test_a_unit_may_not_contradict_the_file(tmp_path):
    """Millivolts in the table, microvolts in the header."""
    path = tmp_path / "sub-01_task-EC_eeg.vhdr"
    channels = "Ch1=Cz,,0.1,µV\nCh2=Pz,,0.1,µV\n"
    path.write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nCodepage=UTF-8\n"
        f"DataFile={path.stem}.eeg\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels=2\n"
        f"SamplingInterval=4000\n[Binary Infos]\nBinaryFormat=INT_16\n[Channel Infos]\n{channels}",
        encoding="utf-8",
    )
    path.with_suffix(".eeg").write_bytes(np.random.default_rng(1).integers(-300, 300, 4000).astype("<i2").tobytes())
    table = path.with_name("sub-01_task-EC_channels.tsv")
    table.write_text("name\ttype\tunits\nCz\tEEG\tuV\nPz\tEEG\tµV\n", encoding="utf-8")
    assert read_eeg(path).channels == ("Cz", "Pz")
    table.write_text("name\ttype\tunits\nCz\tEEG\tuV\nPz\tEEG\tmV\n")

    with pytest.raises(MeasureError, match=r"another unit than the file: \['Pz'\]"):
        read_eeg(path)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("25.0\t0\ttarget\n", r"beyond its 20.0 s: \['target at 25 s'\]"),
        ("2.0\t0\tgo\n", "disagree on when 'go' came"),
        ("2.0\t0\tgo\n4.5\t0\tgo\n", "disagree on when 'go' came"),
    ],
)
def test_events_of_another_recording_are_refused(recording, rows, fault):
    """Beyond the end, or at other times than the file's own of the same name."""
    _beside(recording, "events.tsv").write_text("onset\tduration\ttrial_type\n" + rows)

    with pytest.raises(MeasureError, match=fault):
        read_eeg(recording, eyes="open")


def test_a_sidecar_of_another_length_is_refused(recording):
    """Two thirds of a recording are not it."""
    recording.with_suffix(".json").write_text(json.dumps({"RecordingDuration": 30}))

    with pytest.raises(MeasureError, match=r"lasts 20\.0 s, its sidecar says 30 s"):
        read_eeg(recording, eyes="open")


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("channels.tsv", "name,type,units\nCz,EEG,uV\n", r"missing: \['name', 'type', 'units'\]"),
        ("channels.tsv", HEAD + "Cz\tEEG\tuV\t250\tgood\nCz\tEEG\tuV\t250\tgood\n", "several rows for"),
        ("events.tsv", "onset\tduration\nlater\t0\n", "line 2, column 'onset': expected a number or n/a"),
        ("eeg.json", "{", "expected JSON"),
        ("eeg.json", "[]", "expected a JSON object"),
    ],
)
def test_damaged_sidecars_are_refused_with_their_place(recording, kind, text, fault):
    """File, line and column, never a trace of the program."""
    _beside(recording, kind).write_text(text)

    with pytest.raises(UnreadableSource, match=fault):
        read_eeg(recording, eyes="open")


def _electrodes(scale: float, *, mirror: bool = False) -> str:
    places = {"AF3": (-30, 80, 40), "AF4": (30, 80, 40), "PO3": (-30, -70, 40), "PO4": (30, -70, 40), "Cz": (0, 0, 100)}
    side = -1 if mirror else 1
    rows = [f"{name}\t{side * x * scale:g}\t{y * scale:g}\t{z * scale:g}" for name, (x, y, z) in places.items()]
    return "name\tx\ty\tz\n" + "\n".join([*rows, "REF\tn/a\tn/a\tn/a"]) + "\n"


@pytest.mark.parametrize(("unit", "scale"), [("mm", 1.0), ("cm", 0.1), ("m", 0.001)])
def test_measured_electrodes_are_read_in_their_unit(recording, unit, scale):
    """With the ears and the nose given, places come in metres from between the ears."""
    marks = {"NAS": [0, 95 * scale, 0], "LPA": [-75 * scale, 0, 0], "RPA": [75 * scale, 0, 0]}
    _beside(recording, "electrodes.tsv").write_text(_electrodes(scale))
    _beside(recording, "coordsystem.json").write_text(
        json.dumps({"EEGCoordinateSystem": "Other", "EEGCoordinateUnits": unit, "AnatomicalLandmarkCoordinates": marks})
    )
    positions = read_eeg(recording, eyes="open").positions

    assert positions["AF4"] == pytest.approx((0.03, 0.08, 0.04))
    assert "REF" not in positions


def test_mirrored_electrodes_are_refused(recording):
    """Odd numbers lie on the left."""
    _beside(recording, "electrodes.tsv").write_text(_electrodes(1.0, mirror=True))
    _beside(recording, "coordsystem.json").write_text(
        json.dumps({"EEGCoordinateSystem": "CapTrak", "EEGCoordinateUnits": "mm"})
    )

    with pytest.raises(MeasureError, match=r"names and places disagree on left and right, as of \['AF3'"):
        read_eeg(recording, eyes="open")


def test_a_wrong_unit_of_electrodes_is_refused(recording):
    """Millimetres called metres lie across the street."""
    _beside(recording, "electrodes.tsv").write_text(_electrodes(1.0))
    _beside(recording, "coordsystem.json").write_text(
        json.dumps({"EEGCoordinateSystem": "CapTrak", "EEGCoordinateUnits": "m"})
    )

    with pytest.raises(MeasureError, match="more than 30 cm from the middle of the head"):
        read_eeg(recording, eyes="open")


def test_electrodes_of_an_unknown_system_are_left_out(recording):
    """Without unit or landmarks nobody knows where the numbers lie; the template's places are used."""
    _beside(recording, "electrodes.tsv").write_text(_electrodes(1.0))
    _beside(recording, "coordsystem.json").write_text(json.dumps({"EEGCoordinateSystem": "EEGLAB"}))

    assert read_eeg(recording, eyes="open").positions == {}
