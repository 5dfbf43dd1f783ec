"""From one found recording to its harvest: which reader opens it, with what its labels and sidecars say.

Decides how each kind of recording is read; the numbers come from the rooms of the modalities.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict, cast

import numpy as np

from backloop.bold import BoldRun, find_columns, harvest_bold, harvest_regions, read_cifti
from backloop.cohort.plans import PanelPlan
from backloop.eeg import harvest_eeg, harvest_evoked, read_eeg, read_habituation_marker
from backloop.errors import MeasureError
from backloop.holdings import FoundRecording, Kind, is_called
from backloop.recordings import (
    BoldSeries,
    FrequencyBand,
    Harvest,
    Reading,
    open_text,
    parse_number,
    read_region_matrix,
    read_region_table,
    read_sidecar,
)
from backloop.tissues import (
    NirsBlock,
    TissueCorrection,
    Voxel,
    read_freesurfer,
    read_metabolites,
    read_nirs,
    read_nirs_markers,
    read_spectrum_markers,
    read_structure_markers,
    read_tract_markers,
)

__all__ = ["harvest_recording"]

_HABITUATION = "evoked-habituation"


class _Who(TypedDict):
    participant_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class _Task:
    """A recording to be read: whose, how, and where its maps go."""

    found: FoundRecording
    participant_id: str
    plan: PanelPlan
    maps: Path | None

    @property
    def who(self) -> _Who:
        return {"participant_id": self.participant_id, "session_id": self.found.session_id}


def harvest_recording(
    found: FoundRecording, *, participant_id: str, plan: PanelPlan | None = None, maps: Path | None = None
) -> Harvest:
    """Read all that one recording yields.

    Parameters
    ----------
    found : FoundRecording
        As `find_recordings` gives it.
    participant_id : str
        Whose.
    plan : PanelPlan, optional
        How.
    maps : Path, optional
        The root of a dataset of derivatives below which maps are written; none are without it.

    Returns
    -------
    Harvest
        Readings, curves, matrices and maps.

    Raises
    ------
    UnreadableSource, MeasureError
        If a file cannot be read, or what belongs to it is missing.

    Examples
    --------
    >>> found = FoundRecording(kind="rest", session_id="ses-01", path=Path("a_eeg.edf"), told={"eyes": "closed"})
    >>> harvest_recording(found, participant_id="sub-01")
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: a_eeg.edf: expected a file; there is none at this place; check the name and the
    folder
    """
    return _READERS[found.kind](_Task(found, participant_id, plan or PanelPlan(), maps))


def _read_volumes(task: _Task) -> Harvest:
    found, tr = task.found, task.found.told.get("tr")
    run = BoldRun(
        participant_id=task.participant_id,
        session_id=found.session_id,
        bold=found.path,
        mask=found.beside["mask"],
        confounds=found.beside["confounds"],
        tr=None if tr is None else float(tr),
    )
    return harvest_bold(run, task.plan.bold, maps=task.maps)


def _read_parcels(task: _Task) -> Harvest:
    """Read the parcellation that covers most places, without the volumes that the other program marked as moved."""
    found = task.found
    paths = [found.path, *(path for name, path in found.beside.items() if name.startswith("parcellation"))]
    held = [_open_parcels(path, found) for path in paths]
    regions = task.plan.bold.atlas.regions
    widest = max(held, key=lambda series: sum(bool(find_columns(region, series)) for region in regions))
    series = _without_outliers(widest, found.beside.get("outliers"))
    harvest = harvest_regions(series, **task.who, plan=task.plan.bold, filtered=_filtered(found.told))
    return _with_motion(harvest, found.beside.get("motion"))


def _open_parcels(path: Path, found: FoundRecording) -> BoldSeries:
    if path.suffix == ".nii":
        return read_cifti(path)
    tr = found.told.get("tr")
    return read_region_table(path, tr=None if tr is None else float(tr))


def _filtered(told: Mapping[str, str | float]) -> FrequencyBand | None:
    if "filtered_high" not in told:
        return None
    return FrequencyBand(name="filtered", low=float(told["filtered_low"]), high=float(told["filtered_high"]))


def _without_outliers(series: BoldSeries, table: Path | None) -> BoldSeries:
    """Leave out what XCP-D marked; its series hold these volumes interpolated, or do not hold them."""
    marks = [] if table is None else _column(table, "framewise_displacement")
    if not any(marks):
        return series
    kept = np.array([mark == 0 for mark in marks])
    if len(series.values) == kept.sum():
        return replace(series, kept=kept)
    if len(series.values) == len(kept):
        return series.censored(kept)
    name = series.files[0].name
    message = f"{name}: {len(series.values)} volumes, but its table of outliers tells of {len(kept)}; take both anew"
    raise MeasureError(message)


def _with_motion(harvest: Harvest, table: Path | None) -> Harvest:
    """Add how much the head moved to the quality of each reading."""
    moved = [] if table is None else [mm for mm in _column(table, "framewise_displacement") if mm is not None]
    if not moved:
        return harvest
    quality = {"mean_fd_mm": float(np.mean(moved))}
    readings = [each.model_copy(update={"quality": quality | each.quality}) for each in harvest.readings]
    return replace(harvest, readings=tuple(readings))


def _column(table: Path, name: str) -> list[float | None]:
    file = open_text(table)
    header, *rows = file.rows("\t")
    if name not in header:
        return []
    at = header.index(name)
    return [parse_number(row[at], name=file.name, row=number, column=name) for number, row in enumerate(rows, 2)]


def _read_matrix(task: _Task) -> Harvest:
    said, name = read_sidecar(task.found.path), task.found.name
    tr, labels = said.get("RepetitionTime"), said.get("Labels")
    if not isinstance(tr, int | float) or not isinstance(labels, list):
        message = f"{name}: expected RepetitionTime (s) and Labels (the regions in order) in the JSON file beside it"
        raise MeasureError(message)
    key = said.get("Key")
    series = read_region_matrix(
        task.found.path, tr=float(tr), labels=tuple(map(str, labels)), key=None if key is None else str(key)
    )
    return harvest_regions(series, **task.who, plan=task.plan.bold)


def _read_rest(task: _Task) -> Harvest:
    recording = read_eeg(task.found.path, eyes=str(task.found.told["eyes"]))
    return harvest_eeg(recording, **task.who, plan=task.plan.eeg)


def _read_evoked(task: _Task) -> Harvest:
    """Read every component whose events are there; at least one must be."""
    found = task.found
    recording = read_eeg(found.path, eyes=str(found.told["eyes"]))
    there = dict.fromkeys(event.name for event in recording.events)
    harvests = []
    for component in str(found.told["components"]).split():
        names = task.plan.naming.evoked[component]
        chosen = [next((name for name in wanted if name in there), "") for wanted in (names.events, names.minus)]
        events = tuple(name for name in chosen if name)
        if len(events) < 1 + bool(names.minus):
            continue
        if component == _HABITUATION:
            harvests.append(Harvest((read_habituation_marker(recording, events[0], **task.who),)))
        else:
            harvests.append(harvest_evoked(recording, component, events, **task.who))
    if not harvests:
        wanted = " ".join(dict.fromkeys(name for each in task.plan.naming.evoked.values() for name in each.events))
        message = (
            f"{found.name}: none of the events is known ({', '.join(there) or 'there are none'}); expected one of "
            f"{wanted}; say with --names what yours are called"
        )
        raise MeasureError(message)
    return _joined(harvests)


def _joined(harvests: list[Harvest]) -> Harvest:
    readings = tuple(reading for each in harvests for reading in each.readings)
    return Harvest(readings, curves=tuple(curve for each in harvests for curve in each.curves))


def _read_spectrum(task: _Task) -> Harvest:
    """Read one spectrum; of a program that writes a table a scale, each reading from the table that has it."""
    found = task.found
    paths = [found.path, *(path for name, path in found.beside.items() if name.startswith("part"))]
    correction = _correction(read_sidecar(found.path))
    held = [
        reading
        for path in paths
        for reading in read_spectrum_markers(
            read_metabolites(path), **task.who, voxel=cast("Voxel", found.told["voxel"]), correction=correction
        )
    ]
    best: dict[str, Reading] = {}
    for reading in held:
        before = best.get(reading.marker)
        if before is None or (before.value is None and reading.value is not None):
            best[reading.marker] = reading
    return Harvest(tuple(best.values()))


def _correction(said: Mapping[str, object]) -> TissueCorrection | None:
    """Read what the voxel holds and how it was measured from the sidecar; without fractions nothing is corrected."""
    fractions = said.get("TissueFractions")
    if not isinstance(fractions, dict):
        return None
    about = {"te_s": said.get("EchoTime"), "tr_s": said.get("RepetitionTime")}
    about |= {"field_tesla": said.get("MagneticFieldStrength")}
    about |= {name.lower(): fractions.get(name) for name in ("GM", "WM", "CSF")}
    missing = [name for name, value in about.items() if not isinstance(value, int | float)]
    if missing:
        message = f"TissueFractions need GM, WM, CSF, EchoTime, RepetitionTime and MagneticFieldStrength; no {missing}"
        raise MeasureError(message)
    return TissueCorrection.model_validate(about)


def _read_structure(task: _Task) -> Harvest:
    return Harvest(read_structure_markers(read_freesurfer(task.found.path), **task.who))


def _read_tracts(task: _Task) -> Harvest:
    region = task.found.told.get("region")
    return Harvest(read_tract_markers(task.found.path, **task.who, region=None if region is None else str(region)))


def _read_nirs(task: _Task) -> Harvest:
    file = open_text(task.found.beside["events"])
    header, *rows = file.rows("\t")
    blocks = []
    for number, cells in enumerate((dict(zip(header, row, strict=False)) for row in rows), 2):
        onset, lasts = (
            parse_number(cells.get(name, ""), name=file.name, row=number, column=name) for name in ("onset", "duration")
        )
        is_rest = is_called(str(task.found.told["rest"]), cells.get("trial_type", "block"))
        if onset is not None and lasts and not is_rest:
            blocks.append(NirsBlock(onset_s=onset, duration_s=lasts))
    return Harvest(read_nirs_markers(read_nirs(task.found.path), blocks, **task.who))


_READERS: Mapping[Kind, Callable[[_Task], Harvest]] = {
    "volumes": _read_volumes,
    "parcels": _read_parcels,
    "regions": _read_parcels,
    "matrix": _read_matrix,
    "rest": _read_rest,
    "evoked": _read_evoked,
    "spectrum": _read_spectrum,
    "structure": _read_structure,
    "tracts": _read_tracts,
    "nirs": _read_nirs,
}
