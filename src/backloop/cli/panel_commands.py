"""The command that reads a dataset of brain recordings: one panel a person, and the tables of all.

Decides names, options and help; `panelling` does the work and is loaded when called.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from backloop.cli.options import Lang, LangOption, ShelfOption

__all__ = ["Modality", "Strategy", "make_panels"]


class Modality(StrEnum):
    """What kind of recording a marker is read from."""

    BOLD = "bold"
    STRUCTURE = "structure"
    DIFFUSION = "diffusion"
    EEG = "eeg"
    EVOKED = "evoked"
    MRS = "mrs"
    NIRS = "nirs"


class Strategy(StrEnum):
    """What is taken out of preprocessed volumes, and which volumes are dropped."""

    MOTION_24 = "24P"
    MOTION_36 = "36P"
    COMPCOR = "aCompCor"
    SCRUBBING = "scrubbing"


def make_panels(
    bids_dir: Annotated[
        Path, typer.Argument(metavar="BIDS_DIR", help="A BIDS dataset with derivatives, or the derivatives themselves.")
    ],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the results: empty, or made by an earlier run.")],
    participants: Annotated[
        list[str] | None, typer.Option(help="Only these people, such as sub-01,sub-02; may be repeated.")
    ] = None,
    modality: Annotated[list[Modality] | None, typer.Option(help="Only these kinds; may be repeated.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes share the work, one person in each.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(help="A Dask scheduler, such as tcp://host:8786, instead of processes here.")
    ] = None,
    controls: Annotated[
        Path | None, typer.Option(help="Table of the clinic's own healthy people; --as-controls makes one.")
    ] = None,
    normative: Annotated[
        list[Path] | None, typer.Option(help="Your copy of normative models (folder, zip, tar.gz); may be repeated.")
    ] = None,
    strategy: Annotated[Strategy, typer.Option(help="What is taken out of preprocessed volumes.")] = Strategy.SCRUBBING,
    states: Annotated[Path | None, typer.Option(help="TOML file with a cohort's states of connectivity.")] = None,
    names: Annotated[Path | None, typer.Option(help="TOML file that says what the dataset's labels mean.")] = None,
    maps: Annotated[bool, typer.Option("--maps/--no-maps", help="Write maps of ALFF, ReHo and seeds.")] = True,
    reho: Annotated[bool, typer.Option("--reho/--no-reho", help="Compute ReHo, which takes the longest.")] = True,
    pages: Annotated[
        bool, typer.Option("--pages/--no-pages", help="Write a report.html per person; drawing maps takes a while.")
    ] = True,
    as_controls: Annotated[
        Path | None, typer.Option(help="Write this run's people, who must be healthy, as a table for --controls.")
    ] = None,
    shelf: ShelfOption = None,
    lang: LangOption = Lang.EN,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be read, and what cannot.")] = False,
) -> None:
    """Read everybody's brain recordings: each number with its interval, its reference and what contradicts it.

    Writes per person panel.json, drawings.json, maps and report.html; for the set panel.tsv with panel.json beside it,
    failures.tsv and report.html. A person whose files, options and versions are unchanged is not done again. Exit code
    0: all was read; 3: some recordings or people failed and the rest is done; 2: nothing could be read.
    """
    from backloop.cli.panelling import PanelErrand, run_panels

    errand = PanelErrand(
        bids_dir=bids_dir,
        out=out,
        participants=tuple(name for given in participants or () for name in given.split(",") if name),
        modalities=tuple(kind.value for kind in modality or ()),
        jobs=jobs,
        scheduler=scheduler,
        controls=controls,
        normative=tuple(normative or ()),
        strategy=strategy.value,
        states=states,
        names=names,
        has_maps=maps,
        has_reho=reho,
        has_pages=pages,
        as_controls=as_controls,
        shelf=shelf,
        lang=lang.value,
    )
    raise typer.Exit(run_panels(errand, is_dry=dry_run))
