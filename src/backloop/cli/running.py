"""Everybody in a source through the house: files a person, a table and a report for the set.

Decides how the work is shared and where files go; what is in them is decided in the rooms.
"""

import datetime as dt
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, repeat
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from backloop.cli.exits import open_library, refuse, report
from backloop.cli.panel_files import PanelFiles, open_panels
from backloop.cli.walking import Walk, walk, write_files
from backloop.errors import BackloopError, UnknownPerson
from backloop.letters import CohortTally, cohort_report
from backloop.library import Library
from backloop.record import Problem, Record, Records, read
from backloop.units import Language, Text

__all__ = ["Errand", "run_source"]

_BATCH = 20


@dataclass(frozen=True)
class Errand:
    """What is wanted of a run: where to write, in which language, as of which visit, from which day on, beside what."""

    out: Path
    lang: Language
    session: str
    start: dt.date
    shelf: Path | None = None
    panel: Path | None = None


@dataclass
class _Harvest:
    """What a batch of people leaves behind for the set: how many they were, running sums and refusals."""

    people: int = 0
    tally: CohortTally = field(default_factory=CohortTally)
    problems: list[Problem] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)


def run_source(source: Path, errand: Errand, *, mapping: Path | None, jobs: int) -> int:
    """Take everybody through the house, write the files, and give the exit code."""
    try:
        library = open_library(errand.shelf)
        people = read(source, mapping=mapping, library=library)
        if not people:
            return report(people)
        _check_session(people, errand.session)
        open_panels(errand.panel).check(people)
        errand.out.mkdir(parents=True, exist_ok=True)
    except BackloopError as error:
        return refuse(error)
    except OSError as error:
        return refuse(f"{errand.out}: cannot be written to ({error.strerror}); choose another folder with --out")
    try:
        harvest = _gather(people, errand, library, jobs=jobs)
    except BrokenProcessPool:
        return refuse("a process was ended from outside, often for want of memory; run again with fewer --jobs")
    done = Records(people, problems=(*people.problems, *harvest.problems))
    _write_set(harvest, done, errand, library)
    return report(done) if harvest.tally.people else refuse("nobody could be taken through; see problems.tsv")


def _check_session(people: Records, session: str) -> None:
    known = sorted({visit.session_id for record in people for visit in record.sessions})
    if session not in {"first", "latest", *known}:
        message = f"nobody has a visit '{session}'; choose first, latest, or one of {', '.join(known)}"
        raise UnknownPerson(message)


def _gather(people: Records, errand: Errand, library: Library, *, jobs: int) -> _Harvest:
    whole = _Harvest()
    for part in _show_progress(_share(people, errand, library, jobs=jobs), total=len(people)):
        whole.tally.merge(part.tally)
        whole.problems += part.problems
        whole.rows += part.rows
    return whole


def _share(people: Records, errand: Errand, library: Library, *, jobs: int) -> Iterator[_Harvest]:
    batches = list(_batches(people))
    if jobs == 1:
        yield from (_do_batch(batch, errand, library) for batch in batches)
        return
    # Fresh processes: a forked copy of the threads that draw pictures would wait forever.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_end_with_parent) as pool:
        yield from pool.map(_do_batch_apart, batches, repeat(errand))


def _end_with_parent() -> None:
    """End this process when the one that started it is gone; it would wait for work forever."""
    parent = parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()


def _batches(people: Iterable[Record]) -> Iterator[tuple[Record, ...]]:
    waiting = iter(people)
    while batch := tuple(islice(waiting, _BATCH)):
        yield batch


def _do_batch_apart(batch: tuple[Record, ...], errand: Errand) -> _Harvest:
    return _do_batch(batch, errand, _library_of_this_process(errand.shelf))


@cache
def _library_of_this_process(shelf: Path | None) -> Library:
    """Open the books once; a process of the pool lives for one run."""
    return open_library(shelf)


