"""Stimulation protocols at the shell: what is printed of a check or a description, and how the command ends.

Decides layout and exit codes; the words come from the room `stimulation`.
"""

from itertools import groupby
from pathlib import Path

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Styled

from backloop.cli.exits import ALL_DONE, SOME_REFUSED, open_library, refuse, report
from backloop.errors import BackloopError
from backloop.library import Library
from backloop.record import Record, read
from backloop.stimulation import (
    DirectCurrentDose,
    Judgement,
    MagneticDose,
    StimulationCheck,
    StimulationReport,
    amount,
    check_stimulation,
    describe_stimulation,
    name_quantity,
    read_stimulation,
)
from backloop.units import Language, Text

__all__ = ["print_check", "print_description"]

_STYLES = {
    Judgement.WITHIN: "",
    Judgement.BEYOND: "bold red",
    Judgement.BEYOND_TESTED: "bold yellow",
    Judgement.NOT_COVERED: "yellow",
}
_STATES = {
    "reported": Text(en="reported", zh="已报告"),
    "not reported": Text(en="not reported", zh="未报告"),
    "not applicable": Text(en="not applicable", zh="不适用"),
    "present": Text(en="present", zh="存在"),
    "not known": Text(en="not known", zh="未知"),
    "not in the list": Text(en="not in the list", zh="不在清单中"),
}
_CONTROLLED = {
    True: Text(en="controlled", zh="已控制"),
    False: Text(en="not controlled", zh="未控制"),
    None: Text(en="control not stated", zh="是否控制未写明"),
}
_HEADS = {
    "dose": Text(en="What it amounts to", zh="推算值"),
    "limits": Text(en="Against the stored limits", zh="与所存界限对照"),
    "person": Text(en="To be weighed in this person", zh="该受试者须权衡的情况"),
    "checklist": Text(en="What a paper must tell", zh="报告清单"),
    "methods": Text(en="Methods", zh="方法段落"),
}


def print_check(
    file: Path,
    *,
    record: Path | None,
    medicines: tuple[str, ...],
    shelf: Path | None,
    lang: Language,
    form: str,
) -> int:
    """Print where a protocol stands, and give the exit code."""
    try:
        library = open_library(shelf)
        person = _person(record, library)
        done = check_stimulation(read_stimulation(file), record=person, medicines=medicines, library=library)
    except BackloopError as error:
        return refuse(error)
    if form == "json":
        typer.echo(done.model_dump_json(indent=2))
    else:
        _show_check(done, lang)
    return SOME_REFUSED if done.has_findings else ALL_DONE


def print_description(file: Path, *, record: Path | None, shelf: Path | None, lang: Language, form: str) -> int:
    """Print what a paper needs of a protocol, and give the exit code."""
    try:
        library = open_library(shelf)
        told = describe_stimulation(read_stimulation(file), record=_person(record, library), library=library)
    except BackloopError as error:
        return refuse(error)
    if form == "json":
        typer.echo(told.model_dump_json(indent=2))
    else:
        _show_report(told, lang)
    return ALL_DONE


def _person(source: Path | None, library: Library) -> Record | None:
    if source is None:
        return None
    people = read(source, library=library)
    if people:
        report(people)
    return people.only


def _show_check(done: StimulationCheck, lang: Language) -> None:
    console = Console()
    console.print(_head(done.title), _dose(done.dose, lang), _head(_HEADS["limits"].say(lang)))
    for title, checks in groupby(done.checks, key=lambda check: check.title.say(lang)):
        console.print(Padding(title, (0, 2)))
        for check in checks:
            console.print(Padding(Styled(check.text.say(lang), style=_STYLES[check.judgement]), (0, 4)))
    if done.flags:
        console.print(_head(_HEADS["person"].say(lang)))
    for flag in done.flags:
        words = f"{_STATES[flag.state].say(lang)}: {flag.text.say(lang)}"
        console.print(Padding(Styled(words, style="yellow"), (0, 2)))
    console.print()
    for note in done.notes:
        console.print(Padding(note.say(lang), (0, 2)))


def _show_report(report: StimulationReport, lang: Language) -> None:
    console = Console()
    console.print(_head(report.title), _dose(report.dose, lang))
    if report.checklist:
        console.print(_head(_HEADS["checklist"].say(lang)))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
        for row in report.checklist:
            control = "" if row.state == "not applicable" else _CONTROLLED[row.controlled].say(lang)
            table.add_row(row.what.say(lang), _STATES[row.state].say(lang), control)
        console.print(table)
    console.print(_head(_HEADS["methods"].say(lang)))
    for words in (report.methods.en, report.methods.zh):
        console.print(Padding(Styled(words), (0, 2, 1, 2)))


def _dose(dose: MagneticDose | DirectCurrentDose, lang: Language) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
    for name, value in dose:
        if isinstance(value, int | float):
            table.add_row(name_quantity(name).say(lang), amount(name, value).say(lang))
    for electrode in dose.electrodes if isinstance(dose, DirectCurrentDose) else ():
        for name, value in electrode:
            if isinstance(value, float):
                table.add_row(f"{name_quantity(name).say(lang)} ({electrode.position})", amount(name, value).say(lang))
    return table


def _head(words: str) -> Styled:
    return Styled(f"\n{words}", style="bold")
