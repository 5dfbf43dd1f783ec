"""How fast the trial engine is, beside R's nlme, and how often it finds an effect where there is none.

Writes bench/trial.json with the machine's description. The trial is simulated and seeded: 276 people, five visits,
about a tenth of the answers missing. R (Rscript with nlme) is timed where it is installed.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from chain import machine

from backloop.learn import Columns, answer, constrained_design, fit_many, fit_repeated

WEEKS = (0, 12, 18, 26, 52)
SPREAD = np.array([1.6, 1.9, 2.0, 2.1, 2.2])
LOST = (0.0, 0.05, 0.065, 0.09, 0.12)
MODIFIERS = tuple(f"modifier{number}" for number in range(1, 9))
WHERE = Columns(outcome="pain", comparator="0", person="id", arm="care")
START = "import time; t = time.perf_counter(); import backloop.learn; print(time.perf_counter() - t)"


def main() -> None:
    options = _options()
    table = make_trial(20260725)
    result = {
        "machine": machine(),
        "first_call_s": first_calls(),
        "one_fit": one_fit(table),
        "many_fits": many_fits(table, options.fits),
        "sixteen_modifier_models_ms": modifier_models(table),
        "false_alarms": [false_alarms(people, options.null_trials) for people in (40, 276)],
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    result["nlme_gls"] = beside_r(table, options.r_fits, result["many_fits"])
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def make_trial(seed: int, people: int = 276) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    care = np.arange(people) % 2
    noise = random.multivariate_normal(np.zeros(5), covariance(), size=people)
    pain = 5.7 + noise - np.outer(np.ones(people), [0, 1.2, 1.6, 1.6, 1.7]) - np.outer(care, [0, 0.8, 1.0, 0.9, 0.7])
    pain[random.random(pain.shape) < LOST] = np.nan
    table = pd.DataFrame({"id": np.repeat(range(people), 5), "week": np.tile(WEEKS, people), "pain": pain.ravel()})
    table["care"] = np.repeat(care, 5)
    table["disability"] = 1.9 * table["pain"] + random.normal(0, 2.0, len(table))
    for name in MODIFIERS:
        table[name] = np.repeat(random.normal(size=people), 5)
    return table


def covariance() -> np.ndarray:
    """Standard deviations that grow and correlations that fall from .62 to .36, as pain scores do."""
    lag = np.abs(np.subtract.outer(range(5), range(5)))
    return np.where(lag == 0, 1.0, 0.7 - 0.085 * lag) * np.outer(SPREAD, SPREAD)


def first_calls() -> dict[str, float]:
    """A fresh process with an empty and with a filled store of compiled code."""
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); import trial; t = time.perf_counter(); "
        "design = trial.constrained_design(trial.make_trial(1), trial.WHERE); trial.fit_repeated(design); "
        "print(time.perf_counter() - t)"
    )
    with tempfile.TemporaryDirectory() as store:
        places = {**os.environ, "NUMBA_CACHE_DIR": store}
        words = [sys.executable, "-c", code, str(Path(__file__).parent)]
        cold, warm = (float(subprocess.run(words, env=places, check=True, capture_output=True).stdout) for _ in "12")
        face = float(subprocess.run([sys.executable, "-c", START], check=True, capture_output=True).stdout)
    return {
        "first_fit_never_compiled": round(cold, 1),
        "first_fit_in_a_later_process": round(warm, 2),
        "import_backloop.learn": round(face, 3),
    }


def one_fit(table: pd.DataFrame, repeats: int = 200) -> dict[str, float]:
    design = constrained_design(table, WHERE)
    return {
        "design_from_table_ms": _median_ms(lambda: constrained_design(table, WHERE), 20),
        "fit_kenward_roger_ms": _median_ms(lambda: fit_repeated(design), repeats),
    }


def _median_ms(act, repeats: int) -> float:
    seconds = []
    for _repeat in range(repeats):
        begun = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - begun)
    return round(1000 * statistics.median(seconds), 3)


def many_fits(table: pd.DataFrame, fits: int) -> dict[str, float]:
    """Milliseconds a fit over resampled trials that share one design: the best and the median of 21 rounds."""
    design = constrained_design(table, WHERE)
    rows = np.array([design.effect_row("1", week) for week in WEEKS[1:]])
    random = np.random.default_rng(2)
    outcomes = design.y[np.newaxis] + random.normal(0, 0.5, (fits, *design.y.shape))
    taken = {}
    for inference in ("satterthwaite", "kenward-roger"):
        for threads in (1, 2):
            seconds = []
            for _round in range(21):
                begun = time.perf_counter()
                done = fit_many(design, outcomes, rows, inference=inference, threads=threads)
                seconds.append(time.perf_counter() - begun)
            name = f"{inference}_ms_{threads}_thread"
            taken[name] = round(1000 * min(seconds) / fits, 4)
            taken[f"{name}_median"] = round(1000 * statistics.median(seconds) / fits, 4)
            taken["not_converged"] = sum(ending != "converged" for ending in done.endings)
    return {"fits": fits, **taken}


def modifier_models(table: pd.DataFrame) -> dict[str, float]:
    """Eight modifiers by two outcomes, 18 coefficients each."""
    designs = [
        constrained_design(table, Columns(outcome=outcome, comparator="0", person="id", arm="care"), modifier=name)
        for outcome in ("pain", "disability")
        for name in MODIFIERS
    ]
    return {
        "fits": _median_ms(lambda: [fit_repeated(design, inference="satterthwaite") for design in designs], 20),
        "fits_kenward_roger": _median_ms(lambda: [fit_repeated(design) for design in designs], 20),
    }


def false_alarms(people: int, trials: int) -> dict[str, object]:
    """Share of trials without any effect in which p < .05 at weeks 18 and 52, with its Monte Carlo standard error."""
    design = constrained_design(make_trial(3, people), WHERE)
    rows = np.array([design.effect_row("1", week) for week in (18, 52)])
    shares: dict[str, list[float]] = {}
    for inference in ("satterthwaite", "kenward-roger"):
        rejected, z_rejected, failed = np.zeros(2), np.zeros(2), 0
        for part in range(0, trials, 1000):
            random = np.random.default_rng([people, part])
            outcomes = random.multivariate_normal(np.zeros(5), covariance(), size=(min(1000, trials - part), people))
            outcomes[random.random(outcomes.shape) < LOST] = np.nan
            fits = fit_many(design, outcomes, rows, inference=inference)
            rejected += (fits.p_value < 0.05).sum(axis=0)
            z_rejected += (np.abs(fits.estimate / fits.standard_error) > 1.959963984540054).sum(axis=0)
            failed += sum(ending != "converged" for ending in fits.endings)
        shares[inference] = [round(share, 5) for share in rejected / trials]
        shares[f"{inference}_not_converged"] = failed
        if inference == "satterthwaite":
            shares["normal"] = [round(share, 5) for share in z_rejected / trials]
    return {"people": people, "trials": trials, "standard_error": round((0.05 * 0.95 / trials) ** 0.5, 5), **shares}


def beside_r(table: pd.DataFrame, fits: int, ours: dict[str, float]) -> dict[str, object]:
    """The same model in R, with the difference of estimate, standard error and log likelihood."""
    if shutil.which("Rscript") is None:
        return {"left_out": "Rscript is not installed"}
    design = constrained_design(table, WHERE)
    fit = fit_repeated(design, inference="satterthwaite")
    effect = answer(fit, design.effect_row("1", 18))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trial.csv"
        table.to_csv(path, index=False)
        words = ["Rscript", str(Path(__file__).with_suffix(".R")), str(path), str(fits)]
        *lines, version = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = np.array([[float(word) for word in line.split()] for line in lines])
    median = float(np.median(rows[:, 0]))
    return {
        "version": version.strip(),
        "ms_a_fit": round(1000 * median),
        "times_faster_with_satterthwaite": round(1000 * median / ours["satterthwaite_ms_1_thread"]),
        "difference_of_estimate": float(effect.estimate - rows[0, 1]),
        "difference_of_standard_error": float(effect.standard_error - rows[0, 2]),
        "our_log_likelihood_minus_theirs": float(-fit.deviance / 2 - rows[0, 3]),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: python bench/trial.py --fits 200")
    parser.add_argument("--fits", type=int, default=500, help="how many fits a round")
    parser.add_argument("--null-trials", type=int, default=20_000, help="how many trials without an effect")
    parser.add_argument("--r-fits", type=int, default=3, help="how many fits in R")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="where the result goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
