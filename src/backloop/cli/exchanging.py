"""Exchange at the shell: records to FHIR and REDCap, and back.

Decides what is printed and how a command ends; what a file holds comes from the rooms `fhir` and `redcap`.
"""

import datetime as dt
import json
from pathlib import Path

import typer

from backloop.cli.exits import open_library, refuse, report
from backloop.errors import BackloopError
from backloop.fhir import make_bundle, read_bundle
from backloop.measure import score
from backloop.plan import prescribe
from backloop.profile import infer
from backloop.record import read, write
from backloop.redcap import read_project, write_project
from backloop.units import Language

__all__ = ["read_fhir", "read_redcap", "write_fhir", "write_redcap"]


def write_fhir(source: Path, out: Path, *, person: str | None, shelf: Path | None, lang: Language) -> int:
    """Write one person's care as a bundle, and give the exit code."""
    if out.exists():
        return refuse(f"{out.name}: there is a file of that name already; choose another with --out")
    try:
        library = open_library(shelf)
        people = read(source, library=library)
        record = people.only if person is None else people.person(person)
        measures = score(record, library=library)
        profile = infer(measures, library=library)
        plan = prescribe(profile, record, library=library)
    except BackloopError as error:
        return refuse(error)
    bundle = make_bundle(
        record,
        recorded=dt.datetime.now(tz=dt.UTC),
        measures=measures,
        profile=profile,
        plan=plan,
        library=library,
        lang=lang,
    )
    out.write_text(json.dumps(bundle, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    typer.echo(str(out))
    return report(people)


def read_fhir(bundle: Path, out: Path) -> int:
    """Read a bundle into a record file, and give the exit code."""
    try:
        people = read_bundle(bundle)
        typer.echo(str(write(people, out)))
    except BackloopError as error:
        return refuse(error)
    return report(people)


def write_redcap(source: Path, out: Path, *, shelf: Path | None, lang: Language) -> int:
    """Write everybody in a source as a REDCap project, and give the exit code."""
    try:
        library = open_library(shelf)
        people = read(source, library=library)
        left_out = write_project(people, out, library=library, lang=lang)
    except BackloopError as error:
        return refuse(error)
    for problem in left_out:
        typer.secho(str(problem), err=True, fg="yellow")
    typer.echo(str(out))
    return report(people)


def read_redcap(records: Path, dictionary: Path, out: Path, *, shelf: Path | None) -> int:
    """Read a REDCap project into records, and give the exit code."""
    try:
        library = open_library(shelf)
        people = read_project(records, dictionary, library=library)
        typer.echo(str(write(people, out, library=library)))
    except BackloopError as error:
        return refuse(error)
    return report(people)
