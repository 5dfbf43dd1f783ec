"""The verb of this room: simulate a trial thousands of times and say what its analysis would find.

Decides the order of the steps and the key finished work is found by; worlds, analyses and schedulers are elsewhere.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from backloop.errors import TrialError
from backloop.kernel import Arrays, Block, BlockStore, Progress, cut_blocks, join_blocks, run_blocks
from backloop.measure import software_version
from backloop.power.analyses import Analysis, Answers, ModelAnalysis
from backloop.power.draws import Drawer
from backloop.power.performance import Figure, Performance, Success, measure_performance
from backloop.power.worlds import World
from backloop.units import Frozen, Text

__all__ = ["Simulation", "simulate"]

_ARRAYS = ("estimate", "standard_error", "df", "ending")


class Simulation(Frozen):
    """What an analysis found in many trials of one world.

    Parameters
    ----------
    world, world_sha256 : str
        Id and fingerprint of the world.
    analysis : str
        The analysis in words.
    trials, seed : int
        How many trials, and the seed: the same numbers come out again whatever the number of workers.
    alpha : float
        The two-sided level of tests and intervals.
    performances : tuple of Performance
        One a question.
    software : str
        The version that ran it.

    Examples
    --------
    >>> Simulation.model_fields["performances"].is_required()
    True
    """

    world: str
    world_sha256: str
    analysis: str
    trials: int
    seed: int
    alpha: float
    performances: tuple[Performance, ...]
    software: str

    @property
    def text(self) -> Text:
        """All questions in sentences."""
        return Text(
            en=" ".join([f"{self.trials:,} simulated trials.", *(each.text.en for each in self.performances)]),
            zh="".join([f"共模拟{self.trials:,}次试验。", *(each.text.zh for each in self.performances)]),
        )

    def table(self) -> pd.DataFrame:
        """Give one row a question, each figure followed by its Monte-Carlo error."""
        rows = []
        for each in self.performances:
            row: dict[str, object] = {"question": each.question.label, "truth": each.question.truth}
            row |= {"trials": each.trials, "failed": each.failed}
            for name in Performance.model_fields:
                figure = getattr(each, name)
                if isinstance(figure, Figure):
                    row |= {name: figure.value, f"{name}_error": figure.error}
            rows.append(row)
        return pd.DataFrame(rows)


def simulate(
    world: World,
    analysis: Analysis | None = None,
    *,
    trials: int,
    seed: int,
    alpha: float = 0.05,
    success: Success | None = None,
    workers: int = 1,
    scheduler: str = "threads",
    block: int = 500,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """Simulate whole trials and sum up what their analysis finds.

    Parameters
    ----------
    world : World
        Where the trials happen. ``world.without_effect()`` gives the type I error rate.
    analysis : Analysis, optional
        What is done with each trial; by default a constrained longitudinal analysis with unstructured covariance and
        Kenward-Roger inference.
    trials : int
        How many; 10,000 give a type I error rate to within 0.4 percentage points.
    seed : int
        The seed, 0 to 2**64 - 1.
    alpha : float
        Two-sided level of tests and intervals, between 0 and 1.
    success : Success, optional
        A further criterion: beyond an important change, or non-inferior.
    workers, scheduler
        As in `run_blocks`: threads, processes or a Dask cluster.
    block : int
        Trials a block, the unit of work and of resuming.
    folder : Path, optional
        Where finished blocks are kept. A run that was killed goes on from there when it is started again.
    progress : callable, optional
        Called with the number of finished blocks and of all.

    Returns
    -------
    Simulation
        Power or type I error, bias, coverage and standard errors, each with its Monte-Carlo error.

    Raises
    ------
    TrialError
        If the world or the analysis does not allow it, or a number is out of range.

    Notes
    -----
    Each trial has a generator of its own, keyed by seed, world and number, so results depend neither on the blocks
    nor on who computes them. Failed analyses are counted; they have found nothing.

    References
    ----------
    morris-2019

    Examples
    --------
    >>> from backloop.power import read_world
    >>> world = read_world(Path("examples/10_power/resolve.toml"))
    >>> found = simulate(world, ModelAnalysis(model="ancova", weeks=(18,)), trials=200, seed=1)
    >>> found.performances[0].failed, found.performances[0].rejected.value > 0.9
    (0, True)
    """
    if trials < 1 or block < 1 or not 0.0 < alpha < 1.0 or not 0 <= seed < 2**64:
        message = (
            "expected trials and block from 1, alpha between 0 and 1 and a seed from 0 to 2**64 - 1;"
            f" got {trials}, {block}, {alpha:g}, {seed}"
        )
        raise TrialError(message)
    asked = ModelAnalysis() if analysis is None else analysis
    questions = asked.questions(world)
    blocks = cut_blocks(0, trials, size=block)
    store = BlockStore(folder, _key(world, asked, seed)) if folder else None
    work = _Work(Drawer(world, seed), asked)
    done = run_blocks(work, blocks, workers=workers, scheduler=scheduler, store=store, progress=progress)
    answers = _read(join_blocks(done))
    return Simulation(
        world=world.id,
        world_sha256=world.sha256,
        analysis=asked.words,
        trials=trials,
        seed=seed,
        alpha=alpha,
        performances=tuple(
            measure_performance(
                question,
                answers,
                column,
                alpha=alpha,
                success=success,
                better=world.outcome(question.outcome).scale.better,
            )
            for column, question in enumerate(questions)
        ),
        software=software_version(),
    )


@dataclass(frozen=True)
class _Work:
    """Draws and analyses one block."""

    drawer: Drawer
    analysis: Analysis

    def __call__(self, block: Block) -> Arrays:
        first, end = block
        answers = self.analysis.answers(self.drawer.draw(first, end - first))
        return {name: np.asarray(getattr(answers, name), dtype=float) for name in _ARRAYS}


def _key(world: World, analysis: Analysis, seed: int) -> str:
    asked = [question.model_dump() for question in analysis.questions(world)]
    content = [world.sha256, analysis.words, asked, seed, software_version()]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def _read(arrays: Arrays) -> Answers:
    return Answers(
        estimate=arrays["estimate"],
        standard_error=arrays["standard_error"],
        df=arrays["df"],
        ending=arrays["ending"].astype(np.int64),
    )
