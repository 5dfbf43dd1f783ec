"""From FreeSurfer's statistics to readings: volumes below the cortex, thickness and grey matter of its regions.

Decides which structures answer which marker and how head size is treated; nothing is segmented here.
"""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Literal

import numpy as np

from backloop.errors import MeasureError
from backloop.recordings import Derivation, Reading
from backloop.tissues.freesurfer import CorticalRegion, Structures
from backloop.units import Absent, Frozen, Text

__all__ = ["HeadSize", "fit_head_size", "read_structure_markers"]

_SIDES = {"left": "lh", "right": "rh"}
_SUBCORTICAL = {"nac-volume": "Accumbens-area", "amygdala-volume": "Amygdala", "hippocampus-volume": "Hippocampus"}
_VENTROLATERAL = ("parsopercularis", "parstriangularis", "parsorbitalis")
_CINGULATE = {"rostral": "rostralanteriorcingulate", "caudal": "caudalanteriorcingulate"}
_PARTS = {
    "pars-opercularis": "parsopercularis",
    "pars-triangularis": "parstriangularis",
    "pars-orbitalis": "parsorbitalis",
}
_THICKNESS = {
    "vlpfc-thickness": _VENTROLATERAL,
    "sfg-thickness": ("superiorfrontal",),
    "s1-thickness": ("postcentral",),
}
_GREY = {"acc-volume": tuple(_CINGULATE.values()), "s1-volume": ("postcentral",)}
_FEWEST = 3

_NO_ERROR = Text(
    en="FreeSurfer reports no error of measurement, so there is no interval.",
    zh="FreeSurfer不报告测量误差，故不给出区间。",
)
_MISSING = Text(
    en="The structure is not in the statistics, or its size is zero.", zh="统计文件中没有该结构，或其数值为零。"
)
_NO_AREA = Text(
    en="The mean is weighted by surface area, and the table has none.", zh="该均值需按表面积加权，而表中没有表面积。"
)
_NO_HEAD = Text(
    en="Adjusted for head size, but the intracranial volume is not in the statistics.",
    zh="要求按头颅大小校正，但统计文件中没有颅内体积。",
)


class HeadSize(Frozen):
    """How a volume is freed of head size: not at all, as a share of the intracranial volume, or by a regression line.

    `slope` (mm3 per mm3) and `mean_etiv_mm3` come from the clinic's own healthy people (`fit_head_size`). The published
    normative models do not adjust, so an adjusted volume is not compared with them.

    Examples
    --------
    >>> HeadSize(rule="residual", slope=0.0002, mean_etiv_mm3=1_500_000).adjust(508.0, 1_520_000)
    504.0
    """

    rule: Literal["none", "proportion", "residual"] = "none"
    slope: float = 0.0
    mean_etiv_mm3: float = 0.0

    def adjust(self, volume_mm3: float, etiv_mm3: float) -> float:
        """Free one volume of head size."""
        if self.rule == "proportion":
            return volume_mm3 / etiv_mm3
        return volume_mm3 - self.slope * (etiv_mm3 - self.mean_etiv_mm3) if self.rule == "residual" else volume_mm3


def fit_head_size(volumes_mm3: Sequence[float], etivs_mm3: Sequence[float]) -> HeadSize:
    """Fit the line of a volume on intracranial volume in healthy people.

    Parameters
    ----------
    volumes_mm3, etivs_mm3 : sequence of float
        One value a person, mm3, same order.

    Returns
    -------
    HeadSize
        The rule ``residual`` with slope and mean.

    Raises
    ------
    MeasureError
        If there are fewer than three people or their heads are all of one size.

    Examples
    --------
    >>> fit_head_size([500, 510, 520], [1_400_000, 1_500_000, 1_600_000]).mean_etiv_mm3
    1500000.0
    """
    volumes, etivs = np.asarray(volumes_mm3, dtype=np.float64), np.asarray(etivs_mm3, dtype=np.float64)
    if volumes.size < _FEWEST or volumes.size != etivs.size or not np.ptp(etivs):
        message = (
            f"head size: expected volumes and different intracranial volumes of at least {_FEWEST} people, got "
            f"{volumes.size} and {etivs.size}; take healthy people of the same scanner"
        )
        raise MeasureError(message)
    centred = etivs - etivs.mean()
    slope = float(centred @ (volumes - volumes.mean()) / (centred @ centred))
    return HeadSize(rule="residual", slope=slope, mean_etiv_mm3=float(etivs.mean()))


