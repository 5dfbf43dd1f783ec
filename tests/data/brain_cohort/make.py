"""Make a cohort that does not exist: a BIDS dataset with fMRIPrep-like derivatives and a known truth.

Every person has a resting scan with planted amplitude, connectivity, motion and spikes, FreeSurfer's statistics, a
spectrum fitted by LCModel, a resting EEG (BrainVision) and a table of tracts; further people each carry one fault. The
same plan always gives the same bytes of signal. Tests and benches import this file; by hand:

    python tests/data/brain_cohort/make.py FOLDER --people 8
"""

import argparse
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from scipy.signal import lfilter

from backloop.bold import load_regions

SESSION = "ses-01"
SPACE = "space-MNI152NLin2009cAsym"
JOINED = ("nac-mpfc-connectivity", "accumbens", "mpfc")
APART = {"hippocampus-mpfc": "hippocampus-anterior-right", "vta-hippocampus": "vta", "nac-dlpfc": "dlpfc-right"}
LOUD = {"s1-alff": "postcentral", "acc-alff": "acc"}
CORNER_MM, REACH_MM = np.array([-78.0, -115.0, -65.0]), np.array([78.0, 98.0, 80.0])
CENTRE_MM = np.array([0.0, -17.0, 10.0])
MEMORY = 0.3
ONE_SD = 20
SPIKE_MM = 1.5
EEG_HZ, EEG_S = 250, 60
CHANNELS = (
    "Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8", "T7", "C3", "Cz", "C4", "T8", "P7", "P3", "Pz", "P4", "P8", "O1", "O2",
)  # fmt: skip
MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
LCMODEL = """ LCModel (Version 6.3-1B)
$$CONC 8 lines in following concentration table = NCONC+1
    Conc.  %SD /Cr+PCr  Metabolite
{rows}
$$MISC  6 lines in following misc. output table
  FWHM = {fwhm:.3f} ppm    S/N =  {snr}
$$INPU 2 lines in following table of input changes:
 DOWS = T
 HZPPPM = 123.2
"""


@dataclass(frozen=True)
class CohortPlan:
    """What is made: how many people of how large a scan, and what is planted in them.

    `spikes` is how many volumes of each scan are spoilt by a jerk, `motion_gain` how many SD of signal a millimetre of
    motion moves (0: a still head), `leak` the part of it that no regressor can take out. `faults` are the ids of
    people added with one fault each.
    """

    people: int = 4
    voxel_mm: float = 5.0
    volumes: int = 200
    tr_s: float = 2.0
    loudness: tuple[float, float] = (1.4, 2.2)
    correlation: tuple[float, float] = (0.2, 0.7)
    spikes: int = 6
    motion_gain: float = 15.0
    leak: float = 0.1
    has_tables: bool = True
    has_eeg: bool = True
    faults: tuple[str, ...] = ()
    seed: int = 20261122


@dataclass(frozen=True)
class Truth:
    """What was planted in one person, by marker, and what is wrong with them (nothing: an empty string)."""

    participant_id: str
    planted: dict[str, float] = field(default_factory=dict)
    spikes: tuple[int, ...] = ()
    fault: str = ""


def make_cohort(folder: Path, plan: CohortPlan | None = None) -> tuple[Truth, ...]:
    """Write the dataset below a folder and give what was planted in each person."""
    plan = plan or CohortPlan()
    people = [(f"sub-{number + 1:03d}", "") for number in range(plan.people)]
    people += [(f"sub-{fault.replace('-', '')}", fault) for fault in plan.faults]
    truths = tuple(
        make_person(folder, name, number, plan=plan, fault=fault) for number, (name, fault) in enumerate(people)
    )
    _write_about(folder, [name for name, _ in people], plan)
    told = {truth.participant_id: truth.planted | {"fault": truth.fault} for truth in truths}
    (folder / "truth.json").write_text(json.dumps(told, indent=2), encoding="utf-8")
    return truths


