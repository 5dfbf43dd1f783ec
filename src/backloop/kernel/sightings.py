"""The trial's table, checked: who was seen when, in which arm, with which answer.

Decides whether a long or wide table can be analysed and says what is wrong with it; it builds no model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backloop.errors import TrialError
from backloop.kernel.workspaces import Floats, Integers

__all__ = ["Columns", "Sightings", "read_sightings"]

_MOST_VISITS = 16


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which column of a table holds what.

    Parameters
    ----------
    outcome : str
        The column of the outcome; in a wide table only its name.
    comparator : str
        The arm the others are compared with.
    person, week, arm : str
        The columns of the person's id, the week since randomisation, and the arm.
    wide : mapping of float to str, optional
        For a table with one row a person: the week of each outcome column, ``{0: "pain_0", 18: "pain_18"}``.
    weight : str
        The column of each person's weight (above 0), such as the inverse of the probability of keeping to the
        protocol; by default all count alike.

    Examples
    --------
    >>> Columns(outcome="pain", comparator="usual care").person
    'participant_id'
    """

    outcome: str
    comparator: str
    person: str = "participant_id"
    week: str = "week"
    arm: str = "arm"
    wide: Mapping[float, str] | None = None
    weight: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sightings:
    """A checked trial: outcomes as people x weeks (NaN: not seen) and what is known of each person at the start."""

    outcome: str
    weeks: tuple[float, ...]
    y: Floats  # people x weeks
    arms: tuple[str, ...]  # the comparator first
    arm: Integers  # people: index into arms
    covariates: pd.DataFrame  # people x covariates
    weight: Floats | None = None  # people


def read_sightings(table: pd.DataFrame, columns: Columns, covariates: Sequence[str] = ()) -> Sightings:
    """Check a trial's table and lay it out by person and week."""
    weights = (columns.weight,) if columns.weight else ()
    long = _lengthen(table, columns, (*covariates, *weights))
    _check_numbers(long, columns)
    twice = long.duplicated([columns.person, columns.week])
    if twice.any():
        message = (
            f"expected one row a person and week; {int(twice.sum())} row(s) repeat one, first at row "
            f"{_row(twice)}; keep one answer a visit"
        )
        raise TrialError(message)
    arm = _arms(long, columns)
    weeks = tuple(float(week) for week in sorted(long[columns.week].unique()))
    if not 1 < len(weeks) <= _MOST_VISITS:
        message = f"expected 2 to {_MOST_VISITS} visits, got {len(weeks)}; repeated measures need more than one"
        raise TrialError(message)
    wide = long.pivot(index=columns.person, columns=columns.week, values=columns.outcome)  # noqa: PD010 - no aggregate
    names = (columns.comparator, *sorted(set(arm) - {columns.comparator}))
    return Sightings(
        outcome=columns.outcome,
        weeks=weeks,
        y=np.ascontiguousarray(wide.to_numpy(dtype=float)),
        arms=names,
        arm=np.array([names.index(name) for name in arm.loc[wide.index]], dtype=np.int64),
        covariates=_covariates(long, columns.person, covariates),
        weight=_weight(long, columns),
    )


