"""The books at the shell: list, show, check, cite, and load a clinic's licensed wording.

Decides how a book is printed; what a book holds is decided in the library.
"""

import datetime as dt
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from backloop.cli.exits import ALL_DONE, NOTHING_READ, open_library, refuse
from backloop.errors import BackloopError
from backloop.library import SHELVES, Book, Library, cite, load_text, stamp_books
from backloop.units import Frozen, Language, Text

__all__ = ["check_books", "cite_book", "date_books", "list_books", "show_book", "store_text"]

_SKIPPED = frozenset({"id", "version", "title", "summary", "certainty"})


def list_books(shelf_name: str | None, *, folder: Path | None, lang: Language) -> int:
    """Print id, version, title and certainty of the books, and give the exit code."""
    try:
        library = open_library(folder)
        names = [shelf_name] if shelf_name else list(SHELVES)
        tables = [_shelf_table(library, name, lang) for name in names]
    except BackloopError as error:
        return refuse(error)
    console = Console()
    for table in tables:
        console.print(table)
    console.print(f"[dim]edition {library.edition}[/dim]")
    return ALL_DONE


def show_book(book_id: str, *, folder: Path | None, lang: Language) -> int:
    """Print one book in words, and give the exit code."""
    try:
        book = open_library(folder).find(book_id)
    except BackloopError as error:
        return refuse(error)
    console = Console()
    console.print(f"\n[bold]{book.title.say(lang)}[/bold]  [dim]{book.id} @ {book.version}[/dim]")
    console.print(book.summary.say(lang) + "\n")
    for name in type(book).model_fields:
        if name not in _SKIPPED:
            _print_field(console, name.rstrip("_"), getattr(book, name), lang=lang)
    return ALL_DONE


def check_books(*, folder: Path | None) -> int:
    """Print every problem of the books, and give the exit code."""
    try:
        library = open_library(folder)
    except BackloopError as error:
        return refuse(error)
    problems = library.check()
    for problem in problems:
        typer.secho(problem, err=True, fg="red")
    if not problems:
        counts = ", ".join(f"{len(library.shelf(name))} {name}" for name in SHELVES)
        typer.echo(
            f"The books are in order: {counts}; {len(library.references)} references; edition {library.edition}."
        )
    return NOTHING_READ if problems else ALL_DONE


def date_books(folder: Path | None, *, date: dt.date) -> int:
    """Write the date and the fingerprint of a folder of books, and give the exit code."""
    chosen = folder or Library.packaged().folders[0]
    if not chosen.is_dir():
        return refuse(f"{chosen}: expected a folder with sub-folders such as 'instruments'; it does not exist")
    stamp = stamp_books(chosen, date)
    typer.echo(f"{chosen}: edition {stamp.edition}, fingerprint {(stamp.fingerprint or '')[:12]}")
    return ALL_DONE


def cite_book(book_id: str, *, folder: Path | None) -> int:
    """Print the sources of one book, and give the exit code."""
    try:
        library = open_library(folder)
        typer.echo(str(cite(library.find(book_id), library=library)))
    except BackloopError as error:
        return refuse(error)
    return ALL_DONE


def store_text(source: Path, *, store: Path, folder: Path | None) -> int:
    """Load a licensed wording, say where it lies, and give the exit code."""
    try:
        target = load_text(source, store, library=open_library(folder))
    except BackloopError as error:
        return refuse(error)
    typer.echo(f"Stored as {target}. The package itself holds no licensed wording.")
    return ALL_DONE


def _shelf_table(library: Library, name: str, lang: Language) -> Table:
    shelf = library.shelf(name)
    table = Table(
        title=f"{name} ({len(shelf)})", title_justify="left", box=None, header_style="bold", padding=(0, 2, 0, 0)
    )
    for column in ("id", "version", "title", "certainty"):
        table.add_column(column)
    for book_id in shelf:
        book: Book = shelf[book_id]
        table.add_row(book.id, book.version, book.title.say(lang), book.certainty.text.say(lang))
    return table


def _print_field(console: Console, name: str, value: object, *, lang: Language, depth: int = 0) -> None:
    """Print a field and what is in it, indented; empty fields are left out."""
    if value is None or value in ((), {}, ""):
        return
    pad = "  " * depth
    if isinstance(value, Text):
        console.print(f"{pad}[cyan]{name}[/cyan]: {value.say(lang)}", highlight=False)
    elif isinstance(value, Frozen):
        console.print(f"{pad}[cyan]{name}[/cyan]")
        for part in type(value).model_fields:
            _print_field(console, part.rstrip("_"), getattr(value, part), lang=lang, depth=depth + 1)
    elif isinstance(value, tuple) and any(isinstance(part, Frozen) for part in value):
        for number, part in enumerate(value, start=1):
            _print_field(console, f"{name} {number}", part, lang=lang, depth=depth)
    else:
        shown = ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
        console.print(f"{pad}[cyan]{name}[/cyan]: {shown}", highlight=False, markup=True)
