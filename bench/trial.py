"""How fast the trial engine is beside R's and Python's mixed models, and how often it finds what is not there.

Writes bench/trial.json with the machine's description. The trial is simulated and seeded: 276 people, five visits,
about a tenth of the answers missing. R packages are timed where Rscript has them (bench/trial.R), Python packages where
the interpreter named by --peers has them (bench/trial_peers.py); what is absent is told as not installed.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from chain import machine
from trial_beside import beside_peers
from trial_data import LOST, MODIFIERS, WEEKS, WHERE, covariance, grown_trial, make_trial, median_ms

from backloop.learn import Columns, constrained_design, fit_many, fit_repeated

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
        "scaling": scaling(options.scaling_fits),
        "peers": beside_peers(table, options),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def first_calls() -> dict[str, float]:
    """Fresh processes with an empty and with a filled store of compiled code."""
    fits = {
        "first_fit": "t.fit_repeated(design)",
        "first_large_batch": "t.fit_many(design, t.np.stack([design.y] * 500), design.effect_row('1', 18)[None])",
    }
    taken = {}
    for name, fit in fits.items():
        code = (
            "import sys, time; sys.path.insert(0, sys.argv[1]); import trial as t; begun = time.perf_counter(); "
            f"design = t.constrained_design(t.make_trial(1), t.WHERE); {fit}; print(time.perf_counter() - begun)"
        )
        with tempfile.TemporaryDirectory() as store:
            places = {**os.environ, "NUMBA_CACHE_DIR": store}
            words = [sys.executable, "-c", code, str(Path(__file__).parent)]
            for when in ("never_compiled", "in_a_later_process"):
                done = subprocess.run(words, env=places, check=True, capture_output=True)
                taken[f"{name}_{when}"] = round(float(done.stdout), 2)
    face = float(subprocess.run([sys.executable, "-c", START], check=True, capture_output=True).stdout)
    return {**taken, "import_backloop.learn": round(face, 3)}


def one_fit(table: pd.DataFrame, repeats: int = 200) -> dict[str, float]:
    design = constrained_design(table, WHERE)
    return {
        "design_from_table_ms": median_ms(lambda: constrained_design(table, WHERE), 20),
        "fit_kenward_roger_ms": median_ms(lambda: fit_repeated(design), repeats),
    }


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
        "fits": median_ms(lambda: [fit_repeated(design, inference="satterthwaite") for design in designs], 20),
        "fits_kenward_roger": median_ms(lambda: [fit_repeated(design) for design in designs], 20),
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


def scaling(fits: int) -> dict[str, object]:
    """Milliseconds a fit over people and over visits, and the power of the size with which they grow."""
    visits = (3, 4, 5, 6, 8, 10)
    sizes = {
        "people, 5 visits": {people: grown_trial(people, 5) for people in (125, 250, 500, 1000, 2000)},
        "visits, 276 people, single visits missed": {number: grown_trial(276, number) for number in visits},
        "visits, 276 people, drop-out": {number: grown_trial(276, number, drop_out=True) for number in visits},
    }
    found: dict[str, object] = {}
    for what, tables in sizes.items():
        for inference in ("satterthwaite", "kenward-roger"):
            taken = {size: _sized(table, fits, inference) for size, table in tables.items()}
            slope = np.polyfit(np.log(list(taken)), np.log(list(taken.values())), 1)[0]
            found[f"{what}, {inference}"] = {"ms": taken, "grows_with_power": round(float(slope), 2)}
    return found


def _sized(table: pd.DataFrame, fits: int, inference: str) -> float:
    design = constrained_design(table, WHERE)
    rows = np.array([design.effect_row("1", week) for week in design.compared])
    outcomes = design.y + np.random.default_rng(5).normal(0, 0.5, (fits, *design.y.shape))
    return round(median_ms(lambda: fit_many(design, outcomes, rows, inference=inference), 5) / fits, 4)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: python bench/trial.py --peers python3")
    parser.add_argument("--fits", type=int, default=500, help="how many fits a round")
    parser.add_argument("--null-trials", type=int, default=20_000, help="how many trials without an effect")
    parser.add_argument("--scaling-fits", type=int, default=50, help="how many fits a round at each size")
    parser.add_argument("--peers", help="a Python interpreter with statsmodels, glmm and lme-python")
    parser.add_argument("--repeats", type=int, default=5, help="how many times a peer fits the one model")
    parser.add_argument("--power-trials", type=int, default=100, help="the most power trials a peer gets")
    parser.add_argument("--limit", type=int, default=300, help="seconds after which a peer's task is stopped")
    parser.add_argument("--memory-gib", type=int, default=12, help="memory that a peer may ask for")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="where the result goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
