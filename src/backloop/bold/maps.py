"""Maps of one scan as BIDS derivatives: their names, what stands in the file beside each, and the dataset they make.

Decides how a map is named and described; its values come from the modules that measure.
"""

import json
import os
import re
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backloop.bold.amplitude import AmplitudeMap
from backloop.bold.connectivity import map_seeds, mean_series
from backloop.bold.derivatives import BoldRun
from backloop.bold.regions import Region
from backloop.bold.scans import BoldScan
from backloop.bold.volumes import write_map
from backloop.recordings import CONNECTIVITY_BAND, WHOLE_BAND, FrequencyBand
from backloop.units import Text

__all__ = ["MapFolder", "describe_dataset"]

_BIDS_VERSION = "1.10.0"
_ENDING = re.compile(r"(_desc-[A-Za-z0-9]+)?_bold\.nii(\.gz)?$")
_BANDS = {
    "whole": Text(en="0.01 to 0.08 Hz", zh="0.01–0.08 Hz"),
    "slow-5": Text(en="slow-5", zh="slow-5"),
    "slow-4": Text(en="slow-4", zh="slow-4"),
}


class _MapKind(NamedTuple):
    """What a map shows, as its name and its sidecar say it."""

    entities: str
    title: Text
    unit: str
    convention: str
    more: dict[str, object]


@dataclass(frozen=True, eq=False)
class MapFolder:
    """Where the maps of a scan are written, each as soon as it is made.

    Parameters
    ----------
    folder : Path
        The root of the derivatives; the maps lie below it by person and visit.
    run : BoldRun
        The files the scan was read from.
    scan : BoldScan
        The scan.
    written : list of Path
        The maps so far.

    Examples
    --------
    >>> from backloop.bold.scans import made_up_scan
    >>> name = "sub-01_ses-02_task-rest_run-1_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"
    >>> run = BoldRun("sub-01", "ses-02", bold=Path(name), mask=Path("m.nii.gz"), confounds=Path("c.tsv"))
    >>> MapFolder(Path("derivatives"), run, made_up_scan()).place("stat-alff").name
    'sub-01_ses-02_task-rest_run-1_space-MNI152NLin2009cAsym_stat-alff_boldmap.nii.gz'
    """

    folder: Path
    run: BoldRun
    scan: BoldScan
    written: list[Path] = field(default_factory=list)

    def place(self, entities: str) -> Path:
        """Give the path of a map by what sets it apart."""
        name = self.run.bold.name
        stem = _ENDING.sub("", name)
        if stem == name or not stem.startswith(f"{self.run.participant_id}_"):
            stem = f"{self.run.participant_id}_{self.run.session_id}_task-rest"
        visit = [self.run.session_id] if f"_{self.run.session_id}_" in stem else []
        return self.folder.joinpath(self.run.participant_id, *visit, "func", f"{stem}_{entities}_boldmap.nii.gz")

    def keep_amplitudes(self, maps: tuple[AmplitudeMap, ...]) -> None:
        """Write ALFF relative to the brain's mean, and fALFF where the convention has it, of every band."""
        for made in maps:
            self._keep_amplitude(made)

    def _keep_amplitude(self, made: AmplitudeMap) -> None:
        band, rule = made.band, f"as {self.scan.plan.convention}"
        desc = "" if band is WHOLE_BAND else f"_desc-{band.name.replace('-', '')}"
        named, more = _BANDS.get(band.name, Text(en=band.name, zh=band.name)), _band(band)
        title = Text(en=f"ALFF, {named.en}", zh=f"低频振幅（ALFF），{named.zh}")
        unit = "ratio to brain mean"
        self._keep(made.relative, _MapKind(f"stat-alff{desc}", title, unit, f"mALFF {rule}", more))
        if made.falff is not None:
            title = Text(en=f"fALFF, {named.en}", zh=f"比率低频振幅（fALFF），{named.zh}")
            self._keep(made.falff, _MapKind(f"stat-falff{desc}", title, "fraction", f"fALFF {rule}", more))

    def keep_homogeneity(self, agreement: NDArray[np.float32], *, convention: str) -> None:
        """Write Kendall's W of every voxel with its neighbours."""
        title = Text(en="Regional homogeneity (ReHo)", zh="局部一致性（ReHo）")
        self._keep(agreement, _MapKind("stat-reho", title, "Kendall W", convention, _band(CONNECTIVITY_BAND)))

    def keep_seeds(self, *, convention: str) -> None:
        """Write the Fisher z of each place that begins a pair with every voxel; the scan must have been cleaned."""
        starts = (self.scan.region(name) for name in dict.fromkeys(pair.start for pair in self.scan.plan.atlas.pairs))
        for region in starts:
            places = [] if region.is_network else self.scan.columns(region.id)
            if places:
                z = map_seeds(self.scan.series, mean_series(self.scan.series, places))[0]
                self._keep(z, self._seed_kind(region, voxels=len(places[0]), convention=convention))

    def _seed_kind(self, region: Region, *, voxels: int, convention: str) -> _MapKind:
        title = Text(en=f"Connectivity: {region.title.en}", zh=f"功能连接：{region.title.zh}")
        told = region.model_dump(mode="json", include={"id", "centres", "radius_mm", "reference", "verified"})
        seed = {"Seed": told | {"voxels": voxels}, "EffectiveSamples": round(self.scan.samples, 1)}
        entities = f"seed-{re.sub('[^A-Za-z0-9]', '', region.id)}_stat-fisherz"
        return _MapKind(entities, title, "Fisher z", convention, _band(CONNECTIVITY_BAND) | seed)

    def _keep(self, values: NDArray[np.float32], kind: _MapKind) -> None:
        """Write a map and what is known about it; a map without its sidecar is never left behind."""
        grid = self.scan.series.grid
        if grid is None:
            return
        path = self.place(kind.entities)
        path.parent.mkdir(parents=True, exist_ok=True)
        sidecar = path.with_name(path.name.removesuffix(".nii.gz") + ".json")
        sidecar.write_text(_to_json(self._describe(kind)), encoding="utf-8")
        self.written.append(write_map(path, values, grid, is_mni="space-MNI" in path.name))

    def _describe(self, kind: _MapKind) -> dict[str, object]:
        because = self.scan.because
        return {
            "Title": kind.title.model_dump(),
            "Units": kind.unit,
            "Convention": kind.convention,
            **kind.more,
            "RepetitionTime": self.scan.series.tr,
            "VolumesUsed": len(self.scan.series.values),
            "Sources": [_source(path, self.run.participant_id) for path in _files(self.run)],
            "SourceHashes": {used.name: used.sha256 for used in because.files},
            "Parameters": because.parameters,
            "Software": because.software | {"nibabel": version("nibabel")},
        }


