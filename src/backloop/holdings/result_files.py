"""Which files of a person are results of other programs: FreeSurfer, fitted spectra, tracts, oxygenation.

Decides what each is and where it was measured; where no label tells the place, that is a problem, not a guess.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from backloop.holdings.holdings import Finds, FoundRecording, ListedFile
from backloop.holdings.naming import Naming, is_called
from backloop.units import Text

__all__ = ["SPECTRUM_PROGRAMS", "find_results", "find_structure"]

SPECTRUM_PROGRAMS = ("lcmodel", "fslmrs", "fsl-mrs", "fsl_mrs", "osprey", "tarquin", "spant")
"""Names of the folders of derivatives that hold fitted spectra, by their beginning."""

_STATS = ("aseg.stats", "lh.aparc.stats", "rh.aparc.stats")
_TABLES = {".table", ".csv", ".tsv"}
_NOT_RESULTS = re.compile(r"^(qc|all_parameters|mcmc|fit_)|_(events|channels|scans|sessions)\.tsv$", re.IGNORECASE)
_FSL_RESULTS = ("summary.csv", "concentrations.csv")
_OSPREY_PARTS = re.compile(r"(tCr|rawWaterScaled|CSFWaterScaled|TissCorrWaterScaled|amplMets)")
_PLACE_LABELS = ("voi", "roi", "acq", "desc")
_FA = re.compile(r"(^|[_-])(fa|meanfa)([_.-]|$)|tracts?", re.IGNORECASE)

_NO_STATS = Text(
    en="FreeSurfer's folder lacks aseg.stats, lh.aparc.stats or rh.aparc.stats; let recon-all finish, or copy them.",
    zh="FreeSurfer文件夹缺少aseg.stats、lh.aparc.stats或rh.aparc.stats；请完成recon-all或补全stats文件。",
)
_SEVERAL_STATS = Text(
    en="FreeSurfer's statistics of this visit lie in several folders; keep one of them in the dataset.",
    zh="该次访视的FreeSurfer统计存在于多个文件夹；数据集中请只保留一个。",
)
_NO_VOXEL = Text(
    en="No label says where the spectrum was measured, and each marker is of one place; name it in the file's or"
    " folder's name, such as voi-ACC.",
    zh="未注明谱采集部位，而各指标只对应一个部位；请在文件名或文件夹名中注明，如voi-ACC。",
)
_OTHER_VOXEL = Text(en="Of a place that no marker is read from.", zh="该部位不对应任何指标。")
_SAME_SPECTRUM = Text(
    en="The same spectrum as another file that is read and says more.", zh="与已读取文件为同一谱，后者信息更完整。"
)
_RAW_LIGHT = Text(
    en="Raw light; convert it to haemoglobin and export a table with time and channels ending in hbo and hbr.",
    zh="原始光强数据；请先转换为血红蛋白浓度，并导出含time列及以hbo、hbr结尾通道的表格。",
)
_NO_PLACE = Text(
    en="No label says that the channels lie over the frontal pole; add one, such as acq-frontalpole.",
    zh="未注明通道位于额极；请添加标签，如acq-frontalpole。",
)
_NO_EVENTS = Text(
    en="No table of events lies beside it; the change is measured in blocks, so their onsets are needed.",
    zh="缺少事件表；变化按组块计算，需要各组块的起始时间。",
)


def find_structure(folders: Iterable[tuple[str, Path]], finds: Finds) -> None:
    """Add FreeSurfer's results, by visit.

    Parameters
    ----------
    folders : iterable of (str, Path)
        Visit and the person's folder.
    finds : Finds
        Where they are added.

    Examples
    --------
    >>> finds = Finds()
    >>> find_structure([("ses-01", Path("nowhere"))], finds)
    >>> finds.problems[0].modality
    'structure'
    """
    by_visit: dict[str, list[Path]] = {}
    for session_id, folder in folders:
        by_visit.setdefault(session_id, []).append(folder)
    for session_id, held in sorted(by_visit.items()):
        whole = [folder for folder in held if all((folder / "stats" / name).is_file() for name in _STATS)]
        if len(whole) == 1:
            finds.recordings.append(FoundRecording(kind="structure", session_id=session_id, path=whole[0]))
        else:
            finds.refuse("aseg.stats", "structure", _SEVERAL_STATS if whole else _NO_STATS)


def find_results(files: Iterable[ListedFile], naming: Naming, finds: Finds) -> None:
    """Add a person's tables of spectra, tracts and oxygenation.

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
    >>> finds, root = Finds(), Path("bids/derivatives/lcmodel")
    >>> find_results([ListedFile(root / "sub-01/mrs/sub-01_voi-ACC_svs.table", root)], read_naming(), finds)
    >>> finds.recordings[0].told["voxel"]
    'anterior cingulate'
    """
    held = sorted(files, key=lambda file: file.path.as_posix())
    spectra = [file for file in held if _is_spectrum(file)]
    for session_id in sorted({file.session_id for file in spectra}):
        _find_spectra([file for file in spectra if file.session_id == session_id], naming, finds)
    for file in held:
        if file.folder == "dwi" and file.path.suffix in {".tsv", ".csv"} and _FA.search(file.name):
            told = {"region": naming.tracts.region} if naming.tracts.region else {}
            finds.recordings.append(_result(file, "tracts", told=told))
        elif file.folder == "nirs":
            _sort_nirs(file, naming, finds)


def _result(
    file: ListedFile, kind: str, *, beside: dict[str, Path] | None = None, told: dict[str, str] | None = None
) -> FoundRecording:
    about = {"kind": kind, "session_id": file.session_id, "path": file.path}
    return FoundRecording.model_validate(about | {"beside": beside or {}, "told": told or {}})


def _is_spectrum(file: ListedFile) -> bool:
    is_there = file.root.name.lower().startswith(SPECTRUM_PROGRAMS) or file.folder == "mrs"
    return is_there and file.path.suffix in _TABLES and not _NOT_RESULTS.search(file.name)


def _find_spectra(files: Sequence[ListedFile], naming: Naming, finds: Finds) -> None:
    """Add the spectra of one visit, each from the table that says most."""
    spectra: dict[str, list[ListedFile]] = {}
    for file in files:
        spectra.setdefault(_spectrum_of(file), []).append(file)
    for same in spectra.values():
        is_in_parts = all(_OSPREY_PARTS.search(file.name) for file in same)
        best, *others = sorted(same, key=_rank)
        for file in [] if is_in_parts else others:
            finds.leave(file.name, _SAME_SPECTRUM)
        parts = {f"part {place}": file.path for place, file in enumerate(others, 2)} if is_in_parts else {}
        _sort_spectrum(best, parts, naming, finds)


def _spectrum_of(file: ListedFile) -> str:
    """Say which spectrum a table is of: tables of one spectrum differ in their ending or their scale only."""
    stem = "" if file.name in _FSL_RESULTS else _OSPREY_PARTS.sub("", file.path.stem)
    return f"{file.path.parent.as_posix()}/{stem}"


def _rank(file: ListedFile) -> tuple[bool, bool, str]:
    return file.path.suffix != ".table", file.name != "summary.csv", file.name


def _sort_spectrum(file: ListedFile, parts: dict[str, Path], naming: Naming, finds: Finds) -> None:
    labels = [file.labels[name] for name in _PLACE_LABELS if name in file.labels]
    known = naming.spectroscopy.items()
    places = [place for place, pattern in known if any(is_called(pattern, label) for label in labels)]
    if places:
        sidecar = file.path.with_suffix(".json")
        beside = parts | ({"sidecar": sidecar} if sidecar.is_file() else {})
        finds.recordings.append(_result(file, "spectrum", beside=beside, told={"voxel": places[0]}))
    elif "voi" in file.labels or "roi" in file.labels:
        finds.leave(file.name, _OTHER_VOXEL)
    else:
        finds.refuse(file.name, "mrs", _NO_VOXEL)


def _sort_nirs(file: ListedFile, naming: Naming, finds: Finds) -> None:
    if file.path.suffix == ".snirf":
        finds.refuse(file.name, "nirs", _RAW_LIGHT)
    if file.path.suffix not in {".tsv", ".csv"} or not file.path.stem.endswith("_nirs"):
        return
    labels = [file.labels[name] for name in _PLACE_LABELS if name in file.labels]
    events = file.path.with_name(file.path.stem.removesuffix("_nirs") + "_events.tsv")
    if not any(is_called(naming.nirs.places, label) for label in labels):
        finds.refuse(file.name, "nirs", _NO_PLACE)
    elif not events.is_file():
        finds.refuse(file.name, "nirs", _NO_EVENTS)
    else:
        finds.recordings.append(_result(file, "nirs", beside={"events": events}, told={"rest": naming.nirs.rest}))
