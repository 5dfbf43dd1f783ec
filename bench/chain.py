"""How fast the chain is: start-up, one person through the verbs, ten thousand people on one and two cores.

Writes bench/chain.json with the machine's description. Run with `make bench`.
"""

import argparse
import datetime as dt
import json
import multiprocessing as mp
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rich.progress import track

import backloop
from backloop import infer, prescribe, review, schedule, score
from backloop.library import Library
from backloop.record import make_person

START = dt.date(2026, 12, 7)
BLOCK = 100


def main() -> None:
    options = _options()
    result = {
        "machine": machine(),
        "backloop": backloop.__version__,
        "edition": Library.packaged().edition,
        "start_up": {
            "bare python": _start_up("-c", "pass"),
            "import backloop": _start_up("-c", "import backloop"),
            "backloop --help": _start_up("-m", "backloop", "--help"),
        },
        "one_person": one_person(),
        "many_people": [many_people(options.people, jobs) for jobs in (1, 2)],
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def machine() -> dict[str, object]:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
    }


def _start_up(*words: str, repeats: int = 11) -> dict[str, float]:
    seconds = []
    for _repeat in range(repeats):
        begun = time.perf_counter()
        subprocess.run([sys.executable, *words], check=True, capture_output=True)
        seconds.append(time.perf_counter() - begun)
    return {"median_s": round(statistics.median(seconds), 3), "best_s": round(min(seconds), 3)}


def one_person(repeats: int = 51) -> dict[str, float | int]:
    """The verbs after reading, on one made-up person with two visits; books are already open."""
    record = make_person(seed=1, weeks=(0, 18))
    seconds = []
    for _repeat in range(repeats):
        begun = time.perf_counter()
        measures = score(record)
        profile = infer(measures, session_id="ses-w00")
        plan = prescribe(profile, record)
        schedule(plan, START)
        review(plan, record)
        seconds.append(time.perf_counter() - begun)
    return {
        "observations": len(record.observations),
        "first_ms_with_opening_the_books": round(seconds[0] * 1000, 1),
        "median_ms": round(statistics.median(seconds[1:]) * 1000, 2),
    }


def many_people(people: int, jobs: int) -> dict[str, float | int]:
    """Score, infer, prescribe and schedule in fresh processes; making the people is timed apart."""
    blocks = [range(first, min(first + BLOCK, people)) for first in range(0, people, BLOCK)]
    begun = time.perf_counter()
    with ProcessPoolExecutor(jobs, mp_context=mp.get_context("spawn")) as pool:
        done = list(track(pool.map(_block, blocks), description=f"{jobs} core(s)", total=len(blocks)))
    wall = time.perf_counter() - begun
    chain, plans = (sum(row[name] for row in done) / jobs for name in ("chain_s", "plans_s"))
    peak = {row["process"]: row["peak_mb"] for row in done}
    return {
        "people": people,
        "jobs": jobs,
        "observations": sum(row["observations"] for row in done),
        "chain_s": round(chain, 2),
        "people_per_second": round(people / chain, 1),
        "plans_alone_s": round(plans, 2),
        "treatments_weighed_each": len(Library.packaged().shelf("interventions")),
        "wall_s_with_making_the_people": round(wall, 2),
        "peak_mb_all_processes": round(sum(peak.values())),
    }


def _block(seeds: range) -> dict[str, float | int]:
    chain, plans, observations = 0.0, 0.0, 0
    for seed in seeds:
        record = make_person(seed=seed)
        begun = time.perf_counter()
        profile = infer(score(record))
        weighed = time.perf_counter()
        plan = prescribe(profile, record)
        plans += time.perf_counter() - weighed
        schedule(plan, START)
        chain += time.perf_counter() - begun
        observations += len(record.observations)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"process": os.getpid(), "chain_s": chain, "plans_s": plans, "observations": observations, "peak_mb": peak}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: python bench/chain.py --people 1000")
    parser.add_argument("--people", type=int, default=10_000, help="how many made-up people")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="where the result goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
