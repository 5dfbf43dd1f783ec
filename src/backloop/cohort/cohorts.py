"""Everybody in a dataset: found, planned, worked on wherever there is room, and gathered in tables.

Decides who is done and what a run leaves behind; what happens to one person is decided in `persons`.
"""

import json
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from backloop.cohort.cohort_tables import (
    CohortFailure,
    failures_of,
    save_as_controls,
    write_atomically,
    write_cohort_table,
    write_failures,
)
from backloop.cohort.crews import share_out
from backloop.cohort.persons import UNFINISHED, PanelJob, PersonResult, work_on_person
from backloop.errors import DoorError
from backloop.holdings import find_recordings
from backloop.panel import Panel, PanelProblem, read_panel
from backloop.units import Language, Text

__all__ = ["CohortPage", "CohortRun", "PanelProgress", "run_panel"]

_KILLED = Text(
    en="Its process was ended from outside, often for want of memory; run again with fewer --jobs.",
    zh="处理进程被外部终止，常因内存不足；请减少--jobs后重试。",
)
_NEAR = 2
_DESCRIPTION, _NAME = "dataset_description.json", "backloop: panels of brain recordings"


_IGNORED = ("panel.tsv", "panel.json", "failures.tsv", "report.html", "sub-*/*.json", "sub-*/*.html", "*_boldmap.*")
_README = """Panels of brain recordings, made by backloop.

sub-*/panel.json holds one person's markers, each with its interval, reference, certainty and what contradicts it;
sub-*/report.html shows them. panel.tsv gathers all; panel.json says what its columns are; failures.tsv lists what could
not be read. The numbers support a clinician's decision; none of them diagnoses anything.
"""


class PanelProgress(Protocol):
    """Something that is told of each person done.

    Examples
    --------
    >>> def show(result, done, people):
    ...     print(f"{result.participant_id}: {done} of {people}")
    >>> listener: PanelProgress = show
    """

    def __call__(self, result: PersonResult, done: int, people: int, /) -> None:
        """Hear of one more person."""
        ...


class CohortPage(Protocol):
    """Something that makes the page of a whole run.

    Examples
    --------
    >>> def plain(panels, *, failures, lang):
    ...     return f"<!doctype html><title>{sum(1 for _ in panels)} people</title>"
    >>> maker: CohortPage = plain
    """

    def __call__(self, panels: Iterator[Panel], *, failures: Sequence[PanelProblem], lang: Language) -> str:
        """Give one self-contained HTML document; `failures` are the people without a panel, each as `source`."""
        ...


@dataclass(frozen=True)
class CohortRun:
    """What a run came to.

    Parameters
    ----------
    out : Path
        Where the results lie.
    people : tuple of PersonResult
        How each person ended, in alphabetical order.
    failures : tuple of CohortFailure
        Everything that could not be read.
    rows : int
        Rows of ``panel.tsv``.

    Examples
    --------
    >>> CohortRun(Path("out"), people=(PersonResult("sub-01"),), failures=(), rows=3).done
    ('sub-01',)
    """

    out: Path
    people: tuple[PersonResult, ...]
    failures: tuple[CohortFailure, ...]
    rows: int

    @property
    def done(self) -> tuple[str, ...]:
        """Who has a panel."""
        return tuple(result.participant_id for result in self.people if result.is_done)

    @property
    def unchanged(self) -> tuple[str, ...]:
        """Who had a panel before and was not done again."""
        return tuple(result.participant_id for result in self.people if result.is_unchanged)

    def panels(self) -> Iterator[Panel]:
        """Read the panels back, one after the other."""
        for name in self.done:
            yield read_panel(self.out / name / "panel.json")


