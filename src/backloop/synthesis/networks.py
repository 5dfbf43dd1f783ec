"""Networks of trials: arms or contrasts of several treatments, with the correlation inside trials of many arms.

Decides whether a table makes one connected network and how its contrasts hang together; it compares no treatments.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import eigh

from backloop.errors import TrialError
from backloop.synthesis.sheets import Floats, Sheet, check_span, open_sheet
from backloop.synthesis.studies import Measure, shrinkage
from backloop.units import Better

__all__ = ["Network", "join_arms", "read_network"]

Integers = NDArray[np.int64]

_AGREE = 0.1  # how far, in standard errors, rounded effects of one trial may be from adding up
_PAIR = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """Checked contrasts of several trials that connect several treatments, each `treatment` minus `base`.

    Parameters
    ----------
    treatments : tuple of str
        In alphabetical order.
    labels : tuple of str
        What each trial is called; no two alike.
    arms : tuple of tuple of int
        The treatments of each trial, as places in `treatments`.
    trial, treatment, base : array of int, one a contrast
        The trial of a contrast, and the two treatments it compares; a trial of k arms has k - 1 contrasts.
    estimate : array of float, one a contrast
        In `unit`.
    covariance : array of float, contrasts x contrasts
        Sampling variances and, within a trial of many arms, covariances.
    measure, unit, better
        As in `Studies`.

    Examples
    --------
    >>> rows = pd.DataFrame({"study": ["A", "B"], "treatment": ["walk", "swim"], "comparator": ["rest", "rest"],
    ...                      "estimate": [-1.0, -0.5], "standard_error": [0.3, 0.4]})
    >>> read_network(rows, better="low").treatments
    ('rest', 'swim', 'walk')
    """

    treatments: tuple[str, ...]
    labels: tuple[str, ...]
    arms: tuple[tuple[int, ...], ...]
    trial: Integers
    treatment: Integers
    base: Integers
    estimate: Floats
    covariance: Floats
    measure: Measure
    unit: str
    better: Better

    @property
    def incidence(self) -> Floats:
        """One row a contrast, one column a treatment: 1 for the treatment, -1 for what it is compared with."""
        rows = np.zeros((len(self.estimate), len(self.treatments)))
        places = np.arange(len(self.estimate))
        rows[places, self.treatment], rows[places, self.base] = 1.0, -1.0
        return rows

    @cached_property
    def independent(self) -> tuple[Floats, Floats]:
        """How to turn contrasts into independent ones of variance 1 + tau2 times a share: the turn, and the shares.

        A variance between trials adds tau2 to a contrast and half of it to the covariance within a trial.
        """
        variance = np.diag(self.covariance)
        turn, share = np.diag(variance**-0.5), 1.0 / variance
        for trial in np.flatnonzero(np.bincount(self.trial) > 1):
            rows = np.flatnonzero(self.trial == trial)
            block = np.ix_(rows, rows)
            share[rows], turned = eigh(0.5 + 0.5 * np.eye(len(rows)), self.covariance[block])
            turn[block] = turned.T
        return turn, share

    def trials_of(self, first: int, second: int) -> int:
        """Count the trials that compare two treatments with each other."""
        return sum(first in arms and second in arms for arms in self.arms)


def join_arms(arms: Sequence[tuple[int, ...]], count: int) -> list[set[int]]:
    """Give the separate parts into which trials join treatments.

    Examples
    --------
    >>> join_arms([(0, 1), (2, 3)], 4)
    [{0, 1}, {2, 3}]
    """
    parts = [{place} for place in range(count)]
    for trial in arms:
        touched = [part for part in parts if part & set(trial)]
        parts = [part for part in parts if part not in touched] + [set().union(*touched)]
    return sorted(parts, key=min)


def read_network(
    table: pd.DataFrame | str | Path, *, better: Better, measure: Measure | None = None, unit: str = "points"
) -> Network:
    """Read trials of several treatments, by arm or by contrast, and check that they make one network.

    Parameters
    ----------
    table : pandas.DataFrame or path of a CSV file
        By arm, one row an arm: ``study``, ``treatment``, ``mean``, ``sd`` (above 0), ``n`` (2 or more), and where
        scales differ ``better``. By contrast, one row a comparison: ``study``, ``treatment``, ``comparator``,
        ``estimate`` (treatment minus comparator) and ``standard_error`` (above 0). A trial of k arms needs all its
        k (k - 1) / 2 contrasts, or k - 1 with one comparator and the standard error of that arm's own mean in
        ``comparator_se``.
    better : str
        Which end is good for the person: with ``"low"`` a negative effect favours the treatment.
    measure : str, optional
        ``"MD"`` (by default) or ``"SMD"`` from arms; what published contrasts are, by default ``"effect"``.
    unit : str
        The unit of the effects; an SMD is in ``"SD"``.

    Returns
    -------
    Network
        With treatments in alphabetical order.

    Raises
    ------
    TrialError
        If a cell is wrong, a trial has one arm or a treatment twice, a trial's contrasts are incomplete or do not add
        up, there is only one trial, or the treatments fall into parts that no trial connects.

    Notes
    -----
    An SMD divides by the SD pooled over all arms of its trial; its variances and covariances are those of Gleser and
    Olkin, so that the choice of a trial's base changes nothing.

    References
    ----------
    gleser-2009, rucker-2012

    Examples
    --------
    >>> arms = pd.DataFrame({"study": ["A", "A", "B", "B"], "treatment": ["rest", "walk", "rest", "swim"],
    ...                      "mean": [4.0, 3.0, 4.0, 3.5], "sd": [2.0, 2.0, 2.0, 2.0], "n": [20, 20, 30, 30]})
    >>> read_network(arms, better="low").estimate
    array([-1. , -0.5])
    """
    head = _columns(table)
    if "mean" in head:
        sheet = open_sheet(table, ("treatment", "mean", "sd", "n"), repeats=True)
        return _network(sheet, list(_from_arms(sheet, measure or "MD", better)), (measure or "MD", unit, better))
    sheet = open_sheet(table, ("treatment", "comparator", "estimate", "standard_error"), repeats=True)
    return _network(sheet, list(_from_contrasts(sheet)), (measure or "effect", unit, better))


_Contrasts = dict[tuple[str, str], tuple[float, float]]
"""Estimate and variance of a trial's comparisons, in either order."""


