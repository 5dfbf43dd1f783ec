"""Open EEG files of five formats: EDF, BDF, BrainVision, EEGLAB, FIF, with what lies beside them in a BIDS folder.

Decides when a file is a whole and believable EEG that its sidecars do not contradict; it changes no value but the unit.
"""

import re
import struct
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backloop.eeg.eeg import EegEvent, EegRecording, Eyes, check_eyes, is_scalp, name_channel
from backloop.eeg.eeg_bids import EegSidecars, read_sidecars
from backloop.errors import MeasureError, UnreadableSource
from backloop.recordings import FileUsed, check_recording

__all__ = ["EEG_SUFFIXES", "read_eeg"]

EEG_SUFFIXES = (".edf", ".bdf", ".vhdr", ".set", ".fif")
"""File names that `read_eeg` takes; BrainVision by its ``.vhdr``, EEGLAB by its ``.set``."""

_BESIDE = {".vhdr": (".eeg", ".vmrk"), ".set": (".fdt",)}
_RATE_HZ = (100.0, 100_000.0)
_SAME_RATE_HZ = 0.01
_SAME_LENGTH_S, _SAME_ONSET_S = 1.0, 0.01
_AUXILIARY = {"EOG": ("EOG", "VEOG", "HEOG"), "ECG": ("ECG",)}
_NAMED = {"EOG": re.compile("EOG", re.IGNORECASE), "ECG": re.compile("ECG|EKG", re.IGNORECASE)}
_MICROVOLTS = {"v": 1e6, "mv": 1e3, "uv": 1.0, "µv": 1.0, "μv": 1.0}
_TYPICAL_UV = (0.05, 2000.0)
_CUT_SHORT = ("does not match the file size", "less data than expected", "truncated", "Unexpected end")
_DAMAGE = (
    ValueError, OSError, RuntimeError, KeyError, IndexError, TypeError, EOFError, AssertionError,
    ZeroDivisionError, AttributeError, NotImplementedError, OverflowError, struct.error,
)  # fmt: skip


def read_eeg(path: Path, *, eyes: str | None = None) -> EegRecording:
    """Read the scalp channels and events of one EEG recording.

    Parameters
    ----------
    path : Path
        EDF, BDF, BrainVision (``.vhdr``), EEGLAB (``.set``) or FIF.
    eyes : {"open", "closed"}, optional
        What the person was asked to do; may be left out where the name of the task or the sidecar says it.

    Returns
    -------
    EegRecording
        In µV, as recorded: not filtered, not referenced anew. Events come from ``_events.tsv``, else from annotations,
        else from a trigger channel; types, units and bad channels from ``_channels.tsv`` where it is there.

    Raises
    ------
    UnreadableSource
        If the file or a sidecar is missing, empty, a web page, of another format, cut short or damaged.
    MeasureError
        If nobody says how the eyes were, there is no EEG channel, the sampling rate or the unit is not believable, or
        the file and what lies beside it contradict each other: in eyes, channels, types, units, rate, length, events.

    Notes
    -----
    The file is opened by MNE-Python; a warning of it that data are missing is an error here.

    Examples
    --------
    >>> read_eeg(Path("rest.txt"), eyes="closed")
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: rest.txt: expected an EEG file ending in .edf, .bdf, .vhdr, .set, .fif
    """
    if eyes is not None:
        check_eyes(eyes)
    if path.suffix.lower() not in EEG_SUFFIXES:
        message = f"{path.name}: expected an EEG file ending in {', '.join(EEG_SUFFIXES)}"
        raise UnreadableSource(message)
    check_recording(path)
    beside = read_sidecars(path)
    state = _agree_on_eyes(path, eyes, beside.eyes)
    _check_size(path)
    raw = _open(path)
    rate = _check_rate(path, float(raw.info["sfreq"]), beside)
    _check_channels(path, raw, beside)
    scalp = _scalp(path, raw, beside)
    values = _in_microvolts(raw, scalp, beside)
    _check_values(path, values)
    _check_length(path, values.shape[1] / rate, beside)
    labels = [raw.ch_names[pick] for pick in scalp]
    parts = (path.with_suffix(suffix) for suffix in _BESIDE.get(path.suffix.lower(), ()))
    mains = beside.told.get("PowerLineFrequency")
    return EegRecording(
        values=values,
        rate_hz=rate,
        channels=tuple(name_channel(label) for label in labels),
        eyes=state,
        events=_agree_on_events(path, _events(raw), beside, values.shape[1] / rate),
        files=tuple(FileUsed.at(file) for file in (path, *parts, *beside.files) if file.is_file()),
        left_out=len(raw.ch_names) - len(scalp),
        auxiliary=_auxiliary(raw, beside),
        reference=str(beside.told.get("EEGReference", "")),
        mains_hz=float(mains) if isinstance(mains, int | float) and not isinstance(mains, bool) else None,
        told_bad=tuple(
            name_channel(label) for label in labels if label in beside.channels and beside.channels[label].is_bad
        ),
        positions={name_channel(name): place for name, place in beside.positions.items()},
    )


