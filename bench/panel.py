"""How fast and in how much memory recordings become markers: one scan, and a cohort over workers.

Writes bench/panel.json with the machine's description and its load. One scan stands beside nilearn's chain and
per-voxel loops; a cohort of made-up people (tests/data/brain_cohort) goes through one process, two, and two workers of
a local Dask cluster. All is simulated and lies in a temporary folder; every measurement runs in a process of its own
with one thread. Loops over voxels run on a subset and are extrapolated, which the result says. The chain of one EEG is
measured by bench/eeg.py and told here.
"""

import argparse
import gzip
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import numpy as np

SIZES = {"64x64x36x240": ((64, 64, 36), 240, 3.0), "91x109x91x200": ((91, 109, 91), 200, 2.0)}
TR, CONFOUNDS, SEEDS, SUBSET, SEED = 2.0, 24, 12, 300, 20261122
LOW, HIGH = 0.01, 0.1
MAKER = Path(__file__).parents[1] / "tests" / "data" / "brain_cohort" / "make.py"


def main() -> None:
    options = _options()
    if options.job:
        _work(options.job, options.folder)
        return
    result = json.loads(options.out.read_text(encoding="utf-8")) if options.cohort_only else {}
    result |= {
        "machine": _machine(),
        "versions": {name: version(name) for name in ("nilearn", "numpy", "scipy", "isal")},
    }
    with tempfile.TemporaryDirectory() as folder:
        result["cohort"] = _cohort(Path(folder) / "cohort", options)
        for size, scan in SIZES.items() if not options.cohort_only else ():
            place = Path(folder) / size
            _simulate(place, *scan)
            result[size] = {"compressed_mb": round((place / "bold.nii.gz").stat().st_size / 1e6, 1)}
            result[size] |= {job: _measure(job, place, options.repeats) for job in SCAN_JOBS}
            result[size]["ratios"] = _ratios(result[size])
    result["eeg"] = _eeg()
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def one_pass(folder: Path) -> dict[str, float]:
    """Read, mask, confounds, ALFF and fALFF in three bands, band-pass, twelve seed maps of Fisher z."""
    from backloop.bold import clean, make_projection, map_seeds, mean_series, measure_amplitude, read_bold
    from backloop.recordings import CONNECTIVITY_BAND, SLOW_4, SLOW_5, WHOLE_BAND

    laps, processor = [time.perf_counter()], time.process_time()
    series = read_bold(folder / "bold.nii.gz", folder / "mask.nii.gz")
    laps.append(time.perf_counter())
    nuisance = _nuisance(series.kept)
    plain = make_projection(nuisance, kept=series.kept, tr=TR)
    measure_amplitude(series, plain, (WHOLE_BAND, SLOW_5, SLOW_4))
    laps.append(time.perf_counter())
    clean(series, make_projection(nuisance, kept=series.kept, tr=TR, band=CONNECTIVITY_BAND))
    laps.append(time.perf_counter())
    map_seeds(series, mean_series(series, [series.grid.sphere(seed, 6.0) for seed in _seeds(folder)]))
    laps.append(time.perf_counter())
    parts = dict(zip(("read", "alff", "clean", "seeds"), np.diff(laps).tolist(), strict=True))
    spent = {"seconds": laps[-1] - laps[0], "processor_s": time.process_time() - processor}
    return spent | {"voxels": series.values.shape[1]} | parts


def homogeneity(folder: Path) -> dict[str, float]:
    """ReHo with 27 neighbours of a series in memory."""
    from backloop.bold import measure_homogeneity, read_bold

    series = read_bold(folder / "bold.nii.gz", folder / "mask.nii.gz")
    return _timed(lambda: measure_homogeneity(series))


