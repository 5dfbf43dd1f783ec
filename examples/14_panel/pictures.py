"""A simulated scan and EEG of one made-up person: maps as BIDS derivatives, and the page with its pictures.

Writes two datasets and panel.html / panel-zh.html into the folder it is started in. The scan is noise with a planted
network: the nuclei accumbens fluctuate with the medial prefrontal cortex, and S1 is louder than the brain.
"""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter

from backloop.bold import BoldPlan, find_bold_runs, harvest_bold, load_regions
from backloop.eeg import EegEvent, EegRecording, harvest_eeg, harvest_evoked
from backloop.letters import panel_page
from backloop.library import Library
from backloop.panel import make_panel
from backloop.recordings import Grid

PERSON, VISIT, SPACE = "sub-madeup", "ses-01", "MNI152NLin2009cAsym"
TR, VOLUMES, VOXEL_MM = 2.0, 150, 5.0
RANDOM = np.random.default_rng(20261122)


def brain() -> Grid:
    """An egg of about the size of a brain, on a grid in MNI space."""
    affine = np.array([[5, 0, 0, -90], [0, 5, 0, -126], [0, 0, 5, -72], [0, 0, 0, 1]], dtype=float)
    places = np.moveaxis(np.indices((37, 44, 37)), 0, -1) @ affine[:3, :3].T + affine[:3, 3]
    inside = (((places - [0, -18, 6]) / [68, 86, 66]) ** 2).sum(-1) <= 1
    return Grid(inside=inside, affine=affine)


def simulate_scan(folder: Path) -> None:
    """Write a run as fMRIPrep would leave it."""
    grid, atlas = brain(), load_regions()
    noise = RANDOM.standard_normal((VOLUMES, *grid.inside.shape)).astype(np.float32)
    values = np.stack([gaussian_filter(volume, 1.0).ravel(order="F")[grid.index] for volume in noise])
    values /= values.std()
    shared = gaussian_filter(RANDOM.standard_normal((VOLUMES, 1)), (2, 0))
    shared /= shared.std()
    for name, share in (("accumbens", 1.0), ("mpfc", 1.0), ("default-mode", 0.5), ("salience", -0.5)):
        for centre in atlas.region(name).centres:
            values[:, grid.sphere(centre, 9)] += share * shared
    for centre in atlas.region("postcentral").centres:
        values[:, grid.sphere(centre, 12)] *= 1.6
    images = np.zeros((*grid.inside.shape, VOLUMES), dtype=np.int16)
    for volume, row in enumerate(values):
        images[..., volume] = grid.unmask(1000 + 20 * row).round()
    func = folder / PERSON / VISIT / "func"
    func.mkdir(parents=True)
    stem = f"{PERSON}_{VISIT}_task-rest"
    scan = nib.Nifti1Image(images, grid.affine)
    scan.header.set_zooms((VOXEL_MM, VOXEL_MM, VOXEL_MM, TR))
    scan.header.set_xyzt_units("mm", "sec")
    nib.save(scan, func / f"{stem}_space-{SPACE}_desc-preproc_bold.nii.gz")
    mask = nib.Nifti1Image(grid.inside.astype(np.uint8), grid.affine)
    nib.save(mask, func / f"{stem}_space-{SPACE}_desc-brain_mask.nii.gz")
    sidecar = func / f"{stem}_space-{SPACE}_desc-preproc_bold.json"
    sidecar.write_text(json.dumps({"RepetitionTime": TR}), encoding="utf-8")
    confounds().to_csv(func / f"{stem}_desc-confounds_timeseries.tsv", sep="\t", index=False, na_rep="n/a")


def confounds() -> pd.DataFrame:
    """Six motion parameters and how far the head moved between volumes."""
    names = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
    table = {}
    for name in names:
        values = RANDOM.standard_normal(VOLUMES).cumsum() * 0.005
        steps = np.concatenate(([np.nan], np.diff(values)))
        table |= {name: values, f"{name}_derivative1": steps}
        table |= {f"{name}_power2": values**2, f"{name}_derivative1_power2": steps**2}
    table["framewise_displacement"] = np.concatenate(([np.nan], RANDOM.gamma(4, 0.03, VOLUMES - 1)))
    return pd.DataFrame(table)


def simulate_eeg() -> EegRecording:
    """A rest with closed eyes: pink noise, and alpha near 9.6 Hz at the back of the head."""
    names = ("Fp1", "Fp2", "F3", "F4", "Fz", "C3", "C4", "Cz", "P3", "P4", "Pz", "O1", "O2", "Oz")
    time = np.arange(60 * 250) / 250
    spectrum = np.fft.rfft(RANDOM.standard_normal((1 + len(names), len(time))), axis=1)
    spectrum[:, 1:] /= np.sqrt(np.arange(1, spectrum.shape[1]))
    noise = np.fft.irfft(spectrum, len(time), axis=1)
    noise /= noise.std(axis=1, keepdims=True)
    loud = 1 + gaussian_filter(RANDOM.standard_normal(len(time)), 250) * 8
    back = np.array([name.startswith(("P", "O")) for name in names])[:, None]
    values = 7 * noise[0] + 5 * noise[1:] + np.where(back, 9, 3) * loud * np.sin(2 * np.pi * 9.6 * time)
    return EegRecording(values.astype(np.float32), rate_hz=250.0, channels=names, eyes="closed")


def simulate_task() -> EegRecording:
    """Targets that call forth a P300 near 400 ms."""
    onsets = 2 + 1.7 * np.arange(60)
    time = np.arange(round((onsets[-1] + 3) * 250)) / 250
    wave = sum(6 * np.exp(-(((time - onset - 0.4) / 0.07) ** 2)) for onset in onsets)
    values = gaussian_filter(RANDOM.standard_normal((1, len(time))), (0, 2)) * 15 + wave
    events = tuple(EegEvent(name="target", onset_s=float(onset)) for onset in onsets)
    return EegRecording(values.astype(np.float32), rate_hz=250.0, channels=("Pz",), eyes="open", events=events)


def main() -> None:
    """Simulate, harvest, write."""
    who = {"participant_id": PERSON, "session_id": VISIT}
    simulate_scan(Path("fmriprep"))
    (run,) = find_bold_runs(Path("fmriprep"), PERSON)
    scan = harvest_bold(run, BoldPlan(strategy="24P"), maps=Path("backloop"))
    rest, task = harvest_eeg(simulate_eeg(), **who), harvest_evoked(simulate_task(), "p300", ("target",), **who)
    for path in scan.maps:
        print(path.as_posix())
    readings = (*scan.readings, *rest.readings, *task.readings)
    panel = make_panel(readings, participant_id=PERSON, library=Library.packaged(), is_made_up=True)
    pictures = {"curves": (*scan.curves, *rest.curves, *task.curves), "matrices": scan.matrices}
    shown = [path for path in scan.maps if "stat-alff_boldmap" in path.name or "seed-accumbens_" in path.name]
    for lang, name in (("en", "panel.html"), ("zh", "panel-zh.html")):
        Path(name).write_text(panel_page(panel, **pictures, maps=shown, lang=lang), encoding="utf-8")
        print(f"{name}: {len(panel.rows)} markers")


if __name__ == "__main__":
    main()
