"""Which files of a person are resting scans, and which of several forms of one scan is read.

Decides that a scan is read once: from its volumes where they are, else from parcels or regions of another program.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from backloop.bold import open_bold_run
from backloop.errors import BackloopError
from backloop.holdings.entities import read_inherited
from backloop.holdings.holdings import Finds, FoundRecording, Kind, ListedFile
from backloop.holdings.naming import Naming, is_called
from backloop.holdings.reasons import in_words
from backloop.recordings import read_sidecar
from backloop.units import Text

__all__ = ["find_scans"]

_OF_THE_IMAGE = {"space", "res", "den", "desc", "cohort", "seg", "atlas", "stat", "hemi"}
_VOLUMES = re.compile(r"_desc-preproc_bold\.nii(\.gz)?$")
_PARCELS, _DENSE = re.compile(r"\.ptseries\.nii$"), re.compile(r"_desc-denoised_bold\.dtseries\.nii$")
_REGIONS = re.compile(r"(?<!desc-confounds)_timeseries\.tsv$")
_MATRIX = re.compile(r"_(timeseries|bold)\.mat$")
_RAW = re.compile(r"_task-[A-Za-z0-9]+(_(acq|ce|rec|dir|run|echo|part)-[A-Za-z0-9]+)*_bold\.nii(\.gz)?$")
_GREYORDINATES = re.compile(r"(?<!desc-denoised)_bold\.dtseries\.nii$")
_USUAL_BAND_HZ = (0.01, 0.08)

_OTHER_FORM = Text(
    en="Another form of a scan that is read already; a scan counts once.", zh="同一扫描的另一种形式；每次扫描只计一次。"
)
_JOINED = Text(en="Joined from runs that are read one by one.", zh="由已逐个读取的各次采集拼接而成。")
_NOT_PREPARED = Text(
    en="A raw scan, not preprocessed; run fMRIPrep first and give its derivatives.",
    zh="原始扫描，未经预处理；请先运行fMRIPrep并提供其结果。",
)
_NOT_CLEANED = Text(
    en="Greyordinates without nuisance removed; have fMRIPrep write a volume in MNI space, or give what XCP-D made of"
    " them.",
    zh="灰质坐标数据尚未去除混杂信号；请让fMRIPrep输出MNI空间的体数据，或提供XCP-D处理结果。",
)
_TWICE = Text(
    en="The same run twice, by their names; keep one of them in the folder.",
    zh="按文件名为同一次采集的重复文件；请只保留一个。",
)


def find_scans(files: Iterable[ListedFile], naming: Naming, finds: Finds) -> None:
    """Add a person's resting scans.

    Parameters
    ----------
    files : iterable of ListedFile
        The person's files.
    naming : Naming
        What the labels mean.
    finds : Finds
        Where they are added.

    Notes
    -----
    At each visit one form is read: volumes in a known space, else parcels (CIFTI), else tables of regions, else
    matrices. Two forms of one scan would count it twice.

    Examples
    --------
    >>> from backloop.holdings.naming import read_naming
    >>> finds, root = Finds(), Path("bids")
    >>> find_scans([ListedFile(root / "sub-01/func/sub-01_task-rest_bold.nii.gz", root)], read_naming(), finds)
    >>> finds.problems[0].reason.en[:10]
    'A raw scan'
    """
    resting = [file for file in files if file.folder == "func" and _is_rest(file, naming)]
    for session_id in sorted({file.session_id for file in resting}):
        _find_at([file for file in resting if file.session_id == session_id], naming, finds)


def _is_rest(file: ListedFile, naming: Naming) -> bool:
    return is_called(naming.bold.task, file.labels.get("task", "rest"))


def _find_at(files: Sequence[ListedFile], naming: Naming, finds: Finds) -> None:
    """Add the scans of one visit, in the first form there is."""
    forms: dict[Kind, list[ListedFile]] = {
        "volumes": _in_known_space([file for file in files if _VOLUMES.search(file.name)], naming),
        "parcels": [file for file in files if _PARCELS.search(file.name)] or _dense(files),
        "regions": [file for file in files if _REGIONS.search(file.name)],
        "matrix": [file for file in files if _MATRIX.search(file.name)],
    }
    there = [kind for kind, held in forms.items() if held]
    for kind in there[1:]:
        for file in forms[kind]:
            finds.leave(file.name, _OTHER_FORM)
    if there:
        _take(there[0], forms[there[0]], finds)
    else:
        _explain_lack(files, naming, finds)


def _dense(files: Sequence[ListedFile]) -> list[ListedFile]:
    return [file for file in files if _DENSE.search(file.name)]


def _in_known_space(images: Sequence[ListedFile], naming: Naming) -> list[ListedFile]:
    """Keep each run's images of the first space in the list that it has."""
    spaces = list(naming.bold.spaces)
    known = [image for image in images if image.labels.get("space") in spaces]
    best: dict[str, int] = {}
    for image in known:
        rank = spaces.index(image.labels["space"])
        best[_run_of(image)] = min(rank, best.get(_run_of(image), rank))
    return [image for image in known if spaces.index(image.labels["space"]) == best[_run_of(image)]]


def _run_of(file: ListedFile) -> str:
    return "_".join(f"{name}-{label}" for name, label in sorted(_entities(file).items()))


def _entities(file: ListedFile) -> dict[str, str]:
    return {name: label for name, label in file.labels.items() if name not in _OF_THE_IMAGE}


def _take(kind: Kind, files: Sequence[ListedFile], finds: Finds) -> None:
    runs: dict[str, list[ListedFile]] = {}
    for file in sorted(files, key=lambda each: each.name):
        runs.setdefault(_run_of(file), []).append(file)
    for same in runs.values():
        others = [run[0] for run in runs.values() if run is not same]
        if kind != "volumes" and any(_entities(same[0]).items() < _entities(other).items() for other in others):
            finds.leave(same[0].name, _JOINED)
        else:
            _MAKERS[kind](same, finds)


