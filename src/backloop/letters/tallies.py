"""Counting a group of people as they pass by one after another: how many, which means, what is missing.

Decides which sums are kept; it keeps nobody's data, compares no groups, and memory does not grow with the people.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple

import pandas as pd
from scipy.special import stdtrit

from backloop.follow import Course
from backloop.measure import Because, Measure, Measures
from backloop.plan import Plan
from backloop.profile import Profile
from backloop.record import Record, Session
from backloop.units import Absent, Interval, Scale, Text

__all__ = ["CohortTally", "GroupMean", "Moments", "ScaledMeasure"]


@dataclass
class Moments:
    """A mean and its spread, kept without the numbers it came from (Welford 1962; Chan 1979 for merging).

    Examples
    --------
    >>> pain = Moments()
    >>> for value in (4, 6, 8):
    ...     pain.add(value)
    >>> pain.mean, pain.sd
    (6.0, 2.0)
    """

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        """Take in one number."""
        self.merge(Moments(n=1, mean=value))

    def merge(self, other: "Moments") -> None:
        """Take in what another tally has seen."""
        n = self.n + other.n
        gap = other.mean - self.mean
        if n:
            self.squares += other.squares + gap * gap * self.n * other.n / n
            self.mean += gap * other.n / n
        self.n = n

    @property
    def sd(self) -> float | None:
        """The standard deviation, None below two numbers."""
        return sqrt(self.squares / (self.n - 1)) if self.n > 1 else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % range of the mean (t distribution), None below two numbers."""
        if self.sd is None:
            return None
        half = float(stdtrit(self.n - 1, 0.975)) * self.sd / sqrt(self.n)
        return Interval(low=self.mean - half, high=self.mean + half)


class ScaledMeasure(NamedTuple):
    """A measure on one scale; values on different scales are never averaged together.

    Examples
    --------
    >>> short, long = (Scale(low=0, high=high, better="low") for high in (27, 36))
    >>> ScaledMeasure("frebaq", short) == ScaledMeasure("frebaq", long)
    False
    """

    measure: str
    scale: Scale


class GroupMean(NamedTuple):
    """What one group scored on one measure at one visit.

    Examples
    --------
    >>> GroupMean._fields
    ('ruler', 'session', 'group', 'moments')
    """

    ruler: ScaledMeasure
    session: Session
    group: str
    moments: Moments


@dataclass
class CohortTally:
    """Sums over a group of people, taken in one by one; memory does not grow with the number of people.

    Parameters
    ----------
    group : str
        The attribute of the participants that names their group; people without it share one group.

    Examples
    --------
    >>> from backloop import score
    >>> from backloop.record import make_person
    >>> tally = CohortTally()
    >>> for seed in range(3):
    ...     person = make_person(seed=seed)
    ...     tally.add(person, score(person))
    >>> tally.people
    3
    """

    group: str = "group"
    people: int = 0
    made_up: int = 0
    unscreened: int = 0
    groups: Counter[str] = field(default_factory=Counter)
    sessions: dict[str, Session] = field(default_factory=dict)
    attended: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    verdicts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    alerts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    changes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    absent: dict[str, Counter[Absent]] = field(default_factory=lambda: defaultdict(Counter))
    means: dict[tuple[ScaledMeasure, str, str], Moments] = field(default_factory=lambda: defaultdict(Moments))
    titles: dict[str, Text] = field(default_factory=dict)
    outcomes: dict[ScaledMeasure, bool] = field(default_factory=dict)
    because: Because | None = None

    def add(
        self,
        record: Record,
        measures: Measures,
        profile: Profile | None = None,
        plan: Plan | None = None,
        *,
        course: Course | None = None,
    ) -> None:
        """Take in one person; leave out what was not made."""
        group = str(record.participant.attributes.get(self.group, ""))
        self.people += 1
        self.made_up += record.is_made_up
        self.groups[group] += 1
        self.because = measures.because
        for session in record.sessions:
            self.sessions.setdefault(session.session_id, session)
            self.attended[session.session_id] += 1
        for measure in measures.measures:
            self._add_measure(measure, group)
        if profile is not None:
            self._add_profile(profile)
        if plan is not None:
            self._add_plan(plan)
        if course is not None:
            self._add_course(course)

    def _add_measure(self, measure: Measure, group: str) -> None:
        self.titles.setdefault(measure.id, measure.title)
        if measure.absent is not None:
            self.absent[measure.id][measure.absent] += 1
        if measure.value is not None:
            ruler = ScaledMeasure(measure.id, measure.scale)
            self.outcomes[ruler] = measure.is_outcome
            self.means[ruler, measure.session_id, group].add(measure.value)

    def _add_profile(self, profile: Profile) -> None:
        for support in profile.supports:
            self.titles.setdefault(support.mechanism, support.title)
            self.verdicts[support.mechanism][support.verdict.value] += 1

    def _add_plan(self, plan: Plan) -> None:
        self.statuses[plan.status.value] += 1
        self.unscreened += any(alert.state == "not known" for alert in plan.alerts)
        for alert in plan.alerts:
            self.titles.setdefault(alert.rule, alert.title)
            self.alerts[alert.rule][alert.state] += 1

    def _add_course(self, course: Course) -> None:
        for outcome in course.outcomes:
            self.titles.setdefault(outcome.measure, outcome.title)
            for change in outcome.changes[-1:]:
                self.changes[outcome.measure][change.direction] += 1

    def merge(self, other: "CohortTally") -> None:
        """Take in what another tally has seen, for instance on another core."""
        for name in ("people", "made_up", "unscreened"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("groups", "attended", "statuses"):
            getattr(self, name).update(getattr(other, name))
        for name in ("verdicts", "alerts", "changes", "absent"):
            for key, counts in getattr(other, name).items():
                getattr(self, name)[key].update(counts)
        for key, moments in other.means.items():
            self.means[key].merge(moments)
        self.sessions = other.sessions | self.sessions
        self.titles = other.titles | self.titles
        self.outcomes = other.outcomes | self.outcomes
        self.because = self.because or other.because

    def visits(self) -> list[Session]:
        """Give the visits in order."""
        return sorted(self.sessions.values(), key=lambda session: (session.order, session.session_id))

    def group_means(self) -> Iterator[GroupMean]:
        """Give every mean, by measure in the order they were met, then visit, then group."""
        for ruler in self.outcomes:
            for session in self.visits():
                for group in sorted(self.groups):
                    if (ruler, session.session_id, group) in self.means:
                        yield GroupMean(ruler, session, group, self.means[ruler, session.session_id, group])

    def frame(self) -> pd.DataFrame:
        """Give the means as a tidy table: one row a measure, visit and group, with SD and 95 % interval."""
        return pd.DataFrame([_row(mean) for mean in self.group_means()], columns=list(_COLUMNS))


_COLUMNS = (
    "measure",
    "unit",
    "scale_low",
    "scale_high",
    "session_id",
    "week",
    "group",
    "n",
    "mean",
    "sd",
    "low",
    "high",
)


def _row(mean: GroupMean) -> tuple[object, ...]:
    (measure, scale), session, moments = mean.ruler, mean.session, mean.moments
    interval = moments.interval
    ends = (None, None) if interval is None else (interval.low, interval.high)
    ruler = (measure, scale.unit, scale.low, scale.high)
    return (*ruler, session.session_id, session.week, mean.group, moments.n, moments.mean, moments.sd, *ends)