def _agree_on_eyes(path: Path, said: str | None, beside: Eyes | None) -> Eyes:
    if said is not None and beside is not None and said != beside:
        message = f"{path.name}: its name or sidecar says eyes {beside}, the call says eyes {said}; correct one"
        raise MeasureError(message)
    return check_eyes(said if said is not None else beside or "")


def _check_size(path: Path) -> None:
    """Compare an EDF or BDF file's size with what its header promises."""
    if path.suffix.lower() not in {".edf", ".bdf"}:
        return
    with path.open("rb") as stream:
        head = stream.read(256)
        try:
            header, records, seconds, signals = (
                float(head[a:b]) for a, b in ((184, 192), (236, 244), (244, 252), (252, 256))
            )
            stream.seek(256 + 216 * int(signals))
            samples = [int(stream.read(8)) for _ in range(int(signals))]
        except ValueError:
            message = f"{path.name}: expected the header of an EDF or BDF file, it holds something else; export it anew"
            raise UnreadableSource(message) from None
    if seconds <= 0:
        message = f"{path.name}: the header's sampling rate is undefined (a record lasts {seconds:g} s); export it anew"
        raise MeasureError(message)
    promised = int(header) + int(records) * sum(samples) * (2 if path.suffix.lower() == ".edf" else 3)
    if records > 0 and path.stat().st_size < promised:
        raise _cut_short(path, f"{path.stat().st_size} of {promised} bytes")


def _open(path: Path) -> Any:  # noqa: ANN401 - MNE gives no types
    if find_spec("mne") is None:
        message = f"{path.name}: reading EEG needs MNE-Python; run: pip install 'backloop[brain]'"
        raise MeasureError(message)
    import mne

    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            raw = mne.io.read_raw(path, preload=True, verbose="WARNING")
    except _DAMAGE as error:
        message = f"{path.name}: the file is damaged, cut short or not of its format; export it anew ({_first(error)})"
        raise UnreadableSource(message) from error
    if any(sign in str(one.message) for one in said for sign in _CUT_SHORT):
        raise _cut_short(path, "fewer samples than its header promises")
    return raw


def _first(error: BaseException) -> str:
    """Give the kind of trouble; MNE's own words name folders."""
    return type(error).__name__


def _cut_short(path: Path, what: str) -> UnreadableSource:
    message = f"{path.name}: the file is cut short ({what}); copy it again from its source and compare the sizes"
    return UnreadableSource(message)


def _check_rate(path: Path, rate: float, beside: EegSidecars) -> float:
    told = beside.told.get("SamplingFrequency")
    if isinstance(told, int | float) and abs(told - rate) > _SAME_RATE_HZ:
        message = f"{path.name}: the header's sampling rate is {rate:g} Hz, the sidecar's {told:g} Hz; correct one"
        raise MeasureError(message)
    if not _RATE_HZ[0] <= rate <= _RATE_HZ[1]:
        message = (
            f"{path.name}: expected a sampling rate of 100 to 100 000 Hz, the header says {rate:g} Hz; export it anew"
        )
        raise MeasureError(message)
    return rate


def _check_channels(path: Path, raw: Any, beside: EegSidecars) -> None:  # noqa: ANN401 - MNE gives no types
    """Refuse a table of channels that is not of this file."""
    if not beside.channels:
        return
    kinds = dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
    units = getattr(raw, "_orig_units", {})
    eeg = {name for name, kind in kinds.items() if kind == "eeg"}
    rows = beside.channels
    rate = float(raw.info["sfreq"])
    faults = {
        "it lists channels that the file does not have": [name for name in rows if name not in kinds],
        "it lacks channels of the file": sorted(eeg - set(rows)),
        "it calls EEG what the file does not": [
            name for name in rows if rows[name].kind == "EEG" and kinds.get(name, "eeg") not in {"eeg", "misc"}
        ],
        f"it gives another sampling rate than the file's {rate:g} Hz": [
            name for name, row in rows.items() if row.rate_hz is not None and abs(row.rate_hz - rate) > _SAME_RATE_HZ
        ],
        "it gives another unit than the file": [
            name for name in rows if name in eeg and _differ(units.get(name), rows[name].microvolts)
        ],
    }
    for fault, names in faults.items():
        if names:
            message = f"{path.name} and its table of channels contradict each other: {fault}: {names[:8]}; correct one"
            raise MeasureError(message)


def _differ(unit: str | None, microvolts: float | None) -> bool:
    own = _MICROVOLTS.get((unit or "").lower())
    return own is not None and microvolts is not None and own != microvolts