def _take_volumes(same: Sequence[ListedFile], finds: Finds) -> None:
    if len(same) > 1:
        finds.refuse(", ".join(file.name for file in same), "bold", _TWICE)
        return
    try:
        run = open_bold_run(same[0].path)
    except BackloopError as error:
        finds.refuse(same[0].name, "bold", in_words(error, same[0].name))
        return
    beside = {"mask": run.mask, "confounds": run.confounds} | _there(sidecar=_json_of(run.bold))
    beside |= _there(components=run.confounds.with_suffix(".json"))
    told: dict[str, str | float] = {} if run.tr is None else {"tr": run.tr}
    finds.recordings.append(_scan("volumes", same[0], beside=beside, told=told))


def _take_parcels(same: Sequence[ListedFile], finds: Finds) -> None:
    """Take several parcellations of one scan as one recording; the one that covers most places is read."""
    others = {f"parcellation {place}": file.path for place, file in enumerate(same[1:], 2)}
    try:
        told = _told_by_cleaner(same[0])
    except BackloopError as error:
        finds.refuse(same[0].name, "bold", in_words(error, same[0].name))
        return
    beside = others | _there(outliers=_of_the_scan(same[0], "outliers.tsv"))
    beside |= _there(motion=_of_the_scan(same[0], "motion.tsv"))
    finds.recordings.append(_scan(_kind_of(same[0]), same[0], beside=beside, told=told))


def _take_matrix(same: Sequence[ListedFile], finds: Finds) -> None:
    for file in same:
        finds.recordings.append(_scan("matrix", file, beside=_there(sidecar=_json_of(file.path))))


_MAKERS: Mapping[Kind, Callable[[Sequence[ListedFile], Finds], None]] = {
    "volumes": _take_volumes,
    "parcels": _take_parcels,
    "regions": _take_parcels,
    "matrix": _take_matrix,
}


def _kind_of(file: ListedFile) -> Kind:
    return "regions" if _REGIONS.search(file.name) else "parcels"


def _scan(
    kind: Kind, file: ListedFile, *, beside: dict[str, Path], told: dict[str, str | float] | None = None
) -> FoundRecording:
    return FoundRecording(kind=kind, session_id=file.session_id, path=file.path, beside=beside, told=told or {})


def _told_by_cleaner(file: ListedFile) -> dict[str, str | float]:
    """Say the repetition time and the band that another program filtered to, as its sidecars tell them.

    XCP-D writes both beside the denoised image, not beside the tables; unless it says otherwise it filters.
    """
    denoised = next(file.path.parent.glob(f"{_stem(file)}*_desc-denoised_bold.json"), None)
    said = read_inherited(file.path, file.root) | (read_sidecar(denoised) if denoised else {})
    told: dict[str, str | float] = {}
    if isinstance(seconds := said.get("RepetitionTime"), int | float):
        told["tr"] = float(seconds)
    low, high = _band(said) if "SoftwareFilters" in said else _USUAL_BAND_HZ if _is_xcpd(file) else (0.0, 0.0)
    return told | ({"filtered_low": low, "filtered_high": high} if high else {})


def _band(said: Mapping[str, Any]) -> tuple[float, float]:
    """Read the band of a filter; one that only cuts slow drift or fast noise has the other end open."""
    filters = said.get("SoftwareFilters")
    if not isinstance(filters, dict):
        return 0.0, 0.0
    both, low, high = (filters.get(f"{name} filter", {}) for name in ("Bandpass", "High-pass", "Low-pass"))
    ends = both.get("High-pass cutoff (Hz)") or low.get("cutoff (Hz)") or 0.0
    top = both.get("Low-pass cutoff (Hz)") or high.get("cutoff (Hz)")
    return float(ends), float(top or (99.0 if low else 0.0))


def _is_xcpd(file: ListedFile) -> bool:
    return "xcp" in file.root.name.lower() or "seg" in file.labels or "atlas" in file.labels


def _of_the_scan(file: ListedFile, ending: str) -> Path:
    return file.path.with_name(f"{_stem(file)}_{ending}")


def _stem(file: ListedFile) -> str:
    """Give a name up to the entities that set forms of one scan apart."""
    parts = file.name.split("_")
    kept = [part for part in parts[:-1] if part.partition("-")[0] not in _OF_THE_IMAGE]
    return "_".join(kept)


def _json_of(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".gz").rpartition(".")[0] + ".json")


def _there(**paths: Path) -> dict[str, Path]:
    return {name: path for name, path in paths.items() if path.is_file()}


def _explain_lack(files: Sequence[ListedFile], naming: Naming, finds: Finds) -> None:
    """Say why a visit with resting scans has none that can be read."""
    elsewhere = [file for file in files if _VOLUMES.search(file.name)]
    for file in elsewhere:
        finds.refuse(file.name, "bold", _not_in_space(naming))
    loose = [] if elsewhere else [file for file in files if _GREYORDINATES.search(file.name)]
    for file in loose:
        finds.refuse(file.name, "bold", _NOT_CLEANED)
    for file in [] if elsewhere or loose else files:
        if _RAW.search(file.name):
            finds.refuse(file.name, "bold", _NOT_PREPARED)


def _not_in_space(naming: Naming) -> Text:
    spaces = ", ".join(naming.bold.spaces)
    return Text(
        en=f"The image is in none of the spaces {spaces}; have fMRIPrep write one, or name yours with --names.",
        zh=f"图像不在以下任一空间：{spaces}；请让fMRIPrep输出其一，或用--names指定。",
    )
