"""The model of the means: which arm, week and covariate has which coefficient.

Decides the design of a constrained longitudinal analysis or of a baseline-adjusted model; it fits nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from backloop.errors import TrialError
from backloop.kernel.sightings import Columns, Sightings, read_sightings
from backloop.kernel.workspaces import Entries, Floats, Integers

__all__ = ["Design", "adjusted_design", "constrained_design"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """Outcomes of a trial together with the model of their means.

    Made by `constrained_design` or `adjusted_design`. `y` is people x weeks (NaN: not seen); `names` are the
    coefficients in order; `reference` is the covariates' values (arms x covariates) at which arm means are given;
    `left_out` says how many people could not be used, and why; `weight` is each
    person's weight, None where all count alike.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"participant_id": [1, 1, 2, 2, 3, 3, 4, 4], "week": [0, 6] * 4,
    ...                       "arm": ["sham"] * 4 + ["care"] * 4, "pain": [6, 5, 7, 7, 6, 3, 5, 1]})
    >>> design = constrained_design(table, Columns(outcome="pain", comparator="sham"))
    >>> design.names
    ('week[0]', 'week[6]', 'care:week[6]')
    >>> design.effect_row("care", 6)
    array([0., 0., 1.])
    """

    kind: Literal["constrained", "adjusted", "free"]
    outcome: str
    weeks: tuple[float, ...]
    compared: tuple[float, ...]
    arms: tuple[str, ...]
    arm: Integers
    y: Floats
    z: Floats
    entries: Entries
    names: tuple[str, ...]
    reference: Floats
    modifier: str = ""
    modifier_step: Floats
    left_out: tuple[tuple[str, int], ...] = ()
    weight: Floats | None = None

    @property
    def formula(self) -> str:
        """The model of the means in one line: each term with the weeks at which it has a coefficient."""
        at: dict[str, list[str]] = {}
        for name in self.names:
            term, found, week = name.rpartition("week[")
            at.setdefault(term.rstrip(":") if found else name, []).extend([week.rstrip("]")] if found else [])
        every = [f"{week:g}" for week in self.weeks]
        terms = [_term(term, weeks, every) for term, weeks in at.items()]
        return f"{self.outcome} ~ {' + '.join(terms)}"

    def mean_row(self, arm: str, week: float) -> Floats:
        """Give the coefficients' weights in an arm's mean at a week, covariates at their average."""
        return self._row(self.reference[self._arm(arm)], week)

    def effect_row(self, arm: str, week: float) -> Floats:
        """Give the coefficients' weights in an arm's mean minus the comparator's."""
        return self.mean_row(arm, week) - self.mean_row(self.arms[0], week)

    def modifier_row(self, arm: str, week: float) -> Floats:
        """Give the weights in the change of the effect for one unit more of the modifier."""
        if not self.modifier:
            message = "this design has no modifier; name one when making it"
            raise TrialError(message)
        return self._row(self.modifier_step[self._arm(arm)] - self.modifier_step[0], week)

    def people(self, arm: str, week: float) -> int:
        """Count the people of an arm who were seen at a week."""
        seen = ~np.isnan(self.y[:, self._week(week)])
        return int((seen & (self.arm == self._arm(arm))).sum())

    def with_outcomes(self, y: Floats) -> "Design":
        """Give the same design with other outcomes (people x weeks)."""
        if y.shape != self.y.shape:
            message = f"expected outcomes of {self.y.shape[0]} people x {self.y.shape[1]} weeks, got {y.shape}"
            raise TrialError(message)
        return replace(self, y=np.ascontiguousarray(y, dtype=float))

    def _row(self, values: Floats, week: float) -> Floats:
        row = np.zeros(len(self.names))
        here = self.entries.visit == self._week(week)
        weights = self.entries.value[here] * values[self.entries.covariate[here]]
        np.add.at(row, self.entries.coefficient[here], weights)
        return row

    def _arm(self, arm: str) -> int:
        if arm not in self.arms:
            message = f"no arm '{arm}'; the trial has {', '.join(map(repr, self.arms))}"
            raise TrialError(message)
        return self.arms.index(arm)

    def _week(self, week: float) -> int:
        if week not in self.weeks:
            message = f"no visit at week {week:g}; the model has weeks {', '.join(f'{w:g}' for w in self.weeks)}"
            raise TrialError(message)
        return self.weeks.index(week)


def _term(term: str, weeks: Sequence[str], every: Sequence[str]) -> str:
    by_week = "" if not weeks else "week" if list(weeks) == list(every) else f"week[{', '.join(weeks)}]"
    return ":".join(part for part in (term, by_week) if part)


