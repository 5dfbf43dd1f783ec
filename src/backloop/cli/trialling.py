"""A trial's questions at the shell: open plan and table, ask, print the answers, write the report.

Decides what is printed and how a command ends; answers and words come from the rooms.
"""

from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typer

from backloop.cli.exits import ALL_DONE, SOME_REFUSED, refuse
from backloop.cli.tabling import show_progress, show_tables
from backloop.errors import BackloopError, TrialError
from backloop.learn import (
    BenefitScore,
    ModifierSearch,
    TrialAnswers,
    analyse_trial,
    assess_credibility,
    report_trial,
    trial_blinding,
    trial_forest,
    trial_mediation,
    trial_modifiers,
    trial_risk,
    trial_sensitivity,
)
from backloop.letters import lay_tables, trial_page
from backloop.trial import BlindingRound, Grounds, TrialData, open_guesses, open_trial
from backloop.units import Language, Text

__all__ = [
    "Ask",
    "Grove",
    "Share",
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
    mapping: Path | None
    table: Path | None
    exploratory: bool
    lang: Language
    form: str

    def open(self) -> TrialData:
        """Open plan and table, and say what was left out."""
        if self.mapping is None:
            message = "name the file that says which column is what: DATA.toml"
            raise TrialError(message)
        data = open_trial(self.plan, self.mapping, table=self.table, exploratory=self.exploratory)
        if data.without_arm or data.unplanned:
            words = _LEFT_OUT.say(self.lang).format(people=data.without_arm, rows=data.unplanned)
            typer.secho(words, err=True, fg="yellow")
        return data

    def tell(self, found: Any, grounds: Grounds, *lines: Text) -> None:  # noqa: ANN401 - whatever can be laid out
        """Print an answer as tables with sentences below, or as JSON."""
        if self.form == "json":
            dumped = [part.model_dump_json(indent=2) for part in (found if isinstance(found, tuple) else (found,))]
            typer.echo("\n".join(dumped))
            return
        show_tables(lay_tables(found, grounds, lang=self.lang))
        typer.echo("")
        for line in lines:
            typer.echo(line.say(self.lang))


@dataclass(frozen=True)
class Share:
    """Who shares the work out."""

    workers: int
    scheduler: str


@dataclass(frozen=True)
class Grove:
    """How large a causal forest is grown, and who shares its null trials out."""

    trees: int
    nulls: int
    share: Share


def print_answers(ask: Ask, *, share: Share) -> int:
    """Print the answers to every question of a plan, and give the exit code."""
    try:
        data = ask.open()
        grows = any("causal forest" in each.model for each in data.trial.analyses)
        with show_progress("null trials") if grows else nullcontext() as tell:
            found = analyse_trial(data, progress=tell, **asdict(share))
    except BackloopError as error:
        return refuse(error)
    sentences = [each.text for answer in found.answers for each in answer.standardised]
    sentences += [each.text for answer in found.answers for each in answer.compliers]
    sentences += [each.text for answer in found.answers if answer.risk for each in answer.risk.effects]
    sentences += [answer.forest.text for answer in found.answers if answer.forest]
    ask.tell(found, data.grounds, *sentences)
    return _end(found, ask.lang)


def print_modifiers(
    ask: Ask,
    *,
    modifiers: tuple[str, ...],
    fill: bool,
    draws: int,
    seed: int,
    sheet: bool,
    risk: bool,
    grove: Grove | None,
) -> int:
    """Print for whom the treatment does more (risk first, a forest last, where asked), and give the exit code."""
    try:
        data = ask.open()
        by_risk = trial_risk(data, fill=fill, seed=seed) if risk else None
        missing = "mean" if fill else "refuse"
        found = trial_modifiers(data, modifiers=modifiers, missing=missing, draws=draws, seed=seed)
        grown = _grown(data, grove, fill=fill, seed=seed)
    except BackloopError as error:
        return refuse(error)
    if by_risk:
        told = (*(each.text for each in by_risk.effects), *(each.text for each in by_risk.spread))
        ask.tell(by_risk, data.grounds, *told)
    ask.tell(found, data.grounds, found.summary, *found.joint.values())
    if grown:
        ask.tell(grown, data.grounds, grown.text)
    if sheet and ask.form != "json":
        _show_sheets(found, data, ask.lang)
    return ALL_DONE


def _grown(data: TrialData, grove: Grove | None, *, fill: bool, seed: int) -> BenefitScore | None:
    if grove is None:
        return None
    with show_progress("null trials") as tell:
        return trial_forest(
            data, fill=fill, trees=grove.trees, nulls=grove.nulls, seed=seed, progress=tell, **asdict(grove.share)
        )


def print_mediation(ask: Ask, *, mediators: tuple[str, ...], draws: int, seed: int, share: Share) -> int:
    """Print through what the effect runs, and give the exit code."""
    try:
        data = ask.open()
        found = trial_mediation(data, mediators=mediators, draws=draws, seed=seed, **asdict(share))
    except BackloopError as error:
        return refuse(error)
    ask.tell(found, data.grounds, found.text, found.assumptions)
    return ALL_DONE


def print_sensitivity(
    ask: Ask, *, strategies: tuple[str, ...], mic: float | None, imputations: int, seed: int, share: Share
) -> int:
    """Print whether the result holds under other assumptions, and give the exit code."""
    try:
        data = ask.open()
        with show_progress("sensitivity") as tell:
            found = trial_sensitivity(
                data,
                strategies=strategies,
                mic=mic,
                imputations=imputations,
                seed=seed,
                progress=tell,
                **asdict(share),
            )
    except BackloopError as error:
        return refuse(error)
    ask.tell(found, data.grounds, found.text, found.missing.text, *found.notes)
    return ALL_DONE


def print_blinding(ask: Ask, *, counts: Path | None) -> int:
    """Print how well blinding held, and give the exit code."""
    try:
        found, grounds = _guessed(ask, counts)
    except BackloopError as error:
        return refuse(error)
    ask.tell(found, grounds)
    return ALL_DONE


def _guessed(ask: Ask, counts: Path | None) -> tuple[tuple[BlindingRound, ...], Grounds]:
    if counts is not None:
        return open_guesses(ask.plan, counts, exploratory=ask.exploratory)
    data = ask.open()
    return trial_blinding(data), data.grounds


def write_report(
    ask: Ask,
    out: Path,
    *,
    mic: float | None,
    fill: bool,
    forest: bool,
    imputations: int,
    draws: int,
    seed: int,
    share: Share,
) -> int:
    """Write the whole report as one HTML file, and give the exit code."""
    try:
        data = ask.open()
        with show_progress("report") as tell:
            found = report_trial(
                data,
                fill=fill,
                forest=forest,
                mic=mic,
                imputations=imputations,
                draws=draws,
                seed=seed,
                progress=tell,
                **asdict(share),
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
    stated = {each.id: each for each in data.trial.modifiers}
    for effect in found.effects:
        sheet = assess_credibility(
            found,
            modifier=effect.modifier,
            outcome=effect.outcome,
            week=effect.week,
            arm=effect.arm,
            in_protocol=not data.grounds.is_exploratory,
            prior_evidence=stated[effect.modifier].prior_evidence,
            prior_source=stated[effect.modifier].prior_source,
        )
        typer.secho(f"\n{effect.title}, {effect.outcome}, {effect.arm}, {effect.week:g}", bold=True)
        for each in sheet.answers:
            typer.echo(f"  {each.question.say(lang)} {each.answer.say(lang)} ({each.reason.say(lang)})")
        typer.echo(f"  {sheet.overall.say(lang)}")