def gappy_spectrum(folder: Path) -> dict[str, float]:
    """ALFF from the Lomb-Scargle spectrum, one volume in twenty dropped, of a series in memory."""
    from backloop.bold import make_projection, measure_amplitude, read_bold
    from backloop.recordings import WHOLE_BAND

    series = read_bold(folder / "bold.nii.gz", folder / "mask.nii.gz", kept=_kept(folder))
    project = make_projection(_nuisance(series.kept), kept=series.kept, tr=TR)
    return _timed(lambda: measure_amplitude(series, project, (WHOLE_BAND,)))


def nilearn_chain(folder: Path) -> dict[str, float]:
    """nilearn's masker with confounds and band-pass, twelve spheres, and the seeds' maps of Fisher z."""
    from nilearn.maskers import NiftiMasker, NiftiSpheresMasker

    image, mask = str(folder / "bold.nii.gz"), str(folder / "mask.nii.gz")
    confounds = _confounds(SIZES[folder.name][1])
    options = {"standardize": None, "detrend": True, "low_pass": HIGH, "high_pass": LOW, "t_r": TR, "dtype": np.float32}

    def chain() -> None:
        brain = NiftiMasker(mask, **options).fit_transform(image, confounds=confounds)
        spheres = NiftiSpheresMasker(_seeds(folder), radius=6.0, mask_img=mask, **options)
        seeds = spheres.fit_transform(image, confounds=confounds)
        brain -= brain.mean(axis=0)
        brain /= np.linalg.norm(brain, axis=0) + 1e-12
        seeds = (seeds - seeds.mean(axis=0)) / np.linalg.norm(seeds - seeds.mean(axis=0), axis=0)
        np.arctanh(np.clip(seeds.T @ brain, -0.9999999, 0.9999999))

    return _timed(chain)


