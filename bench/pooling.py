"""How fast meta-analyses are pooled, beside R's metafor, in one run.

Writes bench/pooling.json with the machine's description. The meta-analyses are simulated and seeded: 1,000 of 20
studies, variance between studies from none to large; and a network of trials with two and three arms. R (Rscript with
metafor, and netmeta if there) is timed where it is installed.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from chain import machine

from backloop.synthesis import Studies, compare_network, pool, pool_many, read_network
from backloop.synthesis.spreading import fit_contrasts


def main() -> None:
    options = _options()
    estimate, error = make_studies(options.sets, options.studies)
    ours = {
        "all_at_once_ms": _median_ms(lambda: pool_many(estimate, error), options.rounds),
        "one_by_one_ms": _median_ms(lambda: one_by_one(estimate, error), 3),
    }
    result = {
        "machine": machine(),
        "meta_analyses": options.sets,
        "studies_each": options.studies,
        "method": "REML, Hartung-Knapp",
        "backloop": ours,
        "metafor": beside_r(estimate, error, ours, rounds=options.r_rounds),
        "network": compare_networks(options.treatments, options.trials, rounds=options.r_rounds),
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def make_studies(sets: int, studies: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(20260725)
    error = random.uniform(0.1, 0.6, (sets, studies))
    between = random.choice([0.0, 0.1, 0.3, 0.6], (sets, 1))
    return random.normal(-0.5, 1.0, (sets, studies)) * np.hypot(error, between) - 0.5, error


def one_by_one(estimate: np.ndarray, error: np.ndarray) -> None:
    """Whole answers with labels, prediction and Q-profile intervals, which the R run does not compute."""
    labels = tuple(map(str, range(estimate.shape[1])))
    for y, se in zip(estimate, error, strict=True):
        pool(Studies(labels=labels, estimate=y, standard_error=se, measure="SMD", unit="SD", better="low"))


def compare_networks(treatments: int, trials: int, *, rounds: int) -> dict[str, object]:
    """One network by REML: the whole answer (league, every split, 20,000 draws of ranks), and the fit alone."""
    arms = make_network(treatments, trials)
    found = compare_network(read_network(arms, better="low"))
    result: dict[str, object] = {
        "treatments": treatments,
        "trials": trials,
        "arms": len(arms),
        "whole_answer_ms": _median_ms(lambda: compare_network(read_network(arms, better="low")), rounds),
        "fit_alone_ms": (ours := _median_ms(lambda: fit_network(arms), 5 * rounds)),
    }
    if shutil.which("Rscript") is None:
        return result | {"left_out": "Rscript is not installed"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "arms.csv"
        arms.to_csv(path, index=False)
        words = ["Rscript", str(Path(__file__).with_name("networks.R")), str(path)]
        runs = [subprocess.run(words, check=True, capture_output=True, text=True).stdout for _round in range(rounds)]
    seconds = statistics.median(float(run.split(maxsplit=1)[0]) for run in runs)
    _seconds, effects, version = runs[0].splitlines()
    first = found.treatments[0]
    here = np.array([found.effect(name, first).estimate for name in found.treatments[1:]])
    gap = np.abs(here - np.array(effects.split(), dtype=float)).max()
    return result | {
        "version": version.strip(),
        "r_ms": round(1000 * seconds),
        "fit_times_faster": round(1000 * seconds / ours, 1),
        "largest_difference": float(f"{gap:.2g}"),
    }


def fit_network(arms: pd.DataFrame) -> None:
    """What R is timed for: contrasts from arms, and one fit by REML."""
    network = read_network(arms, better="low")
    fit_contrasts(network, network.incidence[:, 1:], method="reml")


def make_network(treatments: int, trials: int) -> pd.DataFrame:
    random = np.random.default_rng(20260725)
    names = [f"T{place:02d}" for place in range(treatments)]
    true = random.normal(0.0, 0.6, treatments)
    rows = []
    for trial in range(trials):
        # The first trials form a chain, so that the network hangs together.
        chosen = (
            [trial, trial + 1]
            if trial < treatments - 1
            else random.choice(treatments, random.integers(2, 4), replace=False)
        )
        size = int(random.integers(20, 100))
        means = true[chosen] + random.normal(5.0, 1.0) + random.normal(0.0, 0.2, len(chosen))
        seen = random.normal(means, 2.0 / np.sqrt(size))
        rows += [(f"S{trial:03d}", names[at], mean, 2.0, size) for at, mean in zip(chosen, seen, strict=True)]
    return pd.DataFrame(rows, columns=["study", "treatment", "mean", "sd", "n"])


def _median_ms(act, rounds: int) -> float:
    seconds = []
    act()
    for _round in range(rounds):
        begun = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - begun)
    return round(1000 * statistics.median(seconds), 2)


def beside_r(estimate: np.ndarray, error: np.ndarray, ours: dict[str, float], *, rounds: int) -> dict[str, object]:
    """The same meta-analyses in R, with the largest differences (metafor's search ends at 1e-5 of tau2)."""
    if shutil.which("Rscript") is None:
        return {"left_out": "Rscript is not installed"}
    table = pd.DataFrame({"estimate": estimate.ravel(), "standard_error": error.ravel()})
    table.insert(0, "set", np.repeat(np.arange(len(estimate)) + 1, estimate.shape[1]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "studies.csv"
        table.to_csv(path, index=False)
        words = ["Rscript", str(Path(__file__).with_suffix(".R")), str(path)]
        runs = [subprocess.run(words, check=True, capture_output=True, text=True).stdout for _round in range(rounds)]
    seconds = statistics.median(float(run.split(maxsplit=1)[0]) for run in runs)
    lines = runs[0].splitlines()
    theirs = np.array([[float(word.replace("NA", "nan")) for word in line.split()] for line in lines[1:-1]])
    found = pool_many(estimate, error)
    pairs = zip((found.estimate, found.standard_error, found.tau2), theirs.T, strict=True)
    names = ("estimate", "standard_error", "tau2")
    return {
        "version": lines[-1].strip(),
        "ms": round(1000 * seconds),
        "times_faster_all_at_once": round(1000 * seconds / ours["all_at_once_ms"]),
        "times_faster_one_by_one": round(1000 * seconds / ours["one_by_one_ms"], 1),
        "not_converged": int(np.isnan(theirs[:, 0]).sum()),
        "largest_difference": {
            name: float(f"{np.nanmax(np.abs(a - b)):.2g}") for name, (a, b) in zip(names, pairs, strict=True)
        },
        "our_restricted_log_likelihood_minus_theirs": compare_heights(estimate, error, found.tau2, theirs[:, 2]),
    }


def compare_heights(estimate: np.ndarray, error: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> dict[str, float]:
    """The smallest and largest difference: a negative one would mean that R climbed higher."""
    gain = _height(estimate, error, ours) - _height(estimate, error, theirs)
    return {"smallest": float(f"{np.nanmin(gain):.2g}"), "largest": float(f"{np.nanmax(gain):.2g}")}


def _height(y: np.ndarray, error: np.ndarray, tau2: np.ndarray) -> np.ndarray:
    w = 1.0 / (error**2 + tau2[:, None])
    mean = (w * y).sum(axis=1) / w.sum(axis=1)
    return 0.5 * (np.log(w).sum(axis=1) - np.log(w.sum(axis=1)) - (w * (y - mean[:, None]) ** 2).sum(axis=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: python bench/pooling.py --sets 100")
    parser.add_argument("--sets", type=int, default=1000, help="how many meta-analyses")
    parser.add_argument("--studies", type=int, default=20, help="how many studies each")
    parser.add_argument("--treatments", type=int, default=10, help="how many treatments in the network")
    parser.add_argument("--trials", type=int, default=100, help="how many trials in the network")
    parser.add_argument("--rounds", type=int, default=21, help="how many rounds here")
    parser.add_argument("--r-rounds", type=int, default=3, help="how many rounds in R")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="where the result goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
