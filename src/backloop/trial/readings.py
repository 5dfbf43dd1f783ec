"""A table on its way into a plan's words: arms, answers by visit, and what is known of each person.

Decides which value of a person counts and what contradicts the plan; cells are read in `cells`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from backloop.trial.blueprints import Trial
from backloop.trial.cells import Cells
from backloop.trial.datamaps import DataMap, FactSource
from backloop.trial.guesses import GuessSource, guess_name

if TYPE_CHECKING:
    from pandas.core.groupby import SeriesGroupBy

__all__ = ["ARM", "PERSON", "WEEK", "Counts", "Reading"]

PERSON, ARM, WEEK = "participant_id", "arm", "week"


class Counts(NamedTuple):
    """People without an arm, and rows of visits that the plan does not have."""

    without_arm: int
    unplanned: int


class Reading:
    """One table with the plan and the mapping that it is read by."""

    def __init__(self, trial: Trial, rules: DataMap, cells: Cells) -> None:
        self.trial, self.rules, self.cells = trial, rules, cells
        self.person = cells.needed(rules.people.person)
        self.arm = self._arms()

    def read(self) -> tuple[pd.DataFrame, pd.DataFrame, Counts]:
        """Give one row a person and planned visit, one row a person, and who could not be taken."""
        known = self.arm.notna()
        answers, unplanned = self._wide() if self.rules.is_wide else self._long()
        answers.insert(1, ARM, answers[PERSON].map(self.arm))
        facts = self._facts().loc[known[known].index]
        self._check_strata(facts, self.arm[known])
        kept = answers[answers[ARM].notna()].sort_values([PERSON, WEEK]).reset_index(drop=True)
        return kept, facts, Counts(without_arm=int((~known).sum()), unplanned=unplanned)

    def _arms(self) -> "pd.Series[str]":
        """Give each person's arm in the plan's words, empty where there is none."""
        source = self.rules.people
        codes = {code: arm.id for arm in self.trial.arms for code in source.arms.get(arm.id, (arm.id,))}
        coded = self.cells.coded(source.arm, codes)
        by_person = coded.groupby(self.person)
        several = _several(by_person)
        if several:
            message = f"{several} people are in more than one arm; give each the arm they were randomised to"
            raise self.cells.fault(message)
        arm: pd.Series[str] = by_person.first()
        lost = int(arm.isna().sum())
        if lost and self.rules.table.without_arm == "refuse":
            message = (
                f"column '{source.arm}': {lost} people have no arm; fill it in, or set table.without_arm = 'leave out'"
                " to count them apart"
            )
            raise self.cells.fault(message)
        if len(set(arm.dropna())) < 2:  # noqa: PLR2004 - a comparison
            message = f"column '{source.arm}': expected at least two arms with people in them; there is one"
            raise self.cells.fault(message)
        return arm

    def _weeks(self) -> "pd.Series[float]":
        """Give the week of each row of a long table; empty for visits that the plan does not have."""
        source = self.rules.visits
        codes = {source.codes.get(visit.id, f"{visit.week:g}"): visit.week for visit in self.trial.visits}
        return self.cells.needed(source.column).map(codes).astype(float)

    def _long(self) -> tuple[pd.DataFrame, int]:
        rules, week = self.rules, self._weeks()
        parts: dict[str, pd.Series] = {PERSON: self.person, WEEK: week}
        names = rules.outcomes | {name: part.column for name, part in rules.mediators.items()}
        parts |= {name: self.cells.numbers(str(column)) for name, column in names.items()}
        parts |= {"reason": self.cells.text(rules.columns.reason)} if rules.columns.reason else {}
        parts |= {"day": self.cells.numbers(rules.columns.day)} if rules.columns.day else {}
        found = pd.DataFrame(parts)
        planned = found[week.notna()]
        twice = planned.duplicated([PERSON, WEEK])
        if twice.any():
            message = f"{int(twice.sum())} row(s) repeat a person and visit, first at row {twice.idxmax()}; keep one"
            raise self.cells.fault(message)
        if planned[WEEK].nunique() < 2:  # noqa: PLR2004 - before and after
            message = f"expected at least two planned visits in column '{rules.visits.column}'; check visits.codes"
            raise self.cells.fault(message)
        return planned, len(found) - len(planned)

    def _wide(self) -> tuple[pd.DataFrame, int]:
        rules = self.rules
        twice = self.person.duplicated()
        if twice.any():
            message = (
                f"{int(twice.sum())} row(s) repeat a person, first at row {twice.idxmax()}; keep one row a person,"
                " or name the column of the visit"
            )
            raise self.cells.fault(message)
        weeks = {visit.id: visit.week for visit in self.trial.visits}
        wide: dict[str, dict[str, str]] = {
            name: part for name, part in rules.outcomes.items() if isinstance(part, dict)
        }
        wide |= {name: part.columns for name, part in rules.mediators.items()}
        rows = []
        for visit in dict.fromkeys(visit for part in wide.values() for visit in part):
            row: dict[str, object] = {PERSON: self.person, WEEK: weeks[visit]}
            row |= {name: self.cells.numbers(part[visit]) if visit in part else np.nan for name, part in wide.items()}
            row |= {"reason": self.cells.text(rules.columns.reason)} if rules.columns.reason else {}
            rows.append(pd.DataFrame(row))
        if len(rows) < 2:  # noqa: PLR2004 - before and after
            message = "expected at least two planned visits among the columns of outcomes"
            raise self.cells.fault(message)
        return pd.concat(rows, ignore_index=True), 0

    def _facts(self) -> pd.DataFrame:
        rules, trial = self.rules, self.trial
        start = [visit.id for visit in trial.visits if visit.is_baseline]
        found: dict[str, pd.Series] = {}
        for factor in trial.strata:
            source = rules.strata.get(factor.id, FactSource(column=factor.id))
            levels = dict(zip(factor.levels, factor.levels, strict=True))
            values = self.cells.coded(
                source.column, {code: str(value) for code, value in source.codes.items()} or levels
            )
            found[factor.id] = self._fact(values, start, factor.id)
        for name in trial.covariates:
            found[name] = self._fact(self._values(rules.covariates.get(name, FactSource(column=name))), start, name)
        for modifier in trial.modifiers:
            source = rules.modifiers.get(modifier.id, FactSource(column=modifier.id))
            if modifier.id in rules.modifiers or source.column in self.cells.frame:
                found[modifier.id] = self._fact(self._values(source), [modifier.visit], modifier.id)
        for name in ("received", "kept", "therapist", "intercurrent"):
            column = getattr(rules.columns, name)
            if column:
                values = self.cells.text(column) if name == "therapist" else self.cells.numbers(column)
                found[name] = self._fact(values, [], name)
        for place, asked in enumerate(rules.blinding):
            if asked.column:
                found[guess_name(place)] = self._guesses(asked, guess_name(place))
        return pd.DataFrame(found, index=self.arm.index)

    def _guesses(self, source: GuessSource, name: str) -> "pd.Series":
        """Give each person's guess in one round: that of its visit, or the only one there is."""
        values = self.cells.text(source.column)
        if source.visit and not self.rules.is_wide:
            weeks = {visit.week for visit in self.trial.visits if visit.id == source.visit}
            values = values.where(self._weeks().isin(weeks))
        return self._fact(values, [], name)

    def _values(self, source: FactSource) -> "pd.Series":
        if source.codes:
            coded = self.cells.coded(source.column, source.codes)
            return coded.astype(float) if all(isinstance(each, float) for each in source.codes.values()) else coded
        return self.cells.numbers_or_text(source.column)

    def _fact(self, values: "pd.Series", visits: Sequence[str], name: str) -> "pd.Series":
        """Choose each person's value: the only one there is, or that of its visit where it was measured again."""
        if visits and not self.rules.is_wide and _several(values.groupby(self.person)):
            weeks = {visit.week for visit in self.trial.visits if visit.id in visits}
            values = values.where(self._weeks().isin(weeks))
        by_person = values.groupby(self.person)
        several = _several(by_person)
        if several:
            message = f"'{name}' changes within {several} people; give one value a person"
            raise self.cells.fault(message)
        return by_person.first()

    def _check_strata(self, facts: pd.DataFrame, arm: "pd.Series[str]") -> None:
        for factor in self.trial.strata:
            by_level = arm.groupby(facts[factor.id])
            if (by_level.nunique() == 1).all():  # noqa: PD101 - within each level
                message = (
                    f"stratum '{factor.id}' separates the arms: every level holds people of one arm only, so nothing"
                    " can be compared within it; check the column"
                )
                raise self.cells.fault(message)


def _several(by_person: "SeriesGroupBy[Any, Any]") -> int:
    """Count the people with more than one value."""
    return int((by_person.nunique() > 1).sum())  # noqa: PD101 - within each person