def _in_microvolts(raw: Any, picks: list[int], beside: EegSidecars) -> NDArray[np.float32]:  # noqa: ANN401 - MNE
    """Give channels in µV: by the file's own unit, else by that of the table of channels."""
    values: NDArray[np.float32] = np.float32(1e6) * raw.get_data(picks=picks).astype(np.float32)
    units = getattr(raw, "_orig_units", {})
    for at, pick in enumerate(picks):
        name = raw.ch_names[pick]
        row = beside.channels.get(name)
        if row is not None and row.microvolts is not None and units.get(name) == "n/a":
            values[at] *= np.float32(row.microvolts / 1e6)
    return values


def _auxiliary(raw: Any, beside: EegSidecars) -> dict[str, NDArray[np.float32]]:  # noqa: ANN401 - MNE gives no types
    """Give the channels beside the eyes and over the heart, by the table of channels, the file's types, or names."""
    kinds = raw.get_channel_types()
    found = {}
    for wanted, words in _AUXILIARY.items():
        picks = [
            at
            for at, name in enumerate(raw.ch_names)
            if (beside.channels[name].kind in words if name in beside.channels else
                kinds[at] == wanted.lower() or (kinds[at] == "eeg" and _NAMED[wanted].search(name)))
        ]  # fmt: skip
        if picks:
            found[wanted] = _in_microvolts(raw, picks, beside)
    return found


def _check_length(path: Path, seconds: float, beside: EegSidecars) -> None:
    told = beside.told.get("RecordingDuration")
    if isinstance(told, int | float) and abs(told - seconds) > _SAME_LENGTH_S:
        message = (
            f"{path.name}: it lasts {seconds:.1f} s, its sidecar says {told:g} s; one of them is of another recording"
        )
        raise MeasureError(message)


def _agree_on_events(
    path: Path, own: tuple[EegEvent, ...], beside: EegSidecars, seconds: float
) -> tuple[EegEvent, ...]:
    """Take the events of the table where there is one, and refuse them where they are of another recording."""
    if beside.events is None:
        return own
    outside = [f"{event.name} at {event.onset_s:g} s" for event in beside.events if not 0 <= event.onset_s <= seconds]
    if outside:
        message = f"{path.name}: its table of events has some beyond its {seconds:.1f} s: {outside[:4]}; correct one"
        raise MeasureError(message)
    for name in sorted({event.name for event in own} & {event.name for event in beside.events}):
        first, second = ([event.onset_s for event in part if event.name == name] for part in (own, beside.events))
        if len(first) != len(second) or not np.allclose(first, second, atol=_SAME_ONSET_S, rtol=0):
            message = f"{path.name}: the file and its table of events disagree on when '{name}' came; correct one"
            raise MeasureError(message)
    return beside.events


def _scalp(path: Path, raw: Any, beside: EegSidecars) -> list[int]:  # noqa: ANN401 - MNE gives no types
    kinds, labels = raw.get_channel_types(), tuple(raw.ch_names)
    scalp = [
        at
        for at, (kind, label) in enumerate(zip(kinds, labels, strict=True))
        if (
            beside.channels[label].kind == "EEG"
            if label in beside.channels
            else kind == "eeg" and is_scalp(label, labels)
        )
    ]
    if not scalp:
        message = f"{path.name}: expected EEG channels, found none among {len(labels)}; check the channels' types"
        raise MeasureError(message)
    return scalp


def _check_values(path: Path, values: Any) -> None:  # noqa: ANN401 - any array
    if not np.isfinite(values).all():
        message = f"{path.name}: {int((~np.isfinite(values)).sum())} samples are not numbers; export it anew"
        raise MeasureError(message)
    step = float(np.median(np.abs(np.diff(values, axis=1)).mean(axis=1)))
    typical = max(step, float(np.median(np.median(np.abs(values - np.median(values, axis=1)[:, None]), axis=1))))
    if not _TYPICAL_UV[0] <= typical <= _TYPICAL_UV[1]:
        message = (
            f"{path.name}: the median channel varies by {typical:.3g} µV, which is no EEG; the unit in the header is"
            " wrong or nothing was connected"
        )
        raise MeasureError(message)


def _events(raw: Any) -> tuple[EegEvent, ...]:  # noqa: ANN401 - MNE gives no types
    if len(raw.annotations):
        start = raw.first_time if raw.annotations.orig_time is not None else 0.0
        marks = zip(raw.annotations.description, raw.annotations.onset, strict=True)
        return tuple(EegEvent(name=str(name), onset_s=float(onset) - start) for name, onset in marks)
    if "stim" not in raw.get_channel_types():
        return ()
    import mne

    found = mne.find_events(raw, shortest_event=1, verbose="ERROR")
    rate = raw.info["sfreq"]
    return tuple(EegEvent(name=str(code), onset_s=float(at - raw.first_samp) / rate) for at, _, code in found)
