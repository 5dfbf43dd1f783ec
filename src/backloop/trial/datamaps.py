"""What the columns of a trial's table mean, as a file says it: people, arms, visits, outcomes and the rest.

Decides what such a file may say and whether it fits the plan; `tables` reads the table by it.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from backloop.errors import TrialError
from backloop.trial.blueprints import Trial
from backloop.trial.codes import Code
from backloop.trial.guesses import GuessSource
from backloop.units import Frozen

__all__ = [
    "ArmSource",
    "DataMap",
    "Exclusion",
    "FactSource",
    "MediatorSource",
    "Screening",
    "SpecialColumns",
    "TableRules",
    "VisitSource",
    "read_data_map",
]


class TableRules(Frozen):
    """How the table as a whole is read.

    Parameters
    ----------
    file : str
        The table, from the mapping's own folder; a command may name another.
    separator : str
        What parts the columns; by the file's ending where empty (tab for .tsv, comma otherwise).
    encoding : str
        How letters are stored; ``gb18030`` for many Chinese spreadsheets.
    missing : tuple of str
        What stands for a missing answer beside an empty cell.
    only : dict of str to tuple of str
        Rows that count: a column and the codes to keep.
    without_arm : str
        Whether people without an arm are refused, or left out and counted.

    Examples
    --------
    >>> TableRules().without_arm
    'refuse'
    """

    file: str = ""
    separator: str = ""
    encoding: str = "utf-8-sig"
    missing: tuple[Code, ...] = ("NA", "N/A", "n/a", "NaN", "nan")
    only: dict[str, tuple[Code, ...]] = {}
    without_arm: Literal["refuse", "leave out"] = "refuse"


class ArmSource(Frozen):
    """Which columns name the person and the arm, and how the arms are coded.

    Parameters
    ----------
    person, arm : str
        The columns.
    arms : dict of str to tuple of str
        The codes of each arm of the plan; by default its id.

    Examples
    --------
    >>> ArmSource(person="id", arm="group", arms={"care": ["1"]}).arms["care"]
    ('1',)
    """

    person: str = "participant_id"
    arm: str = "arm"
    arms: dict[str, tuple[Code, ...]] = {}


class VisitSource(Frozen):
    """Where a long table says which visit a row is of; a wide table has no such column.

    Parameters
    ----------
    column : str
        The column, such as ``redcap_event_name``; empty for a wide table.
    codes : dict of str to str
        The code of each visit of the plan; by default its week. Rows of other visits give no outcomes.

    Examples
    --------
    >>> VisitSource(column="redcap_event_name", codes={"baseline": "baseline_arm_1"}).codes["baseline"]
    'baseline_arm_1'
    """

    column: str = ""
    codes: dict[str, Code] = {}


class FactSource(Frozen):
    """The column of something known of each person, written as its name alone or with codes.

    Parameters
    ----------
    column : str
        The column.
    codes : dict of str to number or str
        What its codes stand for, such as ``{"1" = 1, "2" = 0}``; every code must be named. By default as it stands.

    Examples
    --------
    >>> FactSource.model_validate("age").column
    'age'
    """

    column: str = Field(min_length=1)
    codes: dict[Code, float | str] = {}

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
        return {"column": given} if isinstance(given, str) else given


class MediatorSource(Frozen):
    """A possible step between treatment and outcome: its column (or one a visit) and the visit it counts at.

    Examples
    --------
    >>> MediatorSource(column="pcs", visit="week-12").visit
    'week-12'
    """

    column: str = ""
    columns: dict[str, str] = {}
    visit: str

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.column) == bool(self.columns):
            message = "expected either column (long table) or columns (wide table: visit = column)"
            raise ValueError(message)
        return self


class SpecialColumns(Frozen):
    """Columns with a meaning of their own; each may be left out.

    Parameters
    ----------
    reason : str
        Why a visit is missing, in words.
    received : str
        1 where the person took the treatment by the plan's rule, 0 where not.
    kept : str
        1 where the person kept to the protocol of their arm, 0 where not.
    therapist : str
        Therapist or group; empty where people are treated alone.
    intercurrent : str
        The week of the intercurrent event, empty where it did not happen.
    day : str
        Days since randomisation at which a visit took place, held against its window.

    Examples
    --------
    >>> SpecialColumns(reason="why").received
    ''
    """

    reason: str = ""
    received: str = ""
    kept: str = ""
    therapist: str = ""
    intercurrent: str = ""
    day: str = ""


class Exclusion(Frozen):
    """Why people were not randomised, and how many.

    Examples
    --------
    >>> Exclusion(reason="declined", people=12).people
    12
    """

    reason: str
    people: int = Field(ge=0)


class Screening(Frozen):
    """What happened before randomisation, which no table of the trial's people can tell.

    Examples
    --------
    >>> Screening(assessed=340).excluded
    ()
    """

    assessed: int | None = Field(default=None, ge=0)
    excluded: tuple[Exclusion, ...] = ()


class DataMap(Frozen):
    """Which column of a trial's table holds what, in the ids of its plan.

    Parameters
    ----------
    table : TableRules
        How the file is read.
    people : ArmSource
        Person and arm.
    visits : VisitSource
        Visits of a long table.
    outcomes : dict
        By the outcome's id: its column, or for a wide table ``{visit = column}``.
    modifiers, covariates, strata : dict of str to FactSource
        By the plan's id; by default the column of that name.
    mediators : dict of str to MediatorSource
        Possible steps between treatment and outcome.
    columns : SpecialColumns
        Reasons, adherence, therapists and dates.
    blinding : tuple of GuessSource
        Who guessed what, one round of asking after another; a single one may stand alone.
    screening : Screening
        Counts from before randomisation.

    Examples
    --------
    >>> DataMap(outcomes={"nrs": "pain"}).people.person
    'participant_id'
    """

    table: TableRules = TableRules()
    people: ArmSource = ArmSource()
    visits: VisitSource = VisitSource()
    outcomes: dict[str, str | dict[str, str]] = Field(min_length=1)
    modifiers: dict[str, FactSource] = {}
    covariates: dict[str, FactSource] = {}
    strata: dict[str, FactSource] = {}
    mediators: dict[str, MediatorSource] = {}
    columns: SpecialColumns = SpecialColumns()
    blinding: tuple[GuessSource, ...] = ()
    screening: Screening = Screening()

    @field_validator("blinding", mode="before")
    @classmethod
    def _rounds(cls, given: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
        return [given] if isinstance(given, dict | GuessSource) else () if given is None else given

    @property
    def is_wide(self) -> bool:
        """Whether the table has one row a person."""
        return not self.visits.column

    def faults(self, trial: Trial) -> list[str]:
        """Say what does not fit a plan."""
        return [*self._unknown(trial), *self._shape(), *self._clashes()]

    def _unknown(self, trial: Trial) -> Iterable[str]:
        visits = [visit.id for visit in trial.visits]
        wide = [part for part in self.outcomes.values() if isinstance(part, dict)]
        parts = (
            ("people.arms", self.people.arms, [arm.id for arm in trial.arms]),
            ("visits.codes", self.visits.codes, visits),
            ("outcomes", self.outcomes, [outcome.id for outcome in trial.outcomes]),
            ("modifiers", self.modifiers, [modifier.id for modifier in trial.modifiers]),
            ("covariates", self.covariates, trial.covariates),
            ("strata", self.strata, [factor.id for factor in trial.strata]),
            ("mediators.visit", [part.visit for part in self.mediators.values()], visits),
            ("mediators.columns", [visit for part in self.mediators.values() for visit in part.columns], visits),
            ("outcomes.<id>", [visit for part in wide for visit in part], visits),
            (
                "blinding.arms",
                [arm for each in self.blinding for arm in each.arms or ()],
                [arm.id for arm in trial.arms],
            ),
            ("blinding.visit", [each.visit for each in self.blinding if each.visit], visits),
        )
        for key, named, known in parts:
            for name in named:
                if name not in known:
                    yield f"{key}: '{name}' is not in the plan, which has {', '.join(known) or 'none'}"

    def _shape(self) -> Iterable[str]:
        wrong = [name for name, part in self.outcomes.items() if isinstance(part, dict) != self.is_wide]
        wrong += [name for name, part in self.mediators.items() if bool(part.columns) != self.is_wide]
        for name in wrong:
            expected = "{visit = column}, because visits.column is empty" if self.is_wide else "one column"
            yield f"outcomes or mediators: '{name}': expected {expected}"

    def _clashes(self) -> Iterable[str]:
        names = [*self.outcomes, *self.mediators]
        twice = {name for name in names if names.count(name) > 1}
        twice |= set(names) & {*self.covariates, *self.strata} | set(self.outcomes) & set(self.modifiers)
        for name in sorted(twice):
            yield f"'{name}' names two things; give each an id of its own"


def read_data_map(path: Path, trial: Trial) -> DataMap:
    """Read what a table's columns mean, and check it against the plan.

    Parameters
    ----------
    path : Path
        A TOML file.
    trial : Trial
        The plan whose ids it uses.

    Returns
    -------
    DataMap
        What it says.

    Raises
    ------
    TrialError
        If the file is missing, is not TOML, has an unknown key, or names what the plan does not have.

    Examples
    --------
    >>> from backloop.trial import read_trial
    >>> plan = read_trial(Path("examples/08_trial/resolve.toml"))
    >>> read_data_map(Path("nowhere.toml"), plan)
    Traceback (most recent call last):
    backloop.errors.TrialError: nowhere.toml: expected a mapping of columns, there is no such file; check the name
    """
    try:
        found = DataMap.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
        faults = found.faults(trial)
        if not faults:
            return found
        message = f"{path.name}: {'; '.join(faults)}"
    except ValidationError as error:
        message = f"{path.name}: {'; '.join(map(_explain, error.errors(include_url=False, include_input=False)))}"
    except OSError:
        message = f"{path.name}: expected a mapping of columns, there is no such file; check the name"
    except UnicodeDecodeError:
        message = f"{path.name}: a mapping is UTF-8 text; save it so"
    except tomllib.TOMLDecodeError as error:
        message = f"{path.name}: not TOML: {error}; correct the line"
    raise TrialError(message)


def _explain(fault: Any) -> str:  # noqa: ANN401 - one of pydantic's error details
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{place}: there is no such key; see the how-to for those there are"
    return f"{place}: {fault['msg'].removeprefix('Value error, ')}".removeprefix(": ")
