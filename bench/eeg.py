"""How fast an EEG becomes markers: cleaning, components, epochs, spectra with intervals, lag, sources, an evoked wave.

Writes bench/eeg.json with the machine's description and its load. The recording is simulated and seeded: 64 channels,
5 minutes, 500 Hz. One process; OMP_NUM_THREADS sets its threads.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from chain import machine

from backloop.eeg import (
    THETA,
    EegEvent,
    EegPlan,
    EegRecording,
    clean_eeg,
    cut_epochs,
    lead_fields,
    read_eeg,
    read_eeg_markers,
    read_evoked_markers,
    source_atlas,
    take_out_components,
)
from backloop.signals import measure_phase_lag, multitaper_spectra

CHANNELS, SECONDS, RATE, SEED = 64, 300, 500.0, 20261122
ROWS, COLUMNS = ("AF", "F", "FC", "C", "CP", "P", "PO"), ("7", "5", "3", "1", "z", "2", "4", "6", "8")
AT_THE_EAR = {"FC7": "FT7", "FC8": "FT8", "C7": "T7", "C8": "T8", "CP7": "TP7", "CP8": "TP8"}
NAMES = (*(AT_THE_EAR.get(row + column, row + column) for row in ROWS for column in COLUMNS), "Oz")
PERSON = {"participant_id": "sub-01", "session_id": "ses-01"}


def main() -> None:
    options = _options()
    rest = _simulate()
    plain = EegPlan(ica="off", sources=False)
    bare = clean_eeg(rest, EegPlan(ica="off", burst_sd=0, reference="recorded")).recording
    begun = time.perf_counter()
    lead_fields(rest.channels, source_atlas().points)
    head = round(time.perf_counter() - begun, 3)
    clean = clean_eeg(rest)
    epochs = cut_epochs(clean)
    apart = epochs.apart()
    hz = np.arange(10, 451) / 10
    with tempfile.TemporaryDirectory() as folder:
        path = _save(rest, Path(folder) / "rest_raw.fif")
        steps: dict[str, Callable[[], object]] = {
            "read": lambda: read_eeg(path, eyes="closed"),
            "clean": lambda: clean_eeg(rest),
            "clean without components": lambda: clean_eeg(rest, plain),
            "components": lambda: take_out_components(bare, seed=0),
            "epochs": lambda: cut_epochs(clean),
            "spectra": lambda: multitaper_spectra(epochs.values, rate_hz=RATE, bandwidth_hz=1.0, hz=hz),
            "phase lag": lambda: measure_phase_lag(apart.values, THETA, rate_hz=RATE, groups=apart.groups()),
            "file to resting markers": lambda: read_eeg_markers(read_eeg(path, eyes="closed"), **PERSON),
            "the same without components and sources": lambda: read_eeg_markers(
                read_eeg(path, eyes="closed"), plan=plain, **PERSON
            ),
            "evoked potential": lambda: read_evoked_markers(rest, "p300", ("target",), **PERSON),
        }
        result = {
            "machine": machine(),
            "threads": os.environ.get("OMP_NUM_THREADS", "all"),
            "load_before": round(os.getloadavg()[0], 1),
            "recording": {"channels": CHANNELS, "seconds": SECONDS, "rate_hz": RATE, "epochs": len(epochs)},
            "seconds": {
                "head model, once a process": head,
                **{name: _best(step, options.repeats) for name, step in steps.items()},
            },
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "aim": "file to resting markers within 8 s",
        }
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def _simulate() -> EegRecording:
    random = np.random.default_rng(SEED)
    samples = int(SECONDS * RATE)
    hz = np.fft.rfftfreq(samples, 1 / RATE)
    sources = np.fft.irfft(
        np.fft.rfft(random.standard_normal((20, samples)), axis=1) * np.maximum(hz, 0.5) ** -0.65, n=samples, axis=1
    )
    values = 10 * random.standard_normal((CHANNELS, 20)) @ sources + random.standard_normal((CHANNELS, samples))
    values += random.uniform(2, 10, (CHANNELS, 1)) * np.sin(2 * np.pi * 10 * np.arange(samples) / RATE)
    for start in range(5000, samples - 200, 9000):
        values[:8, start : start + 150] += 120 * np.hanning(150)
    events = tuple(EegEvent(name="target", onset_s=float(onset)) for onset in np.arange(2, SECONDS - 2, 3))
    return EegRecording(values.astype(np.float32), rate_hz=RATE, channels=NAMES, eyes="closed", events=events)


def _save(rest: EegRecording, path: Path) -> Path:
    import mne  # noqa: PLC0415 - only to write the simulated file

    info = mne.create_info(list(rest.channels), RATE, "eeg")
    mne.io.RawArray(rest.values.astype(np.float64) * 1e-6, info, verbose="ERROR").save(path, verbose="ERROR")
    return path


def _best(step: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        step()
        times.append(time.perf_counter() - begun)
    return round(min(times), 3)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: python bench/eeg.py --repeats 3")
    parser.add_argument("--repeats", type=int, default=3, help="how often each step runs; the best is told")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="where the result goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