def describe_dataset(folder: Path, *, source: Path) -> Path:
    """Write what a folder of maps is, where it does not say so yet.

    Parameters
    ----------
    folder : Path
        The root of the derivatives; it is made where it does not exist.
    source : Path
        The root of the dataset that the maps were made from; named only where it stands beside the folder or above.

    Returns
    -------
    Path
        Its ``dataset_description.json``; one that is there already stays as it is.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> described = json.loads(describe_dataset(root / "maps", source=root / "fmriprep").read_text("utf-8"))
    >>> described["DatasetType"], described["DatasetLinks"]
    ('derivative', {'preprocessed': '../fmriprep'})
    """
    path = folder / "dataset_description.json"
    if path.exists():
        return path
    told: dict[str, object] = {
        "Name": "backloop: maps of resting-state fMRI",
        "BIDSVersion": _BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "backloop", "Version": version("backloop")}],
    }
    # A path that leads further up would tell about the machine, and be wrong on the next one.
    link = Path(os.path.relpath(source.resolve(), folder.resolve()))
    if link.parts.count("..") <= 1:
        told["DatasetLinks"] = {"preprocessed": link.as_posix()}
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(_to_json(told), encoding="utf-8")
    return path


def _band(band: FrequencyBand) -> dict[str, object]:
    return {"Band": {"Name": band.name, "LowHz": band.low, "HighHz": band.high}}


def _files(run: BoldRun) -> tuple[Path, ...]:
    return run.bold, run.mask, run.confounds


def _source(path: Path, participant_id: str) -> str:
    """Name a file by its place in its dataset, as a BIDS URI."""
    parts = path.parts
    inside = parts[parts.index(participant_id) :] if participant_id in parts else parts[-1:]
    return "bids:preprocessed:" + "/".join(inside)


def _to_json(told: dict[str, object]) -> str:
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
