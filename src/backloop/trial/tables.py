"""A trial's table read by its mapping: who was randomised to what, and what was seen at each planned visit.

Decides what a cell may hold and which value of a person counts; models are another room's matter.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import pandas as pd

from backloop.errors import TrialError
from backloop.kernel import Columns
from backloop.library import Library
from backloop.measure import software_version
from backloop.trial.blueprints import Trial
from backloop.trial.cells import read_cells
from backloop.trial.datamaps import DataMap, read_data_map
from backloop.trial.freezing import FreezeHistory, check_frozen, frozen_file, read_trial, trial_hash
from backloop.trial.gaps import FilledCovariate, FilledFacts, fill_covariates
from backloop.trial.readings import ARM, PERSON, WEEK, Reading
from backloop.trial.rounds import BlindingRound, judge_rounds, read_guess_counts
from backloop.units import Frozen, Text

__all__ = ["Grounds", "TrialData", "open_guesses", "open_trial"]

_BENEATH = ("numpy", "scipy", "pandas")


class Grounds(Frozen):
    """What a result of a trial rests on, as it stands under every table.

    Parameters
    ----------
    plan_sha256, data_sha256, mapping_sha256 : str
        Fingerprints of the plan's content and of the two files.
    frozen_on : datetime.date, optional
        When the plan was frozen last; None where it was not, and everything is exploratory.
    software, edition : str
        The version of the program, and the edition of its books.
    parts : str
        The versions of what the program computes with.
    filled : tuple of FilledCovariate
        Covariates that were not recorded for somebody, and how the plan's rule met them.

    Examples
    --------
    >>> Grounds(plan_sha256="0" * 64, data_sha256="1" * 64, mapping_sha256="2" * 64, software="1", edition="x").text.en
    'exploratory: plan not frozen; plan 000000000000, data 111111111111, mapping 222222222222; backloop 1, books of x'
    """

    plan_sha256: str
    data_sha256: str
    mapping_sha256: str
    frozen_on: dt.date | None = None
    software: str
    edition: str
    parts: str = ""
    filled: tuple[FilledCovariate, ...] = ()

    @property
    def is_exploratory(self) -> bool:
        """Whether the analysis was not fixed beforehand."""
        return self.frozen_on is None

    @property
    def standing(self) -> Text:
        """Whether the plan was frozen, in words."""
        if self.frozen_on is None:
            return Text(en="exploratory: plan not frozen", zh="探索性分析：方案未锁定")
        return Text(en=f"plan frozen on {self.frozen_on}", zh=f"方案于{self.frozen_on}锁定")

    @property
    def text(self) -> Text:
        """The line under every table."""
        named = [
            (Text(en="plan", zh="方案指纹"), self.plan_sha256),
            (Text(en="data", zh="数据指纹"), self.data_sha256),
            (Text(en="mapping", zh="映射指纹"), self.mapping_sha256),
        ]
        known = [(name, sha256[:12]) for name, sha256 in named if sha256]
        parts = f" ({self.parts})" if self.parts else ""
        english = [*(each.text.en for each in self.filled), ", ".join(f"{name.en} {sha256}" for name, sha256 in known)]
        chinese = [*(each.text.zh for each in self.filled), "，".join(f"{name.zh}{sha256}" for name, sha256 in known)]
        return Text(
            en=f"{'; '.join([self.standing.en, *english])}; backloop {self.software}{parts}, books of {self.edition}",
            zh=f"{'；'.join([self.standing.zh, *chinese])}；backloop {self.software}{parts}，知识库版本{self.edition}",
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class TrialData:
    """A trial's plan together with its table, in the plan's words.

    Made by `open_trial`. `answers` has one row a person and planned visit (participant_id, arm, week, then outcomes,
    mediators and the columns ``reason`` and ``day``); `facts` one row a person, as recorded. `without_arm` people were
    left out, and `unplanned` rows were of visits that the plan does not have. `folder` is where the mapping lies.

    Examples
    --------
    >>> TrialData.__dataclass_params__.frozen
    True
    """

    trial: Trial
    mapping: DataMap
    answers: pd.DataFrame
    facts: pd.DataFrame
    grounds: Grounds
    without_arm: int = 0
    unplanned: int = 0
    folder: Path = Path()

    @property
    def adjusted(self) -> tuple[str, ...]:
        """What the analysis adjusts for: strata, covariates, and indicators of those that the plan's rule met."""
        return self.adjusted_beside()

    def adjusted_beside(self, *modifiers: str) -> tuple[str, ...]:
        """Give what the analysis adjusts for beside modifiers, which may be covariates as well.

        Parameters
        ----------
        *modifiers : str
            Ids of the modifiers asked about.

        Returns
        -------
        tuple of str
            Names for `frame`.
        """
        strata = (factor.id for factor in self.trial.strata)
        names = (*strata, *self.trial.covariates, *self._filled(modifiers).indicators)
        return tuple(name for name in names if name not in modifiers)

    def frame(self, *outcomes: str, facts: Sequence[str] = (), modifiers: Sequence[str] = ()) -> pd.DataFrame:
        """Give one row a person and visit with the named outcomes (or mediators) and facts.

        Parameters
        ----------
        *outcomes : str
            Ids of outcomes or mediators.
        facts : sequence of str
            Ids of covariates (met by the plan's rule where they were not recorded), strata or modifiers, indicators of
            `adjusted`, or ``received``, ``kept``, ``therapist``, ``intercurrent``.
        modifiers : sequence of str
            Ids of the modifiers asked about, which stay as they were recorded even where they are covariates.

        Returns
        -------
        pandas.DataFrame
            Person, arm and week first.

        Raises
        ------
        TrialError
            If the table does not hold one of them.
        """
        known = self._filled(modifiers).facts
        asked = [*facts, *modifiers]
        missing = [name for name in outcomes if name not in self.answers] + [
            name for name in asked if name not in known
        ]
        if missing:
            held = [*self.answers.columns[3:], *known.columns]
            message = f"the table holds no {', '.join(missing)}; name their columns in the mapping (it has {held})"
            raise TrialError(message)
        shown = [name for name in ("reason",) if name in self.answers]
        long = self.answers[[PERSON, ARM, WEEK, *outcomes, *shown]]
        return long.join(known[asked], on=PERSON)

    def _filled(self, modifiers: Sequence[str]) -> FilledFacts:
        covariates = [name for name in self.trial.covariates if name not in modifiers]
        return fill_covariates(self.facts, covariates, self.trial.missing_covariates)

    def columns(self, outcome: str, comparator: str) -> Columns:
        """Say where `frame` holds what, for one outcome and comparator."""
        return Columns(outcome=outcome, comparator=comparator, person=PERSON, week=WEEK, arm=ARM)