def make_person(folder: Path, name: str, number: int, *, plan: CohortPlan, fault: str = "") -> Truth:
    """Write one person; the number seeds all that is random in them."""
    random = np.random.default_rng([plan.seed, number])
    values, spikes = _write_scan(folder / "derivatives" / "fmriprep", name, random, plan)
    if plan.has_tables:
        values |= _write_freesurfer(folder / "sourcedata" / "freesurfer" / name / "stats", name, random)
        values |= _write_spectrum(folder / "derivatives" / "lcmodel", name, random)
        values |= _write_tracts(folder / "derivatives" / "tracts", name, random)
    if plan.has_eeg:
        values |= _write_eeg(folder, name, random)
    if fault:
        FAULTS[fault](folder, name)
    return Truth(name, values, spikes, fault)


def func_file(folder: Path, name: str, kind: str) -> Path:
    """Give a file of a person's scan: bold, mask, sidecar or confounds."""
    stem = f"{name}_{SESSION}_task-rest"
    endings = {
        "bold": f"{stem}_{SPACE}_desc-preproc_bold.nii.gz",
        "sidecar": f"{stem}_{SPACE}_desc-preproc_bold.json",
        "mask": f"{stem}_{SPACE}_desc-brain_mask.nii.gz",
        "confounds": f"{stem}_desc-confounds_timeseries.tsv",
    }
    return folder / "derivatives" / "fmriprep" / name / SESSION / "func" / endings[kind]


def _write_about(folder: Path, names: list[str], plan: CohortPlan) -> None:
    random = np.random.default_rng(plan.seed)
    about = {"Name": "A made-up cohort", "BIDSVersion": "1.10.0", "DatasetType": "raw"}
    (folder / "dataset_description.json").write_text(json.dumps(about), encoding="utf-8")
    people = pd.DataFrame(
        {
            "participant_id": names,
            "age": random.integers(20, 65, len(names)),
            "sex": np.where(random.random(len(names)) < 0.5, "F", "M"),
            "site": np.where(np.arange(len(names)) % 2, "north", "south"),
            "made_up": "yes",
        }
    )
    people.to_csv(folder / "participants.tsv", sep="\t", index=False)


# --- the scan ---------------------------------------------------------------------------------------------------------


def _write_scan(
    root: Path, name: str, random: np.random.Generator, plan: CohortPlan
) -> tuple[dict[str, float], tuple[int, ...]]:
    grid = _grid(plan.voxel_mm)
    inside = (((grid - CENTRE_MM) / REACH_MM) ** 2).sum(-1) < 1
    places = grid[inside]
    signal = _noise(random, (plan.volumes, len(places)))
    truth = _plant(signal, places, random, plan)
    motion, spikes = _move(random, plan)
    moved = signal + _artefact(random, motion, spikes, len(places), plan=plan)
    _save_scan(root.parent.parent, name, moved, inside, plan=plan)
    table = _confounds(random, motion, moved, spikes)
    table.to_csv(func_file(root.parent.parent, name, "confounds"), sep="\t", index=False, na_rep="n/a")
    return truth, spikes


def _grid(voxel_mm: float) -> np.ndarray:
    counts = np.ceil((CENTRE_MM + REACH_MM - CORNER_MM) / voxel_mm).astype(int) + 1
    return CORNER_MM + voxel_mm * np.moveaxis(np.indices(counts), 0, -1)


