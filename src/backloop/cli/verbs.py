"""The single verbs at the shell: read a source, take one person as far as asked, print the result.

Decides what is printed where (results to standard output, words about problems to standard error).
"""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from backloop.cli.auditing import show_audit
from backloop.cli.exits import ALL_DONE, open_library, refuse, report
from backloop.cli.panel_files import open_panels
from backloop.cli.printing import show
from backloop.errors import BackloopError, UnknownBook, UnknownPerson
from backloop.follow import Course
from backloop.learn import Effects
from backloop.library import Instrument, Library, Marker, Protocol
from backloop.measure import Measures, score
from backloop.plan import Plan, prescribe
from backloop.profile import Profile, infer
from backloop.record import Record, read
from backloop.train import Programme, schedule
from backloop.units import Frozen, Language

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["print_noun", "print_schema", "print_scores"]

NOUNS: dict[str, type[Frozen]] = {
    "record": Record,
    "measures": Measures,
    "profile": Profile,
    "plan": Plan,
    "programme": Programme,
    "course": Course,
    "effects": Effects,
}


def print_scores(
    source: Path,
    *,
    mapping: Path | None,
    shelf: Path | None,
    instrument: str | None,
    form: str,
    panel: Path | None = None,
) -> int:
    """Print one row a measure, as TSV or JSON, and give the exit code."""
    try:
        library = open_library(shelf)
        if instrument is not None:
            _check_measured(library, instrument)
        people, panels = read(source, mapping=mapping, library=library), open_panels(panel)
        panels.check(people)
        frames = [score(record, library=library, panel=panels.of(record.participant_id)).frame() for record in people]
    except BackloopError as error:
        return refuse(error)
    _print_table(frames, instrument, form)
    return report(people)


def print_noun(
    noun: str,
    source: Path,
    *,
    mapping: Path | None,
    shelf: Path | None,
    person: str | None,
    session: str | None,
    lang: Language,
    form: str,
    start: dt.date | None = None,
    why: bool = False,
    panel: Path | None = None,
) -> int:
    """Print a profile, plan or programme of one person, or the audit of the plan, and give the exit code."""
    try:
        library = open_library(shelf)
        people = read(source, mapping=mapping, library=library)
        if not people:
            return report(people)
        if person is None and len(people) > 1:
            return refuse(f"the source holds {len(people)} people; choose one with --person")
        record = people.only if person is None else people.person(person)
        panels = open_panels(panel)
        panels.check([record])
        measures = score(record, library=library, panel=panels.of(record.participant_id))
        made = _make(noun, record, measures, library, session=session, start=start)
    except BackloopError as error:
        return refuse(error)
    if form == "json":
        typer.echo(made.model_dump_json(indent=2))
    elif why and isinstance(made, Plan):
        show_audit(made, lang=lang)
    else:
        show(made, lang=lang)
    return report(people)


def print_schema(noun: str) -> int:
    """Print the JSON schema of a noun, and give the exit code."""
    if noun not in NOUNS:
        return refuse(f"no noun '{noun}'; the nouns are {', '.join(NOUNS)}")
    typer.echo(json.dumps(NOUNS[noun].model_json_schema(), indent=2, ensure_ascii=False))
    return ALL_DONE


def _check_measured(library: Library, book_id: str) -> None:
    book = library.find(book_id)
    if not isinstance(book, Instrument | Protocol | Marker):
        message = f"'{book_id}' is neither a questionnaire, a test nor a marker, so it has no scores"
        raise UnknownBook(message)


def _make(
    noun: str, record: Record, measures: Measures, library: Library, *, session: str | None, start: dt.date | None
) -> Profile | Plan | Programme:
    known = [visit.session_id for visit in record.sessions]
    if session is not None and session not in known:
        message = f"there is no visit '{session}'; the record holds {', '.join(known)}"
        raise UnknownPerson(message)
    profile = infer(measures, session_id=session, library=library)
    if noun == "profile":
        return profile
    plan = prescribe(profile, record, library=library)
    return plan if noun == "plan" or start is None else schedule(plan, start, library=library)


def _print_table(frames: "list[pd.DataFrame]", instrument: str | None, form: str) -> None:
    for index, frame in enumerate(frames):
        kept = frame if instrument is None else frame[frame["measure"].str.split(".").str[0] == instrument]
        if form == "json":
            kept.to_json(sys.stdout, orient="records", lines=True, force_ascii=False)
        else:
            kept.to_csv(sys.stdout, sep="\t", index=False, header=index == 0, na_rep="n/a")