def run_panel(
    job: PanelJob,
    *,
    participants: Collection[str] | None = None,
    modalities: Collection[str] | None = None,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: PanelProgress | None = None,
    cohort_page: CohortPage | None = None,
    as_controls: Path | None = None,
) -> CohortRun:
    """Make the panels of everybody in a dataset, and the tables of the whole.

    Parameters
    ----------
    job : PanelJob
        What is wanted.
    participants, modalities : collection of str, optional
        Only these; all if not given.
    jobs : int
        How many processes share the work, one person in each at a time; each keeps to one thread.
    scheduler : str, optional
        The address of a Dask scheduler, ``"tcp://host:8786"``, whose machines see the same folders.
    progress : PanelProgress, optional
        Told of each person done.
    cohort_page : CohortPage, optional
        What makes the page of the whole; none is made without it.
    as_controls : Path, optional
        A table of controls to be made of this run's people, who must be healthy.

    Returns
    -------
    CohortRun
        Who is done, who failed and why.

    Raises
    ------
    UnreadableSource, UnknownPerson
        If there is no such dataset or person.
    DoorError
        If the folder for results holds something else.
    MeasureError
        If there is no such modality or scheduler.

    Notes
    -----
    A person whose recordings, choices and versions are as they were is not done again, so a run that was stopped goes
    on where it was: what is lost is the person that each process was at. Results do not depend on who computed them.
    The tables hold the people of this run.

    Examples
    --------
    >>> run_panel(PanelJob(Path("nowhere"), Path("out")))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: nowhere: expected the folder of a BIDS dataset, there is none of that name
    """
    everybody = find_recordings(job.dataset, participants=participants, modalities=modalities, naming=job.plan.naming)
    _open_out(job)
    results = []
    work = partial(work_on_person, job=job)
    for files, outcome in share_out(work, everybody, jobs=jobs, scheduler=scheduler):
        results.append(outcome or PersonResult(files.participant_id, failure=_KILLED))
        if progress is not None:
            progress(results[-1], len(results), len(everybody))
    _tidy(job.out / UNFINISHED)
    people = tuple(sorted(results, key=lambda result: result.participant_id))
    run = _gather(CohortRun(job.out, people=people, failures=(), rows=0))
    if cohort_page is not None:
        page = cohort_page(run.panels(), failures=_without_panel(run), lang=job.lang)
        write_atomically(job.out / "report.html", page)
    if as_controls is not None:
        known = {files.participant_id: files.person for files in everybody if files.person is not None}
        save_as_controls(run.panels(), known, as_controls)
    return run


def _without_panel(run: CohortRun) -> tuple[PanelProblem, ...]:
    return tuple(
        PanelProblem(source=result.participant_id, modality="n/a", reason=result.failure)
        for result in run.people
        if result.failure is not None
    )


def _gather(run: CohortRun) -> CohortRun:
    """Write the tables of a run, holding one panel at a time."""
    failed = [result for result in run.people if result.failure is not None]
    failures = [CohortFailure(each.participant_id, "n/a", "n/a", each.failure) for each in failed if each.failure]

    def listed() -> Iterator[Panel]:
        for panel in run.panels():
            failures.extend(failures_of(panel))
            yield panel

    rows = write_cohort_table(listed(), run.out)
    failures.sort(key=lambda each: (each.participant_id, each.modality, each.source))
    write_failures(failures, run.out / "failures.tsv")
    return CohortRun(run.out, people=run.people, failures=tuple(failures), rows=rows)


def _open_out(job: PanelJob) -> None:
    """Make the folder for results, and refuse one that holds something else: folders in it are replaced."""
    path = job.out / _DESCRIPTION
    is_ours = path.is_file() and _is_ours(path)
    if job.out.is_dir() and any(job.out.iterdir()) and not is_ours:
        message = (
            f"{job.out.name}: expected an empty folder or one that 'backloop panel' made; choose another with --out"
        )
        raise DoorError(message)
    job.out.mkdir(parents=True, exist_ok=True)
    told: dict[str, object] = {
        "Name": _NAME,
        "BIDSVersion": "1.10.0",
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "backloop", "Version": version("backloop")}],
    }
    write_atomically(path, json.dumps(told | _links(job), indent=2) + "\n")
    write_atomically(job.out / "README", _README)
    write_atomically(job.out / ".bidsignore", "\n".join(_IGNORED) + "\n")


def _is_ours(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_text("utf-8")).get("Name") == _NAME)
    except (ValueError, AttributeError):
        return False


def _links(job: PanelJob) -> dict[str, object]:
    """Name the datasets that results come from, where they stand beside the folder or hold it."""
    held = {"raw": job.dataset, "preprocessed": job.dataset / "derivatives" / "fmriprep"}
    links = {
        name: Path(os.path.relpath(folder.resolve(), job.out.resolve()))
        for name, folder in held.items()
        if folder.is_dir()
    }
    near = {name: link.as_posix() for name, link in links.items() if link.parts.count("..") <= _NEAR}
    return {"DatasetLinks": near} if near else {}


def _tidy(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
