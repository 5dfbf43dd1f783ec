"""The simulated trials of bench/trial.py, and its timer; every number is seeded."""

import statistics
import time

import numpy as np
import pandas as pd

from backloop.learn import Columns

WEEKS = (0, 12, 18, 26, 52)
SPREAD = np.array([1.6, 1.9, 2.0, 2.1, 2.2])
LOST = (0.0, 0.05, 0.065, 0.09, 0.12)
MODIFIERS = tuple(f"modifier{number}" for number in range(1, 9))
WHERE = Columns(outcome="pain", comparator="0", person="id", arm="care")


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


def grown_trial(people: int, visits: int, *, drop_out: bool = False, seed: int = 4) -> pd.DataFrame:
    """A trial of another size: correlations that fall with every visit, a tenth of the follow-up answers missing.

    Single visits are missed, or people drop out for good: a tenth of all answers after the first in both cases.
    """
    random = np.random.default_rng(seed)
    lag = np.abs(np.subtract.outer(range(visits), range(visits)))
    spread = np.linspace(1.6, 2.2, visits)
    pain = 5.0 + random.multivariate_normal(np.zeros(visits), 0.9**lag * np.outer(spread, spread), size=people)
    if drop_out:
        lost = random.random((people, 1)) < 0.2 * np.arange(visits) / visits
    else:
        lost = random.random(pain.shape) < 0.1
    pain[:, 1:][lost[:, 1:]] = np.nan
    weeks = 6 * np.arange(visits)
    table = pd.DataFrame({"id": np.repeat(range(people), visits), "week": np.tile(weeks, people), "pain": pain.ravel()})
    return table.assign(care=table["id"] % 2)


def median_ms(act, repeats: int) -> float:
    seconds = []
    for _repeat in range(repeats):
        begun = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - begun)
    return round(1000 * statistics.median(seconds), 3)
