"""Open EEG files of five formats: EDF, BDF, BrainVision, EEGLAB, FIF.

Decides when a file is a whole and believable EEG; it changes no value but the unit.
"""

import struct
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from backloop.eeg.eeg import EegEvent, EegRecording, check_eyes, is_scalp, name_channel
from backloop.errors import MeasureError, UnreadableSource
from backloop.recordings import FileUsed, check_recording, read_sidecar

__all__ = ["EEG_SUFFIXES", "read_eeg"]

EEG_SUFFIXES = (".edf", ".bdf", ".vhdr", ".set", ".fif")
"""File names that `read_eeg` takes; BrainVision by its ``.vhdr``, EEGLAB by its ``.set``."""

_BESIDE = {".vhdr": (".eeg", ".vmrk"), ".set": (".fdt",)}
_RATE_HZ = (100.0, 100_000.0)
_SAME_RATE_HZ = 0.01
_TYPICAL_UV = (0.05, 2000.0)
_CUT_SHORT = ("does not match the file size", "less data than expected", "truncated", "Unexpected end")
_DAMAGE = (
    ValueError, OSError, RuntimeError, KeyError, IndexError, TypeError, EOFError, AssertionError,
    ZeroDivisionError, AttributeError, NotImplementedError, OverflowError, struct.error,
)  # fmt: skip


def read_eeg(path: Path, *, eyes: str) -> EegRecording:
    """Read the scalp channels and events of one EEG recording.

    Parameters
    ----------
    path : Path
        EDF, BDF, BrainVision (``.vhdr``), EEGLAB (``.set``) or FIF.
    eyes : {"open", "closed"}
        What the person was asked to do; no format says it.

    Returns
    -------
    EegRecording
        In µV, as recorded: not filtered, not referenced anew. Events come from annotations, else from a trigger
        channel.

    Raises
    ------
    UnreadableSource
        If the file is missing, empty, a web page, of another format, cut short or damaged.
    MeasureError
        If the state of the eyes is not said, there is no EEG channel, or the sampling rate or the unit is not
        believable.

    Notes
    -----
    The file is opened by MNE-Python; a warning of it that data are missing is an error here.

    Examples
    --------
    >>> read_eeg(Path("rest.txt"), eyes="closed")
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: rest.txt: expected an EEG file ending in .edf, .bdf, .vhdr, .set, .fif
    """
    state = check_eyes(eyes)
    if path.suffix.lower() not in EEG_SUFFIXES:
        message = f"{path.name}: expected an EEG file ending in {', '.join(EEG_SUFFIXES)}"
        raise UnreadableSource(message)
    check_recording(path)
    _check_size(path)
    raw = _open(path)
    rate = _check_rate(path, float(raw.info["sfreq"]))
    scalp = _scalp(path, raw)
    values = np.float32(1e6) * raw.get_data(picks=scalp).astype(np.float32)
    _check_values(path, values)
    labels = [raw.ch_names[pick] for pick in scalp]
    beside = (path.with_suffix(suffix) for suffix in _BESIDE.get(path.suffix.lower(), ()))
    return EegRecording(
        values=values,
        rate_hz=rate,
        channels=tuple(name_channel(label) for label in labels),
        eyes=state,
        events=_events(raw),
        files=tuple(FileUsed.at(file) for file in (path, *beside) if file.is_file()),
        left_out=len(raw.ch_names) - len(scalp),
    )


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


def _check_rate(path: Path, rate: float) -> float:
    told = read_sidecar(path).get("SamplingFrequency")
    if isinstance(told, int | float) and abs(told - rate) > _SAME_RATE_HZ:
        message = f"{path.name}: the header's sampling rate is {rate:g} Hz, the sidecar's {told:g} Hz; correct one"
        raise MeasureError(message)
    if not _RATE_HZ[0] <= rate <= _RATE_HZ[1]:
        message = (
            f"{path.name}: expected a sampling rate of 100 to 100 000 Hz, the header says {rate:g} Hz; export it anew"
        )
        raise MeasureError(message)
    return rate


def _scalp(path: Path, raw: Any) -> list[int]:  # noqa: ANN401 - MNE gives no types
    kinds, labels = raw.get_channel_types(), tuple(raw.ch_names)
    scalp = [
        at
        for at, (kind, label) in enumerate(zip(kinds, labels, strict=True))
        if kind == "eeg" and is_scalp(label, labels)
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