def open_trial(plan: Path, mapping: Path, *, table: Path | None = None, exploratory: bool = False) -> TrialData:
    """Open a trial for analysis: its frozen plan, its table, and the file that says which column is what.

    Parameters
    ----------
    plan : Path
        The plan, frozen by `freeze`.
    mapping : Path
        The mapping of columns.
    table : Path, optional
        CSV, TSV or Parquet; by default the file that the mapping names.
    exploratory : bool
        Whether a plan that was never frozen, or changed since, is taken all the same; results then say so.

    Returns
    -------
    TrialData
        Plan and table in one.

    Raises
    ------
    TrialError
        If the plan is not frozen, a file cannot be read, or the table contradicts mapping or plan.

    Notes
    -----
    Whatever changes within a person counts as measured at its visit (before randomisation for covariates and strata);
    what never changes may stand in any of the person's rows, as REDCap exports have it.

    Examples
    --------
    >>> open_trial(Path("examples/08_trial/resolve.toml"), Path("data.toml"))
    Traceback (most recent call last):
    backloop.errors.TrialError: resolve.toml: never frozen; freeze it before anybody is unblinded
    """
    trial, frozen_on = _plan(plan, exploratory=exploratory)
    rules = read_data_map(mapping, trial)
    if table is None and not rules.table.file:
        message = f"{mapping.name}: names no file; set table.file, or name the table in the call"
        raise TrialError(message)
    path = table or mapping.parent / rules.table.file
    cells = read_cells(path, rules.table)
    answers, facts, counts = Reading(trial, rules, cells).read()
    grounds = _grounds(trial, path, frozen_on).model_copy(
        update={
            "mapping_sha256": _fingerprint(mapping),
            "filled": fill_covariates(facts, trial.covariates, trial.missing_covariates).filled,
        }
    )
    return TrialData(
        trial=trial,
        mapping=rules,
        answers=answers,
        facts=facts,
        grounds=grounds,
        folder=mapping.parent,
        **counts._asdict(),
    )


def open_guesses(plan: Path, counts: Path, *, exploratory: bool = False) -> tuple[tuple[BlindingRound, ...], Grounds]:
    """Open a small table of guesses beside a frozen plan: how well blinding held, round by round.

    Parameters
    ----------
    plan : Path
        The plan, frozen by `freeze`.
    counts : Path
        A CSV file with the columns arm, guess and people, and asked where it holds several rounds. Arms are named by
        their ids.
    exploratory : bool
        As in `open_trial`.

    Returns
    -------
    tuple of (tuple of BlindingRound, Grounds)
        The rounds with their indices, and what they rest on.

    Raises
    ------
    TrialError
        If the plan is not frozen or has more than two arms, or the file is not such a table.

    Examples
    --------
    >>> open_guesses(Path("examples/08_trial/resolve.toml"), Path("guesses.csv"), exploratory=True)
    Traceback (most recent call last):
    backloop.errors.TrialError: guesses.csv: expected a table of guesses, there is no such file; check the name
    """
    trial, frozen_on = _plan(plan, exploratory=exploratory)
    arms = [arm.id for arm in trial.arms]
    if len(arms) > 2:  # noqa: PLR2004 - two arms need no choice
        message = (
            f"the plan has {len(arms)} arms; name the two told apart, and the counts, under [blinding] in a mapping"
        )
        raise TrialError(message)
    rounds = judge_rounds(read_guess_counts(counts, arms))
    return rounds, _grounds(trial, counts, frozen_on)


def _grounds(trial: Trial, table: Path, frozen_on: dt.date | None) -> Grounds:
    return Grounds(
        plan_sha256=trial_hash(trial),
        data_sha256=_fingerprint(table),
        mapping_sha256="",
        frozen_on=frozen_on,
        software=software_version(),
        edition=Library.packaged().edition,
        parts=_parts(),
    )


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _parts() -> str:
    """Name the versions of Python and of what computes beneath."""
    packages = ", ".join(f"{name} {version(name)}" for name in _BENEATH)
    return f"Python {python_version()}, {packages}"


def _plan(path: Path, *, exploratory: bool) -> tuple[Trial, dt.date | None]:
    try:
        trial = check_frozen(path)
    except TrialError:
        if not exploratory:
            raise
        return read_trial(path), None
    history = FreezeHistory.model_validate_json(frozen_file(path).read_text(encoding="utf-8"))
    return trial, history.freezes[-1].on
