"""A study's data for its statistician: by participant number, without what could tell the arm while it is blinded.

Decides what leaves and under which names; whether somebody agreed to research is asked for each person.
"""

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backloop.errors import NothingToRead, TrialError
from backloop.measure import Measures
from backloop.record import Participant, Record, write
from backloop.redcap import write_project
from backloop.trial import Trial, TrialOutcome
from backloop.web.keeping.exporting import agrees
from backloop.web.people.models import Account, Participation, Study
from backloop.web.people.roles import TELLING, Role
from backloop.web.people.study_scopes import actor_in, arms_for, participations_for
from backloop.web.research.attendance import match_visits
from backloop.web.research.models import OpenedLine
from backloop.web.research.refusals import refusal
from backloop.web.research.steps import WITHDRAWALS
from backloop.web.research.zipping import zip_folder
from backloop.web.store.events import library_in_use, standing_events
from backloop.web.store.nouns import measures_of, record_of
from backloop.web.store.reading import log_read

__all__ = ["Exported", "gather_study", "measures_csv", "study_bids", "study_redcap", "write_trial_files"]

"""Books whose answers may tell what treatment was given."""

_HEAD = ("number", "site", "session_id", "week", "measure", "value", "unit", "absent", "origin")
Cells = dict[str, str]


@dataclass(frozen=True)
class Exported:
    """One participant as exported: number, record and measures without what tells the arm, and the arm if open.

    Examples
    --------
    >>> Exported.__dataclass_params__.frozen
    True
    """

    participation: Participation
    record: Record
    measures: Measures
    arm: str = ""

    @property
    def number(self) -> str:
        """The participant's number."""
        return self.participation.number


def gather_study(account: Account, study: Study, role: Role, *, what: str) -> list[Exported]:
    """Gather the people who agreed to research in a study, by number; each is logged as read.

    Parameters
    ----------
    account : Account
        Who exports.
    study : Study
        Which study.
    role : Role
        In which part.
    what : str
        Which export, for the log.

    Returns
    -------
    list of Exported

    Raises
    ------
    NothingToRead
        If nobody agreed, or nobody was seen yet.
    """
    arms = arms_for(account, study, role) if role is Role.STATISTICIAN else {}
    found = []
    for part in participations_for(account, study, role):
        code = part.patient.code
        if part.state == "excluded" or not agrees(code, "research", study=study.slug):
            continue
        record, measures = record_of(code), measures_of(code)
        if record is None or measures is None:
            continue
        log_read(actor_in(account, role), code, f"export:{what}")
        found.append(Exported(part, _without_names(record, part), _without_telling(measures), arms.get(code, "")))
    if not found:
        raise refusal(
            NothingToRead,
            en="nobody in this study has both agreed to research and been seen at a visit yet",
            zh="本研究尚无既同意科研使用又已到访的受试者",
        )
    return found


def measures_csv(people: Sequence[Exported], *, with_arm: bool) -> str:
    """Lay out every measure as one line, by participant number and visit.

    Parameters
    ----------
    people : sequence of Exported
        As `gather_study` gives them.
    with_arm : bool
        Whether the study is unblinded.

    Returns
    -------
    str
        CSV in UTF-8.
    """
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow([*_HEAD, *(["arm"] if with_arm else [])])
    for each in people:
        weeks = {session.session_id: session.week for session in each.record.sessions}
        for one in each.measures.measures:
            week = weeks.get(one.session_id)
            cells = [each.number, each.participation.site.slug, one.session_id, "" if week is None else f"{week:g}"]
            value = "" if one.value is None else repr(one.value)
            cells += [one.id, value, one.scale.unit, one.absent.value if one.absent else "", one.origin]
            lines.writerow([*cells, *([each.arm] if with_arm else [])])
    return text.getvalue()


def study_bids(people: Sequence[Exported]) -> bytes:
    """Pack the records as a BIDS folder.

    Parameters
    ----------
    people : sequence of Exported
        As `gather_study` gives them.

    Returns
    -------
    bytes
        A zip file.
    """
    with tempfile.TemporaryDirectory() as place:
        write([each.record for each in people], Path(place) / "bids", library=library_in_use())
        return zip_folder(Path(place) / "bids")


