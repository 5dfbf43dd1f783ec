"""A causal forest that says for whom a treatment does more, judged on people it never saw and beside null trials.

Decides how the forest is grown (by EconML, loaded only here and only when asked); what it is worth is decided in
`validation`, and individual effects that chance could make are withheld.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backloop.errors import TrialError
from backloop.kernel import Columns, Floats, Progress, share_out
from backloop.moderation.benefit import LIMIT, BenefitScore, lay_task, write_score
from backloop.moderation.prediction import cross_fit
from backloop.moderation.validation import Participants, Trialled, check_split, validate
from backloop.units import Scale, Text

if TYPE_CHECKING:
    from econml.dml import CausalForestDML

__all__ = ["forest_benefit"]

_FEWEST = 80


def forest_benefit(
    table: pd.DataFrame,
    columns: Columns,
    *,
    week: float,
    covariates: Sequence[str],
    scale: Scale,
    arm: str | None = None,
    baseline: float | None = None,
    trees: int = 200,
    folds: int = 5,
    repeats: int = 1,
    nulls: int = 200,
    level: float = 0.95,
    seed: int = 0,
    workers: int = 1,
    scheduler: str = "processes",
    progress: Progress | None = None,
) -> BenefitScore:
    """Grow a causal forest from all that is known at the start, and test it on people it never saw.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`.
    columns : Columns
        Which column holds what.
    week : float
        The week of the outcome, since randomisation.
    covariates : sequence of str
        What is known before randomisation; the baseline outcome is added to it.
    scale : Scale
        The ruler of the outcome, with its good direction.
    arm : str, optional
        The arm compared with the comparator; needed where there are several.
    baseline : float, optional
        The week before treatment; by default the first.
    trees : int
        Trees of each forest, from 8.
    folds, repeats : int
        Into how many parts people are split, and how many such splits are averaged.
    nulls : int
        How many trials without any difference between people are simulated, from 20; each grows its own forests.
    level : float
        Coverage of the intervals, between 0 and 1.
    seed : int
        What splits, forests and simulated trials depend on, whatever the number of workers.
    workers, scheduler
        Who shares the null trials out, as in `run_blocks`; processes are best.
    progress : callable, optional
        Told the number of null trials done and their total.

    Returns
    -------
    BenefitScore
        Calibration, rankings, null checks, and individual effects only where the null checks let them pass.

    Raises
    ------
    TrialError
        If EconML is not installed, the table cannot carry the analysis, or there are fewer than 80 people.

    Notes
    -----
    EconML's CausalForestDML, honest (each tree is split by some people and filled by others), with the outcome's model
    a ridge regression (its penalty the number of predictors) and the share treated that of the trial. Each person's
    effect comes from forests that did not see them. At the size of most pain trials expect the refusal: such a forest
    needs large differences to tell.

    References
    ----------
    athey-2019, chernozhukov-2018, yadlowsky-2021, kent-2020

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> fear, start, arm = rng.normal(30, 8, 160), rng.normal(6, 1, 160), np.array(["sham", "care"] * 80)
    >>> after = start - 1 + (arm == "care") * (fear - 30) / 4 + rng.normal(0, 1, 160)
    >>> table = pd.DataFrame({"id": range(160), "arm": arm, "fear": fear, "w0": start, "w9": after})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> pain = Scale(better="low")
    >>> score = forest_benefit(table, where, week=9, covariates=["fear"], scale=pain, trees=16, folds=2, nulls=20)
    >>> score.calibration.interval.low > 0, len(score.individual)
    (True, 160)
    """
    if trees < 8:  # noqa: PLR2004
        message = f"expected at least 8 trees, got {trees}"
        raise TrialError(message)
    task = lay_task(table, columns, week=week, covariates=covariates, scale=scale, arm=arm, baseline=baseline)
    check_split(len(task.y), folds=folds, repeats=repeats, nulls=nulls, fewest=_FEWEST)
    method = _method(trees)
    found = validate(
        task.split(folds=folds, repeats=repeats, seed=seed),
        task.y,
        _Forest(trees=trees, seed=seed),
        nulls=nulls,
        level=level,
        seed=seed,
        limit=LIMIT,
        share=partial(_shared, workers=workers, scheduler=scheduler, progress=progress),
    )
    return write_score(task, found, method=method, folds=folds, repeats=repeats, seed=seed)


@dataclass(frozen=True)
class _Forest:
    """Predicts each person's effect by forests grown without them."""

    trees: int
    seed: int

    def __call__(self, people: Participants, y: Floats, number: int) -> tuple[Floats, Floats]:
        rest = y - cross_fit(people.x, y, people.splits)
        scores = np.zeros(len(y))
        random = np.random.Generator(np.random.Philox(key=[self.seed, 2**22 + number]))
        for fold in people.splits:
            for place in np.unique(fold):
                inside = fold != place
                forest = _sapling(self.trees, int(random.integers(2**31 - 1)), penalty=people.x.shape[1])
                forest.fit(y[inside], people.treated[inside], X=people.x[inside])
                scores[~inside] += forest.effect(people.x[~inside]).ravel()
        return scores / len(people.splits), rest


def _shared(
    trial: Callable[[int], Trialled],
    numbers: Sequence[int],
    *,
    workers: int,
    scheduler: str,
    progress: Progress | None,
) -> list[Trialled]:
    """Share null trials out; each depends on its number alone, whoever does it."""
    done: dict[int, Trialled] = {}
    for number, found in share_out(trial, numbers, workers=workers, scheduler=scheduler):
        done[number] = found
        if progress:
            progress(len(done), len(numbers))
    return [done[number] for number in numbers]


def _sapling(trees: int, seed: int, *, penalty: float) -> "CausalForestDML":
    """Set a forest up: honest trees, one core, and the trial's own share of people treated."""
    dml, linear, dummy = (_needed(name) for name in ("econml.dml", "sklearn.linear_model", "sklearn.dummy"))
    return dml.CausalForestDML(
        model_y=linear.Ridge(alpha=penalty),
        model_t=dummy.DummyClassifier(strategy="prior"),
        discrete_treatment=True,
        n_estimators=trees,
        min_samples_leaf=5,
        max_samples=0.45,
        honest=True,
        drate=False,
        inference=False,
        n_jobs=1,
        random_state=seed,
    )


def _method(trees: int) -> Text:
    version = _needed("econml").__version__
    return Text(
        en=f"causal forest of {trees} honest trees (EconML {version})",
        zh=f"因果森林（{trees}棵诚实树，EconML {version}）",
    )


def _needed(name: str) -> Any:  # noqa: ANN401 - a module
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        message = "a causal forest needs EconML; run: pip install 'backloop[forest]'"
        raise TrialError(message) from missing