def read_structure_markers(
    structures: Structures, *, participant_id: str, session_id: str, head_size: HeadSize | None = None
) -> tuple[Reading, ...]:
    """Turn one person's FreeSurfer statistics into readings.

    Parameters
    ----------
    structures : Structures
        What FreeSurfer measured.
    participant_id, session_id : str
        Whose scan, when.
    head_size : HeadSize, optional
        How volumes are freed of head size; not at all without it.

    Returns
    -------
    tuple of Reading
        Both sides, and each side as a part. Volumes (mm3): ``nac-volume``, ``amygdala-volume``, ``hippocampus-volume``,
        and grey matter of the cortex ``acc-volume`` and ``s1-volume``. Thickness (mm), weighted by area:
        ``acc-thickness`` (left rostral), ``vlpfc-thickness``, ``sfg-thickness``, ``s1-thickness``, and their regions.
        Absent with the reason where one is missing or zero.

    Notes
    -----
    A region that published normative models know carries its name there under ``normative_region``. FreeSurfer 5, 6 and
    7 give different volumes of small structures: compare people of one version only.

    References
    ----------
    freesurfer, braincharts

    Examples
    --------
    >>> volumes = {"Left-Accumbens-area": 508.0, "Right-Accumbens-area": 550.0}
    >>> bert = Structures(person="bert", volumes_mm3=volumes, cortex={}, files=())
    >>> read_structure_markers(bert, participant_id="sub-1", session_id="ses-1")[0].value
    1058.0
    """
    maker = _Maker(structures, participant_id=participant_id, session_id=session_id)
    rule = head_size or HeadSize()
    readings = [
        maker.volume(f"{marker}{part}", names, rule)
        for marker, structure in _SUBCORTICAL.items()
        for part, names in _sides({side: (f"{side.capitalize()}-{structure}",) for side in _SIDES}).items()
    ]
    readings.append(maker.thickness("acc-thickness", ("lh.rostralanteriorcingulate",)))
    readings += _by_side(maker, "acc-thickness", _CINGULATE)
    readings += [maker.thickness(f"{marker}{part}", names) for marker, part, names in _in_cortex(_THICKNESS)]
    readings += _by_side(maker, "vlpfc-thickness", _PARTS)
    readings += [maker.grey(f"{marker}{part}", names, rule) for marker, part, names in _in_cortex(_GREY)]
    return tuple(readings)


