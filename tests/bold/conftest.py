"""A made-up person in fMRIPrep's layout whose truth is known: planted amplitude, connectivity, motion and spikes."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

nib = pytest.importorskip("nibabel", reason="the brain extra is not installed")

SHAPE, VOLUMES, TR, VOXEL_MM = (12, 14, 12), 160, 2.0, 3.0
NAME = "sub-01_ses-02_task-rest"
SPACE = f"{NAME}_space-MNI152NLin2009cAsym"
REGIONS = """
[[regions]]
id = "{id}"
title = {{ en = "planted {id}", zh = "植入{id}" }}
centres = [{centre}]
radius_mm = 4
reference = "backloop-convention"
verified = false
"""


@dataclass(frozen=True)
class MadeBrain:
    """Where the person's files are and what was planted in them."""

    folder: Path
    regions: Path
    places: dict[str, tuple[float, float, float]]
    spikes: tuple[int, ...]
    loudness: float
    correlation: float

    @property
    def func(self) -> Path:
        """The folder with the images."""
        return self.folder / "sub-01" / "ses-02" / "func"

    @property
    def bold(self) -> Path:
        """The image."""
        return self.func / f"{SPACE}_desc-preproc_bold.nii.gz"

    @property
    def mask(self) -> Path:
        """Its mask."""
        return self.func / f"{SPACE}_desc-brain_mask.nii.gz"

    @property
    def confounds(self) -> Path:
        """Its confounds."""
        return self.func / f"{NAME}_desc-confounds_timeseries.tsv"


PLACES = {"postcentral": (9.0, 9.0, 18.0), "acc": (24.0, 9.0, 18.0), "accumbens": (9.0, 27.0, 18.0)}
PLACES |= {"mpfc": (24.0, 27.0, 18.0), "dlpfc": (15.0, 18.0, 24.0)}
SPIKES = (40, 41, 100)


@pytest.fixture(scope="session")
def made_brain(tmp_path_factory: pytest.TempPathFactory) -> MadeBrain:
    """Write the person once for all tests."""
    brain = MadeBrain(
        folder=tmp_path_factory.mktemp("fmriprep"),
        regions=tmp_path_factory.mktemp("site") / "regions.toml",
        places=PLACES,
        spikes=SPIKES,
        loudness=2.0,
        correlation=0.7,
    )
    brain.func.mkdir(parents=True)
    brain.regions.write_text(
        "".join(REGIONS.format(id=name, centre=list(centre)) for name, centre in PLACES.items()), encoding="utf-8"
    )
    random = np.random.default_rng(20261122)
    table = _confounds(random)
    table.to_csv(brain.confounds, sep="\t", index=False, na_rep="n/a")
    components = {f"a_comp_cor_{place:02d}": {"Mask": "combined", "Retained": True} for place in range(6)}
    brain.confounds.with_suffix(".json").write_text(json.dumps(components), encoding="utf-8")
    _write_images(brain, random, table)
    sidecar = brain.bold.with_name(brain.bold.name.replace(".nii.gz", ".json"))
    sidecar.write_text(json.dumps({"RepetitionTime": TR}), encoding="utf-8")
    return brain


def _confounds(random: np.random.Generator) -> pd.DataFrame:
    motion = random.standard_normal((VOLUMES, 6)).cumsum(axis=0) * 0.01
    columns: dict[str, np.ndarray] = {}
    names = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"]
    sources = dict(zip(names, motion.T, strict=True))
    sources |= {name: random.standard_normal(VOLUMES) for name in ("csf", "white_matter", "global_signal")}
    for name, values in sources.items():
        slope = np.concatenate(([np.nan], np.diff(values)))
        columns |= {name: values, f"{name}_derivative1": slope}
        columns |= {f"{name}_power2": values**2, f"{name}_derivative1_power2": slope**2}
    time = (np.arange(VOLUMES) + 0.5) / VOLUMES
    columns |= {f"cosine{place:02d}": np.cos(np.pi * (place + 1) * time) for place in range(4)}
    columns |= {f"a_comp_cor_{place:02d}": random.standard_normal(VOLUMES) for place in range(6)}
    displacement = np.full(VOLUMES, 0.1)
    displacement[list(SPIKES)] = 1.2
    displacement[0] = np.nan
    columns |= {"framewise_displacement": displacement, "std_dvars": np.ones(VOLUMES)}
    columns["non_steady_state_outlier00"] = (np.arange(VOLUMES) == 0).astype(float)
    return pd.DataFrame(columns)


def _write_images(brain: MadeBrain, random: np.random.Generator, table: pd.DataFrame) -> None:
    affine = np.diag([VOXEL_MM, VOXEL_MM, VOXEL_MM, 1.0])
    mask = np.zeros(SHAPE, dtype=bool)
    mask[1:-1, 1:-1, 1:-1] = True
    values = random.standard_normal((*SHAPE, VOLUMES))
    centres = np.moveaxis(np.indices(SHAPE), 0, -1) * VOXEL_MM
    near = {name: ((centres - place) ** 2).sum(-1) <= 16 for name, place in brain.places.items()}
    shared = random.standard_normal(VOLUMES)
    for name in ("accumbens", "mpfc"):
        own = random.standard_normal(VOLUMES)
        values[near[name]] = np.sqrt(brain.correlation) * shared + np.sqrt(1 - brain.correlation) * own
        values[near[name]] += 0.01 * random.standard_normal((near[name].sum(), VOLUMES))
    values[near["postcentral"]] *= brain.loudness
    motion = table[["trans_x", "rot_y", "csf"]].to_numpy()
    values += random.standard_normal((*SHAPE, 1)) * 20 * motion[:, 0]
    values += random.standard_normal((*SHAPE, 1)) * 2 * motion[:, 2]
    values[..., list(brain.spikes)] += 50 * random.standard_normal((*SHAPE, 1))
    values[..., 0] += 100
    image = 10 * values + 1000 + random.uniform(-50, 50, (*SHAPE, 1))
    image[~mask] = 0
    bold = nib.Nifti1Image(image.astype(np.float32), affine)
    bold.header["pixdim"][4] = TR
    bold.header.set_xyzt_units("mm", "sec")
    nib.save(bold, brain.bold)
    nib.save(nib.Nifti1Image(mask.astype(np.uint8), affine), brain.mask)