def _noise(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Give autocorrelated noise of unit variance along the first axis."""
    drawn = random.standard_normal(shape, dtype=np.float32)
    return np.asarray(lfilter([np.sqrt(1 - MEMORY**2)], [1, -MEMORY], drawn, axis=0), dtype=np.float32)


def _near(places: np.ndarray, region_id: str, *, margin_mm: float = 0.5) -> np.ndarray:
    region = load_regions().region(region_id)
    away = [((places - centre) ** 2).sum(-1) for centre in region.centres]
    return np.min(away, axis=0) <= (region.radius_mm + margin_mm) ** 2


def _plant(signal: np.ndarray, places: np.ndarray, random: np.random.Generator, plan: CohortPlan) -> dict[str, float]:
    """Give each planted region one series of its own; the voxels' own noise is a tenth of it."""
    volumes = len(signal)
    loudness, correlation = random.uniform(*plan.loudness), random.uniform(*plan.correlation)
    shared, *own = _noise(random, (volumes, 3)).T
    parts = {JOINED[1]: own[0], JOINED[2]: own[1]}
    parts = {place: np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * part for place, part in parts.items()}
    for region_id in (*APART.values(), *LOUD.values(), *parts):
        here = _near(places, region_id)
        series = parts.get(region_id, _noise(random, (volumes, 1))[:, 0])
        signal[:, here] = series[:, None] + 0.1 * signal[:, here]
        if region_id == LOUD["s1-alff"]:
            signal[:, here] *= loudness
    level = np.ones(len(places))
    level[_near(places, LOUD["s1-alff"])] = loudness
    planted = {"s1-alff": loudness / level.mean(), "acc-alff": 1 / level.mean()}
    return planted | {JOINED[0]: float(np.arctanh(correlation))} | dict.fromkeys(APART, 0.0)


def _move(random: np.random.Generator, plan: CohortPlan) -> tuple[np.ndarray, tuple[int, ...]]:
    """Draw six motion parameters (mm and radians): a slow drift, and jerks that return at once."""
    steps = random.standard_normal((plan.volumes, 6)) * [0.02, 0.02, 0.02, 4e-4, 4e-4, 4e-4]
    motion = lfilter([1], [1, -0.9], steps, axis=0)
    choice = random.choice(np.arange(15, plan.volumes - 10, 8), plan.spikes, replace=False)
    motion[choice, 0] += SPIKE_MM
    return motion, tuple(sorted(choice.tolist()))


def _artefact(
    random: np.random.Generator, motion: np.ndarray, spikes: tuple[int, ...], voxels: int, *, plan: CohortPlan
) -> np.ndarray:
    """Move the signal with the head, alike in all voxels and each in its own way; each jerk by its own amount."""
    weights = plan.motion_gain * (1 + 0.5 * random.standard_normal((6, voxels))) * [[1], [1], [1], [50], [50], [50]]
    calm = motion.copy()
    calm[list(spikes), 0] -= SPIKE_MM
    moved = (calm @ weights).astype(np.float32)
    hidden = _noise(random, (len(motion), 1))
    moved += np.float32(plan.leak if plan.motion_gain else 0) * hidden
    for spike in spikes if plan.motion_gain else ():
        jolt = random.choice([-1, 1]) * random.uniform(5, 15)
        moved[spike : spike + 2] += jolt + 2 * random.standard_normal(voxels, dtype=np.float32)
    return moved


def _confounds(
    random: np.random.Generator, motion: np.ndarray, moved: np.ndarray, spikes: tuple[int, ...]
) -> pd.DataFrame:
    volumes = len(motion)
    everywhere = moved.mean(axis=1, dtype=float)
    sources = dict(zip(MOTION, motion.T, strict=True)) | {"global_signal": everywhere}
    sources |= {name: _noise(random, (volumes, 1))[:, 0] for name in ("csf", "white_matter")}
    columns: dict[str, np.ndarray] = {}
    for name, values in sources.items():
        slope = np.concatenate(([np.nan], np.diff(values)))
        columns |= {name: values, f"{name}_derivative1": slope}
        columns |= {f"{name}_power2": values**2, f"{name}_derivative1_power2": slope**2}
    time = (np.arange(volumes) + 0.5) / volumes
    columns |= {f"cosine{place:02d}": np.cos(np.pi * (place + 1) * time) for place in range(4)}
    steps = np.abs(np.diff(motion, axis=0)) @ [1, 1, 1, 50, 50, 50]
    columns["framewise_displacement"] = np.concatenate(([np.nan], steps))
    loud = np.ones(volumes)
    loud[list(spikes)] = 3
    columns |= {"std_dvars": loud, "non_steady_state_outlier00": (np.arange(volumes) == 0).astype(float)}
    return pd.DataFrame(columns)


def _save_scan(folder: Path, name: str, signal: np.ndarray, inside: np.ndarray, *, plan: CohortPlan) -> None:
    bold, mask, sidecar = (func_file(folder, name, kind) for kind in ("bold", "mask", "sidecar"))
    bold.parent.mkdir(parents=True)
    affine = np.diag([plan.voxel_mm] * 3 + [1.0])
    affine[:3, 3] = CORNER_MM
    volumes = np.zeros((len(signal), *inside.shape[::-1]), dtype=np.int16)
    volumes[:, inside.transpose()] = np.rint(1000 + ONE_SD * _by_file(signal, inside))
    header = nib.Nifti1Image(np.zeros((1, 1, 1, 1), np.int16), affine).header
    header.set_data_shape((*inside.shape, len(signal)))
    header["pixdim"][4] = plan.tr_s
    header.set_xyzt_units("mm", "sec")
    header["vox_offset"] = 352
    with gzip.GzipFile(bold, "wb", compresslevel=1, mtime=0) as stream:
        stream.write(header.binaryblock + bytes(4) + volumes.tobytes())
    nib.save(nib.Nifti1Image(inside.astype(np.uint8), affine), mask)
    sidecar.write_text(json.dumps({"RepetitionTime": plan.tr_s, "TaskName": "rest"}), encoding="utf-8")


def _by_file(signal: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Put voxels into the order of a file, where x runs fastest."""
    place = np.full(inside.shape, -1)
    place[inside] = np.arange(int(inside.sum()))
    return signal[:, place.transpose()[inside.transpose()]]


# --- the other recordings ---------------------------------------------------------------------------------------------


def _write_freesurfer(stats: Path, name: str, random: np.random.Generator) -> dict[str, float]:
    stats.mkdir(parents=True)
    sizes = {"Accumbens-area": 510.0, "Amygdala": 1500.0, "Hippocampus": 3900.0, "Thalamus": 7500.0}
    volumes = {
        f"{side}-{structure}": round(mean * random.normal(1, 0.1), 1)
        for structure, mean in sizes.items()
        for side in ("Left", "Right")
    }
    head = f"# cvs_version 7.2.0\n# subjectname {name}\n"
    inside = "# Measure EstimatedTotalIntraCranialVol, eTIV, Estimated Total Intracranial Volume, 1500000.0, mm^3\n"
    rows = [f"{at} {at} {round(size)} {size} {place}" for at, (place, size) in enumerate(volumes.items(), 1)]
    told = f"{head}{inside}# ColHeaders  Index SegId NVoxels Volume_mm3 StructName\n" + "\n".join(rows) + "\n"
    (stats / "aseg.stats").write_text(told, encoding="utf-8")
    left = 0.0
    for hemi in ("lh", "rh"):
        told, rostral = _aparc(head, random)
        left = rostral if hemi == "lh" else left
        (stats / f"{hemi}.aparc.stats").write_text(told, encoding="utf-8")
    sums = {
        f"{marker}-volume": volumes[f"Left-{structure}"] + volumes[f"Right-{structure}"]
        for marker, structure in (("nac", "Accumbens-area"), ("amygdala", "Amygdala"), ("hippocampus", "Hippocampus"))
    }
    return sums | {"acc-thickness": left}


def _aparc(head: str, random: np.random.Generator) -> tuple[str, float]:
    """Give the statistics of one hemisphere, and the thickness of its rostral cingulate."""
    regions = (
        "rostralanteriorcingulate", "caudalanteriorcingulate", "parsopercularis", "parstriangularis", "parsorbitalis",
        "superiorfrontal", "postcentral",
    )  # fmt: skip
    thickness = {region: round(random.normal(2.6, 0.15), 3) for region in regions}
    rows = [
        f"{region} 900 {random.integers(500, 6000)} {random.integers(1500, 12000)} {thickness[region]} 0.5 0.1 0.03 9 1"
        for region in regions
    ]
    columns = "# ColHeaders StructName NumVert SurfArea GrayVol ThickAvg ThickStd MeanCurv GausCurv FoldInd CurvInd\n"
    return head + columns + "\n".join(rows) + "\n", thickness[regions[0]]


def _write_spectrum(root: Path, name: str, random: np.random.Generator) -> dict[str, float]:
    means = {"NAA": 8.0, "Glu": 8.5, "Gln": 2.0, "Ins": 4.0, "GPC+PCh": 1.8, "Cr+PCr": 7.0, "Glu+Gln": 10.5, "Ala": 0.0}
    amounts = {metabolite: round(mean * random.normal(1, 0.08), 3) for metabolite, mean in means.items()}
    amounts["Cr+PCr"] = 7.0
    rows = [
        f"{amount:9.3f} {6 if amount else 999:3d}% {amount / 7:7.3f} {metabolite}"
        for metabolite, amount in amounts.items()
    ]
    place = root / name / SESSION / "mrs"
    place.mkdir(parents=True)
    told = LCMODEL.format(rows="\n".join(rows), fwhm=0.04, snr=25)
    (place / f"{name}_{SESSION}_voi-ACC_svs.table").write_text(told, encoding="utf-8")
    return {"acc-glx": round(amounts["Glu+Gln"] / 7, 3), "acc-naa.institutional": amounts["NAA"]}


def _write_tracts(root: Path, name: str, random: np.random.Generator) -> dict[str, float]:
    tracts = ("Superior_longitudinal_fasciculus_R", "Superior_longitudinal_fasciculus_L", "Superior_corona_radiata_L")
    held = {tract: round(random.normal(0.45, 0.02), 4) for tract in tracts}
    place = root / name / SESSION / "dwi"
    place.mkdir(parents=True)
    rows = "".join(f"{tract}\t{value}\n" for tract, value in held.items())
    (place / f"{name}_{SESSION}_desc-fa_tracts.tsv").write_text(f"tract\tfa\n{rows}", encoding="utf-8")
    return {"slf-fa": held[tracts[0]]}


def _write_eeg(root: Path, name: str, random: np.random.Generator) -> dict[str, float]:
    """Write a rest with closed eyes: a background that falls with frequency, and alpha strongest at the back."""
    samples, rate = EEG_HZ * EEG_S, EEG_HZ
    white = np.fft.rfft(random.standard_normal((len(CHANNELS) + 1, samples)))
    hertz = np.fft.rfftfreq(samples, 1 / rate)
    background = np.fft.irfft(white * np.maximum(hertz, 0.5) ** -0.6, samples)
    background *= 8 / background.std()
    peak = random.uniform(9, 11)
    drift = np.cumsum(random.standard_normal(samples)) * 0.02
    waxing = 1 + 0.5 * np.sin(2 * np.pi * np.arange(samples) / rate / 7)
    alpha = 12 * waxing * np.sin(2 * np.pi * peak * np.arange(samples) / rate + drift)
    share = np.array([1.0 if name[0] in "PO" else 0.3 for name in CHANNELS])
    values = background[:-1] + 0.5 * background[-1] + share[:, None] * alpha
    _save_brainvision(root / name / SESSION / "eeg" / f"{name}_{SESSION}_task-eyesclosed_eeg.vhdr", values)
    return {"eeg-peak-alpha.occipital": float(peak)}


def _save_brainvision(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True)
    channels = "\n".join(f"Ch{at}={channel},,1,µV" for at, channel in enumerate(CHANNELS, 1))
    head = "Brain Vision Data Exchange {kind} File Version 1.0\n\n[Common Infos]\nCodepage=UTF-8\nDataFile={data}\n"
    data, marks = path.with_suffix(".eeg"), path.with_suffix(".vmrk")
    path.write_text(
        head.format(kind="Header", data=data.name)
        + f"MarkerFile={marks.name}\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\n"
        + f"NumberOfChannels={len(CHANNELS)}\nSamplingInterval={1e6 / EEG_HZ:g}\n\n"
        + f"[Binary Infos]\nBinaryFormat=IEEE_FLOAT_32\n\n[Channel Infos]\n{channels}\n",
        encoding="utf-8",
    )
    marks.write_text(
        head.format(kind="Marker", data=data.name) + "\n[Marker Infos]\nMk1=New Segment,,1,1,0\n", encoding="utf-8"
    )
    data.write_bytes(values.T.astype("<f4").tobytes())


# --- what may be wrong with a person ----------------------------------------------------------------------------------


def _lose_tr(folder: Path, name: str) -> None:
    bold, sidecar = func_file(folder, name, "bold"), func_file(folder, name, "sidecar")
    content = bytearray(gzip.decompress(bold.read_bytes()))
    content[76 + 16 : 76 + 20] = np.float32(0).tobytes()
    bold.write_bytes(gzip.compress(bytes(content), compresslevel=1))
    sidecar.unlink()


def _move_mask(folder: Path, name: str) -> None:
    mask = func_file(folder, name, "mask")
    image = nib.load(mask)
    affine = image.affine.copy()
    affine[:3, 3] += 10
    nib.save(nib.Nifti1Image(np.asarray(image.dataobj), affine), mask)


def _truncate(folder: Path, name: str) -> None:
    bold = func_file(folder, name, "bold")
    bold.write_bytes(bold.read_bytes()[: bold.stat().st_size // 2])


def _shorten(folder: Path, name: str) -> None:
    """Leave forty seconds of the scan and of its confounds."""
    bold, table = func_file(folder, name, "bold"), func_file(folder, name, "confounds")
    image = nib.load(bold)
    nib.save(image.slicer[..., :20], bold)
    pd.read_csv(table, sep="\t", na_values="n/a").head(20).to_csv(table, sep="\t", index=False, na_rep="n/a")


def _point(folder: Path, name: str) -> None:
    bold = func_file(folder, name, "bold")
    bold.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n", encoding="utf-8")


def _double(folder: Path, name: str) -> None:
    """Give the run a twin under another run's name."""
    for kind in ("bold", "mask", "sidecar", "confounds"):
        file = func_file(folder, name, kind)
        file.with_name(file.name.replace("task-rest_", "task-rest_run-2_")).write_bytes(file.read_bytes())


def _lose_voxels(folder: Path, name: str) -> None:
    """Leave voxels inside the mask without a number in one volume."""
    bold = func_file(folder, name, "bold")
    image = nib.load(bold)
    values = np.asarray(image.dataobj, dtype=np.float32)
    middle = tuple(length // 2 for length in values.shape)
    values[middle] = np.nan
    header = image.header.copy()
    header.set_data_dtype(np.float32)
    nib.save(nib.Nifti1Image(values, image.affine, header), bold)


FAULTS: dict[str, Callable[[Path, str], None]] = {
    "no-tr": _lose_tr,
    "other-grid": _move_mask,
    "truncated": _truncate,
    "too-short": _shorten,
    "lfs-pointer": _point,
    "twin-runs": _double,
    "lost-voxels": _lose_voxels,
}


def main() -> None:
    """Write a cohort from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--voxel-mm", type=float, default=5.0)
    parser.add_argument("--volumes", type=int, default=200)
    parser.add_argument("--faults", action="store_true", help="add one person with each fault")
    told = parser.parse_args()
    faults = tuple(FAULTS) if told.faults else ()
    make_cohort(told.folder, CohortPlan(told.people, told.voxel_mm, told.volumes, faults=faults))


if __name__ == "__main__":
    main()
