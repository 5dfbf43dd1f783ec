"""Evidence at the shell: what is printed of a treatment's evidence or of a pooled table, and which page is written.

Decides layout and exit codes; effects, verdicts and cautions come from the rooms `synthesis` and `plan`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from backloop.cli.exits import ALL_DONE, open_library, refuse
from backloop.errors import BackloopError, TrialError
from backloop.letters import evidence_page, network_page, pooling_notes, synthesis_page
from backloop.library import Intervention
from backloop.plan import find_conflicts, order_evidence
from backloop.synthesis import (
    ComparedNetwork,
    Pooled,
    Studies,
    compare_arms,
    compare_network,
    pool,
    read_network,
    read_studies,
)
from backloop.units import Better, Language, Text

__all__ = ["Question", "print_network", "print_pool", "show_evidence"]

_HEADS = {
    "effects": Text(en="Effects", zh="疗效"),
    "conflicts": Text(en="Conflicting evidence", zh="相互矛盾的证据"),
    "guidelines": Text(en="What guidelines say", zh="各指南立场"),
    "harms": Text(en="Harms", zh="不良反应"),
}
_DIRECTIONS = {
    "for": ("▲", Text(en="for", zh="推荐")),
    "against": ("▼", Text(en="against", zh="反对")),
    "conflicting": ("◆", Text(en="conflicting", zh="不一致")),
    "no recommendation": ("–", Text(en="no recommendation", zh="未作推荐")),
    "not found": ("○", Text(en="not found", zh="未查到")),
}
_FINDINGS = {
    "for": Text(en="+ for", zh="+ 支持"),
    "against": Text(en="− against", zh="− 不支持"),
    "no difference": Text(en="= no difference", zh="= 无差异"),
    "conflicting": Text(en="± conflicting", zh="± 不一致"),
}
_STRENGTHS = {
    "strong": Text(en="strong", zh="强推荐"),
    "conditional": Text(en="conditional", zh="有条件推荐"),
    "consider": Text(en="consider", zh="可考虑"),
    "not stated": Text(en="strength not stated", zh="强度未说明"),
}
_COLUMNS = {
    "study": Text(en="study", zh="研究"),
    "effect": Text(en="effect", zh="效应值"),
    "error": Text(en="standard error", zh="标准误"),
    "weight": Text(en="weight %", zh="权重（%）"),
    "against": Text(en="v {reference}", zh="与{reference}相比"),
    "interval": Text(en="interval", zh="置信区间"),
    "prediction": Text(en="prediction", zh="预测区间"),
    "rank": Text(en="P-score", zh="P分值"),
}
_UNVERIFIED = Text(en="not checked in the source", zh="未核对原文")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of a table: what its effects are, which end is good, how to weigh, and where the page goes."""

    table: Path
    better: Better
    method: Literal["reml", "dersimonian-laird", "paule-mandel", "fixed"]
    measure: Literal["MD", "SMD", "effect"] | None
    unit: str
    title: str
    lang: Language
    out: Path | None


def show_evidence(book_id: str, *, folder: Path | None, lang: Language, out: Path | None) -> int:
    """Print what is known of one treatment, write its page where one is asked for, and give the exit code."""
    try:
        library = open_library(folder)
        book = library.intervention(book_id)
    except BackloopError as error:
        return refuse(error)
    _print_evidence(book, lang)
    if out is not None:
        _write(out, evidence_page(book, lang=lang, library=library))
    return ALL_DONE


def print_pool(question: Question, *, reference: str | None = None) -> int:
    """Pool a table of studies, print the answer, write its page, and give the exit code."""
    if reference is not None:
        return refuse("--reference belongs to --network: a pooled effect has one comparator")
    try:
        studies = _read(question)
        pooled = pool(studies, method=question.method)
    except BackloopError as error:
        return refuse(error)
    console = Console(markup=False)  # names come from a file
    console.print(_study_table(studies, pooled, question.lang))
    console.print(pooled.text.say(question.lang), highlight=False)
    for note in pooling_notes(studies, pooled, lang=question.lang):
        console.print(note, style="dim", highlight=False)
    if question.out is not None:
        _write(question.out, synthesis_page(studies, pooled, title=question.title, lang=question.lang))
    return ALL_DONE


