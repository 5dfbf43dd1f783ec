"""Interactions: a trial's design with products of a baseline value and the arms put in.

Decides how a modifier is read and checked, how the model takes it up, and what each person adds to an answer; which
modifiers are asked about and how they are judged is decided elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from backloop.errors import TrialError
from backloop.kernel import Columns, Design, Floats, Integers, RepeatedFit, adjusted_design, constrained_design

__all__ = [
    "Bases",
    "Measured",
    "base_designs",
    "crossing_row",
    "influences",
    "planned_errors",
    "read_modifier",
    "widen",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """A modifier as read: one value a person, the mean where it is missing."""

    name: str
    value: Floats
    missing: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]"
    centre: float
    sd: float

    @property
    def known(self) -> Floats:
        """The values that were measured."""
        known: Floats = self.value[~self.missing]
        return known

    @property
    def centred(self) -> Floats:
        """The values minus their mean."""
        return self.value - self.centre


@dataclass(frozen=True, kw_only=True, eq=False)
class Bases:
    """One outcome's designs without an interaction: with the baseline as an outcome, and as a covariate."""

    constrained: Design
    adjusted: Design
    start: Floats  # people: the baseline outcome, NaN if missing

    def is_start(self, measured: Measured) -> bool:
        """Say whether a modifier is this outcome's own baseline, which cannot be outcome and modifier at once."""
        both = ~np.isnan(self.start) & ~measured.missing
        return bool(both.any()) and bool(np.allclose(self.start[both], measured.value[both]))

    def check_early(self, measured: Measured) -> None:
        """Refuse a modifier that is the outcome of a later visit under another name."""
        for week in self.adjusted.weeks:
            later = self.constrained.y[:, self.constrained.weeks.index(week)]
            both = ~np.isnan(later) & ~measured.missing
            if both.any() and np.allclose(later[both], measured.value[both]) and not self.is_start(measured):
                message = (
                    f"modifier '{measured.name}' equals the outcome at week {week:g}, after randomisation; that is no"
                    " modifier: give a value from before the treatment"
                )
                raise TrialError(message)

    def with_crossed(
        self, modifiers: Sequence[Measured], curved: Mapping[str, Sequence[Floats]] | None = None
    ) -> Design:
        """Put modifiers (with the curved parts of each) and their products with the arms into the design."""
        starts = [each for each in modifiers if self.is_start(each)]
        people = ~np.isnan(self.start) if starts else np.ones(len(self.start), dtype=bool)
        design = self.adjusted if starts else self.constrained
        covariates: dict[str, Floats] = {}
        crossed: dict[str, Floats] = {}
        for each in modifiers:
            bends = {f"{each.name}~{k}": part for k, part in enumerate((curved or {}).get(each.name, ()), start=1)}
            stands = each in starts or f"{each.name}:week[{design.weeks[0]:g}]" in design.names
            covariates |= bends if stands else {each.name: each.centred, **bends}
            crossed |= {each.name: each.centred, **bends}
            if each.missing[people].any():
                covariates[f"{each.name} missing"] = each.missing.astype(float)
        return widen(design, *({name: values[people] for name, values in one.items()} for one in (covariates, crossed)))

    def everybody(self, contributions: Floats) -> Floats:
        """Lay contributions out over all people, zero for those whom the design leaves out."""
        if len(contributions) == len(self.start):
            return contributions
        whole = np.zeros((len(self.start), contributions.shape[1]))
        whole[~np.isnan(self.start)] = contributions
        return whole


def base_designs(
    table: pd.DataFrame, columns: Columns, *, baseline: float | None = None, covariates: Sequence[str] = ()
) -> Bases:
    """Set up one outcome's designs without an interaction."""
    constrained = constrained_design(table, columns, baseline=baseline, covariates=covariates)
    first = constrained.weeks[0] if baseline is None else baseline
    adjusted = adjusted_design(table, columns, baseline=first, covariates=covariates)
    return Bases(constrained=constrained, adjusted=adjusted, start=constrained.y[:, constrained.weeks.index(first)])


def read_modifier(
    table: pd.DataFrame, columns: Columns, name: str, *, outcomes: Sequence[str] = (), fill: bool = False
) -> Measured:
    """Read a modifier's value before randomisation for each person, in the order of their ids."""
    _check_place(table, columns, name, outcomes)
    if not pd.api.types.is_numeric_dtype(table[name]):
        message = f"modifier '{name}' holds text; expected numbers: code two groups as 0 and 1, more as several columns"
        raise TrialError(message)
    people = table.groupby(columns.person, sort=True)[name]
    if (people.nunique() > 1).any():  # noqa: PD101 - within each person
        message = f"modifier '{name}' changes within a person; give its value before randomisation at every visit"
        raise TrialError(message)
    values = people.first().to_numpy(dtype=float)
    missing = np.isnan(values)
    if np.isinf(values).any():
        message = f"modifier '{name}' is infinite for {int(np.isinf(values).sum())} people; leave a missing value empty"
        raise TrialError(message)
    if missing.any() and not fill:
        message = (
            f"modifier '{name}' is missing for {int(missing.sum())} of {len(values)} people; fill it in from before "
            "randomisation, leave the modifier out, or ask for missing='mean' (its mean and an indicator)"
        )
        raise TrialError(message)
    if missing.all() or np.ptp(values[~missing]) == 0.0:
        message = f"modifier '{name}' is the same for everybody; an effect cannot vary with it"
        raise TrialError(message)
    centre = float(values[~missing].mean())
    return Measured(
        name=name,
        value=np.where(missing, centre, values),
        missing=missing,
        centre=centre,
        sd=float(values[~missing].std(ddof=1)),
    )


