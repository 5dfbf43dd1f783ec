"""The verb *estimate*: from a trial's table to its effects, in one call.

Decides the order of the steps and the words that sum the answers up; design, fit and contrasts have their own modules.
"""

from collections.abc import Sequence

import pandas as pd

from backloop.effects import Effect, Effects, check_scale, treatment_effects
from backloop.kernel import Columns, Inference, Structure, constrained_design, fit_repeated
from backloop.library import Library
from backloop.measure import Because, software_version
from backloop.units import Scale, Text

__all__ = ["estimate"]


def estimate(
    table: pd.DataFrame,
    columns: Columns,
    *,
    trial: str,
    scale: Scale,
    estimand: str,
    weeks: Sequence[float] = (),
    covariates: Sequence[str] = (),
    covariance: Structure | Sequence[Structure] = "unstructured",
    inference: Inference = "kenward-roger",
    library: Library | None = None,
) -> Effects:
    """Estimate what a treatment does against its comparator, week by week.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`. Missing outcomes are empty.
    columns : Columns
        Which column holds what.
    trial : str
        What the trial is called.
    scale : Scale
        The ruler of the outcome, with its good direction.
    estimand : str
        The question in words: population, strategy for what happens after randomisation, summary.
    weeks : sequence of float
        Weeks since randomisation; by default every visit after the first, which is the baseline.
    covariates : sequence of str
        Facts known before randomisation, stratification factors above all, each with a coefficient by week.
    covariance : str or sequence of str
        The structure of the covariance, or a declared order of fall-backs (see `fit_repeated`).
    inference : str
        How standard errors and degrees of freedom are counted (see `fit_repeated`).
    library : Library, optional
        The books whose edition is named; by default the packaged ones.

    Returns
    -------
    Effects
        One effect an arm and week, and a sentence for each in both languages.

    Raises
    ------
    TrialError
        If the table cannot carry the analysis, or no declared covariance converged.

    Notes
    -----
    A constrained longitudinal analysis by restricted likelihood. Valid where answers are missing at random. For other
    models use a design, `fit_repeated` and `treatment_effects` themselves.

    References
    ----------
    kenward-1997

    Examples
    --------
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, 2]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> pain = Scale(low=0, high=10, better="low")
    >>> estimate(table, where, trial="demo", scale=pain, estimand="treatment policy").summary.en
    'pain, care minus sham, week 9: -2.00 (95 % interval -2.97 to -1.03).'
    """
    design = constrained_design(table, columns, covariates=covariates)
    check_scale(design.y, columns.outcome, scale)
    fit = fit_repeated(design, covariance=covariance, inference=inference)
    effects = treatment_effects(fit, scale=scale, estimand=estimand, weeks=weeks)
    books = Library.packaged() if library is None else library
    return Effects(
        trial=trial,
        effects=effects,
        summary=Text(en=" ".join(map(_english, effects)), zh="".join(map(_chinese, effects))),
        because=Because(edition=books.edition, software=software_version()),
    )


def _english(effect: Effect) -> str:
    low, high = effect.interval.low, effect.interval.high
    return (
        f"{effect.outcome}, {effect.arm} minus {effect.comparator}, week {effect.week:g}: {effect.estimate:.2f} "
        f"({effect.interval.level:.0%} interval {low:.2f} to {high:.2f}).".replace("%", " %")
    )


def _chinese(effect: Effect) -> str:
    low, high = effect.interval.low, effect.interval.high
    return (
        f"{effect.outcome}：第{effect.week:g}周，{effect.arm}组与{effect.comparator}组之差为{effect.estimate:.2f}"
        f"（{effect.interval.level:.0%}置信区间{low:.2f}至{high:.2f}）。"
    )