def print_network(question: Question, *, reference: str | None = None) -> int:
    """Compare a network's treatments, print the answer, write its page, and give the exit code."""
    if question.method == "paule-mandel":
        return refuse("a network has no Paule-Mandel estimate here; choose reml, dersimonian-laird or fixed")
    try:
        network = read_network(question.table, better=question.better, measure=question.measure, unit=question.unit)
        found = compare_network(network, reference=reference, method=question.method)
    except BackloopError as error:
        return refuse(error)
    console = Console(markup=False)
    console.print(_network_table(found, question.lang))
    console.print(found.text.say(question.lang), highlight=False)
    if found.consistency.reason is not None:
        console.print(found.consistency.reason.say(question.lang), style="yellow", highlight=False)
    if question.out is not None:
        _write(question.out, network_page(found, title=question.title, lang=question.lang))
    return ALL_DONE


def _read(question: Question) -> Studies:
    """Read effects as published, or compute them from arms where the table has arms."""
    try:
        columns = set(pd.read_csv(question.table, nrows=0).columns)
    except (OSError, ValueError):
        columns = set()  # the reader below says what is wrong with the file
    if "arm_mean" not in columns:
        measure = question.measure or "effect"
        return read_studies(question.table, better=question.better, measure=measure, unit=question.unit)
    if question.measure == "effect":
        message = "a table of arms gives mean differences; choose --measure MD or SMD"
        raise TrialError(message)
    return compare_arms(question.table, better=question.better, measure=question.measure or "MD", unit=question.unit)


def _print_evidence(book: Intervention, lang: Language) -> None:
    console = Console()
    console.print(f"\n[bold]{book.title.say(lang)}[/bold]  [dim]{book.id} @ {book.version}[/dim]")
    _section(console, "effects", lang)
    console.print(_effect_table(book, lang))
    _section(console, "conflicts", lang)
    for text in find_conflicts(book):
        console.print(f"  ± {text.say(lang)}", highlight=False)
    _section(console, "guidelines", lang)
    console.print(_guideline_table(book, lang))
    _section(console, "harms", lang)
    for harm in book.harms:
        console.print(
            f"  {harm.what.say(lang)}{'' if harm.rate is None else f': {harm.rate.say(lang)}'}", highlight=False
        )


def _section(console: Console, name: str, lang: Language) -> None:
    console.print(f"\n[bold cyan]{_HEADS[name].say(lang)}[/bold cyan]")


def _table(*heads: str) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def _effect_table(book: Intervention, lang: Language) -> Table:
    """Give every result with its direction and certainty, the surest first."""
    table = _table("", "", "", "", "")
    for row in order_evidence(book.evidence):
        effect = "" if row.effect is None else f"{row.effect:+g}"
        span = "" if row.low is None or row.high is None else f" ({row.low:g} … {row.high:g})"
        what = f"{row.outcome.say(lang)} / {row.comparator.say(lang)}"
        source = row.reference if row.verified else f"{row.reference} † {_UNVERIFIED.say(lang)}"
        measure = row.measure.say(lang)
        direction = _FINDINGS[row.direction].say(lang)
        table.add_row(what, f"{effect}{span} {measure}".strip(), direction, row.certainty.text.say(lang), source)
    return table


def _guideline_table(book: Intervention, lang: Language) -> Table:
    table = _table("", "", "", "")
    for row in book.guidelines:
        sign, words = _DIRECTIONS[row.direction]
        strength = "" if row.direction in {"no recommendation", "not found"} else _STRENGTHS[row.strength].say(lang)
        table.add_row(f"{row.body} {row.year}", f"{sign} {words.say(lang)}", strength, "" if row.verified else "†")
    return table


def _study_table(studies: Studies, pooled: Pooled, lang: Language) -> Table:
    table = _table(*(_COLUMNS[name].say(lang) for name in ("study", "effect", "error", "weight")))
    rows = zip(studies.labels, studies.estimate, studies.standard_error, pooled.weights, strict=True)
    for label, estimate, error, weight in rows:
        table.add_row(label, f"{estimate:.2f}", f"{error:.3f}", f"{weight:.1f}")
    return table


def _network_table(found: ComparedNetwork, lang: Language) -> Table:
    """Give every treatment against the reference, best first where there are ranks."""
    scores = {rank.treatment: f"{rank.p_score:.2f}" for rank in found.ranks}
    heads = (_COLUMNS[name].say(lang) for name in ("against", "effect", "interval", "prediction", "rank"))
    table = _table(*(head.format(reference=found.reference) for head in heads))
    effects = {effect.treatment: effect for effect in found.against_reference}
    for name in [name for name in scores if name in effects] or list(effects):
        effect = effects[name]
        spans = [f"{span.low:.2f} … {span.high:.2f}" if span else "–" for span in (effect.interval, effect.prediction)]
        table.add_row(name, f"{effect.estimate:.2f}", *spans, scores.get(name, "–"))
    return table


def _write(path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8")
    typer.echo(f"\n{path}")
