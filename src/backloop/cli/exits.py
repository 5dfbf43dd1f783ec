"""How a command ends: its exit code, and the words that go with it.

Decides the one list of exit codes; a number is never given a second meaning.
"""

from pathlib import Path

import typer

from backloop.errors import BackloopError
from backloop.library import Library
from backloop.record import Records

__all__ = ["ALL_DONE", "NOTHING_READ", "SOME_REFUSED", "open_library", "refuse", "report"]

ALL_DONE, NOTHING_READ, SOME_REFUSED = 0, 2, 3


def open_library(folder: Path | None) -> Library:
    """Give the packaged library, with a site's own shelf where one is named."""
    library = Library.packaged()
    return library if folder is None else library.with_shelf(folder)


def refuse(error: BackloopError | str) -> int:
    """Say on standard error why nothing was done, and give the exit code."""
    typer.secho(str(error), err=True, fg="red")
    return NOTHING_READ


def report(people: Records) -> int:
    """Name on standard error what was refused (where nobody was read, every note too), and choose the exit code."""
    refused = [problem for problem in people.problems if problem.severity == "refused"]
    for problem in refused if people else people.problems:
        typer.secho(str(problem), err=True, fg="yellow")
    if not people:
        return refuse("nobody could be read from this source")
    return SOME_REFUSED if refused else ALL_DONE