def _check_place(table: pd.DataFrame, columns: Columns, name: str, outcomes: Sequence[str]) -> None:
    if name not in table.columns:
        message = f"no column '{name}' for a modifier; the table has {', '.join(map(repr, table.columns))}"
        raise TrialError(message)
    if name in {columns.person, columns.arm, columns.week, columns.weight}:
        message = f"modifier '{name}' is the trial's person, arm, week or weight; name something known at the start"
        raise TrialError(message)
    visits = {} if columns.wide is None else columns.wide
    later = [week for week, column in visits.items() if column == name and week > min(visits)]
    if later or name in {columns.outcome, *outcomes}:
        message = (
            f"modifier '{name}' is an outcome after randomisation, where the treatment changes it (that is a mediator);"
            " give its value at the start as a column of its own"
        )
        raise TrialError(message)


def widen(design: Design, covariates: Mapping[str, Floats], crossed: Mapping[str, Floats]) -> Design:
    """Add covariates with a coefficient at each week, and products with the arms at each week arms are compared."""
    every, after = list(range(len(design.weeks))), [design.weeks.index(week) for week in design.compared]
    added = [(name, values, every) for name, values in covariates.items()]
    added += [
        (f"{name}:{label}", values * (design.arm == arm), after)
        for name, values in crossed.items()
        for arm, label in enumerate(design.arms[1:], start=1)
    ]
    names, rows = list(design.names), []
    for column, (name, _values, weeks) in enumerate(added, start=design.z.shape[1]):
        for week in weeks:
            rows.append((week, column, len(names)))
            names.append(f"{name}:week[{design.weeks[week]:g}]")
    if (~np.isnan(design.y)).sum() <= len(names):
        message = f"{len(names)} coefficients need more answers than there are; ask about fewer modifiers or visits"
        raise TrialError(message)
    blank = np.zeros((len(design.arms), len(added)))
    visit, covariate, coefficient, value = _merged(design, rows)
    return replace(
        design,
        z=np.ascontiguousarray(np.column_stack([design.z, *(values for _name, values, _weeks in added)])),
        entries=design.entries._replace(visit=visit, covariate=covariate, coefficient=coefficient, value=value),
        names=tuple(names),
        reference=np.hstack([design.reference, blank]),
        modifier_step=np.hstack([design.modifier_step, blank]),
    )


def _merged(design: Design, rows: Sequence[tuple[int, int, int]]) -> tuple[Integers, Integers, Integers, Floats]:
    """Join old and new entries in the engine's order: by visit, covariate, coefficient."""
    old, more = design.entries, np.array(rows, dtype=np.int64).reshape(-1, 3).T
    visit, covariate, coefficient = (np.concatenate(pair) for pair in zip(old[:3], more, strict=True))
    value = np.concatenate([old.value, np.ones(more.shape[1])])
    order = np.lexsort((coefficient, covariate, visit))
    return visit[order], covariate[order], coefficient[order], value[order]


def crossing_row(design: Design, name: str, arm: str, week: float) -> Floats:
    """Give the weights of the change of an arm's effect for one unit more of a crossed value."""
    _ = design.effect_row(arm, week)  # names an unknown arm or week
    if week not in design.compared:
        message = f"arms are compared at weeks {design.compared}, not at {week:g}"
        raise TrialError(message)
    row = np.zeros(len(design.names))
    row[design.names.index(f"{name}:{arm}:week[{week:g}]")] = 1.0
    return row


def influences(fit: RepeatedFit, rows: Floats) -> Floats:
    """Give what each person adds to each answer (people x rows): the score carried through the information."""
    design = fit.design
    means = _means(design)
    rest = np.where(np.isnan(design.y), 0.0, design.y - means @ fit.beta)
    scores = np.einsum("itp,its,is->ip", means, _inverses(design, fit.sigma[0]), rest, optimize=True)
    contributions: Floats = scores @ fit.plain @ rows.T
    return contributions


def planned_errors(design: Design, sigma: Floats, rows: Floats) -> Floats:
    """Give the standard errors a design will have under a covariance between visits, before looking at the answers."""
    means = _means(design)
    information = np.einsum("itp,its,isq->pq", means, _inverses(design, sigma), means, optimize=True)
    spread = np.einsum("rp,pq,rq->r", rows, np.linalg.pinv(information), rows)
    errors: Floats = np.sqrt(spread)
    return errors


def _means(design: Design) -> Floats:
    """Lay the design out as people x weeks x coefficients."""
    means = np.zeros((*design.y.shape, len(design.names)))
    for visit, covariate, coefficient, value in zip(*design.entries, strict=True):
        means[:, visit, coefficient] += value * design.z[:, covariate]
    return means


def _inverses(design: Design, sigma: Floats) -> Floats:
    """Give each person's inverse covariance over the visits seen, times their weight."""
    seen = ~np.isnan(design.y)
    inverses = np.zeros((*design.y.shape, design.y.shape[1]))
    for pattern in np.unique(seen, axis=0):
        block = np.zeros(sigma.shape)
        block[np.ix_(pattern, pattern)] = np.linalg.inv(sigma[np.ix_(pattern, pattern)])
        inverses[(seen == pattern).all(axis=1)] = block
    return inverses if design.weight is None else inverses * design.weight[:, np.newaxis, np.newaxis]
