"""Which EEG files are rests and which evoke a potential, by their labels and sidecars.

Decides what each file is read as; a rest whose sidecar and name do not say how the eyes were is a problem, not a guess.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from backloop.eeg import EEG_SUFFIXES, EYES_LABELS, said_of_eyes
from backloop.errors import UnreadableSource
from backloop.holdings.entities import read_inherited
from backloop.holdings.holdings import Finds, FoundRecording, ListedFile
from backloop.holdings.naming import Naming, is_called
from backloop.holdings.reasons import in_words
from backloop.units import Text

__all__ = ["find_eeg"]

_PARTS = {"data": ".fdt", "samples": ".eeg", "marks": ".vmrk"}
_NO_EYES = Text(
    en="Nothing says whether the eyes were open or closed, and the alpha rhythm hangs on it; say it in the task label"
    " (task-eyesclosed) or in TaskDescription of the JSON sidecar.",
    zh="未说明睁眼或闭眼，而α节律取决于此；请在任务标签（如task-eyesclosed）或JSON附属文件的TaskDescription中注明。",
)
_TWICE = Text(
    en="The same recording lies there in several formats; keep one of them.", zh="同一记录存有多种格式；请只保留一种。"
)
_OTHER_TASK = Text(en="No marker is read from this task.", zh="该任务不对应任何指标。")


def find_eeg(files: Iterable[ListedFile], naming: Naming, finds: Finds) -> None:
    """Add a person's EEG recordings.

    Parameters
    ----------
    files : iterable of ListedFile
        The person's files.
    naming : Naming
        What the labels mean.
    finds : Finds
        Where they are added.

    Examples
    --------
    >>> from backloop.holdings.naming import read_naming
    >>> finds = Finds()
    >>> find_eeg([ListedFile(Path("bids/sub-01/eeg/sub-01_task-rest_eeg.edf"), Path("bids"))], read_naming(), finds)
    >>> finds.problems[0].reason.en[:36]
    'Nothing says whether the eyes were o'
    """
    held = sorted((file for file in files if _is_eeg(file)), key=lambda file: file.name)
    for _stem, group in groupby(held, key=lambda file: file.name.partition(".")[0]):
        same = list(group)
        if len(same) > 1:
            finds.refuse(", ".join(file.name for file in same), "eeg", _TWICE)
        else:
            _sort(same[0], naming, finds)


def _is_eeg(file: ListedFile) -> bool:
    return file.folder == "eeg" and file.path.stem.endswith("_eeg") and file.path.suffix.lower() in EEG_SUFFIXES


def _sort(file: ListedFile, naming: Naming, finds: Finds) -> None:
    task = file.labels.get("task", "")
    evoked = [component for component, names in naming.evoked.items() if is_called(names.task, task)]
    try:
        eyes = _eyes(file.labels, read_inherited(file.path, file.root), naming)
    except UnreadableSource as error:
        finds.refuse(file.name, "eeg", in_words(error, file.name))
        return
    if evoked:
        told = {"components": " ".join(evoked), "eyes": eyes or naming.evoked[evoked[0]].eyes}
        finds.recordings.append(_recording(file, "evoked", told))
    elif eyes:
        finds.recordings.append(_recording(file, "rest", {"eyes": eyes}))
    elif not task or is_called(naming.eeg.rest, task):
        finds.refuse(file.name, "eeg", _NO_EYES)
    else:
        finds.leave(file.name, _OTHER_TASK)


def _recording(file: ListedFile, kind: str, told: Mapping[str, str]) -> FoundRecording:
    return FoundRecording.model_validate(
        {"kind": kind, "session_id": file.session_id, "path": file.path, "beside": _beside(file.path), "told": told}
    )


def _beside(path: Path) -> dict[str, Path]:
    """Give the files that belong to a recording: BIDS' tables of it, and the parts of formats in several files."""
    stem = path.name.removesuffix(f"_eeg{path.suffix}")
    names = {kind: f"{stem}_{kind}.tsv" for kind in ("channels", "events")}
    names |= {
        kind: f"{stem}_eeg{suffix}" for kind, suffix in (("data", ".fdt"), ("samples", ".eeg"), ("marks", ".vmrk"))
    }
    names["sidecar"] = f"{stem}_eeg.json"
    return {kind: path.with_name(name) for kind, name in names.items() if path.with_name(name).is_file()}


def _eyes(labels: Mapping[str, str], said: Mapping[str, Any], naming: Naming) -> str:
    """Give what labels say of the eyes, else what the sidecars say; nothing where they say both or neither."""
    own = [labels[name] for name in EYES_LABELS if name in labels]
    patterns = {"closed": naming.eeg.closed, "open": naming.eeg.open}
    by_label = {state for state, pattern in patterns.items() if any(is_called(pattern, label) for label in own)}
    found = by_label or said_of_eyes(said)
    return found.pop() if len(found) == 1 else ""