@dataclass
class _Draft:
    """Columns and coefficients while a design is being put together."""

    sightings: Sightings
    z: list[Floats] = field(default_factory=list)
    reference: list[Floats] = field(default_factory=list)
    step: list[Floats] = field(default_factory=list)
    rows: list[tuple[int, int, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(self, name: str, values: Floats, weeks: Sequence[int], *, arm: int | None = None, at: float = 0.0) -> int:
        """Add a covariate (times the indicator of an arm) with a coefficient at each week; give its column."""
        arms = len(self.sightings.arms)
        on = np.ones(arms) if arm is None else np.eye(arms)[arm]
        self.z.append(values * on[self.sightings.arm])
        self.reference.append(at * on)
        self.step.append(np.zeros(arms))
        column = len(self.z) - 1
        for week in weeks:
            at_week = f"week[{self.sightings.weeks[week]:g}]"
            self.rows.append((week, column, len(self.names)))
            self.names.append(f"{name}:{at_week}" if name else at_week)
        return column

    def share(self, name: str, values: Floats, *, at: float) -> None:
        """Add a covariate with one coefficient for all weeks."""
        column = self.add(name, values, (), at=at)
        self.rows += [(week, column, len(self.names)) for week in range(len(self.sightings.weeks))]
        self.names.append(name)

    def entries(self) -> Entries:
        rows = sorted(self.rows)
        visit, covariate, coefficient = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
        return Entries(visit, covariate, coefficient, np.ones(len(rows)))


def constrained_design(
    table: pd.DataFrame,
    columns: Columns,
    *,
    baseline: float | None = None,
    covariates: Sequence[str] = (),
    shared: Sequence[str] = (),
    modifier: str = "",
) -> Design:
    """Set up a constrained longitudinal analysis: the baseline is an outcome, and the arms share its mean.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`. Missing outcomes are empty.
    columns : Columns
        Which column holds what.
    baseline : float, optional
        The week before treatment; by default the first.
    covariates, shared : sequence of str
        Facts known before randomisation, with their own coefficient at each week, or one for all weeks. Numbers are
        centred at their mean over people; text becomes one indicator a level, the first level being the reference.
    modifier : str
        A numeric covariate whose effect on the arms' difference is asked for, week by week.

    Returns
    -------
    Design
        Means by week, arm differences after baseline only, covariates.

    Raises
    ------
    TrialError
        If the table cannot carry the analysis; the message says where and what to do.

    Notes
    -----
    Everybody with a baseline or a follow-up counts, also those who lack one of them (valid where missing at random).
    With complete data the effects equal those of an analysis of covariance with baseline by week.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"id": [1, 2, 3, 4], "arm": ["a", "a", "b", "b"], "w0": [5, 6, 7, 5],
    ...                       "w9": [4, 6, 3, None]})
    >>> where = Columns(outcome="pain", comparator="a", person="id", wide={0: "w0", 9: "w9"})
    >>> constrained_design(table, where).names
    ('week[0]', 'week[9]', 'b:week[9]')
    """
    sightings = read_sightings(table, columns, _every(covariates, shared, modifier))
    first = sightings.weeks[0] if baseline is None else baseline
    if first not in sightings.weeks[:-1]:
        message = f"baseline week {first:g} must be a visit with another after it; the table has {sightings.weeks}"
        raise TrialError(message)
    after = [index for index, week in enumerate(sightings.weeks) if week > first]
    draft = _Draft(sightings)
    _add_arms(draft, after)
    _add_covariates(draft, covariates, shared)
    if modifier:
        _add_modifier(draft, modifier, after)
    return _finish(draft, "constrained", after, modifier=modifier)


def adjusted_design(
    table: pd.DataFrame,
    columns: Columns,
    *,
    baseline: float | None = None,
    covariates: Sequence[str] = (),
    shared: Sequence[str] = (),
    modifier: str = "",
) -> Design:
    """Set up a model of the follow-up visits with the baseline outcome as a covariate, by week.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`. Missing outcomes are empty.
    columns : Columns
        Which column holds what.
    baseline : float, optional
        The week whose outcome becomes a covariate with its own slope at each later week; None where the table holds
        no such visit (name a baseline column among `covariates` instead).
    covariates, shared : sequence of str
        Facts known before randomisation, with their own coefficient at each week, or one for all weeks.
    modifier : str
        A numeric covariate whose effect on the arms' difference is asked for, week by week.

    Returns
    -------
    Design
        Means and arm differences at every follow-up week, baseline and covariates. `left_out` counts people
        without a baseline outcome; `constrained_design` would keep them.

    Raises
    ------
    TrialError
        If the table cannot carry the analysis; the message says where and what to do.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"participant_id": [1, 2, 3, 4, 5, 6], "arm": ["a", "b"] * 3, "w0": [5, 6, 7, 5, 4, 4],
    ...                       "w9": [4, 6, 3, 3, 2, 2]})
    >>> adjusted_design(table, Columns(outcome="pain", comparator="a", wide={0: "w0", 9: "w9"}), baseline=0).names
    ('week[9]', 'b:week[9]', 'baseline:week[9]')
    """
    sightings = read_sightings(table, columns, _every(covariates, shared, modifier))
    left_out: tuple[tuple[str, int], ...] = ()
    start = None
    if baseline is not None:
        sightings, start, missing = _take_baseline(sightings, baseline)
        left_out = (("no baseline outcome", missing),) if missing else ()
    draft = _Draft(sightings)
    every = range(len(sightings.weeks))
    _add_arms(draft, every)
    if start is not None:
        draft.add("baseline", start - start.mean(), every)
    _add_covariates(draft, covariates, shared)
    if modifier:
        _add_modifier(draft, modifier, every)
    return _finish(draft, "adjusted", every, modifier=modifier, left_out=left_out)


def _every(covariates: Sequence[str], shared: Sequence[str], modifier: str) -> tuple[str, ...]:
    names = (*covariates, *shared, *((modifier,) if modifier else ()))
    if len(set(names)) < len(names):
        message = f"each covariate may be named once (a modifier brings its own slope), got {', '.join(names)}"
        raise TrialError(message)
    return names


def _take_baseline(sightings: Sightings, baseline: float) -> tuple[Sightings, Floats, int]:
    if baseline not in sightings.weeks:
        message = f"no visit at baseline week {baseline:g}; the table has {sightings.weeks}"
        raise TrialError(message)
    start = sightings.y[:, sightings.weeks.index(baseline)]
    known = ~np.isnan(start)
    if not known.any():
        message = f"nobody was seen at baseline week {baseline:g}; leave the baseline out, or fill the column in"
        raise TrialError(message)
    later = [index for index, week in enumerate(sightings.weeks) if week > baseline]
    kept = replace(
        sightings,
        weeks=tuple(sightings.weeks[index] for index in later),
        y=np.ascontiguousarray(sightings.y[np.ix_(np.flatnonzero(known), np.array(later))]),
        arm=sightings.arm[known],
        covariates=sightings.covariates[known],
        weight=None if sightings.weight is None else sightings.weight[known],
    )
    return kept, start[known], int((~known).sum())


def _add_arms(draft: _Draft, weeks: Sequence[int]) -> None:
    sightings = draft.sightings
    everybody = np.ones(len(sightings.arm))
    draft.add("", everybody, range(len(sightings.weeks)), at=1.0)
    for arm in range(1, len(sightings.arms)):
        draft.add(sightings.arms[arm], everybody, weeks, arm=arm, at=1.0)


def _add_covariates(draft: _Draft, covariates: Sequence[str], shared: Sequence[str]) -> None:
    for name in (*covariates, *shared):
        for label, values, at in _coded(draft.sightings.covariates[name]):
            if name in shared:
                draft.share(label, values, at=at)
            else:
                draft.add(label, values, range(len(draft.sightings.weeks)), at=at)


def _coded(values: "pd.Series[float]") -> list[tuple[str, Floats, float]]:
    """Code a covariate as columns, each with the value at which means are given."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers = values.to_numpy(dtype=float)
        return [(str(values.name), numbers - numbers.mean(), 0.0)]
    words = values.astype(str)
    levels = sorted(set(words))
    at = 1.0 / len(levels)
    return [(f"{values.name}[{level}]", np.asarray(words == level, dtype=float), at) for level in levels[1:]]


def _add_modifier(draft: _Draft, modifier: str, weeks: Sequence[int]) -> None:
    sightings = draft.sightings
    coded = _coded(sightings.covariates[modifier])
    if not pd.api.types.is_numeric_dtype(sightings.covariates[modifier]):
        message = f"modifier '{modifier}' must be numeric; code two groups as 0 and 1"
        raise TrialError(message)
    values = coded[0][1]
    column = draft.add(modifier, values, range(len(sightings.weeks)))
    draft.step[column] = np.ones(len(sightings.arms))
    for arm in range(1, len(sightings.arms)):
        column = draft.add(f"{modifier}:{sightings.arms[arm]}", values, weeks, arm=arm)
        draft.step[column] = np.eye(len(sightings.arms))[arm]


def _finish(
    draft: _Draft,
    kind: Literal["constrained", "adjusted"],
    compared: Sequence[int],
    *,
    modifier: str,
    left_out: tuple[tuple[str, int], ...] = (),
) -> Design:
    sightings = draft.sightings
    seen = int((~np.isnan(sightings.y)).sum())
    if seen <= len(draft.names):
        message = f"{len(draft.names)} coefficients need more than {seen} answers; drop covariates or visits"
        raise TrialError(message)
    return Design(
        kind=kind,
        outcome=sightings.outcome,
        weeks=sightings.weeks,
        compared=tuple(sightings.weeks[index] for index in compared),
        arms=sightings.arms,
        arm=sightings.arm,
        y=sightings.y,
        z=np.ascontiguousarray(np.column_stack(draft.z)),
        entries=draft.entries(),
        names=tuple(draft.names),
        reference=np.column_stack(draft.reference),
        modifier=modifier,
        modifier_step=np.column_stack(draft.step),
        left_out=left_out,
        weight=sightings.weight,
    )