class _Trial(NamedTuple):
    label: str
    names: tuple[str, ...]
    estimate: Floats
    covariance: Floats


def _columns(table: pd.DataFrame | str | Path) -> tuple[str, ...]:
    return tuple(open_sheet(table, (), repeats=True).table.columns)


def _rows_of(sheet: Sheet) -> Iterator[tuple[str, Integers]]:
    labels = np.array(sheet.labels, dtype=object)
    for label in dict.fromkeys(sheet.labels):
        yield label, np.flatnonzero(labels == label)


def _from_arms(sheet: Sheet, measure: Measure, better: Better) -> Iterator[_Trial]:
    """Give each trial's arms minus its first one."""
    if measure == "effect":
        message = "expected measure 'MD' or 'SMD' for a table by arm, got 'effect'"
        raise TrialError(message)
    names, mean = np.array(sheet.names("treatment"), dtype=object), sheet.numbers("mean")
    sd, n, turned = sheet.numbers("sd", above=0.0), sheet.numbers("n", above=1.0), sheet.turned(better)
    if measure == "MD" and turned.any():
        raise sheet.wrong(turned, "better", f"expected '{better}': mean differences share one scale; use an SMD")
    for label, rows in _rows_of(sheet):
        _check_arms(sheet, label, tuple(names[rows]))
        apart, variance = np.where(turned[rows[0]], -1.0, 1.0) * (mean[rows] - mean[rows[0]]), sd[rows] ** 2 / n[rows]
        if measure == "SMD":
            df = n[rows].sum() - len(rows)
            pooled = np.sqrt(((n[rows] - 1.0) * sd[rows] ** 2).sum() / df)
            apart, variance = shrinkage(np.array(df), "exact") * apart / pooled, 1.0 / n[rows]
        covariance = np.diag(variance[1:]) + variance[0]
        if measure == "SMD":
            covariance += np.outer(apart[1:], apart[1:]) / (2.0 * n[rows].sum())
        yield _Trial(label, tuple(names[rows]), apart[1:], covariance)


def _check_arms(sheet: Sheet, label: str, names: tuple[str, ...]) -> None:
    if len(names) < _PAIR:
        message = f"{sheet.source}, study '{label}': one arm ('{names[0]}') compares nothing; give its other arms"
        raise TrialError(message)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        message = f"{sheet.source}, study '{label}': '{twice}' is compared with itself; join or rename its arms"
        raise TrialError(message)


def _from_contrasts(sheet: Sheet) -> Iterator[_Trial]:
    """Give each trial's contrasts with one base, and their covariances from the other contrasts or the base's error."""
    pairs = list(zip(sheet.names("treatment"), sheet.names("comparator"), strict=True))
    y, se = sheet.numbers("estimate"), sheet.numbers("standard_error", above=0.0)
    for place, (treatment, comparator) in enumerate(pairs):
        if treatment == comparator:
            where = np.arange(len(pairs)) == place
            raise sheet.wrong(where, "comparator", f"'{treatment}' is compared with itself; give two treatments")
    for label, rows in _rows_of(sheet):
        found = {pairs[row]: (y[row], se[row] ** 2) for row in rows}
        both = found | {(b, a): (-estimate, variance) for (a, b), (estimate, variance) in found.items()}
        if len(both) < _PAIR * len(rows):
            message = f"{sheet.source}, study '{label}': a comparison is there twice; pool it or name two studies"
            raise TrialError(message)
        names = tuple(dict.fromkeys(name for row in rows for name in reversed(pairs[row])))
        every = len(names) * (len(names) - 1) // 2
        if len(rows) == every:
            yield _from_every_pair(sheet, label, names, both)
        else:
            yield _from_shared_base(sheet, label, rows, both)