@cache
def _panels_of_this_process(path: Path | None) -> PanelFiles:
    """Find the panels once; a process of the pool lives for one run."""
    return open_panels(path)


def _do_batch(batch: tuple[Record, ...], errand: Errand, library: Library) -> _Harvest:
    harvest = _Harvest(people=len(batch))
    for record in batch:
        try:
            _do_person(record, errand, library, harvest)
        except (BackloopError, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            todo = Text(en=f"the person was left out ({why})", zh=f"未纳入该人员（{why}）")
            expected = Text(en="a person who can be assessed", zh="可评估的人员")
            harvest.problems.append(Problem(file=record.participant_id, expected=expected, todo=todo))
    return harvest


def _do_person(record: Record, errand: Errand, library: Library, harvest: _Harvest) -> None:
    visits = {visit.session_id for visit in record.sessions}
    session = errand.session if errand.session in visits | {"first", "latest"} else "first"
    if session != errand.session:
        expected = Text(en=f"a visit {errand.session}", zh=f"访视 {errand.session}")
        todo = Text(en="the first visit was used instead", zh="已改用首次访视")
        harvest.problems.append(Problem(file=record.participant_id, expected=expected, todo=todo, severity="note"))
    panel = _panels_of_this_process(errand.panel).of(record.participant_id)
    steps = walk(record, session=session, start=errand.start, library=library, panel=panel)
    write_files(steps, errand.out / record.participant_id, lang=errand.lang, library=library)
    harvest.tally.add(record, steps.measures, steps.profile, steps.plan, course=steps.course)
    harvest.rows += _rows(steps)


def _show_progress(parts: Iterator[_Harvest], *, total: int) -> Iterator[_Harvest]:
    columns = (TextColumn("people"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("people", total=total)
        for part in parts:
            progress.advance(task, part.people)
            yield part


def _rows(steps: Walk) -> list[dict[str, object]]:
    """Give one row a visit: who, when, which group, the plan, then every measure by its id."""
    chosen = " ".join(prescription.intervention for prescription in steps.plan.prescriptions)
    rows: list[dict[str, object]] = []
    for visit in steps.measures.sessions:
        row: dict[str, object] = {"participant_id": steps.record.participant_id}
        row |= {"session_id": visit.session_id, "week": visit.week}
        row |= {"group": steps.record.participant.attributes.get("group")}
        row |= {"plan_session_id": steps.plan.session_id, "status": steps.plan.status.value, "prescriptions": chosen}
        rows.append(row | {measure.id: measure.value for measure in steps.measures.at(visit.session_id)})
    return rows


def _write_set(harvest: _Harvest, people: Records, errand: Errand, library: Library) -> None:
    tally = harvest.tally
    pd.DataFrame(harvest.rows).to_csv(errand.out / "cohort.tsv", sep="\t", index=False, na_rep="n/a")
    tally.frame().to_csv(errand.out / "means.tsv", sep="\t", index=False, na_rep="n/a")
    _write_problems(people.problems, errand.out / "problems.tsv", lang=errand.lang)
    if not tally.people:
        return
    page = cohort_report(tally, problems=people.problems, lang=errand.lang, library=library)
    (errand.out / "report.html").write_text(page, encoding="utf-8")
    refused = sum(problem.severity == "refused" for problem in people.problems)
    typer.echo(f"{tally.people} people done, {refused} rows or values refused; see {errand.out / 'report.html'}")


def _write_problems(problems: Iterable[Problem], path: Path, *, lang: Language) -> None:
    """Write one row a problem, in the words of the language asked for."""
    names = tuple(Problem.model_fields)
    lines = ["\t".join(names)]
    for problem in problems:
        said = {"expected": problem.expected.say(lang), "todo": problem.todo.say(lang)}
        values = (said.get(name, getattr(problem, name)) for name in names)
        lines.append("\t".join("n/a" if value in (None, "") else str(value).replace("\t", " ") for value in values))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