def homogeneity_loop(folder: Path) -> dict[str, float]:
    """ReHo voxel by voxel, ranks made anew in each neighbourhood."""
    from scipy.stats import rankdata

    values, inside = _brain(folder)
    places = np.argwhere(inside[1:-1, 1:-1, 1:-1])
    chosen = places[:: max(len(places) // SUBSET, 1)][:SUBSET]
    whole = np.zeros((*inside.shape, values.shape[0]), dtype=np.float32)
    whole[inside] = values.T

    def loop() -> None:
        for x, y, z in chosen:
            near = inside[x : x + 3, y : y + 3, z : z + 3]
            ranks = rankdata(whole[x : x + 3, y : y + 3, z : z + 3][near], axis=1)
            count, volumes = ranks.shape
            sums = ranks.sum(axis=0)
            12 * ((sums**2).sum() - volumes * sums.mean() ** 2) / (count**2 * (volumes**3 - volumes))

    return _extrapolated(loop, len(chosen), int(inside.sum()))


def lomb_scargle_loop(folder: Path) -> dict[str, float]:
    """scipy's Lomb-Scargle periodogram voxel by voxel."""
    from scipy.signal import lombscargle

    kept = _kept(folder)
    values, _ = _brain(folder)
    chosen = values[kept][:, :: max(values.shape[1] // SUBSET, 1)][:, :SUBSET].astype(float)
    chosen -= chosen.mean(axis=0)
    time_s = TR * np.flatnonzero(kept)
    angular = 2 * np.pi * np.arange(1, len(kept) // 2) / (len(kept) * TR)

    def loop() -> None:
        for series in chosen.T:
            lombscargle(time_s, series, angular)

    return _extrapolated(loop, chosen.shape[1], values.shape[1])


def one_worker(folder: Path) -> dict[str, float]:
    """A cohort in one process, one person after the other."""
    return _run_cohort(folder, jobs=1)


def two_workers(folder: Path) -> dict[str, float]:
    """A cohort over two processes."""
    return _run_cohort(folder, jobs=2)


def dask_cluster(folder: Path) -> dict[str, float]:
    """A cohort over a local Dask cluster of two workers, without the time the cluster takes to start."""
    import dask
    from distributed import LocalCluster

    begun = time.perf_counter()
    # By default the workers' nanny has every freed array given back to the system, seventeen times the page faults.
    plain_memory = dask.config.set({"distributed.nanny.pre-spawn-environ": {}})
    with plain_memory, LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        started = time.perf_counter() - begun
        return _run_cohort(folder, scheduler=cluster.scheduler_address) | {"cluster_started_in_s": started}


def _run_cohort(folder: Path, **how: object) -> dict[str, float]:
    from backloop.cohort import PanelJob, run_panel

    with tempfile.TemporaryDirectory(dir=folder.parent) as out:
        begun = time.perf_counter()
        run = run_panel(PanelJob(folder, Path(out) / "panels"), **how)
        seconds = time.perf_counter() - begun
        readings = sum(len(panel.rows) for panel in run.panels())
    return {"seconds": seconds, "people": len(run.done), "failures": len(run.failures), "rows": readings}


SCAN_JOBS: dict[str, Callable[[Path], dict[str, float]]] = {
    "one_pass": one_pass,
    "homogeneity": homogeneity,
    "gappy_spectrum": gappy_spectrum,
    "nilearn_chain": nilearn_chain,
    "homogeneity_loop": homogeneity_loop,
    "lomb_scargle_loop": lomb_scargle_loop,
}
COHORT_JOBS: dict[str, Callable[[Path], dict[str, float]]] = {
    "one_worker": one_worker,
    "two_workers": two_workers,
    "dask_cluster": dask_cluster,
}
JOBS = SCAN_JOBS | COHORT_JOBS
REPEATED = {"one_pass", "homogeneity", "gappy_spectrum"}
BESIDE = {"one_pass": "nilearn_chain", "homogeneity": "homogeneity_loop", "gappy_spectrum": "lomb_scargle_loop"}


def _cohort(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Make the people once, then let each way of sharing the work do all of them anew."""
    maker = _maker()
    plan = maker.CohortPlan(people=options.people, voxel_mm=options.voxel_mm, volumes=240)
    maker.make_cohort(folder, plan)
    found: dict[str, object] = {"people": plan.people, "voxel_mm": plan.voxel_mm, "volumes": plan.volumes}
    runs = {job: _measure(job, folder, 1) for job in COHORT_JOBS}
    alone = runs["one_worker"]["seconds"]
    ratios = {job: round(alone / run["seconds"], 2) for job, run in runs.items()}
    return found | runs | {"times_faster_than_one_worker": ratios}


def _maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_brain_cohort", MAKER)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _eeg() -> dict[str, object]:
    """Tell what bench/eeg.py measured last, on the machine that it names."""
    told = json.loads(Path(__file__).with_name("eeg.json").read_text(encoding="utf-8"))
    return {"from": "bench/eeg.json", "recording": told["recording"], "seconds": told["seconds"]}


def _measure(job: str, folder: Path, repeats: int) -> dict[str, object]:
    """Run a job in fresh processes; the load is the machine's average over the last minute, other people's included."""
    environment = os.environ | dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, __file__, "--job", job, "--folder", str(folder)]
    load = os.getloadavg()[0]
    runs = [
        json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)
        for _ in range(repeats if job in REPEATED else 1)
    ]
    best = min(runs, key=lambda run: run["seconds"])
    median = statistics.median(run["seconds"] for run in runs)
    told = {"what": JOBS[job].__doc__, "load_before": round(load, 2), "runs": len(runs), "median_s": round(median, 2)}
    return told | {name: round(value, 3) for name, value in best.items()}


def _ratios(found: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Compare wall time, which others on the machine disturb, and processor time, which they disturb less."""
    return {
        ours: {name: round(found[theirs][name] / found[ours][name], 1) for name in ("seconds", "processor_s")}
        for ours, theirs in BESIDE.items()
    }


def _work(job: str, folder: Path) -> None:
    found = JOBS[job](folder)
    whose = resource.RUSAGE_SELF if job in SCAN_JOBS else resource.RUSAGE_CHILDREN
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, whose)) * 1024 / 1e9
    print(json.dumps(found | {"peak_gb": peak}))


def _timed(work: Callable[[], object]) -> dict[str, float]:
    begun, processor = time.perf_counter(), time.process_time()
    work()
    return {"seconds": time.perf_counter() - begun, "processor_s": time.process_time() - processor}


def _extrapolated(loop: Callable[[], object], done: int, voxels: int) -> dict[str, float]:
    found = _timed(loop)
    return {name: value * voxels / done for name, value in found.items()} | {"extrapolated_from_voxels": done}


def _simulate(folder: Path, shape: tuple[int, int, int], volumes: int, voxel_mm: float) -> None:
    """Write autocorrelated noise inside an ellipsoid, zeros outside, as a preprocessed scan would be."""
    import nibabel as nib

    folder.mkdir()
    random = np.random.default_rng(SEED)
    axes = np.meshgrid(*(np.linspace(-1, 1, length) for length in shape), indexing="ij")
    inside = sum(axis**2 for axis in axes) < 0.88**2
    affine = np.diag([voxel_mm, voxel_mm, voxel_mm, 1.0])
    nib.save(nib.Nifti1Image(inside.astype(np.uint8), affine), folder / "mask.nii.gz")
    header = nib.Nifti1Image(np.zeros((1, 1, 1, 1), np.float32), affine).header
    header.set_data_shape((*shape, volumes))
    header["pixdim"][4] = TR
    header.set_xyzt_units("mm", "sec")
    header["vox_offset"] = 352
    mean, state = 1e4 + 500 * random.standard_normal(inside.sum()), np.zeros(inside.sum())
    with gzip.open(folder / "bold.nii.gz", "wb", compresslevel=1) as stream:
        stream.write(header.binaryblock + bytes(4))
        for _ in range(volumes):
            state = 0.4 * state + random.standard_normal(inside.sum())
            volume = np.zeros(shape, dtype=np.float32)
            volume[inside] = mean + 100 * state
            stream.write(volume.tobytes(order="F"))


def _confounds(volumes: int) -> np.ndarray:
    return np.random.default_rng(SEED).standard_normal((volumes, CONFOUNDS))


def _nuisance(kept: np.ndarray) -> object:
    from backloop.bold import Nuisance

    return Nuisance(tuple("c" * CONFOUNDS), _confounds(len(kept)), kept=kept)


def _kept(folder: Path) -> np.ndarray:
    return np.random.default_rng(SEED).random(SIZES[folder.name][1]) > 0.05


def _seeds(folder: Path) -> list[tuple[float, float, float]]:
    """Give twelve places on a ring round the middle of the image."""
    shape, _, voxel_mm = SIZES[folder.name]
    middle = (np.array(shape) - 1) / 2 * voxel_mm
    angle = 2 * np.pi * np.arange(SEEDS) / SEEDS
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(SEEDS)], axis=1) * 0.5 * middle.min()
    return [tuple(place) for place in (middle + ring).tolist()]


def _brain(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    from backloop.bold import read_bold

    series = read_bold(folder / "bold.nii.gz", folder / "mask.nii.gz")
    order = np.argsort(np.ravel_multi_index(np.nonzero(series.grid.inside), series.grid.inside.shape, order="F"))
    return series.values[:, np.argsort(order)], series.grid.inside


def _machine() -> dict[str, object]:
    from chain import machine

    return machine()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: python bench/panel.py --repeats 3")
    parser.add_argument("--repeats", type=int, default=5, help="how often our own parts run; the best is told")
    parser.add_argument("--people", type=int, default=24, help="how many people the cohort has")
    parser.add_argument("--voxel-mm", type=float, default=4.0, help="the edge of their scans' voxels")
    parser.add_argument(
        "--cohort-only", action="store_true", help="measure the cohort anew and keep the rest as told in --out"
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="where the result goes")
    parser.add_argument("--job", choices=sorted(JOBS), help="one measurement, in this process (used by the bench)")
    parser.add_argument("--folder", type=Path, help="where the simulated scan lies")
    return parser.parse_args()


if __name__ == "__main__":
    main()
