"""A trial's questions at the shell: open plan and table, ask, print the answers, write the report.

Decides what is printed and how a command ends; answers and words come from the rooms.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from backloop.cli.exits import ALL_DONE, SOME_REFUSED, refuse
from backloop.cli.tabling import show_progress, show_tables
from backloop.errors import BackloopError
from backloop.learn import (
    ModifierSearch,
    TrialAnswers,
    analyse_trial,
    assess_credibility,
    report_trial,
    trial_blinding,
    trial_mediation,
    trial_modifiers,
    trial_sensitivity,
)
from backloop.letters import lay_tables, trial_page
from backloop.trial import TrialData, open_trial
from backloop.units import Language, Text

__all__ = [
    "Ask",
    "print_answers",
    "print_blinding",
    "print_mediation",
    "print_modifiers",
    "print_sensitivity",
    "write_report",
]

_LEFT_OUT = Text(
    en="left out: people without an arm {people}, rows of visits that the plan does not have {rows}",
    zh="未纳入：无分组信息者 {people} 人，不属于方案规定访视的记录 {rows} 行",
)


@dataclass(frozen=True)
class Ask:
    """What every question about a trial needs to be told."""

    plan: Path
    mapping: Path
    table: Path | None
    exploratory: bool
    lang: Language
    form: str

    def open(self) -> TrialData:
        """Open plan and table, and say what was left out."""
        data = open_trial(self.plan, self.mapping, table=self.table, exploratory=self.exploratory)
        if data.without_arm or data.unplanned:
            words = _LEFT_OUT.say(self.lang).format(people=data.without_arm, rows=data.unplanned)
            typer.secho(words, err=True, fg="yellow")
        return data

    def tell(self, found: Any, data: TrialData, *lines: Text) -> None:  # noqa: ANN401 - whatever can be laid out
        """Print an answer as tables with sentences below, or as JSON."""
        if self.form == "json":
            dumped = [part.model_dump_json(indent=2) for part in (found if isinstance(found, tuple) else (found,))]
            typer.echo("\n".join(dumped))
            return
        show_tables(lay_tables(found, data.grounds, lang=self.lang))
        typer.echo("")
        for line in lines:
            typer.echo(line.say(self.lang))


def print_answers(ask: Ask) -> int:
    """Print the answers to every question of a plan, and give the exit code."""
    try:
        data = ask.open()
        found = analyse_trial(data)
    except BackloopError as error:
        return refuse(error)
    sentences = [each.text for answer in found.answers for each in answer.standardised]
    sentences += [each.text for answer in found.answers for each in answer.compliers]
    ask.tell(found, data, *sentences)
    return _end(found, ask.lang)


def print_modifiers(ask: Ask, *, modifiers: tuple[str, ...], fill: bool, draws: int, seed: int, sheet: bool) -> int:
    """Print for whom the treatment does more, and give the exit code."""
    try:
        data = ask.open()
        missing = "mean" if fill else "refuse"
        found = trial_modifiers(data, modifiers=modifiers, missing=missing, draws=draws, seed=seed)
    except BackloopError as error:
        return refuse(error)
    ask.tell(found, data, found.summary, *found.joint.values())
    if sheet and ask.form != "json":
        _show_sheets(found, data, ask.lang)
    return ALL_DONE


def print_mediation(ask: Ask, *, mediators: tuple[str, ...], draws: int, seed: int) -> int:
    """Print through what the effect runs, and give the exit code."""
    try:
        data = ask.open()
        found = trial_mediation(data, mediators=mediators, draws=draws, seed=seed)
    except BackloopError as error:
        return refuse(error)
    ask.tell(found, data, found.text, found.assumptions)
    return ALL_DONE


def print_sensitivity(ask: Ask, *, mic: float | None, imputations: int, seed: int, jobs: int) -> int:
    """Print whether the result holds under other assumptions, and give the exit code."""
    try:
        data = ask.open()
        with show_progress("sensitivity") as tell:
            found = trial_sensitivity(data, mic=mic, imputations=imputations, seed=seed, threads=jobs, progress=tell)
    except BackloopError as error:
        return refuse(error)
    ask.tell(found, data, found.text, found.missing.text, *found.notes)
    return ALL_DONE


def print_blinding(ask: Ask) -> int:
    """Print how well blinding held, and give the exit code."""
    try:
        data = ask.open()
        found = trial_blinding(data)
    except BackloopError as error:
        return refuse(error)
    ask.tell(found, data)
    return ALL_DONE


def write_report(ask: Ask, out: Path, *, mic: float | None, fill: bool, imputations: int, draws: int, seed: int) -> int:
    """Write the whole report as one HTML file, and give the exit code."""
    try:
        data = ask.open()
        with show_progress("report") as tell:
            found = report_trial(
                data, fill=fill, mic=mic, imputations=imputations, draws=draws, seed=seed, progress=tell
            )
    except BackloopError as error:
        return refuse(error)
    out.write_text(trial_page(found, lang=ask.lang), encoding="utf-8")
    typer.echo(str(out))
    undone = [text for text in found.absent.values() if text.en.startswith("Not done")]
    for text in undone:
        typer.secho(text.say(ask.lang), err=True, fg="yellow")
    return max(_end(found.answers, ask.lang), SOME_REFUSED if undone else ALL_DONE)


def _end(found: TrialAnswers, lang: Language) -> int:
    undone = [answer for answer in found.answers if answer.reason is not None]
    for answer in undone:
        words = answer.reason.say(lang) if answer.reason else ""
        typer.secho(f"{answer.analysis.id}: {words}", err=True, fg="yellow")
    return SOME_REFUSED if undone else ALL_DONE


def _show_sheets(found: ModifierSearch, data: TrialData, lang: Language) -> None:
    for effect in found.effects:
        sheet = assess_credibility(
            found,
            modifier=effect.modifier,
            outcome=effect.outcome,
            week=effect.week,
            arm=effect.arm,
            in_protocol=not data.grounds.is_exploratory,
        )
        typer.secho(f"\n{effect.title}, {effect.outcome}, {effect.arm}, {effect.week:g}", bold=True)
        for each in sheet.answers:
            typer.echo(f"  {each.question.say(lang)} {each.answer.say(lang)} ({each.reason.say(lang)})")
        typer.echo(f"  {sheet.overall.say(lang)}")
