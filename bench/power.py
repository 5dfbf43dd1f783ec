"""How fast whole trials are simulated, and how often each analysis finds an effect where there is none.

Writes bench/power.json with the machine's description. Worlds are the two of examples/10_power; seeds are fixed.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

from chain import machine

from backloop.power import ModelAnalysis, read_world, simulate

WORLDS = Path(__file__).parents[1] / "examples" / "10_power"
ANALYSES = {
    "unstructured, Kenward-Roger": ModelAnalysis(weeks=(18, 52)),
    "random intercept, Satterthwaite": ModelAnalysis(
        covariance="random-intercept", inference="satterthwaite", weeks=(18, 52)
    ),
    "random intercept, unconstrained": ModelAnalysis(
        model="unconstrained", covariance="random-intercept", inference="satterthwaite", weeks=(18, 52)
    ),
}


def main() -> None:
    options = _options()
    result = {
        "machine": machine(),
        "seconds_for_trials": {"trials": options.trials, **speed(options.trials, options.rounds)},
        "seconds_for_1000_trials_with_modifiers": modifiers(options.rounds),
        "false_alarms": [false_alarms(people, options.null_trials) for people in (276, 40)],
        "resolve": replica(options.trials),
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def speed(trials: int, rounds: int) -> dict[str, float]:
    """Seconds from the world to the figures, drawing included: the best and the median of some rounds."""
    taken = {}
    for name in ("resolve", "no-effect"):
        world = read_world(WORLDS / f"{name}.toml")
        for workers in (1, 2):
            seconds = []
            for _round in range(rounds):
                begun = time.perf_counter()
                simulate(world, trials=trials, seed=1, workers=workers)
                seconds.append(time.perf_counter() - begun)
            key = f"{name}, {len(world.outcomes)} outcomes x {len(world.weeks)} visits, {workers} thread"
            taken[key] = round(min(seconds), 2)
            taken[f"{key}, median"] = round(statistics.median(seconds), 2)
    return taken


def modifiers(rounds: int) -> dict[str, float]:
    """Seconds for the power of one modifier, and of RESOLVE's secondary analysis (8 x 2 x 2), Kenward-Roger."""
    world = read_world(WORLDS / "resolve.toml")
    names = tuple(modifier.id for modifier in world.modifiers)
    analyses = {
        "one modifier": ModelAnalysis(weeks=(18,), modifiers=names[:1]),
        "eight modifiers, two outcomes, two weeks": ModelAnalysis(
            outcomes=("nrs", "rmdq"), weeks=(18, 52), modifiers=names
        ),
    }
    taken = {}
    for name, analysis in analyses.items():
        for workers in (1, 2):
            seconds = []
            for _round in range(rounds):
                begun = time.perf_counter()
                simulate(world, analysis, trials=1000, seed=1, workers=workers)
                seconds.append(time.perf_counter() - begun)
            taken[f"{name}, {workers} thread"] = round(min(seconds), 2)
    return taken


def false_alarms(people: int, trials: int) -> dict[str, object]:
    """Share of trials with p < .05 at weeks 18 and 52."""
    world = read_world(WORLDS / "no-effect.toml")
    if people != world.people:
        world = world.with_people(people)
    shares: dict[str, object] = {"people": people, "trials": trials}
    for name, analysis in ANALYSES.items():
        found = simulate(world, analysis, trials=trials, seed=20260725, workers=2)
        shares[name] = {
            f"week {each.question.week:g}": {
                "share": round(each.rejected.value, 5),
                "monte_carlo_error": round(each.rejected.error, 5),
                "failed": each.failed,
            }
            for each in found.performances
        }
    return shares


def replica(trials: int) -> dict[str, object]:
    """RESOLVE again and again: the published model, and ours."""
    world = read_world(WORLDS / "resolve.toml")
    published = ModelAnalysis(
        model="unconstrained", covariance="random-intercept", inference="satterthwaite", outcomes=("nrs", "rmdq")
    )
    analyses = {"published model": published, "default": ModelAnalysis(outcomes=("nrs", "rmdq"))}
    result: dict[str, object] = {}
    for name, analysis in analyses.items():
        found = simulate(world, analysis, trials=trials, seed=20220802, workers=2)
        result[name] = {
            each.question.label: {
                "truth": round(each.question.truth, 2),
                "mean_estimate": round(each.mean_estimate.value, 3),
                "mean_interval": [round(each.mean_low.value, 3), round(each.mean_high.value, 3)],
                "power": round(each.rejected.value, 4),
                "coverage": round(each.coverage.value, 4),
                "failed": each.failed,
            }
            for each in found.performances
        }
    return result


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: python bench/power.py --trials 1000")
    parser.add_argument("--trials", type=int, default=10_000, help="how many trials a timed round")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds")
    parser.add_argument("--null-trials", type=int, default=20_000, help="how many trials without an effect")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="where the result goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
