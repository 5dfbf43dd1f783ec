"""The door to the shell: one command per verb, plus demo, run, books and schema."""

import datetime as dt
import errno
import io
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from backloop.cli.clinic_commands import clinic_app
from backloop.cli.evidence_commands import evidence_app
from backloop.cli.exchange_commands import fhir_app, redcap_app
from backloop.cli.options import Lang, LangOption, NounFormat, NounFormatOption, PanelOption, ShelfOption
from backloop.cli.panel_commands import make_panels
from backloop.cli.stim_commands import stim_app
from backloop.cli.trial_commands import trial_app

__all__ = ["app"]


class _TableFormat(StrEnum):
    """How a table of scores is printed."""

    TSV = "tsv"
    JSON = "json"


class _Door(TyperGroup):
    """A group of commands that says in words, with code 2, what the disk or a folder does not allow."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - the shell's own types
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno in {None, errno.EPIPE}:
                raise
            where = error.filename or "the output"
            typer.secho(f"{where}: cannot be used ({error.strerror}); choose another place", err=True, fg="red")
            raise typer.Exit(2) from None


app = typer.Typer(
    name="backloop",
    cls=_Door,
    help="From a person's record with chronic low back pain to a reasoned plan, its training and its course.",
    epilog="Example: backloop demo",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
books = typer.Typer(
    help="Look into the books: what is known, with its sources.",
    epilog="Example: backloop books show frebaq",
    no_args_is_help=True,
)
app.command("panel", epilog="Example: backloop panel my-bids --out my-bids/derivatives/backloop --jobs 4")(make_panels)
app.add_typer(books, name="books")
app.add_typer(clinic_app, name="clinic")
app.add_typer(evidence_app, name="evidence")
app.add_typer(fhir_app, name="fhir")
app.add_typer(redcap_app, name="redcap")
app.add_typer(stim_app, name="stim")
app.add_typer(trial_app, name="trial")

Source = Annotated[Path, typer.Argument(help="A BIDS folder, a record.json, or a table (with --mapping).")]
Mapping = Annotated[Path | None, typer.Option(help="TOML file that says which column is what.")]
Person = Annotated[str | None, typer.Option(help="participant_id, where the source holds several people.")]
At = Annotated[
    str | None, typer.Option("--session", help="The visit to judge, such as ses-01; the latest if not given.")
]


def _print_version(*, wanted: bool) -> None:
    if wanted:
        from backloop.cli.printing import version_line

        typer.echo(version_line())
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[  # noqa: ARG001 - answered before any command
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=lambda wanted: _print_version(wanted=wanted),
            help="Print the version and the books' edition, then stop.",
        ),
    ] = False,
) -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            # A pipe on Windows has a regional encoding that lacks some of the words and signs.
            stream.reconfigure(encoding="utf-8")


@app.command(epilog="Example: backloop demo --lang zh")
def demo(
    *,
    lang: LangOption = Lang.EN,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Which made-up person walks; one who speaks the language if not given.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the letters and files.")] = Path("backloop-demo"),
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the two letters in the browser.")] = True,
) -> None:
    """Walk one made-up person through the whole house."""
    from backloop.cli.touring import tour

    for letter in tour(seed=seed, lang=lang.value, out=out):
        if show and _has_screen():
            typer.launch(str(letter.resolve()))


@app.command(epilog="Example: backloop run tests/data/tiny_bids --out out --lang zh --jobs 2")
def run(
    source: Source,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the results; made if it does not exist.")],
    mapping: Mapping = None,
    shelf: ShelfOption = None,
    lang: LangOption = Lang.EN,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes share the work.")] = 1,
    session: Annotated[
        str, typer.Option(help="The visit the plan is made at: first, latest, or an id such as ses-01.")
    ] = "first",
    start: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of training; today if not given.")
    ] = None,
    panel: PanelOption = None,
) -> None:
    """Take everybody in a source through score, infer, prescribe, schedule and review.

    Writes per person measures, profile, plan, programme (.json and .ics), course and two letters; for the set
    cohort.tsv, problems.tsv and report.html. Exit code 0: all went through; 3: some rows or values were refused and the
    rest is done; 2: nothing could be read.
    """
    from backloop.cli.running import Errand, run_source

    first_day = start.date() if start else dt.datetime.now(tz=dt.UTC).astimezone().date()
    errand = Errand(out=out, lang=lang.value, session=session, start=first_day, shelf=shelf, panel=panel)
    raise typer.Exit(run_source(source, errand, mapping=mapping, jobs=jobs))


@app.command(epilog="Example: backloop score tests/data/tiny_bids --instrument rmdq --format tsv")
def score(
    source: Source,
    *,
    instrument: Annotated[str | None, typer.Option(help="Only this instrument or test.")] = None,
    mapping: Mapping = None,
    shelf: ShelfOption = None,
    panel: PanelOption = None,
    form: Annotated[_TableFormat, typer.Option("--format", help="tsv or json.")] = _TableFormat.TSV,
) -> None:
    """Print the scores of everybody in a source, one row a measure."""
    from backloop.cli.verbs import print_scores

    raise typer.Exit(
        print_scores(source, mapping=mapping, shelf=shelf, instrument=instrument, form=form.value, panel=panel)
    )


@app.command(epilog="Example: backloop infer record.json --format text")
def infer(
    source: Source,
    *,
    person: Person = None,
    session: At = None,
    mapping: Mapping = None,
    shelf: ShelfOption = None,
    panel: PanelOption = None,
    lang: LangOption = Lang.EN,
    form: NounFormatOption = NounFormat.TEXT,
) -> None:
    """Say which mechanisms the findings speak for, against, or leave open."""
    options = {"person": person, "session": session, "panel": panel, "lang": lang.value, "form": form.value}
    _say("profile", source, mapping, shelf, **options)


@app.command(epilog="Example: backloop plan record.json --lang zh")
def plan(
    source: Source,
    *,
    person: Person = None,
    session: At = None,
    mapping: Mapping = None,
    shelf: ShelfOption = None,
    panel: PanelOption = None,
    lang: LangOption = Lang.EN,
    form: NounFormatOption = NounFormat.TEXT,
    why: Annotated[bool, typer.Option("--why", help="Print the audit: what each rule says of each treatment.")] = False,
) -> None:
    """Propose a plan: safety first, then treatments with role, dose, evidence and reasons."""
    options = {"person": person, "session": session, "panel": panel, "lang": lang.value, "form": form.value}
    _say("plan", source, mapping, shelf, why=why, **options)


@app.command(epilog="Example: backloop schedule record.json --start 2026-12-01")
def schedule(
    source: Source,
    *,
    start: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="First day of training.")],
    person: Person = None,
    session: At = None,
    mapping: Mapping = None,
    shelf: ShelfOption = None,
    panel: PanelOption = None,
    lang: LangOption = Lang.EN,
    form: NounFormatOption = NounFormat.TEXT,
) -> None:
    """Lay the plan on a calendar of twelve weeks."""
    options = {"person": person, "session": session, "panel": panel, "lang": lang.value, "form": form.value}
    _say("programme", source, mapping, shelf, start=start.date(), **options)


@app.command(epilog="Example: backloop schema plan")
def schema(
    noun: Annotated[str, typer.Argument(help="record, measures, profile, plan, programme, course or effects.")],
) -> None:
    """Print the JSON schema of one of the seven nouns."""
    from backloop.cli.verbs import print_schema

    raise typer.Exit(print_schema(noun))


@app.command(epilog="Example: backloop serve --demo")
def serve(
    *,
    folder: Annotated[Path, typer.Option(help="The clinic's folder.")] = Path("clinic"),
    demo_site: Annotated[
        bool, typer.Option("--demo", help="Open a demonstration with made-up people; nothing is kept.")
    ] = False,
    host: Annotated[str, typer.Option(help="Where to listen; this machine alone if not given.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8000,
) -> None:
    """Open the clinic in the browser."""
    from backloop.cli.clinic_commands import open_clinic

    open_clinic(folder, host=host, port=port, demo=demo_site)


@books.command("list", epilog="Example: backloop books list instruments")
def books_list(
    shelf_name: Annotated[str | None, typer.Argument(metavar="[SHELF]", help="One shelf; all if not given.")] = None,
    *,
    shelf: ShelfOption = None,
    lang: LangOption = Lang.EN,
) -> None:
    """List the books of one shelf or of all."""
    from backloop.cli.shelving import list_books

    raise typer.Exit(list_books(shelf_name, folder=shelf, lang=lang.value))


@books.command("show", epilog="Example: backloop books show resolve --lang zh")
def books_show(
    book_id: Annotated[str, typer.Argument(metavar="ID", help="The book's id, such as frebaq.")],
    *,
    shelf: ShelfOption = None,
    lang: LangOption = Lang.EN,
) -> None:
    """Show one book in words."""
    from backloop.cli.shelving import show_book

    raise typer.Exit(show_book(book_id, folder=shelf, lang=lang.value))


@books.command("check", epilog="Example: backloop books check --shelf my-books")
def books_check(*, shelf: ShelfOption = None) -> None:
    """Read every book and say what is wrong; exit code 2 when something is."""
    from backloop.cli.shelving import check_books

    raise typer.Exit(check_books(folder=shelf))


@books.command("stamp", epilog="Example: backloop books stamp --folder my-books --date 2026-12-01")
def books_stamp(
    *,
    date: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The edition; today if not given.")
    ] = None,
    folder: Annotated[Path | None, typer.Option(help="A folder of books; the packaged one if not given.")] = None,
) -> None:
    """Date the books anew after they changed, with a fingerprint of what they hold."""
    from backloop.cli.shelving import date_books

    day = date.date() if date else dt.datetime.now(tz=dt.UTC).astimezone().date()
    raise typer.Exit(date_books(folder, date=day))


@books.command("cite", epilog="Example: backloop books cite resolve")
def books_cite(
    book_id: Annotated[str, typer.Argument(metavar="ID", help="The book's id, such as resolve.")],
    *,
    shelf: ShelfOption = None,
) -> None:
    """Print every source behind one book."""
    from backloop.cli.shelving import cite_book

    raise typer.Exit(cite_book(book_id, folder=shelf))


@books.command("load-text", epilog="Example: backloop books load-text rmdq-zh.toml --store texts")
def books_load_text(
    source: Annotated[Path, typer.Argument(help="TOML: instrument, language, permission, [items] id = wording.")],
    *,
    store: Annotated[
        Path | None, typer.Option(help="The clinic's folder of texts; the user's data folder if not given.")
    ] = None,
    shelf: ShelfOption = None,
) -> None:
    """Load the licensed wording of a questionnaire into the clinic's own store."""
    from backloop.cli.shelving import store_text

    target = store or Path(typer.get_app_dir("backloop")) / "texts"
    raise typer.Exit(store_text(source, store=target, folder=shelf))


def _has_screen() -> bool:
    """Say whether a browser could open: on Linux only where a display is named."""
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _say(noun: str, source: Path, mapping: Path | None, shelf: Path | None, **options: Any) -> None:  # noqa: ANN401
    from backloop.cli.verbs import print_noun

    raise typer.Exit(print_noun(noun, source, mapping=mapping, shelf=shelf, **options))