def _lengthen(table: pd.DataFrame, columns: Columns, covariates: Sequence[str]) -> pd.DataFrame:
    kept = [columns.person, columns.arm, *covariates]
    answers = [columns.week, columns.outcome] if columns.wide is None else list(columns.wide.values())
    unknown = [name for name in [*kept, *answers] if name not in table.columns]
    if unknown:
        message = f"no column {', '.join(map(repr, unknown))}; the table has {', '.join(map(repr, table.columns))}"
        raise TrialError(message)
    asked = [*kept, *answers]
    doubled = sorted({str(name) for name in asked if asked.count(name) > 1 or list(table.columns).count(name) > 1})
    if doubled:
        message = f"expected every column once and with one meaning; {', '.join(doubled)} comes twice"
        raise TrialError(message)
    if table.empty:
        message = "expected one row a person and visit, got an empty table"
        raise TrialError(message)
    if columns.wide is None:
        return table[[*kept, *answers]].reset_index(drop=True)
    parts = []
    for week, name in columns.wide.items():
        part = table[kept].copy()
        part[columns.week] = float(week)
        part[columns.outcome] = table[name]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _check_numbers(long: pd.DataFrame, columns: Columns) -> None:
    for name in (columns.week, columns.outcome):
        if not pd.api.types.is_numeric_dtype(long[name]):
            text = pd.to_numeric(long[name], errors="coerce").isna() & long[name].notna()
            what = f"text, first at row {_row(text)}" if text.any() else "numbers written as text"
            message = f"column '{name}' holds {what}; expected numbers"
            raise TrialError(message)
        endless = np.isinf(long[name].to_numpy(dtype=float))
        if endless.any():
            message = f"column '{name}' is infinite at row {_row(pd.Series(endless))}; leave a missing answer empty"
            raise TrialError(message)
    if long[columns.week].isna().any():
        message = f"column '{columns.week}' is empty at row {_row(long[columns.week].isna())}; every visit needs a week"
        raise TrialError(message)
    seen = long[columns.outcome].dropna()
    if seen.nunique() < 2:  # noqa: PLR2004
        message = f"'{columns.outcome}' is the same (or missing) everywhere; there is nothing to compare"
        raise TrialError(message)


def _arms(long: pd.DataFrame, columns: Columns) -> "pd.Series[str]":
    if long[[columns.arm, columns.person]].isna().any(axis=None):
        gap = long[columns.arm].isna() | long[columns.person].isna()
        message = f"row {_row(gap)} has no person or no arm; leave people who were not randomised out of the table"
        raise TrialError(message)
    named = long[columns.arm].map(_label)
    several = named.groupby(long[columns.person]).nunique() > 1  # noqa: PD101 - within each person
    if several.any():
        message = f"{int(several.sum())} people are in more than one arm; give each the arm they were randomised to"
        raise TrialError(message)
    arm = named.groupby(long[columns.person]).first()
    found = sorted(set(arm))
    if columns.comparator not in found:
        message = f"no arm '{columns.comparator}' to compare with; the table has {', '.join(map(repr, found))}"
        raise TrialError(message)
    if len(found) == 1:
        message = f"expected at least two arms, got only '{found[0]}'"
        raise TrialError(message)
    return arm


def _label(arm: object) -> str:
    return str(int(arm)) if isinstance(arm, float) and arm.is_integer() else str(arm)


def _covariates(long: pd.DataFrame, person: str, names: Sequence[str]) -> pd.DataFrame:
    people = long.groupby(person, sort=True)
    first = people.first()
    for name in names:
        if (people[name].nunique() > 1).any():  # noqa: PD101 - within each person
            message = f"covariate '{name}' changes within a person; give its value before randomisation"
            raise TrialError(message)
        missing = int(first[name].isna().sum())
        if missing:
            message = (
                f"covariate '{name}' is missing for {missing} people; leave it out, fill it in by a rule that does not"
                " look at outcomes, or state one in a trial's plan (missing_covariates)"
            )
            raise TrialError(message)
        if (first[name] == first[name].iloc[0]).all():
            message = f"covariate '{name}' is the same for everybody; leave it out"
            raise TrialError(message)
    return first[list(names)]


def _weight(long: pd.DataFrame, columns: Columns) -> Floats | None:
    if not columns.weight:
        return None
    people = long.groupby(columns.person, sort=True)[columns.weight]
    first = pd.to_numeric(people.first(), errors="coerce").to_numpy(dtype=float)
    if (people.nunique() > 1).any() or not (np.isfinite(first) & (first > 0)).all():  # noqa: PD101
        message = f"column '{columns.weight}' must hold one finite weight above 0 for each person"
        raise TrialError(message)
    return first


def _row(where: "pd.Series[bool]") -> int:
    return int(np.flatnonzero(where.to_numpy())[0]) + 1
