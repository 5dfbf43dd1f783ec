"""Four tasks for the trial engine and for every peer: one model, sixteen modifier models, power, a large trial.

Each runs in a process of its own on the same rows and columns; a peer that is absent, fails or takes too long says so.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from trial_data import MODIFIERS, WEEKS, WHERE, grown_trial, median_ms
from trial_peers import peak_mb

from backloop.learn import Design, answer, constrained_design, fit_many, fit_repeated

ONE_CORE = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}
OURS = {
    "unstructured, Satterthwaite": {"covariance": "unstructured", "inference": "satterthwaite"},
    "unstructured, Kenward-Roger": {"covariance": "unstructured", "inference": "kenward-roger"},
    "random intercept, Satterthwaite": {"covariance": "random-intercept", "inference": "satterthwaite"},
    "random intercept, Kenward-Roger": {"covariance": "random-intercept", "inference": "kenward-roger-expected"},
}


@dataclass(frozen=True)
class Peer:
    """A package: its name in the script that times it, our model beside it, and how many power trials it gets."""

    name: str
    program: str
    ours: str
    power_trials: int


PEERS = {
    "R nlme::gls (df N - p)": Peer("gls", "trial.R", "unstructured, Satterthwaite", 3),
    "R mmrm, Satterthwaite": Peer("mmrm", "trial.R", "unstructured, Satterthwaite", 40),
    "R mmrm, Kenward-Roger (linear)": Peer("mmrm_kr", "trial.R", "unstructured, Kenward-Roger", 20),
    "R glmmTMB (z)": Peer("glmmTMB", "trial.R", "unstructured, Satterthwaite", 3),
    "R lmerTest, Satterthwaite": Peer("lmerTest", "trial.R", "random intercept, Satterthwaite", 40),
    "R lmerTest and pbkrtest, Kenward-Roger": Peer("pbkrtest", "trial.R", "random intercept, Kenward-Roger", 5),
    "Python statsmodels MixedLM (z)": Peer("statsmodels", "trial_peers.py", "random intercept, Satterthwaite", 20),
    "Python glmm, Satterthwaite": Peer("glmm", "trial_peers.py", "random intercept, Satterthwaite", 100),
    "Python lme-python, Satterthwaite": Peer("lme", "trial_peers.py", "random intercept, Satterthwaite", 100),
    "Python lme-python, Kenward-Roger": Peer("lme_kr", "trial_peers.py", "random intercept, Kenward-Roger", 3),
}
TASKS = ("fit", "modifiers", "power", "large")


def beside_peers(table: pd.DataFrame, options: argparse.Namespace) -> dict[str, object]:
    """Four tasks for us and for every peer, each in a process of its own, on the same rows and columns."""
    with tempfile.TemporaryDirectory() as folder:
        write_tasks(table, Path(folder))
        ours = {name: {task: _alone(name, task, folder) for task in TASKS} for name in OURS}
        peers = {name: _peer_row(peer, folder, options, ours[peer.ours]) for name, peer in PEERS.items()}
    return {"limit_s": options.limit, "ours": ours, "peers": peers}


def write_tasks(table: pd.DataFrame, folder: Path) -> None:
    """Write each task's rows (indicators of visits v, of arm by visit e) and its formulas."""
    random = np.random.default_rng(6)
    small, large = _with_indicators(table), _with_indicators(grown_trial(1000, 10))
    means = _terms(len(WEEKS))
    power = pd.DataFrame({f"sim{k}": small["pain"] + random.normal(0, 0.5, len(small)) for k in range(1000)})
    products = {
        f"{name}{term}": small[name] * (small[term] if term else 1.0) for name in MODIFIERS for term in ["", *means]
    }
    crossed = small.drop(columns=[*MODIFIERS]).assign(**products)
    own = {name: " + ".join([*means, *(f"{name}{term}" for term in ["", *means])]) for name in MODIFIERS}
    formulas = {
        "fit": (small, [f"pain ~ {' + '.join(means)}"]),
        "modifiers": (crossed, [f"{outcome} ~ {own[name]}" for outcome in ("pain", "disability") for name in own]),
        "power": (pd.concat([small, power], axis=1), [f"sim{k} ~ {' + '.join(means)}" for k in range(1000)]),
        "large": (large, [f"pain ~ {' + '.join(_terms(10))}"]),
    }
    for task, (rows, lines) in formulas.items():
        rows.to_csv(folder / f"{task}.csv", index=False)
        (folder / f"{task}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _terms(visits: int) -> list[str]:
    return [f"{kind}{visit}" for kind in "ve" for visit in range(1, visits)]


def _with_indicators(table: pd.DataFrame) -> pd.DataFrame:
    weeks = sorted(table["week"].unique())[1:]
    at = {f"v{place}": (table["week"] == week).astype(float) for place, week in enumerate(weeks, start=1)}
    return table.assign(**at, **{f"e{name[1:]}": values * table["care"] for name, values in at.items()})


def _alone(name: str, task: str, folder: str) -> dict[str, object]:
    """One of our models at one task in a fresh process, after a first call that loads the compiled engine."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import trial_beside; trial_beside.print_task(*sys.argv[2:])"
    words = [sys.executable, "-c", code, str(Path(__file__).parent), name, task, folder]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def print_task(name: str, task: str, folder: str) -> None:
    table, how = pd.read_csv(Path(folder) / f"{task}.csv"), OURS[name]
    designs = _designs(table, task)
    week = designs[0].weeks[2]
    row = np.array([(designs[0].modifier_row if task == "modifiers" else designs[0].effect_row)("1", week)])
    fit_many(designs[0], np.repeat(designs[0].y[np.newaxis], 50, axis=0), row, **how)
    fit = fit_repeated(designs[0], **how)
    told: dict[str, object] = {}
    if task == "power":
        names = [f"sim{k}" for k in range(1000)]
        y = table[names].to_numpy().reshape(-1, len(WEEKS), len(names)).transpose(2, 0, 1)
        for key, threads in {"s": 1, "s_2_threads": 2}.items():
            seconds = median_ms(lambda n=threads: fit_many(designs[0], y, row, threads=n, **how), 5) / 1000
            told[key] = round(seconds, 4)
    elif task == "modifiers":
        told["s"] = round(median_ms(lambda: [fit_repeated(design, **how) for design in designs], 11) / 1000, 5)
    else:
        found = answer(fit, row[0])
        many = np.repeat(designs[0].y[np.newaxis], 200 if task == "fit" else 10, axis=0)
        told["ms_from_table"] = median_ms(lambda: fit_repeated(_designs(table, task)[0], **how), 11)
        told["ms"] = median_ms(lambda: fit_repeated(designs[0], **how), 21)
        told["ms_batched"] = round(median_ms(lambda: fit_many(designs[0], many, row, **how), 11) / len(many), 4)
        told |= {"estimate": found.estimate, "standard_error": found.standard_error, "df": found.df}
    told["peak_mb"] = peak_mb()
    print(json.dumps(told))


def _designs(table: pd.DataFrame, task: str) -> list[Design]:
    if task != "modifiers":
        return [constrained_design(table, WHERE)]
    return [
        constrained_design(table, replace(WHERE, outcome=outcome), modifier=name)
        for outcome in ("pain", "disability")
        for name in MODIFIERS
    ]


def _peer_row(peer: Peer, folder: str, options: argparse.Namespace, ours: dict[str, dict]) -> dict[str, object]:
    """Set a peer's four tasks beside ours; a task that fails or takes too long says so."""
    found = {task: _peer_task(peer, task, folder, options) for task in TASKS}
    if "left_out" in found["fit"]:
        return found["fit"]
    version = found["fit"].get("version", "")
    return {
        "version": version,
        "beside": peer.ours,
        **{task: _set_beside(task, told, ours[task]) for task, told in found.items()},
    }


def _set_beside(task: str, told: dict[str, object], ours: dict[str, float]) -> dict[str, object]:
    if "seconds" not in told:
        return told
    seconds, kept = told["seconds"], {"peak_mb": told["peak_mb"]}
    if task in {"fit", "large"}:
        return {**_beside(told, statistics.median(seconds), ours), **kept}
    fits = 16 if task == "modifiers" else 1000
    total = sum(seconds) if len(seconds) == fits else statistics.median(seconds) * fits
    row = {"s": round(total, 2), "times_faster": _times(total / ours["s"]), **kept}
    return row if len(seconds) == fits else {**row, "extrapolated_from": len(seconds)}


def _beside(told: dict[str, float], seconds: float, ours: dict[str, float]) -> dict[str, float]:
    """Their milliseconds, how many times faster we are (in a batch, and from a table), and how far answers differ."""
    ms = 1000 * seconds
    answers = ("estimate", "standard_error", "df")
    apart: dict[str, float] = {
        f"difference_of_{name}": told[name] - ours[name] for name in answers if told[name] is not None
    }
    faster = {"times_faster_batched": ms / ours["ms_batched"], "times_faster_from_table": ms / ours["ms_from_table"]}
    return {"ms": round(ms, 2), **{name: _times(value) for name, value in faster.items()}, **apart}


def _times(value: float) -> float:
    return float(f"{value:.3g}")


def _peer_task(peer: Peer, task: str, folder: str, options: argparse.Namespace) -> dict[str, object]:
    is_r = peer.program.endswith(".R")
    start = shutil.which("Rscript") if is_r else options.peers
    if start is None:
        return {"left_out": "R is not installed" if is_r else "not installed (name an interpreter with --peers)"}
    if task == "power":
        _shorten(Path(folder) / "power.txt", min(peer.power_trials, options.power_trials))
    repeats = options.repeats if task == "fit" else 1
    program = str(Path(__file__).with_name(peer.program))
    limited = ["sh", "-c", f'ulimit -v {options.memory_gib * 2**20}; exec "$0" "$@"']
    words = [*limited, start, program, peer.name, task, folder, str(repeats)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=options.limit, check=False, env=ONE_CORE)
    except subprocess.TimeoutExpired:
        return {"stopped": f"not done after {options.limit} s"}
    if done.returncode != 0:
        return {"failed": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1][:200]}
    return json.loads(done.stdout.splitlines()[-1])


def _shorten(path: Path, lines: int) -> None:
    terms = " + ".join(_terms(len(WEEKS)))
    path.write_text("".join(f"sim{k} ~ {terms}\n" for k in range(lines)), encoding="utf-8")