def _from_every_pair(sheet: Sheet, label: str, names: tuple[str, ...], both: _Contrasts) -> _Trial:
    base, others = names[0], names[1:]
    estimate = np.array([both[name, base][0] for name in others])
    variance = np.array([both[name, base][1] for name in others])
    covariance = np.diag(variance)
    for i, j in combinations(range(len(others)), 2):
        between, spread = both[others[i], others[j]]
        if abs(between - (estimate[i] - estimate[j])) > _AGREE * np.sqrt(spread):
            message = (
                f"{sheet.source}, study '{label}': its contrasts do not add up ('{others[i]}' minus '{others[j]}' is "
                f"{between:g}, by way of '{base}' {estimate[i] - estimate[j]:g}); check signs and treatments"
            )
            raise TrialError(message)
        covariance[i, j] = covariance[j, i] = 0.5 * (variance[i] + variance[j] - spread)
    if np.linalg.eigvalsh(covariance)[0] <= 0:
        message = f"{sheet.source}, study '{label}': no arms can have these standard errors together; check them"
        raise TrialError(message)
    return _Trial(label, names, estimate, covariance)


def _from_shared_base(sheet: Sheet, label: str, rows: Integers, both: _Contrasts) -> _Trial:
    named = sheet.names("comparator")
    names = (named[rows[0]], *(sheet.names("treatment")[row] for row in rows))
    if len({named[row] for row in rows}) > 1 or "comparator_se" not in sheet.table.columns:
        message = (
            f"{sheet.source}, study '{label}': a trial of {len(set(names))} arms needs every pair of them, or all arms "
            "against one comparator with the standard error of its own mean in 'comparator_se'"
        )
        raise TrialError(message)
    chosen = Sheet(table=sheet.table.iloc[rows], source=sheet.source, labels=(label,) * len(rows))
    shared = chosen.numbers("comparator_se", above=0.0) ** 2
    variance = np.array([both[name, names[0]][1] for name in names[1:]])
    if np.ptp(shared) > 1e-9 * shared.max() or (shared >= variance).any():
        message = f"{sheet.source}, study '{label}': expected one 'comparator_se', below the contrasts' standard errors"
        raise TrialError(message)
    estimate = np.array([both[name, names[0]][0] for name in names[1:]])
    return _Trial(label, names, estimate, np.diag(variance - shared[0]) + shared[0])


def _network(sheet: Sheet, trials: list[_Trial], told: tuple[Measure, str, Better]) -> Network:
    """Put trials together, and check that they are a network."""
    measure, unit, better = told
    if len(trials) < _PAIR:
        message = f"{sheet.source}: one trial ('{trials[0].label}') is no network; its own contrasts say it all"
        raise TrialError(message)
    treatments = tuple(sorted({name for trial in trials for name in trial.names}))
    arms = tuple(tuple(treatments.index(name) for name in trial.names) for trial in trials)
    parts = join_arms(arms, len(treatments))
    if len(parts) > 1:
        told_parts = "; ".join(", ".join(f"'{treatments[place]}'" for place in sorted(part)) for part in parts)
        message = f"{sheet.source}: no trial connects these parts of the network: {told_parts}; compare each by itself"
        raise TrialError(message)
    sizes = [len(trial.estimate) for trial in trials]
    covariance = np.zeros((sum(sizes), sum(sizes)))
    for trial, start in zip(trials, np.cumsum([0, *sizes[:-1]]), strict=True):
        covariance[start : start + len(trial.estimate), start : start + len(trial.estimate)] = trial.covariance
    estimate = np.concatenate([trial.estimate for trial in trials])
    check_span(sheet.source, estimate, np.sqrt(np.diag(covariance)))
    return Network(
        treatments=treatments,
        labels=tuple(trial.label for trial in trials),
        arms=arms,
        trial=np.repeat(np.arange(len(trials)), sizes),
        treatment=np.concatenate([np.array(places[1:]) for places in arms]),
        base=np.repeat([places[0] for places in arms], sizes),
        estimate=estimate,
        covariance=covariance,
        measure=measure,
        unit="SD" if measure == "SMD" else unit,
        better=better,
    )