def _sides(names: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Give the names of both sides together, then of each."""
    return {"": sum(names.values(), ())} | {f".{side}": held for side, held in names.items()}


def _in_cortex(markers: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for marker, regions in markers.items():
        names = {side: tuple(f"{hemi}.{region}" for region in regions) for side, hemi in _SIDES.items()}
        yield from ((marker, part, held) for part, held in _sides(names).items())


class _Maker:
    """Makes the readings of one person; holds what they share."""

    def __init__(self, structures: Structures, *, participant_id: str, session_id: str) -> None:
        self._held = structures
        holes = structures.surface_holes
        self._who = {
            "participant_id": participant_id,
            "session_id": session_id,
            "quality": {} if holes is None else {"surface_holes": float(holes)},
        }

    def volume(self, marker: str, names: tuple[str, ...], rule: HeadSize) -> Reading:
        """Add up volumes below the cortex and free them of head size."""
        voxels = [self._held.voxels[name] for name in names if name in self._held.voxels]
        counted = {"n": sum(voxels), "counted": "voxels"} if voxels else {}
        sizes = [self._held.volumes_mm3.get(name, 0.0) for name in names]
        about = self._size(marker, "aseg.stats", names, rule, is_plain=rule.rule == "none")
        return self._added(about, sizes, rule, counted)

    def grey(self, marker: str, names: tuple[str, ...], rule: HeadSize) -> Reading:
        """Add up the grey matter of regions of the cortex and free it of head size."""
        regions = [self._held.cortex.get(name) for name in names]
        vertices = [region.vertices for region in regions if region is not None and region.vertices is not None]
        counted = {"n": sum(vertices), "counted": "vertices"} if vertices else {}
        sizes = [0.0 if region is None else region.volume_mm3 or 0.0 for region in regions]
        return self._added(self._size(marker, "aparc.stats GrayVol", names, rule), sizes, rule, counted)

    def _size(
        self, marker: str, where: str, names: tuple[str, ...], rule: HeadSize, *, is_plain: bool = False
    ) -> dict[str, object]:
        unit = "fraction" if rule.rule == "proportion" else "mm3"
        return self._about(marker, unit, f"{where}, head size: {rule.rule}", names, is_plain=is_plain)

    def _added(
        self, about: dict[str, object], sizes: list[float], rule: HeadSize, counted: dict[str, object]
    ) -> Reading:
        if not all(sizes):
            return self._absent(about, _MISSING)
        if rule.rule != "none" and not self._held.etiv_mm3:
            return self._absent(about, _NO_HEAD)
        value = rule.adjust(sum(sizes), self._held.etiv_mm3 or 0.0)
        return Reading.model_validate(about | counted | {"value": value, "notes": (_NO_ERROR,)})

    def thickness(self, marker: str, names: tuple[str, ...]) -> Reading:
        """Average thickness over regions, weighted by area."""
        about = self._about(marker, "mm", "aparc.stats ThickAvg, weighted by SurfArea", names, is_plain=True)
        regions = [self._held.cortex[name] for name in names if name in self._held.cortex]
        if len(regions) < len(names) or not all(region.thickness_mm for region in regions):
            return self._absent(about, _MISSING)
        if len(regions) > 1 and not all(region.area_mm2 for region in regions):
            return self._absent(about, _NO_AREA)
        vertices = [region.vertices for region in regions if region.vertices is not None]
        counted = {"n": sum(vertices), "counted": "vertices"} if vertices else {}
        return Reading.model_validate(about | counted | {"value": _weighted(regions), "notes": (_NO_ERROR,)})

    def _about(self, marker: str, unit: str, how: str, names: tuple[str, ...], *, is_plain: bool) -> dict[str, object]:
        known = {"normative_region": _published(names[0])} if len(names) == 1 and is_plain else {}
        because = Derivation(
            files=self._held.files,
            parameters={"structures": ", ".join(names), **known},
            software={"backloop": version("backloop"), "freesurfer": self._held.version},
        )
        return self._who | {"marker": marker, "unit": unit, "convention": f"FreeSurfer {how}", "because": because}

    def _absent(self, about: dict[str, object], reason: Text) -> Reading:
        return Reading.model_validate(about | {"absent": Absent.ARTEFACT, "reason": reason})


def _by_side(maker: _Maker, book: str, regions: dict[str, str]) -> list[Reading]:
    return [
        maker.thickness(f"{book}.{part}-{side}", (f"{hemi}.{region}",))
        for part, region in regions.items()
        for side, hemi in _SIDES.items()
    ]


def _weighted(regions: Sequence[CorticalRegion]) -> float:
    areas = [region.area_mm2 or 1.0 for region in regions]
    return sum(region.thickness_mm * area for region, area in zip(regions, areas, strict=True)) / sum(areas)


def _published(name: str) -> str:
    """Give a structure's name in the published models: the cortex has L_ and R_ before the region."""
    side, _, region = name.partition(".")
    return f"{side[0].upper()}_{region}" if region else name
