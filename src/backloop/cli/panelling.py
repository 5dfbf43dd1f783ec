"""A run over a dataset of brain recordings at the shell: the plan in words, the progress, the exit code.

Decides what is printed where; what is found, read and written is decided in the room of the panel.
"""

from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from backloop.bold import read_states
from backloop.cli.exits import ALL_DONE, NOTHING_READ, SOME_REFUSED, open_library, refuse
from backloop.cohort import CohortRun, PanelJob, PanelPlan, PersonResult, run_panel
from backloop.errors import BackloopError
from backloop.holdings import PersonFiles, find_recordings, read_naming
from backloop.letters import cohort_page, panel_page
from backloop.norms import open_normative, read_controls
from backloop.units import Language, Text

__all__ = ["PanelErrand", "run_panels"]

_HEAD = ("participant_id", "session_id", "modality", "kind", "file")
_TELLING = {"eyes", "voxel", "components"}
_SPARE = Text(en="Not read", zh="未读取")
_NO_REFERENCE = Text(
    en="participants.tsv gives no age and sex: no normative model can be used for this person",
    zh="participants.tsv未给出年龄和性别：此人不能使用常模",
)


@dataclass(frozen=True)
class PanelErrand:
    """What is wanted of a run, as the shell's options say it."""

    bids_dir: Path
    out: Path
    participants: tuple[str, ...]
    modalities: tuple[str, ...]
    jobs: int
    scheduler: str | None
    controls: Path | None
    normative: tuple[Path, ...]
    strategy: str
    states: Path | None
    names: Path | None
    has_maps: bool
    has_reho: bool
    has_pages: bool
    as_controls: Path | None
    shelf: Path | None
    lang: Language


def run_panels(errand: PanelErrand, *, is_dry: bool) -> int:
    """Make everybody's panel, or print what would be read, and give the exit code."""
    try:
        job = _make_job(errand)
        if is_dry:
            return _print_plan(errand, job)
        run = _run(errand, job)
    except BackloopError as error:
        return refuse(error)
    return _report(run, errand.lang)


def _make_job(errand: PanelErrand) -> PanelJob:
    """Open everything the whole run shares, so that a wrong file is told before the first person."""
    open_library(errand.shelf)
    plan = PanelPlan(
        strategy=errand.strategy,
        states=None if errand.states is None else read_states(errand.states),
        has_homogeneity=errand.has_reho,
        has_maps=errand.has_maps,
        naming=read_naming(errand.names),
    )
    return PanelJob(
        dataset=errand.bids_dir,
        out=errand.out,
        plan=plan,
        controls=None if errand.controls is None else read_controls(errand.controls),
        archives=tuple(open_normative(path) for path in errand.normative),
        shelf=errand.shelf,
        page=panel_page if errand.has_pages else None,
        lang=errand.lang,
    )


def _run(errand: PanelErrand, job: PanelJob) -> CohortRun:
    columns = (TextColumn("people"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("people", total=None)

        def show(_result: PersonResult, done: int, people: int) -> None:
            bar.update(task, completed=done, total=people)

        return run_panel(
            job,
            participants=errand.participants or None,
            modalities=errand.modalities or None,
            jobs=errand.jobs,
            scheduler=errand.scheduler,
            progress=show,
            cohort_page=cohort_page,
            as_controls=errand.as_controls,
        )


def _report(run: CohortRun, lang: Language) -> int:
    """Name on standard error what failed, and choose the exit code."""
    for failure in run.failures:
        words = f"{failure.participant_id} {failure.source}: {failure.reason.say(lang)}"
        typer.secho(words, err=True, fg="yellow")
    anew = len(run.done) - len(run.unchanged)
    typer.echo(
        f"{anew} people done, {len(run.unchanged)} unchanged, {len(run.failures)} recordings or people failed; "
        f"see {run.out / 'report.html'}"
    )
    if not run.rows:
        return NOTHING_READ
    return SOME_REFUSED if run.failures else ALL_DONE


def _print_plan(errand: PanelErrand, job: PanelJob) -> int:
    """Print one line a recording to standard output, and words about all else to standard error."""
    everybody = find_recordings(
        errand.bids_dir,
        participants=errand.participants or None,
        modalities=errand.modalities or None,
        naming=job.plan.naming,
    )
    typer.echo("\t".join(_HEAD))
    for files in everybody:
        for found in files.recordings:
            told = ", ".join(str(value) for name, value in found.told.items() if name in _TELLING)
            kind = f"{found.kind} ({told})" if told else found.kind
            typer.echo(f"{files.participant_id}\t{found.session_id}\t{found.modality}\t{kind}\t{found.name}")
    for files in everybody:
        _explain(files, errand.lang)
    return SOME_REFUSED if any(files.problems for files in everybody) else ALL_DONE


def _explain(files: PersonFiles, lang: Language) -> None:
    who = files.participant_id
    for problem in files.problems:
        typer.secho(f"{who} {problem.source}: {problem.reason.say(lang)}", err=True, fg="yellow")
    for name, reason in files.spare:
        typer.secho(f"{who} {name}: {_SPARE.say(lang)}. {reason.say(lang)}", err=True, dim=True)
    if files.person is None:
        typer.secho(f"{who}: {_NO_REFERENCE.say(lang)}", err=True, dim=True)