def study_redcap(people: Sequence[Exported], *, tables: Mapping[str, str]) -> bytes:
    """Pack the records as the files of a REDCap project.

    Parameters
    ----------
    people : sequence of Exported
        As `gather_study` gives them.
    tables : mapping of str to str
        Allocation tables by file name, laid beside.

    Returns
    -------
    bytes
        A zip file.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "redcap"
        write_project([each.record for each in people], folder, library=library_in_use())
        for name, table in tables.items():
            (folder / name).write_text(table, encoding="utf-8", newline="")
        return zip_folder(folder)


def write_trial_files(people: Sequence[Exported], study: Study, trial: Trial, folder: Path) -> Path:
    """Write the table that the trial engine reads, and the mapping that says what its columns are.

    Parameters
    ----------
    people : sequence of Exported
        With their arms.
    study : Study
        Which study.
    trial : Trial
        Its plan.
    folder : Path
        Where the files go.

    Returns
    -------
    Path
        The mapping.

    Raises
    ------
    TrialError
        If nobody was allocated, or an outcome was recorded for nobody.
    """
    rows = [row for each in people if each.arm for row in _rows(each, trial)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    missing = [outcome.id for outcome in trial.outcomes if outcome.id not in columns]
    if not rows or missing:
        raise refusal(
            TrialError,
            en=f"recorded for nobody who was allocated: {', '.join(missing) or 'everything'}; record it first",
            zh=f"已分组者均无以下记录：{', '.join(missing) or '全部'}；请先录入",
        )
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    codes = {visit.id: visit.id for visit in trial.visits}
    lines = ["[table]", 'file = "table.csv"', "[visits]", 'column = "visit"', f"codes = {_inline(codes)}"]
    lines += ["[outcomes]", *(f"{json.dumps(one.id)} = {json.dumps(one.id)}" for one in trial.outcomes)]
    lines += ["[columns]", *(f'{name} = "{name}"' for name in ("reason", "day") if name in columns)]
    mapping = folder / "data.toml"
    mapping.write_text("\n".join([*lines, *_screening(study)]) + "\n", encoding="utf-8")
    return mapping


def _rows(each: Exported, trial: Trial) -> Iterator[Cells]:
    """Give one row a planned visit, with what is known of the person in each."""
    code, line = each.participation.patient.code, OpenedLine.objects.filter(participation=each.participation).first()
    started = line.made_at.date() if line else each.participation.changed_at.date()
    days = {s.event.code: s.event.happened_at.date() for s in standing_events(code, kinds=["visit"])}
    sessions = {one.session_id: (one, days.get(one.session_id, started)) for one in each.record.sessions}
    matched = match_visits(sessions, trial, allocated_on=started)
    known = {"participant_id": each.number, "arm": each.arm} | _facts(each, trial, matched, line)
    left = each.participation.state == "withdrawn"
    reason = WITHDRAWALS[each.participation.reason].en if each.participation.reason in WITHDRAWALS else "withdrawn"
    for visit in trial.visits:
        row = known | {"visit": visit.id}
        session_id = matched.get(visit.id, "")
        for outcome in trial.outcomes:
            value = _value(each.measures, outcome, session_id) if session_id else None
            if value is not None:
                row[outcome.id] = repr(value)
        if session_id:
            row["day"] = str((sessions[session_id][1] - started).days)
        elif left:
            row["reason"] = reason
        yield row


def _facts(each: Exported, trial: Trial, matched: Mapping[str, str], line: OpenedLine | None) -> Cells:
    """Give strata from the list, and covariates and modifiers from the record and the measures before treatment."""
    who = each.record.participant
    known: Cells = {"site": each.participation.site.slug}
    known |= {"age": f"{who.age:g}"} if who.age is not None else {}
    known |= {"sex": who.sex} if who.sex else {}
    baseline = [matched[visit.id] for visit in trial.visits if visit.is_baseline and visit.id in matched]
    for one in each.measures.measures:
        if one.session_id in baseline and one.value is not None:
            known.setdefault(one.id, repr(one.value))
    if line is not None:
        known |= dict(zip((factor.id for factor in trial.strata), line.stratum, strict=True))
    wanted = {*trial.covariates, *(one.id for one in trial.modifiers), *(one.id for one in trial.strata)}
    return {name: value for name, value in known.items() if name in wanted - {one.id for one in trial.outcomes}}


def _value(measures: Measures, outcome: TrialOutcome, session_id: str) -> float | None:
    names = (outcome.id, outcome.instrument)
    here = [one for one in measures.at(session_id) if one.id in names or one.book == outcome.instrument]
    found = sorted(here, key=lambda one: (one.id != outcome.id, one.id != outcome.instrument))
    return found[0].value if found else None


def _screening(study: Study) -> list[str]:
    parts = list(Participation.objects.filter(study=study).values_list("state", "reason"))
    out = [reason or "not said" for state, reason in parts if state == "excluded"]
    told = ", ".join(f"{{ reason = {json.dumps(one)}, people = {out.count(one)} }}" for one in sorted(set(out)))
    return ["[screening]", f"assessed = {len(parts)}", f"excluded = [{told}]"]


def _inline(pairs: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in pairs.items()) + " }"


def _without_names(record: Record, part: Participation) -> Record:
    """Give a record under the participant's number, without free words and books that could tell the arm."""
    who = record.participant
    named = Participant(
        participant_id="sub-" + "".join(filter(str.isalnum, part.number)),
        age=who.age,
        sex=who.sex,
        language=who.language,
    )
    sessions = tuple(session.model_copy(update={"label": ""}) for session in record.sessions)
    seen = tuple(one for one in record.observations if one.book not in TELLING)
    return record.model_copy(update={"participant": named, "sessions": sessions, "observations": seen})


def _without_telling(measures: Measures) -> Measures:
    kept = tuple(one for one in measures.measures if one.book not in TELLING)
    return measures.model_copy(update={"measures": kept})
