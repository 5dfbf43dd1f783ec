"""Who was seen and who was lost: counts by arm and visit, patterns, reasons, and how the lost looked at the start.

Decides how missing visits are counted and described; it tests nothing and fills nothing in.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from backloop.errors import TrialError
from backloop.kernel import Columns, Design, constrained_design
from backloop.missing.departures import Flags
from backloop.units import Frozen, Text

__all__ = [
    "BaselineOfLost",
    "MissingPattern",
    "MissingReason",
    "Missingness",
    "VisitCount",
    "describe_missing",
]

_UNRECORDED = "not recorded"


class MissingReason(Frozen):
    """A reason for missing a visit, as it stands in the table, with how many people gave it.

    Examples
    --------
    >>> MissingReason(reason="moved away", people=2).people
    2
    """

    reason: str
    people: int


class VisitCount(Frozen):
    """How many of an arm were seen at a week; the missing had either left for good or came back later.

    Examples
    --------
    >>> VisitCount(arm="care", week=18, people=138, seen=130, left=6, between=2).missing
    8
    """

    arm: str
    week: float
    people: int
    seen: int
    left: int
    between: int
    reasons: tuple[MissingReason, ...] = ()

    @property
    def missing(self) -> int:
        """How many were not seen."""
        return self.left + self.between


class MissingPattern(Frozen):
    """Visits seen (in the order of weeks) and how many people of each arm show this pattern.

    Examples
    --------
    >>> MissingPattern(seen=(True, True, False), people=(3, 1)).monotone
    True
    """

    seen: tuple[bool, ...]
    people: tuple[int, ...]

    @property
    def monotone(self) -> bool:
        """Whether nobody of this pattern came back after a missed visit."""
        return not any(later and not earlier for earlier, later in zip(self.seen, self.seen[1:], strict=False))


class BaselineOfLost(Frozen):
    """A number known at the start, in those seen at the last visit and in those not, over all arms.

    `difference` is lost minus seen in units of their common SD (None where it cannot be computed).

    Examples
    --------
    >>> BaselineOfLost(name="age", seen=90, seen_mean=45.0, seen_sd=12.0, lost=10, lost_mean=39.0, lost_sd=12.0,
    ...                difference=-0.5).lost
    10
    """

    name: str
    seen: int
    seen_mean: float | None
    seen_sd: float | None
    lost: int
    lost_mean: float | None
    lost_sd: float | None
    difference: float | None


class Missingness(Frozen):
    """What is missing in a trial. `baseline_only` counts, by arm, people never seen after the first visit.

    Examples
    --------
    >>> Missingness.model_fields["visits"].is_required()
    True
    """

    outcome: str
    arms: tuple[str, ...]
    weeks: tuple[float, ...]
    people: tuple[int, ...]
    visits: tuple[VisitCount, ...]
    patterns: tuple[MissingPattern, ...]
    baseline_only: tuple[int, ...]
    baseline: tuple[BaselineOfLost, ...]

    @property
    def text(self) -> Text:
        """How many were lost by the last visit, arm by arm."""
        last = [visit for visit in self.visits if visit.week == self.weeks[-1]]
        english = "; ".join(f"{visit.arm} {visit.missing} of {visit.people}" for visit in last)
        chinese = "；".join(f"{visit.arm}组{visit.people}人中缺失{visit.missing}人" for visit in last)
        only = sum(self.baseline_only)
        return Text(
            en=f"{self.outcome}, missing at week {self.weeks[-1]:g}: {english}. Never seen after the start: {only}.",
            zh=f"{self.outcome}，第{self.weeks[-1]:g}周：{chinese}。基线后从未受访者共{only}人。",
        )

    def table(self) -> pd.DataFrame:
        """Give one row an arm and week, for a report."""
        rows = [visit.model_dump(exclude={"reasons"}) | {"missing": visit.missing} for visit in self.visits]
        reasons = ["; ".join(f"{one.reason} ({one.people})" for one in visit.reasons) for visit in self.visits]
        return pd.DataFrame(rows).assign(reasons=reasons)


def describe_missing(
    table: pd.DataFrame, columns: Columns, *, reason: str = "", covariates: Sequence[str] = ()
) -> Missingness:
    """Count who was seen and who was missing, arm by arm and visit by visit, and how the lost looked at the start.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`. Missing outcomes are empty.
    columns : Columns
        Which column holds what.
    reason : str
        A column of words saying why a visit is missing (in a wide table: why the person's visits are).
    covariates : sequence of str
        Columns of numbers known at the start, beside the baseline outcome, to describe the lost by. Gaps are allowed.

    Returns
    -------
    Missingness
        Counts, patterns from the most frequent on, people with a baseline only, and baseline figures.

    Raises
    ------
    TrialError
        If the table cannot be read, or a column is missing, no number, or changes within a person.

    Notes
    -----
    A visit is missed for good (`left`) where none after it was kept, and in between otherwise. Seen and lost are
    described without tests: whether the lost differ is a matter of size, and no test shows that data are missing at
    random.

    Examples
    --------
    >>> table = pd.DataFrame({"id": [1, 2, 3, 4], "arm": ["a", "a", "b", "b"], "w0": [5, 6, 7, 5],
    ...                       "w9": [4, 6, 3, None], "w18": [4, None, 3, None]})
    >>> where = Columns(outcome="pain", comparator="a", person="id", wide={0: "w0", 9: "w9", 18: "w18"})
    >>> missing = describe_missing(table, where)
    >>> print(missing.text.en)
    pain, missing at week 18: a 1 of 2; b 1 of 2. Never seen after the start: 1.
    """
    design = constrained_design(table, columns)
    reasons = _reasons(table, columns, reason, design) if reason else None
    seen = ~np.isnan(design.y)
    arms = range(len(design.arms))
    return Missingness(
        outcome=design.outcome,
        arms=design.arms,
        weeks=design.weeks,
        people=tuple(int((design.arm == arm).sum()) for arm in arms),
        visits=tuple(_count(design, arm, visit, reasons) for visit in range(len(design.weeks)) for arm in arms),
        patterns=_patterns(design),
        baseline_only=tuple(int((~seen[:, 1:].any(axis=1) & (design.arm == arm)).sum()) for arm in arms),
        baseline=_baseline(table, columns, covariates, design),
    )


def _count(design: Design, arm: int, visit: int, reasons: pd.DataFrame | None) -> VisitCount:
    ours = design.arm == arm
    seen = ~np.isnan(design.y)
    left = ~seen[:, visit:].any(axis=1)
    gone = ~seen[:, visit]
    given = () if reasons is None else tuple(reasons.to_numpy()[ours & gone, visit])
    return VisitCount(
        arm=design.arms[arm],
        week=design.weeks[visit],
        people=int(ours.sum()),
        seen=int((ours & seen[:, visit]).sum()),
        left=int((ours & left).sum()),
        between=int((ours & gone & ~left).sum()),
        reasons=tuple(MissingReason(reason=name, people=number) for name, number in Counter(given).most_common()),
    )


def _patterns(design: Design) -> tuple[MissingPattern, ...]:
    seen = ~np.isnan(design.y)
    shapes, of = np.unique(seen, axis=0, return_inverse=True)
    counts = np.array(
        [np.bincount(design.arm[of.ravel() == one], minlength=len(design.arms)) for one in range(len(shapes))]
    )
    order = np.argsort(-counts.sum(axis=1), kind="stable")
    return tuple(MissingPattern(seen=tuple(shapes[one].tolist()), people=tuple(counts[one].tolist())) for one in order)


def _reasons(table: pd.DataFrame, columns: Columns, reason: str, design: Design) -> pd.DataFrame:
    """Lay reasons out by person and week, in the design's order."""
    _check_column(table, reason)
    people = sorted(table[columns.person].unique())
    if columns.wide is None:
        laid = table.pivot(index=columns.person, columns=columns.week, values=reason)  # noqa: PD010 - no aggregate
        laid = laid.reindex(index=people, columns=design.weeks)
    else:
        given = table.set_index(columns.person)[reason].reindex(people)
        laid = pd.DataFrame(dict.fromkeys(design.weeks, given))
    return laid.astype(object).where(laid.notna(), _UNRECORDED).astype(str)


def _baseline(
    table: pd.DataFrame, columns: Columns, covariates: Sequence[str], design: Design
) -> tuple[BaselineOfLost, ...]:
    seen = ~np.isnan(design.y[:, -1])
    start = pd.Series(design.y[:, 0], name=f"{design.outcome}, week {design.weeks[0]:g}")
    return tuple(_compare(values, seen) for values in [start, *(_known(table, columns, name) for name in covariates)])


def _known(table: pd.DataFrame, columns: Columns, name: str) -> "pd.Series[float]":
    _check_column(table, name)
    if not pd.api.types.is_numeric_dtype(table[name]):
        message = f"column '{name}' must hold numbers to be averaged; code two groups as 0 and 1"
        raise TrialError(message)
    people = table.groupby(columns.person, sort=True)[name]
    if (people.nunique() > 1).any():  # noqa: PD101 - within each person
        message = f"column '{name}' changes within a person; give its value before randomisation"
        raise TrialError(message)
    return people.first().astype(float)


def _compare(values: "pd.Series[float]", seen: Flags) -> BaselineOfLost:
    kept, lost = values[seen].dropna(), values[~seen].dropna()
    common = np.sqrt((kept.var() + lost.var()) / 2.0)
    return BaselineOfLost(
        name=str(values.name),
        seen=len(kept),
        seen_mean=_finite(kept.mean()),
        seen_sd=_finite(kept.std()),
        lost=len(lost),
        lost_mean=_finite(lost.mean()),
        lost_sd=_finite(lost.std()),
        difference=_finite((lost.mean() - kept.mean()) / common) if common > 0 else None,
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _check_column(table: pd.DataFrame, name: str) -> None:
    if name not in table.columns:
        message = f"no column '{name}'; the table has {', '.join(map(repr, table.columns))}"
        raise TrialError(message)
