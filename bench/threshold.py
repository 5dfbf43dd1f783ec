"""How exactly and with how many pulses a motor threshold is found, beside the rule of 5 responses in 10.

Writes bench/threshold.json with the machine's description. The people are simulated and seeded: 2,000 for every spread
of the response curve, the same people for every method.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from chain import machine

from backloop.measure import HuntRule, count_thresholds, hunt_thresholds, make_stimulated_people

SEED = 20261122
KINDS = {
    "spread 4 %": {"spread": 0.04},
    "spread 7 %": {"spread": 0.07},
    "spread 12 %": {"spread": 0.12},
    "spread 7 %, differing between people": {"spread": 0.07, "spread_sd": 0.3},
    "spread 7 %, one response in fifty recorded wrongly": {"spread": 0.07, "lapse": 0.02},
}
METHODS = {
    "hunt, spread taken as 7 %": lambda people, random: hunt_thresholds(people, HuntRule(), random),
    "hunt, spread unknown": lambda people, random: hunt_thresholds(people, HuntRule(spread=None), random),
    "5 in 10, stopped when decided": count_thresholds,
    "5 in 10, whole tens": lambda people, random: count_thresholds(people, random, whole_tens=True),
}


def main() -> None:
    options = _options()
    begun = time.perf_counter()
    result = {
        "machine": machine(),
        "people_each": options.people,
        "thresholds": "log-normal, median 55 % of the stimulator's output, standard deviation of the logarithm 0.2",
        "standard_error_of_coverage": round(float(np.sqrt(0.95 * 0.05 / options.people)), 4),
        "found": {name: compare_methods(kind, options.people) for name, kind in KINDS.items()},
    }
    result["seconds"] = round(time.perf_counter() - begun, 1)
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def compare_methods(kind: dict[str, float], people: int) -> dict[str, dict[str, float]]:
    made = make_stimulated_people(people, np.random.default_rng(SEED), **kind)
    reports = {
        name: method(made, np.random.default_rng([SEED, place])).compare(made)
        for place, (name, method) in enumerate(METHODS.items())
    }
    return {name: {key: round(value, 3) for key, value in report.items()} for name, report in reports.items()}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: python bench/threshold.py --people 500")
    parser.add_argument("--people", type=int, default=2000, help="how many people for every spread")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="where the result goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
